/*
 * readable.c - see readable.h.
 *
 * rt_sigprocmask(2) copies its new mask in before it looks at what is to be done with it: with a request that is none it fails
 * with EINVAL, or with EFAULT where the mask could not be read. It is the cheapest call that reads the caller's memory, needs no
 * descriptor, and is allowed in every sandbox.
 */
#include "preload/readable.h"

#include "preload/real.h"

#include <errno.h>
#include <sys/syscall.h>

enum { PAGE = 4096, MASK = 8, LARGEST_KNOWN = 4 * PAGE };

/* The page of `place`, by MASK bytes of it: those from there on, so that memcheck sees none but the program asked for, or where
 * the page ends sooner, its last ones. For this call a mask at 0 is none. */
static bool probe(uintptr_t place)
{
    enum { NO_REQUEST = -1 };
    if (place % PAGE > PAGE - MASK)
        place -= place % MASK;
    return REAL(syscall)(SYS_rt_sigprocmask, NO_REQUEST, place != 0 ? place : MASK, NULL, MASK) ==
               0 ||
           errno != EFAULT;
}

bool readable(const void *bytes, size_t size)
{
    uintptr_t first = (uintptr_t)bytes;
    int error = errno;
    if (size == 0)
        return true;
    if (size > UINTPTR_MAX - first)
        return false;
    uintptr_t last = first + (size - 1);
    bool all = probe(first);
    for (uintptr_t page = first / PAGE + 1; all && page <= last / PAGE; page++)
        all = probe(page * PAGE);
    errno = error;
    return all;
}

static bool known(const struct readable_memory *memory, uintptr_t page)
{
    for (unsigned i = 0; i < READABLE_PAGES; i++)
        if (memory->pages[i] == page)
            return true;
    return false;
}

bool readable_again(struct readable_memory *memory, const void *bytes, size_t size)
{
    uintptr_t first = (uintptr_t)bytes;
    if (size == 0)
        return true;
    if (size > LARGEST_KNOWN || first < PAGE || size > UINTPTR_MAX - first)
        return readable(bytes, size);
    for (uintptr_t page = first / PAGE; page <= (first + (size - 1)) / PAGE; page++) {
        if (known(memory, page))
            continue;
        if (!readable((const void *)(page * PAGE > first ? page * PAGE : first), 1))
            return false;
        memory->pages[memory->next++ % READABLE_PAGES] = page;
    }
    return true;
}

bool readable_to_thread(const void *bytes, size_t size)
{
    static _Thread_local struct readable_memory memory __attribute__((tls_model("initial-exec")));
    return readable_again(&memory, bytes, size);
}
