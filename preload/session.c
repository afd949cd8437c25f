/*
 * session.c - the rules of sessions, all of them.
 *
 * - The root of a tree of processes is the one that finds no DDBMOCK_SESSION. Its constructor
 * chooses a name, from its process id, the time and a random number, and sets the variable: no
 * file, no descriptor. Children inherit it (exec.c helps programs that keep an environment of their
 * own).
 * - The directory, <base>/ddbmock-<uid>/<name>, is made by whoever first needs it (an authority, a
 * connection). Base is /dev/shm, else $XDG_RUNTIME_DIR, $TMPDIR or /tmp: the first where the
 * directory exists, else the first where it can be made. Both levels have mode 0700 and our user as
 * owner, or are not used; symbolic links are not followed.
 * - Who uses the directory holds a shared flock on its file `lock`. The descriptor is closed again;
 * a mapping of the file keeps the lock through fork and descriptor-closing programs, and goes with
 * the process, however it ends.
 * - An automatic session is dead when nobody holds that lock, its root no longer runs (no process
 * of its id and pid namespace is as old as the name), no process of this user was started with its
 * name, and the leaving process has no child left. The last to leave removes it; what was killed is
 * removed when the next session is made.
 * - A name or a path that the user gave is a named session. It needs no lock, for nobody ever
 * removes it.
 */
#include "preload/session.h"

#include "preload/environment.h"
#include "preload/loader.h"
#include "preload/process.h"
#include "preload/shim.h"
#include "preload/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { NAME_SIZE = 72, SWEPT_AT_ONCE = 64, ROOM_WANTED = 32 << 20 };

static enum { UNKNOWN, AUTOMATIC, NAMED, PATH, INVALID } kind;
static char setting[sizeof SESSION_VARIABLE + PATH_MAX];
static char directory[PATH_MAX]; /* once made */
static void *held;               /* the mapping that keeps the lock */

static const char *name(void)
{
    return setting + sizeof SESSION_VARIABLE;
}

const char *session_setting(void)
{
    return setting[0] != '\0' ? setting : NULL;
}

/* Whether `text` is a name that session_start chose; for which process, and when, in the clock
 * ticks of process_start_time. */
static bool parse_automatic(const char *text, int *pid, unsigned long long *chosen)
{
    /* Not sscanf: every program of a tree comes by here. */
    char *end;
    if (strncmp(text, "tree-", 5) != 0)
        return false;
    unsigned long long number = strtoull(text + 5, &end, 10);
    if (end == text + 5 || number > INT_MAX || *end != '-')
        return false;
    *pid = (int)number;
    text = end + 1;
    *chosen = strtoull(text, &end, 10);
    if (end == text || *end != '-')
        return false;
    text = end + 1;
    return strspn(text, "0123456789abcdef") == 16 && text[16] == '\0';
}

static bool valid_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < NAME_SIZE && text[0] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               length;
}

void session_start(void)
{
    const char *given = getenv(SESSION_VARIABLE);
    int pid;
    unsigned long long chosen;
    if (given != NULL && *given != '\0') {
        strcpy(setting, SESSION_VARIABLE "=");
        strncat(setting, given, PATH_MAX - 1);
        kind = strlen(given) >= PATH_MAX               ? INVALID
               : strchr(given, '/') != NULL            ? PATH
               : parse_automatic(given, &pid, &chosen) ? AUTOMATIC
               : valid_name(given)                     ? NAMED
                                                       : INVALID;
        return;
    }
    uint64_t random;
    /* The kernel gave every program 16 random bytes; glibc keeps the first 15 of them for itself,
     * and they stay secret. */
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        memcpy(&random, (const char *)getauxval(AT_RANDOM) + 8, sizeof random);
    /* A process of this id that started later is another one: so the present time serves as well as
     * our start, and costs no file. */
    struct text text = text_in(setting, sizeof setting);
    text_add(&text, SESSION_VARIABLE "=tree-");
    text_add_number(&text, (unsigned)getpid(), 10, 1);
    text_add(&text, "-");
    text_add_number(&text, process_time(), 10, 1);
    text_add(&text, "-");
    text_add_number(&text, random, 16, 16);
    kind = AUTOMATIC;
    environment_put(setting);
}

/* --- the directory --- */

