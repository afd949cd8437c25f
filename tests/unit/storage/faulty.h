/*
 * faulty.h - a store that fails when it is told to, around one that does not: for tests of what
 * happens when the n-th call of an operation fails, for every n.
 *
 *     struct storage *store = faulty_wrap(inner);
 *     for (unsigned n = 1; ; n++) {
 *         faulty_fail(store, n, -ENOSPC);
 *         ... the operation ...
 *         if (!faulty_failed(store))
 *             break;                            (it takes fewer than n calls)
 *     }
 *
 * The calls counted are begin, commit, get, put, remove, opening a cursor, seek and step. One that
 * fails does not reach the inner store; a commit that fails aborts.
 */
#ifndef DDBMOCK_TESTS_UNIT_STORAGE_FAULTY_H
#define DDBMOCK_TESTS_UNIT_STORAGE_FAULTY_H

#include "engine/storage/storage.h"

/* Takes `inner` over: closing the result closes it. Never NULL. */
struct storage *faulty_wrap(struct storage *inner);

/* The n-th call from now, counted from 1, answers `error`, once; 0 disarms. All threads count
 * together. */
void faulty_fail(struct storage *store, unsigned n, int error);

/* Whether the call that was to fail has come. */
bool faulty_failed(const struct storage *store);

/* Transactions and cursors that are open. */
unsigned faulty_open_objects(const struct storage *store);

/* Calls since the store was wrapped. */
unsigned faulty_calls(const struct storage *store);

#endif
