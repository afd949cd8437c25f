/*
 * unseen.c - calls after which bytes pass a connection where no hook sees them: inside libc (stdio,
 * asynchronous I/O), in a child that posix_spawn makes, in an io_uring. Each hook does no more than
 * have the service thread look after the connection from now on.
 */
#include "preload/connection.h"
#include "preload/network.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>

FILE *fdopen(int fd, const char *mode)
{
    service_watch_number(fd);
    return REAL(fdopen)(fd, mode);
}

int vdprintf(int fd, const char *format, va_list arguments)
{
    service_watch_number(fd);
    return REAL(vdprintf)(fd, format, arguments);
}

int dprintf(int fd, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = vdprintf(fd, format, arguments);
    va_end(arguments);
    return result;
}

int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments)
{
    service_watch_number(fd);
    return REAL(__vdprintf_chk)(fd, flag, format, arguments);
}

int __dprintf_chk(int fd, int flag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = __vdprintf_chk(fd, flag, format, arguments);
    va_end(arguments);
    return result;
}

int aio_read(struct aiocb *block)
{
    service_watch_number(block->aio_fildes);
    return REAL(aio_read)(block);
}

int aio_read64(struct aiocb64 *block)
{
    service_watch_number(block->aio_fildes);
    return REAL(aio_read64)(block);
}

int aio_write(struct aiocb *block)
{
    service_watch_number(block->aio_fildes);
    return REAL(aio_write)(block);
}

int aio_write64(struct aiocb64 *block)
{
    service_watch_number(block->aio_fildes);
    return REAL(aio_write64)(block);
}

int lio_listio(int mode, struct aiocb *const list[], int count, struct sigevent *event)
{
    for (int i = 0; connections_exist() && i < count; i++)
        if (list[i] != NULL)
            service_watch_number(list[i]->aio_fildes);
    return REAL(lio_listio)(mode, list, count, event);
}

int lio_listio64(int mode, struct aiocb64 *const list[], int count, struct sigevent *event)
{
    for (int i = 0; connections_exist() && i < count; i++)
        if (list[i] != NULL)
            service_watch_number(list[i]->aio_fildes);
    return REAL(lio_listio64)(mode, list, count, event);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int to)
{
    service_watch_elsewhere(fd);
    return REAL(posix_spawn_file_actions_adddup2)(actions, fd, to);
}

/* liburing enters the kernel without libc; syscall.c sees the others. */
int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags)
{
    if (network_refuses_ring())
        return -ENOSYS;
    service_everything();
    return REAL(io_uring_queue_init)(entries, ring, flags);
}

int io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                               struct io_uring_params *parameters)
{
    if (network_refuses_ring())
        return -ENOSYS;
    service_everything();
    return REAL(io_uring_queue_init_params)(entries, ring, parameters);
}

int io_uring_queue_init_mem(unsigned entries, struct io_uring *ring,
                            struct io_uring_params *parameters, void *memory, size_t size)
{
    if (network_refuses_ring())
        return -ENOSYS;
    service_everything();
    return REAL(io_uring_queue_init_mem)(entries, ring, parameters, memory, size);
}

int io_uring_setup(unsigned entries, struct io_uring_params *parameters)
{
    if (network_refuses_ring())
        return -ENOSYS;
    service_everything();
    return REAL(io_uring_setup)(entries, parameters);
}
