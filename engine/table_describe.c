/*
 * table_describe.c - writes a TableDescription. See table_describe.h.
 *
 * Members stand in alphabetical order and times are Java doubles ("1.562054355238E9"), as in every
 * body of the service that was captured from 2012 to 2019 (aws-sdk-go's jsonutil tests have one
 * with TableId, the developer guide others). Which members are there when: facts/control-plane.md,
 * rules 5 and 8.
 */
#include "engine/table_describe.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/value_json.h"

enum {
    ITEM_OVERHEAD =
        100, /* bytes that the service counts for storing an item. facts/fidelity.md section 3 */
    MS_PER_DAY = 24 * 60 * 60 * 1000,
    DIGITS_MAX = 24,
};

/* Appends `"name":`, after a comma unless it is the first member of its object. */
static void member(struct buffer *out, const char *name)
{
    char last = out->data[out->length - 1];
    if (last != '{')
        buffer_append_byte(out, ',');
    buffer_printf(out, "\"%s\":", name);
}

static void write_string(struct buffer *out, const char *name, struct slice value)
{
    member(out, name);
    string_write_json(out, value);
}

static void write_integer(struct buffer *out, const char *name, int64_t value)
{
    member(out, name);
    buffer_printf(out, "%" PRId64, value);
}

/* Seconds as Java prints a double: with an exponent from 10^7 on. `ms` >= 0. */
static void write_time(struct buffer *out, const char *name, int64_t ms)
{
    member(out, name);
    char digits[DIGITS_MAX];
    int length = snprintf(digits, sizeof digits, "%04" PRId64, ms);
    int whole = length - 3; /* digits of the seconds */
    while (length > whole && digits[length - 1] == '0')
        length--;
    if (whole < 8) {
        buffer_printf(out, "%.*s.%.*s", whole, digits, length > whole ? length - whole : 1,
                      length > whole ? digits + whole : "0");
        return;
    }
    while (length > 1 && digits[length - 1] == '0')
        length--;
    buffer_printf(out, "%c.%.*sE%d", digits[0], length > 1 ? length - 1 : 1,
                  length > 1 ? digits + 1 : "0", whole - 1);
}

static const char *status_name(enum table_status status)
{
    static const char *const names[] = { "CREATING", "UPDATING", "DELETING", "ACTIVE" };
    return names[status];
}

static void write_definitions(struct buffer *out, const struct table *table)
{
    member(out, "AttributeDefinitions");
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < table->definition_count; i++) {
        buffer_append_string(out, i == 0 ? "{" : ",{");
        write_string(out, "AttributeName", table->definitions[i].name);
        write_string(out, "AttributeType", slice_of(value_type_name(table->definitions[i].type)));
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, ']');
}

static void write_key_attributes(struct buffer *out, const struct key_attribute *attributes,
                                 unsigned count, const char *type)
{
    for (unsigned i = 0; i < count; i++) {
        buffer_append_string(out, out->data[out->length - 1] == '[' ? "{" : ",{");
        write_string(out, "AttributeName", attributes[i].name);
        write_string(out, "KeyType", slice_of(type));
        buffer_append_byte(out, '}');
    }
}

static void write_keys(struct buffer *out, const struct key_schema *keys)
{
    member(out, "KeySchema");
    buffer_append_byte(out, '[');
    write_key_attributes(out, keys->partition, keys->partition_count, "HASH");
    write_key_attributes(out, keys->sort, keys->sort_count, "RANGE");
    buffer_append_byte(out, ']');
}

static void write_on_demand(struct buffer *out, const struct on_demand_throughput *on_demand)
{
    if (on_demand->read == 0 && on_demand->write == 0)
        return;
    member(out, "OnDemandThroughput");
    buffer_append_byte(out, '{');
    if (on_demand->read != 0)
        write_integer(out, "MaxReadRequestUnits", on_demand->read);
    if (on_demand->write != 0)
        write_integer(out, "MaxWriteRequestUnits", on_demand->write);
    buffer_append_byte(out, '}');
}

