/*
 * test_waiting.c - the ways in which programs wait: every call for it, what interrupts it, what
 * ends it, and what threads do to each other meanwhile.
 */
#include "tests/preload/check.h"

#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static void with_ppoll(void)
{
    int fd = open_connection();
    struct pollfd entry = { fd, POLLIN | POLLRDHUP, 0 };
    struct timespec none = { 0 };
    sigset_t mask;
    sigemptyset(&mask);
    CHECK(ppoll(&entry, 1, &none, &mask) == 0);
    send_get(fd, "/");
    CHECK(ppoll(&entry, 1, NULL, &mask) == 1 && entry.revents == POLLIN);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    send_get(fd, "/close");
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    CHECK(ppoll(&entry, 1, NULL, &mask) == 1 && entry.revents == (POLLIN | POLLRDHUP));
}

static void with_pselect(void)
{
    int fd = open_connection();
    fd_set in, out;
    struct timespec none = { 0 };
    sigset_t mask;
    sigemptyset(&mask);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(fd, &in);
    FD_SET(fd, &out);
    CHECK(pselect(fd + 1, &in, &out, NULL, &none, &mask) == 1 && FD_ISSET(fd, &out));
    send_get(fd, "/");
    FD_SET(fd, &in);
    CHECK(pselect(fd + 1, &in, NULL, NULL, NULL, &mask) == 1 && FD_ISSET(fd, &in));
    CHECK(strcmp(receive_text(fd), "hello") == 0);
}

/* Each waiting call of epoll. */
static int wait_by(int how, int epoll, struct epoll_event *event, int limit)
{
    struct timespec span = { .tv_nsec = limit * 1000000L };
    return how == 0   ? epoll_wait(epoll, event, 1, limit)
           : how == 1 ? epoll_pwait(epoll, event, 1, limit, NULL)
                      : epoll_pwait2(epoll, event, 1, limit < 0 ? NULL : &span, NULL);
}

static int unconnected(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK(fd >= 0);
    return fd;
}

static void connect_it(int fd)
{
    struct sockaddr_in address = resolve(HOST);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
}

static void one_shot(bool before)
{
    int epoll = epoll_create1(0), fd = unconnected();
    struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = fd };
    if (before)
        CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    connect_it(fd);
    if (!before)
        CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    for (int i = 0; i < 3; i++) {
        struct epoll_event got;
        send_get(fd, "/");
        CHECK(wait_by(i, epoll, &got, -1) == 1 && got.events == EPOLLIN && got.data.fd == fd);
        CHECK(wait_by(i, epoll, &got, 0) == 0); /* once, though nothing has been read */
        CHECK(strcmp(receive_text(fd), "hello") == 0);
        CHECK(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0);
        CHECK(wait_by(i, epoll, &got, 0) == 0);
    }
}

static void epoll_one_shot(void)
{
    one_shot(false);
    one_shot(true);
}

static void exclusive(bool before)
{
    int first = epoll_create(1), second = (int)syscall(SYS_epoll_create1, EPOLL_CLOEXEC),
        fd = unconnected();
    struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.u64 = ~0ull }, got;
    CHECK(first >= 0 && second >= 0);
    for (int i = 0; i < 2; i++) {
        if (before == (i == 0)) {
            CHECK(epoll_ctl(first, EPOLL_CTL_ADD, fd, &event) == 0);
            CHECK(epoll_ctl(second, EPOLL_CTL_ADD, fd, &event) == 0);
        }
        if (i == 0)
            connect_it(fd);
    }
    CHECK(epoll_wait(first, &got, 1, 0) == 0 && epoll_wait(second, &got, 1, 0) == 0);
    send_get(fd, "/");
    CHECK(epoll_wait(first, &got, 1, -1) == 1 && got.data.u64 == ~0ull);
    CHECK(epoll_wait(second, &got, 1, -1) == 1 && got.events == EPOLLIN);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    CHECK(epoll_wait(first, &got, 1, 0) == 0 && epoll_wait(second, &got, 1, 0) == 0);
    /* It still is one that cannot be changed. */
    CHECK(epoll_ctl(first, EPOLL_CTL_MOD, fd, &event) == -1 && errno == EINVAL);
}

static void epoll_exclusive(void)
{
    exclusive(false);
    exclusive(true);
}

