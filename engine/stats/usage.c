/*
 * usage.c - see usage.h.
 */
#include "engine/stats/usage.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What cannot be counted for want of memory is left out; the whole is then refused. */
struct reader {
    struct usage *usage;
    int64_t sample;
    bool exhausted;
};

static char *copy(struct reader *reader, const char *text)
{
    char *made = strdup(text);
    reader->exhausted |= !made;
    return made;
}

static struct usage_series *find_series(struct reader *reader, const char *region,
                                        const char *table, const char *index)
{
    struct usage_series *found = NULL;
    char name[1024];
    if (snprintf(name, sizeof name, "%s\n%s\n%s", region, table, index) >= (int)sizeof name)
        return NULL;
    HASH_FIND_STR(reader->usage->series, name, found);
    if (found)
        return found;
    char *own = copy(reader, name), *parts = copy(reader, name);
    found = own && parts ? calloc(1, sizeof *found) : NULL;
    if (!found) {
        reader->exhausted = true;
        free(own);
        free(parts);
        return NULL;
    }
    char *rest = parts;
    found->name = own;
    found->region = strsep(&rest, "\n");
    found->table = strsep(&rest, "\n");
    found->index = rest;
    found->items = found->bytes = -1;
    found->provisioned[USAGE_READ] = found->provisioned[USAGE_WRITE] = -1;
    HASH_ADD_KEYPTR(hh, reader->usage->series, found->name, strlen(found->name), found);
    return found;
}

/* Lines come in the order of time but for processes that pass one another. */
static void add_sample(struct reader *reader, struct usage_series *series, int64_t now,
                       const double units[USAGE_KINDS])
{
    int64_t at = now - now % reader->sample;
    size_t n = series->sample_count;
    while (n > 0 && series->samples[n - 1].at > at)
        n--;
    if (n == 0 || series->samples[n - 1].at != at) {
        if (series->sample_count == series->sample_room) {
            size_t room = series->sample_room ? 2 * series->sample_room : 64;
            struct usage_sample *more = realloc(series->samples, room * sizeof *more);
            if (!more) {
                reader->exhausted = true;
                return;
            }
            series->samples = more;
            series->sample_room = room;
        }
        memmove(&series->samples[n + 1], &series->samples[n],
                (series->sample_count - n) * sizeof *series->samples);
        series->samples[n] = (struct usage_sample){ .at = at };
        series->sample_count++;
        n++;
    }
    for (int kind = 0; kind < USAGE_KINDS; kind++) {
        series->samples[n - 1].units[kind] += units[kind];
        series->units[kind] += units[kind];
    }
}

static struct usage_count *count(struct reader *reader, struct usage_count **all, const char *text,
                                 bool *many)
{
    struct usage_count *found;
    HASH_FIND_STR(*all, text, found);
    if (found)
        return found;
    if (HASH_COUNT(*all) >= USAGE_KEYS_MAX) {
        *many = true;
        return NULL;
    }
    found = calloc(1, sizeof *found);
    char *own = copy(reader, text);
    if (!found || !own) {
        reader->exhausted = true;
        free(found);
        free(own);
        return NULL;
    }
    found->text = own;
    found->second = -1;
    HASH_ADD_KEYPTR(hh, *all, found->text, strlen(found->text), found);
    return found;
}

static void add_units(struct usage_count *to, int64_t now, const double units[USAGE_KINDS])
{
    to->requests++;
    for (int kind = 0; kind < USAGE_KINDS; kind++) {
        if (to->second != now / 1000)
            to->in_second[kind] = 0;
        to->units[kind] += units[kind];
        to->in_second[kind] += units[kind];
        if (to->in_second[kind] > to->peak[kind])
            to->peak[kind] = to->in_second[kind];
    }
    to->second = now / 1000;
}

/* The first `parts` of a key, "green" or "green / 7". */
static bool key_text(const json_t *key, size_t parts, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < parts && i < json_array_size(key); i++) {
        const char *text = json_string_value(json_array_get(key, i));
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i ? " / " : "", text ? text : "-");
        if (used >= size)
            return true; /* cut */
    }
    return used > 0;
}

