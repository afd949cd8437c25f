/*
 * api_2011_items.c - GetItem, PutItem, UpdateItem, DeleteItem, Query and Scan of API 2011-12-05.
 */
#include "engine/operations/api_2011.h"

/*
 * The input of 2012-08-10 with TableName and the members that mean the same in both; NULL after failing the request.
 * Conditions and values are taken as far as the six types go.
 */
static json_t *begin(struct request *request, const char *const *same)
{
    static const char *const names[] = { "TableName", NULL };
    json_t *input = api_2011_keep(request, json_object());
    const json_t *expected = input_get(request->input, "Expected");
    if (!input || api_2011_copy(request, input, names) != 0 ||
        api_2011_copy(request, input, same) != 0)
        return NULL;
    if (expected &&
        api_2011_set(request, input, "Expected", api_2011_conditions(request, expected)) != 0)
        return NULL;
    return input;
}

/* Puts the member `name` of the request, a key, into `input`; *table is the one that it is of. */
static int put_key(struct request *request, json_t *input, const char *name,
                   const struct table **table)
{
    const json_t *key = input_get(request->input, name);
    if (api_2011_table(request, input_string(request->input, "TableName"), table) != 0)
        return -1;
    return key ? api_2011_set(request, input, name, api_2011_named_key(request, *table, key)) : 0;
}

/* The answer of an operation on one item: the item as `from`, and what it consumed. */
static int answer_item(struct request *request, const json_t *found, const char *member)
{
    json_t *answer = api_2011_keep(request, json_object());
    const json_t *item = json_object_get(found, member);
    if (!answer)
        return -1;
    if (item &&
        (api_2011_fits(request, item) != 0 ||
         api_2011_set(request, answer, member, json_incref((json_t *)(uintptr_t)item)) != 0))
        return -1;
    if (api_2011_set(request, answer, "ConsumedCapacityUnits",
                     api_2011_units(request, json_object_get(found, "ConsumedCapacity"))) != 0)
        return -1;
    return api_2011_answer(request, answer);
}

int run_get_item_2011(struct request *request)
{
    static const char *const same[] = { "AttributesToGet", "ConsistentRead", NULL };
    const struct table *table;
    json_t *input = begin(request, same), *found;
    if (!input || put_key(request, input, "Key", &table) != 0 ||
        api_2011_run(request, input, run_get_item, &found) != 0)
        return -1;
    return answer_item(request, found, "Item");
}

int run_put_item_2011(struct request *request)
{
    static const char *const same[] = { "ReturnValues", NULL };
    json_t *input = begin(request, same), *found;
    if (!input ||
        api_2011_set(request, input, "Item",
                     api_2011_values(request, input_get(request->input, "Item"))) != 0 ||
        api_2011_run(request, input, run_put_item, &found) != 0)
        return -1;
    return answer_item(request, found, "Attributes");
}

int run_delete_item_2011(struct request *request)
{
    static const char *const same[] = { "ReturnValues", NULL };
    const struct table *table;
    json_t *input = begin(request, same), *found;
    if (!input || put_key(request, input, "Key", &table) != 0 ||
        api_2011_run(request, input, run_delete_item, &found) != 0)
        return -1;
    return answer_item(request, found, "Attributes");
}

int run_update_item_2011(struct request *request)
{
    static const char *const same[] = { "ReturnValues", NULL };
    const struct table *table;
    const json_t *updates = input_get(request->input, "AttributeUpdates");
    json_t *input = begin(request, same), *found;
    if (!input || put_key(request, input, "Key", &table) != 0)
        return -1;
    if (updates && api_2011_set(request, input, "AttributeUpdates",
                                api_2011_conditions(request, updates)) != 0)
        return -1;
    if (api_2011_run(request, input, run_update_item, &found) != 0)
        return -1;
    return answer_item(request, found, "Attributes");
}

