/*
 * transfer.c - `ddbmock export`, `import` and `seed`: tables out of a session and into one.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/command.h"
#include "preload/command/session_data.h"

#define COMMON_OPTIONS                                                                             \
    "  -q, --quiet            show no progress (it is shown on a terminal only)\n"                 \
    "  -s, --session NAME     the session NAME (or, with a '/', that directory); else that of\n"   \
    "                         DDBMOCK_SESSION, which `ddbmock run` sets\n"                         \
    "  -j, --json             answer in JSON\n"                                                    \
    "  -h, --help             show this\n"

const char usage_export[] =
    "usage: ddbmock export [--region REGION] [--snapshot NAME] TABLE [FILE]\n"
    "       ddbmock export --s3 [--region REGION] [--snapshot NAME] TABLE DIRECTORY\n"
    "\n"
    "Writes the items of TABLE as lines of DynamoDB's JSON, {\"Item\":{\"id\":{\"S\":\"1\"}}}, into FILE (compressed when its\n"
    "name ends in .gz), or to standard output; all as of one moment.\n"
    "\n"
    "  -3, --s3               write into DIRECTORY what a full export to S3 leaves in its bucket\n"
    "  -n, --snapshot NAME    the items as they were in that snapshot\n"
    "  -r, --region REGION    the table's Region, where several have one of that name\n" COMMON_OPTIONS
    "\nSee ddbmock-export(1).\n";

const char usage_import[] =
    "usage: ddbmock import [--region REGION] TABLE FILE|DIRECTORY|-\n"
    "\n"
    "Puts items into TABLE, which must be there: lines of DynamoDB's JSON, compressed or not, from FILE, from a\n"
    "DIRECTORY (a real full export to S3, or files of such lines), or from standard input. Items that are there already\n"
    "are replaced. A bad line ends it; what came before it stays.\n"
    "\n"
    "  -r, --region REGION    the table's Region, where several have one of that name\n" COMMON_OPTIONS
    "\nSee ddbmock-import(1).\n";

const char usage_seed[] =
    "usage: ddbmock seed [--region REGION] [--replace] [FILE...]\n"
    "\n"
    "Makes tables, with their indexes, from the output of `aws dynamodb describe-table`: one file a table, or standard\n"
    "input. The Region is that of the table's ARN. What a description has and CreateTable does not take is left out.\n"
    "\n"
    "  -R, --replace          take a table away that has the name\n"
    "  -r, --region REGION    make them in this Region instead\n" COMMON_OPTIONS
    "\nSee ddbmock-seed(1).\n";

struct transfer {
    struct data_command command;
    const char *region, *snapshot;
    bool s3, replace;
};

static int complain(const struct data_command *command, const char *what)
{
    fprintf(stderr, "ddbmock %s: %s Try 'ddbmock help %s'.\n", command->name, what, command->name);
    return FAILED;
}

/* -1: go on; else the exit status. */
static int read_options(struct transfer *transfer, int argc, char **argv, const char *letters,
                        const char *usage)
{
    static const struct option options[] = {
        { "region", required_argument, NULL, 'r' },
        { "snapshot", required_argument, NULL, 'n' },
        { "s3", no_argument, NULL, '3' },
        { "replace", no_argument, NULL, 'R' },
        { "quiet", no_argument, NULL, 'q' },
        DATA_OPTIONS,
        { 0 },
    };
    int status;
    optind = 1;
    for (int option;
         (option = getopt_long(argc, argv, DATA_OPTIONS_SHORT "r:n:3Rq", options, NULL)) != -1;) {
        if (data_option(&transfer->command, option, usage, &status)) {
            if (status >= 0)
                return status;
        } else if (strchr(letters, option) == NULL) {
            return complain(&transfer->command, "it has no such option.");
        } else if (option == 'r') {
            transfer->region = optarg;
        } else if (option == 'n') {
            transfer->snapshot = optarg;
        } else if (option == 'q') {
            transfer->command.quiet = true;
        } else {
            *(option == '3' ? &transfer->s3 : &transfer->replace) = true;
        }
    }
    return -1;
}

