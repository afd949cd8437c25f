/*
 * test_catalogue.c - finding, listing and deleting tables; names and ARNs, regions, states over
 * time.
 */
#include "tests/unit/harness.h"

#include <pthread.h>
#include <stdio.h>

#include "engine/engine_internal.h"
#include "engine/storage/layers.h"
#include "engine/table.h"

#define PLAIN                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"                         \
    "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST'"
#define ARN_FORMAT                                                                                 \
    "1 validation error detected: Valid ARN format is "                                            \
    "'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where "        \
    "Resource name must have length less than or equal to 255, Resource name must have length "    \
    "greater than or equal to 3, Resource name must satisfy regular expression pattern: "          \
    "[a-zA-Z0-9_.-]+"
#define MISSING "Requested resource not found: Table: Music not found"

static void create(struct engine *engine, const char *name)
{
    char json[512];
    snprintf(json, sizeof json, "{'TableName':'%s'," PLAIN "}", name);
    succeed(engine, "CreateTable", quoted(json));
}

static void has(struct engine *engine, const char *operation, const char *json, const char *part)
{
    const char *body = succeed(engine, operation, quoted(json));
    cr_assert(strstr(body, quoted(part)), "%s\nis without %s", body, part);
}

ENGINE_TEST(catalogue, missing)
{
    expect_error(engine, "DescribeTable", quoted("{'TableName':'Music'}"),
                 "ResourceNotFoundException", MISSING);
    expect_error(engine, "DeleteTable", quoted("{'TableName':'Music'}"),
                 "ResourceNotFoundException", MISSING);
    expect_error(engine, "Scan", quoted("{'TableName':'Music'}"), "ResourceNotFoundException",
                 "Requested resource not found");
}

ENGINE_TEST(catalogue, delete)
{
    create(engine, "Music");
    succeed(engine, "PutItem", quoted("{'TableName':'Music','Item':{'pk':{'S':'a'}}}"));
    expect(engine, "DeleteTable", quoted("{'TableName':'Music'}"), 200,
           quoted("{'TableDescription':{'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST',"
                  "'LastUpdateToPayPerRequestDateTime':1.763845123456E9},'"
                  "DeletionProtectionEnabled':false,'ItemCount':1,"
                  "'ProvisionedThroughput':{'NumberOfDecreasesToday':0,'ReadCapacityUnits':0,'"
                  "WriteCapacityUnits':0},"
                  "'TableArn':'arn:aws:dynamodb:us-east-1:123456789012:table/Music',"
                  "'TableId':'80021590-ff0b-4dc3-a53c-36d76cec99e0','TableName':'Music','"
                  "TableSizeBytes':103,"
                  "'TableStatus':'DELETING'}}"));
    expect_error(engine, "DescribeTable", quoted("{'TableName':'Music'}"),
                 "ResourceNotFoundException", MISSING);

    /* The same name is a new table: other id, no items. */
    create(engine, "Music");
    has(engine, "Scan", "{'TableName':'Music'}", "'Count':0");
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(!strstr(body, "80021590-ff0b-4dc3-a53c-36d76cec99e0"), "%s", body);
}

/* In the whole store only the next id is left, once the items have gone: most at once, the rest with later requests. */
ENGINE_TEST(catalogue, delete_leaves_nothing)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," PLAIN
                   ",'GlobalSecondaryIndexes':[{'IndexName':'gsi','KeySchema':[{'AttributeName':"
                   "'pk','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}]}"));
    for (int i = 0; i < 10050; i++) {
        char put[128];
        snprintf(put, sizeof put, "{\"TableName\":\"Music\",\"Item\":{\"pk\":{\"S\":\"%d\"}}}", i);
        succeed(engine, "PutItem", put);
    }
    succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
    bool left;
    cr_assert_eq(layers_work(engine->storage, 20000, &left), 0);
    cr_assert_not(left);

    struct transaction *transaction;
    struct cursor *cursor;
    struct slice key, value;
    cr_assert_eq(storage_begin(engine->storage, false, &transaction), 0);
    cr_assert_eq(storage_cursor_open(transaction, &cursor), 0);
    cr_assert_eq(storage_cursor_seek(cursor, slice_of("!"), false, &key, &value), 0);
    cr_assert(slice_equal(key, slice_of("N")), "left is a key of %zu bytes, '%c'", key.length,
              key.data[0]);
    cr_assert_neq(storage_cursor_step(cursor, false, &key, &value), 0);
    storage_cursor_close(cursor);
    storage_abort(transaction);
}

