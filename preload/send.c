/*
 * send.c - the sending calls: what a program sends on a connection of ours is given to the engine,
 * in the thread that sends, and the answer is in its socket before the call returns.
 */
#include "preload/connect.h"
#include "preload/connection.h"
#include "preload/network.h"
#include "preload/query.h"
#include "preload/readable.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* What is to be sent. */
struct sending {
    enum {
        BYTES, /* one part, which is described on our own stack */
        PARTS,
        MESSAGE /* `parts` and `count` are still to be taken from it */
    } kind;
    const struct msghdr *message;
    const struct iovec *parts;
    size_t count;
};

/* Whether the program's memory can be read as far as it is to be sent; then *total is its size. The connection's lock is held. */
static bool can_take(struct connection *connection, struct sending *what, size_t *total)
{
    struct readable_memory *memory = &connection->sent_from;
    if (what->kind == MESSAGE) {
        if (!readable_again(memory, what->message, sizeof *what->message))
            return false;
        what->parts = what->message->msg_iov;
        what->count = what->message->msg_iovlen;
    }
    if (what->count > IOV_MAX ||
        (what->kind != BYTES &&
         !readable_again(memory, what->parts, what->count * sizeof *what->parts)))
        return false;
    *total = 0;
    for (size_t i = 0; i < what->count; i++) {
        const struct iovec *part = &what->parts[i];
        if (part->iov_len > SSIZE_MAX - *total ||
            !readable_again(memory, part->iov_base, part->iov_len))
            return false;
        *total += part->iov_len;
    }
    return true;
}

/*
 * Sends it if `fd` is ours: the number of bytes, or -1 when libc is to do it (not ours, or the client has already shut down its
 * sending side, or what it sends cannot be read: for these the kernel has the right error).
 */
static ssize_t send_ours(int fd, struct sending what)
{
    struct shim_guard guard;
    size_t total;
    struct connection *connection = connection_enter(fd, &guard);
    if (connection == NULL)
        return -1;
    bool ours = !connection->half_closed && can_take(connection, &what, &total);
    if (ours) {
        bool ended;
        /* What came past us is older. */
        if (connection->served)
            connection_drain(connection, &ended);
        connection_feed(connection, what.parts, what.count);
    }
    connection_leave(connection, &guard);
    return ours ? (ssize_t)total : -1;
}

static ssize_t send_bytes(int fd, const void *bytes, size_t size)
{
    struct iovec part = { (void *)bytes, size };
    return send_ours(fd, (struct sending){ BYTES, .parts = &part, .count = 1 });
}

static ssize_t send_parts(int fd, const struct iovec *parts, int count)
{
    return count >= 0
               ? send_ours(fd, (struct sending){ PARTS, .parts = parts, .count = (size_t)count })
               : -1;
}

/* Whether the hooks below have to look at `fd`. */
static inline bool candidate(int fd)
{
    return connections_exist() && connection_at(fd) != NULL;
}

/*
 * Whether a connection of ours can send with these flags, else errno. Urgent data would be mixed
 * into the stream; where the program has asked to be told when its buffers are free again
 * (SO_ZEROCOPY), it hears that they cannot be pinned and copies, as it must be ready to.
 */
static bool possible(int fd, int flags)
{
    int value = 0;
    socklen_t length = sizeof value;
    if (__builtin_expect((flags & (MSG_OOB | MSG_ZEROCOPY)) == 0, 1))
        return true;
    if (flags & MSG_OOB)
        errno = EOPNOTSUPP;
    else if (getsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &value, &length) == 0 && value != 0)
        errno = ENOBUFS;
    else
        return true;
    return false;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (candidate(fd)) {
        if (!possible(fd, flags))
            return -1;
        ssize_t sent = send_bytes(fd, bytes, size);
        if (sent >= 0)
            return sent;
    }
    if (query_refused(fd, NULL, 0, bytes, size))
        return -1;
    return REAL(send)(fd, bytes, size, flags);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (candidate(fd)) {
        ssize_t sent = send_bytes(fd, bytes, size);
        if (sent >= 0)
            return sent;
    }
    if (query_refused(fd, NULL, 0, bytes, size))
        return -1;
    return REAL(write)(fd, bytes, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (candidate(fd)) {
        ssize_t sent = send_parts(fd, parts, count);
        if (sent >= 0)
            return sent;
    }
    if (query_parts_refused(fd, parts, count))
        return -1;
    return REAL(writev)(fd, parts, count);
}

/* With the offset -1 they are writev; any other one is for files. */
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
    if (offset == -1 && candidate(fd)) {
        ssize_t sent = send_parts(fd, parts, count);
        if (sent >= 0)
            return sent;
    }
    return REAL(pwritev2)(fd, parts, count, offset, flags);
}

ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
{
    if (offset == -1 && candidate(fd)) {
        ssize_t sent = send_parts(fd, parts, count);
        if (sent >= 0)
            return sent;
    }
    return REAL(pwritev64v2)(fd, parts, count, offset, flags);
}

/* With MSG_FASTOPEN, connects on the way. False: *error is the outcome. */
static bool open_fast(int fd, int flags, const struct sockaddr *address, socklen_t length,
                      int *error)
{
    *error = 0;
    return !(flags & MSG_FASTOPEN) || address == NULL ||
           !connect_for_sending(fd, address, length, error) || *error == 0;
}

