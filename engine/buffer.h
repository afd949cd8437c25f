/*
 * buffer.h - bytes that grow: an answer being written, an item being packed, a key being built.
 *
 * The bytes live in an arena, as long as it does: a buffer is never freed, and when memory runs out the arena jumps.
 */
#ifndef DDBMOCK_ENGINE_BUFFER_H
#define DDBMOCK_ENGINE_BUFFER_H

#include "engine/arena.h"

struct buffer {
    struct arena *
        arena; /* memory comes from here; a grown buffer leaves its smaller self behind until the release */
    char *data;
    size_t length, capacity;
};

/* An empty buffer whose bytes live in `arena`, as long as it does. */
void buffer_init(struct buffer *buffer, struct arena *arena);

/* buffer_reserve where the buffer is too small. */
char *buffer_grow(struct buffer *buffer, size_t size);

/* Room for `size` bytes at the end, uninitialised: write them, then add to length. */
static inline char *buffer_reserve(struct buffer *buffer, size_t size)
{
    if (size > buffer->capacity - buffer->length)
        return buffer_grow(buffer, size);
    return buffer->data + buffer->length;
}

static inline void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buffer_reserve(buffer, size), bytes, size);
    buffer->length += size;
}

static inline void buffer_append_slice(struct buffer *buffer, struct slice bytes)
{
    buffer_append(buffer, bytes.data, bytes.length);
}

static inline void buffer_append_string(struct buffer *buffer, const char *string)
{
    buffer_append(buffer, string, strlen(string));
}

static inline void buffer_append_byte(struct buffer *buffer, unsigned char byte)
{
    *buffer_reserve(buffer, 1) = (char)byte;
    buffer->length++;
}

/* printf at the end; no NUL. */
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){ buffer->data, buffer->length };
}

#endif
