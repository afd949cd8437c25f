/*
 * layers_state.h - how a layered store lies in the keys of the backend below it, for the files of layers.h.
 *
 *     0 layer key        a key of a layer other than 0 (`layer` 4 bytes, big-endian); empty: the key is gone here and below;
 *                        a value of NUL bytes alone, or of none, has one NUL more
 *     1 'H' head         the layers of a head from the top down (4 bytes each), after a byte: whether work is left
 *     1 'P' head         where the head lies, in its owner's words
 *     1 'L' layer        a layer that is there; its parent (4 bytes), or nothing when it has none
 *     1 'N'              the next layer's number
 *     1 'S' name         a snapshot: its layer (4 bytes), when it was made (8 bytes)
 *     1 'G' from         keys of the backend's, from this one up to the value (empty: to the end), that are to go
 *     1 'F' layer prefix keys that nobody looks for in this layer and below
 *     2 key              a key of layer 0 that begins with a byte below 3
 *     key                any other key of layer 0; the value as it is
 *
 * Where there is no record of the head there is layer 0 alone. A layer without a child is some head's top, every other one
 * is frozen: nothing but layers_work changes it, when no snapshot has its name and it has one child alone, whose contents
 * then go down into it, portion by portion; at every step both together show the same.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LAYERS_STATE_H
#define DDBMOCK_ENGINE_STORAGE_LAYERS_STATE_H

#include "engine/storage/layers.h"

enum {
    LAYER_TAG = 0,
    META_TAG = 1,
    ESCAPE_TAG = 2,
    LAYER_PREFIX = 5, /* bytes before a key of a layer other than 0 */
    ROOM_SIZE = 600,  /* bytes of a key that need no memory of their own */
};

/* The layers that somebody sees, from the top down; at least one. */
struct chain {
    uint32_t layers[LAYERS_MAX];
    unsigned count;
    bool work; /* something is left to do */
};

struct layered {
    struct storage_base base;
    struct storage *inner;
    char head[LAYERS_NAME_MAX + 1];
    _Atomic uint64_t
        plain; /* a state of `inner` in which there is layer 0 alone and no work; 0: none is known */
};

struct layered_transaction {
    struct storage_base base;
    struct layered *store;
    struct transaction *inner;
    bool write;
    uint64_t changes; /* made so far */
    struct chain chain;
    char *large; /* room for a longer key; malloc'd, NULL: none was needed */
    char room[ROOM_SIZE];
};

extern const struct storage_backend storage_layered;

/* Numbers at rest are big-endian. */
void layers_put_number(char *to, uint32_t number);
uint32_t layers_get_number(const char *from);

/* Room for a key of `length` bytes, until the next call. NULL: no memory. */
char *layers_room(struct layered_transaction *transaction, size_t length);

/* The backend's key of `key` in a layer; may lie in the transaction's room. -ENOMEM, or 0. */
int layers_key(struct layered_transaction *transaction, uint32_t layer, struct slice key,
               struct slice *out);

/* Where a layer's keys begin and, *to empty: nowhere, end in the backend. `room` has 2 * LAYER_PREFIX bytes. */
void layers_range(uint32_t layer, char *room, struct slice *from, struct slice *to);

/* From a backend's key in the range of `layer` to the key. */
struct slice layers_strip(uint32_t layer, struct slice key);

/* A value as it was put, or false: it is a mark that the key is gone. */
bool layers_value(uint32_t layer, struct slice stored, struct slice *value);

/* Puts a value, or with NULL the mark, under a key of a layer. */
int layers_put(struct layered_transaction *transaction, uint32_t layer, struct slice key,
               const struct slice *value);

/* Looks a key up in the layers of the chain from the `from`-th on. 0, -ENOENT, or another -errno. */
int layers_get(struct layered_transaction *transaction, unsigned from, struct slice key,
               struct slice *value);

/* Reads the layers of a head, or writes them. */
int layers_chain_read(struct transaction *inner, struct slice head, struct chain *out);
int layers_chain_write(struct transaction *inner, struct slice head, const struct chain *chain);

/* The key 1 kind rest; `room` has 2 + LAYERS_NAME_MAX + 4 bytes. */
struct slice layers_meta(char *room, char kind, struct slice rest);

/* Has all keys of the backend's that begin with `prefix` removed by layers_portion. */
int layers_discard_prefix(struct layered_transaction *transaction, struct slice prefix);

/* Does a portion of what is left to do in the open write transaction: at most *keys keys, which it counts down. *left: whether
 * there is more. */
int layers_portion(struct layered_transaction *transaction, unsigned *keys, bool *left);

/* The functions of storage_backend that are about cursors. */
int layers_cursor_open(struct transaction *transaction, struct cursor **out);
void layers_cursor_close(struct cursor *cursor);
int layers_cursor_seek(struct cursor *cursor, struct slice key, bool backward, struct slice *found,
                       struct slice *value);
int layers_cursor_step(struct cursor *cursor, bool backward, struct slice *found,
                       struct slice *value);

#endif
