/*
 * test_update.c - UpdateTable: what each change answers, what DescribeTable says afterwards, and
 * the budget of decreases.
 */
#include "tests/unit/harness.h"

#include <stdio.h>

#define PLAIN                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"                         \
    "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
#define ON_DEMAND "{'TableName':'Music'," PLAIN "'BillingMode':'PAY_PER_REQUEST'}"
#define PROVISIONED                                                                                \
    "{'TableName':'Music'," PLAIN                                                                  \
    "'ProvisionedThroughput':{'ReadCapacityUnits':9,'WriteCapacityUnits':9}}"

/* Whether UpdateTable with these members succeeds with a body that has `part` (both with ' for ").
 */
static void update(struct engine *engine, const char *members, const char *part)
{
    char json[2048];
    snprintf(json, sizeof json, "{'TableName':'Music',%s}", members);
    const char *body = succeed(engine, "UpdateTable", quoted(json));
    cr_assert(strstr(body, quoted(part)), "%s\nanswered %s\nwithout %s", members, body, part);
}

static void described(struct engine *engine, const char *part)
{
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(strstr(body, quoted(part)), "%s\nis without %s", body, part);
}

static void not_described(struct engine *engine, const char *part)
{
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(!strstr(body, quoted(part)), "%s\nhas %s", body, part);
}

/* The answer has the old values, the new moment and the old count. */
ENGINE_TEST(update, throughput)
{
    succeed(engine, "CreateTable", quoted(PROVISIONED));
    clock_set(HARNESS_NOW + 1000);
    expect(
        engine, "UpdateTable",
        quoted("{'TableName':'Music','ProvisionedThroughput':{'ReadCapacityUnits':10,'"
               "WriteCapacityUnits':8}}"),
        200,
        quoted(
            "{'TableDescription':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'"
            "}],"
            "'CreationDateTime':1.763845123456E9,'DeletionProtectionEnabled':false,'ItemCount':0,"
            "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
            "'ProvisionedThroughput':{'LastDecreaseDateTime':1.763845124456E9,"
            "'LastIncreaseDateTime':1.763845124456E9,'NumberOfDecreasesToday':0,'ReadCapacityUnits'"
            ":9,"
            "'WriteCapacityUnits':9},'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/"
            "Music',"
            "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Music','TableSizeBytes':"
            "0,"
            "'TableStatus':'UPDATING',"
            "'WarmThroughput':{'ReadUnitsPerSecond':9,'Status':'ACTIVE','WriteUnitsPerSecond':9}}"
            "}"));
    described(engine, "'NumberOfDecreasesToday':1,'ReadCapacityUnits':10,'WriteCapacityUnits':8}");
    described(engine,
              "'TableStatus':'ACTIVE','WarmThroughput':{'ReadUnitsPerSecond':10,'Status':'ACTIVE',"
              "'WriteUnitsPerSecond':9}");
    update(engine,
           "'BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':10,'"
           "WriteCapacityUnits':9}",
           "'NumberOfDecreasesToday':1,'ReadCapacityUnits':10,'WriteCapacityUnits':8}");
}

static void decrease(struct engine *engine, int to)
{
    char json[256];
    snprintf(json, sizeof json,
             "{'TableName':'Music','ProvisionedThroughput':{'ReadCapacityUnits':%d,'"
             "WriteCapacityUnits':%d}}",
             to, to);
    succeed(engine, "UpdateTable", quoted(json));
}

