/*
 * lists.c - `ddbmock sessions` and `ddbmock tables`: what there is, and how large.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/command.h"
#include "preload/command/session_data.h"
#include "preload/session.h"

const char usage_sessions[] =
    "usage: ddbmock sessions [--json]\n"
    "       ddbmock sessions --delete NAME\n"
    "\n"
    "Lists this user's sessions on this machine: their names, how much memory or disk they take, and the processes in\n"
    "them. '*' marks the one of DDBMOCK_SESSION. Sessions at a path of their own are not among them.\n"
    "\n"
    "  -d, --delete         remove the session NAME, which no process may be using\n"
    "  -j, --json           answer in JSON\n"
    "  -h, --help           show this\n"
    "\n"
    "See ddbmock-sessions(1).\n";

const char usage_tables[] =
    "usage: ddbmock tables [--region REGION]\n"
    "\n"
    "Lists the tables of the session: Region, name, state, items, size.\n"
    "\n"
    "  -r, --region REGION  those of this Region; else of all\n"
    "  -s, --session NAME   the session NAME (or, with a '/', that directory); else that of\n"
    "                       DDBMOCK_SESSION, which `ddbmock run` sets\n"
    "  -j, --json           answer in JSON\n"
    "  -h, --help           show this\n"
    "\n"
    "See ddbmock-tables(1).\n";

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL ? value : "";
}

static long long number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void print_session(const json_t *session)
{
    const json_t *processes = json_object_get(session, "processes"), *process;
    const char *own = getenv(SESSION_VARIABLE);
    char size[32];
    size_t i;
    printf("%c %-40s %10s  ", own != NULL && strcmp(own, text(session, "name")) == 0 ? '*' : ' ',
           text(session, "name"), data_size(size, number(session, "bytes")));
    if (json_array_size(processes) == 0)
        printf("no process");
    json_array_foreach(processes, i, process)
        printf("%s%s (%lld)", i > 0 ? ", " : "", text(process, "name"), number(process, "pid"));
    putchar('\n');
}

int sessions(int argc, char **argv)
{
    static const struct option options[] = {
        { "delete", required_argument, NULL, 'd' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    struct data_command command = { .name = "sessions" };
    const char *delete = NULL;
    int status;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "d:jh", options, NULL)) != -1;) {
        if (option == 'd')
            delete = optarg;
        else if (data_option(&command, option, usage_sessions, &status) && status >= 0)
            return status;
    }
    if (optind < argc) {
        fprintf(stderr,
                "ddbmock sessions: %s: it takes options only. Try 'ddbmock help sessions'.\n",
                argv[optind]);
        return FAILED;
    }
    json_t *answer = NULL, *session;
    size_t i;
    char *url = delete != NULL ? data_url("/sessions/%s", delete) : data_url("/sessions");
    status = data_open_nothing(&command);
    if (status == 0)
        status = data_ask(&command, delete != NULL ? "DELETE" : "GET", url, NULL, &answer);
    if (status == 0 && !command.json)
        json_array_foreach(json_object_get(answer, "sessions"), i, session) print_session(session);
    json_decref(answer);
    free(url);
    data_close();
    return status;
}

int tables(int argc, char **argv)
{
    static const struct option options[] = {
        { "region", required_argument, NULL, 'r' },
        DATA_OPTIONS,
        { 0 },
    };
    struct data_command command = { .name = "tables" };
    const char *region = NULL;
    int status;
    optind = 1;
    for (int option;
         (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT "r:", options, NULL)) != -1;) {
        if (option == 'r')
            region = optarg;
        else if (data_option(&command, option, usage_tables, &status) && status >= 0)
            return status;
    }
    if (optind < argc) {
        fprintf(stderr, "ddbmock tables: %s: it takes options only. Try 'ddbmock help tables'.\n",
                argv[optind]);
        return FAILED;
    }
    json_t *answer = NULL, *table;
    size_t i;
    char *url = region != NULL ? data_url("/tables?region=%s", region) : data_url("/tables");
    status = data_open(&command, false);
    if (status == 0)
        status = data_ask(&command, "GET", url, NULL, &answer);
    if (status == 0 && !command.json)
        json_array_foreach(json_object_get(answer, "tables"), i, table)
        {
            char size[32];
            printf("%-16s %-32s %-8s %12lld items %10s\n", text(table, "region"),
                   text(table, "name"), text(table, "status"), number(table, "items"),
                   data_size(size, number(table, "bytes")));
        }
    json_decref(answer);
    free(url);
    data_close();
    return status;
}
