/*
 * dlopen.c - dlopen(3) without RTLD_DEEPBIND: with it, as PHP loads its extensions, a library looks
 * for connect in its own dependencies first and binds past the hooks.
 *
 * libc's dlopen looks at its return address to know whose RUNPATH and namespace count: so the call
 * to it must be a jump, which leaves the program's own return address in place. The compiler makes
 * it one (a sibling call); tests/preload holds it to that.
 */
#include "preload/real.h"

__attribute__((optimize("O2"), no_sanitize("address", "undefined", "thread"))) void *
dlopen(const char *file, int mode)
{
    return REAL(dlopen)(file, mode & ~RTLD_DEEPBIND);
}