/* An epoll that watches another one, and a copy of a connection's number. */
static void epoll_in_epoll(void)
{
    int inner = epoll_create1(0), outer = epoll_create1(0), fd = unconnected();
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = 1 };
    CHECK(epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event) == 0);
    event.data.u32 = 2;
    CHECK(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event) == 0);
    connect_it(fd);
    int copy = dup(fd);
    event.data.u32 = 3;
    CHECK(epoll_ctl(outer, EPOLL_CTL_ADD, copy, &event) == 0);
    send_get(copy, "/");
    struct epoll_event got[3];
    CHECK(epoll_wait(outer, got, 3, -1) == 2 && got[0].data.u32 + got[1].data.u32 == 5);
    CHECK(epoll_wait(inner, got, 3, 0) == 1 && got[0].data.u32 == 1);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    CHECK(epoll_wait(outer, got, 3, 0) == 0);
}

/* Registered, then closed: no event is left behind. */
static void epoll_forgets_what_is_closed(void)
{
    int epoll = epoll_create1(0), fd = unconnected();
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.fd = fd };
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    connect_it(fd);
    CHECK(epoll_wait(epoll, &event, 1, -1) == 1 && event.events == EPOLLOUT);
    CHECK(close(fd) == 0);
    CHECK(epoll_wait(epoll, &event, 1, 0) == 0);
}

/* --- signals --- */

static volatile sig_atomic_t caught;

static void catch (int number)
{
    caught = number;
}

static void handle(int number, int flags)
{
    struct sigaction action = { .sa_handler = catch, .sa_flags = flags };
    CHECK(sigaction(number, &action, NULL) == 0);
}

/* Signals the thread until it has left its call: one may come too early. */
struct target {
    pthread_t thread;
    atomic_bool left;
};

static void *pester(void *argument)
{
    struct target *target = argument;
    while (!atomic_load(&target->left)) {
        pthread_kill(target->thread, SIGUSR1);
        usleep(1000);
    }
    return NULL;
}

static void interrupted(void)
{
    int fd = open_connection(), epoll = epoll_create1(0);
    char bytes[10];
    struct epoll_event event = { .events = EPOLLIN };
    struct iovec part = { bytes, sizeof bytes };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    struct pollfd entry = { fd, POLLIN, 0 };
    fd_set set;
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    handle(SIGUSR1, 0);
    for (int i = 0; i < 11; i++) {
        struct target target = { .thread = pthread_self() };
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, pester, &target) == 0);
        FD_ZERO(&set);
        FD_SET(fd, &set);
        ssize_t result = i == 0   ? recv(fd, bytes, 5, 0)
                         : i == 1 ? read(fd, bytes, 5)
                         : i == 2 ? recv(fd, bytes, 5, MSG_WAITALL)
                         : i == 3 ? recvmsg(fd, &message, 0)
                         : i == 4 ? recvfrom(fd, bytes, 5, 0, NULL, NULL)
                         : i == 5 ? readv(fd, &part, 1)
                         : i == 6 ? recv(fd, bytes, 5, MSG_PEEK)
                         : i == 7 ? poll(&entry, 1, -1)
                         : i == 8 ? select(fd + 1, &set, NULL, NULL, NULL)
                         : i == 9 ? epoll_wait(epoll, &event, 1, -1)
                                  : recvmsg(fd, &message, MSG_WAITALL);
        int error = errno;
        atomic_store(&target.left, true);
        CHECK(pthread_join(thread, NULL) == 0);
        errno = error;
        CHECK(result == -1 && error == EINTR);
    }
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
}

static void *ask_later(void *argument)
{
    usleep(30000);
    send_get(*(int *)argument, "/");
    return NULL;
}

/* With SA_RESTART the call goes on. */
static void interrupted_and_restarted(void)
{
    int fd = open_connection();
    struct target target = { .thread = pthread_self() };
    pthread_t thread, asker;
    handle(SIGUSR1, SA_RESTART);
    CHECK(pthread_create(&thread, NULL, pester, &target) == 0);
    CHECK(pthread_create(&asker, NULL, ask_later, &fd) == 0);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    atomic_store(&target.left, true);
    CHECK(pthread_join(thread, NULL) == 0 && pthread_join(asker, NULL) == 0);
    CHECK(caught == SIGUSR1);
}

