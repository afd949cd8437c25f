/*
 * sqlite_system.c - see sqlite_system.h.
 *
 * SQLite must not be used across fork: a child has none of the locks that its copy of SQLite's
 * memory says it has. A fork that we are told of finds no connection open. In the child of another
 * one SQLite's locks are made anew, which is why they are ours (SQLITE_CONFIG_MUTEX), and its list
 * of open files is emptied, to which end the Makefile gives that variable of SQLite's a name.
 *
 * No descriptor is ever moved to another number: closing any descriptor of a file drops all of the
 * process's locks on it.
 */
#include "engine/storage/sqlite_system.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/storage/descriptor.h"
#include "engine/storage/owner.h"

enum {
    FILES = 256, /* that are watched; two a connection */
    STATIC_MUTEXES = SQLITE_MUTEX_STATIC_VFS3 + 1,
    MODE_OF_SQLITE = 0644, /* of a file that SQLite creates by itself */
};

struct file {
    int descriptor; /* -1: none */
    bool lost;
    dev_t device;
    ino_t inode;
};

/* SQLite's list of open files, in its os_unix.c. */
extern void *ddbmock_sqlite_inodes __attribute__((weak, visibility("hidden")));

static struct owner owner;
static int start_error;
static int fork_error;

static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static struct file files[FILES];
static atomic_uint losses;
static _Atomic uint64_t largest_file = UINT64_MAX; /* RLIMIT_FSIZE */

static __thread struct {
    const char *path;
    int descriptor;
} expected __attribute__((tls_model("initial-exec")));

int sqlite_errno(int result)
{
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_TOOBIG:
        return -EINVAL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return -EAGAIN;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* no such table, or it has other columns */
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
        return -EPROTO;
    case SQLITE_IOERR:
        return result == SQLITE_IOERR_NOMEM     ? -ENOMEM
               : result == SQLITE_IOERR_SHMSIZE ? -ENOSPC /* the log's index could not grow */
                                                : -EIO;
    default:
        return -EIO;
    }
}

/* --- mutexes --- */

struct sqlite3_mutex {
    pthread_mutex_t lock;
};

static sqlite3_mutex static_mutexes[STATIC_MUTEXES];

static void init_mutex(sqlite3_mutex *mutex, bool recursive)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (recursive)
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mutex->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static int mutex_start(void)
{
    return SQLITE_OK;
}

static sqlite3_mutex *mutex_alloc(int type)
{
    if (type >= SQLITE_MUTEX_STATIC_MAIN)
        return type < STATIC_MUTEXES ? &static_mutexes[type] : NULL;
    sqlite3_mutex *mutex = malloc(sizeof *mutex);
    if (mutex)
        init_mutex(mutex, type == SQLITE_MUTEX_RECURSIVE);
    return mutex;
}

static void mutex_free(sqlite3_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->lock);
    free(mutex);
}

static void mutex_enter(sqlite3_mutex *mutex)
{
    pthread_mutex_lock(&mutex->lock);
}

static int mutex_try(sqlite3_mutex *mutex)
{
    return pthread_mutex_trylock(&mutex->lock) == 0 ? SQLITE_OK : SQLITE_BUSY;
}

static void mutex_leave(sqlite3_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->lock);
}

/* --- files --- */

static bool is_still(const struct file *file)
{
    struct stat status;
    return !file->lost && fstat(file->descriptor, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

static struct file *find_file(int descriptor)
{
    for (int i = 0; i < FILES; i++)
        if (files[i].descriptor == descriptor)
            return &files[i];
    return NULL;
}

static void remember(int descriptor)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return;
    pthread_mutex_lock(&files_lock);
    struct file *file = find_file(-1);
    if (file)
        *file = (struct file){
            .descriptor = descriptor,
            .device = status.st_dev,
            .inode = status.st_ino,
        };
    pthread_mutex_unlock(&files_lock);
}

/* Once a descriptor has been lost, every use of one is preceded by a look. */
static bool may_use(int descriptor)
{
    if (losses == 0 && descriptor_taken() == 0)
        return true;
    pthread_mutex_lock(&files_lock);
    const struct file *file = find_file(descriptor);
    bool ours = !file || is_still(file);
    pthread_mutex_unlock(&files_lock);
    if (!ours)
        errno = EBADF;
    return ours;
}

static int system_open(const char *path, int flags, int mode)
{
    if (mode == MODE_OF_SQLITE)
        mode = 0600;
    int descriptor = descriptor_keep(open(path, flags | O_CLOEXEC, mode));
    if (descriptor < 0)
        return descriptor;
    remember(descriptor);
    if (expected.path && strcmp(expected.path, path) == 0)
        expected.descriptor = descriptor;
    return descriptor;
}

static int system_close(int descriptor)
{
    bool ours = true;
    pthread_mutex_lock(&files_lock);
    struct file *file = find_file(descriptor);
    if (file) {
        ours = is_still(file);
        file->descriptor = -1;
    }
    pthread_mutex_unlock(&files_lock);
    return ours ? descriptor_close(descriptor) : 0;
}

static int system_fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return may_use(descriptor) ? fcntl(descriptor, command, argument) : -1;
}

