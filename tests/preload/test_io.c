/*
 * test_io.c - the ways in which programs send and receive: blocking or not, by every call, in
 * pieces and in bulk, by one thread or two.
 */
#include "tests/preload/check.h"

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>

static void blocking(void)
{
    int fd = open_connection();
    errno = 77;
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    CHECK(errno == 77);
    CHECK(close(fd) == 0);
}

static void keep_alive(void)
{
    int fd = open_connection();
    for (int i = 1; i <= 5; i++)
        CHECK(atoi(get(fd, "/count")) == i);
}

static void several_at_once(void)
{
    int fds[100];
    for (int i = 0; i < 100; i++)
        fds[i] = open_connection();
    for (int round = 1; round <= 3; round++)
        for (int i = 99; i >= 0; i--)
            CHECK(atoi(get(fds[i], "/count")) == round);
    CHECK(strcmp(get(fds[0], "/live"), "100") == 0);
    for (int i = 1; i < 100; i++)
        CHECK(close(fds[i]) == 0);
    CHECK(strcmp(get(fds[0], "/live"), "1") == 0);
}

static void pipelining(void)
{
    int fd = open_connection();
    send_get(fd, "/count");
    send_get(fd, "/count");
    CHECK(strcmp(receive_text(fd), "1") == 0);
    CHECK(strcmp(receive_text(fd), "2") == 0);
}

static int open_without_waiting(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
    return fd;
}

