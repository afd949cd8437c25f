/*
 * client_token.h - ClientRequestToken: a transaction sent twice under one token within ten minutes is done once.
 *
 * Source: AWS API reference, TransactWriteItems. The record is in storage, so that it holds for every process of a session.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_CLIENT_TOKEN_H
#define DDBMOCK_ENGINE_OPERATIONS_CLIENT_TOKEN_H

#include "engine/request.h"

/*
 * In the open write transaction: *done when the input's token has been stored with the same `payload`, and then the `count`
 * `sizes` as they were stored with it. 0; or -1 after failing the request, with IdempotentParameterMismatchException when it
 * was stored with another payload, with TransactionInProgressException when that has happened since this request arrived.
 */
int client_token_check(struct request *request, const json_t *payload, uint32_t *sizes,
                       size_t count, bool *done);

/*
 * Remembers the input's token, if it has one, with the size of the image that each of `count` members was charged for, in
 * bytes; and drops tokens that are out of date. 0, or -1 after failing the request.
 */
int client_token_store(struct request *request, const json_t *payload, const uint32_t *sizes,
                       size_t count);

#endif
