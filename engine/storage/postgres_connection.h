/*
 * postgres_connection.h - one connection to a PostgreSQL server: opened onto our two tables or
 * refused, its prepared statements, and what is on its way.
 *
 * One transaction at a time uses a connection, so none of this is locked. It is in pipeline mode:
 * a statement is sent when somebody asks for it, and answered when somebody needs an answer.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_POSTGRES_CONNECTION_H
#define DDBMOCK_ENGINE_STORAGE_POSTGRES_CONNECTION_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "engine/slice.h"

/*
 * A key is its first POSTGRES_HEAD bytes, column key, and the rest of it, because an index of
 * PostgreSQL's takes no more than 2,704 bytes; `part` tells apart those that begin alike, and is 0
 * for a key that has no rest. Column rest decides the order, not part.
 */
enum { POSTGRES_HEAD = 2000 };

enum postgres_statement {
    POSTGRES_BEGIN_READ,
    POSTGRES_SNAPSHOT,
    POSTGRES_BEGIN_WRITE,
    POSTGRES_TURN, /* waits until the writer before has ended */
    POSTGRES_COMMIT,
    POSTGRES_ROLLBACK,
    POSTGRES_GET,      /* $1 key */
    POSTGRES_GET_LONG, /* $1 key, $2 rest; as the others of that name */
    POSTGRES_PUT,      /* $1 key, $2 value */
    POSTGRES_PUT_LONG, /* $1 key, $2 rest, $3 value */
    POSTGRES_REMOVE,   /* $1 key */
    POSTGRES_REMOVE_LONG,
    POSTGRES_FROM, /* $1 key, $2 rest, $3 how many; this and the following four: key, rest, value */
    POSTGRES_AFTER,
    POSTGRES_UPTO, /* backward */
    POSTGRES_BEFORE,
    POSTGRES_STATEMENTS,
};

struct postgres_connection {
    struct postgres_connection *next; /* among the idle */
    PGconn *pg;
    dev_t device; /* of the socket, which a host program may have closed */
    ino_t inode;
    unsigned syncs;    /* sent and not yet answered */
    unsigned unsynced; /* statements since the last of them */
    size_t unsynced_bytes;
    int error; /* of a statement that nobody has been told of */
};

/*
 * Connects to what the URL says, makes the tables where they are missing, and prepares the
 * statements. 0 and *out; or -errno, with *why a sentence of the server's or ours, to be freed,
 * that holds no password; NULL when there is no memory for it.
 */
int postgres_connection_open(const char *url, struct postgres_connection **out, char **why);

/* Says goodbye and closes. NULL does nothing. */
void postgres_connection_close(struct postgres_connection *connection);

/* In the child of a fork: closes the descriptor, which is the child's own, and leaves the rest, the
 * parent's conversation, alone. It takes no memory and gives none back. */
void postgres_connection_abandon(struct postgres_connection *connection);

/* Whether the descriptor still is our socket. */
bool postgres_connection_is_ours(const struct postgres_connection *connection);

/* Whether the server has gone, or has sent us away. */
bool postgres_connection_is_lost(const struct postgres_connection *connection);

/* Sends a statement with these parameters, in binary; the answer is waited for later. 0 or -errno. */
int postgres_connection_send(struct postgres_connection *connection,
                             enum postgres_statement statement, const struct slice *parameters,
                             int count);

/*
 * Waits for the answers to everything that was sent. 0 and the last of them in *last (to be given
 * to PQclear; `last` may be NULL), or the -errno of the first that failed, and then the transaction
 * is lost.
 */
int postgres_connection_wait(struct postgres_connection *connection, PGresult **last);

/* Sees to it that the server goes on with what was sent, while nobody waits. 0 or -errno. */
int postgres_connection_push(struct postgres_connection *connection);

/* A moment, longer from attempt to attempt, before something is tried again. */
void postgres_connection_pause(int attempt);

#endif
