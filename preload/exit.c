/*
 * exit.c - the end of the process. exit(3) runs our destructor; _exit(2), by which shells and
 * forked workers end, gives the session up here.
 */
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"

__attribute__((destructor)) static void end(void)
{
    session_leave();
}

void _exit(int status)
{
    if (!shim_inside())
        session_leave();
    REAL(_exit)(status);
    __builtin_unreachable();
}

void _Exit(int status)
{
    _exit(status);
}
