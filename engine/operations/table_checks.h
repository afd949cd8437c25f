/*
 * table_checks.h - the content checks that CreateTable and UpdateTable share, each of which also
 * reads what it checks. In the order of their callers they are the service's order; texts are those
 * of facts/control-plane-errors.tsv unless a function says otherwise.
 *
 * Every function returns 0, or -1 after failing the request.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_TABLE_CHECKS_H
#define DDBMOCK_ENGINE_OPERATIONS_TABLE_CHECKS_H

#include "engine/table.h"

#define INVALID "One or more parameter values were invalid: "

/* For printf's %.*s. */
#define TEXT(slice) (int)(slice).length, (slice).data

enum {
    GLOBAL_INDEXES_MAX = 20,
    LOCAL_INDEXES_MAX = 5,
    INCLUDED_MAX = 100, /* non-key attributes over all indexes */
    ON_DEMAND_WARM_READ =
        12000, /* units per second that an on-demand table can do from the start */
    ON_DEMAND_WARM_WRITE = 4000,
};

/* The one place that refuses members of requests which ddbmock does not have yet; `creates`: the
 * request is a CreateTable. */
int check_available(struct request *request, bool creates);

/* AttributeDefinitions: the request's own `given` ones in its order, then those that the table has
 * already. */
struct definitions {
    struct key_attribute *list;
    size_t count, given;
};

/* `existing` NULL: there is no table yet. `list` NULL reads as empty. */
int read_definitions(struct request *request, const json_t *list, const struct table *existing,
                     struct definitions *out);

enum key_owner { KEYS_OF_TABLE, KEYS_OF_LOCAL_INDEX, KEYS_OF_GLOBAL_INDEX };
int read_keys(struct request *request, const json_t *list, const struct definitions *definitions,
              enum key_owner owner, struct key_schema *out);

/* That every definition is a key attribute of the table or an index: for CreateTable. */
int check_definitions_used(struct request *request, const struct definitions *definitions,
                           const struct table *table);

int read_projection(struct request *request, const json_t *projection, struct index *out);

/* Non-key attributes over all indexes. */
int check_included(struct request *request, const struct table *table);

/* Sets what a table describes: the definitions that its keys use, sorted by name. */
void set_definitions(struct request *request, const struct definitions *definitions,
                     struct table *table);

#endif