static json_t *parameters(const struct transfer *transfer, const char *path)
{
    json_t *body = json_object();
    if (transfer->region != NULL)
        json_object_set_new(body, "region", json_string(transfer->region));
    if (transfer->snapshot != NULL)
        json_object_set_new(body, "snapshot", json_string(transfer->snapshot));
    if (transfer->s3)
        json_object_set_new(body, "format", json_string("s3"));
    if (path != NULL)
        json_object_set_new(body, "path", json_string(path));
    return body;
}

/* Says what was carried, on stderr: stdout may have the lines. */
static int carry(const struct transfer *transfer, const char *verb, const char *method, char *url,
                 json_t *body, const char *unit)
{
    char *what = NULL;
    json_t *answer = NULL;
    if (asprintf(&what, "ddbmock %s", transfer->command.name) >= 0)
        data_progress(what, unit);
    int status = data_ask(&transfer->command, method, url, body, &answer);
    if (status == 0 && answer != NULL && !transfer->command.json && !transfer->command.quiet)
        fprintf(stderr, "%lld items of %s in %s %s\n",
                (long long)json_integer_value(json_object_get(answer, "items")),
                json_string_value(json_object_get(answer, "table")),
                json_string_value(json_object_get(answer, "region")), verb);
    data_progress(NULL, NULL);
    json_decref(answer);
    free(what);
    free(url);
    return status;
}

int export_table(int argc, char **argv)
{
    struct transfer transfer = { .command = { .name = "export" } };
    int status = read_options(&transfer, argc, argv, "rn3q", usage_export);
    if (status >= 0)
        return status;
    int words = argc - optind;
    if (words < 1 || words > 2)
        return complain(&transfer.command, "it takes a TABLE, and a FILE or DIRECTORY.");
    const char *table = argv[optind], *path = words == 2 ? argv[optind + 1] : "-";
    bool out = strcmp(path, "-") == 0;
    if (transfer.s3 && out)
        return complain(&transfer.command, "--s3 wants a DIRECTORY.");
    status = data_open(&transfer.command, false);
    if (status == 0)
        status = carry(&transfer, "exported", out ? "GET" : "POST",
                       data_url(out ? "/tables/%s/items" : "/tables/%s/export", table),
                       parameters(&transfer, out ? NULL : path), "items");
    data_close();
    return status;
}

int import_table(int argc, char **argv)
{
    struct transfer transfer = { .command = { .name = "import" } };
    int status = read_options(&transfer, argc, argv, "rq", usage_import);
    if (status >= 0)
        return status;
    if (argc - optind != 2)
        return complain(&transfer.command, "it takes a TABLE, and a FILE, a DIRECTORY or '-'.");
    const char *path = strcmp(argv[optind + 1], "-") == 0 ? "/dev/stdin" : argv[optind + 1];
    status = data_open(&transfer.command, true);
    if (status == 0)
        status = carry(&transfer, "imported", "POST", data_url("/tables/%s/import", argv[optind]),
                       parameters(&transfer, path), "bytes");
    data_close();
    return status;
}

/* One table from a file, "-" for standard input. */
static int seed_one(const struct transfer *transfer, const char *path)
{
    json_error_t error;
    bool in = strcmp(path, "-") == 0;
    FILE *file = in ? stdin : fopen(path, "re");
    json_t *description = file != NULL ? json_loadf(file, 0, &error) : NULL;
    if (file == NULL)
        fprintf(stderr, "ddbmock seed: %s: %s\n", path, strerror(errno));
    else if (description == NULL)
        fprintf(stderr, "ddbmock seed: %s, line %d: %s\n", in ? "standard input" : path, error.line,
                error.text);
    if (file != NULL && !in)
        fclose(file);
    if (description == NULL)
        return FAILED;
    if (transfer->region != NULL)
        json_object_set_new(description, "region", json_string(transfer->region));
    if (transfer->replace)
        json_object_set_new(description, "replace", json_true());
    return data_do(&transfer->command, "POST", "/tables", description);
}

int seed(int argc, char **argv)
{
    static char standard_input[] = "-";
    struct transfer transfer = { .command = { .name = "seed" } };
    int status = read_options(&transfer, argc, argv, "rRq", usage_seed);
    if (status >= 0)
        return status;
    status = data_open(&transfer.command, true);
    if (status == 0 && optind == argc)
        status = seed_one(&transfer, standard_input);
    for (int i = optind; i < argc && status == 0; i++)
        status = seed_one(&transfer, argv[i]);
    data_close();
    return status;
}
