/*
 * harness.c - see harness.h.
 */
#include "tests/unit/harness.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/shapes.h"

enum { KEPT = 64 };

static char *kept[KEPT];
static unsigned kept_next;
static char directory[256];

/* Takes a malloc'd string over, and gives the one of 64 strings ago back. */
static char *keep(char *text)
{
    cr_assert_not_null(text);
    free(kept[kept_next]);
    kept[kept_next] = text;
    kept_next = (kept_next + 1) % KEPT;
    return text;
}

struct engine *harness_open(const char *backend)
{
    clock_set(HARNESS_NOW);
    random_seed(1);
    char file[sizeof directory + 32];
    struct engine_settings settings = { .storage = backend };
    if (strcmp(backend, "memory") != 0) {
        const char *parent = getenv("TMPDIR");
        snprintf(directory, sizeof directory, "%s/ddbmock-unit-XXXXXX", parent ? parent : "/tmp");
        cr_assert_not_null(mkdtemp(directory));
        settings.path = directory;
        if (strcmp(backend, "sqlite") == 0) {
            snprintf(file, sizeof file, "sqlite:%s/dynamo.db", directory);
            settings.storage = file;
        }
    }
    struct engine *engine = NULL;
    char *why = NULL;
    int error = engine_open(&settings, &engine, &why);
    cr_assert_eq(error, 0, "%s", why ? why : "engine_open failed");
    return engine;
}

void harness_close(struct engine *engine)
{
    engine_close(engine);
    for (unsigned i = 0; i < KEPT; i++) {
        free(kept[i]);
        kept[i] = NULL;
    }
    if (!directory[0])
        return;
    DIR *files = opendir(directory);
    struct dirent *file;
    while (files && (file = readdir(files)))
        if (file->d_name[0] != '.')
            unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
    rmdir(directory);
    directory[0] = '\0';
}

struct slice call_in(struct engine *engine, const char *region, const char *operation,
                     const char *json, int *status)
{
    char id[REQUEST_ID_SIZE], target[128];
    id_request(id);
    snprintf(target, sizeof target, "%s%s", strchr(operation, '.') ? "" : "DynamoDB_20120810.",
             operation);
    struct request *request = request_create(engine, region, id);
    cr_assert_not_null(request);
    if (request_parse(request, json, strlen(json)) == 0 && request_route(request, target) == 0)
        request_run(request);
    struct slice body = request_body(request);
    char *copy = keep(strndup(body.length ? body.data : "", body.length));
    if (status)
        *status = request_status(request);
    check_shape(target, request_status(request), slice_of(copy));
    request_destroy(request);
    return slice_of(copy);
}

struct slice call(struct engine *engine, const char *operation, const char *json, int *status)
{
    return call_in(engine, HARNESS_REGION, operation, json, status);
}

const char *quoted(const char *text)
{
    char *copy = keep(strdup(text));
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at == '`' ? '\'' : *at;
    return copy;
}

const char *harness_error(const char *type, const char *message)
{
    const char *prefix = strcmp(type, "ValidationException") == 0 ? "com.amazon.coral.validate#"
                         : strcmp(type, "AccessDeniedException") == 0
                             ? "com.amazon.coral.service#"
                             : "com.amazonaws.dynamodb.v20120810#";
    char *text = NULL;
    cr_assert_geq(
        asprintf(&text, "{\"__type\":\"%s%s\",\"message\":\"%s\"}", prefix, type, message), 0);
    return keep(text);
}
