/*
 * test_states.c - what is refused and what is taken while something is under way in a table, and how DDBMOCK_DELAYS says
 * how long that is. Sources: facts/control-plane-errors.tsv; the findings DDB-TABLE-063, 119, 120, 175, 286, 369, 370, 375,
 * 376, 450, 452 and 458 of facts/control-plane.md.
 */
#include "tests/unit/harness.h"

#include <errno.h>
#include <stdio.h>

#include "engine/table.h"

#define IN_USE "Attempt to change a resource which is still in use: "
#define DEFINE                                                                                     \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'a','"    \
    "AttributeType':'S'}],"
#define KEYS "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
#define GSI(units)                                                                                 \
    "'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':'a','KeyType':"    \
    "'HASH'}],'Projection':{'ProjectionType':'ALL'}" units "}],"
#define UNITS(n)        "'ProvisionedThroughput':{'ReadCapacityUnits':" #n ",'WriteCapacityUnits':" #n "}"
#define ON_DEMAND       "'BillingMode':'PAY_PER_REQUEST'"
#define PROVISIONED     "'BillingMode':'PROVISIONED',"
#define STREAM          "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_IMAGE'}"
#define UNSTREAM        "'StreamSpecification':{'StreamEnabled':false}"
#define CLASS           "'TableClass':'STANDARD_INFREQUENT_ACCESS'"
#define STANDARD        "'TableClass':'STANDARD'"
#define LIMITS          "'OnDemandThroughput':{'MaxReadRequestUnits':10}"
#define WARM            "'WarmThroughput':{'ReadUnitsPerSecond':13000}"
#define SSE             "'SSESpecification':{'Enabled':true}"
#define PROTECT         "'DeletionProtectionEnabled':true"
#define UPDATE(members) "'GlobalSecondaryIndexUpdates':[{'Update':{'IndexName':'gsi'," members "}}]"
#define DELETE(name)    "'GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'" name "'}}]"
#define CREATE(units)                                                                              \
    "'AttributeDefinitions':[{'AttributeName':'b','AttributeType':'S'}],"                          \
    "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'new','KeySchema':[{'AttributeName':'"  \
    "b','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}" units "}}]"
#define LABEL "2025-11-22T20:59:43.456"
#define BESIDE_STREAM(what)                                                                        \
    IN_USE what " stream status is being updated. Table: Music Stream: " LABEL " Operation: ENABLE"
#define BESIDE_CLASS(what)                                                                         \
    IN_USE what " when a table class update is in progress. Table: Music "                         \
                "TableClassUpdateInProgress: STANDARD_INFREQUENT_ACCESS"
#define BESIDE_INDEX(what, doing, name)                                                            \
    IN_USE what " when an index is being " doing ". Table: Music Indexes: [" name "]"
#define NOT_LIMITS IN_USE "OnDemandThroughput cannot be updated while "

/* What somebody tries meanwhile: refused with `message`, or answered with the TableStatus. */
struct attempt {
    const char *members;
    const char *message; /* of a ResourceInUseException, unless `type` says otherwise */
    const char *status;
    const char *type;
};

static void create(struct engine *engine, bool on_demand)
{
    succeed(engine, "CreateTable",
            on_demand ? quoted("{'TableName':'Music'," DEFINE KEYS GSI("") ON_DEMAND "}")
                      : quoted("{'TableName':'Music'," DEFINE KEYS GSI("," UNITS(1)) UNITS(1) "}"));
    table_delays_parse("60,index-allocate=600,index-backfill=600");
    clock_set(HARNESS_NOW + 60000);
}

static const char *update(struct engine *engine, const char *members)
{
    char json[2048];
    snprintf(json, sizeof json, "{'TableName':'Music',%s}", members);
    return succeed(engine, "UpdateTable", quoted(json));
}

static void has(const char *body, const char *part)
{
    cr_assert(strstr(body, quoted(part)), "%s\nis without %s", body, part);
}

