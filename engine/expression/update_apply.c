/*
 * update_apply.c - an update meets an item. First every action's value is worked out from the item
 * as it was; then the tree of paths is laid over it, so that list indexes mean the original
 * elements whatever else happens to their list. Sources: AWS developer guide,
 * Expressions.UpdateExpressions; facts/fidelity.md section 5.
 */
#include "engine/expression/internal.h"

static int fail_update(struct request *request, const char *message)
{
    return request_fail(request, ERROR_VALIDATION, "%s", message);
}

static int fail_type(struct request *request, const struct update *update)
{
    return fail_update(
        request, update->legacy ? "Type mismatch for attribute to update"
                                : "An operand in the update expression has an incorrect data type");
}

static int fail_path(struct request *request)
{
    return fail_update(request,
                       "The document path provided in the update expression is invalid for update");
}

static int fail_number(struct request *request, enum number_error error)
{
    switch (error) {
    case NUMBER_OVERFLOW:
        return fail_update(
            request, "Number overflow. Attempting to store a number with magnitude larger than "
                     "supported range");
    case NUMBER_UNDERFLOW:
        return fail_update(
            request, "Number underflow. Attempting to store a number with magnitude smaller than "
                     "supported range");
    default:
        return fail_update(request,
                           "Attempting to store more than 38 significant digits in a Number");
    }
}

static int fail_missing(struct request *request)
{
    return fail_update(
        request, "The provided expression refers to an attribute that does not exist in the item");
}

/*
 * A path, a value, or if_not_exists; *out is NULL for a path that does not exist. The second
 * operand of if_not_exists must exist even where the first does: so does DynamoDB Local 2.6.1.
 */
static int simple_value(struct request *request, const struct operand *operand,
                        const struct map *item, const struct value **out)
{
    const struct value *found = NULL;
    bool call = operand->type == OPERAND_CALL;
    for (; operand->type == OPERAND_CALL; operand = operand->arguments->next) {
        if (!found) /* if_not_exists; list_append stands nowhere but at the top */
            found = path_find(&operand->arguments->path, item);
    }
    const struct value *last =
        operand->type == OPERAND_VALUE ? operand->value : path_find(&operand->path, item);
    if (call && !last)
        return fail_missing(request);
    *out = found ? found : last;
    return 0;
}

static int check_operand(struct request *request, const struct update *update,
                         const struct value *value, enum value_type wanted)
{
    if (!value)
        return fail_missing(request);
    return value->type == wanted ? 0 : fail_type(request, update);
}

static struct value concatenate(struct arena *arena, const struct value *a, const struct value *b)
{
    struct value list = { .type = VALUE_L };
    list.list.count = a->list.count + b->list.count;
    list.list.values = ARENA_NEW_ARRAY(arena, list.list.count, struct value);
    for (size_t i = 0; i < a->list.count; i++)
        list.list.values[i] = a->list.values[i];
    for (size_t i = 0; i < b->list.count; i++)
        list.list.values[a->list.count + i] = b->list.values[i];
    return list;
}

/* What SET assigns. */
static int assigned_value(struct request *request, const struct update *update,
                          const struct operand *operand, const struct map *item, struct value *out)
{
    bool append = operand->type == OPERAND_CALL && operand->function == FUNCTION_LIST_APPEND;
    const struct value *left, *right;
    if (!append && operand->type != OPERAND_PLUS && operand->type != OPERAND_MINUS) {
        if (simple_value(request, operand, item, &left) < 0)
            return -1;
        if (!left)
            return fail_missing(request);
        *out = *left;
        return 0;
    }
    enum value_type wanted = append ? VALUE_L : VALUE_N;
    if (simple_value(request, operand->arguments, item, &left) < 0 ||
        simple_value(request, operand->arguments->next, item, &right) < 0 ||
        check_operand(request, update, left, wanted) < 0 ||
        check_operand(request, update, right, wanted) < 0)
        return -1;
    if (append) {
        *out = concatenate(&request->arena, left, right);
        return 0;
    }
    *out = (struct value){ .type = VALUE_N };
    enum number_error error = operand->type == OPERAND_PLUS
                                  ? number_add(&left->number, &right->number, &out->number)
                                  : number_subtract(&left->number, &right->number, &out->number);
    return error == NUMBER_OK ? 0 : fail_number(request, error);
}

/* What ADD makes of what is there. */
static int added_value(struct request *request, const struct update *update,
                       const struct value *old, const struct value *operand, struct value *out)
{
    *out = *operand;
    if (!old)
        return 0;
    if (old->type != operand->type)
        return fail_type(request, update);
    if (operand->type == VALUE_N) {
        enum number_error error = number_add(&old->number, &operand->number, &out->number);
        return error == NUMBER_OK ? 0 : fail_number(request, error);
    }
    *out = operand->type == VALUE_L ? concatenate(&request->arena, old, operand)
                                    : set_union(&request->arena, old, operand);
    return 0;
}

