/*
 * test_transactions.c - transactions that are sent again, that overlap, that are too large: tokens,
 * conflicts, limits. Sources: facts/fidelity.md sections 4 and 6.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/buffer.h"

#define KEY(sk) "'pk':{'S':'a'},'sk':{'S':'" sk "'}"
#define WRITES(rest, members)                                                                      \
    "{'TransactItems':[" members "]" rest ",'ReturnConsumedCapacity':'TOTAL'}"
#define PUT(sk, rest) "{'Put':{'TableName':'pair','Item':{" KEY(sk) rest "}}}"
#define DELETE(sk)    "{'Delete':{'TableName':'pair','Key':{" KEY(sk) "}}}"
#define CHECK_THERE(sk)                                                                            \
    "{'ConditionCheck':{'TableName':'pair','Key':{" KEY(                                           \
        sk) "},'ConditionExpression':'attribute_exists(pk)'}}"
#define UNITS(kind, units)                                                                         \
    "{'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':" units ",'" kind                    \
    "CapacityUnits':" units "}]}"
#define REASONS(reasons, codes)                                                                    \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[" reasons "],'Message':'Transaction cancelled, please refer "           \
    "cancellation reasons for specific reasons [" codes "]'}"
#define CONFLICT "{'Code':'TransactionConflict','Message':'Transaction is ongoing for the item'}"
#define NONE     "{'Code':'None'}"
#define TOKEN    ",'ClientRequestToken':'t'"

enum { KILOBYTE = 1024 };

#define LATER (HARNESS_NOW + 120 * 1000) /* the tables are old enough for a clock that goes back */

/* A put of an item of 9 KB and a little. */
static void put_large(struct engine *engine, const char *sk)
{
    char *pad = malloc(9 * KILOBYTE + 1), *request;
    memset(pad, 'x', 9 * KILOBYTE);
    pad[9 * KILOBYTE] = '\0';
    cr_assert_geq(asprintf(&request,
                           "{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'%s'},'b':{'S':"
                           "'%s'}}}",
                           sk, pad),
                  0);
    succeed(engine, "PutItem", quoted(request));
    free(request);
    free(pad);
}

/* Sent again, each member is read in the size in which it was written the first time. */
ENGINE_TEST(transactions, replays)
{
#define ALL PUT("p", ",'n':{'N':'1'}") "," DELETE("d") "," CHECK_THERE("c") "," DELETE("none")
    static const struct exchange exchanges[] = {
        { "TransactWriteItems", WRITES(TOKEN, ALL), UNITS("Write", "44.0") },
        { "TransactWriteItems", WRITES(TOKEN, ALL), UNITS("Read", "16.0") },
        { "DeleteItem", "{'TableName':'pair','Key':{" KEY("c") "}}", "{}" },
        { "TransactWriteItems", WRITES(TOKEN, ALL), UNITS("Read", "16.0") },
        { "TransactWriteItems",
          "{'TransactItems':[" ALL "]" TOKEN ",'ReturnConsumedCapacity':'INDEXES'}",
          "{'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':16.0,'ReadCapacityUnits':16.0,"
          "'Table':{'CapacityUnits':16.0,'ReadCapacityUnits':16.0}}]}" },
        { "TransactWriteItems", "{'TransactItems':[" ALL "]" TOKEN "}", "{}" },
        { "TransactWriteItems", WRITES(TOKEN, DELETE("d")),
          "{'__type':'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException'}" },
    };
    create_tables(engine);
    put_large(engine, "d");
    put_large(engine, "c");
    CHECK(engine, exchanges);
    clock_set(HARNESS_NOW + 10 * 60 * 1000 - 1);
    check_exchanges(engine, &exchanges[1], 1);
    clock_set(HARNESS_NOW + 10 * 60 * 1000);
    struct exchange anew = { "TransactWriteItems", WRITES(TOKEN, PUT("p", ",'n':{'N':'1'}")),
                             UNITS("Write", "2.0") };
    check_exchanges(engine, &anew, 1);
}

