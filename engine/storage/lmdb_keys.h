/*
 * lmdb_keys.h - keys of up to STORAGE_KEY_MAX bytes over LMDB's, which end at 511, in exact order.
 *
 * A tag byte says what an LMDB key is:
 *
 *     0                       the format record (struct lmdb_format)
 *     1 key                   a key shorter than 510 bytes; the value as it is
 *     1 510 bytes             all keys that begin with these; the value is the 8-byte id of their
 * bucket 2 id rest               the rest, shorter than 502 bytes, of a key in a bucket; the value
 * is a long record 2 id 502 bytes          as above: a bucket in a bucket
 *
 * So an LMDB key of 511 bytes is a bucket and no other is, a bucket stands exactly where its keys
 * belong among the others, and a bucket is never empty. A long record holds the key's length (2
 * bytes), the key and the value: slices of both can be handed out. Ids are big-endian, so that a
 * bucket can be sought from its end.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_KEYS_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_KEYS_H

#include <lmdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/slice.h"

enum { LMDB_MAIN = 1 }; /* the handle of the unnamed database, the only one that we use */

/* Names the contents ours; host byte order, as LMDB's own. */
struct lmdb_format {
    char magic[8];
    uint64_t version;
    uint64_t next_bucket;
};

/*
 * 0 when the store is ours, -ENOENT when it is empty, -EPROTO when it is foreign or newer. The
 * first call of an opening makes the others possible: it opens the main database.
 */
int lmdb_format_check(MDB_txn *transaction);

/* Makes an empty store ours. The caller has reserved one change. */
int lmdb_format_write(MDB_txn *transaction);

/* As in storage.h. The slices found point into the store. */
int lmdb_keys_get(MDB_txn *transaction, struct slice key, struct slice *value);

/* `changes` is how many LMDB puts and removes a put or remove of `key` can take. `key` and `value`
 * lie outside the store. */
unsigned lmdb_keys_changes(struct slice key);
int lmdb_keys_put(MDB_txn *transaction, struct slice key, struct slice value);
int lmdb_keys_remove(MDB_txn *transaction, struct slice key);

/* storage_cursor_seek; with `strictly`, the key itself does not count. */
int lmdb_keys_seek(MDB_cursor *cursor, struct slice key, bool backward, bool strictly,
                   struct slice *found, struct slice *value);

/* From the record of `key`, on which the cursor stands since the last seek or step, to the one
 * after or before it. */
int lmdb_keys_step(MDB_cursor *cursor, struct slice key, bool backward, struct slice *found,
                   struct slice *value);

#endif
