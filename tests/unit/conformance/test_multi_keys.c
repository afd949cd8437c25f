/*
 * test_multi_keys.c - a global index whose key is of several attributes, four of each kind at most: AWS developer guide,
 * "Multi-attribute keys in global secondary indexes"; facts/fidelity.md section 5.
 */
#include "tests/unit/conformance/conformance.h"

#define TABLE(rest)       "{'TableName':'multi'" rest "}"
#define TYPED(name, type) "{'AttributeName':'" name "','AttributeType':'" type "'}"
#define KEYED(name, type) "{'AttributeName':'" name "','KeyType':'" type "'}"
#define PUT(k, rest)                                                                               \
    "PutItem", TABLE(",'Item':{'k':{'S':'" k "'},'h1':{'S':'h'},'h2':{'N':'1'}" rest "}")
#define RANGE(a, b) ",'r1':{'S':'" a "'},'r2':{'N':'" b "'}"
#define QUERY(condition, values, rest)                                                             \
    "Query", TABLE(",'IndexName':'multi-g','KeyConditionExpression':'" condition "',"              \
                   "'ExpressionAttributeValues':{" values "}" rest)
#define BOTH     "h1 = :a AND h2 = :b"
#define VALUES   "':a':{'S':'h'},':b':{'N':'1'}"
#define KEY      ",'ProjectionExpression':'k'"
#define COUNT(n) "'Count':" n ",'ScannedCount':" n
#define ITEM(k)  "{'k':{'S':'" k "'}}"
#define LAST(k, a, b)                                                                              \
    "{'h1':{'S':'h'},'h2':{'N':'1'},'k':{'S':'" k "'},'r1':{'S':'" a "'},'r2':{'N':'" b "'}}"

static const struct exchange made[] = {
    { PUT("1", RANGE("a", "10")), "{}" },
    { PUT("2", RANGE("a", "9")), "{}" },
    { PUT("3", RANGE("ab", "1")), "{}" },
    { PUT("4", RANGE("b", "-1")), "{}" },
    { PUT("5", ",'r1':{'S':'a'}"), "{}" },                                /* r2 is not there */
    { "PutItem", TABLE(",'Item':{'k':{'S':'6'},'h1':{'S':'h'}}"), "{}" }, /* nor h2 */
    { "PutItem",
      TABLE(",'Item':{'k':{'S':'7'},'h1':{'S':'h'},'h2':{'N':'2'},'r1':{'S':'a'},'r2':{'N':'1'}}"),
      "{}" },
};

/* clang-format off */
static const char table[] = TABLE(
    ",'BillingMode':'PAY_PER_REQUEST','KeySchema':[" KEYED("k", "HASH") "],"
    "'AttributeDefinitions':[" TYPED("k", "S") "," TYPED("h1", "S") "," TYPED("h2", "N") ","
    TYPED("r1", "S") "," TYPED("r2", "N") "],'GlobalSecondaryIndexes':[{'IndexName':'multi-g',"
    "'KeySchema':[" KEYED("h1", "HASH") "," KEYED("h2", "HASH") "," KEYED("r1", "RANGE") ","
    KEYED("r2", "RANGE") "],'Projection':{'ProjectionType':'KEYS_ONLY'}}]");
/* clang-format on */

static void create(struct engine *engine)
{
    succeed(engine, "CreateTable", quoted(table));
    CHECK(engine, made);
}

ENGINE_TEST(multi_keys, queries)
{
    static const struct exchange exchanges[] = {
        { QUERY(BOTH, VALUES, KEY),
          "{'Items':[" ITEM("2") "," ITEM("1") "," ITEM("3") "," ITEM("4") "]," COUNT("4") "}" },
        { QUERY(BOTH, VALUES, KEY ",'ScanIndexForward':false"),
          "{'Items':[" ITEM("4") "," ITEM("3") "," ITEM("1") "," ITEM("2") "]," COUNT("4") "}" },
        { QUERY("h2 = :b AND r1 = :c AND h1 = :a", VALUES ",':c':{'S':'a'}", KEY),
          "{'Items':[" ITEM("2") "," ITEM("1") "]," COUNT("2") "}" },
        { QUERY(BOTH " AND r1 = :c AND r2 > :d", VALUES ",':c':{'S':'a'},':d':{'N':'9'}", KEY),
          "{'Items':[" ITEM("1") "]," COUNT("1") "}" },
        { QUERY(BOTH " AND begins_with(r1, :c)", VALUES ",':c':{'S':'a'}", KEY),
          "{'Items':[" ITEM("2") "," ITEM("1") "," ITEM("3") "]," COUNT("3") "}" },
        { QUERY(BOTH " AND r1 > :c", VALUES ",':c':{'S':'a'}", KEY),
          "{'Items':[" ITEM("3") "," ITEM("4") "]," COUNT("2") "}" },
        { QUERY(BOTH " AND r1 BETWEEN :c AND :d", VALUES ",':c':{'S':'a'},':d':{'S':'ab'}", KEY),
          "{'Items':[" ITEM("2") "," ITEM("1") "," ITEM("3") "]," COUNT("3") "}" },
        { QUERY(BOTH " AND r2 = :d", VALUES ",':d':{'N':'9'}", KEY),
          "RANGE key attributes r1 must have equality conditions specified in the query because a "
          "condition is present on key attribute r2" },
        { QUERY(BOTH " AND r1 > :c AND r2 = :d", VALUES ",':c':{'S':'a'},':d':{'N':'9'}", KEY),
          "RANGE key attributes r1 must have equality conditions specified in the query because a "
          "condition is present on key attribute r2" },
        { QUERY("h1 = :a", "':a':{'S':'h'}", ""), "Query condition missed key schema element: h2" },
        { QUERY("h1 = :a AND h2 > :b", VALUES, ""), "Query key condition not supported" },
        { "Scan", TABLE(",'IndexName':'multi-g','Select':'COUNT'"), "{" COUNT("5") "}" },
    };
    create(engine);
    CHECK(engine, exchanges);
}

