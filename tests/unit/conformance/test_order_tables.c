/*
 * test_order_tables.c - which check wins when two fail, for the operations on tables: see ladder.h.
 * Shape, existence, content and state come in an order of their own here (facts/control-plane.md
 * rule 2): of CreateTable content comes before existence, of UpdateTable what needs no table does.
 */
#include "engine/table.h"
#include "tests/unit/conformance/ladder.h"

#define DEFINED(name, type) "{'AttributeName':'" name "','AttributeType':'" type "'}"
#define HASH(name)          "{'AttributeName':'" name "','KeyType':'HASH'}"
#define RANGE(name)         "{'AttributeName':'" name "','KeyType':'RANGE'}"
#define INDEX(name, keys, more)                                                                    \
    "{'IndexName':'" name "','KeySchema':[" keys "],'Projection':{'ProjectionType':'ALL'}" more "}"
#define UNITS(read, write)                                                                         \
    "'ProvisionedThroughput':{'ReadCapacityUnits':" read ",'WriteCapacityUnits':" write "}"
#define NOT_BOOLEAN "SerializationException: Unexpected token received from parser"
#define NO_TABLE    "ResourceNotFoundException: Requested resource not found: Table: nothing not found"

ENGINE_TEST(order, create_table)
{
    static const struct fault faults[] = {
        { "{'DeletionProtectionEnabled':'maybe'}", NOT_BOOLEAN },
        { "{'AttributeDefinitions':{'0':{'AttributeType':'X'}}}",
          ENVELOPE "Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy "
                   "constraint: Member must satisfy enum value set: [B, N, S]" },
        { "{" UNITS("1", "1") "}",
          INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                  "BillingMode is PAY_PER_REQUEST" },
        { "{'AttributeDefinitions':{'4':" DEFINED("pk", "S") "}}",
          "Attribute Name is duplicated: pk" },
        { "{'KeySchema':{'1':{'AttributeName':'q'}}}",
          INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, "
                  "q], AttributeDefinitions: [sk, a, b, pk]" },
        { "{'KeySchema':{'0':{'KeyType':'RANGE'}}}",
          "Invalid KeySchema: The first KeySchemaElement is not a HASH key type" },
        { "{'KeySchema':{'1':{'KeyType':'HASH'}}}",
          "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type" },
        { "{'LocalSecondaryIndexes':{'1':{'KeySchema':{'1':{'AttributeName':'z'}}}}}",
          INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk, "
                  "z], AttributeDefinitions: [sk, a, b, pk]" },
        { "{'GlobalSecondaryIndexes':{'0':{'KeySchema':{'0':{'KeyType':'RANGE'}}}}}",
          "Invalid KeySchema: The first KeySchemaElement is not a HASH key type" },
        { "{'GlobalSecondaryIndexes':{'0':{'KeySchema':{'0':{'AttributeName':'b'}}}}}",
          INVALID "Some AttributeDefinitions are not used. AttributeDefinitions: [sk, a, b, pk], "
                  "keys used: [b, sk, pk]" },
        { "{'LocalSecondaryIndexes':{'0':{'KeySchema':{'0':{'AttributeName':'sk'}}}}}",
          INVALID "Index KeySchema does not have the same leading hash key as table KeySchema for "
                  "index: loc. index hash key: sk, table hash key: pk" },
        { "{'LocalSecondaryIndexes':{'0':{'Projection':{'ProjectionType':null}}}}",
          INVALID "Unknown ProjectionType: null" },
        { "{'LocalSecondaryIndexes':{'1':{'IndexName':'loc'}}}",
          INVALID "Duplicate index name: loc" },
        { "{'GlobalSecondaryIndexes':{'0':{'Projection':{'NonKeyAttributes':['x']}}}}",
          INVALID "ProjectionType is ALL, but NonKeyAttributes is specified" },
        { "{'GlobalSecondaryIndexes':{'0':{" UNITS("1", "1") "}}}",
          INVALID "ProvisionedThroughput should not be specified for index: glo when BillingMode "
                  "is PAY_PER_REQUEST" },
        { "{'GlobalSecondaryIndexes':{'0':{'OnDemandThroughput':{'MaxReadRequestUnits':0}}}}",
          INVALID "Requested MaxReadRequestUnits for OnDemandThroughput for index : glo is outside "
                  "of valid range" },
        { "{'OnDemandThroughput':{'MaxWriteRequestUnits':0}}",
          INVALID "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of "
                  "valid range" },
        { "{'WarmThroughput':{'ReadUnitsPerSecond':1}}",
          INVALID "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial "
                  "throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/"
                  "developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial" },
        { "{'StreamSpecification':{'StreamEnabled':true}}",
          INVALID "Table is being created with a stream enabled, UpdateViewType is required" },
        { "{'SSESpecification':{'Enabled':true,'KMSMasterKeyId':'k'}}",
          INVALID "SSEType KMS is required if KMSMasterKeyId is specified" },
        { "{'TableClass':'GLACIER'}",
          "Invalid table-class parameter provided. Please try again with a valid table-class value: "
          "[STANDARD, STANDARD_INFREQUENT_ACCESS]." },
        { "{'ResourcePolicy':'x'}",
          INVALID "Invalid policy document: This policy contains invalid Json" },
        { "{'Tags':[{'Key':'aws:x','Value':''}]}",
          "Tag Key cannot be prefixed with aws:, Key: aws:x" },
        { "{'TableName':'pair'}", "ResourceInUseException: Table already exists: pair" },
    };
    static const struct fault provisioned[] = {
        { "{'DeletionProtectionEnabled':'maybe'}", NOT_BOOLEAN },
        { "{" UNITS("0", "1") "}",
          ENVELOPE "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
                   "constraint: Member must have value greater than or equal to 1" },
        { "{'ProvisionedThroughput':null}",
          INVALID "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
                  "BillingMode is PROVISIONED" },
        { "{" UNITS("1000000000001", "1") "}",
          "Given value 1000000000001 for ReadCapacityUnits is out of bounds" },
        { "{'GlobalSecondaryIndexes':{'0':{'ProvisionedThroughput':null}}}",
          INVALID "ProvisionedThroughput is not specified for index: glo" },
        { "{'OnDemandThroughput':{'MaxReadRequestUnits':1}}",
          INVALID "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table "
                  "BillingMode is PROVISIONED." },
        { "{'TableName':'pair'}", "ResourceInUseException: Table already exists: pair" },
        { "{" UNITS("1", "40001") "}",
          "LimitExceededException: The requested WriteCapacityUnits, 40001, is above the per table "
          "maximum for the account in us-east-1. Per table maximum: 40000. Refer to the Amazon "
          "DynamoDB Developer Guide for current limits and how to request higher limits." },
    };
    create_tables(engine);
    LADDER(
        engine, "CreateTable",
        "{'TableName':'new','BillingMode':'PAY_PER_REQUEST','KeySchema':[" HASH("pk") "," RANGE("sk") "],'AttributeDefinitions':[" DEFINED("pk", "S") "," DEFINED(
            "sk",
            "S") "," DEFINED("a",
                             "S") "," DEFINED("b",
                                              "S") "],'LocalSecondaryIndexes':[" INDEX("loc",
                                                                                       HASH("pk") "," RANGE(
                                                                                           "b"),
                                                                                       "") "," INDEX("loc2",
                                                                                                     HASH("pk") "," RANGE(
                                                                                                         "b"),
                                                                                                     "") "],'GlobalSecondaryIndexes':[" INDEX("glo",
                                                                                                                                              HASH(
                                                                                                                                                  "a"),
                                                                                                                                              "") "]}",
        faults);
    LADDER(
        engine, "CreateTable",
        "{'TableName':'new','KeySchema':[" HASH("pk") "],'AttributeDefinitions':[" DEFINED(
            "pk",
            "S") "]," UNITS("1", "1") ",'GlobalSecondaryIndexes':[" INDEX("glo", HASH("pk"),
                                                                          "," UNITS("1", "1")) "]}",
        provisioned);
}

