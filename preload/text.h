/*
 * text.h - short texts put together without stdio, whose first use in a process costs more than the rest of our start.
 */
#ifndef DDBMOCK_PRELOAD_TEXT_H
#define DDBMOCK_PRELOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
    char *at, *end; /* where it goes on, and where its room ends; `at` NULL: it did not fit */
};

/* An empty text in `room` of `size` bytes, at least 1, the final NUL's among them. */
static inline struct text text_in(char *room, size_t size)
{
    room[0] = '\0';
    return (struct text){ room, room + size };
}

/* What does not fit leaves the text as it is, and text_fits false from then on. */
static inline void text_add(struct text *text, const char *more)
{
    size_t length = strlen(more);
    if (text->at == NULL || length >= (size_t)(text->end - text->at)) {
        text->at = NULL;
        return;
    }
    memcpy(text->at, more, length + 1);
    text->at += length;
}

/* In `base`, 10 or 16, with `digits` digits or more. */
static inline void text_add_number(struct text *text, unsigned long long number, unsigned base,
                                   int digits)
{
    char room[32], *at = room + sizeof room;
    *--at = '\0';
    for (; digits > 0 || number != 0; digits--, number /= base)
        *--at = "0123456789abcdef"[number % base];
    text_add(text, at);
}

static inline bool text_fits(const struct text *text)
{
    return text->at != NULL;
}

#endif
