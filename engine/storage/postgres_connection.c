/*
 * postgres_connection.c - see postgres_connection.h.
 *
 * Of SQL only what CockroachDB and YugabyteDB have as well is used: a row that is locked instead of
 * an advisory lock, no server-side cursors. What a server does not know of the settings below it
 * may refuse.
 */
#include "engine/storage/postgres_connection.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FORMAT_VERSION 1

enum {
    ATTEMPTS = 20,               /* to make the tables while others do so, too */
    UNSYNCED = 64,               /* statements whose answers fit into a socket's buffer */
    UNSYNCED_BYTES = 256 * 1024, /* parameters that are sent while nothing is read */
    LONGEST_WAIT = 50000000,     /* nanoseconds between two attempts */
    STATE = 6,                   /* bytes of an SQLSTATE */
    BYTEA = 17,                  /* OIDs of pg_type */
    INT4 = 23,
};

#define HAS_REST "key = $1 AND part > 0 AND rest = $2"
#define ROWS     "SELECT key, rest, value FROM ddbmock_kv WHERE (key, rest) "

static const struct {
    const char *name, *text;
    int parameters;
    Oid types[3];
} statements[POSTGRES_STATEMENTS] = {
    /* The snapshot is of the first statement that reads. */
    [POSTGRES_BEGIN_READ] = { "begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" },
    [POSTGRES_SNAPSHOT] = { "snapshot", "SELECT format FROM ddbmock_store" },
    /* Each statement sees what is committed, and whoever has the turn is the only one who commits. */
    [POSTGRES_BEGIN_WRITE] = { "begin_write", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" },
    [POSTGRES_TURN] = { "turn", "SELECT format FROM ddbmock_store FOR UPDATE" },
    [POSTGRES_COMMIT] = { "commit", "COMMIT" },
    [POSTGRES_ROLLBACK] = { "rollback", "ROLLBACK" },
    [POSTGRES_GET] = { "get",
                       "SELECT value FROM ddbmock_kv WHERE key = $1 AND part = 0",
                       1,
                       { BYTEA } },
    [POSTGRES_GET_LONG] = { "get_long",
                            "SELECT value FROM ddbmock_kv WHERE " HAS_REST,
                            2,
                            { BYTEA, BYTEA } },
    [POSTGRES_PUT] = { "put",
                       "INSERT INTO ddbmock_kv (key, part, rest, value) VALUES ($1, 0, '', $2) "
                       "ON CONFLICT (key, part) DO UPDATE SET value = excluded.value",
                       2,
                       { BYTEA, BYTEA } },
    [POSTGRES_PUT_LONG] = { "put_long",
                            "INSERT INTO ddbmock_kv (key, part, rest, value) SELECT $1, "
                            "coalesce((SELECT part FROM ddbmock_kv WHERE " HAS_REST "), "
                            "(SELECT coalesce(max(part), 0) + 1 FROM ddbmock_kv WHERE key = $1)), "
                            "$2, $3 ON CONFLICT (key, part) DO UPDATE SET value = excluded.value",
                            3,
                            { BYTEA, BYTEA, BYTEA } },
    [POSTGRES_REMOVE] = { "remove",
                          "DELETE FROM ddbmock_kv WHERE key = $1 AND part = 0",
                          1,
                          { BYTEA } },
    [POSTGRES_REMOVE_LONG] = { "remove_long",
                               "DELETE FROM ddbmock_kv WHERE " HAS_REST,
                               2,
                               { BYTEA, BYTEA } },
    [POSTGRES_FROM] = { "from",
                        ROWS ">= ($1, $2) ORDER BY key, rest LIMIT $3",
                        3,
                        { BYTEA, BYTEA, INT4 } },
    [POSTGRES_AFTER] = { "after",
                         ROWS "> ($1, $2) ORDER BY key, rest LIMIT $3",
                         3,
                         { BYTEA, BYTEA, INT4 } },
    [POSTGRES_UPTO] = { "upto",
                        ROWS "<= ($1, $2) ORDER BY key DESC, rest DESC LIMIT $3",
                        3,
                        { BYTEA, BYTEA, INT4 } },
    [POSTGRES_BEFORE] = { "before",
                          ROWS "< ($1, $2) ORDER BY key DESC, rest DESC LIMIT $3",
                          3,
                          { BYTEA, BYTEA, INT4 } },
};

/*
 * YugabyteDB has no READ COMMITTED unless it is told to, and takes REPEATABLE READ for it; CockroachDB may take SERIALIZABLE
 * (their manuals, "Isolation levels" and "Read Committed Transactions"). There who has waited for a row that is merely
 * locked goes on with what it saw before it waited. So the row is written: that is a conflict, 40001, which begins anew.
 */
static const char begin_strict[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
                  turn_strict[] =
                      "UPDATE ddbmock_store SET format = format WHERE id = 1 RETURNING format";

/*
 * Waiting has no limit but the death of a machine, and every range is read along the index, also
 * in a table of which the planner still believes that it is small.
 */
static const char *const settings[] = {
    "SET statement_timeout = 0",
    "SET lock_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET client_connection_check_interval = 5000",
    "SET enable_seqscan = off",
    "SET enable_bitmapscan = off",
    "SET enable_sort = off",
    "SET plan_cache_mode = force_generic_plan",
    "SET jit = off",
};

void postgres_connection_pause(int attempt)
{
    long wait = attempt < 12 ? 20000L << attempt : LONGEST_WAIT;
    nanosleep(&(struct timespec){ .tv_nsec = wait < LONGEST_WAIT ? wait : LONGEST_WAIT }, NULL);
}

/* The -errno of an SQLSTATE (PostgreSQL's manual, appendix A); libpq has none for a lost connection. */
static int state_errno(const char *state)
{
    static const struct {
        const char *begins;
        int error;
    } table[] = {
        { "08", ECONNRESET },  /* connection exceptions */
        { "57P", ECONNRESET }, /* the server shuts down, or is not up yet */
        { "53100", ENOSPC },   { "53200", ENOMEM }, { "53300", EAGAIN }, /* too many connections */
        { "53", ENOSPC },      { "40", EAGAIN }, /* somebody else's transaction was in the way */
        { "28", EACCES },      { "42501", EACCES }, { "25006", EROFS },
        { "3D", ENOENT },      { "3F", ENOENT }, /* no such database, or schema */
        { "42", EPROTO },                        /* the tables are not those that we know */
        { "23", EPROTO },
    };
    if (!state)
        return -ECONNRESET;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strncmp(state, table[i].begins, strlen(table[i].begins)) == 0)
            return -table[i].error;
    return -EIO;
}

/* A message of libpq's on one line, without its full stop or line feed. */
static void tell(char **why, const char *message)
{
    char *text = strdup(message);
    size_t length = text ? strlen(text) : 0;
    while (length > 0 && strchr("\n .", text[length - 1]))
        text[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\t')
            text[i] = ' ';
    free(*why);
    *why = text;
}

static void hear_no_notice(void *context, const char *message)
{
    (void)context, (void)message;
}

/* Runs what has no pipeline yet. 0, or -errno with its SQLSTATE; *answer, when somebody wants it, is
 * a first column. */
static int run(PGconn *pg, const char *sql, int *answer, char state[STATE], char **why)
{
    PGresult *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);
    int error = 0;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const char *found = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        error = state_errno(found);
        tell(why, message ? message : PQerrorMessage(pg));
        snprintf(state, STATE, "%s", found ? found : "");
    } else if (answer) {
        *answer = PQntuples(result) == 1 ? atoi(PQgetvalue(result, 0, 0)) : -1;
    }
    PQclear(result);
    return error;
}

