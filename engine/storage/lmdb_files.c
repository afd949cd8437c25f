/*
 * lmdb_files.c - see lmdb_files.h. Two files in the directory, LMDB's data.mdb and lock.mdb. Those
 * who open them take turns by an flock on data.mdb, which LMDB does not use.
 *
 * The data file is mapped for writing: a put transaction in a table of 200,000 items of 280 bytes
 * on tmpfs takes 2 us, and 15 us when LMDB writes with pwrite (0.7 and 5 us in one of 1,000 items);
 * and no write goes through a descriptor number, which a host program may have closed and opened as
 * a file of its own. The price is that a page that the medium has no room for is a SIGBUS;
 * environment_reserve pays it. With a map for writing LMDB sets the length of the (sparse) file to
 * the map's size, so all processes must have the same one, MAP_SIZE. A process that cannot map that
 * much, may not write that far, or has a file system without fallocate, has a smaller map, and
 * writes with pwrite.
 */
#include "engine/storage/lmdb_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "engine/storage/descriptor.h"
#include "engine/storage/lmdb_check.h"
#include "engine/storage/lmdb_keys.h"

#define MAP_SIZE ((uint64_t)64 << 30)
#define LARGEST_PRIVATE                                                                            \
    ((uint64_t)16 << 30) /* of a map that is not for writing; halved until it fits */
#define SMALLEST_MAP ((uint64_t)4 << 20)

enum {
    LOCK_FILE_SIZE = 128 * 1024, /* room for the 2,000 reader slots, 64 bytes each */
    READERS = 2000,
    FILES_AT_LEAST = 1024 * 1024, /* a process that may not write this much is not let in */
    NAME_ROOM = 16,
};

/*
 * The nanoseconds of the data file's modification time once we have left it. Whatever writes to it
 * or cuts it sets another time, we too, until we leave; the files of a killed process are therefore
 * checked, which takes 0.2 s for 100 MB, and on tmpfs, which outlives no machine, marked at once.
 */
enum { STAMP = 271828182 };

/* The environment that this thread opens or closes, of which the functions below know more than
 * LMDB tells. */
static __thread struct environment *handled __attribute__((tls_model("initial-exec")));

int ddbmock_lmdb_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    int descriptor = descriptor_keep(open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode));
    if (descriptor >= 0 && handled) {
        const char *name = strrchr(path, '/') + 1;
        if (strcmp(name, "lock.mdb") == 0)
            handled->lock_descriptor = descriptor;
        else if (handled->data_descriptor < 0)
            handled->data_descriptor = descriptor;
        else
            handled->other_data_descriptor = descriptor;
    }
    return descriptor;
}

void *ddbmock_lmdb_mmap(void *where, size_t length, int protection, int flags, int descriptor,
                        off_t offset)
{
    void *map = mmap(where, length, protection, flags, descriptor, offset);
    if (map != MAP_FAILED && handled && descriptor == handled->data_descriptor) {
        madvise(map, length, MADV_DONTDUMP);
        handled->map = map;
        handled->map_size = length;
    }
    return map;
}

static int identify(int descriptor, struct file_identity *identity)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return -errno;
    *identity = (struct file_identity){ status.st_dev, status.st_ino };
    return 0;
}

static bool is_still(int descriptor, const struct file_identity *identity)
{
    struct file_identity now = { 0 };
    return identify(descriptor, &now) == 0 && now.device == identity->device &&
           now.inode == identity->inode;
}

int ddbmock_lmdb_close(int descriptor)
{
    if (handled) {
        const struct file_identity *ours =
            descriptor == handled->lock_descriptor ? &handled->lock_file : &handled->data_file;
        if (!is_still(descriptor, ours))
            return 0;
    }
    return descriptor_close(descriptor);
}

