/*
 * hooks.h - the exported functions: their prototypes are libc's own, taken with __typeof__ from the
 * system's headers.
 */
#ifndef DDBMOCK_PRELOAD_HOOKS_H
#define DDBMOCK_PRELOAD_HOOKS_H

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <resolv.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What programs compiled with _FORTIFY_SOURCE call; libc's headers declare them only there. */
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
                       struct sockaddr *from, socklen_t *from_length);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

#define HOOK(name) extern __typeof__(name) name __attribute__((visibility("default")));
#include "preload/hooks.def"
#undef HOOK

#endif
