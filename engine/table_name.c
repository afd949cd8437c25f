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

/* The beginning is measured (DDB-TABLE-442), the rest is that of DynamoDB Local 2.6.1, less a missing
 * blank. */
static int malformed_arn(struct request *request)
{
    return request_fail(
        request, ERROR_VALIDATION,
        "1 validation error detected: Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:"
        "<subscriber>:resourceType/resourceName', where Resource name must have length less than or "
        "equal to 255, Resource name must have length greater than or equal to 3, Resource name "
        "must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
}

static bool is_table_name(struct slice name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '.' || c == '-'))
            return false;
    }
    return name.length >= 3 && name.length <= 255;
}

int table_name(struct request *request, struct slice given, struct slice *out)
{
    *out = given;
    if (!slice_starts_with(given, slice_of("arn:")))
        return 0;
    struct slice rest = given, scheme, partition, service, region, account;
    if (!next_part(&rest, &scheme) || !next_part(&rest, &partition) ||
        !next_part(&rest, &service) || !next_part(&rest, &region) || !next_part(&rest, &account) ||
        !rest.length || !memchr(rest.data, '/', rest.length))
        return malformed_arn(request);
    if (!slice_equal(service, slice_of("dynamodb")))
        return invalid_arn(request, "resource type", given);
    if (!slice_equal(partition, slice_of(region_partition(request->region))))
        return invalid_arn(request, "AWS partition", given);
    if (!slice_equal(region, slice_of(request->region)))
        return invalid_arn(request, "AWS region", given);
    struct slice table = slice_of("table/");
    if (!slice_starts_with(rest, table) ||
        memchr(rest.data + table.length, '/', rest.length - table.length))
        return invalid_arn(request, "resource type", given);
    *out = (struct slice){ rest.data + table.length, rest.length - table.length };
    if (!is_table_name(*out))
        return malformed_arn(request);
    if (!slice_equal(account, slice_of(request->account)))
        return request_fail(request, ERROR_ACCESS_DENIED, "Access is denied");
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
