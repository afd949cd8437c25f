/*
 * transact_get_items.c - TransactGetItems: up to 100 items as they were at one moment.
 */
#include "engine/operations.h"
#include "engine/operations/cancellation.h"
#include "engine/operations/capacities.h"
#include "engine/operations/item_input.h"
#include "engine/keyspace.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"

enum { TRANSACTION_BYTES_MAX = 4 * 1024 * 1024 }; /* AWS API reference, TransactGetItems */

struct get {
    struct slice table_name;
    const struct table *table;
    struct map key;
    struct projection *projection;
    const struct map *item;
};

static int read_get(struct request *request, const json_t *input, struct get *get)
{
    struct placeholders *placeholders;
    get->table_name = input_string(input, "TableName");
    if (map_from_json(request, input_get(input, "Key"), &get->key) != 0 ||
        placeholders_read(request, input, &placeholders) != 0 ||
        projection_parse(request, input_string(input, "ProjectionExpression"), placeholders,
                         &get->projection) != 0)
        return -1;
    return placeholders_check_used(request, placeholders);
}

/*
 * Tables, keys and that no item is named twice. An empty key value is the request's error, any other wrong key its member's
 * alone: facts/fidelity.md section 6, "split".
 */
static int check_gets(struct request *request, struct get *gets, struct cancellation *cancellation)
{
    size_t count = cancellation->count;
    struct slice *keys = ARENA_NEW_ARRAY(&request->arena, count, struct slice);
    for (size_t i = 0; i < count; i++)
        if (table_find(request, gets[i].table_name, false, &gets[i].table) != 0 ||
            key_check_empty(request, gets[i].table, &gets[i].key) != 0)
            return -1;
    for (size_t i = 0; i < count; i++) {
        if (key_check(request, gets[i].table, &gets[i].key) != 0 ||
            projection_check_key_paths(request, gets[i].projection, gets[i].table) != 0) {
            if (cancellation_take_error(request, cancellation, i) != 0)
                return -1;
            continue;
        }
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_table_key(&key, gets[i].table, &gets[i].key);
        keys[i] = buffer_slice(&key);
        if (cancellation_check_distinct(request, keys, i) != 0)
            return -1;
    }
    return cancellation_check(request, cancellation);
}

int run_transact_get_items(struct request *request)
{
    const json_t *members = input_get(request->input, "TransactItems");
    size_t count = json_array_size(members);
    struct get *gets = ARENA_NEW_ARRAY(&request->arena, count, struct get);
    for (size_t i = 0; i < count; i++)
        if (read_get(request, input_get(json_array_get(members, i), "Get"), &gets[i]) != 0)
            return -1;

    if (request_begin(request, false) != 0)
        return -1;
    struct cancellation *cancellation = ARENA_NEW(&request->arena, struct cancellation);
    cancellation->count = count;
    if (check_gets(request, gets, cancellation) != 0)
        return -1;

    struct capacities *capacities = ARENA_NEW(&request->arena, struct capacities);
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (item_read(request, gets[i].table, &gets[i].key, &gets[i].item) != 0)
            return -1;
        size_t size = gets[i].item ? item_size(gets[i].item) : 0;
        bytes += size;
        double units = 2 * capacity_read_units(size, true);
        capacities_of(&request->arena, capacities, gets[i].table, gets[i].table_name)->read +=
            units;
        if (__builtin_expect(stats_on, 0))
            stats_read(request, gets[i].table, &gets[i].key, size, units);
    }
    if (bytes > TRANSACTION_BYTES_MAX)
        return request_fail(
            request, ERROR_VALIDATION,
            "Collection size of items exceeded, which can also be caused by the aggregate size of the "
            "items in the transaction exceeding the 4MB limit");

    struct buffer *out = &request->output;
    buffer_append_string(out, "{\"Responses\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_append_string(out, i > 0 ? ",{" : "{");
        if (gets[i].item) {
            struct map shown = projection_apply(&request->arena, gets[i].projection, gets[i].item);
            /* Where nothing is projected there is no Item, as nowhere else: ExtendDB/extenddb#74, measured on the service. */
            if (shown.count > 0) {
                answer_member(out, "Item");
                map_write_json(out, &shown);
            }
        }
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, ']');
    answer_capacities(request, capacities, true);
    buffer_append_byte(out, '}');
    return 0;
}
