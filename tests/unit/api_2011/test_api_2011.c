/*
 * test_api_2011.c - API 2011-12-05: each operation's own shapes, its errors under its own name, and the same tables seen
 * with both versions. Shapes: AWS developer guide, pages API_*_v20111205; numbers: facts/legacy.md.
 */
#include "tests/unit/harness.h"

#include <stdio.h>

#define V1(operation) "DynamoDB_20111205." operation

/* Calls an operation of the old version with ' for ", and compares the whole body. */
#define expect_2011(engine, operation, json, status, body)                                         \
    expect((engine), V1(operation), quoted(json), (status), quoted(body))

#define INVALID(message)                                                                           \
    "{'__type':'com.amazon.coral.validate#ValidationException','message':'" message "'}"
#define FAILED(type, message)                                                                      \
    "{'__type':'com.amazonaws.dynamodb.v20111205#" type "','message':'" message "'}"

static void create_tables(struct engine *engine)
{
    expect_2011(engine, "CreateTable",
                "{'TableName':'comp','KeySchema':{'HashKeyElement':{'AttributeName':'user',"
                "'AttributeType':'S'},'RangeKeyElement':{'AttributeName':'time','AttributeType':"
                "'N'}},'ProvisionedThroughput':{'ReadCapacityUnits':5,'WriteCapacityUnits':10}}",
                200,
                "{'TableDescription':{'CreationDateTime':1.763845123456E9,'KeySchema':{"
                "'HashKeyElement':{'AttributeName':'user','AttributeType':'S'},'RangeKeyElement':{"
                "'AttributeName':'time','AttributeType':'N'}},'ProvisionedThroughput':{"
                "'ReadCapacityUnits':5,'WriteCapacityUnits':10},'TableName':'comp','TableStatus':"
                "'CREATING'}}");
    expect_2011(engine, "CreateTable",
                "{'TableName':'hash','KeySchema':{'HashKeyElement':{'AttributeName':'id',"
                "'AttributeType':'B'}},'ProvisionedThroughput':{'ReadCapacityUnits':1,"
                "'WriteCapacityUnits':1}}",
                200,
                "{'TableDescription':{'CreationDateTime':1.763845123456E9,'KeySchema':{"
                "'HashKeyElement':{'AttributeName':'id','AttributeType':'B'}},"
                "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1},"
                "'TableName':'hash','TableStatus':'CREATING'}}");
}

#define KEY(user, time) "{'HashKeyElement':{'S':'" user "'},'RangeKeyElement':{'N':'" time "'}}"

/* Ada at 1 to 5, each with n ten times that, and Bob at 1. */
static void put_items(struct engine *engine)
{
    create_tables(engine);
    for (int time = 1; time <= 6; time++) {
        char json[256];
        snprintf(json, sizeof json,
                 "{'TableName':'comp','Item':{'user':{'S':'%s'},'time':{'N':'%d'},'n':{'N':'%d'},"
                 "'set':{'SS':['x','y%d']}}}",
                 time == 6 ? "Bob" : "Ada", time == 6 ? 1 : time, time * 10, time);
        expect_2011(engine, "PutItem", json, 200, "{'ConsumedCapacityUnits':1.0}");
    }
}

