/*
 * lmdb_environment.c - see lmdb_environment.h. LMDB wants one opening of a file in a process,
 * because closing any other drops the process's locks on it, and no use of an opening in the child
 * of a fork; so openings are kept in a registry, and closed before fork. A fork that we do not see
 * (a raw clone) is noticed by owner.h.
 */
#include "engine/storage/lmdb_environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/storage/descriptor.h"
#include "engine/storage/gate.h"
#include "engine/storage/lmdb_files.h"
#include "engine/storage/lmdb_keys.h"
#include "engine/storage/owner.h"

enum {
    ATTEMPTS = 8,         /* to find an environment open that another thread may be closing */
    STEP_MIN = 32 * 4096, /* bytes that are allocated ahead at least, and at most */
    STEP_MAX = 16 * 1024 * 1024,
    PAGES_AHEAD = 32, /* for the commit of a small store */
    PAGES_LEFT = 32,  /* that puts leave to removes, which copy pages too, on a full medium */
};

__thread jmp_buf *lmdb_landing;

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct environment *registry;

static struct owner owner;

int environment_errno(int result)
{
    switch (result) {
    case 0:
        return 0;
    case MDB_NOTFOUND:
        return -ENOENT;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
        return -ENOSPC;
    case MDB_READERS_FULL:
        return -EAGAIN;
    case MDB_MAP_RESIZED:
    case MDB_PANIC:
        return -ESTALE;
    case MDB_BAD_TXN:
    case MDB_BAD_RSLOT:
        return -EIO;
    case MDB_BAD_VALSIZE:
        return -EINVAL;
    default:
        return result > 0 ? -result : -EPROTO;
    }
}

/* In a child: nobody else is there, no lock means anything, and no opening is ours. */
static void take_over(void)
{
    pthread_mutex_init(&registry_lock, NULL);
    for (struct environment *each = registry; each; each = each->next) {
        gate_reset_in_child(&each->gate, each->forking);
        each->forking = false;
        if (each->mdb)
            lmdb_files_abandon(each);
        each->reopen = false;
    }
}

static void notice_fork(void)
{
    owner_check(&owner, take_over);
}

/* Alone: closes or gives up an opening that is to be made anew, and opens. */
static int make_open(struct environment *environment)
{
    if (environment->mdb && environment->reopen)
        lmdb_files_close(environment);
    environment->reopen = false;
    if (environment->mdb)
        return 0;
    environment->openings++;
    return lmdb_files_open(environment);
}

static int open_alone(struct environment *environment)
{
    int error = pthread_rwlock_wrlock(&environment->gate);
    if (error)
        return -error;
    error = make_open(environment);
    pthread_rwlock_unlock(&environment->gate);
    return error;
}

static struct environment *find(const struct stat *directory)
{
    for (struct environment *each = registry; each; each = each->next)
        if (each->directory_device == directory->st_dev &&
            each->directory_inode == directory->st_ino)
            return each;
    return NULL;
}

static int create(const char *path, const struct stat *directory, struct environment **out)
{
    struct environment *environment = calloc(1, sizeof *environment);
    if (!environment)
        return -ENOMEM;
    int error = gate_init(&environment->gate);
    /* Resolved, because the environment may have to be opened again after a chdir. */
    environment->path = error ? NULL : realpath(path, NULL);
    if (!environment->path) {
        error = error ? error : -errno;
        free(environment);
        return error;
    }
    environment->directory_device = directory->st_dev;
    environment->directory_inode = directory->st_ino;
    environment->lock_descriptor = environment->data_descriptor = -1;
    environment->other_data_descriptor = -1;
    *out = environment;
    return 0;
}

static void destroy(struct environment *environment)
{
    pthread_rwlock_destroy(&environment->gate);
    free(environment->path);
    free(environment);
}

int environment_acquire(const char *path, struct environment **out)
{
    notice_fork();
    struct stat directory;
    if (stat(path, &directory) != 0)
        return -errno;
    if (!S_ISDIR(directory.st_mode))
        return -ENOTDIR;
    pthread_mutex_lock(&registry_lock);
    int error = owner_start(&owner);
    struct environment *environment = error ? NULL : find(&directory);
    if (!error && !environment) {
        error = create(path, &directory, &environment);
        if (!error) {
            error = open_alone(environment);
            if (error) {
                destroy(environment);
            } else {
                environment->next = registry;
                registry = environment;
            }
        }
    }
    if (!error) {
        environment->handles++;
        *out = environment;
    }
    pthread_mutex_unlock(&registry_lock);
    return error;
}

void environment_release(struct environment *environment)
{
    notice_fork();
    pthread_mutex_lock(&registry_lock);
    if (--environment->handles == 0) {
        struct environment **link = &registry;
        while (*link != environment)
            link = &(*link)->next;
        *link = environment->next;
        if (environment->mdb)
            lmdb_files_close(environment);
        destroy(environment);
    }
    pthread_mutex_unlock(&registry_lock);
}

/*
 * A file that somebody truncates under a map is a SIGBUS at the next access, and a descriptor that
 * the host program has closed may be another file. A look costs a system call, more than a get, so
 * it is taken once a tick of the coarse clock.
 */
