/*
 * hosts.c - DynamoDB's host names, as data: a name is <service>.<region>.<suffix>, and the two
 * tables below say which services and suffixes there are. See hosts.h for the contract.
 *
 * Compiled into the shim too, so libc alone, and not even its locale: names are ASCII.
 */
#include "http/hosts.h"

#include <string.h>

/*
 * DNS suffixes of every partition, plain and dual-stack. Source: botocore 1.44.5,
 * data/partitions.json. No suffix is the end of another one, so the order does not matter.
 */
const char *const host_suffixes[] = {
    /* aws, aws-us-gov */ "amazonaws.com",
    "api.aws",
    /* aws-cn */ "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    /* aws-eusc */ "amazonaws.eu",
    "api.amazonwebservices.eu",
    /* aws-iso */ "c2s.ic.gov",
    "api.aws.ic.gov",
    /* aws-iso-b */ "sc2s.sgov.gov",
    "api.aws.scloud",
    /* aws-iso-e */ "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    /* aws-iso-f */ "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
    NULL
};

/*
 * What stands before the region. Source: the endpoint rule sets of botocore 1.44.5 (dynamodb,
 * dynamodbstreams) and the {service}-fips templates of its endpoints.json; any of them is taken
 * with any suffix.
 */
static const struct {
    const char *name;
    enum host_service service;
    bool account; /* an account's label stands before it */
} services[] = {
    { "dynamodb", HOST_DYNAMODB, false },
    { "dynamodb-fips", HOST_DYNAMODB, false },
    { "ddb", HOST_DYNAMODB, true },
    { "ddb-fips", HOST_DYNAMODB, true },
    { "streams.dynamodb", HOST_STREAMS, false },
    { "streams.dynamodb-fips", HOST_STREAMS, false },
    { "streams-dynamodb", HOST_STREAMS, false },
    { "streams-dynamodb-fips", HOST_STREAMS, false },
    { "streams-ddb", HOST_STREAMS, true },
    { "streams-ddb-fips", HOST_STREAMS, true },
    { "search-dynamodb", HOST_SEARCH, false },
    { "search-dynamodb-fips", HOST_SEARCH, false },
    { "search-ddb", HOST_SEARCH, true },
    { "search-ddb-fips", HOST_SEARCH, true },
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether `length` bytes at `name` are the lower-case string `wanted`, in any case. */
static bool equals(const char *name, size_t length, const char *wanted)
{
    for (size_t i = 0; i < length; i++)
        if (wanted[i] == '\0' || lower(name[i]) != wanted[i])
            return false;
    return wanted[length] == '\0';
}

/* Cuts ".end" off a name of *length bytes, when something stands before it. */
static bool cut_end(const char *name, size_t *length, const char *end)
{
    size_t size = strlen(end);
    if (*length < size + 2 || name[*length - size - 1] != '.' ||
        !equals(name + *length - size, size, end))
        return false;
    *length -= size + 1;
    return true;
}

/* Cuts the last label off a name of *length bytes: its place, or NULL when it is no host label or
 * nothing is before it. */
static const char *cut_label(const char *name, size_t *length, size_t *label_length)
{
    size_t start = *length;
    while (start > 0 && name[start - 1] != '.') {
        char c = lower(name[start - 1]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return NULL;
        start--;
    }
    *label_length = *length - start;
    if (start < 2 || *label_length == 0 || *label_length > 63 || name[start] == '-' ||
        name[*length - 1] == '-')
        return NULL;
    *length = start - 1;
    return name + start;
}

/*
 * Whether a label can be a region's. Regions that do not exist (yet) count: tests invent them, and
 * a name of this form has no other meaning, but for one: "dynamodb.s3.amazonaws.com" and
 * "dynamodb.s3-us-west-2.amazonaws.com" are buckets of S3.
 */
static bool is_region(const char *label, size_t length)
{
    char first = lower(label[0]);
    if (first < 'a' || first > 'z')
        return false;
    if (length >= 2 && first == 's' && label[1] == '3' && (length == 2 || label[2] == '-'))
        return false;
    return !equals(label, length, "vpce");
}

/* A label of a VPC endpoint ("vpce-1a2b3c4d-5e6f", and with a zone
 * "vpce-1a2b3c4d-5e6f-us-east-1a"), all of `name`. */
static bool is_vpc_endpoint(const char *name, size_t length)
{
    if (length < 6 || length > 63 || !equals(name, 5, "vpce-") || name[length - 1] == '-')
        return false;
    for (size_t i = 5; i < length; i++) {
        char c = lower(name[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

/*
 * The account of "<account>.ddb". Any label stands for one, since the SDKs take whatever
 * AWS_ACCOUNT_ID says; only one of twelve digits is handed out.
 */
static bool take_account(const char *name, size_t length, char account[HOST_ACCOUNT_SIZE])
{
    if (length == 0 || length > 63 || name[0] == '-' || name[length - 1] == '-')
        return false;
    bool digits = length == HOST_ACCOUNT_SIZE - 1;
    for (size_t i = 0; i < length; i++) {
        char c = lower(name[i]);
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'z') && c != '-' && c != '_')
            return false;
        digits = digits && digit;
    }
    if (digits)
        memcpy(account, name, length);
    account[digits ? length : 0] = '\0';
    return true;
}

bool host_parse(const char *name, size_t length, struct host *out)
{
    if (name == NULL)
        return false;
    if (length > 0 && name[length - 1] == '.')
        length--;
    if (length > HOST_NAME_MAX_LENGTH)
        return false;

    size_t suffix = 0;
    while (host_suffixes[suffix] != NULL && !cut_end(name, &length, host_suffixes[suffix]))
        suffix++;
    if (host_suffixes[suffix] == NULL)
        return false;
    bool vpc = cut_end(name, &length, "vpce");
    size_t region_length;
    const char *region = cut_label(name, &length, &region_length);
    if (region == NULL || !is_region(region, region_length))
        return false;

    /* What is left is the service, behind an account's or a VPC endpoint's label or behind nothing.
     */
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct host host = { .service = services[i].service };
        size_t rest = length;
        if (services[i].account || vpc) {
            if (!cut_end(name, &rest, services[i].name))
                continue;
            if (services[i].account ? vpc || !take_account(name, rest, host.account)
                                    : !is_vpc_endpoint(name, rest))
                continue;
        } else if (!equals(name, length, services[i].name)) {
            continue;
        }
        if (out != NULL) {
            for (size_t at = 0; at < region_length; at++)
                host.region[at] = lower(region[at]);
            *out = host;
        }
        return true;
    }
    return false;
}

bool host_is_control(const char *name, size_t length)
{
    if (name == NULL)
        return false;
    if (length > 0 && name[length - 1] == '.')
        length--;
    return equals(name, length, HOST_CONTROL_NAME);
}
