/*
 * read_input.h - what Query and Scan have in common: filter, projection, index, start key, answer.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_READ_INPUT_H
#define DDBMOCK_ENGINE_OPERATIONS_READ_INPUT_H

#include "engine/page.h"

struct read_input {
    struct placeholders *placeholders;
    const struct map *start; /* ExclusiveStartKey; NULL: none */
    struct page page;
};

/*
 * Reads what stands before the expressions: mixed parameters, placeholders, ExclusiveStartKey, Limit. Then the expressions:
 * the filter (an expression, or the parameter named `filter_parameter`) and the projection. 0, or -1 after failing the
 * request.
 */
int read_input_begin(struct request *request, struct read_input *read);
int read_input_expressions(struct request *request, const char *filter_parameter,
                           struct read_input *read);

/*
 * Finds TableName and IndexName in the open transaction, and checks what a kind of index allows, and its state. 0, or -1 after
 * failing.
 */
int read_input_find(struct request *request, struct read_input *read);

/* Reads the page, whose bounds are set, and writes the whole answer. 0, or -1 after failing the request. */
int read_input_answer(struct request *request, const struct read_input *read);

#endif
