/*
 * batch.c - inputs of the batch operations. Members stand in the order in which the service reports
 * violations ([dyl]).
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape key_list = {
    .kind = SHAPE_LIST,
    .name = "KeyList",
    MINIMUM(1),
    MAXIMUM(100),
    .element = &shape_key,
};

static const struct shape keys_and_attributes = {
    .kind = SHAPE_STRUCTURE,
    .name = "KeysAndAttributes",
    .members =
        (const struct member[]){
            { "Keys", &key_list, REQUIRED },
            { "AttributesToGet", &shape_attribute_name_list },
            { "ConsistentRead", &shape_boolean },
            { "ProjectionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { NULL },
        },
};

/* Empty: the classic cohort's own sentence, facts/fidelity.md section 6; in 2026-09 one Region of 33
 * still had it (nubo-db/dynoxide#198). */
static const struct shape batch_get_request_map = {
    .kind = SHAPE_MAP,
    .name = "BatchGetRequestMap",
    MINIMUM(1),
    MAXIMUM(100),
    .key = &shape_control_table,
    .when_empty = "The requestItems parameter is required for BatchGetItem",
    .element = &keys_and_attributes,
};

const struct shape schema_batch_get_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchGetItemInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "RequestItems", &batch_get_request_map, REQUIRED },
            { NULL },
        },
};

const struct shape shape_put_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "PutRequest",
    .members =
        (const struct member[]){
            { "Item", &shape_item, REQUIRED },
            { NULL },
        },
};

static const struct shape delete_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteRequest",
    .members =
        (const struct member[]){
            { "Key", &shape_key, REQUIRED },
            { NULL },
        },
};

/* Checked in this order, [dyl]; printed in the model's. */
static const struct shape write_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "WriteRequest",
    .printed = VALUES("PutRequest", "DeleteRequest"),
    .members =
        (const struct member[]){
            { "DeleteRequest", &delete_request },
            { "PutRequest", &shape_put_request },
            { NULL },
        },
};

static const struct shape write_requests = {
    .kind = SHAPE_LIST,
    .name = "WriteRequests",
    MINIMUM(1),
    MAXIMUM(25),
    .element = &write_request,
};

/* Empty: the sentence of both cohorts, in 2026-09 that of 31 Regions of 33 (nubo-db/dynoxide#198). */
static const struct shape batch_write_item_request_map = {
    .kind = SHAPE_MAP,
    .name = "BatchWriteItemRequestMap",
    MINIMUM(1),
    MAXIMUM(25),
    .key = &shape_control_table,
    .when_empty = "The requestItems parameter is required for BatchWriteItem",
    .when_empty_2026 = true,
    .element = &write_requests,
};

const struct shape schema_batch_write_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchWriteItemInput",
    .reworded = REWORDED_CONSTRAINTS,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "ReturnItemCollectionMetrics", &shape_return_item_collection_metrics },
            { "RequestItems", &batch_write_item_request_map, REQUIRED },
            { NULL },
        },
};