static void non_blocking(void)
{
    char byte;
    int fd = open_without_waiting();
    CHECK(recv(fd, &byte, 1, 0) == -1 && errno == EAGAIN);
    CHECK(read(fd, &byte, 1) == -1 && errno == EAGAIN);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

static void with_poll(void)
{
    int fd = open_without_waiting();
    struct pollfd entry = { fd, POLLIN | POLLOUT, 0 };
    CHECK(poll(&entry, 1, 0) == 1 && entry.revents == POLLOUT);
    send_get(fd, "/");
    CHECK(poll(&entry, 1, -1) == 1 && entry.revents == (POLLIN | POLLOUT));
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    entry.events = POLLIN;
    CHECK(poll(&entry, 1, 0) == 0);
}

static void with_select(void)
{
    int fd = open_connection();
    fd_set set;
    struct timeval none = { 0 };
    FD_ZERO(&set);
    FD_SET(fd, &set);
    CHECK(select(fd + 1, &set, NULL, NULL, &none) == 0);
    send_get(fd, "/");
    FD_SET(fd, &set);
    CHECK(select(fd + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(fd, &set));
    CHECK(strcmp(receive_text(fd), "hello") == 0);
}

/* Reads an answer of `size` bytes through epoll; with EPOLLET until there is no more each time. */
static void read_by_epoll(int epoll, int fd, size_t size, bool edge)
{
    static char bytes[65536];
    size_t total = 0;
    while (total < size) {
        struct epoll_event event;
        CHECK(epoll_wait(epoll, &event, 1, -1) == 1);
        CHECK(event.data.u64 == 0x123456789abcdefull);
        ssize_t got;
        do {
            got = read(fd, bytes, sizeof bytes);
            CHECK(got > 0 || (got < 0 && errno == EAGAIN));
            total += got > 0 ? (size_t)got : 0;
        } while (edge && got > 0);
    }
    CHECK(total == size);
}

static void epoll_story(uint32_t flags, bool before)
{
    struct sockaddr_in address = resolve(HOST);
    struct epoll_event event = { .events = EPOLLIN | flags, .data.u64 = 0x123456789abcdefull };
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (before)
        CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    if (!before)
        CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
    for (int i = 0; i < 3; i++) {
        send_get(fd, "/size/1000000");
        read_by_epoll(epoll, fd,
                      1000000 + strlen("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
                      flags != 0);
    }
    CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
    /* The registration is the program's own: it can be changed and removed. */
    event.events = EPOLLOUT;
    CHECK(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0);
    CHECK(epoll_wait(epoll, &event, 1, 0) == 1 && event.events == EPOLLOUT);
    CHECK(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) == 0);
}

static void epoll_level(void)
{
    epoll_story(0, false);
}

static void epoll_edge(void)
{
    epoll_story(EPOLLET, false);
}

static void epoll_level_before_connect(void)
{
    epoll_story(0, true);
}

static void epoll_edge_before_connect(void)
{
    epoll_story(EPOLLET, true);
}

static void check_body(int fd, size_t size)
{
    static _Thread_local unsigned char bytes[40000];
    CHECK(receive_head(fd) == size);
    for (size_t at = 0; at < size;) {
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        CHECK(got > 0);
        for (ssize_t i = 0; i < got; i++, at++)
            CHECK(bytes[i] == at % 251);
    }
}

static void large_answer(void)
{
    int fd = open_connection();
    send_get(fd, "/size/1048576");
    check_body(fd, 1048576);
    send_get(fd, "/size/5000000");
    send_get(fd, "/size/3");
    check_body(fd, 5000000);
    check_body(fd, 3);
}

static void large_request(void)
{
    enum { SIZE = 16 << 20 };
    int fd = open_connection();
    char head[100], expected[100];
    char *body = malloc(SIZE);
    memset(body, 7, SIZE);
    int length = snprintf(head, sizeof head, "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n", SIZE);
    send_all(fd, head, (size_t)length);
    send_all(fd, body, SIZE);
    snprintf(expected, sizeof expected, "%d %d", SIZE, 7 * SIZE);
    CHECK(strcmp(receive_text(fd), expected) == 0);
}

static void wait_for_all(void)
{
    enum { SIZE = 2000000 };
    int fd = open_connection();
    unsigned char *bytes = malloc(SIZE);
    send_get(fd, "/size/2000000");
    CHECK(receive_head(fd) == SIZE);
    CHECK(recv(fd, bytes, SIZE, MSG_WAITALL) == SIZE);
    for (size_t i = 0; i < SIZE; i++)
        CHECK(bytes[i] == i % 251);
}

static const char request[] = "POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabcdef";

static void vectors(void)
{
    int fd = open_connection();
    char a[10], b[100] = "";
    struct iovec parts[3] = { { (char *)request, 10 },
                              { NULL, 0 },
                              { (char *)request + 10, sizeof request - 11 } };
    CHECK(writev(fd, parts, 3) == sizeof request - 1);
    struct iovec room[2] = { { a, sizeof a }, { b, sizeof b - 1 } };
    ssize_t got = readv(fd, room, 2);
    CHECK(got > 20 && memcmp(a, "HTTP/1.1 2", 10) == 0 && strstr(b, "\r\n\r\n6 597") != NULL);
}

static void messages(void)
{
    int fd = open_connection();
    char a[10], b[100] = "";
    struct iovec parts[2] = { { (char *)request, 10 },
                              { (char *)request + 10, sizeof request - 11 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    CHECK(sendmsg(fd, &message, MSG_NOSIGNAL) == sizeof request - 1);
    struct sockaddr_storage from;
    struct iovec room[2] = { { a, sizeof a }, { b, sizeof b - 1 } };
    struct msghdr answer = {
        .msg_iov = room, .msg_iovlen = 2, .msg_name = &from, .msg_namelen = sizeof from
    };
    CHECK(recvmsg(fd, &answer, 0) > 20 && strstr(b, "\r\n\r\n6 597") != NULL);
    CHECK(answer.msg_namelen == 0);
}

static void many_messages(void)
{
    int fd = open_connection();
    struct iovec part = { (char *)request, sizeof request - 1 };
    struct mmsghdr all[2] = { { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } },
                              { .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } } };
    CHECK(sendmmsg(fd, all, 2, 0) == 2 && all[1].msg_len == sizeof request - 1);
    char bytes[200] = "";
    struct iovec room = { bytes, sizeof bytes - 1 };
    struct mmsghdr answers[1] = { { .msg_hdr = { .msg_iov = &room, .msg_iovlen = 1 } } };
    CHECK(recvmmsg(fd, answers, 1, 0, NULL) == 1);
    CHECK(strstr(bytes, "6 597") != NULL && answers[0].msg_len > 20);
}

static void write_and_read(void)
{
    int fd = open_connection();
    char bytes[200] = "";
    CHECK(write(fd, request, sizeof request - 1) == sizeof request - 1);
    CHECK(read(fd, bytes, sizeof bytes - 1) > 20 && strstr(bytes, "6 597") != NULL);
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    CHECK(sendto(fd, request, sizeof request - 1, 0, NULL, 0) == sizeof request - 1);
    CHECK(recvfrom(fd, bytes, sizeof bytes - 1, 0, (struct sockaddr *)&from, &length) > 20 &&
          length == 0);
}

static void from_a_file(void)
{
    int fd = open_connection();
    FILE *file = tmpfile();
    fputs("xx", file);
    fputs(request, file);
    fflush(file);
    off_t offset = 2;
    CHECK(sendfile(fd, fileno(file), &offset, 1000) == sizeof request - 1);
    CHECK(offset == 2 + sizeof request - 1);
    CHECK(strcmp(receive_text(fd), "6 597") == 0);
}

static void peek(void)
{
    int fd = open_connection();
    char a[8] = "", b[8] = "";
    send_get(fd, "/");
    CHECK(recv(fd, a, 7, MSG_PEEK) == 7 && strcmp(a, "HTTP/1.") == 0);
    CHECK(recv(fd, b, 7, 0) == 7 && strcmp(a, b) == 0);
}

static void receive_timeout(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval limit = { .tv_usec = 20000 };
    char byte;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(recv(fd, &byte, 1, 0) == -1 && errno == EAGAIN);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    CHECK(recv(fd, &byte, 1, MSG_WAITALL) == -1 && errno == EAGAIN);
}

static void server_closes(void)
{
    int fd = open_connection();
    char byte;
    CHECK(strcmp(get(fd, "/close"), "hello") == 0);
    CHECK(recv(fd, &byte, 1, 0) == 0);
    CHECK(read(fd, &byte, 1) == 0);
}

static void half_close(void)
{
    int fd = open_connection();
    char byte;
    send_get(fd, "/size/1000000");
    CHECK(shutdown(fd, SHUT_WR) == 0);
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    check_body(fd, 1000000);
    CHECK(recv(fd, &byte, 1, 0) == 0);
}

/* stdio writes and reads where no hook sees it. */
static void streams(void)
{
    int fd = open_connection();
    FILE *out = fdopen(fd, "w"), *in = fdopen(dup(fd), "r");
    char line[100] = "";
    CHECK(out != NULL && in != NULL);
    for (int i = 0; i < 3; i++) {
        fputs("GET /size/1000000 HTTP/1.1\r\n\r\n", out);
        fflush(out);
        CHECK(fgets(line, sizeof line, in) != NULL && strcmp(line, "HTTP/1.1 200 OK\r\n") == 0);
        CHECK(fgets(line, sizeof line, in) != NULL && fgets(line, sizeof line, in) != NULL);
        for (size_t at = 0; at < 1000000; at++)
            CHECK(fgetc(in) == (int)(at % 251));
    }
    fclose(in);
    fclose(out);
}

/* Sent past every hook; the next read finds it. */
static void unseen_bytes(void)
{
    int fd = open_connection();
    CHECK(dprintf(fd, "GET / HTTP/1.1\r\n\r\n") == 18);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
}

static void *read_large(void *argument)
{
    check_body(*(int *)argument, 3000000);
    check_body(*(int *)argument, 3000000);
    return NULL;
}

static void one_reads_one_writes(void)
{
    int fd = open_connection();
    pthread_t reader;
    CHECK(pthread_create(&reader, NULL, read_large, &fd) == 0);
    usleep(20000); /* most often it waits in recv by then; right either way */
    send_get(fd, "/size/3000000");
    send_get(fd, "/size/3000000");
    CHECK(pthread_join(reader, NULL) == 0);
}

static void *many_requests(void *unused)
{
    (void)unused;
    for (int i = 0; i < 50; i++) {
        int fd = open_connection();
        for (int j = 1; j <= 5; j++)
            CHECK(atoi(get(fd, "/count")) == j);
        send_get(fd, "/size/500000");
        check_body(fd, 500000);
        CHECK(close(fd) == 0);
    }
    return NULL;
}

static void many_threads(void)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        CHECK(pthread_create(&threads[i], NULL, many_requests, NULL) == 0);
    for (int i = 0; i < 8; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(strcmp(get(open_connection(), "/live"), "1") == 0);
}

static void *one_request(void *unused)
{
    (void)unused;
    int fd = open_connection();
    send_get(fd, "/size/300000");
    check_body(fd, 300000);
    close(fd);
    return NULL;
}

static void small_stack(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 64 * 1024) == 0);
    CHECK(pthread_create(&thread, &attributes, one_request, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

/* A thread that is cancelled while it waits for an answer leaves no lock behind. */
static void *wait_for_nothing(void *argument)
{
    char byte;
    recv(*(int *)argument, &byte, 1, 0);
    return NULL;
}

static void cancelled_reader(void)
{
    int fd = open_connection();
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_for_nothing, &fd) == 0);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
}

static const struct test tests[] = {
    TEST(blocking),
    TEST(keep_alive),
    TEST(several_at_once),
    TEST(pipelining),
    TEST(non_blocking),
    TEST(with_poll),
    TEST(with_select),
    TEST(epoll_level),
    TEST(epoll_edge),
    TEST(epoll_level_before_connect),
    TEST(epoll_edge_before_connect),
    TEST(large_answer),
    TEST(large_request),
    TEST(wait_for_all),
    TEST(vectors),
    TEST(messages),
    TEST(many_messages),
    TEST(write_and_read),
    TEST(from_a_file),
    TEST(peek),
    TEST(receive_timeout),
    TEST(server_closes),
    TEST(half_close),
    TEST(streams),
    TEST(unseen_bytes),
    TEST(one_reads_one_writes),
    TEST(many_threads),
    TEST(small_stack),
    TEST(cancelled_reader),
};

MAIN(tests)
