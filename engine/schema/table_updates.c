/*
 * table_updates.c - the input of UpdateTable. Members stand in the order in which the service
 * reports violations ([dyl]), those of later years after them in the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape update_global_secondary_index_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateGlobalSecondaryIndexAction",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "WarmThroughput", &shape_warm_throughput },
            { NULL },
        },
};

static const struct shape create_global_secondary_index_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateGlobalSecondaryIndexAction",
    .members =
        (const struct member[]){
            { "Projection", &shape_projection, REQUIRED },
            { "IndexName", &shape_index_name, REQUIRED },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "KeySchema", &shape_key_schema, REQUIRED },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "WarmThroughput", &shape_warm_throughput },
            { NULL },
        },
};

static const struct shape delete_global_secondary_index_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteGlobalSecondaryIndexAction",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { NULL },
        },
};

static const struct shape global_secondary_index_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "GlobalSecondaryIndexUpdate",
    .members =
        (const struct member[]){
            { "Update", &update_global_secondary_index_action },
            { "Create", &create_global_secondary_index_action },
            { "Delete", &delete_global_secondary_index_action },
            { NULL },
        },
};

static const struct shape global_secondary_index_update_list = {
    .kind = SHAPE_LIST,
    .name = "GlobalSecondaryIndexUpdateList",
    .element = &global_secondary_index_update,
};

static const struct shape provisioned_throughput_override = {
    .kind = SHAPE_STRUCTURE,
    .name = "ProvisionedThroughputOverride",
    .members =
        (const struct member[]){
            { "ReadCapacityUnits", &shape_positive_long },
            { NULL },
        },
};

static const struct shape on_demand_throughput_override = {
    .kind = SHAPE_STRUCTURE,
    .name = "OnDemandThroughputOverride",
    .members =
        (const struct member[]){
            { "MaxReadRequestUnits", &shape_long },
            { NULL },
        },
};

static const struct shape replica_global_secondary_index = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicaGlobalSecondaryIndex",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { "ProvisionedThroughputOverride", &provisioned_throughput_override },
            { "OnDemandThroughputOverride", &on_demand_throughput_override },
            { NULL },
        },
};

static const struct shape replica_global_secondary_index_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicaGlobalSecondaryIndexList",
    MINIMUM(1),
    .element = &replica_global_secondary_index,
};

static const struct shape create_replication_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateReplicationGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { "KMSMasterKeyId", &shape_string },
            { "ProvisionedThroughputOverride", &provisioned_throughput_override },
            { "OnDemandThroughputOverride", &on_demand_throughput_override },
            { "GlobalSecondaryIndexes", &replica_global_secondary_index_list },
            { "TableClassOverride", &shape_table_class },
            { NULL },
        },
};

static const struct shape update_replication_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateReplicationGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { "KMSMasterKeyId", &shape_string },
            { "ProvisionedThroughputOverride", &provisioned_throughput_override },
            { "OnDemandThroughputOverride", &on_demand_throughput_override },
            { "GlobalSecondaryIndexes", &replica_global_secondary_index_list },
            { "TableClassOverride", &shape_table_class },
            { NULL },
        },
};

static const struct shape delete_replication_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteReplicationGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { NULL },
        },
};

static const struct shape disassociation_mode = {
    .kind = SHAPE_STRING,
    .name = "DisassociationMode",
    .values = VALUES("WAIT_FOR_REPLICATION"),
};

static const struct shape disassociate_replication_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DisassociateReplicationGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { "DisassociationMode", &disassociation_mode, REQUIRED },
            { NULL },
        },
};

static const struct shape replication_group_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "ReplicationGroupUpdate",
    .members =
        (const struct member[]){
            { "Create", &create_replication_group_member_action },
            { "Update", &update_replication_group_member_action },
            { "Delete", &delete_replication_group_member_action },
            { "Disassociate", &disassociate_replication_group_member_action },
            { NULL },
        },
};

static const struct shape replication_group_update_list = {
    .kind = SHAPE_LIST,
    .name = "ReplicationGroupUpdateList",
    MINIMUM(1),
    .element = &replication_group_update,
};

static const struct shape multi_region_consistency = {
    .kind = SHAPE_STRING,
    .name = "MultiRegionConsistency",
    .values = VALUES("EVENTUAL", "STRONG"),
};

static const struct shape create_global_table_witness_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateGlobalTableWitnessGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { NULL },
        },
};

static const struct shape delete_global_table_witness_group_member_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteGlobalTableWitnessGroupMemberAction",
    .members =
        (const struct member[]){
            { "RegionName", &shape_string, REQUIRED },
            { NULL },
        },
};

static const struct shape global_table_witness_group_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "GlobalTableWitnessGroupUpdate",
    .members =
        (const struct member[]){
            { "Create", &create_global_table_witness_group_member_action },
            { "Delete", &delete_global_table_witness_group_member_action },
            { NULL },
        },
};

static const struct shape global_table_witness_group_update_list = {
    .kind = SHAPE_LIST,
    .name = "GlobalTableWitnessGroupUpdateList",
    MINIMUM(1),
    MAXIMUM(1),
    .element = &global_table_witness_group_update,
};

static const struct shape create_vector_index_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "CreateVectorIndexAction",
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

static const struct shape delete_vector_index_action = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteVectorIndexAction",
    .members =
        (const struct member[]){
            { "IndexName", &shape_index_name, REQUIRED },
            { NULL },
        },
};

static const struct shape vector_index_update = {
    .kind = SHAPE_STRUCTURE,
    .name = "VectorIndexUpdate",
    .members =
        (const struct member[]){
            { "Create", &create_vector_index_action },
            { "Delete", &delete_vector_index_action },
            { NULL },
        },
};

static const struct shape vector_index_update_list = {
    .kind = SHAPE_LIST,
    .name = "VectorIndexUpdateList",
    .element = &vector_index_update,
};

const struct shape schema_update_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateTableInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED_PARAMETER },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "BillingMode", &shape_billing_mode },
            { "GlobalSecondaryIndexUpdates", &global_secondary_index_update_list },
            { "AttributeDefinitions", &shape_attribute_definitions },
            { "StreamSpecification", &shape_stream_specification },
            { "SSESpecification", &shape_sse_specification },
            { "ReplicaUpdates", &replication_group_update_list },
            { "TableClass", &shape_table_class },
            { "DeletionProtectionEnabled", &shape_boolean },
            { "MultiRegionConsistency", &multi_region_consistency },
            { "GlobalTableWitnessUpdates", &global_table_witness_group_update_list },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "WarmThroughput", &shape_warm_throughput },
            { "GlobalTableSettingsReplicationMode", &shape_global_table_settings_replication_mode },
            { "DisassociationProtectionEnabled", &shape_boolean },
            { "VectorIndexUpdates", &vector_index_update_list },
            { NULL },
        },
};
