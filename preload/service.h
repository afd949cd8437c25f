/*
 * service.h - the thread that serves connections whose bytes come and go by calls that no hook
 * sees: stdio on a socket, io_uring, descriptors that other processes hold. Started when the first
 * such case is met, and never otherwise.
 */
#ifndef DDBMOCK_PRELOAD_SERVICE_H
#define DDBMOCK_PRELOAD_SERVICE_H

#include <stdbool.h>

#include "preload/connection.h"

/*
 * From now on the thread watches the connection, whose lock is held. False when it could not be
 * started: then its bytes are taken in only when a receiving hook comes by.
 */
bool service_watch(struct connection *connection);

/* The same for whatever connection `fd` is, if it is one. Outside the guard, no lock held. */
void service_watch_number(int fd);

/* The same when another process is to have it, too, which may outlive ours. Whether it is one. */
bool service_watch_elsewhere(int fd);

/* The opposite, before its end is closed. The lock is held. */
void service_forget(struct connection *connection);

/* Whether to wake up for room in the socket, too. The lock is held. */
void service_wait_for_room(struct connection *connection, bool wanted);

/* From now on every connection is served, those that are open included: the program uses io_uring.
 * No lock held. */
void service_everything(void);
bool service_wants_everything(void);

/* For connection_relocate: moves the thread's own descriptor away from `fd`, when it is that; `fd`
 * is still to be unhidden. */
bool service_relocate(int fd);

/* For fork.c, with all connections locked. In the child, the hidden descriptor that is to be given
 * up, or -1. */
void service_lock(void);
int service_unlock(bool child);

#endif
