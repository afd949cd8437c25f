/*
 * engine.c - opening and closing a DynamoDB, and taking it across fork(2). See engine.h.
 */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/clock.h"
#include "engine/engine_internal.h"
#include "engine/forks.h"
#include "engine/limits.h"
#include "engine/plugins.h"
#include "engine/request_log.h"
#include "engine/schema/wording.h"
#include "engine/settings.h"
#include "engine/storage/layers.h"
#include "engine/stats/stats.h"
#include "engine/storage/selection.h"
#include "engine/table.h"

/* Sets *why to a sentence, when somebody wants one. A backend that has a reason of its own says where,
 * too, if that is to be known: the path may be an URL with a password. */
static void explain(char **why, int error, const struct storage_selection *selection,
                    const char *reason)
{
    char room[128];
    const char *where = reason ? NULL : selection->path;
    if (!reason)
        reason = error == EPROTO
                     ? "it is not of ddbmock's making, or of a newer version's, or damaged"
                     : strerror_r(error, room, sizeof room);
    if (why && asprintf(why, "cannot open the %s store%s%s: %s", selection->backend->name,
                        where ? " in " : "", where ? where : "", reason) < 0)
        *why = NULL;
}

/* Gives the settings to those that keep them. */
static void apply_settings(const struct engine_settings *settings)
{
    stats_configure(settings->path);
    request_log_configure();
    limits_read();
    wording_set((enum wording)setting_choice(SETTING_WORDING));
    if (table_delays_parse(setting_text(SETTING_DELAYS)) != 0)
        setting_wrong(SETTING_DELAYS,
                      "it is none, realistic, a number of seconds, or NAME=SECONDS between commas");
}

/* Opens a backend's store, with layers over it. */
static int open_layers(const struct storage_selection *selection, struct storage **out, char **why)
{
    char head[LAYERS_NAME_MAX + 1];
    struct storage *inner;
    *why = NULL;
    int error = 0;
    head[0] = '\0';
    /* A session that was forked off another one shares its store (forks.h). */
    if (selection->backend == &storage_lmdb && selection->path)
        error = forks_read_head(selection->path, head);
    if (!error)
        error = storage_open(selection->backend, selection->path, &inner, why);
    if (error)
        return error;
    error = layers_open(inner, head, out);
    if (error)
        storage_close(inner);
    return error;
}

/* The store that the settings name, open. */
static int open_storage(const struct engine_settings *settings, struct storage **out, char **why)
{
    struct storage_selection selection;
    char *reason;
    const char *storage = settings->storage ? settings->storage : setting_text(SETTING_STORAGE);
    int error = storage_select(storage, settings->path, setting_text(SETTING_SQLITE_FILE),
                               &selection, &reason);
    if (error != 0) {
        if (!why)
            free(reason);
        else
            *why = reason;
        return error;
    }
    error = open_layers(&selection, out, &reason);
    if (error != 0)
        explain(why, -error, &selection, reason);
    free(selection.path);
    free(reason);
    return error;
}

int engine_open(const struct engine_settings *settings, struct engine **out, char **why)
{
    int error = settings_load(why);
    if (error != 0)
        return error;
    apply_settings(settings);
    plugins_load();
    settings_warn(settings->warn);

    /* jansson would read /dev/urandom, once, in the middle of a host's request. */
    unsigned seed;
    random_bytes(&seed, sizeof seed);
    json_object_seed(seed | 1);

    if (settings->hider)
        descriptor_hide_with(settings->hider);
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return -ENOMEM;
    error = open_storage(settings, &engine->storage, why);
    if (error != 0) {
        free(engine);
        return error;
    }
    engine->path = settings->path ? strdup(settings->path) : NULL;
    if (settings->path && !engine->path) {
        storage_close(engine->storage);
        free(engine);
        return -ENOMEM;
    }
    pthread_mutex_init(&engine->tables_lock, NULL);
    forks_forget_gone(engine);
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
    free(engine->path);
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

void engine_leave(void)
{
    storage_leave();
}
