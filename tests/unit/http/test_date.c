/*
 * test_date.c - our calendar against libc's.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/date.h"

Test(date, agrees_with_libc)
{
    int64_t seconds = -62167219200; /* the year 0 */
    while (seconds <= 253402300799) {
        time_t time = (time_t)seconds;
        struct tm tm;
        char http[64], compact[64], ours_http[DATE_HTTP_SIZE], ours_compact[DATE_COMPACT_SIZE];
        gmtime_r(&time, &tm);
        strftime(http, sizeof http, "%a, %d %b ", &tm);
        snprintf(http + strlen(http), 32, "%04d %02d:%02d:%02d GMT", tm.tm_year + 1900, tm.tm_hour,
                 tm.tm_min, tm.tm_sec);
        snprintf(compact, sizeof compact, "%04d%02d%02d%02d%02d%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        date_http(seconds, ours_http);
        date_compact(seconds, ours_compact);
        cr_assert_str_eq(ours_http, http);
        cr_assert_str_eq(ours_compact, compact);
        seconds += 40001 * 17 + 86399; /* about eight days, never at the same hour */
    }
}

Test(date, what_does_not_fit_is_cut)
{
    char out[DATE_COMPACT_SIZE];
    date_compact(INT64_MAX, out);
    cr_assert_str_eq(out, "99991231235959Z");
    date_compact(INT64_MIN, out);
    cr_assert_str_eq(out, "00000101000000Z");
}
