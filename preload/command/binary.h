/*
 * binary.h - what a program is, as far as it matters to whether its calls can be intercepted: told from the file alone, for
 * `ddbmock run` and `ddbmock doctor`.
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_BINARY_H
#define DDBMOCK_PRELOAD_COMMAND_BINARY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { LIBRARIES_MAX = 64 };

struct binary {
    char path[PATH_MAX];   /* of the ELF object that runs in the end */
    char script[PATH_MAX]; /* the script that it is the interpreter of; "": none */
    bool is_elf;
    bool native;     /* of this machine's word size and processor */
    bool dynamic;    /* it has an interpreter, so that LD_PRELOAD is read */
    bool musl;       /* and that is musl's: our object is made for glibc */
    bool go;         /* made by Go's compiler: its system calls are its own */
    bool privileged; /* setuid, setgid or with capabilities, and not for this user anyway */
    size_t library_count;
    char libraries[LIBRARIES_MAX][64]; /* DT_NEEDED */
};

/*
 * Looks at the program that execvp would run for `name`. 0, or -errno: -ENOENT when there is none, -ENOEXEC when it is no
 * ELF object and no script.
 */
int binary_inspect(const char *name, struct binary *out);

/* Whether LD_PRELOAD reaches its calls. */
static inline bool binary_can_preload(const struct binary *binary)
{
    return binary->native && binary->dynamic && !binary->musl && !binary->go && !binary->privileged;
}

/* Whether it needs a library whose name begins with `prefix`. */
bool binary_needs(const struct binary *binary, const char *prefix);

#endif
