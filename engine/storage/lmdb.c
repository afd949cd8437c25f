/*
 * lmdb.c - the backend "lmdb": a directory on tmpfs or disk that any number of processes share,
 * without a server, and that a process killed at any instruction leaves usable.
 *
 * Here are transactions and cursors. Keys longer than LMDB's are lmdb_keys.c, opening, fork and
 * room on the medium lmdb_environment.c and lmdb_files.c, distrust of files lmdb_check.c.
 *
 * Durable against the death of processes, not of the machine: nothing waits for a disk.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "engine/storage/lmdb_environment.h"
#include "engine/storage/lmdb_keys.h"
#include "engine/storage/storage.h"

enum {
    SNAPSHOT_ATTEMPTS = 64,
    READER_ATTEMPTS = 2000, /* of a millisecond, when all reader slots are taken */
    REOPEN_ATTEMPTS = 4,
};

struct lmdb_storage {
    struct storage_base base;
    struct environment *environment;
};

struct lmdb_transaction {
    struct storage_base base;
    struct environment *environment;
    MDB_txn *txn;
    bool write;
    bool handed_out;  /* slices of the store, since the last change */
    int error;        /* of a change that failed halfway: the transaction can only be aborted */
    uint64_t changes; /* made so far */
};

struct lmdb_cursor {
    struct storage_base base;
    struct lmdb_transaction *transaction;
    MDB_cursor *cursor;
    bool placed;
    uint64_t changes; /* of the transaction, when `cursor` was on the record of `key` */
    struct slice key; /* where it stands: in a read transaction in the store, else in `copy` */
    char *copy;
    size_t copy_size;
};

static int lmdb_open(const char *path, struct storage **out, char **why)
{
    (void)why;
    struct lmdb_storage *storage = malloc(sizeof *storage);
    if (!storage)
        return -ENOMEM;
    storage->base.backend = &storage_lmdb;
    int error = path ? environment_acquire(path, &storage->environment) : -EINVAL;
    if (error) {
        free(storage);
        return error;
    }
    *out = (struct storage *)storage;
    return 0;
}

static void lmdb_close(struct storage *base)
{
    struct lmdb_storage *storage = (struct lmdb_storage *)base;
    environment_release(storage->environment);
    free(storage);
}

static MDB_txn *take_idle_reader(struct environment *environment)
{
    for (int i = 0; i < LMDB_IDLE_READERS; i++) {
        if (!atomic_load_explicit(&environment->idle[i], memory_order_relaxed))
            continue;
        MDB_txn *txn = atomic_exchange(&environment->idle[i], NULL);
        if (txn)
            return txn;
    }
    return NULL;
}

static void end_reader(struct environment *environment, MDB_txn *txn)
{
    environment_order(environment);
    mdb_txn_reset(txn);
    for (int i = 0; i < LMDB_IDLE_READERS; i++) {
        MDB_txn *none = NULL;
        if (atomic_compare_exchange_strong(&environment->idle[i], &none, txn))
            return;
    }
    mdb_txn_abort(txn);
}

/* A read transaction, from those kept or new. A kept one saves LMDB's search for a slot: 0.2 us
 * instead of 0.28. */
