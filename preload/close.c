/*
 * close.c - close(2) and its kind, and shutdown(2). Our own descriptors are not there for the
 * program: whoever closes all that is open leaves them.
 *
 * A child of vfork(2) shares our memory but has descriptors of its own: for it the table is left as
 * it is.
 */
#include "preload/connection.h"
#include "preload/real.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>

int close(int fd)
{
    if (connections_exist()) {
        if (connection_hides(fd)) {
            errno = EBADF;
            return -1;
        }
        connection_drop(fd);
    }
    return REAL(close)(fd);
}

/* Calls `close_part` for what lies between our descriptors. 0, or what it gave first. */
static int close_around(unsigned first, unsigned last, int flags,
                        int (*close_part)(unsigned first, unsigned last, int flags))
{
    unsigned top = last;
    if (!(flags & CLOSE_RANGE_CLOEXEC))
        connection_drop_range(first, last);
    for (int hidden; (hidden = connection_next_hidden(first, last)) >= 0;
         first = (unsigned)hidden + 1) {
        int result = (unsigned)hidden > first ? close_part(first, (unsigned)hidden - 1, flags) : 0;
        if (result != 0 || (unsigned)hidden == top)
            return result;
    }
    return close_part(first, last, flags);
}

static int real_close_range(unsigned first, unsigned last, int flags)
{
    return REAL(close_range)(first, last, flags);
}

int close_range(unsigned first, unsigned last, int flags)
{
    /* With CLOSE_RANGE_UNSHARE the descriptors become this thread's own: as in a child of vfork,
     * ours are not its. */
    if (!connections_exist() || first > last || (flags & CLOSE_RANGE_UNSHARE))
        return REAL(close_range)(first, last, flags);
    return close_around(first, last, flags, real_close_range);
}

static int close_one_by_one(unsigned first, unsigned last, int flags)
{
    (void)flags;
    if (last == UINT_MAX) {
        REAL(closefrom)((int)first);
        return 0;
    }
    if (REAL(close_range)(first, last, 0) == 0)
        return 0;
    for (unsigned fd = first; fd <= last; fd++)
        REAL(close)((int)fd);
    return 0;
}

void closefrom(int first)
{
    if (!connections_exist())
        REAL(closefrom)(first);
    else
        close_around(first > 0 ? (unsigned)first : 0, UINT_MAX, 0, close_one_by_one);
}

int shutdown(int fd, int how)
{
    int result = REAL(shutdown)(fd, how);
    struct shim_guard guard;
    if (!connections_exist() || result != 0 || how == SHUT_RD)
        return result;
    struct connection *connection = connection_enter(fd, &guard);
    if (connection != NULL) {
        /* The service closes its side, too, once it has answered. */
        connection->half_closed = true;
        connection_flush(connection);
        connection_leave(connection, &guard);
    }
    return result;
}
