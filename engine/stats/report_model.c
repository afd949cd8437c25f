/*
 * report_model.c - the report as data. See report.h.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/settings.h"
#include "engine/stats/report.h"
#include "engine/stats/usage.h"

enum {
    SHOWN = 10,   /* keys, filters and items of each kind */
    POINTS = 240, /* of a chart, at most about */
    BURST_SECONDS =
        300, /* unused capacity that a table keeps. AWS developer guide, "Burst capacity" */
    ITEM_OVERHEAD = 100, /* bytes: facts/fidelity.md section 3 */
    MONTH_HOURS = 730,   /* of which AWS's own calculator makes a month */
    PARTITION_READS = 3000,
    PARTITION_WRITES = 1000, /* per second. AWS developer guide, "Partitions" */
};

static const char *const kinds[USAGE_KINDS] = { "read", "write" };

struct context {
    const struct usage *usage;
    const struct report_options *options;
    const json_t *prices;
    int64_t sample; /* ms */
    double seconds; /* that the run lasted */
};

/* Rounded to what a person reads. */
static json_t *amount(double value)
{
    double scale = value < 1 ? 1e6 : 1e3;
    int64_t whole = (int64_t)(value * scale + 0.5);
    return json_real((double)whole / scale);
}

static json_t *moment(int64_t at)
{
    char text[32];
    time_t seconds = (time_t)(at / 1000);
    struct tm parts;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
    return json_string(text);
}

static json_t *make_figures(const struct context *context, const struct usage_series *series,
                            enum usage_kind kind)
{
    struct usage_figures figures;
    usage_figures(series, kind, context->usage->first, context->usage->last, context->sample,
                  &figures);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "units", amount(series->units[kind]),
                     "least", amount(figures.least), "average", amount(figures.average), "median",
                     amount(figures.median), "p90", amount(figures.p90), "p99", amount(figures.p99),
                     "most", amount(figures.most));
}

/* Units per second in equal stretches of time, averages. */
static json_t *make_course(const struct context *context, const struct usage_series *series)
{
    int64_t first = context->usage->first - context->usage->first % context->sample;
    int64_t steps = (context->usage->last - first) / context->sample + 1;
    int64_t stretch = (steps + POINTS - 1) / POINTS * context->sample;
    size_t count = (size_t)((context->usage->last - first) / stretch) + 1;
    json_t *course =
        json_pack("{s:I, s:f}", "start", (json_int_t)first, "step_seconds", (double)stretch / 1000);
    double *sums = calloc(count, sizeof *sums);
    for (int kind = 0; sums && course && kind < USAGE_KINDS; kind++) {
        json_t *points = json_array();
        memset(sums, 0, count * sizeof *sums);
        for (size_t i = 0; i < series->sample_count; i++)
            sums[(series->samples[i].at - first) / stretch] += series->samples[i].units[kind];
        for (size_t i = 0; i < count; i++)
            json_array_append_new(points, amount(sums[i] * 1000 / (double)stretch));
        json_object_set_new(course, kinds[kind], points);
    }
    free(sums);
    return course;
}

static double weight(const struct usage_count *count)
{
    return count->units[USAGE_READ] + count->units[USAGE_WRITE];
}

static int heavier(const struct usage_count *a, const struct usage_count *b)
{
    return (weight(a) < weight(b)) - (weight(a) > weight(b));
}

static int larger(const struct usage_count *a, const struct usage_count *b)
{
    return (a->size < b->size) - (a->size > b->size);
}

/* The hottest keys; `partition`: whether they are what a partition's own limits hold for. */
static json_t *make_hot(const struct usage_series *series, struct usage_count *all, bool partition)
{
    json_t *list = json_array();
    double whole = series->units[USAGE_READ] + series->units[USAGE_WRITE];
    HASH_SORT(all, heavier);
    for (struct usage_count *each = all; each && json_array_size(list) < SHOWN;
         each = each->hh.next) {
        json_t *one = json_pack(
            "{s:s, s:I, s:o, s:o, s:o, s:o, s:o}", "key", each->text, "requests",
            (json_int_t)each->requests, "read", amount(each->units[USAGE_READ]), "write",
            amount(each->units[USAGE_WRITE]), "share", amount(whole > 0 ? weight(each) / whole : 0),
            "read_peak", amount(each->peak[USAGE_READ]), "write_peak",
            amount(each->peak[USAGE_WRITE]));
        if (one && partition)
            json_object_set_new(one, "beyond_partition",
                                json_boolean(each->peak[USAGE_READ] > PARTITION_READS ||
                                             each->peak[USAGE_WRITE] > PARTITION_WRITES));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *make_filters(struct usage_count *all)
{
    json_t *list = json_array();
    HASH_SORT(all, heavier);
    for (struct usage_count *each = all; each && json_array_size(list) < SHOWN;
         each = each->hh.next)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:o}", "filter", each->text,
                                              "requests", (json_int_t)each->requests, "scanned",
                                              (json_int_t)each->scanned, "returned",
                                              (json_int_t)each->returned, "read",
                                              amount(each->units[USAGE_READ])));
    return list;
}

