/*
 * query.h - the questions of programs that resolve by themselves (c-ares, Netty, dig). The names of regions they find in
 * /etc/hosts as it is shown to them; what they ask a name server all the same, an account's own name or an IPv6 address,
 * would be answered with where the real service is. Such a question is refused.
 */
#ifndef DDBMOCK_PRELOAD_QUERY_H
#define DDBMOCK_PRELOAD_QUERY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Whether the program has opened /etc/resolv.conf, which libc's resolver reads past every hook. Until then nothing that it sends is
 * looked at. */
extern atomic_bool query_resolves;

/* Told of each file that is opened. */
void query_note_file(const char *path);

/* Whether these bytes, sent on `fd` to `to` (NULL: to its peer), ask a name server (port 53, datagram or stream) for one of
 * our names. Errno is then ECONNREFUSED. */
bool query_is_ours(int fd, const struct sockaddr *to, socklen_t length, const void *bytes,
                   size_t size);

static inline bool query_watched(void)
{
    return __builtin_expect(atomic_load_explicit(&query_resolves, memory_order_relaxed), 0);
}

static inline bool query_refused(int fd, const struct sockaddr *to, socklen_t length,
                                 const void *bytes, size_t size)
{
    return query_watched() && query_is_ours(fd, to, length, bytes, size);
}

/* The same of several parts, the first of which holds the question. */
bool query_is_ours_in(int fd, const struct sockaddr *to, socklen_t length,
                      const struct iovec *parts, size_t count);

static inline bool query_parts_refused(int fd, const struct iovec *parts, int count)
{
    return query_watched() && count > 0 && query_is_ours_in(fd, NULL, 0, parts, (size_t)count);
}

/* The same of a message, which can be read. */
static inline bool query_message_refused(int fd, const struct msghdr *message)
{
    return query_watched() && query_is_ours_in(fd, message->msg_name, message->msg_namelen,
                                               message->msg_iov, message->msg_iovlen);
}

#endif
