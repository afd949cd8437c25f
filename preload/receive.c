/*
 * receive.c - the receiving calls. The bytes come from the kernel, as always; these hooks only see
 * to it that what did not fit into the socket follows, and that a reader who would wait in vain
 * does not: before it does, our end is searched for bytes that were sent by a call that no hook
 * saw.
 *
 * As long as anything waits for room, the socket has bytes to read: so poll, select and epoll need
 * no hooks.
 */
#include "preload/connection.h"
#include "preload/readable.h"
#include "preload/real.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Fills the socket up again, when anything waits. */
static void top_up(int fd, struct connection *connection)
{
    struct shim_guard guard;
    if (!atomic_load(&connection->backlog))
        return;
    connection = connection_enter(fd, &guard);
    if (connection == NULL)
        return;
    connection_flush(connection);
    connection_leave(connection, &guard);
}

/* A read is about to wait: whether there was something to do that makes it worth trying again. */
static bool stir(int fd)
{
    struct shim_guard guard;
    bool ended, moved;
    struct connection *connection = connection_enter(fd, &guard);
    if (connection == NULL)
        return false;
    moved = connection_drain(connection, &ended);
    connection_leave(connection, &guard);
    return moved;
}

/* MSG_WAITALL: the kernel would wait for bytes that wait for room. Fills the parts one after the
 * other. False: nothing was tried that libc's call would not have to try, too. */
static bool receive_all(int fd, struct connection *connection, const struct msghdr *message,
                        int flags, ssize_t *result)
{
    ssize_t total = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        char *to = message->msg_iov[i].iov_base;
        for (size_t left = message->msg_iov[i].iov_len; left > 0;) {
            ssize_t got = REAL(recv)(fd, to, left, (flags & ~MSG_WAITALL) | MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN) {
                if (stir(fd))
                    continue;
                got = REAL(recv)(fd, to, left, flags & ~MSG_WAITALL);
                if (got < 0 && total == 0) { /* its time is over, or a signal came */
                    *result = -1;
                    return true;
                }
            } else if (got < 0 && total == 0) {
                return false;
            }
            if (got <= 0) {
                *result = total;
                return true;
            }
            top_up(fd, connection);
            total += got;
            to += got;
            left -= (size_t)got;
        }
    }
    *result = total;
    return true;
}

/* What a call asks for. */
enum kind {
    BYTES,  /* those of the message's first part */
    PARTS,  /* those of all its parts; the message is our own */
    MESSAGE /* all of it; it is the program's */
};

static ssize_t receive_now(int fd, struct msghdr *message, int flags, enum kind kind)
{
    if (kind != BYTES)
        return REAL(recvmsg)(fd, message, flags | MSG_DONTWAIT);
    struct iovec *part = message->msg_iov;
    return REAL(recv)(fd, part->iov_base, part->iov_len, flags | MSG_DONTWAIT);
}

/* Whether the parts can be looked at, which the kernel has not done yet. */
static bool has_parts(const struct msghdr *message, enum kind kind)
{
    return kind == BYTES ||
           ((kind == PARTS || readable(message, sizeof *message)) &&
            message->msg_iovlen <= IOV_MAX &&
            readable(message->msg_iov, message->msg_iovlen * sizeof *message->msg_iov));
}

/*
 * Whether the bytes were received here; then *result is their number. Else the hook calls libc,
 * which waits or has the right error, and then receive_after.
 */
static bool receive_before(int fd, struct msghdr *message, int flags, enum kind kind,
                           ssize_t *result)
{
    struct connection *connection = connection_at(fd);
    int saved = errno;
    if (connection == NULL || (flags & MSG_OOB))
        return false;
    if (flags & MSG_ERRQUEUE) { /* a unix socket has none and would give data; ours is empty */
        *result = -1;
        errno = EAGAIN;
        return true;
    }
    top_up(fd, connection);
    if ((flags & (MSG_WAITALL | MSG_PEEK | MSG_DONTWAIT)) == MSG_WAITALL) {
        if (!has_parts(message, kind))
            return false;
        bool done = receive_all(fd, connection, message, flags, result);
        if (!done || *result >= 0)
            errno = saved;
        return done;
    }
    do {
        *result = receive_now(fd, message, flags, kind);
    } while (*result < 0 && errno == EAGAIN && stir(fd));
    errno = saved;
    if (*result >= 0)
        top_up(fd, connection);
    return *result >= 0;
}

static ssize_t receive_after(int fd, ssize_t got)
{
    struct connection *connection = got > 0 && connections_exist() ? connection_at(fd) : NULL;
    if (connection != NULL)
        top_up(fd, connection);
    return got;
}

static bool receive_into(int fd, void *bytes, size_t size, int flags, ssize_t *result)
{
    struct iovec part = { bytes, size };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    return size > 0 && receive_before(fd, &message, flags, BYTES, result);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    ssize_t got;
    if (!connections_exist())
        return REAL(recv)(fd, bytes, size, flags);
    return receive_into(fd, bytes, size, flags, &got)
               ? got
               : receive_after(fd, REAL(recv)(fd, bytes, size, flags));
}

