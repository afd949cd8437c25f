/*
 * test_pages.c - Query and Scan: order, bounds, paging, indexes, segments, capacity.
 */
#include "items.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void create_table(struct engine *engine)
{
    free(SEND(engine, "CreateTable", JSON({
                  "TableName" : "pages",
                  "BillingMode" : "PAY_PER_REQUEST",
                  "AttributeDefinitions" : [
                      { "AttributeName" : "p", "AttributeType" : "S" },
                      { "AttributeName" : "s", "AttributeType" : "N" },
                      { "AttributeName" : "g", "AttributeType" : "S" },
                      { "AttributeName" : "l", "AttributeType" : "S" }
                  ],
                  "KeySchema" : [
                      { "AttributeName" : "p", "KeyType" : "HASH" },
                      { "AttributeName" : "s", "KeyType" : "RANGE" }
                  ],
                  "GlobalSecondaryIndexes" : [ {
                      "IndexName" : "by-g",
                      "KeySchema" : [ { "AttributeName" : "g", "KeyType" : "HASH" } ],
                      "Projection" : { "ProjectionType" : "KEYS_ONLY" }
                  } ],
                  "LocalSecondaryIndexes" : [ {
                      "IndexName" : "by-l",
                      "KeySchema" : [
                          { "AttributeName" : "p", "KeyType" : "HASH" },
                          { "AttributeName" : "l", "KeyType" : "RANGE" }
                      ],
                      "Projection" : { "ProjectionType" : "INCLUDE", "NonKeyAttributes" : ["n"] }
                  } ]
              })));
}

/* Items s = -2 .. 7 of partition "a", with n = s * s; g on even ones, l on odd ones. */
static void fill(struct engine *engine)
{
    for (int s = -2; s < 8; s++) {
        char request[512];
        snprintf(
            request, sizeof request,
            "{\"TableName\": \"pages\", \"Item\": {\"p\": {\"S\": \"a\"}, \"s\": {\"N\": \"%d\"}, \"n\": {\"N\": \"%d\"}, "
            "\"%s\": {\"S\": \"v%d\"}, \"filler\": {\"S\": \"x\"}}}",
            s, s * s, s % 2 ? "l" : "g", 9 - s);
        free(SEND(engine, "PutItem", request));
    }
}

/* The values of attribute `s` of a page's items, as "1 2 3", to be freed. */
static char *sorts(const char *body)
{
    json_error_t error;
    json_t *page = json_loads(body, 0, &error), *item;
    char *text = calloc(1, 4096);
    size_t i;
    json_array_foreach(json_object_get(page, "Items"), i, item)
    {
        if (i > 0)
            strcat(text, " ");
        strcat(text, json_string_value(json_object_get(json_object_get(item, "s"), "N")));
    }
    json_decref(page);
    return text;
}

Test(pages, key_conditions_bound_the_range)
{
    static const struct {
        const char *condition, *order;
    } cases[] = {
        { "p = :p", "-2 -1 0 1 2 3 4 5 6 7" },
        { "p = :p AND s = :two", "2" },
        { "p = :p AND s < :two", "-2 -1 0 1" },
        { "p = :p AND s <= :two", "-2 -1 0 1 2" },
        { "p = :p AND s > :two", "3 4 5 6 7" },
        { ":two <= s AND p = :p", "2 3 4 5 6 7" },
        { "p = :p AND s BETWEEN :two AND :four", "2 3 4" },
    };
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char request[512];
            bool two = strstr(cases[i].condition, ":two"),
                 four = strstr(cases[i].condition, ":four");
            if (cases[i].condition[0] == ':')
                snprintf(request, sizeof request, "s >= :two AND p = :p");
            else
                snprintf(request, sizeof request, "%s", cases[i].condition);
            char body[1024];
            snprintf(
                body, sizeof body,
                "{\"TableName\": \"pages\", \"KeyConditionExpression\": \"%s\", \"ExpressionAttributeValues\": "
                "{\":p\": {\"S\": \"a\"}%s%s}}",
                request, two ? ", \":two\": {\"N\": \"2\"}" : "",
                four ? ", \":four\": {\"N\": \"4\"}" : "");
            char *answer = SEND(engine, "Query", body), *order = sorts(answer);
            cr_expect_str_eq(order, cases[i].order, "%s", cases[i].condition);
            free(order);
            free(answer);
        }
    }
}

