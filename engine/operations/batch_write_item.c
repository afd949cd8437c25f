/*
 * batch_write_item.c - BatchWriteItem: up to 25 puts and deletes in any tables. All are checked before any is done, and
 * all are done in one storage transaction, which the service does not promise but a reader cannot tell from luck. What
 * conflicts with a transaction comes back in UnprocessedItems (unverified: the API has no error for it).
 */
#include "engine/operations.h"
#include "engine/operations/capacities.h"
#include "engine/operations/item_input.h"
#include "engine/keyspace.h"
#include "engine/limits.h"
#include "engine/value_json.h"

enum { BATCH_WRITE_MAX = 25 }; /* AWS API reference, BatchWriteItem */

struct batch {
    struct write writes[BATCH_WRITE_MAX];
    const json_t *inputs[BATCH_WRITE_MAX]; /* WriteRequest */
    bool unprocessed[BATCH_WRITE_MAX];
    struct slice
        tables[BATCH_WRITE_MAX]; /* as the request names them; those of one table in a row */
    size_t count;
};

/*
 * The one thing that a WriteRequest asks. Text: dynalite, reverse-engineered from the service; it says "more than one" of
 * none, too: DynamoDB Local 2.6.1.
 */
static int read_write(struct request *request, const json_t *input, struct write *out)
{
    const json_t *put = input_get(input, "PutRequest"), *delete = input_get(input, "DeleteRequest");
    if (!put == !delete)
        return request_fail(
            request, ERROR_VALIDATION,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes");
    *out = (struct write){ .kind = put ? WRITE_PUT : WRITE_DELETE };
    if (map_from_json(request, put ? input_get(put, "Item") : input_get(delete, "Key"),
                      &out->item) != 0)
        return -1;
    if (put && limit_passed(limits.item, (int64_t)item_size(&out->item)))
        return request_fail(request, ERROR_VALIDATION,
                            "Item size has exceeded the maximum allowed size");
    return 0;
}

static int read_batch(struct request *request, struct batch *batch)
{
    json_t *tables = json_object_get(request->input, "RequestItems");
    const char *name;
    json_t *requests;
    size_t bytes = 0;
    json_object_foreach(tables, name, requests)
    {
        size_t count = json_array_size(requests);
        if (batch->count + count > BATCH_WRITE_MAX)
            return request_fail(request, ERROR_VALIDATION,
                                "Too many items requested for the BatchWriteItem call");
        for (size_t i = 0; i < count; i++) {
            batch->tables[batch->count] = slice_of(name);
            batch->inputs[batch->count] = json_array_get(requests, i);
            if (read_write(request, json_array_get(requests, i), &batch->writes[batch->count]) != 0)
                return -1;
            bytes += item_size(&batch->writes[batch->count].item);
            batch->count++;
        }
    }
    if (limit_passed(limits.batch_write, (int64_t)bytes)) /* of 2012; the text is ours */
        return request_fail(request, ERROR_VALIDATION,
                            "The items of the BatchWriteItem call exceed the limit of %lld bytes",
                            (long long)limits.batch_write);
    return 0;
}

/* A put whose key does not fit is worded as any other key here, not as PutItem words it: facts/fidelity.md section 6. */
static int check_write(struct request *request, const struct write *write)
{
    if (write->kind == WRITE_DELETE)
        return key_check(request, write->table, &write->item);
    const struct key_schema *keys = &write->table->keys;
    for (unsigned i = 0; i < keys->partition_count + keys->sort_count; i++) {
        const struct key_attribute *attribute = i < keys->partition_count
                                                    ? &keys->partition[i]
                                                    : &keys->sort[i - keys->partition_count];
        const struct value *value = map_find(&write->item, attribute->name);
        if (!value || value->type != attribute->type)
            return request_fail(request, ERROR_VALIDATION,
                                "The provided key element does not match the schema");
    }
    return item_check_keys(request, write->table, &write->item);
}

static int check_batch(struct request *request, struct batch *batch)
{
    struct slice *keys = ARENA_NEW_ARRAY(&request->arena, batch->count, struct slice);
    for (size_t i = 0; i < batch->count; i++)
        if (table_find(request, batch->tables[i], false, &batch->writes[i].table) != 0)
            return -1;
    for (size_t i = 0; i < batch->count; i++) {
        const struct write *write = &batch->writes[i];
        if (check_write(request, write) != 0)
            return -1;
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_table_key(&key, write->table, &write->item);
        keys[i] = buffer_slice(&key);
        for (size_t before = 0; before < i; before++)
            if (slice_equal(keys[before], keys[i]))
                return request_fail(request, ERROR_VALIDATION,
                                    "Provided list of item keys contains duplicates");
    }
    return 0;
}

/* Whether a member's collection has been met already, at a member of the same table before it. */
static bool is_met(const struct batch *batch, size_t at)
{
    const struct slice name = batch->writes[at].table->keys.partition[0].name;
    for (size_t i = at; i-- > 0 && slice_equal(batch->tables[i], batch->tables[at]);)
        if (!batch->unprocessed[i] && value_equal(map_find(&batch->writes[i].item, name),
                                                  map_find(&batch->writes[at].item, name)))
            return true;
    return false;
}

/* Each collection once: AWS API reference, "any item collections that were affected". */
static int answer_metrics(struct request *request, const struct batch *batch)
{
    struct buffer *out = &request->output;
    const struct slice *table = NULL;
    if (!input_is(request->input, "ReturnItemCollectionMetrics", "SIZE"))
        return 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->unprocessed[i] || !table_has_local_indexes(batch->writes[i].table) ||
            is_met(batch, i))
            continue;
        bool first = !table || !slice_equal(*table, batch->tables[i]);
        if (!table)
            answer_member(out, "ItemCollectionMetrics");
        buffer_append_string(out, !table ? "{" : first ? "]," : ",");
        if (first) {
            string_write_json(out, batch->tables[i]);
            buffer_append_string(out, ":[");
        }
        table = &batch->tables[i];
        if (collection_metrics_write_json(request, batch->writes[i].table,
                                          &batch->writes[i].item) != 0)
            return -1;
    }
    if (table)
        buffer_append_string(out, "]}");
    return 0;
}

