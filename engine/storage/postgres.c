/*
 * postgres.c - the backend "postgres": a database that processes on any number of machines share.
 * It is an object of its own, libddbmock-postgres.so, loaded as a backend from outside when
 * DDBMOCK_STORAGE names one (selection.c): programs that do not ask for it do without libpq.
 *
 * Here are transactions and cursors. The connections of a store are postgres_pool.c, one
 * connection and the tables postgres_connection.c.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/storage/postgres_connection.h"
#include "engine/storage/postgres_pool.h"
#include "engine/storage/storage.h"

enum {
    FIRST_ROWS = 4, /* that a cursor asks for; then eight times as many, up to the most */
    MOST_ROWS = 256,
    BYTES_AT_ONCE = 1024 * 1024, /* beyond which it does not ask for more rows than before */
    BEGIN_ATTEMPTS = 100,
};

struct postgres_storage {
    struct storage_base base;
    struct postgres_pool *pool;
};

/* What slices point into, until the next change. */
struct kept {
    struct kept *next;
    PGresult *result; /* or NULL */
    char bytes[];
};

struct postgres_transaction {
    struct storage_base base;
    struct postgres_pool *pool;
    struct postgres_connection *connection;
    struct postgres_cursor *cursors; /* that are open */
    struct kept *kept;
    bool write;
    int error; /* of a statement that failed: the transaction can only be aborted */
};

struct postgres_cursor {
    struct storage_base base;
    struct postgres_cursor *next;
    struct postgres_transaction *transaction;
    bool placed, backward;
    bool removed; /* what it stands on */
    char *key;    /* a copy, in `size` bytes */
    size_t length, size;
    PGresult *rows; /* the ones ahead in its direction, unless NULL; kept by the transaction */
    int row, row_count;
    int asked; /* for so many */
};

static const struct storage_backend *self(void);

static struct slice key_of(const struct postgres_cursor *cursor)
{
    return (struct slice){ cursor->key, cursor->length };
}

static int postgres_open(const char *url, struct storage **out, char **why)
{
    *why = NULL;
    if (PQlibVersion() < 140000) {
        *why = strdup("its library libpq is older than version 14");
        return -ENOSYS;
    }
    struct postgres_storage *storage = malloc(sizeof *storage);
    if (!storage)
        return -ENOMEM;
    storage->base.backend = self();
    int error = url ? postgres_pool_open(url, &storage->pool, why) : -EINVAL;
    if (error) {
        free(storage);
        return error;
    }
    *out = (struct storage *)storage;
    return 0;
}

static void postgres_close(struct storage *base)
{
    struct postgres_storage *storage = (struct postgres_storage *)base;
    postgres_pool_close(storage->pool);
    free(storage);
}