static void attempt(struct engine *engine, const struct attempt *attempts)
{
    char json[2048];
    for (; attempts->members; attempts++) {
        snprintf(json, sizeof json, "{'TableName':'Music',%s}", attempts->members);
        if (attempts->message) {
            expect_error(engine, "UpdateTable", quoted(json),
                         attempts->type ? attempts->type : "ResourceInUseException",
                         attempts->message);
            continue;
        }
        snprintf(json, sizeof json, "'TableStatus':'%s'", attempts->status);
        has(update(engine, attempts->members), json);
    }
}

static void no_deletion(struct engine *engine, const char *message)
{
    expect_error(engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ResourceInUseException",
                 message);
}

#define IOPS          IN_USE "Table IOPS are currently being updated. Table: Music"
#define BEING_UPDATED IN_USE "Table: Music is in the process of being updated."
#define BESIDE_IOPS_INDEX                                                                          \
    IN_USE "Can't create or delete indexes while table IOPS are being updated. Table: Music"
#define BESIDE_IOPS_STREAM                                                                         \
    IN_USE "Can't enable or disable stream while table IOPS are being updated. Table: Music"

ENGINE_TEST(states, throughput)
{
    create(engine, false);
    has(update(engine, UNITS(2)), "'TableStatus':'UPDATING'");
    attempt(engine, (const struct attempt[]){
                        { UNITS(3), IOPS },
                        { UNITS(2), IOPS },
                        { ON_DEMAND, IOPS },
                        { STREAM, BESIDE_IOPS_STREAM },
                        { CREATE("," UNITS(1)), BESIDE_IOPS_INDEX },
                        { DELETE("gsi"), BESIDE_IOPS_INDEX },
                        { SSE, .status = "ACTIVE" },
                        { WARM, .status = "UPDATING" },
                        { PROTECT, .status = "UPDATING" },
                        { NULL },
                    });
    update(engine, "'DeletionProtectionEnabled':false");
    no_deletion(engine, BEING_UPDATED);
}

/* The old mode counts until the switch has settled: a way back is then no change, and dropped. */
ENGINE_TEST(states, to_provisioned)
{
    create(engine, true);
    const char *body = update(engine, PROVISIONED UNITS(5) "," UPDATE(UNITS(6)));
    has(body, "'BillingModeSummary':{'BillingMode':'PROVISIONED'");
    has(body, "'ReadCapacityUnits':5,");
    has(body, "'ReadCapacityUnits':6,");
    attempt(engine, (const struct attempt[]){
                        { UNITS(3), IOPS },
                        { STREAM, BESIDE_IOPS_STREAM },
                        { LIMITS, NOT_LIMITS "BillingMode update is in progress" },
                        { DELETE("gsi"), IN_USE "Index is being updated. Table: Music Index: gsi" },
                        { CREATE("," UNITS(1)), BESIDE_IOPS_INDEX },
                        { WARM, .status = "UPDATING" },
                        { PROTECT, .status = "UPDATING" },
                        { NULL },
                    });
    body = update(engine, ON_DEMAND);
    has(body, "'BillingMode':'PAY_PER_REQUEST'");
    has(body, "'ReadCapacityUnits':0,'WriteCapacityUnits':0},'TableArn'");
    has(body, "'TableStatus':'UPDATING'");
    clock_set(HARNESS_NOW + 120000);
    body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    has(body, "'BillingMode':'PROVISIONED'");
    has(body, "'ReadCapacityUnits':5,");
    has(body, "'TableStatus':'ACTIVE'");
}

/* The answer shows a decrease that is none afterwards; the moment of the switch comes when it has settled. */
ENGINE_TEST(states, to_on_demand)
{
    create(engine, false);
    const char *body = update(engine, ON_DEMAND);
    has(body, "'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST'},");
    has(body,
        "'ProvisionedThroughput':{'LastDecreaseDateTime':1.763845183456E9,"
        "'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'WriteCapacityUnits':0},'TableArn'");
    has(body, "'WarmThroughput':{'ReadUnitsPerSecond':1,'Status':'ACTIVE',"
              "'WriteUnitsPerSecond':1}}}");
    attempt(
        engine,
        (const struct attempt[]){
            { ON_DEMAND, IOPS },
            { PROVISIONED UNITS(3), IOPS },
            { UNITS(3), IOPS },
            { LIMITS,
              "One or more parameter values were invalid: MaxReadRequestUnits for "
              "OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED",
              NULL, "ValidationException" },
            { NULL },
        });
    no_deletion(engine, BEING_UPDATED);
    clock_set(HARNESS_NOW + 120000);
    body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    has(body, "'LastUpdateToPayPerRequestDateTime':1.763845243456E9},");
    has(body, "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,"
              "'WriteCapacityUnits':0},'TableArn'");
    has(body, "'WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'ACTIVE',"
              "'WriteUnitsPerSecond':4000}}}");
    /* An index counts it as a decrease. */
    has(body, "'NumberOfDecreasesToday':1,'ReadCapacityUnits':0,'WriteCapacityUnits':0},"
              "'WarmThroughput':");
}

