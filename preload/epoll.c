/*
 * epoll.c - see epoll.h. The only bookkeeping is which numbers epoll_create gave out; what is
 * registered with them is read from /proc/self/fdinfo when a connection is made, and only then.
 */
#include "preload/epoll.h"

#include "preload/real.h"
#include "preload/shim.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { KNOWN = 64 };

/* Numbers that were an epoll once, +1. When there are more, the oldest are forgotten. */
static atomic_int known[KNOWN];
static atomic_uint made;

static void note(int fd)
{
    if (fd < 0)
        return;
    for (int i = 0; i < KNOWN; i++)
        if (atomic_load_explicit(&known[i], memory_order_relaxed) == fd + 1)
            return;
    atomic_store(&known[atomic_fetch_add(&made, 1) % KNOWN], fd + 1);
}

int epoll_create(int size)
{
    int fd = REAL(epoll_create)(size);
    if (!shim_inside())
        note(fd);
    return fd;
}

int epoll_create1(int flags)
{
    int fd = REAL(epoll_create1)(flags);
    if (!shim_inside())
        note(fd);
    return fd;
}

/* One line of fdinfo: "tfd:        5 events:       19 data: ffffffff00000005  pos:0 ino:..
 * sdev:..". */
static void look_at(const char *line, int epoll, int fd, struct epoll_memory *memory)
{
    int target;
    unsigned events;
    unsigned long long data;
    if (sscanf(line, "tfd: %d events: %x data: %llx", &target, &events, &data) != 3 ||
        target != fd || memory->count == EPOLL_REMEMBERED)
        return;
    memory->entries[memory->count].epoll = epoll;
    memory->entries[memory->count].event.events = events;
    memory->entries[memory->count++].event.data.u64 = data;
}

static void read_registrations(int epoll, int fd, struct epoll_memory *memory)
{
    char path[48], text[2048];
    size_t kept = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", epoll);
    int info = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    if (info < 0)
        return;
    for (ssize_t got; (got = REAL(read)(info, text + kept, sizeof text - 1 - kept)) > 0;) {
        kept += (size_t)got;
        text[kept] = '\0';
        char *line = text;
        for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
            *end = '\0';
            look_at(line, epoll, fd, memory);
        }
        kept -= (size_t)(line - text);
        memmove(text, line, kept);
        if (kept == sizeof text - 1)
            kept = 0;
    }
    REAL(close)(info);
}

void epoll_take_out(int fd, struct epoll_memory *memory)
{
    memory->count = 0;
    for (int i = 0; i < KNOWN; i++) {
        int epoll = atomic_load_explicit(&known[i], memory_order_relaxed) - 1;
        if (epoll >= 0)
            read_registrations(epoll, fd, memory);
    }
    /* The socket lives on as a connection's `tcp`, and its registrations would, too. */
    for (int i = 0; i < memory->count; i++)
        epoll_ctl(memory->entries[i].epoll, EPOLL_CTL_DEL, fd, NULL);
}

void epoll_put_back(int fd, const struct epoll_memory *memory)
{
    for (int i = 0; i < memory->count; i++) {
        struct epoll_event event = memory->entries[i].event;
        epoll_ctl(memory->entries[i].epoll, EPOLL_CTL_ADD, fd, &event);
    }
}
