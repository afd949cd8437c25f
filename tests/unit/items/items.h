/*
 * items.h - for the tests of item operations: a fresh engine over each backend, and whole answers compared as JSON.
 *
 * JSON(...) turns its argument into a string, so that requests and answers stand in a test as they stand on the wire.
 */
#ifndef DDBMOCK_TESTS_UNIT_ITEMS_ITEMS_H
#define DDBMOCK_TESTS_UNIT_ITEMS_ITEMS_H

#include <criterion/criterion.h>

#include "engine/engine.h"

#define JSON(...) #__VA_ARGS__

/* The names of the backends that every test here runs on. */
extern const char *const backends[];

/* A new engine over `backend`, in a directory of its own that goes with it; and its end. */
struct engine *items_open(const char *backend);
void items_close(struct engine *engine);

/* Sends one request; the test fails unless status and body are these. The order of members does not count. */
void items_expect(struct engine *engine, const char *operation, const char *request, int status,
                  const char *body, const char *file, int line);

/* Sends one request and returns the body (to be freed); the test fails unless the status is `status`. */
char *items_send(struct engine *engine, const char *operation, const char *request, int status,
                 const char *file, int line);

#define EXPECT(engine, operation, request, status, body)                                           \
    items_expect((engine), (operation), (request), (status), (body), __FILE__, __LINE__)
#define SEND(engine, operation, request)                                                           \
    items_send((engine), (operation), (request), 200, __FILE__, __LINE__)

#define VALIDATION "com.amazon.coral.validate#ValidationException"
#define DYNAMODB   "com.amazonaws.dynamodb.v20120810#"

/* An error's body. */
#define ERROR_BODY(type, message) "{\"__type\":\"" type "\",\"message\":\"" message "\"}"

/* A test's body once for each backend. */
#define EACH_BACKEND(engine)                                                                       \
    for (size_t backend_ = 0; backends[backend_]; backend_++)                                      \
        for (struct engine *engine = items_open(backends[backend_]); engine;                       \
             items_close(engine), engine = NULL)

#endif