ENGINE_TEST(catalogue, delete_protected)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music'," PLAIN ",'DeletionProtectionEnabled':true}"));
    expect_error(engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ValidationException",
                 "Resource cannot be deleted as it is currently protected against deletion. "
                 "Disable deletion protection "
                 "first.");
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'Music','DeletionProtectionEnabled':false}"));
    succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
}

ENGINE_TEST(catalogue, list)
{
    static const char *const names[] = { "b.b", "Zed", "abc", "a-a", "_under" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        create(engine, names[i]);
    expect(engine, "ListTables", "{}", 200,
           quoted("{'TableNames':['Zed','_under','a-a','abc','b.b']}"));
    expect(engine, "ListTables", quoted("{'Limit':2}"), 200,
           quoted("{'LastEvaluatedTableName':'_under','TableNames':['Zed','_under']}"));
    expect(engine, "ListTables", quoted("{'ExclusiveStartTableName':'_under','Limit':3}"), 200,
           quoted("{'TableNames':['a-a','abc','b.b']}"));
    expect(engine, "ListTables", quoted("{'ExclusiveStartTableName':'abb','Limit':1}"), 200,
           quoted("{'LastEvaluatedTableName':'abc','TableNames':['abc']}"));
    expect(engine, "ListTables", quoted("{'ExclusiveStartTableName':'b.b'}"), 200,
           quoted("{'TableNames':[]}"));
}

ENGINE_TEST(catalogue, lists_a_hundred)
{
    char name[16];
    for (int i = 0; i < 101; i++) {
        snprintf(name, sizeof name, "t%03d", i);
        create(engine, name);
    }
    has(engine, "ListTables", "{}", "{'LastEvaluatedTableName':'t099','TableNames':['t000',");
    has(engine, "ListTables", "{'ExclusiveStartTableName':'t099'}", "{'TableNames':['t100']}");
}

ENGINE_TEST(catalogue, regions_are_apart)
{
    create(engine, "Music");
    int status;
    struct slice body = call_in(engine, "eu-west-1", "ListTables", "{}", &status);
    cr_assert_str_eq(body.data, quoted("{'TableNames':[]}"));
    call_in(engine, "eu-west-1", "CreateTable", quoted("{'TableName':'Music'," PLAIN "}"), &status);
    cr_assert_eq(status, 200);
    body = call_in(engine, "eu-west-1", "DeleteTable", quoted("{'TableName':'Music'}"), &status);
    cr_assert(strstr(body.data, "arn:aws:dynamodb:eu-west-1:123456789012:table/Music"), "%s",
              body.data);
    has(engine, "ListTables", "{}", "{'TableNames':['Music']}");
    body = call_in(engine, "cn-north-1", "CreateTable", quoted("{'TableName':'Music'," PLAIN "}"),
                   &status);
    cr_assert(strstr(body.data, "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/Music"), "%s",
              body.data);
}

ENGINE_TEST(catalogue, arns)
{
    create(engine, "Music");
    has(engine, "DescribeTable",
        "{'TableName':'arn:aws:dynamodb:us-east-1:123456789012:table/Music'}",
        "'TableName':'Music',");
    has(engine, "Scan", "{'TableName':'arn:aws:dynamodb:us-east-1:123456789012:table/Music'}",
        "'Count':0");
    static const struct {
        const char *arn, *type, *message;
    } wrong[] = {
        { "arn:aws:dynamodb:us-east-1:123456789012:table/Gone", "ResourceNotFoundException",
          "Requested resource not found: Table: Gone not found" },
        { "arn:aws:dynamodb:eu-west-1:123456789012:table/Music", "ValidationException",
          "1 validation error detected: Invalid AWS region in "
          "'arn:aws:dynamodb:eu-west-1:123456789012:table/Music'" },
        { "arn:aws-cn:dynamodb:us-east-1:123456789012:table/Music", "ValidationException",
          "1 validation error detected: Invalid AWS partition in "
          "'arn:aws-cn:dynamodb:us-east-1:123456789012:table/Music'" },
        { "arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/gsi", "ValidationException",
          "1 validation error detected: Invalid resource type in "
          "'arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/gsi'" },
        { "arn:aws:s3:us-east-1:123456789012:table/Music", "ValidationException",
          "1 validation error detected: Invalid resource type in "
          "'arn:aws:s3:us-east-1:123456789012:table/Music'" },
        { "arn:aws:dynamodb:us-east-1:210987654321:table/Music", "AccessDeniedException",
          "Access is denied" },
        { "arn:aws:dynamodb:us-east-1:123456789012:table/ab", "ValidationException", ARN_FORMAT },
        { "arn:aws:dynamodb:us-east-1:123456789012:table/a b c", "ValidationException",
          ARN_FORMAT },
        { "arn:aws:dynamodb:us-east-1:123456789012:table", "ValidationException", ARN_FORMAT },
        { "arn:aws:dynamodb", "ValidationException", ARN_FORMAT },
        { "arn:aws:dynamodb:us-east-1:123456789012:backup/Music", "ValidationException",
          "1 validation error detected: Invalid resource type in "
          "'arn:aws:dynamodb:us-east-1:123456789012:backup/Music'" },
    };
    char json[2048];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(json, sizeof json, "{'TableName':'%s'}", wrong[i].arn);
        expect_error(engine, "DescribeTable", quoted(json), wrong[i].type, wrong[i].message);
        expect_error(engine, "DeleteTable", quoted(json), wrong[i].type, wrong[i].message);
        snprintf(json, sizeof json, "{'TableName':'%s','BillingMode':'PAY_PER_REQUEST'}",
                 wrong[i].arn);
        expect_error(engine, "UpdateTable", quoted(json), wrong[i].type, wrong[i].message);
        snprintf(json, sizeof json, "{'TableName':'%s'," PLAIN "}", wrong[i].arn);
        if (i > 0)
            expect_error(engine, "CreateTable", quoted(json), wrong[i].type, wrong[i].message);
    }
#define ARN "'arn:aws:dynamodb:us-east-1:123456789012:table/Another'"
    has(engine, "CreateTable", "{'TableName':" ARN "," PLAIN "}", "'TableName':'Another'");
    has(engine, "UpdateTable", "{'TableName':" ARN ",'DeletionProtectionEnabled':false}",
        "'TableName':'Another'");
    has(engine, "DeleteTable", "{'TableName':" ARN "}", "'TableName':'Another'");
    expect_error(engine, "ListTables", quoted("{'ExclusiveStartTableName':" ARN "}"),
                 "ValidationException",
                 "1 validation error detected: Value "
                 "'arn:aws:dynamodb:us-east-1:123456789012:table/Another' at "
                 "'exclusiveStartTableName' failed to satisfy constraint: Member must satisfy "
                 "regular expression pattern: [a-zA-Z0-9_.-]+");
}

