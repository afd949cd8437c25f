/*
 * test_order.c - which check wins when two fail, for every operation: a ladder of faults, of which
 * any two are put into one request together, and the upper one is what the service says. The order
 * is dynalite's 4.0.0, recorded from the service: types, constraints, content, table, index,
 * keys, state (facts/fidelity.md section 1).
 */
#include <jansson.h>
#include <stdio.h>

#include "tests/unit/conformance/conformance.h"

struct fault {
    const char
        *patch; /* merged into the request; null takes a member out; the string @ is 400 KB of x */
    const char *answer;
    const char *answer_2026; /* of the other cohort; NULL: the same; IN_ENVELOPE: in the envelope */
};

#define IN_ENVELOPE "+"

enum { BIG = 409600 };

/* Whether two patches say two things of one member. */
static bool conflict(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (!json_is_object(a) || !json_is_object(b))
        return !json_equal(a, b);
    json_object_foreach((json_t *)a, key,
                        value) if (json_object_get(b, key) &&
                                   conflict(value, json_object_get(b, key))) return true;
    return false;
}

static json_t *big(void)
{
    char *text = malloc(BIG + 1);
    memset(text, 'x', BIG);
    text[BIG] = '\0';
    json_t *string = json_string(text);
    free(text);
    return string;
}

static void merge(json_t *into, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value)
    {
        if (json_is_null(value))
            json_object_del(into, key);
        else if (json_is_object(value)) {
            if (!json_is_object(json_object_get(into, key)))
                json_object_set_new(into, key, json_object());
            merge(json_object_get(into, key), value);
        } else if (json_is_string(value) && strcmp(json_string_value(value), "@") == 0)
            json_object_set_new(into, key, big());
        else
            json_object_set_new(into, key, json_deep_copy(value));
    }
}

static json_t *load(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(quoted(text), JSON_DECODE_ANY, &error);
    cr_assert_not_null(json, "%s: %s", text, error.text);
    return json;
}

static const char *answer_of(const struct fault *fault)
{
    static char enveloped[1024];
    if (wording_get() == WORDING_CLASSIC || !fault->answer_2026)
        return fault->answer;
    if (strcmp(fault->answer_2026, IN_ENVELOPE) != 0)
        return fault->answer_2026;
    snprintf(enveloped, sizeof enveloped, "%s%s", ENVELOPE, fault->answer);
    return enveloped;
}

static void check_ladder_once(struct engine *engine, const char *operation, const char *base,
                              const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++) {
            json_t *request = load(base), *upper = load(faults[i].patch),
                   *lower = load(faults[j].patch);
            if (!conflict(upper, lower)) {
                merge(request, lower);
                merge(request, upper);
                char *text = json_dumps(request, JSON_COMPACT);
                const char *body = call(engine, operation, text, NULL).data,
                           *wanted = body_of(answer_of(&faults[i]));
                cr_expect_str_eq(body, wanted, "%s %s over %s\nanswered %s\n  wanted %s", operation,
                                 faults[i].patch, faults[j].patch, body, wanted);
                free(text);
            }
            json_decref(request);
            json_decref(upper);
            json_decref(lower);
        }
}

static void check_ladder(struct engine *engine, const char *operation, const char *base,
                         const struct fault *faults, size_t count)
{
    for (enum wording wording = WORDING_CLASSIC; wording <= WORDING_2026; wording++) {
        wording_set(wording);
        check_ladder_once(engine, operation, base, faults, count);
    }
    wording_set(WORDING_CLASSIC);
}

#define LADDER(engine, operation, base, faults)                                                    \
    check_ladder((engine), (operation), (base), (faults), sizeof(faults) / sizeof *(faults))

#define WRONG_TYPE "SerializationException: NUMBER_VALUE cannot be converted to String"
#define WRONG_CAPACITY                                                                             \
    ENVELOPE "Value 'hi' at 'returnConsumedCapacity' failed to satisfy constraint: Member must "   \
             "satisfy enum value "                                                                 \
             "set: [INDEXES, TOTAL, NONE]"
#define WRONG_CAPACITY_2026                                                                        \
    ENVELOPE                                                                                       \
    "Failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
#define IN_VALUES(message)                                                                         \
    "ExpressionAttributeValues contains invalid value: " message " for key :w"
#define MIXED(others, expressions)                                                                 \
    "Can not use both expression and non-expression parameters in the same request: "              \
    "Non-expression parameters: {" others "} Expression parameters: {" expressions "}"
