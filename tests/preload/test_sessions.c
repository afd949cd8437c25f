/*
 * test_sessions.c - a process tree shares a session, which comes into being at the first need and
 * goes with the last of its processes, however they end; named sessions stay.
 */
#include "tests/preload/check.h"

#include <dirent.h>
#include <signal.h>
#include <sys/file.h>

static const char *directory_of(const char *session)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "/dev/shm/ddbmock-%u/%s", (unsigned)geteuid(), session);
    return path;
}

static bool exists(const char *session)
{
    struct stat status;
    return lstat(directory_of(session), &status) == 0;
}

/* --- what the tests start: each connects and says in which session --- */

static void tell(void)
{
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
    CHECK(exists(getenv("DDBMOCK_SESSION")));
    puts(getenv("DDBMOCK_SESSION"));
    fflush(stdout);
}

static void helper_tell(void)
{
    tell();
}

static void helper_tell_without_exit(void)
{
    tell();
    _exit(0);
}

static void helper_tell_and_die(void)
{
    tell();
    kill(getpid(), SIGKILL);
}

/* The child outlives its parent, the root, and holds the session. */
static void helper_leave_a_child(void)
{
    int ends[2];
    tell();
    CHECK(pipe(ends) == 0);
    if (fork() == 0) {
        char byte;
        close(ends[1]);
        CHECK(read(ends[0], &byte, 1) == 0); /* the parent has gone */
        sleep(1);
        CHECK(exists(getenv("DDBMOCK_SESSION")));
        CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
        exit(0);
    }
}

static void helper_name(void)
{
    puts(getenv("DDBMOCK_SESSION"));
}

/* --- the tests --- */

/* Begins a tree: leaves this one, for a moment, by an empty LD_PRELOAD. */
#define OUTSIDE "P=$LD_PRELOAD; LD_PRELOAD= exec /usr/bin/env -u DDBMOCK_SESSION LD_PRELOAD=\"$P\" "

/* Runs `command` as the root of a tree of its own; "$HELPER name" in it starts a helper. Its output
 * without the last newline. */
static const char *run_root(const char *command)
{
    static char copy[65536];
    char whole[3 * PATH_MAX];
    int status;
    snprintf(whole, sizeof whole, OUTSIDE "HELPER='/proc/%d/exe %s' /bin/bash -c '%s'", getpid(),
             getenv("CHECK_BUILD"), command);
    snprintf(copy, sizeof copy, "%s", run(whole, &status));
    copy[strcspn(copy, "\n") +
         (strchr(copy, '\n') != NULL && strchr(copy, '\n')[1] != '\0' ? 1 : 0)] = '\0';
    copy[strcspn(copy, "\n")] = '\0';
    return copy;
}

static void nothing_without_need(void)
{
    const char *name = getenv("DDBMOCK_SESSION");
    CHECK(name != NULL && strncmp(name, "tree-", 5) == 0 && atoi(name + 5) == getpid());
    CHECK(!exists(name));
    resolve(HOST);
    CHECK(!exists(name));
}

static void made_at_the_first_connection(void)
{
    struct stat status;
    open_connection();
    CHECK(lstat(directory_of(getenv("DDBMOCK_SESSION")), &status) == 0);
    CHECK(S_ISDIR(status.st_mode) && (status.st_mode & 0777) == 0700 && status.st_uid == geteuid());
    /* Held, but not through a descriptor. */
    DIR *directory = opendir("/proc/self/fd");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char target[PATH_MAX] = "";
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        CHECK(length <= 0 || strncmp(target, "/dev/shm", 8) != 0);
    }
    char lock[PATH_MAX + 8];
    snprintf(lock, sizeof lock, "%s/lock", directory_of(getenv("DDBMOCK_SESSION")));
    int fd = open(lock, O_RDWR);
    CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
}

static void removed_at_exit(void)
{
    const char *name = run_root("exec $HELPER helper_tell");
    CHECK(strncmp(name, "tree-", 5) == 0 && !exists(name));
    name = run_root("exec $HELPER helper_tell_without_exit");
    CHECK(strncmp(name, "tree-", 5) == 0 && !exists(name));
}

static void removed_with_the_shell(void)
{
    const char *name = run_root("$HELPER helper_tell; $HELPER helper_tell; test -d "
                                "/dev/shm/ddbmock-$UID/$($HELPER helper_name) || "
                                "echo gone");
    CHECK(strncmp(name, "tree-", 5) == 0 && !exists(name));
    name = run_root("exec /bin/sh -c \"$HELPER helper_tell; true\"");
    CHECK(strncmp(name, "tree-", 5) == 0 && !exists(name));
}