/* What cannot be read is left to the kernel, which has the error for it. */
static inline bool refuses_address(const struct sockaddr *address, socklen_t length)
{
    return network_watched() && readable(address, length) && network_refuses(address, length);
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, __CONST_SOCKADDR_ARG address,
               socklen_t length)
{
    int error;
    if (__builtin_expect(flags & MSG_FASTOPEN, 0) &&
        !open_fast(fd, flags, address.__sockaddr__, length, &error)) {
        errno = error;
        return -1;
    }
    if (candidate(fd)) {
        if (!possible(fd, flags))
            return -1;
        ssize_t sent = send_bytes(fd, bytes, size);
        if (sent >= 0)
            return sent;
    }
    if (refuses_address(address.__sockaddr__, length) ||
        query_refused(fd, address.__sockaddr__, length, bytes, size))
        return -1;
    return REAL(sendto)(fd, bytes, size, flags, address, length);
}

/*
 * A descriptor of ours that is passed to another process: whoever holds it there has no hooks that
 * know it. From now on the service thread looks after it.
 */
static void watch_passed(const struct msghdr *message)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
         control = CMSG_NXTHDR((struct msghdr *)message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = CMSG_LEN(0); at + sizeof(int) <= control->cmsg_len; at += sizeof(int)) {
            int fd;
            memcpy(&fd, (char *)control + at, sizeof fd);
            service_watch_elsewhere(fd);
        }
    }
}

/* Whether a message that is not ours must not be sent. What cannot be read is left to the kernel. */
static bool refuses_message(int fd, const struct msghdr *message)
{
    return readable_to_thread(message, sizeof *message) &&
           (refuses_address(message->msg_name, message->msg_namelen) ||
            query_message_refused(fd, message));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    int error;
    if (__builtin_expect(flags & MSG_FASTOPEN, 0) && readable(message, sizeof *message) &&
        !open_fast(fd, flags, message->msg_name, message->msg_namelen, &error)) {
        errno = error;
        return -1;
    }
    if (candidate(fd)) {
        if (!possible(fd, flags))
            return -1;
        ssize_t sent = send_ours(fd, (struct sending){ MESSAGE, .message = message });
        if (sent >= 0)
            return sent;
    }
    if (refuses_message(fd, message))
        return -1;
    ssize_t sent = REAL(sendmsg)(fd, message, flags);
    if (sent >= 0 && connections_exist() && message->msg_controllen > 0)
        watch_passed(message);
    return sent;
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    unsigned sent = 0;
    if (!candidate(fd)) {
        for (unsigned i = 0; i < count; i++)
            if (!readable_to_thread(&messages[i], sizeof messages[i]))
                break;
            else if (refuses_message(fd, &messages[i].msg_hdr))
                return -1;
        int done = REAL(sendmmsg)(fd, messages, count, flags);
        for (int i = 0; connections_exist() && i < done; i++)
            if (messages[i].msg_hdr.msg_controllen > 0)
                watch_passed(&messages[i].msg_hdr);
        return done;
    }
    if (count > 0 && !possible(fd, flags))
        return -1;
    for (; sent < count && readable_to_thread(&messages[sent], sizeof messages[sent]); sent++) {
        ssize_t size =
            send_ours(fd, (struct sending){ MESSAGE, .message = &messages[sent].msg_hdr });
        if (size < 0)
            break;
        messages[sent].msg_len = (unsigned)size;
    }
    return sent > 0 ? (int)sent : REAL(sendmmsg)(fd, messages, count, flags);
}

/* A file to a connection of ours; -1 with errno as sendfile(2), or -2: not ours. */
static ssize_t send_file(int out, int in, off64_t *offset, size_t count)
{
    char bytes[4096];
    ssize_t total = 0;
    if (!candidate(out))
        return -2;
    while ((size_t)total < count) {
        size_t wanted = count - (size_t)total < sizeof bytes ? count - (size_t)total : sizeof bytes;
        ssize_t got =
            offset != NULL ? pread64(in, bytes, wanted, *offset) : REAL(read)(in, bytes, wanted);
        if (got <= 0)
            return total > 0 || got == 0 ? total : -1;
        if (send_bytes(out, bytes, (size_t)got) < 0) {
            /* The number has become something else: what was read belongs there. */
            ssize_t written = total == 0 ? REAL(write)(out, bytes, (size_t)got) : -1;
            if (offset != NULL && written > 0)
                *offset += written;
            return total > 0 ? total : written;
        }
        if (offset != NULL)
            *offset += got;
        total += got;
    }
    return total;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t count)
{
    if (connections_exist()) {
        off64_t at = offset != NULL ? *offset : 0;
        ssize_t sent = send_file(out, in, offset != NULL ? &at : NULL, count);
        if (offset != NULL && sent > 0)
            *offset = at;
        if (sent != -2)
            return sent;
    }
    return REAL(sendfile)(out, in, offset, count);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count)
{
    if (connections_exist()) {
        ssize_t sent = send_file(out, in, offset, count);
        if (sent != -2)
            return sent;
    }
    return REAL(sendfile64)(out, in, offset, count);
}

ssize_t splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t count,
               unsigned flags)
{
    /* The bytes stay in the kernel: the service thread takes them from there. */
    service_watch_number(in);
    service_watch_number(out);
    return REAL(splice)(in, in_offset, out, out_offset, count, flags);
}
