/*
 * exec.c - exec(3) and posix_spawn(3): a child belongs to the tree whatever environment it is
 * given, with the settings of its configuration file. Some programs (bash) keep one of their own and ignore setenv, others (subprocess with
 * env=) start children with next to nothing; a child without the shim would talk to the real AWS.
 *
 * Whoever sets LD_PRELOAD to something without us, be it empty, means it: such a child is left
 * alone. May run between vfork and exec: no malloc, no lock, the new list is on the
 * stack.
 */
#include "preload/exec.h"

#include "preload/config.h"
#include "preload/lead.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Of a call that spells them out. */
enum { MOST_ARGUMENTS = 1024, ADDED_AT_MOST = 20 };
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
        strcpy(preload, "LD_PRELOAD=");
        strcat(preload, list);
    }
}

struct environment {
    size_t count;
    size_t preload_at, session_at, config_at; /* SIZE_MAX: not there */
    bool resolved, other,
        told;    /* DDBMOCK_CONFIG is as it should be; is another file; has been read */
    bool config; /* what was read of the configuration file is to go along */
    bool same;   /* nothing to be done */
};

/* Notes what a child's environment has of the configuration file: the one of ours, or another. */
static void inspect_config(struct environment *found, const char *variable)
{
    static const char config[] = "DDBMOCK_CONFIG=", read[] = "DDBMOCK_CONFIG_READ=";
    const char *given = config_given();
    if (strncmp(variable, config, sizeof config - 1) == 0) {
        found->config_at = found->count;
        found->resolved = strcmp(variable, config_settings()[0]) == 0;
        found->other =
            !found->resolved && (given == NULL || strcmp(variable + sizeof config - 1, given) != 0);
    } else if (strncmp(variable, read, sizeof read - 1) == 0) {
        found->told = true;
    }
}

static struct environment inspect(char *const *variables)
{
    struct environment found = {
        .preload_at = SIZE_MAX, .session_at = SIZE_MAX, .config_at = SIZE_MAX, .same = true
    };
    if (!shim_inside())
        shim_need_start();
    if (session_setting() == NULL)
        return found;
    const bool config = config_settings()[0] != NULL;
    for (; variables[found.count] != NULL; found.count++) {
        const char *each = variables[found.count];
        if (strncmp(each, "LD_PRELOAD=", 11) == 0 && found.preload_at == SIZE_MAX)
            found.preload_at = found.count;
        else if (strncmp(each, SESSION_VARIABLE "=", sizeof SESSION_VARIABLE) == 0)
            found.session_at = found.count;
        else if (config && strncmp(each, "DDBMOCK_CONFIG", 14) == 0)
            inspect_config(&found, each);
    }
    const char *list = found.preload_at != SIZE_MAX ? variables[found.preload_at] + 11 : NULL;
    if (list != NULL && strstr(list, "libddbmock") == NULL)
        return found;
    if (preload[0] == '\0' || (list != NULL && find_part(list, relative) == NULL))
        found.preload_at = AS_IT_SHOULD_BE;
    /* A child that is given another file, or has all of this one, is left alone. */
    found.config = config && !found.other && !(found.told && found.resolved);
    found.same =
        found.preload_at == AS_IT_SHOULD_BE && found.session_at != SIZE_MAX && !found.config;
    return found;
}

/* An environment that has been completed, on the stack of the function that uses it. */
struct completed {
    const char *here[768];
    void *mapped; /* a larger one; lost where exec succeeds in a child of vfork, whose memory is the
                     parent's */
    size_t size;
};

/* Whether a list of variables (NULL: none) has the one that `setting`, "NAME=value", sets. */
static bool has_variable(char *const *variables, const char *setting)
{
    size_t length = strcspn(setting, "=") + 1;
    for (; variables != NULL && *variables != NULL; variables++)
        if (strncmp(*variables, setting, length) == 0)
            return true;
    return false;
}

