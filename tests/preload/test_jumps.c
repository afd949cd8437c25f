/*
 * test_jumps.c - handlers that leave by siglongjmp, while a hook is at work: the signal comes when it has done, no lock is left
 * behind, and everything goes on. So do old programs that limit the time of getaddrinfo and connect by alarm(2).
 */
#include "tests/preload/check.h"

#include <setjmp.h>
#include <sys/time.h>

static sigjmp_buf place;
static volatile sig_atomic_t signals;

static void jump(int signal)
{
    (void)signal;
    signals++;
    siglongjmp(place, 1);
}

static void on(int signal, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    CHECK(sigaction(signal, &action, NULL) == 0);
}

/* All that takes a lock of ours works, here and in a child. */
static void all_is_well(void)
{
    int status, fd = open_connection();
    sigset_t mask;
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
        CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(close(fd) == 0);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGUSR1) == 0 &&
          sigismember(&mask, SIGTERM) == 0);
}

static void out_of_send(void)
{
    volatile int fd = open_connection();
    on(SIGUSR1, jump);
    for (volatile int i = 1; i <= 3; i++) {
        if (sigsetjmp(place, 1) == 0) {
            send_get(fd, "/signal");
            CHECK(!"it came back");
        }
        CHECK(signals == i);
        CHECK(strcmp(receive_text(fd), "hello") == 0);
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
    }
    all_is_well();
}

static void out_of_connect(void)
{
    on(SIGUSR1, jump);
    if (sigsetjmp(place, 1) == 0) {
        open_connection();
        CHECK(!"it came back");
    }
    CHECK(signals == 1);
    all_is_well();
}

/* A signal that the program has blocked stays blocked; one that does not jump comes once. */
static void count(int signal)
{
    (void)signal;
    signals++;
}

static void the_programs_own_mask(void)
{
    int fd = open_connection();
    sigset_t mask;
    on(SIGUSR1, count);
    CHECK(strcmp(get(fd, "/signal"), "hello") == 0 && signals == 1);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &mask, NULL) == 0);
    CHECK(strcmp(get(fd, "/signal"), "hello") == 0 && signals == 1);
    CHECK(sigpending(&mask) == 0 && sigismember(&mask, SIGUSR1) == 1);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGUSR1) == 1);
    sigemptyset(&mask);
    CHECK(pthread_sigmask(SIG_SETMASK, &mask, NULL) == 0 && signals == 2);
}

/* A timer that goes off again and again, wherever the program happens to be. malloc is no place to jump out of, for libc: so what it
 * would be inside of without us is kept away from. */
static void by_a_timer(void)
{
    static volatile int rounds, fd, left;
    const struct itimerval often = { { 0, 150 }, { 0, 150 } }, never = { 0 };
    struct sockaddr_in address = resolve(HOST);
    open_connection();
    on(SIGALRM, jump);
    for (rounds = 0; rounds < 3000; rounds++) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (sigsetjmp(place, 1) == 0) {
            CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
            while (true) {
                if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
                    CHECK(errno == EISCONN);
                CHECK(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL) == 18);
                char bytes[200];
                CHECK(recv(fd, bytes, sizeof bytes, 0) > 0);
            }
        }
        left += signals > 0;
        CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
        close(fd);
    }
    CHECK(left > 0);
    signal(SIGALRM, SIG_DFL);
    all_is_well();
}

static const struct test tests[] = {
    TEST(out_of_send),
    TEST(out_of_connect, { "DDBMOCK_STORAGE=signal" }),
    TEST(the_programs_own_mask),
    TEST(by_a_timer),
};

MAIN(tests)
