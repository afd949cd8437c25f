/*
 * test_operations.c - operations whose store fails at every one of their calls in turn, on each
 * backend: what is answered with a 500 has changed nothing, what is answered well has happened as a
 * whole, and no transaction or cursor is left open. And the filling of an index that was
 * interrupted anywhere.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine_internal.h"
#include "engine/storage/layers.h"
#include "engine/table.h"
#include "tests/unit/harness.h"
#include "tests/unit/storage/faulty.h"
#include "tests/unit/storage/store.h"

TestSuite(operations, .timeout = 1200);

/* An engine over `store`, which it takes over, with faults between the two. */
static struct engine *open_engine(struct storage *store, struct storage **faulty)
{
    struct engine *engine = harness_open("memory");
    storage_close(engine->storage);
    *faulty = faulty_wrap(store);
    assert_ok(layers_open(*faulty, "", &engine->storage));
    return engine;
}

/* The engine goes, the store stays for the test to close. */
static void close_engine(struct engine *engine, struct storage *faulty)
{
    struct storage *none;
    faulty_fail(faulty, 0, 0);
    free(faulty);
    free(engine->storage);
    assert_ok(storage_open(&storage_memory, NULL, &none, &(char *){ NULL }));
    engine->storage = none;
    harness_close(engine);
}

#define KEYS(name) "'KeySchema':[{'AttributeName':'" name "','KeyType':'HASH'}]"
#define TYPES                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'k','AttributeType':'S'},"                           \
    "{'AttributeName':'g','AttributeType':'S'}]"
#define INDEX(name) "{'IndexName':'" name "'," KEYS("g") ",'Projection':{'ProjectionType':'ALL'}}"
#define CREATE(name)                                                                               \
    "{'TableName':'" name "','BillingMode':'PAY_PER_REQUEST'," TYPES                               \
    "," KEYS("k") ","                                                                              \
                  "'GlobalSecondaryIndexes':[" INDEX("first") "]}"

/* All that can be seen, in one text, to be freed; without what is random. */
static char *state_of(struct engine *engine)
{
    static const char *const calls[][2] = {
        { "ListTables", "{}" },
        { "DescribeTable", "{'TableName':'Tea'}" },
        { "DescribeTable", "{'TableName':'Two'}" },
        { "Scan", "{'TableName':'Tea'}" },
        { "Scan", "{'TableName':'Tea','IndexName':'first'}" },
        { "Scan", "{'TableName':'Tea','IndexName':'late'}" },
        { "Scan", "{'TableName':'Two'}" },
    };
    char *text = strdup("");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct slice body = call(engine, calls[i][0], quoted(calls[i][1]), NULL);
        char *longer;
        cr_assert_gt(asprintf(&longer, "%s%s\n", text, body.data), 0);
        free(text);
        text = longer;
    }
    for (char *id = text; (id = strstr(id, "\"TableId\":\"")); id++)
        memset(id + strlen("\"TableId\":\""), '-', 36);
    return text;
}

static void mark_state(struct engine *engine, const char *restore)
{
    struct transaction *transaction = begin(engine->storage, true);
    assert_ok(restore ? layers_restore(transaction, slice_of(restore))
                      : layers_snapshot(transaction, slice_of("before"), HARNESS_NOW));
    assert_ok(storage_commit(transaction));
}

/* The operation fails at its n-th call, for every n. How many those are. */
static unsigned fail_at_every_call(struct engine *engine, struct storage *faulty,
                                   const char *operation, const char *json)
{
    mark_state(engine, NULL);
    char *before = state_of(engine);
    succeed(engine, operation, quoted(json));
    char *after = state_of(engine);
    cr_assert_str_neq(before, after);
    for (unsigned n = 1;; n++) {
        mark_state(engine, "before");
        int status;
        faulty_fail(faulty, n, n % 2 ? -ENOSPC : -EIO);
        struct slice body = call(engine, operation, quoted(json), &status);
        bool failed = faulty_failed(faulty);
        faulty_fail(faulty, 0, 0);
        cr_assert_eq(faulty_open_objects(faulty), 0, "%s leaves something open after call %u",
                     operation, n);
        char *now = state_of(engine);
        const char *wanted = status == 200 ? after : before;
        if (status == 200 && strcmp(now, after) != 0) {
            /* An index that is not filled yet is filled when somebody looks. */
            free(now);
            now = state_of(engine);
        }
        cr_assert_str_eq(now, wanted,
                         "%s, failing at call %u, answered %d %s and left\n%s\nnot\n%s", operation,
                         n, status, body.data, now, wanted);
        free(now);
        if (status != 200) {
            cr_assert_eq(status, 500);
            cr_assert_not_null(strstr(body.data, "InternalServerError"), "%s", body.data);
            cr_assert_not_null(strstr(body.data, n % 2 ? "No space left" : "Input/output error"),
                               "%s", body.data);
        }
        if (!failed) {
            cr_assert_eq(status, 200);
            free(before);
            free(after);
            return n - 1;
        }
    }
}

