/*
 * table_settings.c - see table_settings.h.
 */
#include "engine/operations/table_settings.h"

#include <stdio.h>
#include <time.h>

#include "engine/engine_internal.h"
#include "engine/operations/table_checks.h"
#include "engine/schema/schema.h"

#define DEVELOPER_GUIDE                                                                            \
    "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "   \
    "limits."
#define INITIAL_THROUGHPUT                                                                         \
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"                            \
    "on-demand-capacity-mode.html"                                                                 \
    "#on-demand-capacity-mode-initial"

enum { TAGS_MAX = 50 };

static const int64_t units_bound = 1000000000000; /* dynalite, validations/createTable.js */

int read_throughput(struct request *request, const json_t *throughput, struct throughput *out)
{
    static const char *const names[] = { "ReadCapacityUnits", "WriteCapacityUnits" };
    int64_t units[2];
    for (int i = 0; i < 2; i++) {
        units[i] = input_integer(throughput, names[i], 0);
        if (units[i] > units_bound)
            return request_fail(request, ERROR_VALIDATION,
                                "Given value %lld for %s is out of bounds", (long long)units[i],
                                names[i]);
    }
    out->read = units[0];
    out->write = units[1];
    return 0;
}

int read_on_demand(struct request *request, const json_t *on_demand, const struct slice *index,
                   bool is_on_demand, bool updating, struct on_demand_throughput *limits,
                   struct on_demand_throughput *cleared)
{
    static const char *const names[] = { "MaxReadRequestUnits", "MaxWriteRequestUnits" };
    int64_t *values[] = { &limits->read, &limits->write };
    int64_t *shown[] = { cleared ? &cleared->read : NULL, cleared ? &cleared->write : NULL };
    const char *of_index =
        index ? arena_printf(&request->arena, " for index : %.*s", TEXT(*index)) : "";
    const char *of_either = index ? of_index : " for table";
    for (int i = 0; i < 2; i++) {
        if (!input_get(on_demand, names[i]))
            continue;
        int64_t value = input_integer(on_demand, names[i], 0);
        if (!is_on_demand)
            return request_fail(
                request, ERROR_VALIDATION,
                INVALID
                "%s for OnDemandThroughput%s cannot be specified when the table BillingMode is "
                "PROVISIONED",
                names[i], of_index);
        if (value < 1 && !(updating && value == -1))
            return request_fail(request, ERROR_VALIDATION,
                                INVALID
                                "Requested %s for OnDemandThroughput%s is outside of valid range",
                                names[i], of_either);
        if (value > TABLE_UNITS_MAX)
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "Subscriber limit exceeded: Requested %s for OnDemandThroughput%s exceeds "
                "TableMax%sCapacityUnits of the account in region %s",
                names[i], of_either, i == 0 ? "Read" : "Write", request->region);
        *values[i] = value == -1 ? 0 : value;
        if (shown[i])
            *shown[i] = value;
    }
    return 0;
}

void set_warm(struct warm_throughput *warm, bool on_demand, const struct throughput *throughput)
{
    int64_t read = on_demand ? ON_DEMAND_WARM_READ : throughput->read;
    int64_t write = on_demand ? ON_DEMAND_WARM_WRITE : throughput->write;
    if (warm->read < read)
        warm->read = read;
    if (warm->write < write)
        warm->write = write;
}

int read_warm(struct request *request, const json_t *input, const struct slice *index,
              bool on_demand, bool updating, int64_t settles, struct warm_throughput *warm)
{
    static const char *const names[] = { "ReadUnitsPerSecond", "WriteUnitsPerSecond" };
    static const char *const units[] = { "ReadCapacityUnits", "WriteCapacityUnits" };
    int64_t *values[] = { &warm->read, &warm->write };
    if (!input)
        return 0;
    const char *of = index ? arena_printf(&request->arena, "index %.*s", TEXT(*index)) : "table";
    bool raised = false;
    for (int i = 0; i < 2; i++) {
        if (!input_get(input, names[i]))
            continue;
        int64_t value = input_integer(input, names[i], 0);
        if (value < *values[i]) {
            const char *than =
                updating ? "current WarmThroughput, decreasing WarmThroughput is not supported"
                : on_demand
                    ? "initial throughput for OnDemand. See: " INITIAL_THROUGHPUT
                    : arena_printf(&request->arena, "%s of ProvisionedThroughput", units[i]);
            return request_fail(request, ERROR_VALIDATION,
                                INVALID "Requested %s for WarmThroughput for %s is lower than %s",
                                names[i], of, than);
        }
        raised = raised || value > *values[i];
        *values[i] = value;
    }
    if (raised)
        warm->updated_at = settles;
    return 0;
}