static int new_reader(struct environment *environment, MDB_txn **out)
{
    MDB_txn *txn = take_idle_reader(environment);
    if (txn) {
        int result = mdb_txn_renew(txn);
        if (result == 0) {
            *out = txn;
            return 0;
        }
        mdb_txn_abort(txn);
        if (result == MDB_MAP_RESIZED || result == MDB_PANIC)
            return environment_errno(result);
    }
    for (int attempt = 0;; attempt++) {
        int dead, result = mdb_txn_begin(environment->mdb, NULL, MDB_RDONLY, out);
        if (result != MDB_READERS_FULL || attempt == READER_ATTEMPTS)
            return environment_errno(result);
        mdb_reader_check(environment->mdb, &dead);
        if (!dead)
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

/*
 * LMDB 0.9 reads the number of the last transaction, announces that it reads that one, and copies
 * where its trees begin. If two writers commit in between, the place that it copies from is being
 * written. So the snapshot is good only if its transaction still is the last one after the copy,
 * and after the announcement can be seen by all.
 */
static int begin_reading(struct environment *environment, MDB_txn **out)
{
    MDB_txn *txn;
    int error = new_reader(environment, &txn);
    if (error)
        return error;
    for (int attempt = 0;; attempt++) {
        MDB_envinfo info;
        __sync_synchronize(); /* a C11 fence is more than ThreadSanitizer knows */
        mdb_env_info(environment->mdb, &info);
        if (info.me_last_txnid == mdb_txn_id(txn) || attempt == 2 * SNAPSHOT_ATTEMPTS)
            break;
        mdb_txn_reset(txn);
        if (attempt == SNAPSHOT_ATTEMPTS) {
            /* A writer died, or sleeps, between its two announcements. The next one to write mends
             * or awaits that. */
            MDB_txn *writer;
            if (mdb_txn_begin(environment->mdb, NULL, 0, &writer) == 0)
                mdb_txn_abort(writer);
        }
        error = environment_errno(mdb_txn_renew(txn));
        if (error) {
            mdb_txn_abort(txn);
            return error;
        }
    }
    *out = txn;
    return 0;
}

static int begin_writing(struct environment *environment, MDB_txn **out)
{
    int error = environment_errno(mdb_txn_begin(environment->mdb, NULL, 0, out));
    if (error)
        return error;
    environment_begin_writing(environment);
    /* Room for the commit, whatever the transaction does. Where there is none, removing can still
     * succeed. */
    error = environment_reserve(environment, *out, 0, 0);
    if (error && error != -ENOSPC) {
        mdb_txn_abort(*out);
        return error;
    }
    return 0;
}

__attribute__((noinline)) static int begin_guarded(struct lmdb_transaction *transaction)
{
    struct environment *environment = transaction->environment;
    return lmdb_guarded(environment, transaction->write
                                         ? begin_writing(environment, &transaction->txn)
                                         : begin_reading(environment, &transaction->txn));
}

static int lmdb_begin(struct storage *base, bool write, struct transaction **out)
{
    struct environment *environment = ((struct lmdb_storage *)base)->environment;
    struct lmdb_transaction *transaction = malloc(sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    *transaction = (struct lmdb_transaction){
        .base = { .backend = &storage_lmdb },
        .environment = environment,
        .write = write,
    };
    int error = -EIO;
    for (int attempt = 0; attempt < REOPEN_ATTEMPTS; attempt++) {
        error = environment_enter(environment);
        if (error)
            break;
        error = begin_guarded(transaction);
        if (!error) {
            environment_order(environment);
            *out = (struct transaction *)transaction;
            return 0;
        }
        if (error ==
            -ESTALE) /* another process has grown the store beyond our map, or LMDB has given up */
            environment->reopen = true;
        environment_leave(environment);
        if (error != -ESTALE)
            break;
    }
    free(transaction);
    return error == -ESTALE ? -EIO : error;
}

static int end(struct lmdb_transaction *transaction, int error)
{
    environment_leave(transaction->environment);
    free(transaction);
    return error;
}

static int end_writer(struct environment *environment, MDB_txn *txn, bool commit)
{
    environment_order(environment);
    if (commit) {
        environment_end_writing(environment);
        return environment_errno(mdb_txn_commit(txn));
    }
    mdb_txn_abort(txn);
    return 0;
}

__attribute__((noinline)) static int end_writing(struct lmdb_transaction *transaction, bool commit)
{
    return lmdb_guarded(transaction->environment,
                        end_writer(transaction->environment, transaction->txn, commit));
}

static int lmdb_commit(struct transaction *base)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (!transaction->write) {
        end_reader(transaction->environment, transaction->txn);
        return end(transaction, 0);
    }
    int error = transaction->error;
    if (error)
        end_writing(transaction, false);
    else
        error = end_writing(transaction, true);
    return end(transaction, error);
}

static void lmdb_abort(struct transaction *base)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (transaction->write)
        end_writing(transaction, false);
    else
        end_reader(transaction->environment, transaction->txn);
    end(transaction, 0);
}

static int lmdb_get(struct transaction *base, struct slice key, struct slice *value)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (transaction->error)
        return transaction->error;
    transaction->handed_out = true;
    return lmdb_guarded(transaction->environment, lmdb_keys_get(transaction->txn, key, value));
}

static int put_unguarded(struct lmdb_transaction *transaction, struct slice key, struct slice value)
{
    int error = environment_reserve(transaction->environment, transaction->txn,
                                    lmdb_keys_changes(key), key.length + value.length);
    if (error)
        return error;
    error = lmdb_keys_put(transaction->txn, key, value);
    transaction->error = error;
    return error;
}

static int remove_unguarded(struct lmdb_transaction *transaction, struct slice key)
{
    int error =
        environment_reserve(transaction->environment, transaction->txn, lmdb_keys_changes(key), 0);
    if (error)
        return error;
    error = lmdb_keys_remove(transaction->txn, key);
    if (error != -ENOENT)
        transaction->error = error;
    return error;
}

/* Functions of their own, so that a longjmp finds no changed variable. */
__attribute__((noinline)) static int put(struct lmdb_transaction *transaction, struct slice key,
                                         struct slice value)
{
    return lmdb_guarded(transaction->environment, put_unguarded(transaction, key, value));
}

__attribute__((noinline)) static int remove_key(struct lmdb_transaction *transaction,
                                                struct slice key)
{
    return lmdb_guarded(transaction->environment, remove_unguarded(transaction, key));
}

/* Copies what may lie in the store, where a change could move it. */
static int lmdb_put(struct transaction *base, struct slice key, struct slice value)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (!transaction->write)
        return -EINVAL;
    if (transaction->error)
        return transaction->error;
    char *copy = NULL;
    if (transaction->handed_out) {
        copy = malloc(key.length + value.length);
        if (!copy)
            return -ENOMEM;
        memcpy(copy, key.data, key.length);
        if (value.length > 0)
            memcpy(copy + key.length, value.data, value.length);
        key.data = copy;
        value.data = copy + key.length;
    }
    int error = put(transaction, key, value);
    transaction->handed_out = false;
    transaction->changes++;
    free(copy);
    return error;
}