static void killed_and_swept(void)
{
    char killed[200];
    snprintf(killed, sizeof killed, "%s", run_root("exec $HELPER helper_tell_and_die"));
    CHECK(strncmp(killed, "tree-", 5) == 0 && exists(killed));
    run_root("exec $HELPER helper_tell");
    CHECK(!exists(killed));
}

static void a_living_one_is_not_swept(void)
{
    open_connection();
    run_root("exec $HELPER helper_tell");
    CHECK(exists(getenv("DDBMOCK_SESSION")));
}

static void a_child_outlives_the_root(void)
{
    /* run_root returns when the child has gone, too: it holds the pipe's end. */
    const char *name = run_root("exec $HELPER helper_leave_a_child");
    CHECK(strncmp(name, "tree-", 5) == 0 && !exists(name));
}

/* The children of `command` are in one session: two lines, the same. */
static void check_shared(const char *command)
{
    char whole[2 * PATH_MAX];
    int status;
    snprintf(whole, sizeof whole, OUTSIDE "HELPER='/proc/%d/exe %s' %s", getpid(),
             getenv("CHECK_BUILD"), command);
    const char *output = run(whole, &status), *second = strchr(output, '\n');
    if (status != 0 || second == NULL)
        fprintf(stderr, "%s: %s\n", command, output);
    CHECK(status == 0 && second != NULL);
    CHECK(strncmp(output, "tree-", 5) == 0 &&
          strncmp(output, second + 1, (size_t)(second - output)) == 0);
}

static void a_tree_is_one(void)
{
    check_shared("/bin/bash -c '$HELPER helper_name; $HELPER helper_name'");
    check_shared("/bin/sh -c '$HELPER helper_name; $HELPER helper_name'");
    check_shared("/bin/bash -c '$HELPER helper_name; /bin/sh -c \"/bin/bash -c \\\"$HELPER "
                 "helper_name\\\"\"'");
    /* A child that is given an environment of nothing. */
    check_shared("/bin/bash -c '$HELPER helper_name; env -i $HELPER helper_name'");
    check_shared("/bin/bash -c '$HELPER helper_name; (exec -c $HELPER helper_name)'");
    check_shared("/usr/bin/env /bin/bash -c '$HELPER helper_name; nice $HELPER helper_name'");
}

/* More variables than fit on the stack, and none at all. */
static void large_environments(void)
{
    char name[20];
    int status;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "V%d", i);
        setenv(name, "x", 1);
    }
    unsetenv("DDBMOCK_SESSION");
    unsetenv("LD_PRELOAD");
    const char *output = run("env", &status);
    CHECK(status == 0 && strstr(output, "DDBMOCK_SESSION=tree-") != NULL);
    CHECK(strstr(output, "libddbmock.so") != NULL && strstr(output, "V1999=x") != NULL);
    clearenv();
    output = run("env", &status);
    CHECK(status == 0 && strstr(output, "DDBMOCK_SESSION=tree-") != NULL);
    CHECK(execl("/nowhere", "x", (char *)NULL) == -1 && errno == ENOENT);
}

static void two_trees_are_two(void)
{
    char first[200];
    snprintf(first, sizeof first, "%s", run_root("$HELPER helper_name"));
    CHECK(strncmp(first, "tree-", 5) == 0 && strcmp(first, run_root("$HELPER helper_name")) != 0);
    CHECK(strcmp(first, getenv("DDBMOCK_SESSION")) != 0);
}

static void an_emptied_preload_is_meant(void)
{
    int status;
    CHECK(strstr(run("LD_PRELOAD= env", &status), "libddbmock") == NULL && status == 0);
    CHECK(strstr(run("env -i env", &status), "libddbmock.so\n") != NULL && status == 0);
}

static void a_relative_preload_becomes_absolute(void)
{
    int status;
    const char *output =
        run("cd $CHECK_BUILD/tests/preload && LD_PRELOAD=${LD_PRELOAD%%/*}fake/libddbmock.so "
            "/bin/bash -c 'cd / && env'",
            &status);
    CHECK(status == 0 && strstr(output, "cannot be preloaded") == NULL);
    const char *preload = strstr(output, "LD_PRELOAD=");
    CHECK(preload != NULL && strstr(preload, "/tests/preload/fake/libddbmock.so\n") != NULL);
    CHECK(*strpbrk(preload, ":/\n") != 'f');
}

