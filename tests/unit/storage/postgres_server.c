/*
 * postgres_server.c - see postgres_server.h. Criterion calls the hooks in the process that starts
 * the tests; those find the server in their environment.
 */
#include "tests/unit/storage/postgres_server.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE "DDBMOCK_TESTS_POSTGRES"

static int lifeline = -1; /* the server lives until it is closed */
static pid_t server;

/* Its first line is "ready" or the reason why there is none. */
static void start(const char *directory)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        return;
    server = fork();
    if (server == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl("tests/storage/postgres-server", "postgres-server", directory, NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    lifeline = in[1];
    char line[256] = "";
    FILE *output = fdopen(out[0], "r");
    if (fgets(line, sizeof line, output) && strcmp(line, "ready\n") == 0)
        setenv(VARIABLE, directory, 1);
    else
        fprintf(stderr, "the tests of the postgres backend are skipped: %s\n", line);
    fclose(output);
}

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    char directory[64];
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(directory, sizeof directory, "%s/ddbmock-postgres-%d", parent, (int)getpid());
    start(directory);
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    (void)stats;
    close(lifeline);
    waitpid(server, NULL, 0);
}

const char *postgres_server(void)
{
    const char *directory = getenv(VARIABLE);
    if (!directory)
        cr_skip_test("there is no PostgreSQL server");
    return directory;
}

const char *postgres_url(const char *user, const char *schema)
{
    static char url[512];
    snprintf(url, sizeof url, "postgres://%s@/postgres?host=%s&options=-csearch_path%%3D%s", user,
             postgres_server(), schema);
    return url;
}

const char *postgres_run(const char *format, ...)
{
    static char answer[256];
    char sql[1024], command[1400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    snprintf(command, sizeof command,
             "psql -qAtX -v ON_ERROR_STOP=1 -h %s -U ddbmock postgres 2>&1", postgres_server());
    int in[2];
    cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
    dprintf(in[1], "SET client_min_messages = warning;\n%s;\n", sql);
    close(in[1]);
    int before = dup(0);
    dup2(in[0], 0);
    FILE *output = popen(command, "re");
    dup2(before, 0);
    close(before);
    close(in[0]);
    answer[0] = '\0';
    if (fgets(answer, sizeof answer, output))
        answer[strcspn(answer, "\n")] = '\0';
    int status = pclose(output);
    cr_assert_eq(status, 0, "%s: %s", sql, answer);
    return answer;
}