/* Opens, or creates, a file of the directory. A descriptor or -errno. */
static int open_file(const struct environment *environment, const char *name)
{
    size_t size = strlen(environment->path) + NAME_ROOM;
    char *path = malloc(size);
    if (!path)
        return -ENOMEM;
    snprintf(path, size, "%s/%s", environment->path, name);
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (descriptor < 0)
        descriptor = -errno;
    free(path);
    return descriptor;
}

int lmdb_files_allocate(int descriptor, uint64_t from, uint64_t length)
{
    int result;
    do
        result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)length);
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : -errno;
}

/*
 * The lock file. LMDB writes to it through a map, so its pages must be there, and it trusts the
 * contents when another process is inside, else it makes them anew. Closing the file here would
 * drop the locks that this process has on it: it has none, for there is one opening of a directory
 * in a process. 1 when nobody is inside, 0 when somebody is.
 */
static int prepare_lock_file(const struct environment *environment)
{
    int descriptor = open_file(environment, "lock.mdb");
    if (descriptor < 0)
        return descriptor;
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    struct stat status;
    int result = 0;
    if (fstat(descriptor, &status) != 0 || fcntl(descriptor, F_GETLK, &lock) != 0)
        result = -errno;
    else if (!S_ISREG(status.st_mode))
        result = -EPROTO;
    else if (lock.l_type != F_UNLCK)
        result = status.st_size == LOCK_FILE_SIZE ? 0 : -EPROTO;
    else if (status.st_size > LOCK_FILE_SIZE && ftruncate(descriptor, 0) != 0)
        result = -errno;
    else if (ftruncate(descriptor, LOCK_FILE_SIZE) != 0)
        result = -errno;
    else
        result = 1;
    if (result >= 0) {
        int error = lmdb_files_allocate(descriptor, 0, LOCK_FILE_SIZE);
        if (error && error != -EOPNOTSUPP)
            result = error;
    }
    close(descriptor);
    return result;
}

/* What is known of the data file before LMDB sees it. */
struct data_file {
    int descriptor;
    bool alone;     /* nobody else is inside */
    bool good;      /* as we left it, or in the hands of others */
    bool allocates; /* its pages can be allocated ahead */
    uint64_t size;  /* of the pages in use; 0 when it is new */
};

static bool is_stamped(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && status.st_mtim.tv_nsec == STAMP;
}

static void stamp(int descriptor)
{
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
                                 { .tv_sec = time(NULL), .tv_nsec = STAMP } };
    /* Where it fails, or the file system does not keep it, the next to open the file checks it. */
    (void)futimens(descriptor, times);
}

static bool is_on_tmpfs(int descriptor)
{
    struct statfs medium;
    return fstatfs(descriptor, &medium) == 0 && medium.f_type == TMPFS_MAGIC;
}

static int read_data_file(struct data_file *file)
{
    uint32_t page_size;
    uint64_t pages;
    int error = lmdb_check_header(file->descriptor, &page_size, &pages);
    if (error == -ENOENT) {
        file->good = true;
        return file->alone && ftruncate(file->descriptor, 0) != 0 ? -errno : 0;
    }
    if (error)
        return error;
    file->size = pages * page_size;
    file->good = !file->alone || is_stamped(file->descriptor);
    return 0;
}

/* What a file has lost of its pages must not be a hole in the map, which a full medium could not
 * fill. */
static int allocate_data_file(struct data_file *file)
{
    uint64_t size = file->good || file->size == 0 ? FILES_AT_LEAST / 64 : file->size;
    int error = lmdb_files_allocate(file->descriptor, 0, size);
    file->allocates = error == 0;
    return error == -EOPNOTSUPP ? 0 : error;
}

static void fail_assertion(MDB_env *mdb, const char *message)
{
    (void)mdb, (void)message;
    if (lmdb_landing)
        longjmp(*lmdb_landing, 1);
}

static void forget(struct environment *environment)
{
    environment->mdb = NULL;
    environment->lock_descriptor = environment->data_descriptor = -1;
    environment->other_data_descriptor = -1;
}

