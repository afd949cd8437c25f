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

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    if (size > buffer->capacity - buffer->length) {
        size_t wanted = buffer->capacity ? buffer->capacity * 2 : 256;
        if (wanted < buffer->length + size)
            wanted = buffer->length + size;
        char *larger = arena_alloc(buffer->arena, wanted);
        if (buffer->length)
            memcpy(larger, buffer->data, buffer->length);
        buffer->data = larger;
        buffer->capacity = wanted;
    }
    return buffer->data + buffer->length;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buffer_reserve(buffer, size), bytes, size);
    buffer->length += size;
}

void buffer_append_slice(struct buffer *buffer, struct slice bytes)
{
    buffer_append(buffer, bytes.data, bytes.length);
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
    buffer_append(buffer, string, strlen(string));
}

void buffer_append_byte(struct buffer *buffer, unsigned char byte)
{
    *buffer_reserve(buffer, 1) = (char)byte;
    buffer->length++;
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
