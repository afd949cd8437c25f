/*
 * api_2011.h - API 2011-12-05 as a translation: a request is put into the words of 2012-08-10, done by that version's
 * operation, and its answer put back. So both see the same tables and the same rules; what differs is what is here: keys by
 * HashKeyElement and RangeKeyElement, six types of values, capacity as a bare number.
 *
 * Source: AWS developer guide, pages API_*_v20111205; facts/legacy.md.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_API_2011_H
#define DDBMOCK_ENGINE_OPERATIONS_API_2011_H

#include <jansson.h>

#include "engine/operations.h"
#include "engine/table.h"

/*
 * JSON objects below are new references that the request takes (api_2011_keep, api_2011_set) or the caller drops. Functions that
 * return an int give 0, or -1 after failing the request; those that return JSON give NULL after failing it.
 */

/* `value` lives as long as the request; NULL, for want of memory, fails it. Returns `value`. */
json_t *api_2011_keep(struct request *request, json_t *value);

/* Puts `value` into `object`, which takes the reference. */
int api_2011_set(struct request *request, json_t *object, const char *name, json_t *value);

/* Copies those members of the request's input that are there. `names` ends in NULL. */
int api_2011_copy(struct request *request, json_t *object, const char *const *names);

/* The table that a key must fit, for its attributes' names. */
int api_2011_table(struct request *request, struct slice name, const struct table **out);

/* A key with its attributes' names, and back. */
json_t *api_2011_named_key(struct request *request, const struct table *table, const json_t *key);
json_t *api_2011_bare_key(struct request *request, const struct table *table, const json_t *key);

/* As a copy, what the six types can say; a value of a later type is empty, and so refused where one is due. */
json_t *api_2011_values(struct request *request,
                        const json_t *values); /* a map or a list of values */
json_t *api_2011_value(struct request *request, const json_t *value);

/* The same of the members "Value" in Expected and AttributeUpdates, "AttributeValueList" in conditions. */
json_t *api_2011_conditions(struct request *request, const json_t *conditions);

/* Fails the request when an item of the answer has an attribute of a later type. */
int api_2011_fits(struct request *request, const json_t *item);

/* Runs an operation of 2012-08-10 on `input`, asking for its consumed capacity, to its end; *answer is kept. */
int api_2011_run(struct request *request, json_t *input, int (*run)(struct request *),
                 json_t **answer);

/* CapacityUnits of one ConsumedCapacity. */
json_t *api_2011_units(struct request *request, const json_t *capacity);

/* The answer. */
int api_2011_answer(struct request *request, const json_t *answer);

#endif
