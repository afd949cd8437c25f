/*
 * table_shapes.c - shapes of a table's definition, shared by creating, updating, restoring,
 * importing and replicating it.
 *
 * Model: botocore 1.44.5.
 */
#include "engine/schema/common.h"

/* Print order: [dyl]. */
const struct shape shape_scalar_attribute_type = {
    .kind = SHAPE_STRING,
    .name = "ScalarAttributeType",
    .values = VALUES("B", "N", "S"),
};

const struct shape shape_attribute_definition = {
    .kind = SHAPE_STRUCTURE,
    .name = "AttributeDefinition",
    .members =
        (const struct member[]){
            { "AttributeName", &shape_key_schema_attribute_name, REQUIRED },
            { "AttributeType", &shape_scalar_attribute_type, REQUIRED },
            { NULL },
        },
};

const struct shape shape_attribute_definitions = {
    .kind = SHAPE_LIST,
    .name = "AttributeDefinitions",
    .element = &shape_attribute_definition,
};

/* Print order: [dyl]. */
const struct shape shape_key_type = {
    .kind = SHAPE_STRING,
    .name = "KeyType",
    .values = VALUES("HASH", "RANGE"),
};

const struct shape shape_key_schema_element = {
    .kind = SHAPE_STRUCTURE,
    .name = "KeySchemaElement",
    .members =
        (const struct member[]){
            { "AttributeName", &shape_key_schema_attribute_name, REQUIRED },
            { "KeyType", &shape_key_type, REQUIRED },
            { NULL },
        },
};

/* The model's maximum is gone for the sake of GSIs; a table and an LSI are still held to 2
 * (facts/operations.md). */
const struct shape shape_table_key_schema = {
    .kind = SHAPE_LIST,
    .name = "KeySchema",
    MINIMUM(1),
    MAXIMUM(2),
    .element = &shape_key_schema_element,
};

/* Print order: [dyl]. */
const struct shape shape_projection_type = {
    .kind = SHAPE_STRING,
    .name = "ProjectionType",
    .values = VALUES("ALL", "INCLUDE", "KEYS_ONLY"),
};

const struct shape shape_non_key_attribute_name = {
    .kind = SHAPE_STRING,
    .name = "NonKeyAttributeName",
    MINIMUM(1),
    MAXIMUM(255),
};

const struct shape shape_non_key_attribute_name_list = {
    .kind = SHAPE_LIST,
    .name = "NonKeyAttributeNameList",
    MINIMUM(1),
    MAXIMUM(20),
    .element = &shape_non_key_attribute_name,
};

const struct shape shape_projection = {
    .kind = SHAPE_STRUCTURE,
    .name = "Projection",
    .members =
        (const struct member[]){
            { "ProjectionType", &shape_projection_type },
            { "NonKeyAttributes", &shape_non_key_attribute_name_list },
            { NULL },
        },
};

const struct shape shape_local_secondary_index = {
    .kind = SHAPE_STRUCTURE,
    .name = "LocalSecondaryIndex",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "KeySchema", &shape_table_key_schema, REQUIRED },
            { "Projection", &shape_projection, REQUIRED },
            { NULL },
        },
};

const struct shape shape_local_secondary_index_list = {
    .kind = SHAPE_LIST,
    .name = "LocalSecondaryIndexList",
    .element = &shape_local_secondary_index,
};

const struct shape shape_key_schema = {
    .kind = SHAPE_LIST,
    .name = "KeySchema",
    MINIMUM(1),
    .element = &shape_key_schema_element,
};

const struct shape shape_positive_long = {
    .kind = SHAPE_LONG,
    .name = "PositiveLongObject",
    MINIMUM(1),
};

/* Checked in this order, [dyl]. */
const struct shape shape_provisioned_throughput = {
    .kind = SHAPE_STRUCTURE,
    .name = "ProvisionedThroughput",
    .members =
        (const struct member[]){
            { "WriteCapacityUnits", &shape_positive_long, REQUIRED },
            { "ReadCapacityUnits", &shape_positive_long, REQUIRED },
            { NULL },
        },
};

const struct shape shape_on_demand_throughput = {
    .kind = SHAPE_STRUCTURE,
    .name = "OnDemandThroughput",
    .members =
        (const struct member[]){
            { "MaxReadRequestUnits", &shape_long },
            { "MaxWriteRequestUnits", &shape_long },
            { NULL },
        },
};