/* What to pass instead of `given`; to be ended with `release`, after a call that may not return. */
static char *const *complete(struct completed *made, char *const *given)
{
    struct environment found = inspect(given != NULL ? given : nothing);
    const char **out = made->here; /* cppcheck-suppress ctuuninitvar; it is filled here */
    made->mapped = NULL;
    if (found.same)
        return given;
    if (found.count + ADDED_AT_MOST > sizeof made->here / sizeof *made->here) {
        made->size = (found.count + ADDED_AT_MOST) * sizeof *out;
        out = made->mapped =
            mmap(NULL, made->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (made->mapped == MAP_FAILED) {
            made->mapped = NULL;
            return given;
        }
    }
    size_t count = found.count;
    for (size_t i = 0; i < count; i++)
        out[i] = given[i];
    if (found.preload_at < count)
        out[found.preload_at] = preload;
    else if (found.preload_at == SIZE_MAX)
        out[count++] = preload;
    if (found.session_at == SIZE_MAX)
        out[count++] = session_setting();
    const char *const *settings = config_settings();
    if (found.config && found.config_at < found.count)
        out[found.config_at] = *settings++;
    for (; found.config && *settings != NULL; settings++)
        if (!has_variable(given, *settings))
            out[count++] = *settings;
    out[count] = NULL;
    return (char *const *)out;
}

static int release(const struct completed *made, int result)
{
    int error = errno;
    if (made->mapped != NULL)
        munmap(made->mapped, made->size);
    errno = error;
    return result;
}

/* How execve, execvp and their kind end, once the environment is complete. */
static int execute(const char *path, bool search, char *const arguments[], char *const variables[])
{
    struct completed made;
    struct led led;
    char *const *all = complete(&made, variables);
    int result;
    if (lead(&led, path, search, arguments, all)) {
        result = REAL(execve)(led.command, led.arguments, all);
        lead_release(&led);
    } else if (search) {
        result = REAL(execvpe)(path, arguments, all);
    } else {
        result = REAL(execve)(path, arguments, all);
    }
    return release(&made, result);
}

int execve(const char *path, char *const arguments[], char *const variables[])
{
    return execute(path, false, arguments, variables);
}

int execv(const char *path, char *const arguments[])
{
    return execute(path, false, arguments, environ);
}

int execvp(const char *file, char *const arguments[])
{
    return execute(file, true, arguments, environ);
}

int execvpe(const char *file, char *const arguments[], char *const variables[])
{
    return execute(file, true, arguments, variables);
}

/* The file's name where it has one, for the program cannot be led by a number that ends with exec; else NULL. */
static const char *name_of(int fd, char out[PATH_MAX])
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    if (length <= 0)
        return NULL;
    out[length] = '\0';
    return out[0] == '/' ? out : NULL; /* one that was deleted is not found by it */
}

int fexecve(int fd, char *const arguments[], char *const variables[])
{
    struct completed made;
    struct led led;
    char path[PATH_MAX];
    char *const *all = complete(&made, variables);
    int result;
    if (lead(&led, name_of(fd, path), false, arguments, all)) {
        result = REAL(execve)(led.command, led.arguments, all);
        lead_release(&led);
    } else {
        result = REAL(fexecve)(fd, arguments, all);
    }
    return release(&made, result);
}

int execveat(int directory, const char *path, char *const arguments[], char *const variables[],
             int flags)
{
    struct completed made;
    struct led led;
    char name[PATH_MAX];
    char *const *all = complete(&made, variables);
    int result;
    bool direct = directory == AT_FDCWD || path[0] == '/';
    bool number = path[0] == '\0' && (flags & AT_EMPTY_PATH) != 0;
    if (lead(&led,
             direct   ? path
             : number ? name_of(directory, name)
                      : NULL,
             false, arguments, all)) {
        result = REAL(execve)(led.command, led.arguments, all);
        lead_release(&led);
    } else {
        result = REAL(execveat)(directory, path, arguments, all, flags);
    }
    return release(&made, result);
}

static int spawn(pid_t *pid, const char *path, bool search,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const arguments[], char *const variables[])
{
    struct completed made;
    struct led led;
    char *const *all = complete(&made, variables);
    int result;
    shim_expect_elsewhere();
    if (lead(&led, path, search, arguments, all)) {
        result = REAL(posix_spawn)(pid, led.command, actions, attributes, led.arguments, all);
        lead_release(&led);
    } else if (search) {
        result = REAL(posix_spawnp)(pid, path, actions, attributes, arguments, all);
    } else {
        result = REAL(posix_spawn)(pid, path, actions, attributes, arguments, all);
    }
    return release(&made, result);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const variables[])
{
    return spawn(pid, path, false, actions, attributes, arguments, variables);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const variables[])
{
    return spawn(pid, file, true, actions, attributes, arguments, variables);
}

/* The arguments of execl and its kind as an array; `rest` is left after the NULL. False when they
 * are too many. */
static bool collect(const char *first, va_list *rest, char **out)
{
    size_t count = 0;
    for (const char *each = first; each != NULL; each = va_arg(*rest, const char *)) {
        if (count == MOST_ARGUMENTS)
            return false;
        out[count++] = (char *)each;
    }
    out[count] = NULL;
    return true;
}

int execl(const char *path, const char *first, ...)
{
    char *arguments[MOST_ARGUMENTS + 1];
    va_list rest;
    va_start(rest, first);
    bool fits = collect(first, &rest, arguments);
    va_end(rest);
    if (fits)
        return execv(path, arguments);
    errno = E2BIG;
    return -1;
}

int execlp(const char *file, const char *first, ...)
{
    char *arguments[MOST_ARGUMENTS + 1];
    va_list rest;
    va_start(rest, first);
    bool fits = collect(first, &rest, arguments);
    va_end(rest);
    if (fits)
        return execvp(file, arguments);
    errno = E2BIG;
    return -1;
}

int execle(const char *path, const char *first, ...)
{
    char *arguments[MOST_ARGUMENTS + 1];
    va_list rest;
    va_start(rest, first);
    bool fits = collect(first, &rest, arguments);
    char *const *variables = fits ? va_arg(rest, char *const *) : NULL;
    va_end(rest);
    if (fits)
        return execve(path, arguments, variables);
    errno = E2BIG;
    return -1;
}
