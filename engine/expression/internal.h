/*
 * internal.h - what the files of expression/ share: tokens, the parser, operands, the compiled
 * condition. Nobody outside this directory includes it.
 *
 * The way of an expression: tokenize (tokenizer.c) -> parse (parser.c and the file of its kind) ->
 * check words and function names -> resolve names and values, check operands (resolve.c) -> the
 * thing that the kind's own file evaluates.
 *
 * Order of the checks, over the whole expression one after the other. Source: behaviour of Amazon's
 * own validator, probed with pairs of errors in DynamoDB Local 2.6.1, and facts/fidelity.md section
 * 5 where it says the same:
 *  1. empty, then size;
 *  2. syntax, at the first token that no expression could have there, and redundant parentheses,
 * whichever comes first;
 *  3. in the order of the text: unknown function, function in the wrong place, reserved word, list
 * index out of range, and for an update, at the end of each section, a section used twice;
 *  4. conditions, in the order of the text, operand by operand: undefined name or value, path too
 * deep, then the function's or operator's own number of operands, document path, distinct operands,
 * operand types, bounds; operators are counted on the way, AND, OR and NOT after all others;
 *     projections: undefined name, depth, overlap, path by path from the last to the first;
 *     updates: all target paths from the last to the first as a projection's, then all values from
 * the last to the first;
 *  5. the size with names and values put in. What was never used among names and values comes after all expressions of
 * the request (placeholders_check_used).
 *
 * Nothing here recurses by the depth of the text: the parser keeps its own stack in the arena.
 */
#ifndef DDBMOCK_ENGINE_EXPRESSION_INTERNAL_H
#define DDBMOCK_ENGINE_EXPRESSION_INTERNAL_H

#include "engine/expression/expression.h"

enum {
    EXPRESSION_SIZE_MAX =
        4096, /* bytes, before names and values are put in. AWS developer guide, ServiceQuotas */
    RESOLVED_SIZE_MAX =
        1024 * 1024,     /* bytes, with names and values put in. Measured in DynamoDB Local 2.6.1 */
    OPERATORS_MAX = 300, /* operators and functions. AWS developer guide, ServiceQuotas */
    IN_OPERANDS_MAX = 100, /* AWS developer guide, ServiceQuotas */
    PATH_DEPTH_MAX = 32,   /* elements of a document path; the same source */
};

/* For printf's "%.*s". */
#define SLICE_ARGUMENTS(slice) (int)(slice).length, (slice).data

enum token_type {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NAME_PLACEHOLDER,  /* #name */
    TOKEN_VALUE_PLACEHOLDER, /* :name */
    TOKEN_INDEX,             /* 0, or digits that do not begin with 0 */
    TOKEN_OPEN,              /* ( */
    TOKEN_CLOSE,             /* ) */
    TOKEN_OPEN_INDEX,        /* [ */
    TOKEN_CLOSE_INDEX,       /* ] */
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_EQ, /* the comparators, in the order of enum comparator */
    TOKEN_NE,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_GT,
    TOKEN_GE,
    TOKEN_AND, /* keywords, whatever their case; reserved in every kind of expression */
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_BETWEEN,
    TOKEN_IN,
    TOKEN_SET,
    TOKEN_REMOVE,
    TOKEN_ADD,
    TOKEN_DELETE,
    TOKEN_UNKNOWN, /* one character that begins no token */
};

struct token {
    enum token_type type;
    size_t start, end; /* in the text */
};

