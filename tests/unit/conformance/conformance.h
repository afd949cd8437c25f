/*
 * conformance.h - the service's answers, to the letter: tables of requests and what they are
 * answered.
 *
 * JSON stands in the tables with ' for ". An answer that begins with { is the body of a success;
 * any other is an error's message, after its type and ": " unless that is ValidationException.
 */
#ifndef DDBMOCK_TESTS_UNIT_CONFORMANCE_CONFORMANCE_H
#define DDBMOCK_TESTS_UNIT_CONFORMANCE_CONFORMANCE_H

#include "engine/schema/wording.h"
#include "tests/unit/harness.h"

struct exchange {
    const char *operation, *request, *answer;
    const char *answer_2026; /* of the other cohort of wording; NULL: the same */
};

/*
 * Creates the tables that the tests share: hash (pk S), pair (pk S, sk S), numbers (pk N, sk N) and
 * indexed (pk S, sk S) with the global indexes all (g S, h N; ALL), keys (g S; KEYS_ONLY), some (b
 * B; INCLUDE inc) and the local ones l-keys (l S; KEYS_ONLY), l-all (m N; ALL), l-some (n S;
 * INCLUDE inc).
 */
void create_tables(struct engine *engine);

/* Sends each request in turn and compares whole bodies; says which differ, all of them. */
void check_exchanges(struct engine *engine, const struct exchange *exchanges, size_t count);

#define CHECK(engine, exchanges)                                                                   \
    check_exchanges((engine), (exchanges), sizeof(exchanges) / sizeof *(exchanges))

/* The same in each cohort, and back to the classic one. Requests that succeed are done twice. */
void check_cohorts(struct engine *engine, const struct exchange *exchanges, size_t count);

#define CHECK_BOTH(engine, exchanges)                                                              \
    check_cohorts((engine), (exchanges), sizeof(exchanges) / sizeof *(exchanges))

/* The body that a struct exchange's answer stands for. */
const char *body_of(const char *answer);

/* What one request is answered, whatever it is. */
const char *answer_to(struct engine *engine, const char *operation, const char *request);

#define EMPTY_KEY(name)                                                                            \
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "   \
    "contain an empty string value. Key: " name
#define INVALID   "One or more parameter values were invalid: "
#define NOT_FOUND "ResourceNotFoundException: Requested resource not found"
#define SCHEMA    "The provided key element does not match the schema"
#define UNMET     "ConditionalCheckFailedException: The conditional request failed"
#define NO_VALUE                                                                                   \
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
#define ENVELOPE "1 validation error detected: "

#endif
