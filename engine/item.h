/*
 * item.h - items at rest: the packed bytes that storage holds, and the encoding of keys that sorts as DynamoDB does.
 */
#ifndef DDBMOCK_ENGINE_ITEM_H
#define DDBMOCK_ENGINE_ITEM_H

#include "engine/buffer.h"
#include "engine/value.h"

/* Appends the packed form of an item. */
void item_pack(struct buffer *out, const struct map *item);

/*
 * Unpacks an item; strings point into `packed`, the tree is in the arena. 0, or -EPROTO when the bytes are not an item
 * (whatever they are: never reads beyond them).
 */
int item_unpack(struct arena *arena, struct slice packed, struct map *out);

/*
 * Appends the sort form of a key value (S, N or B): unsigned byte order is the service's order (strings by UTF-8 bytes,
 * numbers by value, binaries by unsigned bytes), and no form is a prefix of another, so that forms can be concatenated.
 */
void key_encode(struct buffer *out, const struct value *value);

/* Appends what the sort forms of all strings, or binaries, that begin with `value` (S or B) begin with. */
void key_encode_prefix(struct buffer *out, const struct value *value);

/* The length of the sort form at the start of `bytes`, or 0 when there is none. */
size_t key_encoded_length(struct slice bytes, enum value_type type);

#endif
