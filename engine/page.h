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
    const struct value *const
        *partition_values; /* of a Query: of its partition key attributes; NULL: a Scan */
    bool backward, consistent;
    bool between;  /* the condition of a Query's sort key is BETWEEN */
    int64_t limit; /* items to look at; 0: no limit but the page's size */
    const struct condition *filter;
    const struct projection *projection; /* SELECT_SPECIFIC_ATTRIBUTES only */
    enum selection selection;
    bool
        fetch; /* a local index that has to ask the table for what it does not project: page_check_paths sets it */
};

/* Says of the request's failure that it is the start key's. Always -1. */
int fail_start_key(struct request *request);

enum {
    PAGE_SIZE_MAX = 1024 * 1024
}; /* bytes; the item that crosses it is the last. AWS API reference, Query */

/*
 * The steps in which the service looks at a request, once the table and the index are known; `query` says which of the two
 * operations it is, for they differ. Order: dynalite, reverse-engineered from the service. Each returns 0, or -1 after
 * failing the request.
 *
 * First that ExclusiveStartKey (`key`, NULL: none) has the attributes that a LastEvaluatedKey of this table or index has.
 */
int page_check_start(struct request *request, const struct page *page, const struct map *key,
                     bool query);

/* Works out Select; page->projection is set already. For a Scan before the start key is set, for a Query after it. */
int page_select(struct request *request, struct page *page);

/* Sets ExclusiveStartKey as the page's border; the bounds are set already. */
int page_start_after(struct request *request, struct page *page, const struct map *key, bool query);

/* What projection and filter may name, and what a local index must fetch for them. After page_select. */
int page_check_paths(struct request *request, struct page *page, bool query);

/*
 * Reads the page in the open transaction and writes the members Items (unless only a count is wanted), Count, ScannedCount and
 * LastEvaluatedKey into the answer, comma-separated, without braces. Adds what was read to `capacity`. 0, or -1 after
 * failing the request.
 */
int page_read(struct request *request, const struct page *page, struct capacity *capacity);

#endif
