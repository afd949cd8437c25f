/*
 * test_descriptors.c - numbers: copies of them, closing them in every way, one that has become
 * another file, fork and vfork, and the shim's own ones, which must not be in the way.
 */
#include "tests/preload/check.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Calls the kernel as a program does that is not linked with libc. */
static long raw(long number, long a, long b, long c)
{
#ifdef __x86_64__
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#endif
}

static int count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    CHECK(directory != NULL);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 3;
}

static void flags_are_kept(void)
{
    struct sockaddr_in address = resolve(HOST);
    for (int flags = 0; flags < 4; flags++) {
        int fd = socket(
            AF_INET, SOCK_STREAM | (flags & 1 ? SOCK_NONBLOCK : 0) | (flags & 2 ? SOCK_CLOEXEC : 0),
            0);
        CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
        CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK) == !(flags & 1));
        CHECK(!(fcntl(fd, F_GETFD) & FD_CLOEXEC) == !(flags & 2));
    }
}

static void nothing_is_left(void)
{
    int first = open_connection();
    int before = count_descriptors();
    for (int i = 0; i < 50; i++) {
        int fd = open_connection();
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
        CHECK(close(fd) == 0);
    }
    CHECK(count_descriptors() == before);
    CHECK(strcmp(get(first, "/live"), "1") == 0);
    CHECK(close(first) == 0);
    CHECK(close(first) == -1 && errno == EBADF);
}

static void copies(void)
{
    int fd = open_connection(), watch = open_connection();
    int a = dup(fd), b = fcntl(fd, F_DUPFD_CLOEXEC, 100), c = dup2(fd, 200),
        d = dup3(fd, 201, O_CLOEXEC);
    CHECK(b >= 100 && c == 200 && d == 201);
    CHECK(close(fd) == 0);
    CHECK(atoi(get(a, "/count")) == 1 && atoi(get(b, "/count")) == 2);
    CHECK(atoi(get(c, "/count")) == 3 && atoi(get(d, "/count")) == 4);
    close(a);
    close(b);
    close(c);
    CHECK(strcmp(get(watch, "/live"), "2") == 0);
    close(d);
    CHECK(strcmp(get(watch, "/live"), "1") == 0);
}

static void copied_over(void)
{
    int fd = open_connection(), watch = open_connection(), file = open("/dev/null", O_RDWR);
    CHECK(dup2(file, fd) == fd);
    CHECK(strcmp(get(watch, "/live"), "1") == 0);
    CHECK(write(fd, "x", 1) == 1);
    CHECK(dup2(watch, watch) == watch && strcmp(get(watch, "/"), "hello") == 0);
    CHECK(dup2(-1, watch) == -1 && errno == EBADF && strcmp(get(watch, "/"), "hello") == 0);
}

/* The worst that could happen: a user's file under a number that was ours. */
static void another_file_under_the_number(void)
{
    char name[] = "/tmp/ddbmock-test-file-XXXXXX", back[100] = "";
    static const char text[] = "GET / HTTP/1.1\r\n\r\nnot for you";
    int fd = open_connection();
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    CHECK(raw(SYS_close, fd, 0, 0) == 0);
    CHECK(mkstemp(name) == fd);
    CHECK(write(fd, text, sizeof text - 1) == sizeof text - 1);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK(read(fd, back, sizeof back) == sizeof text - 1 && strcmp(back, text) == 0);
    unlink(name);
}

static void another_socket_under_the_number(void)
{
    int fd = open_connection(), ends[2];
    char back[10] = "";
    CHECK(raw(SYS_close, fd, 0, 0) == 0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && ends[0] == fd);
    CHECK(send(ends[0], "abc", 3, 0) == 3 && recv(ends[1], back, 9, 0) == 3 &&
          strcmp(back, "abc") == 0);
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    CHECK(getpeername(fd, (struct sockaddr *)&name, &length) == 0 && name.ss_family == AF_UNIX);
}

