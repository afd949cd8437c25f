/*
 * append.c - see append.h.
 */
#include "engine/append.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int open_file(const char *path)
{
    /* O_NONBLOCK: a FIFO that nobody reads is not waited for. */
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
}

int append_prepare(const char *given, char path[PATH_MAX])
{
    char here[PATH_MAX] = "";
    if (*given != '/' && !getcwd(here, sizeof here))
        return -errno;
    if (snprintf(path, PATH_MAX, "%s%s%s", here, *here ? "/" : "", given) >= PATH_MAX)
        return -ENAMETOOLONG;
    int fd = open_file(path);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

off_t append_bytes(const char *path, const void *bytes, size_t length)
{
    sigset_t pipe, before, pending;
    int fd = *path ? open_file(path) : STDERR_FILENO;
    off_t size = -1;
    if (fd < 0)
        return -1;
    /* SIGPIPE, of a reader that has gone, is not the program's. */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t written = write(fd, bytes, length);
    if (written < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe, NULL, &(struct timespec){ 0 });
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (written == (ssize_t)length)
        size = *path ? lseek(fd, 0, SEEK_CUR) : 0;
    if (*path)
        close(fd);
    return size < 0 && written == (ssize_t)length ? 0 : size; /* a FIFO has no size */
}
