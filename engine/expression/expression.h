/*
 * expression.h - the five expression languages: condition, filter, key condition, projection,
 * update.
 *
 * Each goes the same way: tokenize, parse, resolve (names and values put in, operand types and
 * document paths checked), evaluate. Parsing knows no item and no table; evaluating cannot fail but
 * where the header says so. The pre-expression parameters (Expected, ScanFilter, KeyConditions,
 * AttributeUpdates, ...) are translated into the same trees.
 *
 * Everything lives in the request's arena. Parse functions return 0, or -1 after failing the
 * request with the service's ValidationException ("Invalid ConditionExpression: Syntax error;
 * token: ..."). Depth is bounded: what nests deeper than the service allows fails as it does there,
 * and never by the stack.
 */
#ifndef DDBMOCK_ENGINE_EXPRESSION_EXPRESSION_H
#define DDBMOCK_ENGINE_EXPRESSION_EXPRESSION_H

#include "engine/request.h"
#include "engine/table.h"
#include "engine/value.h"

enum expression_kind {
    EXPRESSION_CONDITION,
    EXPRESSION_FILTER,
    EXPRESSION_KEY_CONDITION,
    EXPRESSION_PROJECTION,
    EXPRESSION_UPDATE,
};

/* ExpressionAttributeNames and ExpressionAttributeValues of one request (or of one member of a
 * transaction). */
struct placeholders;

/*
 * Reads both from `input` (an operation's input, or a transaction's Put, Update, ...). Checks their
 * own rules: "#" and ":" first, not empty, sizes, values' content in the wording of the request's layer.
 */
int placeholders_read(struct request *request, const json_t *input, struct placeholders **out);

/* After all expressions of the input have been parsed: fails the request when one was not used. */
int placeholders_check_used(struct request *request, const struct placeholders *placeholders);

/* One element of a document path: an attribute name, or an index into a list. */
struct path_element {
    struct slice name; /* data is NULL for a list index */
    uint32_t index;
};

struct path {
    struct path_element *elements;
    size_t count; /* at least 1 */
};

/* A condition or filter: a tree of which only expression/ knows the inside. */
struct condition;

/* `text` NULL data: no condition, *out is NULL. */
int condition_parse(struct request *request, enum expression_kind kind, struct slice text,
                    struct placeholders *placeholders, struct condition **out);

/* Whether `item` (NULL or empty: there is none) meets it; NULL is always met. */
bool condition_met(const struct condition *condition, const struct map *item);

/* Fails the request when a filter names a primary key attribute of `keys`: "Filter Expression can
 * only contain ...". NULL is fine. Of several the schema's first: dynalite, DynamoDB Local 2.6.1. */
int filter_check_keys(struct request *request, const struct condition *filter,
                      const struct key_schema *keys);

/*
 * Fails the request when a condition looks inside a key attribute of the table, or of one of its
 * indexes, whatever is read: "Key attributes must be scalars; ...: Key: pk", "...: IndexKey: g"
 * (dynalite, reverse-engineered from the service). NULL is fine.
 */
int condition_check_key_paths(struct request *request, const struct condition *condition,
                              const struct table *table);

/* The names of the top-level attributes that a condition reads, for working out what an index
 * lacks. */
void condition_top_level(const struct condition *condition,
                         void (*visit)(void *context, struct slice name), void *context);

/* What a KeyConditionExpression or KeyConditions asks of a table or index. */
enum sort_operator {
    SORT_ALL,
    SORT_EQ,
    SORT_LT,
    SORT_LE,
    SORT_GT,
    SORT_GE,
    SORT_BETWEEN,
    SORT_BEGINS_WITH
};

struct key_condition {
    const struct value *partition[KEY_ATTRIBUTES_MAX]; /* one for each partition key attribute */
    const struct value
        *equal[KEY_ATTRIBUTES_MAX]; /* of the first `equal_count` sort key attributes */
    unsigned equal_count;
    enum sort_operator
        sort_operator; /* on the sort key attribute after those; SORT_ALL or one of the ranges */
    const struct value *low, *high; /* high: SORT_BETWEEN only */
};

