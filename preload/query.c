/*
 * query.c - see query.h. RFC 1035 has the form of a question; on a stream its length comes first.
 */
#include "preload/query.h"

#include "preload/addresses.h"
#include "preload/readable.h"
#include "preload/shim.h"

#include <errno.h>
#include <string.h>

enum { DNS_PORT = 53, HEADER = 12, LARGEST_QUESTION = 4096, LONGEST_NAME = 253 };

atomic_bool query_connected;

static bool is_dns(const struct sockaddr *address, socklen_t length)
{
    struct sockaddr_in in;
    if (address == NULL || length < sizeof in)
        return false;
    memcpy(&in, address, sizeof in); /* sin6_port is in the same place */
    return (in.sin_family == AF_INET || in.sin_family == AF_INET6) &&
           ntohs(in.sin_port) == DNS_PORT;
}

/* The name that a message asks for, with dots; false when the message is no question. */
static bool read_name(const unsigned char *message, size_t size, char name[LONGEST_NAME + 2])
{
    size_t at = HEADER, length = 0;
    /* A standard query, one question; what else there may be follows it. */
    if (size < HEADER + 1 + 4 || (message[2] & 0xf8) != 0 || message[4] != 0 || message[5] != 1)
        return false;
    while (at < size && message[at] != 0) {
        size_t label = message[at++];
        if (label > 63 || label >= size - at || length + label > LONGEST_NAME)
            return false;
        memcpy(name + length, message + at, label);
        if (memchr(name + length, '\0', label) != NULL)
            return false;
        length += label;
        name[length++] = '.';
        at += label;
    }
    if (length == 0 || at >= size)
        return false;
    name[length - 1] = '\0';
    return true;
}

void query_note_connection(const struct sockaddr *address, socklen_t length)
{
    if (is_dns(address, length) && !shim_inside())
        atomic_store_explicit(&query_connected, true, memory_order_relaxed);
}

bool query_to_server(const struct sockaddr *to, socklen_t length)
{
    return length >= sizeof(struct sockaddr_in) && readable_to_thread(to, length) &&
           is_dns(to, length);
}

/* Whether the peer of `fd` is one. */
static bool asks_server(int fd)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int error = errno;
    bool is = getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
              is_dns((const struct sockaddr *)&peer, length);
    errno = error;
    return is;
}

static bool is_question(const struct iovec *part, char name[LONGEST_NAME + 2])
{
    const unsigned char *bytes = part->iov_base;
    size_t size = part->iov_len;
    return size >= HEADER && size <= LARGEST_QUESTION && readable(bytes, size) &&
           (read_name(bytes, size, name) || read_name(bytes + 2, size - 2, name));
}

bool query_is_ours(int fd, const struct sockaddr *to, const struct iovec *parts, size_t count)
{
    char name[LONGEST_NAME + 2];
    bool short_of_memory;
    if (shim_inside() || count == 0 || !readable(parts, (count > 1 ? 2 : 1) * sizeof *parts))
        return false;
    /* The first part, or what follows the length. */
    if (!is_question(&parts[0], name) &&
        !(count > 1 && parts[0].iov_len == 2 && is_question(&parts[1], name)))
        return false;
    if (address_of(name, &short_of_memory) == NULL && !short_of_memory)
        return false;
    if (to == NULL && !asks_server(fd))
        return false;
    errno = ECONNREFUSED;
    return true;
}
