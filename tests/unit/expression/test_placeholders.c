/*
 * test_placeholders.c - ExpressionAttributeNames and ExpressionAttributeValues, and the rule
 * against mixing. Sources: facts/fidelity.md section 5; DynamoDB Local 2.6.1 for the order in which
 * unused keys are listed.
 */
#include "tests/unit/expression/expression_test.h"

#define C "'ConditionExpression':'a = :a',"
#define P "'ProjectionExpression':'a',"

static const struct {
    const char *input;
    enum value_layer layer;
    const char *message;
} refused[] = {
    { "{" P "'ExpressionAttributeNames':{}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames must not be empty" },
    { "{" C "'ExpressionAttributeValues':{}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeValues must not be empty" },
    { "{" P "'ExpressionAttributeNames':{'q':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \"q\"" },
    { "{" P "'ExpressionAttributeNames':{'#':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#\"" },
    { "{" P "'ExpressionAttributeNames':{'#ok':'b','#q-r':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#q-r\"" },
    { "{" P "'ExpressionAttributeNames':{':a':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \":a\"" },
    { "{" P "'ExpressionAttributeNames':{'#\xc3\xa9':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#\xc3\xa9\"" },
    { "{" P "'ExpressionAttributeNames':{'':'b'}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid key: The expression attribute map contains an "
      "empty key;" },
    { "{" P "'ExpressionAttributeNames':{'q':'b'},'ExpressionAttributeValues':{':a':{'S':'b'}}}",
      VALUE_LAYER_OLDER,
      "ExpressionAttributeNames contains invalid key: Syntax error; key: \"q\"" },
    { "{" P "'ExpressionAttributeNames':{'#a':''}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a" },
    { "{" C "'ExpressionAttributeValues':{'#a':{'S':'b'}}}", VALUE_LAYER_CURRENT,
      "ExpressionAttributeValues contains invalid key: Syntax error; key: \"#a\"" },
    { "{" C "'ExpressionAttributeValues':{':a':{'N':'x'}}}", VALUE_LAYER_CURRENT,
      "The parameter cannot be converted to a numeric value: x" },
    { "{" C "'ExpressionAttributeValues':{':ok':{'S':'b'},':a':{'N':'x'}}}", VALUE_LAYER_OLDER,
      "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a "
      "numeric value: x for "
      "key :a" },
};

Test(placeholders, refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct request *request = create_request();
        struct placeholders *placeholders;
        request->layer = refused[i].layer;
        cr_expect_eq(
            placeholders_read(request, test_json(request, refused[i].input), &placeholders), -1,
            "%s", refused[i].input);
        cr_expect_str_eq(request->message ? request->message : "", refused[i].message, "%s",
                         refused[i].input);
        request_destroy(request);
    }
}

Test(placeholders, longest_key)
{
    for (int length = 255; length <= 256; length++) {
        struct request *request = create_request();
        struct placeholders *placeholders;
        char input[512];
        snprintf(input, sizeof input, "{" P "'ExpressionAttributeNames':{'#%0*d':'b'}}", length - 1,
                 0);
        int result = placeholders_read(request, test_json(request, input), &placeholders);
        cr_expect_eq(result, length == 255 ? 0 : -1);
        cr_expect_str_eq(
            request->message ? request->message : "",
            length == 255
                ? ""
                : "ExpressionAttributeNames contains invalid key: The expression attribute map "
                  "contains a key that is too long; size of key: 256");
        request_destroy(request);
    }
}

/* {"<key>0": <length times x, or that as a string's value>, ...} */
static json_t *long_map(const char *key, bool values, const size_t *lengths, size_t count)
{
    json_t *map = json_object();
    for (size_t i = 0; i < count && lengths[i] > 0; i++) {
        char *text = malloc(lengths[i] + 1);
        memset(text, 'x', lengths[i]);
        text[lengths[i]] = '\0';
        char name[8];
        snprintf(name, sizeof name, "%s%zu", key, i);
        json_object_set_new(map, name, values ? json_pack("{ss}", "S", text) : json_string(text));
        free(text);
    }
    return map;
}

enum { MEGABYTE = 1024 * 1024 };

#define TOO_BIG(what) what " exceeds max size"

