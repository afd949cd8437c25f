/*
 * test_transfer.c - the rarer ways to send and receive: calls with offsets, from files and pipes,
 * inside libc, by number, through an io_uring; and what must fail, with the errno of TCP.
 */
#include "tests/preload/check.h"

#include <aio.h>
#include <liburing.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

static const char request[] = "POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabcdef";
enum { REQUEST = sizeof request - 1 };
static const char small[] = "GET / HTTP/1.1\r\n\r\n";

/* The answer comes although the program does nothing but wait for it. */
static void wait_readable(int fd)
{
    struct pollfd entry = { fd, POLLIN, 0 };
    CHECK(poll(&entry, 1, -1) == 1 && entry.revents == POLLIN);
}

/* A socket has no position: every call with an offset fails, and nothing is sent. */
static void calls_with_offsets(void)
{
    int fd = open_connection();
    char byte;
    struct iovec part = { (char *)request, REQUEST };
    CHECK(pread(fd, &byte, 1, 0) == -1 && errno == ESPIPE);
    CHECK(pwrite(fd, request, REQUEST, 0) == -1 && errno == ESPIPE);
    CHECK(preadv(fd, &part, 1, 0) == -1 && errno == ESPIPE);
    CHECK(pwritev(fd, &part, 1, 0) == -1 && errno == ESPIPE);
    CHECK(preadv2(fd, &part, 1, 5, 0) == -1 && errno == ESPIPE);
    CHECK(pwritev2(fd, &part, 1, 5, 0) == -1 && errno == ESPIPE);
    CHECK(lseek(fd, 0, SEEK_CUR) == -1 && errno == ESPIPE);
    CHECK(ftruncate(fd, 0) == -1 && errno == EINVAL);
    off64_t in = 0, out = 0;
    FILE *file = tmpfile();
    fputs(request, file);
    fflush(file);
    CHECK(copy_file_range(fileno(file), &in, fd, &out, 10, 0) == -1);
    CHECK(splice(fileno(file), &in, fd, NULL, 10, 0) == -1 && errno == EINVAL);
    CHECK(sendfile(fileno(file), fd, NULL, 10) == -1 && errno == EINVAL);
    CHECK(atoi(get(fd, "/count")) == 1);
}

static void vectors_without_offset(void)
{
    int fd = open_connection();
    char a[10], b[100] = "";
    struct iovec parts[2] = { { (char *)request, 10 }, { (char *)request + 10, REQUEST - 10 } };
    struct iovec room[2] = { { a, sizeof a }, { b, sizeof b - 1 } };
    CHECK(pwritev2(fd, parts, 2, -1, 0) == REQUEST);
    wait_readable(fd);
    CHECK(preadv2(fd, room, 2, -1, 0) > 20 && strstr(b, "\r\n\r\n6 597") != NULL);
    CHECK(pwritev64v2(fd, parts, 2, -1, 0) == REQUEST);
    CHECK(preadv64v2(fd, room, 2, -1, 0) > 20);
}

static void whole_files(void)
{
    enum { BODY = 100000 };
    int fd = open_connection();
    FILE *file = tmpfile();
    char expected[40];
    int head = fprintf(file, "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n", BODY);
    for (int i = 0; i < BODY; i++)
        fputc(3, file);
    fflush(file);
    snprintf(expected, sizeof expected, "%d %d", BODY, 3 * BODY);
    /* By the file's own position, which moves; then by an offset of ours, and it does not. */
    CHECK(lseek(fileno(file), 0, SEEK_SET) == 0);
    for (ssize_t left = head + BODY; left > 0;) {
        ssize_t sent = sendfile(fd, fileno(file), NULL, (size_t)left);
        CHECK(sent > 0);
        left -= sent;
    }
    CHECK(strcmp(receive_text(fd), expected) == 0);
    CHECK(lseek(fileno(file), 0, SEEK_CUR) == head + BODY);
    off64_t at = 0;
    while (at < head + BODY)
        CHECK(sendfile64(fd, fileno(file), &at, 1 << 20) > 0);
    CHECK(strcmp(receive_text(fd), expected) == 0);
    CHECK(lseek(fileno(file), 0, SEEK_CUR) == head + BODY);
    CHECK(sendfile(fd, fileno(file), &at, 10) == 0);
    CHECK(sendfile(fd, -1, NULL, 10) == -1 && errno == EBADF);
}

