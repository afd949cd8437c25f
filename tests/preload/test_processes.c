/*
 * test_processes.c - processes that a program makes in all ways: they belong to its session, and a
 * connection that they inherit, or are handed, is answered or at its end, never anything else.
 */
#include "tests/preload/check.h"

#include <dlfcn.h>
#include <spawn.h>

static const char small[] = "GET /count HTTP/1.1\r\n\r\n";

static void wait_for(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void wait_readable(int fd)
{
    struct pollfd entry = { fd, POLLIN, 0 };
    CHECK(poll(&entry, 1, -1) == 1 && entry.revents == POLLIN);
}

/* --- what is started belongs to the tree --- */

static void helper_session(void)
{
    printf("%s\n", getenv("DDBMOCK_SESSION"));
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
}

static char self[64], command[PATH_MAX + 200];

/* Arguments that start the helper, whose output is to be this process's session. */
static char **helper(void)
{
    static char *arguments[4];
    snprintf(self, sizeof self, "/proc/%d/exe", getpid());
    snprintf(command, sizeof command, "%s %s helper_session", self, getenv("CHECK_BUILD"));
    arguments[0] = self;
    arguments[1] = getenv("CHECK_BUILD");
    arguments[2] = (char *)"helper_session";
    return arguments;
}

static void check_output(int fd)
{
    char output[200] = "", expected[200];
    size_t size = 0;
    for (ssize_t got; (got = read(fd, output + size, sizeof output - 1 - size)) > 0;)
        size += (size_t)got;
    snprintf(expected, sizeof expected, "%s\n", getenv("DDBMOCK_SESSION"));
    if (strcmp(output, expected) != 0)
        fprintf(stderr, "'%s' instead of '%s'\n", output, expected);
    CHECK(strcmp(output, expected) == 0);
}

static void by_spawn(void)
{
    char *nothing[] = { NULL }, **arguments = helper();
    for (int i = 0; i < 4; i++) {
        posix_spawn_file_actions_t actions;
        int ends[2];
        pid_t child;
        CHECK(pipe(ends) == 0 && posix_spawn_file_actions_init(&actions) == 0);
        CHECK(posix_spawn_file_actions_adddup2(&actions, ends[1], 1) == 0);
        CHECK(posix_spawn_file_actions_addclose(&actions, ends[0]) == 0);
        CHECK((i % 2 == 0
                   ? posix_spawn(&child, self, &actions, NULL, arguments, i < 2 ? environ : nothing)
                   : posix_spawnp(&child, self, &actions, NULL, arguments,
                                  i < 2 ? environ : nothing)) == 0);
        close(ends[1]);
        check_output(ends[0]);
        wait_for(child);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[0]);
    }
}

static void by_a_shell(void)
{
    char file[PATH_MAX], whole[2 * PATH_MAX];
    helper();
    FILE *output = popen(command, "r");
    CHECK(output != NULL);
    check_output(fileno(output));
    CHECK(pclose(output) == 0);
    static const char *const shells[] = { "%s >%s", "/bin/dash -c '%s' >%s",
                                          "/bin/bash -c '%s' >%s",
                                          "/bin/bash -c '/bin/sh -c \"env -i %s\"' >%s",
                                          "/bin/dash -c 'env -u LD_PRELOAD %s' >%s" };
    snprintf(file, sizeof file, "%s/output", getenv("HOME"));
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        snprintf(whole, sizeof whole, shells[i], command, file);
        CHECK(system(whole) == 0);
        int fd = open(file, O_RDONLY);
        check_output(fd);
        close(fd);
    }
}

static void exec_by(int how, char **arguments)
{
    char *nothing[] = { NULL };
    int fd = open(self, O_RDONLY | O_CLOEXEC);
    switch (how) {
    case 0:
        execv(self, arguments);
        break;
    case 1:
        execve(self, arguments, nothing);
        break;
    case 2:
        execvp(self, arguments);
        break;
    case 3:
        execvpe(self, arguments, nothing);
        break;
    case 4:
        execl(self, self, arguments[1], arguments[2], NULL);
        break;
    case 5:
        execlp(self, self, arguments[1], arguments[2], NULL);
        break;
    case 6:
        execle(self, self, arguments[1], arguments[2], NULL, nothing);
        break;
    case 7:
        fexecve(fd, arguments, nothing);
        break;
    default:
        execveat(fd, "", arguments, nothing, AT_EMPTY_PATH);
    }
    _exit(9);
}

static void by_every_exec(void)
{
    char **arguments = helper();
    for (int i = 0; i < 18; i++) {
        int ends[2];
        CHECK(pipe(ends) == 0);
        pid_t child = i % 2 == 0 ? fork() : vfork();
        if (child == 0) {
            dup2(ends[1], 1);
            close(ends[0]);
            close(ends[1]);
            exec_by(i / 2, arguments);
        }
        close(ends[1]);
        check_output(ends[0]);
        wait_for(child);
        close(ends[0]);
    }
}

/* --- connections in them --- */

