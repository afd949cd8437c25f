/*
 * update.c - UpdateExpression: its sections, and the checks that need no item. Applying one is
 * update_apply.c's.
 */
#include "engine/expression/internal.h"

enum { SECTIONS = ACTION_DELETE + 1 };

static const char *const sections[SECTIONS] = {
    [ACTION_SET] = "SET",
    [ACTION_REMOVE] = "REMOVE",
    [ACTION_ADD] = "ADD",
    [ACTION_DELETE] = "DELETE",
};

/* The names that ADD and DELETE give to types in their message. Source: dynalite; sets never come
 * up there. */
static const char *const long_types[] = {
    [VALUE_S] = "STRING",  [VALUE_N] = "NUMBER", [VALUE_B] = "BINARY", [VALUE_BOOL] = "BOOLEAN",
    [VALUE_NULL] = "NULL", [VALUE_L] = "LIST",   [VALUE_M] = "MAP",
};

static int parse_action(struct parser *parser, enum action_type type, struct action *action)
{
    action->type = type;
    if (parse_path(parser, &action->target) < 0)
        return -1;
    action->completed_from = parser->completed_count;
    if (type == ACTION_SET &&
        (expect_token(parser, TOKEN_EQ) < 0 || parse_assigned(parser, &action->value) < 0))
        return -1;
    if ((type == ACTION_ADD || type == ACTION_DELETE) &&
        parse_value_placeholder(parser, &action->value) < 0)
        return -1;
    action->completed_to = parser->completed_count;
    return 0;
}

static int parse_sections(struct parser *parser, struct update *update)
{
    bool seen[SECTIONS] = { false };
    do {
        enum token_type keyword = current_token(parser)->type;
        if (keyword < TOKEN_SET || keyword > TOKEN_DELETE)
            return fail_syntax(parser);
        parser->position++;
        enum action_type type = (enum action_type)(keyword - TOKEN_SET);
        do {
            if (parse_action(parser, type, &update->actions[update->count]) < 0)
                return -1;
            update->count++;
        } while (accept_token(parser, TOKEN_COMMA));
        if (seen[type] && parser->duplicate_section_at == SIZE_MAX) {
            parser->duplicate_section_at = parser->started_count;
            parser->duplicate_section = sections[type];
        }
        seen[type] = true;
    } while (current_token(parser)->type != TOKEN_END);
    return 0;
}

static bool is_set(enum value_type type)
{
    return type == VALUE_SS || type == VALUE_NS || type == VALUE_BS;
}

static int check_values(struct parser *parser, const struct action *action)
{
    if (resolve_operands(parser, action->completed_from, action->completed_to) < 0)
        return -1;
    if (action->type == ACTION_SET) {
        if (action->value->type == OPERAND_PLUS || action->value->type == OPERAND_MINUS)
            return check_arithmetic(parser, action->value);
        return 0;
    }
    if (action->type == ACTION_REMOVE)
        return 0;
    enum value_type type = action->value->value->type;
    if (is_set(type) || (type == VALUE_N && action->type == ACTION_ADD))
        return 0;
    const char *name = sections[action->type];
    return expression_fail(
        parser,
        "Incorrect operand type for operator or function; operator: %s, operand type: %s, "
        "typeSet: ALLOWED_FOR_%s_OPERAND",
        name, long_types[type], name);
}

int update_parse(struct request *request, struct slice text, struct placeholders *placeholders,
                 struct update **out)
{
    *out = NULL;
    if (!text.data)
        return 0;
    struct parser parser;
    if (parser_begin(&parser, request, EXPRESSION_UPDATE, text, placeholders) < 0)
        return -1;
    struct update *update = ARENA_NEW(parser.arena, struct update);
    update->actions = ARENA_NEW_ARRAY(parser.arena, parser.token_count + 1, struct action);
    if (parse_sections(&parser, update) < 0 || check_words(&parser) < 0)
        return -1;
    for (size_t i = update->count; i-- > 0;) {
        struct action *action = &update->actions[i];
        if (resolve_path(&parser, action->target) < 0 ||
            path_tree_add(&parser, &update->tree, &action->target->path, action) < 0)
            return -1;
    }
    for (size_t i = update->count; i-- > 0;) {
        if (check_values(&parser, &update->actions[i]) < 0)
            return -1;
    }
    if (check_resolved_size(&parser) < 0)
        return -1;
    update->visited = ARENA_NEW_ARRAY(parser.arena, update->count, struct action *);
    path_tree_actions(parser.arena, &update->tree, update->visited);
    update->operands = parser.completed;
    update->operand_count = parser.completed_count;
    *out = update;
    return 0;
}

