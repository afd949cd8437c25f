/*
 * index_keys.h - what an item must be like for its indexes: a key attribute of an index that it has is of the index's type,
 * not empty and not too long, whether or not the item has the index's other keys, too.
 *
 * Of several faults a wrong type comes before an empty value, an empty value before one that is too long (unverified), and
 * of several indexes the first in the order of names is reported (ExtendDB/extenddb#184, measured on the service).
 */
#ifndef DDBMOCK_ENGINE_INDEX_KEYS_H
#define DDBMOCK_ENGINE_INDEX_KEYS_H

#include "engine/table.h"

/* Checks an item that is put: 0, or -1 after failing the request. */
int index_keys_check(struct request *request, const struct table *table, const struct map *item);

/*
 * Checks what an update has made of an item, in an update's own words; what the update left alone counts, too: an item that
 * an index cannot hold can no longer be updated. *empty says of a failure that it was an empty value. AttributeUpdates
 * (`legacy`) word that one as a put does: DynamoDB Local 2.6.1.
 */
int index_keys_check_updated(struct request *request, const struct table *table,
                             const struct map *item, bool legacy, bool *empty);

/* The first check's part about empty values alone. */
int index_keys_check_empty(struct request *request, const struct table *table,
                           const struct map *item);

#endif
