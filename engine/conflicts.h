/*
 * conflicts.h - which items are part of a transaction that overlaps this request.
 *
 * The service refuses a write on an item that an ongoing TransactWriteItems names (AWS developer guide, "Transactional
 * conflicts"). Here writers wait for each other, so that a write has overlapped every transaction that was committed after it
 * had begun to wait: each transaction leaves its moment and its items in one record of the store, where every process of a
 * session sees them, and who comes out of waiting looks there. A program that sends one request after the other never meets
 * a conflict.
 */
#ifndef DDBMOCK_ENGINE_CONFLICTS_H
#define DDBMOCK_ENGINE_CONFLICTS_H

#include "engine/request.h"

/* The text of TransactionConflict, as a reason and as an error: AWS API reference. */
#define CONFLICT_MESSAGE "Transaction is ongoing for the item"

/* The items of the transactions that overlapped a request, as hashes of their storage keys; nearly always none. */
struct conflicts {
    const uint64_t *hashes; /* in the request's arena */
    size_t count;
};

/* Reads them, in the open write transaction. 0, or -1 after failing the request. */
int conflicts_read(struct request *request, struct conflicts *out);

/* Whether the item under a storage key is among them. */
bool conflicts_have(const struct conflicts *conflicts, struct slice key);

/* Leaves the items of the transaction that this request is, for who waits. 0, or -1 after failing the request. */
int conflicts_leave(struct request *request, const struct slice *keys, size_t count);

/* Whether something that was done at `done` had not been done yet when the request began to wait for the store. */
bool overlapped(const struct request *request, struct clock_moment done);

#endif
