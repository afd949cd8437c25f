/*
 * control.h - what the actions of the control interface have in common: parameters, regions, tables, moments as text.
 */
#ifndef DDBMOCK_ENGINE_CONTROL_CONTROL_H
#define DDBMOCK_ENGINE_CONTROL_CONTROL_H

#include "engine/table.h"

#define CONTROL(action, function) int function(struct request *request);
#include "engine/control/control.def"
#undef CONTROL

/* Fails the request for a parameter. Always -1. */
int control_bad(struct request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The string parameter `name`: 0 with *out, empty when it is not there; or -1 after failing the request, because it is no
 * string or, with `required`, is not there or empty.
 */
int control_text(struct request *request, const char *name, bool required, struct slice *out);

/* The parameter "region" becomes the request's region. *given: it was there. 0, or -1 after failing the request. */
int control_region(struct request *request, bool *given);

/*
 * Finds the table that the parameters "table" and "region" name in the open transaction. Without a region it is the only one
 * that has such a table; it becomes the request's. 0, or -1 after failing the request: not found, or in several regions.
 */
int control_table(struct request *request, const struct table **out);

/*
 * Calls `visit` once for every region that has tables, which is then the request's, until it answers other than 0, which is
 * then the result, or -1 after failing the request. In the open transaction.
 */
int control_each_region(struct request *request, int (*visit)(struct request *, void *context),
                        void *context);

/* The names of all tables of the request's region, in the arena. 0, or -1 after failing the request. */
struct control_names {
    struct slice *names;
    size_t count;
};
int control_table_names(struct request *request, struct control_names *out);

/* Takes a table away with all that it has, in the open write transaction. 0, or -1 after failing the request. */
int control_forget_table(struct request *request, const struct table *table);

/* Fails the request because there is no such snapshot, or as request_fail_storage. Always -1. */
int control_fail_snapshot(struct request *request, struct slice name, const char *what, int error);

/* Fails the request because of a file that a parameter names. Always -1. */
int control_fail_path(struct request *request, const char *path, int error);

enum { ISO_TIME_SIZE = 25 }; /* "2026-11-23T01:02:03.456Z" and a NUL */

/* A moment in ms since the epoch, of the years 1970 to 9999. */
void control_iso_time(int64_t moment, char out[ISO_TIME_SIZE]);

/* Tells the caller how far a long action has come. */
void control_progress(struct request *request, uint64_t done, uint64_t total);

#endif