/* A page: Query has no ScannedCount, and a count alone no Items. */
static int answer_page(struct request *request, const struct table *table, const json_t *found,
                       bool scan)
{
    json_t *answer = api_2011_keep(request, json_object());
    json_t *items = json_object_get(found, "Items"), *item;
    const json_t *last = json_object_get(found, "LastEvaluatedKey");
    size_t i;
    if (!answer ||
        api_2011_set(request, answer, "Count", json_incref(json_object_get(found, "Count"))) != 0)
        return -1;
    json_array_foreach(items, i, item)
    {
        if (api_2011_fits(request, item) != 0)
            return -1;
    }
    if (items && api_2011_set(request, answer, "Items", json_incref(items)) != 0)
        return -1;
    if (last && api_2011_set(request, answer, "LastEvaluatedKey",
                             api_2011_bare_key(request, table, last)) != 0)
        return -1;
    if (scan && api_2011_set(request, answer, "ScannedCount",
                             json_incref(json_object_get(found, "ScannedCount"))) != 0)
        return -1;
    if (api_2011_set(request, answer, "ConsumedCapacityUnits",
                     api_2011_units(request, json_object_get(found, "ConsumedCapacity"))) != 0)
        return -1;
    return api_2011_answer(request, answer);
}

static int put_count(struct request *request, json_t *input)
{
    if (!input_boolean(request->input, "Count", false))
        return 0;
    return api_2011_set(request, input, "Select", json_string("COUNT"));
}

/* The condition on one attribute, as KeyConditions has it. */
static int put_condition(struct request *request, json_t *conditions, struct slice name,
                         json_t *condition)
{
    return api_2011_set(request, conditions, arena_string(&request->arena, name), condition);
}

static int put_key_conditions(struct request *request, json_t *input, const struct table *table)
{
    json_t *conditions = json_object();
    const json_t *range = input_get(request->input, "RangeKeyCondition");
    if (api_2011_set(request, input, "KeyConditions", conditions) != 0)
        return -1;
    json_t *hash = json_pack("{s:s, s:[o]}", "ComparisonOperator", "EQ", "AttributeValueList",
                             api_2011_value(request, input_get(request->input, "HashKeyValue")));
    if (put_condition(request, conditions, table->keys.partition[0].name, hash) != 0)
        return -1;
    if (!range)
        return 0;
    json_t *only = api_2011_keep(request, json_pack("{s:O}", "range", range));
    json_t *copy = only ? api_2011_conditions(request, only) : NULL;
    if (!api_2011_keep(request, copy))
        return -1;
    return put_condition(request, conditions, table->keys.sort[0].name,
                         json_incref(json_object_get(copy, "range")));
}

int run_query_2011(struct request *request)
{
    static const char *const same[] = { "AttributesToGet", "ConsistentRead", "Limit",
                                        "ScanIndexForward", NULL };
    const struct table *table;
    json_t *input = begin(request, same), *found;
    if (!input || put_key(request, input, "ExclusiveStartKey", &table) != 0)
        return -1;
    if (table->keys.sort_count == 0) /* the text is unverified */
        return request_fail(request, ERROR_VALIDATION,
                            "Query can be performed only on a table with a HASH,RANGE key schema");
    if (put_count(request, input) != 0 || put_key_conditions(request, input, table) != 0 ||
        api_2011_run(request, input, run_query, &found) != 0)
        return -1;
    return answer_page(request, table, found, false);
}

int run_scan_2011(struct request *request)
{
    static const char *const same[] = { "AttributesToGet", "Limit", NULL };
    const struct table *table;
    const json_t *filter = input_get(request->input, "ScanFilter");
    json_t *input = begin(request, same), *found;
    if (!input || put_key(request, input, "ExclusiveStartKey", &table) != 0 ||
        put_count(request, input) != 0)
        return -1;
    if (filter &&
        api_2011_set(request, input, "ScanFilter", api_2011_conditions(request, filter)) != 0)
        return -1;
    if (api_2011_run(request, input, run_scan, &found) != 0)
        return -1;
    return answer_page(request, table, found, true);
}
