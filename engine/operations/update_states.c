/*
 * update_states.c - what an UpdateTable has to wait for, member by member: a table that is UPDATING
 * refuses some changes and takes others. Measured: DDB-TABLE-063, 119, 120, 175, 286, 369, 370, 375,
 * 376, 450, 452 and 458 of the findings named in facts/control-plane.md; what those do not show is
 * said where it stands.
 *
 * State goes before what the change itself would be refused for, the value that is set already for
 * one (DDB-TABLE-002, 369, 375).
 */
#include "engine/operations/update_table.h"

#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"

/* Everything that may be under way in a table. */
struct activity {
    struct request *request;
    const struct table *table;
    bool iops, billing, stream, class;
    struct slice created, deleted; /* "[a, b]": indexes being allocated, and deleted; or empty */
};

static struct slice list_indexes(struct request *request, const struct table *table, bool deleted)
{
    struct buffer names;
    buffer_init(&names, &request->arena);
    for (size_t i = 0; i < table->index_count; i++) {
        const struct index *index = &table->indexes[i];
        if (deleted ? index->deleted_at == 0 : !index_is_allocated(index, request->now))
            continue;
        buffer_append_string(&names, names.length == 0 ? "[" : ", ");
        buffer_append_slice(&names, index->name);
    }
    if (names.length > 0)
        buffer_append_byte(&names, ']');
    return buffer_slice(&names);
}

static struct activity look(struct request *request, const struct table *table)
{
    int64_t now = request->now;
    return (struct activity){
        .request = request,
        .table = table,
        .iops =
            now < table->busy_until[CHANGE_THROUGHPUT] || now < table->busy_until[CHANGE_BILLING],
        .billing = now < table->busy_until[CHANGE_BILLING],
        .stream = now < table->busy_until[CHANGE_STREAM],
        .class = now < table->busy_until[CHANGE_CLASS],
        .created = list_indexes(request, table, false),
        .deleted = list_indexes(request, table, true),
    };
}

/* "... when stream status is being updated. Table: x Stream: y Operation: ENABLE" */
static int refuse_beside_stream(const struct activity *activity, const char *what)
{
    const struct table *table = activity->table;
    return request_fail(activity->request, ERROR_RESOURCE_IN_USE,
                        IN_USE "%s Table: %.*s Stream: %.*s Operation: %s", what, TEXT(table->name),
                        TEXT(table->stream.label), table->stream.enabled ? "ENABLE" : "DISABLE");
}

static const char *class_name(const struct table *table)
{
    return table->class.infrequent ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD";
}

static int refuse_beside_class(const struct activity *activity, const char *what)
{
    return request_fail(activity->request, ERROR_RESOURCE_IN_USE,
                        IN_USE "%s when a table class update is in progress. Table: %.*s "
                               "TableClassUpdateInProgress: %s",
                        what, TEXT(activity->table->name), class_name(activity->table));
}

static int refuse_beside_iops(const struct activity *activity, const char *what)
{
    return request_fail(activity->request, ERROR_RESOURCE_IN_USE, IN_USE "%s Table: %.*s", what,
                        TEXT(activity->table->name));
}

/* 0 when no index is being created or deleted. */
static int refuse_beside_index(const struct activity *activity, const char *what)
{
    bool created = activity->created.length > 0;
    struct slice names = created ? activity->created : activity->deleted;
    if (names.length == 0)
        return 0;
    return request_fail(activity->request, ERROR_RESOURCE_IN_USE,
                        IN_USE "%s when an index is being %s. Table: %.*s Indexes: %.*s", what,
                        created ? "created" : "deleted", TEXT(activity->table->name), TEXT(names));
}

/* The text beside a change of class is unverified: that of streams and indexes, with other words. */
static int check_capacity_state(const struct activity *activity)
{
    if (activity->iops)
        return refuse_beside_iops(activity, "Table IOPS are currently being updated.");
    if (activity->stream)
        return refuse_beside_stream(activity,
                                    "Can't change table IOPS when stream status is being updated.");
    if (activity->class)
        return refuse_beside_class(activity, "Can't change table IOPS");
    return refuse_beside_index(activity, "Can't change table IOPS");
}

static int check_stream_state(const struct activity *activity)
{
    if (activity->stream)
        return refuse_beside_stream(activity, "A stream status change is currently in progress.");
    if (activity->iops)
        return refuse_beside_iops(
            activity, "Can't enable or disable stream while table IOPS are being updated.");
    if (activity->class)
        return refuse_beside_class(activity, "Can't change stream status");
    return refuse_beside_index(activity, "Can't change stream status");
}

/* Beside IOPS and indexes the texts are unverified. */
static int check_class_state(const struct activity *activity)
{
    if (activity->class)
        return refuse_beside_class(activity, "Can't update table class");
    if (activity->stream)
        return refuse_beside_stream(
            activity, "Can't update table class when stream status is being updated.");
    if (activity->iops)
        return refuse_beside_iops(activity,
                                  "Can't update table class while table IOPS are being updated.");
    return refuse_beside_index(activity, "Can't update table class");
}

/* Until a switch to PAY_PER_REQUEST has settled the table counts as PROVISIONED, which has no such
 * limits. */
