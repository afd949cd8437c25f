/*
 * test_create_errors.c - what CreateTable refuses, in the service's words, and in which order.
 * Sources of the texts: facts/control-plane-errors.tsv.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <stdlib.h>

#define PREFIX "One or more parameter values were invalid: "

struct refusal {
    const char *members; /* beside TableName, with ' for " */
    const char *message; /* of a ValidationException */
};

#define PK      "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"
#define PK_HASH "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
#define PK_SK                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'sk','"   \
    "AttributeType':'S'}],"
#define PK_SK_KEY                                                                                  \
    "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'" \
    "}],"
#define PPR   "'BillingMode':'PAY_PER_REQUEST'"
#define UNITS "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1}"
#define ALL   "'Projection':{'ProjectionType':'ALL'}"
#define GSI                                                                                        \
    "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'pk','KeyType':'"  \
    "HASH'}],"
#define LSI "'LocalSecondaryIndexes':[{'IndexName':'lsi',"

static const struct refusal refusals[] = {
    /* Billing comes before everything else that the content can say. */
    { "'AttributeDefinitions':[]," PK_HASH PPR "," UNITS,
      PREFIX "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
             "is PAY_PER_REQUEST" },
    { "'AttributeDefinitions':[],'KeySchema':[{'AttributeName':'pk','KeyType':'RANGE'}]",
      PREFIX "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
             "PROVISIONED" },
    { PK PK_HASH "'BillingMode':'PROVISIONED'",
      PREFIX "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
             "PROVISIONED" },
    { PK PK_HASH "'ProvisionedThroughput':{'ReadCapacityUnits':1000000000001,'WriteCapacityUnits':"
                 "1000000000001}",
      "Given value 1000000000001 for ReadCapacityUnits is out of bounds" },

    /* Definitions and keys. */
    { "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'pk','"
      "AttributeType':'N'}]," PK_HASH PPR,
      "Attribute Name is duplicated: pk" },
    { "'AttributeDefinitions':[]," PK_HASH PPR,
      "Invalid KeySchema: Some index key attribute have no definition" },
    { "'AttributeDefinitions':[{'AttributeName':'other','AttributeType':'S'}]," PK_HASH PPR,
      PREFIX "Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], "
             "AttributeDefinitions: [other]" },
    { PK_SK "'KeySchema':[{'AttributeName':'q','KeyType':'RANGE'},{'AttributeName':'q','KeyType':'"
            "RANGE'}]," PPR,
      PREFIX "Some index key attributes are not defined in AttributeDefinitions. Keys: [q, q], "
             "AttributeDefinitions: [sk, pk]" },
    { PK_SK "'KeySchema':[{'AttributeName':'pk','KeyType':'RANGE'},{'AttributeName':'pk','KeyType':"
            "'RANGE'}]," PPR,
      "Both the Hash Key and the Range Key element in the KeySchema have the same name" },
    { PK_SK "'KeySchema':[{'AttributeName':'sk','KeyType':'RANGE'},{'AttributeName':'pk','KeyType':"
            "'HASH'}]," PPR,
      "Invalid KeySchema: The first KeySchemaElement is not a HASH key type" },
    { PK_SK "'KeySchema':[{'AttributeName':'sk','KeyType':'HASH'},{'AttributeName':'pk','KeyType':'"
            "HASH'}]," PPR,
      "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type" },
    { PK_SK PK_HASH PPR, PREFIX "Number of attributes in KeySchema does not exactly match number "
                                "of attributes defined in AttributeDefinitions" },
    /* The measured example of DDB-TABLE-127, in the order of Java's maps. */
    { "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'sk','"
      "AttributeType':'S'},"
      "{'AttributeName':'a','AttributeType':'S'},{'AttributeName':'b','AttributeType':'S'},"
      "{'AttributeName':'c','AttributeType':'S'}]," PK_SK_KEY PPR
      ",'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'a','KeyType':'"
      "HASH'}],'Projection':{}}]",
      PREFIX "Some AttributeDefinitions are not used. AttributeDefinitions: [sk, a, b, pk, c], "
             "keys used: [a, sk, pk]" },

    /* Indexes. */
    { PK PK_HASH PPR ",'GlobalSecondaryIndexes':[]",
      PREFIX "List of GlobalSecondaryIndexes is empty" },
    { PK PK_HASH PPR ",'LocalSecondaryIndexes':[]",
      PREFIX "List of LocalSecondaryIndexes is empty" },
    { PK PK_HASH PPR "," LSI "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}]," ALL "}]",
      PREFIX "Table KeySchema does not have a range key, which is required when specifying a "
             "LocalSecondaryIndex" },
    { PK_SK PK_SK_KEY PPR "," LSI "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}]," ALL "}]",
      PREFIX "Index KeySchema does not have a range key for index: lsi" },
    { PK_SK PK_SK_KEY PPR "," LSI "'KeySchema':[{'AttributeName':'sk','KeyType':'HASH'},{'"
                          "AttributeName':'pk','KeyType':'RANGE'}]," ALL "}]",
      PREFIX "Index KeySchema does not have the same leading hash key as table KeySchema for "
             "index: lsi. index hash key: sk, "
             "table hash key: pk" },
    { PK PK_HASH PPR "," GSI "'Projection':{}}]", PREFIX "Unknown ProjectionType: null" },
    { PK PK_HASH PPR "," GSI "'Projection':{'ProjectionType':'INCLUDE'}}]",
      PREFIX "ProjectionType is INCLUDE, but NonKeyAttributes is not specified" },
    { PK PK_HASH PPR "," GSI
                     "'Projection':{'ProjectionType':'KEYS_ONLY','NonKeyAttributes':['x']}}]",
      PREFIX "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified" },
    { PK PK_HASH PPR "," GSI
                     "'Projection':{'ProjectionType':'INCLUDE','NonKeyAttributes':['x','y','x']}}]",
      PREFIX "Duplicate element in NonKeyAttributes: x" },
    { PK PK_HASH PPR "," GSI ALL "," UNITS "}]",
      PREFIX "ProvisionedThroughput should not be specified for index: gsi when BillingMode is "
             "PAY_PER_REQUEST" },
    { PK PK_HASH UNITS "," GSI ALL "}]",
      PREFIX "ProvisionedThroughput is not specified for index: gsi" },
    { PK PK_HASH PPR
      "," GSI ALL "},{'IndexName':'gsi','KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}]," ALL
      "}]",
      PREFIX "Duplicate index name: gsi" },
    { PK_SK PK_SK_KEY PPR ",'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'"
                          "AttributeName':'pk','KeyType':'HASH'},"
                          "{'AttributeName':'pk','KeyType':'HASH'}]," ALL "}]",
      "The KeySchema contains multiple key attributes with the same name" },
    { "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'a','"
      "AttributeType':'S'},"
      "{'AttributeName':'b','AttributeType':'S'}]," PK_HASH PPR
      ",'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'pk','KeyType':'"
      "HASH'},"
      "{'AttributeName':'a','KeyType':'RANGE'},{'AttributeName':'b','KeyType':'HASH'}]," ALL "}]",
      PREFIX "All HASH key attributes must precede RANGE key attributes in the KeySchema" },
    { "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'a','"
      "AttributeType':'S'},"
      "{'AttributeName':'b','AttributeType':'S'},{'AttributeName':'c','AttributeType':'S'},"
      "{'AttributeName':'d','AttributeType':'S'}]," PK_HASH PPR
      ",'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'pk','KeyType':'"
      "HASH'},"
      "{'AttributeName':'a','KeyType':'HASH'},{'AttributeName':'b','KeyType':'HASH'},{'"
      "AttributeName':'c','KeyType':'HASH'},"
      "{'AttributeName':'d','KeyType':'HASH'}]," ALL "}]",
      PREFIX "The KeySchema exceeds the maximum allowed number of HASH key attributes" },

    /* Settings. */
    { PK PK_HASH UNITS ",'OnDemandThroughput':{'MaxReadRequestUnits':1}",
      PREFIX "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table "
             "BillingMode is PROVISIONED." },
    { PK PK_HASH UNITS "," GSI ALL "," UNITS ",'OnDemandThroughput':{'MaxWriteRequestUnits':1}}]",
      PREFIX "MaxWriteRequestUnits for OnDemandThroughput for index: gsi cannot be specified when "
             "table BillingMode is PROVISIONED." },
    { PK PK_HASH "'ProvisionedThroughput':{'ReadCapacityUnits':9,'WriteCapacityUnits':1},'"
                 "WarmThroughput':{'ReadUnitsPerSecond':8}",
      PREFIX "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than "
             "ReadCapacityUnits of ProvisionedThroughput" },
    { PK PK_HASH PPR ",'OnDemandThroughput':{'MaxReadRequestUnits':0}", PREFIX
      "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range" },
    { PK PK_HASH PPR ",'SSESpecification':{'Enabled':false,'KMSMasterKeyId':'k'}",
      PREFIX "KMSMasterKeyId can not be specified if Enabled is false" },
    { PK PK_HASH PPR ",'OnDemandThroughput':{'MaxWriteRequestUnits':-1}", PREFIX
      "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range" },
    { PK PK_HASH PPR "," GSI ALL ",'OnDemandThroughput':{'MaxReadRequestUnits':0}}]",
      PREFIX "Requested MaxReadRequestUnits for OnDemandThroughput for index : gsi is outside of "
             "valid range" },
    { PK PK_HASH PPR ",'WarmThroughput':{'ReadUnitsPerSecond':1}",
      PREFIX "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial "
             "throughput for OnDemand. See: "
             "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
             "on-demand-capacity-mode.html#on-demand-capacity-mode-initial" },
    { PK PK_HASH "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':9},'"
                 "WarmThroughput':{'WriteUnitsPerSecond':8}",
      PREFIX "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than "
             "WriteCapacityUnits of "
             "ProvisionedThroughput" },
    { PK PK_HASH PPR ",'StreamSpecification':{'StreamEnabled':true}",
      PREFIX "Table is being created with a stream enabled, UpdateViewType is required" },
    { PK PK_HASH PPR ",'StreamSpecification':{'StreamEnabled':false,'StreamViewType':'NEW_IMAGE'}",
      PREFIX
      "Table is being created with a stream disabled, UpdateViewType should not be specified" },
    { PK PK_HASH PPR ",'SSESpecification':{'Enabled':false,'SSEType':'KMS'}",
      PREFIX "SSEType can not be specified if Enabled is false" },
    { PK PK_HASH PPR ",'SSESpecification':{'Enabled':true,'KMSMasterKeyId':'k'}",
      PREFIX "SSEType KMS is required if KMSMasterKeyId is specified" },
    { PK PK_HASH PPR ",'SSESpecification':{'Enabled':true,'SSEType':'AES256'}",
      PREFIX "SSEType AES256 is not supported" },
    { PK PK_HASH PPR ",'TableClass':'GLACIER'",
      "Invalid table-class parameter provided. Please try again with a valid table-class value: "
      "[STANDARD, STANDARD_INFREQUENT_ACCESS]." },
    { PK PK_HASH PPR ",'SSESpecification':{'SSEType':'KMS','KMSMasterKeyId':'arn:aws:kms:eu-west-1:"
                     "123456789012:key/1'},'Tags':[{}]",
      "The Tag Key provided is invalid, Key: null" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'a'}]", "The Tag Value provided is invalid, Value: null" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'','Value':''}]", "The Tag Key provided is invalid, Key: " },
    { PK PK_HASH PPR ",'Tags':[{'Key':'AWS:a','Value':''}]",
      "Tag Key cannot be prefixed with aws:, Key: AWS:a" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'\xd0\xba\xc3\xa9 \xe8\xa1\xa8','Value':'\xf0\x9f\x94\x91'}]",
      "The Tag Value provided is invalid, Value: \xf0\x9f\x94\x91" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'a+b-c=d.e_f:g/h@i','Value':'100%'}]",
      "The Tag Value provided is invalid, Value: 100%" },
    { PK PK_HASH PPR ",'ResourcePolicy':'{'",
      PREFIX "Invalid policy document: This policy contains invalid Json" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'a#b','Value':''}]",
      "The Tag Key provided is invalid, Key: a#b" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'a','Value':'<'}]",
      "The Tag Value provided is invalid, Value: <" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'aws:a','Value':''}]",
      "Tag Key cannot be prefixed with aws:, Key: aws:a" },
    { PK PK_HASH PPR ",'Tags':[{'Key':'a','Value':'1'},{'Key':'a','Value':'2'}]",
      "Duplicate Tag Keys provided as input: Duplicate Tag Key found a" },

    /* What is not there yet. */
    { PK PK_HASH PPR ",'VectorIndexes':[]",
      "ddbmock " DDBMOCK_VERSION " does not have VectorIndexes yet." },
};

