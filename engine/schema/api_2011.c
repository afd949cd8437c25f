/*
 * api_2011.c - inputs of API 2011-12-05. No model of it is left but the developer guide's pages (API_*_v20111205); the
 * order of the members is that of the same operation in 2012-08-10, unverified.
 */
#include "engine/schema/common.h"
#include "engine/schema/shapes.h"

/* A key by the part that each value plays, not by its attribute's name. */
static const struct shape key = {
    .kind = SHAPE_STRUCTURE,
    .name = "Key",
    .members =
        (const struct member[]){
            { "HashKeyElement", &shape_attribute_value, REQUIRED },
            { "RangeKeyElement", &shape_attribute_value },
            { NULL },
        },
};

static const struct shape expected_value = {
    .kind = SHAPE_STRUCTURE,
    .name = "ExpectedAttributeValue",
    .members =
        (const struct member[]){
            { "Value", &shape_attribute_value },
            { "Exists", &shape_boolean },
            { NULL },
        },
};

static const struct shape expected = {
    .kind = SHAPE_MAP,
    .name = "ExpectedAttributeMap",
    .key = &shape_attribute_name,
    .element = &expected_value,
};

const struct shape schema_get_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "GetItemInput",
    .members =
        (const struct member[]){
            { "AttributesToGet", &shape_attribute_name_list },
            { "TableName", &shape_table_name, REQUIRED },
            { "Key", &key, REQUIRED },
            { "ConsistentRead", &shape_boolean },
            { NULL },
        },
};

const struct shape schema_put_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "PutItemInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "Item", &shape_item, REQUIRED },
            { "Expected", &expected },
            { "ReturnValues", &shape_return_value },
            { NULL },
        },
};

const struct shape schema_update_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateItemInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "ReturnValues", &shape_return_value },
            { "Key", &key, REQUIRED },
            { "Expected", &expected },
            { "AttributeUpdates", &shape_attribute_updates },
            { NULL },
        },
};

const struct shape schema_delete_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteItemInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "ReturnValues", &shape_return_value },
            { "Key", &key, REQUIRED },
            { "Expected", &expected },
            { NULL },
        },
};

const struct shape schema_query_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "QueryInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "AttributesToGet", &shape_attribute_name_list },
            { "Limit", &shape_positive_integer },
            { "HashKeyValue", &shape_attribute_value, REQUIRED },
            { "RangeKeyCondition", &shape_condition },
            { "ExclusiveStartKey", &key },
            { "ConsistentRead", &shape_boolean },
            { "Count", &shape_boolean },
            { "ScanIndexForward", &shape_boolean },
            { NULL },
        },
};

const struct shape schema_scan_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "ScanInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "ScanFilter", &shape_filter_condition_map },
            { "Limit", &shape_positive_integer },
            { "AttributesToGet", &shape_attribute_name_list },
            { "ExclusiveStartKey", &key },
            { "Count", &shape_boolean },
            { NULL },
        },
};

static const struct shape keys = {
    .kind = SHAPE_LIST,
    .name = "KeyList",
    MINIMUM(1),
    MAXIMUM(100),
    .element = &key,
};

static const struct shape keys_and_attributes = {
    .kind = SHAPE_STRUCTURE,
    .name = "KeysAndAttributes",
    .members =
        (const struct member[]){
            { "Keys", &keys, REQUIRED },
            { "AttributesToGet", &shape_attribute_name_list },
            { "ConsistentRead", &shape_boolean },
            { NULL },
        },
};

static const struct shape batch_get_requests = {
    .kind = SHAPE_MAP,
    .name = "BatchGetRequestMap",
    MINIMUM(1),
    MAXIMUM(100),
    .key = &shape_table_name,
    .element = &keys_and_attributes,
};

const struct shape schema_batch_get_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchGetItemInput",
    .members =
        (const struct member[]){ { "RequestItems", &batch_get_requests, REQUIRED }, { NULL } },
};

static const struct shape delete_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteRequest",
    .members = (const struct member[]){ { "Key", &key, REQUIRED }, { NULL } },
};

static const struct shape write_request = {
    .kind = SHAPE_STRUCTURE,
    .name = "WriteRequest",
    .members =
        (const struct member[]){
            { "PutRequest", &shape_put_request },
            { "DeleteRequest", &delete_request },
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

static const struct shape batch_write_requests = {
    .kind = SHAPE_MAP,
    .name = "BatchWriteItemRequestMap",
    MINIMUM(1),
    MAXIMUM(25),
    .key = &shape_table_name,
    .element = &write_requests,
};

const struct shape schema_batch_write_item_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "BatchWriteItemInput",
    .members =
        (const struct member[]){ { "RequestItems", &batch_write_requests, REQUIRED }, { NULL } },
};

static const struct shape key_schema_element = {
    .kind = SHAPE_STRUCTURE,
    .name = "KeySchemaElement",
    .members =
        (const struct member[]){
            { "AttributeName", &shape_key_schema_attribute_name, REQUIRED },
            { "AttributeType", &shape_scalar_attribute_type, REQUIRED },
            { NULL },
        },
};

static const struct shape key_schema = {
    .kind = SHAPE_STRUCTURE,
    .name = "KeySchema",
    .members =
        (const struct member[]){
            { "HashKeyElement", &key_schema_element, REQUIRED },
            { "RangeKeyElement", &key_schema_element },
            { NULL },
        },
};

const struct shape schema_create_table_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateTableInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "KeySchema", &key_schema, REQUIRED },
            { "ProvisionedThroughput", &shape_provisioned_throughput, REQUIRED },
            { NULL },
        },
};

const struct shape schema_update_table_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateTableInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "ProvisionedThroughput", &shape_provisioned_throughput, REQUIRED },
            { NULL },
        },
};

const struct shape schema_describe_table_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeTableInput",
    .members = (const struct member[]){ { "TableName", &shape_table_name, REQUIRED }, { NULL } },
};

const struct shape schema_delete_table_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteTableInput",
    .members = (const struct member[]){ { "TableName", &shape_table_name, REQUIRED }, { NULL } },
};

static const struct shape list_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListTablesInputLimit",
    MINIMUM(1),
    MAXIMUM(100),
};

const struct shape schema_list_tables_2011 = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListTablesInput",
    .members =
        (const struct member[]){
            { "ExclusiveStartTableName", &shape_table_name },
            { "Limit", &list_limit },
            { NULL },
        },
};
