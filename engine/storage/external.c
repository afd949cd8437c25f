/*
 * external.c - backends from outside the engine object: storage_load of selection.h. What such an
 * object exports is storage_module of storage.h.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

#include "engine/storage/selection.h"

/* A member of the table that is not there, or NULL. */
static const char *missing(const struct storage_backend *backend)
{
    if (!backend->name)
        return "name";
#define CHECK(member)                                                                              \
    if (!backend->member)                                                                          \
        return #member;
    CHECK(open)
    CHECK(close)
    CHECK(begin)
    CHECK(commit)
    CHECK(abort)
    CHECK(get)
    CHECK(put)
    CHECK(remove)
    CHECK(cursor_open)
    CHECK(cursor_close)
    CHECK(cursor_seek)
    CHECK(cursor_step)
    CHECK(before_fork)
    CHECK(after_fork)
#undef CHECK
    return NULL;
}

int storage_load(const char *object, const struct storage_backend **out, char **why)
{
    int length;
    void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *reason = dlerror();
        length = asprintf(why, "cannot load the storage backend %s",
                          reason ? reason : object); /* the reason begins with the path */
    } else {
        const struct storage_module *module = dlsym(handle, STORAGE_SYMBOL);
        if (!module) {
            length = asprintf(why,
                              "%s is no storage backend: it does not export " STORAGE_SYMBOL
                              " (docs/storage.md)",
                              object);
        } else if (module->version != STORAGE_VERSION) {
            length = asprintf(why,
                              "the storage backend %s is made for version %u of the interface, and "
                              "this is version %d: compile it with this version's storage.h",
                              object, module->version, STORAGE_VERSION);
        } else if (missing(&module->backend)) {
            length = asprintf(why, "the storage backend %s does not fill in \"%s\" of its table",
                              object, missing(&module->backend));
        } else {
            *out = &module->backend;
            /* cppcheck-suppress resourceLeak ; it stays loaded for the life of the process */
            return 0;
        }
        dlclose(handle);
    }
    if (length < 0)
        *why = NULL;
    return -EINVAL;
}