/*
 * Parses the expression as any other condition; then (key_expression_check) sees that it is nothing but one comparison
 * for each attribute; then (key_condition_resolve) sets it against the key schema of what is queried. Three steps, because
 * the service looks at the other expressions after the first and at the table after the second: [dyl]. The second does
 * nothing to KeyConditions, and has the number of conditions for answer, or -1 after failing the request.
 */
struct key_expression;
int key_expression_parse(struct request *request, struct slice text,
                         struct placeholders *placeholders, struct key_expression **out);
int key_expression_check(struct request *request, struct key_expression *expression);
int key_condition_resolve(struct request *request, const struct key_expression *expression,
                          const struct key_schema *keys, struct key_condition *out);

/* A projection: paths, none overlapping. */
struct projection;
int projection_parse(struct request *request, struct slice text, struct placeholders *placeholders,
                     struct projection **out);

/* The parts of `item` that it names, in the arena; NULL gives the item itself. */
struct map projection_apply(struct arena *arena, const struct projection *projection,
                            const struct map *item);
void projection_top_level(const struct projection *projection,
                          void (*visit)(void *context, struct slice name), void *context);

/* As condition_check_key_paths. */
int projection_check_key_paths(struct request *request, const struct projection *projection,
                               const struct table *table);

/* An update: SET, REMOVE, ADD, DELETE actions, none overlapping. */
struct update;
int update_parse(struct request *request, struct slice text, struct placeholders *placeholders,
                 struct update **out);

/*
 * Fails the request when it touches a key attribute, "Cannot update attribute pk. This attribute is
 * part of the key"; when it gives a key attribute of an index a value that is known to be of another
 * type before any item is read, "Type mismatch for Index Key ..."; or when it reads or writes inside
 * a key attribute. NULL is fine.
 */
int update_check_keys(struct request *request, const struct update *update,
                      const struct table *table);

/*
 * Applies it to `item`, which has at least the key attributes; all operands read the item as it
 * was. 0, or -1 after failing the request: a path that does not exist, an operand of the wrong
 * type, a number out of range, nesting too deep.
 */
int update_apply(struct request *request, const struct update *update, struct map *item);

/*
 * Whether an update has actions, and none but to take attributes or elements away: where there is no item, such a one makes
 * none. Source: seen on the service, scylladb/scylladb#5862; AWS API reference, AttributeUpdates: "DELETE - Causes nothing
 * to happen". NULL does not.
 */
bool update_only_deletes(const struct update *update);

/* What UpdateItem holds against the limit of an item's size beside the item itself; `image` is what update_apply made. */
size_t update_size(const struct update *update, const struct map *image);

/* Whether it was made of AttributeUpdates. NULL was not. */
bool update_is_legacy(const struct update *update);

/*
 * For ReturnValues UPDATED_OLD and UPDATED_NEW: the parts of `image` that the update's paths name. So what SET put behind a
 * list's end is none of them (ExtendDB/extenddb#98, compared with the service); of a list that REMOVE took an element from it
 * is the one that has that index now, as DynamoDB Local has it, which is unverified.
 */
struct map update_touched(struct arena *arena, const struct update *update,
                          const struct map *image);

/*
 * The parameters of before expressions. Each returns 0 and *out (NULL when the parameter is not
 * there), or -1 after failing the request.
 */
/* Whether `name` is one of the API's ComparisonOperators. */
bool comparison_is_known(struct slice name);

int legacy_expected(struct request *request, const json_t *input, struct condition **out);
int legacy_filter(struct request *request, const json_t *input, const char *parameter,
                  struct condition **out);
int legacy_key_conditions(struct request *request, const json_t *input,
                          struct key_expression **out);
int legacy_attributes_to_get(struct request *request, const json_t *input, struct projection **out);
int legacy_attribute_updates(struct request *request, const json_t *input, struct update **out);

/*
 * Fails the request when it has both expressions and parameters of before them, "Can not use both expression and
 * non-expression parameters in the same request: ...", or names or values but no expression. Before all of the above:
 * what the values in the request are comes after it, then the parameters of before expressions, then
 * placeholders_read and the expressions.
 */
int expressions_check_parameters(struct request *request, const json_t *input);

#endif
