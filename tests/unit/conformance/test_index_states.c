/*
 * test_index_states.c - items and queries while a global index is being created and while it is
 * being deleted.
 */
#include "engine/table.h"
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>

enum { SECOND = 1000 };

#define CHANGE(update)                                                                             \
    "{'TableName':'hash','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'}],"      \
    "'GlobalSecondaryIndexUpdates':[{" update "}]}"
#define PUT(pk, g) "{'TableName':'hash','Item':{'pk':{'S':'" pk "'},'g':{'S':'" g "'}}}"
#define QUERY                                                                                      \
    "{'TableName':'hash','IndexName':'late','KeyConditionExpression':'g = :g','Select':'COUNT',"   \
    "'ExpressionAttributeValues':{':g':{'S':'x'}}}"
#define SCAN    "{'TableName':'hash','IndexName':'late','Select':'COUNT'}"
#define FILLING "Cannot read from backfilling global secondary index: late"
#define NO_SUCH "The table does not have the specified index: late"

ENGINE_TEST(index_states, created_and_deleted)
{
    static const struct exchange during[] = {
        { "Query", QUERY, FILLING },
        { "Scan", SCAN, FILLING },
        { "Scan", "{'TableName':'hash','IndexName':'late','ConsistentRead':true}",
          "Consistent reads are not supported on global secondary indexes" },
        { "PutItem", PUT("b", "x"), "{}" },
        { "DeleteItem", "{'TableName':'hash','Key':{'pk':{'S':'c'}}}", "{}" },
    };
    static const struct exchange active[] = {
        { "Query", QUERY, "{'Count':2,'ScannedCount':2}" },
        { "Scan", SCAN, "{'Count':2,'ScannedCount':2}" },
    };
    static const struct exchange deleting[] = {
        { "Query", QUERY, NO_SUCH },
        { "PutItem", PUT("d", "x"), "{}" },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'e'},'g':{'S':'y'}},'ReturnConsumedCapacity':"
          "'INDEXES'}",
          "{'ConsumedCapacity':{'TableName':'hash','CapacityUnits':1.0,'Table':{'CapacityUnits':1.0"
          "}}}" },
    };
    static const struct exchange gone[] = {
        { "Scan", SCAN, NO_SUCH },
        { "Scan", "{'TableName':'hash','Select':'COUNT'}", "{'Count':4,'ScannedCount':4}" },
    };
    create_tables(engine);
    table_delay_set(TRANSITION_INDEX_ALLOCATE, SECOND);
    table_delay_set(TRANSITION_INDEX_BACKFILL, SECOND);
    table_delay_set(TRANSITION_INDEX_DELETE, SECOND);
    succeed(engine, "PutItem", quoted(PUT("a", "x")));
    succeed(engine, "PutItem", quoted(PUT("c", "x")));
    succeed(engine, "UpdateTable",
            quoted(CHANGE("'Create':{'IndexName':'late','KeySchema':[{'AttributeName':'g',"
                          "'KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}")));
    CHECK(engine, during);
    clock_set(HARNESS_NOW + SECOND + 1);
    CHECK(engine, during);
    clock_set(HARNESS_NOW + 2 * SECOND + 1);
    CHECK(engine, active);
    succeed(engine, "UpdateTable", quoted(CHANGE("'Delete':{'IndexName':'late'}")));
    CHECK(engine, deleting);
    clock_set(HARNESS_NOW + 4 * SECOND);
    CHECK(engine, gone);
    for (int transition = 0; transition < TRANSITION_COUNT; transition++)
        table_delay_set((enum transition)transition, 0);
}