ENGINE_TEST(api_2011, tables)
{
    create_tables(engine);
    expect_2011(engine, "ListTables", "{}", 200, "{'TableNames':['comp','hash']}");
    expect_2011(engine, "ListTables", "{'Limit':1}", 200,
                "{'LastEvaluatedTableName':'comp','TableNames':['comp']}");
    expect_2011(engine, "ListTables", "{'ExclusiveStartTableName':'comp'}", 200,
                "{'TableNames':['hash']}");
    clock_set(HARNESS_NOW + 1000);
    expect_2011(
        engine, "UpdateTable",
        "{'TableName':'comp','ProvisionedThroughput':{'ReadCapacityUnits':6,"
        "'WriteCapacityUnits':12}}",
        200,
        "{'TableDescription':{'CreationDateTime':1.763845123456E9,'KeySchema':{"
        "'HashKeyElement':{'AttributeName':'user','AttributeType':'S'},'RangeKeyElement':{"
        "'AttributeName':'time','AttributeType':'N'}},'ProvisionedThroughput':{'LastIncreaseDateTime':1.763845124456E9,"
        "'ReadCapacityUnits':5,'WriteCapacityUnits':10},'TableName':'comp','TableStatus':"
        "'UPDATING'}}");
    expect_2011(engine, "DescribeTable", "{'TableName':'comp'}", 200,
                "{'Table':{'CreationDateTime':1.763845123456E9,'ItemCount':0,'KeySchema':{"
                "'HashKeyElement':{'AttributeName':'user','AttributeType':'S'},'RangeKeyElement':{"
                "'AttributeName':'time','AttributeType':'N'}},'ProvisionedThroughput':{"
                "'LastIncreaseDateTime':1.763845124456E9,'ReadCapacityUnits':6,"
                "'WriteCapacityUnits':12},'TableName':'comp','TableSizeBytes':0,'TableStatus':"
                "'ACTIVE'}}");
    expect_2011(engine, "DeleteTable", "{'TableName':'hash'}", 200,
                "{'TableDescription':{'CreationDateTime':1.763845123456E9,'KeySchema':{"
                "'HashKeyElement':{'AttributeName':'id','AttributeType':'B'}},"
                "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1},"
                "'TableName':'hash','TableStatus':'DELETING'}}");
    expect_2011(engine, "DescribeTable", "{'TableName':'hash'}", 400,
                FAILED("ResourceNotFoundException", "Requested resource not found: Table: hash not "
                                                    "found"));
}

ENGINE_TEST(api_2011, items)
{
    put_items(engine);
    expect_2011(engine, "GetItem", "{'TableName':'comp','Key':" KEY("Ada", "1") "}", 200,
                "{'Item':{'n':{'N':'10'},'set':{'SS':['x','y1']},'time':{'N':'1'},'user':{'S':"
                "'Ada'}},'ConsumedCapacityUnits':0.5}");
    expect_2011(engine, "GetItem",
                "{'TableName':'comp','Key':" KEY("Ada", "1") ",'ConsistentRead':true,"
                                                             "'AttributesToGet':['n']}",
                200, "{'Item':{'n':{'N':'10'}},'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "GetItem", "{'TableName':'comp','Key':" KEY("Eve", "1") "}", 200,
                "{'ConsumedCapacityUnits':0.5}");
    expect_2011(engine, "PutItem",
                "{'TableName':'comp','Item':{'user':{'S':'Bob'},'time':{'N':'1'}},'Expected':{"
                "'n':{'Value':{'N':'60'}},'m':{'Exists':false}},'ReturnValues':'ALL_OLD'}",
                200,
                "{'Attributes':{'n':{'N':'60'},'set':{'SS':['x','y6']},'time':{'N':'1'},'user':{"
                "'S':'Bob'}},'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "PutItem",
                "{'TableName':'comp','Item':{'user':{'S':'Bob'},'time':{'N':'1'}},'Expected':{"
                "'n':{'Value':{'N':'60'}}}}",
                400, FAILED("ConditionalCheckFailedException", "The conditional request failed"));
    expect_2011(engine, "DeleteItem",
                "{'TableName':'comp','Key':" KEY("Bob", "1") ",'ReturnValues':'ALL_OLD'}", 200,
                "{'Attributes':{'time':{'N':'1'},'user':{'S':'Bob'}},'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "DeleteItem", "{'TableName':'comp','Key':" KEY("Bob", "1") "}", 200,
                "{'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "PutItem", "{'TableName':'hash','Item':{'id':{'B':'/w=='}}}", 200,
                "{'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "GetItem", "{'TableName':'hash','Key':{'HashKeyElement':{'B':'/w=='}}}",
                200, "{'Item':{'id':{'B':'/w=='}},'ConsumedCapacityUnits':0.5}");
}