/* Four a UTC day, then one an hour after the last; midnight gives four more. */
ENGINE_TEST(update, decreases)
{
    const char *fifth = quoted("{'TableName':'Music','ProvisionedThroughput':{'ReadCapacityUnits':"
                               "4,'WriteCapacityUnits':4}}");
    clock_set(1791494000000); /* Thursday, 8 October 2026, 21:13:20 */
    succeed(engine, "CreateTable", quoted(PROVISIONED));
    for (int to = 8; to > 4; to--)
        decrease(engine, to);
    expect_error(engine, "UpdateTable", fifth, "LimitExceededException",
                 "Subscriber limit exceeded: Provisioned throughput decreases are limited within a "
                 "given UTC day. After the "
                 "first 4 decreases, each subsequent decrease in the same UTC day can be performed "
                 "at most once every 3600 "
                 "seconds. Number of decreases today: 4. Last decrease at Thursday, October 8, "
                 "2026 at 9:13:20 PM "
                 "Coordinated Universal Time. Next decrease can be made at Thursday, October 8, "
                 "2026 at 10:13:20 PM "
                 "Coordinated Universal Time.");
    clock_set(1791494000000 + 3599999);
    int status;
    call(engine, "UpdateTable", fifth, &status);
    cr_assert_eq(status, 400);
    clock_set(1791494000000 + 3600000);
    decrease(engine, 4);
    described(engine, "'NumberOfDecreasesToday':5,");
    clock_set(1791494000000 + 7200000); /* 23:13:20: the next hour ends after midnight */
    decrease(engine, 3);
    struct slice body = call(engine, "UpdateTable",
                             quoted("{'TableName':'Music','ProvisionedThroughput':{'"
                                    "ReadCapacityUnits':2,'WriteCapacityUnits':2}}"),
                             NULL);
    cr_assert(
        strstr(body.data, "Next decrease can be made at Friday, October 9, 2026 at 12:00:00 AM"),
        "%s", body.data);
    clock_set(1791504000000); /* Friday, 00:00:00 */
    described(engine, "'NumberOfDecreasesToday':0,");
    decrease(engine, 2);
    described(engine, "'NumberOfDecreasesToday':1,");
}

ENGINE_TEST(update, billing_mode)
{
    succeed(engine, "CreateTable", quoted(PROVISIONED));
    not_described(engine, "BillingModeSummary");
    clock_set(HARNESS_NOW + 1000);
    update(engine,
           "'BillingMode':'PAY_PER_REQUEST','OnDemandThroughput':{'MaxReadRequestUnits':10}",
           "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST'},");
    described(engine, "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST',"
                      "'LastUpdateToPayPerRequestDateTime':1.763845124456E9}");
    described(engine, "'OnDemandThroughput':{'MaxReadRequestUnits':10},'ProvisionedThroughput':{'"
                      "NumberOfDecreasesToday':0,"
                      "'ReadCapacityUnits':0,'WriteCapacityUnits':0}");
    update(engine, "'BillingMode':'PAY_PER_REQUEST'", "'TableStatus':'UPDATING'");
    update(engine,
           "'BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':3,'"
           "WriteCapacityUnits':4}",
           "'ReadCapacityUnits':3,'WriteCapacityUnits':4");
    not_described(engine, "OnDemandThroughput");
    described(engine, "'BillingModeSummary':{'BillingMode':'PROVISIONED',"
                      "'LastUpdateToPayPerRequestDateTime':1.763845124456E9}");
    described(engine, "'WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'ACTIVE','"
                      "WriteUnitsPerSecond':4000}");
}

ENGINE_TEST(update, on_demand_limits)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    update(engine, "'OnDemandThroughput':{'MaxReadRequestUnits':1000,'MaxWriteRequestUnits':500}",
           "'OnDemandThroughput':{'MaxReadRequestUnits':1000,'MaxWriteRequestUnits':500}");
    update(engine, "'OnDemandThroughput':{'MaxReadRequestUnits':-1}",
           "'OnDemandThroughput':{'MaxReadRequestUnits':-1,'MaxWriteRequestUnits':500}");
    described(engine, "'OnDemandThroughput':{'MaxWriteRequestUnits':500},");
    update(engine, "'OnDemandThroughput':{'MaxWriteRequestUnits':-1}",
           "'OnDemandThroughput':{'MaxWriteRequestUnits':-1}");
    not_described(engine, "OnDemandThroughput");
    expect(engine, "UpdateTable", quoted("{'TableName':'Music','OnDemandThroughput':{}}"), 500,
           quoted("{'__type':'com.amazon.coral.service#InternalFailure'}"));
}

ENGINE_TEST(update, warm)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    update(
        engine, "'WarmThroughput':{'ReadUnitsPerSecond':12001}",
        "'TableStatus':'ACTIVE','WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'UPDATING',"
        "'WriteUnitsPerSecond':4000}");
    described(engine, "'WarmThroughput':{'ReadUnitsPerSecond':12001,'Status':'ACTIVE','"
                      "WriteUnitsPerSecond':4000}");
    /* The same again is a change, too, that leaves everything as it was (DDB-TABLE-179). */
    update(engine, "'WarmThroughput':{'ReadUnitsPerSecond':12001}",
           "'WarmThroughput':{'ReadUnitsPerSecond':12001,'Status':'UPDATING',");
    described(engine, "'WarmThroughput':{'ReadUnitsPerSecond':12001,'Status':'ACTIVE','"
                      "WriteUnitsPerSecond':4000}");
}