/* Names that are never used again do not pile up. */
ENGINE_TEST(catalogue, deleted_tables_are_swept)
{
    char json[64], name[16];
    table_delay_set(TRANSITION_DELETE, 1000);
    for (int i = 0; i < 40; i++) {
        clock_set(HARNESS_NOW + i);
        snprintf(name, sizeof name, "name%d", i);
        create(engine, name);
        snprintf(json, sizeof json, "{'TableName':'%s'}", name);
        succeed(engine, "DeleteTable", quoted(json));
    }
    clock_set(HARNESS_NOW + 1020);
    create(engine, "name3");
    clock_set(HARNESS_NOW + 2000);
    for (int i = 0; i < 5; i++) {
        create(engine, "Music");
        succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
        clock_set(HARNESS_NOW + 3000 + 1000 * i);
    }
    has(engine, "ListTables", "{}", "{'TableNames':['name3']}");

    struct transaction *transaction;
    struct cursor *cursor;
    struct slice key, value;
    int records = 0;
    cr_assert_eq(storage_begin(engine->storage, false, &transaction), 0);
    cr_assert_eq(storage_cursor_open(transaction, &cursor), 0);
    int error = storage_cursor_seek(cursor, slice_of("C"), false, &key, &value);
    for (; error == 0 && key.data[0] == 'C'; records++)
        error = storage_cursor_step(cursor, false, &key, &value);
    cr_assert_eq(records, 2, "%d definitions", records); /* and that of Music, gone just now */
    storage_cursor_close(cursor);
    storage_abort(transaction);
}

