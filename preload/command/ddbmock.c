/*
 * ddbmock.c - the command: the list of its commands, `ddbmock help`, and `ddbmock run`; the others are in files of
 * their own.
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

#include "preload/command/binary.h"
#include "preload/command/supervise.h"
#include "preload/session.h"

#ifndef DDBMOCK_LIBDIR
#define DDBMOCK_LIBDIR "/usr/local/lib/ddbmock"
#endif

static int run(int argc, char **argv);
static int help(int argc, char **argv);

static const char usage_run[] =
    "usage: ddbmock run [--session NAME] [--supervise] [--] PROGRAM [ARGUMENT...]\n"
    "\n"
    "Runs PROGRAM with LD_PRELOAD set, so that the AWS SDK in it, and in all that it starts, talks to a\n"
    "DynamoDB inside the process. The programs of one `ddbmock run` share their tables, which go with the\n"
    "last of them; two runs never see each other.\n"
    "\n"
    "A program that no preload reaches (a static one, Go's) is led to the same DynamoDB on a loopback port,\n"
    "and this command stays as its parent; so are the static programs that it starts.\n"
    "\n"
    "  -s, --session NAME  share the tables of the session NAME (or, with a '/', of that directory), and keep\n"
    "                      them afterwards\n"
    "  -S, --supervise     stay as PROGRAM's parent even if it can be preloaded, for the sake of static\n"
    "                      programs that it starts\n"
    "  -h, --help          show this\n"
    "\n"
    "The exit status is PROGRAM's; 127 when it cannot be found, 126 when it cannot be run, 125 when ddbmock\n"
    "itself fails.\n";

static const char usage_help[] = "usage: ddbmock help [COMMAND]\n"
                                 "\n"
                                 "Explains COMMAND, or lists the commands.\n";

/* Every command, in the groups in which they are listed. */
static const struct command {
    const char *group; /* what the next ones are about; NULL: the same */
    const char *name, *summary, *usage;
    int (*run)(int argc, char **argv); /* argv[0] is the name; the exit status */
} commands[] = {
    { "run programs", "run",
      "run a program, and all that it starts, with a DynamoDB in the process", usage_run, run },
    { NULL, "serve", "serve a DynamoDB over HTTP, for programs that cannot run that way",
      usage_serve, serve },
    { NULL, "doctor", "say whether and how a program will be intercepted, without running it",
      usage_doctor, doctor },
    { "put a session into a known state", "reset",
      "take all tables away, or those of a Region, or items", usage_reset, reset },
    { NULL, "snapshot", "keep the present state under a name; list and delete such", usage_snapshot,
      snapshot },
    { NULL, "restore", "make the state of a snapshot the present one", usage_restore, restore },
    { NULL, "fork", "begin another session as a snapshot of this one", usage_fork, fork_snapshot },
    { "carry tables and items", "seed",
      "make tables from the output of `aws dynamodb describe-table`", usage_seed, seed },
    { NULL, "import", "put items into a table: JSON lines, an export to S3", usage_import,
      import_table },
    { NULL, "export", "write a table's items: JSON lines, an export to S3", usage_export,
      export_table },
    { "look", "sessions", "list the sessions, their sizes and processes; delete one",
      usage_sessions, sessions },
    { NULL, "tables", "list a session's tables and their sizes", usage_tables, tables },
    { NULL, "report", "say what a run needs of DynamoDB: capacity, hot keys, costs", usage_report,
      report },
    { NULL, "config", "show the settings, and where they come from", usage_config, config },
    { NULL, "help", "explain a command", usage_help, help },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *out)
{
    fputs("usage: ddbmock COMMAND [OPTION...] [ARGUMENT...]\n"
          "       ddbmock help [COMMAND]\n"
          "       ddbmock --version | --help\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (commands[i].group != NULL)
            fprintf(out, "\n%s\n", commands[i].group);
        fprintf(out, "   %-10s %s\n", commands[i].name, commands[i].summary);
    }
    fputs(
        "\n'ddbmock help COMMAND' explains one; ddbmock(1), ddbmock-COMMAND(1) and libddbmock(7) tell all.\n",
        out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int say_unknown(const char *who, const char *name)
{
    fprintf(stderr, "%s: there is no command '%s'. The commands are", who, name);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : i + 1 < COMMANDS ? "," : " and", commands[i].name);
    fputs(".\n", stderr);
    return FAILED;
}

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
    enum { AS = 1 };
    static const struct option options[] = {
        { "session", required_argument, NULL, 's' },
        { "supervise", no_argument, NULL, 'S' },
        { "help", no_argument, NULL, 'h' },
        { "as", required_argument, NULL, AS }, /* the shim's (preload/lead.c) */
        { 0 },
    };
    const char *session = NULL;
    const char *as = NULL;
    bool supervised = false;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "+s:Sh", options, NULL)) != -1;) {
        switch (option) {
        case AS:
            as = optarg;
            break;
        case 's':
            session = optarg;
            break;
        case 'S':
            supervised = true;
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
    struct binary binary = { 0 };
    bool known = binary_inspect(argv[optind], &binary) == 0 && binary.is_elf;
    if (supervised || as != NULL || (known && !binary_can_preload(&binary))) {
        if (binary.musl)
            unsetenv("LD_PRELOAD"); /* its loader would fail on our object */
        session_start();
        return supervise(argv + optind, as);
    }
    execvp(argv[optind], argv + optind);
    int error = errno;
    fprintf(stderr, "ddbmock run: %s: %s\n", argv[optind], strerror(error));
    return error == ENOENT ? NOT_FOUND : NOT_RUN;
}

static int help(int argc, char **argv)
{
    const struct command *command = argc >= 2 ? find_command(argv[1]) : NULL;
    if (argc >= 2 && command == NULL)
        return say_unknown("ddbmock help", argv[1]);
    if (command != NULL)
        fputs(command->usage, stdout);
    else
        print_usage(stdout);
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
            print_usage(stdout);
            return 0;
        default:
            fputs("Try 'ddbmock --help'.\n", stderr);
            return FAILED;
        }
    }
    argc -= optind;
    argv += optind;
    if (argc == 0) {
        print_usage(stderr);
        return FAILED;
    }
    const struct command *command = find_command(argv[0]);
    return command != NULL ? command->run(argc, argv) : say_unknown("ddbmock", argv[0]);
}