ssize_t __recv_chk(int fd, void *bytes, size_t size, size_t room, int flags)
{
    ssize_t got;
    if (!connections_exist() || size > room)
        return REAL(__recv_chk)(fd, bytes, size, room, flags);
    return receive_into(fd, bytes, size, flags, &got)
               ? got
               : receive_after(fd, REAL(recv)(fd, bytes, size, flags));
}

ssize_t read(int fd, void *bytes, size_t size)
{
    ssize_t got;
    if (!connections_exist())
        return REAL(read)(fd, bytes, size);
    return receive_into(fd, bytes, size, 0, &got) ? got
                                                  : receive_after(fd, REAL(read)(fd, bytes, size));
}

ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room)
{
    ssize_t got;
    if (!connections_exist() || size > room)
        return REAL(__read_chk)(fd, bytes, size, room);
    return receive_into(fd, bytes, size, 0, &got) ? got
                                                  : receive_after(fd, REAL(read)(fd, bytes, size));
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    ssize_t got;
    if (!connections_exist())
        return REAL(readv)(fd, parts, count);
    struct msghdr message = { .msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count };
    return count > 0 && receive_before(fd, &message, 0, PARTS, &got)
               ? got
               : receive_after(fd, REAL(readv)(fd, parts, count));
}

ssize_t preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    return offset == -1 && flags == 0 && connections_exist() && connection_at(fd) != NULL
               ? readv(fd, parts, count)
               : REAL(preadv2)(fd, parts, count, offset, flags);
}

ssize_t preadv64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
    return offset == -1 && flags == 0 && connections_exist() && connection_at(fd) != NULL
               ? readv(fd, parts, count)
               : REAL(preadv64v2)(fd, parts, count, offset, flags);
}

/* A stream that is connected says nothing of where bytes come from. */
static ssize_t without_sender(ssize_t got, socklen_t *length)
{
    if (got >= 0 && length != NULL)
        *length = 0;
    return got;
}

ssize_t recvfrom(int fd, void *bytes, size_t size, int flags, __SOCKADDR_ARG from,
                 socklen_t *length)
{
    ssize_t got;
    if (!connections_exist() || (from.__sockaddr__ != NULL && connection_at(fd) != NULL &&
                                 !readable(length, sizeof *length)))
        return REAL(recvfrom)(fd, bytes, size, flags, from, length);
    if (receive_into(fd, bytes, size, flags, &got))
        return without_sender(got, from.__sockaddr__ != NULL ? length : NULL);
    return receive_after(fd, REAL(recvfrom)(fd, bytes, size, flags, from, length));
}

ssize_t __recvfrom_chk(int fd, void *bytes, size_t size, size_t room, int flags,
                       struct sockaddr *from, socklen_t *length)
{
    if (!connections_exist() || size > room)
        return REAL(__recvfrom_chk)(fd, bytes, size, room, flags, from, length);
    return recvfrom(fd, bytes, size, flags, from, length);
}

/* A connection of ours that this process has passed to itself is known under its new number. */
static void adopt_passed(const struct msghdr *message)
{
    int fd;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
         control = CMSG_NXTHDR((struct msghdr *)message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = CMSG_LEN(0); at + sizeof fd <= control->cmsg_len; at += sizeof fd) {
            memcpy(&fd, (char *)control + at, sizeof fd);
            connection_adopt(fd);
        }
    }
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t got;
    if (!connections_exist())
        return REAL(recvmsg)(fd, message, flags);
    if (receive_before(fd, message, flags, MESSAGE, &got))
        return got;
    got = receive_after(fd, REAL(recvmsg)(fd, message, flags));
    if (got >= 0 && message->msg_controllen > 0)
        adopt_passed(message);
    return got;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
    if (!connections_exist())
        return REAL(recvmmsg)(fd, messages, count, flags, timeout);
    ssize_t got;
    if (count > 0 &&
        receive_before(fd, &messages[0].msg_hdr, flags & ~MSG_WAITFORONE, MESSAGE, &got)) {
        int saved = errno;
        if (got < 0)
            return -1;
        unsigned received = 1;
        messages[0].msg_len = (unsigned)got;
        while (received < count && got > 0) {
            got = REAL(recvmsg)(fd, &messages[received].msg_hdr, flags | MSG_DONTWAIT);
            if (got <= 0)
                break;
            messages[received++].msg_len = (unsigned)got;
            receive_after(fd, got);
        }
        errno = saved;
        return (int)received;
    }
    int received = REAL(recvmmsg)(fd, messages, count, flags, timeout);
    for (int i = 0; i < received; i++)
        if (messages[i].msg_hdr.msg_controllen > 0)
            adopt_passed(&messages[i].msg_hdr);
    return receive_after(fd, received) < 0 ? -1 : received;
}
