/*
 * stats.h - the statistics (DDBMOCK_STATS): what each request consumed of which table and index, for which key, written down as
 * it happens. Everything else, sums by the second, hot keys, costs, is worked out when somebody asks (usage.h, report.h), so
 * that no timer, thread or exit handler is needed and all processes of a tree are in one place.
 *
 * The file has one JSON object a line, one for each request that consumed something:
 *
 *     {"t":1763845123456,"p":4711,"region":"us-east-1","op":"PutItem","use":[USE, ...],"status":200}
 *     USE: {"table":"Tea","key":["green","7"],"size":120,"read":0,"write":1,"indexes":{"by-price":[0,1]},
 *           "items":{"":[3,512],"by-price":[3,90]},"provisioned":{"":[5,5]}}
 *          {"table":"Tea","index":"by-price","key":["green"],"read":1.5,"write":0,"scanned":20,"returned":1,"filter":"a = :a"}
 *
 * t: milliseconds since the epoch; p: the process; key: the partition key's attributes, then the sort key's, of which a Query
 * has the former and a Scan none; size: of the item, bytes; items: how many there are after a write, and their bytes, of the
 * table ("") and each index; provisioned: units per second, absent on demand; local: names of the local secondary indexes, absent where there are none.
 */
#ifndef DDBMOCK_ENGINE_STATS_STATS_H
#define DDBMOCK_ENGINE_STATS_STATS_H

#include "engine/capacity.h"
#include "engine/page.h"
#include "engine/write.h"

/* Whether statistics are written; constant once engine_open has returned. Ask before each function below. */
extern bool stats_on;

/* Takes the settings; `session` is the session's directory or NULL. engine_open calls it. */
void stats_configure(const char *session);

/*
 * Notes what was consumed, unless it is no client's operation that asks (an import); each in the open transaction. An item that was read, `size` being 0 when it was not there. A write,
 * whatever became of it, that took `capacity` from what it was before to what it is. A page.
 */
void stats_read(struct request *request, const struct table *table, const struct map *key,
                size_t size, double units);
void stats_write(struct request *request, const struct write *write, const struct capacity *before,
                 const struct capacity *after);
void stats_page(struct request *request, const struct page *page, uint64_t scanned,
                uint64_t returned, const struct capacity *capacity);

/* Writes down what the request has noted: at its end. */
void stats_flush(struct request *request);

#endif
