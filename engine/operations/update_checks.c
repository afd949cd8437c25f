/*
 * update_checks.c - UpdateTable is one change a call: which members may come together. Texts and
 * precedence were measured: facts/control-plane.md rule 1, DDB-TABLE-174, 359, 382 and 433.
 */
#include "engine/operations/update_table.h"

#include "engine/operations/table_checks.h"

static int refuse(struct request *request, const char *text)
{
    return request_fail(request, ERROR_VALIDATION, INVALID "%s", text);
}

static bool creates_or_deletes(const struct table_update *update)
{
    for (size_t i = 0; i < json_array_size(update->index_updates); i++) {
        const json_t *action = json_array_get(update->index_updates, i);
        if (input_get(action, "Create") || input_get(action, "Delete"))
            return true;
    }
    return false;
}

static bool creates(const struct table_update *update)
{
    for (size_t i = 0; i < json_array_size(update->index_updates); i++)
        if (input_get(json_array_get(update->index_updates, i), "Create"))
            return true;
    return false;
}

/* The members that stand alone, the one that names itself first in front. */
static int check_alone(struct request *request, const struct table_update *update, unsigned members)
{
    if (members < 2)
        return 0;
    if (update->encryption)
        return refuse(
            request,
            "Server-Side Encryption modification must be the only operation in the request");
    if (update->class.data)
        return refuse(request, "TableClass modification must be the only operation in the request");
    if (update->protection)
        return refuse(request,
                      "DeletionProtection modification must be the only operation in the request");
    if (update->warm && creates(update))
        return refuse(
            request,
            "Create global secondary index cannot be specified when updating WarmThroughput");
    if (update->on_demand && !(update->billing_mode.data && members == 2))
        return refuse(
            request,
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
    if (update->warm)
        return refuse(request, "WarmThroughput must be the only operation in the request");
    return 0;
}

int check_combination(struct request *request, const struct table_update *update)
{
    bool indexes = json_array_size(update->index_updates) > 0;
    bool to_provisioned = slice_equal(update->billing_mode, slice_of("PROVISIONED"));
    unsigned members = (update->throughput != NULL) + (update->billing_mode.data != NULL) +
                       indexes + (update->stream != NULL) + (update->encryption != NULL) +
                       (update->class.data != NULL) + (update->protection != NULL) +
                       (update->on_demand != NULL) + (update->warm != NULL);
    if (members == 0)
        return request_fail(
            request, ERROR_VALIDATION,
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, "
            "MultiAccountReplicaReady, "
            "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
            "OnDemandThroughput, WarmThroughput or TableClass is required");
    if (update->index_updates && !indexes)
        return refuse(request, "List of GlobalSecondaryIndexUpdates is empty");
    if (check_alone(request, update, members) != 0)
        return -1;
    if (update->stream && (update->throughput || to_provisioned))
        return refuse(request, "You cannot modify stream status while updating table IOPS");
    if (creates_or_deletes(update) && update->throughput && !update->billing_mode.data)
        return refuse(request, "You cannot create or delete index while updating table IOPS");
    if (creates_or_deletes(update) && update->stream)
        return refuse(request, "You cannot create or delete index while changing stream status");
    return 0;
}
