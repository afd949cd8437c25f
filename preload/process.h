/*
 * process.h - what /proc says about processes, for session.c: read with a few bytes of stack and no
 * malloc, for it may happen at exit.
 */
#ifndef DDBMOCK_PRELOAD_PROCESS_H
#define DDBMOCK_PRELOAD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* When the process started, in clock ticks since boot; 0 when there is no such process (a zombie
 * counts as none). */
unsigned long long process_start_time(int pid);

/* Now, in the same ticks. */
unsigned long long process_time(void);

/* The pid namespace of this process, "pid:[4026531836]"; "" where /proc does not say. Returns
 * `out`. */
const char *process_namespace(char *out, size_t size);

/*
 * Whether another process of this user was started with `setting` ("NAME=value") in its
 * environment; with `children`, also whether this process has a child. Not safe in two threads at a
 * time.
 */
bool process_anyone_with(const char *setting, bool children);

/* Calls `visit` for every entry but "." and ".." of an open directory, until it returns other than
 * 0. Not nested beyond two deep. */
void process_each_entry(int directory, int (*visit)(int directory, const char *name, void *context),
                        void *context);

#endif