ENGINE_TEST(catalogue, account)
{
    expect(engine, "DescribeLimits", "{}", 200,
           quoted("{'AccountMaxReadCapacityUnits':80000,'AccountMaxWriteCapacityUnits':80000,"
                  "'TableMaxReadCapacityUnits':40000,'TableMaxWriteCapacityUnits':40000}"));
    expect(engine, "DescribeEndpoints", "{}", 200,
           quoted("{'Endpoints':[{'Address':'dynamodb.us-east-1.amazonaws.com','"
                  "CachePeriodInMinutes':1440}]}"));
    struct slice body = call_in(engine, "cn-north-1", "DescribeEndpoints", "{}", NULL);
    cr_assert(strstr(body.data, "dynamodb.cn-north-1.amazonaws.com.cn"), "%s", body.data);
}

/* With delays, states pass as time does; nothing waits. */
ENGINE_TEST(catalogue, states)
{
    table_delay_set(TRANSITION_CREATE, 6000);
    table_delay_set(TRANSITION_THROUGHPUT, 1000);
    table_delay_set(TRANSITION_STREAM, 4000);
    table_delay_set(TRANSITION_DELETE, 5000);
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Music','AttributeDefinitions':[{'AttributeName':'pk','"
                   "AttributeType':'S'}],"
                   "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
                   "'ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1}}"));
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableStatus':'CREATING',");
    expect_error(
        engine, "CreateTable", quoted("{'TableName':'Music'," PLAIN "}"), "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being created: Music");
    expect_error(
        engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being created: Music");
    expect_error(engine, "Scan", quoted("{'TableName':'Music'}"), "ResourceNotFoundException",
                 "Requested resource not found");

    clock_set(HARNESS_NOW + 6000);
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableStatus':'ACTIVE',");
    const char *change = quoted("{'TableName':'Music','ProvisionedThroughput':{'ReadCapacityUnits':"
                                "2,'WriteCapacityUnits':2}}");
    succeed(engine, "UpdateTable", change);
    has(engine, "DescribeTable", "{'TableName':'Music'}",
        "'ReadCapacityUnits':1,'WriteCapacityUnits':1}");
    has(engine, "Scan", "{'TableName':'Music'}", "'Count':0");
    expect_error(engine, "UpdateTable",
                 quoted("{'TableName':'Music','ProvisionedThroughput':{'ReadCapacityUnits':3,'"
                        "WriteCapacityUnits':3}}"),
                 "ResourceInUseException",
                 "Attempt to change a resource which is still in use: Table IOPS are currently "
                 "being updated. Table: Music");
    expect_error(engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ResourceInUseException",
                 "Attempt to change a resource which is still in use: Table: Music is in the "
                 "process of being updated.");
    clock_set(HARNESS_NOW + 7000);
    has(engine, "DescribeTable", "{'TableName':'Music'}",
        "'ReadCapacityUnits':2,'WriteCapacityUnits':2}");

    succeed(engine, "PutItem", quoted("{'TableName':'Music','Item':{'pk':{'S':'a'}}}"));
    succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
    has(engine, "ListTables", "{}", "['Music']");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'ItemCount':1,");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableSizeBytes':103,");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableStatus':'DELETING',");
    expect_error(
        engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being deleted: Music");
    expect_error(engine, "CreateTable", quoted("{'TableName':'Music'," PLAIN "}"),
                 "ResourceInUseException", "Table already exists: Music");
    clock_set(HARNESS_NOW + 12000);
    has(engine, "ListTables", "{}", "{'TableNames':[]}");
    create(engine, "Music");
}

