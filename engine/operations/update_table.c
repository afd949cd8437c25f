/*
 * update_table.c - UpdateTable. Order of checks: existence, then what the request asks for, then
 * the table's state (facts/control-plane.md rule 2). A refused call changes nothing.
 */
#include "engine/operations/update_table.h"

#include <time.h>

#include "engine/operations.h"
#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"
#include "engine/schema/schema.h"
#include "engine/table_describe.h"

enum { DECREASES_FREE = 4 };

static const int64_t ms_per_hour = 3600000, ms_per_day = 86400000, class_window = 30 * 86400000LL;

/* "Thursday, October 8, 2026 at 11:20:48 PM Coordinated Universal Time", whatever the host's
 * locale. */
static const char *spell_time(struct request *request, int64_t ms)
{
    static const char *const days[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday" };
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    struct tm date;
    time_t seconds = ms / 1000;
    gmtime_r(&seconds, &date);
    return arena_printf(&request->arena,
                        "%s, %s %d, %d at %d:%02d:%02d %s Coordinated Universal Time",
                        days[date.tm_wday], months[date.tm_mon], date.tm_mday, date.tm_year + 1900,
                        date.tm_hour % 12 == 0 ? 12 : date.tm_hour % 12, date.tm_min, date.tm_sec,
                        date.tm_hour < 12 ? "AM" : "PM");
}

/* Four a UTC day, then one 3600 s after the last; measured, DDB-TABLE-184 and 326. */
static int count_decrease(struct request *request, struct throughput *throughput)
{
    int64_t last = throughput->last_decrease,
            midnight = (request->now / ms_per_day + 1) * ms_per_day;
    int64_t today = last / ms_per_day == request->now / ms_per_day ? throughput->decreases : 0;
    if (today >= DECREASES_FREE && request->now < last + ms_per_hour) {
        int64_t next = last + ms_per_hour < midnight ? last + ms_per_hour : midnight;
        return request_fail(request, ERROR_LIMIT_EXCEEDED,
                            "Subscriber limit exceeded: Provisioned throughput decreases are "
                            "limited within a given UTC day. After the "
                            "first 4 decreases, each subsequent decrease in the same UTC day can "
                            "be performed at most once every 3600 "
                            "seconds. Number of decreases today: %lld. Last decrease at %s. Next "
                            "decrease can be made at %s.",
                            (long long)today, spell_time(request, last), spell_time(request, next));
    }
    throughput->old_decreases = today;
    throughput->decreases = today + 1;
    throughput->last_decrease = request->now;
    return 0;
}

int change_throughput(struct request *request, const json_t *input, const struct slice *index,
                      struct throughput *throughput)
{
    struct throughput new = *throughput;
    if (read_throughput(request, input, &new) != 0)
        return -1;
    if (new.read == throughput->read &&new.write == throughput->write) {
        const char *what =
            index ? arena_printf(&request->arena, "index %.*s", TEXT(*index)) : "table";
        const char *of = index ? "index" : "table";
        return request_fail(
            request, ERROR_VALIDATION,
            "The provisioned throughput for the %s will not change. The requested value equals the "
            "current value. Current "
            "ReadCapacityUnits provisioned for the %s: %lld. Requested ReadCapacityUnits: %lld. "
            "Current "
            "WriteCapacityUnits provisioned for the %s: %lld. Requested WriteCapacityUnits: %lld. "
            "Refer to the Amazon "
            "DynamoDB Developer Guide for current limits and how to request higher limits.",
            what, of, (long long)throughput->read, (long long)new.read, of,
            (long long)throughput->write, (long long)new.write);
    }
    if ((new.read < throughput->read || new.write < throughput->write) &&
        count_decrease(request, &new) != 0)
        return -1;
    if (new.read > throughput->read || new.write > throughput->write)
        new.last_increase = request->now;
    new.old_read = throughput->read;
    new.old_write = throughput->write;
    *throughput = new;
    return 0;
}

/* The table is UPDATING from now on, for what `transition` takes. */
static void start_change(struct request *request, struct table_update *update,
                         enum table_change change, enum transition transition)
{
    int64_t until = request->now + table_delay(transition);
    if (update->after->updated_at < until)
        update->after->updated_at = until;
    update->after->change = change;
    update->at = request->now - 1;
}

/* What is set already is set again: nothing changes, and the answer says UPDATING all the same
 * (DDB-TABLE-057, 177). */
static void describe_as_changing(struct request *request, struct table_update *update)
{
    update->after->updated_at = request->now;
    update->after->change = CHANGE_THROUGHPUT;
    update->at = request->now - 1;
}

static int update_throughput(struct request *request, struct table_update *update)
{
    struct table *table = update->after;
    if (table->on_demand)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode "
            "is PAY_PER_REQUEST");
    if (change_throughput(request, update->throughput, NULL, &table->throughput) != 0)
        return -1;
    set_warm(&table->warm, false, &table->throughput);
    start_change(request, update, CHANGE_THROUGHPUT, TRANSITION_THROUGHPUT);
    return 0;
}