static int lmdb_remove(struct transaction *base, struct slice key)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (!transaction->write)
        return -EINVAL;
    if (transaction->error)
        return transaction->error;
    char *copy = NULL;
    if (transaction->handed_out) {
        copy = malloc(key.length);
        if (!copy)
            return -ENOMEM;
        key.data = memcpy(copy, key.data, key.length);
    }
    int error = remove_key(transaction, key);
    transaction->handed_out = false;
    transaction->changes++;
    free(copy);
    return error;
}

static int lmdb_cursor_open(struct transaction *base, struct cursor **out)
{
    struct lmdb_transaction *transaction = (struct lmdb_transaction *)base;
    if (transaction->error)
        return transaction->error;
    struct lmdb_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    *cursor = (struct lmdb_cursor){
        .base = { .backend = &storage_lmdb },
        .transaction = transaction,
    };
    int error = environment_errno(mdb_cursor_open(transaction->txn, LMDB_MAIN, &cursor->cursor));
    if (error) {
        free(cursor);
        return error;
    }
    *out = (struct cursor *)cursor;
    return 0;
}

static void lmdb_cursor_close(struct cursor *base)
{
    struct lmdb_cursor *cursor = (struct lmdb_cursor *)base;
    mdb_cursor_close(cursor->cursor);
    free(cursor->copy);
    free(cursor);
}

/* Remembers the place; in a write transaction by a copy of the key, which the next change may move
 * or remove. */
static int place(struct lmdb_cursor *cursor, int error, const struct slice *found)
{
    struct lmdb_transaction *transaction = cursor->transaction;
    cursor->placed = false;
    if (error)
        return error;
    cursor->key = *found;
    if (transaction->write) {
        transaction->handed_out = true;
        if (found->length > cursor->copy_size) {
            free(cursor->copy);
            cursor->copy_size = found->length < 64 ? 64 : found->length;
            cursor->copy = malloc(cursor->copy_size);
            if (!cursor->copy) {
                cursor->copy_size = 0;
                return -ENOMEM;
            }
        }
        cursor->key.data = memcpy(cursor->copy, found->data, found->length);
    }
    cursor->changes = transaction->changes;
    cursor->placed = true;
    return 0;
}

static int lmdb_cursor_seek(struct cursor *base, struct slice key, bool backward,
                            struct slice *found, struct slice *value)
{
    struct lmdb_cursor *cursor = (struct lmdb_cursor *)base;
    struct lmdb_transaction *transaction = cursor->transaction;
    if (transaction->error)
        return transaction->error;
    int error = lmdb_guarded(transaction->environment,
                             lmdb_keys_seek(cursor->cursor, key, backward, false, found, value));
    return place(cursor, error, found);
}

static int lmdb_cursor_step(struct cursor *base, bool backward, struct slice *found,
                            struct slice *value)
{
    struct lmdb_cursor *cursor = (struct lmdb_cursor *)base;
    struct lmdb_transaction *transaction = cursor->transaction;
    if (transaction->error)
        return transaction->error;
    if (!cursor->placed)
        return -ENOENT;
    bool unmoved = cursor->changes == transaction->changes;
    int error = lmdb_guarded(
        transaction->environment,
        unmoved ? lmdb_keys_step(cursor->cursor, cursor->key, backward, found, value)
                : lmdb_keys_seek(cursor->cursor, cursor->key, backward, true, found, value));
    return place(cursor, error, found);
}

/* LMDB numbers the commits to a file, for all processes; an empty store's number is 0. After another opening nobody asks whether
 * the file is the same. */
static uint64_t lmdb_state(const struct transaction *base)
{
    const struct lmdb_transaction *transaction = (const struct lmdb_transaction *)base;
    if (transaction->write)
        return 0;
    return ((uint64_t)transaction->environment->openings << 48) + mdb_txn_id(transaction->txn);
}

static void lmdb_before_fork(struct storage *base)
{
    environment_before_fork(((struct lmdb_storage *)base)->environment);
}

static void lmdb_after_fork(struct storage *base, bool child)
{
    environment_after_fork(((struct lmdb_storage *)base)->environment, child);
}

const struct storage_backend storage_lmdb = {
    .name = "lmdb",
    .open = lmdb_open,
    .close = lmdb_close,
    .begin = lmdb_begin,
    .commit = lmdb_commit,
    .abort = lmdb_abort,
    .get = lmdb_get,
    .put = lmdb_put,
    .remove = lmdb_remove,
    .cursor_open = lmdb_cursor_open,
    .cursor_close = lmdb_cursor_close,
    .cursor_seek = lmdb_cursor_seek,
    .cursor_step = lmdb_cursor_step,
    .before_fork = lmdb_before_fork,
    .after_fork = lmdb_after_fork,
    .state = lmdb_state,
};
