/*
 * legacy.c - the parameters of before expressions, translated into what expressions become:
 * Expected, QueryFilter, ScanFilter and ConditionalOperator into a condition, KeyConditions into
 * key terms. AttributesToGet is projection.c's, AttributeUpdates legacy_update.c's.
 *
 * Order of the checks for each attribute, and the texts: dynalite and DynamoDB Local 2.6.1, which
 * agree on them but where a comment says so; facts/fidelity.md section 5 has none of them.
 */
#include "engine/expression/internal.h"
#include "engine/plugins.h"
#include "engine/value_json.h"

#define INVALID "One or more parameter values were invalid: "

enum comparison { /* the API's ComparisonOperator */
                  LEGACY_EQ,
                  LEGACY_NE,
                  LEGACY_LT,
                  LEGACY_LE,
                  LEGACY_GT,
                  LEGACY_GE,
                  LEGACY_BETWEEN,
                  LEGACY_IN,
                  LEGACY_BEGINS_WITH,
                  LEGACY_CONTAINS,
                  LEGACY_NOT_CONTAINS,
                  LEGACY_NULL,
                  LEGACY_NOT_NULL,
                  LEGACY_COUNT,
};

#define TYPE(type) (1u << VALUE_##type)
#define SCALARS    (TYPE(S) | TYPE(N) | TYPE(B))
#define ALL_TYPES  (~0u)

static const struct {
    const char *name;
    unsigned types;     /* of values that it takes */
    size_t least, most; /* values */
    enum function function;
} comparisons[LEGACY_COUNT] = {
    [LEGACY_EQ] = { "EQ", ALL_TYPES, 1, 1 },
    [LEGACY_NE] = { "NE", ALL_TYPES, 1, 1 },
    [LEGACY_LT] = { "LT", SCALARS, 1, 1 },
    [LEGACY_LE] = { "LE", SCALARS, 1, 1 },
    [LEGACY_GT] = { "GT", SCALARS, 1, 1 },
    [LEGACY_GE] = { "GE", SCALARS, 1, 1 },
    [LEGACY_BETWEEN] = { "BETWEEN", SCALARS, 2, 2 },
    [LEGACY_IN] = { "IN", SCALARS, 1, SIZE_MAX },
    [LEGACY_BEGINS_WITH] = { "BEGINS_WITH", TYPE(S) | TYPE(B), 1, 1, FUNCTION_BEGINS_WITH },
    [LEGACY_CONTAINS] = { "CONTAINS", SCALARS | TYPE(BOOL) | TYPE(NULL), 1, 1, FUNCTION_CONTAINS },
    [LEGACY_NOT_CONTAINS] = { "NOT_CONTAINS", SCALARS | TYPE(BOOL) | TYPE(NULL), 1, 1,
                              FUNCTION_CONTAINS },
    [LEGACY_NULL] = { "NULL", ALL_TYPES, 0, 0, FUNCTION_ATTRIBUTE_NOT_EXISTS },
    [LEGACY_NOT_NULL] = { "NOT_NULL", ALL_TYPES, 0, 0, FUNCTION_ATTRIBUTE_EXISTS },
};

/* One attribute's condition, checked. */
struct term {
    struct slice name;
    enum comparison comparison; /* LEGACY_COUNT: the plugin's */
    const struct ddbmock_operator *plugin;
    struct value *values;
    size_t count;
};

int legacy_name_check(struct request *request, struct slice name)
{
    return name.length > 0 ? 0 : request_fail(request, ERROR_VALIDATION, "Empty attribute name");
}

static enum comparison find_comparison(struct slice name)
{
    enum comparison comparison = 0;
    while (comparison < LEGACY_COUNT && !slice_equal(name, slice_of(comparisons[comparison].name)))
        comparison++;
    return comparison;
}

bool comparison_is_known(struct slice name)
{
    return find_comparison(name) < LEGACY_COUNT;
}

