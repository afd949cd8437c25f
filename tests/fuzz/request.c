/*
 * request.c - whole requests to an engine that has tables and items, up to sixteen one after another. An input whose
 * first byte is odd is JSON for the operation that its second byte picks; any other is read as choices: an
 * operation, then what its shape (engine/schema) offers, mostly as the API wants it. Whatever is asked, the answer is an
 * object with the status that its __type has, and in the end each index holds what its table says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/operations.h"
#include "engine/value_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REQUESTS_MAX = 16, VALUE_DEPTH = 5, SHAPE_DEPTH = 12, BODY_MAX = 1 << 20 };

static void demand(bool truth)
{
    if (!truth)
        __builtin_trap();
}

/* The input's bytes as choices; past their end every choice is the first. */
struct choices {
    const uint8_t *at, *end;
};

static unsigned choose(struct choices *choices, unsigned count)
{
    return choices->at < choices->end ? *choices->at++ % count : 0;
}

#define PICK(choices, list) ((list)[choose((choices), sizeof(list) / sizeof *(list))])

/* What strings may say, by the member that they are of. */

static const char *const tables[] = { "pair", "hash", "new", "none",
                                      "arn:aws:dynamodb:us-east-1:123456789012:table/pair" };
static const char *const indexes[] = { "all", "local", "keys", "none" };
static const char *const attributes[] = { "pk", "sk", "a", "b", "c", "g", "h", "l", "", "size" };
static const char *const names[] = { "#a", "#b", "#", "a" };
static const char *const placeholders[] = { ":s", ":n", ":b", ":m", ":l", ":t" };
static const char *const numbers[] = {
    "0", "1", "-1", "2", "1e125", "1e-130", "0.1", "12345678901234567890123456789012345678", "x"
};
static const char *const binaries[] = { "", "AA==", "/w==", "YWI=", "x" };
static const char *const tokens[] = {
    "pk",
    "sk",
    "a",
    "b",
    "g",
    "h",
    "l",
    "c[0]",
    "c[1].a",
    "c.a",
    "#a",
    "#b",
    ":s",
    ":n",
    ":b",
    ":m",
    ":l",
    ":t",
    "=",
    "<",
    ">=",
    "<>",
    "AND",
    "OR",
    "NOT",
    "IN",
    "BETWEEN",
    "(",
    ")",
    ",",
    "+",
    "-",
    "SET",
    "ADD",
    "REMOVE",
    "DELETE",
    ".",
    "size",
    "contains",
    "list_append",
    "if_not_exists",
    "attribute_exists",
    "attribute_type",
    "begins_with",
};
static const char *const expressions[] = {
    "pk = :s",
    "pk = :s AND sk = :s",
    "pk = :s AND begins_with(sk, :s)",
    "pk = :s AND sk BETWEEN :s AND :s",
    "g = :s AND h > :n",
    "a = :s",
    "attribute_exists(pk)",
    "attribute_not_exists(pk)",
    "size(a) > :n",
    "contains(c, :s) OR NOT a < :n",
    "SET a = :s",
    "SET b = b + :n",
    "SET c = list_append(c, :l), #a = if_not_exists(b, :n)",
    "ADD b :n",
    "REMOVE c[0], a",
    "DELETE c :t",
    "SET g = :s, h = :n",
    "SET l = :s REMOVE g",
    "pk, a, c[0]",
    "#a, c.b",
    "a IN (:s, :n)",
};

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

static void write_text(struct buffer *out, const char *text)
{
    string_write_json(out, slice_of(text));
}

/* Bytes of the input, as they are but for the eighth bit: an invalid UTF-8 string has its own target. */
static void write_bytes(struct buffer *out, struct choices *choices)
{
    char text[64];
    unsigned length = choose(choices, sizeof text);
    for (unsigned i = 0; i < length; i++)
        text[i] = (char)(choose(choices, 256) & 0x7f);
    string_write_json(out, (struct slice){ text, length });
}

static void write_expression(struct buffer *out, struct choices *choices)
{
    if (choose(choices, 3) < 2) {
        write_text(out, PICK(choices, expressions));
        return;
    }
    buffer_append_byte(out, '"');
    for (unsigned count = choose(choices, 24); count > 0; count--) {
        buffer_append_string(out, PICK(choices, tokens));
        buffer_append_byte(out, ' ');
    }
    buffer_append_byte(out, '"');
}

