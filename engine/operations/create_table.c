/*
 * create_table.c - CreateTable.
 *
 * Order of checks: billing mode and throughput, key schemas, definitions used, indexes, settings,
 * then existence, then the account's limits (facts/control-plane.md rule 2 and DDB-TABLE-127;
 * within an index dynalite's). Where the checks of streams, encryption and tags stand among
 * themselves is unverified.
 */
#include "engine/operations.h"

#include "engine/operations/account.h"
#include "engine/operations/deleted_tables.h"
#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"
#include "engine/schema/schema.h"
#include "engine/table_describe.h"

enum { POLICY_MAX = 20480 }; /* bytes */

static int read_billing(struct request *request, struct table *table)
{
    const json_t *throughput = input_get(request->input, "ProvisionedThroughput");
    table->on_demand = input_is(request->input, "BillingMode", "PAY_PER_REQUEST");
    if (table->on_demand && throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
            "is PAY_PER_REQUEST");
    if (!table->on_demand && !throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED");
    return throughput ? read_throughput(request, throughput, &table->throughput) : 0;
}

/* Local indexes first, as they are checked; described lists are apart anyway. */
static int read_index_keys(struct request *request, const struct definitions *definitions,
                           struct table *table)
{
    static const char *const names[] = { "LocalSecondaryIndexes", "GlobalSecondaryIndexes" };
    const json_t *lists[] = { input_get(request->input, names[0]),
                              input_get(request->input, names[1]) };
    table->indexes = ARENA_NEW_ARRAY(
        &request->arena, json_array_size(lists[0]) + json_array_size(lists[1]), struct index);
    for (int kind = 0; kind < 2; kind++) {
        if (lists[kind] && json_array_size(lists[kind]) == 0)
            return request_fail(request, ERROR_VALIDATION, INVALID "List of %s is empty",
                                names[kind]);
        if (kind == 0 && lists[0] && table->keys.sort_count == 0)
            return request_fail(
                request, ERROR_VALIDATION,
                INVALID
                "Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex");
        for (size_t i = 0; i < json_array_size(lists[kind]); i++) {
            struct index *index = &table->indexes[table->index_count++];
            const json_t *input = json_array_get(lists[kind], i);
            index->global = kind == 1;
            index->name = input_string(input, "IndexName");
            if (read_keys(request, input_get(input, "KeySchema"), definitions,
                          index->global ? KEYS_OF_GLOBAL_INDEX : KEYS_OF_LOCAL_INDEX,
                          &index->keys) != 0)
                return -1;
        }
    }
    return 0;
}

static int check_local_keys(struct request *request, const struct table *table,
                            const struct index *index)
{
    if (index->keys.sort_count == 0)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Index KeySchema does not have a range key for index: %.*s",
                            TEXT(index->name));
    struct slice hash = index->keys.partition[0].name, table_hash = table->keys.partition[0].name;
    if (!slice_equal(hash, table_hash))
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Index KeySchema does not have the same leading hash key as table KeySchema for "
            "index: %.*s. index hash key: %.*s, table hash key: %.*s",
            TEXT(index->name), TEXT(hash), TEXT(table_hash));
    return 0;
}

/* What was asked for is described at once, and is under way until the table is ACTIVE. */
static int read_first_warm(struct request *request, const json_t *input, const struct slice *index,
                           const struct table *table, struct warm_throughput *warm)
{
    const json_t *asked = input_get(input, "WarmThroughput");
    if (read_warm(request, asked, index, table->on_demand, false, warm) != 0)
        return -1;
    warm->old_read = warm->read;
    warm->old_write = warm->write;
    if (json_object_size(asked) > 0)
        warm->updated_at = table->active_at;
    return 0;
}

static int read_index_capacity(struct request *request, const json_t *input,
                               const struct table *table, struct index *index)
{
    const json_t *throughput = input_get(input, "ProvisionedThroughput");
    if (table->on_demand && throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "ProvisionedThroughput should not be specified for index: %.*s when BillingMode is "
            "PAY_PER_REQUEST",
            TEXT(index->name));
    if (!table->on_demand && !throughput)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "ProvisionedThroughput is not specified for index: %.*s",
                            TEXT(index->name));
    if (throughput && read_throughput(request, throughput, &index->throughput) != 0)
        return -1;
    set_warm(&index->warm, table->on_demand, &index->throughput);
    if (read_on_demand(request, input_get(input, "OnDemandThroughput"), &index->name,
                       table->on_demand, false, &index->on_demand, NULL) != 0)
        return -1;
    return read_first_warm(request, input, &index->name, table, &index->warm);
}

static int read_index(struct request *request, const json_t *input, const struct table *table,
                      struct index *index)
{
    if (!index->global && check_local_keys(request, table, index) != 0)
        return -1;
    if (read_projection(request, input_get(input, "Projection"), index) != 0)
        return -1;
    if (index->global && read_index_capacity(request, input, table, index) != 0)
        return -1;
    for (const struct index *other = table->indexes; other < index; other++)
        if (slice_equal(other->name, index->name))
            return request_fail(request, ERROR_VALIDATION, INVALID "Duplicate index name: %.*s",
                                TEXT(index->name));
    return 0;
}