static void closed_unseen_is_swept(void)
{
    int watch = open_connection();
    for (int i = 0; i < 20; i++)
        CHECK(raw(SYS_close, open_connection(), 0, 0) == 0);
    close(open_connection());
    CHECK(atoi(get(watch, "/live")) == 1);
}

static void closed_by_syscall(void)
{
    int watch = open_connection(), fd = open_connection();
    CHECK(syscall(SYS_write, fd, "GET / HTTP/1.1\r\n\r\n", 18) == 18);
    CHECK(strcmp(receive_text(fd), "hello") == 0);
    CHECK(syscall(SYS_close, fd) == 0);
    CHECK(syscall(SYS_close, fd) == -1 && errno == EBADF);
    CHECK(strcmp(get(watch, "/live"), "1") == 0);
}

/* A program that closes all it does not know must not close ours. */
static void closing_everything(void)
{
    int kept = open_connection(), low = dup2(kept, 3);
    CHECK(low == 3);
    for (int fd = 4; fd < 5000; fd++)
        close(fd);
    CHECK(strcmp(get(low, "/"), "hello") == 0);
    CHECK(close_range(4, ~0u, 0) == 0);
    CHECK(strcmp(get(low, "/"), "hello") == 0);
    closefrom(4);
    CHECK(strcmp(get(low, "/live"), "1") == 0);
    CHECK(close_range(3, ~0u, 0) == 0);
    CHECK(fcntl(3, F_GETFD) == -1 && errno == EBADF);
}

static int ours_above(int from)
{
    for (int fd = from; fd < 5000; fd++) {
        char path[64], target[64] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (readlink(path, target, sizeof target - 1) > 0 && strncmp(target, "socket:", 7) == 0)
            return fd;
    }
    return -1;
}

static void ours_are_hidden(void)
{
    int fd = open_connection(), watch = open_connection();
    int ours = ours_above(fd > watch ? fd + 1 : watch + 1);
    CHECK(ours > 0);
    CHECK(fcntl(ours, F_GETFD) == -1 && errno == EBADF);
    CHECK(dup(ours) == -1 && errno == EBADF);
    CHECK(close(ours) == -1 && errno == EBADF);
    /* And they give way. */
    for (int i = 0; i < 4; i++) {
        ours = ours_above(watch + 1);
        CHECK(dup2(1, ours) == ours && close(ours) == 0);
    }
    CHECK(strcmp(get(fd, "/"), "hello") == 0 && strcmp(get(watch, "/live"), "2") == 0);
}

