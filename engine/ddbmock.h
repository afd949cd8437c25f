/*
 * ddbmock.h - ddbmock as a library: a DynamoDB that a program calls as functions, with no socket, no HTTP and no SDK.
 * docs/library.md shows it in C and in Python.
 *
 * The functions are those of libddbmock-engine.so (pkg-config knows it as "ddbmock"); dlopen and ctypes find them as
 * well. Every function may be called from any thread, several at a time, and across fork. None prints, but
 * ddbmock_open, of settings that are wrong, one line each on stderr; none exits or changes errno. Texts are UTF-8.
 */
#ifndef DDBMOCK_H
#define DDBMOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct ddbmock; /* one DynamoDB, every Region of it */

/*
 * Opens a DynamoDB over `storage`: what DDBMOCK_STORAGE may say ("memory", "sqlite:tables.db"; docs/storage.md). NULL is
 * what that variable or the configuration file says, else "memory", where each ddbmock_open is a new and empty DynamoDB
 * that nobody else sees. To be closed with ddbmock_close. NULL when it cannot be opened, with *why, when `why` is not
 * NULL, a sentence that says what failed, to be freed with ddbmock_free, or NULL.
 */
struct ddbmock *ddbmock_open(const char *storage, char **why);

/* Closes a DynamoDB that nobody is calling. NULL does nothing. */
void ddbmock_close(struct ddbmock *mock);

/*
 * A request: `target` is an operation ("GetItem") or a whole X-Amz-Target ("DynamoDB_20120810.GetItem"), `body` the JSON
 * that an SDK would send, `region` "us-east-1" or another (NULL: that one). The HTTP status of the answer (200, or 400
 * with an error), and *answer its body, a JSON object, to be freed with ddbmock_free; NULL only when memory is short,
 * with status 500. Nothing is signed and nobody is asked who he is.
 */
int ddbmock_request(struct ddbmock *mock, const char *region, const char *target, const char *body,
                    char **answer);

/*
 * An action of the control interface (docs/control.md), on a DynamoDB and not through it: "Reset", "TakeSnapshot",
 * "RestoreSnapshot", "ListSnapshots", "DeleteSnapshot", "ListTables", "SeedTable", "ImportTable", "ExportTable" and others of
 * engine/control/control.def. `parameters` is a JSON object, {"snapshot":"seeded"}, or NULL; files that it names are read
 * and written. Returns and *answer as ddbmock_request, without AWS's errors: an error is {"error":"..."}, with a status of 400 or
 * more.
 */
int ddbmock_control(struct ddbmock *mock, const char *action, const char *parameters,
                    char **answer);

/*
 * The most used ones. Takes everything away, or the tables of a Region, or the items of one of its tables (`table` with a
 * `region`, or in us-east-1); keeps the present state under a name; makes a kept one the present. 0, or -1 when that cannot
 * be done (there is no such table or snapshot): ddbmock_control says why.
 */
int ddbmock_reset(struct ddbmock *mock, const char *region, const char *table);
int ddbmock_snapshot(struct ddbmock *mock, const char *name);
int ddbmock_restore(struct ddbmock *mock, const char *name);

/* Frees what came from here. NULL does nothing. */
void ddbmock_free(void *text);

/*
 * The time by which tables become ACTIVE, tokens expire and dates are told: milliseconds since the epoch, UTC. It is
 * one for the process. ddbmock_clock_set stops it at `milliseconds`; a negative value lets the real time pass again.
 */
int64_t ddbmock_clock(void);
void ddbmock_clock_set(int64_t milliseconds);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