static const char *create(const char *members)
{
    char *json = NULL;
    cr_assert_geq(asprintf(&json, "{'TableName':'Music',%s}", members), 0);
    const char *result = quoted(json);
    free(json);
    return result;
}

ENGINE_TEST(create_errors, content)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        expect_error(engine, "CreateTable", create(refusals[i].members), "ValidationException",
                     refusals[i].message);
    expect(engine, "ListTables", "{}", 200, quoted("{'TableNames':[]}"));
}

ENGINE_TEST(create_errors, content_before_existence)
{
    succeed(engine, "CreateTable", create(PK PK_HASH PPR));
    expect_error(
        engine, "CreateTable", create(PK_SK PK_HASH PPR), "ValidationException",
        PREFIX
        "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions");
    expect_error(engine, "CreateTable", create(PK PK_HASH PPR), "ResourceInUseException",
                 "Table already exists: Music");
    expect_error(
        engine, "CreateTable",
        create(PK PK_HASH
               "'ProvisionedThroughput':{'ReadCapacityUnits':40001,'WriteCapacityUnits':1}"),
        "ResourceInUseException", "Table already exists: Music");
}

static char *tags(size_t count, size_t key, size_t value)
{
    char *list = malloc(count * (key + value + 64) + 1024);
    size_t length = (size_t)sprintf(list, "{'TableName':'Music'," PK PK_HASH PPR ",'Tags':[");
    for (size_t i = 0; i < count; i++)
        length += (size_t)sprintf(list + length, "%s{'Key':'%0*zu','Value':'%0*d'}", i ? "," : "",
                                  (int)key, i, (int)value, 0);
    strcpy(list + length, "]}");
    return list;
}

