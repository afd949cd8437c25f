/*
 * bytes.h - bytes on their way in or out of a connection: they are put in at the end and taken from
 * the front.
 *
 * Memory is malloc's and stays until bytes_release, so that the requests of one connection share
 * it. Running out of memory is an answer (NULL or false), never an exit.
 */
#ifndef DDBMOCK_HTTP_BYTES_H
#define DDBMOCK_HTTP_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    char *data;           /* the bytes are data[start..length) */
    size_t start, length; /* start <= length <= capacity */
    size_t capacity;
};

/* Room for `size` bytes at data + length, uninitialised: write them, then add to length. NULL when
 * memory is short. */
char *bytes_reserve(struct bytes *bytes, size_t size);

/* False, with nothing appended, when memory is short. */
bool bytes_append(struct bytes *bytes, const void *data, size_t size);

/* Takes `size` bytes from the front, at most as many as there are. */
void bytes_consume(struct bytes *bytes, size_t size);

/* Empties; gives the memory back as well when it is more than `keep` bytes. */
void bytes_clear(struct bytes *bytes, size_t keep);

/* Empties and gives the memory back. */
void bytes_release(struct bytes *bytes);

#endif