static int check_on_demand_state(const struct activity *activity)
{
    struct request *request = activity->request;
    if (activity->billing && activity->table->on_demand)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID "%s for OnDemandThroughput cannot be specified when the table "
                    "BillingMode is PROVISIONED",
            input_get(input_get(request->input, "OnDemandThroughput"), "MaxReadRequestUnits")
                ? "MaxReadRequestUnits"
                : "MaxWriteRequestUnits");
#define NOT_WHILE IN_USE "OnDemandThroughput cannot be updated while "
    if (activity->billing)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            NOT_WHILE "BillingMode update is in progress");
    if (activity->stream) /* the end of the text is unverified */
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            NOT_WHILE "stream status update is in progress");
    if (activity->class)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            NOT_WHILE
                            "TableClass update is in progress. TableClassUpdateInProgress: %s",
                            class_name(activity->table));
    if (activity->created.length > 0)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            NOT_WHILE "index creation is in progress for indexes: %.*s",
                            TEXT(activity->created));
    if (activity->deleted.length > 0)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            NOT_WHILE "index deletion is in progress for indexes: %.*s",
                            TEXT(activity->deleted));
#undef NOT_WHILE
    return 0;
}

/* A change of the setting, and then any use of it, is refused for 15 s (DDB-TABLE-003, 054, 464). */
static int check_protection_pause(const struct activity *activity)
{
    struct request *request = activity->request;
    const struct table *table = activity->table;
    int64_t pause = table_delay(TRANSITION_PROTECTION), until = table->protection_changed + pause;
    if (table->protection_changed == 0 || request->now >= until)
        return 0;
    return request_fail(request, ERROR_THROTTLING,
                        "Deletion protection setting for table %.*s modified within the previous "
                        "%lld milliseconds. Please try again after %sZ",
                        TEXT(table->name), (long long)pause, iso_time(request, until));
}

bool is_billing_resent(const struct request *request, const struct table_update *update)
{
    const struct table *table = update->before;
    bool switching = request->now < table->busy_until[CHANGE_BILLING];
    return slice_equal(update->billing_mode, slice_of("PAY_PER_REQUEST")) &&
           table->on_demand != switching;
}

static int refuse_index(struct request *request, const struct table *table,
                        const struct index *index, const char *what)
{
    return request_fail(request, ERROR_RESOURCE_IN_USE, IN_USE "%s Table: %.*s Index: %.*s", what,
                        TEXT(table->name), TEXT(index->name));
}

/* The index that an element of GlobalSecondaryIndexUpdates names. The double blank is the service's
 * (DDB-TABLE-444); where in the text it stands is unverified. */
static int check_named_index(struct request *request, const struct table *table,
                             const json_t *element)
{
    const struct index *index =
        table_index(table, input_string(index_action(element), "IndexName"));
    if (!index || input_get(element, "Create"))
        return 0;
    enum table_status status = index_status(index, request->now);
    if (status == TABLE_DELETING)
        return refuse_index(request, table, index, "Index is being deleted.");
    if (status == TABLE_UPDATING)
        return refuse_index(request, table, index, "Index is being updated.");
    if (!index_is_allocated(index, request->now))
        return 0;
    return refuse_index(request, table, index,
                        input_get(element, "Delete")
                            ? "Index creation is in resource allocation phase. Retry deletion "
                              "during backfilling phase or when the index is active."
                            : "Index is being created but is not backfilling yet. ");
}

static int check_index_states(const struct activity *activity, const json_t *list)
{
    struct request *request = activity->request;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_array_get(list, i);
        if (check_named_index(request, activity->table, element) != 0)
            return -1;
        if (input_get(element, "Update"))
            continue;
        if (activity->iops)
            return refuse_beside_iops(
                activity, "Can't create or delete indexes while table IOPS are being updated.");
        if (activity->stream)
            return refuse_beside_stream(
                activity, "Can't create or delete an index when stream status is being updated.");
        if (activity->class)
            return refuse_beside_class(activity, "Can't create or delete an index");
    }
    return 0;
}

int check_states(struct request *request, const struct table_update *update)
{
    const struct table *table = update->before;
    enum table_status status = table_status(table, request->now);
    if (status == TABLE_CREATING || status == TABLE_DELETING)
        return request_fail(request, ERROR_RESOURCE_IN_USE, IN_USE "Table is being %s: %.*s",
                            status == TABLE_CREATING ? "created" : "deleted", TEXT(table->name));
    struct activity activity = look(request, table);
    if (check_index_states(&activity, update->index_updates) != 0)
        return -1;
    bool capacity =
        (update->throughput || update->billing_mode.data) && !is_billing_resent(request, update);
    if (capacity && check_capacity_state(&activity) != 0)
        return -1;
    if (update->stream && check_stream_state(&activity) != 0)
        return -1;
    if (update->class.data && check_class_state(&activity) != 0)
        return -1;
    if (json_object_size(update->on_demand) > 0 && !update->billing_mode.data &&
        check_on_demand_state(&activity) != 0)
        return -1;
    if (update->encryption && request->now < table->encryption.updated_at)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            IN_USE "Server-Side Encryption is still being updated");
    if (update->warm && activity.created.length > 0)
        return request_fail(request, ERROR_INTERNAL_SERVER,
                            "Table is under system maintenance, please try again later");
    return update->protection ? check_protection_pause(&activity) : 0;
}