/* Of both maps together; keys count with their first character. Measured in DynamoDB Local 2.6.1. */
static const struct {
    size_t values[2], names[34];
    const char *message;
} sizes[] = {
    { { 2 * MEGABYTE - 2 }, { 0 }, "" },
    { { 2 * MEGABYTE - 1 }, { 0 }, TOO_BIG("ExpressionAttributeValues") },
    { { MEGABYTE, MEGABYTE - 3 }, { 0 }, TOO_BIG("ExpressionAttributeValues") },
    { { 2 * MEGABYTE - 5 }, { 1 }, "" },
    { { 2 * MEGABYTE - 5 },
      { 2 },
      TOO_BIG("Combined size of ExpressionAttributeNames and ExpressionAttributeValues") },
    { { 2 * MEGABYTE }, { 1 }, TOO_BIG("ExpressionAttributeValues") },
    { { 1 },
      { 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
        65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535,
        65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 65535, 1 },
      TOO_BIG("ExpressionAttributeNames") },
};

Test(placeholders, size_of_maps)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct request *request = create_request();
        struct placeholders *placeholders;
        json_t *input =
            json_pack("{ssssso so}", "ConditionExpression", "a", "ProjectionExpression", "a",
                      "ExpressionAttributeValues", long_map(":", true, sizes[i].values, 2),
                      "ExpressionAttributeNames", long_map("#", false, sizes[i].names, 34));
        if (sizes[i].names[0] == 0)
            json_object_del(input, "ExpressionAttributeNames");
        placeholders_read(request, input, &placeholders);
        cr_expect_str_eq(request->message ? request->message : "", sizes[i].message, "%zu", i);
        request_destroy(request);
        json_decref(input);
    }
}

/* Of an expression with its names and values put in, each as often as it stands there. Measured there, too. */
static const struct {
    enum expression_kind kind;
    const char *text;
    size_t value;
    const char *message;
} resolved[] = {
#define TOO_LONG "Expression size has exceeded the maximum allowed size;"
    { EXPRESSION_CONDITION, "a = :0", MEGABYTE - 6, "" },
    { EXPRESSION_CONDITION, "a = :0", MEGABYTE - 5, "Invalid ConditionExpression: " TOO_LONG },
    { EXPRESSION_FILTER, "a = :0 OR b = :0", MEGABYTE / 2, "Invalid FilterExpression: " TOO_LONG },
    { EXPRESSION_UPDATE, "SET a = :0", MEGABYTE - 10, "" },
    { EXPRESSION_UPDATE, "SET a = :0", MEGABYTE - 9, "Invalid UpdateExpression: " TOO_LONG },
};

Test(placeholders, size_put_in)
{
    for (size_t i = 0; i < sizeof resolved / sizeof *resolved; i++) {
        struct request *request = create_request();
        struct placeholders *placeholders;
        json_t *input = json_pack("{ssso}", "ConditionExpression", "a", "ExpressionAttributeValues",
                                  long_map(":", true, &resolved[i].value, 1));
        cr_assert_eq(placeholders_read(request, input, &placeholders), 0, "%s", request->message);
        struct condition *condition;
        struct update *update;
        if (resolved[i].kind == EXPRESSION_UPDATE)
            update_parse(request, slice_of(resolved[i].text), placeholders, &update);
        else
            condition_parse(request, resolved[i].kind, slice_of(resolved[i].text), placeholders,
                            &condition);
        cr_expect_str_eq(request->message ? request->message : "", resolved[i].message, "%zu", i);
        request_destroy(request);
        json_decref(input);
    }
}

static const struct {
    const char *condition, *input, *message;
} used[] = {
    { "#a = :a",
      "{" C "'ExpressionAttributeNames':{'#a':'x'},'ExpressionAttributeValues':{':a':{'S':'b'}}}",
      "" },
    { "x = y", "{" C "'ExpressionAttributeNames':{'#a':'b','#c':'d'}}",
      "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c, #a}" },
    { "x = :q", "{" C "'ExpressionAttributeValues':{':q':{'S':'a'},':r':{'S':'a'},':b':{'S':'a'}}}",
      "Value provided in ExpressionAttributeValues unused in expressions: keys: {:r, :b}" },
#define NAME(n) "'#" n "':'b'"
#define TEN                                                                                        \
    NAME("0")                                                                                      \
    "," NAME("1") "," NAME("2") "," NAME("3") "," NAME("4") "," NAME("5") "," NAME("6") "," NAME(  \
        "7") "," NAME("8") "," NAME("9")
    { "x = y", "{" C "'ExpressionAttributeNames':{" TEN "," NAME("10") "}}",
      "Value provided in ExpressionAttributeNames unused in expressions: keys: {#3, #4, #5, #10, #6, #7, #8, #9, #0, #1, #2}" },
    { "x = y", "{" C "'ExpressionAttributeNames':{" TEN "," NAME("10") "," NAME("11") "}}",
      "Value provided in ExpressionAttributeNames unused in expressions: keys: {#10, #11, #0, #1, #2, #3, #4, #5, #6, #7, #8, #9}" },
    { "x = y",
      "{" C "'ExpressionAttributeNames':{'#n':'b'},'ExpressionAttributeValues':{':q':{'S':'a'}}}",
      "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}" },
};