const struct shape shape_warm_throughput = {
    .kind = SHAPE_STRUCTURE,
    .name = "WarmThroughput",
    .members =
        (const struct member[]){
            { "ReadUnitsPerSecond", &shape_long },
            { "WriteUnitsPerSecond", &shape_long },
            { NULL },
        },
};

const struct shape shape_global_secondary_index = {
    .kind = SHAPE_STRUCTURE,
    .name = "GlobalSecondaryIndex",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "KeySchema", &shape_key_schema, REQUIRED },
            { "Projection", &shape_projection, REQUIRED },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "WarmThroughput", &shape_warm_throughput },
            { NULL },
        },
};

const struct shape shape_global_secondary_index_list = {
    .kind = SHAPE_LIST,
    .name = "GlobalSecondaryIndexList",
    .element = &shape_global_secondary_index,
};

/* Print order: facts/operations.md. */
const struct shape shape_billing_mode = {
    .kind = SHAPE_STRING,
    .name = "BillingMode",
    .values = VALUES("PROVISIONED", "PAY_PER_REQUEST"),
};

/* Print order: DDB-TABLE-035. */
const struct shape shape_stream_view_type = {
    .kind = SHAPE_STRING,
    .name = "StreamViewType",
    .values = VALUES("OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE"),
};

const struct shape shape_stream_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "StreamSpecification",
    .members =
        (const struct member[]){
            { "StreamEnabled", &shape_boolean, REQUIRED },
            { "StreamViewType", &shape_stream_view_type },
            { NULL },
        },
};

const struct shape shape_sse_type = {
    .kind = SHAPE_STRING,
    .name = "SSEType",
    .values = VALUES("AES256", "KMS"),
};

const struct shape shape_sse_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "SSESpecification",
    .members =
        (const struct member[]){
            { "Enabled", &shape_boolean },
            { "SSEType", &shape_sse_type },
            { "KMSMasterKeyId", &shape_string },
            { NULL },
        },
};

/* The model has an enum; the service has its own sentence (control-plane-errors.tsv): UpdateTable's
 * and CreateTable's business. */
const struct shape shape_table_class = {
    .kind = SHAPE_STRING,
    .name = "TableClass",
};

const struct shape shape_global_table_settings_replication_mode = {
    .kind = SHAPE_STRING,
    .name = "GlobalTableSettingsReplicationMode",
    .values = VALUES("ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"),
};

const struct shape shape_vector_attribute_name = {
    .kind = SHAPE_STRING,
    .name = "VectorAttributeName",
    MINIMUM(1),
    MAXIMUM(255),
};

const struct shape shape_vector_attribute_definition = {
    .kind = SHAPE_STRUCTURE,
    .name = "VectorAttributeDefinition",
    .members =
        (const struct member[]){
            { "AttributeName", &shape_vector_attribute_name, REQUIRED },
            { NULL },
        },
};

const struct shape shape_search_schema_element_type = {
    .kind = SHAPE_STRING,
    .name = "SearchSchemaElementType",
    .values = VALUES("HASH", "INLINE_FILTER"),
};

const struct shape shape_search_schema_element = {
    .kind = SHAPE_STRUCTURE,
    .name = "SearchSchemaElement",
    .members =
        (const struct member[]){
            { "AttributeName", &shape_attribute_name, REQUIRED },
            { "SearchSchemaElementType", &shape_search_schema_element_type, REQUIRED },
            { NULL },
        },
};

const struct shape shape_search_schema = {
    .kind = SHAPE_LIST,
    .name = "SearchSchema",
    MINIMUM(1),
    .element = &shape_search_schema_element,
};

const struct shape shape_vector_distance_function = {
    .kind = SHAPE_STRING,
    .name = "VectorDistanceFunction",
    .values = VALUES("COSINE", "DOT_PRODUCT", "EUCLIDEAN"),
};

const struct shape shape_vector_index = {
    .kind = SHAPE_STRUCTURE,
    .name = "VectorIndex",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "VectorAttribute", &shape_vector_attribute_definition, REQUIRED },
            { "SearchSchema", &shape_search_schema },
            { "Projection", &shape_projection, REQUIRED },
            { "Dimensions", &shape_positive_long, REQUIRED },
            { "DistanceFunction", &shape_vector_distance_function, REQUIRED },
            { NULL },
        },
};

const struct shape shape_vector_index_list = {
    .kind = SHAPE_LIST,
    .name = "VectorIndexList",
    .element = &shape_vector_index,
};