#define WRONG_NAME  "ExpressionAttributeNames contains invalid key: Syntax error; key: \\\"n\\\""
#define NOT_NUMERIC "The parameter cannot be converted to a numeric value: x"
#define UNUSED_NAME "Value provided in ExpressionAttributeNames unused in expressions: keys: {#zz}"
#define UNUSED_VALUE                                                                               \
    "Value provided in ExpressionAttributeValues unused in expressions: keys: {:zz}"
#define WRONG_KEY     "ExpressionAttributeValues contains invalid key: Syntax error; key: \\\"w\\\""
#define NO_EXPRESSION "ExpressionAttributeValues can only be specified when using expressions"
#define SYNTAX(kind, near)                                                                         \
    "Invalid " kind "Expression: Syntax error; token: \\\"<EOF>\\\", near: \\\"" near "\\\""

ENGINE_TEST(order, put_item)
{
    static const struct fault faults[] = {
        { "{'ConditionalOperator':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'Expected':{'a':{'Exists':false}},'ConditionExpression':'a = :v'}",
          MIXED("Expected", "ConditionExpression"), IN_ENVELOPE },
        { "{'ConditionExpression':null,'ExpressionAttributeNames':null}",
          NO_EXPRESSION ": ConditionExpression is null", ENVELOPE NO_EXPRESSION },
        { "{'Item':{'a':{}}}", NO_VALUE },
        { "{'ReturnValues':'ALL_NEW'}", "ReturnValues can only be ALL_OLD or NONE", IN_ENVELOPE },
        { "{'Item':{'big':{'S':'@'}}}", "Item size has exceeded the maximum allowed size" },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME, IN_ENVELOPE },
        { "{'ExpressionAttributeValues':{'w':{'N':'x'}}}", WRONG_KEY, IN_ENVELOPE },
        { "{'ExpressionAttributeValues':{':w':{'N':'x'}}}", IN_VALUES(NOT_NUMERIC),
          ENVELOPE NOT_NUMERIC },
        { "{'ConditionExpression':'a ='}", SYNTAX("Condition", "="), IN_ENVELOPE },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME, IN_ENVELOPE },
        { "{'ExpressionAttributeValues':{':zz':{'S':'a'}}}", UNUSED_VALUE, IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Item':{'pk':{'S':null,'N':'1'}}}",
          INVALID "Type mismatch for key pk expected: S actual: N" },
        { "{'Item':{'sk':null}}", INVALID "Missing the key sk in the item" },
        { "{'Item':{'g':{'N':'1'}}}",
          INVALID "Type mismatch for Index Key g Expected: S Actual: N IndexName: all" },
        { "{}", UNMET },
    };
    /* The same with a condition of before expressions. */
    static const struct fault legacy[] = {
        { "{'Item':{'q':{}}}", NO_VALUE },
        { "{'ReturnValues':'ALL_NEW'}", "ReturnValues can only be ALL_OLD or NONE", IN_ENVELOPE },
        { "{'Item':{'big':{'S':'@'}}}", "Item size has exceeded the maximum allowed size" },
        { "{'Expected':{'a':{'Exists':true}}}",
          INVALID "Value must be provided when Exists is true for Attribute: a", IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Item':{'sk':null}}", INVALID "Missing the key sk in the item" },
        { "{'Expected':{'b':{'Value':{'S':'a'}}}}", UNMET },
    };
    create_tables(engine);
    LADDER(engine, "PutItem",
           "{'TableName':'indexed','Item':{'pk':{'S':'a'},'sk':{'S':'b'}},'ConditionExpression':'a "
           "= :v',"
           "'ExpressionAttributeValues':{':v':{'S':'x'}}}",
           faults);
    LADDER(engine, "PutItem", "{'TableName':'indexed','Item':{'pk':{'S':'a'},'sk':{'S':'b'}}}",
           legacy);
}

ENGINE_TEST(order, delete_item)
{
    static const struct fault faults[] = {
        { "{'ConditionalOperator':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'Expected':{'a':{'Exists':false}}}", MIXED("Expected", "ConditionExpression"),
          IN_ENVELOPE },
        { "{'Key':{'sk':{'S':null}}}", NO_VALUE },
        { "{'ReturnValues':'ALL_NEW'}", "ReturnValues can only be ALL_OLD or NONE", IN_ENVELOPE },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME, IN_ENVELOPE },
        { "{'ExpressionAttributeValues':{':w':{'N':'x'}}}", IN_VALUES(NOT_NUMERIC),
          ENVELOPE NOT_NUMERIC },
        { "{'ConditionExpression':'a ='}", SYNTAX("Condition", "="), IN_ENVELOPE },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME, IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Key':{'z':{'S':'z'}}}", SCHEMA },
        { "{'Key':{'pk':{'S':''}}}", EMPTY_KEY("pk") },
        { "{}", UNMET },
    };
    create_tables(engine);
    LADDER(
        engine, "DeleteItem",
        "{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}},'ConditionExpression':'a = :v',"
        "'ExpressionAttributeValues':{':v':{'S':'x'}}}",
        faults);
}

