/*
 * index.c - see index.h.
 */
#include "engine/index.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/capacity.h"
#include "engine/index_backfill.h"
#include "engine/item.h"
#include "engine/keyspace.h"

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

bool index_projects(const struct table *table, const struct index *index, struct slice name)
{
    if (index->projection == PROJECTION_ALL || key_schema_has(&table->keys, name) ||
        key_schema_has(&index->keys, name))
        return true;
    return index->projection == PROJECTION_INCLUDE && index->included_count > 0 &&
           bsearch(&name, index->included, index->included_count, sizeof name, compare_slices) !=
               NULL;
}

struct map index_image(struct arena *arena, const struct table *table, const struct index *index,
                       const struct map *item)
{
    if (index->projection == PROJECTION_ALL)
        return *item;
    struct map image = { ARENA_NEW_ARRAY(arena, item->count, struct attribute), 0 };
    for (size_t i = 0; i < item->count; i++)
        if (index_projects(table, index, item->attributes[i].name))
            image.attributes[image.count++] = item->attributes[i];
    return image;
}

size_t index_size(struct arena *arena, const struct table *table, const struct index *index,
                  const struct map *item)
{
    const struct key_attribute *attribute;
    for (unsigned n = 0; (attribute = key_schema_at(&index->keys, n)) != NULL; n++)
        if (!map_find(item, attribute->name))
            return 0;
    struct map image = index_image(arena, table, index, item);
    return item_size(&image);
}

struct index_entry index_entry_of(struct arena *arena, const struct table *table,
                                  const struct index *index, const struct map *item)
{
    struct index_entry entry = { 0 };
    struct buffer key;
    buffer_init(&key, arena);
    if (!item || !keyspace_index_key(&key, table, index, item))
        return entry;
    struct map image = index_image(arena, table, index, item);
    struct buffer packed;
    buffer_init(&packed, arena);
    item_pack(&packed, &image);
    return (struct index_entry){ buffer_slice(&key), buffer_slice(&packed), item_size(&image) };
}

int index_update(struct request *request, const struct table *table, const struct index *index,
                 const struct map *before, const struct map *after, double *units)
{
    *units = 0;
    if (index->deleted_at != 0) /* its items are gone, and none must follow them */
        return 0;
    struct index_entry old = index_entry_of(&request->arena, table, index, before);
    struct index_entry new = index_entry_of(&request->arena, table, index, after);
    bool had = old.key.length > 0, has = new.key.length > 0;
    bool moved = had && has && !slice_equal(old.key, new.key);
    if ((!had && !has) || (had && has && !moved && slice_equal(old.packed, new.packed)))
        return 0;

    if (had && has && !moved) {
        *units = capacity_write_units(old.size > new.size ? old.size : new.size);
    } else {
        if (had)
            *units += capacity_write_units(old.size);
        if (has)
            *units += capacity_write_units(new.size);
    }

    bool filled = true;
    if (index->filling &&
        index_backfill_has(request, table, index, before ? before : after, &filled) != 0)
        return -1;
    if (!filled)
        return 0;
    int error = 0;
    if (had && (moved || !has))
        error = storage_remove(request->transaction, old.key);
    if (error == 0 && has)
        error = storage_put(request->transaction, new.key, new.packed);
    if (error != 0)
        return request_fail_storage(request, "update an index", error);
    return table_size_add(request, index->id, (int64_t)has - (int64_t)had,
                          (int64_t) new.size - (int64_t)old.size);
}
