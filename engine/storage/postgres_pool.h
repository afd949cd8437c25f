/*
 * postgres_pool.h - the connections of one store: opened when they are needed, a few kept, never
 * shared with the child of a fork.
 *
 * Who has taken a connection is inside the pool until it is returned; whoever forks waits until
 * nobody is.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_POSTGRES_POOL_H
#define DDBMOCK_ENGINE_STORAGE_POSTGRES_POOL_H

#include <stdbool.h>

struct postgres_connection;
struct postgres_pool;

/* 0, or -errno with *why as postgres_connection_open has them. */
int postgres_pool_open(const char *url, struct postgres_pool **out, char **why);

/* Nobody is inside. */
void postgres_pool_close(struct postgres_pool *pool);

/*
 * A connection; for writing, once no other thread of this process writes. *fresh when it has just
 * been opened: an older one may have lost its server, and then another is worth an attempt. 0 or
 * -errno.
 */
int postgres_pool_take(struct postgres_pool *pool, bool write, struct postgres_connection **out,
                       bool *fresh);

/* Gives it back; one that is lost is closed. */
void postgres_pool_return(struct postgres_pool *pool, bool write,
                          struct postgres_connection *connection);

/* A connection that is lost is closed, and another opened in its stead. 0, or -errno with *connection
 * NULL. */
int postgres_pool_replace(struct postgres_pool *pool, struct postgres_connection **connection);

void postgres_pool_before_fork(struct postgres_pool *pool);
void postgres_pool_after_fork(struct postgres_pool *pool, bool child);

#endif
