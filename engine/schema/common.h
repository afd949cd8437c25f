/*
 * common.h - the shapes that more than one file of engine/schema/ needs. A new operation takes what it can
 * from here. Named after the model's shapes, shape_string and its like after their type.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_COMMON_H
#define DDBMOCK_ENGINE_SCHEMA_COMMON_H

#include "engine/schema/patterns.h"
#include "engine/schema/schema.h"

/* common.c */
extern const struct shape shape_string;
extern const struct shape shape_integer;
extern const struct shape shape_long;
extern const struct shape shape_double;
extern const struct shape shape_boolean;
extern const struct shape shape_timestamp;
extern const struct shape shape_attribute_value;
extern const struct shape shape_table;
extern const struct shape shape_attribute_name;
extern const struct shape shape_item;
extern const struct shape shape_comparison_operator;
extern const struct shape shape_attribute_value_list;
extern const struct shape shape_return_consumed_capacity;
extern const struct shape shape_return_item_collection_metrics;
extern const struct shape shape_conditional_operator;
extern const struct shape shape_expression_attribute_names;
extern const struct shape shape_expression_attribute_values;
extern const struct shape shape_return_values_on_condition_check_failure;
extern const struct shape shape_key;
extern const struct shape shape_attribute_name_list;
extern const struct shape shape_index_name;
extern const struct shape shape_positive_integer;
extern const struct shape shape_control_table;
extern const struct shape shape_client_request_token;
extern const struct shape shape_key_schema_attribute_name;
extern const struct shape shape_tag_key_string;
extern const struct shape shape_tag;
extern const struct shape shape_tag_list;
extern const struct shape shape_table_arn;
extern const struct shape shape_table_name;

/* items.c */
extern const struct shape shape_return_value;
extern const struct shape shape_attribute_updates;

/* queries.c, batch.c */
extern const struct shape shape_condition;
extern const struct shape shape_filter_condition_map;
extern const struct shape shape_put_request;

/* table_shapes.c */
extern const struct shape shape_scalar_attribute_type;
extern const struct shape shape_attribute_definition;
extern const struct shape shape_attribute_definitions;
extern const struct shape shape_key_type;
extern const struct shape shape_key_schema_element;
extern const struct shape shape_table_key_schema;
extern const struct shape shape_projection_type;
extern const struct shape shape_non_key_attribute_name;
extern const struct shape shape_non_key_attribute_name_list;
extern const struct shape shape_projection;
extern const struct shape shape_local_secondary_index;
extern const struct shape shape_local_secondary_index_list;
extern const struct shape shape_key_schema;
extern const struct shape shape_positive_long;
extern const struct shape shape_provisioned_throughput;
extern const struct shape shape_on_demand_throughput;
extern const struct shape shape_warm_throughput;
extern const struct shape shape_global_secondary_index;
extern const struct shape shape_global_secondary_index_list;
extern const struct shape shape_billing_mode;
extern const struct shape shape_stream_view_type;
extern const struct shape shape_stream_specification;
extern const struct shape shape_sse_type;
extern const struct shape shape_sse_specification;
extern const struct shape shape_table_class;
extern const struct shape shape_global_table_settings_replication_mode;
extern const struct shape shape_vector_attribute_name;
extern const struct shape shape_vector_attribute_definition;
extern const struct shape shape_search_schema_element_type;
extern const struct shape shape_search_schema_element;
extern const struct shape shape_search_schema;
extern const struct shape shape_vector_distance_function;
extern const struct shape shape_vector_index;
extern const struct shape shape_vector_index_list;

#endif
