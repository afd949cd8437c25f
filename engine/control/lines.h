/*
 * lines.h - items as lines of JSON, {"Item":{"id":{"S":"1"}}}: how the service exports them to S3. Written into an answer or a
 * file, read from a request or from files, compressed or not.
 */
#ifndef DDBMOCK_ENGINE_CONTROL_LINES_H
#define DDBMOCK_ENGINE_CONTROL_LINES_H

#include "engine/control/control.h"

/*
 * Calls `take` with the line of every item of a table, its newline included, in the open transaction; each is valid during
 * the call. `take` answers 0 or -errno, which ends it. 0, or -1 after failing the request; *items is how many there were.
 */
int lines_of_table(struct request *request, const struct table *table,
                   int (*take)(void *context, struct slice line), void *context, uint64_t *items);

/* Where lines come from: the next one without its newline, valid until the next call. 1, 0 at the end, or -errno. */
struct line_source {
    int (*next)(struct line_source *, struct slice *line);
    const char *name;     /* of the file, for messages; or NULL */
    uint64_t number;      /* of the line handed out last, from 1 */
    uint64_t done, total; /* bytes, of all that is to be read */
};

/*
 * Puts the items of all lines into the request's table `name`, some hundred in a transaction; those that are there are
 * replaced. Empty lines do not count. *items is how many were put, also when -1 comes after failing the request.
 */
int lines_into_table(struct request *request, struct slice name, struct line_source *source,
                     uint64_t *items);

#endif
