/*
 * test_large.c - answers that are as large as they get: 16 MB of a BatchGetItem, 1 MB of a page.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts an item into `pair` whose one other attribute, `b`, has `size` bytes. */
static void put_padded(struct engine *engine, const char *sort_key, int size)
{
    char *request;
    cr_assert_geq(asprintf(&request,
                           "{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'%s'},'b':{'S':'"
                           "%0*d'}}}",
                           sort_key, size, 0),
                  0);
    cr_assert_str_eq(answer_to(engine, "PutItem", request), "{}");
    free(request);
}

/* 52 items of 300 KB fit, says the API reference; of what comes behind them nothing is tried, be it there or not. */
ENGINE_TEST(large, sixteen_megabytes_of_a_batch)
{
    enum { FIT = 52, ITEMS = 53, KEYS = 54, SIZE = 300 * 1024 };
    char request[8192] = "{'ReturnConsumedCapacity':'TOTAL','RequestItems':{'pair':{"
                         "'ConsistentRead':true,'ProjectionExpression':'#s',"
                         "'ExpressionAttributeNames':{'#s':'sk'},'Keys':[";
    char answer[8192] = "{'Responses':{'pair':[";
    create_tables(engine);
    for (int i = 0; i < KEYS; i++) {
        char sort_key[16];
        snprintf(sort_key, sizeof sort_key, "%02d", i);
        if (i < ITEMS)
            put_padded(engine, sort_key, SIZE - 8); /* the keys and the names are 8 bytes */
        snprintf(request + strlen(request), sizeof request - strlen(request),
                 "%s{'pk':{'S':'a'},'sk':{'S':'%s'}}", i ? "," : "", sort_key);
        if (i < FIT)
            snprintf(answer + strlen(answer), sizeof answer - strlen(answer), "%s{'sk':{'S':'%s'}}",
                     i ? "," : "", sort_key);
    }
    strcat(request, "]},'hash':{'Keys':[{'pk':{'S':'a'}}]}}}");
    strcat(
        answer,
        "],'hash':[]},'UnprocessedKeys':{'pair':{'Keys':["
        "{'pk':{'S':'a'},'sk':{'S':'52'}},{'pk':{'S':'a'},'sk':{'S':'53'}}],"
        "'ConsistentRead':true,'ProjectionExpression':'#s','ExpressionAttributeNames':{"
        "'#s':'sk'}},'hash':{'Keys':[{'pk':{'S':'a'}}]}},'ConsumedCapacity':["
        "{'TableName':'pair','CapacityUnits':3900.0},{'TableName':'hash','CapacityUnits':0.0}]}");
    struct exchange exchange = { "BatchGetItem", request, answer };
    check_exchanges(engine, &exchange, 1);
}

/*
 * A page ends with the item that makes it 1,048,576 bytes of dynalite's form: of an item with a sort key of 1 byte and `size` of
 * padding, s + 2 + (1 + (s + 1) / 3072) * (18 + 1), where s = size + 7. Two of 347,000 are 698,312, and one of 348,089 350,264.
 */
ENGINE_TEST(large, one_megabyte_of_a_page)
{
#define PAGE(operation, rest)                                                                      \
    operation, "{'TableName':'pair','Select':'COUNT','ReturnConsumedCapacity':'TOTAL'" rest "}"
#define QUERY ",'KeyConditionExpression':'pk = :p','ExpressionAttributeValues':{':p':{'S':'a'}}"
#define COUNTED(count, key, units)                                                                 \
    "{'Count':" count ",'ScannedCount':" count                                                     \
    ",'LastEvaluatedKey':{'pk':{'S':'a'},'sk':{'S':'" key "'}},'ConsumedCapacity':{'TableName':"   \
    "'pair','CapacityUnits':" units "}}"
    static const struct exchange full[] = {
        { PAGE("Query", QUERY), COUNTED("3", "3", "127.5") },
        { PAGE("Query", QUERY ",'ConsistentRead':true"), COUNTED("3", "3", "255.0") },
        { PAGE("Query", QUERY ",'ScanIndexForward':false"), COUNTED("4", "1", "127.5") },
        { PAGE("Scan", ""), COUNTED("3", "3", "127.5") },
        { PAGE("Scan", ",'FilterExpression':'attribute_exists(x)'"),
          "{'Count':0,'ScannedCount':3,'LastEvaluatedKey':{'pk':{'S':'a'},'sk':{'S':'3'}},"
          "'ConsumedCapacity':{'TableName':'pair','CapacityUnits':127.5}}" },
        { PAGE("Scan", ",'Limit':3"), COUNTED("3", "3", "127.5") },
        { PAGE("Scan", ",'Limit':2"), COUNTED("2", "2", "85.0") },
        { PAGE("Scan", ",'ExclusiveStartKey':{'pk':{'S':'a'},'sk':{'S':'3'}}"),
          "{'Count':1,'ScannedCount':1,'ConsumedCapacity':{'TableName':'pair','CapacityUnits':0.5}"
          "}" },
    };
    /* One byte less, and the small item behind them is on the page, too; it ends with that, and does not know that there
     * is no other. */
    static const struct exchange not_full[] = {
        { PAGE("Query", QUERY), COUNTED("4", "4", "127.5") },
        { PAGE("Scan", ""), COUNTED("4", "4", "127.5") },
    };
    create_tables(engine);
    put_padded(engine, "1", 347000);
    put_padded(engine, "2", 347000);
    put_padded(engine, "3", 348089);
    put_padded(engine, "4", 1);
    CHECK(engine, full);
    put_padded(engine, "3", 348088);
    CHECK(engine, not_full);
}
