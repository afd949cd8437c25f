/*
 * exec.c - exec(3) and posix_spawn(3): a child belongs to the tree whatever environment it is
 * given. Some programs (bash) keep one of their own and ignore setenv, others (subprocess with
 * env=) start children with next to nothing; a child without the shim would talk to the real AWS.
 *
 * Whoever sets LD_PRELOAD to something without us, be it empty, means it: such a child is left
 * alone. May run between vfork and exec: no malloc, no lock, the new list is on the stack.
 */
#include "preload/exec.h"

#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"

#include <alloca.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ON_STACK = 2048 };
#define AS_IT_SHOULD_BE (SIZE_MAX - 1)

static char *const nothing[] = { NULL };

static char
    preload[2 * PATH_MAX]; /* "LD_PRELOAD=..." as children get it; empty: leave children alone */
static char relative[PATH_MAX]; /* how we stand in LD_PRELOAD now, when that is no absolute path */

/* Where `part` stands in the list of LD_PRELOAD (separated by colons and blanks), or NULL. */
static const char *find_part(const char *list, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = list; length > 0 && (at = strstr(at, part)) != NULL; at++)
        if ((at == list || strchr(": ", at[-1]) != NULL) && strchr(": ", at[length]) != NULL)
            return at;
    return NULL;
}

void exec_configure(const char *name)
{
    const char *list = getenv("LD_PRELOAD");
    const char *at;
    if (list == NULL || shim_path[0] != '/')
        return;
    /* A relative path would be sought from wherever the child starts. */
    if (name[0] != '/' && (at = find_part(list, name)) != NULL && strlen(name) < sizeof relative) {
        strcpy(relative, name);
        int length = snprintf(preload, sizeof preload, "LD_PRELOAD=%.*s%s%s", (int)(at - list),
                              list, shim_path, at + strlen(name));
        if ((size_t)length >= sizeof preload)
            preload[0] = '\0';
        else
            setenv("LD_PRELOAD", preload + strlen("LD_PRELOAD="), 1);
    } else if (strlen(list) < PATH_MAX && strstr(list, "libddbmock") != NULL) {
        snprintf(preload, sizeof preload, "LD_PRELOAD=%s", list);
    }
}

struct environment {
    size_t count;
    size_t preload_at, session_at; /* SIZE_MAX: not there */
    bool same;                     /* nothing to be done */
};

static struct environment inspect(char *const *variables)
{
    struct environment found = { 0, SIZE_MAX, SIZE_MAX, true };
    if (session_setting() == NULL)
        return found;
    for (; variables[found.count] != NULL; found.count++) {
        const char *each = variables[found.count];
        if (strncmp(each, "LD_PRELOAD=", 11) == 0 && found.preload_at == SIZE_MAX)
            found.preload_at = found.count;
        else if (strncmp(each, SESSION_VARIABLE "=", sizeof SESSION_VARIABLE) == 0)
            found.session_at = found.count;
    }
    const char *list = found.preload_at != SIZE_MAX ? variables[found.preload_at] + 11 : NULL;
    if (list != NULL && strstr(list, "libddbmock") == NULL)
        return found;
    if (preload[0] == '\0' || (list != NULL && find_part(list, relative) == NULL))
        found.preload_at = AS_IT_SHOULD_BE;
    found.same = found.preload_at == AS_IT_SHOULD_BE && found.session_at != SIZE_MAX;
    return found;
}

/* Fills `out`, which has room for count + 3. */
static char *const *complete(char *const *variables, const struct environment *found,
                             const char **out)
{
    memcpy(out, variables, found->count * sizeof *out);
    size_t count = found->count;
    if (found->preload_at < found->count)
        out[found->preload_at] = preload;
    else if (found->preload_at == SIZE_MAX)
        out[count++] = preload;
    if (found->session_at == SIZE_MAX)
        out[count++] = session_setting();
    out[count] = NULL;
    return (char *const *)out;
}

/* Declares `made`, the environment to pass instead of `given`; on the stack of the function that
 * uses it. */
#define COMPLETE(made, given)                                                                      \
    char *const *given_ = (given) != NULL ? (given) : nothing;                                     \
    struct environment found_ = inspect(given_);                                                   \
    char *const *made = given_;                                                                    \
    if (!found_.same && found_.count <= MOST_ON_STACK)                                             \
    made = complete(given_, &found_, alloca((found_.count + 3) * sizeof(char *)))

int execve(const char *path, char *const arguments[], char *const variables[])
{
    COMPLETE(made, variables);
    return REAL(execve)(path, arguments, made);
}

int execv(const char *path, char *const arguments[])
{
    COMPLETE(made, environ);
    return REAL(execve)(path, arguments, made);
}

int execvp(const char *file, char *const arguments[])
{
    COMPLETE(made, environ);
    return REAL(execvpe)(file, arguments, made);
}

int execvpe(const char *file, char *const arguments[], char *const variables[])
{
    COMPLETE(made, variables);
    return REAL(execvpe)(file, arguments, made);
}

int fexecve(int fd, char *const arguments[], char *const variables[])
{
    COMPLETE(made, variables);
    return REAL(fexecve)(fd, arguments, made);
}

int execveat(int directory, const char *path, char *const arguments[], char *const variables[],
             int flags)
{
    COMPLETE(made, variables);
    return REAL(execveat)(directory, path, arguments, made, flags);
}

/* The arguments of execl and its kind as an array on the stack; `rest` is left after the NULL. */
#define COLLECT(made, first, rest)                                                                 \
    size_t count_ = 1;                                                                             \
    va_list counting_;                                                                             \
    va_start(counting_, first);                                                                    \
    for (const char *each_ = first; each_ != NULL; each_ = va_arg(counting_, const char *))        \
        count_++;                                                                                  \
    va_end(counting_);                                                                             \
    char **made = alloca(count_ * sizeof(char *));                                                 \
    va_start(rest, first);                                                                         \
    made[0] = (char *)first;                                                                       \
    for (size_t i_ = 1; i_ < count_; i_++)                                                         \
    made[i_] = va_arg(rest, char *)

int execl(const char *path, const char *first, ...)
{
    va_list rest;
    COLLECT(arguments, first, rest);
    va_end(rest);
    return execv(path, arguments);
}

int execlp(const char *file, const char *first, ...)
{
    va_list rest;
    COLLECT(arguments, first, rest);
    va_end(rest);
    return execvp(file, arguments);
}

int execle(const char *path, const char *first, ...)
{
    va_list rest;
    COLLECT(arguments, first, rest);
    char *const *variables = va_arg(rest, char *const *);
    va_end(rest);
    return execve(path, arguments, variables);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const variables[])
{
    COMPLETE(made, variables);
    return REAL(posix_spawn)(pid, path, actions, attributes, arguments, made);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const variables[])
{
    COMPLETE(made, variables);
    return REAL(posix_spawnp)(pid, file, actions, attributes, arguments, made);
}
