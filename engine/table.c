/*
 * table.c - the catalogue: finds, stores and forgets table definitions, and keeps decoded ones at
 * hand. See table.h.
 *
 * A decoded definition (struct table_entry) is never changed. It is counted: one for the cache, one
 * for every request that uses it, so that a request may go on with a definition that another one
 * has replaced. The count and the cache are guarded by engine->tables_lock; nothing allocates from
 * an arena under it.
 */
#include "engine/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* uthash would leave the process otherwise; so an entry that finds no memory is just not cached. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "engine/engine_internal.h"
#include "engine/index_backfill.h"
#include "engine/keyspace.h"
#include "engine/table_codec.h"
#include "engine/table_moments.h"

struct table_entry {
    UT_hash_handle hh;
    unsigned users;
    uint64_t
        state; /* of the store, where the record was last found; 0: not known. Under tables_lock, as users */
    struct arena arena;  /* of everything below */
    struct slice key;    /* the catalogue's */
    struct slice record; /* the bytes that were decoded */
    json_t *json;        /* the same, parsed: the table's strings are in it; owned */
    struct table table;
};

struct table_use {
    struct table_use *next;
    struct table_entry *entry;
};

static void entry_destroy(struct table_entry *entry)
{
    json_decref(entry->json);
    arena_release(&entry->arena);
    free(entry);
}

void tables_forget(struct engine *engine)
{
    struct table_entry *entry, *next;
    HASH_ITER(hh, engine->tables, entry, next)
    {
        HASH_DEL(engine->tables, entry);
        entry_destroy(entry);
    }
}

void tables_release(struct request *request)
{
    struct engine *engine = request->engine;
    while (request->tables) {
        struct table_entry *entry = request->tables->entry;
        request->tables = request->tables->next;
        if (!entry)
            continue;
        pthread_mutex_lock(&engine->tables_lock);
        bool last = --entry->users == 0;
        pthread_mutex_unlock(&engine->tables_lock);
        if (last)
            entry_destroy(entry);
    }
}

/* The cached entry that was found in `state` (0: in none), or of exactly these bytes, which the caller then uses, or NULL. */
static struct table_entry *cache_find(struct engine *engine, struct slice key, uint64_t state,
                                      const struct slice *record)
{
    struct table_entry *entry;
    pthread_mutex_lock(&engine->tables_lock);
    HASH_FIND(hh, engine->tables, key.data, key.length, entry);
    bool found = entry && (record ? slice_equal(entry->record, *record)
                                  : state != 0 && entry->state == state);
    if (found) {
        entry->users++;
        entry->state = state;
    }
    pthread_mutex_unlock(&engine->tables_lock);
    return found ? entry : NULL;
}

/* Takes what is cached under `key` out of the cache, and puts `entry` there unless it is NULL. */
static void cache_replace(struct engine *engine, struct slice key, struct table_entry *entry)
{
    struct table_entry *old;
    pthread_mutex_lock(&engine->tables_lock);
    HASH_FIND(hh, engine->tables, key.data, key.length, old);
    if (old) {
        HASH_DEL(engine->tables, old);
        if (--old->users != 0)
            old = NULL;
    }
    if (entry) {
        HASH_ADD_KEYPTR(hh, engine->tables, entry->key.data, entry->key.length, entry);
        if (entry->hh.tbl)
            entry->users++;
    }
    pthread_mutex_unlock(&engine->tables_lock);
    if (old)
        entry_destroy(old);
}