/* Requests in a rain of signals. */
static void requests_under_signals(void)
{
    struct itimerval often = { { 0, 500 }, { 0, 500 } };
    handle(SIGALRM, SA_RESTART);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int i = 0; i < 200; i++) {
        int fd = open_connection();
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
        send_get(fd, "/size/300000");
        CHECK(receive_head(fd) == 300000);
        for (size_t left = 300000; left > 0;) {
            static char bytes[20000];
            ssize_t got = recv(fd, bytes, sizeof bytes, 0);
            CHECK(got > 0);
            left -= (size_t)got;
        }
        CHECK(close(fd) == 0);
    }
    often = (struct itimerval){ 0 };
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0 && caught == SIGALRM);
    alarm(90); /* the runner's, which the timer has taken */
}

/* The kernel tells by a signal that there is something to read. */
static void told_by_signal(void)
{
    int fd = unconnected();
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGRTMIN);
    CHECK(pthread_sigmask(SIG_BLOCK, &mask, NULL) == 0);
    CHECK(fcntl(fd, F_SETSIG, SIGRTMIN) == 0);
    CHECK(fcntl(fd, F_SETOWN, getpid()) == 0);
    connect_it(fd);
    CHECK(fcntl(fd, F_GETOWN) == getpid());
    CHECK(fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
    send_get(fd, "/");
    siginfo_t info;
    while (sigwaitinfo(&mask, &info) == SIGRTMIN && !(info.si_band & POLLIN))
        ;
    CHECK(info.si_fd == fd);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
}

/* --- time limits --- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void time_limits(void)
{
    int fd = open_connection();
    struct timeval limit = { .tv_usec = 50000 }, back;
    socklen_t length = sizeof back;
    char byte;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &back, &length) == 0);
    CHECK(back.tv_sec == 0 && back.tv_usec >= 48000 && back.tv_usec <= 52000);
    for (int i = 0; i < 3; i++) {
        double start = seconds();
        CHECK((i == 0   ? recv(fd, &byte, 1, 0)
               : i == 1 ? read(fd, &byte, 1)
                        : recv(fd, &byte, 1, MSG_WAITALL)) == -1 &&
              errno == EAGAIN);
        CHECK(seconds() - start >= 0.045);
    }
    /* Part of what MSG_WAITALL wants, and then its time is over. */
    char all[100];
    send_get(fd, "/");
    ssize_t got = recv(fd, all, sizeof all, MSG_WAITALL);
    CHECK(got > 20 && got < (ssize_t)sizeof all);
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
}

/* --- threads --- */

static atomic_int waiting;

static void *receive_one(void *argument)
{
    char byte;
    waiting++;
    return (void *)recv(*(int *)argument, &byte, 1, 0);
}

/* Whether the thread sleeps, as far as it can be told. */
static void let_them_wait(int count)
{
    while (waiting < count)
        usleep(1000);
    usleep(20000); /* most often they are in recv by then; right either way */
}

static void shut_down_while_reading(void)
{
    int fd = open_connection();
    pthread_t thread;
    void *result;
    CHECK(pthread_create(&thread, NULL, receive_one, &fd) == 0);
    let_them_wait(1);
    CHECK(shutdown(fd, SHUT_RDWR) == 0);
    CHECK(pthread_join(thread, &result) == 0 && (long)result == 0);
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
}

/* TCP would let the reader wait for ever; ours sees the end. Nothing of it reaches the next file
 * with that number. */
static void close_while_reading(void)
{
    int kept = open_connection();
    for (int i = 0; i < 20 && !under_thread_sanitizer(); i++) {
        int fd = open_connection(), number = fd;
        pthread_t thread;
        void *result;
        waiting = 0;
        CHECK(pthread_create(&thread, NULL, receive_one, &number) == 0);
        if (i % 2 == 0)
            let_them_wait(1);
        CHECK(close(fd) == 0);
        CHECK(pthread_join(thread, &result) == 0 && (long)result <= 0);
    }
    CHECK(strcmp(get(kept, "/live"), "1") == 0);
}

static atomic_bool stop;

/* Files under numbers that were connections a moment ago keep their bytes. */
static void *write_files(void *unused)
{
    (void)unused;
    while (!stop) {
        char name[] = "/tmp/ddbmock-test-file-XXXXXX", back[64] = "";
        int fd = mkstemp(name);
        CHECK(fd >= 0);
        unlink(name);
        CHECK(write(fd, "GET / HTTP/1.1\r\n\r\n", 18) == 18);
        CHECK(pread(fd, back, sizeof back, 0) == 18 &&
              memcmp(back, "GET / HTTP/1.1\r\n\r\n", 18) == 0);
        CHECK(close(fd) == 0);
    }
    return NULL;
}

