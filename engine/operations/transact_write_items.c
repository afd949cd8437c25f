/*
 * transact_write_items.c - TransactWriteItems: up to 100 writes and condition checks, all or none.
 */
#include "engine/operations.h"
#include "engine/operations/cancellation.h"
#include "engine/operations/capacities.h"
#include "engine/operations/client_token.h"
#include "engine/operations/item_input.h"
#include "engine/keyspace.h"
#include "engine/value_json.h"

enum { TRANSACTION_BYTES_MAX = 4 * 1024 * 1024 }; /* AWS API reference, TransactWriteItems */

struct action {
    const json_t *input; /* of its Put, Update, Delete or ConditionCheck */
    struct write write;
};

static int read_action(struct request *request, const json_t *item, struct action *action)
{
    static const struct {
        const char *name;
        enum write_kind kind;
    } kinds[] = {
        { "ConditionCheck", WRITE_CHECK },
        { "Put", WRITE_PUT },
        { "Delete", WRITE_DELETE },
        { "Update", WRITE_UPDATE },
    };
    enum write_kind kind = WRITE_CHECK;
    size_t found = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const json_t *input = input_get(item, kinds[i].name);
        if (!input)
            continue;
        action->input = input;
        kind = kinds[i].kind;
        found++;
    }
    if (found == 0) /* unverified: as DynamoDB Local 2.6.1 has it */
        return request_fail(
            request, ERROR_VALIDATION,
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request");
    if (found > 1)
        return request_fail(request, ERROR_VALIDATION,
                            "TransactItems can only contain one of Check, Put, Update or Delete");
    return write_from_input(request, action->input, kind, &action->write);
}

/* Tables, keys and that no item is named twice. What is wrong with one member alone becomes its reason. */
static int check_actions(struct request *request, struct action *actions,
                         struct cancellation *cancellation)
{
    struct slice *keys = ARENA_NEW_ARRAY(&request->arena, cancellation->count, struct slice);
    for (size_t i = 0; i < cancellation->count; i++) {
        struct write *write = &actions[i].write;
        if (table_find(request, input_string(actions[i].input, "TableName"), false,
                       &write->table) != 0 ||
            key_check_empty(request, write->table, &write->item) != 0)
            return -1;
    }
    for (size_t i = 0; i < cancellation->count; i++) {
        struct write *write = &actions[i].write;
        if (write_check_keys(request, write) != 0) {
            if (cancellation_take_error(request, cancellation, i) != 0)
                return -1;
            continue;
        }
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_table_key(&key, write->table, &write->item);
        keys[i] = buffer_slice(&key);
        if (cancellation_check_distinct(request, keys, i) != 0)
            return -1;
    }
    return cancellation_check(request, cancellation);
}

static int apply_actions(struct request *request, struct action *actions,
                         struct cancellation *cancellation, struct capacities *capacities)
{
    size_t bytes = 0;
    for (size_t i = 0; i < cancellation->count; i++) {
        struct write *write = &actions[i].write;
        struct capacity *capacity = capacities_of(&request->arena, capacities, write->table,
                                                  input_string(actions[i].input, "TableName"));
        double units = capacity->write;
        switch (write_apply(request, write, capacity)) {
        case WRITE_FAILED:
            if (write->empty_key || cancellation_take_error(request, cancellation, i) != 0)
                return -1;
            break;
        case WRITE_CONDITION_FAILED:
            cancellation_add(cancellation, i, "ConditionalCheckFailed",
                             "The conditional request failed",
                             returns_on_failure(actions[i].input) ? write->before : NULL);
            break;
        case WRITE_DONE:
            /* Twice for the table, once for its indexes: facts/fidelity.md section 4. */
            capacity->write += capacity->write - units;
            bytes += item_size(write->after ? write->after : &write->item);
            break;
        }
    }
    if (cancellation_check(request, cancellation) != 0)
        return -1;
    if (bytes > TRANSACTION_BYTES_MAX)
        return request_fail(
            request, ERROR_VALIDATION,
            "Collection size of items exceeded, which can also be caused by the aggregate size of the "
            "items in the transaction exceeding the 4MB limit");
    return 0;
}

static int answer_metrics(struct request *request, const struct action *actions, size_t count)
{
    struct buffer *out = &request->output;
    bool any = false;
    if (!input_is(request->input, "ReturnItemCollectionMetrics", "SIZE"))
        return 0;
    for (size_t i = 0; i < count; i++) {
        const struct table *table = actions[i].write.table;
        bool first = actions[i].write.kind != WRITE_CHECK && table_has_local_indexes(table);
        for (size_t before = 0; before < i && first; before++)
            first = actions[before].write.kind == WRITE_CHECK ||
                    actions[before].write.table->id != table->id;
        if (!first)
            continue;
        if (!any)
            answer_member(out, "ItemCollectionMetrics");
        buffer_append_byte(out, any ? ',' : '{');
        any = true;
        string_write_json(out, input_string(actions[i].input, "TableName"));
        buffer_append_string(out, ":[");
        for (size_t same = i; same < count; same++) {
            if (actions[same].write.kind == WRITE_CHECK ||
                actions[same].write.table->id != table->id)
                continue;
            if (same > i)
                buffer_append_byte(out, ',');
            if (collection_metrics_write_json(request, table, &actions[same].write.item) != 0)
                return -1;
        }
        buffer_append_byte(out, ']');
    }
    if (any)
        buffer_append_byte(out, '}');
    return 0;
}

/* The answer to a request that has been done before under the same token: nothing is written, the items are read. */
static int answer_replay(struct request *request, struct action *actions, size_t count,
                         struct capacities *capacities)
{
    for (size_t i = 0; i < count; i++) {
        const struct map *item;
        struct write *write = &actions[i].write;
        struct slice name = input_string(actions[i].input, "TableName");
        if (table_find(request, name, false, &write->table) != 0 ||
            item_read(request, write->table, &write->item, &item) != 0)
            return -1;
        capacities_of(&request->arena, capacities, write->table, name)->read +=
            2 * capacity_read_units(item ? item_size(item) : 0, true);
    }
    return 0;
}

int run_transact_write_items(struct request *request)
{
    const json_t *items = input_get(request->input, "TransactItems");
    size_t count = json_array_size(items);
    struct action *actions = ARENA_NEW_ARRAY(&request->arena, count, struct action);
    for (size_t i = 0; i < count; i++)
        if (read_action(request, json_array_get(items, i), &actions[i]) != 0)
            return -1;
    if (request_begin(request, true) != 0)
        return -1;

    struct capacities *capacities = ARENA_NEW(&request->arena, struct capacities);
    bool done = false;
    if (client_token_check(request, items, &done) != 0)
        return -1;
    if (done) {
        if (answer_replay(request, actions, count, capacities) != 0)
            return -1;
    } else {
        struct cancellation *cancellation = ARENA_NEW(&request->arena, struct cancellation);
        cancellation->count = count;
        if (check_actions(request, actions, cancellation) != 0 ||
            apply_actions(request, actions, cancellation, capacities) != 0 ||
            client_token_store(request, items) != 0)
            return -1;
    }
    buffer_append_byte(&request->output, '{');
    if (!done && answer_metrics(request, actions, count) != 0)
        return -1;
    answer_capacities(request, capacities, true);
    buffer_append_byte(&request->output, '}');
    return request_commit(request);
}
