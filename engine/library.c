/*
 * library.c - the functions of ddbmock.h, which the engine object exports beside the gateway's.
 */
#include "engine/ddbmock.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/request_log.h"
#include "engine/settings.h"

struct ddbmock {
    struct engine *engine;
    struct ddbmock *next; /* under `inside`, for writing */
};

/*
 * Held for reading by every call and for writing by a fork, as the gateway's, so that the child finds no lock of the engine's
 * held by a thread that it does not have; and for writing around `mocks`.
 */
static pthread_rwlock_t inside = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static struct ddbmock *mocks;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void)
{
    pthread_rwlock_wrlock(&inside);
    for (struct ddbmock *mock = mocks; mock; mock = mock->next)
        engine_before_fork(mock->engine);
}

static void after_fork(bool child)
{
    for (struct ddbmock *mock = mocks; mock; mock = mock->next)
        engine_after_fork(mock->engine, child);
    if (child) {
        static const pthread_rwlock_t fresh = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
        inside = fresh;
    } else {
        pthread_rwlock_unlock(&inside);
    }
}

static void after_fork_in_parent(void)
{
    after_fork(false);
}

static void after_fork_in_child(void)
{
    after_fork(true);
}

static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

static void warn(const char *line)
{
    dprintf(STDERR_FILENO, "ddbmock: %s\n", line);
}

struct ddbmock *ddbmock_open(const char *storage, char **why)
{
    int before = errno;
    if (why)
        *why = NULL;
    pthread_once(&once, watch_forks);
    settings_load(NULL); /* what it refuses, engine_open refuses */
    if (!storage && settings_values[SETTING_STORAGE].source == SETTING_BY_DEFAULT)
        storage = "memory";
    struct engine_settings settings = { .storage = storage, .warn = warn };
    struct ddbmock *mock = calloc(1, sizeof *mock);
    pthread_rwlock_wrlock(&inside);
    if (mock && engine_open(&settings, &mock->engine, why) == 0) {
        mock->next = mocks;
        mocks = mock;
    } else {
        free(mock);
        mock = NULL;
    }
    pthread_rwlock_unlock(&inside);
    errno = before;
    return mock;
}

void ddbmock_close(struct ddbmock *mock)
{
    int before = errno;
    if (!mock)
        return;
    pthread_rwlock_wrlock(&inside);
    struct ddbmock **link = &mocks;
    while (*link && *link != mock)
        link = &(*link)->next;
    if (*link) {
        *link = mock->next;
        engine_close(mock->engine);
    }
    pthread_rwlock_unlock(&inside);
    free(mock);
    errno = before;
}

/* Ends a request that has been run: its status, and its body for whoever asked. */
static int take_answer(struct request *request, char **answer)
{
    int status = request_status(request);
    struct slice text = request_body(request);
    *answer = strndup(text.data, text.length);
    request_destroy(request);
    return *answer ? status : 500;
}

static int answer_request(struct engine *engine, const char *region, const char *target,
                          const char *body, char **answer)
{
    char whole[256], id[REQUEST_ID_SIZE];
    if (!strchr(target, '.')) {
        snprintf(whole, sizeof whole, "DynamoDB_20120810.%s", target);
        target = whole;
    }
    id_request(id);
    *answer = NULL;
    struct request *request = request_create(engine, region ? region : "us-east-1", id);
    if (!request)
        return 500;
    int64_t began = request_log_on ? request_log_clock() : 0;
    if (request_parse(request, body, strlen(body)) == 0)
        request_route(request, target);
    request_run(request);
    request_log_write(&(struct request_log_entry){ .id = id,
                                                   .region = region ? region : "us-east-1",
                                                   .operation = request_operation(request),
                                                   .status = request_status(request),
                                                   .is_json = request_is_json(request),
                                                   .request = slice_of(body),
                                                   .response = request_body(request),
                                                   .began = began });
    return take_answer(request, answer);
}

int ddbmock_request(struct ddbmock *mock, const char *region, const char *target, const char *body,
                    char **answer)
{
    int before = errno;
    pthread_rwlock_rdlock(&inside);
    int status = answer_request(mock->engine, region, target, body, answer);
    pthread_rwlock_unlock(&inside);
    errno = before;
    return status;
}

static int answer_action(struct engine *engine, const char *action, const char *parameters,
                         char **answer)
{
    char id[REQUEST_ID_SIZE];
    const struct control_call call = { .action = action, .input = parameters, .files = true };
    id_request(id);
    *answer = NULL;
    struct request *request = request_create(engine, "us-east-1", id);
    if (!request)
        return 500;
    request_control(request, &call);
    request_run(request);
    return take_answer(request, answer);
}

int ddbmock_control(struct ddbmock *mock, const char *action, const char *parameters, char **answer)
{
    int before = errno;
    pthread_rwlock_rdlock(&inside);
    int status = answer_action(mock->engine, action, parameters, answer);
    pthread_rwlock_unlock(&inside);
    errno = before;
    return status;
}

/* An action with two parameters that are texts; NULL: it has not this one. */
static int act(struct ddbmock *mock, const char *action, const char *first, const char *one,
               const char *second, const char *two)
{
    char *answer = NULL;
    json_t *object = json_pack("{s:s*, s:s*}", first, one, second, two);
    char *parameters = object ? json_dumps(object, JSON_COMPACT) : NULL;
    int status = parameters ? ddbmock_control(mock, action, parameters, &answer) : 500;
    free(answer);
    free(parameters);
    json_decref(object);
    return status == 200 ? 0 : -1;
}

int ddbmock_reset(struct ddbmock *mock, const char *region, const char *table)
{
    return act(mock, "Reset", "region",
               region  ? region
               : table ? "us-east-1"
                       : NULL,
               "table", table);
}

int ddbmock_snapshot(struct ddbmock *mock, const char *name)
{
    return act(mock, "TakeSnapshot", "snapshot", name, "", NULL);
}

int ddbmock_restore(struct ddbmock *mock, const char *name)
{
    return act(mock, "RestoreSnapshot", "snapshot", name, "", NULL);
}

void ddbmock_free(void *text)
{
    free(text);
}

int64_t ddbmock_clock(void)
{
    return clock_now();
}

void ddbmock_clock_set(int64_t milliseconds)
{
    clock_set(milliseconds);
}
