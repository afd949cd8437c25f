/*
 * update_indexes.c - GlobalSecondaryIndexUpdates of UpdateTable: throughput of several indexes, one
 * made or deleted. Rules and texts were measured: DDB-TABLE-148 to 174 of facts/control-plane.md.
 */
#include "engine/operations/update_table.h"

#include "engine/index_backfill.h"
#include "engine/keyspace.h"
#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"

/* Makes and deletes one index at a time, over all calls; one that is being filled may be deleted. */
static int check_one_online(struct request *request, const struct table_update *update)
{
    int online = 0;
    struct slice deleted = { NULL, 0 };
    for (size_t i = 0; i < json_array_size(update->index_updates); i++) {
        const json_t *element = json_array_get(update->index_updates, i);
        online += input_get(element, "Create") || input_get(element, "Delete");
        if (input_get(element, "Delete"))
            deleted = input_string(input_get(element, "Delete"), "IndexName");
    }
    if (online == 0)
        return 0;
    for (size_t i = 0; i < update->before->index_count; i++) {
        const struct index *index = &update->before->indexes[i];
        if (slice_equal(index->name, deleted))
            continue;
        enum table_status status = index_status(index, request->now);
        online += status == TABLE_DELETING || (status == TABLE_CREATING && index->backfill_at != 0);
    }
    if (online > 1)
        return request_fail(request, ERROR_LIMIT_EXCEEDED,
                            "Subscriber limit exceeded: Only 1 online index can be created or "
                            "deleted simultaneously per "
                            "table");
    return 0;
}

/* The global index of that name in the changed definition; NULL after failing the request. */
static struct index *find_global(struct request *request, struct table *table, struct slice name,
                                 const char *verb)
{
    for (size_t i = 0; i < table->index_count; i++) {
        struct index *index = &table->indexes[i];
        if (!slice_equal(index->name, name))
            continue;
        if (index->global)
            return index;
        request_fail(request, ERROR_VALIDATION,
                     "Cannot %s an index that is not a GlobalSecondaryIndex: %.*s", verb,
                     TEXT(name));
        return NULL;
    }
    request_fail(request, ERROR_RESOURCE_NOT_FOUND,
                 "Requested resource not found: Index %.*s for table %.*s", TEXT(name),
                 TEXT(table->name));
    return NULL;
}

static int refuse_on_demand(struct request *request, const struct index *index)
{
    return request_fail(
        request, ERROR_VALIDATION,
        INVALID "The only Updates for index: %.*s when TableThroughputMode is PAY_PER_REQUEST can "
                "be to OnDemandThroughput, WarmThroughput",
        TEXT(index->name));
}

static int update_index_throughput(struct request *request, const struct table_update *update,
                                   const json_t *throughput, struct index *index)
{
    if (!throughput)
        return 0;
    if (update->after->on_demand)
        return refuse_on_demand(request, index);
    if (update->before->on_demand) {
        /* Part of the switch to PROVISIONED, which describes the new values at once. */
        if (read_throughput(request, throughput, &index->throughput) != 0)
            return -1;
        index->throughput.old_read = index->throughput.read;
        index->throughput.old_write = index->throughput.write;
        index->on_demand = (struct on_demand_throughput){ 0 };
    } else if (change_throughput(request, throughput, &index->name, &index->throughput) != 0) {
        return -1;
    }
    set_warm(&index->warm, false, &index->throughput);
    index->updated_at = request->now + table_delay(TRANSITION_INDEX_UPDATE);
    return 0;
}

/* A warm throughput for an index that is not there breaks the service (DDB-TABLE-456). */
static bool is_ghost(const struct table *table, const json_t *action)
{
    return input_get(action, "WarmThroughput") &&
           !table_index(table, input_string(action, "IndexName"));
}

static int update_index(struct request *request, const struct table_update *update,
                        const json_t *action)
{
    if (is_ghost(update->after, action))
        return request_fail(request, ERROR_INTERNAL_FAILURE, "%s", "");
    struct index *index =
        find_global(request, update->after, input_string(action, "IndexName"), "update");
    if (!index)
        return -1;
    const json_t *throughput = input_get(action, "ProvisionedThroughput");
    const json_t *on_demand = input_get(action, "OnDemandThroughput"),
                 *warm = input_get(action, "WarmThroughput");
    if (json_object_size(on_demand) == 0)
        on_demand = NULL;
    if (!throughput && !on_demand && !warm && update->after->on_demand)
        return refuse_on_demand(request, index);
    if (!throughput && !on_demand && !warm)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: %.*s",
            TEXT(index->name));
    if (update_index_throughput(request, update, throughput, index) != 0)
        return -1;
    if (on_demand) {
        if (read_on_demand(request, on_demand, &index->name, update->after->on_demand, true,
                           &index->on_demand, NULL) != 0)
            return -1;
        index->updated_at = request->now + table_delay(TRANSITION_INDEX_UPDATE);
    }
    return read_warm(request, warm, &index->name, update->after->on_demand, true, &index->warm);
}

