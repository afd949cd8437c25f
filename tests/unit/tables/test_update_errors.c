/*
 * test_update_errors.c - what UpdateTable refuses. Sources of the texts and of what may come
 * together: facts/control-plane-errors.tsv, DDB-TABLE-152 to 174 and 433 of facts/control-plane.md.
 */
#include "tests/unit/harness.h"

#include <stdio.h>

#define PREFIX "One or more parameter values were invalid: "
#define PLAIN                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'sk','"   \
    "AttributeType':'S'}],"                                                                        \
    "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'},{'AttributeName':'sk','KeyType':'RANGE'" \
    "}],"                                                                                          \
    "'LocalSecondaryIndexes':[{'IndexName':'lsi','KeySchema':[{'AttributeName':'pk','KeyType':'"   \
    "HASH'},"                                                                                      \
    "{'AttributeName':'sk','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'}}],"
#define GSI(units)                                                                                 \
    "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'sk','KeyType':'"  \
    "HASH'}],"                                                                                     \
    "'Projection':{'ProjectionType':'ALL'}" units "}],"

#define ODT           "'OnDemandThroughput':{'MaxReadRequestUnits':1}"
#define PT            "'ProvisionedThroughput':{'ReadCapacityUnits':2,'WriteCapacityUnits':2}"
#define SAME_PT       "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1}"
#define STREAM        "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'}"
#define SSE           "'SSESpecification':{'Enabled':true}"
#define CLASS         "'TableClass':'STANDARD_INFREQUENT_ACCESS'"
#define PROTECT       "'DeletionProtectionEnabled':true"
#define WARM          "'WarmThroughput':{'ReadUnitsPerSecond':20000}"
#define TO_PPR        "'BillingMode':'PAY_PER_REQUEST'"
#define TO_PROV       "'BillingMode':'PROVISIONED'"
#define DEFINE        "'AttributeDefinitions':[{'AttributeName':'a','AttributeType':'S'}],"
#define UPDATES(list) "'GlobalSecondaryIndexUpdates':[" list "]"
#define CREATE(name, key)                                                                          \
    "{'Create':{'IndexName':'" name "','KeySchema':[{'AttributeName':'" key                        \
    "','KeyType':'HASH'}],"                                                                        \
    "'Projection':{'ProjectionType':'ALL'}}}"
#define CREATE_PT                                                                                  \
    "{'Create':{'IndexName':'new','KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"          \
    "'Projection':{'ProjectionType':'ALL'}," PT "}}"
#define TYPED(name) "{'AttributeName':'" name "','AttributeType':'S'}"
#define FIVE                                                                                       \
    "'AttributeDefinitions':[" TYPED("a") "," TYPED("b") "," TYPED("c") "," TYPED("d") "," TYPED(  \
        "e") "],"
#define HASH(name)  "{'AttributeName':'" name "','KeyType':'HASH'}"
#define RANGE(name) "{'AttributeName':'" name "','KeyType':'RANGE'}"
#define CREATE_KEYS(keys)                                                                          \
    "{'Create':{'IndexName':'new','KeySchema':[" keys "],'Projection':{'ProjectionType':'ALL'}}}"
#define DELETE(name)     "{'Delete':{'IndexName':'" name "'}}"
#define UPDATE(name, pt) "{'Update':{'IndexName':'" name "'," pt "}}"

#define ALONE(what) PREFIX what " modification must be the only operation in the request"
#define ONE_ONLINE                                                                                 \
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per " \
    "table"
#define AT_LEAST_ONE(consistency)                                                                  \
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "                    \
    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "    \
    "ReplicaTransitRoleArn, " consistency "DeletionProtectionEnabled, OnDemandThroughput, "        \
    "WarmThroughput or TableClass is required"
#define MISSING        "Requested resource not found: Table: Music not found"
#define VALIDATION     "ValidationException"
#define LIMIT_EXCEEDED "LimitExceededException"
#define NOT_FOUND      "ResourceNotFoundException"

struct refusal {
    const char *members, *type, *message;
};

