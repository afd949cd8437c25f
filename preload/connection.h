/*
 * connection.h - which descriptors are DynamoDB connections, and the state behind each.
 *
 * A connection is a socket pair: the program's end carries the number that it called connect(2)
 * with, our end and the program's own TCP socket (kept to answer for TCP's options) are hidden at
 * high numbers. Connection objects are never given back to malloc but reused, so that a pointer
 * from the table may always be locked; whether it still means the same descriptor is then looked at
 * under its lock.
 */
#ifndef DDBMOCK_PRELOAD_CONNECTION_H
#define DDBMOCK_PRELOAD_CONNECTION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "http/gateway.h"
#include "preload/readable.h"
#include "preload/shim.h"

struct connection {
    pthread_mutex_t
        lock; /* rank 2 in the order of shim.h; guards everything below but what says otherwise */
    struct gateway_connection *gateway; /* NULL while the object is not in use */
    const char *host;  /* as the client resolved it; lives as long as the process */
    uint64_t identity; /* of the program's end: its SO_COOKIE, else its inode */
    int end;           /* our end of the pair */
    int tcp;           /* the socket that the program made, or -1 */
    struct sockaddr_storage peer;
    socklen_t peer_length;
    atomic_bool backlog; /* output waits for room, or may do so; set before it is tried, so that a
                            reader sees it */
    bool half_closed;    /* the client has shut down its sending side */
    bool finished;       /* so have we, or nobody reads any more */
    bool served;         /* the service thread watches our end */
    struct readable_memory sent_from; /* where the program's bytes have been */
    bool elsewhere; /* other processes may hold the program's end: it outlives our last number */
    unsigned references;          /* numbers in the table; guarded by the table's lock */
    struct connection *next;      /* all objects ever made */
    struct connection *next_free; /* guarded by the table's lock */
};

/* How many descriptors are in the table, hidden ones included. Relaxed: the pass-through test of
 * every hook on descriptors. */
extern atomic_int connections_live;

/* Whether a hook has to look closer at all. */
static inline bool connections_exist(void)
{
    return __builtin_expect(atomic_load_explicit(&connections_live, memory_order_relaxed) != 0,
                            0) &&
           !shim_inside();
}

/* What the table says of `fd`, without any check: a hint for the hooks. The connection, or NULL. */
struct connection *connection_at(int fd);

/* Whether `fd` is one of our own descriptors, which the program must not see. */
bool connection_hides(int fd);

/*
 * Locks the connection of `fd` and enters the guard, when the number still is the program's end of
 * it; NULL otherwise (a number that has become another file is taken out of the table). Leave with
 * connection_leave.
 */
struct connection *connection_enter(int fd, struct shim_guard *guard);
void connection_leave(struct connection *connection, const struct shim_guard *guard);

/*
 * A fresh object, locked, with end and tcp -1; NULL when memory is short. It stays its maker's
 * until connection_release, or connection_destroy. Inside the guard.
 */
struct connection *connection_create(void);
void connection_release(struct connection *connection); /* no lock held */

/*
 * Files `fd` as a number of `connection`. A former entry of the number is dropped. False when
 * memory is short or the number is beyond the table. Inside the guard, no lock held.
 */
bool connection_add(int fd, struct connection *connection);

/*
 * Takes `fd` out of the table; after the last number the connection ends and its descriptors are
 * closed. No lock may be held. To be called before the number is closed, so that no other thread
 * finds it reused. Does nothing in a child of vfork.
 */
void connection_drop(int fd);

/* Ends an object that has no number (yet, or any more). Its lock is held, and released here. Inside
 * the guard. */
void connection_destroy(struct connection *connection);

/* The same if it has no number any more, else only releases its lock. */
void connection_settle(struct connection *connection);

/*
 * Files `fd`, which came over a socket, when it is the program's end of a connection that this
 * process knows by another number, or knew. Outside the guard, no lock held.
 */
void connection_adopt(int fd);

/* Moves `fd` to a high number and hides it: the new number, or -errno with `fd` closed. */
int connection_hide(int fd);

/* Closes and forgets a hidden descriptor. May be called with the table's lock held. */
void connection_unhide(int fd);

/* Moves the hidden descriptor at `fd` out of the way, because the program is about to use that very
 * number. */
void connection_relocate(int fd);

/* How many hidden descriptors that are not the shim's own the program has taken in this way. */
unsigned connection_taken(void);

/* Looks through a part of the table for numbers that were closed where no hook saw it, and drops
 * them. Inside the guard. */
void connection_sweep(void);

/* The lowest number from `first` to `last` that is hidden, or -1. */
int connection_next_hidden(unsigned first, unsigned last);

/* Drops every number from `first` to `last`. */
void connection_drop_range(unsigned first, unsigned last);

/*
 * Writes what the engine has for the client into our end, as far as there is room, and ends the
 * stream where the engine has closed. The lock is held. Whether anything was written.
 */
bool connection_flush(struct connection *connection);

/* Feeds the engine, then flushes. The lock is held. */
void connection_feed(struct connection *connection, const struct iovec *parts, size_t count);

/*
 * Takes in what has come to our end through the kernel (from calls that no hook saw) and answers
 * it. The lock is held. Whether anything came or went. *ended is set when no program end is left
 * anywhere.
 */
bool connection_drain(struct connection *connection, bool *ended);

/* For fork.c: the locks of all connections and of the table; ending what has no number, in a child
 * that has no service thread. */
void connection_lock_all(void);
void connection_unlock_all(void);
void connection_settle_all(void);
void connection_each(void (*visit)(struct connection *connection)); /* all locks held */

/* Every number with its connection, which is locked during the visit. Inside the guard, no lock
 * held. */
void connection_each_number(void (*visit)(int fd, struct connection *connection));

/* Whether the file at `fd` is what `connection` calls its program's end. */
bool connection_identified(const struct connection *connection, int fd);
bool connection_identify(int fd, uint64_t *identity);

#endif