ENGINE_TEST(api_2011, updates)
{
    put_items(engine);
    const char *key = quoted("'TableName':'comp','Key':" KEY("Ada", "1"));
    char json[512];
#define UPDATE(rest, body)                                                                         \
    snprintf(json, sizeof json, "{%s,%s}", key, quoted(rest));                                     \
    expect(engine, V1("UpdateItem"), json, 200, quoted(body))
    UPDATE("'AttributeUpdates':{'n':{'Value':{'N':'5'},'Action':'ADD'},'s':{'Value':{'S':'v'}}},"
           "'ReturnValues':'UPDATED_NEW'",
           "{'Attributes':{'n':{'N':'15'},'s':{'S':'v'}},'ConsumedCapacityUnits':1.0}");
    UPDATE("'AttributeUpdates':{'set':{'Value':{'SS':['x']},'Action':'DELETE'},'s':{'Action':"
           "'DELETE'}},'ReturnValues':'ALL_NEW'",
           "{'Attributes':{'n':{'N':'15'},'set':{'SS':['y1']},'time':{'N':'1'},'user':{'S':"
           "'Ada'}},'ConsumedCapacityUnits':1.0}");
    UPDATE("'AttributeUpdates':{'n':{'Value':{'N':'1'}}},'ReturnValues':'UPDATED_OLD'",
           "{'Attributes':{'n':{'N':'15'}},'ConsumedCapacityUnits':1.0}");
    UPDATE("'AttributeUpdates':{'n':{'Value':{'N':'2'}}},'ReturnValues':'ALL_OLD'",
           "{'Attributes':{'n':{'N':'1'},'set':{'SS':['y1']},'time':{'N':'1'},'user':{'S':'Ada'}},"
           "'ConsumedCapacityUnits':1.0}");
    /* No item of that key: DELETE makes none, ADD makes one of a number. */
    key = quoted("'TableName':'comp','Key':" KEY("Eve", "1"));
    UPDATE("'AttributeUpdates':{'n':{'Action':'DELETE'}}", "{'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "GetItem", "{'TableName':'comp','Key':" KEY("Eve", "1") "}", 200,
                "{'ConsumedCapacityUnits':0.5}");
    UPDATE("'AttributeUpdates':{'n':{'Value':{'N':'3'},'Action':'ADD'}},'ReturnValues':'ALL_NEW'",
           "{'Attributes':{'n':{'N':'3'},'time':{'N':'1'},'user':{'S':'Eve'}},"
           "'ConsumedCapacityUnits':1.0}");
#undef UPDATE
    expect_2011(engine, "UpdateItem",
                "{'TableName':'comp','Key':" KEY("Ada", "1") ",'AttributeUpdates':{'time':{"
                                                             "'Value':{'N':'2'}}}}",
                400,
                INVALID("One or more parameter values were invalid: Cannot update attribute time. "
                        "This attribute is part of the key"));
}

#define ADA(time) "{'n':{'N':'" time "0'},'time':{'N':'" time "'}}"
#define QUERY     "'TableName':'comp','HashKeyValue':{'S':'Ada'},'AttributesToGet':['n','time']"

ENGINE_TEST(api_2011, query)
{
    put_items(engine);
    static const struct {
        const char *rest, *items;
        int count;
    } rows[] = {
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'2'}],'ComparisonOperator':'EQ'}",
          ADA("2"), 1 },
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'2'}],'ComparisonOperator':'LE'}",
          ADA("1") "," ADA("2"), 2 },
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'2'}],'ComparisonOperator':'LT'}",
          ADA("1"), 1 },
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'4'}],'ComparisonOperator':'GE'}",
          ADA("4") "," ADA("5"), 2 },
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'4'}],'ComparisonOperator':'GT'}",
          ADA("5"), 1 },
        { "'RangeKeyCondition':{'AttributeValueList':[{'N':'2'},{'N':'3'}],'ComparisonOperator':"
          "'BETWEEN'},'ScanIndexForward':false",
          ADA("3") "," ADA("2"), 2 },
        { "'ExclusiveStartKey':" KEY("Ada", "3"), ADA("4") "," ADA("5"), 2 },
        { "'ExclusiveStartKey':" KEY("Ada", "3") ",'ScanIndexForward':false", ADA("2") "," ADA("1"),
          2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char json[512], body[512];
        snprintf(json, sizeof json, "{" QUERY ",%s}", rows[i].rest);
        snprintf(body, sizeof body, "{'Count':%d,'Items':[%s],'ConsumedCapacityUnits':0.5}",
                 rows[i].count, rows[i].items);
        expect_2011(engine, "Query", json, 200, body);
    }
    expect_2011(engine, "Query", "{" QUERY ",'Limit':2,'ConsistentRead':true}", 200,
                "{'Count':2,'Items':[" ADA("1") "," ADA("2") "],'LastEvaluatedKey':" KEY(
                    "Ada", "2") ",'ConsumedCapacityUnits':1.0}");
    expect_2011(engine, "Query",
                "{'TableName':'comp','HashKeyValue':{'S':'Ada'},'Count':true,'Limit':3}", 200,
                "{'Count':3,'LastEvaluatedKey':" KEY("Ada", "3") ",'ConsumedCapacityUnits':0.5}");
    expect_2011(engine, "Query", "{" QUERY ",'Count':true}", 400,
                INVALID("Cannot specify the AttributesToGet when choosing to get only the Count"));
    expect_2011(engine, "Query", "{'TableName':'hash','HashKeyValue':{'B':'/w=='}}", 400,
                INVALID("Query can be performed only on a table with a HASH,RANGE key schema"));
    expect_2011(engine, "Query",
                "{" QUERY ",'RangeKeyCondition':{'AttributeValueList':[{'N':'2'}],"
                "'ComparisonOperator':'CONTAINS'}}",
                400, INVALID("Attempted conditional constraint is not an indexable operation"));
}

