/*
 * limits.h - the service's limits that have changed with the years, as this process keeps them: today's, those of 2012, or
 * any by itself (DDBMOCK_LIMITS).
 *
 * Today's: AWS developer guide, ServiceQuotas. Those of 2012: facts/legacy.md section C, and ddbmock 0.4.0's settings.
 */
#ifndef DDBMOCK_ENGINE_LIMITS_H
#define DDBMOCK_ENGINE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* Names are those of the setting, with '-' for '_'. 0 is no limit, but where it says otherwise. */
struct limits {
    int64_t tables;        /* of an account in a Region */
    int64_t throughput;    /* units that a table may have provisioned, to read and to write */
    int64_t increase;      /* per cent by which one UpdateTable may raise it */
    int64_t decreases;     /* in a UTC day; with 4, one more per hour after them, as today */
    int64_t item;          /* bytes */
    int64_t partition_key; /* bytes of its value, or of all its values */
    int64_t sort_key;      /* the same */
    int64_t read_unit;     /* bytes that one unit reads; never 0 */
    int64_t batch_read;    /* bytes of items in a BatchGetItem's answer */
    int64_t batch_write;   /* bytes of items in a BatchWriteItem */
    int64_t smallest;      /* exponent of the smallest number: -130 is 1E-130 */
    int64_t empty_values;  /* 1: attributes may be empty strings and binaries; 0: they may not */
};

static inline bool limit_passed(int64_t limit, int64_t value)
{
    return limit != 0 && value > limit;
}

/* Constant once engine_open has returned. */
extern struct limits limits;

/* Reads DDBMOCK_LIMITS; a bad one is left out, with a setting_wrong. After settings_load. */
void limits_read(void);

#endif