/* The key of a KMSMasterKeyId; without one, or with its alias, the account's own key for DynamoDB,
 * of which there is one a region, and so is its made-up id. */
static struct slice key_arn(struct request *request, struct slice id)
{
    if (slice_starts_with(id, slice_of("arn:")))
        return id;
    struct slice seed = id;
    bool alias = slice_starts_with(id, slice_of("alias/"));
    if (id.length == 0 || slice_equal(id, slice_of("alias/aws/dynamodb")))
        seed = slice_of(request->region);
    else if (!alias)
        return slice_of(arena_printf(&request->arena, "arn:%s:kms:%s:%s:key/%.*s",
                                     region_partition(request->region), request->region,
                                     request->account, TEXT(id)));
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a: an alias always means the same key */
    for (size_t i = 0; i < seed.length; i++)
        hash = (hash ^ (unsigned char)seed.data[i]) * 0x100000001b3u;
    uint64_t more = hash * 0x9e3779b97f4a7c15u;
    return slice_of(arena_printf(
        &request->arena, "arn:%s:kms:%s:%s:key/%08x-%04x-4%03x-a%03x-%012llx",
        region_partition(request->region), request->region, request->account,
        (unsigned)(hash >> 32), (unsigned)(hash >> 16) & 0xffff, (unsigned)hash & 0xfff,
        (unsigned)(more >> 52), (unsigned long long)(more & 0xffffffffffff)));
}

int read_encryption(struct request *request, const json_t *specification, struct encryption *out)
{
    const json_t *enabled = input_get(specification, "Enabled");
    struct slice type = input_string(specification, "SSEType"),
                 key = input_string(specification, "KMSMasterKeyId");
    const char *wrong = NULL;
    if (enabled && !schema_boolean(enabled)) {
        if (type.data)
            wrong = "SSEType can not be specified if Enabled is false";
        else if (key.data)
            wrong = "KMSMasterKeyId can not be specified if Enabled is false";
    } else if (slice_equal(type, slice_of("AES256"))) {
        wrong = "SSEType AES256 is not supported";
    } else if (key.data && !type.data) {
        wrong = "SSEType KMS is required if KMSMasterKeyId is specified";
    }
    if (wrong)
        return request_fail(request, ERROR_VALIDATION, INVALID "%s", wrong);
    out->kms = enabled ? schema_boolean(enabled) : type.data != NULL;
    out->key = out->kms ? key_arn(request, key) : (struct slice){ NULL, 0 };
    return 0;
}

int read_class(struct request *request, bool *infrequent)
{
    struct slice class = input_string(request->input, "TableClass");
    if (!class.data)
        return 0;
    *infrequent = slice_equal(class, slice_of("STANDARD_INFREQUENT_ACCESS"));
    if (!*infrequent && !slice_equal(class, slice_of("STANDARD")))
        return request_fail(request, ERROR_VALIDATION,
                            "Invalid table-class parameter provided. Please try again with a valid "
                            "table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS].");
    return 0;
}

struct slice stream_label(struct request *request)
{
    struct tm date;
    time_t seconds = request->now / 1000;
    gmtime_r(&seconds, &date);
    return slice_of(arena_printf(&request->arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03d",
                                 date.tm_year + 1900, date.tm_mon + 1, date.tm_mday, date.tm_hour,
                                 date.tm_min, date.tm_sec, (int)(request->now % 1000)));
}

/* Letters, digits, white space and some others; whatever is not ASCII counts as a letter. */
static bool is_tag_text(struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = c >= 0x80 || c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z');
        if (!plain && (c == '\0' || !strchr("+-=._:/@", c)))
            return false;
    }
    return true;
}

