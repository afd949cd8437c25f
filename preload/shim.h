/*
 * shim.h - what every file of the shim shares: the guard against our own re-entry, the lines on
 * stderr, and the order of locks.
 *
 * Locks, outermost first: engine_lock (loader.c); a connection's (only fork.c holds two of them, in
 * the order in which they were made); the table's (table.c); the service thread's (service.c); the
 * addresses' (addresses.c). fork.c takes them all.
 */
#ifndef DDBMOCK_PRELOAD_SHIM_H
#define DDBMOCK_PRELOAD_SHIM_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * How deep this thread is inside the shim or the engine: more than 0, and every hook passes
 * straight to libc. Read in hooks, changed by shim_enter and shim_leave.
 */
extern _Thread_local int shim_depth __attribute__((tls_model("initial-exec")));

static inline bool shim_inside(void)
{
    return __builtin_expect(shim_depth != 0, 0);
}

/*
 * Around everything that takes our locks or calls the engine: guards against re-entry, holds thread
 * cancellation off, and signals whose handlers might not return (a thread that is torn away would leave a lock behind), and keeps
 * errno.
 */
struct shim_guard {
    int error;
    int cancellation;
    bool held;        /* signals wait */
    sigset_t signals; /* then: those that waited before */
};

void shim_enter(struct shim_guard *guard);
void shim_leave(const struct shim_guard *guard);

/* One line on stderr, "ddbmock: ..." and a newline; at most 1,000 bytes. errno stays. */
void shim_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The absolute path of this object, or "" when it cannot be told; set by shim_start. */
extern const char *shim_path;

/*
 * Does what the constructor does, once: for whatever is needed in constructors of other libraries
 * that run before ours. Outside the guard.
 */
void shim_start(void);
extern atomic_bool shim_started;

static inline void shim_need_start(void)
{
    if (__builtin_expect(!atomic_load_explicit(&shim_started, memory_order_acquire), 0))
        shim_start();
}

/*
 * Registers the fork handlers and notes this process's id; at the first need, then cheap. Whoever
 * creates state that a child must not share calls it first.
 */
void shim_prepare_fork(void);

/* Before a child is made past the fork handlers, by posix_spawn: what it inherits is served from
 * here. Outside the guard. */
void shim_expect_elsewhere(void);

/*
 * Whether this is the process that the state in memory belongs to: not so in a child of vfork(2),
 * which shares our memory but not our descriptors, and must change nothing.
 */
bool shim_owner(void);

#endif
