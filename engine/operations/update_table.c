/*
 * update_table.c - UpdateTable. Order of checks: what the request alone shows (update_checks.c),
 * existence, the table's state (update_states.c), what the change is refused for, the account's
 * limits. A refused call changes nothing.
 */
#include "engine/operations/update_table.h"

#include <time.h>

#include "engine/limits.h"
#include "engine/operations.h"
#include "engine/operations/account.h"
#include "engine/operations/table_checks.h"
#include "engine/operations/table_settings.h"
#include "engine/schema/schema.h"
#include "engine/table_describe.h"

enum {
    DECREASES_FREE = 4,
    ENCRYPTIONS_FREE = 4,
    ENCRYPTION_PAUSE = 21600, /* seconds between further ones */
};

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
    if (limits.decreases != DECREASES_FREE && limits.decreases != 0) {
        /* The rule of 2012; the text as above. */
        if (today >= limits.decreases)
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "Subscriber limit exceeded: Provisioned throughput can be decreased only %s within "
                "the 1 day. Number of decreases today: %lld. Last decrease at %s. Next decrease "
                "can be made at %s.",
                limits.decreases == 1
                    ? "once"
                    : arena_printf(&request->arena, "%lld times", (long long)limits.decreases),
                (long long)today, spell_time(request, last), spell_time(request, midnight));
    } else if (limits.decreases != 0 && today >= DECREASES_FREE &&
               request->now < last + ms_per_hour) {
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

/* The rule of 2012; the text is ddbmock 0.4.0's (facts/legacy.md section E). */
static int check_increase(struct request *request, const struct throughput *old,
                          const struct throughput *new)
{
    static const char *const names[] = { "ReadCapacityUnits", "WriteCapacityUnits" };
    const int64_t from[] = { old->read, old->write }, to[] = { new->read, new->write };
    for (int i = 0; i < 2 && limits.increase != 0; i++)
        if (to[i] > from[i] + from[i] * limits.increase / 100)
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "Requested provisioned throughput change is not allowed. The %s change must be at "
                "most %lld percent of current value. Current %s provisioned for the table: %lld. "
                "Requested %s: %lld.",
                names[i], (long long)limits.increase, names[i], (long long)from[i], names[i],
                (long long)to[i]);
    return 0;
}

int change_throughput(struct request *request, const json_t *input, const struct slice *index,
                      struct throughput *throughput)
{
    struct throughput new = *throughput;
    if (read_throughput(request, input, &new) != 0)
        return -1;
    if (new.read == throughput->read &&new.write == throughput->write) {
        const char *index_name =
            index ? arena_printf(&request->arena, "index %.*s", TEXT(*index)) : NULL;
        const char *what = index ? index_name : "table", *of = index ? index_name : "the table";
        return request_fail(
            request, ERROR_VALIDATION,
            "The provisioned throughput for the %s will not change. The requested value equals the "
            "current value. Current "
            "ReadCapacityUnits provisioned for %s: %lld. Requested ReadCapacityUnits: %lld. "
            "Current "
            "WriteCapacityUnits provisioned for %s: %lld. Requested WriteCapacityUnits: %lld. "
            "Refer to the Amazon "
            "DynamoDB Developer Guide for current limits and how to request higher limits.",
            what, of, (long long)throughput->read, (long long)new.read, of,
            (long long)throughput->write, (long long)new.write);
    }
    if (check_increase(request, throughput, &new) != 0)
        return -1;
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
    update->after->busy_until[change] = request->now + table_delay(transition);
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
    table->on_demand = false;
    table->on_demand_limits = (struct on_demand_throughput){ 0 };
    table->billing_changed = request->now;
    set_warm(&table->warm, false, &table->throughput);
    start_change(request, update, CHANGE_BILLING, TRANSITION_PROVISIONED);
    return 0;
}

/* It counts as one of the decreases of an index, and not of the table (DDB-TABLE-153). */
static void switch_index_to_on_demand(struct request *request, struct index *index)
{
    struct throughput *throughput = &index->throughput;
    bool today = throughput->last_decrease / ms_per_day == request->now / ms_per_day;
    throughput->decreases = (today ? throughput->decreases : 0) + 1;
    throughput->last_decrease = request->now;
    throughput->read = throughput->write = 0;
    set_warm(&index->warm, true, throughput);
}

/* A re-send changes nothing, and the answer says UPDATING all the same (DDB-TABLE-057, 177); while a
 * switch to PROVISIONED is under way it is one, too, and its answer a table on demand (452). */
static int switch_to_on_demand(struct request *request, struct table_update *update)
{
    struct table *table = update->after;
    if (is_billing_resent(request, update)) {
        update->says_updating = true;
        update->says_on_demand = !table->on_demand;
        return 0;
    }
    enum transition transition =
        table->on_demand_since != 0 ? TRANSITION_ON_DEMAND_AGAIN : TRANSITION_ON_DEMAND;
    table->on_demand = true;
    table->on_demand_since = request->now + table_delay(transition);
    table->billing_changed = request->now;
    table->throughput.read = table->throughput.write = 0;
    set_warm(&table->warm, true, &table->throughput);
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].global)
            switch_index_to_on_demand(request, &table->indexes[i]);
    start_change(request, update, CHANGE_BILLING, transition);
    return 0;
}

static int update_capacity(struct request *request, struct table_update *update)
{
    if (slice_equal(update->billing_mode, slice_of("PAY_PER_REQUEST")))
        return switch_to_on_demand(request, update);
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
                     &update->after->warm);
}

