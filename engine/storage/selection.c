/*
 * selection.c - see selection.h.
 */
#include "engine/storage/selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALLOWED "memory, lmdb, sqlite, sqlite:FILE, or /PATH/BACKEND.so"

static int refuse(char **why, const char *setting, const char *what)
{
    if (asprintf(why, "\"%s\" is no storage backend%s%s: it is " ALLOWED, setting,
                 *what ? ", " : "", what) < 0)
        *why = NULL;
    return -EINVAL;
}

static int copy(const char *text, char **out)
{
    *out = text ? strdup(text) : NULL;
    return text && !*out ? -ENOMEM : 0;
}

/* A path of its own, which may be followed by a colon and what is the backend's to understand. */
static int select_external(const char *setting, const char *session, struct storage_selection *out,
                           char **why)
{
    const char *end = strstr(setting, ".so:");
    size_t length = end ? (size_t)(end - setting) + strlen(".so") : strlen(setting);
    if (!end && (length < strlen(".so") || strcmp(setting + length - strlen(".so"), ".so") != 0))
        return refuse(why, setting, "for its name does not end in .so");
    char *object = strndup(setting, length);
    if (!object)
        return -ENOMEM;
    int error = storage_load(object, &out->backend, why);
    free(object);
    return error ? error : copy(end ? setting + length + 1 : session, &out->path);
}

int storage_select(const char *setting, const char *session, const char *file,
                   struct storage_selection *out, char **why)
{
    static const char sqlite[] = "sqlite:";
    *why = NULL;
    out->path = NULL;
    if (!setting || !*setting)
        setting = "memory";
    if (setting[0] == '/')
        return select_external(setting, session, out, why);
    if (strncmp(setting, sqlite, strlen(sqlite)) == 0) {
        out->backend = &storage_sqlite;
        setting += strlen(sqlite);
        return *setting ? copy(setting, &out->path) : refuse(why, sqlite, "for no file is named");
    }
    out->backend = storage_backend_named(setting);
    if (!out->backend)
        return refuse(why, setting,
                      strstr(setting, ".so") ? "for its path does not begin with /" : "");
    return copy(out->backend == &storage_sqlite ? file : session, &out->path);
}
