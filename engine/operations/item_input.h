/*
 * item_input.h - what the item operations have in common in their inputs and answers: conditions in either language,
 * ReturnValues, consumed capacity, one write as an operation or as a transaction's member states it.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_ITEM_INPUT_H
#define DDBMOCK_ENGINE_OPERATIONS_ITEM_INPUT_H

#include "engine/capacity.h"
#include "engine/expression/expression.h"
#include "engine/write.h"

enum return_values {
    RETURN_NONE,
    RETURN_ALL_OLD,
    RETURN_UPDATED_OLD,
    RETURN_ALL_NEW,
    RETURN_UPDATED_NEW,
};

/* ReturnValues; schema/ has checked the enum. */
enum return_values return_values(const json_t *input);

/* Whether ReturnValuesOnConditionCheckFailure is ALL_OLD. */
bool returns_on_failure(const json_t *input);

/*
 * Reads one write from `input`: a PutItem, UpdateItem or DeleteItem, or a member of TransactWriteItems. Everything that can
 * be said without the table is checked, in the service's order: which parameters there are, values, ReturnValues, size,
 * parameters of before expressions, placeholders, expressions ([dyl]). The table is set by the caller. 0, or -1 after failing the request.
 */
int write_from_input(struct request *request, const json_t *input, enum write_kind kind,
                     struct write *out);

/* Checks that the write's key, or its item's, fits its table and that an update leaves keys alone. */
int write_check_keys(struct request *request, const struct write *write);

/* Starts a member of the object being written: a comma where one is due, the name, a colon. */
void answer_member(struct buffer *out, const char *name);

/* Appends the member ConsumedCapacity of one table when the input asks for it. */
void answer_capacity(struct request *request, const struct capacity *capacity);

/* Fails the request with ConditionalCheckFailedException; `before` is shown where the input asks for it. Always -1. */
int fail_condition(struct request *request, const json_t *input, const struct map *before);

/* The body of PutItem, UpdateItem and DeleteItem once their write has been read. 0, or -1 after failing the request. */
int run_single_write(struct request *request, struct write *write);

#endif
