/*
 * transfers.c - inputs of the operations that move whole tables: exports, imports and bulk
 * operations. In the model's order.
 */
#include "engine/schema/shapes.h"
#include "engine/schema/common.h"

static const struct shape client_token = {
    .kind = SHAPE_STRING,
    .name = "ClientToken",
    .pattern = &pattern_no_dollar,
};

static const struct shape s3_bucket = {
    .kind = SHAPE_STRING,
    .name = "S3Bucket",
    MAXIMUM(255),
    .pattern = &pattern_bucket,
};

static const struct shape s3_bucket_owner = {
    .kind = SHAPE_STRING,
    .name = "S3BucketOwner",
    .pattern = &pattern_account,
};

static const struct shape s3_prefix = {
    .kind = SHAPE_STRING,
    .name = "S3Prefix",
    MAXIMUM(1024),
};

static const struct shape s3_sse_algorithm = {
    .kind = SHAPE_STRING,
    .name = "S3SseAlgorithm",
    .values = VALUES("AES256", "KMS"),
};

static const struct shape s3_sse_kms_key_id = {
    .kind = SHAPE_STRING,
    .name = "S3SseKmsKeyId",
    MINIMUM(1),
    MAXIMUM(2048),
};

static const struct shape export_format = {
    .kind = SHAPE_STRING,
    .name = "ExportFormat",
    .values = VALUES("DYNAMODB_JSON", "ION"),
};

static const struct shape export_type = {
    .kind = SHAPE_STRING,
    .name = "ExportType",
    .values = VALUES("FULL_EXPORT", "INCREMENTAL_EXPORT"),
};

static const struct shape export_view_type = {
    .kind = SHAPE_STRING,
    .name = "ExportViewType",
    .values = VALUES("NEW_IMAGE", "NEW_AND_OLD_IMAGES"),
};

static const struct shape incremental_export_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "IncrementalExportSpecification",
    .members =
        (const struct member[]){
            { "ExportFromTime", &shape_timestamp },
            { "ExportToTime", &shape_timestamp },
            { "ExportViewType", &export_view_type },
            { NULL },
        },
};

static const struct shape filter_specification = {
    .kind = SHAPE_STRUCTURE,
    .name = "FilterSpecification",
    .members =
        (const struct member[]){
            { "FilterExpression", &shape_string },
            { "ProjectionExpression", &shape_string },
            { "KeyConditionExpression", &shape_string },
            { "ExpressionAttributeNames", &shape_expression_attribute_names },
            { "ExpressionAttributeValues", &shape_expression_attribute_values },
            { NULL },
        },
};

const struct shape schema_export_table_to_point_in_time = {
    .kind = SHAPE_STRUCTURE,
    .name = "ExportTableToPointInTimeInput",
    .members =
        (const struct member[]){
            { "TableArn", &shape_table_arn, REQUIRED },
            { "ExportTime", &shape_timestamp },
            { "ClientToken", &client_token },
            { "S3Bucket", &s3_bucket, REQUIRED },
            { "S3BucketOwner", &s3_bucket_owner },
            { "S3Prefix", &s3_prefix },
            { "S3SseAlgorithm", &s3_sse_algorithm },
            { "S3SseKmsKeyId", &s3_sse_kms_key_id },
            { "ExportFormat", &export_format },
            { "ExportType", &export_type },
            { "IncrementalExportSpecification", &incremental_export_specification },
            { "FilterSpecification", &filter_specification },
            { NULL },
        },
};

static const struct shape export_arn = {
    .kind = SHAPE_STRING,
    .name = "ExportArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

const struct shape schema_describe_export = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeExportInput",
    .members =
        (const struct member[]){
            { "ExportArn", &export_arn, REQUIRED },
            { NULL },
        },
};

static const struct shape list_exports_max_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListExportsMaxLimit",
    MINIMUM(1),
    MAXIMUM(25),
};

const struct shape schema_list_exports = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListExportsInput",
    .members =
        (const struct member[]){
            { "TableArn", &shape_table_arn },
            { "MaxResults", &list_exports_max_limit },
            { "NextToken", &shape_string },
            { NULL },
        },
};

