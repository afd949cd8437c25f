/*
 * update_table.h - what the files of UpdateTable share: update_table.c has the table's own members,
 * update_indexes.c GlobalSecondaryIndexUpdates, update_checks.c what the request alone shows to be
 * wrong, update_states.c what has to wait for something that is under way.
 *
 * Functions that return int return 0, or -1 after failing the request.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_UPDATE_TABLE_H
#define DDBMOCK_ENGINE_OPERATIONS_UPDATE_TABLE_H

#include "engine/table.h"

#define IN_USE "Attempt to change a resource which is still in use: "

struct table_update {
    const json_t *throughput, *index_updates, *stream, *encryption, *on_demand,
        *warm;                        /* NULL: not in the request */
    struct slice billing_mode, class; /* empty: not in the request */
    const json_t *protection;
    struct slice replication; /* GlobalTableSettingsReplicationMode; empty: not in the request */
    const struct table *before;
    struct table *after; /* the definition to store, changed step by step */
    int64_t at;          /* the moment that the answer describes */
    struct on_demand_throughput described_limits; /* in the answer a limit that was cleared is -1 */
    bool says_updating;  /* nothing changes, and the answer says UPDATING all the same */
    bool says_on_demand; /* the answer to a switch back that is dropped */
};

/* What is wrong whatever the table is, were there none: which members may come together, and each
 * for itself. Clears members that are there and empty, which the service takes for absent. */
int check_request(struct request *request, struct table_update *update);

/* Whether every member may be changed now. */
int check_states(struct request *request, const struct table_update *update);

/* Whether BillingMode is what it is already. While a switch is under way it is the old one. */
bool is_billing_resent(const struct request *request, const struct table_update *update);

/*
 * GlobalSecondaryIndexUpdates, on update->after, once the billing mode there is the new one. Items
 * of indexes are made and removed in the open write transaction.
 */
int update_indexes(struct request *request, struct table_update *update);

/* The one action of an element of GlobalSecondaryIndexUpdates, or NULL. */
const json_t *index_action(const json_t *element);

/*
 * Changes the throughput of a table (`index` NULL) or index: refuses one that is the same, and a
 * decrease too many; then *throughput has the new values and counts.
 */
int change_throughput(struct request *request, const json_t *input, const struct slice *index,
                      struct throughput *throughput);

#endif