/* Decodes a record into an entry that `use` holds from the first moment on. */
static int entry_decode(struct request *request, struct table_use *use, struct slice key,
                        struct slice record)
{
    struct table_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    entry->users = 1;
    use->entry = entry;
    arena_init(&entry->arena, &request->exhausted);
    entry->key = arena_copy(&entry->arena, key);
    entry->record = arena_copy(&entry->arena, record);
    json_error_t error;
    entry->json = json_loadb(record.data, record.length, JSON_ALLOW_NUL, &error);
    if (!entry->json && error.text[0] == '\0') /* jansson has no words for running out of memory */
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    switch (table_decode(&entry->arena, entry->json, &entry->table)) {
    case 0:
        break;
    case -ENOTSUP:
        return request_fail(request, ERROR_INTERNAL_SERVER,
                            "ddbmock %s cannot read a table that a newer version has stored.",
                            DDBMOCK_VERSION);
    default:
        return request_fail(request, ERROR_INTERNAL_SERVER,
                            "ddbmock cannot read a table's definition in its store.");
    }
    entry->arena.exhausted = NULL;
    return 0;
}

/* What will hold an entry for this request: its entry is NULL. */
static struct table_use *use_create(struct request *request)
{
    struct table_use *use = ARENA_NEW(&request->arena, struct table_use);
    use->next = request->tables;
    request->tables = use;
    return use;
}

/* The entry of a record that was read under `key` into `use`. */
static int use_record(struct request *request, struct table_use *use, struct slice key,
                      struct slice record)
{
    uint64_t state = storage_state(request->transaction);
    use->entry = cache_find(request->engine, key, state, &record);
    if (use->entry)
        return 0;
    if (entry_decode(request, use, key, record) != 0)
        return -1;
    use->entry->state = state;
    cache_replace(request->engine, key, use->entry);
    return 0;
}

/* As the table is at the request's time; NULL when it is gone by then. */
static const struct table *use_table(struct request *request, const struct table_use *use)
{
    return table_at_moment(&request->arena, &use->entry->table, request->now);
}

int table_look(struct request *request, struct slice name, const struct table **out)
{
    *out = NULL;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_catalogue(&key, request->region, name);
    struct table_use *use = use_create(request);
    use->entry =
        cache_find(request->engine, buffer_slice(&key), storage_state(request->transaction), NULL);
    if (!use->entry) {
        struct slice record;
        int error = storage_get(request->transaction, buffer_slice(&key), &record);
        if (error == -ENOENT || error == -EINVAL) { /* a name longer than any key is nobody's */
            cache_replace(request->engine, buffer_slice(&key), NULL);
            return 0;
        }
        if (error != 0)
            return request_fail_storage(request, "look a table up", error);
        if (use_record(request, use, buffer_slice(&key), record) != 0)
            return -1;
    }
    *out = use_table(request, use);
    return 0;
}

int table_find(struct request *request, struct slice given, bool control, const struct table **out)
{
    struct slice name;
    const struct table *table;
    if (table_name(request, given, &name) != 0 || table_look(request, name, &table) != 0)
        return -1;
    if (control) {
        if (!table)
            return request_fail(request, ERROR_RESOURCE_NOT_FOUND,
                                "Requested resource not found: Table: %.*s not found",
                                (int)name.length, name.data);
    } else {
        enum table_status status = table ? table_status(table, request->now) : TABLE_DELETING;
        if (status == TABLE_CREATING || status == TABLE_DELETING)
            return request_fail(request, ERROR_RESOURCE_NOT_FOUND, "Requested resource not found");
    }
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].filling)
            index_backfill_meet(request, table, control);
    *out = table;
    return 0;
}

