/*
 * ddbmock_plugin.h - operations and comparison operators from outside: what a shared object exports that DDBMOCK_PLUGINS
 * names. docs/plugins.md shows how one is made.
 *
 * The object exports one variable, ddbmock_plugin. It links nothing of ddbmock: what it calls is handed to it. Types
 * and constraints of a request are checked from its shape before the plugin sees it, in the service's words. A plugin's functions
 * are called from the threads of the program, several at a time; they must return, and must not exit, print, fork or
 * make requests of their own to DynamoDB over a socket.
 */
#ifndef DDBMOCK_PLUGIN_H
#define DDBMOCK_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DDBMOCK_PLUGIN_VERSION 1u

enum ddbmock_kind {
    DDBMOCK_STRING = 1,
    DDBMOCK_INTEGER, /* of 32 bits */
    DDBMOCK_LONG,
    DDBMOCK_DOUBLE,
    DDBMOCK_BOOLEAN,
    DDBMOCK_BLOB,            /* base64 */
    DDBMOCK_LIST,            /* of `element` */
    DDBMOCK_MAP,             /* from strings to `element` */
    DDBMOCK_STRUCTURE,       /* of `members` */
    DDBMOCK_ATTRIBUTE_VALUE, /* {"S": "..."} and its like */
};

struct ddbmock_shape {
    enum ddbmock_kind kind;
    const char *name; /* for messages; NULL: none */
    bool has_minimum, has_maximum;
    long long minimum, maximum;           /* of a length, a count or a value */
    const char *const *values;            /* all that a string may be, then NULL; NULL: anything */
    const struct ddbmock_shape *element;  /* of a list or a map; may lead back to this shape */
    const struct ddbmock_member *members; /* in the order of checks; the last has a NULL name */
};

struct ddbmock_member {
    const char *name; /* as on the wire */
    const struct ddbmock_shape *shape;
    bool required;
};

struct ddbmock_call; /* one request to one operation, while its `run` lasts */

/* What an operation calls. Every text that comes back is valid until the operation returns. */
struct ddbmock_services {
    /* The request's body, a JSON object; *length, when length is not NULL, without the NUL. */
    const char *(*input)(struct ddbmock_call *call, size_t *length);

    /* The Region that was asked ("us-east-1"). */
    const char *(*region)(struct ddbmock_call *call);

    /* A member of the body that is a string: NUL-terminated, NULL when it is missing or null. */
    const char *(*string)(struct ddbmock_call *call, const char *member, size_t *length);

    /* A member that is a number, or a boolean; `fallback` when it is missing or null. */
    long long (*integer)(struct ddbmock_call *call, const char *member, long long fallback);
    bool (*boolean)(struct ddbmock_call *call, const char *member, bool fallback);

    /* The description of a table by its name: a JSON object, the "Table" of DescribeTable. NULL: there is none. */
    const char *(*table)(struct ddbmock_call *call, const char *name);

    /*
     * Another operation, such as "GetItem" or "DynamoDB_custom.HelloWorld", in the same Region; it stands for itself,
     * and is not undone when this one fails. *status is the HTTP status; the answer is its body.
     */
    const char *(*request)(struct ddbmock_call *call, const char *target, const char *body,
                           int *status);

    /* The answer, a JSON object, as printf forms it; the last one counts. Without one it is {}. */
    void (*respond)(struct ddbmock_call *call, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

    /*
     * Answers with an error instead (status 400; the first one counts): `error` is a name, "ValidationException" or one
     * of its own; `format` is printf's. Always -1, so that an operation can end in return ddbmock->fail(...).
     */
    int (*fail)(struct ddbmock_call *call, const char *error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

    /* printf, into memory that lasts until the operation returns. */
    const char *(*print)(struct ddbmock_call *call, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

    /* `text` as a JSON string, in quotes. `length` -1: up to the NUL. */
    const char *(*quote)(struct ddbmock_call *call, const char *text, ptrdiff_t length);
};

struct ddbmock_operation {
    const char
        *target; /* of X-Amz-Target: "DynamoDB_custom.HelloWorld"; not one of the service's */
    const struct ddbmock_shape *input; /* a DDBMOCK_STRUCTURE */

    /* 0, or -1 after ddbmock->fail. */
    int (*run)(const struct ddbmock_services *ddbmock, struct ddbmock_call *call);
};

/*
 * A comparison operator beside EQ, CONTAINS and the others of the API's, for the ComparisonOperator of Expected, QueryFilter
 * and ScanFilter; no key condition can have it.
 */
struct ddbmock_operator {
    const char *name;     /* "SOUNDS_LIKE"; not one of the API's */
    unsigned least, most; /* values that AttributeValueList may have */

    /*
     * Whether an item's attribute meets it. All are attribute values as JSON, {"S":"x"}; `attribute` is NULL where the item has
     * none. Called once for each item.
     */
    bool (*holds)(const char *attribute, const char *const *values, unsigned count);
};

struct ddbmock_plugin {
    unsigned version;                           /* DDBMOCK_PLUGIN_VERSION */
    const struct ddbmock_operation *operations; /* the last has a NULL target; NULL: none */
    const struct ddbmock_operator *operators;   /* the last has a NULL name; NULL: none */
};

#ifdef __cplusplus
}
#endif

#endif
