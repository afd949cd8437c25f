/*
 * keyspace.h - what the keys in storage look like. One ordered map holds everything:
 *
 *     'A' region                     what the account has there (engine/operations/account.h)
 *     'C' region NUL name            the catalogue: one record a table (engine/table.h)
 *     'I' id                         live size of a table or index
 *     'N'                            the next id of a key space
 *     'F' id                         how far an index is filled: the key of an item (engine/index_backfill.h)
 *     'D' id hash sort             items of a table, and projected items of an index
 *     'T' region NUL token           a ClientRequestToken (engine/operations/client_token.h)
 *     'U' region NUL time token      the same, by time
 *     'X' region NUL time name       a table that is gone then (engine/operations/deleted_tables.h)
 *     'L'                            the items of the last transactions (engine/conflicts.h)
 *
 * An item's key: the id of its table or index (8 bytes, big-endian), the hash of its partition key (16 bytes), the sort
 * forms of its sort key attributes (engine/item.h); in an index then 16 bytes more, the hash of the whole key in the table,
 * which tells apart and orders what has the same index key. So scan order, segments and page borders follow a hash of the
 * partition key, as the service's do. The hash is MD5("Outliers" + the key's bytes, a number in its base-100 form):
 * facts/fidelity.md section 5, "Scan order", reverse-engineered from the service by dynalite's authors.
 */
#ifndef DDBMOCK_ENGINE_KEYSPACE_H
#define DDBMOCK_ENGINE_KEYSPACE_H

#include "engine/buffer.h"
#include "engine/table.h"

enum {
    KEY_HASH_SIZE = 16,      /* bytes */
    KEYSPACE_ITEM_START = 9, /* bytes before the partition hash in an item's key */
};

/* Appends 'D' and the id: the prefix of all items of a table or index. */
void keyspace_items(struct buffer *out, uint64_t id);

/* Appends the partition hash of `count` partition key values. */
void keyspace_partition(struct buffer *out, const struct value *const *values, size_t count);

/* The key of an item in its table. The item has all key attributes, of the right types. */
void keyspace_table_key(struct buffer *out, const struct table *table, const struct map *item);

/* The key of an item in an index, or false when the item lacks one of the index's key attributes (sparse). */
bool keyspace_index_key(struct buffer *out, const struct table *table, const struct index *index,
                        const struct map *item);

/*
 * The first byte string that is not below everything that starts with `prefix`: appends it, or nothing when `prefix` is all
 * 0xff. With the prefix itself it bounds a range, lower end included and upper end not.
 */
void keyspace_after(struct buffer *out, struct slice prefix);

/*
 * Gives a key space up, in the open write transaction: its live size goes, and so do, in portions, its items
 * (layers_forget). Nobody may look for them any more. 0, or -1 after failing the request.
 */
int keyspace_drop(struct request *request, uint64_t id);

/* The catalogue's key of a table; with an empty name the prefix of all tables of a region. */
void keyspace_catalogue(struct buffer *out, const char *region, struct slice name);

/* The key of the note that a table is gone at a time (ms since the epoch), and the prefix of all of a region. */
void keyspace_deleted_table(struct buffer *out, const char *region, int64_t time,
                            struct slice name);
void keyspace_deleted_tables(struct buffer *out, const char *region);

/* The key of what the account has in a region. */
void keyspace_account(struct buffer *out, const char *region);

/* The key of the record of the next id. */
void keyspace_next_id(struct buffer *out);

/* The keys of a ClientRequestToken: by name, and by the time (ms since the epoch) when it was stored. */
void keyspace_token(struct buffer *out, const char *region, struct slice token);
void keyspace_token_time(struct buffer *out, const char *region, int64_t time, struct slice token);

/* The key of the record of the last transactions. */
void keyspace_transactions(struct buffer *out);

/* The key of the mark of an index that is being filled. */
void keyspace_filling(struct buffer *out, uint64_t id);

/* The key of a live size. */
void keyspace_size(struct buffer *out, uint64_t id);

#endif
