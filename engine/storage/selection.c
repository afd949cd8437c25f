/*
 * selection.c - see selection.h.
 */
#include "engine/storage/selection.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char postgres[] = "postgres://"; /* libpq takes the other spelling, too */

#define ALLOWED "memory, lmdb, sqlite, sqlite:FILE, postgres://..., or /PATH/BACKEND.so"

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

/* The path of an object beside the one that this code is in, to be freed; NULL: no memory for it. */
static char *beside(const char *name)
{
    Dl_info here = { 0 };
    char program[PATH_MAX] = "", *path;
    dladdr(postgres, &here);
    const char *ours = here.dli_fname ? here.dli_fname : "", *slash = strrchr(ours, '/');
    if (!slash && readlink("/proc/self/exe", program, sizeof program - 1) > 0) {
        ours = program;
        slash = strrchr(ours, '/');
    }
    return asprintf(&path, "%.*s/%s", slash ? (int)(slash - ours) : 0, ours, name) < 0 ? NULL
                                                                                       : path;
}

/* The backend that is an object of its own: programs that do not ask for it do without its
 * libraries. */
static int select_postgres(const char *url, struct storage_selection *out, char **why)
{
    char *object = beside("libddbmock-postgres.so");
    if (!object)
        return -ENOMEM;
    int error = -ENOENT;
    if (access(object, F_OK) == 0)
        error = storage_load(object, &out->backend, why);
    else if (asprintf(
                 why,
                 "the postgres backend was not built: %s is missing (install libpq-dev and make "
                 "again)",
                 object) < 0)
        *why = NULL;
    free(object);
    return error ? error : copy(url, &out->path);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
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
    if (begins(setting, postgres) || begins(setting, "postgresql://"))
        return select_postgres(setting, out, why);
    if (begins(setting, sqlite)) {
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
