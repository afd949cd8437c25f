/*
 * test_capacity.c - what reads of indexes, batches and transactions consume, in each shape: facts/fidelity.md section 4.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#define INDEXES ",'ReturnConsumedCapacity':'INDEXES'"
#define TOTAL   ",'ReturnConsumedCapacity':'TOTAL'"

/* Three items of 4,000, 5,000 and 9,000 bytes, of which each index of the keys has 10 or less. */
static void fill(struct engine *engine)
{
    static const int sizes[] = { 4000, 5000, 9000 };
    create_tables(engine);
    for (int i = 0; i < 3; i++) {
        char *request;
        cr_assert_geq(asprintf(&request,
                               "{'TableName':'indexed','Item':{'pk':{'S':'a'},'sk':{'S':'%d'},'l':"
                               "{'S':'l'},'g':{'S':'g'},'m':{'N':'1'},'x':{'S':'%0*d'}}}",
                               i, sizes[i] - 14, 0),
                      0);
        cr_assert_str_eq(answer_to(engine, "PutItem", request), "{}");
        free(request);
    }
}

#define OF(rest) "{'TableName':'indexed','Select':'COUNT'" rest "}"
#define BY_PK    ",'KeyConditionExpression':'pk = :p','ExpressionAttributeValues':{':p':{'S':'a'}}"
#define BY_G     ",'KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'g'}}"
#define THREE    "'Count':3,'ScannedCount':3"
#define ONLY(n)  "{" THREE ",'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':" n "}}"
#define ARMS(total, table, kind, index, n)                                                         \
    ",'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':" total                            \
    ",'Table':{'CapacityUnits':" table "},'" kind "SecondaryIndexes':{'" index                     \
    "':{'CapacityUnits':" n "}}}}"
#define ITEMS "{'Items':[{'sk':{'S':'2'}},{'sk':{'S':'0'}},{'sk':{'S':'1'}}],"

/* A page's bytes are rounded once, each item that a local index fetches by itself, on the table's arm. */
ENGINE_TEST(capacity, pages)
{
    static const struct exchange exchanges[] = {
        { "Query", OF(BY_PK TOTAL), ONLY("2.5") }, /* 18,000 bytes: 5 half units */
        { "Query", OF(BY_PK TOTAL ",'ConsistentRead':true"), ONLY("5.0") },
        { "Query", OF(BY_PK ",'ReturnConsumedCapacity':'NONE'"), "{" THREE "}" },
        { "Query", OF(BY_PK INDEXES),
          "{" THREE ",'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':2.5,'Table':{"
          "'CapacityUnits':2.5}}}" },
        { "Scan", OF(INDEXES ",'ConsistentRead':true"),
          "{" THREE ",'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':5.0,'Table':{"
          "'CapacityUnits':5.0}}}" },
        { "Query", OF(BY_G INDEXES ",'IndexName':'keys'"),
          "{" THREE ARMS("0.5", "0.0", "Global", "keys", "0.5") },
        { "Scan", OF(INDEXES ",'IndexName':'keys'"),
          "{" THREE ARMS("0.5", "0.0", "Global", "keys", "0.5") },
        { "Query", OF(BY_PK INDEXES ",'IndexName':'l-keys'"),
          "{" THREE ARMS("0.5", "0.0", "Local", "l-keys", "0.5") },
        { "Query", OF(BY_PK INDEXES ",'IndexName':'l-all','ConsistentRead':true"),
          "{" THREE ARMS("5.0", "0.0", "Local", "l-all", "5.0") },
        { "Query", OF(BY_PK INDEXES ",'IndexName':'l-some'"),
          "{'Count':0,'ScannedCount':0" ARMS("0.5", "0.0", "Local", "l-some", "0.5") },
        /* 1 + 2 + 3 steps are fetched, though 18,000 bytes are 5 */
        { "Query",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, nothing, "
          "m'" BY_PK INDEXES ",'FilterExpression':'attribute_not_exists(l)'}",
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "l" },
        { "Query",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, "
          "nothing'" BY_PK INDEXES "}",
          ITEMS THREE ARMS("3.5", "3.0", "Local", "l-keys", "0.5") },
        { "Query",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, "
          "nothing','ConsistentRead':true" BY_PK INDEXES "}",
          ITEMS THREE ARMS("7.0", "6.0", "Local", "l-keys", "1.0") },
        { "Query",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, "
          "nothing'" BY_PK TOTAL "}",
          ITEMS THREE ",'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':3.5}}" },
        { "Scan",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, "
          "nothing'" INDEXES "}",
          ITEMS THREE ARMS("3.5", "3.0", "Local", "l-keys", "0.5") },
        { "Query",
          "{'TableName':'indexed','IndexName':'l-keys','ProjectionExpression':'sk, l'" BY_PK INDEXES
          ",'Limit':1}",
          "{'Items':[{'l':{'S':'l'},'sk':{'S':'2'}}],'Count':1,'ScannedCount':1,"
          "'LastEvaluatedKey':{'l':{'S':'l'},'pk':{'S':'a'},'sk':{'S':'2'}}" ARMS(
              "0.5", "0.0", "Local", "l-keys", "0.5") },
        { "Query",
          OF(",'KeyConditionExpression':'pk = :p','ExpressionAttributeValues':{':p':{'S':"
             "'none'}},'ConsistentRead':true" TOTAL),
          "{'Count':0,'ScannedCount':0,'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':"
          "1.0}}" },
        { "Scan", "{'TableName':'hash'" INDEXES "}",
          "{'Items':[],'Count':0,'ScannedCount':0,'ConsumedCapacity':{'TableName':'hash',"
          "'CapacityUnits':0.5,'Table':{'CapacityUnits':0.5}}}" },
    };
    fill(engine);
    CHECK(engine, exchanges);
}