/* Another program, which knows nothing of us, writes a request to its standard output. */
static pid_t spawn_writer(posix_spawn_file_actions_t *actions, const char *script)
{
    char *arguments[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
    char *outside[] = { (char *)"LD_PRELOAD=", NULL };
    pid_t child;
    CHECK(posix_spawn(&child, "/bin/sh", actions, NULL, arguments, outside) == 0);
    return child;
}

static void spawned_with_a_connection(void)
{
    int fd = open_connection();
    posix_spawn_file_actions_t actions;
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, fd, 1) == 0);
    pid_t child = spawn_writer(&actions, "printf 'GET /count HTTP/1.1\\r\\n\\r\\n'");
    wait_readable(fd);
    CHECK(strcmp(receive_text(fd), "1") == 0);
    wait_for(child);
    /* Without an action: a number that is simply not closed. */
    char script[100];
    fcntl(fd, F_SETFD, 0);
    snprintf(script, sizeof script, "printf 'GET /count HTTP/1.1\\r\\n\\r\\n' >&%d", fd);
    child = spawn_writer(NULL, script);
    wait_readable(fd);
    CHECK(strcmp(receive_text(fd), "2") == 0);
    wait_for(child);
    /* The child reads the answer itself, after the parent has closed its number. */
    snprintf(script, sizeof script,
             "sleep 0.1; printf 'GET /close HTTP/1.1\\r\\n\\r\\n' >&%d; cat <&%d | grep -q hello",
             fd, fd);
    child = spawn_writer(NULL, script);
    CHECK(close(fd) == 0);
    wait_for(child);
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
}

static void helper_after_exec(void)
{
    char byte;
    int fd = atoi(getenv("INHERITED"));
    CHECK(recv(fd, &byte, 1, 0) == 0);
    CHECK(send(fd, small, sizeof small - 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    CHECK(close(fd) == 0);
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
}

/* The process that answered has gone with exec: the stream is at its end. */
static void exec_ends_a_connection(void)
{
    char number[20];
    int fd = open_connection();
    CHECK(atoi(get(fd, "/count")) == 1);
    CHECK(fcntl(fd, F_SETFD, 0) == 0);
    snprintf(number, sizeof number, "%d", fd);
    setenv("INHERITED", number, 1);
    execl("/proc/self/exe", "test_processes", getenv("CHECK_BUILD"), "helper_after_exec", NULL);
    CHECK(false);
}

/* The child of vfork writes, as subprocess has it with stdout=socket; who then reads, reads the
 * answer. */
__attribute__((noinline)) static pid_t vfork_and_write(int fd)
{
    pid_t child = vfork();
    if (child == 0) {
        dup2(fd, 1);
        execle("/bin/sh", "sh", "-c", "printf 'GET /count HTTP/1.1\\r\\n\\r\\n'", NULL,
               (char *[]){ (char *)"LD_PRELOAD=", NULL });
        _exit(9);
    }
    return child;
}

static void written_by_a_vforked_child(void)
{
    int fd = open_connection();
    wait_for(vfork_and_write(fd));
    CHECK(strcmp(receive_text(fd), "1") == 0);
    CHECK(atoi(get(fd, "/count")) == 2);
}

static struct msghdr with_descriptor(struct iovec *part, char *control, size_t size)
{
    return (struct msghdr){
        .msg_iov = part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = size
    };
}

/* Sent to oneself, as servers that hand connections on to their threads do. */
static void passed_to_oneself(void)
{
    for (int i = 0; i < 2; i++) {
        int ends[2], fd = open_connection(), back;
        char byte = 0, control[CMSG_SPACE(sizeof fd)] = { 0 };
        struct iovec part = { &byte, 1 };
        struct mmsghdr message = { .msg_hdr = with_descriptor(&part, control, sizeof control) };
        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message.msg_hdr);
        *head = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                  .cmsg_type = SCM_RIGHTS,
                                  .cmsg_len = CMSG_LEN(sizeof fd) };
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
        CHECK(i == 0 ? sendmsg(ends[0], &message.msg_hdr, 0) == 1
                     : sendmmsg(ends[0], &message, 1, 0) == 1);
        CHECK(close(fd) == 0);
        memset(control, 0, sizeof control);
        message.msg_hdr = with_descriptor(&part, control, sizeof control);
        CHECK(i == 0 ? recvmsg(ends[1], &message.msg_hdr, 0) == 1
                     : recvmmsg(ends[1], &message, 1, 0, NULL) == 1);
        memcpy(&back, CMSG_DATA(CMSG_FIRSTHDR(&message.msg_hdr)), sizeof back);
        struct sockaddr_in peer, expected = resolve(HOST);
        socklen_t length = sizeof peer;
        CHECK(getpeername(back, (struct sockaddr *)&peer, &length) == 0);
        CHECK(peer.sin_addr.s_addr == expected.sin_addr.s_addr);
        CHECK(atoi(get(back, "/count")) == 1);
        CHECK(close(back) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
    }
}

/* --- before main --- */

static void helper_early(void)
{
    const char *(*answer)(void) = (const char *(*)(void))dlsym(RTLD_DEFAULT, "early_answer");
    CHECK(answer != NULL);
    puts(answer());
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
}

static void constructor_before_ours(void)
{
    char whole[3 * PATH_MAX];
    int status;
    snprintf(
        whole, sizeof whole,
        "LD_PRELOAD=$LD_PRELOAD:%s/tests/preload/fake/early.so exec /proc/%d/exe %s helper_early",
        getenv("CHECK_BUILD"), getpid(), getenv("CHECK_BUILD"));
    const char *output = run(whole, &status);
    if (status != 0 || strcmp(output, "dynamodb.eu-west-1.amazonaws.com\n") != 0)
        fprintf(stderr, "%s\n", output);
    CHECK(status == 0 && strcmp(output, "dynamodb.eu-west-1.amazonaws.com\n") == 0);
}

static const struct test tests[] = {
    TEST(helper_session),
    TEST(by_spawn),
    TEST(by_a_shell),
    TEST(by_every_exec),
    TEST(spawned_with_a_connection),
    TEST(helper_after_exec),
    TEST(exec_ends_a_connection),
    TEST(written_by_a_vforked_child),
    TEST(passed_to_oneself),
    TEST(helper_early),
    TEST(constructor_before_ours),
};

MAIN(tests)
