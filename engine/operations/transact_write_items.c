/*
 * transact_write_items.c - TransactWriteItems: up to 100 writes and condition checks, all or none.
 */
#include "engine/operations.h"
#include "engine/operations/cancellation.h"
#include "engine/operations/capacities.h"
#include "engine/operations/client_token.h"
#include "engine/operations/item_input.h"
#include "engine/keyspace.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"

enum { TRANSACTION_BYTES_MAX = 4 * 1024 * 1024 }; /* AWS API reference, TransactWriteItems */

struct action {
    const json_t *input; /* of its Put, Update, Delete or ConditionCheck */
    struct write write;
    struct slice key; /* in storage; NULL data: it does not fit its table */
};

/* A transaction under way. */
struct actions {
    struct action *list;
    size_t count;
    uint32_t *sizes; /* of the image that each is charged for, in bytes */
    struct capacities capacities;
    struct cancellation cancellation;
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
static int check_actions(struct request *request, struct actions *actions)
{
    struct slice *keys = ARENA_NEW_ARRAY(&request->arena, actions->count, struct slice);
    for (size_t i = 0; i < actions->count; i++) {
        struct write *write = &actions->list[i].write;
        if (table_find(request, input_string(actions->list[i].input, "TableName"), false,
                       &write->table) != 0 ||
            key_check_empty(request, write->table, &write->item) != 0)
            return -1;
    }
    for (size_t i = 0; i < actions->count; i++) {
        struct write *write = &actions->list[i].write;
        if (write_check_keys(request, write) != 0) {
            if (cancellation_take_error(request, &actions->cancellation, i) != 0)
                return -1;
            continue;
        }
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_table_key(&key, write->table, &write->item);
        keys[i] = actions->list[i].key = buffer_slice(&key);
        if (cancellation_check_distinct(request, keys, i) != 0)
            return -1;
    }
    return cancellation_check(request, &actions->cancellation);
}

static size_t image_size(const struct map *image)
{
    return image ? item_size(image) : 0;
}

static int apply_actions(struct request *request, struct actions *actions)
{
    size_t bytes = 0;
    struct conflicts conflicts;
    if (conflicts_read(request, &conflicts) != 0)
        return -1;
    for (size_t i = 0; i < actions->count; i++) {
        struct action *action = &actions->list[i];
        struct write *write = &action->write;
        struct capacity *capacity =
            capacities_of(&request->arena, &actions->capacities, write->table,
                          input_string(action->input, "TableName"));
        double units = capacity->write;
        write->conflicts = &conflicts;
        switch (write_apply(request, write, capacity)) {
        case WRITE_FAILED:
            if (write->empty_key ||
                cancellation_take_error(request, &actions->cancellation, i) != 0)
                return -1;
            break;
        case WRITE_CONDITION_FAILED:
            cancellation_add(&actions->cancellation, i, "ConditionalCheckFailed",
                             "The conditional request failed",
                             returns_on_failure(action->input) ? write->before : NULL);
            break;
        case WRITE_CONFLICT:
            cancellation_add(&actions->cancellation, i, "TransactionConflict", CONFLICT_MESSAGE,
                             NULL);
            break;
        case WRITE_DONE: {
            /* Twice for the table, once for its indexes: facts/fidelity.md section 4. */
            capacity->write += capacity->write - units;
            size_t before = image_size(write->before), after = image_size(write->after);
            actions->sizes[i] = (uint32_t)(before > after ? before : after);
            bytes += after > 0 ? after : item_size(&write->item);
            break;
        }
        }
    }
    if (cancellation_check(request, &actions->cancellation) != 0)
        return -1;
    if (bytes > TRANSACTION_BYTES_MAX)
        return request_fail(
            request, ERROR_VALIDATION,
            "Collection size of items exceeded, which can also be caused by the aggregate size of the "
            "items in the transaction exceeding the 4MB limit");
    return 0;
}

/* Remembers the transaction for those who send it again, and for those who wait. */
static int remember(struct request *request, const struct actions *actions, const json_t *items)
{
    struct slice *keys = ARENA_NEW_ARRAY(&request->arena, actions->count, struct slice);
    for (size_t i = 0; i < actions->count; i++)
        keys[i] = actions->list[i].key;
    return client_token_store(request, items, actions->sizes, actions->count) != 0
               ? -1
               : conflicts_leave(request, keys, actions->count);
}

static bool has_collection(const struct action *action)
{
    return action->write.kind != WRITE_CHECK && table_has_local_indexes(action->write.table);
}

/* Whether two actions are in one collection; with `partition` false, in the same table. */
static bool together(const struct action *a, const struct action *b, bool partition)
{
    const struct table *table = a->write.table;
    const struct slice name = table->keys.partition[0].name;
    return table->id == b->write.table->id &&
           (!partition ||
            value_equal(map_find(&a->write.item, name), map_find(&b->write.item, name)));
}

/* Whether no action before `at` that has a collection is together with it. */
static bool is_first(const struct actions *actions, size_t at, bool partition)
{
    for (size_t i = 0; i < at; i++)
        if (has_collection(&actions->list[i]) &&
            together(&actions->list[i], &actions->list[at], partition))
            return false;
    return true;
}

/* Each collection once, by table: AWS API reference, "any item collections that were affected". */
static int answer_metrics(struct request *request, const struct actions *actions)
{
    struct buffer *out = &request->output;
    bool any = false;
    if (!input_is(request->input, "ReturnItemCollectionMetrics", "SIZE"))
        return 0;
    for (size_t i = 0; i < actions->count; i++) {
        if (!has_collection(&actions->list[i]) || !is_first(actions, i, false))
            continue;
        if (!any)
            answer_member(out, "ItemCollectionMetrics");
        buffer_append_byte(out, any ? ',' : '{');
        any = true;
        string_write_json(out, input_string(actions->list[i].input, "TableName"));
        buffer_append_string(out, ":[");
        for (size_t same = i; same < actions->count; same++) {
            const struct action *action = &actions->list[same];
            if (!has_collection(action) || !together(&actions->list[i], action, false) ||
                !is_first(actions, same, true))
                continue;
            if (same > i)
                buffer_append_byte(out, ',');
            if (collection_metrics_write_json(request, action->write.table, &action->write.item) !=
                0)
                return -1;
        }
        buffer_append_byte(out, ']');
    }
    if (any)
        buffer_append_byte(out, '}');
    return 0;
}

/*
 * What a request costs that has been done before under the same token: nothing is written, and each member is charged as a
 * read, in steps of 4 KB, of the image that it was charged for the first time. Source: facts/fidelity.md section 4, and what
 * dynoxide's authors captured of members that have only a key.
 */
static int charge_replay(struct request *request, struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        struct slice name = input_string(actions->list[i].input, "TableName");
        const struct table *table;
        if (table_find(request, name, false, &table) != 0)
            return -1;
        double units = 2 * capacity_read_units(actions->sizes[i], true);
        capacities_of(&request->arena, &actions->capacities, table, name)->read += units;
        if (__builtin_expect(stats_on, 0))
            stats_read(request, table, &actions->list[i].write.item, actions->sizes[i], units);
    }
    return 0;
}

int run_transact_write_items(struct request *request)
{
    const json_t *items = input_get(request->input, "TransactItems");
    size_t count = json_array_size(items);
    struct actions *actions = ARENA_NEW(&request->arena, struct actions);
    actions->count = actions->cancellation.count = count;
    actions->list = ARENA_NEW_ARRAY(&request->arena, count, struct action);
    actions->sizes = ARENA_NEW_ARRAY(&request->arena, count, uint32_t);
    for (size_t i = 0; i < count; i++)
        if (read_action(request, json_array_get(items, i), &actions->list[i]) != 0)
            return -1;
    bool done = false;
    if (request_begin(request, true) != 0 ||
        client_token_check(request, items, actions->sizes, count, &done) != 0)
        return -1;
    if (done) {
        if (charge_replay(request, actions) != 0)
            return -1;
    } else if (check_actions(request, actions) != 0 || apply_actions(request, actions) != 0 ||
               remember(request, actions, items) != 0) {
        return -1;
    }
    buffer_append_byte(&request->output, '{');
    if (!done && answer_metrics(request, actions) != 0)
        return -1;
    answer_capacities(request, &actions->capacities, true);
    buffer_append_byte(&request->output, '}');
    return request_commit(request);
}