#define KEY(sk) "{'pk':{'S':'a'},'sk':{'S':'" sk "'}}"
#define SK(sk)  "{'sk':{'S':'" sk "'}}"

/* Each item by itself, there or not; in a transaction doubled, but for what the indexes take. */
ENGINE_TEST(capacity, batches_and_transactions)
{
#define GET(sk)             "{'Get':{'TableName':'indexed','Key':" KEY(sk) ",'ProjectionExpression':'sk'}}"
#define UNITS(name, n)      "'" name "':{'CapacityUnits':" n "}"
#define BOTH(n)             "{'CapacityUnits':" n ",'WriteCapacityUnits':" n "}"
#define TRANSACTED(name, n) "'" name "':" BOTH(n)
#define SMALL(sk, rest)     "{'pk':{'S':'a'},'sk':{'S':'" sk "'}" rest "}"
    static const struct exchange exchanges[] = {
        /* clang-format off */
        { "BatchGetItem",
          "{'RequestItems':{'indexed':{'ProjectionExpression':'sk',"
          "'Keys':[" KEY("0") "," KEY("1") "," KEY("2") "," KEY("3") "]}}" TOTAL "}",
          "{'Responses':{'indexed':[" SK("0") "," SK("1") "," SK("2") "]},'UnprocessedKeys':{},"
          "'ConsumedCapacity':[{'TableName':'indexed','CapacityUnits':3.5}]}" },
        { "BatchGetItem",
          "{'RequestItems':{'indexed':{'ConsistentRead':true,'Keys':[" KEY("3") "]},"
          "'hash':{'Keys':[{'pk':{'S':'a'}}]}}" INDEXES "}",
          "{'Responses':{'indexed':[],'hash':[]},'UnprocessedKeys':{},'ConsumedCapacity':["
          "{'TableName':'indexed','CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}},"
          "{'TableName':'hash','CapacityUnits':0.5,'Table':{'CapacityUnits':0.5}}]}" },
        { "TransactGetItems",
          "{'TransactItems':[" GET("0") "," GET("1") "," GET("2") "," GET("3") "]" TOTAL "}",
          "{'Responses':[{'Item':" SK("0") "},{'Item':" SK("1") "},{'Item':" SK("2") "},{}],"
          "'ConsumedCapacity':["
          "{'TableName':'indexed','CapacityUnits':14.0,'ReadCapacityUnits':14.0}]}" },
        { "GetItem",
          "{'TableName':'indexed','Key':" KEY("2") ",'ProjectionExpression':'sk'" INDEXES "}",
          "{'Item':" SK("2") ",'ConsumedCapacity':"
          "{'TableName':'indexed','CapacityUnits':1.5,'Table':{'CapacityUnits':1.5}}}" },
        { "GetItem",
          "{'TableName':'indexed','Key':" KEY("3") ",'ConsistentRead':true" TOTAL "}",
          "{'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':1.0}}" },
        /* 4,000 bytes were there: 4 units on the table and in l-all; l moves, g goes, and the other item is new */
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':["
          "{'PutRequest':{'Item':" SMALL("0", ",'l':{'S':'k'},'m':{'N':'1'}") "}},"
          "{'PutRequest':{'Item':" SMALL("4", ",'l':{'S':'l'},'g':{'S':'g'}") "}}]}" INDEXES "}",
          "{'UnprocessedItems':{},'ConsumedCapacity':["
          "{'TableName':'indexed','CapacityUnits':14.0,'Table':{'CapacityUnits':5.0},"
          "'LocalSecondaryIndexes':{" UNITS("l-keys", "3.0") "," UNITS("l-all", "4.0") "},"
          "'GlobalSecondaryIndexes':{" UNITS("keys", "2.0") "}}]}" },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'DeleteRequest':{'Key':" KEY("1") "}},"
          "{'DeleteRequest':{'Key':" KEY("none") "}}]}" TOTAL "}",
          "{'UnprocessedItems':{},'ConsumedCapacity':["
          "{'TableName':'indexed','CapacityUnits':13.0}]}" },
        { "TransactWriteItems",
          "{'TransactItems':["
          "{'Put':{'TableName':'indexed','Item':"
          SMALL("0", ",'l':{'S':'l'},'m':{'N':'1'},'g':{'S':'g'}") "}},"
          "{'ConditionCheck':{'TableName':'indexed','Key':" KEY("2") ","
          "'ConditionExpression':'attribute_exists(pk)'}},"
          "{'Delete':{'TableName':'indexed','Key':" KEY("4") "}},"
          "{'Update':{'TableName':'indexed','Key':" KEY("5") ",'UpdateExpression':'SET y = :y',"
          "'ExpressionAttributeValues':{':y':{'S':'y'}}}}]" INDEXES "}",
          "{'ConsumedCapacity':[{'TableName':'indexed','CapacityUnits':30.0,"
          "'WriteCapacityUnits':30.0,'Table':" BOTH("24.0") ",'LocalSecondaryIndexes':{"
          TRANSACTED("l-keys", "3.0") "," TRANSACTED("l-all", "1.0") "},"
          "'GlobalSecondaryIndexes':{" TRANSACTED("keys", "2.0") "}}]}" },
        /* an error does not tell what was consumed */
        { "PutItem",
          "{'TableName':'indexed','Item':" SMALL("0", "") ","
          "'ConditionExpression':'attribute_not_exists(pk)'" TOTAL "}",
          UNMET },
        /* clang-format on */
    };
    fill(engine);
    CHECK(engine, exchanges);
}