/* The new values are described at once (DDB-TABLE-165), limits on demand are dropped (153). */
static int switch_to_provisioned(struct request *request, struct table_update *update)
{
    struct table *table = update->after;
    if (read_throughput(request, update->throughput, &table->throughput) != 0)
        return -1;
    table->throughput.old_read = table->throughput.read;
    table->throughput.old_write = table->throughput.write;
    table->on_demand = false;
    table->on_demand_limits = (struct on_demand_throughput){ 0 };
    set_warm(&table->warm, false, &table->throughput);
    start_change(request, update, CHANGE_THROUGHPUT, TRANSITION_BILLING);
    return 0;
}

static int switch_to_on_demand(struct request *request, struct table_update *update)
{
    struct table *table = update->after;
    if (update->throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST");
    if (table->on_demand) {
        describe_as_changing(request, update);
        return 0;
    }
    table->on_demand = true;
    table->on_demand_since = request->now + table_delay(TRANSITION_BILLING);
    table->throughput.read = table->throughput.write = 0;
    set_warm(&table->warm, true, &table->throughput);
    for (size_t i = 0; i < table->index_count; i++) {
        struct index *index = &table->indexes[i];
        if (!index->global)
            continue;
        index->throughput.read = index->throughput.write = 0;
        set_warm(&index->warm, true, &index->throughput);
    }
    start_change(request, update, CHANGE_THROUGHPUT, TRANSITION_BILLING);
    return 0;
}

static int update_capacity(struct request *request, struct table_update *update)
{
    if (slice_equal(update->billing_mode, slice_of("PAY_PER_REQUEST")))
        return switch_to_on_demand(request, update);
    if (update->billing_mode.data && !update->throughput)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    if (update->billing_mode.data && update->after->on_demand)
        return switch_to_provisioned(request, update);
    return update->throughput ? update_throughput(request, update) : 0;
}

static int update_on_demand(struct request *request, struct table_update *update)
{
    if (!update->on_demand)
        return 0;
    if (json_object_size(update->on_demand) == 0)
        return request_fail(request, ERROR_INTERNAL_FAILURE, "%s", "");
    return read_on_demand(request, update->on_demand, NULL, update->after->on_demand, true,
                          &update->after->on_demand_limits, &update->described_limits);
}

/* TableStatus stays ACTIVE; only WarmThroughput.Status shows it. */
static int update_warm(struct request *request, struct table_update *update)
{
    if (!update->warm)
        return 0;
    if (json_object_size(update->warm) == 0)
        return request_fail(request, ERROR_INTERNAL_FAILURE, "%s", "");
    update->at = request->now - 1;
    return read_warm(request, update->warm, NULL, update->after->on_demand, true,
                     request->now + table_delay(TRANSITION_WARM), &update->after->warm);
}

static int update_stream(struct request *request, struct table_update *update)
{
    struct stream_setting *stream = &update->after->stream;
    struct slice name = update->after->name;
    if (!update->stream)
        return 0;
    struct slice view_type = input_string(update->stream, "StreamViewType");
    if (schema_boolean(input_get(update->stream, "StreamEnabled"))) {
        if (!view_type.data)
            return request_fail(request, ERROR_VALIDATION,
                                INVALID
                                "If stream is being enabled then UpdateViewType is required");
        if (stream->enabled)
            return request_fail(request, ERROR_VALIDATION,
                                "Table already has an enabled stream: TableName: %.*s", TEXT(name));
        *stream = (struct stream_setting){ true, view_type, stream_label(request) };
    } else {
        if (view_type.data)
            return request_fail(
                request, ERROR_VALIDATION,
                INVALID "If stream is being disabled, then UpdateViewType must not be specified");
        if (!stream->enabled)
            return request_fail(request, ERROR_VALIDATION,
                                "Table has no stream to disable: TableName: %.*s", TEXT(name));
        stream->enabled = false;
        stream->view_type = (struct slice){ NULL, 0 };
    }
    start_change(request, update, CHANGE_STREAM, TRANSITION_STREAM);
    return 0;
}

/* TableStatus stays ACTIVE; a re-send is a change unless it names the key's very ARN:
 * DDB-TABLE-082. */
static int update_encryption(struct request *request, struct table_update *update)
{
    struct encryption *encryption = &update->after->encryption;
    if (!update->encryption)
        return 0;
    struct encryption new = *encryption;
    if (read_encryption(request, update->encryption, &new) != 0)
        return -1;
    if (!encryption->kms && !new.kms)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Table is already encrypted by default");
    if (encryption->kms && new.kms &&
        slice_equal(input_string(update->encryption, "KMSMasterKeyId"), encryption->key))
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID
            "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if "
            "you want to change Master Key");
    new.updated_at = request->now + table_delay(TRANSITION_ENCRYPTION);
    *encryption = new;
    update->at = request->now - 1;
    return 0;
}

