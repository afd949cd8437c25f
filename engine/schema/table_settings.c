/*
 * table_settings.c - inputs of the operations on what hangs on a table: time to live, tags,
 * resource policies, Kinesis destinations and contributor insights. In the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape time_to_live_attribute_name = {
    .kind = SHAPE_STRING,
    .name = "TimeToLiveAttributeName",
    MINIMUM(1),
    MAXIMUM(255),
};

static const struct shape time_to_live_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "TimeToLiveSpecification",
    .members =
        (const struct member[]){
            { "Enabled", &shape_boolean, REQUIRED },
            { "AttributeName", &time_to_live_attribute_name, REQUIRED },
            { NULL },
        },
};

const struct shape schema_update_time_to_live = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateTimeToLiveInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "TimeToLiveSpecification", &time_to_live_specification, REQUIRED },
            { NULL },
        },
};

const struct shape schema_describe_time_to_live = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeTimeToLiveInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED_PARAMETER },
            { NULL },
        },
};

static const struct shape resource_arn_string = {
    .kind = SHAPE_STRING,
    .name = "ResourceArnString",
    MINIMUM(1),
    MAXIMUM(1283),
};

const struct shape schema_tag_resource = {
    .kind = SHAPE_STRUCTURE,
    .name = "TagResourceInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { "Tags", &shape_tag_list, REQUIRED },
            { NULL },
        },
};

static const struct shape tag_key_list = {
    .kind = SHAPE_LIST,
    .name = "TagKeyList",
    .element = &shape_tag_key_string,
};

const struct shape schema_untag_resource = {
    .kind = SHAPE_STRUCTURE,
    .name = "UntagResourceInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { "TagKeys", &tag_key_list, REQUIRED },
            { NULL },
        },
};

const struct shape schema_list_tags_of_resource = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListTagsOfResourceInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { "NextToken", &shape_string },
            { NULL },
        },
};

static const struct shape policy_revision_id = {
    .kind = SHAPE_STRING,
    .name = "PolicyRevisionId",
    MINIMUM(1),
    MAXIMUM(255),
};

const struct shape schema_put_resource_policy = {
    .kind = SHAPE_STRUCTURE,
    .name = "PutResourcePolicyInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { "Policy", &shape_string, REQUIRED },
            { "ExpectedRevisionId", &policy_revision_id },
            { "ConfirmRemoveSelfResourceAccess", &shape_boolean },
            { NULL },
        },
};

const struct shape schema_get_resource_policy = {
    .kind = SHAPE_STRUCTURE,
    .name = "GetResourcePolicyInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { NULL },
        },
};

const struct shape schema_delete_resource_policy = {
    .kind = SHAPE_STRUCTURE,
    .name = "DeleteResourcePolicyInput",
    .members =
        (const struct member[]){
            { "ResourceArn", &resource_arn_string, REQUIRED },
            { "ExpectedRevisionId", &policy_revision_id },
            { NULL },
        },
};

static const struct shape stream_arn = {
    .kind = SHAPE_STRING,
    .name = "StreamArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

static const struct shape approximate_creation_date_time_precision = {
    .kind = SHAPE_STRING,
    .name = "ApproximateCreationDateTimePrecision",
    .values = VALUES("MILLISECOND", "MICROSECOND"),
};

static const struct shape enable_kinesis_streaming_configuration = {
    .kind = SHAPE_STRUCTURE,
    .name = "EnableKinesisStreamingConfiguration",
    .members =
        (const struct member[]){
            { "ApproximateCreationDateTimePrecision", &approximate_creation_date_time_precision },
            { NULL },
        },
};

const struct shape schema_enable_kinesis_streaming_destination = {
    .kind = SHAPE_STRUCTURE,
    .name = "KinesisStreamingDestinationInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "StreamArn", &stream_arn, REQUIRED },
            { "EnableKinesisStreamingConfiguration", &enable_kinesis_streaming_configuration },
            { NULL },
        },
};

const struct shape schema_disable_kinesis_streaming_destination = {
    .kind = SHAPE_STRUCTURE,
    .name = "KinesisStreamingDestinationInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "StreamArn", &stream_arn, REQUIRED },
            { "EnableKinesisStreamingConfiguration", &enable_kinesis_streaming_configuration },
            { NULL },
        },
};

static const struct shape update_kinesis_streaming_configuration = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateKinesisStreamingConfiguration",
    .members =
        (const struct member[]){
            { "ApproximateCreationDateTimePrecision", &approximate_creation_date_time_precision },
            { NULL },
        },
};

const struct shape schema_update_kinesis_streaming_destination = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateKinesisStreamingDestinationInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "StreamArn", &stream_arn, REQUIRED },
            { "UpdateKinesisStreamingConfiguration", &update_kinesis_streaming_configuration },
            { NULL },
        },
};

const struct shape schema_describe_kinesis_streaming_destination = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeKinesisStreamingDestinationInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { NULL },
        },
};

static const struct shape contributor_insights_action = {
    .kind = SHAPE_STRING,
    .name = "ContributorInsightsAction",
    .values = VALUES("ENABLE", "DISABLE"),
};

static const struct shape contributor_insights_mode = {
    .kind = SHAPE_STRING,
    .name = "ContributorInsightsMode",
    .values = VALUES("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"),
};

const struct shape schema_update_contributor_insights = {
    .kind = SHAPE_STRUCTURE,
    .name = "UpdateContributorInsightsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "IndexName", &shape_index_name },
            { "ContributorInsightsAction", &contributor_insights_action, REQUIRED },
            { "ContributorInsightsMode", &contributor_insights_mode },
            { NULL },
        },
};

const struct shape schema_describe_contributor_insights = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeContributorInsightsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table, REQUIRED },
            { "IndexName", &shape_index_name },
            { NULL },
        },
};

static const struct shape list_contributor_insights_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListContributorInsightsLimit",
    MAXIMUM(100),
};

const struct shape schema_list_contributor_insights = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListContributorInsightsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_control_table },
            { "NextToken", &shape_string },
            { "MaxResults", &list_contributor_insights_limit },
            { NULL },
        },
};
