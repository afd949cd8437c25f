/*
 * interval.c - see interval.h. Beside the file of statistics, one named FILE.told holds until when has been told; who wants to
 * tell locks it.
 */
#include "engine/stats/interval.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "engine/append.h"
#include "engine/settings.h"
#include "engine/stats/stats.h"
#include "engine/stats/usage.h"

static char path[PATH_MAX];
static _Atomic int64_t window; /* of the last request, counted from the epoch; 0: there was none */

static int64_t interval(void)
{
    return setting_integer(SETTING_STATS_INTERVAL) * 1000;
}

static int64_t sample(void)
{
    return setting_integer(SETTING_STATS_SAMPLE) * 1000;
}

void interval_configure(const char *file)
{
    snprintf(path, sizeof path, "%s", file ? file : "");
    atomic_store(&window, 0);
}

static void tell_one(FILE *out, const struct usage_series *series, enum usage_kind kind,
                     int64_t from, int64_t to)
{
    struct usage_figures figures;
    if (series->units[kind] <= 0 || usage_figures(series, kind, from, to, sample(), &figures) != 0)
        return;
    fprintf(out,
            "ddbmock stats: %s %s%s%s %s: %.1f units; per second least %.2f, average %.2f, median "
            "%.2f, p90 %.2f, p99 %.2f, most %.2f\n",
            series->region, series->table, *series->index ? "/" : "", series->index,
            kind == USAGE_READ ? "read" : "write", series->units[kind], figures.least,
            figures.average, figures.median, figures.p90, figures.p99, figures.most);
}

/* Everything from `from` until before `to`, in one write. */
static void tell(const char *file, int64_t from, int64_t to, bool whole)
{
    char *text = NULL, begin[32];
    size_t length;
    struct usage *usage;
    if (usage_read(file, from, to, sample(), &usage) != 0)
        return;
    FILE *out = usage->requests > 0 ? open_memstream(&text, &length) : NULL;
    if (out) {
        if (whole) {
            from = usage->first;
            to = usage->last + 1;
        }
        time_t seconds = (time_t)(from / 1000);
        struct tm parts;
        strftime(begin, sizeof begin, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
        fprintf(out,
                "ddbmock stats: %s%" PRId64 " s from %s: %" PRIu64 " requests of %zu process%s\n",
                whole ? "in all, " : "", (to - from + 999) / 1000, begin, usage->requests,
                usage->process_count, usage->process_count == 1 ? "" : "es");
        for (struct usage_series *each = usage->series; each; each = each->hh.next)
            for (int kind = 0; kind < USAGE_KINDS; kind++)
                tell_one(out, each, kind, from, to - 1);
        if (fclose(out) == 0)
            append_bytes("", text, length);
        free(text);
    }
    usage_destroy(usage);
}

/* Tells of the intervals that have passed by `now` and of which nobody has told. */
static void tell_passed(int64_t first, int64_t now)
{
    char file[PATH_MAX + 8], text[32] = "";
    snprintf(file, sizeof file, "%s.told", path);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    /* Who holds the lock is telling at this moment. */
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        ssize_t got = pread(fd, text, sizeof text - 1, 0);
        int64_t told = got > 0 ? strtoll(text, NULL, 10) : first;
        for (; told < now; told++)
            tell(path, told * interval(), (told + 1) * interval(), false);
        int length = snprintf(text, sizeof text, "%" PRId64 "\n", told);
        ssize_t written = pwrite(fd, text, (size_t)length, 0);
        (void)written;
    }
    close(fd);
}

void interval_pass(int64_t now)
{
    if (!*path)
        return;
    int64_t current = now / interval(), before = atomic_exchange(&window, current);
    if (before != 0 && before < current)
        tell_passed(before, current);
}

void interval_end(const char *directory)
{
    char file[PATH_MAX];
    if (settings_load(NULL) == 0 &&
        snprintf(file, sizeof file, "%s/" STATS_FILE, directory) < (int)sizeof file &&
        access(file, R_OK) == 0)
        tell(file, 0, INT64_MAX, true);
}
