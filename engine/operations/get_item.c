/*
 * get_item.c - GetItem: reads one item by its key.
 */
#include "engine/operations.h"
#include "engine/operations/item_input.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"

int run_get_item(struct request *request)
{
    const json_t *input = request->input;
    struct placeholders *placeholders;
    struct projection *projection = NULL;
    struct map key;
    struct slice text = input_string(input, "ProjectionExpression");
    if (expressions_check_parameters(request, input) != 0 ||
        map_from_json(request, input_get(input, "Key"), &key) != 0 ||
        legacy_attributes_to_get(request, input, &projection) != 0 ||
        placeholders_read(request, input, &placeholders) != 0 ||
        (!projection && projection_parse(request, text, placeholders, &projection) != 0) ||
        placeholders_check_used(request, placeholders) != 0)
        return -1;

    const struct table *table;
    const struct map *item;
    if (request_begin(request, false) != 0 ||
        table_find(request, input_string(input, "TableName"), false, &table) != 0 ||
        key_check(request, table, &key) != 0 ||
        projection_check_key_paths(request, projection, table) != 0 ||
        item_read(request, table, &key, &item) != 0)
        return -1;

    struct capacity capacity = { .table = table, .name = input_string(input, "TableName") };
    capacity.read = capacity_read_units(item ? item_size(item) : 0,
                                        input_boolean(input, "ConsistentRead", false));
    if (__builtin_expect(stats_on, 0))
        stats_read(request, table, &key, item ? item_size(item) : 0, capacity.read);
    struct buffer *out = &request->output;
    buffer_append_byte(out, '{');
    if (item) {
        struct map shown = projection_apply(&request->arena, projection, item);
        answer_member(out, "Item");
        map_write_json(out, &shown);
    }
    answer_capacity(request, &capacity);
    buffer_append_byte(out, '}');
    return 0;
}
