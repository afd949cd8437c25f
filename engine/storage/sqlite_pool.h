/*
 * sqlite_pool.h - the connections of one store: one for writing, which is taken in turn, and some
 * for reading; closed around fork, opened again when they must be.
 *
 * Who has taken a connection is inside the pool until it is returned; whoever closes, opens again
 * or forks waits until nobody is.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_SQLITE_POOL_H
#define DDBMOCK_ENGINE_STORAGE_SQLITE_POOL_H

#include <stdbool.h>

struct sqlite_connection;
struct sqlite_pool;

/*
 * The file at `path`; with a directory, its dynamo.db; with NULL, that of the working directory.
 * The working directory counts now, not later. 0 or -errno as storage.h has them.
 */
int sqlite_pool_open(const char *path, struct sqlite_pool **out);

/* Nobody is inside. */
void sqlite_pool_close(struct sqlite_pool *pool);

/* Waits for the turn of the caller's: for writing, of all processes. 0 or -errno. */
int sqlite_pool_take(struct sqlite_pool *pool, bool write, struct sqlite_connection **out);
void sqlite_pool_return(struct sqlite_pool *pool, bool write, struct sqlite_connection *connection);

void sqlite_pool_before_fork(struct sqlite_pool *pool);
void sqlite_pool_after_fork(struct sqlite_pool *pool, bool child);

#endif