static const struct shape s3_bucket_source = {
    .kind = SHAPE_STRUCTURE,
    .name = "S3BucketSource",
    .members =
        (const struct member[]){
            { "S3BucketOwner", &s3_bucket_owner },
            { "S3Bucket", &s3_bucket, REQUIRED },
            { "S3KeyPrefix", &s3_prefix },
            { NULL },
        },
};

static const struct shape input_format = {
    .kind = SHAPE_STRING,
    .name = "InputFormat",
    .values = VALUES("DYNAMODB_JSON", "ION", "CSV"),
};

static const struct shape csv_delimiter = {
    .kind = SHAPE_STRING,
    .name = "CsvDelimiter",
    MINIMUM(1),
    MAXIMUM(1),
    .pattern = &pattern_csv_delimiter,
};

static const struct shape csv_header = {
    .kind = SHAPE_STRING,
    .name = "CsvHeader",
    MINIMUM(1),
    MAXIMUM(65536),
    .pattern = &pattern_csv_header,
};

static const struct shape csv_header_list = {
    .kind = SHAPE_LIST,
    .name = "CsvHeaderList",
    MINIMUM(1),
    MAXIMUM(255),
    .element = &csv_header,
};

static const struct shape csv_options = {
    .kind = SHAPE_STRUCTURE,
    .name = "CsvOptions",
    .members =
        (const struct member[]){
            { "Delimiter", &csv_delimiter },
            { "HeaderList", &csv_header_list },
            { NULL },
        },
};

static const struct shape input_format_options = {
    .kind = SHAPE_STRUCTURE,
    .name = "InputFormatOptions",
    .members =
        (const struct member[]){
            { "Csv", &csv_options },
            { NULL },
        },
};

static const struct shape input_compression_type = {
    .kind = SHAPE_STRING,
    .name = "InputCompressionType",
    .values = VALUES("GZIP", "ZSTD", "NONE"),
};

static const struct shape table_creation_parameters = {
    .kind = SHAPE_STRUCTURE,
    .name = "TableCreationParameters",
    .members =
        (const struct member[]){
            { "TableName", &shape_table_name, REQUIRED },
            { "AttributeDefinitions", &shape_attribute_definitions, REQUIRED },
            { "KeySchema", &shape_key_schema, REQUIRED },
            { "BillingMode", &shape_billing_mode },
            { "ProvisionedThroughput", &shape_provisioned_throughput },
            { "OnDemandThroughput", &shape_on_demand_throughput },
            { "SSESpecification", &shape_sse_specification },
            { "GlobalSecondaryIndexes", &shape_global_secondary_index_list },
            { "VectorIndexes", &shape_vector_index_list },
            { NULL },
        },
};

const struct shape schema_import_table = {
    .kind = SHAPE_STRUCTURE,
    .name = "ImportTableInput",
    .members =
        (const struct member[]){
            { "ClientToken", &client_token },
            { "S3BucketSource", &s3_bucket_source, REQUIRED },
            { "InputFormat", &input_format, REQUIRED },
            { "InputFormatOptions", &input_format_options },
            { "InputCompressionType", &input_compression_type },
            { "TableCreationParameters", &table_creation_parameters, REQUIRED },
            { NULL },
        },
};

static const struct shape import_arn = {
    .kind = SHAPE_STRING,
    .name = "ImportArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

const struct shape schema_describe_import = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeImportInput",
    .members =
        (const struct member[]){
            { "ImportArn", &import_arn, REQUIRED },
            { NULL },
        },
};

static const struct shape list_imports_max_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListImportsMaxLimit",
    MINIMUM(1),
    MAXIMUM(25),
};

static const struct shape import_next_token = {
    .kind = SHAPE_STRING,
    .name = "ImportNextToken",
    MINIMUM(112),
    MAXIMUM(1024),
    .pattern = &pattern_hex_token,
};

const struct shape schema_list_imports = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListImportsInput",
    .members =
        (const struct member[]){
            { "TableArn", &shape_table_arn },
            { "PageSize", &list_imports_max_limit },
            { "NextToken", &import_next_token },
            { NULL },
        },
};

