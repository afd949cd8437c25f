/*
 * account.h - what an account has in a region, and how much of it it may have: tables, and the capacity units that they and
 * their indexes have provisioned. The figures are the defaults of the AWS developer guide (ServiceQuotas).
 *
 * The sums are kept beside the catalogue (engine/keyspace.h, 'A'), so that no operation looks at every table; whoever
 * stores or forgets a table says so here. A store that has no sums yet gets them by counting once.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_ACCOUNT_H
#define DDBMOCK_ENGINE_OPERATIONS_ACCOUNT_H

#include "engine/table.h"

enum { ACCOUNT_UNITS_MAX = 80000 }; /* tables and the units of one are in engine/limits.h */

/*
 * Takes a change of a table to the account, in the open write transaction: `before` NULL for a new table, `after` NULL
 * for one that is deleted, which counts no more from the moment on when it is DELETING. 0, or -1 after failing the request
 * with what would be too much; a change that needs no more of anything is never refused.
 */
int account_change(struct request *request, const struct table *before, const struct table *after);

#endif
