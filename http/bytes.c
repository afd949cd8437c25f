/*
 * bytes.c - see bytes.h. Grows by doubling; what was taken from the front is made room again before
 * anything grows.
 */
#include "http/bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 1024 };

char *bytes_reserve(struct bytes *bytes, size_t size)
{
    if (bytes->capacity - bytes->length >= size && bytes->data != NULL)
        return bytes->data + bytes->length;
    if (bytes->start > 0) {
        bytes->length -= bytes->start;
        memmove(bytes->data, bytes->data + bytes->start, bytes->length);
        bytes->start = 0;
        if (bytes->capacity - bytes->length >= size)
            return bytes->data + bytes->length;
    }
    if (size > SIZE_MAX / 4 - bytes->length)
        return NULL;
    size_t capacity = bytes->capacity < SMALLEST ? SMALLEST : bytes->capacity * 2;
    if (capacity < bytes->length + size)
        capacity = bytes->length + size;
    char *data = realloc(bytes->data, capacity);
    if (data == NULL)
        return NULL;
    bytes->data = data;
    bytes->capacity = capacity;
    return data + bytes->length;
}

bool bytes_append(struct bytes *bytes, const void *data, size_t size)
{
    if (size == 0)
        return true;
    char *room = bytes_reserve(bytes, size);
    if (room == NULL)
        return false;
    memcpy(room, data, size);
    bytes->length += size;
    return true;
}

void bytes_consume(struct bytes *bytes, size_t size)
{
    size_t held = bytes->length - bytes->start;
    bytes->start += size < held ? size : held;
    if (bytes->start == bytes->length)
        bytes->start = bytes->length = 0;
}

void bytes_clear(struct bytes *bytes, size_t keep)
{
    bytes->start = bytes->length = 0;
    if (bytes->capacity > keep)
        bytes_release(bytes);
}

void bytes_release(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){ 0 };
}