static const struct refusal of_provisioned[] = {
    { "'AttributeDefinitions':[]", VALIDATION, AT_LEAST_ONE("MultiRegionConsistency, ") },
    { UPDATES(""), VALIDATION, AT_LEAST_ONE("MultiRegionConsistency, ") },
    { "'MultiRegionConsistency':'STRONG'", VALIDATION, AT_LEAST_ONE("") },
    { UPDATES("") "," PROTECT, VALIDATION, PREFIX "List of GlobalSecondaryIndexUpdates is empty" },

    /* Each alone; SSE, class, protection, warm in front of one another. */
    { SSE "," CLASS "," PROTECT "," WARM, VALIDATION, ALONE("Server-Side Encryption") },
    { CLASS "," PROTECT "," WARM, VALIDATION, ALONE("TableClass") },
    { PROTECT "," WARM, VALIDATION, ALONE("DeletionProtection") },
    { PROTECT "," STREAM, VALIDATION, ALONE("DeletionProtection") },
    { WARM "," PT, VALIDATION, PREFIX "WarmThroughput must be the only operation in the request" },
    { STREAM "," ODT, VALIDATION,
      PREFIX "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request" },
    { WARM "," ODT, VALIDATION,
      PREFIX "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request" },
    { STREAM "," PT, VALIDATION,
      PREFIX "You cannot modify stream status while updating table IOPS" },
    { STREAM "," TO_PROV "," PT, VALIDATION,
      PREFIX "You cannot modify stream status while updating table IOPS" },
    { PT "," UPDATES(DELETE("gsi")), VALIDATION,
      PREFIX "You cannot create or delete index while updating table IOPS" },
    { STREAM "," UPDATES(DELETE("gsi")), VALIDATION,
      PREFIX "You cannot create or delete index while changing stream status" },
    { DEFINE WARM "," UPDATES(CREATE("new", "a")), VALIDATION,
      PREFIX "Create global secondary index cannot be specified when updating WarmThroughput" },

    /* Throughput and billing. */
    { SAME_PT, VALIDATION,
      "The provisioned throughput for the table will not change. The requested value equals the "
      "current value. Current "
      "ReadCapacityUnits provisioned for the table: 1. Requested ReadCapacityUnits: 1. Current "
      "WriteCapacityUnits "
      "provisioned for the table: 1. Requested WriteCapacityUnits: 1. Refer to the Amazon DynamoDB "
      "Developer Guide for "
      "current limits and how to request higher limits." },
    { TO_PROV, VALIDATION,
      PREFIX "ProvisionedThroughput must be specified when BillingMode is PROVISIONED" },
    { TO_PPR "," PT, VALIDATION,
      PREFIX "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST" },
    { ODT, VALIDATION,
      PREFIX "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table "
             "BillingMode is PROVISIONED" },
    { "'WarmThroughput':{'WriteUnitsPerSecond':0}", VALIDATION,
      PREFIX "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than current "
             "WarmThroughput, decreasing "
             "WarmThroughput is not supported" },
    { "'ProvisionedThroughput':{'ReadCapacityUnits':40001,'WriteCapacityUnits':1}", LIMIT_EXCEEDED,
      "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in "
      "us-east-1. Per table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for "
      "current limits and how to request higher limits." },
    { "'WarmThroughput':{'ReadUnitsPerSecond':0}", VALIDATION,
      PREFIX "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current "
             "WarmThroughput, decreasing WarmThroughput is not supported" },
    { "'ProvisionedThroughput':{'ReadCapacityUnits':0,'WriteCapacityUnits':0}", VALIDATION,
      "2 validation errors detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' failed "
      "to satisfy constraint: Member must have value greater than or equal to 1; Value '0' at "
      "'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have "
      "value greater than or equal to 1" },
    { "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':40001}", LIMIT_EXCEEDED,
      "The requested WriteCapacityUnits, 40001, is above the per table maximum for the account in "
      "us-east-1. Per table "
      "maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how to "
      "request higher limits." },

    /* Streams and encryption. */
    { "'StreamSpecification':{'StreamEnabled':true}", VALIDATION,
      PREFIX "If stream is being enabled then UpdateViewType is required" },
    { "'StreamSpecification':{'StreamEnabled':false,'StreamViewType':'NEW_IMAGE'}", VALIDATION,
      PREFIX "If stream is being disabled, then UpdateViewType must not be specified" },
    { "'StreamSpecification':{'StreamEnabled':false}", VALIDATION,
      "Table has no stream to disable: TableName: Music" },
    { "'SSESpecification':{}", VALIDATION, PREFIX "Table is already encrypted by default" },
    { "'SSESpecification':{'Enabled':false,'KMSMasterKeyId':'k'}", VALIDATION,
      PREFIX "KMSMasterKeyId can not be specified if Enabled is false" },
    { "'SSESpecification':{'Enabled':false,'SSEType':'KMS'}", VALIDATION,
      PREFIX "SSEType can not be specified if Enabled is false" },
    { "'SSESpecification':{'Enabled':true,'KMSMasterKeyId':'k'}", VALIDATION,
      PREFIX "SSEType KMS is required if KMSMasterKeyId is specified" },
    { "'SSESpecification':{'Enabled':true,'SSEType':'AES256'}", VALIDATION,
      PREFIX "SSEType AES256 is not supported" },

    /* Index updates. */
    { UPDATES("{}"), VALIDATION,
      PREFIX "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
             "GlobalSecondaryIndexUpdate.Delete must not be null" },
    { UPDATES("{'Delete':{'IndexName':'gsi'},'Update':{'IndexName':'gsi'," PT "}}"), VALIDATION,
      PREFIX
      "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object" },
    { DEFINE UPDATES(DELETE("gsi") "," CREATE("gsi", "a")), VALIDATION,
      PREFIX
      "Only one global secondary index update per index is allowed simultaneously. Index: gsi" },
    { DEFINE UPDATES(CREATE("new", "a") "," DELETE("gsi")), LIMIT_EXCEEDED, ONE_ONLINE },
    { DEFINE UPDATES(CREATE("gsi", "a")), VALIDATION,
      "Attempting to create an index which already exists" },
    { UPDATES(CREATE("new", "pk")), VALIDATION,
      PREFIX "AttributeDefinitions is not specified for index: new" },
    { DEFINE UPDATES(CREATE("new", "b")), VALIDATION,
      PREFIX "Some index key attributes are not defined in AttributeDefinitions. Keys: [b], "
             "AttributeDefinitions: [a]" },
    { FIVE UPDATES(CREATE_KEYS(HASH("a") "," HASH("b") "," HASH("c") "," HASH("d") "," HASH("e"))),
      VALIDATION,
      PREFIX "The KeySchema exceeds the maximum allowed number of HASH key attributes" },
    { FIVE UPDATES(CREATE_KEYS(
          HASH("pk") "," RANGE("a") "," RANGE("b") "," RANGE("c") "," RANGE("d") "," RANGE("e"))),
      VALIDATION,
      PREFIX "The KeySchema exceeds the maximum allowed number of RANGE key attributes" },
    { DEFINE UPDATES(CREATE("new", "a")), VALIDATION,
      PREFIX "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new" },
    { UPDATES(DELETE("lsi")), VALIDATION,
      "Cannot delete an index that is not a GlobalSecondaryIndex: lsi" },
    { UPDATES(UPDATE("lsi", PT)), VALIDATION,
      "Cannot update an index that is not a GlobalSecondaryIndex: lsi" },
    { UPDATES(UPDATE("ghost", PT)), NOT_FOUND,
      "Requested resource not found: Index ghost for table Music" },
    { UPDATES(DELETE("ghost")), NOT_FOUND,
      "Requested resource not found: Index ghost for table Music" },
    { UPDATES("{'Update':{'IndexName':'gsi'}}"), VALIDATION,
      PREFIX "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: gsi" },
    { "'WarmThroughput':{'ReadUnitsPerSecond':40001}", LIMIT_EXCEEDED,
      "Subscriber limit exceeded: Requested ReadUnitsPerSecond for WarmThroughput for table "
      "exceeds TableMaxReadCapacityUnits of the account in region us-east-1" },
    { UPDATES("{'Update':{'IndexName':'gsi','WarmThroughput':{'WriteUnitsPerSecond':40001}}}"),
      LIMIT_EXCEEDED,
      "Subscriber limit exceeded: Requested WriteUnitsPerSecond for WarmThroughput for index gsi "
      "exceeds TableMaxWriteCapacityUnits of the account in region us-east-1" },
    { UPDATES(UPDATE("gsi",
                     "'ProvisionedThroughput':{'ReadCapacityUnits':40001,'WriteCapacityUnits':1}")),
      LIMIT_EXCEEDED,
      "The requested ReadCapacityUnits for index gsi, 40001, is above the per index maximum for "
      "the account in us-east-1. Per table maximum: 40000. Refer to the Amazon DynamoDB Developer "
      "Guide for current limits and how to request higher limits." },
    { UPDATES(UPDATE("gsi", ODT)), VALIDATION,
      PREFIX "MaxReadRequestUnits for OnDemandThroughput for index : gsi cannot be specified when "
             "the table BillingMode is "
             "PROVISIONED" },

    { "'GlobalTableSettingsReplicationMode':'ENABLED_WITH_OVERRIDES'", VALIDATION,
      "Value 'ENABLED_WITH_OVERRIDES' at 'GlobalTableSettingsReplicationMode' failed to satisfy "
      "constraint: Only ENABLED and DISABLED settings replication are supported for a Regional "
      "Table." },
    { "'ReplicaUpdates':[{'Create':{'RegionName':'us-west-2'}}]", VALIDATION,
      "ddbmock " DDBMOCK_VERSION " does not have ReplicaUpdates yet." },
};

