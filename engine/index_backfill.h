/*
 * index_backfill.h - filling an index that was added to a table with items, in portions: storage takes no transaction of any
 * size (LMDB's end at 131,071 changed pages).
 *
 * The index's definition says `filling`, and a mark in storage (engine/keyspace.h) how far it has come: up to the item whose key
 * it is. What is written beyond that leaves the index alone, and is found when the filling comes to it. The request that adds
 * the index fills it once its own transaction is through. Should it die, the index stays CREATING, and requests that meet it go
 * on: those that look at its state or want to read it to its end, the others for a portion each. There is no timer and no thread;
 * any number of processes may fill at the same time.
 */
#ifndef DDBMOCK_ENGINE_INDEX_BACKFILL_H
#define DDBMOCK_ENGINE_INDEX_BACKFILL_H

#include "engine/table.h"

/* Marks a new index of the definition as one to be filled, in the open write transaction, before the definition is stored. 0, or
 * -1 after failing the request. */
int index_backfill_begin(struct request *request, const struct table *table, struct index *index);

/* Says that the request has met a table of which an index is being filled: its rest is due after the request, with `all`, or else
 * a portion of it. */
void index_backfill_meet(struct request *request, const struct table *table, bool all);

/* Whether the filling has come as far as this item, whose change is then the index's, too. 0, or -1 after failing the request. */
int index_backfill_has(struct request *request, const struct table *table,
                       const struct index *index, const struct map *item, bool *has);

/* Does what is due, in transactions of its own; none may be open, and the request must not have failed. What it fails the request
 * for is left for later requests. */
void index_backfill_run(struct request *request);

#endif
