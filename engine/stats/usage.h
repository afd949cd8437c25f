/*
 * usage.h - a file of statistics (stats.h) read and summed up: what each table and index was asked for, second by second, and
 * for which keys. What a reader makes of it is in report.h and interval.h.
 */
#ifndef DDBMOCK_ENGINE_STATS_USAGE_H
#define DDBMOCK_ENGINE_STATS_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

enum {
    USAGE_KEYS_MAX =
        200000, /* distinct keys of a series that are told apart; those after them are not counted */
    USAGE_LARGE = 320 * 1024, /* bytes from which an item counts as near the limit of 400 KB */
};

enum usage_kind { USAGE_READ, USAGE_WRITE, USAGE_KINDS };

/* What was consumed in one stretch of time. */
struct usage_sample {
    int64_t at; /* ms since the epoch, of its begin */
    double units[USAGE_KINDS];
};

/* Of a key, or of a filter: counted by what is written of it. */
struct usage_count {
    char *text;
    uint64_t requests, scanned, returned, size; /* size: the largest that was seen, bytes */
    double units[USAGE_KINDS];
    double peak[USAGE_KINDS]; /* the most in one second */
    int64_t second;           /* the last one, with what it has so far */
    double in_second[USAGE_KINDS];
    UT_hash_handle hh;
};

/* A table, or an index of one. */
struct usage_series {
    char *name; /* region, table and index, each on a line of its own: the hash's key */
    const char *region, *table, *index; /* index: "" for the table itself */
    uint64_t requests, scans, scanned, returned;
    double units[USAGE_KINDS], scan_units;
    struct usage_sample *samples; /* in the order of time, without those in which nothing was */
    size_t sample_count, sample_room;
    struct usage_count *partitions, *keys, *filters, *large;
    bool local;                       /* a local secondary index, whose units are its table's */
    bool many_keys;                   /* USAGE_KEYS_MAX has been reached */
    int64_t items, bytes;             /* the last that was seen of it; -1: nothing */
    int64_t provisioned[USAGE_KINDS]; /* the same; -1: on demand, or unknown */
    UT_hash_handle hh;
};

struct usage {
    struct usage_series *series; /* a hash, sorted by name */
    int64_t first,
        last; /* ms since the epoch, of the first and the last request; 0: there is none */
    uint64_t requests, lines,
        broken; /* broken: lines that are no such JSON, as the last one of a full disk */
    int64_t *processes;
    size_t process_count;
};

/*
 * Reads the file at `path`: what happened from `from` until before `to` (ms since the epoch), in samples of `sample` ms. 0 and
 * *out, to be freed by usage_destroy; or -errno.
 */
int usage_read(const char *path, int64_t from, int64_t to, int64_t sample, struct usage **out);
void usage_destroy(struct usage *usage);

/* Minimum, maximum, average and percentiles of a series, in units per second, over all samples of a span, empty ones too. */
struct usage_figures {
    double least, most, average, median, p90, p99;
};
int usage_figures(const struct usage_series *series, enum usage_kind kind, int64_t from, int64_t to,
                  int64_t sample, struct usage_figures *out);

#endif