static const struct refusal of_on_demand[] = {
    { UPDATES("{'Update':{'IndexName':'gsi'}}"), VALIDATION,
      PREFIX "The only Updates for index: gsi when TableThroughputMode is PAY_PER_REQUEST can be "
             "to OnDemandThroughput, WarmThroughput" },
    { UPDATES("{'Update':{'IndexName':'gsi','OnDemandThroughput':{}}}"), VALIDATION,
      PREFIX "The only Updates for index: gsi when TableThroughputMode is PAY_PER_REQUEST can be "
             "to OnDemandThroughput, WarmThroughput" },
    { UPDATES("{'Update':{'IndexName':'ghost','OnDemandThroughput':{}}}"), NOT_FOUND,
      "Requested resource not found: Index ghost for table Music" },
    { UPDATES("{'Update':{'IndexName':'gsi','WarmThroughput':{'ReadUnitsPerSecond':-1}}}"),
      VALIDATION,
      PREFIX "Requested ReadUnitsPerSecond for WarmThroughput for index gsi is lower than current "
             "WarmThroughput, decreasing WarmThroughput is not supported" },
    { PT, VALIDATION,
      PREFIX "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
             "is PAY_PER_REQUEST" },
    { UPDATES(UPDATE("gsi", PT)), VALIDATION,
      PREFIX "The only Updates for index: gsi when TableThroughputMode is PAY_PER_REQUEST can be "
             "to OnDemandThroughput, "
             "WarmThroughput" },
    { TO_PROV "," UPDATES(UPDATE("gsi", PT)), VALIDATION,
      PREFIX "ProvisionedThroughput must be specified when BillingMode is PROVISIONED" },
    { TO_PROV "," PT, VALIDATION, PREFIX "ProvisionedThroughput must be specified for index: gsi" },
    { DEFINE UPDATES(CREATE_PT), VALIDATION,
      PREFIX "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new "
             "when BillingMode is "
             "PAY_PER_REQUEST" },
    { "'OnDemandThroughput':{'MaxReadRequestUnits':-2}", VALIDATION,
      PREFIX
      "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range" },
    { "'OnDemandThroughput':{'MaxReadRequestUnits':40001}", LIMIT_EXCEEDED,
      "Subscriber limit exceeded: Requested MaxReadRequestUnits for OnDemandThroughput for table "
      "exceeds "
      "TableMaxReadCapacityUnits of the account in region us-east-1" },
};

