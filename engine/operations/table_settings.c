/*
 * table_settings.c - see table_settings.h.
 */
#include "engine/limits.h"
#include "engine/operations/table_settings.h"

#include <stdio.h>
#include <time.h>

#include "engine/operations/account.h"
#include "engine/operations/table_checks.h"
#include "engine/schema/schema.h"

#define INITIAL_THROUGHPUT                                                                         \
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"                            \
    "on-demand-capacity-mode.html"                                                                 \
    "#on-demand-capacity-mode-initial"

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

/* CreateTable and UpdateTable have each a text of their own, down to the blank before the colon:
 * DDB-TABLE-038, 128 and 153. */
static int refuse_on_provisioned(struct request *request, const char *name,
                                 const struct slice *index, bool updating)
{
    const char *of = "";
    if (index)
        of = arena_printf(&request->arena, updating ? " for index : %.*s" : " for index: %.*s",
                          TEXT(*index));
    return request_fail(request, ERROR_VALIDATION,
                        INVALID "%s for OnDemandThroughput%s cannot be specified when %stable "
                                "BillingMode is PROVISIONED%s",
                        name, of, updating ? "the " : "", updating ? "" : ".");
}

int read_on_demand(struct request *request, const json_t *on_demand, const struct slice *index,
                   bool is_on_demand, bool updating, struct on_demand_throughput *most,
                   struct on_demand_throughput *cleared)
{
    static const char *const names[] = { "MaxReadRequestUnits", "MaxWriteRequestUnits" };
    int64_t *values[] = { &most->read, &most->write };
    int64_t *shown[] = { cleared ? &cleared->read : NULL, cleared ? &cleared->write : NULL };
    const char *of_either =
        index ? arena_printf(&request->arena, " for index : %.*s", TEXT(*index)) : " for table";
    for (int i = 0; i < 2; i++) {
        if (!input_get(on_demand, names[i]))
            continue;
        int64_t value = input_integer(on_demand, names[i], 0);
        if (!is_on_demand)
            return refuse_on_provisioned(request, names[i], index, updating);
        if (value < 1 && !(updating && value == -1))
            return request_fail(request, ERROR_VALIDATION,
                                INVALID
                                "Requested %s for OnDemandThroughput%s is outside of valid range",
                                names[i], of_either);
        if (limit_passed(limits.throughput, value))
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
              bool on_demand, bool updating, struct warm_throughput *warm)
{
    static const char *const names[] = { "ReadUnitsPerSecond", "WriteUnitsPerSecond" };
    static const char *const units[] = { "ReadCapacityUnits", "WriteCapacityUnits" };
    int64_t *values[] = { &warm->read, &warm->write };
    if (json_object_size(input) == 0)
        return 0;
    const char *of = index ? arena_printf(&request->arena, "index %.*s", TEXT(*index)) : "table";
    bool raised = false;
    const int64_t effective[] = { updating ? warm->old_read : warm->read,
                                  updating ? warm->old_write : warm->write };
    for (int i = 0; i < 2; i++) {
        if (!input_get(input, names[i]))
            continue;
        int64_t value = input_integer(input, names[i], 0);
        if (value < effective[i]) {
            const char *than =
                updating ? "current WarmThroughput, decreasing WarmThroughput is not supported"
                : on_demand
                    ? "initial throughput for OnDemand. See: " INITIAL_THROUGHPUT
                    : arena_printf(&request->arena, "%s of ProvisionedThroughput", units[i]);
            return request_fail(request, ERROR_VALIDATION,
                                INVALID "Requested %s for WarmThroughput for %s is lower than %s",
                                names[i], of, than);
        }
        if (limit_passed(limits.throughput, value))
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "Subscriber limit exceeded: Requested %s for WarmThroughput for %s exceeds "
                "TableMax%s of the account in region %s",
                names[i], of, units[i], request->region);
        raised = raised || value > effective[i];
        *values[i] = value;
    }
    if (!updating)
        return 0;
    bool quick = warm->raised || !raised;
    int64_t settles = request->now + table_delay(quick ? TRANSITION_WARM_AGAIN : TRANSITION_WARM);
    if (warm->updated_at < settles)
        warm->updated_at = settles;
    warm->raised = warm->raised || raised;
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

/* A key of another region is told so in the words of KMS (DDB-TABLE-020); any other is taken for one
 * that is there. */
static int check_key_region(struct request *request, struct slice key)
{
    if (!slice_starts_with(key, slice_of("arn:")))
        return 0;
    struct slice rest = key, region = { "", 0 };
    for (int part = 0; part < 4; part++) {
        const char *colon = rest.length ? memchr(rest.data, ':', rest.length) : NULL;
        if (!colon)
            return 0;
        region = (struct slice){ rest.data, (size_t)(colon - rest.data) };
        rest = (struct slice){ colon + 1, rest.length - region.length - 1 };
    }
    if (slice_equal(region, slice_of(request->region)))
        return 0;
    char id[UUID_SIZE];
    id_uuid(id);
    return request_fail(
        request, ERROR_VALIDATION,
        "KMS validation error: com.amazonaws.services.kms.model.NotFoundException: Invalid arn "
        "%.*s (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: %s; "
        "Proxy: null)",
        TEXT(region), id);
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

int check_key(struct request *request, const json_t *specification)
{
    return check_key_region(request, input_string(specification, "KMSMasterKeyId"));
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

const char *iso_time(struct request *request, int64_t ms)
{
    struct tm date;
    time_t seconds = ms / 1000;
    gmtime_r(&seconds, &date);
    return arena_printf(&request->arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03d", date.tm_year + 1900,
                        date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
                        (int)(ms % 1000));
}