static void through_a_pipe(void)
{
    int fd = open_connection(), ends[2];
    char answer[200] = "";
    CHECK(pipe(ends) == 0);
    CHECK(write(ends[1], request, REQUEST) == REQUEST);
    CHECK(splice(ends[0], NULL, fd, NULL, REQUEST, 0) == REQUEST);
    wait_readable(fd);
    CHECK(splice(fd, NULL, ends[1], NULL, sizeof answer - 1, 0) > 20);
    CHECK(read(ends[0], answer, sizeof answer - 1) > 20 && strstr(answer, "6 597") != NULL);
    /* An answer that does not fit into the socket follows it. */
    send_get(fd, "/size/3000000");
    size_t total = 0;
    while (total < 3000000 + strlen("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")) {
        static char bytes[65536];
        ssize_t got = splice(fd, NULL, ends[1], NULL, 4096, 0);
        CHECK(got > 0);
        CHECK(read(ends[0], bytes, sizeof bytes) == got);
        total += (size_t)got;
    }
}

static void formatted(void)
{
    int fd = open_connection();
    CHECK(dprintf(fd, "GET /%s HTTP/1.1\r\n\r\n", "count") == 23);
    wait_readable(fd);
    CHECK(strcmp(receive_text(fd), "1") == 0);
    FILE *both = fdopen(fd, "r+");
    char line[100];
    for (int i = 0; i < 2; i++) {
        CHECK(fputs(small, both) >= 0 && fflush(both) == 0);
        wait_readable(fd);
        for (int j = 0; j < 3; j++)
            CHECK(fgets(line, sizeof line, both) != NULL);
        CHECK(fread(line, 1, 5, both) == 5 && memcmp(line, "hello", 5) == 0);
    }
    CHECK(fclose(both) == 0 && fcntl(fd, F_GETFD) == -1);
}

static void asynchronous(void)
{
    int fd = open_connection();
    char answer[200] = "";
    struct aiocb out = { .aio_fildes = fd, .aio_buf = (char *)request, .aio_nbytes = REQUEST };
    struct aiocb in = { .aio_fildes = fd, .aio_buf = answer, .aio_nbytes = sizeof answer - 1 };
    const struct aiocb *const wait_out[] = { &out }, *const wait_in[] = { &in };
    CHECK(aio_write(&out) == 0);
    while (aio_error(&out) == EINPROGRESS)
        CHECK(aio_suspend(wait_out, 1, NULL) == 0 || errno == EINTR);
    CHECK(aio_return(&out) == REQUEST);
    wait_readable(fd);
    CHECK(aio_read(&in) == 0);
    while (aio_error(&in) == EINPROGRESS)
        CHECK(aio_suspend(wait_in, 1, NULL) == 0 || errno == EINTR);
    CHECK(aio_return(&in) > 20 && strstr(answer, "6 597") != NULL);
    struct aiocb *const list[] = { &out };
    out.aio_lio_opcode = LIO_WRITE;
    CHECK(lio_listio(LIO_WAIT, list, 1, NULL) == 0);
    wait_readable(fd);
    CHECK(strcmp(receive_text(fd), "6 597") == 0);
}

static void many_messages(void)
{
    enum { COUNT = 20 };
    int fd = open_connection();
    struct mmsghdr out[COUNT] = { 0 }, in[COUNT] = { 0 };
    struct iovec part = { (char *)small, sizeof small - 1 }, room[COUNT];
    static char bytes[COUNT][43];
    for (int i = 0; i < COUNT; i++) {
        out[i].msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
        room[i] = (struct iovec){ bytes[i], sizeof bytes[i] };
        in[i].msg_hdr = (struct msghdr){ .msg_iov = &room[i], .msg_iovlen = 1 };
    }
    CHECK(sendmmsg(fd, out, COUNT, 0) == COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK(out[i].msg_len == sizeof small - 1);
    struct timespec limit = { .tv_sec = 60 };
    CHECK(recvmmsg(fd, in, COUNT, MSG_WAITFORONE, &limit) == COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK(in[i].msg_len == 43 && memcmp(bytes[i], "HTTP/1.1 200 OK", 15) == 0);
    CHECK(recvmmsg(fd, in, COUNT, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
    CHECK(sendmmsg(fd, out, 0, 0) == 0);
}

static void connect_with_the_data(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(sendto(fd, small, sizeof small - 1, MSG_FASTOPEN, (struct sockaddr *)&address,
                 sizeof address) == sizeof small - 1);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    struct iovec part = { (char *)small, sizeof small - 1 };
    struct msghdr message = {
        .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &part, .msg_iovlen = 1
    };
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(sendmsg(fd, &message, MSG_FASTOPEN) == sizeof small - 1);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on) == 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
}

static void flags_of_messages(void)
{
    int fd = open_connection();
    char text[300] = "", byte;
    /* Held back or not, it is one request. */
    CHECK(send(fd, request, 20, MSG_MORE) == 20);
    CHECK(send(fd, request + 20, REQUEST - 20, MSG_EOR | MSG_NOSIGNAL) == REQUEST - 20);
    CHECK(recv(fd, text, sizeof text - 1, MSG_PEEK | MSG_DONTWAIT) > 20);
    CHECK(recv(fd, &byte, 1, MSG_PEEK) == 1 && byte == 'H');
    CHECK(strcmp(receive_text(fd), "6 597") == 0);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT | MSG_WAITALL) == -1 && errno == EAGAIN);
    /* Urgent data is no part of the stream, and there is none to be had. */
    CHECK(send(fd, "x", 1, MSG_OOB) == -1 && errno == EOPNOTSUPP);
    CHECK(recv(fd, &byte, 1, MSG_OOB) == -1 && (errno == EINVAL || errno == EOPNOTSUPP));
    CHECK(recv(fd, &byte, 1, MSG_ERRQUEUE) == -1 && errno == EAGAIN);
    /* Who wants to hear when its buffers are free is told to copy. */
    int on = 1;
    CHECK(send(fd, small, sizeof small - 1, MSG_ZEROCOPY) == sizeof small - 1);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) == 0)
        CHECK(send(fd, small, sizeof small - 1, MSG_ZEROCOPY) == -1 && errno == ENOBUFS);
    CHECK(atoi(get(fd, "/count")) == 3);
}