static void answer_unprocessed(struct request *request, const struct batch *batch)
{
    struct buffer *out = &request->output;
    const struct slice *table = NULL;
    buffer_append_string(out, "\"UnprocessedItems\":{");
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->unprocessed[i])
            continue;
        bool first = !table || !slice_equal(*table, batch->tables[i]);
        buffer_append_string(out, !table ? "" : first ? "]," : ",");
        if (first) {
            string_write_json(out, batch->tables[i]);
            buffer_append_string(out, ":[");
        }
        table = &batch->tables[i];
        json_write(out, batch->inputs[i]);
    }
    buffer_append_string(out, table ? "]}" : "}");
}

int run_batch_write_item(struct request *request)
{
    struct batch *batch = ARENA_NEW(&request->arena, struct batch);
    struct conflicts conflicts;
    if (read_batch(request, batch) != 0 || request_begin(request, true) != 0 ||
        check_batch(request, batch) != 0 || conflicts_read(request, &conflicts) != 0)
        return -1;
    struct capacities *capacities = ARENA_NEW(&request->arena, struct capacities);
    for (size_t i = 0; i < batch->count; i++) {
        struct write *write = &batch->writes[i];
        struct capacity *capacity =
            capacities_of(&request->arena, capacities, write->table, batch->tables[i]);
        write->conflicts = &conflicts;
        enum write_result result = write_apply(request, write, capacity);
        if (result == WRITE_FAILED)
            return -1;
        batch->unprocessed[i] = result == WRITE_CONFLICT;
    }
    buffer_append_byte(&request->output, '{');
    answer_unprocessed(request, batch);
    if (answer_metrics(request, batch) != 0)
        return -1;
    answer_capacities(request, capacities, false);
    buffer_append_byte(&request->output, '}');
    return request_commit(request);
}
