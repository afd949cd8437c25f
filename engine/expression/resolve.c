/*
 * resolve.c - what a parsed expression must keep to before it can be evaluated: words, functions
 * and where they stand, names and values, operands. internal.h has the order of the checks;
 * messages.c the words.
 */
#include "engine/expression/internal.h"

static const struct {
    const char *name;
    unsigned arguments;
    bool update; /* of updates; the others are of conditions */
} functions[] = {
    [FUNCTION_ATTRIBUTE_EXISTS] = { "attribute_exists", 1, false },
    [FUNCTION_ATTRIBUTE_NOT_EXISTS] = { "attribute_not_exists", 1, false },
    [FUNCTION_ATTRIBUTE_TYPE] = { "attribute_type", 2, false },
    [FUNCTION_BEGINS_WITH] = { "begins_with", 2, false },
    [FUNCTION_CONTAINS] = { "contains", 2, false },
    [FUNCTION_SIZE] = { "size", 1, false },
    [FUNCTION_IF_NOT_EXISTS] = { "if_not_exists", 2, true },
    [FUNCTION_LIST_APPEND] = { "list_append", 2, true },
};

static const char *const comparators[] = {
    [COMPARE_EQ] = "=",  [COMPARE_NE] = "<>", [COMPARE_LT] = "<",
    [COMPARE_LE] = "<=", [COMPARE_GT] = ">",  [COMPARE_GE] = ">=",
};

/* As the service prints a set of types that it would take; the order is its own. Source: dynalite.
 */
#define EVERY_TYPE  "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
#define VALID_TYPES "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"

static enum function find_function(struct slice name)
{
    for (enum function function = 0; function < FUNCTION_UNKNOWN; function++) {
        if (slice_equal(name, slice_of(functions[function].name)))
            return function;
    }
    return FUNCTION_UNKNOWN;
}

static int check_call_place(struct parser *parser, struct operand *call)
{
    call->function = find_function(call->text);
    if (call->function == FUNCTION_UNKNOWN)
        return expression_fail(parser, "Invalid function name; function: %.*s",
                               SLICE_ARGUMENTS(call->text));
    bool update = parser->kind == EXPRESSION_UPDATE;
    if (functions[call->function].update != update)
        return expression_fail(parser,
                               "The function is not allowed in %s expression; function: %.*s",
                               update ? "an update" : "a condition", SLICE_ARGUMENTS(call->text));
    /* What is no operand: a condition's truth, and a list where a number or one more operand is
     * wanted. */
    bool operand = call->function == FUNCTION_SIZE || call->function == FUNCTION_IF_NOT_EXISTS;
    bool whole = call->function != FUNCTION_SIZE;
    if (call->place == PLACE_WHOLE ? !whole : !operand)
        return fail_function_place(parser, call->text);
    return 0;
}

static int check_path_words(struct parser *parser, const struct operand *operand)
{
    for (size_t i = 0; i < operand->tokens; i++) {
        const struct token *token = &parser->tokens[operand->first_token + i];
        struct slice text = token_text(parser, token);
        if (token->type == TOKEN_NAME && is_reserved_word(text))
            return expression_fail(parser,
                                   "Attribute name is a reserved keyword; reserved keyword: %.*s",
                                   SLICE_ARGUMENTS(text));
        /* Ten digits that are not above 2147483647, or fewer. */
        if (token->type == TOKEN_INDEX &&
            (text.length > 10 ||
             (text.length == 10 && slice_compare(text, slice_of("2147483647")) > 0)))
            return expression_fail(parser,
                                   "List index is not within the allowable range; index: [%.*s]",
                                   SLICE_ARGUMENTS(text));
    }
    return 0;
}

int check_words(struct parser *parser)
{
    for (size_t i = 0; i <= parser->started_count; i++) {
        if (i == parser->duplicate_section_at)
            return expression_fail(
                parser, "The \"%s\" section can only be used once in an update expression;",
                parser->duplicate_section);
        if (i == parser->started_count)
            break;
        struct operand *operand = parser->started[i];
        if ((operand->type == OPERAND_CALL && check_call_place(parser, operand) < 0) ||
            (operand->type == OPERAND_PATH && check_path_words(parser, operand) < 0))
            return -1;
    }
    return 0;
}