/* schema/ has let only the API's and the plugins' through. */
static void set_comparison(struct term *term, struct slice name)
{
    term->comparison = find_comparison(name);
    term->plugin = term->comparison == LEGACY_COUNT ? plugins_operator(name) : NULL;
}

static const char *comparison_name(const struct term *term)
{
    return term->plugin ? term->plugin->name : comparisons[term->comparison].name;
}

/* Reads an AttributeValueList, or one Value as a list of one; both may be NULL. */
static int read_values(struct request *request, const json_t *list, const json_t *value,
                       struct term *term)
{
    size_t count = list ? json_array_size(list) : value != NULL;
    term->values = ARENA_NEW_ARRAY(&request->arena, count, struct value);
    for (; term->count < count; term->count++) {
        const json_t *json = list ? json_array_get(list, term->count) : value;
        if (value_from_json(request, json, &term->values[term->count]) < 0)
            return -1;
    }
    return 0;
}

static int check_values(struct request *request, const struct term *term)
{
    const char *name = comparison_name(term);
    size_t least = term->plugin ? term->plugin->least : comparisons[term->comparison].least;
    size_t most = term->plugin ? term->plugin->most : comparisons[term->comparison].most;
    if (term->count < least || term->count > most)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Invalid number of argument(s) for the %s ComparisonOperator",
                            name);
    if (term->plugin)
        return 0;
    for (size_t i = 1; i < term->count; i++) {
        if (term->values[i].type != term->values[0].type)
            return request_fail(request, ERROR_VALIDATION,
                                INVALID
                                "AttributeValues inside AttributeValueList must be of same type");
    }
    if (term->count > 0 && !(comparisons[term->comparison].types & 1u << term->values[0].type))
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "ComparisonOperator %s is not valid for %s AttributeValue type",
                            name, value_type_name(term->values[0].type));
    if (term->comparison == LEGACY_BETWEEN && value_compare(&term->values[0], &term->values[1]) > 0)
        return request_fail(
            request, ERROR_VALIDATION,
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound");
    return 0;
}

static int fail_attribute(struct request *request, const char *what, struct slice name)
{
    return request_fail(request, ERROR_VALIDATION, INVALID "%s for Attribute: %.*s", what,
                        SLICE_ARGUMENTS(name));
}

/* An element of KeyConditions, QueryFilter or ScanFilter. */
static int read_condition(struct request *request, const json_t *json, struct term *term)
{
    set_comparison(term, input_string(json, "ComparisonOperator"));
    if (read_values(request, input_get(json, "AttributeValueList"), NULL, term) < 0)
        return -1;
    return check_values(request, term);
}

/* An element of Expected that has no ComparisonOperator. */
static int read_exists(struct request *request, const json_t *json, struct term *term)
{
    const json_t *value = input_get(json, "Value");
    const json_t *exists = input_get(json, "Exists");
    if (input_get(json, "AttributeValueList"))
        return fail_attribute(
            request, "AttributeValueList can only be used with a ComparisonOperator", term->name);
    bool wanted = input_boolean(json, "Exists", true);
    if (wanted && !value)
        return fail_attribute(request,
                              exists ? "Value must be provided when Exists is true"
                                     : "Value must be provided when Exists is null",
                              term->name);
    if (!wanted && value)
        return fail_attribute(request, "Value cannot be used when Exists is false", term->name);
    term->comparison = wanted ? LEGACY_EQ : LEGACY_NULL;
    return read_values(request, NULL, value, term);
}