ENGINE_TEST(states, stream)
{
    create(engine, true);
    has(update(engine, STREAM), "'LatestStreamLabel':'" LABEL "'");
    attempt(engine,
            (const struct attempt[]){
                { STREAM, IN_USE "A stream status change is currently in progress. Table: Music "
                                 "Stream: " LABEL " Operation: ENABLE" },
                { UNSTREAM, IN_USE "A stream status change is currently in progress. Table: Music "
                                   "Stream: " LABEL " Operation: ENABLE" },
                { PROVISIONED UNITS(1), BESIDE_STREAM("Can't change table IOPS when") },
                { CLASS, BESIDE_STREAM("Can't update table class when") },
                { LIMITS, NOT_LIMITS "stream status update is in progress" },
                { CREATE(""), BESIDE_STREAM("Can't create or delete an index when") },
                { ON_DEMAND, .status = "UPDATING" },
                { SSE, .status = "ACTIVE" },
                { WARM, .status = "UPDATING" },
                { NULL },
            });
    no_deletion(engine, IN_USE "Cannot delete table while stream is being enabled/disabled.");
}

ENGINE_TEST(states, class)
{
    create(engine, true);
    const char *body = update(engine, CLASS);
    cr_assert(!strstr(body, "TableClassSummary"), "%s", body);
    attempt(engine, (const struct attempt[]){
                        { CLASS, BESIDE_CLASS("Can't update table class") },
                        { STANDARD, BESIDE_CLASS("Can't update table class") },
                        { STREAM, BESIDE_CLASS("Can't change stream status") },
                        { CREATE(""), BESIDE_CLASS("Can't create or delete an index") },
                        { LIMITS, NOT_LIMITS "TableClass update is in progress. "
                                             "TableClassUpdateInProgress: "
                                             "STANDARD_INFREQUENT_ACCESS" },
                        { SSE, .status = "ACTIVE" },
                        { WARM, .status = "UPDATING" },
                        { PROTECT, .status = "UPDATING" },
                        { NULL },
                    });
    clock_set(HARNESS_NOW + 120000);
    has(succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")),
        "'TableClassSummary':{'LastUpdateDateTime':1.763845183456E9,"
        "'TableClass':'STANDARD_INFREQUENT_ACCESS'},");
}

/* TableStatus is ACTIVE throughout; the old key is described for two fifths of the time. */
ENGINE_TEST(states, encryption)
{
#define KEY(id) "'arn:aws:kms:us-east-1:123456789012:key/" id "'"
#define ENCRYPT(id)                                                                                \
    "'SSESpecification':{'Enabled':true,'SSEType':'KMS','KMSMasterKeyId':" KEY(id) "}"
#define DESCRIBED(id, status)                                                                      \
    "'SSEDescription':{'KMSMasterKeyArn':" KEY(id) ",'SSEType':'KMS','Status':'" status "'}"
    const char *describe = quoted("{'TableName':'Music'}");
    create(engine, true);
    has(update(engine, ENCRYPT("one")), "'SSEDescription':{'Status':'UPDATING'},");
    attempt(engine, (const struct attempt[]){
                        { ENCRYPT("two"), IN_USE "Server-Side Encryption is still being updated" },
                        { STREAM, .status = "UPDATING" },
                        { NULL },
                    });
    clock_set(HARNESS_NOW + 84000);
    has(succeed(engine, "DescribeTable", describe), DESCRIBED("one", "UPDATING"));
    clock_set(HARNESS_NOW + 120000);
    has(succeed(engine, "DescribeTable", describe), DESCRIBED("one", "ENABLED"));
    has(update(engine, ENCRYPT("two")), DESCRIBED("one", "UPDATING"));
    no_deletion(engine, BEING_UPDATED);
    clock_set(HARNESS_NOW + 143999);
    has(succeed(engine, "DescribeTable", describe), DESCRIBED("one", "UPDATING"));
    clock_set(HARNESS_NOW + 144000);
    has(succeed(engine, "DescribeTable", describe), DESCRIBED("two", "UPDATING"));
    clock_set(HARNESS_NOW + 180000);
    has(succeed(engine, "DescribeTable", describe), DESCRIBED("two", "ENABLED"));
}

