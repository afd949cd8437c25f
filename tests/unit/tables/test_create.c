/*
 * test_create.c - CreateTable, and what DescribeTable makes of it: whole bodies.
 */
#include "tests/unit/harness.h"

ENGINE_TEST(create, on_demand)
{
    expect(engine, "CreateTable",
           quoted("{'TableName':'Music','AttributeDefinitions':[{'AttributeName':'Artist','"
                  "AttributeType':'S'}],"
                  "'KeySchema':[{'AttributeName':'Artist','KeyType':'HASH'}],'BillingMode':'PAY_"
                  "PER_REQUEST'}"),
           200,
           quoted("{'TableDescription':{'AttributeDefinitions':[{'AttributeName':'Artist','"
                  "AttributeType':'S'}],"
                  "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST'},'CreationDateTime':1."
                  "763845123456E9,"
                  "'DeletionProtectionEnabled':false,'ItemCount':0,"
                  "'KeySchema':[{'AttributeName':'Artist','KeyType':'HASH'}],"
                  "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'"
                  "WriteCapacityUnits':0},"
                  "'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Music',"
                  "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Music','"
                  "TableSizeBytes':0,"
                  "'TableStatus':'CREATING'}}"));
    expect(
        engine, "DescribeTable", quoted("{'TableName':'Music'}"), 200,
        quoted("{'Table':{'AttributeDefinitions':[{'AttributeName':'Artist','AttributeType':'S'}],"
               "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST',"
               "'LastUpdateToPayPerRequestDateTime':1.763845123456E9},'CreationDateTime':1."
               "763845123456E9,"
               "'DeletionProtectionEnabled':false,'ItemCount':0,"
               "'KeySchema':[{'AttributeName':'Artist','KeyType':'HASH'}],"
               "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'"
               "WriteCapacityUnits':0},"
               "'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Music',"
               "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Music','"
               "TableSizeBytes':0,"
               "'TableStatus':'ACTIVE',"
               "'WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'ACTIVE','"
               "WriteUnitsPerSecond':4000}}}"));
}

/* Definitions and NonKeyAttributes come back sorted, indexes as they were sent. */
ENGINE_TEST(create, provisioned_with_indexes)
{
    succeed(
        engine, "CreateTable",
        quoted(
            "{'TableName':'Thread','AttributeDefinitions':[{'AttributeName':'z','AttributeType':'B'"
            "},"
            "{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'sk','AttributeType':'N'},"
            "{'AttributeName':'a','AttributeType':'S'}],"
            "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'sk','KeyType':'"
            "RANGE'}],"
            "'ProvisionedThroughput':{'ReadCapacityUnits':5,'WriteCapacityUnits':6},"
            "'GlobalSecondaryIndexes':[{'IndexName':'zz-index','KeySchema':[{'AttributeName':'z','"
            "KeyType':'HASH'},"
            "{'AttributeName':'a','KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'}],"
            "'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['y','x']},"
            "'ProvisionedThroughput':{'ReadCapacityUnits':7,'WriteCapacityUnits':8}},"
            "{'IndexName':'aa-index','KeySchema':[{'AttributeName':'a','KeyType':'HASH'}],"
            "'Projection':{'ProjectionType':'ALL'},"
            "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':2}}],"
            "'LocalSecondaryIndexes':[{'IndexName':'local','KeySchema':[{'AttributeName':'pk','"
            "KeyType':'HASH'},"
            "{'AttributeName':'z','KeyType':'RANGE'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}]"
            "}"));
    expect(
        engine, "DescribeTable", quoted("{'TableName':'Thread'}"), 200,
        quoted(
            "{'Table':{'AttributeDefinitions':[{'AttributeName':'a','AttributeType':'S'},"
            "{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'sk','AttributeType':'N'},"
            "{'AttributeName':'z','AttributeType':'B'}],'CreationDateTime':1.763845123456E9,"
            "'DeletionProtectionEnabled':false,"
            "'GlobalSecondaryIndexes':[{'IndexArn':"
            "'arn:aws:dynamodb:us-east-1:123456789012:table/Thread/index/"
            "zz-index','IndexName':'zz-index',"
            "'IndexSizeBytes':0,'IndexStatus':'ACTIVE','ItemCount':0,"
            "'KeySchema':[{'AttributeName':'z','KeyType':'HASH'},{'AttributeName':'a','KeyType':'"
            "HASH'},"
            "{'AttributeName':'sk','KeyType':'RANGE'}],"
            "'Projection':{'NonKeyAttributes':['x','y'],'ProjectionType':'INCLUDE'},"
            "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':7,'"
            "WriteCapacityUnits':8},"
            "'WarmThroughput':{'ReadUnitsPerSecond':7,'Status':'ACTIVE','WriteUnitsPerSecond':8}},"
            "{'IndexArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Thread/index/aa-index',"
            "'IndexName':'aa-index','IndexSizeBytes':0,'IndexStatus':'ACTIVE','ItemCount':0,"
            "'KeySchema':[{'AttributeName':'a','KeyType':'HASH'}],'Projection':{'ProjectionType':'"
            "ALL'},"
            "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':1,'"
            "WriteCapacityUnits':2},"
            "'WarmThroughput':{'ReadUnitsPerSecond':1,'Status':'ACTIVE','WriteUnitsPerSecond':2}}],"
            "'ItemCount':0,'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},"
            "{'AttributeName':'sk','KeyType':'RANGE'}],"
            "'LocalSecondaryIndexes':[{'IndexArn':"
            "'arn:aws:dynamodb:us-east-1:123456789012:table/Thread/index/"
            "local','IndexName':'local',"
            "'IndexSizeBytes':0,'ItemCount':0,'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},"
            "{'AttributeName':'z','KeyType':'RANGE'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}]"
            ","
            "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':5,'"
            "WriteCapacityUnits':6},"
            "'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Thread',"
            "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Thread','TableSizeBytes'"
            ":0,"
            "'TableStatus':'ACTIVE',"
            "'WarmThroughput':{'ReadUnitsPerSecond':5,'Status':'ACTIVE','WriteUnitsPerSecond':6}}"
            "}"));
}