ENGINE_TEST(order, update_item)
{
    static const struct fault faults[] = {
        { "{'ConditionalOperator':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'Expected':{'a':{'Exists':false}}}",
          MIXED("Expected", "UpdateExpression, ConditionExpression"), IN_ENVELOPE },
        { "{'Key':{'sk':{'S':null}}}", NO_VALUE },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME, IN_ENVELOPE },
        { "{'ExpressionAttributeValues':{':w':{'N':'x'}}}", IN_VALUES(NOT_NUMERIC),
          ENVELOPE NOT_NUMERIC },
        { "{'UpdateExpression':'SET u'}", SYNTAX("Update", "u"), IN_ENVELOPE },
        { "{'UpdateExpression':'SET u = :v, u.b = :v'}",
          "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
          "rewrite one of these "
          "paths; path one: [u], path two: [u, b]",
          IN_ENVELOPE },
        { "{'ConditionExpression':'a ='}", SYNTAX("Condition", "="), IN_ENVELOPE },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME, IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Key':{'z':{'S':'z'}}}", SCHEMA },
        { "{'UpdateExpression':'SET pk = :v'}",
          INVALID "Cannot update attribute pk. This attribute is part of the key" },
        { "{'ConditionExpression':'a = :v'}", UNMET },
        { "{'UpdateExpression':'SET u.b = :v'}",
          "The document path provided in the update expression is invalid for update" },
    };
    static const struct fault legacy[] = {
        { "{'UpdateExpression':'SET a = b'}",
          MIXED("AttributeUpdates, Expected", "UpdateExpression"), IN_ENVELOPE },
        { "{'Key':{'sk':{'S':null}}}", NO_VALUE },
        { "{'AttributeUpdates':{'b':{'Value':{'N':'x'}}}}", NOT_NUMERIC, IN_ENVELOPE },
        { "{'AttributeUpdates':{'b':{'Action':'ADD'}}}",
          INVALID "Only DELETE action is allowed when no attribute value is specified",
          IN_ENVELOPE },
        { "{'Expected':{'a':{'Exists':true}}}",
          INVALID "Value must be provided when Exists is true for Attribute: a", IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Key':{'z':{'S':'z'}}}", SCHEMA },
        { "{'AttributeUpdates':{'pk':{'Value':{'S':'a'}}}}",
          INVALID "Cannot update attribute pk. This attribute is part of the key" },
        { "{'Expected':{'b':{'Value':{'S':'a'}}}}", UNMET },
    };
    create_tables(engine);
    LADDER(
        engine, "UpdateItem",
        "{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}},'UpdateExpression':'SET u = :v',"
        "'ConditionExpression':'a <> :v','ExpressionAttributeValues':{':v':{'S':'x'}}}",
        faults);
    LADDER(engine, "UpdateItem",
           "{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}},'AttributeUpdates':{'a':{"
           "'Value':{'S':'x'}}},'Expected':{}}",
           legacy);
}

ENGINE_TEST(order, get_item)
{
    static const struct fault faults[] = {
        { "{'ProjectionExpression':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'AttributesToGet':['a']}", MIXED("AttributesToGet", "ProjectionExpression") },
        { "{'Key':{'sk':{'S':null}}}", NO_VALUE },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME },
        { "{'ProjectionExpression':'a,'}", SYNTAX("Projection", ",") },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Key':{'z':{'S':'z'}}}", SCHEMA },
    };
    static const struct fault legacy[] = {
        { "{'ExpressionAttributeNames':{}}",
          "ExpressionAttributeNames can only be specified when using expressions" },
        { "{'Key':{'sk':{'S':null}}}", NO_VALUE },
        { "{'AttributesToGet':['a','a']}", INVALID "Duplicate value in attribute name: a" },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'Key':{'z':{'S':'z'}}}", SCHEMA },
    };
    create_tables(engine);
    LADDER(engine, "GetItem",
           "{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}},'ProjectionExpression':'a'}",
           faults);
    LADDER(engine, "GetItem", "{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}}}", legacy);
}

#define EITHER                                                                                     \
    "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "       \
    "request."
