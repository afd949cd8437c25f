/*
 * lmdb_files.h - opening the files of an environment: what must hold before LMDB may touch them, the size of the map, the
 * descriptors.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_FILES_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_FILES_H

#include <sys/types.h>

#include "engine/storage/lmdb_environment.h"

/*
 * Opens the files and fills in what of `environment` belongs to an opening; creates them where missing. The caller has the
 * gate alone, and no opening is there. 0 or -errno, and then no opening either.
 */
int lmdb_files_open(struct environment *environment);

/* Closes what lmdb_files_open opened, or abandons it when its descriptors are not ours any more. The gate alone. */
void lmdb_files_close(struct environment *environment);

/*
 * Forgets an opening that must not be closed: its descriptors are no longer ours (a program closed the numbers and may have
 * its own files there), or it is another process's, whose child we are by a fork that we did not see.
 */
void lmdb_files_abandon(struct environment *environment);

/* Looks at the files: 0, -ESTALE when a descriptor has become another file's, -EPROTO when the data file has shrunk. */
int lmdb_files_look(struct environment *environment);

/*
 * What LMDB's open(2) and mmap(2) are linked to (see the Makefile). Descriptors are closed on exec, the map is left out of
 * core dumps, and both are noted in the opening.
 */
int ddbmock_lmdb_open(const char *path, int flags, ...) __attribute__((visibility("hidden")));
void *ddbmock_lmdb_mmap(void *where, size_t length, int protection, int flags, int descriptor, off_t offset)
    __attribute__((visibility("hidden")));

#endif