enum comparator { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

enum function {
    FUNCTION_ATTRIBUTE_EXISTS,
    FUNCTION_ATTRIBUTE_NOT_EXISTS,
    FUNCTION_ATTRIBUTE_TYPE,
    FUNCTION_BEGINS_WITH,
    FUNCTION_CONTAINS,
    FUNCTION_SIZE,
    FUNCTION_IF_NOT_EXISTS,
    FUNCTION_LIST_APPEND,
    FUNCTION_UNKNOWN,
};

enum operand_type { OPERAND_PATH, OPERAND_VALUE, OPERAND_CALL, OPERAND_PLUS, OPERAND_MINUS };

/* Where a function call stands. */
enum place {
    PLACE_WHOLE,    /* it is a condition by itself, or all that a SET action assigns */
    PLACE_OPERAND,  /* compared, or added */
    PLACE_ARGUMENT, /* of another call */
};

struct operand {
    enum operand_type type;
    enum place place;
    enum function function;     /* of a call */
    struct slice text;          /* a call's name, or a value's placeholder */
    struct path path;           /* names still with their "#" until resolved */
    size_t first_token, tokens; /* of a path */
    const struct value *value;  /* of a value, once resolved */
    struct operand *arguments, *last_argument;
    unsigned argument_count;
    struct operand *next;  /* in the list of arguments that this one is in */
    size_t completed_from; /* index in `completed` of the first operand that belongs to this one */
};

enum leaf_type { LEAF_COMPARE, LEAF_BETWEEN, LEAF_IN, LEAF_CALL, LEAF_PLUGIN };

/*
 * One comparison or function call of a condition. A condition is compiled into its leaves in the
 * order of the text, each with the leaf to go to when it is false and when it is true: AND, OR, NOT
 * and parentheses leave nothing else behind, and evaluating is a loop.
 */
struct leaf {
    enum leaf_type type;
    enum comparator comparator;
    struct operand *operands; /* left, right; operand, low, high; operand, list...; or the call */
    unsigned operand_count;
    size_t completed_from, completed_to;   /* its operands in `completed` */
    const struct ddbmock_operator *plugin; /* of LEAF_PLUGIN; `texts` are its values as JSON */
    const char *const *texts;
    int target[2]; /* [met]: a leaf's index, CONDITION_MET or CONDITION_UNMET */
};

enum { CONDITION_MET = -1, CONDITION_UNMET = -2 };

struct condition {
    struct leaf *leaves;
    size_t count;
    int entry;                 /* the leaf to begin with */
    struct operand **operands; /* all, in the order in which they end in the text */
    size_t operand_count;
    bool legacy; /* made of QueryFilter: words one message otherwise */
};

/* Leaves of a condition, and jumps out of them that do not know yet where to. */
struct jumps {
    int head, tail; /* 2 * leaf + which target; chained through the targets; -1: none */
};

struct fragment {
    int entry;
    struct jumps when[2]; /* [met] */
};

struct parser {
    struct request *request;
    struct arena *arena;
    enum expression_kind kind;
    struct slice text;
    struct placeholders *placeholders;
    struct token *tokens; /* the last is TOKEN_END */
    size_t token_count;
    size_t position;
    bool redundant_parentheses;
    struct operand **started;   /* in the order of the text: a call before its arguments */
    struct operand **completed; /* a call after its arguments */
    size_t started_count, completed_count;
    struct leaf *leaves;
    size_t leaf_count, leaf_capacity;
    size_t substituted; /* bytes of the names and values put in, each as often as it is used */
    unsigned operators; /* counted so far */
    unsigned logical_operators; /* AND, OR, NOT */
    const char *logical_name; /* the OR or NOT nearest to the root, and its first leaf; NULL: there
                                 is none */
    int logical_first;
    size_t
        duplicate_section_at; /* operands started before the end of the first section used twice */
    const char *duplicate_section;
};

/* messages.c: the service's sentences. Each fails the request and returns -1. */
int expression_fail(const struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int fail_syntax(const struct parser *parser); /* at the current token */
int fail_parentheses(const struct parser *parser);
int fail_function_place(const struct parser *parser, struct slice function);
int fail_undefined_name(const struct parser *parser, struct slice name);
int fail_undefined_value(const struct parser *parser, struct slice name);
int fail_operand_count(const struct parser *parser, const char *name, unsigned count);
int fail_operand_type(const struct parser *parser, const char *name, const char *type);
int fail_document_path(const struct parser *parser, const char *function);
int fail_not_distinct(const struct parser *parser, const char *name, const struct path *first);
int fail_bounds(const struct parser *parser, const char *what, const struct value *low,
                const struct value *high);

/* Whether a path looks inside a key attribute of the table, or of an index: then the request fails, -1; else 0. */
enum key_owner_kind { TABLE_KEYS, INDEX_KEYS };
int check_key_path(struct request *request, const struct table *table, const struct path *path,
                   enum key_owner_kind owner);
char *path_string(struct arena *arena, const struct path *path); /* "[a, [0], b]" */
uint32_t java_hash(struct slice text); /* Java's String.hashCode: some messages list names in the
                                          order of a HashMap */

/* tokenizer.c: fills parser->tokens, or fails the request: an empty or too long expression. */
int tokenize(struct parser *parser);

/* reserved.c: whatever the case. */
bool is_reserved_word(struct slice word);

/*
 * Orders a word against an ASCII word in capitals, whatever the word's own case. Not strcasecmp:
 * the host program may have set a Turkish locale, in which I and i are different letters.
 */
static inline int compare_ignoring_case(struct slice word, const char *capitals)
{
    for (size_t i = 0; i < word.length; i++) {
        char c =
            word.data[i] >= 'a' && word.data[i] <= 'z' ? word.data[i] - 'a' + 'A' : word.data[i];
        if (c != capitals[i]) /* also where `capitals` ends */
            return c < capitals[i] ? -1 : 1;
    }
    return capitals[word.length] == '\0' ? 0 : -1;
}

/* legacy.c: that an attribute's name in a parameter of before expressions is not empty; as DynamoDB Local
 * 2.6.1 has it, and unverified. 0, or -1 after failing the request. */
int legacy_name_check(struct request *request, struct slice name);

/* parameters.c: whether the input has an expression that takes values, or names. */
bool expressions_take(const json_t *input, bool names);

/* placeholders.c: NULL when it is not defined; otherwise it counts as used. `key` with its "#" or
 * ":". */
const struct slice *placeholder_name(struct placeholders *placeholders, struct slice key);
const struct value *placeholder_value(struct placeholders *placeholders, struct slice key);

/* parser.c */
int parser_begin(struct parser *parser, struct request *request, enum expression_kind kind,
                 struct slice text, struct placeholders *placeholders);
const struct token *current_token(const struct parser *parser);
struct slice token_text(const struct parser *parser, const struct token *token);
bool accept_token(struct parser *parser,
                  enum token_type type); /* steps over it when it is the current one */
int expect_token(struct parser *parser,
                 enum token_type type); /* as accept_token; else a syntax error */

/* A document path; it ends with the token before the current one. */
int parse_path(struct parser *parser, struct operand **out);
int parse_value_placeholder(struct parser *parser, struct operand **out);

/* What a SET action assigns: operand, operand + operand, operand - operand. Stops before what
 * cannot belong to it. */
int parse_assigned(struct parser *parser, struct operand **out);

/* A whole condition, to the end of the text. */
int parse_condition(struct parser *parser, struct fragment *out);

/* resolve.c: step 3 of the order above, and the parts of step 4. */
int check_words(struct parser *parser);
int resolve_path(struct parser *parser, struct operand *operand);
int resolve_operands(struct parser *parser, size_t from, size_t to); /* of `completed` */
int check_arithmetic(struct parser *parser, const struct operand *operand);
int check_leaf(struct parser *parser, const struct leaf *leaf);
int count_operators(struct parser *parser, unsigned more);
int check_resolved_size(const struct parser *parser); /* after all else */

/* path.c */
bool path_equal(const struct path *a, const struct path *b);
int element_compare(const struct path_element *a,
                    const struct path_element *b); /* names before indexes */
const struct value *path_find(const struct path *path,
                              const struct map *item); /* NULL when there is none */
bool is_key_attribute(const struct key_schema *keys, struct slice name);

/*
 * path_tree.c: paths merged by what they share. None is a prefix of another, and no node has both
 * names and indexes below.
 */
struct path_node {
    struct path_element element;
    struct path_node *children; /* sorted: names bytewise, indexes upwards */
    struct path_node *next;     /* sibling */
    unsigned sequence;          /* of its insertion */
    const struct path *path;    /* where a path ends, else NULL */
    struct action *action;      /* of that path, in an update */
};

struct path_tree {
    struct path_node root;
    unsigned count; /* of nodes */
};

/* Adds a path that is in place; fails the request when it cannot stand beside those that are there.
 */
int path_tree_add(struct parser *parser, struct path_tree *tree, const struct path *path,
                  struct action *action);

/* As path_tree_add, of the names of legacy parameters, which are told apart before. */
void path_tree_add_name(struct arena *arena, struct path_tree *tree, const struct path *path,
                        struct action *action);

/* The actions of an update's paths, in the order in which the service meets them; `out` has room
 * for all. */
void path_tree_actions(struct arena *arena, const struct path_tree *tree, struct action **out);

/* The parts of `item` that the tree names; list elements in order, without gaps. */
struct map path_tree_project(struct arena *arena, const struct path_tree *tree,
                             const struct map *item);

/* condition.c */
struct condition *
condition_create(struct arena *arena, struct leaf *leaves, size_t count,
                 const struct fragment *fragment); /* its operands are left to the caller */
int condition_compile(struct parser *parser, struct request *request, enum expression_kind kind,
                      struct slice text, struct placeholders *placeholders, struct condition **out);
void jumps_patch(struct leaf *leaves, struct jumps jumps, int target);
struct fragment fragment_leaf(struct leaf *leaves, int leaf);
struct fragment fragment_and(struct leaf *leaves, struct fragment left, struct fragment right);
struct fragment fragment_or(struct leaf *leaves, struct fragment left, struct fragment right);
struct fragment fragment_not(struct fragment operand);

/* key_condition.c */
struct key_term {
    struct slice name;
    enum sort_operator sort; /* never SORT_ALL */
    const char
        *unsupported; /* a comparison operator of KeyConditions that no key can have, or NULL */
    const struct value *low, *high;
};

struct key_expression {
    const struct condition *condition; /* not yet taken apart; NULL: KeyConditions */
    const char *logical_name;          /* of its parser */
    int logical_first;
    struct key_term *terms;
    size_t count;
};

/* update.c and update_apply.c */
enum action_type { ACTION_SET, ACTION_REMOVE, ACTION_ADD, ACTION_DELETE };

struct action {
    enum action_type type;
    struct operand *target; /* a path */
    struct operand *value;  /* NULL for REMOVE; ADD and DELETE: a value */
    size_t completed_from, completed_to;
    struct value result; /* scratch of update_apply: what is to stand at the path, unless... */
    bool removes;        /* ...nothing is */
};

struct update {
    struct action *actions;  /* in the order of the text */
    struct action **visited; /* in the order of path_tree_actions */
    size_t count;
    struct operand *
        *operands; /* all, in the order in which they end in the text; of AttributeUpdates none */
    size_t operand_count;
    struct path_tree tree;
    bool legacy; /* made of AttributeUpdates: words one message otherwise, and ADD takes a list */
};

#endif
