/*
 * cancellation.h - why a transaction is cancelled: one reason for each of its members, in their order.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_CANCELLATION_H
#define DDBMOCK_ENGINE_OPERATIONS_CANCELLATION_H

#include "engine/request.h"
#include "engine/value.h"

enum { TRANSACTION_MEMBERS_MAX = 100 }; /* AWS API reference, TransactWriteItems */

struct cancellation {
    struct {
        const char *code; /* "ConditionalCheckFailed"; NULL: nothing was wrong with this member */
        const char *message;
        const struct map *item; /* shown with the reason; NULL: none */
    } reasons[TRANSACTION_MEMBERS_MAX];
    size_t count;
    bool any;
};

/* Gives member `at` a reason. */
void cancellation_add(struct cancellation *cancellation, size_t at, const char *code,
                      const char *message, const struct map *item);

/*
 * Turns a ValidationException that the request has just failed with into the reason of member `at`: 0; any other failure
 * stays: -1.
 */
int cancellation_take_error(struct request *request, struct cancellation *cancellation, size_t at);

/*
 * Fails the request when the storage key keys[at] is among those before it, too (data NULL: a key that is wrong). 0 or -1. Of
 * TransactGetItems the check is unverified: DynamoDB Local 2.6.1 makes it.
 */
int cancellation_check_distinct(struct request *request, const struct slice *keys, size_t at);

/* Fails the request with TransactionCanceledException when there is a reason: -1, else 0. */
int cancellation_check(struct request *request, const struct cancellation *cancellation);

#endif
