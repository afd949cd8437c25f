/*
 * table_name.c - table names and ARNs: reads a TableName that may be an ARN, and writes a table's.
 * See table.h.
 *
 * Texts of wrong ARNs: facts/control-plane-errors.tsv ("Describe*"), and DDB-TABLE-013 of the
 * findings named in facts/control-plane.md.
 */
#include "engine/table.h"

/* Cuts the part before the next colon off `rest`; false when there is no colon. */
static bool next_part(struct slice *rest, struct slice *part)
{
    const char *colon = rest->length ? memchr(rest->data, ':', rest->length) : NULL;
    if (!colon)
        return false;
    *part = (struct slice){ rest->data, (size_t)(colon - rest->data) };
    *rest = (struct slice){ colon + 1, rest->length - part->length - 1 };
    return true;
}

static int invalid_arn(struct request *request, const char *what, struct slice arn)
{
    return request_fail(request, ERROR_VALIDATION,
                        "1 validation error detected: Invalid %s in '%.*s'", what, (int)arn.length,
                        arn.data);
}

int table_name(struct request *request, struct slice given, struct slice *out)
{
    *out = given;
    if (!slice_starts_with(given, slice_of("arn:")))
        return 0;
    struct slice rest = given, scheme, partition, service, region, account;
    if (!next_part(&rest, &scheme) || !next_part(&rest, &partition) ||
        !next_part(&rest, &service) || !next_part(&rest, &region) || !next_part(&rest, &account) ||
        !slice_equal(service, slice_of("dynamodb")))
        return invalid_arn(request, "resource type", given);
    if (!slice_equal(partition, slice_of(region_partition(request->region))))
        return invalid_arn(request, "AWS partition", given);
    if (!slice_equal(region, slice_of(request->region)))
        return invalid_arn(request, "AWS region", given);
    struct slice table = slice_of("table/");
    if (!slice_starts_with(rest, table) ||
        memchr(rest.data + table.length, '/', rest.length - table.length))
        return invalid_arn(request, "resource type", given);
    if (!slice_equal(account, slice_of(request->account)))
        return request_fail(request, ERROR_ACCESS_DENIED, "Access is denied");
    *out = (struct slice){ rest.data + table.length, rest.length - table.length };
    return 0;
}

const char *region_partition(const char *region)
{
    static const struct {
        const char *prefix, *partition;
    } partitions[] = {
        { "cn-", "aws-cn" },         { "us-gov-", "aws-us-gov" }, { "us-iso-", "aws-iso" },
        { "us-isob-", "aws-iso-b" }, { "eu-isoe-", "aws-iso-e" }, { "us-isof-", "aws-iso-f" },
        { "eusc-", "aws-eusc" },
    };
    for (size_t i = 0; i < sizeof partitions / sizeof partitions[0]; i++)
        if (slice_starts_with(slice_of(region), slice_of(partitions[i].prefix)))
            return partitions[i].partition;
    return "aws";
}

char *table_arn(struct request *request, const struct table *table)
{
    return arena_printf(&request->arena, "arn:%s:dynamodb:%s:%s:table/%.*s",
                        region_partition(request->region), request->region, request->account,
                        (int)table->name.length, table->name.data);
}
