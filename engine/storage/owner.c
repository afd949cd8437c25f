/*
 * owner.c - see owner.h.
 */
#include "engine/storage/owner.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

/* What stands in the page; in `pid` -1 is as TAKING_OVER. */
enum { WIPED = 0, OURS = 1, TAKING_OVER = 2 };

int owner_start(struct owner *owner)
{
    if (owner->mark || owner->pid)
        return 0;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -ENOMEM;
    if (madvise(page, 4096, MADV_WIPEONFORK) == 0) {
        *(_Atomic int *)page = OURS;
        owner->mark = page;
    } else {
        munmap(page, 4096);
        owner->pid = getpid();
    }
    return 0;
}

void owner_check(struct owner *owner, void (*take_over)(void))
{
    _Atomic int *mark = atomic_load_explicit(&owner->mark, memory_order_acquire);
    if (mark) {
        int state = atomic_load_explicit(mark, memory_order_acquire);
        if (state == OURS)
            return;
        if (state == WIPED && atomic_compare_exchange_strong(mark, &state, TAKING_OVER)) {
            take_over();
            *mark = OURS;
        }
        while (*mark != OURS)
            sched_yield();
    } else {
        pid_t before = owner->pid, now = getpid();
        if (before != now && before != 0 && before != -1 &&
            atomic_compare_exchange_strong(&owner->pid, &before, -1)) {
            take_over();
            owner->pid = now;
        }
        while (owner->pid == -1)
            sched_yield();
    }
}
