/*
 * real.h - libc's own functions behind the hooks: REAL(connect)(...) calls what the program would
 * have called without us. Looked up one by one when first called, from any thread, before our
 * constructor too.
 */
#ifndef DDBMOCK_PRELOAD_REAL_H
#define DDBMOCK_PRELOAD_REAL_H

#include "preload/hooks.h"

enum real_function {
#define HOOK(name) REAL_##name,
#include "preload/hooks.def"
#undef HOOK
    REAL_COUNT
};

extern void *real_functions[REAL_COUNT];

/* The address of `function`; never NULL (see missing() in real.c). errno stays as it is. */
void *real_find(enum real_function function);

static inline void *real_get(enum real_function function)
{
    void *found = __atomic_load_n(&real_functions[function], __ATOMIC_RELAXED);
    return __builtin_expect(found != NULL, 1) ? found : real_find(function);
}

#define REAL(name) ((__typeof__(name) *)real_get(REAL_##name))

#endif
