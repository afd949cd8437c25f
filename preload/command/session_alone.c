/*
 * session_alone.c - what the shim's files in the command ask of the shim, for the command, which has none
 * of it: one thread uses the session there, and no fork comes in between.
 */
#include "preload/command/command.h"
#include "preload/loader.h"
#include "preload/session.h"
#include "preload/shim.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

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

/* addresses.c, network.c and environment.c, for a supervisor (supervise.c), which has one thread that asks them. */
_Thread_local int shim_depth __attribute__((tls_model("initial-exec")));
atomic_bool shim_started = true;

void shim_start(void)
{
}

void shim_prepare_fork(void)
{
}

void shim_complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("ddbmock: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

bool shim_owner(void)
{
    return true;
}