static int begin_on(struct postgres_connection *connection, bool write)
{
    PGresult *format;
    postgres_connection_wait(connection, NULL); /* for the end of the transaction before */
    if (PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
        return -EPROTO;
    int error = postgres_connection_send(
        connection, write ? POSTGRES_BEGIN_WRITE : POSTGRES_BEGIN_READ, NULL, 0);
    if (!error)
        error = postgres_connection_send(connection, write ? POSTGRES_TURN : POSTGRES_SNAPSHOT,
                                         NULL, 0);
    if (!error)
        error = postgres_connection_wait(connection, &format);
    if (error)
        return error;
    /* Somebody has emptied the table, or the turn is nobody's. */
    error = PQntuples(format) == 1 ? 0 : -EPROTO;
    PQclear(format);
    return error;
}

/* Nobody waits for it. A statement that fails takes what follows it in the pipeline along, so this
 * begins a new one. */
static void roll_back(struct postgres_connection *connection)
{
    if (!postgres_connection_push(connection) &&
        !postgres_connection_send(connection, POSTGRES_ROLLBACK, NULL, 0))
        postgres_connection_push(connection);
}

static int postgres_begin(struct storage *base, bool write, struct transaction **out)
{
    struct postgres_pool *pool = ((struct postgres_storage *)base)->pool;
    struct postgres_transaction *transaction = calloc(1, sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    transaction->base.backend = self();
    transaction->pool = pool;
    transaction->write = write;
    bool fresh;
    int error = postgres_pool_take(pool, write, &transaction->connection, &fresh);
    if (error) {
        free(transaction);
        return error;
    }
    for (int attempt = 0;; attempt++) {
        struct postgres_connection *connection = transaction->connection;
        error = begin_on(connection, write);
        if (!error)
            break;
        /* The server has been started anew, the tables have been dropped, or another transaction
         * was in the way: nothing has been done yet, so it can be done again. */
        if (postgres_connection_is_lost(connection) || (error == -EPROTO && !fresh)) {
            if (fresh)
                break;
            error = postgres_pool_replace(pool, &transaction->connection);
            if (error)
                break;
            fresh = true;
        } else {
            roll_back(connection);
            if (error != -EAGAIN || attempt == BEGIN_ATTEMPTS)
                break;
            postgres_connection_pause(attempt);
        }
    }
    if (error) {
        postgres_pool_return(pool, write, transaction->connection);
        free(transaction);
        return error;
    }
    *out = (struct transaction *)transaction;
    return 0;
}

/* Whether these rows are still ahead of a cursor. */
static bool is_ahead(const struct postgres_transaction *transaction, const PGresult *rows)
{
    for (const struct postgres_cursor *each = transaction->cursors; each; each = each->next)
        if (rows && each->rows == rows)
            return true;
    return false;
}

static void release(struct postgres_transaction *transaction)
{
    struct kept **link = &transaction->kept;
    while (*link) {
        struct kept *kept = *link;
        if (is_ahead(transaction, kept->result)) {
            link = &kept->next;
        } else {
            *link = kept->next;
            PQclear(kept->result);
            free(kept);
        }
    }
}

/* Keeps `result`, which is taken over, and room for so many bytes. NULL when there is no memory. */
static struct kept *keep(struct postgres_transaction *transaction, PGresult *result, size_t size)
{
    struct kept *kept = malloc(sizeof *kept + size);
    if (!kept) {
        PQclear(result);
        return NULL;
    }
    kept->next = transaction->kept;
    kept->result = result;
    transaction->kept = kept;
    return kept;
}

static int end(struct postgres_transaction *transaction, int error)
{
    release(transaction);
    postgres_pool_return(transaction->pool, transaction->write, transaction->connection);
    free(transaction);
    return error;
}

static void postgres_abort(struct transaction *base)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    roll_back(transaction->connection);
    end(transaction, 0);
}

static int postgres_commit(struct transaction *base)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    struct postgres_connection *connection = transaction->connection;
    PGresult *result;
    int error = transaction->error;
    if (!transaction->write || error) {
        postgres_abort(base);
        return error;
    }
    error = postgres_connection_send(connection, POSTGRES_COMMIT, NULL, 0);
    if (!error)
        error = postgres_connection_wait(connection, &result);
    if (error) {
        roll_back(connection); /* a warning at most where nothing is left to be rolled back */
        return end(transaction, error);
    }
    /* The server answers the COMMIT of what it has given up with ROLLBACK. */
    error = strcmp(PQcmdStatus(result), "COMMIT") == 0 ? 0 : -EIO;
    PQclear(result);
    return end(transaction, error);
}

/* Sends a statement on a key, with a parameter more. */
static int send_on(struct postgres_transaction *transaction, enum postgres_statement statement,
                   enum postgres_statement of_long, struct slice key, const struct slice *more)
{
    struct slice parameters[3] = { key };
    int count = 1;
    if (key.length > POSTGRES_HEAD) {
        parameters[0].length = POSTGRES_HEAD;
        parameters[count++] =
            (struct slice){ key.data + POSTGRES_HEAD, key.length - POSTGRES_HEAD };
        statement = of_long;
    }
    if (more)
        parameters[count++] = *more;
    return postgres_connection_send(transaction->connection, statement, parameters, count);
}

static struct slice column(const PGresult *rows, int row, int number)
{
    return (struct slice){ PQgetvalue(rows, row, number), (size_t)PQgetlength(rows, row, number) };
}