#define SPECIFIC                                                                                   \
    "Must specify the AttributesToGet or ProjectionExpression when choosing to get "               \
    "SPECIFIC_ATTRIBUTES"
#define FEW_ARGUMENTS INVALID "Invalid number of argument(s) for the EQ ComparisonOperator"

ENGINE_TEST(order, query)
{
    static const struct fault faults[] = {
        { "{'ProjectionExpression':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'AttributesToGet':['a'],'FilterExpression':null}",
          MIXED("AttributesToGet", "KeyConditionExpression") },
        { "{'ExclusiveStartKey':{'sk':{'S':null}}}",
          "The provided starting key is invalid: " NO_VALUE },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME },
        { "{'ExpressionAttributeValues':{':w':{'N':'x'}}}", IN_VALUES(NOT_NUMERIC), NOT_NUMERIC },
        { "{'KeyConditionExpression':'pk ='}", SYNTAX("KeyCondition", "=") },
        { "{'KeyConditionExpression':'pk = :p AND begins_with(sk, "
          ":n)','ExpressionAttributeValues':{':n':{'N':'1'}}}",
          "Invalid KeyConditionExpression: Incorrect operand type for operator or function; "
          "operator or function: "
          "begins_with, operand type: N" },
        { "{'FilterExpression':'a ='}", SYNTAX("Filter", "=") },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME },
        { "{'KeyConditionExpression':'pk = :p OR sk = :p'}",
          "Invalid operator used in KeyConditionExpression: OR",
          "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR" },
        { "{'Select':'SPECIFIC_ATTRIBUTES'}", SPECIFIC, IN_ENVELOPE },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'IndexName':'nope'}", "The table does not have the specified index: nope" },
        { "{'ExclusiveStartKey':{'pk':{'S':'a'}}}", "The provided starting key is invalid" },
        { "{'KeyConditionExpression':'sk = :p'}", "Query condition missed key schema element: pk" },
        { "{'ExclusiveStartKey':{'pk':{'S':'b'},'sk':{'S':'b'}}}",
          "The provided starting key is outside query boundaries based on provided conditions" },
    };
    static const struct fault legacy[] = {
        { "{'QueryFilter':{'a':{'ComparisonOperator':'EQ'}}}", FEW_ARGUMENTS },
        { "{'AttributesToGet':['a','a']}", INVALID "Duplicate value in attribute name: a" },
        { "{'ExclusiveStartKey':{'sk':{'S':null}}}",
          "The provided starting key is invalid: " NO_VALUE },
        { "{'KeyConditions':null}", EITHER },
        { "{'KeyConditions':{'sk':{'ComparisonOperator':'EQ'}}}", FEW_ARGUMENTS },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'ExclusiveStartKey':{'pk':{'S':'a'}}}", "The provided starting key is invalid" },
    };
    create_tables(engine);
    LADDER(engine, "Query",
           "{'TableName':'pair','KeyConditionExpression':'pk = "
           ":p','ExpressionAttributeValues':{':p':{'S':'a'}}}",
           faults);
    LADDER(engine, "Query",
           "{'TableName':'pair','KeyConditions':{'pk':{'ComparisonOperator':'EQ',"
           "'AttributeValueList':[{'S':'a'}]}}}",
           legacy);
}

