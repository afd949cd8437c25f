/*
 * key_condition.c - KeyConditionExpression, and what it or KeyConditions ask of a key schema.
 *
 * The expression is a condition like any other first; then it must be nothing but one comparison
 * for each key attribute, joined by AND. Sources: facts/fidelity.md section 5 ("Query"); the order
 * of checks as probed in DynamoDB Local 2.6.1, against a key schema [dyl].
 */
#include "engine/expression/internal.h"
#include "engine/limits.h"

static const enum sort_operator sort_operators[] = {
    [COMPARE_EQ] = SORT_EQ, [COMPARE_LT] = SORT_LT, [COMPARE_LE] = SORT_LE,
    [COMPARE_GT] = SORT_GT, [COMPARE_GE] = SORT_GE,
};

/* The comparator that says the same with its sides changed. */
static enum comparator mirrored(enum comparator comparator)
{
    switch (comparator) {
    case COMPARE_LT:
        return COMPARE_GT;
    case COMPARE_LE:
        return COMPARE_GE;
    case COMPARE_GT:
        return COMPARE_LT;
    case COMPARE_GE:
        return COMPARE_LE;
    default:
        return comparator;
    }
}

/*
 * The current layer begins as all messages about expressions do: seen in 2026-09 of two conditions on one key
 * (aws-amplify/amplify-category-api#3531), which the older layer says bare (awslabs/aws-athena-query-federation#1089,
 * 2023), and in 2026-07 of nested attributes (nubo-db/dynoxide#127); unverified of the others.
 */
static int fail_key(struct request *request, const char *what, struct slice detail)
{
    bool older = request->layer == VALUE_LAYER_OLDER;
    return request_fail(request, ERROR_VALIDATION, "%s%s%.*s",
                        older ? "" : "Invalid KeyConditionExpression: ", what,
                        SLICE_ARGUMENTS(detail));
}

static int fail_operator(struct request *request, struct slice name)
{
    return fail_key(request, "Invalid operator used in KeyConditionExpression: ", name);
}

static int fail_condition(struct request *request, const char *what)
{
    return fail_key(request, "Invalid condition in KeyConditionExpression: ", slice_of(what));
}

static int fail_key_expressions(struct request *request, const char *what)
{
    return fail_key(request, "KeyConditionExpressions ", slice_of(what));
}

/* The key attribute of a leaf in *name, and its place among the operands in *place. */
static int find_key(struct request *request, const struct operand *operands, struct slice *name,
                    unsigned *place)
{
    const struct path *path = NULL;
    unsigned i = 0;
    for (const struct operand *operand = operands; operand; operand = operand->next, i++) {
        if (operand->type == OPERAND_CALL)
            return fail_key_expressions(request, "cannot contain nested operations");
        if (operand->type != OPERAND_PATH)
            continue;
        if (path)
            return fail_condition(request, "Multiple attribute names used in one condition");
        if (operand->path.count > 1)
            return fail_key_expressions(request, "cannot have conditions on nested attributes");
        path = &operand->path;
        *place = i;
    }
    if (!path)
        return fail_condition(request, "No key attribute specified");
    *name = path->elements[0].name;
    return 0;
}

static int read_term(struct request *request, const struct leaf *leaf, struct key_term *term)
{
    const struct operand *operands = leaf->operands;
    const char *name = "BETWEEN";
    if (leaf->type == LEAF_CALL) {
        if (operands->function != FUNCTION_BEGINS_WITH)
            return fail_operator(request, operands->text);
        name = "begins_with";
        operands = operands->arguments;
    } else if (leaf->type == LEAF_IN) {
        return fail_operator(request, slice_of("IN"));
    } else if (leaf->type == LEAF_COMPARE && leaf->comparator == COMPARE_NE) {
        return fail_operator(request, slice_of("<>"));
    }
    if (leaf->type != LEAF_COMPARE && operands->type == OPERAND_VALUE)
        return fail_condition(
            request,
            arena_printf(&request->arena,
                         "%s operator must have the key attribute as its first operand", name));
    unsigned place = 0;
    if (find_key(request, operands, &term->name, &place) < 0)
        return -1;
    if (leaf->type == LEAF_COMPARE) {
        term->sort = sort_operators[place == 0 ? leaf->comparator : mirrored(leaf->comparator)];
        term->low = place == 0 ? operands->next->value : operands->value;
        return 0;
    }
    term->sort = leaf->type == LEAF_BETWEEN ? SORT_BETWEEN : SORT_BEGINS_WITH;
    term->low = operands->next->value;
    if (leaf->type == LEAF_BETWEEN)
        term->high = operands->next->next->value;
    return 0;
}

