/*
 * deleted_tables.c - see deleted_tables.h.
 */
#include "engine/operations/deleted_tables.h"

#include <errno.h>

#include "engine/keyspace.h"

enum { SWEEP_MAX = 8, TIME_SIZE = 8 };

int deleted_tables_note(struct request *request, const struct table *table)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_deleted_table(&key, request->region, table->deleted_at, table->name);
    int error = storage_put(request->transaction, buffer_slice(&key), (struct slice){ "", 0 });
    return error == 0 ? 0 : request_fail_storage(request, "note a table's deletion", error);
}

static int64_t get_time(const char *bytes)
{
    uint64_t time = 0;
    for (int i = 0; i < TIME_SIZE; i++)
        time = time << 8 | (unsigned char)bytes[i];
    return (int64_t)time;
}

/* The first note of the region, when its time has come: *key is a copy. 0, -ENOENT, or another negative errno value. */
static int first_due(struct request *request, struct slice prefix, struct slice *key)
{
    struct cursor *cursor;
    struct slice found, value;
    int error = storage_cursor_open(request->transaction, &cursor);
    if (error != 0)
        return error;
    char copy[TIME_SIZE + REGION_SIZE + 256 + 2];
    error = storage_cursor_seek(cursor, prefix, false, &found, &value);
    if (error == 0 && (!slice_starts_with(found, prefix) || found.length > sizeof copy ||
                       found.length < prefix.length + TIME_SIZE ||
                       get_time(found.data + prefix.length) > request->now))
        error = -ENOENT;
    if (error == 0)
        memcpy(copy, found.data, found.length);
    storage_cursor_close(cursor); /* before the arena, which may jump */
    if (error == 0)
        *key = arena_copy(&request->arena, (struct slice){ copy, found.length });
    return error;
}

/* A table of that name may have been made anew meanwhile: table_look finds it then, and it stays. */
static int forget(struct request *request, struct slice name)
{
    const struct table *table;
    if (table_look(request, name, &table) != 0)
        return -1;
    if (table)
        return 0;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_catalogue(&key, request->region, name);
    int error = storage_remove(request->transaction, buffer_slice(&key));
    return error == 0 || error == -ENOENT
               ? 0
               : request_fail_storage(request, "remove a table's definition", error);
}

int deleted_tables_sweep(struct request *request)
{
    struct buffer prefix;
    buffer_init(&prefix, &request->arena);
    keyspace_deleted_tables(&prefix, request->region);
    for (int i = 0; i < SWEEP_MAX; i++) {
        struct slice key;
        int error = first_due(request, buffer_slice(&prefix), &key);
        if (error == -ENOENT)
            return 0;
        if (error == 0)
            error = storage_remove(request->transaction, key);
        if (error != 0)
            return request_fail_storage(request, "remove deleted tables", error);
        size_t name = prefix.length + TIME_SIZE;
        if (forget(request, (struct slice){ key.data + name, key.length - name }) != 0)
            return -1;
    }
    return 0;
}
