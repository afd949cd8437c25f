/*
 * schema.h - the shape and the constraints of every request, as data, and the one place that checks them.
 *
 * A structure is a list of members, a member is a name and a shape. The tables are in engine/schema/; their
 * source is the service model inside botocore 1.44.5 (facts/model-constraints.tsv), and for what the model
 * does not say (print orders of enums, Java type names, which layer speaks) facts/fidelity.md and
 * facts/operations.md.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_SCHEMA_H
#define DDBMOCK_ENGINE_SCHEMA_SCHEMA_H

#include <jansson.h>

#include "engine/request.h"

struct pattern; /* engine/schema/patterns.h */

enum shape_kind {
    SHAPE_STRING,
    SHAPE_INTEGER, /* 32 bits, as Java's Integer */
    SHAPE_LONG,
    SHAPE_DOUBLE,
    SHAPE_BOOLEAN,
    SHAPE_BLOB,
    SHAPE_TIMESTAMP,
    SHAPE_LIST,
    SHAPE_MAP,
    SHAPE_STRUCTURE,
    SHAPE_ATTRIBUTE_VALUE, /* the union of ten, recursive */
};

struct shape {
    enum shape_kind kind;
    const char *name; /* the model's: "KeySchemaElement" */
    bool has_minimum, has_maximum;
    long long minimum, maximum;    /* of a length or of a value */
    const struct pattern *pattern; /* NULL: none */
    const struct shape
        *unless_arn;           /* what a string that is no "arn:..." must satisfy too; or NULL */
    const char *const *values; /* of an enum, as the service orders them, then NULL; or NULL */
    bool (*also)(struct slice value); /* whether a value that is none of these is taken; or NULL */
    const char *const *values_2026;   /* the same as the 2026 cohort prints it; NULL: as `values` */
    const char *when_empty;           /* all that is said of an empty map; or NULL */
    bool when_empty_2026;             /* ... in the 2026 cohort too */
    const struct shape *key;          /* of a map's keys; NULL: any string */
    const struct shape *element;      /* of a list's members or a map's values */
    const struct member
        *members; /* of a structure, in the order of checks; the last has a NULL name */
    const char *const
        *printed;         /* names as Java's toString orders them, then NULL; NULL: as `members` */
    unsigned reworded;    /* of an operation's input: what the 2026 framework has reached of it */
    bool worded_as_value; /* checked, in its own words, by who reads the value; not here */
};

/* What is said when a member is absent. */
enum presence {
    OPTIONAL,
    REQUIRED, /* "Value null at 'x' failed to satisfy constraint: Member must not be null" */
    REQUIRED_PARAMETER, /* only "The parameter 'X' is required but was not present in the request" */
    REQUIRED_BY_SERVICE, /* as REQUIRED, where the model says optional */
    REQUIRED_BY_READER,  /* said, in its own words, by who reads the value; not here */
};

/* What the cohort of 2026 words otherwise of an operation: shape.reworded, see wording.h. */
enum {
    REWORDED_CONSTRAINTS = 1, /* violations of the model */
    REWORDED_VALUES = 2,      /* values and expressions: VALUE_LAYER_CURRENT */
    REWORDED_ENVELOPE = 4,    /* everything else that is wrong with the request itself, too */
    REWORDED_LISTS = 8,       /* all violations are listed as ever, not the first alone */
};

struct member {
    const char *name; /* as on the wire */
    const struct shape *shape;
    enum presence presence;
};

/* For the tables: MINIMUM(3), MAXIMUM(255), .values = VALUES("HASH", "RANGE"). */
#define MINIMUM(n) .has_minimum = true, .minimum = (n)
#define MAXIMUM(n) .has_maximum = true, .maximum = (n)
#define VALUES(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/*
 * Checks types: 0, or -1 after failing the request with the SerializationException of the first wrong member,
 * first in the order of the JSON. Unknown members are taken out of the input, so that nobody reads what the
 * operation does not have, and null is the same as missing, as the service has it; a null inside a list or a
 * map passes here. What passes with another type than its shape's: a number with a fraction for an integer
 * (the service drops the fraction), and "true", "false", "yes", "no", "1", "0" for a Boolean, in upper or
 * lower case (see schema_boolean).
 */
int schema_check_types(struct request *request, const struct shape *shape, json_t *input);

/*
 * Checks constraints: 0, or -1 after failing the request with "N validation error(s) detected: ...", all
 * violations (ten at the most) in the service's order, in the wording of wording_get(). Types have been
 * checked before. Afterwards no list and no map holds a null, except those of attribute values.
 */
int schema_check_constraints(struct request *request, const struct shape *shape,
                             const json_t *input);

/* What a value of SHAPE_BOOLEAN that has passed schema_check_types means; false for anything else. */
bool schema_boolean(const json_t *value);

#endif