/*
 * What begins to wait before a transaction is through has overlapped it. A clock that goes back
 * stands for that here; test_overlaps.c has threads.
 */
ENGINE_TEST(transactions, conflicts)
{
    static const struct exchange before[] = {
        { "TransactWriteItems",
          WRITES("", PUT("p", ",'n':{'N':'1'}") "," CHECK_THERE("c") "," DELETE("d")),
          UNITS("Write", "6.0") },
    };
    static const struct exchange overlapping[] = {
        { "TransactWriteItems", WRITES("", PUT("x", "") "," DELETE("p") "," DELETE("y")),
          REASONS(NONE "," CONFLICT "," NONE, "None, TransactionConflict, None") },
        { "TransactWriteItems",
          WRITES("", CHECK_THERE("none") "," CHECK_THERE("c") "," CHECK_THERE("d")),
          REASONS(
              "{'Code':'ConditionalCheckFailed','Message':'The conditional request failed'}," CONFLICT
              "," CONFLICT,
              "ConditionalCheckFailed, TransactionConflict, TransactionConflict") },
        { "PutItem", "{'TableName':'pair','Item':{" KEY("p") "}}",
          "TransactionConflictException: Transaction is ongoing for the item" },
        { "UpdateItem", "{'TableName':'pair','Key':{" KEY("c") "},'UpdateExpression':'SET a = sk'}",
          "TransactionConflictException: Transaction is ongoing for the item" },
        { "DeleteItem",
          "{'TableName':'pair','Key':{" KEY("d") "},'ConditionExpression':'attribute_exists(pk)'}",
          "TransactionConflictException: Transaction is ongoing for the item" },
        { "PutItem", "{'TableName':'pair','Item':{" KEY("z") "}}", "{}" },
        { "PutItem", "{'TableName':'numbers','Item':{'pk':{'N':'1'},'sk':{'N':'1'}}}", "{}" },
        { "BatchWriteItem",
          "{'RequestItems':{'numbers':[{'DeleteRequest':{'Key':{'pk':{'N':'1'},'sk':{'N':'1'}}}}],"
          "'pair':[{'PutRequest':{'Item':{" KEY("w") "}}},{'PutRequest':{'Item':{" KEY(
              "p") ",'n':{'N':'1.0'}}}},{'DeleteRequest':{'Key':{" KEY("d") "}}}]},"
                                                                            "'ReturnConsumedCapacity':'TOTAL'}",
          "{'UnprocessedItems':{'pair':[{'PutRequest':{'Item':{" KEY(
              "p") ",'n':{'N':'1.0'}}}},{'DeleteRequest':{'Key':{" KEY("d") "}}}]},"
                                                                            "'ConsumedCapacity':[{'TableName':'numbers','CapacityUnits':1.0},{'TableName':'pair',"
                                                                            "'CapacityUnits':1.0}]}" },
        { "GetItem", "{'TableName':'pair','Key':{" KEY("p") "}}",
          "{'Item':{'n':{'N':'1'}," KEY("p") "}}" },
        { "TransactGetItems",
          "{'TransactItems':[{'Get':{'TableName':'pair','Key':{" KEY("p") "}}}]}",
          "{'Responses':[{'Item':{'n':{'N':'1'}," KEY("p") "}}]}" },
    };
    static const struct exchange after[] = {
        { "PutItem", "{'TableName':'pair','Item':{" KEY("p") "}}", "{}" },
        { "TransactWriteItems", WRITES("", DELETE("p")), UNITS("Write", "2.0") },
    };
    create_tables(engine);
    succeed(engine, "PutItem", quoted("{'TableName':'pair','Item':{" KEY("c") "}}"));
    clock_set(LATER);
    CHECK(engine, before);
    clock_set(LATER - 1);
    CHECK(engine, overlapping);
    clock_set(LATER - 61 * 1000); /* nobody waits so long: the clock was set back */
    CHECK(engine, after);
}

