/*
 * path.c - document paths: comparing two, walking one through an item, telling the keys apart.
 */
#include "engine/expression/internal.h"

int element_compare(const struct path_element *a, const struct path_element *b)
{
    if (a->name.data && b->name.data)
        return slice_compare(a->name, b->name);
    if (a->name.data || b->name.data)
        return a->name.data ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

bool path_equal(const struct path *a, const struct path *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (element_compare(&a->elements[i], &b->elements[i]) != 0)
            return false;
    }
    return true;
}

const struct value *path_find(const struct path *path, const struct map *item)
{
    const struct value *value = map_find(item, path->elements[0].name);
    for (size_t i = 1; value && i < path->count; i++) {
        const struct path_element *element = &path->elements[i];
        if (element->name.data)
            value = value->type == VALUE_M ? map_find(&value->map, element->name) : NULL;
        else
            value = value->type == VALUE_L && element->index < value->list.count
                        ? &value->list.values[element->index]
                        : NULL;
    }
    return value;
}

bool is_key_attribute(const struct key_schema *keys, struct slice name)
{
    for (unsigned i = 0; i < keys->partition_count; i++) {
        if (slice_equal(keys->partition[i].name, name))
            return true;
    }
    for (unsigned i = 0; i < keys->sort_count; i++) {
        if (slice_equal(keys->sort[i].name, name))
            return true;
    }
    return false;
}
