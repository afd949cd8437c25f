/*
 * exit.c - the end of the process. exit(3) runs our destructor; _exit(2), by which shells and
 * forked workers end, gives the session up here. The engine is told, and stays as it is: other
 * threads may be in it, and destructors that come after ours.
 */
#include "preload/loader.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"

/* A child of vfork, or of a clone that nobody saw, leaves what its parent has. */
static void leave(void)
{
    const struct gateway *engine = loader_engine();
    if (engine != NULL && shim_owner())
        engine->leave();
    session_leave();
}

__attribute__((destructor)) static void end(void)
{
    leave();
}

void _exit(int status)
{
    if (!shim_inside())
        leave();
    REAL(_exit)(status);
    __builtin_unreachable();
}

void _Exit(int status)
{
    _exit(status);
}