/*
 * Where LMDB keeps the number of pages that the map has, beyond which it takes none. Its versions 0.9 have the size of
 * the map, another number, and this one in a row, early in what mdb_env_create has made.
 */
static size_t *find_page_limit(MDB_env *mdb, uint64_t map_size, unsigned page_size)
{
    enum { SEARCHED = 28 }; /* words; it has 31 */
    size_t *words = (size_t *)mdb, *found = NULL;
    for (int i = 0; i + 2 < SEARCHED; i++) {
        if (words[i] != map_size || words[i + 2] != map_size / page_size)
            continue;
        if (found)
            return NULL;
        found = &words[i + 2];
    }
    return found;
}

static int open_with_map(struct environment *environment, uint64_t map_size, unsigned more_flags)
{
    int result = mdb_env_create(&environment->mdb);
    if (result)
        return environment_errno(result);
    MDB_env *mdb = environment->mdb;
    unsigned flags = MDB_NOSYNC | MDB_NOTLS | more_flags;
    result = mdb_env_set_mapsize(mdb, map_size);
    if (!result)
        result = mdb_env_set_maxreaders(mdb, READERS);
    if (!result) {
        handled = environment;
        result = mdb_env_open(mdb, environment->path, flags, 0600);
        handled = NULL;
    }
    if (!result)
        result = -identify(environment->data_descriptor, &environment->data_file);
    if (!result)
        result = -identify(environment->lock_descriptor, &environment->lock_file);
    if (result) {
        mdb_env_close(mdb);
        forget(environment);
        return environment_errno(result);
    }
    MDB_stat stat;
    mdb_env_stat(mdb, &stat);
    environment->page_size = stat.ms_psize;
    environment->page_limit = find_page_limit(mdb, environment->map_size, stat.ms_psize);
    environment->write_map = (flags & MDB_WRITEMAP) != 0;
    mdb_env_set_assert(mdb, fail_assertion);
    return 0;
}

static int open_at_some_size(struct environment *environment, bool allocates)
{
    struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
    getrlimit(RLIMIT_FSIZE, &limit);
    int error = -ENOMEM;
    if (allocates && limit.rlim_cur >= MAP_SIZE && sizeof(size_t) >= sizeof(uint64_t))
        error = open_with_map(environment, MAP_SIZE, MDB_WRITEMAP);
    uint64_t size = LARGEST_PRIVATE;
    if (size > limit.rlim_cur)
        size = limit.rlim_cur & ~(uint64_t)0xFFFF;
    for (; (error == -ENOMEM || error == -EFBIG || error == -EINVAL) && size >= SMALLEST_MAP;
         size /= 2)
        error = open_with_map(environment, size, 0);
    return error;
}

static int check_pages(struct environment *environment, const struct data_file *file)
{
    MDB_txn *reader;
    int error = environment_errno(mdb_txn_begin(environment->mdb, NULL, MDB_RDONLY, &reader));
    if (error)
        return error;
    struct stat status;
    uint64_t readable = environment->map_size;
    if (fstat(file->descriptor, &status) != 0)
        error = -errno;
    else if ((uint64_t)status.st_size < readable)
        readable = (uint64_t)status.st_size;
    if (!error)
        error = lmdb_check_pages(environment->map, readable, mdb_txn_id(reader));
    if (!error) {
        error = lmdb_format_check(reader);
        if (error == -ENOENT)
            error = 0; /* created, and left before anything was written */
    }
    mdb_txn_abort(reader);
    return error;
}

/* Checks a file that may be anybody's, in an opening that changes nothing in it. */
static int check_data_file(struct environment *environment, const struct data_file *file)
{
    int error = open_with_map(environment, file->size, MDB_RDONLY);
    if (error)
        return error;
    error = lmdb_guarded(environment, check_pages(environment, file));
    mdb_env_close(environment->mdb);
    forget(environment);
    return error;
}

