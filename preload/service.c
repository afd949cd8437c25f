/*
 * service.c - see service.h. One thread around one epoll; everything that it does with a connection
 * happens under the connection's lock, through the same functions that the hooks use.
 */
#include "preload/service.h"

#include "preload/real.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

enum { STACK_SIZE = 256 * 1024, EVENTS = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int watcher = -1; /* the epoll descriptor, hidden */
static atomic_bool everything;
static atomic_uint watched; /* how often; orders the making of a connection before its service */

static void serve(struct connection *connection)
{
    bool ended = false;
    pthread_mutex_lock(&connection->lock);
    if (connection->gateway == NULL || !connection->served) {
        pthread_mutex_unlock(&connection->lock);
        return;
    }
    connection_drain(connection, &ended);
    if (!ended) {
        pthread_mutex_unlock(&connection->lock);
        return;
    }
    /* A half-closed client may still be reading what waits for room. */
    if (atomic_load(&connection->backlog) && !connection->finished) {
        pthread_mutex_unlock(&connection->lock);
        return;
    }
    service_forget(connection);
    connection_settle(connection);
}

static void *run(void *unused)
{
    struct shim_guard guard;
    struct epoll_event events[EVENTS];
    (void)unused;
    shim_enter(&guard); /* for good */
    for (;;) {
        int count = epoll_wait(atomic_load(&watcher), events, EVENTS, -1);
        if (count < 0 && errno != EINTR)
            return NULL;
        atomic_load_explicit(&watched, memory_order_acquire);
        for (int i = 0; i < count; i++)
            serve(events[i].data.ptr);
    }
}

/* Starts the thread around the epoll `fd`; the lock is held. */
static bool start(int fd)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t blocked, former;
    atomic_store(&watcher, fd);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &former);
    int error = pthread_create(&thread, &attributes, run, NULL);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    pthread_attr_destroy(&attributes);
    if (error == 0)
        pthread_setname_np(thread, "ddbmock");
    else
        atomic_store(&watcher, -1);
    return error == 0;
}

static bool running(void)
{
    if (atomic_load(&watcher) >= 0)
        return true;
    /* Before our lock: the table's comes before it (shim.h). */
    int fd = REAL(epoll_create1)(EPOLL_CLOEXEC);
    if (fd < 0 || (fd = connection_hide(fd)) < 0)
        return false;
    pthread_mutex_lock(&lock);
    bool ours = atomic_load(&watcher) < 0, started = !ours || start(fd);
    pthread_mutex_unlock(&lock);
    if (!ours || !started)
        connection_unhide(fd);
    return started;
}

bool service_watch(struct connection *connection)
{
    if (connection->served)
        return true;
    if (!running())
        return false;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    if (atomic_load(&connection->backlog))
        event.events |= EPOLLOUT;
    atomic_fetch_add_explicit(&watched, 1, memory_order_release);
    connection->served =
        epoll_ctl(atomic_load(&watcher), EPOLL_CTL_ADD, connection->end, &event) == 0;
    return connection->served;
}

void service_forget(struct connection *connection)
{
    if (connection->served)
        epoll_ctl(atomic_load(&watcher), EPOLL_CTL_DEL, connection->end, NULL);
    connection->served = false;
}

void service_wait_for_room(struct connection *connection, bool wanted)
{
    /* A peer that has half-closed is readable for ever: then only room is of interest. */
    struct epoll_event event = { .events = connection->half_closed ? 0 : EPOLLIN,
                                 .data.ptr = connection };
    if (wanted)
        event.events |= EPOLLOUT;
    epoll_ctl(atomic_load(&watcher), EPOLL_CTL_MOD, connection->end, &event);
}

static void watch(int fd, struct connection *connection)
{
    (void)fd;
    service_watch(connection);
}

void service_everything(void)
{
    struct shim_guard guard;
    if (atomic_exchange(&everything, true) || !connections_exist())
        return;
    shim_enter(&guard);
    connection_each_number(watch);
    shim_leave(&guard);
}

static bool watch_number(int fd, bool elsewhere)
{
    struct shim_guard guard;
    struct connection *connection;
    if (!connections_exist() || (connection = connection_enter(fd, &guard)) == NULL)
        return false;
    if (service_watch(connection) && elsewhere)
        connection->elsewhere = true;
    connection_leave(connection, &guard);
    return true;
}

void service_watch_number(int fd)
{
    watch_number(fd, false);
}

bool service_watch_elsewhere(int fd)
{
    return watch_number(fd, true);
}

bool service_wants_everything(void)
{
    return atomic_load_explicit(&everything, memory_order_relaxed);
}

bool service_relocate(int fd)
{
    if (atomic_load(&watcher) != fd)
        return false;
    int copy = REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        copy = connection_hide(copy);
    /* The thread sleeps on the same epoll until its next event, and takes the new number then. */
    if (copy >= 0)
        atomic_store(&watcher, copy);
    return true;
}

void service_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void unserve(struct connection *connection)
{
    connection->served = connection->elsewhere = false;
}

int service_unlock(bool child)
{
    int former = -1;
    if (child) {
        /* The thread is the parent's, and so is its epoll. */
        connection_each(unserve);
        former = atomic_exchange(&watcher, -1);
    }
    pthread_mutex_unlock(&lock);
    return former;
}