static void write_throughput(struct buffer *out, const struct throughput *throughput, bool settled,
                             int64_t last_decrease, int64_t at)
{
    member(out, "ProvisionedThroughput");
    buffer_append_byte(out, '{');
    if (last_decrease != 0)
        write_time(out, "LastDecreaseDateTime", last_decrease);
    if (throughput->last_increase != 0)
        write_time(out, "LastIncreaseDateTime", throughput->last_increase);
    int64_t decreases = settled ? throughput->decreases : throughput->old_decreases;
    if (throughput->last_decrease / MS_PER_DAY != at / MS_PER_DAY)
        decreases = 0;
    write_integer(out, "NumberOfDecreasesToday", decreases);
    write_integer(out, "ReadCapacityUnits", settled ? throughput->read : throughput->old_read);
    write_integer(out, "WriteCapacityUnits", settled ? throughput->write : throughput->old_write);
    buffer_append_byte(out, '}');
}

static void write_warm(struct buffer *out, const struct warm_throughput *warm, bool updating,
                       bool old)
{
    member(out, "WarmThroughput");
    buffer_append_byte(out, '{');
    write_integer(out, "ReadUnitsPerSecond", old ? warm->old_read : warm->read);
    write_string(out, "Status", slice_of(updating ? "UPDATING" : "ACTIVE"));
    write_integer(out, "WriteUnitsPerSecond", old ? warm->old_write : warm->write);
    buffer_append_byte(out, '}');
}

/*
 * In the answer of CreateTable it is there only when it was asked for, and not for indexes; while
 * the table is CREATING it is UPDATING (DDB-TABLE-032, 033 and 134; that it is so also when nobody
 * asked for it is unverified).
 */
static void write_table_warm(struct buffer *out, const struct table *table, int64_t at)
{
    const struct warm_throughput *warm = &table->warm;
    bool updating = at < warm->updated_at;
    if (at < table->created && !updating)
        return;
    write_warm(out, warm, updating || at < table->active_at,
               updating || at < table->busy_until[CHANGE_THROUGHPUT] ||
                   at < table->busy_until[CHANGE_BILLING]);
}

static void write_index_warm(struct buffer *out, const struct table *table,
                             const struct index *index, int64_t at)
{
    const struct warm_throughput *warm = &index->warm;
    if (at < table->created)
        return;
    bool updating = at < warm->updated_at;
    write_warm(out, warm, updating || at < index->active_at, updating || at < index->updated_at);
}

static void write_projection(struct buffer *out, const struct index *index)
{
    static const char *const names[] = { "ALL", "KEYS_ONLY", "INCLUDE" };
    member(out, "Projection");
    buffer_append_byte(out, '{');
    if (index->projection == PROJECTION_INCLUDE) {
        member(out, "NonKeyAttributes");
        for (size_t i = 0; i < index->included_count; i++) {
            buffer_append_byte(out, i == 0 ? '[' : ',');
            string_write_json(out, index->included[i]);
        }
        buffer_append_byte(out, ']');
    }
    write_string(out, "ProjectionType", slice_of(names[index->projection]));
    buffer_append_byte(out, '}');
}

static int write_index(struct request *request, const char *arn, const struct table *table,
                       const struct index *index, int64_t at)
{
    struct table_size size;
    if (table_size_get(request, index->id, &size) != 0)
        return -1;
    struct buffer *out = &request->output;
    enum table_status status = index_status(index, at);
    buffer_append_byte(out, '{');
    if (index->backfill_at != 0 && status == TABLE_CREATING) {
        member(out, "Backfilling");
        buffer_append_string(out, at < index->backfill_at ? "false" : "true");
    }
    write_string(out, "IndexArn",
                 slice_of(arena_printf(&request->arena, "%s/index/%.*s", arn,
                                       (int)index->name.length, index->name.data)));
    write_string(out, "IndexName", index->name);
    write_integer(out, "IndexSizeBytes", (int64_t)(size.bytes + size.items * ITEM_OVERHEAD));
    if (index->global)
        write_string(out, "IndexStatus", slice_of(status_name(status)));
    write_integer(out, "ItemCount", (int64_t)size.items);
    write_keys(out, &index->keys);
    if (index->global)
        write_on_demand(out, &index->on_demand);
    write_projection(out, index);
    if (index->global) {
        write_throughput(out, &index->throughput, at >= index->updated_at,
                         index->throughput.last_decrease, at);
        write_index_warm(out, table, index, at);
    }
    buffer_append_byte(out, '}');
    return 0;
}