static void look_at_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0)
        largest_file = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

/* Whether a file may not end there. A limit that was raised this moment may not have been looked at. */
static bool too_far(uint64_t end)
{
    if (end <= largest_file)
        return false;
    look_at_limits();
    return end > largest_file;
}

static ssize_t system_pwrite(int descriptor, const void *bytes, size_t size, off_t at)
{
    if (!may_use(descriptor))
        return -1;
    if (too_far((uint64_t)at + size)) {
        errno = ENOSPC;
        return -1;
    }
    ssize_t written = pwrite(descriptor, bytes, size, at);
    if (written < 0 && (errno == EDQUOT || errno == EFBIG))
        errno = ENOSPC;
    return written;
}

static int system_ftruncate(int descriptor, off_t size)
{
    if (!may_use(descriptor))
        return -1;
    if (too_far((uint64_t)size)) {
        errno = ENOSPC;
        return -1;
    }
    return ftruncate(descriptor, size);
}

unsigned sqlite_system_losses(void)
{
    look_at_limits();
    pthread_mutex_lock(&files_lock);
    for (int i = 0; i < FILES; i++)
        if (files[i].descriptor >= 0 && !files[i].lost && !is_still(&files[i])) {
            files[i].lost = true;
            losses++;
        }
    pthread_mutex_unlock(&files_lock);
    return losses;
}

void sqlite_system_expect(const char *path)
{
    expected.path = path;
    expected.descriptor = -1;
}

int sqlite_system_opened(void)
{
    expected.path = NULL;
    return expected.descriptor;
}

/* --- the process --- */

static int replace_call(sqlite3_vfs *vfs, const char *name, sqlite3_syscall_ptr call)
{
    return vfs->xGetSystemCall(vfs, name) ? vfs->xSetSystemCall(vfs, name, call) : SQLITE_OK;
}

static int configure(void)
{
    static const sqlite3_mutex_methods mutexes = {
        .xMutexInit = mutex_start,
        .xMutexEnd = mutex_start,
        .xMutexAlloc = mutex_alloc,
        .xMutexFree = mutex_free,
        .xMutexEnter = mutex_enter,
        .xMutexTry = mutex_try,
        .xMutexLeave = mutex_leave,
    };
    for (int i = 0; i < STATIC_MUTEXES; i++)
        init_mutex(&static_mutexes[i], false);
    for (int i = 0; i < FILES; i++)
        files[i].descriptor = -1;
    look_at_limits();

    int result = sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    if (!result)
        result = sqlite3_config(SQLITE_CONFIG_MUTEX, &mutexes);
    if (!result)
        result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a lock round every malloc */
    if (!result)
        result = sqlite3_config(SQLITE_CONFIG_URI, 0);
    if (!result)
        result = sqlite3_config(SQLITE_CONFIG_LOG, NULL, NULL);
    if (!result)
        result = sqlite3_initialize();
    sqlite3_vfs *vfs = result ? NULL : sqlite3_vfs_find("unix");
    if (!vfs)
        return result ? result : SQLITE_ERROR;
    result = replace_call(vfs, "open", (sqlite3_syscall_ptr)system_open);
    if (!result)
        result = replace_call(vfs, "close", (sqlite3_syscall_ptr)system_close);
    if (!result)
        result = replace_call(vfs, "fcntl", (sqlite3_syscall_ptr)system_fcntl);
    if (!result)
        result = replace_call(vfs, "pwrite", (sqlite3_syscall_ptr)system_pwrite);
    if (!result)
        result = replace_call(vfs, "pwrite64", (sqlite3_syscall_ptr)system_pwrite);
    if (!result)
        result = replace_call(vfs, "ftruncate", (sqlite3_syscall_ptr)system_ftruncate);
    return result;
}

static void start(void)
{
    start_error = owner_start(&owner);
    if (!start_error)
        start_error = sqlite_errno(configure());
}

int sqlite_system_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    return start_error;
}

int sqlite_system_usable(void)
{
    return fork_error;
}

/* What the child is to forget, for owner_check. */
static void (*_Atomic abandon_connections)(void);

static void take_over(void)
{
    pthread_mutex_init(&files_lock, NULL);
    for (int i = 0; i < STATIC_MUTEXES; i++)
        init_mutex(&static_mutexes[i], false);
    bool forgotten = true;
    for (int i = 0; i < FILES; i++) {
        if (files[i].descriptor < 0)
            continue;
        forgotten = false;
        if (is_still(&files[i]))
            descriptor_close(files[i].descriptor);
        files[i].descriptor = -1;
    }
    if (&ddbmock_sqlite_inodes)
        ddbmock_sqlite_inodes = NULL;
    else if (!forgotten)
        fork_error = -EIO;
    abandon_connections();
}

void sqlite_system_notice(void (*abandon)(void))
{
    abandon_connections = abandon;
    owner_check(&owner, take_over);
}
