/*
 * storage.h - where the engine keeps its bytes: one ordered map of byte-string keys to byte-string values, with
 * transactions. This header is the manual for whoever writes a backend; tests/unit/storage is its proof: one suite
 * that every backend passes.
 *
 * The surface is narrow on purpose: open, begin, get, put, remove, cursor, commit. Tables, indexes, the catalogue and the
 * tokens of transactions are all prefixes of one key space (engine/keyspace.h). Storage knows bytes, not items.
 *
 * Order: keys compare as unsigned bytes, a prefix before what it is a prefix of. Lengths: keys 1 to
 * STORAGE_KEY_MAX bytes, values 0 to STORAGE_VALUE_MAX bytes.
 *
 * Transactions are serializable. A read transaction sees the store as it was when it began, whatever commits meanwhile,
 * in this process or another. At most one write transaction of a store is open at a time; storage_begin waits for it. A
 * write transaction sees its own changes. A thread has at most one transaction of a store open at a time, and a
 * transaction stays in the thread that began it. commit makes all changes visible at once, to all processes that share
 * the store, or none of them; abort drops them; a crash at any instruction amounts to an abort. A transaction is for an
 * operation, not for a table: a backend may refuse (-ENOSPC) one of more than 100,000 changes.
 *
 * Slices handed out (values, cursor keys) are valid until the next put or remove in the same transaction, or its end.
 *
 * Fork: the engine calls storage_before_fork in the forking thread when it has no transaction of its own open; after it
 * no other thread is inside the store until storage_after_fork has been called, in the parent and in the child. Then both
 * may use the store again. The child of a private backend (memory) has a copy of what the parent had.
 *
 * Errors are negative errno values: -ENOENT (no such key), -ENOMEM, -ENOSPC (the medium is full), -EINVAL (a key or value
 * outside the lengths), -EACCES, -EROFS, -EIO, -EPROTO (a foreign, corrupt or newer file), -ECONNREFUSED and -ECONNRESET (a
 * server that is away), -EAGAIN (another try may succeed). A backend never exits, aborts,
 * prints, raises a signal or leaves a descriptor open across exec, whatever its files contain.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_STORAGE_H
#define DDBMOCK_ENGINE_STORAGE_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/slice.h"

enum {
    STORAGE_KEY_MAX =
        8192, /* bytes; DynamoDB's longest index key is some 6,300 as engine/keyspace.h has it */
    STORAGE_VALUE_MAX = 4 * 1024 * 1024, /* bytes; an item is at most 400 KB */
};

struct storage;     /* an open store; shared by all threads of a process */
struct transaction; /* of one thread */
struct cursor;      /* a place in the order, inside one transaction */

/* What a backend fills in. Every function may be called only as the wrappers below say; none but `state` may be NULL. */
struct storage_backend {
    const char *name; /* "memory", "lmdb", ... */
    int (*open)(const char *path, struct storage **out, char **why);
    void (*close)(struct storage *);
    int (*begin)(struct storage *, bool write, struct transaction **out);
    int (*commit)(struct transaction *);
    void (*abort)(struct transaction *);
    int (*get)(struct transaction *, struct slice key, struct slice *value);
    int (*put)(struct transaction *, struct slice key, struct slice value);
    int (*remove)(struct transaction *, struct slice key);
    int (*cursor_open)(struct transaction *, struct cursor **out);
    void (*cursor_close)(struct cursor *);
    int (*cursor_seek)(struct cursor *, struct slice key, bool backward, struct slice *found,
                       struct slice *value);
    int (*cursor_step)(struct cursor *, bool backward, struct slice *found, struct slice *value);
    void (*before_fork)(struct storage *);
    void (*after_fork)(struct storage *, bool child);
    uint64_t (*state)(const struct transaction *); /* NULL: always 0 */
};

/*
 * What a backend from outside exports, under the name STORAGE_SYMBOL: see docs/storage.md. `version` comes first in every
 * version of this interface; it grows whenever anything else in this header changes its meaning.
 */
enum { STORAGE_VERSION = 3 };
#define STORAGE_SYMBOL "ddbmock_storage"
struct storage_module {
    unsigned version; /* STORAGE_VERSION, else it is refused */
    struct storage_backend backend;
};

extern const struct storage_backend
    storage_memory; /* private to the process; `path` is not used and may be NULL */
extern const struct storage_backend
    storage_lmdb; /* shared by every process that opens the same directory */
extern const struct storage_backend
    storage_sqlite; /* shared by every process that opens the same file */

/* The first member of every backend's struct storage, struct transaction and struct cursor. */
struct storage_base {
    const struct storage_backend *backend;
};

/* The backend of the engine's own that has this name, or NULL. */
const struct storage_backend *storage_backend_named(const char *name);

/*
 * Opens the store at `path` (what that is, the backend says; lmdb: an existing directory that only this user can enter;
 * sqlite: a file, or a directory for the file dynamo.db in it, NULL for the working directory) and creates what is missing.
 * 0 and *out, to be closed with storage_close; or -errno, with *why what the backend has to say about it beyond that, to be
 * freed, or NULL. It names no password; `path` may have one.
 */
int storage_open(const struct storage_backend *backend, const char *path, struct storage **out,
                 char **why);

/* Closes a store in which no transaction is open. NULL does nothing. */
void storage_close(struct storage *storage);

/* Begins a transaction; a write transaction waits for the one before it, threads and processes alike. */
int storage_begin(struct storage *storage, bool write, struct transaction **out);

/*
 * Ends a transaction and frees it, whatever the result; its cursors must be closed before. 0: all changes are there and
 * visible; otherwise none is.
 */
int storage_commit(struct transaction *transaction);

/* Ends a transaction without its changes; its cursors must be closed before. NULL does nothing. */
void storage_abort(struct transaction *transaction);

/*
 * A number for the contents that a read transaction sees: where two of one open store have the same, they see the same. 0: that
 * is not known, as always of a write transaction.
 */
uint64_t storage_state(const struct transaction *transaction);

/* 0 and *value, or -ENOENT. */
int storage_get(struct transaction *transaction, struct slice key, struct slice *value);

/* Write transactions only. Inserts or replaces. `key` and `value` may point into the store. */
int storage_put(struct transaction *transaction, struct slice key, struct slice value);

/* Write transactions only. 0, or -ENOENT when there was none. `key` may point into the store. */
int storage_remove(struct transaction *transaction, struct slice key);

/* A cursor without a place. Several may be open in one transaction. */
int storage_cursor_open(struct transaction *transaction, struct cursor **out);
void storage_cursor_close(struct cursor *cursor); /* NULL does nothing */

/*
 * Goes to the first key >= `key`, or with `backward` to the last key <= `key`. 0 with *found and *value, or -ENOENT when
 * there is none, after which the cursor has no place.
 */
int storage_cursor_seek(struct cursor *cursor, struct slice key, bool backward, struct slice *found,
                        struct slice *value);

/*
 * Goes to the next key in order, or with `backward` to the one before. 0 with *found and *value, or -ENOENT at the end,
 * after which the cursor has no place. Changes made in this transaction since the last move are seen: the step goes from
 * the key where the cursor stood, whether or not it still exists.
 */
int storage_cursor_step(struct cursor *cursor, bool backward, struct slice *found,
                        struct slice *value);

/*
 * The process ends, and most end without closing what they have opened: lmdb's files are marked as well left, as closing them
 * does, so that the next process need not check them. Nothing is closed, freed or waited for, whatever threads do.
 */
void storage_leave(void);

/* Around fork(2), see above. */
void storage_before_fork(struct storage *storage);
void storage_after_fork(struct storage *storage, bool child);

#endif
