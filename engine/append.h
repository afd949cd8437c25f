/*
 * append.h - lines at the end of a file that several processes write to, or on standard error: the request log, the statistics.
 *
 * What is handed over in one call goes out in one write(2) to a file that is opened for it, for appending: it does not mix with
 * what other processes write, other than in a pipe, where that holds for up to 4,096 bytes (pipe(7)). No descriptor stays open,
 * for a descriptor of ours in a host program is one that the program may close, or count. What cannot be written is lost.
 */
#ifndef DDBMOCK_ENGINE_APPEND_H
#define DDBMOCK_ENGINE_APPEND_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Makes `given` an absolute path, for the program may change its directory, and creates the file with mode 0600 where there is
 * none. 0, or -errno: it cannot be written to.
 */
int append_prepare(const char *given, char path[PATH_MAX]);

/*
 * Appends to the file, or with `path` empty writes to standard error; the file's size afterwards, 0 where it has none, or -1.
 * errno may change; no SIGPIPE comes of it.
 */
off_t append_bytes(const char *path, const void *bytes, size_t length);

#endif