static json_t *make_large(struct usage_count *all)
{
    json_t *list = json_array();
    HASH_SORT(all, larger);
    for (struct usage_count *each = all; each && json_array_size(list) < SHOWN;
         each = each->hh.next)
        json_array_append_new(
            list, json_pack("{s:s, s:I}", "key", each->text, "bytes", (json_int_t)each->size));
    return list;
}

/* Local indexes draw on their table's units. */
static const struct usage_series *next_part(const struct usage *usage,
                                            const struct usage_series *whole,
                                            const struct usage_series *part)
{
    if (!part)
        return whole;
    if (*whole->index)
        return NULL;
    const struct usage_series *next = part == whole ? usage->series : part->hh.next;
    for (; next; next = next->hh.next)
        if (next != whole && next->local && strcmp(next->table, whole->table) == 0 &&
            strcmp(next->region, whole->region) == 0)
            return next;
    return NULL;
}

/*
 * What `provisioned` units a second would have refused: each sample may take them and what has been left of the last 300
 * seconds' ones, which are all there at the beginning.
 */
static json_t *make_throttled(const struct context *context, const struct usage_series *series,
                              enum usage_kind kind, double provisioned)
{
    int64_t first = context->usage->first - context->usage->first % context->sample;
    size_t steps = (size_t)((context->usage->last - first) / context->sample) + 1;
    double each = provisioned * (double)context->sample / 1000, most = provisioned * BURST_SECONDS;
    double kept = most, refused = 0;
    int64_t samples = 0;
    double *units = calloc(steps, sizeof *units);
    for (const struct usage_series *part = NULL;
         units && (part = next_part(context->usage, series, part)) != NULL;)
        for (size_t i = 0; i < part->sample_count; i++)
            units[(part->samples[i].at - first) / context->sample] += part->samples[i].units[kind];
    for (size_t i = 0; units && i < steps; i++) {
        double left = kept + each - units[i];
        if (left < 0) {
            refused -= left;
            samples++;
            left = 0;
        }
        kept = left < most ? left : most;
    }
    free(units);
    return json_pack("{s:o, s:o, s:f}", "provisioned", amount(provisioned), "units",
                     amount(refused), "seconds", (double)samples * (double)context->sample / 1000);
}

/* What is assumed to be provisioned: what the user says, else what the table has; false: on demand. */
static bool find_provisioned(const struct context *context, const struct usage_series *series,
                             double out[USAGE_KINDS], const char **source)
{
    char name[600];
    snprintf(name, sizeof name, "%s%s%s=", series->table, *series->index ? "/" : "", series->index);
    for (size_t i = 0; i < context->options->provisioned_count; i++) {
        const char *given = context->options->provisioned[i];
        if (strncmp(given, name, strlen(name)) == 0 &&
            sscanf(given + strlen(name), "%lf,%lf", &out[USAGE_READ], &out[USAGE_WRITE]) == 2) {
            *source = "option";
            return true;
        }
    }
    out[USAGE_READ] = (double)series->provisioned[USAGE_READ];
    out[USAGE_WRITE] = (double)series->provisioned[USAGE_WRITE];
    *source = "table";
    return out[USAGE_READ] > 0 && out[USAGE_WRITE] > 0;
}

static double price(const struct context *context, const char *group, const char *name)
{
    return json_number_value(json_object_get(json_object_get(context->prices, group), name));
}

/* The most in one sample, as units per second, whole: what is to be provisioned when nothing may be refused. */
static double need(const struct context *context, const struct usage_series *series,
                   enum usage_kind kind)
{
    struct usage_figures figures;
    usage_figures(series, kind, context->usage->first, context->usage->last, context->sample,
                  &figures);
    double whole = (double)(int64_t)figures.most;
    return whole < figures.most ? whole + 1 : whole > 0 ? whole : 1;
}