static int look(struct environment *environment)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    long tick = now.tv_sec * 1000 + now.tv_nsec / 1000000;
    unsigned taken = descriptor_taken();
    if (atomic_load_explicit(&environment->last_look, memory_order_relaxed) == tick &&
        atomic_load_explicit(&environment->taken, memory_order_relaxed) == taken)
        return 0;
    environment->last_look = tick;
    environment->taken = taken;
    int error = lmdb_files_look(environment);
    if (error == -EPROTO)
        environment->broken = -EPROTO;
    if (error == -ESTALE)
        environment->reopen = true;
    return error;
}

int environment_enter(struct environment *environment)
{
    notice_fork();
    int error = -EIO;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (environment->broken)
            return environment->broken;
        error = pthread_rwlock_rdlock(&environment->gate);
        if (error)
            return -error;
        error = environment->mdb && !environment->reopen ? look(environment) : -ESTALE;
        if (!error)
            return 0;
        pthread_rwlock_unlock(&environment->gate);
        if (error == -ESTALE)
            error = open_alone(environment);
        if (error)
            return error;
    }
    return -EIO;
}

void environment_leave(struct environment *environment)
{
    pthread_rwlock_unlock(&environment->gate);
}

void environment_leave_all(void)
{
    if (pthread_mutex_trylock(&registry_lock) != 0)
        return;
    for (struct environment *each = registry; each; each = each->next) {
        if (pthread_rwlock_tryrdlock(&each->gate) != 0)
            continue;
        if (each->mdb)
            lmdb_files_mark(each);
        pthread_rwlock_unlock(&each->gate);
    }
    pthread_mutex_unlock(&registry_lock);
}

void environment_before_fork(struct environment *environment)
{
    notice_fork();
    pthread_rwlock_wrlock(&environment->gate);
    environment->forking = true;
    if (environment->mdb)
        lmdb_files_close(environment);
}

void environment_after_fork(struct environment *environment, bool child)
{
    if (child) {
        notice_fork();
    } else {
        environment->forking = false;
        pthread_rwlock_unlock(&environment->gate);
    }
}

/*
 * The public members of a transaction do not tell how far it has grown the file; the first four of
 * MDB_txn do, and the last of these is checked against mdb_txn_id.
 */
struct transaction_head {
    void *parent, *child;
    uint64_t next_page;
    uint64_t id;
};

/* The writer of this process is alone with LMDB's limit; who begins to read compares it with what was
 * committed, and so it never lies below that. */
static void limit(struct environment *environment, uint64_t pages)
{
    *environment->page_limit = (size_t)pages;
}

void environment_begin_writing(struct environment *environment)
{
    environment->full = false;
    if (environment->page_limit)
        limit(environment, environment->map_size / environment->page_size);
}

void environment_end_writing(struct environment *environment)
{
    if (environment->full)
        limit(environment, environment->reserved / environment->page_size);
}

/* There is no room: LMDB may use what is there, but for the pages that puts leave. */
static int keep_to_what_is_there(struct environment *environment, uint64_t next_page, bool puts)
{
    if (!environment->page_limit)
        return -ENOSPC;
    if (environment->reserved < next_page * environment->page_size)
        environment->reserved = next_page * environment->page_size;
    uint64_t pages = environment->reserved / environment->page_size;
    if (puts)
        pages = pages > next_page + PAGES_LEFT ? pages - PAGES_LEFT : next_page;
    environment->full = true;
    limit(environment, pages);
    return 0;
}

/*
 * A put or remove writes at most a copy of every page on the way down, as many siblings or halves,
 * and the pages of a large value. A commit writes the list of free pages: some of its tree's pages,
 * and 8 bytes for a page that is or was used.
 */
int environment_reserve(struct environment *environment, MDB_txn *writer, unsigned changes,
                        size_t bytes)
{
    struct transaction_head head;
    MDB_stat stat;
    memcpy(&head, writer, sizeof head);
    if (head.id != mdb_txn_id(writer))
        return -EPROTO;
    mdb_stat(writer, LMDB_MAIN, &stat);
    uint64_t page_size = environment->page_size;
    uint64_t pages = head.next_page + changes * (2 * (uint64_t)stat.ms_depth + 6) + PAGES_AHEAD +
                     head.next_page / 64;
    if (bytes > 0)
        pages += bytes / page_size + changes + PAGES_LEFT;
    uint64_t end = pages * page_size;
    if (end <= environment->reserved)
        return 0;
    if (end > environment->map_size)
        end = environment->map_size;
    if (end <= environment->reserved || environment->full)
        return keep_to_what_is_there(environment, head.next_page, bytes > 0);
    int error = lmdb_files_look(environment);
    if (error)
        return error == -ESTALE ? -EIO : error;

    uint64_t step = end / 16;
    step = step < STEP_MIN ? STEP_MIN : step > STEP_MAX ? STEP_MAX : step;
    /* Other processes have seen to the pages before the next one, as this function does. */
    uint64_t from = head.next_page * page_size;
    if (from < environment->reserved)
        from = environment->reserved;
    uint64_t to = end + step < environment->map_size ? end + step : environment->map_size;
    error = lmdb_files_allocate(environment->data_descriptor, from, to - from);
    if (error == -ENOSPC) {
        to = end;
        error = lmdb_files_allocate(environment->data_descriptor, from, to - from);
    }
    if (error == -ENOSPC)
        return keep_to_what_is_there(environment, head.next_page, bytes > 0);
    if (error && (error != -EOPNOTSUPP || environment->write_map))
        return error; /* else pwrite will tell */
    environment->reserved = to;
    return 0;
}