/* 50 tags, keys of 128 and values of 256; the texts tell all of what is too long. */
ENGINE_TEST(create_errors, tag_limits)
{
    char message[512];
    char *list = tags(50, 128, 256);
    succeed(engine, "CreateTable", quoted(list));
    free(list);
    list = tags(51, 8, 8);
    expect_error(engine, "CreateTable", quoted(list), "ValidationException",
                 "Number of Tags exceed the current limit for the provided ResourceArn");
    free(list);
    list = tags(1, 129, 8);
    snprintf(message, sizeof message, "The Tag Key provided is invalid, Key: %0129d", 0);
    expect_error(engine, "CreateTable", quoted(list), "ValidationException", message);
    free(list);
    list = tags(1, 8, 257);
    snprintf(message, sizeof message, "The Tag Value provided is invalid, Value: %0257d", 0);
    expect_error(engine, "CreateTable", quoted(list), "ValidationException", message);
    free(list);
}

/* KMS's own words, with an id of KMS's. */
ENGINE_TEST(create_errors, key_of_another_region)
{
    static const char before[] =
        "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"KMS validation "
        "error: com.amazonaws.services.kms.model.NotFoundException: Invalid arn eu-west-1 (Service: "
        "AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: ";
    static const char after[] = "; Proxy: null)\"}";
    int status;
    struct slice body = call(
        engine, "CreateTable",
        create(PK PK_HASH PPR ",'SSESpecification':{'SSEType':'KMS','KMSMasterKeyId':'arn:aws:kms:"
                              "eu-west-1:123456789012:key/1'}"),
        &status);
    cr_assert_eq(status, 400);
    cr_assert_eq(body.length, sizeof before - 1 + 36 + sizeof after - 1, "%s", body.data);
    cr_assert_eq(memcmp(body.data, before, sizeof before - 1), 0, "%s", body.data);
    cr_assert_str_eq(body.data + sizeof before - 1 + 36, after);
}

