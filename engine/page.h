/*
 * page.h - one page of a Query or a Scan: a range of a key space, walked in either direction up to Limit or 1 MB, filtered,
 * projected, and written into the answer as it goes.
 */
#ifndef DDBMOCK_ENGINE_PAGE_H
#define DDBMOCK_ENGINE_PAGE_H

#include "engine/capacity.h"
#include "engine/expression/expression.h"
#include "engine/table.h"

/* What Select asks for, after the defaults have been put in. */
enum selection {
    SELECT_ALL_ATTRIBUTES,
    SELECT_ALL_PROJECTED_ATTRIBUTES,
    SELECT_SPECIFIC_ATTRIBUTES,
    SELECT_COUNT,
};

struct page {
    const struct table *table;
    const struct index *index; /* NULL: the table itself */
    struct slice lower, upper; /* storage keys: lower end included, upper end not */
    struct slice partition;    /* of a Query: what the keys of its partition begin with */
    bool backward, consistent;
    int64_t limit; /* items to look at; 0: no limit but the page's size */
    const struct condition *filter;
    const struct projection *projection; /* SELECT_SPECIFIC_ATTRIBUTES only */
    enum selection selection;
    bool
        fetch; /* a local index that has to ask the table for what it does not project: page_choose sets it */
};

/* Says of the request's failure that it is the start key's. Always -1. */
int fail_start_key(struct request *request);

enum {
    PAGE_SIZE_MAX = 1024 * 1024
}; /* bytes; the item that crosses it is the last. AWS API reference, Query */

/*
 * Works out Select, projection and what a local index must fetch, from the operation's input; the table, index, filter and
 * projection are set already. 0, or -1 after failing the request.
 */
int page_choose(struct request *request, struct page *page);

/*
 * Sets ExclusiveStartKey (`key`, with a count of 0: none) as the page's border; the bounds are set already. 0, or -1 after
 * failing the request.
 */
int page_start_after(struct request *request, struct page *page, const struct map *key, bool query);

/*
 * Reads the page in the open transaction and writes the members Items (unless only a count is wanted), Count, ScannedCount and
 * LastEvaluatedKey into the answer, comma-separated, without braces. Adds what was read to `capacity`. 0, or -1 after
 * failing the request.
 */
int page_read(struct request *request, const struct page *page, struct capacity *capacity);

#endif
