/*
 * table_settings.h - capacity, streams, encryption, class and tags in the input of CreateTable and
 * UpdateTable: read and checked. Texts are those of facts/control-plane-errors.tsv.
 *
 * Functions that return int return 0, or -1 after failing the request.
 */
#ifndef DDBMOCK_ENGINE_OPERATIONS_TABLE_SETTINGS_H
#define DDBMOCK_ENGINE_OPERATIONS_TABLE_SETTINGS_H

#include "engine/table.h"

/* Reads ProvisionedThroughput, which schema/ has found complete. */
int read_throughput(struct request *request, const json_t *throughput, struct throughput *out);

/*
 * OnDemandThroughput of a table (`index` NULL) or index; missing members leave *most alone. -1
 * means no limit when `updating`; *cleared, unless NULL, then has it as -1 for the answer and
 * *most as 0.
 */
int read_on_demand(struct request *request, const json_t *on_demand, const struct slice *index,
                   bool is_on_demand, bool updating, struct on_demand_throughput *most,
                   struct on_demand_throughput *cleared);

/* The WarmThroughput that capacity alone gives. */
void set_warm(struct warm_throughput *warm, bool on_demand, const struct throughput *throughput);

/*
 * WarmThroughput of a table (`index` NULL) or index, not below what *warm has: what capacity alone
 * gives, or, when `updating`, what is in effect now, the last request's value being no more than
 * asked for (DDB-TABLE-049, 459). With `updating` any value, be it the same, is under way for a time.
 */
int read_warm(struct request *request, const json_t *input, const struct slice *index,
              bool on_demand, bool updating, struct warm_throughput *warm);

/* SSESpecification; sets only kms and key of *out. */
int read_encryption(struct request *request, const json_t *specification, struct encryption *out);

/* Whether KMS has the key that SSESpecification names, as far as that can be known here. */
int check_key(struct request *request, const json_t *specification);

/* TableClass: *infrequent, when it is in the request. Its enum is checked here, in words of its
 * own. */
int read_class(struct request *request, bool *infrequent);

/* "2015-05-20T20:51:10.252", in the arena: the label of a stream that begins then. */
const char *iso_time(struct request *request, int64_t ms);

/* Tags of CreateTable: texts and limits are those of TagResource (operations/tag_checks.c). */
int check_tags(struct request *request, const json_t *tags);

#endif