static int postgres_get(struct transaction *base, struct slice key, struct slice *value)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    PGresult *result = NULL;
    if (transaction->error)
        return transaction->error;
    int error = send_on(transaction, POSTGRES_GET, POSTGRES_GET_LONG, key, NULL);
    if (!error)
        error = postgres_connection_wait(transaction->connection, &result);
    if (error)
        return transaction->error = error;
    if (PQntuples(result) == 0) {
        PQclear(result);
        return -ENOENT;
    }
    if (!keep(transaction, result, 0))
        return -ENOMEM;
    *value = column(result, 0, 0);
    return 0;
}

/*
 * The rows that cursors have fetched ahead are good after a change that does not lie among them.
 * Whether the key is one on which a cursor stands, so that it is known to be there.
 */
static bool note_change(struct postgres_transaction *transaction, struct slice key, bool removes)
{
    bool known = false;
    for (struct postgres_cursor *each = transaction->cursors; each; each = each->next) {
        if (!each->placed)
            continue;
        int order = slice_compare(key, key_of(each));
        known = known || (order == 0 && !each->removed);
        if (order == 0)
            each->removed = removes;
        else if ((order < 0) == each->backward)
            each->rows = NULL;
    }
    return known;
}

static int postgres_put(struct transaction *base, struct slice key, struct slice value)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    if (!transaction->write)
        return -EINVAL;
    if (transaction->error)
        return transaction->error;
    note_change(transaction, key, false);
    transaction->error = send_on(transaction, POSTGRES_PUT, POSTGRES_PUT_LONG, key, &value);
    release(transaction); /* the parameters have been copied */
    return transaction->error;
}

static int postgres_remove(struct transaction *base, struct slice key)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    PGresult *result = NULL;
    if (!transaction->write)
        return -EINVAL;
    if (transaction->error)
        return transaction->error;
    bool known = note_change(transaction, key, true), none = false;
    int error = send_on(transaction, POSTGRES_REMOVE, POSTGRES_REMOVE_LONG, key, NULL);
    if (!error && !known) {
        error = postgres_connection_wait(transaction->connection, &result);
        none = !error && strcmp(PQcmdTuples(result), "0") == 0;
        PQclear(result);
    }
    transaction->error = error;
    release(transaction);
    return none ? -ENOENT : error;
}

static int postgres_cursor_open(struct transaction *base, struct cursor **out)
{
    struct postgres_transaction *transaction = (struct postgres_transaction *)base;
    struct postgres_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    cursor->base.backend = self();
    cursor->transaction = transaction;
    cursor->next = transaction->cursors;
    transaction->cursors = cursor;
    *out = (struct cursor *)cursor;
    return 0;
}

static void postgres_cursor_close(struct cursor *base)
{
    struct postgres_cursor *cursor = (struct postgres_cursor *)base;
    struct postgres_cursor **link = &cursor->transaction->cursors;
    while (*link != cursor)
        link = &(*link)->next;
    *link = cursor->next;
    free(cursor->key);
    free(cursor);
}

/* Fetches the rows from a key on; none have been fetched ahead. */
static int fetch(struct postgres_cursor *cursor, enum postgres_statement statement,
                 struct slice key, int count)
{
    struct postgres_transaction *transaction = cursor->transaction;
    uint32_t limit = htobe32((uint32_t)count);
    size_t head = key.length > POSTGRES_HEAD ? POSTGRES_HEAD : key.length;
    const struct slice parameters[3] = {
        { key.data, head },
        { key.data + head, key.length - head },
        { (const char *)&limit, sizeof limit },
    };
    PGresult *rows = NULL;
    cursor->rows = NULL;
    int error = postgres_connection_send(transaction->connection, statement, parameters, 3);
    if (!error)
        error = postgres_connection_wait(transaction->connection, &rows);
    if (error)
        return transaction->error = error;
    if (!keep(transaction, rows, 0))
        return -ENOMEM;
    cursor->rows = rows;
    cursor->row = 0;
    cursor->row_count = PQntuples(rows);
    cursor->asked = count;
    return 0;
}