ENGINE_TEST(transactions, in_progress)
{
    static const struct exchange first = { "TransactWriteItems", WRITES(TOKEN, DELETE("d")),
                                           UNITS("Write", "2.0") };
    static const struct exchange overlapping[] = {
        { "TransactWriteItems", WRITES(TOKEN, DELETE("d")),
          "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionInProgressException',"
          "'Message':'Transaction from previous request is still in progress'}" },
        { "TransactWriteItems", WRITES(TOKEN, DELETE("e")),
          "{'__type':'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException'}" },
    };
    create_tables(engine);
    clock_set(LATER);
    check_exchanges(engine, &first, 1);
    clock_set(LATER - 1);
    CHECK(engine, overlapping);
}

/* One table by its name and by its ARN is one table: its items can be named once. */
ENGINE_TEST(transactions, one_table_by_two_names)
{
#define ARN       "arn:aws:dynamodb:us-east-1:123456789012:table/pair"
#define DUPLICATE "Provided list of item keys contains duplicates"
    static const struct exchange exchanges[] = {
        { "TransactWriteItems",
          WRITES("", DELETE("d") ",{'Put':{'TableName':'" ARN "','Item':{" KEY("d") "}}}"),
          "Transaction request cannot include multiple operations on one item" },
        { "TransactWriteItems",
          WRITES("", PUT("d", "") ",{'Put':{'TableName':'" ARN "','Item':{" KEY("e") "}}}"),
          "{'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':2.0,'WriteCapacityUnits':2.0},"
          "{'TableName':'" ARN "','CapacityUnits':2.0,'WriteCapacityUnits':2.0}]}" },
        { "BatchWriteItem",
          "{'RequestItems':{'pair':[{'DeleteRequest':{'Key':{" KEY(
              "d") "}}}],'" ARN "':[{'DeleteRequest':{'Key':{" KEY("d") "}}}]}}",
          DUPLICATE },
        { "BatchGetItem",
          "{'RequestItems':{'pair':{'Keys':[{" KEY("d") "}]},'" ARN "':{'Keys':[{" KEY(
              "e") "},{" KEY("d") "}]}}}",
          DUPLICATE },
        { "BatchGetItem",
          "{'RequestItems':{'pair':{'Keys':[{" KEY("d") "}]},'" ARN "':{'Keys':[{" KEY(
              "e") "}]}},'ReturnConsumedCapacity':'TOTAL'}",
          "{'Responses':{'pair':[{" KEY("d") "}],'" ARN "':[{" KEY(
              "e") "}]},'UnprocessedKeys':{},'ConsumedCapacity':[{'TableName':'pair',"
                   "'CapacityUnits':0.5},{'TableName':'" ARN "','CapacityUnits':0.5}]}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* Collections are there for tables with local indexes only, each of them once. */
ENGINE_TEST(transactions, item_collections)
{
#define SIZE                ",'ReturnItemCollectionMetrics':'SIZE'}"
#define OF(pk)              "{'ItemCollectionKey':{'pk':{'S':'" pk "'}},'SizeEstimateRangeGB':[0.0,1.0]}"
#define ITEM(pk)            "'pk':{'S':'" pk "'},'sk':{'S':'1'}"
#define ITEM2(pk)           "'pk':{'S':'" pk "'},'sk':{'S':'2'}"
#define PUT_IN(table, item) "{'Put':{'TableName':'" table "','Item':{" item "}}}"
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'indexed','Item':{" ITEM("a") "}" SIZE,
          "{'ItemCollectionMetrics':" OF("a") "}" },
        { "UpdateItem", "{'TableName':'indexed','Key':{" ITEM("a") "}" SIZE,
          "{'ItemCollectionMetrics':" OF("a") "}" },
        { "DeleteItem", "{'TableName':'indexed','Key':{" ITEM("none") "}" SIZE,
          "{'ItemCollectionMetrics':" OF("none") "}" },
        { "DeleteItem", "{'TableName':'pair','Key':{" ITEM("a") "}" SIZE, "{}" },
        { "PutItem",
          "{'TableName':'indexed','Item':{" ITEM("a") "},'ReturnItemCollectionMetrics':'NONE'}",
          "{}" },
        { "BatchWriteItem",
          "{'RequestItems':{'pair':[{'PutRequest':{'Item':{" ITEM("a") "}}}],'indexed':[{'PutRequest':{'Item':{" ITEM(
              "b") "}}},{'PutRequest':{'Item':{" ITEM2("b") "}}},{'DeleteRequest':{'Key':{" ITEM("a") "}}}]}" SIZE,
          "{'UnprocessedItems':{},'ItemCollectionMetrics':{'indexed':[" OF("b") "," OF("a") "]}}" },
        { "BatchWriteItem",
          "{'RequestItems':{'pair':[{'PutRequest':{'Item':{" ITEM("a") "}}}]}" SIZE,
          "{'UnprocessedItems':{}}" },
        { "TransactWriteItems",
          "{'TransactItems':[" PUT_IN("pair", ITEM("a")) "," PUT_IN("indexed", ITEM("b")) "," PUT_IN(
              "indexed",
              ITEM2(
                  "a")) "," PUT_IN("indexed",
                                   ITEM2(
                                       "b")) ",{'ConditionCheck':{'TableName':'indexed','Key':{" ITEM("c") "},'ConditionExpression':'attribute_not_exists(pk)'}}]" SIZE,
          "{'ItemCollectionMetrics':{'indexed':[" OF("b") "," OF("a") "]}}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

static void append_big(struct buffer *out, size_t bytes)
{
    char *text = buffer_reserve(out, bytes);
    memset(text, 'x', bytes);
    out->length += bytes;
}

/* `count` members of `bytes` each: the names and the key of each item are 8 bytes. */
static const char *large_transaction(struct engine *engine, int count, size_t bytes, bool get,
                                     int *status)
{
    struct arena arena;
    jmp_buf exhausted;
    arena_init(&arena, &exhausted);
    struct buffer request;
    buffer_init(&request, &arena);
    buffer_append_string(&request, "{\"TransactItems\":[");
    for (int i = 0; i < count; i++) {
        buffer_printf(&request,
                      "%s{\"%s\":{\"TableName\":\"pair\",\"%s\":{\"pk\":{\"S\":\"a\"},\"sk\":{"
                      "\"S\":\"%02d\"}",
                      i ? "," : "", get ? "Get" : "Put", get ? "Key" : "Item", i);
        if (!get) {
            buffer_append_string(&request, ",\"b\":{\"S\":\"");
            append_big(&request, bytes - 8);
            buffer_append_string(&request, "\"}");
        }
        buffer_append_string(&request, "}}}");
    }
    buffer_append_string(&request, "]}");
    buffer_append_byte(&request, '\0');
    const char *body =
        call(engine, get ? "TransactGetItems" : "TransactWriteItems", request.data, status).data;
    arena_release(&arena);
    return body;
}

/* 4 MB are 4,194,304 bytes of items, 16 of 262,144; one byte more is too much, written or read. */
ENGINE_TEST(transactions, four_megabytes)
{
#define TOO_LARGE                                                                                  \
    "Collection size of items exceeded, which can also be caused by the aggregate size of the "    \
    "items in the transaction exceeding the 4MB limit"
    int status;
    create_tables(engine);
    const char *body = large_transaction(engine, 16, 262144, false, &status);
    cr_expect_str_eq(body, "{}");
    large_transaction(engine, 16, 262144, true, &status);
    cr_expect_eq(status, 200);
    body = large_transaction(engine, 17, 250000, false, &status);
    cr_expect_str_eq(body, harness_error("ValidationException", TOO_LARGE));
    succeed(engine, "UpdateItem",
            quoted("{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'00'}},"
                   "'UpdateExpression':'SET c = :c','ExpressionAttributeValues':{':c':{'NULL':"
                   "true}}}"));
    body = large_transaction(engine, 16, 0, true, &status);
    cr_expect_str_eq(body, harness_error("ValidationException", TOO_LARGE));
}
