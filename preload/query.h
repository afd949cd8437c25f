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

/* Whether the program has connected a socket to a name server. Until then what it sends without an address is not looked at. */
extern atomic_bool query_connected;

/* Told of each connection that is not ours. */
void query_note_connection(const struct sockaddr *address, socklen_t length);

static inline bool query_watched(void)
{
    return __builtin_expect(atomic_load_explicit(&query_connected, memory_order_relaxed), 0);
}

/* Whether `to`, which the kernel has not read yet, is a name server: port 53. */
bool query_to_server(const struct sockaddr *to, socklen_t length);

/*
 * Whether these bytes, sent on `fd` to `to` (NULL: to its peer, which must be a name server then), ask for one of our names. Errno
 * is then ECONNREFUSED. In datagrams and on a stream, where the length comes first, and may come in a part of its own.
 */
bool query_is_ours(int fd, const struct sockaddr *to, const struct iovec *parts, size_t count);

static inline bool query_refused(int fd, const struct sockaddr *to, socklen_t length,
                                 const void *bytes, size_t size)
{
    struct iovec part = { (void *)bytes, size };
    return (to == NULL ? query_watched() : query_to_server(to, length)) &&
           query_is_ours(fd, to, &part, 1);
}

static inline bool query_parts_refused(int fd, const struct iovec *parts, int count)
{
    return query_watched() && count > 0 && query_is_ours(fd, NULL, parts, (size_t)count);
}

/* The same of a message, which can be read. */
static inline bool query_message_refused(int fd, const struct msghdr *message)
{
    return (message->msg_name == NULL ? query_watched()
                                      : query_to_server(message->msg_name, message->msg_namelen)) &&
           query_is_ours(fd, message->msg_name, message->msg_iov, message->msg_iovlen);
}

#endif
