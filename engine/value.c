/*
 * value.c - see value.h. Trees are at most VALUE_DEPTH_MAX levels deep (deeper ones are refused
 * where they are read), which bounds every recursion here.
 */
#include "engine/value.h"

#include <string.h>

const char *value_type_name(enum value_type type)
{
    switch (type) {
    case VALUE_S:
        return "S";
    case VALUE_N:
        return "N";
    case VALUE_B:
        return "B";
    case VALUE_BOOL:
        return "BOOL";
    case VALUE_NULL:
        return "NULL";
    case VALUE_SS:
        return "SS";
    case VALUE_NS:
        return "NS";
    case VALUE_BS:
        return "BS";
    case VALUE_L:
        return "L";
    case VALUE_M:
        return "M";
    }
    return "";
}

static bool number_equal(const struct number *a, const struct number *b)
{
    return a->mantissa == b->mantissa && a->exponent == b->exponent && a->negative == b->negative;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case VALUE_S:
    case VALUE_B:
        return slice_equal(a->bytes, b->bytes);
    case VALUE_N:
        return number_equal(&a->number, &b->number);
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_NULL:
        return true;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS: /* sorted, so member by member */
    case VALUE_L:
        if (a->list.count != b->list.count)
            return false;
        for (size_t i = 0; i < a->list.count; i++) {
            if (!value_equal(&a->list.values[i], &b->list.values[i]))
                return false;
        }
        return true;
    case VALUE_M:
        if (a->map.count != b->map.count)
            return false;
        for (size_t i = 0; i < a->map.count; i++) {
            const struct attribute *x = &a->map.attributes[i], *y = &b->map.attributes[i];
            if (!slice_equal(x->name, y->name) || !value_equal(&x->value, &y->value))
                return false;
        }
        return true;
    }
    return false;
}

bool value_comparable(const struct value *a, const struct value *b)
{
    return a->type == b->type && (a->type == VALUE_S || a->type == VALUE_N || a->type == VALUE_B);
}

int value_compare(const struct value *a, const struct value *b)
{
    if (a->type == VALUE_N)
        return number_compare(&a->number, &b->number);
    return slice_compare(a->bytes, b->bytes);
}

bool set_contains(const struct value *set, const struct value *element)
{
    size_t low = 0, high = set->list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = value_compare(&set->list.values[middle], element);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

struct value set_union(struct arena *arena, const struct value *a, const struct value *b)
{
    struct value result = { .type = a->type };
    struct value *out = ARENA_NEW_ARRAY(arena, a->list.count + b->list.count, struct value);
    const struct value *x = a->list.values, *x_end = x + a->list.count;
    const struct value *y = b->list.values, *y_end = y + b->list.count;

    result.list.values = out;
    while (x < x_end && y < y_end) {
        int order = value_compare(x, y);
        *out++ = order <= 0 ? *x : *y;
        x += order <= 0;
        y += order >= 0;
    }
    while (x < x_end)
        *out++ = *x++;
    while (y < y_end)
        *out++ = *y++;
    result.list.count = (size_t)(out - result.list.values);
    return result;
}

struct value set_difference(struct arena *arena, const struct value *a, const struct value *b)
{
    struct value result = { .type = a->type };
    struct value *out = ARENA_NEW_ARRAY(arena, a->list.count, struct value);
    const struct value *x = a->list.values, *x_end = x + a->list.count;
    const struct value *y = b->list.values, *y_end = y + b->list.count;

    result.list.values = out;
    while (x < x_end) {
        int order = y < y_end ? value_compare(x, y) : -1;
        if (order < 0)
            *out++ = *x;
        x += order <= 0;
        y += order >= 0;
    }
    result.list.count = (size_t)(out - result.list.values);
    return result;
}

/* Where the name is, or belongs. */
static size_t map_position(const struct map *map, struct slice name, bool *found)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(map->attributes[middle].name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = false;
    return low;
}

struct value *map_find(const struct map *map, struct slice name)
{
    bool found;
    size_t position = map_position(map, name, &found);
    return found ? &map->attributes[position].value : NULL;
}

void map_set(struct arena *arena, struct map *map, struct slice name, const struct value *value)
{
    bool found;
    size_t position = map_position(map, name, &found);
    if (found) {
        map->attributes[position].value = *value;
        return;
    }
    struct attribute *larger = ARENA_NEW_ARRAY(arena, map->count + 1, struct attribute);
    if (position != 0)
        memcpy(larger, map->attributes, position * sizeof *larger);
    larger[position] = (struct attribute){ name, *value };
    if (position != map->count)
        memcpy(larger + position + 1, map->attributes + position,
               (map->count - position) * sizeof *larger);
    map->attributes = larger;
    map->count++;
}

bool map_remove(struct map *map, struct slice name)
{
    bool found;
    size_t position = map_position(map, name, &found);
    if (!found)
        return false;
    map->count--;
    memmove(map->attributes + position, map->attributes + position + 1,
            (map->count - position) * sizeof *map->attributes);
    return true;
}

struct value value_copy(struct arena *arena, const struct value *value)
{
    struct value copy = *value;
    switch (value->type) {
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_L:
        copy.list.values = ARENA_NEW_ARRAY(arena, value->list.count, struct value);
        for (size_t i = 0; i < value->list.count; i++)
            copy.list.values[i] = value_copy(arena, &value->list.values[i]);
        break;
    case VALUE_M:
        copy.map = map_copy(arena, &value->map);
        break;
    default:
        break;
    }
    return copy;
}

struct map map_copy(struct arena *arena, const struct map *map)
{
    struct map copy = { ARENA_NEW_ARRAY(arena, map->count, struct attribute), map->count };
    for (size_t i = 0; i < map->count; i++) {
        copy.attributes[i].name = map->attributes[i].name;
        copy.attributes[i].value = value_copy(arena, &map->attributes[i].value);
    }
    return copy;
}

unsigned value_depth(const struct value *value)
{
    unsigned deepest = 0, depth;
    if (value->type == VALUE_L) {
        for (size_t i = 0; i < value->list.count; i++) {
            depth = value_depth(&value->list.values[i]);
            deepest = depth > deepest ? depth : deepest;
        }
    } else if (value->type == VALUE_M) {
        for (size_t i = 0; i < value->map.count; i++) {
            depth = value_depth(&value->map.attributes[i].value);
            deepest = depth > deepest ? depth : deepest;
        }
    }
    return deepest + 1;
}

size_t value_size(const struct value *value)
{
    enum { CONTAINER = 3, ELEMENT = 1 };
    size_t size = 0;
    switch (value->type) {
    case VALUE_S:
    case VALUE_B:
        return value->bytes.length;
    case VALUE_N:
        return number_size(&value->number);
    case VALUE_BOOL:
    case VALUE_NULL:
        return 1;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        for (size_t i = 0; i < value->list.count; i++)
            size += value_size(&value->list.values[i]);
        return size;
    case VALUE_L:
        size = CONTAINER + ELEMENT * value->list.count;
        for (size_t i = 0; i < value->list.count; i++)
            size += value_size(&value->list.values[i]);
        return size;
    case VALUE_M:
        return CONTAINER + ELEMENT * value->map.count + item_size(&value->map);
    }
    return size;
}

size_t item_size(const struct map *item)
{
    size_t size = 0;
    for (size_t i = 0; i < item->count; i++)
        size += item->attributes[i].name.length + value_size(&item->attributes[i].value);
    return size;
}