static int read_new_capacity(struct request *request, const json_t *action, bool on_demand,
                             struct index *index)
{
    const json_t *throughput = input_get(action, "ProvisionedThroughput");
    if (on_demand && throughput)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be "
                                    "specified for index: %.*s when "
                                    "BillingMode is PAY_PER_REQUEST",
                            TEXT(index->name));
    if (!on_demand && !throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: %.*s",
            TEXT(index->name));
    if (throughput && read_throughput(request, throughput, &index->throughput) != 0)
        return -1;
    set_warm(&index->warm, on_demand, &index->throughput);
    if (read_on_demand(request, input_get(action, "OnDemandThroughput"), &index->name, on_demand,
                       false, &index->on_demand, NULL) != 0 ||
        read_warm(request, input_get(action, "WarmThroughput"), &index->name, on_demand, false,
                  &index->warm) != 0)
        return -1;
    index->warm.old_read = index->warm.read;
    index->warm.old_write = index->warm.write;
    return 0;
}

/* A changed array: the copy of the definition has no room for one more. */
static struct index *append_index(struct request *request, struct table *table)
{
    struct index *indexes = ARENA_NEW_ARRAY(&request->arena, table->index_count + 1, struct index);
    for (size_t i = 0; i < table->index_count; i++)
        indexes[i] = table->indexes[i];
    table->indexes = indexes;
    return &indexes[table->index_count++];
}

static int create_index(struct request *request, const struct table_update *update,
                        const json_t *action)
{
    struct table *table = update->after;
    struct slice name = input_string(action, "IndexName");
    size_t global_count = 0;
    for (size_t i = 0; i < table->index_count; i++) {
        global_count += table->indexes[i].global;
        if (slice_equal(table->indexes[i].name, name))
            return request_fail(request, ERROR_VALIDATION,
                                "Attempting to create an index which already exists");
    }
    const json_t *given = input_get(request->input, "AttributeDefinitions");
    if (!given)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "AttributeDefinitions is not specified for index: %.*s",
                            TEXT(name));
    struct index *index = append_index(request, table);
    index->name = name;
    index->global = true;
    index->created = request->now;
    index->backfill_at = request->now + table_delay(TRANSITION_INDEX_ALLOCATE);
    index->active_at = index->backfill_at + table_delay(TRANSITION_INDEX_BACKFILL);
    struct definitions definitions;
    if (read_definitions(request, given, update->before, &definitions) != 0 ||
        read_keys(request, input_get(action, "KeySchema"), &definitions, KEYS_OF_GLOBAL_INDEX,
                  &index->keys) != 0 ||
        read_projection(request, input_get(action, "Projection"), index) != 0 ||
        read_new_capacity(request, action, table->on_demand, index) != 0 ||
        check_included(request, table) != 0)
        return -1;
    if (global_count >= GLOBAL_INDEXES_MAX)
        return request_fail(request, ERROR_LIMIT_EXCEEDED,
                            "Subscriber limit exceeded: Number of global secondary indexes exceeds "
                            "per-table limit of %d",
                            GLOBAL_INDEXES_MAX);
    set_definitions(request, &definitions, table);
    if (table_new_id(request, &index->id) != 0)
        return -1;
    return index_backfill_begin(request, table, index);
}

/* Its items go at once; it is described as DELETING until it is gone, and its attributes'
 * definitions with it. */
static int delete_index(struct request *request, const struct table_update *update,
                        const json_t *action)
{
    struct table *table = update->after;
    struct index *index = find_global(request, table, input_string(action, "IndexName"), "delete");
    if (!index)
        return -1;
    index->filling = false;
    index->deleted_at = request->now + table_delay(TRANSITION_INDEX_DELETE);
    return keyspace_drop(request, index->id);
}

/* A switch to PROVISIONED needs the throughput of every index. */
static int check_all_provisioned(struct request *request, const struct table_update *update)
{
    if (!update->before->on_demand || update->after->on_demand)
        return 0;
    for (size_t i = 0; i < update->before->index_count; i++) {
        const struct index *index = &update->before->indexes[i];
        bool found = !index->global;
        for (size_t k = 0; k < json_array_size(update->index_updates) && !found; k++) {
            const json_t *action = input_get(json_array_get(update->index_updates, k), "Update");
            found = slice_equal(input_string(action, "IndexName"), index->name) &&
                    input_get(action, "ProvisionedThroughput");
        }
        if (!found)
            return request_fail(request, ERROR_VALIDATION,
                                INVALID "ProvisionedThroughput must be specified for index: %.*s",
                                TEXT(index->name));
    }
    return 0;
}

int update_indexes(struct request *request, struct table_update *update)
{
    const json_t *list = update->index_updates;
    if (check_all_provisioned(request, update) != 0 || check_one_online(request, update) != 0)
        return -1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_array_get(list, i), *action = index_action(element);
        int result = input_get(element, "Update")   ? update_index(request, update, action)
                     : input_get(element, "Create") ? create_index(request, update, action)
                                                    : delete_index(request, update, action);
        if (result != 0)
            return -1;
    }
    if (json_array_size(list) > 0)
        update->at = request->now - 1;
    return 0;
}