/* Every refusal, and that none of them has changed anything. */
static void refuse_all(struct engine *engine, const struct refusal *refusals, size_t count)
{
    char before[4096], json[4096];
    snprintf(before, sizeof before, "%s",
             succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")));
    for (size_t i = 0; i < count; i++) {
        snprintf(json, sizeof json, "{'TableName':'Music',%s}", refusals[i].members);
        expect_error(engine, "UpdateTable", quoted(json), refusals[i].type, refusals[i].message);
    }
    expect(engine, "DescribeTable", quoted("{'TableName':'Music'}"), 200, before);
}

ENGINE_TEST(update_errors, provisioned)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," PLAIN GSI("," SAME_PT) SAME_PT "}"));
    refuse_all(engine, of_provisioned, sizeof of_provisioned / sizeof of_provisioned[0]);
}

ENGINE_TEST(update_errors, on_demand)
{
    succeed(engine, "CreateTable", quoted("{'TableName':'Music'," PLAIN GSI("") TO_PPR "}"));
    refuse_all(engine, of_on_demand, sizeof of_on_demand / sizeof of_on_demand[0]);
}

ENGINE_TEST(update_errors, streams_and_keys_set_already)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," PLAIN TO_PPR "," STREAM
                   ",'SSESpecification':{'SSEType':'KMS','KMSMasterKeyId':'arn:aws:kms:us-east-1:"
                   "123456789012:key/1'}}"));
    expect_error(engine, "UpdateTable", quoted("{'TableName':'Music'," STREAM "}"), VALIDATION,
                 "Table already has an enabled stream: TableName: Music");
    expect_error(engine, "UpdateTable",
                 quoted("{'TableName':'Music','SSESpecification':{'SSEType':'KMS','KMSMasterKeyId':"
                        "'arn:aws:kms:us-east-1:123456789012:key/1'}}"),
                 VALIDATION,
                 PREFIX "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId "
                        "parameter if you want to "
                        "change Master Key");
}