static const struct key_term *find_term(const struct key_expression *expression, struct slice name)
{
    for (size_t i = 0; i < expression->count; i++) {
        if (slice_equal(expression->terms[i].name, name))
            return &expression->terms[i];
    }
    return NULL;
}

int key_expression_parse(struct request *request, struct slice text,
                         struct placeholders *placeholders, struct key_expression **out)
{
    *out = NULL;
    if (!text.data)
        return 0;
    struct parser parser;
    struct condition *condition;
    if (condition_compile(&parser, request, EXPRESSION_KEY_CONDITION, text, placeholders,
                          &condition) < 0)
        return -1;
    struct key_expression *expression = ARENA_NEW(&request->arena, struct key_expression);
    expression->condition = condition;
    expression->logical_name = parser.logical_name;
    expression->logical_first = parser.logical_first;
    *out = expression;
    return 0;
}

int key_expression_check(struct request *request, struct key_expression *expression)
{
    const struct condition *condition = expression->condition;
    if (!condition)
        return (int)expression->count;
    expression->terms = ARENA_NEW_ARRAY(&request->arena, condition->count, struct key_term);
    for (size_t i = 0; i < condition->count; i++) {
        if (expression->logical_name && expression->logical_first == (int)i)
            return fail_operator(request, slice_of(expression->logical_name));
        struct key_term term = { .sort = SORT_EQ };
        if (read_term(request, &condition->leaves[i], &term) < 0)
            return -1;
        if (find_term(expression, term.name))
            return fail_key_expressions(request, "must only contain one condition per key");
        expression->terms[expression->count++] = term;
    }
    return (int)expression->count;
}

static int check_type(struct request *request, const struct value *value,
                      const struct key_attribute *key)
{
    if (!value || value->type == key->type)
        return 0;
    return request_fail(request, ERROR_VALIDATION,
                        "One or more parameter values were invalid: Condition parameter type does "
                        "not match schema type");
}

static int check_empty(struct request *request, const struct value *value,
                       const struct key_attribute *key)
{
    if (!value || value->type == VALUE_N || value->bytes.length > 0)
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty %s value. Key: %.*s",
        value->type == VALUE_S ? "string" : "binary", SLICE_ARGUMENTS(key->name));
}

/* Only of sort keys, and in this text, which it has for nothing else: DynamoDB Local 2.6.1. */
static int check_sort_size(struct request *request, const struct key_term *term, size_t *size)
{
    size_t low = value_size(term->low), high = term->high ? value_size(term->high) : 0;
    *size += low > high ? low : high;
    if (!limit_passed(limits.sort_key, (int64_t)*size))
        return 0;
    return request_fail(request, ERROR_VALIDATION,
                        "One or more parameter values were invalid: Aggregated size of all range "
                        "keys has exceeded the size limit of %lld bytes",
                        (long long)limits.sort_key);
}

static int fail_missing(struct request *request, struct slice name)
{
    return request_fail(request, ERROR_VALIDATION,
                        "Query condition missed key schema element: %.*s", SLICE_ARGUMENTS(name));
}

static int fail_unsupported(struct request *request)
{
    return request_fail(request, ERROR_VALIDATION, "Query key condition not supported");
}

