/*
 * global_tables.c - inputs of the operations on global tables and on the auto scaling of replicas,
 * in the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape replica = {
    .kind = SHAPE_STRUCTURE,
    .name = "Replica",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string },
            { NULL },
        },
};

static const struct shape replica_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaList",
    .element = &replica,
};

const struct shape schema_create_global_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateGlobalTableInput",
    .members =
        (const struct member[]){
            { "GlobalTableName", &shape_table_name, REQUIRED },
            { "ReplicationGroup", &replica_list, REQUIRED },
            { NULL },
        },
};

static const struct shape create_replica_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateReplicaAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { NULL },
        },
};

static const struct shape delete_replica_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteReplicaAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { NULL },
        },
};

static const struct shape replica_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaUpdate",
    .members =
        (const struct member[]){
            { "Create", &create_replica_action },
            { "Delete", &delete_replica_action },
            { NULL },
        },
};

static const struct shape replica_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaUpdateList",
    .element = &replica_update,
};

const struct shape schema_update_global_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateGlobalTableInput",
    .members =
        (const struct member[]){
            { "GlobalTableName", &shape_table_name, REQUIRED },
            { "ReplicaUpdates", &replica_update_list, REQUIRED },
            { NULL },
        },
};

const struct shape schema_describe_global_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeGlobalTableInput",
    .members =
        (const struct member[]){
            { "GlobalTableName", &shape_table_name, REQUIRED },
            { NULL },
        },
};

const struct shape schema_list_global_tables = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListGlobalTablesInput",
    .members =
        (const struct member[]){
            { "ExclusiveStartGlobalTableName", &shape_table_name },
            { "Limit", &shape_positive_integer },
            { "RegionName", &shape_string },
            { NULL },
        },
};

static const struct shape auto_scaling_role_arn = {
    .kind = SHAPE_STRING,
    .name = "AutoScalingRoleArn",
    MINIMUM(1),
    MAXIMUM(1600),
    .pattern = &pattern_text,
};

static const struct shape auto_scaling_policy_name = {
    .kind = SHAPE_STRING,
    .name = "AutoScalingPolicyName",
    MINIMUM(1),
    MAXIMUM(256),
    .pattern = &pattern_printable,
};

static const struct shape auto_scaling_target_tracking_scaling_policy_configuration_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "AutoScalingTargetTrackingScalingPolicyConfigurationUpdate",
    .members =
        (const struct member[]){
            { "DisableScaleIn", &shape_boolean },
            { "ScaleInCooldown", &shape_integer },
            { "ScaleOutCooldown", &shape_integer },
            { "TargetValue", &shape_double, REQUIRED },
            { NULL },
        },
};

static const struct shape auto_scaling_policy_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "AutoScalingPolicyUpdate",
    .members =
        (const struct member[]){
            { "PolicyName", &auto_scaling_policy_name },
            { "TargetTrackingScalingPolicyConfiguration",
              &auto_scaling_target_tracking_scaling_policy_configuration_update, REQUIRED },
            { NULL },
        },
};

static const struct shape auto_scaling_settings_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "AutoScalingSettingsUpdate",
    .members =
        (const struct member[]){
            { "MinimumUnits", &shape_positive_long },
            { "MaximumUnits", &shape_positive_long },
            { "AutoScalingDisabled", &shape_boolean },
            { "AutoScalingRoleArn", &auto_scaling_role_arn },
            { "ScalingPolicyUpdate", &auto_scaling_policy_update },
            { NULL },
        },
};

static const struct shape global_table_global_secondary_index_settings_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "GlobalTableGlobalSecondaryIndexSettingsUpdate",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "ProvisionedWriteCapacityUnits", &shape_positive_long },
            { "ProvisionedWriteCapacityAutoScalingSettingsUpdate", &auto_scaling_settings_update },
            { NULL },
        },
};

static const struct shape global_table_global_secondary_index_settings_update_list = {
    .kind = SHAPE_LIST,
    .name = "GlobalTableGlobalSecondaryIndexSettingsUpdateList",
    MINIMUM(1),
    MAXIMUM(20),
    .element = &global_table_global_secondary_index_settings_update,
};

static const struct shape replica_global_secondary_index_settings_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaGlobalSecondaryIndexSettingsUpdate",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "ProvisionedReadCapacityUnits", &shape_positive_long },
            { "ProvisionedReadCapacityAutoScalingSettingsUpdate", &auto_scaling_settings_update },
            { NULL },
        },
};

static const struct shape replica_global_secondary_index_settings_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaGlobalSecondaryIndexSettingsUpdateList",
    MINIMUM(1),
    MAXIMUM(20),
    .element = &replica_global_secondary_index_settings_update,
};

static const struct shape replica_settings_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaSettingsUpdate",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { "ReplicaProvisionedReadCapacityUnits", &shape_positive_long },
            { "ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate",
              &auto_scaling_settings_update },
            { "ReplicaGlobalSecondaryIndexSettingsUpdate",
              &replica_global_secondary_index_settings_update_list },
            { "ReplicaTableClass", &shape_table_class },
            { NULL },
        },
};

static const struct shape replica_settings_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaSettingsUpdateList",
    MINIMUM(1),
    MAXIMUM(50),
    .element = &replica_settings_update,
};

const struct shape schema_update_global_table_settings = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateGlobalTableSettingsInput",
    .members =
        (const struct member[]){
            { "GlobalTableName", &shape_table_name, REQUIRED },
            { "GlobalTableBillingMode", &shape_billing_mode },
            { "GlobalTableProvisionedWriteCapacityUnits", &shape_positive_long },
            { "GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate",
              &auto_scaling_settings_update },
            { "GlobalTableGlobalSecondaryIndexSettingsUpdate",
              &global_table_global_secondary_index_settings_update_list },
            { "ReplicaSettingsUpdate", &replica_settings_update_list },
            { NULL },
        },
};

const struct shape schema_describe_global_table_settings = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeGlobalTableSettingsInput",
    .members =
        (const struct member[]){
            { "GlobalTableName", &shape_table_name, REQUIRED },
            { NULL },
        },
};

static const struct shape global_secondary_index_auto_scaling_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "GlobalSecondaryIndexAutoScalingUpdate",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name },
            { "ProvisionedWriteCapacityAutoScalingUpdate", &auto_scaling_settings_update },
            { NULL },
        },
};

static const struct shape global_secondary_index_auto_scaling_update_list = {
    .kind = SHAPE_LIST,
    .name = "GlobalSecondaryIndexAutoScalingUpdateList",
    MINIMUM(1),
    .element = &global_secondary_index_auto_scaling_update,
};

static const struct shape replica_global_secondary_index_auto_scaling_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaGlobalSecondaryIndexAutoScalingUpdate",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name },
            { "ProvisionedReadCapacityAutoScalingUpdate", &auto_scaling_settings_update },
            { NULL },
        },
};

static const struct shape replica_global_secondary_index_auto_scaling_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaGlobalSecondaryIndexAutoScalingUpdateList",
    .element = &replica_global_secondary_index_auto_scaling_update,
};

static const struct shape replica_auto_scaling_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaAutoScalingUpdate",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { "ReplicaGlobalSecondaryIndexUpdates",
              &replica_global_secondary_index_auto_scaling_update_list },
            { "ReplicaProvisionedReadCapacityAutoScalingUpdate", &auto_scaling_settings_update },
            { NULL },
        },
};

static const struct shape replica_auto_scaling_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaAutoScalingUpdateList",
    MINIMUM(1),
    .element = &replica_auto_scaling_update,
};

const struct shape schema_update_table_replica_auto_scaling = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateTableReplicaAutoScalingInput",
    .members =
        (const struct member[]){
            { "GlobalSecondaryIndexUpdates", &global_secondary_index_auto_scaling_update_list },
            { "TableName", &shape_control_table, REQUIRED },
            { "ProvisionedWriteCapacityAutoScalingUpdate", &auto_scaling_settings_update },
            { "ReplicaUpdates", &replica_auto_scaling_update_list },
            { NULL },
        },
};

const struct shape schema_describe_table_replica_auto_scaling = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeTableReplicaAutoScalingInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { NULL },
        },
};
