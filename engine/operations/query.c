/*
 * query.c - Query: the items of one partition of a table or index, in the order of the sort key.
 */
#include "engine/operations.h"
#include "engine/operations/item_input.h"
#include "engine/operations/read_input.h"
#include "engine/item.h"
#include "engine/keyspace.h"
#include "engine/value_json.h"

/* The storage keys between which all items lie that meet the key condition. */
static void set_bounds(struct request *request, const struct key_condition *condition,
                       const struct key_schema *keys, uint64_t id, struct page *page)
{
    struct buffer base, low, high;
    buffer_init(&base, &request->arena);
    keyspace_items(&base, id);
    keyspace_partition(&base, condition->partition, keys->partition_count);
    page->partition = arena_copy(&request->arena, buffer_slice(&base));
    for (unsigned i = 0; i < condition->equal_count; i++)
        key_encode(&base, condition->equal[i]);
    if (condition->sort_operator == SORT_EQ)
        key_encode(&base, condition->low);

    buffer_init(&low, &request->arena);
    buffer_init(&high, &request->arena);
    buffer_append_slice(&low, buffer_slice(&base));
    buffer_append_slice(&high, buffer_slice(&base));
    switch (condition->sort_operator) {
    case SORT_ALL:
    case SORT_EQ:
        break;
    case SORT_LT:
    case SORT_LE:
        key_encode(&high, condition->low);
        break;
    case SORT_GT:
    case SORT_GE:
        key_encode(&low, condition->low);
        break;
    case SORT_BETWEEN:
        key_encode(&low, condition->low);
        key_encode(&high, condition->high);
        break;
    case SORT_BEGINS_WITH:
        key_encode_prefix(&low, condition->low);
        key_encode_prefix(&high, condition->low);
        break;
    }
    struct buffer lower, upper;
    buffer_init(&lower, &request->arena);
    buffer_init(&upper, &request->arena);
    if (condition->sort_operator == SORT_GT)
        keyspace_after(&lower, buffer_slice(&low));
    else
        lower = low;
    if (condition->sort_operator == SORT_LT)
        upper = high;
    else
        keyspace_after(&upper, buffer_slice(&high));
    page->lower = buffer_slice(&lower);
    page->upper = buffer_slice(&upper);
    page->between = condition->sort_operator == SORT_BETWEEN;
}

/* The key condition, in whichever of the two languages the input has it, and all else that needs no table. */
static int read_query(struct request *request, struct read_input *read,
                      struct key_expression **expression, int *conditions)
{
    const json_t *input = request->input;
    if (read_input_legacy(request, "QueryFilter", read) != 0)
        return -1;
    if (!input_get(input, "KeyConditions") && !input_get(input, "KeyConditionExpression"))
        return request_fail(
            request, ERROR_VALIDATION,
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request.");
    if (read_input_expressions(request, read) != 0)
        return -1;
    *expression = read->key;
    if (!*expression && legacy_key_conditions(request, input, expression) != 0)
        return -1;
    *conditions = key_expression_check(request, *expression);
    return *conditions < 0 ? -1 : read_input_check_select(request, read);
}

/*
 * Finds the table. More conditions than two were refused before there could be keys of so many attributes, and before the
 * table was looked for: [dyl]. Since there can be, only the table knows; without one it is as it was.
 */
static int find_table(struct request *request, struct read_input *read, int conditions)
{
    const char *message;
    if (request_begin(request, false) != 0)
        return -1;
    if (read_input_find(request, read) == 0)
        return 0;
    if (request->error != ERROR_RESOURCE_NOT_FOUND || conditions <= 2)
        return -1;
    request_take_error(request, &message);
    return request_fail(request, ERROR_VALIDATION, "Conditions can be of length 1 or 2 only");
}

int run_query(struct request *request)
{
    struct read_input read;
    struct key_expression *expression;
    int conditions = 0;
    if (read_query(request, &read, &expression, &conditions) != 0 ||
        find_table(request, &read, conditions) != 0)
        return -1;

    struct page *page = &read.page;
    struct key_condition condition;
    const struct key_schema *keys = page->index ? &page->index->keys : &page->table->keys;
    if (page_check_start(request, page, read.start, true) != 0 ||
        key_condition_resolve(request, expression, keys, &condition) != 0)
        return -1;
    set_bounds(request, &condition, keys, page->index ? page->index->id : page->table->id, page);
    page->partition_values = condition.partition;
    page->backward = !input_boolean(request->input, "ScanIndexForward", true);
    if (page_start_after(request, page, read.start, true) != 0 || page_select(request, page) != 0 ||
        page_check_paths(request, page, true) != 0)
        return -1;
    return read_input_answer(request, &read);
}