static int write_indexes(struct request *request, const char *name, const char *arn,
                         const struct table *table, bool global, int64_t at)
{
    struct buffer *out = &request->output;
    bool first = true;
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].global != global)
            continue;
        if (first)
            member(out, name);
        buffer_append_byte(out, first ? '[' : ',');
        first = false;
        if (write_index(request, arn, table, &table->indexes[i], at) != 0)
            return -1;
    }
    if (!first)
        buffer_append_byte(out, ']');
    return 0;
}

/* Absent on tables that never were PAY_PER_REQUEST; the moment comes when the change has settled.
 */
static void write_billing_mode(struct buffer *out, const struct table *table, int64_t at)
{
    if (table->on_demand_since == 0)
        return;
    member(out, "BillingModeSummary");
    buffer_append_byte(out, '{');
    write_string(out, "BillingMode",
                 slice_of(table->on_demand ? "PAY_PER_REQUEST" : "PROVISIONED"));
    int64_t since = at < table->busy_until[CHANGE_BILLING] ? table->old_on_demand_since
                                                           : table->on_demand_since;
    if (since != 0 && at >= since)
        write_time(out, "LastUpdateToPayPerRequestDateTime", since);
    buffer_append_byte(out, '}');
}

/* Absent while the service's own key is used; a change shows the old key for two fifths of the time
 * that it takes, 9 of 22 s, and then the new one (DDB-TABLE-371). */
static void write_encryption(struct buffer *out, const struct encryption *encryption, int64_t at)
{
    bool updating = at < encryption->updated_at;
    bool old = at < encryption->changed ||
               (at - encryption->changed) * 5 < (encryption->updated_at - encryption->changed) * 2;
    bool kms = old ? encryption->old_kms : encryption->kms;
    if (!updating && !kms)
        return;
    member(out, "SSEDescription");
    buffer_append_byte(out, '{');
    if (kms) {
        write_string(out, "KMSMasterKeyArn", old ? encryption->old_key : encryption->key);
        write_string(out, "SSEType", slice_of("KMS"));
    }
    write_string(out, "Status", slice_of(updating ? "UPDATING" : "ENABLED"));
    buffer_append_byte(out, '}');
}

static void write_latest_stream(struct request *request, const char *arn, const struct table *table)
{
    if (table->stream.label.length == 0)
        return;
    struct slice label = table->stream.label;
    write_string(&request->output, "LatestStreamArn",
                 slice_of(arena_printf(&request->arena, "%s/stream/%.*s", arn, (int)label.length,
                                       label.data)));
    write_string(&request->output, "LatestStreamLabel", label);
}

static void write_stream(struct buffer *out, const struct stream_setting *stream)
{
    if (!stream->enabled)
        return;
    member(out, "StreamSpecification");
    buffer_append_string(out, "{\"StreamEnabled\":true");
    write_string(out, "StreamViewType", stream->view_type);
    buffer_append_byte(out, '}');
}

