/*
 * update_size.c - what an update measures against the limit of an item's size, which is more than the item it makes: the
 * top-level attributes that it names, as they become, and what its clauses cost. Measured on the service, in eu-west-2
 * and 21 more Regions: facts/fidelity.md section 3, nubo-db/dynoxide#210. Its costs of a clause, `SET a = a + :v` 34,
 * `SET a = a - :v` 37, if_not_exists 39 and list_append 37, are read as wholes: 19 of the SET, 15 of the path that is its
 * operand, and the rest the operator's own. Unverified: that reading, and AttributeUpdates, taken to cost what the same
 * expression does.
 */
#include "engine/expression/internal.h"

enum {
    UPDATE_COST = 3,
    ASSIGNMENT_COST = 19, /* SET, and ADD */
    REMOVAL_COST = 2,     /* REMOVE, and DELETE */
    LIST_INDEX_COST = 1,  /* in the path of a target */
    PATH_COST = 1,        /* of a path that is an operand, and of each of its elements */
    PATH_ELEMENT_COST = 14,
    MINUS_COST = 3,
    LIST_APPEND_COST = 3,
    IF_NOT_EXISTS_COST = 5,
};

static size_t target_cost(const struct path *path)
{
    size_t cost = 0;
    for (size_t i = 0; i < path->count; i++)
        cost += path->elements[i].name.data ? 0 : LIST_INDEX_COST;
    return cost;
}

static size_t operand_cost(const struct operand *operand)
{
    switch (operand->type) {
    case OPERAND_PATH:
        return PATH_COST + PATH_ELEMENT_COST * operand->path.count;
    case OPERAND_CALL:
        return operand->function == FUNCTION_LIST_APPEND ? LIST_APPEND_COST : IF_NOT_EXISTS_COST;
    case OPERAND_MINUS:
        return MINUS_COST;
    default:
        return 0;
    }
}

/* All operands of an assigned value: calls nest, their last argument in the last, so that one goes down a list. */
static size_t value_cost(const struct operand *operand)
{
    size_t cost = 0;
    while (operand) {
        const struct operand *nested = NULL;
        cost += operand_cost(operand);
        for (const struct operand *argument = operand->arguments; argument;
             argument = argument->next) {
            if (argument->arguments && nested)
                cost += value_cost(argument); /* `+`, `-` and list_append have two: no deeper */
            else if (argument->arguments)
                nested = argument;
            else
                cost += operand_cost(argument);
        }
        operand = nested;
    }
    return cost;
}

/* Whether an action before the one at `index` names the same top-level attribute. */
static bool named_before(const struct update *update, size_t index, struct slice name)
{
    if (update->legacy)
        return false; /* they are many at times, and all distinct */
    for (size_t i = 0; i < index; i++)
        if (slice_equal(update->actions[i].target->path.elements[0].name, name))
            return true;
    return false;
}

size_t update_size(const struct update *update, const struct map *image)
{
    if (!update)
        return 0;
    size_t size = UPDATE_COST;
    for (size_t i = 0; i < update->count; i++) {
        const struct action *action = &update->actions[i];
        const struct path *path = &action->target->path;
        bool assigns = action->type == ACTION_SET || action->type == ACTION_ADD;
        size += (assigns ? ASSIGNMENT_COST : REMOVAL_COST) + target_cost(path);
        if (action->value)
            size += value_cost(action->value);
        const struct value *value = map_find(image, path->elements[0].name);
        if (value && !named_before(update, i, path->elements[0].name))
            size += path->elements[0].name.length + value_size(value);
    }
    return size;
}