ENGINE_TEST(api_2011, scan)
{
    put_items(engine);
    static const struct {
        const char *filter;
        int count;
    } rows[] = {
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'EQ'}", 1 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'NE'}", 5 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'LE'}", 2 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'LT'}", 1 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'GE'}", 5 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'GT'}", 4 },
        { "'n':{'ComparisonOperator':'NOT_NULL'}", 6 },
        { "'n':{'ComparisonOperator':'NULL'}", 0 },
        { "'set':{'AttributeValueList':[{'S':'y3'}],'ComparisonOperator':'CONTAINS'}", 1 },
        { "'set':{'AttributeValueList':[{'S':'y3'}],'ComparisonOperator':'NOT_CONTAINS'}", 5 },
        { "'user':{'AttributeValueList':[{'S':'B'}],'ComparisonOperator':'BEGINS_WITH'}", 1 },
        { "'n':{'AttributeValueList':[{'N':'20'},{'N':'60'}],'ComparisonOperator':'IN'}", 2 },
        { "'n':{'AttributeValueList':[{'N':'20'},{'N':'50'}],'ComparisonOperator':'BETWEEN'}", 4 },
        { "'n':{'AttributeValueList':[{'N':'20'}],'ComparisonOperator':'GT'},'user':{"
          "'AttributeValueList':[{'S':'Bob'}],'ComparisonOperator':'EQ'}",
          1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char json[512], body[512];
        snprintf(json, sizeof json, "{'TableName':'comp','Count':true,'ScanFilter':{%s}}",
                 rows[i].filter);
        snprintf(body, sizeof body, "{'Count':%d,'ScannedCount':6,'ConsumedCapacityUnits':0.5}",
                 rows[i].count);
        expect_2011(engine, "Scan", json, 200, body);
    }
    /* In pages of 4: all six, once each. */
    const char *first = succeed(engine, V1("Scan"), quoted("{'TableName':'comp','Limit':4}"));
    const char *last = strstr(first, "\"LastEvaluatedKey\":");
    cr_assert_not_null(last, "%s", first);
    char json[512];
    snprintf(json, sizeof json,
             "{\"TableName\":\"comp\",\"Count\":true,\"ExclusiveStartKey\":%.*s}",
             (int)(strstr(last, "}},") + 2 - strchr(last, '{')), strchr(last, '{'));
    expect(engine, V1("Scan"), json, 200,
           quoted("{'Count':2,'ScannedCount':2,'ConsumedCapacityUnits':0.5}"));
}

ENGINE_TEST(api_2011, batches)
{
    put_items(engine);
    expect_2011(
        engine, "BatchWriteItem",
        "{'RequestItems':{'comp':[{'PutRequest':{'Item':{'user':{'S':'Eve'},'time':{'N':"
        "'7'}}}},{'DeleteRequest':{'Key':" KEY("Bob", "1") "}}],'hash':[{'PutRequest':{"
                                                           "'Item':{'id':{'B':'AA=='}}}}]}}",
        200,
        "{'Responses':{'comp':{'ConsumedCapacityUnits':2.0},'hash':{"
        "'ConsumedCapacityUnits':1.0}},'UnprocessedItems':{}}");
    expect_2011(
        engine, "BatchGetItem",
        "{'RequestItems':{'comp':{'Keys':[" KEY("Eve", "7") "," KEY(
            "Bob", "1") "],"
                        "'ConsistentRead':true},'hash':{'Keys':[{'HashKeyElement':{'B':'AA=='}}],"
                        "'AttributesToGet':['id']}}}",
        200,
        "{'Responses':{'comp':{'Items':[{'time':{'N':'7'},'user':{'S':'Eve'}}],"
        "'ConsumedCapacityUnits':2.0},'hash':{'Items':[{'id':{'B':'AA=='}}],"
        "'ConsumedCapacityUnits':0.5}},'UnprocessedKeys':{}}");
    expect_2011(engine, "BatchGetItem", "{'RequestItems':{'none':{'Keys':[" KEY("a", "1") "]}}}",
                400, FAILED("ResourceNotFoundException", "Requested resource not found"));
}