int count_operators(struct parser *parser, unsigned more)
{
    parser->operators += more;
    if (parser->operators <= OPERATORS_MAX)
        return 0;
    /* The service stops counting at the first that is too many. */
    return expression_fail(parser, "The expression contains too many operators; operator count: %d",
                           OPERATORS_MAX + 1);
}

int check_resolved_size(const struct parser *parser)
{
    if (parser->text.length + parser->substituted <= RESOLVED_SIZE_MAX)
        return 0;
    return expression_fail(parser, "Expression size has exceeded the maximum allowed size;");
}

int resolve_path(struct parser *parser, struct operand *operand)
{
    for (size_t i = 0; i < operand->path.count; i++) {
        struct path_element *element = &operand->path.elements[i];
        if (!element->name.data || (element->name.data[0] != '#' && element->name.data[0] != ':'))
            continue;
        const struct slice *name = placeholder_name(parser->placeholders, element->name);
        if (!name)
            return fail_undefined_name(parser, element->name);
        element->name = *name;
        parser->substituted += name->length;
    }
    if (operand->path.count > PATH_DEPTH_MAX)
        return expression_fail(parser,
                               "The document path has too many nesting levels; nesting levels: %zu",
                               operand->path.count);
    return 0;
}

static bool operand_distinct(const struct operand *first, const struct operand *other)
{
    return first->type != OPERAND_PATH || other->type != OPERAND_PATH ||
           !path_equal(&first->path, &other->path);
}

/* Checks a list of operands against its first. */
static int check_distinct(struct parser *parser, const char *name, const struct operand *first)
{
    for (const struct operand *other = first->next; other; other = other->next) {
        if (!operand_distinct(first, other))
            return fail_not_distinct(parser, name, &first->path);
    }
    return 0;
}

/* An operand's type as far as it is known before an item is: a value's, and size's. 0: not known.
 */
static enum value_type known_type(const struct operand *operand)
{
    if (operand->type == OPERAND_VALUE)
        return operand->value->type;
    return operand->type == OPERAND_CALL && operand->function == FUNCTION_SIZE ? VALUE_N : 0;
}

static int check_begins_with(struct parser *parser, const struct operand *call)
{
    for (const struct operand *operand = call->arguments; operand; operand = operand->next) {
        enum value_type type = known_type(operand);
        if (type && type != VALUE_S && type != VALUE_B)
            return fail_operand_type(parser, "begins_with", value_type_name(type));
    }
    return 0;
}

static int check_attribute_type(struct parser *parser, const struct operand *call)
{
    const struct operand *wanted = call->arguments->next;
    enum value_type type = known_type(wanted);
    if (type != VALUE_S)
        return fail_operand_type(parser, "attribute_type",
                                 type ? value_type_name(type) : EVERY_TYPE);
    for (type = VALUE_S; type <= VALUE_M; type++) {
        if (slice_equal(wanted->value->bytes, slice_of(value_type_name(type))))
            return 0;
    }
    return expression_fail(parser, "Invalid attribute type name found; type: %.*s, valid types: %s",
                           SLICE_ARGUMENTS(wanted->value->bytes), VALID_TYPES);
}

static int check_size(struct parser *parser, const struct operand *call)
{
    enum value_type type = known_type(call->arguments);
    if (type == VALUE_N || type == VALUE_BOOL || type == VALUE_NULL)
        return fail_operand_type(parser, "size", value_type_name(type));
    return 0;
}

/* A list_append's or a sum's values must have the type that it works on. */
static int check_argument_types(struct parser *parser, const char *name,
                                const struct operand *operand, enum value_type wanted)
{
    for (const struct operand *argument = operand->arguments; argument; argument = argument->next) {
        enum value_type type = known_type(argument);
        if (type && type != wanted)
            return fail_operand_type(parser, name, value_type_name(type));
    }
    return 0;
}

