/*
 * sqlite_connection.c - see sqlite_connection.h.
 *
 * The file is an ordinary database with one table, kv, in WAL mode, marked by its application_id
 * and the version of its format, user_version.
 */
#include "engine/storage/sqlite_connection.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/storage/sqlite_system.h"

/* "ddbm"; user_version is the format's. */
#define APPLICATION_ID 1684300397
#define FORMAT_VERSION 1
#define TEXT_(number)  #number
#define TEXT(number)   TEXT_(number)

enum {
    ROOM = 16 * 1024,       /* bytes that a connection keeps for what it hands out */
    LONGEST_WAIT = 2000000, /* nanoseconds between two looks at a lock */
};

struct sqlite_chunk {
    struct sqlite_chunk *next;
    size_t size, used;
    char bytes[];
};

static const char *const texts[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_SNAPSHOT] = "SELECT 1 UNION ALL SELECT 1 FROM kv",
    [STATEMENT_GET] = "SELECT value FROM kv WHERE key = ?1",
    [STATEMENT_PUT] = "REPLACE INTO kv VALUES (?1, ?2)",
    [STATEMENT_REMOVE] = "DELETE FROM kv WHERE key = ?1",
    [STATEMENT_FROM] = "SELECT key, value FROM kv WHERE key >= ?1 ORDER BY key",
    [STATEMENT_AFTER] = "SELECT key, value FROM kv WHERE key > ?1 ORDER BY key",
    [STATEMENT_UPTO] = "SELECT key, value FROM kv WHERE key <= ?1 ORDER BY key DESC",
    [STATEMENT_BEFORE] = "SELECT key, value FROM kv WHERE key < ?1 ORDER BY key DESC",
};

/* A lock of SQLite's cannot be waited for, only looked at again: soon at first. */
void sqlite_connection_pause(int attempt)
{
    long wait = attempt < 8 ? 20000L << attempt : LONGEST_WAIT;
    nanosleep(&(struct timespec){ .tv_nsec = wait < LONGEST_WAIT ? wait : LONGEST_WAIT }, NULL);
}

static int wait_for_lock(void *context, int attempt)
{
    (void)context;
    sqlite_connection_pause(attempt);
    return 1;
}

