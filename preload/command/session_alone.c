/*
 * session_alone.c - what session.c and process.c ask of the shim, for the command, which has none
 * of it: one thread uses the session there, and no fork comes in between.
 */
#include "preload/command/command.h"
#include "preload/loader.h"
#include "preload/session.h"
#include "preload/shim.h"

#include <errno.h>

pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;

void shim_enter(struct shim_guard *guard)
{
    guard->error = errno;
}

void shim_leave(const struct shim_guard *guard)
{
    errno = guard->error;
}

void session_ending(const char *directory)
{
    const struct gateway *gateway = load_engine("serve");
    if (gateway != NULL)
        gateway->session_end(directory);
}

bool shim_owner(void)
{
    return true;
}
