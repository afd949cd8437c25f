/*
 * condition.c - ConditionExpression and FilterExpression: compiling leaves and jumps, and meeting
 * them with an item. Evaluating cannot fail: what is not there or has another type makes a
 * comparison false, and only "<>" true. Sources: AWS developer guide,
 * Expressions.OperatorsAndFunctions; facts/fidelity.md section 5.
 */
#include "engine/expression/internal.h"
#include "engine/plugins.h"
#include "engine/value_json.h"

struct fragment fragment_leaf(struct leaf *leaves, int leaf)
{
    struct fragment fragment = { .entry = leaf };
    for (int met = 0; met < 2; met++) {
        leaves[leaf].target[met] = -1;
        fragment.when[met] = (struct jumps){ 2 * leaf + met, 2 * leaf + met };
    }
    return fragment;
}

static int *jump_slot(struct leaf *leaves, int jump)
{
    return &leaves[jump / 2].target[jump % 2];
}

void jumps_patch(struct leaf *leaves, struct jumps jumps, int target)
{
    for (int jump = jumps.head; jump >= 0;) {
        int *slot = jump_slot(leaves, jump);
        jump = *slot;
        *slot = target;
    }
}

static struct jumps jumps_join(struct leaf *leaves, struct jumps a, struct jumps b)
{
    *jump_slot(leaves, a.tail) = b.head;
    return (struct jumps){ a.head, b.tail };
}

/* `passing`: the outcome of the left that leaves the decision to the right: true for AND, false for
 * OR. */
static struct fragment fragment_join(struct leaf *leaves, struct fragment left,
                                     struct fragment right, bool passing)
{
    jumps_patch(leaves, left.when[passing], right.entry);
    struct fragment fragment = { .entry = left.entry };
    fragment.when[passing] = right.when[passing];
    fragment.when[!passing] = jumps_join(leaves, left.when[!passing], right.when[!passing]);
    return fragment;
}

struct fragment fragment_and(struct leaf *leaves, struct fragment left, struct fragment right)
{
    return fragment_join(leaves, left, right, true);
}

struct fragment fragment_or(struct leaf *leaves, struct fragment left, struct fragment right)
{
    return fragment_join(leaves, left, right, false);
}

struct fragment fragment_not(struct fragment operand)
{
    struct jumps met = operand.when[1];
    operand.when[1] = operand.when[0];
    operand.when[0] = met;
    return operand;
}

struct condition *condition_create(struct arena *arena, struct leaf *leaves, size_t count,
                                   const struct fragment *fragment)
{
    struct condition *condition = ARENA_NEW(arena, struct condition);
    condition->leaves = leaves;
    condition->count = count;
    condition->entry = fragment->entry;
    jumps_patch(leaves, fragment->when[1], CONDITION_MET);
    jumps_patch(leaves, fragment->when[0], CONDITION_UNMET);
    return condition;
}

int condition_compile(struct parser *parser, struct request *request, enum expression_kind kind,
                      struct slice text, struct placeholders *placeholders, struct condition **out)
{
    struct fragment fragment;
    if (parser_begin(parser, request, kind, text, placeholders) < 0 ||
        parse_condition(parser, &fragment) < 0 || check_words(parser) < 0)
        return -1;
    for (size_t i = 0; i < parser->leaf_count; i++) {
        const struct leaf *leaf = &parser->leaves[i];
        if (resolve_operands(parser, leaf->completed_from, leaf->completed_to) < 0 ||
            check_leaf(parser, leaf) < 0)
            return -1;
    }
    if (count_operators(parser, parser->logical_operators) < 0 || check_resolved_size(parser) < 0)
        return -1;
    *out = condition_create(parser->arena, parser->leaves, parser->leaf_count, &fragment);
    (*out)->operands = parser->completed;
    (*out)->operand_count = parser->completed_count;
    return 0;
}