static void write_string(struct buffer *out, struct choices *choices, const struct shape *shape,
                         const char *name)
{
    if (choose(choices, 16) == 15) {
        write_bytes(out, choices);
    } else if (shape->values) {
        unsigned count = 0;
        while (shape->values[count])
            count++;
        write_text(out, shape->values[choose(choices, count)]);
    } else if (ends_with(name, "TableName")) {
        write_text(out, PICK(choices, tables));
    } else if (strcmp(name, "IndexName") == 0) {
        write_text(out, PICK(choices, indexes));
    } else if (ends_with(name, "Expression")) {
        write_expression(out, choices);
    } else {
        write_text(out, PICK(choices, attributes));
    }
}

static void write_value(struct buffer *out, struct choices *choices, unsigned depth)
{
    static const char *const types[] = {
        "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"
    };
    unsigned type = choose(choices, depth > 0 ? 10 : 8);
    buffer_printf(out, "{\"%s\":", types[type]);
    unsigned count = type < 5 ? 1 : choose(choices, 4);
    if (type >= 5)
        buffer_append_byte(out, type == 9 ? '{' : '[');
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        if (type == 9) {
            write_text(out, PICK(choices, attributes));
            buffer_append_byte(out, ':');
        }
        if (type >= 8)
            write_value(out, choices, depth - 1);
        else if (type == 3 || type == 4)
            buffer_append_string(out, choose(choices, 4) < 3 ? "true" : "false");
        else if (type == 1 || type == 6)
            write_text(out, PICK(choices, numbers));
        else if (type == 2 || type == 7)
            write_text(out, PICK(choices, binaries));
        else
            write_text(out, PICK(choices, attributes));
    }
    if (type >= 5)
        buffer_append_byte(out, type == 9 ? '}' : ']');
    buffer_append_byte(out, '}');
}

/* A key or an item that a table takes; what else is in it is left to chance. */
static void write_item(struct buffer *out, struct choices *choices, bool key)
{
    buffer_append_string(out, "{\"pk\":{\"S\":");
    buffer_append_string(out, choose(choices, 2) ? "\"x\"}" : "\"a\"}");
    if (choose(choices, 4) < 3)
        buffer_printf(out, ",\"sk\":{\"S\":\"%u\"}", choose(choices, 3));
    if (!key && choose(choices, 2))
        buffer_printf(out, ",\"g\":{\"S\":\"g\"},\"h\":{\"N\":\"%u\"}", choose(choices, 3));
    for (unsigned count = key ? choose(choices, 8) == 7 : choose(choices, 4); count > 0; count--) {
        buffer_append_byte(out, ',');
        write_text(out, PICK(choices, attributes));
        buffer_append_byte(out, ':');
        write_value(out, choices, VALUE_DEPTH);
    }
    buffer_append_byte(out, '}');
}

static void write_shape(struct buffer *out, struct choices *choices, const struct shape *shape,
                        const char *name, unsigned depth);

static void write_map(struct buffer *out, struct choices *choices, const struct shape *shape,
                      const char *name, unsigned depth)
{
    bool values = strcmp(name, "ExpressionAttributeValues") == 0;
    if (shape->element->kind == SHAPE_ATTRIBUTE_VALUE && !values && choose(choices, 8) < 7) {
        write_item(out, choices, strcmp(name, "Item") != 0);
        return;
    }
    unsigned count = values ? choose(choices, 7) : 1 + choose(choices, 3);
    buffer_append_byte(out, '{');
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        write_text(out, strcmp(name, "ExpressionAttributeNames") == 0 ? PICK(choices, names)
                        : values                                      ? placeholders[i % 6]
                        : strcmp(name, "RequestItems") == 0           ? PICK(choices, tables)
                                                                      : PICK(choices, attributes));
        buffer_append_byte(out, ':');
        write_shape(out, choices, shape->element, name, depth - 1);
    }
    buffer_append_byte(out, '}');
}

static void write_structure(struct buffer *out, struct choices *choices, const struct shape *shape,
                            unsigned depth)
{
    const char *separator = "";
    buffer_append_byte(out, '{');
    for (const struct member *member = shape->members; member->name; member++) {
        /* Legacy parameters refuse to be mixed with expressions; what the model demands is mostly there. */
        if (member->presence != OPTIONAL ? choose(choices, 32) == 31 : choose(choices, 4) != 3)
            continue;
        buffer_append_string(out, separator);
        separator = ",";
        write_text(out, member->name);
        buffer_append_byte(out, ':');
        write_shape(out, choices, member->shape, member->name, depth - 1);
    }
    buffer_append_byte(out, '}');
}