/* Whether the server says that it is such a one. */
static bool is(PGconn *pg, const char *kind)
{
    PGresult *version = PQexec(pg, "SELECT version()");
    bool found = PQntuples(version) == 1 && strstr(PQgetvalue(version, 0, 0), kind);
    PQclear(version);
    return found;
}

/* YugabyteDB would spread a primary key by its hash. */
static int make_tables(PGconn *pg, char state[STATE], char **why)
{
    char sql[640], ignored[STATE], *unheard = NULL;
    bool spreads = is(pg, "-YB-");
    snprintf(
        sql, sizeof sql,
        "BEGIN;"
        "CREATE TABLE ddbmock_store (id integer PRIMARY KEY, format integer NOT NULL);"
        "CREATE TABLE ddbmock_kv (key bytea NOT NULL, part integer NOT NULL, rest bytea NOT NULL,"
        " value bytea NOT NULL, PRIMARY KEY (key%s, part%s));"
        "INSERT INTO ddbmock_store VALUES (1, %d);"
        "COMMIT",
        spreads ? " ASC" : "", spreads ? " ASC" : "", FORMAT_VERSION);
    int error = run(pg, sql, NULL, state, why);
    if (error)
        run(pg, "ROLLBACK", NULL, ignored, &unheard);
    free(unheard);
    return error;
}