/* Four changes in 24 hours from the first, then one 6 hours after the last. */
ENGINE_TEST(states, encryption_budget)
{
    const char *fifth = quoted("{'TableName':'Music'," SSE "}");
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," DEFINE KEYS GSI("") ON_DEMAND "," SSE "}"));
    for (int i = 0; i < 4; i++) {
        clock_set(HARNESS_NOW + 1000 * i);
        update(engine, SSE);
    }
#define BUDGET(count, last, next)                                                                  \
    "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window ending at "  \
    "2025-11-23T20:58:43.456Z. After the first 4 change, each subsequent change in the same "      \
    "window can be performed at most once every 21600 seconds. Number of updates today: " count    \
    ". Last change at " last "Z. Next changes can be made at " next "Z."
    expect_error(engine, "UpdateTable", fifth, "LimitExceededException",
                 BUDGET("4", "2025-11-22T20:58:46.456", "2025-11-23T02:58:46.456"));
    clock_set(HARNESS_NOW + 3000 + 21599999);
    int status;
    call(engine, "UpdateTable", fifth, &status);
    cr_assert_eq(status, 400);
    clock_set(HARNESS_NOW + 3000 + 21600000);
    update(engine, SSE);
    expect_error(engine, "UpdateTable", fifth, "LimitExceededException",
                 BUDGET("5", "2025-11-23T02:58:46.456", "2025-11-23T08:58:46.456"));
    clock_set(HARNESS_NOW + 86400000);
    for (int i = 0; i < 4; i++)
        update(engine, SSE);
    call(engine, "UpdateTable", fifth, &status);
    cr_assert_eq(status, 400);
}

/* The last request's values win, and none may be below what is in effect. */
ENGINE_TEST(states, warm)
{
    create(engine, true);
    has(update(engine, WARM), "'WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'UPDATING',"
                              "'WriteUnitsPerSecond':4000}}}");
    has(update(engine, "'WarmThroughput':{'ReadUnitsPerSecond':12500,'WriteUnitsPerSecond':4000}"),
        "'WarmThroughput':{'ReadUnitsPerSecond':12000,'Status':'UPDATING',");
    attempt(engine, (const struct attempt[]){ { LIMITS, .status = "ACTIVE" }, { NULL } });
    no_deletion(engine, BEING_UPDATED);
    clock_set(HARNESS_NOW + 120000);
    has(succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")),
        "'WarmThroughput':{'ReadUnitsPerSecond':12500,'Status':'ACTIVE',"
        "'WriteUnitsPerSecond':4000}}}");
}

#define ONE_ONLINE                                                                                 \
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per " \
    "table"