static void empty_and_impossible(void)
{
    int fd = open_connection();
    char byte;
    struct iovec none = { NULL, 0 };
    CHECK(send(fd, NULL, 0, 0) == 0 && write(fd, NULL, 0) == 0 && writev(fd, &none, 1) == 0);
    CHECK(recv(fd, &byte, 0, MSG_DONTWAIT) <= 0 && read(fd, NULL, 0) == 0);
    struct iovec *many = calloc(IOV_MAX + 1, sizeof *many);
    volatile int below = -1;
    CHECK(writev(fd, many, below) == -1 && errno == EINVAL);
    CHECK(readv(fd, many, below) == -1 && errno == EINVAL);
    CHECK(readv(fd, many, IOV_MAX + 1) == -1 && errno == EINVAL);
    CHECK(writev(fd, many, IOV_MAX + 1) == -1 && errno == EINVAL);
    CHECK(listen(fd, 1) == -1 && errno == EINVAL);
    CHECK(accept(fd, NULL, NULL) == -1 && errno == EINVAL);
    struct sockaddr_in any = { .sin_family = AF_INET };
    CHECK(bind(fd, (struct sockaddr *)&any, sizeof any) == -1 && errno == EINVAL);
    int waiting = -1;
    send_get(fd, "/");
    CHECK(ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 20);
    CHECK(sockatmark(fd) == 0);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    CHECK(ioctl(fd, FIONREAD, &waiting) == 0 && waiting == 0);
}

