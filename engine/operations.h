/*
 * operations.h - the operations of the API as rows of data: name, shape, function.
 *
 * To add one, see docs/adding-an-operation.md: a row in operations.def, a shape in schema/, a function in operations/.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_H
#define DDBMOCK_ENGINE_OPERATIONS_H

#include "engine/request.h"
#include "engine/schema/schema.h"

struct ddbmock_operation; /* engine/ddbmock_plugin.h */

struct operation {
    const char *api;  /* "DynamoDB_20120810" */
    const char *name; /* "GetItem" */
    const struct shape *input;
    int (*run)(struct request *);           /* NULL: not available yet */
    const struct ddbmock_operation *plugin; /* what a plugin does; NULL: the service's own */
};

#define OPERATION(api, name, identifier) int run_##identifier(struct request *request);
#define PLANNED(api, name, identifier)
#include "engine/operations.def"
#undef OPERATION
#undef PLANNED

/* The operation that X-Amz-Target names ("DynamoDB_20120810.GetItem"), a plugin's included, or NULL. */
const struct operation *operation_find(const char *target);

/* Row by row, NULL past the last: for tests that visit every operation. */
const struct operation *operation_at(size_t index);

#endif
