/*
 * arena.c - see arena.h. Blocks double from 4 KiB to 256 KiB; what is larger than a quarter of the next block gets a
 * block of its own, so that a 400 KB item does not leave a half-used block behind it.
 */
#include "engine/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 4 * 1024, LARGEST_BLOCK = 256 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of `bytes` */
    _Alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *arena, jmp_buf *exhausted)
{
    *arena = (struct arena){ .exhausted = exhausted };
}

void arena_init_in(struct arena *arena, jmp_buf *exhausted, void *room, size_t size)
{
    *arena = (struct arena){ .exhausted = exhausted, .next = room, .end = (char *)room + size };
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    arena->blocks = NULL;
    arena->next = arena->end = NULL;
}

static struct arena_block *take_block(struct arena *arena, size_t size)
{
    struct arena_block *block = NULL;
    if (size <= SIZE_MAX - sizeof *block)
        block = malloc(sizeof *block + size);
    if (!block)
        longjmp(*arena->exhausted, 1);
    block->size = size;
    return block;
}

void *arena_grow(struct arena *arena, size_t size)
{
    if (size == 0)
        longjmp(*arena->exhausted, 1);
    size_t next_size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (next_size > LARGEST_BLOCK)
        next_size = LARGEST_BLOCK;
    if (next_size < FIRST_BLOCK)
        next_size = FIRST_BLOCK;
    if (size > next_size / 4) {
        /* Behind the newest block in the list; the free bytes stay in use. */
        struct arena_block *own = take_block(arena, size);
        if (arena->blocks) {
            own->older = arena->blocks->older;
            arena->blocks->older = own;
        } else {
            own->older = NULL;
            arena->blocks = own;
        }
        return own->bytes;
    }
    struct arena_block *block = take_block(arena, next_size);
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = block->bytes + size;
    arena->end = block->bytes + next_size;
    return block->bytes;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        longjmp(*arena->exhausted, 1);
    return arena_alloc(arena, bytes);
}

char *arena_string(struct arena *arena, struct slice bytes)
{
    char *copy = arena_take(arena, bytes.length + 1);
    if (bytes.length)
        memcpy(copy, bytes.data, bytes.length);
    copy[bytes.length] = '\0';
    return copy;
}

struct slice arena_copy(struct arena *arena, struct slice bytes)
{
    return (struct slice){ arena_string(arena, bytes), bytes.length };
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = arena_alloc(arena, length < 0 ? 1 : (size_t)length + 1);
    if (length > 0)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return text;
}