int condition_parse(struct request *request, enum expression_kind kind, struct slice text,
                    struct placeholders *placeholders, struct condition **out)
{
    *out = NULL;
    if (!text.data)
        return 0;
    struct parser parser;
    return condition_compile(&parser, request, kind, text, placeholders, out);
}

static struct number number_from_size(size_t size)
{
    struct number number = { .mantissa = size };
    while (number.mantissa != 0 && number.mantissa % 10 == 0) {
        number.mantissa /= 10;
        number.exponent++;
    }
    return number;
}

/* UTF-16 code units of UTF-8 text: one for each character, two for those of four bytes. */
static size_t utf16_length(struct slice text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        length += ((byte & 0xc0) != 0x80) + (byte >= 0xf0);
    }
    return length;
}

static bool value_count(const struct value *value, size_t *out)
{
    switch (value->type) {
    case VALUE_S:
        *out = utf16_length(value->bytes);
        return true;
    case VALUE_B:
        *out = value->bytes.length;
        return true;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_L:
        *out = value->list.count;
        return true;
    case VALUE_M:
        *out = value->map.count;
        return true;
    default:
        return false;
    }
}

/* What an operand is for this item, or NULL. The only call that stands for a value is size;
 * `scratch` then holds it. */
static const struct value *operand_value(const struct operand *operand, const struct map *item,
                                         struct value *scratch)
{
    if (operand->type == OPERAND_VALUE)
        return operand->value;
    if (operand->type == OPERAND_PATH)
        return path_find(&operand->path, item);
    const struct operand *argument = operand->arguments;
    const struct value *value =
        argument->type == OPERAND_VALUE ? argument->value : path_find(&argument->path, item);
    size_t count;
    if (!value || !value_count(value, &count))
        return NULL;
    *scratch = (struct value){ .type = VALUE_N, .number = number_from_size(count) };
    return scratch;
}

static bool slice_contains(struct slice whole, struct slice part)
{
    return part.length == 0 || (whole.length >= part.length &&
                                memmem(whole.data, whole.length, part.data, part.length));
}

static bool value_contains(const struct value *whole, const struct value *part)
{
    switch (whole->type) {
    case VALUE_S:
    case VALUE_B:
        return part->type == whole->type && slice_contains(whole->bytes, part->bytes);
    case VALUE_SS:
        return part->type == VALUE_S && set_contains(whole, part);
    case VALUE_NS:
        return part->type == VALUE_N && set_contains(whole, part);
    case VALUE_BS:
        return part->type == VALUE_B && set_contains(whole, part);
    case VALUE_L:
        for (size_t i = 0; i < whole->list.count; i++) {
            if (value_equal(&whole->list.values[i], part))
                return true;
        }
        return false;
    default:
        return false;
    }
}

static bool call_met(const struct operand *call, const struct map *item)
{
    struct value scratch[2];
    const struct value *first = operand_value(call->arguments, item, &scratch[0]);
    if (call->function == FUNCTION_ATTRIBUTE_NOT_EXISTS)
        return first == NULL;
    if (call->function == FUNCTION_ATTRIBUTE_EXISTS || !first)
        return first != NULL;
    const struct value *second = operand_value(call->arguments->next, item, &scratch[1]);
    if (!second)
        return false;
    switch (call->function) {
    case FUNCTION_ATTRIBUTE_TYPE:
        return slice_equal(second->bytes, slice_of(value_type_name(first->type)));
    case FUNCTION_BEGINS_WITH:
        return first->type == second->type && (first->type == VALUE_S || first->type == VALUE_B) &&
               slice_starts_with(first->bytes, second->bytes);
    default: /* FUNCTION_CONTAINS */
        return value_contains(first, second);
    }
}

