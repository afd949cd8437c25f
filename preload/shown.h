/*
 * shown.h - files in memory that are shown to the program in place of others.
 */
#ifndef DDBMOCK_PRELOAD_SHOWN_H
#define DDBMOCK_PRELOAD_SHOWN_H

#include <stddef.h>
#include <stdio.h>

/* A descriptor of a file with this content, at its beginning, with O_CLOEXEC of `flags`; -1 on
 * failure. */
int shown_file(const char *content, size_t size, int flags);

/*
 * /etc/hosts with DynamoDB's names added, or NULL: the real file is to be opened. For programs that
 * read it themselves to resolve names (c-ares); libc's own reading of it passes no hook.
 */
FILE *shown_hosts(const char *path, const char *mode);

#endif