static void fork_with_a_connection(void)
{
    int fd = open_connection(), report[2], status;
    CHECK(atoi(get(fd, "/count")) == 1);
    CHECK(pipe(report) == 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK(atoi(get(fd, "/count")) == 2);
        CHECK(atoi(get(fd, "/forks")) == 1);
        int own = open_connection();
        CHECK(atoi(get(own, "/count")) == 1);
        CHECK(close(fd) == 0 && close(own) == 0);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(atoi(get(fd, "/count")) == 2);
    CHECK(atoi(get(fd, "/forks")) == 0);
}

static volatile bool stop;

static void *busy(void *unused)
{
    (void)unused;
    while (!stop) {
        int fd = open_connection();
        for (int i = 0; i < 3; i++)
            CHECK(strcmp(get(fd, "/"), "hello") == 0);
        close(fd);
    }
    return NULL;
}

static void fork_beside_busy_threads(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, busy, NULL) == 0);
    for (int i = 0; i < 30; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            int fd = open_connection();
            CHECK(strcmp(get(fd, "/"), "hello") == 0);
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    stop = true;
    for (int i = 0; i < 3; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

__attribute__((noinline)) static pid_t close_all_and_exec(void)
{
    pid_t child = vfork();
    if (child == 0) {
        for (int fd = 3; fd < 5000; fd++)
            close(fd);
        close_range(3, ~0u, 0);
        execl("/bin/true", "true", NULL);
        _exit(9);
    }
    return child;
}

/* As Python's subprocess does: the child has our memory, but descriptors of its own. */
static void vfork_with_a_connection(void)
{
    int fd = open_connection(), status;
    CHECK(strcmp(get(fd, "/"), "hello") == 0);
    CHECK(waitpid(close_all_and_exec(), &status, 0) > 0 && status == 0);
    CHECK(atoi(get(fd, "/count")) == 2);
}

/* The shell's way: a child that was exec'ed writes to the descriptor, and the parent's process
 * answers. */
static void another_program_writes(void)
{
    int fd = open_connection(), status;
    fcntl(fd, F_SETFD, 0);
    char command[200];
    snprintf(command, sizeof command, "printf 'GET /count HTTP/1.1\\r\\n\\r\\n' >&%d", fd);
    for (int i = 1; i <= 3; i++) {
        pid_t child = fork();
        if (child == 0) {
            unsetenv("LD_PRELOAD");
            setenv("LD_PRELOAD", "", 1);
            execl("/bin/sh", "sh", "-c", command, NULL);
            _exit(9);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(atoi(receive_text(fd)) == i);
    }
}

/* A descriptor passed over a socket works in a process that knows nothing of it, as long as this
 * one lives. */
static void passed_over_a_socket(void)
{
    int ends[2], status;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        char byte, control[CMSG_SPACE(sizeof(int))];
        struct iovec part = { &byte, 1 };
        struct msghdr message = { .msg_iov = &part,
                                  .msg_iovlen = 1,
                                  .msg_control = control,
                                  .msg_controllen = sizeof control };
        int fd;
        CHECK(recvmsg(ends[1], &message, 0) == 1);
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        CHECK(strcmp(get(fd, "/"), "hello") == 0);
        exit(0);
    }
    int fd = open_connection();
    char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct iovec part = { &byte, 1 };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS,
                              .cmsg_len = CMSG_LEN(sizeof(int)) };
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    CHECK(sendmsg(ends[0], &message, 0) == 1);
    CHECK(close(fd) == 0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void few_descriptors(void)
{
    struct rlimit limit = { 64, 64 };
    int fds[64], count = 0;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    struct sockaddr_in address = resolve(HOST);
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0) {
            CHECK(errno == EMFILE);
            break;
        }
        if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
            CHECK(errno == EMFILE);
            close(fd);
            break;
        }
        fds[count++] = fd;
    }
    CHECK(count >= 15);
    for (int i = 0; i < count; i++) {
        CHECK(strcmp(get(fds[i], "/"), "hello") == 0);
        close(fds[i]);
    }
    CHECK(strcmp(get(open_connection(), "/live"), "1") == 0);
}

static void connected_twice(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = open_connection();
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == -1 && errno == EISCONN);
    struct sockaddr none = { .sa_family = AF_UNSPEC };
    CHECK(connect(fd, &none, sizeof none) == 0);
    CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(atoi(get(fd, "/count")) == 1);
    CHECK(connect(-1, (struct sockaddr *)&address, sizeof address) == -1 && errno == EBADF);
    CHECK(connect(1, (struct sockaddr *)&address, sizeof address) == -1 && errno == ENOTSOCK);
}

static const struct test tests[] = {
    TEST(flags_are_kept),
    TEST(nothing_is_left),
    TEST(copies),
    TEST(copied_over),
    TEST(another_file_under_the_number),
    TEST(another_socket_under_the_number),
    TEST(closed_unseen_is_swept),
    TEST(closed_by_syscall),
    TEST(closing_everything),
    TEST(ours_are_hidden),
    TEST(fork_with_a_connection),
    TEST(fork_beside_busy_threads),
    TEST(vfork_with_a_connection),
    TEST(another_program_writes),
    TEST(passed_over_a_socket),
    TEST(few_descriptors),
    TEST(connected_twice),
};

MAIN(tests)
