/*
 * interval.h - DDBMOCK_STATS=stderr: the figures of all processes of a session, every DDBMOCK_STATS_INTERVAL seconds and when the
 * session ends. No timer: whoever is the first to make a request after an interval has passed tells of it.
 */
#ifndef DDBMOCK_ENGINE_STATS_INTERVAL_H
#define DDBMOCK_ENGINE_STATS_INTERVAL_H

#include <stdint.h>

/* In a session's directory: the file of DDBMOCK_STATS=stderr. */
#define STATS_FILE "stats"

/* The file of statistics; NULL: nothing is to be told. */
void interval_configure(const char *path);

/* After a request at `now` has been written down. */
void interval_pass(int64_t now);

/* The session in `directory` ends: tells of all of it, if it has statistics. Needs no open engine. */
void interval_end(const char *directory);

#endif
