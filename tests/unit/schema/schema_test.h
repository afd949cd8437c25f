/*
 * schema_test.h - what the tests of engine/schema/ share: one check of one JSON text, and its message.
 */
#ifndef DDBMOCK_TESTS_UNIT_SCHEMA_SCHEMA_TEST_H
#define DDBMOCK_TESTS_UNIT_SCHEMA_SCHEMA_TEST_H

#include "engine/schema/schema.h"

/* A request that no engine is behind, with `json` as its input (owned from here on). */
struct request *new_request(json_t *json);

/* The message of a check, or "" when it passed; valid until the next call. */
const char *types_message(const struct shape *shape, const char *json);
const char *constraints_message(const struct shape *shape, const char *json);

/* The same of parsed JSON, which stays the caller's; and both checks, types first. */
const char *message_of(const struct shape *shape, json_t *json, enum error_code *error);

/* `count` times the character c, as a JSON string; owned by the caller. */
json_t *repeated(char c, size_t count);

#endif
