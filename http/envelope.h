/*
 * envelope.h - from a whole HTTP request to the bytes of its response: what the service does around
 * an operation.
 */
#ifndef DDBMOCK_HTTP_ENVELOPE_H
#define DDBMOCK_HTTP_ENVELOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "http/bytes.h"
#include "http/control.h"
#include "http/date.h"
#include "http/hosts.h"
#include "http/message.h"
#include "http/signature.h"

/* What a response needs to know beside the request; belongs to a connection. */
struct envelope {
    struct engine *engine; /* borrowed; NULL: every operation is answered with a 500 */
    const char *host; /* the name that the client connected to, from TLS or its resolver; NULL when
                         unknown */
    const struct signature_keys *keys; /* borrowed; NULL: signatures are taken as they are */
    enum control_access control;       /* CONTROL_NONE: the control interface is not here */
    int64_t
        date_second; /* of `date`, which is written anew when the second is another; -1 at first */
    char date[DATE_HTTP_SIZE];
    /* The Host header that came last and the region that it says: a client does not change it. */
    char last_host[HOST_NAME_MAX_LENGTH + sizeof ":65535"], last_region[HOST_REGION_SIZE];
};

/*
 * Appends the response to `message` to `out`. False, with nothing appended, when memory is short
 * even for a short 500. When message->keep_alive is false, the response says that the connection
 * closes.
 */
bool envelope_answer(struct envelope *envelope, struct message *message, struct bytes *out);

/* Appends the answer to bytes that are no HTTP; the connection is to be closed. */
bool envelope_refuse(struct envelope *envelope, struct bytes *out);

/* Appends the answer to a request that memory was too short to take; the connection is to be
 * closed. */
bool envelope_fail(struct envelope *envelope, struct bytes *out);

/* Appends the answer to a body above MESSAGE_BODY_LIMIT; the connection is to be closed. */
bool envelope_refuse_size(struct envelope *envelope, const struct message *message,
                          struct bytes *out);

#endif
