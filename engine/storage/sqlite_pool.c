/*
 * sqlite_pool.c - see sqlite_pool.h.
 *
 * SQLite's own locks can only be tried again and again, so writers of ours queue before them: in
 * this process at a mutex, between processes at a lock of the open file on a byte that SQLite does
 * not use. Other programs' writers are waited for with SQLite's busy handler.
 */
#include "engine/storage/sqlite_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/storage/descriptor.h"
#include "engine/storage/gate.h"
#include "engine/storage/sqlite_connection.h"
#include "engine/storage/sqlite_system.h"

#define DEFAULT_NAME "dynamo.db"
#define TURN_BYTE    ((off_t)1 << 62)

enum {
    READERS = 32, /* at once; more of them wait */
    IDLE = 4,     /* that stay open */
    ATTEMPTS = 8, /* to find the pool open that another thread may be closing */
};

struct sqlite_pool {
    struct sqlite_pool *next; /* among the process's, under pools_lock */
    char *path;

    pthread_rwlock_t gate;            /* shared by who is inside; alone to open, close and fork */
    bool forking;                     /* between before_fork and after_fork */
    struct sqlite_connection *writer; /* NULL while the pool is closed */
    struct stat file;                 /* what `path` was when the pool was opened */
    unsigned losses;                  /* of descriptors, at that time */
    _Atomic long last_look; /* tick of the coarse clock at which these were compared last */
    _Atomic unsigned taken; /* descriptor_taken at that time */

    pthread_mutex_t writing;
    pthread_mutex_t reading; /* of the three below */
    pthread_cond_t returned;
    struct sqlite_connection *idle;
    unsigned readers, idle_readers; /* open; of these idle */
};

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sqlite_pool *pools;

/* In a child: nobody else is there, no lock means anything, and no connection is ours. */
static void abandon(void)
{
    pthread_mutex_init(&pools_lock, NULL);
    for (struct sqlite_pool *each = pools; each; each = each->next) {
        gate_reset_in_child(&each->gate, each->forking);
        each->forking = false;
        pthread_mutex_init(&each->writing, NULL);
        pthread_mutex_init(&each->reading, NULL);
        pthread_cond_init(&each->returned, NULL);
        each->writer = each->idle = NULL;
        each->readers = each->idle_readers = 0;
    }
}

static int notice_fork(void)
{
    sqlite_system_notice(abandon);
    return sqlite_system_usable();
}

/* The absolute path of the file, to be freed. */
static int resolve(const char *given, char **out)
{
    struct stat status;
    char *whole = NULL, *directory = NULL;
    bool in_directory = given && stat(given, &status) == 0 && S_ISDIR(status.st_mode);
    const char *slash = given ? strrchr(given, '/') : NULL;
    const char *name = DEFAULT_NAME;
    if (in_directory)
        directory = realpath(given, NULL);
    else if (!slash)
        directory = realpath(".", NULL);
    else if ((whole = strndup(given, (size_t)(slash - given) + 1)))
        directory = realpath(whole, NULL);
    if (given && !in_directory)
        name = slash ? slash + 1 : given;
    int error = directory ? 0 : -errno;
    free(whole);
    if (!error && *name == '\0')
        error = -EISDIR;
    if (!error && asprintf(out, "%s/%s", directory, name) < 0)
        error = -ENOMEM;
    free(directory);
    return error;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static void close_all(struct sqlite_pool *pool, bool tidy)
{
    while (pool->idle) {
        struct sqlite_connection *connection = pool->idle;
        pool->idle = connection->next;
        sqlite_connection_close(connection, false);
    }
    pool->readers = pool->idle_readers = 0;
    if (pool->writer)
        sqlite_connection_close(pool->writer, tidy);
    pool->writer = NULL;
}

static bool is_stale(struct sqlite_pool *pool)
{
    struct stat now;
    return sqlite_system_losses() != pool->losses || stat(pool->path, &now) != 0 ||
           !is_same_file(&now, &pool->file);
}

/* The file may have been removed, to begin anew, and a host program may have closed our
 * descriptors. A look costs system calls, so it is taken once a tick of the coarse clock. */
static bool look(struct sqlite_pool *pool)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    long tick = now.tv_sec * 1000 + now.tv_nsec / 1000000;
    unsigned taken = descriptor_taken();
    if (atomic_load_explicit(&pool->last_look, memory_order_relaxed) == tick &&
        atomic_load_explicit(&pool->taken, memory_order_relaxed) == taken)
        return true;
    if (is_stale(pool))
        return false;
    pool->last_look = tick;
    pool->taken = taken;
    return true;
}

static int open_alone(struct sqlite_pool *pool)
{
    int error = pthread_rwlock_wrlock(&pool->gate);
    if (error)
        return -error;
    if (pool->writer && is_stale(pool))
        close_all(pool, false);
    if (!pool->writer) {
        pool->losses = sqlite_system_losses();
        error = sqlite_connection_open(pool->path, true, &pool->file, &pool->writer);
    }
    pthread_rwlock_unlock(&pool->gate);
    return error;
}

