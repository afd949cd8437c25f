/*
 * file.c - open(2), fopen(3), stat(2) and their kind: files of authorities are of interest here
 * (trust.c), and /etc/hosts (shown.c).
 */
#include "preload/real.h"
#include "preload/shim.h"
#include "preload/shown.h"
#include "preload/trust.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* The mode of open(2)'s last argument, which is there only when a file may be made. */
#define MODE(flags)                                                                                \
    mode_t mode = 0;                                                                               \
    if (__OPEN_NEEDS_MODE(flags)) {                                                                \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

/* A descriptor of the file as it is shown, or -1 when the real one is to be opened. */
static inline int shown(int directory, const char *path, int flags)
{
    return trust_wants(path, flags) ? trust_open(directory, path, flags)
                                    : shown_hosts_to_java(path, flags);
}

int open(const char *path, int flags, ...)
{
    MODE(flags)
    int fd = shown(AT_FDCWD, path, flags);
    return fd >= 0 ? fd : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags)
    int fd = shown(AT_FDCWD, path, flags);
    return fd >= 0 ? fd : REAL(open64)(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
    MODE(flags)
    int fd = shown(directory, path, flags);
    return fd >= 0 ? fd : REAL(openat)(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
    MODE(flags)
    int fd = shown(directory, path, flags);
    return fd >= 0 ? fd : REAL(openat64)(directory, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
    int fd = shown(AT_FDCWD, path, flags);
    return fd >= 0 ? fd : REAL(__open_2)(path, flags);
}

int __open64_2(const char *path, int flags)
{
    int fd = shown(AT_FDCWD, path, flags);
    return fd >= 0 ? fd : REAL(__open64_2)(path, flags);
}

int __openat_2(int directory, const char *path, int flags)
{
    int fd = shown(directory, path, flags);
    return fd >= 0 ? fd : REAL(__openat_2)(directory, path, flags);
}

int __openat64_2(int directory, const char *path, int flags)
{
    int fd = shown(directory, path, flags);
    return fd >= 0 ? fd : REAL(__openat64_2)(directory, path, flags);
}

/*
 * stat(2) and its kind: a program that looks for a file before it opens it (OpenSSL, in a directory of authorities) finds one that
 * is only shown. A descriptor of it; or -1, with errno as it is.
 */
static int shown_alone(int result, const char *path)
{
    int error = errno;
    if (__builtin_expect(result == 0 || error != ENOENT || !trust_is_hashed(path), 1))
        return -1;
    int fd = shown(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    errno = error;
    return fd;
}

/* All of a hook: what the file of this name gives, else one that is shown. */
#define STAT(call, by_descriptor)                                                                  \
    int error = errno, result = (call), fd = shown_alone(result, path);                            \
    if (fd < 0)                                                                                    \
        return result;                                                                             \
    result = (by_descriptor);                                                                      \
    REAL(close)(fd);                                                                               \
    errno = error;                                                                                 \
    return result

int stat(const char *path, struct stat *status)
{
    STAT(REAL(stat)(path, status), fstat(fd, status));
}

int stat64(const char *path, struct stat64 *status)
{
    STAT(REAL(stat64)(path, status), fstat64(fd, status));
}

int __xstat(int version, const char *path, struct stat *status)
{
    STAT(REAL(__xstat)(version, path, status), fstat(fd, status));
}

int __xstat64(int version, const char *path, struct stat64 *status)
{
    STAT(REAL(__xstat64)(version, path, status), fstat64(fd, status));
}

int lstat(const char *path, struct stat *status)
{
    STAT(REAL(lstat)(path, status), fstat(fd, status));
}

int lstat64(const char *path, struct stat64 *status)
{
    STAT(REAL(lstat64)(path, status), fstat64(fd, status));
}

int __lxstat(int version, const char *path, struct stat *status)
{
    STAT(REAL(__lxstat)(version, path, status), fstat(fd, status));
}

int __lxstat64(int version, const char *path, struct stat64 *status)
{
    STAT(REAL(__lxstat64)(version, path, status), fstat64(fd, status));
}

static FILE *shown_stream(const char *path, const char *mode)
{
    if (mode == NULL || mode[0] != 'r' || strchr(mode, '+') != NULL || path == NULL ||
        shim_inside())
        return NULL;
    if (path[0] == '/' && strcmp(path, "/etc/hosts") == 0)
        return shown_hosts(path, mode);
    int fd = shown(AT_FDCWD, path, strchr(mode, 'e') != NULL ? O_RDONLY | O_CLOEXEC : O_RDONLY);
    if (fd < 0)
        return NULL;
    FILE *stream = REAL(fdopen)(fd, mode);
    if (stream == NULL)
        REAL(close)(fd);
    return stream;
}

FILE *fopen(const char *path, const char *mode)
{
    FILE *stream = shown_stream(path, mode);
    return stream != NULL ? stream : REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    FILE *stream = shown_stream(path, mode);
    return stream != NULL ? stream : REAL(fopen64)(path, mode);
}
