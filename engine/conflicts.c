/*
 * conflicts.c - see conflicts.h. The record is a row of entries, the oldest first: a struct entry and the hashes of so many
 * items. It is for one machine and for moments, so that it is in the machine's own byte order.
 */
#include "engine/conflicts.h"

#include <errno.h>

#include "engine/keyspace.h"

#define SECOND INT64_C(1000000000) /* ns */

enum {
    KEPT_SECONDS = 60, /* nobody waits longer: storage gives up before */
    KEPT_BYTES = 4096, /* some fifty transactions: nobody waits for more */
};

struct entry {
    struct clock_moment done;
    uint64_t count;
};

/* Two clocks, because the monotonic one begins anew at a boot, and the other one can be set back. */
bool overlapped(const struct request *request, struct clock_moment done)
{
    const struct clock_moment *began = &request->began;
    return began->monotonic < done.monotonic && began->real < done.real &&
           done.real - began->real < KEPT_SECONDS * SECOND;
}

static uint64_t hash_key(struct slice key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < key.length; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static int read_record(struct request *request, struct slice *out)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_transactions(&key);
    *out = (struct slice){ NULL, 0 };
    int error = storage_get(request->transaction, buffer_slice(&key), out);
    return error == 0 || error == -ENOENT
               ? 0
               : request_fail_storage(request, "read the last transactions", error);
}

/* The entry at the start of `record`, which then goes on after it; false at its end. */
static bool next_entry(struct slice *record, struct entry *entry, struct slice *hashes)
{
    if (record->length < sizeof *entry)
        return false;
    memcpy(entry, record->data, sizeof *entry);
    size_t left = record->length - sizeof *entry;
    if (entry->count > left / sizeof(uint64_t))
        return false;
    *hashes = (struct slice){ record->data + sizeof *entry, entry->count * sizeof(uint64_t) };
    size_t size = sizeof *entry + hashes->length;
    *record = (struct slice){ record->data + size, record->length - size };
    return true;
}

int conflicts_read(struct request *request, struct conflicts *out)
{
    struct slice record, hashes;
    struct entry entry;
    *out = (struct conflicts){ NULL, 0 };
    if (read_record(request, &record) != 0)
        return -1;
    struct buffer found;
    buffer_init(&found, &request->arena);
    while (next_entry(&record, &entry, &hashes))
        if (overlapped(request, entry.done))
            buffer_append_slice(&found, hashes);
    if (found.length == 0)
        return 0;
    uint64_t *copy = ARENA_NEW_ARRAY(&request->arena, found.length / sizeof *copy, uint64_t);
    memcpy(copy, found.data, found.length);
    *out = (struct conflicts){ copy, found.length / sizeof *copy };
    return 0;
}

bool conflicts_have(const struct conflicts *conflicts, struct slice key)
{
    if (conflicts->count == 0)
        return false;
    uint64_t hash = hash_key(key);
    for (size_t i = 0; i < conflicts->count; i++)
        if (conflicts->hashes[i] == hash)
            return true;
    return false;
}

int conflicts_leave(struct request *request, const struct slice *keys, size_t count)
{
    struct entry own = { .done = clock_moment(), .count = count };
    struct slice record, hashes;
    struct entry entry;
    struct buffer kept, key;
    buffer_init(&kept, &request->arena);
    if (read_record(request, &record) != 0)
        return -1;
    for (struct slice rest = record; next_entry(&rest, &entry, &hashes);) {
        bool recent = entry.done.real <= own.done.real &&
                      own.done.real - entry.done.real < KEPT_SECONDS * SECOND;
        if (!recent || record.length > KEPT_BYTES)
            record = rest;
        else
            break;
    }
    buffer_append_slice(&kept, record);
    buffer_append(&kept, (const char *)&own, sizeof own);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = hash_key(keys[i]);
        buffer_append(&kept, (const char *)&hash, sizeof hash);
    }
    buffer_init(&key, &request->arena);
    keyspace_transactions(&key);
    int error = storage_put(request->transaction, buffer_slice(&key), buffer_slice(&kept));
    return error == 0 ? 0 : request_fail_storage(request, "store a transaction's items", error);
}
