/*
 * lead.h - programs that no preload reaches (static ones, Go's, musl's), when a program under the shim executes them: by themselves they
 * would talk to the real AWS. They are executed by way of the command, `ddbmock run`, which leads them to the session's DynamoDB
 * (command/supervise.h).
 *
 * All of it may run between vfork and exec: no malloc, no lock.
 */
#ifndef DDBMOCK_PRELOAD_LEAD_H
#define DDBMOCK_PRELOAD_LEAD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads DDBMOCK_STATIC. From the constructor. */
void lead_configure(const char *setting);

/* What is to be executed instead, on the stack of the function that uses it. */
struct led {
    char command[PATH_MAX];
    char program[PATH_MAX]; /* where it was found on PATH */
    const char *here[128];  /* arguments */
    char *const *arguments;
    void *mapped; /* more of them; lost where exec succeeds in a child of vfork */
    size_t size;
};

/*
 * Whether the program at `path`, or with `search` the one that execvp(3) would find, is to be led: then *out says how. `variables` is
 * the environment that it gets; one that has no part of us is left alone. End it with lead_release, keeping errno.
 */
bool lead(struct led *out, const char *path, bool search, char *const arguments[],
          char *const variables[]);
void lead_release(const struct led *made);

#endif
