/*
 * sqlite.c - the backend "sqlite": a file that any number of processes share, and that any tool for
 * SQLite opens. A process killed at any instruction leaves it usable.
 *
 * Here are transactions and cursors. The connections of a store are sqlite_pool.c, one connection
 * sqlite_connection.c, SQLite in this process sqlite_system.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/storage/sqlite_connection.h"
#include "engine/storage/sqlite_pool.h"
#include "engine/storage/sqlite_system.h"
#include "engine/storage/storage.h"

struct sqlite_storage {
    struct storage_base base;
    struct sqlite_pool *pool;
};

struct sqlite_transaction {
    struct storage_base base;
    struct sqlite_pool *pool;
    struct sqlite_connection *connection;
    bool write;
    int error;        /* of a change that failed: the transaction can only be aborted */
    uint64_t changes; /* made so far */
};

struct sqlite_cursor {
    struct storage_base base;
    struct sqlite_transaction *transaction;
    sqlite3_stmt *statements[STATEMENTS]; /* those that this cursor has */
    enum sqlite_statement active;         /* the one that stands on `key` */
    bool placed;
    uint64_t changes; /* of the transaction, when `active` moved last */
    struct slice key; /* kept by the connection; in a write transaction in `copy` */
    char *copy;
    size_t copy_size;
};

static int sqlite_open(const char *path, struct storage **out, char **why)
{
    (void)why;
    struct sqlite_storage *storage = malloc(sizeof *storage);
    if (!storage)
        return -ENOMEM;
    storage->base.backend = &storage_sqlite;
    int error = sqlite_pool_open(path, &storage->pool);
    if (error) {
        free(storage);
        return error;
    }
    *out = (struct storage *)storage;
    return 0;
}

static void sqlite_close(struct storage *base)
{
    struct sqlite_storage *storage = (struct sqlite_storage *)base;
    sqlite_pool_close(storage->pool);
    free(storage);
}

/* Stands on the first row of the statement, a snapshot of which the connection's other statements
 * read too: BEGIN and COMMIT would be two more. */
static int begin_reading(struct sqlite_connection *connection)
{
    for (int attempt = 0;; attempt++) {
        sqlite3_stmt *snapshot;
        int error = sqlite_connection_statement(connection, STATEMENT_SNAPSHOT, false, &snapshot);
        if (!error && sqlite3_step(snapshot) == SQLITE_ROW)
            return 0;
        if (!error)
            error = sqlite_errno(sqlite3_reset(snapshot));
        if (error != -EAGAIN)
            return error ? error : -EIO;
        sqlite_connection_pause(attempt);
    }
}

