/*
 * item_key.c - the sort forms of key values: see item.h.
 *
 * Strings and binaries end in a 0 byte; the bytes 0 and 1 within become 1 1 and 1 2, which keeps
 * their order and leaves 0 to be the end alone. Numbers have a form of their own (engine/number.h).
 */
#include "engine/item.h"

enum { END = 0, ESCAPE = 1 };

void key_encode(struct buffer *out, const struct value *value)
{
    if (value->type == VALUE_N) {
        unsigned char *form = (unsigned char *)buffer_reserve(out, NUMBER_KEY_MAX);
        out->length += number_encode(&value->number, form);
        return;
    }
    const unsigned char *next = (const unsigned char *)value->bytes.data;
    const unsigned char *end = next + value->bytes.length;
    unsigned char *start = (unsigned char *)buffer_reserve(out, 2 * value->bytes.length + 1);
    unsigned char *form = start;
    for (; next < end; next++) {
        if (*next <= ESCAPE) {
            *form++ = ESCAPE;
            *form++ = *next + 1;
        } else {
            *form++ = *next;
        }
    }
    *form++ = END;
    out->length += (size_t)(form - start);
}

void key_encode_prefix(struct buffer *out, const struct value *value)
{
    key_encode(out, value);
    out->length--; /* the END */
}

size_t key_encoded_length(struct slice bytes, enum value_type type)
{
    if (type == VALUE_N)
        return number_encoded_length(bytes);
    const char *end = bytes.length ? memchr(bytes.data, END, bytes.length) : NULL;
    return end ? (size_t)(end - bytes.data) + 1 : 0;
}