ENGINE_TEST(update, stream)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    not_described(engine, "Stream");
    update(engine, "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'KEYS_ONLY'}",
           "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'KEYS_ONLY'},");
    update(engine, "'StreamSpecification':{'StreamEnabled':false}", "'TableStatus':'UPDATING'");
    not_described(engine, "StreamSpecification");
    described(engine, "'LatestStreamLabel':'2025-11-22T20:58:43.456',");
    clock_set(HARNESS_NOW + 1);
    update(engine,
           "'BillingMode':'PAY_PER_REQUEST','StreamSpecification':{'StreamEnabled':true,'"
           "StreamViewType':'NEW_IMAGE'}",
           "'LatestStreamLabel':'2025-11-22T20:58:43.457',");
}

ENGINE_TEST(update, encryption)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    update(engine, "'SSESpecification':{'Enabled':true}",
           "'SSEDescription':{'Status':'UPDATING'},");
    described(engine, "'SSEType':'KMS','Status':'ENABLED'}");
    update(engine,
           "'SSESpecification':{'SSEType':'KMS','KMSMasterKeyId':'arn:aws:kms:us-east-1:"
           "123456789012:key/1'}",
           "'SSEType':'KMS','Status':'UPDATING'}");
    described(engine, "'SSEDescription':{'KMSMasterKeyArn':'arn:aws:kms:us-east-1:123456789012:key/"
                      "1','SSEType':'KMS',"
                      "'Status':'ENABLED'},");
    update(engine, "'SSESpecification':{'Enabled':false}",
           "'SSEDescription':{'KMSMasterKeyArn':'arn:aws:kms:us-east-1:123456789012:key/"
           "1','SSEType':'KMS',"
           "'Status':'UPDATING'},");
    not_described(engine, "SSEDescription");
}

ENGINE_TEST(update, class_and_protection)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    update(engine, "'TableClass':'STANDARD'", "'TableStatus':'UPDATING'");
    not_described(engine, "TableClassSummary");
    const char *body =
        succeed(engine, "UpdateTable",
                quoted("{'TableName':'Music','TableClass':'STANDARD_INFREQUENT_ACCESS'}"));
    cr_assert(!strstr(body, "TableClassSummary"), "%s", body);
    described(engine, "'TableClassSummary':{'LastUpdateDateTime':1.763845123456E9,"
                      "'TableClass':'STANDARD_INFREQUENT_ACCESS'}");
    clock_set(HARNESS_NOW + 1);
    update(engine, "'TableClass':'STANDARD'", "'TableClass':'STANDARD_INFREQUENT_ACCESS'}");
    described(
        engine,
        "'TableClassSummary':{'LastUpdateDateTime':1.763845123457E9,'TableClass':'STANDARD'}");
    const char *third = quoted("{'TableName':'Music','TableClass':'STANDARD_INFREQUENT_ACCESS'}");
    expect_error(
        engine, "UpdateTable", third, "LimitExceededException",
        "Subscriber limit exceeded: Updates to TableClass are limited to 2 times in 30 day(s).");
    clock_set(HARNESS_NOW + 30 * 86400000LL);
    succeed(engine, "UpdateTable", third);

    update(engine, "'DeletionProtectionEnabled':true", "'DeletionProtectionEnabled':true,");
    described(engine, "'DeletionProtectionEnabled':true,");

    update(engine, "'GlobalTableSettingsReplicationMode':'ENABLED'",
           "'GlobalTableSettingsReplicationMode':'ENABLED',");
    described(engine, "'GlobalTableSettingsReplicationMode':'ENABLED',");
    update(engine, "'GlobalTableSettingsReplicationMode':'DISABLED'",
           "'GlobalTableSettingsReplicationMode':'DISABLED',");
}

#define CREATE_INDEX                                                                               \
    "'AttributeDefinitions':[{'AttributeName':'a','AttributeType':'N'},{'AttributeName':'unused'," \
    "'AttributeType':'S'}],"                                                                       \
    "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'gsi','KeySchema':[{'AttributeName':'"  \
    "a','KeyType':'HASH'},"                                                                        \
    "{'AttributeName':'pk','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'}}}]"