static void *write_to_what_may_be_closed(void *argument)
{
    int *fd = argument;
    while (!stop)
        if (send(*fd, "GET /count HTTP/1.1\r\n\r\n", 23, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            CHECK(errno == EBADF || errno == ENOTSOCK || errno == ENOTCONN || errno == EPIPE ||
                  errno == ECONNRESET || errno == EAGAIN);
    return NULL;
}

static void close_while_writing(void)
{
    static int fd = -1;
    pthread_t writer, files;
    if (under_thread_sanitizer())
        return;
    CHECK(pthread_create(&files, NULL, write_files, NULL) == 0);
    CHECK(pthread_create(&writer, NULL, write_to_what_may_be_closed, &fd) == 0);
    for (int i = 0; i < 1000; i++) {
        fd = open_connection();
        CHECK(close(fd) == 0);
    }
    stop = true;
    CHECK(pthread_join(writer, NULL) == 0 && pthread_join(files, NULL) == 0);
    CHECK(strcmp(get(open_connection(), "/live"), "1") == 0);
}

static void *cancellable(void *unused)
{
    (void)unused;
    for (;;) {
        int fd = open_connection();
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
        close(fd);
    }
    return NULL;
}

/* Wherever a thread is cancelled, no lock stays behind. */
static void cancelled_anywhere(void)
{
    int fd = open_connection();
    for (int i = 0; i < 60; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, cancellable, NULL) == 0);
        usleep((useconds_t)i * 37);
        CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, NULL) == 0);
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
    }
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
}

/* One thread receives while another one sends on the same connection, and a third one asks what
 * it is. */
static void *ask_about(void *argument)
{
    struct sockaddr_in name;
    int value;
    while (!stop) {
        socklen_t length = sizeof name;
        CHECK(getpeername(*(int *)argument, (struct sockaddr *)&name, &length) == 0);
        length = sizeof value;
        CHECK(getsockopt(*(int *)argument, IPPROTO_TCP, TCP_NODELAY, &value, &length) == 0);
    }
    return NULL;
}

static void *send_many(void *argument)
{
    for (int i = 0; i < 300; i++)
        send_get(*(int *)argument, i % 10 == 0 ? "/size/200000" : "/");
    return NULL;
}

static void three_on_one(void)
{
    int fd = open_connection();
    pthread_t asker, sender;
    CHECK(pthread_create(&asker, NULL, ask_about, &fd) == 0);
    CHECK(pthread_create(&sender, NULL, send_many, &fd) == 0);
    for (int i = 0; i < 300; i++) {
        static char bytes[20000];
        size_t left = receive_head(fd);
        CHECK(left == (i % 10 == 0 ? 200000 : 5));
        while (left > 0) {
            ssize_t got = recv(fd, bytes, left < sizeof bytes ? left : sizeof bytes, 0);
            CHECK(got > 0);
            left -= (size_t)got;
        }
    }
    stop = true;
    CHECK(pthread_join(asker, NULL) == 0 && pthread_join(sender, NULL) == 0);
}

static void a_thousand_connections(void)
{
    enum { COUNT = 1000 };
    static int fds[COUNT];
    struct rlimit limit, after;
    /* What a login session has by default. */
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 1024;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int i = 0; i < COUNT; i++)
        fds[i] = open_connection();
    CHECK(getrlimit(RLIMIT_NOFILE, &after) == 0 && after.rlim_cur == 1024);
    for (int round = 1; round <= 2; round++)
        for (int i = 0; i < COUNT; i++)
            CHECK(atoi(get(fds[i], "/count")) == round);
    CHECK(strcmp(get(fds[0], "/live"), "1000") == 0);
    CHECK(dup2(fds[0], 2000) == -1 && errno == EBADF);
    for (int i = 1; i < COUNT; i++)
        CHECK(close(fds[i]) == 0);
    CHECK(strcmp(get(fds[0], "/live"), "1") == 0);
}

static const struct test tests[] = {
    TEST(with_ppoll),
    TEST(with_pselect),
    TEST(epoll_one_shot),
    TEST(epoll_exclusive),
    TEST(epoll_in_epoll),
    TEST(epoll_forgets_what_is_closed),
    TEST(interrupted),
    TEST(interrupted_and_restarted),
    TEST(requests_under_signals),
    TEST(told_by_signal),
    TEST(time_limits),
    TEST(shut_down_while_reading),
    TEST(close_while_reading),
    TEST(close_while_writing),
    TEST(cancelled_anywhere),
    TEST(three_on_one),
    TEST(a_thousand_connections),
};

MAIN(tests)