static int read_expected(struct request *request, const json_t *json, struct term *term)
{
    const json_t *value = input_get(json, "Value");
    const json_t *list = input_get(json, "AttributeValueList");
    if (value && list)
        return fail_attribute(request, "Value and AttributeValueList cannot be used together",
                              term->name);
    struct slice comparison = input_string(json, "ComparisonOperator");
    if (!comparison.data)
        return read_exists(request, json, term);
    if (input_get(json, "Exists"))
        return fail_attribute(request, "Exists and ComparisonOperator cannot be used together",
                              term->name);
    set_comparison(term, comparison);
    if ((term->plugin ? term->plugin->least : comparisons[term->comparison].least) > 0 && !value &&
        !list)
        return fail_attribute(
            request,
            arena_printf(&request->arena,
                         "Value or AttributeValueList must be used with ComparisonOperator: %s",
                         comparison_name(term)),
            term->name);
    if (read_values(request, list, value, term) < 0)
        return -1;
    return check_values(request, term);
}

static struct operand *value_operand(struct arena *arena, const struct value *value)
{
    struct operand *operand = ARENA_NEW(arena, struct operand);
    operand->type = OPERAND_VALUE;
    operand->value = value;
    return operand;
}

/* A term's values as JSON, for a plugin. */
static const char *const *value_texts(struct arena *arena, const struct term *term)
{
    const char **texts = ARENA_NEW_ARRAY(arena, term->count, const char *);
    for (size_t i = 0; i < term->count; i++) {
        struct buffer text;
        buffer_init(&text, arena);
        value_write_json(&text, &term->values[i]);
        buffer_append_byte(&text, '\0');
        texts[i] = text.data;
    }
    return texts;
}

/* The leaf that a parsed expression would have; its first operand, the attribute, in *path. */
static struct leaf create_leaf(struct arena *arena, const struct term *term, struct operand **path)
{
    struct operand *operand = ARENA_NEW(arena, struct operand);
    operand->path.elements = ARENA_NEW(arena, struct path_element);
    operand->path.elements[0].name = term->name;
    operand->path.count = 1;
    *path = operand;
    struct operand *last = operand;
    for (size_t i = 0; i < term->count; i++)
        last = last->next = value_operand(arena, &term->values[i]);
    struct leaf leaf = { .operands = operand, .operand_count = (unsigned)term->count + 1 };
    switch (term->comparison) {
    case LEGACY_COUNT:
        leaf.type = LEAF_PLUGIN;
        leaf.plugin = term->plugin;
        leaf.texts = value_texts(arena, term);
        break;
    case LEGACY_BETWEEN:
        leaf.type = LEAF_BETWEEN;
        break;
    case LEGACY_IN:
        leaf.type = LEAF_IN;
        break;
    default:
        if (term->comparison <= LEGACY_GE) {
            leaf.type = LEAF_COMPARE;
            leaf.comparator = (enum comparator)term->comparison; /* the same order */
            break;
        }
        leaf.type = LEAF_CALL;
        leaf.operands = ARENA_NEW(arena, struct operand);
        leaf.operands->type = OPERAND_CALL;
        leaf.operands->function = comparisons[term->comparison].function;
        leaf.operands->arguments = operand;
        break;
    }
    return leaf;
}

/* A term's leaves: one, but NOT_CONTAINS wants the attribute to be there. */
static struct fragment compile_term(struct arena *arena, struct leaf *leaves, size_t *count,
                                    const struct term *term, struct operand **path)
{
    size_t index = (*count)++;
    leaves[index] = create_leaf(arena, term, path);
    struct fragment fragment = fragment_leaf(leaves, (int)index);
    if (term->comparison != LEGACY_NOT_CONTAINS)
        return fragment;
    struct term exists = { .name = term->name, .comparison = LEGACY_NOT_NULL };
    struct fragment present = compile_term(arena, leaves, count, &exists, path);
    return fragment_and(leaves, present, fragment_not(fragment));
}