int check_tags(struct request *request, const json_t *tags)
{
    size_t count = json_array_size(tags);
    for (size_t i = 0; i < count; i++) {
        const json_t *tag = json_array_get(tags, i);
        struct slice key = input_string(tag, "Key"), value = input_string(tag, "Value");
        if (!key.data || key.length == 0 || !is_tag_text(key))
            return request_fail(request, ERROR_VALIDATION,
                                "The Tag Key provided is invalid, Key: %.*s",
                                key.data ? (int)key.length : 4, key.data ? key.data : "null");
        if (slice_starts_with(key, slice_of("aws:")))
            return request_fail(request, ERROR_VALIDATION,
                                "Tag Key cannot be prefixed with aws:, Key: %.*s", TEXT(key));
        if (!value.data || !is_tag_text(value))
            return request_fail(
                request, ERROR_VALIDATION, "The Tag Value provided is invalid, Value: %.*s",
                value.data ? (int)value.length : 4, value.data ? value.data : "null");
        for (size_t k = 0; k < i; k++)
            if (slice_equal(input_string(json_array_get(tags, k), "Key"), key))
                return request_fail(
                    request, ERROR_VALIDATION,
                    "Duplicate Tag Keys provided as input: Duplicate Tag Key found %.*s",
                    TEXT(key));
    }
    if (count > TAGS_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            "Number of Tags exceed the current limit for the provided ResourceArn");
    return 0;
}

struct reserved {
    int64_t read, write;
    struct slice except; /* a table that does not count */
};

static void reserve(struct reserved *sum, const struct table *table)
{
    sum->read += table->throughput.read;
    sum->write += table->throughput.write;
    for (size_t i = 0; i < table->index_count; i++) {
        sum->read += table->indexes[i].throughput.read;
        sum->write += table->indexes[i].throughput.write;
    }
}

static int reserve_other(void *context, const struct table *table)
{
    struct reserved *sum = context;
    if (!slice_equal(table->name, sum->except))
        reserve(sum, table);
    return 0;
}

static int check_own_maximum(struct request *request, const struct throughput *throughput,
                             const char *owner)
{
    const int64_t units[] = { throughput->read, throughput->write };
    for (int i = 0; i < 2; i++)
        if (units[i] > TABLE_UNITS_MAX)
            return request_fail(request, ERROR_LIMIT_EXCEEDED,
                                "The requested %sCapacityUnits, %lld, is above the per %s maximum "
                                "for the account in %s. "
                                "Per %s maximum: %d. " DEVELOPER_GUIDE,
                                i == 0 ? "Read" : "Write", (long long)units[i], owner,
                                request->region, owner, TABLE_UNITS_MAX);
    return 0;
}

/* The sentence for an index is unverified, those for a table and the account are measured. */
int check_capacity(struct request *request, const struct table *table, const struct table *before)
{
    if (check_own_maximum(request, &table->throughput, "table") != 0)
        return -1;
    for (size_t i = 0; i < table->index_count; i++)
        if (check_own_maximum(request, &table->indexes[i].throughput, "index") != 0)
            return -1;
    struct reserved new = { 0 }, old = { 0 }, others = { .except = table->name };
    reserve(&new, table);
    if (before)
        reserve(&old, before);
    if (new.read <= old.read &&new.write <= old.write)
        return 0;
    if (table_each(request, (struct slice){ "", 0 }, reserve_other, &others) != 0)
        return -1;
    const int64_t wanted[] = { new.read, new.write }, had[] = { old.read, old.write },
                  taken[] = { others.read + old.read, others.write + old.write };
    for (int i = 0; i < 2; i++)
        if (wanted[i] > had[i] && taken[i] - had[i] + wanted[i] > ACCOUNT_UNITS_MAX)
            return request_fail(request, ERROR_LIMIT_EXCEEDED,
                                "This request would have caused the %sCapacityUnits limit to be "
                                "exceeded for the account "
                                "in %s. Current %sCapacityUnits reserved by the account: %lld. "
                                "Limit: %d. Requested: %lld. " DEVELOPER_GUIDE,
                                i == 0 ? "Read" : "Write", request->region,
                                i == 0 ? "Read" : "Write", (long long)taken[i], ACCOUNT_UNITS_MAX,
                                (long long)wanted[i]);
    return 0;
}