static int update_stream(struct request *request, struct table_update *update)
{
    struct stream_setting *stream = &update->after->stream;
    struct slice name = update->after->name;
    if (!update->stream)
        return 0;
    bool enable = schema_boolean(input_get(update->stream, "StreamEnabled"));
    if (enable && stream->enabled)
        return request_fail(request, ERROR_VALIDATION,
                            "Table already has an enabled stream: TableName: %.*s", TEXT(name));
    if (!enable && !stream->enabled)
        return request_fail(request, ERROR_VALIDATION,
                            "Table has no stream to disable: TableName: %.*s", TEXT(name));
    if (enable)
        stream->label = slice_of(iso_time(request, request->now));
    stream->enabled = enable;
    stream->view_type = input_string(update->stream, "StreamViewType");
    start_change(request, update, CHANGE_STREAM, TRANSITION_STREAM);
    return 0;
}

/* Four changes in 24 hours from the first, then one 6 hours after the last: DDB-TABLE-081, 140, 141. */
static int count_encryption(struct request *request, struct encryption *encryption)
{
    int64_t now = request->now, pause = ENCRYPTION_PAUSE * 1000LL;
    if (encryption->changes == 0 || now >= encryption->window + ms_per_day) {
        encryption->window = now;
        encryption->changes = 0;
    }
    if (encryption->changes >= ENCRYPTIONS_FREE && now < encryption->changed + pause) {
        int64_t end = encryption->window + ms_per_day, next = encryption->changed + pause;
        return request_fail(
            request, ERROR_LIMIT_EXCEEDED,
            "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window "
            "ending at %sZ. After the first %d change, each subsequent change in the same window "
            "can be performed at most once every %d seconds. Number of updates today: %lld. Last "
            "change at %sZ. Next changes can be made at %sZ.",
            iso_time(request, end), ENCRYPTIONS_FREE, ENCRYPTION_PAUSE,
            (long long)encryption->changes, iso_time(request, encryption->changed),
            iso_time(request, next < end ? next : end));
    }
    encryption->changes++;
    encryption->changed = now;
    return 0;
}

/* TableStatus stays ACTIVE, and the answer says so whatever else is under way (DDB-TABLE-462); a
 * re-send is a change unless it names the key's very ARN (082). */
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
    if (count_encryption(request, &new) != 0 || check_key(request, update->encryption) != 0)
        return -1;
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
        update->says_updating = true;
        return 0;
    }
    *class = (struct table_class){ class->named, infrequent, class->infrequent, request->now,
                                   class->changed };
    start_change(request, update, CHANGE_CLASS, TRANSITION_CLASS);
    return 0;
}

static void update_protection(struct request *request, struct table_update *update)
{
    if (!update->protection)
        return;
    bool protect = schema_boolean(update->protection);
    if (protect != update->after->deletion_protected)
        update->after->protection_changed = request->now;
    update->after->deletion_protected = protect;
}

/* A table of one Region keeps the setting for the day that it gets a replica (DDB-TABLE-048). */
static int update_replication(struct request *request, struct table_update *update)
{
    if (!update->replication.data)
        return 0;
    if (slice_equal(update->replication, slice_of("ENABLED_WITH_OVERRIDES")))
        return request_fail(request, ERROR_VALIDATION,
                            "Value 'ENABLED_WITH_OVERRIDES' at "
                            "'GlobalTableSettingsReplicationMode' failed to satisfy constraint: "
                            "Only ENABLED and DISABLED settings replication are supported for a "
                            "Regional Table.");
    update->after->settings_replication = update->replication;
    return 0;
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
        .replication = input_string(input, "GlobalTableSettingsReplicationMode"),
        .at = request->now,
    };
}

static int change(struct request *request, struct table_update *update)
{
    update->after = table_change_copy(request, update->before);
    update->described_limits = update->after->on_demand_limits;
    if (update_capacity(request, update) != 0 || update_indexes(request, update) != 0 ||
        update_on_demand(request, update) != 0 || update_warm(request, update) != 0 ||
        update_stream(request, update) != 0 || update_encryption(request, update) != 0 ||
        update_class(request, update) != 0 || update_replication(request, update) != 0)
        return -1;
    update_protection(request, update);
    return account_change(request, update->before, update->after);
}

/* The answer, from a copy that nobody stores. */
static int answer(struct request *request, const struct table_update *update)
{
    struct table *table = update->after;
    if (update->on_demand)
        table->on_demand_limits = update->described_limits;
    if (update->says_on_demand) {
        table->on_demand = true;
        table->throughput.read = table->throughput.write = 0;
    }
    enum table_status status = table_status(table, update->at);
    if (update->says_updating)
        status = TABLE_UPDATING;
    if (update->encryption)
        status = TABLE_ACTIVE;
    return table_describe_as(request, "TableDescription", table, update->at, status);
}

int run_update_table(struct request *request)
{
    struct table_update update;
    read_update(request, &update);
    if (check_available(request, false) != 0 || check_request(request, &update) != 0 ||
        request_begin(request, true) != 0 ||
        table_find(request, input_string(request->input, "TableName"), true, &update.before) != 0 ||
        check_states(request, &update) != 0 || change(request, &update) != 0)
        return -1;
    /* Stored without what is over already, so that no later look has to leave it out. */
    if (table_store(request, table_change_copy(request, update.after)) != 0 ||
        answer(request, &update) != 0)
        return -1;
    return request_commit(request);
}
