/*
 * check.h - black-box tests of the shim. A program's tests each run in a process of their own under
 * the shim, with the fake engine beside it; the runner, which starts them, is not under it.
 *
 * A test is a function and the environment that it wants; it returns when it passes and leaves
 * through CHECK when it fails. The only clock is a watchdog against hangs.
 */
#ifndef DDBMOCK_TESTS_PRELOAD_CHECK_H
#define DDBMOCK_TESTS_PRELOAD_CHECK_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOST "dynamodb.us-east-1.amazonaws.com"

struct test {
    const char *name;
    void (*run)(void);
    const char *environment[6]; /* "NAME=value", beside PATH, HOME (an empty directory of its own)
                                   and LD_PRELOAD */
    bool without_engine;        /* the shim stands alone */
};

#define TEST(function, ...)                                                                        \
    {                                                                                              \
#function, function, ##__VA_ARGS__                                                         \
    }

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            int error_ = errno;                                                                    \
            fprintf(stderr, "%s:%d: %s: false (errno %d, %s)\n", __FILE__, __LINE__, #condition,   \
                    error_, strerror(error_));                                                     \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* ThreadSanitizer reports what the program itself does wrong on purpose: closing a number that
 * another thread uses. */
__attribute__((unused)) static bool under_thread_sanitizer(void)
{
    const char *sanitizer = getenv("CHECK_SANITIZED");
    return sanitizer != NULL && strcmp(sanitizer, "thread") == 0;
}

/* --- a small client --- */

/* The address of HOST and port 80, by the name itself. */
__attribute__((unused)) static struct sockaddr_in resolve(const char *name)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found = NULL;
    struct sockaddr_in address;
    CHECK(getaddrinfo(name, "80", &hints, &found) == 0);
    memcpy(&address, found->ai_addr, sizeof address);
    freeaddrinfo(found);
    return address;
}

__attribute__((unused)) static int open_connection(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

__attribute__((unused)) static void send_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        CHECK(sent > 0);
        at += sent;
        size -= (size_t)sent;
    }
}

__attribute__((unused)) static void send_get(int fd, const char *path)
{
    char request[200];
    int length =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: " HOST "\r\n\r\n", path);
    send_all(fd, request, (size_t)length);
}

/* The body's size from an answer's head, which is taken byte by byte. */
__attribute__((unused)) static size_t receive_head(int fd)
{
    char head[512];
    size_t length = 0;
    do {
        CHECK(length < sizeof head - 1);
        CHECK(recv(fd, head + length, 1, 0) == 1);
        head[++length] = '\0';
    } while (length < 4 || strcmp(head + length - 4, "\r\n\r\n") != 0);
    const char *field = strstr(head, "Content-Length: ");
    CHECK(field != NULL);
    return strtoul(field + 16, NULL, 10);
}

/* An answer's body as a string. */
__attribute__((unused)) static const char *receive_text(int fd)
{
    static _Thread_local char body[1024];
    size_t size = receive_head(fd), at = 0;
    CHECK(size < sizeof body);
    while (at < size) {
        ssize_t got = recv(fd, body + at, size - at, 0);
        CHECK(got > 0);
        at += (size_t)got;
    }
    body[size] = '\0';
    return body;
}

__attribute__((unused)) static const char *get(int fd, const char *path)
{
    send_get(fd, path);
    return receive_text(fd);
}

/* What a shell command prints on stdout and stderr together, under the shim as this process is;
 * *status as of waitpid. */
__attribute__((unused)) static const char *run(const char *command, int *status)
{
    static char output[65536];
    int ends[2];
    size_t size = 0;
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(9);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], output + size, sizeof output - 1 - size)) > 0;)
        size += (size_t)got;
    output[size] = '\0';
    close(ends[0]);
    CHECK(waitpid(child, status, 0) == child);
    return output;
}

/* --- the runner --- */

static void check_start(const struct test *test, const char *self, const char *build,
                        const char *home)
{
    char preload[PATH_MAX + 128], path[PATH_MAX + 16], directory[PATH_MAX + 16],
        kept[PATH_MAX + 16];
    char *environment[16];
    const char *sanitizer = getenv("SANITIZED");
    size_t count = 0;
    char *place = realpath(build, NULL);
    if (place == NULL)
        _exit(2);
    /* A sanitizer's library must come first. */
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s%s/tests/preload/%s/libddbmock.so",
             sanitizer == NULL                     ? ""
             : strstr(sanitizer, "thread") != NULL ? "libtsan.so.2:"
                                                   : "libasan.so.8:libubsan.so.1:",
             place, test->without_engine ? "alone" : "fake");
    snprintf(path, sizeof path, "PATH=/usr/local/bin:/usr/bin:/bin");
    snprintf(directory, sizeof directory, "HOME=%s", home);
    snprintf(kept, sizeof kept, "CHECK_BUILD=%s", place);
    environment[count++] = preload;
    environment[count++] = path;
    environment[count++] = directory;
    environment[count++] = kept;
    if (sanitizer != NULL) {
        environment[count++] = strstr(sanitizer, "thread") != NULL
                                   ? (char *)"CHECK_SANITIZED=thread"
                                   : (char *)"CHECK_SANITIZED=address";
        environment[count++] = (char *)"ASAN_OPTIONS=detect_leaks=0";
    }
    for (size_t i = 0; i < 6 && test->environment[i] != NULL; i++)
        environment[count++] = (char *)test->environment[i];
    environment[count] = NULL;
    alarm(90);
    execve(self, (char *[]){ (char *)self, (char *)build, (char *)test->name, NULL }, environment);
    _exit(2);
}

static int check_main(int argc, char **argv, const struct test *tests, size_t count)
{
    int passed = 0, failed = 0;
    if (argc == 3) {
        for (size_t i = 0; i < count; i++)
            if (strcmp(tests[i].name, argv[2]) == 0) {
                tests[i].run();
                return 0;
            }
        return 2;
    }
    if (argc != 2) {
        fprintf(stderr, "usage: %s BUILD\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < count; i++) {
        if (strncmp(tests[i].name, "helper_", 7) == 0)
            continue; /* what a test starts */
        char home[] = "/tmp/ddbmock-test-XXXXXX";
        int status = -1;
        if (mkdtemp(home) == NULL)
            return 2;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            check_start(&tests[i], argv[0], argv[1], home);
        waitpid(child, &status, 0);
        bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        passed += good;
        failed += !good;
        printf("%s %s", good ? "ok    " : "FAILED", tests[i].name);
        if (WIFSIGNALED(status))
            printf(" (signal %d)", WTERMSIG(status));
        puts("");
        char remove[64];
        snprintf(remove, sizeof remove, "rm -rf %s", home);
        if (system(remove) != 0)
            return 2;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}

#define MAIN(tests)                                                                                \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return check_main(argc, argv, tests, sizeof tests / sizeof *tests);                        \
    }

#endif
