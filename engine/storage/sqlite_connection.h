/*
 * sqlite_connection.h - one connection to an SQLite file: opened as ours or refused, its
 * statements, the room for what a transaction hands out.
 *
 * One transaction at a time uses a connection, so none of this is locked.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_SQLITE_CONNECTION_H
#define DDBMOCK_ENGINE_STORAGE_SQLITE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "engine/slice.h"

enum sqlite_statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_SNAPSHOT, /* a row of its own before those of kv: while it stands there, the
                        connection reads the store as it was */
    STATEMENT_GET,
    STATEMENT_PUT,
    STATEMENT_REMOVE,
    STATEMENT_FROM, /* ?1 and the keys after it, in order */
    STATEMENT_AFTER,
    STATEMENT_UPTO, /* ?1 and the keys before it, backward */
    STATEMENT_BEFORE,
    STATEMENTS,
};

struct sqlite_chunk;

struct sqlite_connection {
    struct sqlite_connection *next; /* among the idle */
    sqlite3 *db;
    int descriptor;                       /* of the file, or -1 */
    sqlite3_stmt *statements[STATEMENTS]; /* NULL: not prepared yet, or with a cursor */
    char *room;                           /* kept between transactions */
    size_t room_used;
    struct sqlite_chunk *chunks; /* what did not fit */
};

/*
 * Opens the file, whose path is absolute; `create`: makes it, or what is missing in it, if it is
 * not there, and checks whose it is. *identity is what the file is. 0, or -errno: -EPROTO when it
 * is not ours, of a newer version, or damaged.
 */
int sqlite_connection_open(const char *path, bool create, struct stat *identity,
                           struct sqlite_connection **out);

/*
 * Closes it. `tidy`: should it be the last one of the file, in all processes, what stands in the
 * log goes into the file and the log is removed.
 */
void sqlite_connection_close(struct sqlite_connection *connection, bool tidy);

/* The statement, prepared. It is the caller's while `take`, until sqlite_connection_return. */
int sqlite_connection_statement(struct sqlite_connection *connection, enum sqlite_statement which,
                                bool take, sqlite3_stmt **out);
void sqlite_connection_return(struct sqlite_connection *connection, enum sqlite_statement which,
                              sqlite3_stmt *statement);

/* Runs a statement that has no rows; waits while others lock the file. 0 or -errno. */
int sqlite_connection_run(struct sqlite_connection *connection, enum sqlite_statement which);

/* Moves the log into the file as far as that is possible now, so that its room can be used again.
 */
void sqlite_connection_shrink(struct sqlite_connection *connection);

/* A moment, longer from attempt to attempt, before a lock of somebody else's is tried again. */
void sqlite_connection_pause(int attempt);

/* Binds bytes that stay where they are until the statement is reset. 0 or -errno. */
int sqlite_connection_bind(sqlite3_stmt *statement, int parameter, struct slice bytes);

/* A copy of the bytes that lives until sqlite_connection_release. 0 or -ENOMEM. */
int sqlite_connection_keep(struct sqlite_connection *connection, const void *data, size_t length,
                           struct slice *out);
void sqlite_connection_release(struct sqlite_connection *connection);

#endif
