/*
 * read_input.c - see read_input.h.
 */
#include "engine/operations/read_input.h"

#include "engine/index_backfill.h"
#include "engine/operations/item_input.h"
#include "engine/value_json.h"

/* What was said of a value in the start key is said of the key, but for numbers and duplicates: [dyl]. */
static int fail_start_value(struct request *request)
{
    static const char *const bare[] = { "contains duplicates", "number set", "numeric value",
                                        "significant digits", "number with magnitude" };
    for (size_t i = 0; request->message && i < sizeof bare / sizeof *bare; i++)
        if (strstr(request->message, bare[i]))
            return -1;
    return fail_start_key(request);
}

static int read_start(struct request *request, struct read_input *read)
{
    const json_t *start = input_get(request->input, "ExclusiveStartKey");
    if (!start)
        return 0;
    struct map *key = ARENA_NEW(&request->arena, struct map);
    if (map_from_json(request, start, key) != 0)
        return fail_start_value(request);
    read->start = key;
    return 0;
}

int read_input_legacy(struct request *request, const char *filter_parameter,
                      struct read_input *read)
{
    const json_t *input = request->input;
    *read = (struct read_input){ 0 };
    bool query = strcmp(filter_parameter, "QueryFilter") == 0;
    if (expressions_check_parameters(request, input) != 0 ||
        (query && legacy_filter(request, input, filter_parameter, &read->filter) != 0) ||
        legacy_attributes_to_get(request, input, &read->projection) != 0 ||
        (!query && legacy_filter(request, input, filter_parameter, &read->filter) != 0) ||
        read_start(request, read) != 0)
        return -1;
    read->page.limit = input_integer(input, "Limit", 0);
    read->page.consistent = input_boolean(input, "ConsistentRead", false);
    return 0;
}

/*
 * Select against IndexName and the parameters that name attributes. Texts: dynalite, reverse-engineered from the service;
 * that in the 2026 cohort a Query puts the first two into the envelope and the third not, the order, and that all of it
 * comes before the table is looked up: nubo-db/dynoxide#100 and #121, ExtendDB/extenddb#187, captured from the service.
 */
int read_input_check_select(struct request *request, const struct read_input *read)
{
    const json_t *input = request->input;
    struct slice select = input_string(input, "Select");
    const char *envelope =
        request->layer == VALUE_LAYER_CURRENT ? "1 validation error detected: " : "";
    if (select.data && read->projection && !input_is(input, "Select", "SPECIFIC_ATTRIBUTES")) {
        bool expression = input_get(input, "ProjectionExpression") != NULL;
        return request_fail(
            request, ERROR_VALIDATION, "%sCannot specify the %s when choosing to get %s", envelope,
            expression ? "ProjectionExpression" : "AttributesToGet",
            input_is(input, "Select", "COUNT")            ? "only the Count"
            : input_is(input, "Select", "ALL_ATTRIBUTES") ? "ALL_ATTRIBUTES"
                                                          : "ALL_PROJECTED_ATTRIBUTES");
    }
    if (input_is(input, "Select", "SPECIFIC_ATTRIBUTES") && !read->projection)
        return request_fail(
            request, ERROR_VALIDATION,
            "%sMust specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES",
            envelope);
    if (input_is(input, "Select", "ALL_PROJECTED_ATTRIBUTES") && !input_get(input, "IndexName"))
        return request_fail(
            request, ERROR_VALIDATION,
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
    return 0;
}

int read_input_expressions(struct request *request, struct read_input *read)
{
    const json_t *input = request->input;
    struct slice key = input_string(input, "KeyConditionExpression"),
                 filter = input_string(input, "FilterExpression"),
                 projection = input_string(input, "ProjectionExpression");
    struct placeholders *placeholders;
    if (placeholders_read(request, input, &placeholders) != 0 ||
        (key.data && key_expression_parse(request, key, placeholders, &read->key) != 0) ||
        (filter.data &&
         condition_parse(request, EXPRESSION_FILTER, filter, placeholders, &read->filter) != 0) ||
        (projection.data &&
         projection_parse(request, projection, placeholders, &read->projection) != 0) ||
        placeholders_check_used(request, placeholders) != 0)
        return -1;
    read->page.filter = read->filter;
    read->page.projection = read->projection;
    return 0;
}

int read_input_find(struct request *request, struct read_input *read)
{
    const json_t *input = request->input;
    struct page *page = &read->page;
    if (table_find(request, input_string(input, "TableName"), false, &page->table) != 0)
        return -1;
    struct slice name = input_string(input, "IndexName");
    if (!name.data)
        return 0;
    page->index = table_index(page->table, name);
    enum table_status status =
        page->index ? index_status(page->index, request->now) : TABLE_DELETING;
    /* That an index which is being deleted is gone for its readers is unverified. */
    if (status == TABLE_DELETING)
        return request_fail(request, ERROR_VALIDATION,
                            "The table does not have the specified index: %.*s", (int)name.length,
                            name.data);
    if (page->index->global && page->consistent)
        return request_fail(request, ERROR_VALIDATION,
                            "Consistent reads are not supported on global secondary indexes");
    if (page->index->filling)
        index_backfill_meet(request, page->table, true);
    /* Text: aws/aws-cli#4845, of the service. */
    if (status == TABLE_CREATING)
        return request_fail(request, ERROR_VALIDATION,
                            "Cannot read from backfilling global secondary index: %.*s",
                            (int)name.length, name.data);
    return 0;
}

int read_input_answer(struct request *request, const struct read_input *read)
{
    struct capacity capacity = { .table = read->page.table,
                                 .name = input_string(request->input, "TableName") };
    buffer_append_byte(&request->output, '{');
    if (page_read(request, &read->page, &capacity) != 0)
        return -1;
    answer_capacity(request, &capacity);
    buffer_append_byte(&request->output, '}');
    return 0;
}
