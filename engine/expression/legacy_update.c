/*
 * legacy_update.c - AttributeUpdates as an update: PUT is SET, DELETE without a value REMOVE, with
 * one DELETE, ADD is ADD and takes a list too. Texts: dynalite; DynamoDB Local 2.6.1 agrees, but
 * writes STRING where dynalite's have S, as somebody was told in 2014
 * (awslabs/dynamodb-document-js-sdk#20); which of the two it is now is unverified.
 */
#include "engine/expression/internal.h"
#include "engine/value_json.h"

static const unsigned set_types = 1u << VALUE_SS | 1u << VALUE_NS | 1u << VALUE_BS;
static const unsigned added_types =
    1u << VALUE_SS | 1u << VALUE_NS | 1u << VALUE_BS | 1u << VALUE_N | 1u << VALUE_L;

static int fail_action(struct request *request, const char *what, enum value_type type)
{
    return request_fail(request, ERROR_VALIDATION,
                        "One or more parameter values were invalid: %s for the type %s", what,
                        value_type_name(type));
}

static struct operand *create_operand(struct arena *arena, enum operand_type type)
{
    struct operand *operand = ARENA_NEW(arena, struct operand);
    operand->type = type;
    return operand;
}

static int read_action(struct request *request, struct slice name, const json_t *json,
                       struct action *action)
{
    if (legacy_name_check(request, name) < 0)
        return -1;
    bool deletes = input_is(json, "Action", "DELETE"), adds = input_is(json, "Action", "ADD");
    const json_t *value = input_get(json, "Value");
    if (!value && !deletes)
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Only DELETE action is allowed when no "
            "attribute value is specified");
    action->type = adds       ? ACTION_ADD
                   : !deletes ? ACTION_SET
                   : value    ? ACTION_DELETE
                              : ACTION_REMOVE;
    action->target = create_operand(&request->arena, OPERAND_PATH);
    action->target->path.elements = ARENA_NEW(&request->arena, struct path_element);
    action->target->path.elements[0].name = name;
    action->target->path.count = 1;
    if (!value)
        return 0;
    struct value *operand = ARENA_NEW(&request->arena, struct value);
    if (value_from_json(request, value, operand) < 0)
        return -1;
    if (deletes && !(set_types & 1u << operand->type))
        return fail_action(request, "DELETE action with value is not supported", operand->type);
    if (adds && !(added_types & 1u << operand->type))
        return fail_action(request, "ADD action is not supported", operand->type);
    action->value = create_operand(&request->arena, OPERAND_VALUE);
    action->value->value = operand;
    return 0;
}

int legacy_attribute_updates(struct request *request, const json_t *input, struct update **out)
{
    *out = NULL;
    const json_t *json = input_get(input, "AttributeUpdates");
    if (!json)
        return 0;
    struct update *update = ARENA_NEW(&request->arena, struct update);
    update->legacy = true;
    update->actions = ARENA_NEW_ARRAY(&request->arena, json_object_size(json), struct action);
    const char *name;
    size_t length;
    json_t *member;
    json_object_keylen_foreach((json_t *)json, name, length, member)
    {
        struct action *action = &update->actions[update->count++];
        if (read_action(request, (struct slice){ name, length }, member, action) < 0)
            return -1;
        path_tree_add_name(&request->arena, &update->tree, &action->target->path, action);
    }
    update->visited = ARENA_NEW_ARRAY(&request->arena, update->count, struct action *);
    if (update->count > 0)
        path_tree_actions(&request->arena, &update->tree, update->visited);
    *out = update;
    return 0;
}