/* The n-th base: whether there is one; *where is NULL when that one is not to be used. */
static bool base(int n, const char **where)
{
    *where = n == 0   ? "/dev/shm"
             : n == 1 ? getenv("XDG_RUNTIME_DIR")
             : n == 2 ? getenv("TMPDIR")
                      : "/tmp";
    if (*where != NULL && (*where)[0] != '/')
        *where = NULL;
    return n <= 3;
}

/* The user's directory under a base, or with `session` the session's in it. False when that is too long. */
static bool put_path(char path[PATH_MAX], const char *where, bool session)
{
    struct text text = text_in(path, session ? PATH_MAX : PATH_MAX - NAME_SIZE);
    text_add(&text, where);
    text_add(&text, "/ddbmock-");
    text_add_number(&text, geteuid(), 10, 1);
    text_add(&text, session ? "/" : "");
    text_add(&text, session ? name() : "");
    return text_fits(&text);
}

/* Opens a directory that is ours alone, or -errno. */
static int open_private(int at, const char *path, bool make)
{
    struct stat status;
    if (make && mkdirat(at, path, 0700) == 0)
        fchmodat(at, path, 0700, 0); /* whatever the umask is */
    else if (make && errno != EEXIST)
        return -errno;
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0)
        return fd;
    close(fd);
    return -EPERM;
}

/* The user's directory under a base, opened; what it is called goes to `path`. */
static int open_user_directory(const char *where, bool make, char path[PATH_MAX])
{
    struct statvfs room;
    if (!put_path(path, where, false))
        return -ENAMETOOLONG;
    if (make &&
        (statvfs(where, &room) != 0 || (uint64_t)room.f_bavail * room.f_frsize < ROOM_WANTED))
        return -ENOSPC;
    return open_private(AT_FDCWD, path, make);
}

/* Takes the shared lock that keeps an automatic session; 0, or -errno: -ESTALE when it was removed
 * at the same moment. */
