/*
 * json_memory.h - the memory of a request's parsed body. A small body's tree lies in one piece: jansson's some forty calls of
 * malloc and free are a few instructions each then.
 */
#ifndef DDBMOCK_ENGINE_JSON_MEMORY_H
#define DDBMOCK_ENGINE_JSON_MEMORY_H

#include <jansson.h>
#include <stddef.h>

enum { JSON_MEMORY_SIZE = 4096 /* bytes: an object takes some 350, a string 50 */ };

struct json_memory {
    _Alignas(max_align_t) char bytes[JSON_MEMORY_SIZE]; /* need not be zeroed */
};

/*
 * As json_loadb, with the tree in `memory` as far as there is room; the thread's memory of this kind, if it has one already, stays
 * the one it has. The tree may be changed and shared as any other, by this thread alone.
 */
json_t *json_memory_load(struct json_memory *memory, const char *text, size_t length, size_t flags,
                         json_error_t *error);

/* Ends what json_memory_load began, in the same thread and after the last reference to what lies in it. */
void json_memory_release(struct json_memory *memory);

#endif
