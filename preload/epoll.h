/*
 * epoll.h - registrations that a program made with epoll before it called connect. They belong to
 * the socket that is replaced, and are made again for the one that takes its place.
 */
#ifndef DDBMOCK_PRELOAD_EPOLL_H
#define DDBMOCK_PRELOAD_EPOLL_H

#include <sys/epoll.h>

enum { EPOLL_REMEMBERED = 8 };

struct epoll_memory {
    int count;
    struct {
        int epoll;
        struct epoll_event event;
    } entries[EPOLL_REMEMBERED];
};

/* Finds the registrations of `fd` and ends them, at most EPOLL_REMEMBERED of them. Costs nothing in
 * a program without an epoll. */
void epoll_take_out(int fd, struct epoll_memory *memory);

/* Makes them again, after another file has taken the number `fd`. */
void epoll_put_back(int fd, const struct epoll_memory *memory);

#endif
