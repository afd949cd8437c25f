/*
 * sockopt.c - what a program asks of a TCP socket is answered as TCP: options, names and ioctls of
 * a connection whose program end is in truth a unix socket. The socket that the program made is
 * kept (connection.h) and answers for everything that it can.
 */
#include "preload/connection.h"
#include "preload/readable.h"
#include "preload/real.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>

/* Options that concern the bytes themselves: the program's end has them. */
static bool of_transfer(int level, int option)
{
    if (level != SOL_SOCKET)
        return false;
    switch (option) {
    case SO_RCVTIMEO_OLD:
    case SO_SNDTIMEO_OLD:
    case SO_RCVTIMEO_NEW:
    case SO_SNDTIMEO_NEW:
    case SO_RCVLOWAT:
    case SO_ERROR:
    case SO_COOKIE:
    case SO_PEEK_OFF:
        return true;
    default:
        return false;
    }
}

/* The kept socket has never been connected; a connection's state is ESTABLISHED. */
static void as_connected(int level, int option, void *value, socklen_t length)
{
    if (level == IPPROTO_TCP && option == TCP_INFO && length >= 1)
        *(unsigned char *)value = TCP_ESTABLISHED;
}

/* Without the kept socket: what identifies a TCP socket is right, other numbers are 0. */
static int answer_plainly(const struct connection *connection, int level, int option, void *value,
                          socklen_t *length)
{
    int number = 0;
    if (level == SOL_SOCKET && option == SO_TYPE)
        number = SOCK_STREAM;
    else if (level == SOL_SOCKET && option == SO_PROTOCOL)
        number = IPPROTO_TCP;
    else if (level == SOL_SOCKET && option == SO_DOMAIN)
        number = connection->peer.ss_family;
    memset(value, 0, *length);
    memcpy(value, &number, *length < sizeof number ? *length : sizeof number);
    if (*length > sizeof number && level == SOL_SOCKET && option != SO_LINGER)
        *length = sizeof number;
    as_connected(level, option, value, *length);
    return 0;
}

/* Leaves the connection with the result of a call that was made inside, and its errno where that is -1. */
static int leave_with(int result, struct connection *connection, const struct shim_guard *guard)
{
    int error = errno;
    connection_leave(connection, guard);
    if (result != 0)
        errno = error;
    return result;
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    struct shim_guard guard;
    struct connection *connection;
    if (!connections_exist() || of_transfer(level, option) || value == NULL || length == NULL ||
        (connection = connection_enter(fd, &guard)) == NULL)
        return REAL(getsockopt)(fd, level, option, value, length);
    int result;
    if (connection->tcp >= 0) {
        result = REAL(getsockopt)(connection->tcp, level, option, value, length);
        if (result == 0)
            as_connected(level, option, value, *length);
    } else {
        result = answer_plainly(connection, level, option, value, length);
    }
    return leave_with(result, connection, &guard);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    struct shim_guard guard;
    struct connection *connection;
    if (!connections_exist() || of_transfer(level, option) ||
        (connection = connection_enter(fd, &guard)) == NULL)
        return REAL(setsockopt)(fd, level, option, value, length);
    int result =
        connection->tcp >= 0 ? REAL(setsockopt)(connection->tcp, level, option, value, length) : 0;
    return leave_with(result, connection, &guard);
}

/* 0, or -1 where the kernel, which has an answer of its own for the program's end, cannot write it there. */
static int give(const struct sockaddr_storage *from, socklen_t size, int fd, __SOCKADDR_ARG to,
                socklen_t *length)
{
    socklen_t room = readable(length, sizeof *length) ? *length : 0;
    if (REAL(getsockname)(fd, to, length) != 0)
        return -1;
    memcpy(to.__sockaddr__, from, room < size ? room : size);
    *length = size;
    return 0;
}

int getpeername(int fd, __SOCKADDR_ARG address, socklen_t *length)
{
    struct shim_guard guard;
    struct connection *connection;
    if (!connections_exist() || address.__sockaddr__ == NULL || length == NULL ||
        (connection = connection_enter(fd, &guard)) == NULL)
        return REAL(getpeername)(fd, address, length);
    int result = give(&connection->peer, connection->peer_length, fd, address, length);
    return leave_with(result, connection, &guard);
}

/* The program's side: what it bound its socket to; else the loopback address, and a port that
 * differs from connection to connection. */
static socklen_t local_name(const struct connection *connection, struct sockaddr_storage *name)
{
    socklen_t length = sizeof *name;
    in_port_t port = htons((in_port_t)(32768 + connection->identity % 28232));
    memset(name, 0, sizeof *name);
    if (connection->tcp < 0 ||
        REAL(getsockname)(connection->tcp, (struct sockaddr *)name, &length) != 0)
        name->ss_family = connection->peer.ss_family;
    if (name->ss_family == AF_INET) {
        struct sockaddr_in *in = (struct sockaddr_in *)name;
        if (in->sin_addr.s_addr == htonl(INADDR_ANY))
            in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (in->sin_port == 0)
            in->sin_port = port;
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)name;
    const struct sockaddr_in6 *peer = (const struct sockaddr_in6 *)&connection->peer;
    if (IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr)) {
        in6->sin6_addr = in6addr_loopback;
        if (IN6_IS_ADDR_V4MAPPED(&peer->sin6_addr))
            inet_pton(AF_INET6, "::ffff:127.0.0.1", &in6->sin6_addr);
    }
    if (in6->sin6_port == 0)
        in6->sin6_port = port;
    return sizeof *in6;
}

int getsockname(int fd, __SOCKADDR_ARG address, socklen_t *length)
{
    struct shim_guard guard;
    struct connection *connection;
    struct sockaddr_storage name;
    if (!connections_exist() || address.__sockaddr__ == NULL || length == NULL ||
        (connection = connection_enter(fd, &guard)) == NULL)
        return REAL(getsockname)(fd, address, length);
    socklen_t size = local_name(connection, &name);
    return leave_with(give(&name, size, fd, address, length), connection, &guard);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    struct shim_guard guard;
    struct connection *connection;
    if (!connections_exist() || (request != SIOCOUTQ && request != SIOCOUTQNSD) ||
        argument == NULL || (connection = connection_enter(fd, &guard)) == NULL)
        return REAL(ioctl)(fd, request, argument);
    int result = REAL(ioctl)(fd, request, argument);
    if (result == 0) /* all that was sent has been taken */
        *(int *)argument = 0;
    return leave_with(result, connection, &guard);
}