ENGINE_TEST(create_errors, missing_members)
{
    expect_error(
        engine, "CreateTable", quoted("{'TableName':'Music','BillingMode':'FREE'}"),
        "ValidationException",
        "3 validation errors detected: Value null at 'attributeDefinitions' failed to "
        "satisfy constraint: Member must not be null; Value 'FREE' at 'billingMode' failed "
        "to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, "
        "PAY_PER_REQUEST]; Value null at 'keySchema' failed to satisfy constraint: Member "
        "must not be null");
    expect_error(engine, "CreateTable", create(PK_HASH PPR), "ValidationException",
                 "1 validation error detected: Value null at 'attributeDefinitions' failed to "
                 "satisfy constraint: Member "
                 "must not be null");
    expect_error(engine, "CreateTable", create(PK PPR), "ValidationException",
                 "1 validation error detected: Value null at 'keySchema' failed to satisfy "
                 "constraint: Member must not be "
                 "null");
}

ENGINE_TEST(create_errors, index_counts)
{
    char members[8192];
    for (int local = 0; local < 2; local++) {
        int count = local ? 6 : 21;
        size_t length =
            (size_t)snprintf(members, sizeof members, PK_SK PK_SK_KEY PPR ",'%sSecondaryIndexes':[",
                             local ? "Local" : "Global");
        for (int i = 0; i < count; i++)
            length += (size_t)snprintf(
                members + length, sizeof members - length,
                "%s{'IndexName':'index%d','KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},"
                "{'AttributeName':'sk','KeyType':'RANGE'}]," ALL "}",
                i ? "," : "", i);
        snprintf(members + length, sizeof members - length, "]");
        expect_error(engine, "CreateTable", create(members), "ValidationException",
                     local ? PREFIX "Number of LocalSecondaryIndexes exceeds per-table limit of 5"
                           : PREFIX "GlobalSecondaryIndex count exceeds the per-table limit of 20");
    }
}

