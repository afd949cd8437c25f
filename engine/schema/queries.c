/*
 * queries.c - inputs of Query, Scan and SearchVectors. Members stand in the order in which the
 * service reports violations ([dyl]), those of later years after them in the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

/* Print order: [dyl]. */
static const struct shape selection = {
    .kind = SHAPE_STRING,
    .name = "Select",
    .values = VALUES("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
};

const struct shape shape_condition = {
    .kind = SHAPE_STRUCTURE,
    .name = "Condition",
    .members =
        (const struct member[]){
            { "AttributeValueList", &shape_attribute_value_list },
            { "ComparisonOperator", &shape_comparison_operator, REQUIRED },
            { NULL },
        },
};

static const struct shape key_conditions = {
    .kind = SHAPE_MAP,
    .name = "KeyConditions",
    .key = &shape_attribute_name,
    .element = &shape_condition,
};

const struct shape shape_filter_condition_map = {
    .kind = SHAPE_MAP,
    .name = "FilterConditionMap",
    .key = &shape_attribute_name,
    .element = &shape_condition,
};

const struct shape schema_query = {
    .kind = SHAPE_STRUCTURE,
    .name = "QueryInput",
    .reworded = REWORDED_CONSTRAINTS | REWORDED_VALUES,
    .members =
        (const struct member[]){
            { "Select", &selection },
            { "IndexName", &shape_index_name },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "QueryFilter", &shape_filter_condition_map },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionalOperator", &shape_conditional_operator },
            { "AttributesToGet", &shape_attribute_name_list },
            { "Limit", &shape_positive_integer },
            { "KeyConditions", &key_conditions },
            { "ExclusiveStartKey", &shape_key },
            { "ConsistentRead", &shape_boolean },
            { "ScanIndexForward", &shape_boolean },
            { "ProjectionExpression", &shape_string },
            { "FilterExpression", &shape_string },
            { "KeyConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { NULL },
        },
};

static const struct shape scan_total_segments = {
    .kind = SHAPE_INTEGER,
    .name = "ScanTotalSegments",
    MINIMUM(1),
    MAXIMUM(1000000),
};

static const struct shape scan_segment = {
    .kind = SHAPE_INTEGER,
    .name = "ScanSegment",
    MINIMUM(0),
    MAXIMUM(999999),
};

const struct shape schema_scan = {
    .kind = SHAPE_STRUCTURE,
    .name = "ScanInput",
    .members =
        (const struct member[]){
            { "Select", &selection },
            { "IndexName", &shape_index_name },
            { "TotalSegments", &scan_total_segments },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "TableName", &shape_table, REQUIRED },
            { "ConditionalOperator", &shape_conditional_operator },
            { "ScanFilter", &shape_filter_condition_map },
            { "Segment", &scan_segment },
            { "Limit", &shape_positive_integer },
            { "AttributesToGet", &shape_attribute_name_list },
            { "ExclusiveStartKey", &shape_key },
            { "ProjectionExpression", &shape_string },
            { "FilterExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ConsistentRead", &shape_boolean },
            { NULL },
        },
};

static const struct shape search_vector_list = {
    .kind = SHAPE_LIST,
    .name = "SearchVectorList",
    MINIMUM(1),
    MAXIMUM(4096),
    .element = &shape_attribute_value,
};

static const struct shape top_k_integer = {
    .kind = SHAPE_INTEGER,
    .name = "TopKInteger",
    MINIMUM(1),
};

const struct shape schema_search_vectors = {
    .kind = SHAPE_STRUCTURE,
    .name = "SearchVectorsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "IndexName", &shape_index_name, REQUIRED },
            { "ReturnConsumedCapacity", &shape_return_consumed_capacity },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { "ProjectionExpression", &shape_string },
            { "SearchVector", &search_vector_list, REQUIRED },
            { "SearchConditionExpression", &shape_string },
            { "TopK", &top_k_integer, REQUIRED },
            { NULL },
        },
};