ENGINE_TEST(update, index)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    update(engine, CREATE_INDEX,
           "'GlobalSecondaryIndexes':[{'Backfilling':false,"
           "'IndexArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/"
           "gsi','IndexName':'gsi',"
           "'IndexSizeBytes':0,'IndexStatus':'CREATING','ItemCount':0,'KeySchema':[{'AttributeName'"
           ":'a','KeyType':'HASH'},"
           "{'AttributeName':'pk','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'},"
           "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'"
           "WriteCapacityUnits':0}}],");
    described(engine, "'IndexStatus':'ACTIVE',");
    described(engine, "'AttributeDefinitions':[{'AttributeName':'a','AttributeType':'N'},"
                      "{'AttributeName':'pk','AttributeType':'S'}],");
    not_described(engine, "Backfilling");
    update(engine,
           "'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'gsi','OnDemandThroughput':{'"
           "MaxReadRequestUnits':7}}}]",
           "'IndexStatus':'UPDATING',");
    described(engine, "'OnDemandThroughput':{'MaxReadRequestUnits':7},'Projection'");
    update(engine, "'GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'gsi'}}]",
           "'IndexStatus':'DELETING',");
    not_described(engine, "GlobalSecondaryIndexes");
    described(engine, "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],");
    update(engine, CREATE_INDEX, "'IndexStatus':'CREATING'");
}

/* Table throughput is ACTIVE meanwhile, and the index echoes the old values. */
ENGINE_TEST(update, index_throughput)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," PLAIN
                   "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1},"
                   "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'pk'"
                   ",'KeyType':'HASH'}],"
                   "'Projection':{'ProjectionType':'ALL'},"
                   "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1}}]}"));
    const char *members =
        "'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'gsi',"
        "'ProvisionedThroughput':{'ReadCapacityUnits':2,'WriteCapacityUnits':3}}}]";
    update(engine, members, "'IndexStatus':'UPDATING',");
    described(
        engine,
        "'LastIncreaseDateTime':1.763845123456E9,'NumberOfDecreasesToday':0,'ReadCapacityUnits':2,"
        "'WriteCapacityUnits':3},'WarmThroughput':{'ReadUnitsPerSecond':2,");
    char json[512];
    snprintf(json, sizeof json, "{'TableName':'Music',%s}", members);
    expect_error(engine, "UpdateTable", quoted(json), "ValidationException",
                 "The provisioned throughput for the index gsi will not change. The requested "
                 "value equals the current "
                 "value. Current ReadCapacityUnits provisioned for index gsi: 2. Requested "
                 "ReadCapacityUnits: 2. Current "
                 "WriteCapacityUnits provisioned for index gsi: 3. Requested WriteCapacityUnits: "
                 "3. Refer to the Amazon "
                 "DynamoDB Developer Guide for current limits and how to request higher limits.");
}

/* What the table has already is in the new index, and gone with it. */
ENGINE_TEST(update, index_is_filled)
{
    succeed(engine, "CreateTable", quoted(ON_DEMAND));
    succeed(engine, "PutItem",
            quoted("{'TableName':'Music','Item':{'pk':{'S':'one'},'a':{'N':'1'}}}"));
    succeed(engine, "PutItem", quoted("{'TableName':'Music','Item':{'pk':{'S':'two'}}}"));
    update(engine, CREATE_INDEX, "'IndexStatus':'CREATING'");
    /* pk 2 + one 3 + a 1 + 1 as a number 2, and 100 */
    described(engine, "'IndexSizeBytes':108,'IndexStatus':'ACTIVE','ItemCount':1,");
    const char *found =
        succeed(engine, "Query",
                quoted("{'TableName':'Music','IndexName':'gsi','KeyConditionExpression':'a = :a',"
                       "'ExpressionAttributeValues':{':a':{'N':'1'}}}"));
    cr_assert(strstr(found, "\"Count\":1"), "%s", found);
    update(engine, "'GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'gsi'}}]", "DELETING");
    update(engine, CREATE_INDEX, "'IndexStatus':'CREATING'");
    described(engine, "'IndexStatus':'ACTIVE','ItemCount':1,");
}
