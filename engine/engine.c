/*
 * engine.c - opening and closing a DynamoDB, and taking it across fork(2). See engine.h.
 */
#include "engine/engine.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/clock.h"
#include "engine/engine_internal.h"

/* Sets *why to a sentence, when somebody wants one; answers -error. */
static int explain(char **why, int error, const char *what, const char *where)
{
    char reason[128];
    if (why && asprintf(why, "cannot open the %s store%s%s: %s", what, where ? " in " : "", where ? where : "",
                        strerror_r(error, reason, sizeof reason)) < 0)
        *why = NULL;
    return -error;
}

int engine_open(const struct engine_settings *settings, struct engine **out, char **why)
{
    if (why)
        *why = NULL;
    const char *name = settings->storage ? settings->storage : "memory";
    const struct storage_backend *backend = storage_backend_named(name);
    if (!backend) {
        if (why && asprintf(why, "there is no storage backend \"%s\": it is memory or lmdb", name) < 0)
            *why = NULL;
        return -EINVAL;
    }

    /* jansson would read /dev/urandom, once, in the middle of a host's request. */
    unsigned seed;
    random_bytes(&seed, sizeof seed);
    json_object_seed(seed | 1);

    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return explain(why, ENOMEM, name, settings->path);
    int error = storage_open(backend, settings->path, &engine->storage);
    if (error != 0) {
        free(engine);
        return explain(why, -error, name, settings->path);
    }
    pthread_mutex_init(&engine->tables_lock, NULL);
    *out = engine;
    return 0;
}

void engine_close(struct engine *engine)
{
    if (!engine)
        return;
    tables_forget(engine);
    storage_close(engine->storage);
    pthread_mutex_destroy(&engine->tables_lock);
    free(engine);
}

void engine_before_fork(struct engine *engine)
{
    /* In this order: a thread that has a transaction open may still want the tables. */
    storage_before_fork(engine->storage);
    pthread_mutex_lock(&engine->tables_lock);
}

void engine_after_fork(struct engine *engine, bool child)
{
    pthread_mutex_unlock(&engine->tables_lock);
    if (child)
        random_seed(0);
    storage_after_fork(engine->storage, child);
}