bool update_is_legacy(const struct update *update)
{
    return update && update->legacy;
}

/* The type that an operand has whatever the item; 0 when that depends. Source: dynalite, whose live counterpart it mirrors. */
static enum value_type known_type(const struct operand *operand)
{
    for (; operand->type == OPERAND_CALL && operand->function == FUNCTION_IF_NOT_EXISTS;
         operand = operand->arguments->next)
        ;
    switch (operand->type) {
    case OPERAND_VALUE:
        return operand->value->type;
    case OPERAND_CALL:
        return VALUE_L;
    case OPERAND_PLUS:
    case OPERAND_MINUS:
        return VALUE_N;
    default:
        return 0;
    }
}

/* The type that the update is known to give a top-level attribute; 0 when it is not known, or not touched. */
static enum value_type assigned_type(const struct update *update, struct slice name)
{
    for (size_t i = 0; i < update->count; i++) {
        const struct action *action = &update->actions[i];
        const struct path *path = &action->target->path;
        if (path->count == 1 && action->value && slice_equal(path->elements[0].name, name))
            return known_type(action->value);
    }
    return 0;
}

/* Of several indexes it names the first in the order of names: ExtendDB/extenddb#184, measured on the service. */
static int check_index_keys(struct request *request, const struct update *update,
                            const struct table *table)
{
    const struct index *wrong = NULL;
    const struct key_attribute *key = NULL;
    for (size_t i = 0; i < table->index_count; i++) {
        const struct index *index = &table->indexes[i];
        if (wrong && slice_compare(wrong->name, index->name) < 0)
            continue;
        const struct key_attribute *attribute = NULL;
        for (unsigned n = 0; (attribute = key_schema_at(&index->keys, n)) != NULL; n++) {
            enum value_type type = assigned_type(update, attribute->name);
            if (type == 0 || type == attribute->type)
                continue;
            wrong = index;
            key = attribute;
            break;
        }
    }
    if (!wrong)
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        "One or more parameter values were invalid: Type mismatch for Index Key %.*s Expected: %s "
        "Actual: %s IndexName: %.*s",
        SLICE_ARGUMENTS(key->name), value_type_name(key->type),
        value_type_name(assigned_type(update, key->name)), SLICE_ARGUMENTS(wrong->name));
}

int update_check_keys(struct request *request, const struct update *update,
                      const struct table *table)
{
    if (!update)
        return 0;
    const struct key_schema *keys = &table->keys;
    for (size_t i = 0; i < update->count; i++) {
        struct slice name = update->actions[i].target->path.elements[0].name;
        if (is_key_attribute(keys, name))
            return request_fail(
                request, ERROR_VALIDATION,
                "One or more parameter values were invalid: Cannot update attribute %.*s. "
                "This attribute is part of the key",
                SLICE_ARGUMENTS(name));
    }
    if (check_index_keys(request, update, table) < 0)
        return -1;
    /* A target that is inside a key attribute of the table has been met above. */
    for (int owner = TABLE_KEYS; owner <= INDEX_KEYS; owner++) {
        for (size_t i = 0; i < update->operand_count; i++) {
            const struct operand *operand = update->operands[i];
            if (operand->type == OPERAND_PATH &&
                check_key_path(request, table, &operand->path, (enum key_owner_kind)owner) < 0)
                return -1;
        }
    }
    return 0;
}
