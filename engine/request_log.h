/*
 * request_log.h - the request log (DDBMOCK_LOG, DDBMOCK_LOG_FORMAT): one line a request, with what was asked and answered.
 *
 *     request_id=... time=2026-11-23T01:02:03.456Z process=7 thread=8 region=us-east-1 operation=GetItem status=200
 *         microseconds=41 request={"TableName":...} response={...}
 *
 * (one line, in fact), or an object with the same members in the same order. "-", or null, stands for what there is not: the
 * operation of a request that names none, a body that is empty or no JSON. Bodies are as they came, but for control characters,
 * which are blanks here. No header is in it, and so no signature and no session token; nor is the message of an
 * IncompleteSignatureException, which repeats one.
 *
 * A line is one write; engine/append.h says what follows from that.
 */
#ifndef DDBMOCK_ENGINE_REQUEST_LOG_H
#define DDBMOCK_ENGINE_REQUEST_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/slice.h"

struct request_log_entry {
    const char *id;                 /* NULL: it has none */
    const char *region;             /* NULL or empty: unknown */
    const char *operation;          /* "GetItem"; NULL: none was recognised */
    int status;                     /* HTTP's */
    bool is_json;                   /* the request's body is a JSON text */
    struct slice request, response; /* bodies, the former after decompression */
    int64_t began;                  /* request_log_clock when it had arrived; 0: unknown */
};

/* Whether requests are logged; constant once engine_open has returned. */
extern bool request_log_on;

/* Takes the settings; engine_open calls it. */
void request_log_configure(void);

/* Writes one line, if there is a log. From any thread; errno may change. */
void request_log_write(const struct request_log_entry *entry);

/* Microseconds on a clock that only goes forward; never 0. */
int64_t request_log_clock(void);

#endif
