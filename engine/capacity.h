/*
 * capacity.h - what a request consumed of one table, and how ConsumedCapacity shows it.
 *
 * Source: AWS developer guide, "DynamoDB read and write operations"; facts/fidelity.md section 4. Read units are of 4 KB,
 * half when eventually consistent; write units are of 1 KB; both doubled in a transaction.
 */
#ifndef DDBMOCK_ENGINE_CAPACITY_H
#define DDBMOCK_ENGINE_CAPACITY_H

#include "engine/buffer.h"
#include "engine/table.h"

struct capacity {
    const struct table *table;
    struct slice
        name; /* TableName as the request has it: an ARN is shown as an ARN. AWS API reference, ConsumedCapacity */
    double read, write;             /* units of the table itself */
    double index_read[INDEXES_MAX]; /* of table->indexes[i] */
    double index_write[INDEXES_MAX];
};

/* Units for `bytes` read in one go: at least one step, even for nothing. */
double capacity_read_units(uint64_t bytes, bool consistent);

/* Units for an image of `bytes` written: at least 1. */
double capacity_write_units(uint64_t bytes);

/* What ReturnConsumedCapacity asks for. */
enum capacity_detail { CAPACITY_NONE, CAPACITY_TOTAL, CAPACITY_INDEXES };
enum capacity_detail capacity_detail(const json_t *input);

/* Appends one ConsumedCapacity object; `split` adds ReadCapacityUnits and WriteCapacityUnits, as transactions do. */
void capacity_write_json(struct buffer *out, const struct capacity *capacity,
                         enum capacity_detail detail, bool split);

#endif
