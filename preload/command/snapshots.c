/*
 * snapshots.c - `ddbmock reset`, `snapshot`, `restore` and `fork`: options, and one question each.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/command.h"
#include "preload/command/session_data.h"

#define COMMON_OPTIONS                                                                             \
    "  -s, --session NAME   the session NAME (or, with a '/', that directory); else that of\n"     \
    "                       DDBMOCK_SESSION, which `ddbmock run` sets\n"                           \
    "  -j, --json           answer in JSON\n"                                                      \
    "  -h, --help           show this\n"

const char usage_reset[] =
    "usage: ddbmock reset [--region REGION] [--table TABLE]\n"
    "\n"
    "Takes everything away: all tables of the session, those of one Region, or the items of one table, which itself\n"
    "stays. Snapshots stay. Every process of the session sees it at once; it takes no longer where there is much.\n"
    "\n"
    "  -r, --region REGION  this Region's tables\n"
    "  -t, --table TABLE    the items of this table; with --region where several Regions have one of that name\n" COMMON_OPTIONS
    "\nSee ddbmock-reset(1).\n";

const char usage_snapshot[] =
    "usage: ddbmock snapshot NAME\n"
    "       ddbmock snapshot [--list]\n"
    "       ddbmock snapshot --delete NAME\n"
    "\n"
    "Keeps the present state of the session, everything in it, under NAME; a snapshot that had the name loses it.\n"
    "It takes no longer where there is much. `ddbmock restore NAME` brings it back.\n"
    "\n"
    "  -l, --list           list the snapshots (the same as without a NAME)\n"
    "  -d, --delete         forget the snapshot NAME\n" COMMON_OPTIONS
    "\nSee ddbmock-snapshot(1).\n";

const char usage_restore[] =
    "usage: ddbmock restore NAME\n"
    "\n"
    "Makes the state that `ddbmock snapshot NAME` kept the present one. Every process of the session sees it at once;\n"
    "what is being answered at that moment is answered from before or from after it.\n"
    "\n" COMMON_OPTIONS "\nSee ddbmock-restore(1).\n";

const char usage_fork[] =
    "usage: ddbmock fork NAME SESSION\n"
    "\n"
    "Makes the session SESSION, whose tables begin as the snapshot NAME of this session: for test runs in parallel that\n"
    "begin alike and do not see each other (`ddbmock run --session SESSION ...`). It stays until `ddbmock sessions\n"
    "--delete SESSION`.\n"
    "\n" COMMON_OPTIONS "\nSee ddbmock-fork(1).\n";

static int complain(const struct data_command *command, const char *what)
{
    fprintf(stderr, "ddbmock %s: %s Try 'ddbmock help %s'.\n", command->name, what, command->name);
    return FAILED;
}

/* Opens, asks, closes. */
static int ask(const struct data_command *command, const char *method, char *url, json_t *body)
{
    int status = data_open(command, false);
    if (status == 0)
        status = data_do(command, method, url, body);
    else
        json_decref(body);
    data_close();
    free(url);
    return status;
}

int reset(int argc, char **argv)
{
    static const struct option options[] = {
        { "region", required_argument, NULL, 'r' },
        { "table", required_argument, NULL, 't' },
        DATA_OPTIONS,
        { 0 },
    };
    struct data_command command = { .name = "reset" };
    const char *region = NULL, *table = NULL;
    int status;
    optind = 1;
    for (int option;
         (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT "r:t:", options, NULL)) != -1;) {
        if (data_option(&command, option, usage_reset, &status)) {
            if (status >= 0)
                return status;
        } else if (option == 'r') {
            region = optarg;
        } else {
            table = optarg;
        }
    }
    if (optind < argc)
        return complain(&command, "it takes options only: --table TABLE, --region REGION.");
    json_t *body = json_object();
    if (region != NULL)
        json_object_set_new(body, "region", json_string(region));
    if (table != NULL)
        json_object_set_new(body, "table", json_string(table));
    return ask(&command, "POST", data_url("/reset"), body);
}

static int list(const struct data_command *command)
{
    json_t *answer, *snapshot;
    size_t i;
    int status = data_open(command, false);
    if (status == 0)
        status = data_ask(command, "GET", "/snapshots", NULL, &answer);
    if (status == 0 && !command->json)
        json_array_foreach(json_object_get(answer, "snapshots"), i, snapshot)
            printf("%s  %s\n", json_string_value(json_object_get(snapshot, "created")),
                   json_string_value(json_object_get(snapshot, "name")));
    if (status == 0)
        json_decref(answer);
    data_close();
    return status;
}

int snapshot(int argc, char **argv)
{
    static const struct option options[] = {
        { "list", no_argument, NULL, 'l' },
        { "delete", no_argument, NULL, 'd' },
        DATA_OPTIONS,
        { 0 },
    };
    struct data_command command = { .name = "snapshot" };
    bool wants_list = false, delete = false;
    int status;
    optind = 1;
    for (int option;
         (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT "ld", options, NULL)) != -1;) {
        if (data_option(&command, option, usage_snapshot, &status)) {
            if (status >= 0)
                return status;
        } else if (option == 'l') {
            wants_list = true;
        } else {
            delete = true;
        }
    }
    int names = argc - optind;
    if (wants_list && (delete || names > 0))
        return complain(&command, "--list goes alone.");
    if (names > 1 || (delete &&names == 0))
        return complain(&command, "it takes one NAME.");
    if (names == 0)
        return list(&command);
    return ask(&command, delete ? "DELETE" : "POST", data_url("/snapshots/%s", argv[optind]), NULL);
}

int restore(int argc, char **argv)
{
    static const struct option options[] = { DATA_OPTIONS, { 0 } };
    struct data_command command = { .name = "restore" };
    int status;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT, options, NULL)) != -1;)
        if (data_option(&command, option, usage_restore, &status) && status >= 0)
            return status;
    if (argc - optind != 1)
        return complain(&command, "it takes one NAME, of a snapshot.");
    return ask(&command, "POST", data_url("/snapshots/%s/restore", argv[optind]), NULL);
}

int fork_snapshot(int argc, char **argv)
{
    static const struct option options[] = { DATA_OPTIONS, { 0 } };
    struct data_command command = { .name = "fork" };
    int status;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT, options, NULL)) != -1;)
        if (data_option(&command, option, usage_fork, &status) && status >= 0)
            return status;
    if (argc - optind != 2)
        return complain(&command, "it takes a NAME, of a snapshot, and a SESSION.");
    return ask(&command, "POST", data_url("/snapshots/%s/fork", argv[optind]),
               json_pack("{s:s}", "session", argv[optind + 1]));
}