static int read_indexes(struct request *request, struct table *table)
{
    const json_t *local = input_get(request->input, "LocalSecondaryIndexes");
    const json_t *global = input_get(request->input, "GlobalSecondaryIndexes");
    size_t local_count = json_array_size(local), global_count = json_array_size(global);
    for (size_t i = 0; i < table->index_count; i++) {
        struct index *index = &table->indexes[i];
        index->created = request->now;
        index->active_at = table->active_at;
        const json_t *input =
            i < local_count ? json_array_get(local, i) : json_array_get(global, i - local_count);
        if (read_index(request, input, table, index) != 0)
            return -1;
        if (i + 1 == local_count && local_count > LOCAL_INDEXES_MAX)
            return request_fail(request, ERROR_VALIDATION,
                                INVALID
                                "Number of LocalSecondaryIndexes exceeds per-table limit of %d",
                                LOCAL_INDEXES_MAX);
    }
    if (global_count > GLOBAL_INDEXES_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "GlobalSecondaryIndex count exceeds the per-table limit of %d",
                            GLOBAL_INDEXES_MAX);
    return check_included(request, table);
}

static int read_stream(struct request *request, struct table *table)
{
    const json_t *specification = input_get(request->input, "StreamSpecification");
    if (!specification)
        return 0;
    bool enabled = schema_boolean(input_get(specification, "StreamEnabled"));
    struct slice view_type = input_string(specification, "StreamViewType");
    if (enabled && !view_type.data)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID "Table is being created with a stream enabled, UpdateViewType is required");
    if (!enabled && view_type.data)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Table is being created with a stream disabled, UpdateViewType "
                                    "should not be specified");
    if (enabled)
        table->stream =
            (struct stream_setting){ true, view_type, slice_of(iso_time(request, request->now)) };
    return 0;
}

/* Size and form; what a policy says is the business of whoever evaluates it. */
static int check_policy(struct request *request, struct slice policy)
{
    if (policy.length > POLICY_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Maximum policy size of %d bytes exceeded", POLICY_MAX);
    if (!policy.data)
        return 0;
    json_t *parsed = json_loadb(policy.data, policy.length, 0, NULL);
    bool object = json_is_object(parsed);
    json_decref(parsed);
    return object
               ? 0
               : request_fail(request, ERROR_VALIDATION,
                              INVALID "Invalid policy document: This policy contains invalid Json");
}

static int read_settings(struct request *request, struct table *table)
{
    const json_t *input = request->input;
    set_warm(&table->warm, table->on_demand, &table->throughput);
    if (read_on_demand(request, input_get(input, "OnDemandThroughput"), NULL, table->on_demand,
                       false, &table->on_demand_limits, NULL) != 0 ||
        read_first_warm(request, input, NULL, table, &table->warm) != 0 ||
        read_stream(request, table) != 0 ||
        read_encryption(request, input_get(input, "SSESpecification"), &table->encryption) != 0 ||
        read_class(request, &table->class.infrequent) != 0)
        return -1;
    table->class.named = input_get(input, "TableClass") != NULL;
    table->deletion_protected = schema_boolean(input_get(input, "DeletionProtectionEnabled"));
    table->policy = input_string(input, "ResourcePolicy");
    table->tags = input_get(input, "Tags");
    if (check_policy(request, table->policy) != 0 || check_tags(request, table->tags) != 0)
        return -1;
    return check_key(request, input_get(input, "SSESpecification"));
}

static int read_table(struct request *request, struct table *table)
{
    const json_t *input = request->input;
    struct definitions definitions;
    table->created = request->now;
    bool indexed = json_array_size(input_get(input, "GlobalSecondaryIndexes")) > 0;
    table->active_at =
        request->now + table_delay(indexed ? TRANSITION_CREATE_INDEXED : TRANSITION_CREATE);
    if (check_available(request, true) != 0 || read_billing(request, table) != 0 ||
        table_name(request, input_string(input, "TableName"), &table->name) != 0 ||
        read_definitions(request, input_get(input, "AttributeDefinitions"), NULL, &definitions) !=
            0 ||
        read_keys(request, input_get(input, "KeySchema"), &definitions, KEYS_OF_TABLE,
                  &table->keys) != 0 ||
        read_index_keys(request, &definitions, table) != 0 ||
        check_definitions_used(request, &definitions, table) != 0 ||
        read_indexes(request, table) != 0 || read_settings(request, table) != 0)
        return -1;
    if (table->on_demand)
        table->on_demand_since = table->active_at;
    set_definitions(request, &definitions, table);
    return 0;
}

static int check_absent(struct request *request, struct slice name)
{
    const struct table *existing;
    if (table_look(request, name, &existing) != 0)
        return -1;
    if (!existing)
        return 0;
    if (table_status(existing, request->now) == TABLE_CREATING)
        return request_fail(
            request, ERROR_RESOURCE_IN_USE,
            "Attempt to change a resource which is still in use: Table is being created: %.*s",
            TEXT(name));
    return request_fail(request, ERROR_RESOURCE_IN_USE, "Table already exists: %.*s", TEXT(name));
}

int run_create_table(struct request *request)
{
    struct table table = { 0 };
    if (read_table(request, &table) != 0 || request_begin(request, true) != 0 ||
        check_absent(request, table.name) != 0 || account_change(request, NULL, &table) != 0 ||
        deleted_tables_sweep(request) != 0 || table_new_id(request, &table.id) != 0)
        return -1;
    id_uuid(table.uuid);
    for (size_t i = 0; i < table.index_count; i++)
        if (table_new_id(request, &table.indexes[i].id) != 0)
            return -1;
    if (table_store(request, &table) != 0 ||
        table_describe(request, "TableDescription", &table, request->now - 1) != 0)
        return -1;
    return request_commit(request);
}
