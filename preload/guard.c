/*
 * guard.c - the re-entry guard and the shim's line on stderr. See shim.h.
 */
#include "preload/shim.h"

#include "preload/imports.h"
#include "preload/real.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

_Thread_local int shim_depth __attribute__((tls_model("initial-exec")));

/*
 * A handler that leaves by siglongjmp would leave our locks behind, as curl's does out of getaddrinfo and wget's out of connect.
 * Where there can be one, signals wait; but for those that a fault of the program itself makes. Two system calls, 0.5 us: who
 * does not even import longjmp is spared them, from its first connection on, when that is found out.
 */
static bool hold_signals(struct shim_guard *guard)
{
    sigset_t most;
    if (__builtin_expect(
            atomic_load_explicit(&imports_jumping, memory_order_relaxed) == 0 || !shim_started, 1))
        return false;
    sigfillset(&most);
    sigdelset(&most, SIGSEGV);
    sigdelset(&most, SIGBUS);
    sigdelset(&most, SIGFPE);
    sigdelset(&most, SIGILL);
    sigdelset(&most, SIGTRAP);
    sigdelset(&most, SIGSYS);
    return pthread_sigmask(SIG_BLOCK, &most, &guard->signals) == 0;
}

void shim_enter(struct shim_guard *guard)
{
    guard->error = errno;
    guard->held = shim_depth == 0 && hold_signals(guard);
    if (shim_depth++ == 0) {
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &guard->cancellation);
    }
}

void shim_leave(const struct shim_guard *guard)
{
    const bool held = guard->held;
    if (--shim_depth == 0)
        pthread_setcancelstate(guard->cancellation, NULL);
    errno = guard->error;
    if (held) /* what waited comes now, and may not come back */
        pthread_sigmask(SIG_SETMASK, &guard->signals, NULL);
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
