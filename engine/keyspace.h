/*
 * keyspace.h - what the keys in storage look like. One ordered map holds everything:
 *
 *     'C' region NUL name            the catalogue: one record a table (engine/table.h)
 *     'I' id                         live size of a table or index
 *     'N'                            the next id of a key space
 *     'D' id hash sort sort'         items of a table, and projected items of an index
 *     'T' token                      ClientRequestToken of a transaction
 *
 * An item's key: the id of its table or index (8 bytes, big-endian), the hash of its partition key (16 bytes), the sort
 * forms of its sort key attributes (engine/item.h); in an index then the table's own key: hash and sort forms. Scan
 * order, segments and page borders therefore follow a hash of the partition key, as the service's do. The hash is
 * MD5("Outliers" + the key's sort forms): facts/fidelity.md section 5, "Scan order".
 */
#ifndef DDBMOCK_ENGINE_KEYSPACE_H
#define DDBMOCK_ENGINE_KEYSPACE_H

#include "engine/buffer.h"
#include "engine/table.h"

enum { PARTITION_HASH_SIZE = 16 };

/* Appends 'D' and the id: the prefix of all items of a table or index. */
void keyspace_items(struct buffer *out, uint64_t id);

/* Appends the partition hash of `count` partition key values. */
void keyspace_partition(struct buffer *out, const struct value *const *values, size_t count);

/* The key of an item in its table. The item has all key attributes, of the right types. */
void keyspace_table_key(struct buffer *out, const struct table *table, const struct map *item);

/* The key of an item in an index, or false when the item lacks one of the index's key attributes (sparse). */
bool keyspace_index_key(struct buffer *out, const struct table *table, const struct index *index, const struct map *item);

/* The catalogue's key of a table, and the prefix of all tables of a region. */
void keyspace_catalogue(struct buffer *out, const char *region, struct slice name);

/* The key of a live size. */
void keyspace_size(struct buffer *out, uint64_t id);

#endif