static int update_class(struct request *request, struct table_update *update)
{
    struct table_class *class = &update->after->class;
    if (!update->class.data)
        return 0;
    bool infrequent = false;
    if (read_class(request, &infrequent) != 0)
        return -1;
    if (class->old_changed != 0 && request->now - class->old_changed < class_window)
        return request_fail(request, ERROR_LIMIT_EXCEEDED,
                            "Subscriber limit exceeded: Updates to TableClass are limited to 2 "
                            "times in 30 day(s).");
    if (infrequent == class->infrequent) {
        describe_as_changing(request, update);
        return 0;
    }
    *class = (struct table_class){ infrequent, class->infrequent, request->now, class->changed };
    start_change(request, update, CHANGE_CLASS, TRANSITION_CLASS);
    return 0;
}

static int update_protection(struct request *request, struct table_update *update)
{
    (void)request;
    if (update->protection)
        update->after->deletion_protected = schema_boolean(update->protection);
    return 0;
}

static int refuse_beside_index(struct request *request, const struct table *table, bool capacity)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct index *index = &table->indexes[i];
        enum table_status status = index_status(index, request->now);
        if (status == TABLE_CREATING || status == TABLE_DELETING)
            return request_fail(
                request, ERROR_RESOURCE_IN_USE,
                IN_USE "Can't change %s when an index is being %s. Table: %.*s Indexes: [%.*s]",
                capacity ? "table IOPS" : "stream status",
                status == TABLE_CREATING ? "created" : "deleted", TEXT(table->name),
                TEXT(index->name));
    }
    return 0;
}