static void write_shape(struct buffer *out, struct choices *choices, const struct shape *shape,
                        const char *name, unsigned depth)
{
    static const char *const strangers[] = { "null", "1",    "\"x\"", "[]",
                                             "{}",   "true", "1.5",   "-1e99" };
    if (depth == 0 || choose(choices, 64) == 63) {
        buffer_append_string(out, PICK(choices, strangers));
        return;
    }
    switch (shape->kind) {
    case SHAPE_STRING:
        write_string(out, choices, shape, name);
        break;
    case SHAPE_INTEGER:
    case SHAPE_LONG:
    case SHAPE_DOUBLE:
    case SHAPE_TIMESTAMP:
        buffer_printf(out, "%u", choose(choices, 4));
        break;
    case SHAPE_BOOLEAN:
        buffer_append_string(out, choose(choices, 2) ? "true" : "false");
        break;
    case SHAPE_BLOB:
        write_text(out, PICK(choices, binaries));
        break;
    case SHAPE_LIST:
        buffer_append_byte(out, '[');
        for (unsigned i = 0, count = 1 + choose(choices, 3); i < count; i++) {
            if (i > 0)
                buffer_append_byte(out, ',');
            write_shape(out, choices, shape->element, name, depth - 1);
        }
        buffer_append_byte(out, ']');
        break;
    case SHAPE_MAP:
        write_map(out, choices, shape, name, depth);
        break;
    case SHAPE_STRUCTURE:
        write_structure(out, choices, shape, depth);
        break;
    case SHAPE_ATTRIBUTE_VALUE:
        write_value(out, choices, VALUE_DEPTH);
        break;
    }
}

/* One request: its answer as JSON, to be given back with json_decref. */
static json_t *ask(struct engine *engine, const struct operation *operation, struct slice body)
{
    char id[REQUEST_ID_SIZE], target[128];
    id_request(id);
    snprintf(target, sizeof target, "%s.%s", operation->api, operation->name);
    struct request *request = request_create(engine, "us-east-1", id);
    demand(request != NULL);
    if (request_parse(request, body.data, body.length) == 0 && request_route(request, target) == 0)
        request_run(request);
    int status = request_status(request);
    struct slice answer = request_body(request);
    json_t *json = json_loadb(answer.data, answer.length, JSON_ALLOW_NUL, NULL);
    const char *type = json_string_value(json_object_get(json, "__type"));
    /* The service itself fails at some requests; nothing else is ever a 500. */
    int wanted = !type                                                           ? 200
                 : strcmp(type, "com.amazon.coral.service#InternalFailure") == 0 ? 500
                                                                                 : 400;
    if (!json_is_object(json) || status != wanted) {
        fprintf(stderr, "%s %.*s\nanswered %d %.*s\n", target, (int)body.length, body.data, status,
                (int)answer.length, answer.data);
        demand(false);
    }
    request_destroy(request);
    return json;
}

static json_t *ask_text(struct engine *engine, const char *operation, const char *body)
{
    char target[64];
    snprintf(target, sizeof target, "DynamoDB_20120810.%s", operation);
    return ask(engine, operation_find(target), slice_of(body));
}

static void must(struct engine *engine, const char *operation, const char *body)
{
    json_t *answer = ask_text(engine, operation, body);
    demand(json_object_get(answer, "__type") == NULL);
    json_decref(answer);
}

#define TYPED(name, type) "{\"AttributeName\":\"" name "\",\"AttributeType\":\"" type "\"}"
#define KEY(name, type)   "{\"AttributeName\":\"" name "\",\"KeyType\":\"" type "\"}"
#define INDEX(name, keys, projection)                                                              \
    "{\"IndexName\":\"" name "\",\"KeySchema\":[" keys                                             \
    "],\"Projection\":{\"ProjectionType\":\"" projection "\"}}"