ENGINE_TEST(states, index_allocation)
{
    create(engine, true);
    const char *body = update(engine, CREATE(""));
    has(body, "{'Backfilling':false,");
    has(body, "'TableStatus':'UPDATING'");
    attempt(engine,
            (const struct attempt[]){
                { PROVISIONED UNITS(1), BESIDE_INDEX("Can't change table IOPS", "created", "new") },
                { STREAM, BESIDE_INDEX("Can't change stream status", "created", "new") },
                { LIMITS, NOT_LIMITS "index creation is in progress for indexes: [new]" },
                { DELETE("new"),
                  IN_USE "Index creation is in resource allocation phase. Retry deletion during "
                         "backfilling phase or when the index is active. Table: Music Index: new" },
                { DELETE("gsi"), ONE_ONLINE, NULL, "LimitExceededException" },
                { SSE, .status = "ACTIVE" },
                { UPDATE(LIMITS), .status = "UPDATING" },
                { NULL },
            });
    expect(engine, "UpdateTable", quoted("{'TableName':'Music'," WARM "}"), 500,
           quoted("{'__type':'com.amazonaws.dynamodb.v20120810#InternalServerError',"
                  "'message':'Table is under system maintenance, please try again later'}"));
    no_deletion(engine,
                IN_USE "Cannot delete table while indexes are being created, updated, or deleted.");
    expect_error(engine, "Scan", quoted("{'TableName':'Music','IndexName':'new'}"),
                 "ValidationException", "Cannot read from backfilling global secondary index: new");
    succeed(engine, "PutItem",
            quoted("{'TableName':'Music','Item':{'pk':{'S':'one'},'b':{'S':'x'}}}"));

    clock_set(HARNESS_NOW + 660000);
    has(succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")), "{'Backfilling':true,");
    expect_error(engine, "Scan", quoted("{'TableName':'Music','IndexName':'new'}"),
                 "ValidationException", "Cannot read from backfilling global secondary index: new");
    attempt(engine, (const struct attempt[]){
                        { DELETE("gsi"), ONE_ONLINE, NULL, "LimitExceededException" },
                        { PROTECT, .status = "ACTIVE" },
                        { LIMITS, .status = "ACTIVE" },
                        { NULL },
                    });
    clock_set(HARNESS_NOW + 1260000);
    has(succeed(engine, "Scan", quoted("{'TableName':'Music','IndexName':'new'}")), "'Count':1,");
}

/* One that is being filled may be deleted. */
ENGINE_TEST(states, index_deletion)
{
    create(engine, true);
    update(engine, CREATE(""));
    clock_set(HARNESS_NOW + 660000);
    const char *body = update(engine, DELETE("new"));
    has(body, "'IndexStatus':'DELETING'");
    has(body, "'TableStatus':'UPDATING'");
    attempt(engine,
            (const struct attempt[]){
                { PROVISIONED UNITS(1), BESIDE_INDEX("Can't change table IOPS", "deleted", "new") },
                { PROVISIONED UNITS(1) "," UPDATE(UNITS(1)),
                  BESIDE_INDEX("Can't change table IOPS", "deleted", "new") },
                { DELETE("new"), IN_USE "Index is being deleted. Table: Music Index: new" },
                { LIMITS, NOT_LIMITS "index deletion is in progress for indexes: [new]" },
                { DELETE("gsi"), ONE_ONLINE, NULL, "LimitExceededException" },
                { ON_DEMAND, .status = "UPDATING" },
                { PROTECT, .status = "UPDATING" },
                { NULL },
            });
    expect_error(engine, "Scan", quoted("{'TableName':'Music','IndexName':'new'}"),
                 "ValidationException", "The table does not have the specified index: new");
    /* What is written meanwhile is in the table alone. */
    succeed(engine, "PutItem",
            quoted("{'TableName':'Music','Item':{'pk':{'S':'one'},'b':{'S':'x'}}}"));
    body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    has(body, "/index/new','IndexName':'new','IndexSizeBytes':0,'IndexStatus':'DELETING',"
              "'ItemCount':0,");
    clock_set(HARNESS_NOW + 720000);
    body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(!strstr(body, "\"new\""), "%s", body);
    has(body, "'TableStatus':'ACTIVE'");
}

/* An index that is UPDATING leaves its table ACTIVE. */
ENGINE_TEST(states, index_update)
{
    create(engine, true);
    has(update(engine, UPDATE(LIMITS)), "'TableStatus':'ACTIVE'");
    attempt(engine, (const struct attempt[]){
                        { UPDATE("'OnDemandThroughput':{'MaxReadRequestUnits':9}"),
                          IN_USE "Index is being updated. Table: Music Index: gsi" },
                        { DELETE("gsi"), IN_USE "Index is being updated. Table: Music Index: gsi" },
                        { NULL },
                    });
    no_deletion(engine,
                IN_USE "Cannot delete table while indexes are being created, updated, or deleted.");
}

ENGINE_TEST(states, protection_pause)
{
    create(engine, true);
    table_delays_parse("protection=15");
    update(engine, PROTECT);
    clock_set(HARNESS_NOW + 74999);
    expect_error(engine, "UpdateTable",
                 quoted("{'TableName':'Music','DeletionProtectionEnabled':false}"),
                 "ThrottlingException",
                 "Deletion protection setting for table Music modified within the previous 15000 "
                 "milliseconds. Please try again after 2025-11-22T20:59:58.456Z");
    clock_set(HARNESS_NOW + 75000);
    update(engine, "'DeletionProtectionEnabled':false");
    succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
}

/* Neither data nor tables can be reached under a name that is CREATING or DELETING. */
ENGINE_TEST(states, creating_and_deleting)
{
    static const char *const operations[] = { "Scan", "GetItem", "PutItem", "DeleteItem" };
    static const char *const requests[] = {
        "{'TableName':'Music'}",
        "{'TableName':'Music','Key':{'pk':{'S':'a'}}}",
        "{'TableName':'Music','Item':{'pk':{'S':'a'}}}",
        "{'TableName':'Music','Key':{'pk':{'S':'a'}}}",
    };
    static const char *const changes[] = { STREAM, PROTECT, SSE,           WARM,
                                           LIMITS, CLASS,   DELETE("gsi"), PROVISIONED UNITS(1) };
    table_delays_parse("create=20,create-indexed=30,delete=10");
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," DEFINE KEYS GSI("") ON_DEMAND "}"));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++)
            expect_error(engine, operations[i], quoted(requests[i]), "ResourceNotFoundException",
                         "Requested resource not found");
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            char json[512];
            snprintf(json, sizeof json, "{'TableName':'Music',%s}", changes[i]);
            expect_error(engine, "UpdateTable", quoted(json), "ResourceInUseException",
                         round == 0 ? IN_USE "Table is being created: Music"
                                    : IN_USE "Table is being deleted: Music");
        }
        clock_set(HARNESS_NOW + 29999);
        if (round == 0) {
            has(succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")),
                "'TableStatus':'CREATING'");
            clock_set(HARNESS_NOW + 30000);
            succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
        }
    }
    clock_set(HARNESS_NOW + 40000);
    expect_error(engine, "DescribeTable", quoted("{'TableName':'Music'}"),
                 "ResourceNotFoundException",
                 "Requested resource not found: Table: Music not found");
}