/* Whether the last element of the path has something to stand in. */
static bool has_parent(const struct path *path, const struct map *item)
{
    if (path->count == 1)
        return true;
    struct path parent = { path->elements, path->count - 1 };
    const struct value *value = path_find(&parent, item);
    return value && value->type == (path->elements[path->count - 1].name.data ? VALUE_M : VALUE_L);
}

/* Works out what is to stand at the action's path; action->removes when nothing is. */
static int evaluate_action(struct request *request, const struct update *update,
                           struct action *action, const struct map *item)
{
    const struct path *path = &action->target->path;
    if (!has_parent(path, item))
        return fail_path(request);
    action->removes = action->type == ACTION_REMOVE;
    if (action->removes)
        return 0;
    const struct value *old = path_find(path, item);
    if (action->type == ACTION_SET) {
        if (assigned_value(request, update, action->value, item, &action->result) < 0)
            return -1;
    } else if (action->type == ACTION_ADD) {
        if (added_value(request, update, old, action->value->value, &action->result) < 0)
            return -1;
    } else {
        if (old && old->type != action->value->value->type)
            return fail_type(request, update);
        if (old)
            action->result = set_difference(&request->arena, old, action->value->value);
        action->removes = !old || action->result.list.count == 0;
        return 0;
    }
    if (path->count - 1 + value_depth(&action->result) > VALUE_DEPTH_MAX)
        return fail_update(
            request, "Nesting Levels have exceeded supported limits: Attributes in the item have "
                     "nested levels beyond supported limit");
    return 0;
}

static size_t count_children(const struct path_node *node)
{
    size_t count = 0;
    for (const struct path_node *child = node->children; child; child = child->next)
        count++;
    return count;
}

static int apply_map(struct request *request, const struct path_node *node, struct map *map);
static int apply_list(struct request *request, const struct path_node *node, struct value *list);

/*
 * What a node's part of the item becomes. *value is what was there, if *exists, and becomes what is
 * to be there, if *exists then. As deep as a path: 32 at the most.
 */
static int apply_node(struct request *request, const struct path_node *node, struct value *value,
                      bool *exists)
{
    if (node->path) {
        *exists = !node->action->removes;
        if (*exists)
            *value = node->action->result;
        return 0;
    }
    bool in_map = node->children->element.name.data != NULL;
    if (!*exists || value->type != (in_map ? VALUE_M : VALUE_L))
        return fail_path(request);
    return in_map ? apply_map(request, node, &value->map) : apply_list(request, node, value);
}

/* Merges a node's children, which are sorted, into the attributes, which are too. */
static int apply_map(struct request *request, const struct path_node *node, struct map *map)
{
    struct map out = { 0 };
    out.attributes =
        ARENA_NEW_ARRAY(&request->arena, map->count + count_children(node), struct attribute);
    const struct path_node *child = node->children;
    size_t i = 0;
    while (child || i < map->count) {
        int order = !child            ? 1
                    : i == map->count ? -1
                                      : slice_compare(child->element.name, map->attributes[i].name);
        struct attribute *slot = &out.attributes[out.count];
        bool exists = order >= 0;
        if (exists)
            *slot = map->attributes[i++];
        else
            slot->name = child->element.name;
        if (order <= 0) {
            if (apply_node(request, child, &slot->value, &exists) < 0)
                return -1;
            child = child->next;
        }
        out.count += exists;
    }
    *map = out;
    return 0;
}

/* As apply_map; what is set beyond the end is appended, in the order of the indexes. */
static int apply_list(struct request *request, const struct path_node *node, struct value *list)
{
    struct value out = { .type = VALUE_L };
    out.list.values =
        ARENA_NEW_ARRAY(&request->arena, list->list.count + count_children(node), struct value);
    const struct path_node *child = node->children;
    size_t i = 0;
    while (child || i < list->list.count) {
        struct value *slot = &out.list.values[out.list.count];
        bool exists = i < list->list.count;
        bool touched = child && (!exists || child->element.index == i);
        if (exists)
            *slot = list->list.values[i++];
        if (touched) {
            if (apply_node(request, child, slot, &exists) < 0)
                return -1;
            child = child->next;
        }
        out.list.count += exists;
    }
    *list = out;
    return 0;
}

int update_apply(struct request *request, const struct update *update, struct map *item)
{
    if (!update || update->count == 0)
        return 0;
    for (size_t i = 0; i < update->count; i++) {
        if (evaluate_action(request, update, update->visited[i], item) < 0)
            return -1;
    }
    return apply_map(request, &update->tree.root, item);
}

bool update_only_deletes(const struct update *update)
{
    for (size_t i = 0; update && i < update->count; i++)
        if (update->actions[i].type == ACTION_SET || update->actions[i].type == ACTION_ADD)
            return false;
    return update && update->count > 0;
}

struct map update_touched(struct arena *arena, const struct update *update, const struct map *image)
{
    if (!update || update->count == 0)
        return (struct map){ 0 };
    return path_tree_project(arena, &update->tree, image);
}
