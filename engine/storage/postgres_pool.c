/*
 * postgres_pool.c - see postgres_pool.h.
 */
#include "engine/storage/postgres_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/storage/gate.h"
#include "engine/storage/owner.h"
#include "engine/storage/postgres_connection.h"

enum {
    CONNECTIONS = 8, /* of a process, at once; who wants more waits */
    IDLE = 2,        /* that stay open */
};

struct postgres_pool {
    struct postgres_pool *next; /* among the process's, under pools_lock */
    char *url;
    pthread_rwlock_t gate; /* shared by who is inside; alone to fork */
    bool forking;          /* between before_fork and after_fork */
    pthread_mutex_t writing;
    pthread_mutex_t lock; /* of those below */
    pthread_cond_t returned;
    struct postgres_connection *idle;
    struct postgres_connection
        *abandoned; /* the parent's, kept so that nobody takes them for lost */
    unsigned connections, idle_connections; /* open; of these idle */
};

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;
static struct postgres_pool *pools;
static struct owner owner;

static void init_locks(struct postgres_pool *pool)
{
    pthread_mutex_init(&pool->writing, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->returned, NULL);
}

/* In a child: nobody else is there, no lock means anything, and no connection is ours. Those that
 * were in use by other threads of the parent close with the child, or with an exec. */
static void abandon(void)
{
    pthread_mutex_init(&pools_lock, NULL);
    for (struct postgres_pool *each = pools; each; each = each->next) {
        gate_reset_in_child(&each->gate, each->forking);
        each->forking = false;
        init_locks(each);
        while (each->idle) {
            struct postgres_connection *connection = each->idle;
            each->idle = connection->next;
            postgres_connection_abandon(connection);
            connection->next = each->abandoned;
            each->abandoned = connection;
        }
        each->connections = each->idle_connections = 0;
    }
}

static void notice_fork(void)
{
    owner_check(&owner, abandon);
}

/* Inside, with a place among the connections. */
static int open_one(struct postgres_pool *pool, struct postgres_connection **out, char **why)
{
    int error = postgres_connection_open(pool->url, out, why);
    if (error) {
        pthread_mutex_lock(&pool->lock);
        pool->connections--;
        pthread_cond_signal(&pool->returned);
        pthread_mutex_unlock(&pool->lock);
    }
    return error;
}

static void destroy(struct postgres_pool *pool)
{
    pthread_rwlock_destroy(&pool->gate);
    pthread_mutex_destroy(&pool->writing);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->returned);
    free(pool->url);
    free(pool);
}

int postgres_pool_open(const char *url, struct postgres_pool **out, char **why)
{
    *why = NULL;
    notice_fork();
    struct postgres_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->url = strdup(url);
    int error = pool->url ? gate_init(&pool->gate) : -ENOMEM;
    if (error) {
        free(pool->url);
        free(pool);
        return error;
    }
    init_locks(pool);
    pool->connections = 1;
    error = open_one(pool, &pool->idle, why);
    if (error) {
        destroy(pool);
        return error;
    }
    pool->idle_connections = 1;
    pthread_mutex_lock(&pools_lock);
    error = owner_start(&owner);
    pool->next = pools;
    pools = pool;
    pthread_mutex_unlock(&pools_lock);
    if (error)
        postgres_pool_close(pool);
    else
        *out = pool;
    return error;
}

void postgres_pool_close(struct postgres_pool *pool)
{
    notice_fork();
    pthread_mutex_lock(&pools_lock);
    struct postgres_pool **link = &pools;
    while (*link != pool)
        link = &(*link)->next;
    *link = pool->next;
    pthread_mutex_unlock(&pools_lock);
    while (pool->idle) {
        struct postgres_connection *connection = pool->idle;
        pool->idle = connection->next;
        postgres_connection_close(connection);
    }
    while (pool->abandoned) {
        struct postgres_connection *connection = pool->abandoned;
        pool->abandoned = connection->next;
        free(connection);
    }
    destroy(pool);
}

/* One that stands by, if its descriptor still is ours. */
static struct postgres_connection *take_idle(struct postgres_pool *pool)
{
    while (pool->idle) {
        struct postgres_connection *connection = pool->idle;
        pool->idle = connection->next;
        pool->idle_connections--;
        if (postgres_connection_is_ours(connection))
            return connection;
        pool->connections--;
        postgres_connection_close(connection);
    }
    return NULL;
}

int postgres_pool_take(struct postgres_pool *pool, bool write, struct postgres_connection **out,
                       bool *fresh)
{
    notice_fork();
    int error = -pthread_rwlock_rdlock(&pool->gate);
    if (error)
        return error;
    if (write)
        pthread_mutex_lock(&pool->writing);
    pthread_mutex_lock(&pool->lock);
    while (!(*out = take_idle(pool)) && pool->connections == CONNECTIONS)
        pthread_cond_wait(&pool->returned, &pool->lock);
    *fresh = !*out;
    if (*fresh)
        pool->connections++;
    pthread_mutex_unlock(&pool->lock);
    if (*fresh) {
        char *why;
        error = open_one(pool, out, &why);
        if (error)
            free(why);
    }
    if (error) {
        if (write)
            pthread_mutex_unlock(&pool->writing);
        pthread_rwlock_unlock(&pool->gate);
    }
    return error;
}

int postgres_pool_replace(struct postgres_pool *pool, struct postgres_connection **connection)
{
    char *why;
    postgres_connection_close(*connection);
    *connection = NULL;
    int error = open_one(pool, connection, &why);
    if (error)
        free(why);
    return error;
}

void postgres_pool_return(struct postgres_pool *pool, bool write,
                          struct postgres_connection *connection)
{
    bool lost = connection && postgres_connection_is_lost(connection);
    pthread_mutex_lock(&pool->lock);
    bool keep = connection && !lost && pool->idle_connections < IDLE;
    if (keep) {
        connection->next = pool->idle;
        pool->idle = connection;
        pool->idle_connections++;
    } else if (connection) {
        pool->connections--;
    }
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        postgres_connection_close(connection);
    if (write)
        pthread_mutex_unlock(&pool->writing);
    pthread_rwlock_unlock(&pool->gate);
}

void postgres_pool_before_fork(struct postgres_pool *pool)
{
    notice_fork();
    pthread_rwlock_wrlock(&pool->gate);
    pool->forking = true;
}

void postgres_pool_after_fork(struct postgres_pool *pool, bool child)
{
    if (child) {
        notice_fork();
    } else {
        pool->forking = false;
        pthread_rwlock_unlock(&pool->gate);
    }
}