STORAGE_TEST(operations, at_every_call)
{
    static const char *const steps[][2] = {
        { "CreateTable", CREATE("Tea") },
        { "PutItem", "{'TableName':'Tea','Item':{'k':{'S':'a'},'g':{'S':'x'},'n':{'N':'1'}}}" },
        { "PutItem", "{'TableName':'Tea','Item':{'k':{'S':'a'},'g':{'S':'y'},'n':{'N':'2'}}}" },
        { "BatchWriteItem", "{'RequestItems':{'Tea':["
                            "{'PutRequest':{'Item':{'k':{'S':'b'},'g':{'S':'x'}}}},"
                            "{'PutRequest':{'Item':{'k':{'S':'c'}}}},"
                            "{'DeleteRequest':{'Key':{'k':{'S':'a'}}}}]}}" },
        { "UpdateItem", "{'TableName':'Tea','Key':{'k':{'S':'b'}},'UpdateExpression':"
                        "'SET g = :g ADD n :one','ExpressionAttributeValues':{':g':{'S':'z'},"
                        "':one':{'N':'1'}}}" },
        { "UpdateTable", "{'TableName':'Tea'," TYPES
                         ",'GlobalSecondaryIndexUpdates':[{'Create':" INDEX("late") "}]}" },
        { "CreateTable", CREATE("Two") },
        { "TransactWriteItems",
          "{'ClientRequestToken':'token','TransactItems':["
          "{'Put':{'TableName':'Two','Item':{'k':{'S':'t'},'g':{'S':'x'}}}},"
          "{'Delete':{'TableName':'Tea','Key':{'k':{'S':'c'}}}},"
          "{'Update':{'TableName':'Tea','Key':{'k':{'S':'b'}},'UpdateExpression':'REMOVE g'}}]}" },
        { "DeleteItem", "{'TableName':'Tea','Key':{'k':{'S':'b'}}}" },
        { "UpdateTable",
          "{'TableName':'Tea','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':'late'}}]}" },
        { "DeleteTable", "{'TableName':'Two'}" },
    };
    struct storage *faulty;
    struct engine *engine = open_engine(store, &faulty);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        cr_assert_gt(fail_at_every_call(engine, faulty, steps[i][0], steps[i][1]), 3);
    close_engine(engine, faulty);
}

/* What only reads says so, too, and answers well the next time. */
STORAGE_TEST(operations, reads_at_every_call)
{
    static const char *const reads[][2] = {
        { "ListTables", "{}" },
        { "DescribeTable", "{'TableName':'Tea'}" },
        { "GetItem", "{'TableName':'Tea','Key':{'k':{'S':'a'}}}" },
        { "BatchGetItem", "{'RequestItems':{'Tea':{'Keys':[{'k':{'S':'a'}},{'k':{'S':'b'}}]}}}" },
        { "Query", "{'TableName':'Tea','IndexName':'first','KeyConditionExpression':'g = "
                   ":g','ExpressionAttributeValues':{':g':{'S':'x'}}}" },
        { "Scan", "{'TableName':'Tea'}" },
        { "TransactGetItems",
          "{'TransactItems':[{'Get':{'TableName':'Tea','Key':{'k':{'S':'a'}}}}]}" },
    };
    struct storage *faulty;
    struct engine *engine = open_engine(store, &faulty);
    succeed(engine, "CreateTable", quoted(CREATE("Tea")));
    succeed(engine, "PutItem", quoted("{'TableName':'Tea','Item':{'k':{'S':'a'},'g':{'S':'x'}}}"));
    succeed(engine, "PutItem", quoted("{'TableName':'Tea','Item':{'k':{'S':'b'},'g':{'S':'x'}}}"));
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        const char *good = succeed(engine, reads[i][0], quoted(reads[i][1]));
        bool failed = true;
        unsigned n = 0;
        while (failed) {
            int status;
            faulty_fail(faulty, ++n, -EIO);
            struct slice body = call(engine, reads[i][0], quoted(reads[i][1]), &status);
            failed = faulty_failed(faulty);
            faulty_fail(faulty, 0, 0);
            cr_assert_eq(faulty_open_objects(faulty), 0, "%s leaves something open after call %u",
                         reads[i][0], n);
            cr_assert_eq(status, failed ? 500 : 200, "%s, failing at call %u: %s", reads[i][0], n,
                         body.data);
            if (failed)
                cr_assert_not_null(
                    strstr(body.data, "#InternalServerError\",\"message\":\"ddbmock"), "%s",
                    body.data);
            else
                cr_assert_str_eq(body.data, good);
        }
        cr_assert_gt(n, 2); /* beginning and one more */
    }
    close_engine(engine, faulty);
}

