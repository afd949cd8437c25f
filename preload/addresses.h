/*
 * addresses.h - the loopback addresses that stand for DynamoDB's names, and which addresses a
 * connection is ours by.
 *
 * Every name gets an address of its own in 127.64.0.0/10, made from a hash of the name, so that two
 * processes of a tree agree. Should a call pass every hook by, it reaches this machine's loopback
 * interface and is refused there.
 */
#ifndef DDBMOCK_PRELOAD_ADDRESSES_H
#define DDBMOCK_PRELOAD_ADDRESSES_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* One resolved name. Lives as long as the process; its fields never change. */
struct address {
    const struct address *next;
    struct in_addr v4;
    char text[16];   /* "127.99.1.2" */
    char mapped[24]; /* "::ffff:127.99.1.2" */
    bool added;      /* ours by DDBMOCK_HOSTS only, so its port is looked at too */
    char name[];     /* lower case, no final dot */
};

/* Whether any address is ours at all yet; before shim_start, nobody knows. Relaxed: the pass-through
 * test of connect. */
extern atomic_bool addresses_known;

/* Reads DDBMOCK_HOSTS; a bad part is left out, and one line on stderr when a name is first looked up or a connection made.
 * Called by the constructor.
 */
void addresses_configure(const char *hosts);

/*
 * The address of `name` when it is one of DynamoDB's or of DDBMOCK_HOSTS, else NULL; `localhost`
 * and numeric addresses are never given another one. *short_of_memory is set when it is ours but
 * there was no memory to remember it.
 */
const struct address *address_of(const char *name, bool *short_of_memory);

/* The name behind a synthetic address, IPv4 or IPv4-mapped, whatever its port; NULL when there is
 * none. */
const struct address *address_find(const struct sockaddr *address, socklen_t length);

/* Whether an address is one that could stand for a name, given out by whatever process. */
bool address_is_synthetic(const struct sockaddr *address, socklen_t length);

/* Whether a stream connection to `address` is ours; *host is then its name, valid for the life of
 * the process. */
bool address_is_ours(const struct sockaddr *address, socklen_t length, const char **host);

/* Rank 4 in the order of locks (shim.h); for fork.c. */
extern pthread_mutex_t addresses_lock;

#endif