static int write_format(struct environment *environment)
{
    MDB_txn *writer;
    int error = environment_errno(mdb_txn_begin(environment->mdb, NULL, 0, &writer));
    if (error)
        return error;
    error = environment_reserve(environment, writer, 1, sizeof(struct lmdb_format));
    if (!error)
        error = lmdb_format_write(writer);
    if (!error)
        return environment_errno(mdb_txn_commit(writer));
    mdb_txn_abort(writer);
    return error;
}

/* The rest of an opening: what we want to know of it, and the format record. */
static int settle(struct environment *environment)
{
    environment->data_size = 0;
    environment->reserved = 0;
    environment->last_look = 0;
    int dead;
    mdb_reader_check(environment->mdb, &dead);

    MDB_txn *reader;
    int error = environment_errno(mdb_txn_begin(environment->mdb, NULL, MDB_RDONLY, &reader));
    if (error)
        return error;
    error = lmdb_format_check(reader);
    mdb_txn_abort(reader);
    return error == -ENOENT ? write_format(environment) : error;
}

/* Opens the data file and waits for the turn to open the environment, which ends when the
 * descriptor is closed. */
static int take_turn(const struct environment *environment)
{
    int descriptor = open_file(environment, "data.mdb");
    if (descriptor < 0)
        return descriptor;
    while (flock(descriptor, LOCK_EX) != 0) {
        if (errno != EINTR) {
            int error = -errno;
            close(descriptor);
            return error;
        }
    }
    return descriptor;
}

static int open_in_turn(struct environment *environment, struct data_file *file)
{
    int alone = prepare_lock_file(environment);
    if (alone < 0)
        return alone;
    file->alone = alone;
    int error = read_data_file(file);
    if (!error && !file->good)
        error = check_data_file(environment, file);
    if (!error)
        error = allocate_data_file(file);
    if (!error)
        error = open_at_some_size(environment, file->allocates);
    if (error)
        return error;
    error = lmdb_guarded(environment, settle(environment));
    if (error)
        lmdb_files_close(environment);
    else if (environment->write_map && is_on_tmpfs(environment->data_descriptor))
        stamp(environment->data_descriptor);
    return error;
}

int lmdb_files_open(struct environment *environment)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < FILES_AT_LEAST)
        return -ENOSPC; /* a write beyond the limit is a SIGXFSZ */
    struct data_file file = { .descriptor = take_turn(environment) };
    if (file.descriptor < 0)
        return file.descriptor;
    int error = open_in_turn(environment, &file);
    close(file.descriptor);
    return error;
}

void lmdb_files_mark(struct environment *environment)
{
    if (lmdb_files_look(environment) == 0 && !environment->broken)
        stamp(environment->data_descriptor);
}

void lmdb_files_close(struct environment *environment)
{
    lmdb_files_mark(environment);
    for (int i = 0; i < LMDB_IDLE_READERS; i++)
        mdb_txn_abort(atomic_exchange(&environment->idle[i], NULL));
    handled = environment;
    mdb_env_close(environment->mdb);
    handled = NULL;
    forget(environment);
}

void lmdb_files_abandon(struct environment *environment)
{
    munmap(environment->map, environment->map_size);
    handled = environment;
    ddbmock_lmdb_close(environment->data_descriptor);
    ddbmock_lmdb_close(environment->other_data_descriptor);
    ddbmock_lmdb_close(environment->lock_descriptor);
    handled = NULL;
    for (int i = 0; i < LMDB_IDLE_READERS; i++)
        environment->idle[i] = NULL;
    forget(environment);
}

int lmdb_files_look(struct environment *environment)
{
    struct stat status;
    if (fstat(environment->data_descriptor, &status) != 0 ||
        status.st_dev != environment->data_file.device ||
        status.st_ino != environment->data_file.inode ||
        !is_still(environment->lock_descriptor, &environment->lock_file))
        return -ESTALE;
    uint64_t size = (uint64_t)status.st_size, before = environment->data_size;
    if (size < before)
        return -EPROTO;
    while (size > before && !atomic_compare_exchange_weak(&environment->data_size, &before, size))
        ;
    return 0;
}