ENGINE_TEST(create, every_setting)
{
    expect(
        engine, "CreateTable",
        quoted(
            "{'TableName':'arn:aws:dynamodb:us-east-1:123456789012:table/Full',"
            "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
            "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST',"
            "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'},"
            "'SSESpecification':{'Enabled':true,'SSEType':'KMS','KMSMasterKeyId':'0123-abc'},"
            "'Tags':[{'Key':'Owner','Value':'blue "
            "team'}],'TableClass':'STANDARD_INFREQUENT_ACCESS',"
            "'DeletionProtectionEnabled':true,'WarmThroughput':{'ReadUnitsPerSecond':12001},"
            "'OnDemandThroughput':{'MaxReadRequestUnits':100},'ResourcePolicy':'{}'}"),
        200,
        quoted(
            "{'TableDescription':{'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'"
            "}],"
            "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST'},'CreationDateTime':1."
            "763845123456E9,"
            "'DeletionProtectionEnabled':true,'ItemCount':0,"
            "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
            "'LatestStreamArn':"
            "'arn:aws:dynamodb:us-east-1:123456789012:table/Full/stream/2025-11-22T20:58:43.456',"
            "'LatestStreamLabel':'2025-11-22T20:58:43.456','OnDemandThroughput':{'"
            "MaxReadRequestUnits':100},"
            "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'"
            "WriteCapacityUnits':0},"
            "'SSEDescription':{'KMSMasterKeyArn':'arn:aws:kms:us-east-1:123456789012:key/0123-abc',"
            "'SSEType':'KMS','Status':'ENABLED'},"
            "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'},"
            "'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Full',"
            "'TableClassSummary':{'TableClass':'STANDARD_INFREQUENT_ACCESS'},"
            "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Full','TableSizeBytes':"
            "0,"
            "'TableStatus':'CREATING',"
            "'WarmThroughput':{'ReadUnitsPerSecond':12001,'Status':'UPDATING','WriteUnitsPerSecond'"
            ":4000}}}"));
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Full'}"));
    cr_assert(
        strstr(body, quoted("'WarmThroughput':{'ReadUnitsPerSecond':12001,'Status':'ACTIVE',")),
        "%s", body);
}

/* Numbers of items and bytes are live, with 100 bytes for each item. */
ENGINE_TEST(create, counts_what_is_stored)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music','AttributeDefinitions':[{'AttributeName':'Artist','"
                   "AttributeType':'S'}],"
                   "'KeySchema':[{'AttributeName':'Artist','KeyType':'HASH'}],'BillingMode':'PAY_"
                   "PER_REQUEST'}"));
    succeed(engine, "PutItem",
            quoted("{'TableName':'Music','Item':{'Artist':{'S':'Nina'},'N':{'N':'12'}}}"));
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(strstr(body, "\"ItemCount\":1,"), "%s", body);
    /* Artist 6 + Nina 4 + N 1 + 12 as a number 2 */
    cr_assert(strstr(body, "\"TableSizeBytes\":113,"), "%s", body);
}

/* Times below 10^7 s and whole ones, as Java prints them. */
ENGINE_TEST(create, times)
{
    static const struct {
        long long now;
        const char *text;
    } times[] = {
        { 1700000000000, "\"CreationDateTime\":1.7E9," },
        { 1763845123450, "\"CreationDateTime\":1.76384512345E9," },
        { 1000000000000, "\"CreationDateTime\":1.0E9," },
        { 1763845123006, "\"CreationDateTime\":1.763845123006E9," },
        { 10000000000, "\"CreationDateTime\":1.0E7," },
        { 9999999999, "\"CreationDateTime\":9999999.999," },
        { 86400000, "\"CreationDateTime\":86400.0," },
        { 1, "\"CreationDateTime\":0.001," },
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        clock_set(times[i].now);
        const char *body = succeed(engine, "CreateTable",
                                   quoted("{'TableName':'Music','AttributeDefinitions':[{'"
                                          "AttributeName':'Artist','AttributeType':'S'}],"
                                          "'KeySchema':[{'AttributeName':'Artist','KeyType':'HASH'}"
                                          "],'BillingMode':'PAY_PER_REQUEST'}"));
        cr_assert(strstr(body, times[i].text), "%s", body);
        succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
    }
}