Test(delays, grammar)
{
    cr_assert_eq(table_delays_parse("none"), 0);
    cr_assert_eq(table_delay(TRANSITION_CREATE), 0);
    cr_assert_eq(table_delays_parse("realistic"), 0);
    cr_assert_eq(table_delay(TRANSITION_CREATE), 6000);
    cr_assert_eq(table_delay(TRANSITION_INDEX_BACKFILL), 480000);
    cr_assert_eq(table_delay(TRANSITION_PROTECTION), 15000);
    cr_assert_eq(table_delays_parse("60"), 0);
    cr_assert_eq(table_delay(TRANSITION_DELETE), 60000);
    cr_assert_eq(table_delay(TRANSITION_PROTECTION), 0);
    cr_assert_eq(table_delays_parse("create=60,update=1.5,delete=0.25,index=7"), 0);
    cr_assert_eq(table_delay(TRANSITION_CREATE_INDEXED), 60000);
    cr_assert_eq(table_delay(TRANSITION_STREAM), 1500);
    cr_assert_eq(table_delay(TRANSITION_DELETE), 250);
    cr_assert_eq(table_delay(TRANSITION_INDEX_UPDATE), 7000);
    cr_assert_eq(table_delays_parse("realistic,billing=2"), 0);
    cr_assert_eq(table_delay(TRANSITION_ON_DEMAND_AGAIN), 2000);
    cr_assert_eq(table_delay(TRANSITION_DELETE), 5000);
    static const char *const wrong[] = {
        "",   "fast", "create", "create=", "create=x",         "nothing=1",
        "-1", "1e3",  "60,",    "1,,2",    "create=999999999",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        table_delay_set(TRANSITION_CREATE, 1);
        cr_assert_eq(table_delays_parse(wrong[i]), -EINVAL, "'%s'", wrong[i]);
        cr_assert_eq(table_delay(TRANSITION_CREATE), 0, "'%s'", wrong[i]);
    }
}
