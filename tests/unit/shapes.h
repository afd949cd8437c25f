/*
 * shapes.h - whether an answer has the shape that the service's model gives its operation, from
 * tests/conformance/outputs.json, and which answers a run has met. The C half of
 * tests/conformance/shapes.py: the same rules, the same file.
 */
#ifndef DDBMOCK_TESTS_UNIT_SHAPES_H
#define DDBMOCK_TESTS_UNIT_SHAPES_H

#include "engine/slice.h"

/*
 * Fails the running test when `body` is not what `target` ("DynamoDB_20120810.GetItem") may answer with `status`.
 * Operations that the model does not have are let pass. Appends what was met to the file that TESTS_MET names.
 */
void check_shape(const char *target, int status, struct slice body);

#endif
