/*
 * update_checks.c - what is wrong with an UpdateTable whatever its table is: UpdateTable is one
 * change a call, so first which members may come together. Texts and precedence were measured:
 * facts/control-plane.md rule 1, DDB-TABLE-160, 174, 359, 382, 433 and 456.
 *
 * That these checks come before the table is looked for was measured for two of them (DDB-TABLE-015
 * and 456); for the others their times say so (DDB-TABLE-442: as quick as those, and quicker than
 * what needs the table).
 */
#include "engine/operations/update_table.h"

#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"
#include "engine/schema/schema.h"

static int refuse(struct request *request, const char *text)
{
    return request_fail(request, ERROR_VALIDATION, INVALID "%s", text);
}

static const char *const action_names[] = { "Update", "Create", "Delete" };
enum { ACTION_COUNT = sizeof action_names / sizeof action_names[0] };

const json_t *index_action(const json_t *element)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        if (input_get(element, action_names[i]))
            return input_get(element, action_names[i]);
    return NULL;
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

/* MultiRegionConsistency alone changes nothing, and is left out of the list (DDB-TABLE-449). */
static int check_any(struct request *request)
{
    bool consistency = input_get(request->input, "MultiRegionConsistency") != NULL;
    return request_fail(
        request, ERROR_VALIDATION,
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        "ReplicaTransitRoleArn, %sDeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or "
        "TableClass is required",
        consistency ? "" : "MultiRegionConsistency, ");
}

static bool is_empty(const json_t *structure, const char *one, const char *other)
{
    return structure && !input_get(structure, one) && !input_get(structure, other);
}

static int check_combination(struct request *request, struct table_update *update)
{
    bool indexes = json_array_size(update->index_updates) > 0;
    bool to_provisioned = slice_equal(update->billing_mode, slice_of("PROVISIONED"));
    unsigned members = (update->throughput != NULL) + (update->billing_mode.data != NULL) +
                       indexes + (update->stream != NULL) + (update->encryption != NULL) +
                       (update->class.data != NULL) + (update->protection != NULL) +
                       (update->on_demand != NULL) + (update->warm != NULL) +
                       (update->replication.data != NULL);
    if (members == 0)
        return check_any(request);
    if (update->index_updates && !indexes)
        return refuse(request, "List of GlobalSecondaryIndexUpdates is empty");
    if (members > 1 && is_empty(update->warm, "ReadUnitsPerSecond", "WriteUnitsPerSecond")) {
        update->warm = NULL;
        members--;
    }
    if (members > 1 && is_empty(update->on_demand, "MaxReadRequestUnits", "MaxWriteRequestUnits")) {
        update->on_demand = NULL;
        members--;
    }
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

static int check_element(struct request *request, const json_t *list, size_t i)
{
    const json_t *element = json_array_get(list, i);
    int actions = 0;
    for (int k = 0; k < ACTION_COUNT; k++)
        actions += input_get(element, action_names[k]) != NULL;
    if (actions == 0)
        return refuse(
            request, "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                     "GlobalSecondaryIndexUpdate.Delete must not be null");
    if (actions > 1)
        return refuse(request, "Only one global secondary index action is allowed per "
                               "GlobalSecondaryIndexUpdate object");
    struct slice name = input_string(index_action(element), "IndexName");
    for (size_t k = 0; k < i; k++)
        if (slice_equal(input_string(index_action(json_array_get(list, k)), "IndexName"), name))
            return request_fail(
                request, ERROR_VALIDATION,
                INVALID
                "Only one global secondary index update per index is allowed simultaneously. "
                "Index: %.*s",
                TEXT(name));
    if (is_empty(input_get(input_get(element, "Update"), "WarmThroughput"), "ReadUnitsPerSecond",
                 "WriteUnitsPerSecond"))
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "WarmThroughput must have at least one of ReadUnitsPerSecond "
                                    "or WriteUnitsPerSecond specified for index: %.*s",
                            TEXT(name));
    return 0;
}

static int check_billing(struct request *request, const struct table_update *update)
{
    struct throughput throughput;
    if (update->throughput && read_throughput(request, update->throughput, &throughput) != 0)
        return -1;
    bool on_demand = slice_equal(update->billing_mode, slice_of("PAY_PER_REQUEST"));
    if (on_demand && update->throughput)
        return refuse(request, "ProvisionedThroughput cannot be specified when BillingMode is "
                               "PAY_PER_REQUEST");
    if (update->billing_mode.data && !on_demand && !update->throughput)
        return refuse(request,
                      "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    return 0;
}

static int check_stream(struct request *request, const struct table_update *update)
{
    if (!update->stream)
        return 0;
    bool enabled = schema_boolean(input_get(update->stream, "StreamEnabled"));
    bool viewed = input_get(update->stream, "StreamViewType") != NULL;
    if (enabled && !viewed)
        return refuse(request, "If stream is being enabled then UpdateViewType is required");
    if (!enabled && viewed)
        return refuse(request,
                      "If stream is being disabled, then UpdateViewType must not be specified");
    return 0;
}

int check_request(struct request *request, struct table_update *update)
{
    if (check_combination(request, update) != 0 || check_billing(request, update) != 0 ||
        check_stream(request, update) != 0)
        return -1;
    for (size_t i = 0; i < json_array_size(update->index_updates); i++)
        if (check_element(request, update->index_updates, i) != 0)
            return -1;
    struct encryption encryption;
    bool infrequent;
    if (update->encryption && read_encryption(request, update->encryption, &encryption) != 0)
        return -1;
    return read_class(request, &infrequent);
}
