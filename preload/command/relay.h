/*
 * relay.h - the name server of a supervised program: it answers for DynamoDB's names with the addresses that the shim would
 * give them (preload/addresses.h), and hands every other question on to the server that was asked.
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_RELAY_H
#define DDBMOCK_PRELOAD_COMMAND_RELAY_H

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * *port is that of 127.0.0.1 (in the network's order) where a socket stands in for `server`, opened at the first call. 0, or
 * -errno.
 */
int relay_port(const struct sockaddr *server, socklen_t length, in_port_t *port);

/* Whether a query asks for a name of ours. */
bool relay_knows(const unsigned char *query, size_t size);

enum { RELAY_POLLS = 8 + 64 };

/* What to poll, at most RELAY_POLLS of them; and the same again, to do what poll(2) said of it. */
size_t relay_polls(struct pollfd *out);
void relay_work(const struct pollfd *polled, size_t count);

#endif
