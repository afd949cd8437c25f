/*
 * real.c - finds the functions behind the hooks. See real.h.
 *
 * Nothing is looked up ahead: some seventy look-ups would cost every `true` more than its start-up
 * may grow by.
 */
#include "preload/real.h"

#include <errno.h>

void *real_functions[REAL_COUNT];

static const char *const names[REAL_COUNT] = {
#define HOOK(name) [REAL_##name] = #name,
#include "preload/hooks.def"
#undef HOOK
};

/* Stands in for a function that this libc does not have; every hook returns an int, a size or a
 * pointer. */
static long missing(void)
{
    errno = ENOSYS;
    return -1;
}

void *real_find(enum real_function function)
{
    int saved = errno;
    void *found = dlsym(RTLD_NEXT, names[function]);
    if (found == NULL) {
        /*
         * Loaded after libc (dlopen instead of LD_PRELOAD), nothing stands behind us in the search
         * order, and the default one may begin with ourselves: ask for libc's by its version.
         */
        static const char *const versions[] = { "GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.33",
                                                "GLIBC_2.34" };
        for (size_t i = 0; found == NULL && i < sizeof versions / sizeof *versions; i++)
            found = dlvsym(RTLD_DEFAULT, names[function], versions[i]);
    }
    if (found == NULL)
        found = (void *)missing;
    __atomic_store_n(&real_functions[function], found, __ATOMIC_RELAXED);
    errno = saved;
    return found;
}
