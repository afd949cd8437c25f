/*
 * duplicate.c - dup(2) and its kind, fcntl(2): further numbers of a connection.
 */
#include "preload/connection.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/resource.h>

/*
 * After a successful call that made `fd` a copy of `from`. stdio writes to the three standard
 * numbers from inside libc, past every hook.
 */
static int copied(int from, int fd)
{
    struct shim_guard guard;
    struct connection *connection;
    if (fd < 0 || fd == from || !shim_owner() ||
        (connection = connection_enter(from, &guard)) == NULL)
        return fd;
    if (fd <= STDERR_FILENO)
        service_watch(connection);
    pthread_mutex_unlock(&connection->lock);
    connection_add(fd, connection);
    shim_leave(&guard);
    return fd;
}

/* Whether `fd` is none of the program's business; then errno says so. */
static bool hidden(int fd)
{
    if (!connection_hides(fd))
        return false;
    errno = EBADF;
    return true;
}

int dup(int fd)
{
    if (!connections_exist())
        return REAL(dup)(fd);
    return hidden(fd) ? -1 : copied(fd, REAL(dup)(fd));
}

/* Beyond the program's limit, where most of ours are, the kernel refuses. */
static void make_room(int to)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || (rlim_t)to < limit.rlim_cur)
        connection_relocate(to);
}

/* Makes room at `to`: a descriptor of ours moves on, a connection's number ends. */
static void vacate(int from, int to)
{
    if (from == to)
        return;
    if (connection_hides(to))
        make_room(to);
    else if (REAL(fcntl)(from, F_GETFD) >= 0)
        connection_drop(to);
}

int dup2(int from, int to)
{
    if (!connections_exist())
        return REAL(dup2)(from, to);
    if (hidden(from))
        return -1;
    vacate(from, to);
    return copied(from, REAL(dup2)(from, to));
}

int dup3(int from, int to, int flags)
{
    if (!connections_exist())
        return REAL(dup3)(from, to, flags);
    if (hidden(from))
        return -1;
    vacate(from, to);
    return copied(from, REAL(dup3)(from, to, flags));
}

static int control(int fd, int command, void *argument, __typeof__(fcntl) *real)
{
    if (!connections_exist())
        return real(fd, command, argument);
    if (hidden(fd))
        return -1;
    int result = real(fd, command, argument);
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? copied(fd, result) : result;
}

int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(fd, command, argument, REAL(fcntl));
}

int fcntl64(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return control(fd, command, argument, REAL(fcntl64));
}