/* Whose tables they are. Those that begin together make them together: all but one of them fail,
 * in one of several ways, and look again. */
static int settle(PGconn *pg, char **why)
{
    static const char foreign[] = "its table ddbmock_store is not of ddbmock's making";
    char state[STATE] = "";
    int error = 0, format = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        error = run(pg, "SELECT format FROM ddbmock_store", &format, state, why);
        if (!error || strcmp(state, "42P01") != 0)
            break;
        error = make_tables(pg, state, why);
        if (error && error != -EPROTO && error != -EAGAIN && strcmp(state, "XX000") != 0)
            break;
        if (error)
            postgres_connection_pause(attempt);
    }
    if (error == -EPROTO && strcmp(state, "42703") == 0) {
        tell(why, foreign);
    } else if (!error && format > FORMAT_VERSION) {
        error = -EPROTO;
        free(*why);
        if (asprintf(
                why,
                "its tables were made by a newer version of ddbmock (format %d; this one knows "
                "%d)",
                format, FORMAT_VERSION) < 0)
            *why = NULL;
    } else if (!error && format != FORMAT_VERSION) {
        error = -EPROTO;
        tell(why, foreign);
    }
    return error;
}

/* All of them in one round trip. */
static int prepare(struct postgres_connection *connection, char **why)
{
    PGconn *pg = connection->pg;
    bool strict = is(pg, "-YB-") || is(pg, "CockroachDB");
    if (!PQenterPipelineMode(pg))
        return -EIO;
    for (int i = 0; i < POSTGRES_STATEMENTS; i++) {
        const char *text = strict && i == POSTGRES_BEGIN_WRITE ? begin_strict
                           : strict && i == POSTGRES_TURN      ? turn_strict
                                                               : statements[i].text;
        if (!PQsendPrepare(pg, statements[i].name, text, statements[i].parameters,
                           statements[i].types))
            return -EIO;
    }
    connection->unsynced = POSTGRES_STATEMENTS;
    int error = postgres_connection_wait(connection, NULL);
    if (error)
        tell(why, error == -EPROTO ? "its table ddbmock_kv is not of ddbmock's making"
                                   : PQerrorMessage(pg));
    return error;
}

static int connect_to(const char *url, PGconn **out, char **why)
{
    /* What stands before dbname the URL may say otherwise. */
    const char *const keywords[] = { "connect_timeout", "gssencmode", "fallback_application_name",
                                     "dbname", NULL };
    const char *const values[] = { "10", "disable", "ddbmock", url, NULL };
    for (int attempt = 0;; attempt++) {
        PGconn *pg = PQconnectdbParams(keywords, values, 1);
        if (!pg)
            return -ENOMEM;
        if (PQstatus(pg) == CONNECTION_OK) {
            *out = pg;
            return 0;
        }
        /* libpq does not tell the SQLSTATE of a refused connection. */
        const char *message = PQerrorMessage(pg);
        bool full =
            strstr(message, "too many clients") || strstr(message, "remaining connection slots");
        int error = PQconnectionNeedsPassword(pg) || PQconnectionUsedPassword(pg) ||
                            strstr(message, "no pg_hba.conf entry")
                        ? -EACCES
                    : strstr(message, "does not exist") ? -ENOENT
                    : full                              ? -EAGAIN
                                                        : -ECONNREFUSED;
        tell(why, message);
        PQfinish(pg);
        if (!full || attempt == 200) /* some ten seconds */
            return error;
        postgres_connection_pause(attempt);
    }
}

static int identify(struct postgres_connection *connection)
{
    struct stat status;
    if (fstat(PQsocket(connection->pg), &status) != 0)
        return -errno;
    connection->device = status.st_dev;
    connection->inode = status.st_ino;
    return 0;
}