#define ALONE(what) INVALID what " modification must be the only operation in the request"

ENGINE_TEST(order, update_table)
{
    static const struct fault faults[] = {
        { "{'DeletionProtectionEnabled':'maybe'}", NOT_BOOLEAN },
        { "{'GlobalSecondaryIndexUpdates':{'0':{'Update':{'IndexName':'x'}}}}",
          ENVELOPE "Value 'x' at 'globalSecondaryIndexUpdates.1.member.update.indexName' failed to "
                   "satisfy constraint: Member must have length greater than or equal to 3" },
        { "{'SSESpecification':{'Enabled':true}}", ALONE("Server-Side Encryption") },
        { "{'TableClass':'GLACIER'}", ALONE("TableClass") },
        { "{'DeletionProtectionEnabled':true}", ALONE("DeletionProtection") },
        { "{'OnDemandThroughput':{'MaxReadRequestUnits':1}}",
          INVALID "OnDemandThroughput can only be combined with BillingMode in an UpdateTable "
                  "request" },
        { "{'WarmThroughput':{'ReadUnitsPerSecond':15000}}",
          INVALID "WarmThroughput must be the only operation in the request" },
        { "{'StreamSpecification':{'StreamEnabled':true}}",
          INVALID "You cannot modify stream status while updating table IOPS" },
        { "{'GlobalSecondaryIndexUpdates':{'0':{'Update':null,'Delete':{'IndexName':'glo'}}}}",
          INVALID "You cannot create or delete index while updating table IOPS", .hides = 1 },
        { "{" UNITS("1000000000001", "1") "}",
          "Given value 1000000000001 for ReadCapacityUnits is out of bounds" },
        { "{'BillingMode':'PAY_PER_REQUEST'}",
          INVALID "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST",
          .hides = 1 },
        { "{'GlobalSecondaryIndexUpdates':{'1':{'Update':{'IndexName':'glo'," UNITS("2",
                                                                                    "2") "}}}}",
          INVALID "Only one global secondary index update per index is allowed simultaneously. "
                  "Index: glo",
          .hides = 2 },
        { "{'TableName':'nothing'}", NO_TABLE },
        { "{" UNITS("1", "1") "}",
          "The provisioned throughput for the table will not change. The requested value equals "
          "the current value. Current ReadCapacityUnits provisioned for the table: 1. Requested "
          "ReadCapacityUnits: 1. Current WriteCapacityUnits provisioned for the table: 1. "
          "Requested WriteCapacityUnits: 1. Refer to the Amazon DynamoDB Developer Guide for "
          "current limits and how to request higher limits." },
        { "{'GlobalSecondaryIndexUpdates':{'0':{'Update':{'IndexName':'ghost'}}}}",
          "ResourceNotFoundException: Requested resource not found: Index ghost for table units",
          .hides = 2 },
        { "{" UNITS("2", "40001") "}",
          "LimitExceededException: The requested WriteCapacityUnits, 40001, is above the per table "
          "maximum for the account in us-east-1. Per table maximum: 40000. Refer to the Amazon "
          "DynamoDB Developer Guide for current limits and how to request higher limits." },
    };
    /* Of a change of streams and indexes. */
    static const struct fault streams[] = {
        { "{'StreamSpecification':{'StreamViewType':'X'}}",
          ENVELOPE "Value 'X' at 'streamSpecification.streamViewType' failed to satisfy "
                   "constraint: Member must satisfy enum value set: [OLD_IMAGE, KEYS_ONLY, "
                   "NEW_AND_OLD_IMAGES, NEW_IMAGE]" },
        { "{'GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'ghost'}}]}",
          INVALID "You cannot create or delete index while changing stream status" },
        { "{'StreamSpecification':{'StreamViewType':null}}",
          INVALID "If stream is being enabled then UpdateViewType is required", .hides = 1 },
        { "{'GlobalSecondaryIndexUpdates':[{}]}",
          INVALID "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                  "GlobalSecondaryIndexUpdate.Delete must not be null" },
        { "{'TableName':'nothing'}", NO_TABLE },
        { "{'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'ghost'," UNITS("2", "2") "}}]}",
          "ResourceNotFoundException: Requested resource not found: Index ghost for table units" },
        { "{'StreamSpecification':{'StreamEnabled':false,'StreamViewType':null}}",
          "Table has no stream to disable: TableName: units", .hides = 1 },
    };
    succeed(
        engine, "CreateTable",
        quoted("{'TableName':'units','KeySchema':[" HASH("pk") "],'AttributeDefinitions':[" DEFINED(
            "pk",
            "S") "]," UNITS("1",
                            "1") ",'GlobalSecondaryIndexes':[" INDEX("glo", HASH("pk"),
                                                                     "," UNITS("1", "1")) "]}"));
    LADDER(
        engine, "UpdateTable",
        "{'TableName':'units'," UNITS(
            "2",
            "2") ",'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'glo'," UNITS("2",
                                                                                       "2") "}}]}",
        faults);
    LADDER(
        engine, "UpdateTable",
        "{'TableName':'units','StreamSpecification':{'StreamEnabled':true,'StreamViewType':'KEYS_ONLY'}}",
        streams);
}

/* State goes after existence and before what the change itself would be refused for. */
ENGINE_TEST(order, states_of_tables)
{
#define BUSY "ResourceInUseException: Attempt to change a resource which is still in use: "
    static const struct fault updates[] = {
        { "{" UNITS("0", "1") "}",
          ENVELOPE "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy "
                   "constraint: Member must have value greater than or equal to 1" },
        { "{'TableName':'nothing'}", NO_TABLE },
        { "{}", BUSY "Table is being created: slow" },
        { "{" UNITS("1", "1") "}", BUSY "Table is being created: slow" },
    };
    static const struct fault creations[] = {
        { "{'TableClass':'GLACIER'}",
          "Invalid table-class parameter provided. Please try again with a valid table-class value: "
          "[STANDARD, STANDARD_INFREQUENT_ACCESS]." },
        { "{'TableName':'slow'}", BUSY "Table is being created: slow" },
        { "{" UNITS("1", "40001") "}",
          "LimitExceededException: The requested WriteCapacityUnits, 40001, is above the per table "
          "maximum for the account in us-east-1. Per table maximum: 40000. Refer to the Amazon "
          "DynamoDB Developer Guide for current limits and how to request higher limits." },
    };
    static const struct exchange others[] = {
        { "DeleteTable", "{'TableName':1}", WRONG_TYPE },
        { "DeleteTable", "{'TableName':'slow'}",
          "Resource cannot be deleted as it is currently protected against deletion. Disable "
          "deletion protection first." },
        { "DeleteTable", "{'TableName':'nothing'}", NO_TABLE },
        { "DescribeTable", "{'TableName':1}", WRONG_TYPE },
        { "DescribeTable", "{'TableName':'nothing'}", NO_TABLE },
        { "ListTables", "{'Limit':'x','ExclusiveStartTableName':'x'}",
          "SerializationException: STRING_VALUE cannot be converted to Integer" },
        { "ListTables", "{'Limit':0,'ExclusiveStartTableName':1}", WRONG_TYPE },
        { "GetItem", "{'TableName':'slow','Key':{'z':{'S':'a'}}}", NOT_FOUND },
    };
#define SLOW(name)                                                                                 \
    "{'TableName':'" name "','KeySchema':[" HASH("pk") "],'AttributeDefinitions':[" DEFINED(       \
        "pk", "S") "]," UNITS("1", "1") "}"
    table_delays_parse("60");
    succeed(engine, "CreateTable",
            quoted("{'TableName':'slow','DeletionProtectionEnabled':true,'KeySchema':[" HASH(
                "pk") "],'AttributeDefinitions':[" DEFINED("pk", "S") "]," UNITS("1", "1") "}"));
    LADDER(engine, "UpdateTable", "{'TableName':'slow'," UNITS("2", "2") "}", updates);
    LADDER(engine, "CreateTable", SLOW("new"), creations);
    CHECK(engine, others);
}
