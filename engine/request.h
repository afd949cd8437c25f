/*
 * request.h - one call of one operation, as the engine's own files see it.
 *
 * A request owns everything that its answer needs: the arena, the parsed JSON, the storage transaction, the error. An
 * operation is a function `int x(struct request *)` in engine/operations/: it reads `input`, works inside
 * `transaction`, writes a JSON object into `output` and returns 0; or it fails the request (request_fail) and returns -1.
 * Either way request_run cleans up.
 */
#ifndef DDBMOCK_ENGINE_REQUEST_H
#define DDBMOCK_ENGINE_REQUEST_H

#include <jansson.h>

#include "engine/arena.h"
#include "engine/buffer.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/json_memory.h"
#include "engine/storage/storage.h"

struct operation; /* engine/operations.h */

/*
 * Which of the service's two validation layers words what is wrong with an operation's values and expressions:
 * facts/fidelity.md section 2. Of the classic cohort all operations speak as the older one (engine/schema/wording.h).
 */
enum value_layer {
    VALUE_LAYER_OLDER,
    VALUE_LAYER_CURRENT,
};

enum { ACCOUNT_ID_SIZE = 13, REGION_SIZE = 64 };

struct request {
    struct engine *engine;
    struct arena arena; /* of everything below but `json` and `transaction` */
    struct arena
        scratch; /* for loops that release it at each turn; nothing in it outlives an operation */
    jmp_buf exhausted;
    const struct operation *operation; /* NULL until routed, or when `task` is set */
    int (*task)(struct request *);     /* what is done in place of an operation; NULL: nothing */
    const struct control_call *call;   /* of the control interface; borrowed; or NULL */
    void *context;                     /* of the task; borrowed */
    json_t *json;                      /* the body; owned */
    json_t *input;                     /* borrowed from `json`: the operation's input */
    json_t *kept; /* an array of more JSON that the request owns, or NULL: operations/api_2011.h */
    struct buffer output; /* the answer's body */
    struct transaction
        *transaction;          /* open, or NULL; request_run aborts what an operation leaves open */
    struct cursor *cursor;     /* open in `transaction`, or NULL; request_run closes it */
    int64_t now;               /* ms since the epoch, the same throughout the request */
    struct clock_moment began; /* when it began to wait for its write transaction */
    char region[REGION_SIZE];
    char account[ACCOUNT_ID_SIZE];
    char id[REQUEST_ID_SIZE];
    enum value_layer layer; /* of its operation, in the process's cohort */
    bool
        envelope; /* a ValidationException is put inside "1 validation error detected: "; until request_begin */
    enum error_code error;  /* ERROR_NONE while all is well */
    const char *error_type; /* of ERROR_PLUGIN: the __type; in the arena */
    char *message;          /* of the error; malloc'd, owned; NULL for an answer without one */
    const char *
        extra; /* more members for the error's body, as JSON text without braces ("\"Item\":{}"), or NULL */
    bool rendered;         /* `output` is the error's body */
    struct slice filling;  /* a table of which an index is to be filled afterwards; empty: none */
    bool fill_all;         /* to its end: engine/index_backfill.h */
    bool dropped;          /* items have been given up in bulk: request_clean is due */
    struct request *inner; /* a plugin's, whose answer is being copied; owned; or NULL */
    struct buffer
        *stats; /* what it has consumed, for engine/stats/stats.h; NULL: nothing, or nobody asks */
    struct table_use *tables; /* decoded definitions that this request holds: engine/table.c */
    /* What most requests need, so that one malloc is enough; not zeroed. */
    _Alignas(max_align_t) char room[4096]; /* of the arena's first bytes */
    struct json_memory json_memory;
};

/*
 * As request_fail with a ValidationException that never stands in the envelope: of what the service refuses before it looks
 * at the request's rules (an AttributeValue that is no value at all) or counts afterwards (sizes, levels). Always -1.
 */
int request_fail_bare(struct request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Begins the request's transaction: what fails from now on is found in the data, not in the request, and its errors are not
 * put in the envelope. 0, or -1 after failing the request with an InternalServerError that says why. An operation begins one
 * transaction at the most at a time.
 */
int request_begin(struct request *request, bool write);

/* Ends it: 0 when everything is stored, or -1 after failing the request. */
int request_commit(struct request *request);

/*
 * Removes what was given up in bulk, up to a number that takes no time to speak of; more is left to later requests. No
 * transaction may be open. Never fails the request.
 */
void request_clean(struct request *request);

/*
 * The request's cursor, in its transaction; one at a time. Memory that runs out while it is open does not lose it, so a loop
 * over items may allocate from the arena. 0, or -1 after failing the request.
 */
int request_cursor_open(struct request *request);
void request_cursor_close(struct request *request);

/* Takes the request's failure back: the code, and the message in the arena (NULL: it had none). */
enum error_code request_take_error(struct request *request, const char **message);

/* The error of the service's that is called `name` ("ValidationException"), or ERROR_PLUGIN. */
enum error_code request_error_named(struct slice name);

/* Fails the request with an InternalServerError that names `what` failed and the negative errno value. Always -1. */
int request_fail_storage(struct request *request, const char *what, int error);

/* Typed access to an input's members; schema/ has checked the types. A missing or null member gives the fallback. */
const json_t *input_get(const json_t *input, const char *name); /* NULL when missing or null */
/* Whether any of `count` names is there and not null: one walk over the members. */
bool input_has_any(const json_t *input, const char *const *names, size_t count);
struct slice input_string(const json_t *input, const char *name);
bool input_boolean(const json_t *input, const char *name, bool fallback);
json_int_t input_integer(const json_t *input, const char *name, json_int_t fallback);
bool input_is(const json_t *input, const char *name,
              const char *value); /* a string member equals `value` */

#endif