/* Goes from page to page with the members of a request; appends their sorts() to `out`, each with "|" behind it. */
static void walk(struct engine *engine, const char *operation, const char *members, char *out)
{
    char start[256] = "";
    bool more = true;
    while (more) {
        char request[1024];
        snprintf(request, sizeof request, "{\"TableName\": \"pages\", %s%s}", members, start);
        char *answer = SEND(engine, operation, request), *order = sorts(answer);
        strcat(out, order);
        strcat(out, "|");
        cr_assert_lt(strlen(out), 200, "%s goes on for ever: %s", request, out);
        json_t *body = json_loads(answer, 0, NULL),
               *last = json_object_get(body, "LastEvaluatedKey");
        more = last != NULL;
        if (more) {
            char *key = json_dumps(last, 0);
            snprintf(start, sizeof start, ", \"ExclusiveStartKey\": %s", key);
            free(key);
        }
        json_decref(body);
        free(order);
        free(answer);
    }
}

#define OF_A                                                                                       \
    "\"KeyConditionExpression\": \"p = :p\", \"ExpressionAttributeValues\": {\":p\": {\"S\": \"a\"}}"
#define BACKWARD  ", \"ScanIndexForward\": false"
#define LIMIT(n)  ", \"Limit\": " #n
#define EVEN      ", \"FilterExpression\": \"attribute_exists(g)\""
#define OF_L      OF_A ", \"IndexName\": \"by-l\""
#define SCAN_G(n) "\"IndexName\": \"by-g\", \"TotalSegments\": 2, \"Segment\": " #n

/* "l" of s is v<9 - s>: v10 of -1, v8 of 1, v6 of 3, v4 of 5, v2 of 7. */
Test(pages, walks)
{
    static const struct {
        const char *operation, *members, *seen;
    } walks[] = {
        { "Query", OF_A LIMIT(3), "-2 -1 0|1 2 3|4 5 6|7|" },
        { "Query", OF_A LIMIT(3) BACKWARD, "7 6 5|4 3 2|1 0 -1|-2|" },
        { "Query", OF_A LIMIT(3) EVEN, "-2 0|2|4 6||" },
        { "Query", OF_A LIMIT(3) EVEN BACKWARD, "6|4 2|0|-2|" },
        { "Query", OF_A LIMIT(1) EVEN, "-2||0||2||4||6|||" },
        { "Query", OF_A LIMIT(5) BACKWARD, "7 6 5 4 3|2 1 0 -1 -2||" },
        { "Query", OF_L LIMIT(2), "-1 7|5 3|1|" },
        { "Query", OF_L LIMIT(2) BACKWARD, "1 3|5 7|-1|" },
        { "Query",
          OF_L LIMIT(1) BACKWARD ", \"FilterExpression\": \"attribute_exists(n) AND n = s\"",
          "1||||||" },
        { "Scan", "\"Limit\": 4", "-2 -1 0 1|2 3 4 5|6 7|" },
        { "Scan", "\"Limit\": 4" EVEN, "-2 0|2 4|6|" },
        { "Scan", "\"Limit\": 10", "-2 -1 0 1 2 3 4 5 6 7||" },
    };
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
            char seen[512] = "";
            walk(engine, walks[i].operation, walks[i].members, seen);
            cr_expect_str_eq(seen, walks[i].seen, "%zu: %s instead of %s", i, seen, walks[i].seen);
        }
    }
}

