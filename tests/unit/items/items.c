/*
 * items.c - see items.h.
 */
#include "items.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *const backends[] = { "memory", "lmdb", "sqlite", NULL };

static char directory[64];

struct engine *items_open(const char *backend)
{
    struct engine *engine;
    char *why = NULL;
    strcpy(directory, "/tmp/ddbmock-items-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
    char file[128];
    snprintf(file, sizeof file, "sqlite:%s/dynamo.db", directory);
    struct engine_settings settings = { .storage = strcmp(backend, "sqlite") == 0 ? file : backend,
                                        .path = directory };
    cr_assert_eq(engine_open(&settings, &engine, &why), 0, "%s: %s", backend, why ? why : "");
    return engine;
}

void items_close(struct engine *engine)
{
    engine_close(engine);
    static const char *const files[] = { "data.mdb", "lock.mdb", "dynamo.db", "dynamo.db-wal",
                                         "dynamo.db-shm" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        unlink(path);
    }
    rmdir(directory);
}

char *items_send(struct engine *engine, const char *operation, const char *request, int status,
                 const char *file, int line)
{
    char target[128];
    snprintf(target, sizeof target, "DynamoDB_20120810.%s", operation);
    struct request *call = request_create(engine, "us-east-1", "id");
    cr_assert_not_null(call);
    request_parse(call, request, strlen(request));
    request_route(call, target);
    request_run(call);
    struct slice body = request_body(call);
    char *copy = strndup(body.data, body.length);
    int got = request_status(call);
    request_destroy(call);
    cr_assert_eq(got, status, "%s:%d: %s answered %d %s", file, line, operation, got, copy);
    return copy;
}

void items_expect(struct engine *engine, const char *operation, const char *request, int status,
                  const char *body, const char *file, int line)
{
    char *got = items_send(engine, operation, request, status, file, line);
    json_error_t error;
    json_t *actual = json_loads(got, 0, &error);
    json_t *expected = json_loads(body, 0, &error);
    cr_assert_not_null(expected, "%s:%d: the test's own JSON: %s", file, line, error.text);
    cr_assert(json_equal(actual, expected), "%s:%d: %s answered\n  %s\nnot\n  %s", file, line,
              operation, got, body);
    json_decref(actual);
    json_decref(expected);
    free(got);
}