static int check_call(struct parser *parser, const struct operand *call)
{
    const char *name = functions[call->function].name;
    if (call->argument_count != functions[call->function].arguments)
        return fail_operand_count(parser, name, call->argument_count);
    switch (call->function) {
    case FUNCTION_ATTRIBUTE_EXISTS:
    case FUNCTION_ATTRIBUTE_NOT_EXISTS:
    case FUNCTION_IF_NOT_EXISTS:
        if (call->arguments->type != OPERAND_PATH)
            return fail_document_path(parser, name);
        return check_distinct(parser, name, call->arguments);
    case FUNCTION_LIST_APPEND:
        return check_argument_types(parser, name, call, VALUE_L);
    case FUNCTION_SIZE:
        return check_size(parser, call);
    default:
        break;
    }
    if (check_distinct(parser, name, call->arguments) < 0)
        return -1;
    if (call->function == FUNCTION_BEGINS_WITH)
        return check_begins_with(parser, call);
    return call->function == FUNCTION_ATTRIBUTE_TYPE ? check_attribute_type(parser, call) : 0;
}

int resolve_operands(struct parser *parser, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct operand *operand = parser->completed[i];
        if (operand->type == OPERAND_PATH) {
            if (resolve_path(parser, operand) < 0)
                return -1;
        } else if (operand->type == OPERAND_VALUE) {
            operand->value = placeholder_value(parser->placeholders, operand->text);
            if (!operand->value)
                return fail_undefined_value(parser, operand->text);
            parser->substituted += value_size(operand->value);
        } else if (check_call(parser, operand) < 0 || count_operators(parser, 1) < 0) {
            return -1;
        }
    }
    return 0;
}

int check_arithmetic(struct parser *parser, const struct operand *operand)
{
    if (check_argument_types(parser, operand->type == OPERAND_PLUS ? "+" : "-", operand, VALUE_N) <
        0)
        return -1;
    return count_operators(parser, 1);
}

/* < <= > >= and BETWEEN put strings, numbers and binaries in order, and nothing else. */
static int check_ordered(struct parser *parser, const char *name, const struct operand *operands)
{
    for (const struct operand *operand = operands; operand; operand = operand->next) {
        enum value_type type = known_type(operand);
        if (type && type != VALUE_S && type != VALUE_N && type != VALUE_B)
            return fail_operand_type(parser, name, value_type_name(type));
    }
    return 0;
}

static int check_between(struct parser *parser, const struct operand *low)
{
    if (low->type != OPERAND_VALUE || low->next->type != OPERAND_VALUE)
        return 0;
    const struct value *lower = low->value, *upper = low->next->value;
    if (lower->type != upper->type)
        return fail_bounds(parser, "same data type for lower and upper bounds", lower, upper);
    if (value_compare(lower, upper) > 0)
        return fail_bounds(parser, "upper bound to be greater than or equal to lower bound", lower,
                           upper);
    return 0;
}

int check_leaf(struct parser *parser, const struct leaf *leaf)
{
    const struct operand *operands = leaf->operands;
    switch (leaf->type) {
    case LEAF_COMPARE: {
        const char *name = comparators[leaf->comparator];
        if (check_distinct(parser, name, operands) < 0)
            return -1;
        if (leaf->comparator >= COMPARE_LT && check_ordered(parser, name, operands) < 0)
            return -1;
        return count_operators(parser, 1);
    }
    case LEAF_BETWEEN: /* in this order, unlike the others */
        if (check_ordered(parser, "BETWEEN", operands) < 0 ||
            check_distinct(parser, "BETWEEN", operands) < 0 ||
            check_between(parser, operands->next) < 0)
            return -1;
        return count_operators(parser, 1);
    case LEAF_IN:
        if (leaf->operand_count - 1 > IN_OPERANDS_MAX)
            return expression_fail(
                parser,
                "The IN operator is provided with too many operands; number of operands: %u",
                leaf->operand_count - 1);
        if (check_distinct(parser, "IN", operands) < 0)
            return -1;
        return count_operators(parser, 1);
    default: /* LEAF_CALL: checked as an operand */
        return 0;
    }
}
