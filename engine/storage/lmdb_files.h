/*
 * lmdb_files.h - opening the files of an environment: what must hold before LMDB may touch them,
 * the size of the map, the descriptors.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_FILES_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_FILES_H

#include <sys/types.h>

#include "engine/storage/lmdb_environment.h"

/*
 * Opens the files and fills in what of `environment` belongs to an opening; creates them where
 * missing. The caller has the gate alone, and no opening is there. 0 or -errno, and then no opening
 * either.
 */
int lmdb_files_open(struct environment *environment);

/*
 * Closes what lmdb_files_open opened; of the descriptors those that still are ours, for a host
 * program may have closed the numbers and have its own files there. The caller has the gate alone.
 */
void lmdb_files_close(struct environment *environment);

/*
 * Forgets the opening of another process, whose child we are by a fork that we did not see: unmaps
 * the file and closes the descriptors, and leaves LMDB's memory, which may have been in the middle
 * of a change.
 */
void lmdb_files_abandon(struct environment *environment);

/* Looks at the files: 0, -ESTALE when a descriptor has become another file's, -EPROTO when the data
 * file has shrunk. */
int lmdb_files_look(struct environment *environment);

/* Gives the file these bytes on its medium, its length unchanged; repeated when a signal interrupts
 * it. 0 or -errno. */
int lmdb_files_allocate(int descriptor, uint64_t from, uint64_t length);

/* Marks the data file as well left, unless it no longer is ours. */
void lmdb_files_mark(struct environment *environment);

/*
 * What LMDB's open(2), close(2) and mmap(2) are linked to (see the Makefile). Descriptors are
 * closed on exec, and only while they are ours; the map is left out of core dumps; both are noted
 * in the opening.
 */
int ddbmock_lmdb_open(const char *path, int flags, ...) __attribute__((visibility("hidden")));
int ddbmock_lmdb_close(int descriptor) __attribute__((visibility("hidden")));
void *ddbmock_lmdb_mmap(void *where, size_t length, int protection, int flags, int descriptor,
                        off_t offset) __attribute__((visibility("hidden")));

#endif
