/*
 * common.c - shapes that operations of more than one area take: names, keys, legacy conditions,
 * capacity switches.
 *
 * Model: botocore 1.44.5. Where an enum is not in the model's order, the order is the one the
 * service prints; the source stands beside it.
 */
#include "engine/schema/common.h"

#include "engine/plugins.h"

/* What the model says no more of than its type. */
const struct shape shape_string = { .kind = SHAPE_STRING, .name = "String" };
const struct shape shape_integer = { .kind = SHAPE_INTEGER, .name = "Integer" };
const struct shape shape_long = { .kind = SHAPE_LONG, .name = "Long" };
const struct shape shape_double = { .kind = SHAPE_DOUBLE, .name = "Double" };
const struct shape shape_boolean = { .kind = SHAPE_BOOLEAN, .name = "Boolean" };
const struct shape shape_timestamp = { .kind = SHAPE_TIMESTAMP, .name = "Date" };
const struct shape shape_attribute_value = {
    .kind = SHAPE_ATTRIBUTE_VALUE,
    .name = "AttributeValue",
};

/*
 * A table's name where data is read or written. One or two characters pass here, and then no such
 * table exists; the name rules speak in the classic wording in both cohorts (facts/operations.md,
 * "Mixed state"; AWS, 2026-04: PutItem with an empty name has one violation, length 1, in
 * nubo-db/dynoxide#11).
 */
static const struct shape known_table_name = {
    .kind = SHAPE_STRING,
    .name = "TableName",
    MAXIMUM(255),
    .pattern = &pattern_name,
};

/* Where data is read or written: a name, or an ARN. */
const struct shape shape_table = {
    .kind = SHAPE_STRING,
    .name = "TableArn",
    MINIMUM(1),
    MAXIMUM(1024),
    .unless_arn = &known_table_name,
};

const struct shape shape_attribute_name = {
    .kind = SHAPE_STRING,
    .name = "AttributeName",
    MAXIMUM(65535),
};

/*
 * In items and keys, at any depth, and of placeholders: the service words a name that is too long as
 * it words values (ExtendDB/extenddb#365, measured 2026-09-16), see engine/value_json.c.
 */
static const struct shape name_of_value = {
    .kind = SHAPE_STRING,
    .name = "AttributeName",
    MAXIMUM(65535),
    .worded_as_value = true,
};

const struct shape shape_item = {
    .kind = SHAPE_MAP,
    .name = "PutItemInputAttributeMap",
    .key = &name_of_value,
    .element = &shape_attribute_value,
};

static bool is_plugins_operator(struct slice name)
{
    return plugins_operator(name) != NULL;
}

/* Print order: [dyl]. */
const struct shape shape_comparison_operator = {
    .kind = SHAPE_STRING,
    .name = "ComparisonOperator",
    .values = VALUES("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE",
                     "LE", "BEGINS_WITH", "GE", "CONTAINS"),
    .also = is_plugins_operator,
};

const struct shape shape_attribute_value_list = {
    .kind = SHAPE_LIST,
    .name = "AttributeValueList",
    .element = &shape_attribute_value,
};

/* Print order: [dyl]. */
const struct shape shape_return_consumed_capacity = {
    .kind = SHAPE_STRING,
    .name = "ReturnConsumedCapacity",
    .values = VALUES("INDEXES", "TOTAL", "NONE"),
};

/* Print order: [dyl]. */
const struct shape shape_return_item_collection_metrics = {
    .kind = SHAPE_STRING,
    .name = "ReturnItemCollectionMetrics",
    .values = VALUES("SIZE", "NONE"),
};

/* Print order: [dyl]. */
const struct shape shape_conditional_operator = {
    .kind = SHAPE_STRING,
    .name = "ConditionalOperator",
    .values = VALUES("OR", "AND"),
};

const struct shape shape_expression_attribute_names = {
    .kind = SHAPE_MAP,
    .name = "ExpressionAttributeNameMap",
    .element = &name_of_value,
};

const struct shape shape_expression_attribute_values = {
    .kind = SHAPE_MAP,
    .name = "ExpressionAttributeValueMap",
    .element = &shape_attribute_value,
};

/* Print order: the model's, unverified. */
const struct shape shape_return_values_on_condition_check_failure = {
    .kind = SHAPE_STRING,
    .name = "ReturnValuesOnConditionCheckFailure",
    .values = VALUES("ALL_OLD", "NONE"),
};

const struct shape shape_key = {
    .kind = SHAPE_MAP,
    .name = "Key",
    .key = &name_of_value,
    .element = &shape_attribute_value,
};

const struct shape shape_attribute_name_list = {
    .kind = SHAPE_LIST,
    .name = "AttributeNameList",
    MINIMUM(1),
    .element = &shape_attribute_name,
};

const struct shape shape_index_name = {
    .kind = SHAPE_STRING,
    .name = "IndexName",
    MINIMUM(3),
    MAXIMUM(255),
    .pattern = &pattern_name,
};

const struct shape shape_positive_integer = {
    .kind = SHAPE_INTEGER,
    .name = "PositiveIntegerObject",
    MINIMUM(1),
};

/* Where tables are made and changed, and as a key of RequestItems: a name of 3 to 255, or an ARN.
 */
const struct shape shape_control_table = {
    .kind = SHAPE_STRING,
    .name = "TableArn",
    MAXIMUM(1024),
    .unless_arn = &shape_table_name,
};

const struct shape shape_client_request_token = {
    .kind = SHAPE_STRING,
    .name = "ClientRequestToken",
    MINIMUM(1),
    MAXIMUM(36),
};

const struct shape shape_key_schema_attribute_name = {
    .kind = SHAPE_STRING,
    .name = "KeySchemaAttributeName",
    MINIMUM(1),
    MAXIMUM(255),
};

const struct shape shape_tag_key_string = {
    .kind = SHAPE_STRING,
    .name = "TagKeyString",
    MINIMUM(1),
    MAXIMUM(128),
};

/* "The Tag Key provided is invalid, Key: null": operations/tag_checks.c (DDB-TABLE-107, 110). */
static const struct shape tag_key = {
    .kind = SHAPE_STRING,
    .name = "TagKeyString",
    MINIMUM(1),
    MAXIMUM(128),
    .worded_as_value = true,
};

static const struct shape tag_value = {
    .kind = SHAPE_STRING,
    .name = "TagValueString",
    MINIMUM(0),
    MAXIMUM(256),
    .worded_as_value = true,
};

const struct shape shape_tag = {
    .kind = SHAPE_STRUCTURE,
    .name = "Tag",
    .members =
        (const struct member[]){
            { "Key", &tag_key, REQUIRED_BY_READER },
            { "Value", &tag_value, REQUIRED_BY_READER },
            { NULL },
        },
};

const struct shape shape_tag_list = {
    .kind = SHAPE_LIST,
    .name = "TagList",
    .element = &shape_tag,
};

const struct shape shape_table_arn = {
    .kind = SHAPE_STRING,
    .name = "TableArn",
    MINIMUM(1),
    MAXIMUM(1024),
};

const struct shape shape_table_name = {
    .kind = SHAPE_STRING,
    .name = "TableName",
    MINIMUM(3),
    MAXIMUM(255),
    .pattern = &pattern_name,
};
