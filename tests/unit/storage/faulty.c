/*
 * faulty.c - see faulty.h. A backend like the others, whose objects wrap the inner store's.
 */
#include "tests/unit/storage/faulty.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct faulty {
    struct storage_base base;
    struct storage *inner;
    atomic_uint calls;
    atomic_uint fails_at; /* in `calls`; 0: never */
    atomic_bool failed;
    atomic_uint open; /* transactions and cursors */
    int error;
};

struct faulty_transaction {
    struct storage_base base;
    struct faulty *store;
    struct transaction *inner;
};

struct faulty_cursor {
    struct storage_base base;
    struct faulty *store;
    struct cursor *inner;
};

static const struct storage_backend storage_faulty;

/* Counts a call. 0, or the error that it is to have. */
static int count(struct faulty *store)
{
    unsigned call = ++store->calls;
    if (call != store->fails_at)
        return 0;
    store->failed = true;
    return store->error;
}

static int faulty_open(const char *path, struct storage **out, char **why)
{
    (void)why;
    (void)path, (void)out;
    return -EINVAL; /* faulty_wrap makes them */
}

static void faulty_close(struct storage *base)
{
    struct faulty *store = (struct faulty *)base;
    storage_close(store->inner);
    free(store);
}

static int faulty_begin(struct storage *base, bool write, struct transaction **out)
{
    struct faulty *store = (struct faulty *)base;
    int error = count(store);
    if (error)
        return error;
    struct faulty_transaction *transaction = malloc(sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    transaction->base.backend = &storage_faulty;
    transaction->store = store;
    error = storage_begin(store->inner, write, &transaction->inner);
    if (error) {
        free(transaction);
        return error;
    }
    store->open++;
    *out = (struct transaction *)transaction;
    return 0;
}

static int faulty_commit(struct transaction *base)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    int error = count(transaction->store);
    transaction->store->open--;
    if (error)
        storage_abort(transaction->inner);
    else
        error = storage_commit(transaction->inner);
    free(transaction);
    return error;
}

static void faulty_abort(struct transaction *base)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    transaction->store->open--;
    storage_abort(transaction->inner);
    free(transaction);
}

static int faulty_get(struct transaction *base, struct slice key, struct slice *value)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    int error = count(transaction->store);
    return error ? error : storage_get(transaction->inner, key, value);
}

static int faulty_put(struct transaction *base, struct slice key, struct slice value)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    int error = count(transaction->store);
    return error ? error : storage_put(transaction->inner, key, value);
}

static int faulty_remove(struct transaction *base, struct slice key)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    int error = count(transaction->store);
    return error ? error : storage_remove(transaction->inner, key);
}

static int faulty_cursor_open(struct transaction *base, struct cursor **out)
{
    struct faulty_transaction *transaction = (struct faulty_transaction *)base;
    int error = count(transaction->store);
    if (error)
        return error;
    struct faulty_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    cursor->base.backend = &storage_faulty;
    cursor->store = transaction->store;
    error = storage_cursor_open(transaction->inner, &cursor->inner);
    if (error) {
        free(cursor);
        return error;
    }
    cursor->store->open++;
    *out = (struct cursor *)cursor;
    return 0;
}

static void faulty_cursor_close(struct cursor *base)
{
    struct faulty_cursor *cursor = (struct faulty_cursor *)base;
    cursor->store->open--;
    storage_cursor_close(cursor->inner);
    free(cursor);
}

static int faulty_cursor_seek(struct cursor *base, struct slice key, bool backward,
                              struct slice *found, struct slice *value)
{
    struct faulty_cursor *cursor = (struct faulty_cursor *)base;
    int error = count(cursor->store);
    return error ? error : storage_cursor_seek(cursor->inner, key, backward, found, value);
}

static int faulty_cursor_step(struct cursor *base, bool backward, struct slice *found,
                              struct slice *value)
{
    struct faulty_cursor *cursor = (struct faulty_cursor *)base;
    int error = count(cursor->store);
    return error ? error : storage_cursor_step(cursor->inner, backward, found, value);
}

static uint64_t faulty_state(const struct transaction *base)
{
    return storage_state(((const struct faulty_transaction *)base)->inner);
}

static void faulty_before_fork(struct storage *base)
{
    storage_before_fork(((struct faulty *)base)->inner);
}

static void faulty_after_fork(struct storage *base, bool child)
{
    storage_after_fork(((struct faulty *)base)->inner, child);
}

static const struct storage_backend storage_faulty = {
    .name = "faulty",
    .open = faulty_open,
    .close = faulty_close,
    .begin = faulty_begin,
    .commit = faulty_commit,
    .abort = faulty_abort,
    .get = faulty_get,
    .put = faulty_put,
    .remove = faulty_remove,
    .cursor_open = faulty_cursor_open,
    .cursor_close = faulty_cursor_close,
    .cursor_seek = faulty_cursor_seek,
    .cursor_step = faulty_cursor_step,
    .state = faulty_state,
    .before_fork = faulty_before_fork,
    .after_fork = faulty_after_fork,
};

struct storage *faulty_wrap(struct storage *inner)
{
    struct faulty *store = calloc(1, sizeof *store);
    cr_assert_not_null(store);
    store->base.backend = &storage_faulty;
    store->inner = inner;
    return (struct storage *)store;
}

void faulty_fail(struct storage *base, unsigned n, int error)
{
    struct faulty *store = (struct faulty *)base;
    store->failed = false;
    store->error = error;
    store->fails_at = n ? store->calls + n : 0;
}

bool faulty_failed(const struct storage *base)
{
    return ((const struct faulty *)base)->failed;
}

unsigned faulty_open_objects(const struct storage *store)
{
    return ((const struct faulty *)store)->open;
}

unsigned faulty_calls(const struct storage *base)
{
    return ((const struct faulty *)base)->calls;
}