static int hold(int session)
{
    struct stat status;
    char record[64], link[40];
    int fd = openat(session, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == ENOENT ? -ESTALE : -errno;
    int error = 0;
    while ((error = flock(fd, LOCK_SH)) != 0 && errno == EINTR)
        ;
    if (error != 0 || fstat(fd, &status) != 0) {
        error = -errno;
    } else if (status.st_nlink == 0) {
        error = -ESTALE;
    } else {
        if (status.st_size == 0) {
            int length =
                snprintf(record, sizeof record, "%s\n", process_namespace(link, sizeof link));
            ssize_t written = pwrite(fd, record, (size_t)length, 0);
            (void)written;
        }
        held = mmap(NULL, 1, PROT_NONE, MAP_SHARED, fd, 0);
        if (held == MAP_FAILED) {
            error = -errno;
            held = NULL;
        }
    }
    close(fd);
    return error;
}

static int remove_tree(int at, const char *entry, int depth);

static int remove_entry(int at, const char *entry, void *context)
{
    return remove_tree(at, entry, *(int *)context);
}

/* Depth is bounded: the store's own directory at most. */
static int remove_tree(int at, const char *entry, int depth)
{
    if (unlinkat(at, entry, 0) == 0 || errno != EISDIR || depth == 0)
        return 0;
    int fd = openat(at, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return 0;
    depth--;
    process_each_entry(fd, remove_entry, &depth);
    close(fd);
    unlinkat(at, entry, AT_REMOVEDIR);
    return 0;
}

/* Removes the automatic session `which` of the user's directory when it is dead. `leaving`: where it
 * is, when we are on our way out of it ourselves; else NULL. */
static void remove_dead(int user, const char *which, const char *leaving)
{
    int pid;
    unsigned long long chosen, start;
    char path[NAME_SIZE + 8], record[64] = "", link[40];
    if (!parse_automatic(which, &pid, &chosen) || strlen(which) >= NAME_SIZE)
        return;
    snprintf(path, sizeof path, "%s/lock", which);
    int fd = openat(user, path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool dead = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (dead) {
        ssize_t length = pread(fd, record, sizeof record - 1, 0);
        record[length > 0 ? length - 1 : 0] = '\0';
        dead = length <= 0 || strcmp(record, process_namespace(link, sizeof link)) == 0;
    }
    if (dead && !(leaving && pid == getpid()))
        dead = (start = process_start_time(pid)) == 0 || start > chosen;
    char wanted[sizeof SESSION_VARIABLE + NAME_SIZE];
    snprintf(wanted, sizeof wanted, SESSION_VARIABLE "=%s", which);
    if (dead && !process_anyone_with(wanted, leaving != NULL)) {
        if (leaving != NULL)
            session_ending(leaving);
        remove_tree(user, which, 2);
    }
    close(fd);
}

static int sweep_one(int user, const char *entry, void *context)
{
    int *left = context;
    if (strcmp(entry, name()) != 0)
        remove_dead(user, entry, NULL);
    return --*left == 0;
}

static void sweep(int user)
{
    int left = SWEPT_AT_ONCE;
    process_each_entry(user, sweep_one, &left);
}

/* Opens the session's directory under one base and holds it. 0, or -errno. */
static int enter(const char *where, bool make)
{
    int error = -ESTALE;
    for (int tries = 0; error == -ESTALE && tries < 100; tries++) {
        int user = open_user_directory(where, make, directory);
        if (user < 0)
            return user;
        bool fresh = make && faccessat(user, name(), F_OK, 0) != 0;
        int session = open_private(user, name(), make);
        error = session < 0 ? session : 0;
        if (error == 0 && kind == AUTOMATIC)
            error = hold(session);
        if (error == 0 && fresh)
            sweep(user);
        if (session >= 0)
            close(session);
        close(user);
    }
    strcat(strcat(directory, "/"), name()); /* open_user_directory left room */
    return error;
}

bool session_exists(void)
{
    char path[PATH_MAX];
    const char *where;
    if (kind == PATH)
        return access(name(), F_OK) == 0;
    for (int n = 0; (kind == NAMED || kind == AUTOMATIC) && base(n, &where); n++)
        if (where != NULL && put_path(path, where, true) && access(path, F_OK) == 0)
            return true;
    return false;
}

const char *session_directory(const char **why)
{
    static char reason[256];
    static bool ready;
    const char *where;
    int error = -ENOENT;
    if (ready)
        return directory;
    *why = reason;
    if (kind == PATH) {
        int fd = open_private(AT_FDCWD, name(), true);
        if (fd < 0) {
            snprintf(reason, sizeof reason, SESSION_VARIABLE "=%.150s: %s", name(),
                     fd == -EPERM ? "not this user's alone (its owner, or its mode is not 0700)"
                                  : strerror(-fd));
            return NULL;
        }
        close(fd);
        ready = realpath(name(), directory) != NULL;
        snprintf(reason, sizeof reason, SESSION_VARIABLE "=%.150s: %s", name(), strerror(errno));
        return ready ? directory : NULL;
    }
    if (kind == INVALID || kind == UNKNOWN) {
        snprintf(reason, sizeof reason,
                 SESSION_VARIABLE "=%.80s: a name has 1 to 71 letters, digits, '-', '_' and '.', "
                                  "and begins with none; a path has a '/'",
                 setting[0] != '\0' ? name() : "");
        return NULL;
    }
    for (int make = 0; make <= 1; make++)
        for (int n = 0; base(n, &where); n++) {
            if (where == NULL)
                continue;
            error = enter(where, make);
            if (error == 0) {
                ready = true;
                return directory;
            }
        }
    snprintf(reason, sizeof reason,
             "no directory for it in /dev/shm, $XDG_RUNTIME_DIR, $TMPDIR or /tmp (%s)",
             error == -EPERM ? "what is there of that name is not this user's alone"
                             : strerror(-error));
    return NULL;
}

void session_leave(void)
{
    struct shim_guard guard;
    char path[PATH_MAX], leaving[PATH_MAX];
    const char *where;
    if (kind != AUTOMATIC || (held != NULL && !shim_owner()))
        return;
    /* Most programs never met a session: they are through. */
    int saved = errno;
    bool any = held != NULL || session_exists();
    errno = saved;
    if (!any)
        return;
    shim_enter(&guard);
    /* A thread that is inside at this moment keeps the session; the next start sweeps it. */
    if (pthread_mutex_trylock(&engine_lock) == 0) {
        if (held != NULL)
            munmap(held, 1);
        held = NULL;
        for (int n = 0; base(n, &where); n++) {
            if (where == NULL || !put_path(leaving, where, true) || access(leaving, F_OK) != 0)
                continue;
            int user = open_user_directory(where, false, path);
            if (user >= 0) {
                remove_dead(user, name(), leaving);
                close(user);
            }
        }
        pthread_mutex_unlock(&engine_lock);
    }
    shim_leave(&guard);
}
