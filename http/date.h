/*
 * date.h - calendar dates in UTC for the Date header, certificates and signatures, without libc's
 * time zones: gmtime_r takes a lock and may open files, both inside somebody else's program.
 */
#ifndef DDBMOCK_HTTP_DATE_H
#define DDBMOCK_HTTP_DATE_H

#include <stdint.h>

enum {
    DATE_HTTP_SIZE = 30,    /* "Sun, 22 Nov 2026 21:41:07 GMT" */
    DATE_COMPACT_SIZE = 16, /* "20261122214107Z" */
};

/* `seconds` since the epoch; years 0 to 9999, anything else becomes the nearest end. Both write a
 * NUL at the end. */
void date_http(int64_t seconds, char out[DATE_HTTP_SIZE]);
void date_compact(int64_t seconds, char out[DATE_COMPACT_SIZE]); /* ASN.1's GeneralizedTime */

#endif
