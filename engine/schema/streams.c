/*
 * streams.c - inputs of DynamoDB Streams (API DynamoDBStreams_20120810), in the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape stream_arn = {
    .kind = SHAPE_STRING,
    .name = "StreamArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

static const struct shape shard_id = {
    .kind = SHAPE_STRING,
    .name = "ShardId",
    MINIMUM(28),
    MAXIMUM(65),
};

static const struct shape shard_filter_type = {
    .kind = SHAPE_STRING,
    .name = "ShardFilterType",
    .values = VALUES("CHILD_SHARDS"),
};

static const struct shape shard_filter = {
    .kind = SHAPE_STRUCTURE,
    .name = "ShardFilter",
    .members =
        (const struct member[]){
            { "Type", &shard_filter_type },
            { "ShardId", &shard_id },
            { NULL },
        },
};

const struct shape schema_describe_stream = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeStreamInput",
    .members =
        (const struct member[]){
            { "StreamArn", &stream_arn, REQUIRED },
            { "Limit", &shape_positive_integer },
            { "ExclusiveStartShardId", &shard_id },
            { "ShardFilter", &shard_filter },
            { NULL },
        },
};

static const struct shape shard_iterator = {
    .kind = SHAPE_STRING,
    .name = "ShardIterator",
    MINIMUM(1),
    MAXIMUM(2048),
};

const struct shape schema_get_records = {
    .kind = SHAPE_STRUCTURE,
    .name = "GetRecordsInput",
    .members =
        (const struct member[]){
            { "ShardIterator", &shard_iterator, REQUIRED },
            { "Limit", &shape_positive_integer },
            { NULL },
        },
};

static const struct shape shard_iterator_type = {
    .kind = SHAPE_STRING,
    .name = "ShardIteratorType",
    .values = VALUES("TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER",
                     "AT_TIMESTAMP"),
};

static const struct shape sequence_number = {
    .kind = SHAPE_STRING,
    .name = "SequenceNumber",
    MINIMUM(21),
    MAXIMUM(40),
};

const struct shape schema_get_shard_iterator = {
    .kind = SHAPE_STRUCTURE,
    .name = "GetShardIteratorInput",
    .members =
        (const struct member[]){
            { "StreamArn", &stream_arn, REQUIRED },
            { "ShardId", &shard_id, REQUIRED },
            { "ShardIteratorType", &shard_iterator_type, REQUIRED },
            { "SequenceNumber", &sequence_number },
            { "Timestamp", &shape_timestamp },
            { NULL },
        },
};

const struct shape schema_list_streams = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListStreamsInput",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name },
            { "Limit", &shape_positive_integer },
            { "ExclusiveStartStreamArn", &stream_arn },
            { NULL },
        },
};