static void a_named_session_stays(void)
{
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
    CHECK(exists("test-sessions-named"));
    int status;
    run("exec /proc/$PPID/exe $CHECK_BUILD helper_tell", &status);
    CHECK(exists("test-sessions-named"));
    CHECK(rmdir(directory_of("test-sessions-named")) == 0);
}

static bool refused(const char *session, const char *part)
{
    int status;
    char command[3 * PATH_MAX];
    snprintf(command, sizeof command, "DDBMOCK_SESSION='%s' exec /proc/%d/exe %s helper_refused",
             session, getpid(), getenv("CHECK_BUILD"));
    const char *output = run(command, &status);
    bool good = status == 0 &&
                strncmp(output, "ddbmock: cannot make a session: DDBMOCK_SESSION=", 47) == 0 &&
                strstr(output, part) != NULL && strchr(output, '\n') == output + strlen(output) - 1;
    if (!good)
        fprintf(stderr, "%s\n", output);
    return good;
}

static void helper_refused(void)
{
    struct sockaddr_in address = resolve(HOST);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == -1 && errno == ECONNREFUSED);
}

static void a_path(void)
{
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/session", getenv("HOME"));
    setenv("DDBMOCK_SESSION", path, 1);
    int result;
    CHECK(strcmp(run("/proc/$PPID/exe $CHECK_BUILD helper_path", &result), "made\n") == 0);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0700);
    CHECK(chmod(path, 0755) == 0 && refused(path, "not this user's alone"));
    CHECK(rmdir(path) == 0 && symlink("/tmp", path) == 0 && refused(path, ""));
    snprintf(path, sizeof path, "%s/no/session", getenv("HOME"));
    CHECK(refused(path, "No such file or directory"));
}

static void helper_path(void)
{
    struct stat status;
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
    CHECK(stat(getenv("DDBMOCK_SESSION"), &status) == 0);
    puts("made");
}

static void wrong_names(void)
{
    CHECK(refused("two words", "a name has 1 to 71 letters"));
    CHECK(refused("..", "a name has 1 to 71 letters"));
    CHECK(
        refused("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "a name has 1 to 71 letters"));
}

/* Somebody has put something else where a session's directory should be. */
static void planted(void)
{
    open_connection(); /* makes the user's directory */
    CHECK(symlink("/tmp", directory_of("test-sessions-planted")) == 0);
    int status;
    const char *output = run("DDBMOCK_SESSION=test-sessions-planted XDG_RUNTIME_DIR=$HOME exec "
                             "/proc/$PPID/exe $CHECK_BUILD helper_connect",
                             &status);
    CHECK(unlink(directory_of("test-sessions-planted")) == 0);
    CHECK(status == 0 && strcmp(output, "elsewhere\n") == 0);
}

static void helper_connect(void)
{
    char path[PATH_MAX];
    struct stat status;
    CHECK(strcmp(get(open_connection(), "/"), "hello") == 0);
    snprintf(path, sizeof path, "%s/ddbmock-%u/test-sessions-planted", getenv("XDG_RUNTIME_DIR"),
             (unsigned)geteuid());
    CHECK(lstat(path, &status) == 0 && S_ISDIR(status.st_mode));
    puts("elsewhere");
}

static const struct test tests[] = {
    TEST(helper_tell),
    TEST(helper_tell_without_exit),
    TEST(helper_tell_and_die),
    TEST(helper_leave_a_child),
    TEST(helper_name),
    TEST(helper_path),
    TEST(helper_connect),
    TEST(helper_refused),
    TEST(nothing_without_need),
    TEST(made_at_the_first_connection),
    TEST(removed_at_exit),
    TEST(removed_with_the_shell),
    TEST(killed_and_swept),
    TEST(a_living_one_is_not_swept),
    TEST(a_child_outlives_the_root),
    TEST(a_tree_is_one),
    TEST(large_environments),
    TEST(two_trees_are_two),
    TEST(an_emptied_preload_is_meant),
    TEST(a_relative_preload_becomes_absolute),
    TEST(a_named_session_stays, { "DDBMOCK_SESSION=test-sessions-named" }),
    TEST(a_path),
    TEST(wrong_names),
    TEST(planted),
};

MAIN(tests)
