/*
 * table_describe.h - a table as the service describes it: the value of Table and TableDescription
 * in answers.
 */
#ifndef DDBMOCK_ENGINE_TABLE_DESCRIBE_H
#define DDBMOCK_ENGINE_TABLE_DESCRIBE_H

#include "engine/table.h"

/*
 * Writes {"<member>":{...}}, the whole answer, as of the moment `at` in ms since the epoch: the
 * request's `now`, or one millisecond less for a change that is described as being under way. Sizes
 * are read in the open transaction. 0, or -1 after failing the request.
 */
int table_describe(struct request *request, const char *member, const struct table *table,
                   int64_t at);

/* The same with another TableStatus than that of the moment. */
int table_describe_as(struct request *request, const char *member, const struct table *table,
                      int64_t at, enum table_status status);

/*
 * Writes DeleteTable's answer, which tells less: the members of captured ones of 2013 to 2019,
 * SSEDescription (DDB-TABLE-334), and two that came later (BillingModeSummary,
 * DeletionProtectionEnabled: unverified). As
 * table_describe otherwise.
 */
int table_describe_deleted(struct request *request, const struct table *table);

#endif
