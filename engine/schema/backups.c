/*
 * backups.c - inputs of the operations on backups, restores and point-in-time recovery, in the
 * model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape backup_name = {
    .kind = SHAPE_STRING,
    .name = "BackupName",
    MINIMUM(3),
    MAXIMUM(255),
    .pattern = &pattern_name,
};

const struct shape schema_create_backup = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateBackupInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "BackupName", &backup_name, REQUIRED },
            { NULL },
        },
};

static const struct shape backup_arn = {
    .kind = SHAPE_STRING,
    .name = "BackupArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

const struct shape schema_describe_backup = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeBackupInput",
    .members =
        (const struct member[]){
            { "BackupArn", &backup_arn, REQUIRED },
            { NULL },
        },
};

const struct shape schema_delete_backup = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteBackupInput",
    .members =
        (const struct member[]){
            { "BackupArn", &backup_arn, REQUIRED },
            { NULL },
        },
};

static const struct shape backups_input_limit = {
    .kind = SHAPE_INTEGER,
    .name = "BackupsInputLimit",
    MINIMUM(1),
    MAXIMUM(100),
};

static const struct shape backup_type_filter = {
    .kind = SHAPE_STRING,
    .name = "BackupTypeFilter",
    .values = VALUES("USER", "SYSTEM", "AWS_BACKUP", "ALL"),
};

const struct shape schema_list_backups = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListBackupsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table },
            { "Limit", &backups_input_limit },
            { "TimeRangeLowerBound", &shape_timestamp },
            { "TimeRangeUpperBound", &shape_timestamp },
            { "ExclusiveStartBackupArn", &backup_arn },
            { "BackupType", &backup_type_filter },
            { NULL },
        },
};

const struct shape schema_restore_table_from_backup = {
    .kind = SHAPE_STRUCTURE,
    .name = "RestoreTableFromBackupInput",
    .members =
        (const struct member[]){
            { "TargetTableName", &shape_table_name, REQUIRED },
            { "BackupArn", &backup_arn, REQUIRED },
            { "BillingModeOverride", &shape_billing_mode },
            { "GlobalSecondaryIndexOverride", &shape_global_secondary_index_list },
            { "LocalSecondaryIndexOverride", &shape_local_secondary_index_list },
            { "ProvisionedThroughputOverride", &shape_provisioned_throughput },
            { "OnDemandThroughputOverride", &shape_on_demand_throughput },
            { "SSESpecificationOverride", &shape_sse_specification },
            { "VectorIndexOverride", &shape_vector_index_list },
            { NULL },
        },
};

const struct shape schema_restore_table_to_point_in_time = {
    .kind = SHAPE_STRUCTURE,
    .name = "RestoreTableToPointInTimeInput",
    .members =
        (const struct member[]){
            { "SourceTableArn", &shape_table_arn },
            { "SourceTableName", &shape_table_name },
            { "TargetTableName", &shape_table_name, REQUIRED },
            { "UseLatestRestorableTime", &shape_boolean },
            { "RestoreDateTime", &shape_timestamp },
            { "BillingModeOverride", &shape_billing_mode },
            { "GlobalSecondaryIndexOverride", &shape_global_secondary_index_list },
            { "LocalSecondaryIndexOverride", &shape_local_secondary_index_list },
            { "ProvisionedThroughputOverride", &shape_provisioned_throughput },
            { "OnDemandThroughputOverride", &shape_on_demand_throughput },
            { "SSESpecificationOverride", &shape_sse_specification },
            { "VectorIndexOverride", &shape_vector_index_list },
            { NULL },
        },
};

static const struct shape recovery_period_in_days = {
    .kind = SHAPE_INTEGER,
    .name = "RecoveryPeriodInDays",
    MINIMUM(1),
    MAXIMUM(35),
};

static const struct shape point_in_time_recovery_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "PointInTimeRecoverySpecification",
    .members =
        (const struct member[]){
            { "PointInTimeRecoveryEnabled", &shape_boolean, REQUIRED },
            { "RecoveryPeriodInDays", &recovery_period_in_days },
            { NULL },
        },
};

const struct shape schema_update_continuous_backups = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateContinuousBackupsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "PointInTimeRecoverySpecification", &point_in_time_recovery_specification, REQUIRED },
            { NULL },
        },
};

const struct shape schema_describe_continuous_backups = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeContinuousBackupsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { NULL },
        },
};