int table_each(struct request *request, struct slice after,
               int (*visit)(void *context, const struct table *), void *context)
{
    struct buffer prefix, start;
    buffer_init(&prefix, &request->arena);
    keyspace_catalogue(&prefix, request->region, (struct slice){ "", 0 });
    buffer_init(&start, &request->arena);
    keyspace_catalogue(&start, request->region, after);

    /* One look per table: a cursor must not be open where an arena may jump. */
    for (;;) {
        struct cursor *cursor;
        struct slice found, record;
        int error = storage_cursor_open(request->transaction, &cursor);
        if (error != 0)
            return request_fail_storage(request, "list tables", error);
        error = storage_cursor_seek(cursor, buffer_slice(&start), false, &found, &record);
        if (error == 0 && slice_equal(found, buffer_slice(&start)))
            error = storage_cursor_step(cursor, false, &found, &record);
        storage_cursor_close(cursor);
        if (error != 0 && error != -ENOENT)
            return request_fail_storage(request, "list tables", error);
        if (error == -ENOENT || !slice_starts_with(found, buffer_slice(&prefix)))
            return 0;
        start.length = 0;
        buffer_append_slice(&start, found);
        struct table_use *use = use_create(request);
        if (use_record(request, use, buffer_slice(&start), record) != 0)
            return -1;
        const struct table *table = use_table(request, use);
        if (table && visit(context, table) != 0)
            return 0;
    }
}

const struct index *table_index(const struct table *table, struct slice name)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (slice_equal(table->indexes[i].name, name))
            return &table->indexes[i];
    return NULL;
}

int table_store(struct request *request, const struct table *table)
{
    struct buffer key, record;
    buffer_init(&key, &request->arena);
    buffer_init(&record, &request->arena);
    keyspace_catalogue(&key, request->region, table->name);
    int error = table_encode(&record, table);
    if (error == 0)
        error = storage_put(request->transaction, buffer_slice(&key), buffer_slice(&record));
    return error == 0 ? 0 : request_fail_storage(request, "store a table's definition", error);
}

int table_forget(struct request *request, const struct table *table)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (keyspace_drop(request, table->indexes[i].id) != 0)
            return -1;
    if (keyspace_drop(request, table->id) != 0)
        return -1;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_catalogue(&key, request->region, table->name);
    int error = storage_remove(request->transaction, buffer_slice(&key));
    return error == 0 ? 0 : request_fail_storage(request, "remove a table's definition", error);
}

/* Numbers of fixed length at rest are big-endian, as ids in keys are. */
static void put_number(char *bytes, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(number >> (56 - 8 * i));
}

static uint64_t get_number(const char *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | (unsigned char)bytes[i];
    return number;
}

int table_new_id(struct request *request, uint64_t *out)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_next_id(&key);
    struct slice value;
    uint64_t id = 1;
    int error = storage_get(request->transaction, buffer_slice(&key), &value);
    if (error == 0 && value.length == 8)
        id = get_number(value.data);
    else if (error != -ENOENT)
        return request_fail_storage(request, "make an id", error == 0 ? -EPROTO : error);
    char next[8];
    put_number(next, id + 1);
    error =
        storage_put(request->transaction, buffer_slice(&key), (struct slice){ next, sizeof next });
    if (error != 0)
        return request_fail_storage(request, "make an id", error);
    *out = id;
    return 0;
}

int table_size_get(struct request *request, uint64_t id, struct table_size *out)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_size(&key, id);
    struct slice value;
    *out = (struct table_size){ 0 };
    int error = storage_get(request->transaction, buffer_slice(&key), &value);
    if (error == -ENOENT)
        return 0;
    if (error == 0 && value.length != 16)
        error = -EPROTO;
    if (error != 0)
        return request_fail_storage(request, "read a table's size", error);
    out->items = get_number(value.data);
    out->bytes = get_number(value.data + 8);
    return 0;
}

int table_size_add(struct request *request, uint64_t id, int64_t items, int64_t bytes)
{
    if (items == 0 && bytes == 0)
        return 0;
    struct table_size size;
    if (table_size_get(request, id, &size) != 0)
        return -1;
    char value[16];
    put_number(value, size.items + (uint64_t)items);
    put_number(value + 8, size.bytes + (uint64_t)bytes);
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_size(&key, id);
    int error = storage_put(request->transaction, buffer_slice(&key),
                            (struct slice){ value, sizeof value });
    return error == 0 ? 0 : request_fail_storage(request, "store a table's size", error);
}