ENGINE_TEST(api_2011, both_versions_see_the_same)
{
    put_items(engine);
    expect(engine, "GetItem",
           quoted("{'TableName':'comp','Key':{'user':{'S':'Ada'},'time':{'N':'2'}},"
                  "'ProjectionExpression':'n'}"),
           200, quoted("{'Item':{'n':{'N':'20'}}}"));
    succeed(
        engine, "PutItem",
        quoted("{'TableName':'comp','Item':{'user':{'S':'New'},'time':{'N':'1'},'list':{'L':[]},"
               "'n':{'N':'1'}}}"));
    expect_2011(engine, "GetItem",
                "{'TableName':'comp','Key':" KEY("New", "1") ",'AttributesToGet':['n']}", 200,
                "{'Item':{'n':{'N':'1'}},'ConsumedCapacityUnits':0.5}");
    expect_2011(engine, "GetItem", "{'TableName':'comp','Key':" KEY("New", "1") "}", 400,
                INVALID("Attribute list is of type L, which API version 2011-12-05 does not have; "
                        "read it with 2012-08-10, or leave it out of AttributesToGet"));
    succeed(engine, "CreateTable",
            quoted("{'TableName':'demand','BillingMode':'PAY_PER_REQUEST','KeySchema':[{"
                   "'AttributeName':'k','KeyType':'HASH'}],'AttributeDefinitions':[{"
                   "'AttributeName':'k','AttributeType':'S'}]}"));
    expect_2011(engine, "DescribeTable", "{'TableName':'demand'}", 200,
                "{'Table':{'CreationDateTime':1.763845123456E9,'ItemCount':0,'KeySchema':{"
                "'HashKeyElement':{'AttributeName':'k','AttributeType':'S'}},"
                "'ProvisionedThroughput':{'ReadCapacityUnits':0,'WriteCapacityUnits':0},"
                "'TableName':'demand','TableSizeBytes':0,'TableStatus':'ACTIVE'}}");
}

ENGINE_TEST(api_2011, what_is_wrong)
{
    put_items(engine);
    expect_2011(engine, "GetItem", "{'TableName':'comp','Key':{'HashKeyElement':{'S':'Ada'}}}", 400,
                INVALID("The provided key size does not match with that of the schema"));
    expect_2011(engine, "GetItem",
                "{'TableName':'comp','Key':{'HashKeyElement':{'N':'1'},'RangeKeyElement':{'N':"
                "'1'}}}",
                400, INVALID("The provided key element does not match the schema"));
    expect_2011(engine, "GetItem", "{'TableName':'none','Key':" KEY("Ada", "1") "}", 400,
                FAILED("ResourceNotFoundException", "Requested resource not found"));
    expect_2011(engine, "GetItem", "{'TableName':'comp'}", 400,
                INVALID("1 validation error detected: Value null at `key` failed to satisfy "
                        "constraint: Member must not be null"));
    expect_2011(engine, "PutItem",
                "{'TableName':'comp','Item':{'user':{'S':'x'},'time':{'N':'1'},'b':{'BOOL':true}}}",
                400,
                INVALID("Supplied AttributeValue is empty, must contain exactly one of the "
                        "supported datatypes"));
    expect_2011(engine, "PutItem", "{'TableName':'comp','Item':7}", 400,
                "{'__type':'com.amazon.coral.service#SerializationException','Message':'Unexpected "
                "field type'}");
    expect_2011(engine, "CreateTable", "{'TableName':'ab'}", 400,
                INVALID("3 validation errors detected: Value `ab` at `tableName` failed to satisfy "
                        "constraint: Member must have length greater than or equal to 3; Value "
                        "null at `keySchema` failed to satisfy constraint: Member must not be "
                        "null; Value null at `provisionedThroughput` failed to satisfy "
                        "constraint: Member must not be null"));
    expect_2011(engine, "TransactWriteItems", "{}", 400,
                "{'__type':'com.amazon.coral.service#UnknownOperationException'}");
}
