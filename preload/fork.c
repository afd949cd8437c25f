/*
 * fork.c - the shim across fork(2): every lock is taken before, so that the child finds none held
 * by a thread it does not have, and the engine is told on both sides. One place for all of it.
 */
#include "preload/addresses.h"
#include "preload/connection.h"
#include "preload/loader.h"
#include "preload/real.h"
#include "preload/service.h"
#include "preload/shim.h"

#include <pthread.h>
#include <sys/syscall.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int owner;
static struct shim_guard guard; /* of the forking thread; engine_lock */

static void prepare(void)
{
    struct shim_guard entered;
    shim_enter(&entered);
    pthread_mutex_lock(&engine_lock);
    guard = entered;
    connection_lock_all();
    service_lock();
    pthread_mutex_lock(&addresses_lock);
    const struct gateway *engine = loader_known();
    if (engine != NULL)
        engine->before_fork();
}

/* A number that an exec in the child keeps open may be written to there, where nobody looks after
 * it. */
static void expect_one(int fd, struct connection *connection)
{
    int flags = REAL(fcntl)(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC) && service_watch(connection))
        connection->elsewhere = true;
}

static void leave(bool child)
{
    struct shim_guard entered = guard;
    const struct gateway *engine = loader_known();
    if (engine != NULL)
        engine->after_fork(child);
    pthread_mutex_unlock(&addresses_lock);
    int watcher = service_unlock(child);
    connection_unlock_all();
    if (child) {
        if (watcher >= 0)
            connection_unhide(watcher);
        connection_settle_all();
    } else {
        connection_each_number(expect_one);
    }
    pthread_mutex_unlock(&engine_lock);
    shim_leave(&entered);
}

static void in_parent(void)
{
    leave(false);
}

static void in_child(void)
{
    atomic_store(&owner, (int)getpid());
    leave(true);
}

static void start(void)
{
    atomic_store(&owner, (int)getpid());
    pthread_atfork(prepare, in_parent, in_child);
}

void shim_expect_elsewhere(void)
{
    struct shim_guard entered;
    if (!connections_exist())
        return;
    shim_enter(&entered);
    connection_each_number(expect_one);
    shim_leave(&entered);
}

void shim_prepare_fork(void)
{
    pthread_once(&once, start);
}

bool shim_owner(void)
{
    return atomic_load(&owner) == (int)getpid();
}
