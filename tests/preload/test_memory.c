/*
 * test_memory.c - pointers of the program's that lead nowhere: on a connection of ours, and on others while the shim looks at
 * what is sent, the call fails with EFAULT as the kernel's does, and nothing else happens.
 */
#include "tests/preload/check.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static const char request[] = "GET /count HTTP/1.1\r\n\r\n";

/* Two pages, the second of which cannot be read. */
static char *half_readable(void)
{
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + 4096, 4096, PROT_NONE) == 0);
    return pages;
}

#define FAULTS(call)                                                                               \
    do {                                                                                           \
        errno = 0;                                                                                 \
        CHECK((call) == -1 && errno == EFAULT);                                                    \
    } while (0)

/* What no system call may read: nothing, a number, a page without rights, the end of one with them. */
static const char *bad_place(int which)
{
    char *pages = half_readable();
    return which == 0   ? NULL
           : which == 1 ? (const char *)8
           : which == 2 ? (const char *)-64
           : which == 3 ? pages + 4096
                        : pages + 4096 - 10;
}

enum { PLACES = 5 };

static void sending(void)
{
    int fd = open_connection();
    for (int i = 0; i < PLACES; i++) {
        char *bad = (char *)bad_place(i);
        struct iovec part = { bad, 40 };
        struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
        struct mmsghdr many[1] = { { .msg_hdr = message } };
        FAULTS(send(fd, bad, 40, 0));
        FAULTS(sendto(fd, bad, 40, 0, NULL, 0));
        FAULTS(write(fd, bad, 40));
        FAULTS(writev(fd, &part, 1));
        FAULTS(pwritev2(fd, &part, 1, -1, 0));
        FAULTS(sendmsg(fd, &message, 0));
        FAULTS(sendmmsg(fd, many, 1, 0));
        /* The description of it, rather than the bytes. */
        FAULTS(writev(fd, (struct iovec *)bad, 3));
        message.msg_iov = (struct iovec *)bad;
        message.msg_iovlen = 3;
        FAULTS(sendmsg(fd, &message, 0));
        FAULTS(sendmsg(fd, (struct msghdr *)bad, 0));
        FAULTS(sendmmsg(fd, (struct mmsghdr *)bad, 1, 0));
    }
    char *end = half_readable() + 4096 - (sizeof request - 1);
    memcpy(end, request, sizeof request - 1);
    CHECK(send(fd, end, sizeof request - 1, 0) == sizeof request - 1);
    CHECK(strcmp(receive_text(fd), "1") == 0);
    FAULTS(send(fd, end, sizeof request, 0));
    CHECK(strcmp(get(fd, "/count"), "2") == 0);
}

static void large(void)
{
    int fd = open_connection();
    size_t size = 1 << 20;
    char *bytes =
        mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(bytes != MAP_FAILED);
    send_all(fd, "POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n", 44);
    CHECK(send(fd, bytes, size, 0) == (ssize_t)size);
    CHECK(strcmp(receive_text(fd), "1048576 0") == 0);
    /* What was unmapped since. */
    CHECK(munmap(bytes, size + 4096) == 0);
    FAULTS(send(fd, bytes, size, 0));
    CHECK(strcmp(get(fd, "/count"), "2") == 0);
}

static void receiving(void)
{
    static const int flags[] = { 0, MSG_WAITALL, MSG_PEEK };
    char byte;
    int fd = open_connection();
    for (int i = 0; i < PLACES; i++)
        for (size_t n = 0; n < sizeof flags / sizeof *flags; n++) {
            char *bad = (char *)bad_place(i) + (i == 4 ? 10 : 0);
            struct iovec part = { bad, 40 };
            struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
            struct mmsghdr many[1] = { { .msg_hdr = message } };
            send_get(fd, "/");
            FAULTS(recv(fd, bad, 40, flags[n]));
            FAULTS(recvfrom(fd, bad, 40, flags[n], NULL, NULL));
            FAULTS(recvmsg(fd, &message, flags[n]));
            FAULTS(recvmmsg(fd, many, 1, flags[n], NULL));
            FAULTS(recvmsg(fd, (struct msghdr *)bad, flags[n]));
            FAULTS(read(fd, bad, 40));
            FAULTS(readv(fd, &part, 1));
            FAULTS(readv(fd, (struct iovec *)bad, 3));
            message.msg_iov = (struct iovec *)bad;
            message.msg_iovlen = 3;
            FAULTS(recvmsg(fd, &message, flags[n]));
            CHECK(recv(fd, &byte, 1, MSG_PEEK) == 1);
            CHECK(strcmp(receive_text(fd), "hello") == 0);
        }
}

static void asking(void)
{
    struct sockaddr_in address, *bad = (struct sockaddr_in *)8;
    socklen_t length = sizeof address;
    int value;
    if (getenv("CHECK_SANITIZED") != NULL)
        return; /* a sanitizer's own hooks read what they are given, before ours */
    int fd = open_connection();
    FAULTS(getpeername(fd, (struct sockaddr *)bad, &length));
    FAULTS(getpeername(fd, (struct sockaddr *)&address, (socklen_t *)bad));
    FAULTS(getsockname(fd, (struct sockaddr *)bad, &length));
    FAULTS(getsockname(fd, (struct sockaddr *)&address, (socklen_t *)bad));
    FAULTS(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (void *)bad, &length));
    FAULTS(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, (socklen_t *)bad));
    FAULTS(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (void *)bad, sizeof value));
    FAULTS(ioctl(fd, SIOCOUTQ, bad));
    FAULTS(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)bad, sizeof *bad));
    length = sizeof address;
    CHECK(getpeername(fd, (struct sockaddr *)&address, &length) == 0 && length == sizeof address &&
          address.sin_port == htons(80));
    send_get(fd, "/count");
    char bytes[20];
    FAULTS(recvfrom(fd, bytes, 10, 0, (struct sockaddr *)&address, (socklen_t *)bad));
}

/* Sockets that are not ours. */
static void on_others(void)
{
    int pair[2], udp = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    for (int i = 0; i < PLACES; i++) {
        char *bad = (char *)bad_place(i);
        struct sockaddr_in address = { .sin_family = AF_INET,
                                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                       .sin_port = htons(53) };
        FAULTS(send(pair[0], bad, 40, 0));
        FAULTS(write(pair[0], bad, 40));
        FAULTS(writev(pair[0], (struct iovec *)bad, 3));
        FAULTS(sendmsg(pair[0], (struct msghdr *)bad, 0));
        FAULTS(sendmmsg(pair[0], (struct mmsghdr *)bad, 1, 0));
        FAULTS(sendto(udp, bad, 40, 0, (struct sockaddr *)&address, sizeof address));
        if (i > 0) {
            FAULTS(sendto(udp, "x", 1, 0, (struct sockaddr *)bad, sizeof address));
            FAULTS(connect(udp, (struct sockaddr *)bad, sizeof address));
        }
    }
}

static void on_others_once_connected(void)
{
    open_connection();
    on_others();
}

/* Of a program that resolves by itself, what it sends is looked at. */
static void on_others_once_resolving(void)
{
    struct sockaddr_in server = { .sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(53) };
    CHECK(connect(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&server, sizeof server) == 0);
    on_others();
}

static const struct test tests[] = {
    TEST(sending),
    TEST(large),
    TEST(receiving),
    TEST(asking),
    TEST(on_others),
    TEST(on_others_once_connected),
    TEST(on_others_once_resolving),
    { "on_others_watched", on_others, { "DDBMOCK_NETWORK=log" } },
    { "on_others_denied", on_others, { "DDBMOCK_NETWORK=deny" } },
};

MAIN(tests)
