/*
 * expression_test.c - see expression_test.h.
 */
#include "tests/unit/expression/expression_test.h"

#include <stdlib.h>

static const char *const prefixes[] = {
    [EXPRESSION_CONDITION] = "Invalid ConditionExpression: ",
    [EXPRESSION_FILTER] = "Invalid FilterExpression: ",
    [EXPRESSION_KEY_CONDITION] = "Invalid KeyConditionExpression: ",
    [EXPRESSION_PROJECTION] = "Invalid ProjectionExpression: ",
    [EXPRESSION_UPDATE] = "Invalid UpdateExpression: ",
};

static const char *const parameters =
    "{'ConditionExpression':'','ExpressionAttributeNames':{'#a':'aa','#p':'pk','#b':'b.c'},"
    "'ExpressionAttributeValues':{':s':{'S':'x'},':S':{'S':'S'},':v':{'S':'v'},':n':{'N':'1'},"
    "':n2':{'N':'2'},':b':{'B':'YQ=='},':t':{'BOOL':true},':z':{'NULL':true},':l':{'L':[]},"
    "':m':{'M':{}},':ss':{'SS':['x']},':ns':{'NS':['1']},':bs':{'BS':['YQ==']}}}";

struct request *create_request(void)
{
    struct request *request = request_create(NULL, "us-east-1", "ID");
    cr_assert_not_null(request);
    if (setjmp(request->exhausted) != 0)
        abort();
    request->json = json_array(); /* of all that test_json has read */
    return request;
}

const json_t *test_json(struct request *request, const char *text)
{
    char *copy = arena_string(&request->arena, slice_of(text));
    for (char *c = copy; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    json_t *json = json_loads(copy, 0, NULL);
    cr_assert_not_null(json, "no JSON: %s", copy);
    json_array_append_new(request->json, json);
    return json;
}

struct map test_item(struct request *request, const char *json)
{
    struct map map;
    cr_assert_eq(map_from_json(request, test_json(request, json), &map), 0, "%s", request->message);
    return map;
}

struct placeholders *test_placeholders(struct request *request)
{
    struct placeholders *placeholders;
    cr_assert_eq(placeholders_read(request, test_json(request, parameters), &placeholders), 0, "%s",
                 request->message);
    return placeholders;
}

const char *parse_message(struct request *request, enum expression_kind kind,
                          const char *expression)
{
    struct placeholders *placeholders = test_placeholders(request);
    struct slice text = slice_of(expression);
    struct condition *condition;
    struct key_expression *key;
    struct projection *projection;
    struct update *update;
    int result = kind == EXPRESSION_PROJECTION
                     ? projection_parse(request, text, placeholders, &projection)
                 : kind == EXPRESSION_UPDATE ? update_parse(request, text, placeholders, &update)
                 : kind == EXPRESSION_KEY_CONDITION
                     ? (key_expression_parse(request, text, placeholders, &key) < 0 ||
                                key_expression_check(request, key) < 0
                            ? -1
                            : 0)
                     : condition_parse(request, kind, text, placeholders, &condition);
    cr_assert_eq(result, request->error == ERROR_NONE ? 0 : -1, "%s", expression);
    cr_assert(request->error == ERROR_NONE || request->error == ERROR_VALIDATION, "%s", expression);
    return request->message ? request->message : "";
}

void check_errors(enum expression_kind kind, const struct expression_error *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct request *request = create_request();
        const char *wanted = arena_printf(&request->arena, "%s%s", prefixes[kind], rows[i].message);
        const char *message = parse_message(request, kind, rows[i].expression);
        cr_expect_str_eq(message, wanted, "%s\n  answered %s\n  wanted   %s", rows[i].expression,
                         message, wanted);
        request_destroy(request);
    }
}

const char *map_string(struct request *request, const struct map *map)
{
    struct buffer buffer;
    buffer_init(&buffer, &request->arena);
    map_write_json(&buffer, map);
    buffer_append_byte(&buffer, '\0');
    return buffer.data;
}
