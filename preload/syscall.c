/*
 * syscall.c - syscall(2), by which some programs do what a hook should see: node's undici closes
 * its connections so.
 */
#include "preload/addresses.h"
#include "preload/connection.h"
#include "preload/network.h"
#include "preload/query.h"
#include "preload/real.h"
#include "preload/service.h"

#include <stdarg.h>
#include <sys/syscall.h>

/* The calls that have a hook of the same arguments. */
static bool hooked(long number, const long *a, long *result)
{
    switch (number) {
    case SYS_connect:
        *result = connect((int)a[0], (const struct sockaddr *)a[1], (socklen_t)a[2]);
        return true;
    case SYS_socket:
        *result = socket((int)a[0], (int)a[1], (int)a[2]);
        return true;
    case SYS_read:
        *result = read((int)a[0], (void *)a[1], (size_t)a[2]);
        return true;
    case SYS_write:
        *result = write((int)a[0], (const void *)a[1], (size_t)a[2]);
        return true;
    case SYS_readv:
        *result = readv((int)a[0], (const struct iovec *)a[1], (int)a[2]);
        return true;
    case SYS_writev:
        *result = writev((int)a[0], (const struct iovec *)a[1], (int)a[2]);
        return true;
    case SYS_preadv2: /* the offset comes in two halves */
        *result = preadv2((int)a[0], (const struct iovec *)a[1], (int)a[2], a[3], (int)a[5]);
        return true;
    case SYS_pwritev2:
        *result = pwritev2((int)a[0], (const struct iovec *)a[1], (int)a[2], a[3], (int)a[5]);
        return true;
    case SYS_sendto:
        *result = sendto((int)a[0], (const void *)a[1], (size_t)a[2], (int)a[3],
                         (const struct sockaddr *)a[4], (socklen_t)a[5]);
        return true;
    case SYS_recvfrom:
        *result = recvfrom((int)a[0], (void *)a[1], (size_t)a[2], (int)a[3],
                           (struct sockaddr *)a[4], (socklen_t *)a[5]);
        return true;
    case SYS_sendmsg:
        *result = sendmsg((int)a[0], (const struct msghdr *)a[1], (int)a[2]);
        return true;
    case SYS_recvmsg:
        *result = recvmsg((int)a[0], (struct msghdr *)a[1], (int)a[2]);
        return true;
    case SYS_sendmmsg:
        *result = sendmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3]);
        return true;
    case SYS_recvmmsg:
        *result = recvmmsg((int)a[0], (struct mmsghdr *)a[1], (unsigned)a[2], (int)a[3],
                           (struct timespec *)a[4]);
        return true;
    case SYS_sendfile:
        *result = sendfile64((int)a[0], (int)a[1], (off64_t *)a[2], (size_t)a[3]);
        return true;
    case SYS_splice:
        *result = splice((int)a[0], (off64_t *)a[1], (int)a[2], (off64_t *)a[3], (size_t)a[4],
                         (unsigned)a[5]);
        return true;
    case SYS_close:
        *result = close((int)a[0]);
        return true;
    case SYS_close_range:
        *result = close_range((unsigned)a[0], (unsigned)a[1], (int)a[2]);
        return true;
    case SYS_shutdown:
        *result = shutdown((int)a[0], (int)a[1]);
        return true;
    case SYS_dup:
        *result = dup((int)a[0]);
        return true;
#ifdef SYS_dup2
    case SYS_dup2:
        *result = dup2((int)a[0], (int)a[1]);
        return true;
#endif
    case SYS_dup3:
        *result = dup3((int)a[0], (int)a[1], (int)a[2]);
        return true;
    case SYS_fcntl:
        *result = fcntl((int)a[0], (int)a[1], a[2]);
        return true;
    case SYS_ioctl:
        *result = ioctl((int)a[0], (unsigned long)a[1], a[2]);
        return true;
    case SYS_getsockopt:
        *result = getsockopt((int)a[0], (int)a[1], (int)a[2], (void *)a[3], (socklen_t *)a[4]);
        return true;
    case SYS_setsockopt:
        *result = setsockopt((int)a[0], (int)a[1], (int)a[2], (const void *)a[3], (socklen_t)a[4]);
        return true;
    case SYS_getpeername:
        *result = getpeername((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2]);
        return true;
    case SYS_getsockname:
        *result = getsockname((int)a[0], (struct sockaddr *)a[1], (socklen_t *)a[2]);
        return true;
    default:
        return false;
    }
}

/* Those by which a program that has met nothing of ours yet may turn to a name server. */
static bool may_ask(long number)
{
    return number == SYS_connect || number == SYS_sendto || number == SYS_sendmsg ||
           number == SYS_sendmmsg;
}

long syscall(long number, ...)
{
    long a[6], result;
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (!shim_inside()) {
        /* What goes through its ring is seen by nobody. */
        if (number == SYS_io_uring_setup) {
            if (network_refuses_ring())
                return -1;
            service_everything();
        } else if (number == SYS_epoll_create1)
            return epoll_create1((int)a[0]);
        if ((connections_exist() || network_watched() || query_watched() || may_ask(number) ||
             atomic_load_explicit(&addresses_known, memory_order_relaxed)) &&
            hooked(number, a, &result))
            return result;
    }
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
