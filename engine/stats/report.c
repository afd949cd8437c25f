/*
 * report.c - see report.h: reads the file and the prices, and renders the model.
 */
#include "engine/stats/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/settings.h"
#include "engine/stats/embedded.h"
#include "engine/stats/usage.h"

static int fail(char **why, int error, const char *path, const char *what)
{
    char room[128];
    if (asprintf(why, "%s: %s", path, what ? what : strerror_r(-error, room, sizeof room)) < 0)
        *why = NULL;
    return error;
}

/* A file of prices has the numbers of the one that is built in. */
static const char *check_prices(const json_t *prices, const json_t *wanted)
{
    static char missing[128];
    const char *group, *name;
    json_t *members, *number;
    json_object_foreach((json_t *)wanted, group, members)
    {
        json_object_foreach(members, name, number)
        {
            if (json_is_number(json_object_get(json_object_get(prices, group), name)))
                continue;
            snprintf(missing, sizeof missing, "it has no number \"%s\" in \"%s\"", name, group);
            return missing;
        }
    }
    return NULL;
}

static int read_prices(const char *path, json_t **out, char **why)
{
    json_error_t wrong;
    json_t *own = json_loadb(embedded_prices, embedded_prices_size, 0, NULL);
    *out = own;
    if (!own)
        return -ENOMEM;
    if (!path)
        return 0;
    json_t *given = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    const char *missing = given ? check_prices(given, own) : NULL;
    json_decref(own);
    *out = given;
    if (given && !missing)
        return 0;
    json_decref(given);
    if (missing)
        return fail(why, -EINVAL, path, missing);
    if (wrong.line < 0)
        return fail(why, -EINVAL, path, wrong.text);
    if (asprintf(why, "%s:%d:%d: %s", path, wrong.line, wrong.column, wrong.text) < 0)
        *why = NULL;
    return -EINVAL;
}

static int check_provisioned(const struct report_options *options, char **why)
{
    for (size_t i = 0; i < options->provisioned_count; i++) {
        const char *text = options->provisioned[i], *equals = strrchr(text, '=');
        long long read, write;
        int end = -1;
        if (equals && equals > text && sscanf(equals, "=%lld,%lld%n", &read, &write, &end) == 2 &&
            equals[end] == '\0' && read > 0 && write > 0)
            continue;
        return fail(why, -EINVAL, text,
                    "it is TABLE=READ,WRITE or TABLE/INDEX=READ,WRITE, in units per second");
    }
    return 0;
}

static char *render(const json_t *model, const char *format)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    if (strcmp(format, "json") == 0) {
        char *json = json_dumps(model, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
        fprintf(out, "%s\n", json ? json : "");
        free(json);
    } else if (strcmp(format, "html") == 0) {
        report_html(model, out);
    } else {
        report_text(model, out);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

int report_make(const struct report_options *options, char **out, char **why)
{
    struct usage *usage;
    json_t *prices;
    *why = NULL;
    if (!*options->path)
        return fail(why, -ENOENT, "nothing to report", "name a file of statistics, or a session");
    int error = settings_load(why);
    if (error == 0)
        error = check_provisioned(options, why);
    if (error == 0)
        error = read_prices(options->prices, &prices, why);
    if (error != 0)
        return error;
    error = usage_read(options->path, 0, INT64_MAX, setting_integer(SETTING_STATS_SAMPLE) * 1000,
                       &usage);
    if (error != 0) {
        json_decref(prices);
        return fail(why, error, options->path, NULL);
    }
    if (usage->lines > 0 && usage->requests == 0) {
        error = fail(why, -EINVAL, options->path, "it has no statistics of ddbmock's");
    } else {
        json_t *model = report_model(usage, options, prices);
        *out = model ? render(model, options->format) : NULL;
        error = *out ? 0 : -ENOMEM;
        json_decref(model);
    }
    usage_destroy(usage);
    json_decref(prices);
    return error;
}
