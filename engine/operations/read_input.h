/*
 * read_input.h - what Query and Scan have in common: filter, projection, index, start key, answer.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_READ_INPUT_H
#define DDBMOCK_ENGINE_OPERATIONS_READ_INPUT_H

#include "engine/page.h"

struct read_input {
    const struct map *start;    /* ExclusiveStartKey; NULL: none */
    struct key_expression *key; /* of a Query with a KeyConditionExpression */
    struct condition *filter;
    struct projection *projection;
    struct page page; /* with filter and projection from read_input_expressions on */
};

/*
 * The steps in which the service looks at a request before it looks the table up, each 0 or -1 after failing the request:
 * which parameters there are, those of before expressions (the filter is named `filter_parameter`) and the start key; the
 * expressions; and Select. Order, which is not the same for Query and Scan: [dyl].
 */
int read_input_legacy(struct request *request, const char *filter_parameter,
                      struct read_input *read);
int read_input_expressions(struct request *request, struct read_input *read);
int read_input_check_select(struct request *request, const struct read_input *read);

/*
 * Finds TableName and IndexName in the open transaction, and checks what a kind of index allows, and its state. 0, or -1 after
 * failing.
 */
int read_input_find(struct request *request, struct read_input *read);

/* Reads the page, whose bounds are set, and writes the whole answer. 0, or -1 after failing the request. */
int read_input_answer(struct request *request, const struct read_input *read);

#endif