Test(placeholders, unused)
{
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        struct request *request = create_request();
        struct placeholders *placeholders;
        struct condition *condition;
        cr_assert_eq(placeholders_read(request, test_json(request, used[i].input), &placeholders),
                     0);
        cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION, slice_of(used[i].condition),
                                     placeholders, &condition),
                     0);
        cr_expect_eq(placeholders_check_used(request, placeholders), used[i].message[0] ? -1 : 0);
        cr_expect_str_eq(request->message ? request->message : "", used[i].message);
        request_destroy(request);
    }
}

#define ALONE(what) "ExpressionAttribute" what " can only be specified when using expressions"
#define MIXED(others, expressions)                                                                 \
    "Can not use both expression and non-expression parameters in the same request: "              \
    "Non-expression parameters: {" others "} Expression parameters: {" expressions "}"

static const struct {
    const char *input, *message;
} mixed[] = {
    { "{}", "" },
    { "{'Expected':{}}", "" },
    { "{'ConditionExpression':'a'}", "" },
    { "{'Expected':null,'ConditionExpression':'a'}", "" },
    { "{'ExpressionAttributeNames':{'#a':'b'}}", ALONE("Names") },
    { "{'ExpressionAttributeNames':{}}", ALONE("Names") },
    { "{'ExpressionAttributeValues':{':a':{'S':'b'}}}", ALONE("Values") },
    { "{'ExpressionAttributeNames':{},'ExpressionAttributeValues':{}}", ALONE("Names") },
    { "{" P "'ExpressionAttributeNames':{},'ExpressionAttributeValues':{':a':{'S':'b'}}}",
      ALONE("Values") },
    { "{" C "'ExpressionAttributeNames':{},'ExpressionAttributeValues':{}}", "" },
    { "{'ConditionExpression':'a','Expected':{}}", MIXED("Expected", "ConditionExpression") },
    { "{'ConditionExpression':'a','ConditionalOperator':'AND'}",
      MIXED("ConditionalOperator", "ConditionExpression") },
    { "{'AttributesToGet':['a'],'ProjectionExpression':'a'}",
      MIXED("AttributesToGet", "ProjectionExpression") },
    { "{'ConditionalOperator':'AND','Expected':{},'AttributeUpdates':{},'ConditionExpression':'a',"
      "'UpdateExpression':'a'}",
      MIXED("AttributeUpdates, Expected, ConditionalOperator",
            "UpdateExpression, ConditionExpression") },
    { "{'KeyConditionExpression':'a','FilterExpression':'a','ProjectionExpression':'a','"
      "KeyConditions':{},"
      "'ConditionalOperator':'OR','QueryFilter':{},'AttributesToGet':['a']}",
      MIXED("AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions",
            "ProjectionExpression, FilterExpression, KeyConditionExpression") },
    { "{'KeyConditions':{},'FilterExpression':'a'}", "" },
    { "{'KeyConditions':{},'QueryFilter':{},'FilterExpression':'a'}",
      MIXED("QueryFilter", "FilterExpression") },
    { "{'KeyConditions':{},'KeyConditionExpression':'a'}",
      MIXED("KeyConditions", "KeyConditionExpression") },
    { "{'ScanFilter':{},'FilterExpression':'a'}", MIXED("ScanFilter", "FilterExpression") },
};

Test(mixing, refused)
{
    for (size_t i = 0; i < sizeof mixed / sizeof *mixed; i++) {
        struct request *request = create_request();
        cr_expect_eq(expressions_check_parameters(request, test_json(request, mixed[i].input)),
                     mixed[i].message[0] ? -1 : 0, "%s", mixed[i].input);
        cr_expect_str_eq(request->message ? request->message : "", mixed[i].message, "%s",
                         mixed[i].input);
        request_destroy(request);
    }
}
