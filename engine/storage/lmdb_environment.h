/*
 * lmdb_environment.h - one LMDB environment of this process: opened, shared by all handles of its
 * directory, closed around fork, opened again when it must be, and never written to where the
 * medium has no room.
 *
 * A thread is inside an environment between environment_enter and environment_leave. Meanwhile
 * `mdb` stays open and mapped.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_ENVIRONMENT_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_ENVIRONMENT_H

#include <lmdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { LMDB_IDLE_READERS = 4 }; /* read transactions that a process keeps between uses */

struct environment {
    struct environment *next; /* in the registry, under its lock, like `handles` */
    unsigned handles;
    char *path;
    dev_t directory_device;
    ino_t directory_inode;

    pthread_rwlock_t gate; /* shared by threads inside; alone to open, close and fork */
    bool forking;          /* between before_fork and after_fork */
    uint16_t openings;     /* so far, modulo 65,536 */
    MDB_env *mdb;          /* NULL while closed; the members below are of this opening */
    int data_descriptor;
    int other_data_descriptor; /* -1, or for synchronous writes, of which there are none */
    int lock_descriptor;
    struct file_identity { /* to tell whether the descriptors still are ours */
        dev_t device;
        ino_t inode;
    } data_file, lock_file;
    bool write_map;
    void *map;
    uint64_t map_size;
    unsigned page_size;
    uint64_t reserved;          /* bytes of the data file known to be there; of the writer */
    size_t *page_limit;         /* LMDB's own, in pages; of the writer; NULL: it was not found */
    bool full;                  /* the writer has found no room beyond `reserved` */
    _Atomic uint64_t data_size; /* the largest seen: the file must never shrink */
    _Atomic long last_look; /* tick of the coarse clock at which the data file was last looked at */
    _Atomic unsigned taken; /* descriptor_taken at that time */
    _Atomic bool reopen;    /* to be closed and opened by the next who enters */
    _Atomic int broken;     /* -errno once the files proved to be corrupt, else 0 */
    _Atomic(MDB_txn *) idle[LMDB_IDLE_READERS];
    _Atomic unsigned order; /* of transactions, as ThreadSanitizer sees it */
};

/* Finds or makes the environment of the directory and opens it. 0 or -errno as storage.h has them.
 */
int environment_acquire(const char *path, struct environment **out);

/* Gives up one acquisition; the last one closes the environment. No thread of the caller's is
 * inside. */
void environment_release(struct environment *environment);

/* Enters, opening the files when they are closed. 0, or -errno and not inside. */
int environment_enter(struct environment *environment);
void environment_leave(struct environment *environment);

/* Marks the files of all environments as well left, except where somebody opens, closes or forks just now. */
void environment_leave_all(void);

/* Closes the environment when the last thread has left it, and keeps others out until
 * environment_after_fork. */
void environment_before_fork(struct environment *environment);
void environment_after_fork(struct environment *environment, bool child);

/*
 * Makes sure, before changes, that the file has the pages they may need, commit included: `changes`
 * puts of `bytes` of keys and values in all, or as many removes, which have 0 bytes. Where the
 * medium is full, LMDB itself is kept to the pages that are there: what it finds free among them
 * may do, or else the change or the commit fails with -ENOSPC. Inside, with the write transaction.
 * 0, -ENOSPC, or another -errno.
 */
int environment_reserve(struct environment *environment, MDB_txn *writer, unsigned changes,
                        size_t bytes);

/* Inside, with a write transaction that has just begun, or is about to be committed: what was said of
 * the medium holds no longer; the commit may have what puts have left. */
void environment_begin_writing(struct environment *environment);
void environment_end_writing(struct environment *environment);

/* The -errno of an LMDB result. */
int environment_errno(int result);

/*
 * LMDB puts transactions in order through its files, of which ThreadSanitizer knows nothing: every
 * begin and end calls this.
 */
static inline void environment_order(struct environment *environment)
{
#ifdef __SANITIZE_THREAD__
    atomic_fetch_add(&environment->order, 1);
#else
    (void)environment;
#endif
}

/*
 * Where a failed assertion inside LMDB goes, which would otherwise abort the process: back into
 * lmdb_guarded, whose value is then -EPROTO. Initial-exec, because glibc aborts when it has no
 * memory for a thread's other thread-locals.
 */
extern __thread jmp_buf *lmdb_landing
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

#define lmdb_guarded(environment, expression)                                                      \
    ({                                                                                             \
        jmp_buf here_, *const outer_ = lmdb_landing;                                               \
        int result_;                                                                               \
        lmdb_landing = &here_;                                                                     \
        if (setjmp(here_) == 0) {                                                                  \
            result_ = (expression);                                                                \
        } else {                                                                                   \
            result_ = -EPROTO;                                                                     \
            (environment)->broken = -EPROTO;                                                       \
        }                                                                                          \
        lmdb_landing = outer_;                                                                     \
        result_;                                                                                   \
    })

#endif