int postgres_connection_open(const char *url, struct postgres_connection **out, char **why)
{
    *why = NULL;
    struct postgres_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return -ENOMEM;
    int error = connect_to(url, &connection->pg, why);
    if (error) {
        free(connection);
        return error;
    }
    PQsetNoticeProcessor(connection->pg, hear_no_notice, NULL);
    error = identify(connection);
    char *refusal = NULL, state[STATE];
    for (size_t i = 0; !error && i < sizeof settings / sizeof *settings; i++)
        if (run(connection->pg, settings[i], NULL, state, &refusal) == -ECONNRESET)
            error = -ECONNRESET;
    if (!error)
        error = settle(connection->pg, why);
    if (!error)
        error = prepare(connection, why);
    free(refusal);
    if (error) {
        postgres_connection_close(connection);
        return error;
    }
    free(*why);
    *why = NULL;
    *out = connection;
    return 0;
}

bool postgres_connection_is_ours(const struct postgres_connection *connection)
{
    struct stat status;
    return fstat(PQsocket(connection->pg), &status) == 0 && status.st_dev == connection->device &&
           status.st_ino == connection->inode;
}

bool postgres_connection_is_lost(const struct postgres_connection *connection)
{
    return PQstatus(connection->pg) != CONNECTION_OK;
}

void postgres_connection_close(struct postgres_connection *connection)
{
    if (!connection)
        return;
    /* A number that is no longer ours is not to be closed, and libpq cannot be told so. */
    if (PQsocket(connection->pg) < 0 || postgres_connection_is_ours(connection))
        PQfinish(connection->pg);
    free(connection);
}

void postgres_connection_abandon(struct postgres_connection *connection)
{
    if (postgres_connection_is_ours(connection))
        close(PQsocket(connection->pg));
}

int postgres_connection_send(struct postgres_connection *connection,
                             enum postgres_statement statement, const struct slice *parameters,
                             int count)
{
    const char *values[3];
    int lengths[3], formats[3];
    for (int i = 0; i < count; i++) {
        values[i] = parameters[i].data ? parameters[i].data : "";
        lengths[i] = (int)parameters[i].length;
        formats[i] = 1;
        connection->unsynced_bytes += parameters[i].length;
    }
    if (!PQsendQueryPrepared(connection->pg, statements[statement].name, count, values, lengths,
                             formats, 1))
        return postgres_connection_is_lost(connection) ? -ECONNRESET : -ENOMEM;
    connection->unsynced++;
    if (connection->unsynced < UNSYNCED && connection->unsynced_bytes < UNSYNCED_BYTES)
        return 0;
    /* What fails here the next to wait is told. */
    int error = postgres_connection_wait(connection, NULL);
    if (error && !connection->error)
        connection->error = error;
    return 0;
}

int postgres_connection_push(struct postgres_connection *connection)
{
    if (connection->unsynced > 0) {
        if (!PQpipelineSync(connection->pg))
            return postgres_connection_is_lost(connection) ? -ECONNRESET : -ENOMEM;
        connection->syncs++;
        connection->unsynced = 0;
        connection->unsynced_bytes = 0;
    }
    return 0;
}

int postgres_connection_wait(struct postgres_connection *connection, PGresult **last)
{
    PGconn *pg = connection->pg;
    int error = postgres_connection_push(connection), empty = 0;
    PGresult *kept = NULL;
    while (connection->syncs > 0 && !error) {
        PGresult *result = PQgetResult(pg);
        ExecStatusType status = PQresultStatus(result);
        if (!result) {
            /* One stands after each statement; nothing but that is the end of the connection. */
            if (++empty > 1 || postgres_connection_is_lost(connection))
                error = -ECONNRESET;
            continue;
        }
        empty = 0;
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            PQclear(kept);
            kept = result;
            continue;
        }
        if (status == PGRES_PIPELINE_SYNC)
            connection->syncs--;
        else if (status != PGRES_PIPELINE_ABORTED && !connection->error)
            connection->error = state_errno(PQresultErrorField(result, PG_DIAG_SQLSTATE));
        PQclear(result);
    }
    if (!error) {
        error = connection->error;
        connection->error = 0;
    }
    if (error || !last) {
        PQclear(kept);
        kept = NULL;
    }
    if (last)
        *last = kept;
    return error;
}
