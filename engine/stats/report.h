/*
 * report.h - `ddbmock report`: what a file of statistics says of the capacity, the keys and the money that a program needs.
 *
 * The report is one JSON document (report_model), of which text and HTML are renderings; its members are described in
 * ddbmock-report(1).
 */
#ifndef DDBMOCK_ENGINE_STATS_REPORT_H
#define DDBMOCK_ENGINE_STATS_REPORT_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct report_options {
    const char *path;   /* the file of statistics; "": none is known */
    const char *format; /* "text", "json" or "html" */
    const char *prices; /* a file of prices, or NULL: engine/stats/prices.json */
    const char *const
        *provisioned; /* what is assumed, "TABLE=READ,WRITE" or "TABLE/INDEX=READ,WRITE" */
    size_t provisioned_count;
};

/* 0 and *out, the report, to be freed; or -errno with *why a sentence to be freed, or NULL. */
int report_make(const struct report_options *options, char **out, char **why);

struct usage;

/* The report as data; a new reference, NULL when memory is short. `prices` as from prices.json. */
json_t *report_model(const struct usage *usage, const struct report_options *options,
                     const json_t *prices);

/* What the series of a table consumed, as text; as a page that needs nothing but itself. */
void report_text(const json_t *model, FILE *out);
void report_html(const json_t *model, FILE *out);

#endif