static bool compare_met(enum comparator comparator, const struct value *left,
                        const struct value *right)
{
    if (comparator == COMPARE_EQ || comparator == COMPARE_NE)
        return (left && right && value_equal(left, right)) == (comparator == COMPARE_EQ);
    if (!left || !right || !value_comparable(left, right))
        return false;
    int order = value_compare(left, right);
    switch (comparator) {
    case COMPARE_LT:
        return order < 0;
    case COMPARE_LE:
        return order <= 0;
    case COMPARE_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

/* The attribute as a plugin sees it, in memory that is given back at once: conditions know no request. */
static bool plugin_met(const struct leaf *leaf, const struct map *item)
{
    struct value scratch;
    struct arena arena;
    jmp_buf exhausted;
    const struct value *value = operand_value(leaf->operands, item, &scratch);
    unsigned count = leaf->operand_count - 1;
    if (!value)
        return leaf->plugin->holds(NULL, leaf->texts, count);
    arena_init(&arena, &exhausted);
    bool met = false;
    if (setjmp(exhausted) == 0) {
        struct buffer text;
        buffer_init(&text, &arena);
        value_write_json(&text, value);
        buffer_append_byte(&text, '\0');
        met = leaf->plugin->holds(text.data, leaf->texts, count);
    }
    arena_release(&arena);
    return met;
}

static bool leaf_met(const struct leaf *leaf, const struct map *item)
{
    const struct operand *operand = leaf->operands;
    if (leaf->type == LEAF_CALL)
        return call_met(operand, item);
    if (leaf->type == LEAF_PLUGIN)
        return plugin_met(leaf, item);
    struct value scratch[2];
    const struct value *left = operand_value(operand, item, &scratch[0]);
    operand = operand->next;
    if (leaf->type == LEAF_COMPARE)
        return compare_met(leaf->comparator, left, operand_value(operand, item, &scratch[1]));
    if (leaf->type == LEAF_BETWEEN)
        return compare_met(COMPARE_GE, left, operand_value(operand, item, &scratch[1])) &&
               compare_met(COMPARE_LE, left, operand_value(operand->next, item, &scratch[1]));
    for (; operand; operand = operand->next) {
        if (compare_met(COMPARE_EQ, left, operand_value(operand, item, &scratch[1])))
            return true;
    }
    return false;
}

bool condition_met(const struct condition *condition, const struct map *item)
{
    static const struct map nothing;
    int next = condition ? condition->entry : CONDITION_MET;
    while (next >= 0) {
        const struct leaf *leaf = &condition->leaves[next];
        next = leaf->target[leaf_met(leaf, item ? item : &nothing)];
    }
    return next == CONDITION_MET;
}

int condition_check_key_paths(struct request *request, const struct condition *condition,
                              const struct table *table)
{
    for (int owner = TABLE_KEYS; owner <= INDEX_KEYS; owner++)
        for (size_t i = 0; condition && i < condition->operand_count; i++) {
            const struct operand *operand = condition->operands[i];
            if (operand->type == OPERAND_PATH &&
                check_key_path(request, table, &operand->path, (enum key_owner_kind)owner) < 0)
                return -1;
        }
    return 0;
}

static bool names_top_level(const struct condition *condition, struct slice name)
{
    for (size_t i = 0; i < condition->operand_count; i++) {
        const struct operand *operand = condition->operands[i];
        if (operand->type == OPERAND_PATH && slice_equal(operand->path.elements[0].name, name))
            return true;
    }
    return false;
}

int filter_check_keys(struct request *request, const struct condition *filter,
                      const struct key_schema *keys)
{
    const struct key_attribute *key;
    for (unsigned n = 0; filter && (key = key_schema_at(keys, n)) != NULL; n++)
        if (names_top_level(filter, key->name))
            return request_fail(
                request, ERROR_VALIDATION,
                "%s can only contain non-primary key attributes: Primary key attribute: %.*s",
                filter->legacy ? "QueryFilter" : "Filter Expression", SLICE_ARGUMENTS(key->name));
    return 0;
}

void condition_top_level(const struct condition *condition,
                         void (*visit)(void *context, struct slice name), void *context)
{
    for (size_t i = 0; condition && i < condition->operand_count; i++) {
        const struct operand *operand = condition->operands[i];
        if (operand->type == OPERAND_PATH)
            visit(context, operand->path.elements[0].name);
    }
}