/* Goes to the row that is next among those that were fetched. */
static int place(struct postgres_cursor *cursor, struct slice *found, struct slice *value)
{
    cursor->placed = false;
    cursor->removed = false;
    if (cursor->row == cursor->row_count) {
        cursor->rows = NULL;
        return -ENOENT;
    }
    struct slice head = column(cursor->rows, cursor->row, 0);
    struct slice rest = column(cursor->rows, cursor->row, 1);
    size_t length = head.length + rest.length;
    if (length > cursor->size) {
        size_t size = length < 64 ? 64 : length;
        char *key = realloc(cursor->key, size);
        if (!key)
            return -ENOMEM;
        cursor->key = key;
        cursor->size = size;
    }
    memcpy(cursor->key, head.data, head.length);
    if (rest.length > 0) {
        memcpy(cursor->key + head.length, rest.data, rest.length);
        struct kept *kept = keep(cursor->transaction, NULL, length);
        if (!kept)
            return -ENOMEM;
        head = (struct slice){ memcpy(kept->bytes, cursor->key, length), length };
    }
    cursor->length = length;
    cursor->placed = true;
    *found = head;
    *value = column(cursor->rows, cursor->row, 2);
    cursor->row++;
    return 0;
}

static int postgres_cursor_seek(struct cursor *base, struct slice key, bool backward,
                                struct slice *found, struct slice *value)
{
    struct postgres_cursor *cursor = (struct postgres_cursor *)base;
    if (cursor->transaction->error)
        return cursor->transaction->error;
    cursor->placed = false;
    cursor->backward = backward;
    int error = fetch(cursor, backward ? POSTGRES_UPTO : POSTGRES_FROM, key, FIRST_ROWS);
    return error ? error : place(cursor, found, value);
}

/* How many rows to ask for next. */
static int more(const struct postgres_cursor *cursor)
{
    size_t bytes = 0;
    if (!cursor->rows)
        return FIRST_ROWS;
    for (int i = 0; i < cursor->row_count; i++)
        bytes += (size_t)PQgetlength(cursor->rows, i, 2);
    if (bytes > BYTES_AT_ONCE)
        return FIRST_ROWS;
    bool grows = bytes * 8 <= BYTES_AT_ONCE && cursor->asked * 8 <= MOST_ROWS;
    return grows ? cursor->asked * 8 : cursor->asked;
}

static int postgres_cursor_step(struct cursor *base, bool backward, struct slice *found,
                                struct slice *value)
{
    struct postgres_cursor *cursor = (struct postgres_cursor *)base;
    if (cursor->transaction->error)
        return cursor->transaction->error;
    if (!cursor->placed)
        return -ENOENT;
    if (cursor->backward != backward)
        cursor->rows = NULL;
    cursor->backward = backward;
    /* Fewer rows than were asked for are the last ones. */
    if (cursor->rows && (cursor->row < cursor->row_count || cursor->row_count < cursor->asked))
        return place(cursor, found, value);
    int error =
        fetch(cursor, backward ? POSTGRES_BEFORE : POSTGRES_AFTER, key_of(cursor), more(cursor));
    return error ? error : place(cursor, found, value);
}

static void postgres_before_fork(struct storage *base)
{
    postgres_pool_before_fork(((struct postgres_storage *)base)->pool);
}

static void postgres_after_fork(struct storage *base, bool child)
{
    postgres_pool_after_fork(((struct postgres_storage *)base)->pool, child);
}

__attribute__((visibility("default"))) const struct storage_module ddbmock_storage = {
    .version = STORAGE_VERSION,
    .backend = {
        .name = "postgres",
        .open = postgres_open,
        .close = postgres_close,
        .begin = postgres_begin,
        .commit = postgres_commit,
        .abort = postgres_abort,
        .get = postgres_get,
        .put = postgres_put,
        .remove = postgres_remove,
        .cursor_open = postgres_cursor_open,
        .cursor_close = postgres_cursor_close,
        .cursor_seek = postgres_cursor_seek,
        .cursor_step = postgres_cursor_step,
        .before_fork = postgres_before_fork,
        .after_fork = postgres_after_fork,
    },
};

static const struct storage_backend *self(void)
{
    return &ddbmock_storage.backend;
}
