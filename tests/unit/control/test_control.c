/*
 * test_control.c - the actions of the control interface over each storage: what they leave behind, how they refuse, and that
 * lines are read whatever is in them. What programs do with them is in tests/control.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_internal.h"
#include "engine/storage/layers.h"

static char answer[64 * 1024];

/* Does an action; the status, with the body in `answer`. */
static int control_lines(struct engine *engine, const char *action, const char *input,
                         const char *lines)
{
    struct control_call call = {
        .action = action,
        .input = input ? quoted(input) : NULL,
        .lines = slice_of(lines),
    };
    char id[REQUEST_ID_SIZE];
    id_request(id);
    struct request *request = request_create(engine, HARNESS_REGION, id);
    cr_assert_not_null(request);
    if (request_control(request, &call) == 0)
        request_run(request);
    struct slice body = request_body(request);
    cr_assert_lt(body.length, sizeof answer);
    memcpy(answer, body.data ? body.data : "", body.length);
    answer[body.length] = '\0';
    int status = request_status(request);
    request_destroy(request);
    return status;
}

static int control(struct engine *engine, const char *action, const char *input)
{
    return control_lines(engine, action, input, "");
}

#define assert_done(call) cr_assert_eq((call), 200, "%s", answer)
#define assert_refused(call, status, text)                                                         \
    do {                                                                                           \
        cr_assert_eq((call), (status), "%s", answer);                                              \
        cr_assert(strstr(answer, (text)), "%s", answer);                                           \
    } while (0)

static const char create[] =
    "{'TableName':'Music','KeySchema':[{'AttributeName':'pk','KeyType':'HASH'}],"
    "'AttributeDefinitions':[{'AttributeName':'pk','AttributeType':'S'},{'AttributeName':'n',"
    "'AttributeType':'N'}],'ProvisionedThroughput':{'ReadCapacityUnits':40000,'WriteCapacityUnits':1},"
    "'GlobalSecondaryIndexes':[{'IndexName':'by-n','KeySchema':[{'AttributeName':'n','KeyType':'HASH'}],"
    "'Projection':{'ProjectionType':'ALL'},'ProvisionedThroughput':{'ReadCapacityUnits':1,"
    "'WriteCapacityUnits':1}}]}";

/* The engine's keys that are left, as their first bytes. */
static const char *left_keys(struct engine *engine)
{
    static char kinds[256];
    struct transaction *transaction;
    struct cursor *cursor;
    struct slice key, value;
    size_t count = 0;
    bool left = true;
    while (left)
        cr_assert_eq(layers_work(engine->storage, 100000, &left), 0);
    cr_assert_eq(storage_begin(engine->storage, false, &transaction), 0);
    cr_assert_eq(storage_cursor_open(transaction, &cursor), 0);
    int error = storage_cursor_seek(cursor, slice_of("\x01"), false, &key, &value);
    for (; error == 0 && count < sizeof kinds - 1; count++) {
        kinds[count] = key.data[0];
        error = storage_cursor_step(cursor, false, &key, &value);
    }
    kinds[count] = '\0';
    storage_cursor_close(cursor);
    storage_abort(transaction);
    return kinds;
}

static void fill(struct engine *engine)
{
    succeed(engine, "CreateTable", quoted(create));
    assert_done(
        control_lines(engine, "ImportItems", "{'table':'Music'}",
                      "{\"pk\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}\n{\"pk\":{\"S\":\"b\"}}"));
    cr_assert_str_eq(answer, quoted("{'table':'Music','region':'us-east-1','items':2}"));
}

ENGINE_TEST(control, reset_leaves_nothing)
{
    fill(engine);
    assert_done(control(engine, "Reset", NULL));
    cr_assert_str_eq(left_keys(engine), "");
}

ENGINE_TEST(control, reset_of_a_region_leaves_the_others)
{
    int status;
    fill(engine);
    call_in(engine, "eu-west-1", "CreateTable", quoted(create), &status);
    cr_assert_eq(status, 200);
    assert_done(control(engine, "Reset", "{'region':'us-east-1'}"));
    const char *left = left_keys(engine);
    cr_assert(!strchr(left, 'D') && strchr(left, 'C'), "%s", left);
    assert_done(control(engine, "Reset", "{'region':'eu-west-1'}"));
    cr_assert_str_eq(left_keys(engine), "N");
    /* Nor do they count any more: twice as much would be too much. */
    fill(engine);
}

ENGINE_TEST(control, reset_of_a_table_leaves_the_table)
{
    fill(engine);
    char before[4096];
    snprintf(before, sizeof before, "%s",
             succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}")));
    assert_done(control(engine, "Reset", "{'table':'Music'}"));
    cr_assert(!strchr(left_keys(engine), 'D'), "%s", left_keys(engine));
    const char *after = succeed(engine, "DescribeTable", quoted("{'TableName':'Music'}"));
    cr_assert(strstr(after, quoted("'ItemCount':0")) && strstr(before, quoted("'ItemCount':2")));
    /* The identity stays. */
    const char *id = strstr(before, quoted("'TableId':'"));
    char identity[48];
    cr_assert_not_null(id);
    snprintf(identity, sizeof identity, "%.47s", id);
    cr_assert(strstr(after, identity), "%s\n%s", before, after);
    assert_done(control_lines(engine, "ImportItems", "{'table':'Music'}",
                              "{\"pk\":{\"S\":\"c\"},\"n\":{\"N\":\"1\"}}"));
    expect(engine, "Query",
           quoted("{'TableName':'Music','IndexName':'by-n','KeyConditionExpression':'n=:n',"
                  "'ExpressionAttributeValues':{':n':{'N':'1'}}}"),
           200, quoted("{'Items':[{'n':{'N':'1'},'pk':{'S':'c'}}],'Count':1,'ScannedCount':1}"));
}