static void destroy(struct sqlite_pool *pool)
{
    pthread_rwlock_destroy(&pool->gate);
    pthread_mutex_destroy(&pool->writing);
    pthread_mutex_destroy(&pool->reading);
    pthread_cond_destroy(&pool->returned);
    free(pool->path);
    free(pool);
}

static int create(const char *path, struct sqlite_pool **out)
{
    struct sqlite_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    int error = gate_init(&pool->gate);
    if (error) {
        free(pool);
        return error;
    }
    pthread_mutex_init(&pool->writing, NULL);
    pthread_mutex_init(&pool->reading, NULL);
    pthread_cond_init(&pool->returned, NULL);
    error = resolve(path, &pool->path);
    if (!error)
        error = open_alone(pool);
    if (error)
        destroy(pool);
    else
        *out = pool;
    return error;
}

int sqlite_pool_open(const char *path, struct sqlite_pool **out)
{
    int error = sqlite_system_start();
    if (!error)
        error = notice_fork();
    if (!error)
        error = create(path, out);
    if (error)
        return error;
    pthread_mutex_lock(&pools_lock);
    (*out)->next = pools;
    pools = *out;
    pthread_mutex_unlock(&pools_lock);
    return 0;
}

void sqlite_pool_close(struct sqlite_pool *pool)
{
    notice_fork();
    pthread_mutex_lock(&pools_lock);
    struct sqlite_pool **link = &pools;
    while (*link != pool)
        link = &(*link)->next;
    *link = pool->next;
    pthread_mutex_unlock(&pools_lock);
    close_all(pool, !pool->writer || !is_stale(pool));
    destroy(pool);
}

static int enter(struct sqlite_pool *pool)
{
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int error = notice_fork();
        if (!error)
            error = -pthread_rwlock_rdlock(&pool->gate);
        if (error)
            return error;
        if (pool->writer && look(pool))
            return 0;
        pthread_rwlock_unlock(&pool->gate);
        error = open_alone(pool);
        if (error)
            return error;
    }
    return -EIO;
}

/* Where the system has no such locks, SQLite's suffice. */
static void turn(const struct sqlite_connection *writer, short type)
{
    struct flock lock = { .l_type = type, .l_start = TURN_BYTE, .l_len = 1 };
    if (writer->descriptor >= 0)
        while (fcntl(writer->descriptor, F_OFD_SETLKW, &lock) != 0 && errno == EINTR)
            ;
}

static int take_reader(struct sqlite_pool *pool, struct sqlite_connection **out)
{
    struct stat identity;
    pthread_mutex_lock(&pool->reading);
    while (!pool->idle && pool->readers == READERS)
        pthread_cond_wait(&pool->returned, &pool->reading);
    *out = pool->idle;
    if (*out) {
        pool->idle = (*out)->next;
        pool->idle_readers--;
    } else {
        pool->readers++;
    }
    pthread_mutex_unlock(&pool->reading);
    if (*out)
        return 0;

    int error = sqlite_connection_open(pool->path, false, &identity, out);
    if (!error && !is_same_file(&identity, &pool->file)) {
        sqlite_connection_close(*out, false);
        error = -ESTALE;
    }
    if (error) {
        pthread_mutex_lock(&pool->reading);
        pool->readers--;
        pthread_cond_signal(&pool->returned);
        pthread_mutex_unlock(&pool->reading);
    }
    return error;
}

static void return_reader(struct sqlite_pool *pool, struct sqlite_connection *connection)
{
    pthread_mutex_lock(&pool->reading);
    bool keep = pool->idle_readers < IDLE;
    if (keep) {
        connection->next = pool->idle;
        pool->idle = connection;
        pool->idle_readers++;
    } else {
        pool->readers--;
    }
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->reading);
    if (!keep)
        sqlite_connection_close(connection, false);
}

int sqlite_pool_take(struct sqlite_pool *pool, bool write, struct sqlite_connection **out)
{
    int error = -ESTALE;
    for (int attempt = 0; attempt < ATTEMPTS && error == -ESTALE; attempt++) {
        error = enter(pool);
        if (error)
            return error;
        if (write) {
            pthread_mutex_lock(&pool->writing);
            turn(pool->writer, F_WRLCK);
            *out = pool->writer;
            return 0;
        }
        error = take_reader(pool, out);
        if (error == -ESTALE)
            pool->last_look = 0;
        if (error)
            pthread_rwlock_unlock(&pool->gate);
    }
    return error == -ESTALE ? -EIO : error;
}

void sqlite_pool_return(struct sqlite_pool *pool, bool write, struct sqlite_connection *connection)
{
    if (write) {
        turn(connection, F_UNLCK);
        pthread_mutex_unlock(&pool->writing);
    } else {
        return_reader(pool, connection);
    }
    pthread_rwlock_unlock(&pool->gate);
}

void sqlite_pool_before_fork(struct sqlite_pool *pool)
{
    notice_fork();
    pthread_rwlock_wrlock(&pool->gate);
    pool->forking = true;
    close_all(pool, false);
}

void sqlite_pool_after_fork(struct sqlite_pool *pool, bool child)
{
    if (child) {
        notice_fork();
    } else {
        pool->forking = false;
        pthread_rwlock_unlock(&pool->gate);
    }
}