static int sqlite_begin(struct storage *base, bool write, struct transaction **out)
{
    struct sqlite_pool *pool = ((struct sqlite_storage *)base)->pool;
    struct sqlite_transaction *transaction = malloc(sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    *transaction = (struct sqlite_transaction){
        .base = { .backend = &storage_sqlite },
        .pool = pool,
        .write = write,
    };
    int error = sqlite_pool_take(pool, write, &transaction->connection);
    if (!error) {
        error = write ? sqlite_connection_run(transaction->connection, STATEMENT_BEGIN)
                      : begin_reading(transaction->connection);
        if (error)
            sqlite_pool_return(pool, write, transaction->connection);
    }
    if (error) {
        free(transaction);
        return error;
    }
    *out = (struct transaction *)transaction;
    return 0;
}

static void end(struct sqlite_transaction *transaction, int error)
{
    struct sqlite_connection *connection = transaction->connection;
    if (!transaction->write)
        sqlite3_reset(connection->statements[STATEMENT_SNAPSHOT]);
    else if (!sqlite3_get_autocommit(connection->db)) /* else SQLite has given it up by itself */
        sqlite_connection_run(connection, STATEMENT_ROLLBACK);
    if (error == -ENOSPC)
        sqlite_connection_shrink(connection);
    sqlite_connection_release(connection);
    sqlite_pool_return(transaction->pool, transaction->write, connection);
    free(transaction);
}

static int sqlite_commit(struct transaction *base)
{
    struct sqlite_transaction *transaction = (struct sqlite_transaction *)base;
    int error = transaction->error;
    if (transaction->write && !error)
        error = sqlite_connection_run(transaction->connection, STATEMENT_COMMIT);
    end(transaction, error);
    return error;
}

static void sqlite_abort(struct transaction *base)
{
    struct sqlite_transaction *transaction = (struct sqlite_transaction *)base;
    end(transaction, transaction->error);
}

/* A column of the row that the statement stands on, copied. */
static int column(struct sqlite_connection *connection, sqlite3_stmt *statement, int number,
                  struct slice *out)
{
    int type = sqlite3_column_type(statement, number);
    if (type != SQLITE_BLOB)
        return -EPROTO; /* put there by somebody else */
    const void *data = sqlite3_column_blob(statement, number);
    size_t length = (size_t)sqlite3_column_bytes(statement, number);
    if (!data && length > 0)
        return -ENOMEM;
    return sqlite_connection_keep(connection, data, length, out);
}

static int sqlite_get(struct transaction *base, struct slice key, struct slice *value)
{
    struct sqlite_transaction *transaction = (struct sqlite_transaction *)base;
    struct sqlite_connection *connection = transaction->connection;
    sqlite3_stmt *statement;
    if (transaction->error)
        return transaction->error;
    int error = sqlite_connection_statement(connection, STATEMENT_GET, false, &statement);
    if (!error)
        error = sqlite_connection_bind(statement, 1, key);
    if (error)
        return error;
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        error = column(connection, statement, 0, value);
    else
        error = result == SQLITE_DONE ? -ENOENT : sqlite_errno(result);
    sqlite3_reset(statement);
    return error;
}

/* Puts the value, or removes the key when `value` is NULL. */
static int change(struct sqlite_transaction *transaction, struct slice key,
                  const struct slice *value)
{
    struct sqlite_connection *connection = transaction->connection;
    sqlite3_stmt *statement;
    if (!transaction->write)
        return -EINVAL;
    if (transaction->error)
        return transaction->error;
    int error = sqlite_connection_statement(connection, value ? STATEMENT_PUT : STATEMENT_REMOVE,
                                            false, &statement);
    if (!error)
        error = sqlite_connection_bind(statement, 1, key);
    if (!error && value)
        error = sqlite_connection_bind(statement, 2, *value);
    if (!error) {
        sqlite3_step(statement);
        error = sqlite_errno(sqlite3_reset(statement));
    }
    transaction->error = error;
    transaction->changes++;
    sqlite_connection_release(connection);
    return error || value || sqlite3_changes(connection->db) > 0 ? error : -ENOENT;
}

static int sqlite_put(struct transaction *base, struct slice key, struct slice value)
{
    return change((struct sqlite_transaction *)base, key, &value);
}

static int sqlite_remove(struct transaction *base, struct slice key)
{
    return change((struct sqlite_transaction *)base, key, NULL);
}

static int sqlite_cursor_open(struct transaction *base, struct cursor **out)
{
    struct sqlite_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    *cursor = (struct sqlite_cursor){
        .base = { .backend = &storage_sqlite },
        .transaction = (struct sqlite_transaction *)base,
        .active = STATEMENTS,
    };
    *out = (struct cursor *)cursor;
    return 0;
}

static void sqlite_cursor_close(struct cursor *base)
{
    struct sqlite_cursor *cursor = (struct sqlite_cursor *)base;
    for (int i = 0; i < STATEMENTS; i++)
        if (cursor->statements[i])
            sqlite_connection_return(cursor->transaction->connection, (enum sqlite_statement)i,
                                     cursor->statements[i]);
    free(cursor->copy);
    free(cursor);
}

/* Remembers where the cursor stands; in a write transaction by a copy of the key, which the next
 * change would release. */
static int place(struct sqlite_cursor *cursor, struct slice key)
{
    if (cursor->transaction->write) {
        if (key.length > cursor->copy_size) {
            size_t size = key.length < 64 ? 64 : key.length;
            char *copy = malloc(size);
            if (!copy)
                return -ENOMEM;
            free(cursor->copy);
            cursor->copy = copy;
            cursor->copy_size = size;
        }
        key.data = memcpy(cursor->copy, key.data, key.length);
    }
    cursor->key = key;
    cursor->changes = cursor->transaction->changes;
    cursor->placed = true;
    return 0;
}

/* Takes the next row of the active statement, which ends with its rows. */
static int move(struct sqlite_cursor *cursor, struct slice *found, struct slice *value)
{
    struct sqlite_connection *connection = cursor->transaction->connection;
    sqlite3_stmt *statement = cursor->statements[cursor->active];
    int result = sqlite3_step(statement), error = 0;
    cursor->placed = false;
    if (result == SQLITE_ROW) {
        error = column(connection, statement, 0, found);
        if (!error)
            error = column(connection, statement, 1, value);
        if (!error)
            error = place(cursor, *found);
    } else {
        error = result == SQLITE_DONE ? -ENOENT : sqlite_errno(result);
    }
    if (error) {
        sqlite3_reset(statement);
        cursor->active = STATEMENTS;
    }
    return error;
}

static int start(struct sqlite_cursor *cursor, enum sqlite_statement which, struct slice key,
                 struct slice *found, struct slice *value)
{
    int error = 0;
    if (cursor->active != STATEMENTS)
        sqlite3_reset(cursor->statements[cursor->active]);
    cursor->active = STATEMENTS;
    if (!cursor->statements[which])
        error = sqlite_connection_statement(cursor->transaction->connection, which, true,
                                            &cursor->statements[which]);
    if (!error)
        error = sqlite_connection_bind(cursor->statements[which], 1, key);
    if (error)
        return error;
    cursor->active = which;
    return move(cursor, found, value);
}

static int sqlite_cursor_seek(struct cursor *base, struct slice key, bool backward,
                              struct slice *found, struct slice *value)
{
    struct sqlite_cursor *cursor = (struct sqlite_cursor *)base;
    if (cursor->transaction->error)
        return cursor->transaction->error;
    cursor->placed = false;
    return start(cursor, backward ? STATEMENT_UPTO : STATEMENT_FROM, key, found, value);
}

static int sqlite_cursor_step(struct cursor *base, bool backward, struct slice *found,
                              struct slice *value)
{
    struct sqlite_cursor *cursor = (struct sqlite_cursor *)base;
    if (cursor->transaction->error)
        return cursor->transaction->error;
    if (!cursor->placed)
        return -ENOENT;
    bool same_way = backward
                        ? cursor->active == STATEMENT_UPTO || cursor->active == STATEMENT_BEFORE
                        : cursor->active == STATEMENT_FROM || cursor->active == STATEMENT_AFTER;
    if (same_way && cursor->changes == cursor->transaction->changes)
        return move(cursor, found, value);
    return start(cursor, backward ? STATEMENT_BEFORE : STATEMENT_AFTER, cursor->key, found, value);
}

static void sqlite_before_fork(struct storage *base)
{
    sqlite_pool_before_fork(((struct sqlite_storage *)base)->pool);
}

static void sqlite_after_fork(struct storage *base, bool child)
{
    sqlite_pool_after_fork(((struct sqlite_storage *)base)->pool, child);
}

const struct storage_backend storage_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .abort = sqlite_abort,
    .get = sqlite_get,
    .put = sqlite_put,
    .remove = sqlite_remove,
    .cursor_open = sqlite_cursor_open,
    .cursor_close = sqlite_cursor_close,
    .cursor_seek = sqlite_cursor_seek,
    .cursor_step = sqlite_cursor_step,
    .before_fork = sqlite_before_fork,
    .after_fork = sqlite_after_fork,
};