ENGINE_TEST(order, scan)
{
    static const struct fault faults[] = {
        { "{'ProjectionExpression':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY },
        { "{'AttributesToGet':['a'],'FilterExpression':'a = :p','ProjectionExpression':null}",
          MIXED("AttributesToGet", "FilterExpression") },
        { "{'FilterExpression':null,'ExpressionAttributeNames':null,'ProjectionExpression':null}",
          NO_EXPRESSION ": FilterExpression is null" },
        { "{'ExclusiveStartKey':{'sk':{'S':null}}}",
          "The provided starting key is invalid: " NO_VALUE },
        { "{'Segment':4,'TotalSegments':4}",
          "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
          "Segment: 4 is not less than "
          "TotalSegments: 4" },
        { "{'ExpressionAttributeNames':{'n':'a'}}", WRONG_NAME },
        { "{'ExpressionAttributeValues':{':w':{'N':'x'}}}", IN_VALUES(NOT_NUMERIC) },
        { "{'FilterExpression':'a ='}", SYNTAX("Filter", "=") },
        { "{'ProjectionExpression':'a,'}", SYNTAX("Projection", ",") },
        { "{'ExpressionAttributeNames':{'#zz':'a'}}", UNUSED_NAME },
        { "{'Select':'SPECIFIC_ATTRIBUTES'}", SPECIFIC },
        { "{'TableName':'nothing'}", NOT_FOUND },
        { "{'IndexName':'nope'}", "The table does not have the specified index: nope" },
        { "{'ExclusiveStartKey':{'pk':{'S':'a'}}}",
          "The provided starting key is invalid: " SCHEMA },
    };
    static const struct fault legacy[] = {
        { "{'AttributesToGet':['a','a']}", INVALID "Duplicate value in attribute name: a" },
        { "{'ScanFilter':{'a':{'ComparisonOperator':'EQ'}}}", FEW_ARGUMENTS },
        { "{'ExclusiveStartKey':{'sk':{'S':null}}}",
          "The provided starting key is invalid: " NO_VALUE },
        { "{'Segment':4,'TotalSegments':4}",
          "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
          "Segment: 4 is not less than "
          "TotalSegments: 4" },
        { "{'TableName':'nothing'}", NOT_FOUND },
    };
    create_tables(engine);
    LADDER(engine, "Scan",
           "{'TableName':'pair','FilterExpression':'a = "
           ":p','ExpressionAttributeValues':{':p':{'S':'a'}}}",
           faults);
    LADDER(engine, "Scan", "{'TableName':'pair'}", legacy);
}

/* Of members of a transaction: all contents, then all tables, then keys, which are each member's
 * own. */
ENGINE_TEST(order, transactions)
{
#define DELETE(table, key, rest)                                                                   \
    "{'Delete':{'TableName':'" table "','Key':{'pk':{" key "}}" rest "}}"
#define MEMBERS(first, second) "{'TransactItems':[" first "," second "]}"
#define BROKEN                 ",'ConditionExpression':'a ='"
#define REASONS(message)                                                                           \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[{'Code':'None'"                                                         \
    "},{'Code':'ValidationError','Message':'" message                                              \
    "'}],'Message':'Transaction cancelled, please refer "                                          \
    "cancellation reasons for specific reasons [None, ValidationError]'}"
    static const struct exchange exchanges[] = {
        { "TransactWriteItems",
          MEMBERS(DELETE("nothing", "'S':'a'", ""), DELETE("hash", "'S':'a'", BROKEN)),
          SYNTAX("Condition", "=") },
        { "TransactWriteItems",
          MEMBERS(DELETE("nothing", "'S':'a'", ""), DELETE("hash", "'N':'x'", "")), NOT_NUMERIC },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'N':'1'", ""), DELETE("nothing", "'S':'a'", "")), NOT_FOUND },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'N':'1'", ""), DELETE("hash", "'S':''", "")), EMPTY_KEY("pk") },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'S':'a'", ",'ConditionExpression':'attribute_exists(pk)'"),
                  DELETE("hash", "'N':'1'", "")),
          REASONS(SCHEMA) },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

ENGINE_TEST(order, batches)
{
    static const struct fault gets[] = {
        { "{'RequestItems':1}", "SerializationException: Unexpected field type" },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'RequestItems':{'pair':{'AttributesToGet':['a']}}}",
          MIXED("AttributesToGet", "ProjectionExpression") },
        { "{'RequestItems':{'pair':{'ExpressionAttributeNames':{'n':'a'}}}}", WRONG_NAME },
        { "{'RequestItems':{'pair':{'ProjectionExpression':'a,'}}}", SYNTAX("Projection", ",") },
        { "{'RequestItems':{'pair':{'Keys':[{'pk':{'S':'a'},'sk':{'S':'a'}},{'sk':{'S':'a'},'pk':{'"
          "S':'a'}}]}}}",
          "Provided list of item keys contains duplicates" },
        { "{'RequestItems':{'nothing':{'Keys':[{'pk':{'S':'a'}}]}}}", NOT_FOUND },
    };
    static const struct fault writes[] = {
        { "{'RequestItems':1}", "SerializationException: Unexpected field type" },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'RequestItems':{'pair':[{'PutRequest':{'Item':{'a':{'N':'x'}}}}]}}", NOT_NUMERIC },
        { "{'RequestItems':{'nothing':[{'PutRequest':{'Item':{'pk':{'S':'a'}}}}]}}", NOT_FOUND },
        { "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'a':{'S':'a'}}}}]}}", SCHEMA },
    };
    create_tables(engine);
    LADDER(engine, "BatchGetItem",
           "{'RequestItems':{'pair':{'Keys':[{'pk':{'S':'a'},'sk':{'S':'b'}}],'"
           "ProjectionExpression':'a'}}}",
           gets);
    LADDER(engine, "BatchWriteItem", "{'RequestItems':{}}", writes);
}
