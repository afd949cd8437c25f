/*
 * client_token.h - ClientRequestToken: a transaction sent twice under one token within ten minutes is done once.
 *
 * Source: AWS API reference, TransactWriteItems. The record is in storage, so that it holds for every process of a session.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_CLIENT_TOKEN_H
#define DDBMOCK_ENGINE_OPERATIONS_CLIENT_TOKEN_H

#include "engine/request.h"

/*
 * In the open write transaction: *done when the input's token has been stored with the same `payload`. 0; or -1 after failing
 * the request, with IdempotentParameterMismatchException when it was stored with another.
 */
int client_token_check(struct request *request, const json_t *payload, bool *done);

/* Remembers the input's token, if it has one, and drops tokens that are out of date. 0, or -1 after failing the request. */
int client_token_store(struct request *request, const json_t *payload);

#endif
