/*
 * hosts.h - which host names are DynamoDB's, and what they say. Compiled into the shim and into the
 * engine object, so that both agree: depends on libc alone.
 *
 * Source: the endpoint rule set of botocore 1.44.5, listed in facts/fidelity.md section 1.
 */
#ifndef DDBMOCK_HTTP_HOSTS_H
#define DDBMOCK_HTTP_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

enum { HOST_REGION_SIZE = 64, HOST_ACCOUNT_SIZE = 13, HOST_NAME_MAX_LENGTH = 253 };

/* The name of the control interface (docs/control.md). */
#define HOST_CONTROL_NAME "ddbmock.local"

enum host_service { HOST_DYNAMODB, HOST_STREAMS, HOST_SEARCH };

struct host {
    enum host_service service;
    char region[HOST_REGION_SIZE];   /* "us-east-1"; empty when the name has none (an added host) */
    char account[HOST_ACCOUNT_SIZE]; /* "123456789012"; empty when the name has none */
};

/*
 * Whether `name` (`length` bytes; any case; a final dot is allowed) is one of DynamoDB's. `out` may
 * be NULL. Reads nothing but the name; does not allocate; leaves errno alone.
 */
bool host_parse(const char *name, size_t length, struct host *out);

/* Whether `name` is HOST_CONTROL_NAME: as host_parse otherwise. */
bool host_is_control(const char *name, size_t length);

/* The DNS suffixes under which all of those names are ("amazonaws.com"), in lower case,
 * NULL-terminated. */
extern const char *const host_suffixes[];

#endif