static struct condition *create_condition(struct arena *arena, const struct term *terms,
                                          size_t count, bool any)
{
    struct leaf *leaves = ARENA_NEW_ARRAY(arena, 2 * count, struct leaf);
    struct operand **paths = ARENA_NEW_ARRAY(arena, count, struct operand *);
    struct fragment whole = { 0 };
    size_t leaf_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct fragment fragment = compile_term(arena, leaves, &leaf_count, &terms[i], &paths[i]);
        whole = i == 0 ? fragment
                : any  ? fragment_or(leaves, whole, fragment)
                       : fragment_and(leaves, whole, fragment);
    }
    struct condition *condition = condition_create(arena, leaves, leaf_count, &whole);
    condition->operands = paths;
    condition->operand_count = count;
    condition->legacy = true;
    return condition;
}

static int check_operator(struct request *request, const json_t *input, size_t count)
{
    if (count >= 2 || !input_get(input, "ConditionalOperator"))
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        count == 0 ? "ConditionalOperator cannot be used without Filter or Expected"
                   : "ConditionalOperator can only be used when Filter or Expected has two or "
                     "more elements");
}

static int read_terms(struct request *request, const json_t *input, const char *parameter,
                      int (*read)(struct request *, const json_t *, struct term *),
                      struct condition **out)
{
    *out = NULL;
    const json_t *json = input_get(input, parameter);
    size_t count = json ? json_object_size(json) : 0;
    struct term *terms = ARENA_NEW_ARRAY(&request->arena, count, struct term);
    const char *name;
    size_t length, i = 0;
    json_t *member;
    json_object_keylen_foreach((json_t *)json, name, length, member)
    {
        terms[i].name = (struct slice){ name, length };
        if (legacy_name_check(request, terms[i].name) < 0 || read(request, member, &terms[i++]) < 0)
            return -1;
    }
    if (check_operator(request, input, count) < 0)
        return -1;
    if (count == 0)
        return 0;
    *out = create_condition(&request->arena, terms, count,
                            input_is(input, "ConditionalOperator", "OR"));
    return 0;
}

int legacy_expected(struct request *request, const json_t *input, struct condition **out)
{
    return read_terms(request, input, "Expected", read_expected, out);
}

int legacy_filter(struct request *request, const json_t *input, const char *parameter,
                  struct condition **out)
{
    return read_terms(request, input, parameter, read_condition, out);
}

static struct key_term key_term(const struct term *term)
{
    static const enum sort_operator operators[LEGACY_COUNT + 1] = {
        [LEGACY_EQ] = SORT_EQ,
        [LEGACY_LT] = SORT_LT,
        [LEGACY_LE] = SORT_LE,
        [LEGACY_GT] = SORT_GT,
        [LEGACY_GE] = SORT_GE,
        [LEGACY_BETWEEN] = SORT_BETWEEN,
        [LEGACY_BEGINS_WITH] = SORT_BEGINS_WITH,
    };
    struct key_term out = { .name = term->name, .sort = operators[term->comparison] };
    if (out.sort == SORT_ALL)
        out.unsupported = comparison_name(term);
    out.low = term->count > 0 ? &term->values[0] : NULL;
    out.high = out.sort == SORT_BETWEEN ? &term->values[1] : NULL;
    return out;
}

int legacy_key_conditions(struct request *request, const json_t *input, struct key_expression **out)
{
    *out = NULL;
    const json_t *json = input_get(input, "KeyConditions");
    if (!json)
        return 0;
    size_t count = json_object_size(json);
    struct key_expression *expression = ARENA_NEW(&request->arena, struct key_expression);
    expression->terms = ARENA_NEW_ARRAY(&request->arena, count, struct key_term);
    const char *name;
    size_t length;
    json_t *member;
    json_object_keylen_foreach((json_t *)json, name, length, member)
    {
        struct term term = { .name = { name, length } };
        if (legacy_name_check(request, term.name) < 0 || read_condition(request, member, &term) < 0)
            return -1;
        expression->terms[expression->count++] = key_term(&term);
    }
    if (count == 0)
        return request_fail(request, ERROR_VALIDATION, "Conditions can be of length 1 or 2 only");
    *out = expression;
    return 0;
}