ENGINE_TEST(create_errors, limits_of_the_account)
{
    expect_error(
        engine, "CreateTable",
        create(PK PK_HASH
               "'ProvisionedThroughput':{'ReadCapacityUnits':40001,'WriteCapacityUnits':1}"),
        "LimitExceededException",
        "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in "
        "us-east-1. Per "
        "table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and "
        "how to request "
        "higher limits.");
    succeed(
        engine, "CreateTable",
        quoted("{'TableName':'first'," PK PK_HASH
               "'ProvisionedThroughput':{'ReadCapacityUnits':40000,'WriteCapacityUnits':40000}}"));
    succeed(
        engine, "CreateTable",
        quoted("{'TableName':'second'," PK PK_HASH
               "'ProvisionedThroughput':{'ReadCapacityUnits':30000,'WriteCapacityUnits':40000}}"));
    expect_error(
        engine, "CreateTable",
        create(PK PK_HASH
               "'ProvisionedThroughput':{'ReadCapacityUnits':10001,'WriteCapacityUnits':1}"),
        "LimitExceededException",
        "This request would have caused the ReadCapacityUnits limit to be exceeded for the account "
        "in us-east-1. "
        "Current ReadCapacityUnits reserved by the account: 70000. Limit: 80000. Requested: 10001. "
        "Refer to the "
        "Amazon DynamoDB Developer Guide for current limits and how to request higher limits.");
    succeed(engine, "CreateTable", create(PK PK_HASH PPR));
}
