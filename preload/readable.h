/*
 * readable.h - the program's memory, before we read it ourselves: where the kernel would answer EFAULT, a hook must not crash.
 */
#ifndef DDBMOCK_PRELOAD_READABLE_H
#define DDBMOCK_PRELOAD_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether all the bytes can be read; of no bytes, it is true. One or two system calls, and one more for each further page. errno
 * stays. */
bool readable(const void *bytes, size_t size);

enum { READABLE_PAGES = 8 };

/* Pages at which something was readable before; all zero at first. Whoever has it guards it. */
struct readable_memory {
    uintptr_t
        pages[READABLE_PAGES]; /* numbers of pages; the first one of memory, 0, is never readable */
    unsigned next;             /* the place of the next one */
};

/*
 * The same, without a system call where all pages are known: a client sends from the same few pages again and again. Up to
 * 16 KiB only: what is larger may have been unmapped since, for malloc maps and unmaps large blocks by themselves.
 */
bool readable_again(struct readable_memory *memory, const void *bytes, size_t size);

/* The same with a memory of the thread's own, for what goes to no connection of ours. */
bool readable_to_thread(const void *bytes, size_t size);

#endif