static void by_number(void)
{
    struct sockaddr_in address = resolve(HOST), name;
    socklen_t length = sizeof name;
    char a[10], b[300] = "";
    struct iovec parts[2] = { { (char *)request, 10 }, { (char *)request + 10, REQUEST - 10 } };
    struct iovec room[2] = { { a, sizeof a }, { b, sizeof b - 1 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    struct mmsghdr several = { .msg_hdr = message };
    int value = -1, fd = (int)syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(syscall(SYS_connect, fd, &address, sizeof address) == 0);
    CHECK(syscall(SYS_getpeername, fd, &name, &length) == 0 && length == sizeof name &&
          name.sin_addr.s_addr == address.sin_addr.s_addr);
    length = sizeof name;
    CHECK(syscall(SYS_getsockname, fd, &name, &length) == 0 && name.sin_family == AF_INET);
    length = sizeof value;
    CHECK(syscall(SYS_getsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &value, &length) == 0);
    CHECK(syscall(SYS_setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &value, length) == 0);
    CHECK(syscall(SYS_write, fd, request, REQUEST) == REQUEST);
    CHECK(strcmp(receive_text(fd), "6 597") == 0);
    CHECK(syscall(SYS_writev, fd, parts, 2) == REQUEST);
    CHECK(syscall(SYS_read, fd, b, sizeof b - 1) > 20 && strstr(b, "6 597") != NULL);
    CHECK(syscall(SYS_sendto, fd, request, REQUEST, 0, NULL, 0) == REQUEST);
    CHECK(syscall(SYS_readv, fd, room, 2) > 20);
    CHECK(syscall(SYS_sendmsg, fd, &message, 0) == REQUEST);
    CHECK(syscall(SYS_recvfrom, fd, b, sizeof b - 1, 0, NULL, NULL) > 20);
    CHECK(syscall(SYS_sendmmsg, fd, &several, 1, 0) == 1);
    message.msg_iov = several.msg_hdr.msg_iov = room;
    CHECK(syscall(SYS_recvmsg, fd, &message, 0) > 20);
    CHECK(syscall(SYS_pwritev2, fd, parts, 2, -1L, -1L, 0) == REQUEST);
    CHECK(syscall(SYS_recvmmsg, fd, &several, 1, 0, NULL) == 1);
    CHECK(syscall(SYS_write, fd, request, REQUEST) == REQUEST);
    CHECK(syscall(SYS_preadv2, fd, room, 2, -1L, -1L, 0) > 20);
    CHECK(syscall(SYS_ioctl, fd, FIONREAD, &value) == 0 && value == 0);
    int copy = (int)syscall(SYS_dup, fd);
    CHECK(copy > fd && syscall(SYS_dup3, fd, 200, O_CLOEXEC) == 200);
    CHECK(syscall(SYS_fcntl, fd, F_DUPFD, 300) == 300);
    CHECK(syscall(SYS_close, fd) == 0);
    CHECK(atoi(get(copy, "/count")) == 8 && atoi(get(200, "/count")) == 9 &&
          atoi(get(300, "/count")) == 10);
    CHECK(syscall(SYS_close_range, 200, 300, 0) == 0);
    CHECK(syscall(SYS_shutdown, copy, SHUT_WR) == 0);
    CHECK(recv(copy, a, 1, 0) == 0);
    /* Errors as ever. */
    CHECK(syscall(SYS_read, -1, a, 1) == -1 && errno == EBADF);
    CHECK(syscall(SYS_close, 200) == -1 && errno == EBADF);
}

static void submit(struct io_uring *ring, int expected)
{
    struct io_uring_cqe *done;
    CHECK(io_uring_submit(ring) == 1);
    CHECK(io_uring_wait_cqe(ring, &done) == 0);
    if (expected > 0 ? done->res < expected : done->res != expected)
        fprintf(stderr, "result %d instead of %d\n", done->res, expected);
    CHECK(expected > 0 ? done->res >= expected : done->res == expected);
    io_uring_cqe_seen(ring, done);
}

static void in_a_ring(void)
{
    struct io_uring ring;
    char answer[300] = "";
    int before = open_connection();
    int error = io_uring_queue_init(8, &ring, 0);
    if (error == -ENOSYS || error == -EPERM) {
        puts("no io_uring on this machine");
        return;
    }
    CHECK(error == 0);
    int after = open_connection();
    for (int i = 0; i < 2; i++) {
        int fd = i == 0 ? before : after;
        struct iovec part = { (char *)request, REQUEST };
        io_uring_prep_send(io_uring_get_sqe(&ring), fd, request, REQUEST, 0);
        submit(&ring, REQUEST);
        io_uring_prep_recv(io_uring_get_sqe(&ring), fd, answer, sizeof answer - 1, 0);
        submit(&ring, 20);
        CHECK(strstr(answer, "6 597") != NULL);
        io_uring_prep_writev(io_uring_get_sqe(&ring), fd, &part, 1, 0);
        submit(&ring, REQUEST);
        io_uring_prep_poll_add(io_uring_get_sqe(&ring), fd, POLLIN);
        submit(&ring, POLLIN);
        io_uring_prep_read(io_uring_get_sqe(&ring), fd, answer, sizeof answer - 1, 0);
        submit(&ring, 20);
        /* Mixed with calls that are seen, in order. */
        CHECK(atoi(get(fd, "/count")) == 3);
    }
    /* A connection that is made in the ring is seen by nobody: it must not leave the machine. */
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    io_uring_prep_connect(io_uring_get_sqe(&ring), fd, (struct sockaddr *)&address, sizeof address);
    submit(&ring, -ECONNREFUSED);
    io_uring_queue_exit(&ring);
}

static const struct test tests[] = {
    TEST(calls_with_offsets), TEST(vectors_without_offset),
    TEST(whole_files),        TEST(through_a_pipe),
    TEST(formatted),          TEST(asynchronous),
    TEST(many_messages),      TEST(connect_with_the_data),
    TEST(flags_of_messages),  TEST(empty_and_impossible),
    TEST(by_number),          TEST(in_a_ring),
};

MAIN(tests)
