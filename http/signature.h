/*
 * signature.h - Signature Version 4, verified: for a server that was given keys.
 *
 * Source: "Create a signed AWS API request" in the IAM user guide. What is hashed is the body as it
 * came, whatever x-amz-content-sha256 says: UNSIGNED-PAYLOAD and the streaming forms are S3's, and
 * do not match here. Presigned URLs are refused: no client makes them for DynamoDB.
 */
#ifndef DDBMOCK_HTTP_SIGNATURE_H
#define DDBMOCK_HTTP_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "http/gateway.h"
#include "http/message.h"

struct signature_keys {
    const struct gateway_key *keys; /* borrowed */
    size_t count;
};

/*
 * Checks the key, the date (15 minutes either way) and the signature of a request whose form
 * authorization_check has accepted and whose `fields` were kept; `target`: X-Amz-Target, which says
 * what is asked for, must be signed. 0, or -1 after failing the request.
 */
int signature_check(struct request *request, const struct message *message,
                    const struct signature_keys *keys, bool target);

#endif
