/*
 * report.c - `ddbmock report`: the options, and which file of statistics is meant. What it says is in engine/stats/report.c.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/command.h"
#include "preload/session.h"

const char usage_report[] =
    "usage: ddbmock report [OPTION...] [FILE]\n"
    "\n"
    "Says what a run needs of DynamoDB: capacity over time, hot keys, scans, throttling, costs. FILE is what\n"
    "DDBMOCK_STATS=FILE has written, in a run that is over or goes on; without it, that of the setting is read, or\n"
    "the session's own (DDBMOCK_STATS=stderr).\n"
    "\n"
    "  -s, --session NAME       the session (with DDBMOCK_STATS=stderr)\n"
    "  -j, --json               as JSON\n"
    "  -H, --html               as a page for a browser, with charts\n"
    "  -o, --output OUTPUT      write to that file\n"
    "  -p, --provisioned TABLE[/INDEX]=READ,WRITE\n"
    "                           units per second that are assumed to be provisioned; may be repeated\n"
    "  -P, --prices PRICES      a file with other prices\n"
    "  -h, --help               show this\n"
    "\n"
    "The exit status is 0, and 125 when there is nothing to report. See ddbmock-report(1).\n";

enum { PROVISIONED_MAX = 256 };

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "ddbmock report: %s: %s\n", what, why);
    return FAILED;
}

/* Where the session's statistics are, that of --session or the one that we are in: 0, or FAILED. */
static int find_session(const char *given, struct gateway_report *wanted)
{
    static char file[PATH_MAX];
    const char *inside = getenv(SESSION_VARIABLE), *why;
    if (given == NULL && (inside == NULL || *inside == '\0'))
        return 0;
    if (given != NULL && setenv(SESSION_VARIABLE, given, 1) != 0)
        return fail("--session", strerror(errno));
    session_start();
    wanted->session = session_directory(&why);
    if (wanted->session == NULL)
        return fail("no such session", why);
    if (given != NULL) {
        snprintf(file, sizeof file, "%s/stats", wanted->session);
        wanted->file = file;
    }
    return 0;
}

static int write_report(const char *text, const char *output)
{
    FILE *out = output != NULL ? fopen(output, "we") : stdout;
    if (out == NULL)
        return fail(output, strerror(errno));
    fputs(text, out);
    bool whole = fflush(out) == 0;
    if (output != NULL)
        whole = fclose(out) == 0 && whole;
    return whole ? 0 : fail(output != NULL ? output : "standard output", strerror(errno));
}

int report(int argc, char **argv)
{
    static const struct option options[] = {
        { "session", required_argument, NULL, 's' },
        { "json", no_argument, NULL, 'j' },
        { "html", no_argument, NULL, 'H' },
        { "output", required_argument, NULL, 'o' },
        { "provisioned", required_argument, NULL, 'p' },
        { "prices", required_argument, NULL, 'P' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    static const char *provisioned[PROVISIONED_MAX];
    struct gateway_report wanted = { .format = "text", .provisioned = provisioned };
    const char *output = NULL, *session = NULL;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "s:jHo:p:P:h", options, NULL)) != -1;) {
        switch (option) {
        case 's':
            session = optarg;
            break;
        case 'j':
            wanted.format = "json";
            break;
        case 'H':
            wanted.format = "html";
            break;
        case 'o':
            output = optarg;
            break;
        case 'p':
            if (wanted.provisioned_count == PROVISIONED_MAX)
                return fail("--provisioned", "at most 256 are taken");
            provisioned[wanted.provisioned_count++] = optarg;
            break;
        case 'P':
            wanted.prices = optarg;
            break;
        case 'h':
            fputs(usage_report, stdout);
            return 0;
        default:
            fputs("Try 'ddbmock help report'.\n", stderr);
            return FAILED;
        }
    }
    if (argc - optind > 1 || (argc > optind && session != NULL))
        return fail(argv[argc - 1],
                    "report takes one file, or a session. Try 'ddbmock help report'.");
    const struct gateway *gateway = load_engine("report");
    if (gateway == NULL || configure("report") != 0)
        return FAILED;
    if (argc > optind)
        wanted.file = argv[optind];
    else if (find_session(session, &wanted) != 0)
        return FAILED;
    char *text = NULL, *why = NULL;
    int error = gateway->report(&wanted, &text, &why);
    if (error != 0)
        fprintf(stderr, "ddbmock report: %s\n", why != NULL ? why : strerror(-error));
    int status = error == 0 ? write_report(text, output) : FAILED;
    free(why);
    free(text);
    return status;
}
