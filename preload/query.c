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

atomic_bool query_resolves;

void query_note_file(const char *path)
{
    if (path != NULL && path[0] == '/' && strcmp(path, "/etc/resolv.conf") == 0 && !shim_inside())
        atomic_store_explicit(&query_resolves, true, memory_order_relaxed);
}

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

bool query_is_ours(int fd, const struct sockaddr *to, socklen_t length, const void *bytes,
                   size_t size)
{
    char name[LONGEST_NAME + 2];
    struct sockaddr_storage peer;
    bool short_of_memory;
    if (size < HEADER || size > LARGEST_QUESTION || shim_inside() || !readable(bytes, size) ||
        (to != NULL && !readable(to, length)))
        return false;
    if (!read_name(bytes, size, name) &&
        !read_name((const unsigned char *)bytes + 2, size - 2, name))
        return false;
    if (address_of(name, &short_of_memory) == NULL && !short_of_memory)
        return false;
    if (to == NULL) {
        int error = errno;
        length = sizeof peer;
        to = (const struct sockaddr *)&peer;
        if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0) {
            errno = error;
            return false;
        }
    }
    if (!is_dns(to, length))
        return false;
    errno = ECONNREFUSED;
    return true;
}

bool query_is_ours_in(int fd, const struct sockaddr *to, socklen_t length,
                      const struct iovec *parts, size_t count)
{
    return count > 0 && readable(parts, sizeof *parts) &&
           query_is_ours(fd, to, length, parts[0].iov_base, parts[0].iov_len);
}