static json_t *make_costs(const struct context *context, const struct usage_series *series)
{
    double run = series->units[USAGE_READ] / 1e6 * price(context, "on_demand", "million_reads") +
                 series->units[USAGE_WRITE] / 1e6 * price(context, "on_demand", "million_writes");
    double reads = need(context, series, USAGE_READ), writes = need(context, series, USAGE_WRITE);
    double month = MONTH_HOURS * (reads * price(context, "provisioned", "read_unit_hour") +
                                  writes * price(context, "provisioned", "write_unit_hour"));
    double stored = series->bytes < 0
                        ? 0
                        : ((double)series->bytes + (double)series->items * ITEM_OVERHEAD) /
                              (1 << 30) * price(context, "storage", "gigabyte_month");
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "on_demand_run", amount(run),
                     "on_demand_month", amount(run * MONTH_HOURS * 3600 / context->seconds),
                     "provisioned_month", amount(month), "provisioned_reads", amount(reads),
                     "provisioned_writes", amount(writes), "storage_month", amount(stored));
}

static json_t *make_series(const struct context *context, struct usage_series *series)
{
    double provisioned[USAGE_KINDS];
    const char *source;
    json_t *made = json_pack(
        "{s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "region", series->region, "table",
        series->table, "index", *series->index ? json_string(series->index) : json_null(),
        "requests", (json_int_t)series->requests, "read", make_figures(context, series, USAGE_READ),
        "write", make_figures(context, series, USAGE_WRITE), "course", make_course(context, series),
        "hot_partitions", make_hot(series, series->partitions, true), "hot_keys",
        make_hot(series, series->keys, false));
    if (!made)
        return NULL;
    if (series->bytes >= 0) {
        json_object_set_new(made, "items", json_integer(series->items));
        json_object_set_new(made, "bytes",
                            json_integer(series->bytes + series->items * ITEM_OVERHEAD));
    }
    json_object_set_new(made, "scans",
                        json_pack("{s:I, s:o, s:I, s:I}", "requests", (json_int_t)series->scans,
                                  "read", amount(series->scan_units), "scanned",
                                  (json_int_t)series->scanned, "returned",
                                  (json_int_t)series->returned));
    json_object_set_new(made, "filters", make_filters(series->filters));
    json_object_set_new(made, "large_items", make_large(series->large));
    if (find_provisioned(context, series, provisioned, &source)) {
        json_t *throttled = json_pack("{s:s}", "source", source);
        for (int kind = 0; kind < USAGE_KINDS; kind++)
            json_object_set_new(throttled, kinds[kind],
                                make_throttled(context, series, kind, provisioned[kind]));
        json_object_set_new(made, "throttled", throttled);
    }
    json_object_set_new(made, "costs", make_costs(context, series));
    return made;
}

/* The sums of what the tables' costs say. */
static json_t *sum_costs(const json_t *tables)
{
    static const char *const names[] = { "on_demand_run", "on_demand_month", "provisioned_month",
                                         "storage_month" };
    json_t *sums = json_object();
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        double sum = 0;
        for (size_t i = 0; i < json_array_size(tables); i++)
            sum += json_number_value(
                json_object_get(json_object_get(json_array_get(tables, i), "costs"), names[n]));
        json_object_set_new(sums, names[n], amount(sum));
    }
    return sums;
}

json_t *report_model(const struct usage *usage, const struct report_options *options,
                     const json_t *prices)
{
    struct context context = { usage, options, prices, setting_integer(SETTING_STATS_SAMPLE) * 1000,
                               0 };
    int64_t lasted = usage->last - usage->first;
    context.seconds =
        lasted < context.sample ? (double)context.sample / 1000 : (double)lasted / 1000;
    json_t *tables = json_array();
    for (struct usage_series *each = usage->series; each; each = each->hh.next)
        json_array_append_new(tables, make_series(&context, each));
    json_t *sums = sum_costs(tables);
    return json_pack(
        "{s:s, s:o?, s:o?, s:o, s:I, s:i, s:I, s:f, s:o, s:o, s:O}", "file", options->path, "from",
        usage->first ? moment(usage->first) : NULL, "to", usage->last ? moment(usage->last) : NULL,
        "seconds", amount(context.seconds), "requests", (json_int_t)usage->requests, "processes",
        (int)usage->process_count, "broken_lines", (json_int_t)usage->broken, "sample_seconds",
        (double)context.sample / 1000, "tables", tables, "costs", sums, "prices", prices);
}
