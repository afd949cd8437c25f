/*
 * owner.h - whose process this memory is: tells the child of a fork that nobody announced (a raw
 * clone) that it is one, by a page that the kernel wipes in children.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_OWNER_H
#define DDBMOCK_ENGINE_STORAGE_OWNER_H

#include <stdatomic.h>
#include <sys/types.h>

/* Static, or zero. */
struct owner {
    _Atomic int *_Atomic mark;
    _Atomic pid_t pid; /* where the kernel cannot wipe */
};

/* Makes the memory this process's, unless it has been made somebody's before; one thread at a time.
 * 0 or -ENOMEM. */
int owner_start(struct owner *owner);

/*
 * In a process that the memory is not of, calls `take_over`, once; threads that come meanwhile wait
 * until it has returned. There no lock means anything, for the threads that hold it may not be
 * here.
 */
void owner_check(struct owner *owner, void (*take_over)(void));

#endif