/* What a change that is under way keeps from being changed; the texts name both. */
static int check_state(struct request *request, const struct table_update *update)
{
    const struct table *table = update->before;
    enum table_status status = table_status(table, request->now);
    struct slice name = table->name;
    if (status == TABLE_CREATING || status == TABLE_DELETING)
        return request_fail(request, ERROR_RESOURCE_IN_USE, IN_USE "Table is being %s: %.*s",
                            status == TABLE_CREATING ? "created" : "deleted", TEXT(name));
    if (update->encryption && request->now < table->encryption.updated_at)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            IN_USE "Server-Side Encryption is still being updated");
    if (status != TABLE_UPDATING || update->protection || update->encryption)
        return 0;
    bool capacity = update->throughput || update->billing_mode.data;
    const char *operation = table->stream.enabled ? "ENABLE" : "DISABLE";
    switch (table->change) {
    case CHANGE_STREAM:
        if (capacity)
            return request_fail(
                request, ERROR_RESOURCE_IN_USE,
                IN_USE
                "Can't change table IOPS when stream status is being updated. Table: %.*s Stream: "
                "%.*s Operation: %s",
                TEXT(name), TEXT(table->stream.label), operation);
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            IN_USE "A stream status change is currently in progress. Table: %.*s "
                                   "Stream: %.*s Operation: %s",
                            TEXT(name), TEXT(table->stream.label), operation);
    case CHANGE_CLASS:
        return request_fail(
            request, ERROR_RESOURCE_IN_USE,
            IN_USE "Can't update table class when a table class update is in progress. Table: %.*s "
                   "TableClassUpdateInProgress: %s",
            TEXT(name), table->class.infrequent ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD");
    case CHANGE_INDEX:
        return capacity || update->stream ? refuse_beside_index(request, table, capacity) : 0;
    default:
        break;
    }
    if (update->stream)
        return request_fail(
            request, ERROR_RESOURCE_IN_USE,
            IN_USE "Can't enable or disable stream while table IOPS are being updated. Table: %.*s",
            TEXT(name));
    if (update->index_updates)
        return request_fail(
            request, ERROR_RESOURCE_IN_USE,
            IN_USE "Can't create or delete indexes while table IOPS are being updated. Table: %.*s",
            TEXT(name));
    return request_fail(request, ERROR_RESOURCE_IN_USE,
                        IN_USE "Table IOPS are currently being updated. Table: %.*s", TEXT(name));
}

static void read_update(const struct request *request, struct table_update *update)
{
    const json_t *input = request->input;
    *update = (struct table_update){
        .throughput = input_get(input, "ProvisionedThroughput"),
        .index_updates = input_get(input, "GlobalSecondaryIndexUpdates"),
        .stream = input_get(input, "StreamSpecification"),
        .encryption = input_get(input, "SSESpecification"),
        .on_demand = input_get(input, "OnDemandThroughput"),
        .warm = input_get(input, "WarmThroughput"),
        .billing_mode = input_string(input, "BillingMode"),
        .class = input_string(input, "TableClass"),
        .protection = input_get(input, "DeletionProtectionEnabled"),
        .at = request->now,
    };
}

int run_update_table(struct request *request)
{
    struct table_update update;
    read_update(request, &update);
    if (check_available(request) != 0 || request_begin(request, true) != 0 ||
        table_find(request, input_string(request->input, "TableName"), true, &update.before) != 0 ||
        check_combination(request, &update) != 0)
        return -1;
    update.after = table_change_copy(request, update.before);
    update.described_limits = update.after->on_demand_limits;
    struct table_update *u = &update;
    if (update_capacity(request, u) != 0 || update_indexes(request, u) != 0 ||
        update_on_demand(request, u) != 0 || update_warm(request, u) != 0 ||
        update_stream(request, u) != 0 || update_encryption(request, u) != 0 ||
        update_class(request, u) != 0 || update_protection(request, u) != 0 ||
        check_state(request, u) != 0 || check_capacity(request, update.after, update.before) != 0)
        return -1;
    /* Stored without what is over already, so that no later look has to leave it out. */
    if (table_store(request, table_change_copy(request, update.after)) != 0)
        return -1;
    if (update.on_demand)
        update.after->on_demand_limits = update.described_limits;
    if (table_describe(request, "TableDescription", update.after, update.at) != 0)
        return -1;
    return request_commit(request);
}