ENGINE_TEST(multi_keys, pages)
{
#define START(key) ",'ExclusiveStartKey':" key
    static const struct exchange exchanges[] = {
        { QUERY(BOTH, VALUES, KEY ",'Limit':2"),
          "{'Items':[" ITEM("2") "," ITEM("1") "]," COUNT("2") ",'LastEvaluatedKey':" LAST(
              "1", "a", "10") "}" },
        { QUERY(BOTH, VALUES, KEY START(LAST("1", "a", "10"))),
          "{'Items':[" ITEM("3") "," ITEM("4") "]," COUNT("2") "}" },
        { QUERY(BOTH, VALUES,
                KEY ",'ScanIndexForward':false,'Limit':1" START(LAST("1", "a", "10"))),
          "{'Items':[" ITEM("2") "]," COUNT("1") ",'LastEvaluatedKey':" LAST("2", "a", "9") "}" },
        /* an item that is no more, or never was */
        { QUERY(BOTH, VALUES, KEY ",'Limit':1" START(LAST("x", "a", "9.5"))),
          "{'Items':[" ITEM("1") "]," COUNT("1") ",'LastEvaluatedKey':" LAST("1", "a", "10") "}" },
        { QUERY(BOTH, VALUES,
                START("{'k':{'S':'1'},'h1':{'S':'h'},'h2':{'N':'1'},'r1':{'S':'a'}}")),
          "The provided starting key is invalid" },
        { QUERY(BOTH, VALUES, START("{'k':{'S':'1'}}")), "The provided starting key is invalid" },
        { QUERY(
              BOTH, VALUES,
              START("{'k':{'S':'7'},'h1':{'S':'h'},'h2':{'N':'2'},'r1':{'S':'a'},'r2':{'N':'1'}}")),
          "The provided starting key is outside query boundaries based on provided conditions" },
        { QUERY(BOTH " AND r1 = :c", VALUES ",':c':{'S':'a'}", START(LAST("4", "b", "-1"))),
          "The provided starting key does not match the range key predicate" },
        { QUERY(BOTH " AND r1 = :c", VALUES ",':c':{'S':'a'}", KEY START(LAST("2", "a", "9"))),
          "{'Items':[" ITEM("1") "]," COUNT("1") "}" },
    };
    create(engine);
    CHECK(engine, exchanges);
}

/* An item comes into the index with its last key attribute and goes with the first of them that goes. */
ENGINE_TEST(multi_keys, writes)
{
#define UPDATED(k, expression, rest)                                                               \
    "UpdateItem", TABLE(",'Key':{'k':{'S':'" k "'}},'UpdateExpression':'" expression               \
                        "','ReturnConsumedCapacity':'INDEXES'" rest)
#define CONSUMED(units, index)                                                                     \
    "{'ConsumedCapacity':{'TableName':'multi','CapacityUnits':" units                              \
    ",'Table':{'CapacityUnits':1.0}" index "}}"
#define ON_INDEX(units) ",'GlobalSecondaryIndexes':{'multi-g':{'CapacityUnits':" units "}}"
    static const struct exchange exchanges[] = {
        { UPDATED("5", "SET r2 = :d", ",'ExpressionAttributeValues':{':d':{'N':'0'}}"),
          CONSUMED("2.0", ON_INDEX("1.0")) },
        { UPDATED("5", "SET r2 = :d", ",'ExpressionAttributeValues':{':d':{'N':'5'}}"),
          CONSUMED("3.0", ON_INDEX("2.0")) },
        { UPDATED("5", "SET x = :d", ",'ExpressionAttributeValues':{':d':{'N':'5'}}"),
          CONSUMED("1.0", "") },
        { QUERY(BOTH, VALUES, KEY ",'Limit':1"),
          "{'Items':[" ITEM("5") "]," COUNT("1") ",'LastEvaluatedKey':" LAST("5", "a", "5") "}" },
        { UPDATED("5", "REMOVE h2", ""), CONSUMED("2.0", ON_INDEX("1.0")) },
        { UPDATED("5", "REMOVE r2", ""), CONSUMED("1.0", "") },
        { QUERY(BOTH, VALUES, ",'Select':'COUNT'"), "{" COUNT("4") "}" },
        { UPDATED("1", "SET r1 = :d", ",'ExpressionAttributeValues':{':d':{'N':'5'}}"),
          INVALID "Type mismatch for Index Key r1 Expected: S Actual: N IndexName: multi-g" },
        { PUT("8", RANGE("", "1")),
          "One or more parameter values are not valid. A value specified for a secondary index key "
          "is not supported. The AttributeValue for a key attribute cannot contain an empty string "
          "value. IndexName: multi-g, IndexKey: r1" },
    };
    create(engine);
    CHECK(engine, exchanges);
}
