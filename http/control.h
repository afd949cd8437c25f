/*
 * control.h - the control interface as HTTP: which requests are for it, who may make them, and what they ask the engine for.
 * docs/control.md is its manual.
 *
 * Under the shim it is the host ddbmock.local, and whoever can connect is the program itself. A server has it below
 * /_ddbmock, where a web page that a browser on the machine shows could reach it: so a request from one (Origin), with
 * another name for us (Host), or without a header that no page can add unasked (Ddbmock-Control) is refused, and beyond
 * loopback everything that is not signed.
 */
#ifndef DDBMOCK_HTTP_CONTROL_H
#define DDBMOCK_HTTP_CONTROL_H

#include "engine/engine.h"
#include "http/message.h"
#include "http/signature.h"

enum control_access {
    CONTROL_NONE,     /* no request of this connection is for the control interface */
    CONTROL_OWN,      /* all are; the program's own: files may be named */
    CONTROL_LOOPBACK, /* of a server that only this machine reaches */
    CONTROL_REMOTE,   /* of a server that others reach: signed requests alone */
};

/* Whether a request is for the control interface. */
bool control_claims(enum control_access access, const struct message *message);

/* What a request asks for; to be released once the request for which it was made is destroyed. */
struct control {
    struct control_call call;
    char *input;           /* malloc'd */
    struct bytes inflated; /* the body, where it came compressed */
    bool lines;            /* the answer is lines, if no error */
};

/*
 * Checks who asks, and routes the request. `keys` NULL: none were given. 0, or -1 after failing the request; *out is to be
 * released in any case.
 */
int control_route(struct request *request, enum control_access access,
                  const struct message *message, const struct signature_keys *keys,
                  struct control *out);

/* The same for a caller who needs no HTTP: `method` ("POST"), `url` ("/reset?region=us-east-1"), a body (empty: none). */
int control_ask(struct request *request, const char *method, const char *url, struct slice body,
                bool files, struct control *out);

void control_release(struct control *control);

#endif