/* An index's segments have each of its items once, whatever the pages: one after the other they are the whole scan. */
Test(pages, segments_partition_an_index)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        char whole[512] = "", parts[2][512] = { "", "" }, joined[1024];
        walk(engine, "Scan", "\"IndexName\": \"by-g\"" LIMIT(1), whole);
        for (int segment = 0; segment < 2; segment++) {
            walk(engine, "Scan", segment ? SCAN_G(1) LIMIT(1) : SCAN_G(0) LIMIT(1), parts[segment]);
            cr_expect_gt(strlen(parts[segment]), 1, "segment %d is empty", segment);
        }
        parts[0][strlen(parts[0]) - 1] = '\0'; /* the page behind its last item */
        snprintf(joined, sizeof joined, "%s%s", parts[0], parts[1]);
        cr_expect_str_eq(joined, whole);
    }
}

Test(pages, a_limit_that_is_met_exactly_leaves_a_key)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "KeyConditionExpression" : "p = :p AND s > :five",
                   "Limit" : 2,
                   "Select" : "COUNT",
                   "ExpressionAttributeValues" : { ":p" : { "S" : "a" }, ":five" : { "N" : "5" } }
               }),
               200, JSON({
                   "Count" : 2,
                   "ScannedCount" : 2,
                   "LastEvaluatedKey" : { "p" : { "S" : "a" }, "s" : { "N" : "7" } }
               }));
    }
}

Test(pages, filters_count_what_they_scan)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "KeyConditionExpression" : "p = :p",
                   "FilterExpression" : "n > :n",
                   "ProjectionExpression" : "s",
                   "ReturnConsumedCapacity" : "TOTAL",
                   "ExpressionAttributeValues" : { ":p" : { "S" : "a" }, ":n" : { "N" : "25" } }
               }),
               200, JSON({
                   "Items" : [ { "s" : { "N" : "6" } }, { "s" : { "N" : "7" } } ],
                   "Count" : 2,
                   "ScannedCount" : 10,
                   "ConsumedCapacity" : { "TableName" : "pages", "CapacityUnits" : 0.5 }
               }));
    }
}

Test(pages, global_index_is_sparse_and_projects_keys)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "IndexName" : "by-g",
                   "KeyConditionExpression" : "g = :g",
                   "ReturnConsumedCapacity" : "INDEXES",
                   "ExpressionAttributeValues" : { ":g" : { "S" : "v5" } }
               }),
               200, JSON({
                   "Items" : [ { "p" : { "S" : "a" }, "s" : { "N" : "4" }, "g" : { "S" : "v5" } } ],
                   "Count" : 1,
                   "ScannedCount" : 1,
                   "ConsumedCapacity" : {
                       "TableName" : "pages",
                       "CapacityUnits" : 0.5,
                       "Table" : { "CapacityUnits" : 0.0 },
                       "GlobalSecondaryIndexes" : { "by-g" : { "CapacityUnits" : 0.5 } }
                   }
               }));
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "IndexName" : "by-g",
                   "KeyConditionExpression" : "g = :g",
                   "ConsistentRead" : true,
                   "ExpressionAttributeValues" : { ":g" : { "S" : "v5" } }
               }),
               400,
               ERROR_BODY(VALIDATION,
                          "Consistent reads are not supported on global secondary indexes"));
    }
}

