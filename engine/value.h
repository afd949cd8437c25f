/*
 * value.h - attribute values and items, in memory.
 *
 * A value is a small tree whose strings are slices, of the request's JSON, of storage or of the arena; nobody frees a
 * value. Reading from JSON and writing to it is value_json.h's; bytes at rest are item.h's.
 */
#ifndef DDBMOCK_ENGINE_VALUE_H
#define DDBMOCK_ENGINE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/arena.h"
#include "engine/number.h"
#include "engine/slice.h"

enum value_type {
    VALUE_S = 1,
    VALUE_N,
    VALUE_B,
    VALUE_BOOL,
    VALUE_NULL,
    VALUE_SS,
    VALUE_NS,
    VALUE_BS,
    VALUE_L,
    VALUE_M,
};

struct value;
struct attribute;

/* Attributes in byte order of their names, each name once. An item is a map. */
struct map {
    struct attribute *attributes;
    size_t count;
};

struct value {
    enum value_type type;
    union {
        struct slice bytes;   /* S: UTF-8; B: the bytes, not their base64 */
        struct number number; /* N */
        bool boolean;         /* BOOL */
        struct {
            struct value *values; /* L: any; SS, NS, BS: distinct S, N, B values, in order */
            size_t count;
        } list;
        struct map map; /* M */
    };
};

struct attribute {
    struct slice name;
    struct value value;
};

enum {
    VALUE_DEPTH_MAX = 32
}; /* levels; an attribute's own value is level 1. AWS developer guide, ServiceQuotas */

/* The API's name of a type: "S", "NS", "BOOL". */
const char *value_type_name(enum value_type type);

/* Same type and same content, sets whatever their order. Numbers by value. */
bool value_equal(const struct value *a, const struct value *b);

/*
 * Orders two values of one scalar type (S, N, B): < 0, 0, > 0. Other types, and values of two types, do not compare:
 * ask value_comparable first.
 */
int value_compare(const struct value *a, const struct value *b);
bool value_comparable(const struct value *a, const struct value *b);

/* Whether a set holds an element, which is of the set's element type. O(log count). */
bool set_contains(const struct value *set, const struct value *element);

/* The union and the difference of two sets of one type, in the arena. A difference can be empty. */
struct value set_union(struct arena *arena, const struct value *a, const struct value *b);
struct value set_difference(struct arena *arena, const struct value *a, const struct value *b);

/* The attribute of that name, or NULL. O(log count). */
struct value *map_find(const struct map *map, struct slice name);

/* Sets an attribute, replacing or inserting in order; the array is copied into the arena when it grows. */
void map_set(struct arena *arena, struct map *map, struct slice name, const struct value *value);

/* Takes an attribute out; false when there was none. */
bool map_remove(struct map *map, struct slice name);

/* A copy of the tree that shares only the strings, for changing one and keeping the other. */
struct value value_copy(struct arena *arena, const struct value *value);
struct map map_copy(struct arena *arena, const struct map *map);

/* Levels of the tree: 1 for a scalar. */
unsigned value_depth(const struct value *value);

/* Bytes that the service counts for a value, and for an item with its names. Source: facts/fidelity.md section 3. */
size_t value_size(const struct value *value);
size_t item_size(const struct map *item);

#endif
