/*
 * write.h - the one way an item changes: read, check the condition, make the new image, store it, keep the indexes. Put,
 * update and delete, alone, in a batch or in a transaction, all go through write_apply.
 */
#ifndef DDBMOCK_ENGINE_WRITE_H
#define DDBMOCK_ENGINE_WRITE_H

#include "engine/capacity.h"
#include "engine/conflicts.h"
#include "engine/expression/expression.h"
#include "engine/table.h"

enum write_kind {
    WRITE_PUT,
    WRITE_UPDATE,
    WRITE_DELETE,
    WRITE_CHECK, /* a transaction's ConditionCheck: changes nothing */
};

struct write {
    enum write_kind kind;
    const struct table *table;
    struct map item;                   /* WRITE_PUT: the new item; otherwise the key */
    const struct condition *condition; /* NULL: none */
    const struct update *update;       /* WRITE_UPDATE: NULL changes nothing but creates the item */

    bool
        measures_update; /* UpdateItem: the limit of the size is on the update too, not only on what it makes */

    const struct conflicts *conflicts; /* conflicts_read's; NULL: none */

    /* What write_apply found and made; NULL: no such item. Valid until the request ends. */
    const struct map *before, *after;
    bool
        empty_key; /* it failed for an empty value of a key: not even a transaction makes that its member's reason */
};

enum write_result {
    WRITE_DONE,
    WRITE_FAILED = -1,          /* the request has failed */
    WRITE_CONDITION_FAILED = 1, /* nothing changed; `before` is set */
    WRITE_CONFLICT = 2,         /* nothing looked at: the item is in `conflicts` */
};

/*
 * Checks a Key: exactly the table's key attributes, of their types, not empty, not too long. 0, or -1 after failing the
 * request. item_check_keys is the same for a whole item, with Put's own texts, index keys included.
 */
int key_check(struct request *request, const struct table *table, const struct map *key);
int key_check_empty(struct request *request, const struct table *table,
                    const struct map *item); /* that alone; indexes' too */
int item_check_keys(struct request *request, const struct table *table, const struct map *item);

/*
 * Carries out `write` in the open write transaction and adds what it consumed to `capacity`. Keys have been checked.
 */
enum write_result write_apply(struct request *request, struct write *write,
                              struct capacity *capacity);

/* Reads one item in the open transaction: 0 with *out, NULL when there is none, or -1 after failing the request. */
int item_read(struct request *request, const struct table *table, const struct map *key,
              const struct map **out);

/* The key attributes of an item. */
struct map item_key(struct arena *arena, const struct table *table, const struct map *item);

/*
 * Writes one ItemCollectionMetrics, which is there only for tables with local secondary indexes, into the answer: the
 * collection's partition key and its size between two whole numbers of GB. 0, or -1 after failing the request.
 */
bool table_has_local_indexes(const struct table *table);
int collection_metrics_write_json(struct request *request, const struct table *table,
                                  const struct map *item);

#endif
