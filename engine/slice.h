/*
 * slice.h - a run of bytes that somebody else owns.
 *
 * The currency of the engine: attribute names, strings, binaries, storage keys and values. A slice says nothing of who
 * owns the bytes; the function that hands one out says how long they live. Not NUL-terminated.
 */
#ifndef DDBMOCK_ENGINE_SLICE_H
#define DDBMOCK_ENGINE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data; /* may be NULL only when length is 0 */
    size_t length;    /* in bytes */
};

/* A slice of a NUL-terminated string, without the NUL; valid as long as the string. */
static inline struct slice slice_of(const char *string)
{
    return (struct slice){ string, strlen(string) };
}

/* Orders as unsigned bytes, a prefix before what it is a prefix of: the order of DynamoDB's strings and binaries. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    if (order != 0)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool slice_starts_with(struct slice whole, struct slice prefix)
{
    return whole.length >= prefix.length &&
           (prefix.length == 0 || memcmp(whole.data, prefix.data, prefix.length) == 0);
}

#endif