/* What the request alone shows, then existence, then what takes the table to know. */
static const struct refusal of_a_missing_table[] = {
    { "'AttributeDefinitions':[]", VALIDATION, AT_LEAST_ONE("MultiRegionConsistency, ") },
    { UPDATES("{'Update':{'IndexName':'ghost','WarmThroughput':{}}}"), VALIDATION,
      PREFIX "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
             "specified for index: ghost" },
    { PT "," STREAM, VALIDATION,
      PREFIX "You cannot modify stream status while updating table IOPS" },
    { TO_PROV, VALIDATION,
      PREFIX "ProvisionedThroughput must be specified when BillingMode is PROVISIONED" },
    { "'StreamSpecification':{'StreamEnabled':true}", VALIDATION,
      PREFIX "If stream is being enabled then UpdateViewType is required" },
    { "'TableClass':'GLACIER'", VALIDATION,
      "Invalid table-class parameter provided. Please try again with a valid table-class value: "
      "[STANDARD, STANDARD_INFREQUENT_ACCESS]." },
    { "'WarmThroughput':{}", NOT_FOUND, MISSING },
    { SAME_PT, NOT_FOUND, MISSING },
    { UPDATES(UPDATE("ghost", PT)), NOT_FOUND, MISSING },
    { UPDATES(CREATE("new", "pk")), NOT_FOUND, MISSING },
};

ENGINE_TEST(update_errors, missing_table)
{
    char json[4096];
    for (size_t i = 0; i < sizeof of_a_missing_table / sizeof of_a_missing_table[0]; i++) {
        const struct refusal *refusal = &of_a_missing_table[i];
        snprintf(json, sizeof json, "{'TableName':'Music',%s}", refusal->members);
        expect_error(engine, "UpdateTable", quoted(json), refusal->type, refusal->message);
    }
}

/* Empty structures count as absent beside another member, and break the service alone. */
ENGINE_TEST(update_errors, empty_members)
{
    static const char *const broken[] = {
        "'WarmThroughput':{}",
        "'OnDemandThroughput':{}",
        UPDATES("{'Update':{'IndexName':'ghost'," WARM "}}"),
    };
    char json[1024];
    succeed(engine, "CreateTable", quoted("{'TableName':'Music'," PLAIN GSI("") TO_PPR "}"));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        snprintf(json, sizeof json, "{'TableName':'Music',%s}", broken[i]);
        expect(engine, "UpdateTable", quoted(json), 500,
               quoted("{'__type':'com.amazon.coral.service#InternalFailure'}"));
    }
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'Music','WarmThroughput':{},'DeletionProtectionEnabled':false}"));
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'Music','WarmThroughput':{},'TableClass':'STANDARD'}"));
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'Music','OnDemandThroughput':{}," TO_PPR "}"));
}

ENGINE_TEST(update_errors, twenty_global_indexes)
{
    succeed(engine, "CreateTable", quoted("{'TableName':'Music'," PLAIN TO_PPR "}"));
    char json[512];
    for (int i = 0; i <= 20; i++) {
        snprintf(json, sizeof json,
                 "{'TableName':'Music'," DEFINE
                 "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'index%d','KeySchema':[{'"
                 "AttributeName':'a',"
                 "'KeyType':'HASH'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}}]}",
                 i);
        if (i < 20)
            succeed(engine, "UpdateTable", quoted(json));
        else
            expect_error(engine, "UpdateTable", quoted(json), LIMIT_EXCEEDED,
                         "Subscriber limit exceeded: Number of global secondary indexes exceeds "
                         "per-table limit of 20");
    }
}
