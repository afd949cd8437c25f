/*
 * test_order.c - which check wins when two fail, for the operations on one item and on many: see
 * ladder.h. The order is dynalite's 4.0.0, recorded from the service: types, constraints, content,
 * table, index, keys, state (facts/fidelity.md section 1).
 */
#include "tests/unit/conformance/ladder.h"

#define IN_VALUES(message)                                                                         \
    "ExpressionAttributeValues contains invalid value: " message " for key :w"
#define UNUSED_NAME "Value provided in ExpressionAttributeNames unused in expressions: keys: {#zz}"
#define UNUSED_VALUE                                                                               \
    "Value provided in ExpressionAttributeValues unused in expressions: keys: {:zz}"
#define WRONG_KEY     "ExpressionAttributeValues contains invalid key: Syntax error; key: \\\"w\\\""
#define NO_EXPRESSION "ExpressionAttributeValues can only be specified when using expressions"

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
