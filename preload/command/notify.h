/*
 * notify.h - the program's calls of connect(2) and sendto(2), decided by its supervisor: seccomp_unotify(2).
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_NOTIFY_H
#define DDBMOCK_PRELOAD_COMMAND_NOTIFY_H

#include <netinet/in.h>

/*
 * In the program, before exec: from now on its connects, and those of all that it starts, wait for the supervisor. The
 * descriptor on which they are told, or -errno.
 */
int notify_install(void);

/*
 * Takes one call from `fd` and decides it. `server` is asked before anything of the Internet is decided: the port (in the network's
 * order) where DynamoDB is, or 0 when it cannot be served. 0; or -errno: -ENOENT when the caller has gone meanwhile.
 */
int notify_decide(int fd, in_port_t (*server)(void *context), void *context);

#endif
