/*
 * arena.h - the memory of one request: taken piece by piece, given back at once.
 *
 * An arena never answers NULL. When memory runs out it jumps to the point that its owner named in `exhausted`; the owner
 * (request_run, a test) answers the request with a 500 there. So between arena_init and arena_release a function that
 * allocates from an arena must hold no lock, descriptor or malloc'd block that only it knows how to give back: what
 * outlives a call hangs on the request, whose owner cleans up. Not thread-safe: one arena, one thread.
 */
#ifndef DDBMOCK_ENGINE_ARENA_H
#define DDBMOCK_ENGINE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "engine/slice.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next, *end;           /* free bytes of the newest block, or of the room */
    jmp_buf *
        exhausted; /* where to go when malloc fails; owned by the caller, must be live during every alloc */
};

/* An empty arena: no memory is taken before the first allocation. */
void arena_init(struct arena *arena, jmp_buf *exhausted);

/* As arena_init; the first `size` bytes come from `room`, the caller's, aligned for any type. */
void arena_init_in(struct arena *arena, jmp_buf *exhausted, void *room, size_t size);

/* Gives everything back. The arena may be used again afterwards. Async-signal-unsafe, as free(3). */
void arena_release(struct arena *arena);

/* arena_alloc where the newest block has no room: `size` is a positive multiple of the alignment, or 0 when that overflowed. */
void *arena_grow(struct arena *arena, size_t size);

/* `size` bytes, aligned for any type, not zeroed; otherwise as arena_alloc. */
static inline void *arena_take(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t taken = ((size | !size) + align - 1) & ~(align - 1);
    if (taken - 1 >= (size_t)(arena->end - arena->next))
        return arena_grow(arena, taken);
    void *memory = arena->next;
    arena->next += taken;
    return memory;
}

/* `size` bytes, aligned for any type, zeroed; valid until arena_release. `size` 0 gives a unique non-NULL pointer. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

/* As arena_alloc, of `count` elements of `size` bytes; jumps to `exhausted` when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of `bytes` in the arena, with a NUL behind it that does not count. */
struct slice arena_copy(struct arena *arena, struct slice bytes);

/* A NUL-terminated copy of `bytes`. */
char *arena_string(struct arena *arena, struct slice bytes);

/* printf into the arena; the result is NUL-terminated. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#define ARENA_NEW(arena, type)              ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_NEW_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
