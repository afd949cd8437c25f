/*
 * listener.h - the socket that a server listens at, and the address as its users write it.
 */
#ifndef DDBMOCK_HTTP_LISTENER_H
#define DDBMOCK_HTTP_LISTENER_H

#include <stdbool.h>
#include <sys/socket.h>

enum {
    LISTENER_ADDRESS_SIZE = 64, /* "fe80::1%eth0", "127.0.0.1" */
    LISTENER_URL_SIZE = 96,     /* "https://[::1]:8000" */
};

/*
 * Listens at the first address of `host` that can be: a descriptor, non-blocking and close-on-exec,
 * or -errno with *why as a sentence (malloc'd; NULL when memory is short). Unless `anywhere`, an
 * address beyond loopback is refused with -EACCES.
 */
int listener_open(const char *host, const char *port, bool anywhere, char **why);

/* Whether a listening socket is at an address that only this machine reaches. */
bool listener_is_local(int listener);

/* The URL of a listening socket. */
void listener_url(int listener, bool tls, char url[LISTENER_URL_SIZE]);

/* The address at this end of a connection, as text; empty when it cannot be told. */
void listener_local_address(int fd, char text[LISTENER_ADDRESS_SIZE]);

#endif
