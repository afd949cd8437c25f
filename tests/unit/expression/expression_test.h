/*
 * expression_test.h - expressions in tests without an engine: a request that nothing runs, the
 * names and values that the tables use, and the service's sentences with their changing parts as
 * arguments.
 */
#ifndef DDBMOCK_TESTS_UNIT_EXPRESSION_EXPRESSION_TEST_H
#define DDBMOCK_TESTS_UNIT_EXPRESSION_EXPRESSION_TEST_H

#include <criterion/criterion.h>

#include "engine/expression/expression.h"
#include "engine/value_json.h"

struct expression_error {
    const char *expression;
    const char *message; /* without "Invalid ...Expression: " */
};

/* A request for parsing and evaluating; to be given back with request_destroy. */
struct request *create_request(void);

/* `text` as JSON, with ' for "; it belongs to the request. */
const json_t *test_json(struct request *request, const char *text);

/* An item or a map of values. */
struct map test_item(struct request *request, const char *json);

/*
 * #a is aa, #p is pk, #b is b.c; :s x, :S S, :v v, :n 1, :n2 2, :b the byte a, :t true, :z null, :l
 * [], :m {}, and the sets :ss, :ns and :bs of x, 1 and a.
 */
struct placeholders *test_placeholders(struct request *request);

/* What parsing an expression fails the request with; "" when it does not. Valid until the request
 * is destroyed. */
const char *parse_message(struct request *request, enum expression_kind kind,
                          const char *expression);

/* That each row is refused with its message, its whole message. */
void check_errors(enum expression_kind kind, const struct expression_error *rows, size_t count);

/* A map as JSON, in the request's arena. */
const char *map_string(struct request *request, const struct map *map);

#define SYNTAX(token, near) "Syntax error; token: \"" token "\", near: \"" near "\""
#define EMPTY               "The expression can not be empty;"
#define PARENTHESES         "The expression has redundant parentheses;"
#define UNKNOWN(function)   "Invalid function name; function: " function
#define RESERVED(word)      "Attribute name is a reserved keyword; reserved keyword: " word
#define INDEX(index)        "List index is not within the allowable range; index: " index
#define TOO_DEEP(levels)    "The document path has too many nesting levels; nesting levels: " levels
#define MISPLACED(function)                                                                        \
    "The function is not allowed to be used this way in an expression; function: " function
#define NOT_IN_UPDATE(function)                                                                    \
    "The function is not allowed in an update expression; function: " function
#define COUNT(operator, count)                                                                     \
    "Incorrect number of operands for operator or function; operator or function: "                \
    operator", number of operands: " count
#define TYPE(operator, type)                                                                       \
    "Incorrect operand type for operator or function; operator or function: "                      \
    operator", operand type: " type
#define ACTION_TYPE(action, type)                                                                  \
    "Incorrect operand type for operator or function; operator: " action ", operand type: " type   \
    ", typeSet: ALLOWED_FOR_" action "_OPERAND"
#define DISTINCT(operator, first)                                                                  \
    "The first operand must be distinct from the remaining operands for this operator or "         \
    "function; operator: "                                                                         \
    operator", first operand: " first
#define NO_NAME(name)                                                                              \
    "An expression attribute name used in the document path is not defined; attribute name: " name
#define NO_VALUE(value)                                                                            \
    "An expression attribute value used in expression is not defined; attribute value: " value
#define NO_PATH(function)                                                                          \
    "Operator or function requires a document path; operator or function: " function
#define SECTION(section)                                                                           \
    "The \"" section "\" section can only be used once in an update expression;"
#define OVERLAP(one, two)                                                                          \
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "      \
    "path one: " one ", path two: " two
#define CONFLICT(one, two)                                                                         \
    "Two document paths conflict with each other; must remove or rewrite one of these paths; "     \
    "path one: " one ", path two: " two

#endif
