/*
 * buffer.c - see buffer.h.
 */
#include "engine/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

void buffer_init(struct buffer *buffer, struct arena *arena)
{
    *buffer = (struct buffer){ .arena = arena };
}

char *buffer_grow(struct buffer *buffer, size_t size)
{
    size_t wanted = buffer->capacity ? buffer->capacity * 2 : 256;
    if (wanted < buffer->length + size)
        wanted = buffer->length + size;
    char *larger = arena_take(buffer->arena, wanted);
    if (buffer->length)
        memcpy(larger, buffer->data, buffer->length);
    buffer->data = larger;
    buffer->capacity = wanted;
    return larger + buffer->length;
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = buffer->capacity - buffer->length;
    int length = vsnprintf(room ? buffer->data + buffer->length : NULL, room, format, arguments);
    if (length > 0 && (size_t)length >= room)
        vsnprintf(buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, format, again);
    if (length > 0)
        buffer->length += (size_t)length;
    va_end(again);
    va_end(arguments);
}
