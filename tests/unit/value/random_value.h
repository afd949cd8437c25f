/*
 * random_value.h - values, items and numbers at random, for tests that hold for all of them.
 *
 * Every generator starts from a seed, which the tests print with each failure: DDBMOCK_TEST_SEED=n
 * repeats a run.
 */
#ifndef DDBMOCK_TESTS_UNIT_VALUE_RANDOM_VALUE_H
#define DDBMOCK_TESTS_UNIT_VALUE_RANDOM_VALUE_H

#include "engine/value.h"

struct random {
    uint64_t seed, state;
};

/* Starts from DDBMOCK_TEST_SEED, or from the clock. */
struct random random_start(void);

/* 0 <= result < below. */
size_t random_below(struct random *random, size_t below);

/* The text of a number, in range or slightly beyond, of up to 40 digits; at least 64 bytes of
 * `out`. */
size_t random_number_text(struct random *random, char *out);

/* A number: any that the service accepts; small integers are frequent. */
struct number random_number(struct random *random);

/* A value of a type, with at most `levels` levels below it; its sets and maps are in order. */
struct value random_value_of(struct random *random, struct arena *arena, enum value_type type,
                             unsigned levels);
struct value random_value(struct random *random, struct arena *arena, unsigned levels);

/* A key value: S, N or B; bytes 0, 1 and 0xff are frequent, and so are values that share a prefix.
 */
struct value random_key_value(struct random *random, struct arena *arena, enum value_type type);

struct map random_item(struct random *random, struct arena *arena, size_t attributes,
                       unsigned levels);

#endif
