/*
 * table.h - tables and indexes as the engine knows them: the catalogue of definitions, and where it
 * is stored.
 *
 * A definition is one record in storage (engine/keyspace.h), read in the transaction that uses it,
 * so that every process that shares the store sees every change at once. Decoding is cached by the
 * record's own bytes: equal bytes, same table; nothing has to be invalidated.
 *
 * States are not stored but follow from moments: a table is CREATING before active_at, UPDATING
 * before updated_at, gone after deleted_at. A value that a change replaces only when it settles is
 * kept as old_... and described until then. The answer of an operation that changes a table is its
 * description one millisecond before now, which shows the change under way even where every delay
 * is 0.
 */
#ifndef DDBMOCK_ENGINE_TABLE_H
#define DDBMOCK_ENGINE_TABLE_H

#include "engine/request.h"
#include "engine/value.h"

enum {
    KEY_ATTRIBUTES_MAX = 4, /* partition key attributes of a GSI, and sort key attributes; a table
                               has 1 and 0 to 1 */
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

/* The n-th attribute of a key schema, partition key first; NULL beyond the last. */
static inline const struct key_attribute *key_schema_at(const struct key_schema *keys, unsigned n)
{
    if (n < keys->partition_count)
        return &keys->partition[n];
    n -= keys->partition_count;
    return n < keys->sort_count ? &keys->sort[n] : NULL;
}

/* Whether an attribute is one of the schema's. */
bool key_schema_has(const struct key_schema *keys, struct slice name);

enum projection_type { PROJECTION_ALL, PROJECTION_KEYS_ONLY, PROJECTION_INCLUDE };

enum table_status { TABLE_CREATING, TABLE_UPDATING, TABLE_DELETING, TABLE_ACTIVE };

/* The changes that hold a table in UPDATING, beside those of indexes: the service's refusals name
 * them. */
enum table_change {
    CHANGE_THROUGHPUT,
    CHANGE_BILLING,
    CHANGE_STREAM,
    CHANGE_CLASS,
    CHANGE_COUNT,
};

/* ProvisionedThroughput. The old_ values are described until the change of it has settled. */
struct throughput {
    int64_t read, write;                  /* units per second; 0 and 0 when on demand */
    int64_t last_increase, last_decrease; /* ms since the epoch; 0: never */
    int64_t decreases;                    /* in the UTC day of last_decrease */
    int64_t old_read, old_write, old_decreases;
};

/* OnDemandThroughput: the most units per second; 0: no limit. */
struct on_demand_throughput {
    int64_t read, write;
};

/* WarmThroughput: never decreases. The old_ values are described until updated_at, and while the
 * throughput of its table or index is being changed. */
struct warm_throughput {
    int64_t read, write, old_read, old_write;
    int64_t updated_at; /* its Status is UPDATING until then; 0: settled */
    bool raised;        /* by a request, ever: another raise is quick */
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
    struct on_demand_throughput on_demand;
    struct warm_throughput warm;
    int64_t created;   /* ms since the epoch */
    int64_t active_at; /* CREATING until then */
    int64_t
        backfill_at; /* being added by UpdateTable, and Backfilling from then until active_at; 0:
                            made with the table, or ACTIVE */
    bool filling; /* engine/index_backfill.h: CREATING until it is through, even after active_at */
    int64_t updated_at; /* UPDATING until then; 0: never */
    int64_t deleted_at; /* DELETING until then, gone after it; 0: not being deleted */
};

struct stream_setting {
    bool enabled;
    struct slice view_type; /* "NEW_IMAGE", ...; empty unless enabled */
    struct slice label;     /* of the latest stream; empty: there never was one */
};

/* Server-side encryption with KMS; without it the service encrypts with a key of its own and
 * describes nothing. */
struct encryption {
    bool kms, old_kms;
    struct slice key, old_key; /* ARN; the old one is described for the first two fifths */
    int64_t changed;           /* the last change by UpdateTable, ms since the epoch; 0: none */
    int64_t updated_at;        /* SSEDescription.Status is UPDATING until then */
    int64_t window, changes;   /* the first change of a window of 24 hours, and how many since */
};

struct table_class {
    bool named; /* by CreateTable, were it as STANDARD */
    bool infrequent, old_infrequent;
    int64_t changed, old_changed; /* the last two changes, ms since the epoch; 0: none */
};

struct table {
    uint64_t id;          /* of its key space: never used again */
    char uuid[UUID_SIZE]; /* TableId */
    struct slice name;
    struct key_schema keys;
    struct index *indexes; /* in the order in which they were asked for; none that is gone */
    size_t index_count;
    struct key_attribute *definitions; /* AttributeDefinitions, sorted by name */
    size_t definition_count;
    bool on_demand;              /* BillingMode PAY_PER_REQUEST */
    int64_t on_demand_since;     /* when it last became so, ms since the epoch; 0: it never was */
    int64_t old_on_demand_since; /* described until the switch has settled */
    int64_t billing_changed;     /* when BillingMode was last switched */
    struct throughput throughput;
    struct on_demand_throughput on_demand_limits;
    struct warm_throughput warm;
    int64_t created, active_at, deleted_at; /* as of an index */
    int64_t busy_until[CHANGE_COUNT];       /* UPDATING until then; 0: settled */
    int64_t last_items, last_bytes;         /* while it is DELETING: its size when that began */
    bool deletion_protected;
    int64_t protection_changed; /* by UpdateTable, ms since the epoch; 0: never */
    struct stream_setting stream;
    struct encryption encryption;
    struct table_class class;
    const json_t *tags;                /* a list of {Key, Value} as it came, or NULL */
    struct slice settings_replication; /* GlobalTableSettingsReplicationMode; empty: never set */
    struct slice policy;               /* the resource-based policy, JSON; empty: none */
};

/* Live sizes; kept beside the definition, because every write changes them. */
struct table_size {
    uint64_t items, bytes;
};

/*
 * Finds a table of the request's region by TableName, which may be an ARN, in the open transaction.
 * 0 and *out, valid until the request ends; or -1 after failing the request: for data operations
 * "Requested resource not found" when it does not exist or is not ACTIVE yet, for `control` ones
 * "Requested resource not found: Table: x not found".
 */
int table_find(struct request *request, struct slice name, bool control, const struct table **out);

/* As table_find with `control`, but a missing table is *out = NULL and no failure. `name` is no
 * ARN. */
int table_look(struct request *request, struct slice name, const struct table **out);

/*
 * The name in `given`, a TableName that may be the ARN of a table. 0 and *out, a part of `given`;
 * or -1 after failing the request: an ARN of another region, account or kind of resource.
 */
int table_name(struct request *request, struct slice given, struct slice *out);

/*
 * Calls `visit` for every table of the request's region, in byte order of names, from the first
 * after `after`, until `visit` answers non-zero. 0, or -1 after failing the request. `visit` must
 * not write to the store.
 */
int table_each(struct request *request, struct slice after,
               int (*visit)(void *context, const struct table *), void *context);

/* The index of that name, or NULL. */
const struct index *table_index(const struct table *table, struct slice name);

/*
 * The state at a moment. A table or index that is gone by then counts as TABLE_DELETING. A table is
 * UPDATING also while resources are allocated to a new index, and while one is being deleted
 * (DDB-TABLE-148 of facts/control-plane.md).
 */
enum table_status table_status(const struct table *table, int64_t at);
enum table_status index_status(const struct index *index, int64_t at);

/* Whether that index is between UpdateTable's Create and its backfill. */
bool index_is_allocated(const struct index *index, int64_t at);

/*
 * Stores a definition under its name, new or changed, in the open write transaction: whoever looks
 * from now on, in this transaction or after its commit, sees it. Copies what it needs. 0, or -1
 * after failing the request.
 */
int table_store(struct request *request, const struct table *table);

/* Takes a table out of the catalogue, with its items, its indexes' and their sizes. Write
 * transactions only. 0 or -1. */
int table_forget(struct request *request, const struct table *table);

/* A copy for changing: its arrays are the request's own, and transitions that are over are
 * forgotten. */
struct table *table_change_copy(struct request *request, const struct table *table);

/* Takes the definitions that no key uses any more out of a copy. */
void table_prune_definitions(struct table *table);

/* A new id of a key space, in the open write transaction. 0, or -1 after failing the request. */
int table_new_id(struct request *request, uint64_t *out);

/* Size of a table or index by its key space id, in the open transaction. 0, or -1 after failing the
 * request. */
int table_size_get(struct request *request, uint64_t id, struct table_size *out);

/* Adds to it (both may be negative). Write transactions only. */
int table_size_add(struct request *request, uint64_t id, int64_t items, int64_t bytes);

/* "arn:aws:dynamodb:us-east-1:123456789012:table/name", in the request's arena. */
char *table_arn(struct request *request, const struct table *table);

/* "aws", "aws-cn", "aws-us-gov", ...: the partition of a region, as ARNs name it. */
const char *region_partition(const char *region);

/*
 * How long a transition lasts, in ms: 0 unless DDBMOCK_DELAYS or a test says otherwise. The names and
 * the service's own figures are in table_delays.c.
 */
enum transition {
    TRANSITION_CREATE,          /* a table without indexes */
    TRANSITION_CREATE_INDEXED,  /* one with global indexes */
    TRANSITION_DELETE,          /* a table */
    TRANSITION_THROUGHPUT,      /* of a table */
    TRANSITION_PROVISIONED,     /* BillingMode to PROVISIONED */
    TRANSITION_ON_DEMAND,       /* BillingMode to PAY_PER_REQUEST for the first time */
    TRANSITION_ON_DEMAND_AGAIN, /* and later */
    TRANSITION_STREAM,
    TRANSITION_CLASS,
    TRANSITION_ENCRYPTION,
    TRANSITION_WARM,           /* WarmThroughput, the first raise */
    TRANSITION_WARM_AGAIN,     /* and later */
    TRANSITION_INDEX_ALLOCATE, /* UpdateTable's Create, until it starts to fill the index */
    TRANSITION_INDEX_BACKFILL, /* from there until the index is ACTIVE */
    TRANSITION_INDEX_DELETE,
    TRANSITION_INDEX_UPDATE,
    TRANSITION_PROTECTION, /* how soon DeletionProtectionEnabled may be changed again */
    TRANSITION_COUNT,
};
int64_t table_delay(enum transition transition);
void table_delay_set(enum transition transition, int64_t milliseconds);

/*
 * Sets all delays by the text of DDBMOCK_DELAYS (docs/man/libddbmock.7 has its grammar). 0; or -EINVAL,
 * and every delay 0, when it is no such text.
 */
int table_delays_parse(const char *text);

#endif