/* Absent on a table that always was STANDARD and was not created so by name (DDB-TABLE-026, 177). */
static void write_class(struct buffer *out, const struct table *table, int64_t at)
{
    bool old = at < table->busy_until[CHANGE_CLASS];
    bool infrequent = old ? table->class.old_infrequent : table->class.infrequent;
    int64_t changed = old ? table->class.old_changed : table->class.changed;
    if (!infrequent && changed == 0 && !table->class.named)
        return;
    member(out, "TableClassSummary");
    buffer_append_byte(out, '{');
    if (changed != 0)
        write_time(out, "LastUpdateDateTime", changed);
    write_string(out, "TableClass",
                 slice_of(infrequent ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD"));
    buffer_append_byte(out, '}');
}

static void write_protection(struct buffer *out, const struct table *table)
{
    member(out, "DeletionProtectionEnabled");
    buffer_append_string(out, table->deletion_protected ? "true" : "false");
}

/* Everything from TableId to TableStatus, which only TableArn and a class can come before. */
static void write_identity(struct buffer *out, const struct table *table,
                           const struct table_size *size, enum table_status status)
{
    write_string(out, "TableId", slice_of(table->uuid));
    write_string(out, "TableName", table->name);
    write_integer(out, "TableSizeBytes", (int64_t)(size->bytes + size->items * ITEM_OVERHEAD));
    write_string(out, "TableStatus", slice_of(status_name(status)));
}

/* A switch to PAY_PER_REQUEST is a decrease while it lasts, and none afterwards (DDB-TABLE-064). */
static int64_t last_decrease(const struct table *table, int64_t at)
{
    return table->on_demand && at < table->busy_until[CHANGE_BILLING]
               ? table->billing_changed
               : table->throughput.last_decrease;
}

int table_describe(struct request *request, const char *name, const struct table *table, int64_t at)
{
    return table_describe_as(request, name, table, at, table_status(table, at));
}

int table_describe_as(struct request *request, const char *name, const struct table *table,
                      int64_t at, enum table_status status)
{
    struct table_size size;
    if (table_size_get(request, table->id, &size) != 0)
        return -1;
    if (table->deleted_at != 0)
        size = (struct table_size){ (uint64_t)table->last_items, (uint64_t)table->last_bytes };
    const char *arn = table_arn(request, table);
    struct buffer *out = &request->output;
    buffer_append_byte(out, '{');
    member(out, name);
    buffer_append_byte(out, '{');
    write_definitions(out, table);
    write_billing_mode(out, table, at);
    write_time(out, "CreationDateTime", table->created);
    write_protection(out, table);
    if (write_indexes(request, "GlobalSecondaryIndexes", arn, table, true, at) != 0)
        return -1;
    if (table->settings_replication.length > 0)
        write_string(out, "GlobalTableSettingsReplicationMode", table->settings_replication);
    write_integer(out, "ItemCount", (int64_t)size.items);
    write_keys(out, &table->keys);
    write_latest_stream(request, arn, table);
    if (write_indexes(request, "LocalSecondaryIndexes", arn, table, false, at) != 0)
        return -1;
    write_on_demand(out, &table->on_demand_limits);
    write_throughput(out, &table->throughput, at >= table->busy_until[CHANGE_THROUGHPUT],
                     last_decrease(table, at), at);
    write_encryption(out, &table->encryption, at);
    write_stream(out, &table->stream);
    write_string(out, "TableArn", slice_of(arn));
    write_class(out, table, at);
    write_identity(out, table, &size, status);
    write_table_warm(out, table, at);
    buffer_append_string(out, "}}");
    return 0;
}

int table_describe_deleted(struct request *request, const struct table *table)
{
    struct table_size size;
    if (table_size_get(request, table->id, &size) != 0)
        return -1;
    struct buffer *out = &request->output;
    buffer_append_string(out, "{\"TableDescription\":{");
    write_billing_mode(out, table, request->now);
    write_protection(out, table);
    write_integer(out, "ItemCount", (int64_t)size.items);
    write_throughput(out, &table->throughput, true, table->throughput.last_decrease, request->now);
    write_encryption(out, &table->encryption, request->now);
    write_string(out, "TableArn", slice_of(table_arn(request, table)));
    write_identity(out, table, &size, TABLE_DELETING);
    buffer_append_string(out, "}}");
    return 0;
}
