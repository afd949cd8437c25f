/*
 * engine.h - the engine as its callers see it: an HTTP layer, a test, a library's user. A request goes in as bytes and a
 * target, an answer comes out as a status and bytes; no socket, no HTTP header. Of the environment only the
 * settings are read (engine/settings.h).
 *
 *     engine_open -> request_create -> request_parse -> request_route -> (the caller's own signature checks,
 *     request_fail) -> request_run -> request_status, request_body -> request_destroy
 *
 * The steps stand apart because the service checks in this order: JSON, target, signature, types, constraints, content
 * (facts/fidelity.md section 1), and signatures are HTTP's business. After a step has failed, request_run does nothing,
 * and the answer is the error.
 *
 * Every function is safe to call from any thread; one request belongs to one thread at a time.
 */
#ifndef DDBMOCK_ENGINE_ENGINE_H
#define DDBMOCK_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/slice.h"
#include "engine/storage/descriptor.h"

struct engine;  /* one DynamoDB: every region, every table */
struct request; /* one call of one operation */

enum error_code {
    ERROR_NONE,
#define ERROR(identifier, name, namespace, status, member) identifier,
#include "engine/errors.def"
#undef ERROR
};

struct engine_settings {
    const char *storage; /* as for DDBMOCK_STORAGE; NULL: what that says */
    const char *
        path; /* the session's directory, for the backends that keep their files there; NULL where there is none */
    void (*warn)(
        const char *line); /* is told of settings that are wrong or misspelt; may be NULL */
    const struct descriptor_hider
        *hider; /* of the store's descriptors, for the whole process; static; NULL: as before */
};

/*
 * Reads the settings of the process, if nobody has, and opens a DynamoDB over the store that `settings` names. 0 and *out, to be closed with engine_close; or -errno, with *why
 * (when why is not NULL) set to a sentence that says what failed and where, to be freed with free(3), or NULL.
 */
int engine_open(const struct engine_settings *settings, struct engine **out, char **why);

/* Closes an engine of which no request is left. NULL does nothing. */
void engine_close(struct engine *engine);

/* Around fork(2): see engine/storage/storage.h. The forking thread must not be inside request_run. */
void engine_before_fork(struct engine *engine);
void engine_after_fork(struct engine *engine, bool child);

/* The process ends: see storage_leave in engine/storage/storage.h. */
void engine_leave(void);

/*
 * A request to the endpoint of `region` ("us-east-1"; copied), whose answer will carry the request id `id` where it
 * names it (copied). NULL when there is no memory for it.
 */
struct request *request_create(struct engine *engine, const char *region, const char *id);
void request_destroy(struct request *request); /* NULL does nothing */

/* Takes the body. 0, or -1 after failing the request with a SerializationException. `body` may go afterwards. */
int request_parse(struct request *request, const char *body, size_t length);

/*
 * Takes the value of X-Amz-Target ("DynamoDB_20120810.GetItem"), NULL when there is none. 0, or -1 after failing the
 * request with an UnknownOperationException.
 */
int request_route(struct request *request, const char *target);

/* Whether a target names an operation of a plugin's (docs/plugins.md): those have no signature and any content type. */
bool target_is_custom(const char *target);

/*
 * Fails the request: its answer is this error, with this message (printf). An empty format gives an answer without a
 * message. Only the first failure of a request counts. Always -1, so that a check can end in `return request_fail(...)`.
 */
int request_fail(struct request *request, enum error_code error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * What the control interface asks for (docs/control.md), in place of a body and a target. Everything is borrowed until the
 * request is destroyed.
 */
struct control_call {
    const char *action; /* a row of engine/control/control.def: "Reset" */
    const char *input;  /* its parameters, a JSON object; NULL: none */
    struct slice lines; /* ImportItems: what is to be imported */
    bool files;         /* whether it may read and write files that the parameters name */
    void (*progress)(void *context, uint64_t done,
                     uint64_t total); /* now and then, of long ones; or NULL */
    void *context;
};

/* Routes to an action of the control interface. 0, or -1 after failing the request. */
int request_control(struct request *request, const struct control_call *call);

/* Does what was asked, unless the request has failed already. */
void request_run(struct request *request);

/* The answer: the HTTP status and the JSON body, valid until request_destroy. */
int request_status(const struct request *request);
struct slice request_body(struct request *request);

/* Whether request_parse has taken a body. */
bool request_is_json(const struct request *request);

/* The operation's name ("GetItem"), or NULL before request_route has succeeded. */
const char *request_operation(const struct request *request);

#endif
