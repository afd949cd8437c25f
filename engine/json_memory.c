/*
 * json_memory.c - see json_memory.h. jansson asks here for memory, always; what it gives back inside the thread's piece stays
 * there until the piece goes.
 */
#include "engine/json_memory.h"

#include <stdint.h>
#include <stdlib.h>

/* The thread's. Initial-exec, as of lmdb_landing: glibc aborts when it has no memory for a thread's other thread-locals. */
static __thread struct {
    char *start, *next; /* of the piece and of its free bytes; NULL: there is none */
    size_t left;        /* bytes; 0 but while a body is being parsed */
} piece __attribute__((tls_model("initial-exec")));

static void *take(size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > piece.left || piece.left - size < align)
        return malloc(size);
    size = (size + align - 1) & ~(align - 1);
    void *memory = piece.next;
    piece.next += size;
    piece.left -= size;
    return memory;
}

static void give_back(void *memory)
{
    if (!piece.start || (uintptr_t)memory - (uintptr_t)piece.start >= JSON_MEMORY_SIZE)
        free(memory);
}

__attribute__((constructor)) static void install(void)
{
    json_set_alloc_funcs(take, give_back);
}

json_t *json_memory_load(struct json_memory *memory, const char *text, size_t length, size_t flags,
                         json_error_t *error)
{
    if (!piece.start) {
        piece.start = piece.next = memory->bytes;
        piece.left = JSON_MEMORY_SIZE;
    }
    json_t *json = json_loadb(text, length, flags, error);
    piece.left = 0;
    return json;
}

void json_memory_release(struct json_memory *memory)
{
    if (piece.start == memory->bytes)
        piece.start = piece.next = NULL;
}