/* Some locks SQLite does not wait for even with a busy handler. */
static bool is_locked(int result)
{
    return (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_PROTOCOL;
}

static int run(sqlite3 *db, const char *sql)
{
    int result;
    for (int attempt = 0; is_locked(result = sqlite3_exec(db, sql, NULL, NULL, NULL)); attempt++)
        sqlite_connection_pause(attempt);
    return sqlite_errno(result);
}

/* The number that a query answers. */
static int ask(sqlite3 *db, const char *sql, int64_t *answer)
{
    for (int attempt = 0;; attempt++) {
        sqlite3_stmt *statement;
        int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
        if (!result)
            result = sqlite3_step(statement);
        if (result == SQLITE_ROW)
            *answer = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        if (!is_locked(result))
            return result == SQLITE_DONE ? -EPROTO : sqlite_errno(result);
        sqlite_connection_pause(attempt);
    }
}

/* 0: ours; -ENOENT: an empty database; -EPROTO: neither. In a transaction, or somebody may be
 * making it ours between two of the questions. */
static int recognise(sqlite3 *db)
{
    int64_t application = 0, version = 0, entries = 0;
    int error = ask(db, "PRAGMA application_id", &application);
    if (!error)
        error = ask(db, "PRAGMA user_version", &version);
    if (!error)
        error = ask(db, "SELECT count(*) FROM sqlite_schema", &entries);
    if (error)
        return error;
    if (application == 0 && version == 0 && entries == 0)
        return -ENOENT;
    return application == APPLICATION_ID && version == FORMAT_VERSION ? 0 : -EPROTO;
}

static int set_wal(sqlite3 *db)
{
    for (int attempt = 0;; attempt++) {
        sqlite3_stmt *statement;
        int result = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
        if (!result)
            result = sqlite3_step(statement);
        bool wal = result == SQLITE_ROW &&
                   strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
        sqlite3_finalize(statement);
        if (!is_locked(result))
            return result == SQLITE_ROW ? (wal ? 0 : -EIO) : sqlite_errno(result);
        sqlite_connection_pause(attempt);
    }
}

/* Another process may be doing the same: who comes second finds it done. */
static int make_format(sqlite3 *db)
{
    int error = run(db, "BEGIN IMMEDIATE");
    if (error)
        return error;
    error = recognise(db);
    if (error == -ENOENT)
        error = run(db, "CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;"
                        "PRAGMA application_id = " TEXT(
                            APPLICATION_ID) ";"
                                            "PRAGMA user_version = " TEXT(FORMAT_VERSION));
    if (!error)
        error = run(db, "COMMIT");
    if (error && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return error;
}

/*
 * With synchronous = NORMAL the log is written through to the disk before it goes into the file,
 * every four megabytes, so the file is whole even after a power cut. On a disk a put takes 35 us
 * with it and 22 us without, on tmpfs 18 us either way: little beside the request that it is of.
 */
static int settle(sqlite3 *db, bool create)
{
    int error = run(db, "PRAGMA synchronous = NORMAL;"
                        "PRAGMA secure_delete = OFF;"
                        "PRAGMA temp_store = MEMORY;"
                        "PRAGMA cell_size_check = ON;"
                        "PRAGMA cache_size = -1000;"
                        "PRAGMA journal_size_limit = 16777216");
    if (error || !create)
        return error;
    error = run(db, "BEGIN");
    if (!error) {
        error = recognise(db);
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    if (error && error != -ENOENT)
        return error;
    bool new = error == -ENOENT;
    error = set_wal(db);
    return !error && new ? make_format(db) : error;
}

/* The directory may be why a file that is not there cannot be made: SQLite then tries to read it.
 */
static int why_not_created(const char *path)
{
    char *directory = strndup(path, (size_t)(strrchr(path, '/') - path) + 1);
    int error = !directory ? ENOMEM : access(directory, W_OK) != 0 ? errno : ENOENT;
    free(directory);
    return error;
}

/* What SQLite did not say of a file that it could not open, or opened for reading. */
static int why_not(sqlite3 *db, int result, const char *path)
{
    if ((result & 0xff) != SQLITE_CANTOPEN && (result & 0xff) != SQLITE_READONLY)
        return sqlite_errno(result);
    int error = (result & 0xff) == SQLITE_CANTOPEN ? sqlite3_system_errno(db) : 0;
    if (error == 0 && access(path, W_OK) != 0)
        error = errno;
    if (error == ENOENT)
        error = why_not_created(path);
    return error ? -error : sqlite_errno(result);
}

static int open_file(struct sqlite_connection *connection, const char *path, bool create)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    sqlite_system_expect(path);
    int result = sqlite3_open_v2(path, &connection->db, flags, "unix");
    connection->descriptor = sqlite_system_opened();
    if (!connection->db)
        return -ENOMEM;
    if (result)
        return why_not(connection->db, result, path);
    if (sqlite3_db_readonly(connection->db, "main"))
        return why_not(connection->db, SQLITE_READONLY, path);
    sqlite3_extended_result_codes(connection->db, 1);
    sqlite3_busy_handler(connection->db, wait_for_lock, NULL);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return settle(connection->db, create);
}

int sqlite_connection_open(const char *path, bool create, struct stat *identity,
                           struct sqlite_connection **out)
{
    struct stat before;
    if (stat(path, &before) == 0 && !S_ISREG(before.st_mode))
        return -EPROTO;
    struct sqlite_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return -ENOMEM;
    connection->room = malloc(ROOM);
    int error = connection->room ? open_file(connection, path, create) : -ENOMEM;
    if (!error && stat(path, identity) != 0)
        error = -errno;
    if (error) {
        if (connection->db)
            sqlite_connection_close(connection, true); /* a foreign file is left as it was */
        else
            free(connection->room), free(connection);
        return error;
    }
    *out = connection;
    return 0;
}

void sqlite_connection_close(struct sqlite_connection *connection, bool tidy)
{
    sqlite_connection_release(connection);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(connection->statements[i]);
    if (tidy)
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    sqlite3_close(connection->db);
    free(connection->room);
    free(connection);
}

int sqlite_connection_statement(struct sqlite_connection *connection, enum sqlite_statement which,
                                bool take, sqlite3_stmt **out)
{
    sqlite3_stmt *statement = connection->statements[which];
    if (!statement) {
        int result = sqlite3_prepare_v3(connection->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, NULL);
        if (result)
            return sqlite_errno(result);
    }
    connection->statements[which] = take ? NULL : statement;
    *out = statement;
    return 0;
}

void sqlite_connection_return(struct sqlite_connection *connection, enum sqlite_statement which,
                              sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    if (connection->statements[which])
        sqlite3_finalize(statement);
    else
        connection->statements[which] = statement;
}

int sqlite_connection_run(struct sqlite_connection *connection, enum sqlite_statement which)
{
    for (int attempt = 0;; attempt++) {
        sqlite3_stmt *statement = NULL;
        int error = sqlite_connection_statement(connection, which, false, &statement);
        if (!error) {
            sqlite3_step(statement);
            error = sqlite_errno(sqlite3_reset(statement));
        }
        if (error != -EAGAIN)
            return error;
        sqlite_connection_pause(attempt);
    }
}

void sqlite_connection_shrink(struct sqlite_connection *connection)
{
    sqlite3_wal_checkpoint_v2(connection->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

int sqlite_connection_bind(sqlite3_stmt *statement, int parameter, struct slice bytes)
{
    /* No address would be NULL, the value. */
    const char *data = bytes.length ? bytes.data : "";
    return sqlite_errno(
        sqlite3_bind_blob(statement, parameter, data, (int)bytes.length, SQLITE_STATIC));
}

int sqlite_connection_keep(struct sqlite_connection *connection, const void *data, size_t length,
                           struct slice *out)
{
    char *to;
    struct sqlite_chunk *chunk = connection->chunks;
    if (length <= ROOM - connection->room_used) {
        to = connection->room + connection->room_used;
        connection->room_used += length;
    } else {
        if (!chunk || length > chunk->size - chunk->used) {
            size_t size = length > 4 * ROOM ? length : 4 * (size_t)ROOM;
            chunk = malloc(sizeof *chunk + size);
            if (!chunk)
                return -ENOMEM;
            *chunk = (struct sqlite_chunk){ .next = connection->chunks, .size = size };
            connection->chunks = chunk;
        }
        to = chunk->bytes + chunk->used;
        chunk->used += length;
    }
    if (length > 0)
        memcpy(to, data, length);
    *out = (struct slice){ to, length };
    return 0;
}

void sqlite_connection_release(struct sqlite_connection *connection)
{
    while (connection->chunks) {
        struct sqlite_chunk *chunk = connection->chunks;
        connection->chunks = chunk->next;
        free(chunk);
    }
    connection->room_used = 0;
}