static int fail_not_indexable(struct request *request)
{
    return request_fail(request, ERROR_VALIDATION,
                        "Attempted conditional constraint is not an indexable operation");
}

/* Sort key attributes before `last` that have no condition or another one than "=". */
static int check_equalities(struct request *request, const struct key_expression *expression,
                            const struct key_schema *keys, unsigned last)
{
    struct buffer names;
    buffer_init(&names, &request->arena);
    for (unsigned i = 0; i < last; i++) {
        const struct key_term *term = find_term(expression, keys->sort[i].name);
        if (term && term->sort == SORT_EQ && !term->unsupported)
            continue;
        buffer_append_string(&names, names.length == 0 ? "" : ", ");
        buffer_append_slice(&names, keys->sort[i].name);
    }
    if (names.length == 0)
        return 0;
    /* Of several attributes the separator is unverified. */
    struct slice list = buffer_slice(&names);
    return request_fail(
        request, ERROR_VALIDATION,
        "RANGE key attributes %.*s must have equality conditions specified in the query because a "
        "condition is present on key attribute %.*s",
        SLICE_ARGUMENTS(list), SLICE_ARGUMENTS(keys->sort[last].name));
}

static int resolve_sort(struct request *request, const struct key_expression *expression,
                        const struct key_schema *keys, struct key_condition *out)
{
    int last = -1;
    unsigned found = 0;
    size_t size = 0;
    for (unsigned i = 0; i < keys->sort_count; i++) {
        if (find_term(expression, keys->sort[i].name)) {
            last = (int)i;
            found++;
        }
    }
    /* A condition on what is no key attribute stands in the place of one that should be there. */
    if (keys->partition_count + found < expression->count && keys->sort_count > 0) {
        for (unsigned i = 0; i < keys->sort_count; i++) {
            if (!find_term(expression, keys->sort[i].name))
                return fail_missing(request, keys->sort[i].name);
        }
    }
    if (last >= 0 && check_equalities(request, expression, keys, (unsigned)last) < 0)
        return -1;
    for (int i = 0; i <= last; i++) {
        const struct key_term *term = find_term(expression, keys->sort[i].name);
        const struct key_attribute *key = &keys->sort[i];
        if (term->unsupported)
            return fail_not_indexable(request);
        if (check_type(request, term->low, key) < 0 || check_type(request, term->high, key) < 0 ||
            check_empty(request, term->low, key) < 0 || check_empty(request, term->high, key) < 0 ||
            check_sort_size(request, term, &size) < 0)
            return -1;
        if (term->sort == SORT_EQ) {
            out->equal[out->equal_count++] = term->low;
        } else {
            out->sort_operator = term->sort;
            out->low = term->low;
            out->high = term->high;
        }
    }
    return 0;
}

int key_condition_resolve(struct request *request, const struct key_expression *expression,
                          const struct key_schema *keys, struct key_condition *out)
{
    *out = (struct key_condition){ .sort_operator = SORT_ALL };
    /* Of longer multi-attribute keys the wording is unverified. */
    if (expression->count > 2 && expression->count > keys->partition_count + keys->sort_count)
        return request_fail(request, ERROR_VALIDATION, "Conditions can be of length 1 or 2 only");
    if (keys->sort_count == 0 && expression->count > keys->partition_count)
        return fail_unsupported(request);
    for (unsigned i = 0; i < keys->partition_count; i++) {
        const struct key_attribute *key = &keys->partition[i];
        const struct key_term *term = find_term(expression, key->name);
        if (!term)
            return fail_missing(request, key->name);
        if (term->unsupported)
            return fail_not_indexable(request);
        if (check_type(request, term->low, key) < 0)
            return -1;
        if (term->sort != SORT_EQ)
            return fail_unsupported(request);
        if (check_empty(request, term->low, key) < 0)
            return -1;
        out->partition[i] = term->low;
    }
    return resolve_sort(request, expression, keys, out);
}
