/*
 * schema.h - the shape and the constraints of every request, as data, and the one place that checks them.
 *
 * A structure is a list of members, a member is a name and a shape. The tables are in engine/schema/; their source is the
 * service model inside botocore 1.44.5 (facts/model-constraints.tsv), and for what the model does not say (print orders
 * of enums, Java type names, which layer speaks) facts/fidelity.md and facts/operations.md.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_SCHEMA_H
#define DDBMOCK_ENGINE_SCHEMA_SCHEMA_H

#include <jansson.h>

#include "engine/request.h"

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
    const char *name;            /* the model's: "KeySchemaElement" */
    bool has_minimum, has_maximum;
    long long minimum, maximum;  /* of a length or of a value */
    const char *pattern;         /* as the service prints it; NULL: none */
    const char *const *values;   /* of an enum, in the service's print order, NULL at the end; NULL: none */
    const struct shape *key;     /* of a map's keys; NULL: any string */
    const struct shape *element; /* of a list's members or a map's values */
    const struct member *members; /* of a structure; the last has a NULL name */
};

struct member {
    const char *name; /* as on the wire */
    const struct shape *shape;
    bool required;
};

/*
 * Checks types: 0, or -1 after failing the request with the SerializationException of the first wrong member. Unknown
 * members are ignored, and null is the same as missing, as the service has it.
 */
int schema_check_types(struct request *request, const struct shape *shape, const json_t *input);

/*
 * Checks constraints: 0, or -1 after failing the request with "N validation error(s) detected: ...", all violations (ten
 * at the most) in the service's order.
 */
int schema_check_constraints(struct request *request, const struct shape *shape, const json_t *input);

#endif