static const struct shape bulk_operation_input_format = {
    .kind = SHAPE_STRING,
    .name = "BulkOperationInputFormat",
    .values = VALUES("DYNAMODB_JSON", "ION"),
};

static const struct shape input_s3_configuration = {
    .kind = SHAPE_STRUCTURE,
    .name = "InputS3Configuration",
    .members =
        (const struct member[]){
            { "S3BucketOwner", &s3_bucket_owner },
            { "S3Bucket", &s3_bucket, REQUIRED },
            { "S3KeyPrefix", &s3_prefix },
            { "InputFormat", &bulk_operation_input_format, REQUIRED },
            { "InputCompressionType", &input_compression_type },
            { NULL },
        },
};

static const struct shape output_type_enum = {
    .kind = SHAPE_STRING,
    .name = "OutputTypeEnum",
    .values = VALUES("ERROR", "CONDITION_CHECK_FAILURE"),
};

static const struct shape output_type_list = {
    .kind = SHAPE_LIST,
    .name = "OutputTypeList",
    .element = &output_type_enum,
};

static const struct shape output_s3_configuration = {
    .kind = SHAPE_STRUCTURE,
    .name = "OutputS3Configuration",
    .members =
        (const struct member[]){
            { "S3BucketOwner", &s3_bucket_owner },
            { "S3Bucket", &s3_bucket },
            { "S3KeyPrefix", &s3_prefix },
            { "S3SseAlgorithm", &s3_sse_algorithm },
            { "S3SseKmsKeyId", &s3_sse_kms_key_id },
            { "OutputType", &output_type_list, REQUIRED },
            { NULL },
        },
};

static const struct shape bulk_operation_max_write_request_units = {
    .kind = SHAPE_LONG,
    .name = "BulkOperationMaxWriteRequestUnits",
    MINIMUM(1024),
};

static const struct shape bulk_operation_performance_tier = {
    .kind = SHAPE_STRING,
    .name = "BulkOperationPerformanceTier",
    .values = VALUES("STANDARD", "ACCELERATED"),
};

const struct shape schema_start_bulk_put_items = {
    .kind = SHAPE_STRUCTURE,
    .name = "StartBulkPutItemsInput",
    .members =
        (const struct member[]){
            { "ClientToken", &client_token },
            { "InputS3Configuration", &input_s3_configuration, REQUIRED },
            { "OutputS3Configuration", &output_s3_configuration, REQUIRED },
            { "TableName", &shape_control_table, REQUIRED },
            { "MaxWriteRequestUnits", &bulk_operation_max_write_request_units },
            { "PerformanceTier", &bulk_operation_performance_tier },
            { NULL },
        },
};

static const struct shape bulk_operation_arn = {
    .kind = SHAPE_STRING,
    .name = "BulkOperationArn",
    MINIMUM(37),
    MAXIMUM(1024),
};

const struct shape schema_describe_bulk_operation = {
    .kind = SHAPE_STRUCTURE,
    .name = "DescribeBulkOperationInput",
    .members =
        (const struct member[]){
            { "BulkOperationArn", &bulk_operation_arn, REQUIRED },
            { NULL },
        },
};

static const struct shape list_bulk_operations_max_limit = {
    .kind = SHAPE_INTEGER,
    .name = "ListBulkOperationsMaxLimit",
    MINIMUM(1),
    MAXIMUM(25),
};

static const struct shape bulk_operation_next_token = {
    .kind = SHAPE_STRING,
    .name = "BulkOperationNextToken",
    MINIMUM(1),
    MAXIMUM(1024),
    .pattern = &pattern_hex_token,
};

const struct shape schema_list_bulk_operations = {
    .kind = SHAPE_STRUCTURE,
    .name = "ListBulkOperationsInput",
    .members =
        (const struct member[]){
            { "MaxResults", &list_bulk_operations_max_limit },
            { "NextToken", &bulk_operation_next_token },
            { NULL },
        },
};

const struct shape schema_cancel_bulk_operation = {
    .kind = SHAPE_STRUCTURE,
    .name = "CancelBulkOperationInput",
    .members =
        (const struct member[]){
            { "BulkOperationArn", &bulk_operation_arn, REQUIRED },
            { NULL },
        },
};
