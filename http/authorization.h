/*
 * authorization.h - the service's checks of a signature's form: what must be there, and that it
 * fits the endpoint.
 *
 * Signatures themselves are taken as they are: the secret keys are the user's, or invented ones,
 * and nobody but the program itself can send us a request. For the same reason no access key and no
 * session token is unknown, and no date is too old or too new: tests set clocks.
 */
#ifndef DDBMOCK_HTTP_AUTHORIZATION_H
#define DDBMOCK_HTTP_AUTHORIZATION_H

#include <stdbool.h>

#include "engine/engine.h"
#include "http/hosts.h"
#include "http/message.h"

/*
 * Checks, in the service's order. `region` is that of the host's name, empty when it names none. 0,
 * or -1 after failing the request.
 */
int authorization_check(struct request *request, const struct message *message, const char *region);

/* The region of the Credential's scope, when there is a well-formed one. */
bool authorization_region(const struct message *message, char region[HOST_REGION_SIZE]);

#endif
