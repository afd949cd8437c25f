/*
 * test_account.c - what an account may have in a region, and that asking costs the same however many tables there are.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <time.h>

#include "engine/table.h"

#define PLAIN                                                                                      \
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'}],"                         \
    "'KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
#define UNITS(read, write)                                                                         \
    "'ProvisionedThroughput':{'ReadCapacityUnits':" #read ",'WriteCapacityUnits':" #write "}"
#define OVER(direction, current, requested)                                                        \
    "This request would have caused the " direction "CapacityUnits limit to be exceeded for the "  \
    "account in us-east-1. Current " direction "CapacityUnits reserved by the account: " current   \
    ". Limit: 80000. Requested: " requested                                                        \
    ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher " \
    "limits."

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Makes the tables from `first` to before `end`; the CPU seconds that it took. */
static double make(struct engine *engine, int first, int end)
{
    char json[256];
    double start = seconds();
    for (int i = first; i < end; i++) {
        snprintf(json, sizeof json,
                 "{'TableName':'t%04d'," PLAIN "'BillingMode':'PAY_PER_REQUEST'}", i);
        succeed(engine, "CreateTable", quoted(json));
    }
    return seconds() - start;
}

/* 2,500 in a region; all are listed, a hundred a page. */
static void thousands(const char *backend)
{
    struct engine *engine = harness_open(backend);
    make(engine, 0, 250);
    double early = make(engine, 250, 750);
    make(engine, 750, 2000);
    double late = make(engine, 2000, 2500);
    cr_assert_lt(late, early * 4 + 0.05, "500 tables took %.3f s, then %.3f s", early, late);

    const char *one_more =
        quoted("{'TableName':'one-more'," PLAIN "'BillingMode':'PAY_PER_REQUEST'}");
    expect_error(engine, "CreateTable", one_more, "LimitExceededException",
                 "Subscriber limit exceeded: There is a limit of 2500 tables per subscriber");
    int status;
    call_in(engine, "eu-west-1", "CreateTable", one_more, &status);
    cr_assert_eq(status, 200);

    int pages = 1;
    char request[64] = "{}", last[8];
    for (;;) {
        const char *body = succeed(engine, "ListTables", quoted(request));
        if (sscanf(body, "{\"LastEvaluatedTableName\":\"%7[^\"]", last) != 1)
            break;
        snprintf(request, sizeof request, "{'ExclusiveStartTableName':'%s'}", last);
        pages++;
    }
    cr_assert_eq(pages, 25);
    cr_assert_str_eq(last, "t2399");
    succeed(engine, "DeleteTable", quoted("{'TableName':'t1234'}"));
    succeed(engine, "CreateTable", one_more);
    harness_close(engine);
}

Test(account, thousands_of_tables_memory)
{
    thousands("memory");
}

Test(account, thousands_of_tables_lmdb)
{
    thousands("lmdb");
}

/* Tables and indexes count together, what is deleted counts no more, a decrease always goes. */
ENGINE_TEST(account, capacity)
{
    succeed(engine, "CreateTable",
            quoted("{'TableName':'first'," PLAIN UNITS(
                40000, 1) ",'GlobalSecondaryIndexes':[{"
                          "'IndexName':'gsi','KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
                          "'Projection':{'ProjectionType':'ALL'}," UNITS(30000, 1) "}]}"));
    expect_error(engine, "CreateTable", quoted("{'TableName':'second'," PLAIN UNITS(10001, 5) "}"),
                 "LimitExceededException", OVER("Read", "70000", "10001"));
    succeed(engine, "CreateTable", quoted("{'TableName':'second'," PLAIN UNITS(10000, 5) "}"));
    expect_error(engine, "UpdateTable", quoted("{'TableName':'second'," UNITS(10001, 1) "}"),
                 "LimitExceededException", OVER("Read", "80000", "10001"));
    succeed(engine, "UpdateTable", quoted("{'TableName':'second'," UNITS(9000, 5) "}"));
    succeed(engine, "UpdateTable", quoted("{'TableName':'first','BillingMode':'PAY_PER_REQUEST'}"));
    succeed(engine, "UpdateTable", quoted("{'TableName':'second'," UNITS(40000, 40000) "}"));
    succeed(engine, "CreateTable", quoted("{'TableName':'third'," PLAIN UNITS(40000, 40000) "}"));
    table_delay_set(TRANSITION_DELETE, 5000);
    succeed(engine, "DeleteTable", quoted("{'TableName':'third'}"));
    succeed(engine, "CreateTable", quoted("{'TableName':'fourth'," PLAIN UNITS(40000, 40000) "}"));
}

/* A refused request leaves the sums as they were. */
ENGINE_TEST(account, refusals_count_nothing)
{
    for (int i = 0; i < 3; i++) {
        int status;
        call(engine, "CreateTable", quoted("{'TableName':'first'," PLAIN UNITS(40001, 1) "}"),
             &status);
        cr_assert_eq(status, 400);
    }
    succeed(engine, "CreateTable", quoted("{'TableName':'first'," PLAIN UNITS(40000, 1) "}"));
    succeed(engine, "CreateTable", quoted("{'TableName':'second'," PLAIN UNITS(40000, 1) "}"));
    expect_error(engine, "CreateTable", quoted("{'TableName':'third'," PLAIN UNITS(1, 1) "}"),
                 "LimitExceededException", OVER("Read", "80000", "1"));
}
