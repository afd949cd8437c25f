/*
 * table.h - tables and indexes as the engine knows them: the catalogue of definitions, and where it is stored.
 *
 * A definition is one record in storage (engine/keyspace.h), read in the transaction that uses it, so that every process
 * that shares the store sees every change at once. Decoding is cached by the record's own bytes: equal bytes, same table;
 * nothing has to be invalidated.
 */
#ifndef DDBMOCK_ENGINE_TABLE_H
#define DDBMOCK_ENGINE_TABLE_H

#include "engine/request.h"
#include "engine/value.h"

enum {
    KEY_ATTRIBUTES_MAX = 4, /* partition key attributes of a GSI, and sort key attributes; a table has 1 and 0 to 1 */
    INDEXES_MAX = 25,       /* 20 global and 5 local. AWS developer guide, ServiceQuotas */
};

struct key_attribute {
    struct slice name;
    enum value_type type; /* VALUE_S, VALUE_N or VALUE_B */
};

/* Partition key attributes first: `partition_count` of them, then `sort_count`. */
struct key_schema {
    struct key_attribute partition[KEY_ATTRIBUTES_MAX];
    struct key_attribute sort[KEY_ATTRIBUTES_MAX];
    unsigned partition_count, sort_count;
};

enum projection_type { PROJECTION_ALL, PROJECTION_KEYS_ONLY, PROJECTION_INCLUDE };

struct throughput {
    int64_t read, write; /* units per second; 0 and 0 when on demand */
    int64_t last_increase, last_decrease; /* ms since the epoch; 0: never */
    int64_t decreases;                    /* in the UTC day of last_decrease */
};

struct index {
    uint64_t id; /* of its key space: never used again, not even for an index of the same name */
    struct slice name;
    struct key_schema keys;
    bool global;
    enum projection_type projection;
    struct slice *included; /* PROJECTION_INCLUDE: the non-key attributes, sorted */
    size_t included_count;
    struct throughput throughput;
    int64_t created;      /* ms since the epoch */
    int64_t active_at;    /* CREATING until then */
    int64_t updated_at;   /* UPDATING until then; 0: never */
    int64_t deleted_at;   /* DELETING until then, gone after it; 0: not being deleted */
};

struct table {
    uint64_t id;       /* of its key space: never used again */
    char uuid[UUID_SIZE]; /* TableId */
    struct slice name;
    struct key_schema keys;
    struct index *indexes; /* sorted by name; none that is gone */
    size_t index_count;
    struct key_attribute *definitions; /* AttributeDefinitions, sorted by name */
    size_t definition_count;
    bool on_demand;         /* BillingMode PAY_PER_REQUEST */
    bool was_on_demand;     /* ever: DescribeTable then has BillingModeSummary */
    int64_t on_demand_since;
    struct throughput throughput;
    int64_t created, active_at, updated_at, deleted_at; /* as of an index */
    bool deletion_protected;
    json_t *settings; /* members that are stored and described back as they came: StreamSpecification, SSESpecification,
                         TableClass, Tags, OnDemandThroughput, WarmThroughput, ResourcePolicy, ... */
};

/* Live sizes; kept beside the definition, because every write changes them. */
struct table_size {
    uint64_t items, bytes;
};

/*
 * Finds a table of the request's region by TableName, which may be an ARN, in the open transaction. 0 and *out, valid
 * until the request ends; or -1 after failing the request: for data operations "Requested resource not found" when it
 * does not exist or is not ACTIVE yet, for `control` ones "Requested resource not found: Table: x not found".
 */
int table_find(struct request *request, struct slice name, bool control, const struct table **out);

/* The index of that name, or NULL. */
const struct index *table_index(const struct table *table, struct slice name);

/* Size of a table or index by its key space id, in the open transaction. 0, or -1 after failing the request. */
int table_size_get(struct request *request, uint64_t id, struct table_size *out);

/* Adds to it (both may be negative). Write transactions only. */
int table_size_add(struct request *request, uint64_t id, int64_t items, int64_t bytes);

/* "arn:aws:dynamodb:us-east-1:123456789012:table/name", in the request's arena. */
char *table_arn(struct request *request, const struct table *table);

#endif
