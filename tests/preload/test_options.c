/*
 * test_options.c - what a program asks of a TCP socket is answered as TCP.
 */
#include "tests/preload/check.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

static int number(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    CHECK(getsockopt(fd, level, option, &value, &length) == 0 && length == sizeof value);
    return value;
}

static void kind_of_socket(void)
{
    int fd = open_connection();
    CHECK(number(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
    CHECK(number(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
    CHECK(number(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP);
    CHECK(number(fd, SOL_SOCKET, SO_ERROR) == 0);
    CHECK(number(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0);
    struct stat status;
    CHECK(fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode));
}

static void names_of_both_sides(void)
{
    struct sockaddr_in expected = resolve(HOST), peer, own, other;
    socklen_t length = sizeof peer;
    int fd = open_connection(), second = open_connection();
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && length == sizeof peer);
    CHECK(memcmp(&peer, &expected, sizeof peer) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&own, &length) == 0 && own.sin_family == AF_INET);
    CHECK(own.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && own.sin_port != 0);
    CHECK(getsockname(second, (struct sockaddr *)&other, &length) == 0 &&
          own.sin_port != other.sin_port);
    /* Too little room: what fits, and the whole length. */
    length = 4;
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && length == sizeof peer);
}

static void names_in_ipv6(void)
{
    struct addrinfo hints = { .ai_family = AF_INET6, .ai_socktype = SOCK_STREAM }, *found;
    struct sockaddr_in6 peer, own;
    socklen_t length = sizeof peer;
    CHECK(getaddrinfo(HOST, "443", &hints, &found) == 0);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(connect(fd, found->ai_addr, found->ai_addrlen) == 0);
    CHECK(number(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6);
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && length == sizeof peer);
    CHECK(memcmp(&peer, found->ai_addr, sizeof peer) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&own, &length) == 0 && length == sizeof own);
    CHECK(own.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&own.sin6_addr) &&
          own.sin6_port != 0);
    CHECK(number(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0);
}

static void bound_before(void)
{
    struct sockaddr_in address = resolve(HOST),
                       own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in given, kept;
    socklen_t length = sizeof given;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&own, sizeof own) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&given, &length) == 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&kept, &length) == 0 &&
          memcmp(&given, &kept, sizeof given) == 0);
}

static void tcp_options(void)
{
    static const int options[] = { TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT,
                                   TCP_USER_TIMEOUT };
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM, 0), value = 1;
    /* Set before connect, and after. */
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value) == 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(number(fd, IPPROTO_TCP, TCP_NODELAY) == 1);
    for (int i = 1; i < 5; i++) {
        value = 5 + i;
        CHECK(setsockopt(fd, IPPROTO_TCP, options[i], &value, sizeof value) == 0);
        CHECK(number(fd, IPPROTO_TCP, options[i]) == 5 + i);
    }
    value = 1;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value) == 0 &&
          number(fd, SOL_SOCKET, SO_KEEPALIVE) == 1);
    value = 0x10;
    CHECK(setsockopt(fd, IPPROTO_IP, IP_TOS, &value, sizeof value) == 0 &&
          number(fd, IPPROTO_IP, IP_TOS) == 0x10);
    CHECK(setsockopt(fd, IPPROTO_TCP, 9999, &value, sizeof value) == -1 && errno == ENOPROTOOPT);
    struct tcp_info info = { 0 };
    socklen_t length = sizeof info;
    CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
          info.tcpi_state == TCP_ESTABLISHED);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
}

static void timeouts(void)
{
    int fd = open_connection();
    struct timeval limit = { .tv_sec = 3 }, back = { 0 };
    socklen_t length = sizeof back;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &back, &length) == 0 && back.tv_sec == 3);
    limit.tv_sec = 0;
    limit.tv_usec = 20000;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    char byte;
    CHECK(recv(fd, &byte, 1, 0) == -1 && errno == EAGAIN);
}

static void queues(void)
{
    int fd = open_connection(), value = -1;
    send_get(fd, "/size/100");
    CHECK(ioctl(fd, SIOCOUTQ, &value) == 0 && value == 0);
    CHECK(ioctl(fd, FIONREAD, &value) == 0 && value > 100);
    value = 1;
    CHECK(ioctl(fd, FIONBIO, &value) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK));
}

static void linger(void)
{
    int fd = open_connection();
    struct linger wish = { 1, 5 }, back = { 0 };
    socklen_t length = sizeof back;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &wish, sizeof wish) == 0);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_LINGER, &back, &length) == 0 && back.l_linger == 5);
    CHECK(close(fd) == 0);
}

static const struct test tests[] = {
    TEST(kind_of_socket), TEST(names_of_both_sides),
    TEST(names_in_ipv6),  TEST(bound_before),
    TEST(tcp_options),    TEST(timeouts),
    TEST(queues),         TEST(linger),
};

MAIN(tests)
