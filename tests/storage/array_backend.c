/*
 * array_backend.c - a storage backend from outside, as docs/storage.md describes them: a sorted
 * array, private to the process, under one lock that a transaction holds from begin to end. The
 * plainest that keeps the contract, and not for large tables: a put moves half of the array.
 *
 *     cc -shared -fPIC -I . -o array_backend.so tests/storage/array_backend.c
 *     DDBMOCK_STORAGE=$PWD/array_backend.so LD_PRELOAD=... program
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "engine/storage/storage.h"

struct entry {
    struct slice key, value; /* one allocation, which begins at key.data */
};

struct array {
    struct storage_base
        base; /* first in each of the three, so that the engine knows whose they are */
    pthread_mutex_t lock;
    struct entry *entries;
    size_t count, size;
    struct change {                 /* what the write transaction did, so that abort can undo it */
        struct entry before, after; /* key.data is NULL where there was or is none */
    } * changes;
    size_t changed, changes_size;
};

struct array_transaction {
    struct storage_base base;
    struct array *array;
    bool write;
};

struct array_cursor {
    struct storage_base base;
    struct array *array;
    char *key; /* a copy: what it stood on may go */
    size_t length;
    bool placed;
};

static const struct storage_backend *self(void);

/* The first place whose key is not less than `key`; *exactly when it is the key's own. */
static size_t find(const struct array *array, struct slice key, bool *exactly)
{
    size_t low = 0, high = array->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(array->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *exactly = low < array->count && slice_equal(array->entries[low].key, key);
    return low;
}

static int array_open(const char *path, struct storage **out, char **why)
{
    (void)why;
    (void)path;
    struct array *array = calloc(1, sizeof *array);
    if (!array)
        return -ENOMEM;
    array->base.backend = self();
    pthread_mutex_init(&array->lock, NULL);
    *out = (struct storage *)array;
    return 0;
}

static void array_close(struct storage *storage)
{
    struct array *array = (struct array *)storage;
    for (size_t i = 0; i < array->count; i++)
        free((char *)array->entries[i].key.data);
    free(array->entries);
    free(array->changes);
    pthread_mutex_destroy(&array->lock);
    free(array);
}

static int array_begin(struct storage *storage, bool write, struct transaction **out)
{
    struct array_transaction *transaction = malloc(sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    *transaction = (struct array_transaction){ { self() }, (struct array *)storage, write };
    pthread_mutex_lock(&transaction->array->lock);
    *out = (struct transaction *)transaction;
    return 0;
}

static void end(struct array_transaction *transaction)
{
    transaction->array->changed = 0;
    pthread_mutex_unlock(&transaction->array->lock);
    free(transaction);
}

/* What was replaced or removed stays allocated until now, so that abort needs no memory. */
static int array_commit(struct transaction *base)
{
    struct array_transaction *transaction = (struct array_transaction *)base;
    struct array *array = transaction->array;
    for (size_t i = 0; i < array->changed; i++)
        free((char *)array->changes[i].before.key.data);
    end(transaction);
    return 0;
}

/* Puts `after` in the place of `before`; there is room. */
static void exchange(struct array *array, struct entry before, struct entry after)
{
    bool exactly;
    size_t at = find(array, before.key.data ? before.key : after.key, &exactly);
    struct entry *entry = array->entries + at;
    if (before.key.data && !after.key.data)
        memmove(entry, entry + 1, (--array->count - at) * sizeof *entry);
    else if (after.key.data && !before.key.data)
        memmove(entry + 1, entry, (array->count++ - at) * sizeof *entry);
    if (after.key.data)
        *entry = after;
}

static void array_abort(struct transaction *base)
{
    struct array_transaction *transaction = (struct array_transaction *)base;
    struct array *array = transaction->array;
    for (size_t i = array->changed; i-- > 0;) {
        exchange(array, array->changes[i].after, array->changes[i].before);
        free((char *)array->changes[i].after.key.data);
    }
    end(transaction);
}

/* Room for one more entry and one more change. */
static int reserve(struct array *array)
{
    if (array->count == array->size) {
        size_t size = array->size ? 2 * array->size : 64;
        struct entry *entries = realloc(array->entries, size * sizeof *entries);
        if (!entries)
            return -ENOMEM;
        array->entries = entries;
        array->size = size;
    }
    if (array->changed == array->changes_size) {
        size_t size = array->changes_size ? 2 * array->changes_size : 64;
        struct change *changes = realloc(array->changes, size * sizeof *changes);
        if (!changes)
            return -ENOMEM;
        array->changes = changes;
        array->changes_size = size;
    }
    return 0;
}

static int array_get(struct transaction *base, struct slice key, struct slice *value)
{
    const struct array *array = ((struct array_transaction *)base)->array;
    bool exactly;
    size_t at = find(array, key, &exactly);
    if (!exactly)
        return -ENOENT;
    *value = array->entries[at].value;
    return 0;
}

static int change(struct array_transaction *transaction, struct entry after, struct slice key)
{
    struct array *array = transaction->array;
    bool exactly;
    size_t at = find(array, key, &exactly);
    struct entry before = exactly ? array->entries[at] : (struct entry){ { NULL, 0 }, { NULL, 0 } };
    array->changes[array->changed++] = (struct change){ before, after };
    exchange(array, before, after);
    return 0;
}

static int array_put(struct transaction *base, struct slice key, struct slice value)
{
    struct array_transaction *transaction = (struct array_transaction *)base;
    if (!transaction->write)
        return -EINVAL;
    int error = reserve(transaction->array);
    char *bytes = error ? NULL : malloc(key.length + value.length);
    if (!bytes)
        return -ENOMEM;
    memcpy(bytes, key.data, key.length);
    if (value.length > 0)
        memcpy(bytes + key.length, value.data, value.length);
    struct entry entry = { { bytes, key.length }, { bytes + key.length, value.length } };
    return change(transaction, entry, entry.key);
}

static int array_remove(struct transaction *base, struct slice key)
{
    struct array_transaction *transaction = (struct array_transaction *)base;
    struct slice value;
    if (!transaction->write)
        return -EINVAL;
    int error = array_get(base, key, &value);
    if (!error)
        error = reserve(transaction->array);
    return error ? error : change(transaction, (struct entry){ { NULL, 0 }, { NULL, 0 } }, key);
}

static int array_cursor_open(struct transaction *base, struct cursor **out)
{
    struct array_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    cursor->base.backend = self();
    cursor->array = ((struct array_transaction *)base)->array;
    *out = (struct cursor *)cursor;
    return 0;
}

static void array_cursor_close(struct cursor *base)
{
    struct array_cursor *cursor = (struct array_cursor *)base;
    free(cursor->key);
    free(cursor);
}

static int go(struct array_cursor *cursor, struct slice key, bool backward, bool strictly,
              struct slice *found, struct slice *value)
{
    const struct array *array = cursor->array;
    bool exactly;
    size_t at = find(array, key, &exactly);
    if (exactly && strictly && !backward)
        at++;
    else if (backward && (!exactly || strictly))
        at--; /* from 0 to the largest number there is, which is no place either */
    cursor->placed = at < array->count;
    if (!cursor->placed)
        return -ENOENT;
    *found = array->entries[at].key;
    *value = array->entries[at].value;
    char *copy = malloc(found->length);
    if (!copy)
        return -ENOMEM;
    free(cursor->key);
    cursor->key = memcpy(copy, found->data, found->length);
    cursor->length = found->length;
    return 0;
}

static int array_cursor_seek(struct cursor *base, struct slice key, bool backward,
                             struct slice *found, struct slice *value)
{
    return go((struct array_cursor *)base, key, backward, false, found, value);
}

static int array_cursor_step(struct cursor *base, bool backward, struct slice *found,
                             struct slice *value)
{
    struct array_cursor *cursor = (struct array_cursor *)base;
    if (!cursor->placed)
        return -ENOENT;
    return go(cursor, (struct slice){ cursor->key, cursor->length }, backward, true, found, value);
}

/* Held across fork, the lock is free of other threads' transactions in the child. */
static void array_before_fork(struct storage *storage)
{
    pthread_mutex_lock(&((struct array *)storage)->lock);
}

static void array_after_fork(struct storage *storage, bool child)
{
    struct array *array = (struct array *)storage;
    if (child)
        pthread_mutex_init(&array->lock, NULL);
    else
        pthread_mutex_unlock(&array->lock);
}

/* The one symbol: STORAGE_SYMBOL. */
__attribute__((visibility("default"))) const struct storage_module ddbmock_storage = {
    .version = STORAGE_VERSION,
    .backend = {
        .name = "array",
        .open = array_open,
        .close = array_close,
        .begin = array_begin,
        .commit = array_commit,
        .abort = array_abort,
        .get = array_get,
        .put = array_put,
        .remove = array_remove,
        .cursor_open = array_cursor_open,
        .cursor_close = array_cursor_close,
        .cursor_seek = array_cursor_seek,
        .cursor_step = array_cursor_step,
        .before_fork = array_before_fork,
        .after_fork = array_after_fork,
    },
};

static const struct storage_backend *self(void)
{
    return &ddbmock_storage.backend;
}