Test(pages, local_index_orders_and_fetches)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        fill(engine);
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "IndexName" : "by-l",
                   "KeyConditionExpression" : "p = :p AND begins_with(l, :v)",
                   "ProjectionExpression" : "l, n",
                   "Limit" : 2,
                   "ExpressionAttributeValues" : { ":p" : { "S" : "a" }, ":v" : { "S" : "v" } }
               }),
               200, JSON({
                   "Items" : [
                       { "l" : { "S" : "v10" }, "n" : { "N" : "1" } },
                       { "l" : { "S" : "v2" }, "n" : { "N" : "49" } }
                   ],
                   "Count" : 2,
                   "ScannedCount" : 2,
                   "LastEvaluatedKey" :
                       { "p" : { "S" : "a" }, "s" : { "N" : "7" }, "l" : { "S" : "v2" } }
               }));
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "IndexName" : "by-l",
                   "KeyConditionExpression" : "p = :p AND l = :v",
                   "ProjectionExpression" : "filler",
                   "ReturnConsumedCapacity" : "INDEXES",
                   "ExpressionAttributeValues" : { ":p" : { "S" : "a" }, ":v" : { "S" : "v10" } }
               }),
               200, JSON({
                   "Items" : [ { "filler" : { "S" : "x" } } ],
                   "Count" : 1,
                   "ScannedCount" : 1,
                   "ConsumedCapacity" : {
                       "TableName" : "pages",
                       "CapacityUnits" : 1.0,
                       "Table" : { "CapacityUnits" : 0.5 },
                       "LocalSecondaryIndexes" : { "by-l" : { "CapacityUnits" : 0.5 } }
                   }
               }));
    }
}

/* How many items the segments of a parallel scan see between them, counted by partition. */
Test(pages, segments_partition_the_table)
{
    enum { ITEMS = 300 };
    static const int totals[] = { 1, 2, 7, 64, 5000 };
    EACH_BACKEND(engine)
    {
        create_table(engine);
        for (int i = 0; i < ITEMS; i++) {
            char request[256];
            snprintf(
                request, sizeof request,
                "{\"TableName\": \"pages\", \"Item\": {\"p\": {\"S\": \"p%d\"}, \"s\": {\"N\": \"%d\"}}}",
                i, i);
            free(SEND(engine, "PutItem", request));
        }
        for (size_t t = 0; t < sizeof totals / sizeof totals[0]; t++) {
            int seen[ITEMS] = { 0 };
            for (int segment = 0; segment < totals[t]; segment++) {
                char request[256];
                snprintf(request, sizeof request,
                         "{\"TableName\": \"pages\", \"TotalSegments\": %d, \"Segment\": %d}",
                         totals[t], segment);
                char *answer = SEND(engine, "Scan", request);
                json_t *page = json_loads(answer, 0, NULL), *item;
                size_t i;
                json_array_foreach(json_object_get(page, "Items"), i, item) seen[atoi(
                    json_string_value(json_object_get(json_object_get(item, "s"), "N")))]++;
                json_decref(page);
                free(answer);
            }
            for (int i = 0; i < ITEMS; i++)
                cr_expect_eq(seen[i], 1, "item %d of %d segments was seen %d times", i, totals[t],
                             seen[i]);
        }
    }
}

Test(pages, pages_end_at_one_megabyte)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        char *request = malloc(300 * 1024 + 512), *pad = malloc(300 * 1024 + 1);
        memset(pad, 'x', 300 * 1024);
        pad[300 * 1024] = '\0';
        for (int i = 0; i < 5; i++) {
            sprintf(
                request,
                "{\"TableName\": \"pages\", \"Item\": {\"p\": {\"S\": \"a\"}, \"s\": {\"N\": \"%d\"}, \"big\": {\"S\": \"%s\"}}}",
                i, pad);
            free(SEND(engine, "PutItem", request));
        }
        EXPECT(engine, "Query", JSON({
                   "TableName" : "pages",
                   "KeyConditionExpression" : "p = :p",
                   "Select" : "COUNT",
                   "ReturnConsumedCapacity" : "TOTAL",
                   "ExpressionAttributeValues" : { ":p" : { "S" : "a" } }
               }),
               200, JSON({
                   "Count" : 4,
                   "ScannedCount" : 4,
                   "LastEvaluatedKey" : { "p" : { "S" : "a" }, "s" : { "N" : "3" } },
                   "ConsumedCapacity" : { "TableName" : "pages", "CapacityUnits" : 150.5 }
               }));
        free(request);
        free(pad);
    }
}
