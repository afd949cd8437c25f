/*
 * index_backfill.c - see index_backfill.h.
 */
#include "engine/index_backfill.h"

#include <errno.h>

#include "engine/index.h"
#include "engine/item.h"
#include "engine/keyspace.h"

/* A page or two of the index change for an item, and those that hold a large one. */
enum { PORTION_ITEMS = 5000, PORTION_BYTES = 32 * 1024 * 1024 };

static struct slice mark_of(struct request *request, const struct index *index)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_filling(&key, index->id);
    return buffer_slice(&key);
}

int index_backfill_begin(struct request *request, const struct table *table, struct index *index)
{
    struct buffer start;
    buffer_init(&start, &request->arena);
    keyspace_items(&start, table->id);
    int error = storage_put(request->transaction, mark_of(request, index), buffer_slice(&start));
    if (error != 0)
        return request_fail_storage(request, "begin to fill an index", error);
    index->filling = true;
    index_backfill_meet(request, table, true);
    return 0;
}

void index_backfill_meet(struct request *request, const struct table *table, bool all)
{
    request->filling = arena_copy(&request->arena, table->name);
    request->fill_all = request->fill_all || all;
}

int index_backfill_has(struct request *request, const struct table *table,
                       const struct index *index, const struct map *item, bool *has)
{
    struct slice reached;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_table_key(&key, table, item);
    int error = storage_get(request->transaction, mark_of(request, index), &reached);
    if (error != 0)
        return request_fail_storage(request, "see how far an index is filled", error);
    *has = slice_compare(buffer_slice(&key), reached) <= 0;
    return 0;
}

/* The index of the table that is being filled, or NULL: there is one at a time, as on the service. */
static const struct index *index_of(const struct table *table)
{
    for (size_t i = 0; table && i < table->index_count; i++)
        if (table->indexes[i].filling && table->indexes[i].deleted_at == 0)
            return &table->indexes[i];
    return NULL;
}

/* Adds the items after *reached, and moves that; *done when there are no more. 0 or -errno. */
static int fill(struct request *request, const struct table *table, const struct index *index,
                struct slice *reached, bool *done)
{
    struct buffer prefix;
    buffer_init(&prefix, &request->arena);
    keyspace_items(&prefix, table->id);
    int64_t items = 0, bytes = 0;
    size_t seen = 0, room = 0;
    struct slice key, packed, last = *reached;
    int error = storage_cursor_seek(request->cursor, *reached, false, &key, &packed);
    if (error == 0 && slice_equal(key, *reached))
        error = storage_cursor_step(request->cursor, false, &key, &packed);
    while (error == 0 && slice_starts_with(key, buffer_slice(&prefix)) && seen < PORTION_ITEMS &&
           room < PORTION_BYTES) {
        struct map item;
        arena_release(&request->scratch);
        last = arena_copy(&request->scratch, key);
        error = item_unpack(&request->scratch, packed, &item);
        if (error != 0)
            return error;
        struct index_entry entry = index_entry_of(&request->scratch, table, index, &item);
        if (entry.key.length > 0) {
            error = storage_put(request->transaction, entry.key, entry.packed);
            items++;
            bytes += (int64_t)entry.size;
            room += entry.key.length + entry.packed.length;
        }
        seen++;
        if (error == 0)
            error = storage_cursor_step(request->cursor, false, &key, &packed);
    }
    if (error != 0 && error != -ENOENT)
        return error;
    *done = error == -ENOENT || !slice_starts_with(key, buffer_slice(&prefix));
    *reached = arena_copy(&request->arena, last);
    return table_size_add(request, index->id, items, bytes);
}

/* In an open write transaction. *done when nothing is left to do. 0, or not, and then nothing is to be committed. */
static int fill_portion(struct request *request, bool *done)
{
    const struct table *table;
    struct slice reached;
    if (table_look(request, request->filling, &table) != 0)
        return -1;
    const struct index *index = index_of(table);
    *done = index == NULL;
    if (*done)
        return 0;
    struct slice mark = mark_of(request, index);
    int error = storage_get(request->transaction, mark, &reached);
    if (error != 0 || request_cursor_open(request) != 0)
        return -1;
    reached = arena_copy(&request->arena, reached);
    error = fill(request, table, index, &reached, done);
    request_cursor_close(request);
    if (error != 0)
        return -1;
    if (!*done)
        return storage_put(request->transaction, mark, reached);
    /* The moments stay as they are: the index was to be ACTIVE at active_at, and is so from then or from now on. */
    struct table *after = ARENA_NEW(&request->arena, struct table);
    *after = *table;
    after->indexes = ARENA_NEW_ARRAY(&request->arena, table->index_count, struct index);
    for (size_t i = 0; i < table->index_count; i++) {
        after->indexes[i] = table->indexes[i];
        if (&table->indexes[i] == index)
            after->indexes[i].filling = false;
    }
    if (storage_remove(request->transaction, mark) != 0)
        return -1;
    return table_store(request, after);
}

void index_backfill_run(struct request *request)
{
    bool done = false;
    do {
        if (request_begin(request, true) != 0)
            break;
        bool filled = fill_portion(request, &done) == 0;
        arena_release(&request->scratch);
        if (!filled || request_commit(request) != 0)
            break;
    } while (!done && request->fill_all);
}
