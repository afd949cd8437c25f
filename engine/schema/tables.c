/*
 * tables.c - inputs of the operations on a table, UpdateTable apart, and of the account's own two.
 * Members stand in the order in which the service reports violations ([dyl]; GSI before LSI:
 * facts/operations.md, "Mixed state").
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

/* Two members are optional in the model for the sake of tables that are replicas of another account's (GlobalTableSourceArn);
 * the service still asks for both (DDB-TABLE-042). */
const struct shape schema_create_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateTableInput",
    .members =
        (const struct member[]){
            { "AttributeDefinitions", &shape_attribute_definitions, REQUIRED_BY_SERVICE },
            { "TableName", &shape_control_table, REQUIRED_PARAMETER },
            { "BillingMode", &shape_billing_mode },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "KeySchema", &shape_table_key_schema, REQUIRED_BY_SERVICE },
            { "GlobalSecondaryIndexes", &shape_global_secondary_index_list },
            { "LocalSecondaryIndexes", &shape_local_secondary_index_list },
            { "StreamSpecification", &shape_stream_specification },
            { "SSESpecification", &shape_sse_specification },
            { "Tags", &shape_tag_list },
            { "TableClass", &shape_table_class },
            { "DeletionProtectionEnabled", &shape_boolean },
            { "WarmThroughput", &shape_warm_throughput },
            { "ResourcePolicy", &shape_string },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "GlobalTableSourceArn", &shape_table_arn },
            { "GlobalTableSettingsReplicationMode", &shape_global_table_settings_replication_mode },
            { "VectorIndexes", &shape_vector_index_list },
            { NULL },
        },
};

const struct shape schema_describe_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeTableInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED_PARAMETER },
            { NULL },
        },
};

const struct shape schema_delete_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteTableInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED_PARAMETER },
            { NULL },
        },
};

static const struct shape list_tables_input_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListTablesInputLimit",
    MINIMUM(1),
    MAXIMUM(100),
};

const struct shape schema_list_tables = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListTablesInput",
    .members =
        (const struct member[]){
            { "Limit", &list_tables_input_limit },
            { "ExclusiveStartTableName", &shape_table_name },
            { NULL },
        },
};

const struct shape schema_describe_limits = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeLimitsInput",
    .members = (const struct member[]){ { NULL } },
};

const struct shape schema_describe_endpoints = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeEndpointsRequest",
    .members = (const struct member[]){ { NULL } },
};
