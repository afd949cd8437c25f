/*
 * connect.c - connect(2): a stream socket on its way to one of our addresses becomes a connection
 * of ours.
 *
 * The program's number gets one end of a socket pair; what was set on its socket before comes
 * along.
 */
#include "preload/connect.h"

#include "preload/addresses.h"
#include "preload/connection.h"
#include "preload/epoll.h"
#include "preload/imports.h"
#include "preload/loader.h"
#include "preload/network.h"
#include "preload/node.h"
#include "preload/query.h"
#include "preload/readable.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

/* Carries over what matters to the transfer of bytes; everything else is asked of the TCP socket,
 * which is kept. */
static void copy_settings(int from, int to)
{
    static const int options[] = { SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVLOWAT };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char value[32];
        socklen_t length = sizeof value;
        if (REAL(getsockopt)(from, SOL_SOCKET, options[i], value, &length) == 0)
            REAL(setsockopt)(to, SOL_SOCKET, options[i], value, length);
    }
    struct f_owner_ex owner;
    if (REAL(fcntl)(from, F_GETOWN_EX, &owner) == 0 && owner.pid != 0) {
        REAL(fcntl)(to, F_SETOWN_EX, &owner);
        REAL(fcntl)(to, F_SETSIG, REAL(fcntl)(from, F_GETSIG));
    }
    int flags = REAL(fcntl)(from, F_GETFL);
    if (flags > 0 && (flags & (O_NONBLOCK | O_ASYNC)))
        REAL(fcntl)(to, F_SETFL, flags & (O_NONBLOCK | O_ASYNC));
}

/* Whether `fd` is a socket that connect(2) would take to an address of `family`: 0, or the error.
 */
static int check_socket(int fd, int family, bool *stream)
{
    int type, domain;
    socklen_t length = sizeof type;
    if (REAL(getsockopt)(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0)
        return errno;
    length = sizeof domain;
    if (REAL(getsockopt)(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0)
        return errno;
    *stream = type == SOCK_STREAM && domain == family;
    return 0;
}

/* Puts `end` in the place of `fd`; the descriptor flags of `fd` stay. 0, or the error. */
static int replace(int fd, int end)
{
    int flags = REAL(fcntl)(fd, F_GETFD);
    if (flags < 0)
        return errno;
    return REAL(dup3)(end, fd, flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0 ? errno : 0;
}

/* 0 when `fd` is now a connection to `host`, else the error that connect(2) is to give. */
static int take_over(int fd, const struct sockaddr *address, socklen_t length, const char *host)
{
    int ends[2];
    struct epoll_memory memory = { 0 };
    const struct gateway *engine = loader_open();
    if (engine == NULL)
        return ECONNREFUSED;
    connection_sweep();
    struct connection *made = connection_create();
    if (made == NULL)
        return ENOBUFS;
    made->gateway = engine->connect(host);
    made->host = host;
    memcpy(&made->peer, address, length < sizeof made->peer ? length : sizeof made->peer);
    made->peer_length = length < sizeof made->peer ? length : sizeof made->peer;
    int error = made->gateway == NULL ? ENOBUFS : 0;
    /* Past other preloaded libraries (socket_wrapper, sanitizers), which would keep books on the
     * pair as the program's. */
    if (error == 0 &&
        REAL(syscall)(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        error = errno;
    if (error == 0) {
        made->end = connection_hide(ends[1]);
        if (made->end < 0)
            error = -made->end;
        else if (!connection_identify(ends[0], &made->identity))
            error = ENOBUFS;
        /* Without the TCP socket its options are answered from memory's defaults (sockopt.c). */
        int copy = error == 0 ? REAL(fcntl)(fd, F_DUPFD_CLOEXEC, 3) : -1;
        made->tcp = copy >= 0 ? connection_hide(copy) : -1;
        if (error == 0) {
            copy_settings(fd, ends[0]);
            epoll_take_out(fd, &memory);
            error = replace(fd, ends[0]);
        }
        if (memory.count > 0)
            epoll_put_back(fd, &memory);
        REAL(close)(ends[0]);
    }
    if (error != 0) {
        connection_destroy(made);
        return error;
    }
    if (service_wants_everything())
        service_watch(made);
    pthread_mutex_unlock(&made->lock);
    bool filed = connection_add(fd, made);
    connection_release(made);
    return filed ? 0 : ENOBUFS;
}

/* Whether the call is ours; then *error is its outcome. */
static bool connect_ours(int fd, const struct sockaddr *address, socklen_t length, int *error)
{
    const char *host;
    bool stream = false;
    if (!address_is_ours(address, length, &host))
        return false;
    imports_jump(); /* a library may have been loaded since */
    struct shim_guard guard;
    struct connection *connection = connection_enter(fd, &guard);
    if (connection != NULL) {
        connection_leave(connection, &guard);
        *error = EISCONN;
        return true;
    }
    shim_enter(&guard);
    /* A datagram socket is only asked for its route (as c-ares does to sort addresses): the
     * loopback interface answers. */
    *error = check_socket(fd, address->sa_family, &stream);
    if (*error == 0 && stream)
        *error = take_over(fd, address, length, host);
    shim_leave(&guard);
    if (*error == 0 && stream)
        node_trust();
    return *error != 0 || stream;
}

/* connect(2) with AF_UNSPEC ends a connection and leaves a fresh socket. */
static bool disconnect_ours(int fd, int *error)
{
    struct shim_guard guard;
    struct connection *connection = connection_enter(fd, &guard);
    if (connection == NULL)
        return false;
    *error = connection->tcp >= 0 ? replace(fd, connection->tcp) : EINVAL;
    connection_leave(connection, &guard);
    if (*error == 0)
        connection_drop(fd);
    return true;
}

/* Not ours: the kernel's, which looks at the address before we do. */
static int connect_elsewhere(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    int result = REAL(connect)(fd, address, length);
    if (result == 0 || errno == EINPROGRESS)
        query_note_connection(address.__sockaddr__, length);
    return result;
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    int error;
    shim_need_start();
    if (shim_inside())
        return REAL(connect)(fd, address, length);
    const struct sockaddr *to = address.__sockaddr__;
    if (!(atomic_load_explicit(&addresses_known, memory_order_relaxed) || network_watched()) ||
        length < sizeof to->sa_family || !readable(to, length))
        return connect_elsewhere(fd, address, length);
    bool ours = to->sa_family == AF_UNSPEC && connections_exist()
                    ? disconnect_ours(fd, &error)
                    : connect_ours(fd, to, length, &error);
    if (!ours)
        return network_refuses(to, length) ? -1 : connect_elsewhere(fd, address, length);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

bool connect_for_sending(int fd, const struct sockaddr *address, socklen_t length, int *error)
{
    return atomic_load_explicit(&addresses_known, memory_order_relaxed) && !shim_inside() &&
           readable(address, length) && connect_ours(fd, address, length, error);
}

int socket(int family, int type, int protocol)
{
    return network_refuses_family(family) ? -1 : REAL(socket)(family, type, protocol);
}