static double number(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static int64_t integer_at(const json_t *list, size_t n)
{
    return (int64_t)json_number_value(json_array_get(list, n));
}

/* Which keys, and how large the items. */
static void add_keys(struct reader *reader, struct usage_series *series, const json_t *use,
                     int64_t now, const double units[USAGE_KINDS])
{
    enum { SHOWN = 256 };
    char text[SHOWN];
    const json_t *key = json_object_get(use, "key");
    bool ignored;
    if (!key_text(key, 1, text, sizeof text))
        return;
    struct usage_count *found = count(reader, &series->partitions, text, &series->many_keys);
    if (found)
        add_units(found, now, units);
    if (!json_object_get(use, "size"))
        return;
    uint64_t size = (uint64_t)number(use, "size");
    key_text(key, json_array_size(key), text, sizeof text);
    found = count(reader, &series->keys, text, &series->many_keys);
    if (found)
        add_units(found, now, units);
    found = size >= USAGE_LARGE ? count(reader, &series->large, text, &ignored) : NULL;
    if (found) {
        found->requests++;
        found->size = size > found->size ? size : found->size;
    }
}

static void add_page(struct reader *reader, struct usage_series *series, const json_t *use,
                     const double units[USAGE_KINDS])
{
    const char *filter = json_string_value(json_object_get(use, "filter"));
    uint64_t scanned = (uint64_t)number(use, "scanned"),
             returned = (uint64_t)number(use, "returned");
    bool ignored;
    series->scanned += scanned;
    series->returned += returned;
    if (!json_object_get(use, "key")) {
        series->scans++;
        series->scan_units += units[USAGE_READ];
    }
    struct usage_count *found = filter ? count(reader, &series->filters, filter, &ignored) : NULL;
    if (!found)
        return;
    found->requests++;
    found->scanned += scanned;
    found->returned += returned;
    found->units[USAGE_READ] += units[USAGE_READ];
}

/* The table's or index's latest sizes and provisioning. */
static void add_state(struct usage_series *series, const json_t *use)
{
    const json_t *size = json_object_get(json_object_get(use, "items"), series->index);
    const json_t *provisioned = json_object_get(use, "provisioned");
    if (size) {
        series->items = integer_at(size, 0);
        series->bytes = integer_at(size, 1);
    }
    const json_t *local = json_object_get(use, "local");
    for (size_t i = 0; i < json_array_size(local); i++)
        series->local |= strcmp(json_string_value(json_array_get(local, i)), series->index) == 0;
    const json_t *own = json_object_get(provisioned, series->index);
    for (int kind = 0; kind < USAGE_KINDS; kind++)
        series->provisioned[kind] = own ? integer_at(own, (size_t)kind) : -1;
}

static void add_use(struct reader *reader, const char *region, const json_t *use, int64_t now)
{
    const char *table = json_string_value(json_object_get(use, "table")), *name;
    const char *index = json_string_value(json_object_get(use, "index"));
    double units[USAGE_KINDS] = { number(use, "read"), number(use, "write") };
    struct usage_series *series = table ? find_series(reader, region, table, "") : NULL;
    const json_t *indexes = json_object_get(use, "indexes"), *each;
    if (!series)
        return;
    add_state(series, use);
    if (!index) {
        series->requests++;
        add_keys(reader, series, use, now, units);
        if (json_object_get(use, "scanned"))
            add_page(reader, series, use, units);
    }
    if (units[USAGE_READ] + units[USAGE_WRITE] > 0)
        add_sample(reader, series, now, units);
    json_object_foreach((json_t *)indexes, name, each)
    {
        double part[USAGE_KINDS] = { json_number_value(json_array_get(each, 0)),
                                     json_number_value(json_array_get(each, 1)) };
        struct usage_series *of = find_series(reader, region, table, name);
        if (!of)
            continue;
        add_state(of, use);
        of->requests++;
        add_sample(reader, of, now, part);
        if (index && strcmp(index, name) == 0) {
            add_keys(reader, of, use, now, part);
            add_page(reader, of, use, part);
        }
    }
}

static void add_process(struct reader *reader, int64_t process)
{
    struct usage *usage = reader->usage;
    for (size_t i = usage->process_count; i > 0; i--)
        if (usage->processes[i - 1] == process)
            return;
    int64_t *more = realloc(usage->processes, (usage->process_count + 1) * sizeof *more);
    if (!more) {
        reader->exhausted = true;
        return;
    }
    usage->processes = more;
    usage->processes[usage->process_count++] = process;
}

static void add_line(struct reader *reader, const json_t *line, int64_t now)
{
    struct usage *usage = reader->usage;
    const char *region = json_string_value(json_object_get(line, "region"));
    const json_t *uses = json_object_get(line, "use");
    if (usage->first == 0 || now < usage->first)
        usage->first = now;
    if (now > usage->last)
        usage->last = now;
    usage->requests++;
    add_process(reader, (int64_t)number(line, "p"));
    for (size_t i = 0; i < json_array_size(uses); i++)
        add_use(reader, region ? region : "", json_array_get(uses, i), now);
}

static int by_name(const struct usage_series *a, const struct usage_series *b)
{
    return strcmp(a->name, b->name);
}

int usage_read(const char *path, int64_t from, int64_t to, int64_t sample, struct usage **out)
{
    static const char start[] = "{\"t\":";
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    struct reader reader = { .usage = calloc(1, sizeof *reader.usage), .sample = sample };
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    reader.exhausted = !reader.usage;
    while (!reader.exhausted && (length = getline(&text, &room, file)) >= 0) {
        /* Most lines of a long run are outside of an interval: they need no parsing. */
        int64_t now = strncmp(text, start, sizeof start - 1) == 0
                          ? strtoll(text + sizeof start - 1, NULL, 10)
                          : 0;
        reader.usage->lines++;
        if (now != 0 && (now < from || now >= to))
            continue;
        json_t *line = now > 0 ? json_loadb(text, (size_t)length, 0, NULL) : NULL;
        if (line)
            add_line(&reader, line, now);
        else
            reader.usage->broken++;
        json_decref(line);
    }
    int error = reader.exhausted ? -ENOMEM : ferror(file) ? -EIO : 0;
    free(text);
    fclose(file);
    if (error != 0) {
        usage_destroy(reader.usage);
        return error;
    }
    HASH_SORT(reader.usage->series, by_name);
    *out = reader.usage;
    return 0;
}

static void destroy_counts(struct usage_count **all)
{
    struct usage_count *each, *next;
    HASH_ITER(hh, *all, each, next)
    {
        HASH_DEL(*all, each);
        free(each->text);
        free(each);
    }
}

void usage_destroy(struct usage *usage)
{
    struct usage_series *series, *next;
    if (!usage)
        return;
    HASH_ITER(hh, usage->series, series, next)
    {
        HASH_DEL(usage->series, series);
        destroy_counts(&series->partitions);
        destroy_counts(&series->keys);
        destroy_counts(&series->filters);
        destroy_counts(&series->large);
        free(series->samples);
        free((char *)series->region);
        free(series->name);
        free(series);
    }
    free(usage->processes);
    free(usage);
}

static int ascending(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

int usage_figures(const struct usage_series *series, enum usage_kind kind, int64_t from, int64_t to,
                  int64_t sample, struct usage_figures *out)
{
    int64_t begin = from - from % sample, end = to - to % sample;
    size_t all = (size_t)((end - begin) / sample) + 1, used = 0;
    double seconds = (double)sample / 1000, sum = 0;
    double *rates = calloc(series->sample_count + 1, sizeof *rates);
    *out = (struct usage_figures){ 0 };
    if (!rates)
        return -ENOMEM;
    for (size_t i = 0; i < series->sample_count; i++) {
        double units = series->samples[i].units[kind];
        sum += units;
        if (units > 0)
            rates[used++] = units / seconds;
    }
    if (all < used)
        all = used;
    qsort(rates, used, sizeof *rates, ascending);
    /* The samples in which nothing was stand before those in `rates`. */
#define RANK(p)                                                                                    \
    ({                                                                                             \
        size_t n_ = (size_t)((p) * (double)all + 0.999999);                                        \
        n_ = n_ > 0 ? n_ - 1 : 0;                                                                  \
        n_ < all - used ? 0.0 : rates[n_ - (all - used)];                                          \
    })
    if (used > 0) {
        out->least = all > used ? 0 : rates[0];
        out->most = rates[used - 1];
        out->average = sum / ((double)all * seconds);
        out->median = RANK(0.5);
        out->p90 = RANK(0.9);
        out->p99 = RANK(0.99);
    }
#undef RANK
    free(rates);
    return 0;
}
