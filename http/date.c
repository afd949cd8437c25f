/*
 * date.c - see date.h. The calendar is the proleptic Gregorian one, counted in eras of 400 years
 * that begin on a 1st of March, so that the leap day is the last day of a year.
 */
#include "http/date.h"

#include <string.h>

struct civil {
    int year, month, day, hour, minute, second, weekday; /* month 1-12, weekday 0-6 from Sunday */
};

static struct civil civil_of(int64_t seconds)
{
    const int64_t first = -62167219200, last = 253402300799; /* years 0 and 9999 */
    seconds = seconds < first ? first : seconds > last ? last : seconds;
    int64_t days = seconds / 86400;
    int rest = (int)(seconds % 86400);
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    struct civil civil = { .hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60 };
    civil.weekday = (int)(((days + 4) % 7 + 7) % 7); /* the epoch was a Thursday */

    int64_t since = days + 719468; /* days from 0000-03-01 to the epoch */
    int64_t era = (since >= 0 ? since : since - 146096) / 146097;
    int day = (int)(since - era * 146097);                            /* of the era */
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365; /* of the era */
    int of_year = day - (365 * year + year / 4 - year / 100);         /* from the 1st of March */
    int month = (5 * of_year + 2) / 153;                              /* from March */
    civil.day = of_year - (153 * month + 2) / 5 + 1;
    civil.month = month < 10 ? month + 3 : month - 9;
    civil.year = (int)(year + era * 400) + (civil.month <= 2);
    return civil;
}

static char *digits(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + width;
}

void date_http(int64_t seconds, char out[DATE_HTTP_SIZE])
{
    static const char weekdays[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil civil = civil_of(seconds);
    memcpy(out, "---, -- --- ---- --:--:-- GMT", DATE_HTTP_SIZE);
    memcpy(out, weekdays + (size_t)civil.weekday * 3, 3);
    digits(out + 5, civil.day, 2);
    memcpy(out + 8, months + (size_t)(civil.month - 1) * 3, 3);
    digits(out + 12, civil.year, 4);
    digits(out + 17, civil.hour, 2);
    digits(out + 20, civil.minute, 2);
    digits(out + 23, civil.second, 2);
}

void date_compact(int64_t seconds, char out[DATE_COMPACT_SIZE])
{
    struct civil civil = civil_of(seconds);
    out = digits(out, civil.year, 4);
    out = digits(out, civil.month, 2);
    out = digits(out, civil.day, 2);
    out = digits(out, civil.hour, 2);
    out = digits(out, civil.minute, 2);
    out = digits(out, civil.second, 2);
    memcpy(out, "Z", 2);
}
