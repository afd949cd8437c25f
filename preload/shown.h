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

/*
 * The same for open(2), a descriptor or -1, in a JVM alone: Netty's resolver reads the file so. Other programs that open it so may
 * mean to change it, and would write down what they were shown.
 */
int shown_hosts_to_java(const char *path, int flags);

#endif
