/*
 * capacities.h - consumed capacity of a request that touches several tables: one struct capacity each, in the order in which
 * the request named them.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_CAPACITIES_H
#define DDBMOCK_ENGINE_OPERATIONS_CAPACITIES_H

#include "engine/capacity.h"

enum { TABLES_PER_REQUEST_MAX = 100 }; /* a batch or a transaction names at most 100 items */

struct capacities {
    struct capacity *of[TABLES_PER_REQUEST_MAX];
    size_t count;
};

/*
 * The capacity of `table`, made in `arena` when it is the first time; `name` is how the request calls it. A table that is called
 * both by its name and by its ARN is counted under each of them (unverified).
 */
struct capacity *capacities_of(struct arena *arena, struct capacities *all,
                               const struct table *table, struct slice name);

/* Appends the member ConsumedCapacity, a list, when the input asks for it. */
void answer_capacities(struct request *request, const struct capacities *all, bool split);

#endif
