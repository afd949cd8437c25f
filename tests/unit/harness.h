/*
 * harness.h - requests in tests: an engine on a backend, and a call of an operation with JSON in
 * and JSON out, through the engine's public face. The clock stands at HARNESS_NOW and ids come from
 * a fixed sequence, so that whole bodies can be compared; move on with clock_set.
 *
 *     ENGINE_TEST(tables, describe)
 *     {
 *         expect(engine, "DescribeLimits", "{}", 200,
 * "{\"AccountMaxReadCapacityUnits\":80000,...");
 *     }
 *
 * makes three Criterion tests, describe_memory, describe_lmdb and describe_sqlite.
 */
#ifndef DDBMOCK_TESTS_UNIT_HARNESS_H
#define DDBMOCK_TESTS_UNIT_HARNESS_H

#include <criterion/criterion.h>

#include "engine/clock.h"
#include "engine/engine.h"

#define HARNESS_REGION "us-east-1"
#define HARNESS_NOW    1763845123456 /* 2025-11-22T20:58:43.456Z */

/* An empty engine over the named backend; lmdb and sqlite in a directory that harness_close
 * removes. Never NULL. */
struct engine *harness_open(const char *backend);
void harness_close(struct engine *engine);

/*
 * Calls an operation of the 2012-08-10 API, or the one that a whole target names. The body, with a NUL behind it, lives for the next 15
 * calls; *status, unless `status` is NULL, is the HTTP status.
 */
struct slice call(struct engine *engine, const char *operation, const char *json, int *status);

/* The same in another region. */
struct slice call_in(struct engine *engine, const char *region, const char *operation,
                     const char *json, int *status);

/* `text` with ' for " and ` for ', for JSON in C; lives as long as a body. */
const char *quoted(const char *text);

/* Calls and compares; the failure names the caller's line. */
#define expect(engine, operation, json, wanted_status, wanted_body)                                \
    do {                                                                                           \
        int status_ = 0;                                                                           \
        struct slice body_ = call((engine), (operation), (json), &status_);                        \
        cr_assert_str_eq(body_.data, (wanted_body), "%s\nanswered %s\n  wanted %s", (operation),   \
                         body_.data, (const char *)(wanted_body));                                 \
        cr_assert_eq(status_, (wanted_status), "%s answered %d", (operation), status_);            \
    } while (0)

/* That a call fails with this error: "ValidationException" and its message. */
#define expect_error(engine, operation, json, type, message)                                       \
    do {                                                                                           \
        int status_ = 0;                                                                           \
        struct slice body_ = call((engine), (operation), (json), &status_);                        \
        const char *wanted_ = harness_error((type), (message));                                    \
        cr_assert_str_eq(body_.data, wanted_, "%s %s\nanswered %s\n  wanted %s", (operation),      \
                         (json), body_.data, wanted_);                                             \
        cr_assert_eq(status_, 400, "%s answered %d", (operation), status_);                        \
    } while (0)

/* The body of an error of the API or of validation; lives as long as a body. */
const char *harness_error(const char *type, const char *message);

/* That a call succeeds; its body. */
#define succeed(engine, operation, json)                                                           \
    ({                                                                                             \
        int status_ = 0;                                                                           \
        struct slice body_ = call((engine), (operation), (json), &status_);                        \
        cr_assert_eq(status_, 200, "%s %s\nanswered %s", (operation), (json), body_.data);         \
        body_.data;                                                                                \
    })

#define ENGINE_TEST(suite, name)                                                                   \
    static void suite##_##name(struct engine *engine);                                             \
    Test(suite, name##_memory)                                                                     \
    {                                                                                              \
        struct engine *engine = harness_open("memory");                                            \
        suite##_##name(engine);                                                                    \
        harness_close(engine);                                                                     \
    }                                                                                              \
    Test(suite, name##_lmdb)                                                                       \
    {                                                                                              \
        struct engine *engine = harness_open("lmdb");                                              \
        suite##_##name(engine);                                                                    \
        harness_close(engine);                                                                     \
    }                                                                                              \
    Test(suite, name##_sqlite)                                                                     \
    {                                                                                              \
        struct engine *engine = harness_open("sqlite");                                            \
        suite##_##name(engine);                                                                    \
        harness_close(engine);                                                                     \
    }                                                                                              \
    static void suite##_##name(struct engine *engine)

#endif
