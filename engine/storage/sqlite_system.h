/*
 * sqlite_system.h - our copy of SQLite in this process: set up once, silent, its files watched.
 *
 * SQLite's calls of the system pass here on their way. What it opens is closed on exec, private to
 * the user, and remembered, because a host program may close our descriptors and open files of its
 * own under their numbers: these are neither closed nor written to. A write that the process may
 * not make (RLIMIT_FSIZE) is a full medium instead of a signal.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_SQLITE_SYSTEM_H
#define DDBMOCK_ENGINE_STORAGE_SQLITE_SYSTEM_H

#include <stdbool.h>
#include <sys/types.h>

/* Sets SQLite up, the first time. 0 or -errno. */
int sqlite_system_start(void);

/*
 * In the child of a fork: forgets what SQLite knew in the parent, closes the files that the child
 * inherited, which drops no lock of the parent's, and calls `abandon`, which is to forget all
 * connections without closing them. To be called before anything else of SQLite's.
 */
void sqlite_system_notice(void (*abandon)(void));

/* -errno in such a child when SQLite could not be made to forget, else 0. */
int sqlite_system_usable(void);

/* The descriptor that SQLite has opened in this thread for exactly this path since the last call,
 * or -1. */
void sqlite_system_expect(const char *path);
int sqlite_system_opened(void);

/* Looks whether SQLite's descriptors still are its own; the count of those ever found to be another
 * file's. */
unsigned sqlite_system_losses(void);

/* The -errno of a result code of SQLite's. */
int sqlite_errno(int result);

#endif
