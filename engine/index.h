/*
 * index.h - secondary indexes: the image of an item that an index keeps, and keeping it.
 *
 * An index is a key space of its own (engine/keyspace.h) that holds, packed, what its projection shows of each item that
 * has all of the index's key attributes. It changes in the transaction that changes the item.
 */
#ifndef DDBMOCK_ENGINE_INDEX_H
#define DDBMOCK_ENGINE_INDEX_H

#include "engine/table.h"

/* Whether the index's projection holds a top-level attribute: projected, or a key of the index or of the table. */
bool index_projects(const struct table *table, const struct index *index, struct slice name);

/* What the index shows of an item. */
struct map index_image(struct arena *arena, const struct table *table, const struct index *index,
                       const struct map *item);

/* What an index holds of one image of an item; `key` is empty when that is nothing. */
struct index_entry {
    struct slice key, packed;
    size_t size; /* as the service counts it */
};

/* The entry of an item, which may be NULL: that has none. */
struct index_entry index_entry_of(struct arena *arena, const struct table *table,
                                  const struct index *index, const struct map *item);

/* The size, as the service counts it, of what the index keeps of an item: 0 when it is not in it. */
size_t index_size(struct arena *arena, const struct table *table, const struct index *index,
                  const struct map *item);

/*
 * Brings an index up to date: `before` and `after` are the item's images in the table, NULL where there is none. *units is
 * what it costs by the change of the index's image: 0 when that did not change. What an index that is being filled has not
 * come to costs the same. 0, or -1 after failing the request.
 */
int index_update(struct request *request, const struct table *table, const struct index *index,
                 const struct map *before, const struct map *after, double *units);

#endif
