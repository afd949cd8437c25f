/*
 * authorization.h - the service's checks of a signature's form: what must be there, and that it
 * fits the endpoint.
 *
 * Signatures themselves are taken as they are: the secret keys are the user's, or invented ones,
 * and nobody but the program itself can send us a request. For the same reason no access key and no
 * session token is unknown, and no date is too old or too new: tests set clocks. A server that was
 * given keys goes on where this ends, with signature.h.
 */
#ifndef DDBMOCK_HTTP_AUTHORIZATION_H
#define DDBMOCK_HTTP_AUTHORIZATION_H

#include <stdbool.h>

#include "engine/engine.h"
#include "http/hosts.h"
#include "http/message.h"

/* What an Authorization header, or a presigned URL, says: borrowed from it. Empty: not there. */
struct authorization {
    struct slice algorithm, credential, signature, signed_headers;
    struct slice date; /* of the request; from elsewhere */
    bool has_signed_headers;
};

/* Reads "<algorithm> Name=value, Name=value": false, with *bad, at the first part that has no equal
 * sign. */
bool authorization_parse(const char *header, struct authorization *out, struct slice *bad);

/* Cuts keyid/date/region/service/term at its slashes; how many parts there are (more than 5 count
 * as 6). */
int authorization_split(struct slice credential, struct slice parts[5]);

/*
 * Checks, in the service's order. `region` is that of the host's name, empty when it names none. 0,
 * or -1 after failing the request.
 */
int authorization_check(struct request *request, const struct message *message, const char *region);

/* The region of the Credential's scope, when there is a well-formed one. */
bool authorization_region(const struct message *message, char region[HOST_REGION_SIZE]);

#endif
