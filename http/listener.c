/*
 * listener.c - see listener.h.
 */
#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static void explain(char **why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (*why == NULL && vasprintf(why, format, arguments) < 0)
        *why = NULL;
    va_end(arguments);
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == 127);
}

/* A listening socket, or -errno. */
static int listen_at(const struct addrinfo *at)
{
    const int yes = 1, no = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

int listener_open(const char *host, const char *port, bool anywhere, char **why)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host, port, &hints, &found);
    if (failure != 0) {
        explain(why, "%s: %s", host,
                failure == EAI_SYSTEM ? strerror(errno) : gai_strerror(failure));
        return -EADDRNOTAVAIL;
    }
    int fd = -EADDRNOTAVAIL;
    for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next) {
        if (at->ai_family != AF_INET && at->ai_family != AF_INET6)
            continue;
        if (anywhere || is_loopback(at->ai_addr)) {
            fd = listen_at(at);
        } else {
            fd = -EACCES;
            explain(why,
                    "%s is beyond loopback: that needs the keys that requests are to be signed "
                    "with, or an explicit leave for everyone",
                    host);
        }
    }
    freeaddrinfo(found);
    if (fd < 0) {
        explain(why, "%s port %s: %s", host, port, strerror(-fd));
        return fd;
    }
    free(*why);
    *why = NULL;
    return fd;
}

/* The address and the port of a socket's own end. */
static int own_name(int fd, char address[LISTENER_ADDRESS_SIZE], char port[8], int *family)
{
    struct sockaddr_storage name;
    socklen_t size = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0)
        return -1;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&name;
    *family = name.ss_family;
    if (*family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = in6->sin6_port };
        memcpy(&in.sin_addr, in6->sin6_addr.s6_addr + 12, sizeof in.sin_addr);
        memcpy(&name, &in, sizeof in);
        size = sizeof in;
        *family = AF_INET;
    }
    return getnameinfo((struct sockaddr *)&name, size, address, LISTENER_ADDRESS_SIZE, port, 8,
                       NI_NUMERICHOST | NI_NUMERICSERV);
}

bool listener_is_local(int listener)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    return getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
           is_loopback((const struct sockaddr *)&address);
}

void listener_url(int listener, bool tls, char url[LISTENER_URL_SIZE])
{
    char address[LISTENER_ADDRESS_SIZE], port[8];
    int family;
    if (own_name(listener, address, port, &family) != 0) {
        *url = '\0';
        return;
    }
    snprintf(url, LISTENER_URL_SIZE, family == AF_INET6 ? "%s://[%s]:%s" : "%s://%s:%s",
             tls ? "https" : "http", address, port);
}

void listener_local_address(int fd, char text[LISTENER_ADDRESS_SIZE])
{
    char port[8];
    int family;
    if (own_name(fd, text, port, &family) != 0)
        *text = '\0';
}
