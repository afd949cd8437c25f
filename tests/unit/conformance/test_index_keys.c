/*
 * test_index_keys.c - what an item must be like for its indexes, in a put, an update, a batch and a
 * transaction: engine/index_keys.h has the sources.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY       "'pk':{'S':'a'},'sk':{'S':'b'}"
#define PUT(rest) "{'TableName':'indexed','Item':{" KEY rest "}}"
#define UPDATE(expression, values)                                                                 \
    "{'TableName':'indexed','Key':{" KEY "},'UpdateExpression':'" expression "'" values "}"
#define VALUES(values) ",'ExpressionAttributeValues':{" values "}"
#define MISMATCH(key, expected, actual, index)                                                     \
    INVALID "Type mismatch for Index Key " key " Expected: " expected " Actual: " actual           \
            " IndexName: " index
#define EMPTY_INDEX_KEY(type, index, key)                                                          \
    "One or more parameter values are not valid. A value specified for a secondary index key is "  \
    "not supported. The AttributeValue for a key attribute cannot contain an empty " type          \
    " value. IndexName: " index ", IndexKey: " key
#define EMPTY_UPDATED(type)                                                                        \
    "One or more parameter values are not valid. The update expression attempted to update a "     \
    "secondary index key to a value that is not supported. The AttributeValue for a key "          \
    "attribute cannot contain an empty " type " value."
#define UNSUPPORTED                                                                                \
    "The update expression attempted to update the secondary index key to unsupported type"
#define CANCELLED(message)                                                                         \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',"                   \
    "'CancellationReasons':[{'Code':'ValidationError','Message':'" message "'}],'Message':'"       \
    "Transaction cancelled, please refer cancellation reasons for specific reasons "               \
    "[ValidationError]'}"

ENGINE_TEST(index_keys, of_puts)
{
    static const struct exchange exchanges[] = {
        { "PutItem", PUT(",'g':{'N':'1'}"), MISMATCH("g", "S", "N", "all") },
        { "PutItem", PUT(",'h':{'NULL':true}"), MISMATCH("h", "N", "NULL", "all") },
        { "PutItem", PUT(",'b':{'M':{}}"), MISMATCH("b", "B", "M", "some") },
        { "PutItem", PUT(",'l':{'SS':['a']}"), MISMATCH("l", "S", "SS", "l-keys") },
        { "PutItem", PUT(",'n':{'BOOL':true},'m':{'S':'a'}"),
          MISMATCH("m", "N", "S", "l-all") }, /* the first by the index's name */
        { "PutItem", PUT(",'g':{'S':''}"), EMPTY_INDEX_KEY("string", "all", "g") },
        { "PutItem", PUT(",'b':{'B':''}"), EMPTY_INDEX_KEY("binary", "some", "b") },
        { "PutItem", PUT(",'g':{'S':''},'b':{'S':'x'}"), MISMATCH("b", "B", "S", "some") },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{" KEY ",'g':{'N':'1'}}}}]}}",
          MISMATCH("g", "S", "N", "all") },
        { "TransactWriteItems", "{'TransactItems':[{'Put':" PUT(",'g':{'N':'1'}") "}]}",
          CANCELLED(MISMATCH("g", "S", "N", "all")) },
        { "TransactWriteItems", "{'TransactItems':[{'Put':" PUT(",'l':{'S':''}") "}]}",
          EMPTY_INDEX_KEY("string", "l-keys", "l") },
        { "Scan", "{'TableName':'indexed'}", "{'Items':[],'Count':0,'ScannedCount':0}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* What is known of a value before the item is read has a put's words, the rest an update's. */
ENGINE_TEST(index_keys, of_updates)
{
    static const struct exchange exchanges[] = {
        { "PutItem", PUT(",'x':{'N':'1'},'e':{'S':''},'s':{'S':'s'}"), "{}" },
        { "UpdateItem", UPDATE("SET g = :v", VALUES("':v':{'N':'1'}")),
          MISMATCH("g", "S", "N", "all") },
        { "UpdateItem", UPDATE("ADD g :v", VALUES("':v':{'N':'1'}")),
          MISMATCH("g", "S", "N", "all") },
        { "UpdateItem",
          "{'TableName':'indexed','Key':{" KEY "},'UpdateExpression':'SET g = :v',"
          "'ConditionExpression':'attribute_not_exists(pk)'" VALUES("':v':{'N':'1'}") "}",
          MISMATCH("g", "S", "N", "all") },
        { "UpdateItem",
          "{'TableName':'indexed','Key':{" KEY "},'AttributeUpdates':{'g':{'Value':{'N':'1'}}}}",
          MISMATCH("g", "S", "N", "all") },
        { "UpdateItem",
          "{'TableName':'indexed','Key':{" KEY "},'AttributeUpdates':{'g':{'Value':{'S':''}}}}",
          EMPTY_INDEX_KEY("string", "all", "g") },
        { "UpdateItem", UPDATE("SET g = x", ""), UNSUPPORTED },
        { "UpdateItem", UPDATE("SET h = x, g = if_not_exists(x, :v)", VALUES("':v':{'S':'1'}")),
          UNSUPPORTED },
        { "UpdateItem", UPDATE("SET g = :v", VALUES("':v':{'S':''}")), EMPTY_UPDATED("string") },
        { "UpdateItem", UPDATE("SET b = :v", VALUES("':v':{'B':''}")), EMPTY_UPDATED("binary") },
        { "UpdateItem", UPDATE("SET g = e", ""), EMPTY_UPDATED("string") },
        { "UpdateItem", UPDATE("SET g.x = :v", VALUES("':v':{'S':'a'}")),
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
          "allowed: IndexKey: g" },
        { "UpdateItem", UPDATE("SET g = s", ""), "{}" },
        { "TransactWriteItems", "{'TransactItems':[{'Update':" UPDATE("SET g = x", "") "}]}",
          CANCELLED(UNSUPPORTED) },
        { "TransactWriteItems",
          "{'TransactItems':[{'Update':" UPDATE("SET g = :v", VALUES("':v':{'S':''}")) "}]}",
          EMPTY_UPDATED("string") },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* An item that was there before an index which cannot hold it: it stays outside, and only a put can
 * change it (tecracer.com, "How to accidentally create read-only DynamoDB items", 2024). */
ENGINE_TEST(index_keys, of_items_before_the_index)
{
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'g':{'N':'1'}}}", "{}" },
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'b'},'g':{'S':'x'}}}", "{}" },
    };
    static const struct exchange later[] = {
        { "Scan", "{'TableName':'hash','IndexName':'late'}",
          "{'Items':[{'g':{'S':'x'},'pk':{'S':'b'}}],'Count':1,'ScannedCount':1}" },
        { "GetItem", "{'TableName':'hash','Key':{'pk':{'S':'a'}}}",
          "{'Item':{'g':{'N':'1'},'pk':{'S':'a'}}}" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET z = pk'}",
          UNSUPPORTED },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET g = pk'}", "{}" },
        { "Scan", "{'TableName':'hash','IndexName':'late','Select':'COUNT'}",
          "{'Count':2,'ScannedCount':2}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
    succeed(engine, "UpdateTable",
            quoted("{'TableName':'hash','AttributeDefinitions':[{'AttributeName':'g',"
                   "'AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':"
                   "'late','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{"
                   "'ProjectionType':'ALL'}}}]}"));
    clock_set(HARNESS_NOW + 1000);
    CHECK(engine, later);
}

/* Lengths at the limit and one beyond it. */
ENGINE_TEST(index_keys, of_a_length)
{
    static const struct {
        const char *key, *index;
        size_t limit;
    } cases[] = {
        { "g", "all", 2048 },
        { "l", "l-keys", 1024 },
        { "n", "l-some", 1024 },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t more = 0; more < 2; more++) {
            size_t length = cases[i].limit + more;
            char request[4096], wanted[512], *value = calloc(1, length + 1);
            memset(value, 'x', length);
            snprintf(request, sizeof request,
                     "{'TableName':'indexed','Item':{" KEY ",'%s':{'S':'%s'}}}", cases[i].key,
                     value);
            snprintf(wanted, sizeof wanted,
                     INVALID "Size limit exceeded for Index Key %s Actual Size: %zu bytes Max "
                             "Size: %zu bytes IndexName: %s",
                     cases[i].key, length, cases[i].limit, cases[i].index);
            struct exchange put = { "PutItem", request, more ? wanted : "{}" };
            check_exchanges(engine, &put, 1);
            snprintf(request, sizeof request,
                     UPDATE("SET %s = :v", ",'ExpressionAttributeValues':{':v':{'S':'%s'}}"),
                     cases[i].key, value);
            struct exchange update = {
                "UpdateItem", request,
                more ? "The update expression attempted to update the secondary index key beyond "
                       "allowed size limits"
                     : "{}"
            };
            check_exchanges(engine, &update, 1);
            free(value);
        }
}
