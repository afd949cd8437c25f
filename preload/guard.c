/*
 * guard.c - the re-entry guard and the shim's line on stderr. See shim.h.
 */
#include "preload/shim.h"

#include "preload/real.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

_Thread_local int shim_depth __attribute__((tls_model("initial-exec")));

void shim_enter(struct shim_guard *guard)
{
    guard->error = errno;
    if (shim_depth++ == 0)
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &guard->cancellation);
}

void shim_leave(const struct shim_guard *guard)
{
    if (--shim_depth == 0)
        pthread_setcancelstate(guard->cancellation, NULL);
    errno = guard->error;
}

void shim_complain(const char *format, ...)
{
    char line[1024];
    int saved = errno;
    va_list arguments;
    int length = snprintf(line, sizeof line, "ddbmock: ");
    va_start(arguments, format);
    int more = vsnprintf(line + length, 1000, format, arguments);
    va_end(arguments);
    length += more < 1000 ? (more > 0 ? more : 0) : 999;
    line[length++] = '\n';
    ssize_t written = REAL(write)(2, line, (size_t)length);
    (void)written;
    errno = saved;
}
