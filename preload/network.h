/*
 * network.h - DDBMOCK_NETWORK: what the program may reach beside DynamoDB's names. `open` (the default) is everything,
 * `log` is everything, each destination with a line on stderr, and `deny` is this machine alone: loopback, and the names
 * of /etc/hosts. The shim's and the engine's own connections (a PostgreSQL store) are not looked at.
 */
#ifndef DDBMOCK_PRELOAD_NETWORK_H
#define DDBMOCK_PRELOAD_NETWORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

enum network { NETWORK_OPEN, NETWORK_LOG, NETWORK_DENY };

extern _Atomic enum network network_mode;

/* Reads the setting; a bad one is a line on stderr, and denies. Called by the constructor. */
void network_configure(const char *setting);

/* Whether anything has to be looked at. */
static inline bool network_watched(void)
{
    return __builtin_expect(
        atomic_load_explicit(&network_mode, memory_order_relaxed) != NETWORK_OPEN, 0);
}

/*
 * Whether bytes must not go to `address`, which is not ours: then errno is ECONNREFUSED. One line on stderr says so, or in
 * the mode `log` that they go. An address of NULL is none.
 */
bool network_refuses(const struct sockaddr *address, socklen_t length);

/* The same of a socket of a family that is neither local nor the Internet's. */
bool network_refuses_family(int family);

/* The same of a ring of io_uring, in which connections cannot be seen; errno is then ENOSYS. */
bool network_refuses_ring(void);

/* A name that is not ours is looked up: the line of the mode `log`. */
void network_note_name(const char *name);

/* Whether a name that libc did not find in /etc/hosts is to be called temporarily unknown; the line of the mode `deny`. */
bool network_refuses_name(const char *name);

#endif
