/*
 * table_moments.c - states that follow from moments, and copies of a definition without what is
 * over. See table.h and table_moments.h; table_delays.c has the delays that make the moments.
 */
#include "engine/table_moments.h"

/* An update can only come after the creation, so that it is asked first. */
enum table_status index_status(const struct index *index, int64_t at)
{
    if (index->deleted_at != 0)
        return TABLE_DELETING;
    if (at < index->updated_at)
        return TABLE_UPDATING;
    return at < index->active_at || index->filling ? TABLE_CREATING : TABLE_ACTIVE;
}

bool index_is_allocated(const struct index *index, int64_t at)
{
    return at < index->backfill_at && index->deleted_at == 0;
}

enum table_status table_status(const struct table *table, int64_t at)
{
    if (table->deleted_at != 0)
        return TABLE_DELETING;
    if (at < table->active_at)
        return TABLE_CREATING;
    for (int change = 0; change < CHANGE_COUNT; change++)
        if (at < table->busy_until[change])
            return TABLE_UPDATING;
    for (size_t i = 0; i < table->index_count; i++)
        if (index_is_allocated(&table->indexes[i], at) || at < table->indexes[i].deleted_at)
            return TABLE_UPDATING;
    return TABLE_ACTIVE;
}

static bool is_gone(int64_t deleted_at, int64_t at)
{
    return deleted_at != 0 && at >= deleted_at;
}

bool key_schema_has(const struct key_schema *keys, struct slice name)
{
    for (unsigned i = 0; i < keys->partition_count; i++)
        if (slice_equal(keys->partition[i].name, name))
            return true;
    for (unsigned i = 0; i < keys->sort_count; i++)
        if (slice_equal(keys->sort[i].name, name))
            return true;
    return false;
}

void table_prune_definitions(struct table *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->definition_count; i++) {
        bool used = key_schema_has(&table->keys, table->definitions[i].name);
        for (size_t k = 0; k < table->index_count && !used; k++)
            used = key_schema_has(&table->indexes[k].keys, table->definitions[i].name);
        if (used)
            table->definitions[kept++] = table->definitions[i];
    }
    table->definition_count = kept;
}

/* A copy with arrays of its own, without the indexes that are gone. */
static struct table *copy(struct arena *arena, const struct table *table, int64_t at)
{
    struct table *result = ARENA_NEW(arena, struct table);
    *result = *table;
    result->indexes = ARENA_NEW_ARRAY(arena, table->index_count, struct index);
    result->index_count = 0;
    for (size_t i = 0; i < table->index_count; i++)
        if (!is_gone(table->indexes[i].deleted_at, at))
            result->indexes[result->index_count++] = table->indexes[i];
    result->definitions = ARENA_NEW_ARRAY(arena, table->definition_count, struct key_attribute);
    for (size_t i = 0; i < table->definition_count; i++)
        result->definitions[i] = table->definitions[i];
    if (result->index_count < table->index_count)
        table_prune_definitions(result);
    return result;
}

const struct table *table_at_moment(struct arena *arena, const struct table *table, int64_t at)
{
    if (is_gone(table->deleted_at, at))
        return NULL;
    for (size_t i = 0; i < table->index_count; i++)
        if (is_gone(table->indexes[i].deleted_at, at))
            return copy(arena, table, at);
    return table;
}

static void forget_throughput(struct throughput *throughput)
{
    throughput->old_read = throughput->read;
    throughput->old_write = throughput->write;
    throughput->old_decreases = throughput->decreases;
}

static void forget_warm(struct warm_throughput *warm, int64_t now)
{
    if (now < warm->updated_at)
        return;
    warm->updated_at = 0;
    warm->old_read = warm->read;
    warm->old_write = warm->write;
}

static void forget_index(struct index *index, int64_t now)
{
    if (now < index->updated_at || now < index->active_at || index->filling)
        return;
    index->active_at = index->updated_at = index->backfill_at = 0;
    forget_throughput(&index->throughput);
    forget_warm(&index->warm, now);
}

/* What settled before this change must not be described as under way again one millisecond before
 * now. */
struct table *table_change_copy(struct request *request, const struct table *table)
{
    int64_t now = request->now;
    struct table *result = copy(&request->arena, table, now);
    if (now >= result->active_at)
        result->active_at = 0;
    for (int change = 0; change < CHANGE_COUNT; change++)
        if (now >= result->busy_until[change])
            result->busy_until[change] = 0;
    if (result->busy_until[CHANGE_THROUGHPUT] == 0)
        forget_throughput(&result->throughput);
    if (result->busy_until[CHANGE_BILLING] == 0)
        result->old_on_demand_since = result->on_demand_since;
    if (result->busy_until[CHANGE_THROUGHPUT] == 0 && result->busy_until[CHANGE_BILLING] == 0)
        forget_warm(&result->warm, now);
    for (size_t i = 0; i < result->index_count; i++)
        forget_index(&result->indexes[i], now);
    if (now >= result->encryption.updated_at) {
        result->encryption.updated_at = 0;
        result->encryption.old_kms = result->encryption.kms;
        result->encryption.old_key = result->encryption.key;
    }
    return result;
}