ENGINE_TEST(control, snapshots_have_everything)
{
    fill(engine);
    assert_done(control(engine, "TakeSnapshot", "{'snapshot':'s'}"));
    succeed(engine, "DeleteTable", quoted("{'TableName':'Music'}"));
    assert_done(control_lines(engine, "ExportItems", "{'table':'Music','snapshot':'s'}", ""));
    cr_assert(strstr(answer, "{\"Item\":{\"pk\":{\"S\":\"b\"}}}\n"), "%s", answer);
    assert_refused(control(engine, "ExportItems", "{'table':'Music'}"), 404,
                   "there is no table 'Music' in any region");
    assert_done(control(engine, "RestoreSnapshot", "{'snapshot':'s'}"));
    assert_done(control(engine, "ListTables", NULL));
    cr_assert_str_eq(answer,
                     quoted("{'tables':[{'name':'Music','region':'us-east-1','status':'ACTIVE',"
                            "'items':2,'bytes':9,'indexes':['by-n']}]}"));
    assert_done(control(engine, "ListSnapshots", NULL));
    cr_assert_str_eq(answer,
                     quoted("{'snapshots':[{'name':'s','created':'2025-11-22T20:58:43.456Z'}]}"));
    assert_done(control(engine, "DeleteSnapshot", "{'snapshot':'s'}"));
    assert_done(control(engine, "Reset", NULL));
    cr_assert_str_eq(left_keys(engine), "");
}

ENGINE_TEST(control, too_many_states)
{
    char input[64];
    fill(engine);
    for (int i = 0; i < LAYERS_MAX - 1; i++) {
        snprintf(input, sizeof input, "{'snapshot':'s%d'}", i);
        assert_done(control(engine, "TakeSnapshot", input));
        succeed(engine, "PutItem", quoted("{'TableName':'Music','Item':{'pk':{'S':'x'}}}"));
    }
    assert_refused(control(engine, "TakeSnapshot", "{'snapshot':'more'}"), 409,
                   "64 states lie on each other");
    assert_done(control(engine, "DeleteSnapshot", "{'snapshot':'s7'}"));
    assert_done(control(engine, "TakeSnapshot", "{'snapshot':'more'}"));
}

ENGINE_TEST(control, refusals)
{
    assert_refused(control(engine, "Nonsense", NULL), 404, "there is no action");
    assert_refused(control(engine, "Reset", "[]"), 400, "no JSON object");
    assert_refused(control(engine, "Reset", "{'region':5}"), 400, "region: a string is wanted");
    assert_refused(control(engine, "TakeSnapshot", "{}"), 400, "snapshot: is wanted");
    assert_refused(control(engine, "TakeSnapshot", "{'snapshot':'a/b'}"), 400, "no '/'");
    assert_refused(control(engine, "SeedTable", "{}"), 400, "describe-table");
    assert_refused(control(engine, "SeedTable", "{'TableName':'Music'}"), 400,
                   "ValidationException");
    assert_refused(control(engine, "ExportTable", "{'table':'Music','path':'/x'}"), 403,
                   "reads and writes no files");
    assert_refused(control(engine, "DeleteSession", "{'session':'../x'}"), 400, "a name has");
    assert_refused(control(engine, "DeleteSession", "{'session':'never-made-by-anyone'}"), 404,
                   "there is no session");
    fill(engine);
    assert_done(control(engine, "TakeSnapshot", "{'snapshot':'s'}"));
    cr_assert_neq(control(engine, "ForkSnapshot", "{'snapshot':'s','session':'x'}"), 200);
    cr_assert_neq(control(engine, "ForkSnapshot", "{'snapshot':'s','session':'tree-1'}"), 200);
    assert_refused(control(engine, "SeedTable", create), 409, "there is a table 'Music'");
}

/* What went well before the bad line stays, of several transactions. */
ENGINE_TEST(control, lines_before_a_bad_one_stay)
{
    fill(engine);
    enum { LINES = 450 };
    char *lines = malloc(LINES * 40);
    size_t length = 0;
    for (int i = 0; i < LINES; i++)
        length += (size_t)sprintf(lines + length, "{\"pk\":{\"S\":\"%d\"}}\n", i);
    sprintf(lines + length, "\n  \r\n{\"pk\":{\"S\":\"\"}}");
    assert_refused(control_lines(engine, "ImportItems", "{'table':'Music'}", lines), 400,
                   "line 453: ");
    cr_assert(strstr(answer, "(450 items before it are imported)"), "%s", answer);
    free(lines);
    expect(engine, "Scan", quoted("{'TableName':'Music','Select':'COUNT'}"), 200,
           quoted("{'Count':452,'ScannedCount':452}"));
}
