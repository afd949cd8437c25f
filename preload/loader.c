/*
 * loader.c - see loader.h.
 *
 * The engine object is loaded without RTLD_DEEPBIND, which would spread to libraries that it shares
 * with the host program.
 */
#include "preload/loader.h"

#include "preload/connection.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct gateway *loaded;         /* engine_lock */
static const struct gateway *_Atomic opened; /* set once, with engine_lock held */
static bool complained;                      /* engine_lock */
static bool quiet;                           /* engine_lock: nothing is being connected */

const struct gateway *loader_engine(void)
{
    return atomic_load_explicit(&opened, memory_order_acquire);
}

/* The first connection that fails is told, later ones would only repeat it; a program that makes
 * none hears nothing. */
static const struct gateway *fail(const char *what, const char *why)
{
    if (!complained && !quiet)
        shim_complain("%s: %s. Connections to DynamoDB are refused; none leaves this machine.",
                      what, why);
    complained = complained || !quiet;
    return NULL;
}

/* The engine object beside the shim at `shim`, or NULL with *why. */
static void *load_beside(const char *shim, const char **why)
{
    char path[PATH_MAX];
    const char *slash = strrchr(shim, '/');
    if (slash == NULL || (size_t)snprintf(path, sizeof path, "%.*s/libddbmock-engine.so",
                                          (int)(slash - shim), shim) >= sizeof path) {
        *why = "the shim's own path is unknown";
        return NULL;
    }
    void *object = REAL(dlopen)(path, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL && (*why = dlerror()) == NULL)
        *why = "libddbmock-engine.so";
    return object;
}

static const struct gateway *load(void)
{
    static char resolved[PATH_MAX];
    const char *why = NULL;
    if (loaded != NULL)
        return loaded;
    void *object = load_beside(shim_path, &why);
    if (object == NULL) {
        /* The path that the program was given may be a link to the shim. */
        if (realpath(shim_path, resolved) != NULL && strcmp(resolved, shim_path) != 0)
            object = load_beside(resolved, &why);
    }
    if (object == NULL)
        return fail("cannot load the engine", why);
    gateway_function *function = (gateway_function *)dlsym(object, GATEWAY_SYMBOL);
    const struct gateway *found = function != NULL ? function() : NULL;
    if (found == NULL || found->version != GATEWAY_VERSION) {
        dlclose(object);
        return fail("libddbmock-engine.so", "is not of the same build as libddbmock.so");
    }
    return loaded = found;
}

/* What the session's statistics come to, where it has some. Most that end have never loaded the engine. */
void session_ending(const char *directory)
{
    char file[PATH_MAX];
    if (snprintf(file, sizeof file, "%s/stats", directory) >= (int)sizeof file ||
        access(file, F_OK) != 0)
        return;
    quiet = true;
    const struct gateway *found = load();
    quiet = false;
    if (found != NULL && found->session_end != NULL)
        found->session_end(directory);
}

static void warn(const char *line)
{
    shim_complain("%s", line);
}

static const struct gateway_hider hider = { connection_hide, connection_unhide, connection_taken };

static bool settle(struct gateway_settings *settings)
{
    settings->storage = NULL;
    settings->warn = warn;
    settings->hider = &hider;
    const char *why;
    settings->session = session_directory(&why);
    if (settings->session != NULL)
        return true;
    fail("cannot make a session", why);
    return false;
}

const struct gateway *loader_find(void)
{
    shim_prepare_fork();
    pthread_mutex_lock(&engine_lock);
    quiet = true;
    const struct gateway *found = load();
    quiet = false;
    pthread_mutex_unlock(&engine_lock);
    return found;
}

const struct gateway *loader_load(struct gateway_settings *settings)
{
    shim_prepare_fork();
    pthread_mutex_lock(&engine_lock);
    quiet = true;
    const struct gateway *found = load();
    if (found != NULL && !settle(settings))
        found = NULL;
    quiet = false;
    pthread_mutex_unlock(&engine_lock);
    return found;
}

const struct gateway *loader_open(void)
{
    const struct gateway *found = loader_engine();
    struct gateway_settings settings;
    if (found != NULL)
        return found;
    shim_prepare_fork();
    pthread_mutex_lock(&engine_lock);
    found = loader_engine();
    if (found == NULL && (found = load()) != NULL && settle(&settings)) {
        char *why = NULL;
        int error = found->open(&settings, &why);
        if (error != 0) {
            found = fail("cannot open the engine", why != NULL ? why : strerror(-error));
            free(why);
        } else {
            atomic_store_explicit(&opened, found, memory_order_release);
        }
    } else if (loader_engine() == NULL) {
        found = NULL;
    }
    pthread_mutex_unlock(&engine_lock);
    return found;
}

const struct gateway *loader_known(void)
{
    return loaded;
}
