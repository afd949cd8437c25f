/*
 * shapes.h - the input of every operation, one shape each: schema_<operation>, as operations.def names it.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_SHAPES_H
#define DDBMOCK_ENGINE_SCHEMA_SHAPES_H

#include "engine/schema/schema.h"

/* items.c */
extern const struct shape schema_put_item;
extern const struct shape schema_get_item;
extern const struct shape schema_update_item;
extern const struct shape schema_delete_item;

/* queries.c */
extern const struct shape schema_query;
extern const struct shape schema_scan;
extern const struct shape schema_search_vectors;

/* batch.c */
extern const struct shape schema_batch_get_item;
extern const struct shape schema_batch_write_item;

/* transactions.c */
extern const struct shape schema_transact_get_items;
extern const struct shape schema_transact_write_items;

/* partiql.c */
extern const struct shape schema_execute_statement;
extern const struct shape schema_batch_execute_statement;
extern const struct shape schema_execute_transaction;

/* tables.c */
extern const struct shape schema_create_table;
extern const struct shape schema_describe_table;
extern const struct shape schema_delete_table;
extern const struct shape schema_list_tables;
extern const struct shape schema_describe_limits;
extern const struct shape schema_describe_endpoints;

/* table_updates.c */
extern const struct shape schema_update_table;

/* table_settings.c */
extern const struct shape schema_update_time_to_live;
extern const struct shape schema_describe_time_to_live;
extern const struct shape schema_tag_resource;
extern const struct shape schema_untag_resource;
extern const struct shape schema_list_tags_of_resource;
extern const struct shape schema_put_resource_policy;
extern const struct shape schema_get_resource_policy;
extern const struct shape schema_delete_resource_policy;
extern const struct shape schema_enable_kinesis_streaming_destination;
extern const struct shape schema_disable_kinesis_streaming_destination;
extern const struct shape schema_update_kinesis_streaming_destination;
extern const struct shape schema_describe_kinesis_streaming_destination;
extern const struct shape schema_update_contributor_insights;
extern const struct shape schema_describe_contributor_insights;
extern const struct shape schema_list_contributor_insights;

/* backups.c */
extern const struct shape schema_create_backup;
extern const struct shape schema_describe_backup;
extern const struct shape schema_delete_backup;
extern const struct shape schema_list_backups;
extern const struct shape schema_restore_table_from_backup;
extern const struct shape schema_restore_table_to_point_in_time;
extern const struct shape schema_update_continuous_backups;
extern const struct shape schema_describe_continuous_backups;

/* global_tables.c */
extern const struct shape schema_create_global_table;
extern const struct shape schema_update_global_table;
extern const struct shape schema_describe_global_table;
extern const struct shape schema_list_global_tables;
extern const struct shape schema_update_global_table_settings;
extern const struct shape schema_describe_global_table_settings;
extern const struct shape schema_update_table_replica_auto_scaling;
extern const struct shape schema_describe_table_replica_auto_scaling;

/* transfers.c */
extern const struct shape schema_export_table_to_point_in_time;
extern const struct shape schema_describe_export;
extern const struct shape schema_list_exports;
extern const struct shape schema_import_table;
extern const struct shape schema_describe_import;
extern const struct shape schema_list_imports;
extern const struct shape schema_start_bulk_put_items;
extern const struct shape schema_describe_bulk_operation;
extern const struct shape schema_list_bulk_operations;
extern const struct shape schema_cancel_bulk_operation;

/* streams.c */
extern const struct shape schema_describe_stream;
extern const struct shape schema_get_records;
extern const struct shape schema_get_shard_iterator;
extern const struct shape schema_list_streams;

/* api_2011.c */
extern const struct shape schema_batch_get_item_2011;
extern const struct shape schema_batch_write_item_2011;
extern const struct shape schema_create_table_2011;
extern const struct shape schema_delete_item_2011;
extern const struct shape schema_delete_table_2011;
extern const struct shape schema_describe_table_2011;
extern const struct shape schema_get_item_2011;
extern const struct shape schema_list_tables_2011;
extern const struct shape schema_put_item_2011;
extern const struct shape schema_query_2011;
extern const struct shape schema_scan_2011;
extern const struct shape schema_update_item_2011;
extern const struct shape schema_update_table_2011;

#endif
