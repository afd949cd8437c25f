/*
 * storage.c - the wrappers of storage.h: they check what every backend would have to check, the
 * lengths, and pass the call on to the backend that made the object.
 */
#include "engine/storage/storage.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "engine/storage/lmdb_environment.h"

static const struct storage_backend *const backends[] = { &storage_memory, &storage_lmdb,
                                                          &storage_sqlite };

/* Every backend's objects begin with a storage_base. */
static const struct storage_backend *backend_of(const void *object)
{
    return ((const struct storage_base *)object)->backend;
}

static bool is_key(struct slice key)
{
    return key.length >= 1 && key.length <= STORAGE_KEY_MAX;
}

const struct storage_backend *storage_backend_named(const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
        if (strcmp(backends[i]->name, name) == 0)
            return backends[i];
    return NULL;
}

int storage_open(const struct storage_backend *backend, const char *path, struct storage **out,
                 char **why)
{
    *why = NULL;
    return backend->open(path, out, why);
}

void storage_close(struct storage *storage)
{
    if (storage)
        backend_of(storage)->close(storage);
}

int storage_begin(struct storage *storage, bool write, struct transaction **out)
{
    return backend_of(storage)->begin(storage, write, out);
}

int storage_commit(struct transaction *transaction)
{
    return backend_of(transaction)->commit(transaction);
}

void storage_abort(struct transaction *transaction)
{
    if (transaction)
        backend_of(transaction)->abort(transaction);
}

uint64_t storage_state(const struct transaction *transaction)
{
    const struct storage_backend *backend = backend_of(transaction);
    return backend->state ? backend->state(transaction) : 0;
}

int storage_get(struct transaction *transaction, struct slice key, struct slice *value)
{
    if (!is_key(key))
        return -EINVAL;
    return backend_of(transaction)->get(transaction, key, value);
}

int storage_put(struct transaction *transaction, struct slice key, struct slice value)
{
    if (!is_key(key) || value.length > STORAGE_VALUE_MAX)
        return -EINVAL;
    return backend_of(transaction)->put(transaction, key, value);
}

int storage_remove(struct transaction *transaction, struct slice key)
{
    if (!is_key(key))
        return -EINVAL;
    return backend_of(transaction)->remove(transaction, key);
}

int storage_cursor_open(struct transaction *transaction, struct cursor **out)
{
    return backend_of(transaction)->cursor_open(transaction, out);
}

void storage_cursor_close(struct cursor *cursor)
{
    if (cursor)
        backend_of(cursor)->cursor_close(cursor);
}

int storage_cursor_seek(struct cursor *cursor, struct slice key, bool backward, struct slice *found,
                        struct slice *value)
{
    if (!is_key(key))
        return -EINVAL;
    return backend_of(cursor)->cursor_seek(cursor, key, backward, found, value);
}

int storage_cursor_step(struct cursor *cursor, bool backward, struct slice *found,
                        struct slice *value)
{
    return backend_of(cursor)->cursor_step(cursor, backward, found, value);
}

void storage_leave(void)
{
    environment_leave_all();
}

void storage_before_fork(struct storage *storage)
{
    backend_of(storage)->before_fork(storage);
}

void storage_after_fork(struct storage *storage, bool child)
{
    backend_of(storage)->after_fork(storage, child);
}
