/*
 * hooks.h - the exported functions: their prototypes are libc's own, taken with __typeof__ from the
 * system's headers.
 */
#ifndef DDBMOCK_PRELOAD_HOOKS_H
#define DDBMOCK_PRELOAD_HOOKS_H

#include <aio.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <resolv.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/* What programs call that were linked with a libc before 2.33. */
int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);

int __dprintf_chk(int fd, int flag, const char *format, ...);
int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments);

/* liburing's, as in its header of 2.3 and later; the structs stay opaque here. */
struct io_uring;
struct io_uring_params;
int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags);
int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                               struct io_uring_params *parameters);
int io_uring_queue_init_mem(unsigned entries, struct io_uring *ring,
                            struct io_uring_params *parameters, void *memory, size_t size);
int io_uring_setup(unsigned entries, struct io_uring_params *parameters);

#define HOOK(name) extern __typeof__(name) name __attribute__((visibility("default")));
#include "preload/hooks.def"
#undef HOOK

#endif
