/*
 * ddbmock.c - the command: runs a program under the shim, and says what it is; serve.c has the
 * server.
 *
 * `ddbmock run` sets LD_PRELOAD and becomes the program, whose exit status, signals and terminal
 * are then its own.
 */
#include "preload/command/command.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DDBMOCK_LIBDIR
#define DDBMOCK_LIBDIR "/usr/local/lib/ddbmock"
#endif

#define COMMANDS "run, serve, config, report and help"

static const char usage[] =
    "usage: ddbmock run [--session NAME] [--] PROGRAM [ARGUMENT...]\n"
    "       ddbmock serve [--host HOST] [--port PORT] [OPTION...]\n"
    "       ddbmock config [--long | --json]\n"
    "       ddbmock report [OPTION...] [FILE]\n"
    "       ddbmock help [COMMAND]\n"
    "       ddbmock --version | --help\n"
    "\n"
    "  run     run a program, and all that it starts, with a DynamoDB inside the process\n"
    "  serve   serve a DynamoDB over HTTP, for programs that cannot run that way\n"
    "  config  show the settings, and where they come from\n"
    "  report  say what a run needs of DynamoDB: capacity, hot keys, costs\n"
    "  help    explain a command\n"
    "\n"
    "See ddbmock(1), ddbmock-serve(1), ddbmock-config(1), ddbmock-report(1) and "
    "libddbmock(7).\n";

static const char usage_run[] = "usage: ddbmock run [--session NAME] [--] PROGRAM [ARGUMENT...]\n"
                                "\n"
                                "Runs PROGRAM with LD_PRELOAD set, so that the AWS SDK in it, and "
                                "in all that it starts, talks to a\n"
                                "DynamoDB inside the process. The programs of one `ddbmock run` "
                                "share their tables, which go with the\n"
                                "last of them; two runs never see each other.\n"
                                "\n"
                                "  -s, --session NAME  share the tables of the session NAME (or, "
                                "with a '/', of that directory), and keep\n"
                                "                      them afterwards\n"
                                "  -h, --help          show this\n"
                                "\n"
                                "The exit status is PROGRAM's; 127 when it cannot be found, 126 "
                                "when it cannot be run, 125 when ddbmock\n"
                                "itself fails.\n";

const char *find_object(const char *command, const char *object)
{
    static char path[PATH_MAX + 64];
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL) {
        *slash = '\0';
        snprintf(path, sizeof path, "%s/%s", self, object);
        if (access(path, R_OK) == 0)
            return path;
        slash = strrchr(self, '/');
        if (slash != NULL) {
            *slash = '\0';
            snprintf(path, sizeof path, "%s/lib/ddbmock/%s", self, object);
            if (access(path, R_OK) == 0)
                return path;
        }
    }
    snprintf(path, sizeof path, DDBMOCK_LIBDIR "/%s", object);
    if (access(path, R_OK) == 0)
        return path;
    fprintf(stderr,
            "ddbmock %s: %s is neither beside this command, nor in ../lib/ddbmock, nor "
            "in " DDBMOCK_LIBDIR ".\n",
            command, object);
    return NULL;
}

/* LD_PRELOAD with the shim first, unless it is there. */
static int set_preload(const char *shim)
{
    const char *former = getenv("LD_PRELOAD");
    if (former == NULL || *former == '\0')
        return setenv("LD_PRELOAD", shim, 1);
    if (strstr(former, "libddbmock.so") != NULL)
        return 0;
    size_t size = strlen(shim) + strlen(former) + 2;
    char *list = malloc(size);
    if (list == NULL)
        return -1;
    snprintf(list, size, "%s:%s", shim, former);
    int result = setenv("LD_PRELOAD", list, 1);
    free(list);
    return result;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        { "session", required_argument, NULL, 's' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    const char *session = NULL;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "+s:h", options, NULL)) != -1;) {
        switch (option) {
        case 's':
            session = optarg;
            break;
        case 'h':
            fputs(usage_run, stdout);
            return 0;
        default:
            fputs("Try 'ddbmock help run'.\n", stderr);
            return FAILED;
        }
    }
    if (optind == argc) {
        fputs("ddbmock run: no program is given. Try 'ddbmock help run'.\n", stderr);
        return FAILED;
    }
    if (session != NULL && *session == '\0') {
        fputs("ddbmock run: --session: a name has 1 to 71 letters, digits, '-', '_' and '.'; a "
              "path has a '/'.\n",
              stderr);
        return FAILED;
    }
    const char *shim = find_object("run", "libddbmock.so");
    if (shim == NULL)
        return FAILED;
    if (strpbrk(shim, ": ") != NULL) {
        fprintf(stderr,
                "ddbmock run: %s: LD_PRELOAD takes no path with a blank or a colon in it.\n", shim);
        return FAILED;
    }
    if (set_preload(shim) != 0 || (session != NULL && setenv("DDBMOCK_SESSION", session, 1) != 0)) {
        fprintf(stderr, "ddbmock run: %s\n", strerror(errno));
        return FAILED;
    }
    if (configure("run") != 0)
        return FAILED;
    execvp(argv[optind], argv + optind);
    int error = errno;
    fprintf(stderr, "ddbmock run: %s: %s\n", argv[optind], strerror(error));
    return error == ENOENT ? NOT_FOUND : NOT_RUN;
}

static int help(int argc, char **argv)
{
    if (argc < 2) {
        fputs(usage, stdout);
    } else if (strcmp(argv[1], "run") == 0) {
        fputs(usage_run, stdout);
    } else if (strcmp(argv[1], "serve") == 0) {
        fputs(usage_serve, stdout);
    } else if (strcmp(argv[1], "config") == 0) {
        fputs(usage_config, stdout);
    } else if (strcmp(argv[1], "report") == 0) {
        fputs(usage_report, stdout);
    } else if (strcmp(argv[1], "help") == 0) {
        fputs(
            "usage: ddbmock help [COMMAND]\n\nExplains COMMAND (run, serve, config, report, help), or lists "
            "the commands.\n",
            stdout);
    } else {
        fprintf(stderr, "ddbmock help: there is no command '%s'. The commands are " COMMANDS ".\n",
                argv[1]);
        return FAILED;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    for (int option; (option = getopt_long(argc, argv, "+Vh", options, NULL)) != -1;) {
        switch (option) {
        case 'V':
            puts("ddbmock " DDBMOCK_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs("Try 'ddbmock --help'.\n", stderr);
            return FAILED;
        }
    }
    argc -= optind;
    argv += optind;
    if (argc == 0) {
        fputs(usage, stderr);
        return FAILED;
    }
    if (strcmp(argv[0], "run") == 0)
        return run(argc, argv);
    if (strcmp(argv[0], "serve") == 0)
        return serve(argc, argv);
    if (strcmp(argv[0], "config") == 0)
        return config(argc, argv);
    if (strcmp(argv[0], "report") == 0)
        return report(argc, argv);
    if (strcmp(argv[0], "help") == 0)
        return help(argc, argv);
    fprintf(stderr, "ddbmock: there is no command '%s'. The commands are " COMMANDS ".\n", argv[0]);
    return FAILED;
}
