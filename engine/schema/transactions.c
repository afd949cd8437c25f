/*
 * transactions.c - inputs of the transactional operations, in the model's order: no capture of
 * several violations is known.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape get = {
    .kind = SHAPE_STRUCTURE,
    .name = "Get",
    .members =
        (const struct member[]){
            { "Key", &shape_key, REQUIRED },
            { "TableName", &shape_table, REQUIRED },
            { "ProjectionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { NULL },
        },
};

static const struct shape transact_get_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "TransactGetItem",
    .members =
        (const struct member[]){
            { "Get", &get, REQUIRED },
            { NULL },
        },
};

static const struct shape transact_get_item_list = {
    .kind = SHAPE_LIST,
    .name = "TransactGetItemList",
    MINIMUM(1),
    MAXIMUM(100),
    .element = &transact_get_item,
};

const struct shape schema_transact_get_items = {
    .kind = SHAPE_STRUCTURE,
    .name = "TransactGetItemsInput",
    .reworded = REWORDED_CONSTRAINTS,
    .members =
        (const struct member[]){
            { "TransactItems", &transact_get_item_list, REQUIRED },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { NULL },
        },
};

static const struct shape condition_check = {
    .kind = SHAPE_STRUCTURE,
    .name = "ConditionCheck",
    .members =
        (const struct member[]){
            { "Key", &shape_key, REQUIRED },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionExpression", &shape_string, REQUIRED },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape put = {
    .kind = SHAPE_STRUCTURE,
    .name = "Put",
    .members =
        (const struct member[]){
            { "Item", &shape_item, REQUIRED },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape delete = {
    .kind = SHAPE_STRUCTURE,
    .name = "Delete",
    .members =
        (const struct member[]){
            { "Key", &shape_key, REQUIRED },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape update = {
    .kind = SHAPE_STRUCTURE,
    .name = "Update",
    .members =
        (const struct member[]){
            { "Key", &shape_key, REQUIRED },
            { "UpdateExpression", &shape_string, REQUIRED },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

static const struct shape transact_write_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "TransactWriteItem",
    .members =
        (const struct member[]){
            { "ConditionCheck", &condition_check },
            { "Put", &put },
            { "Delete", &delete },
            { "Update", &update },
            { NULL },
        },
};

static const struct shape transact_write_item_list = {
    .kind = SHAPE_LIST,
    .name = "TransactWriteItemList",
    MINIMUM(1),
    MAXIMUM(100),
    .element = &transact_write_item,
};

const struct shape schema_transact_write_items = {
    .kind = SHAPE_STRUCTURE,
    .name = "TransactWriteItemsInput",
    .reworded = REWORDED_CONSTRAINTS,
    .members =
        (const struct member[]){
            { "TransactItems", &transact_write_item_list, REQUIRED },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "ReturnItemCollectionMetrics", &shape_return_item_collection_metrics },
            { "ClientRequestToken", &shape_client_request_token },
            { NULL },
        },
};
