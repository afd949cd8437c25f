/*
 * table_moments.c - states that follow from moments, the delays that make the moments, and copies
 * of a definition without what is over. See table.h and table_moments.h.
 */
#include "engine/table_moments.h"

#include <stdatomic.h>

static _Atomic int64_t delays[TRANSITION_COUNT];

int64_t table_delay(enum transition transition)
{
    return atomic_load_explicit(&delays[transition], memory_order_relaxed);
}

void table_delay_set(enum transition transition, int64_t milliseconds)
{
    atomic_store(&delays[transition], milliseconds);
}

/* An update can only come after the creation, so that it is asked first. */
static enum table_status status_at(int64_t active_at, int64_t updated_at, int64_t deleted_at,
                                   int64_t at)
{
    if (deleted_at != 0)
        return TABLE_DELETING;
    if (at < updated_at)
        return TABLE_UPDATING;
    return at < active_at ? TABLE_CREATING : TABLE_ACTIVE;
}

enum table_status table_status(const struct table *table, int64_t at)
{
    return status_at(table->active_at, table->updated_at, table->deleted_at, at);
}

enum table_status index_status(const struct index *index, int64_t at)
{
    return status_at(index->active_at, index->updated_at, index->deleted_at, at);
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

/* What settled before this change must not be described as under way again one millisecond before
 * now. */
static void forget_moments(int64_t now, int64_t *active_at, int64_t *updated_at,
                           struct throughput *throughput, struct warm_throughput *warm)
{
    if (now < *updated_at || now < *active_at)
        return;
    *active_at = *updated_at = 0;
    throughput->old_read = throughput->read;
    throughput->old_write = throughput->write;
    throughput->old_decreases = throughput->decreases;
    if (now >= warm->updated_at) {
        warm->updated_at = 0;
        warm->old_read = warm->read;
        warm->old_write = warm->write;
    }
}

struct table *table_change_copy(struct request *request, const struct table *table)
{
    int64_t now = request->now;
    struct table *result = copy(&request->arena, table, now);
    forget_moments(now, &result->active_at, &result->updated_at, &result->throughput,
                   &result->warm);
    for (size_t i = 0; i < result->index_count; i++) {
        struct index *index = &result->indexes[i];
        forget_moments(now, &index->active_at, &index->updated_at, &index->throughput,
                       &index->warm);
    }
    if (now >= result->encryption.updated_at) {
        result->encryption.updated_at = 0;
        result->encryption.old_kms = result->encryption.kms;
        result->encryption.old_key = result->encryption.key;
    }
    return result;
}