enum { ITEMS = 6000 }; /* more than a portion */

static void put_items(struct engine *engine, unsigned from, unsigned to)
{
    char json[8192];
    while (from < to) {
        int length = snprintf(json, sizeof json, "{'RequestItems':{'Tea':[");
        for (int i = 0; i < 25 && from < to; i++, from++)
            length += snprintf(json + length, sizeof json - (size_t)length,
                               "%s{'PutRequest':{'Item':{'k':{'S':'%u'},'g':{'S':'%u'},'n':{'N':"
                               "'1'}}}}",
                               i ? "," : "", from, from % 10);
        snprintf(json + length, sizeof json - (size_t)length, "]}}");
        succeed(engine, "BatchWriteItem", quoted(json));
    }
}

/* How many items an answer counts. */
static unsigned count_of(struct engine *engine, const char *json)
{
    const char *body = succeed(engine, "Scan", quoted(json));
    unsigned count;
    cr_assert_eq(sscanf(body, "{\"Count\":%u", &count), 1, "%s", body);
    cr_assert_null(strstr(body, "LastEvaluatedKey"));
    return count;
}

/* Changes of every kind to items on both sides of where the filling stands. */
static void change_items(struct engine *engine)
{
    char json[256];
    for (unsigned i = 0; i < 400; i++) {
        const char *text =
            i % 4 == 0 ? "{'TableName':'Tea','Key':{'k':{'S':'%u'}}}"
            : i % 4 == 1
                ? "{'TableName':'Tea','Item':{'k':{'S':'%u'},'g':{'S':'moved'},'n':{'N':'1'}}}"
            : i % 4 == 2
                ? "{'TableName':'Tea','Key':{'k':{'S':'%u'}},'UpdateExpression':'REMOVE g'}"
                : "{'TableName':'Tea','Item':{'k':{'S':'new%u'},'g':{'S':'new'},'n':{'N':'1'}}}";
        snprintf(json, sizeof json, text, i);
        succeed(engine,
                i % 4 == 0   ? "DeleteItem"
                : i % 4 == 2 ? "UpdateItem"
                             : "PutItem",
                quoted(json));
    }
}

#define ADD_INDEX                                                                                  \
    "{'TableName':'Tea'," TYPES ",'GlobalSecondaryIndexUpdates':[{'Create':" INDEX("late") "}]}"

/* Answers of the memory backend's speed are wanted here: the others differ in nothing that counts. */
Test(operations, filling_interrupted_anywhere)
{
    struct storage *store = store_open("memory"), *faulty;
    struct engine *engine = open_engine(store, &faulty);
    succeed(engine, "CreateTable",
            quoted("{'TableName':'Tea','BillingMode':'PAY_PER_REQUEST','AttributeDefinitions':[{"
                   "'AttributeName':'k','AttributeType':'S'}]," KEYS("k") "}"));
    put_items(engine, 0, ITEMS);
    mark_state(engine, NULL);
    unsigned before = faulty_calls(faulty);
    succeed(engine, "UpdateTable", quoted(ADD_INDEX));
    unsigned calls = faulty_calls(faulty) - before;
    cr_assert_gt(calls, 2 * ITEMS);
    const char *body = succeed(engine, "DescribeTable", "{\"TableName\":\"Tea\"}");
    cr_assert_not_null(strstr(body, "\"IndexStatus\":\"ACTIVE\""), "%s", body);
    cr_assert_not_null(strstr(body, "\"ItemCount\":6000"), "%s", body);
    for (unsigned n = 20; n < calls; n += calls / 7) {
        mark_state(engine, "before");
        faulty_fail(faulty, n, -EIO);
        succeed(engine, "UpdateTable", quoted(ADD_INDEX));
        cr_assert(faulty_failed(faulty));
        /* As if the process had died: whoever comes then finds it CREATING, and goes on. */
        change_items(engine);
        body = succeed(engine, "DescribeTable", "{\"TableName\":\"Tea\"}");
        body = succeed(engine, "DescribeTable", "{\"TableName\":\"Tea\"}");
        cr_assert_not_null(strstr(body, "\"IndexStatus\":\"ACTIVE\""), "%s", body);
        /* 100 of the items deleted, 100 without the key, 100 new. */
        cr_assert_not_null(strstr(body, "\"ItemCount\":5900"), "%s", body);
        cr_assert_eq(count_of(engine, "{'TableName':'Tea','IndexName':'late','Select':'COUNT'}"),
                     5900);
        cr_assert_eq(count_of(engine, "{'TableName':'Tea','Select':'COUNT'}"), 6000);
        cr_assert_eq(count_of(engine,
                              "{'TableName':'Tea','IndexName':'late','Select':'COUNT',"
                              "'FilterExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':"
                              "'moved'}}}"),
                     100);
    }
    close_engine(engine, faulty);
    store_close(store);
}