ENGINE_TEST(catalogue, index_states)
{
    table_delay_set(TRANSITION_INDEX_ALLOCATE, 30000);
    table_delay_set(TRANSITION_INDEX_BACKFILL, 500000);
    table_delay_set(TRANSITION_INDEX_DELETE, 3000);
    create(engine, "Music");
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'Music','AttributeDefinitions':[{'AttributeName':'a','"
                   "AttributeType':'S'}],"
                   "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'gsi','KeySchema':[{'"
                   "AttributeName':'a',"
                   "'KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}"));
    const char *drop = quoted(
        "{'TableName':'Music','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'gsi'}}]}");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'Backfilling':false,");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableStatus':'UPDATING',");
    clock_set(HARNESS_NOW + 30000);
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'Backfilling':true,");
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'TableStatus':'ACTIVE',");
    expect_error(engine, "DeleteTable", quoted("{'TableName':'Music'}"), "ResourceInUseException",
                 "Attempt to change a resource which is still in use: Cannot delete table while "
                 "indexes are being created, "
                 "updated, or deleted.");
    clock_set(HARNESS_NOW + 530000);
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'IndexStatus':'ACTIVE',");
    succeed(engine, "UpdateTable", drop);
    has(engine, "DescribeTable", "{'TableName':'Music'}", "'IndexStatus':'DELETING',");
    has(engine, "DescribeTable", "{'TableName':'Music'}",
        "{'AttributeName':'a','AttributeType':'S'}");
    clock_set(HARNESS_NOW + 533000);
    const char *body = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(!strstr(body, "gsi") && !strstr(body, "\"a\""), "%s", body);
}

struct worker {
    struct engine *engine;
    int number;
};

static void *churn(void *argument)
{
    struct worker *worker = argument;
    char json[512];
    for (int round = 0; round < 40; round++) {
        char id[REQUEST_ID_SIZE];
        id_request(id);
        const char *operation = round % 2 == 0 ? "UpdateTable" : "DescribeTable";
        snprintf(json, sizeof json,
                 "{\"TableName\":\"Music\",\"OnDemandThroughput\":{\"MaxReadRequestUnits\":%d}}",
                 worker->number * 100 + round + 1);
        char target[64];
        snprintf(target, sizeof target, "DynamoDB_20120810.%s", operation);
        struct request *request = request_create(worker->engine, HARNESS_REGION, id);
        request_parse(request, json, strlen(json));
        request_route(request, target);
        request_run(request);
        int status = request_status(request);
        request_destroy(request);
        if (status != 200)
            return argument;
    }
    return NULL;
}

/* Definitions are replaced under readers' hands: for the sanitizers, too. */
ENGINE_TEST(catalogue, threads)
{
    create(engine, "Music");
    pthread_t threads[4];
    struct worker workers[4];
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){ engine, i };
        pthread_create(&threads[i], NULL, churn, &workers[i]);
    }
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        cr_assert_null(failed);
    }
}
