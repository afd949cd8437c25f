/*
 * items.c - inputs of the operations on one item. Members stand in the order in which the service
 * reports violations (facts/fidelity.md, [dyl]), those of later years after them in the model's
 * order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape expected_attribute_value = {
    .kind = SHAPE_STRUCTURE,
    .name = "ExpectedAttributeValue",
    .members =
        (const struct member[]){
            { "Value", &shape_attribute_value },
            { "Exists", &shape_boolean },
            { "ComparisonOperator", &shape_comparison_operator },
            { "AttributeValueList", &shape_attribute_value_list },
            { NULL },
        },
};

static const struct shape expected_attribute_map = {
    .kind = SHAPE_MAP,
    .name = "ExpectedAttributeMap",
    .key = &shape_attribute_name,
    .element = &expected_attribute_value,
};

/* Print orders, "UPDATE_NEW" included: facts/operations.md. */
const struct shape shape_return_value = {
    .kind = SHAPE_STRING,
    .name = "ReturnValue",
    .values = VALUES("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    .values_2026 = VALUES("ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATE_NEW", "NONE"),
};

const struct shape schema_put_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "PutItemInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES | REWORDED_ENVELOPE | REWORDED_LISTS,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "TableName", &shape_table, REQUIRED },
            { "Item", &shape_item, REQUIRED },
            { "ConditionalOperator", &shape_conditional_operator },
            { "Expected", &expected_attribute_map },
            { "ReturnValues", &shape_return_value },
            { "ReturnItemCollectionMetrics", &shape_return_item_collection_metrics },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

const struct shape schema_get_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "GetItemInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "AttributesToGet", &shape_attribute_name_list },
            { "TableName", &shape_table, REQUIRED },
            { "Key", &shape_key, REQUIRED },
            { "ConsistentRead", &shape_boolean },
            { "ProjectionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { NULL },
        },
};

/* Print order: unverified. */
static const struct shape attribute_action = {
    .kind = SHAPE_STRING,
    .name = "AttributeAction",
    .values = VALUES("ADD", "DELETE", "PUT"),
};

static const struct shape attribute_value_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "AttributeValueUpdate",
    .members =
        (const struct member[]){
            { "Value", &shape_attribute_value },
            { "Action", &attribute_action },
            { NULL },
        },
};

const struct shape shape_attribute_updates = {
    .kind = SHAPE_MAP,
    .name = "AttributeUpdates",
    .key = &shape_attribute_name,
    .element = &attribute_value_update,
};

const struct shape schema_update_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateItemInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES | REWORDED_ENVELOPE,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "TableName", &shape_table, REQUIRED },
            { "ReturnItemCollectionMetrics", &shape_return_item_collection_metrics },
            { "ReturnValues", &shape_return_value },
            { "Key", &shape_key, REQUIRED },
            { "ConditionalOperator", &shape_conditional_operator },
            { "Expected", &expected_attribute_map },
            { "AttributeUpdates", &shape_attribute_updates },
            { "UpdateExpression", &shape_string },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};

const struct shape schema_delete_item = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteItemInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES | REWORDED_ENVELOPE,
    .members =
        (const struct member[]){
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "TableName", &shape_table, REQUIRED },
            { "ReturnValues", &shape_return_value },
            { "ReturnItemCollectionMetrics", &shape_return_item_collection_metrics },
            { "Key", &shape_key, REQUIRED },
            { "ConditionalOperator", &shape_conditional_operator },
            { "Expected", &expected_attribute_map },
            { "ConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ReturnValuesOnConditionCheckFailure",
              &shape_return_values_on_condition_check_failure },
            { NULL },
        },
};
