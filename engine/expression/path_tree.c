/*
 * path_tree.c - the paths of a projection or an update, merged: finding overlaps, and taking the
 * named parts out of an item. Recursion goes as deep as a path, which is 32 at the most.
 */
#include "engine/expression/internal.h"

/*
 * Which child the service takes when it looks for an example of what is below a node, found by
 * trying 60 pairs in DynamoDB Local 2.6.1: the last of 16 hash buckets, and of that the child that
 * came first.
 */
static unsigned bucket(const struct path_element *element)
{
    uint32_t hash = element->name.data ? java_hash(element->name) : element->index;
    return ((hash ^ hash >> 16) + 1) % 16;
}

static const struct path *example_below(const struct path_node *node)
{
    while (!node->path) {
        const struct path_node *best = node->children;
        for (const struct path_node *child = best->next; child; child = child->next) {
            unsigned a = bucket(&child->element), b = bucket(&best->element);
            if (a > b || (a == b && child->sequence < best->sequence))
                best = child;
        }
        node = best;
    }
    return node->path;
}

static struct path_node *find_or_add(struct arena *arena, struct path_tree *tree,
                                     struct path_node *parent, const struct path_element *element)
{
    struct path_node **link = &parent->children;
    int order = 1;
    while (*link && (order = element_compare(&(*link)->element, element)) < 0)
        link = &(*link)->next;
    if (*link && order == 0)
        return *link;
    struct path_node *node = ARENA_NEW(arena, struct path_node);
    node->element = *element;
    node->next = *link;
    node->sequence = tree->count++;
    *link = node;
    return node;
}

static int fail_paths(struct parser *parser, const char *what, const struct path *path,
                      const struct path_node *below)
{
    return expression_fail(
        parser,
        "Two document paths %s with each other; must remove or rewrite one of these paths; "
        "path one: %s, path two: %s",
        what, path_string(parser->arena, path), path_string(parser->arena, example_below(below)));
}

int path_tree_add(struct parser *parser, struct path_tree *tree, const struct path *path,
                  struct action *action)
{
    struct path_node *node = &tree->root;
    for (size_t i = 0; i < path->count; i++) {
        const struct path_element *element = &path->elements[i];
        struct path_node *parent = node;
        if (parent->children && !parent->children->element.name.data != !element->name.data)
            return fail_paths(parser, "conflict", path, parent);
        node = find_or_add(parser->arena, tree, parent, element);
        if (node->path || (i + 1 == path->count && node->children))
            return fail_paths(parser, "overlap", path, parent);
    }
    node->path = path;
    node->action = action;
    return 0;
}

void path_tree_add_name(struct arena *arena, struct path_tree *tree, const struct path *path,
                        struct action *action)
{
    struct path_node *node = find_or_add(arena, tree, &tree->root, &path->elements[0]);
    node->path = path;
    node->action = action;
}

static struct map project_map(struct arena *arena, const struct path_node *node,
                              const struct map *map);

/* The named part of a value in *out; false when there is none. */
static bool project_value(struct arena *arena, const struct path_node *node,
                          const struct value *value, struct value *out)
{
    if (node->path) {
        *out = *value;
        return true;
    }
    if (value->type == VALUE_M && node->children->element.name.data) {
        *out = (struct value){ .type = VALUE_M };
        out->map = project_map(arena, node, &value->map);
        return out->map.count > 0;
    }
    if (value->type != VALUE_L || node->children->element.name.data)
        return false;
    size_t capacity = 0;
    for (const struct path_node *child = node->children; child; child = child->next)
        capacity++;
    *out = (struct value){ .type = VALUE_L };
    out->list.values = ARENA_NEW_ARRAY(arena, capacity, struct value);
    for (const struct path_node *child = node->children; child; child = child->next) {
        if (child->element.index < value->list.count &&
            project_value(arena, child, &value->list.values[child->element.index],
                          &out->list.values[out->list.count]))
            out->list.count++;
    }
    return out->list.count > 0;
}

static struct map project_map(struct arena *arena, const struct path_node *node,
                              const struct map *map)
{
    size_t capacity = 0;
    for (const struct path_node *child = node->children; child; child = child->next)
        capacity++;
    struct map out = { .attributes = ARENA_NEW_ARRAY(arena, capacity, struct attribute) };
    for (const struct path_node *child = node->children; child; child = child->next) {
        const struct value *value = map_find(map, child->element.name);
        if (value && project_value(arena, child, value, &out.attributes[out.count].value))
            out.attributes[out.count++].name = child->element.name;
    }
    return out;
}

struct map path_tree_project(struct arena *arena, const struct path_tree *tree,
                             const struct map *item)
{
    return project_map(arena, &tree->root, item);
}