static struct engine *furnished(void)
{
    struct engine *engine;
    demand(engine_open(&(struct engine_settings){ .storage = "memory" }, &engine, NULL) == 0);
    must(engine, "CreateTable",
         "{\"TableName\":\"hash\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[" KEY(
             "pk", "HASH") "],"
                           "\"AttributeDefinitions\":[" TYPED("pk", "S") "]}");
    must(
        engine, "CreateTable",
        "{\"TableName\":\"pair\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[" KEY("pk", "HASH") "," KEY("sk", "RANGE") "],\"AttributeDefinitions\":[" TYPED("pk", "S") "," TYPED("sk", "S") "," TYPED(
            "g",
            "S") "," TYPED("h",
                           "N") "," TYPED("l",
                                          "S") "],\"GlobalSecondaryIndexes\":[" INDEX("all",
                                                                                      KEY("g", "HASH") "," KEY(
                                                                                          "h",
                                                                                          "RANGE"),
                                                                                      "ALL") "," INDEX("keys",
                                                                                                       KEY("l",
                                                                                                           "HASH"),
                                                                                                       "KEYS_ONLY") "],"
                                                                                                                    "\"LocalSecondaryIndexes\":[" INDEX(
                                                                                                                        "local",
                                                                                                                        KEY("pk", "HASH") "," KEY(
                                                                                                                            "l",
                                                                                                                            "RANGE"),
                                                                                                                        "ALL") "]}");
    must(
        engine, "PutItem",
        "{\"TableName\":\"pair\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"0\"},\"g\":{\"S\":\"g\"},\"h\":{\"N\":\"1\"},"
        "\"a\":{\"S\":\"pk\"},\"b\":{\"N\":\"2\"},\"c\":{\"L\":[{\"S\":\"a\"},{\"M\":{\"a\":{\"N\":\"1\"}}}]}}}");
    must(engine, "PutItem",
         "{\"TableName\":\"hash\",\"Item\":{\"pk\":{\"S\":\"a\"},\"c\":{\"SS\":[\"a\",\"b\"]}}}");
    return engine;
}

/* How many items a Scan of `from` finds; -1 when there is more than a page, or no such thing any more. */
static json_int_t counted(struct engine *engine, const char *from)
{
    json_t *answer = ask_text(engine, "Scan", from);
    json_int_t count =
        json_object_get(answer, "LastEvaluatedKey") || json_object_get(answer, "__type")
            ? -1
            : json_integer_value(json_object_get(answer, "Count"));
    json_decref(answer);
    return count;
}

/* Each index has the items that have its keys. */
static void check_indexes(struct engine *engine)
{
    static const struct {
        const char *index, *table;
    } pairs[] = {
        { "{\"TableName\":\"pair\",\"IndexName\":\"all\"}",
          "{\"TableName\":\"pair\",\"FilterExpression\":\"attribute_exists(g) AND attribute_exists(h)\"}" },
        { "{\"TableName\":\"pair\",\"IndexName\":\"keys\"}",
          "{\"TableName\":\"pair\",\"FilterExpression\":\"attribute_exists(l)\"}" },
        { "{\"TableName\":\"pair\",\"IndexName\":\"local\"}",
          "{\"TableName\":\"pair\",\"FilterExpression\":\"attribute_exists(l)\"}" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        json_int_t in_index = counted(engine, pairs[i].index),
                   in_table = counted(engine, pairs[i].table);
        demand(in_index == in_table || in_index < 0 || in_table < 0);
    }
}

/* Three choices in four are of the operations on items and tables; what such a byte means does not change when operations are
 * added. The others are of the first rows of all. */
static const struct operation *working(struct choices *choices)
{
    static const char *const known[] = {
        "PutItem",       "GetItem",      "UpdateItem",     "DeleteItem",         "Query",
        "Scan",          "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "CreateTable",
        "DescribeTable", "UpdateTable",  "DeleteTable",    "TransactGetItems",   "ListTables",
        "UpdateItem",
    };
    unsigned choice = choose(choices, 256);
    if (choice >= 192)
        return operation_at(choice - 192);
    char target[64];
    snprintf(target, sizeof target, "DynamoDB_20120810.%s",
             known[choice % (sizeof known / sizeof *known)]);
    return operation_find(target);
}

static void converse(struct engine *engine, struct choices *choices)
{
    static struct arena arena;
    jmp_buf exhausted;
    for (unsigned i = 0; i < REQUESTS_MAX && choices->at < choices->end; i++) {
        arena_init(&arena, &exhausted);
        if (setjmp(exhausted) == 0) {
            struct buffer body;
            const struct operation *operation = working(choices);
            buffer_init(&body, &arena);
            write_shape(&body, choices, operation->input, "", SHAPE_DEPTH);
            if (body.length < BODY_MAX)
                json_decref(ask(engine, operation, buffer_slice(&body)));
        }
        arena_release(&arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    clock_set(1795384867000);
    random_seed(1);
    struct engine *engine = furnished();
    struct choices choices = { data + 1, data + size };
    if (data[0] % 2 == 1) {
        const struct operation *operation = working(&choices);
        json_decref(ask(engine, operation, (struct slice){ (const char *)choices.at, size - 2 }));
    } else {
        converse(engine, &choices);
    }
    check_indexes(engine);
    engine_close(engine);
    return 0;
}
