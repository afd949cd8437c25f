/*
 * path_tree.c - the paths of a projection or an update, merged: finding overlaps, and taking the
 * named parts out of an item. Recursion goes as deep as a path, which is 32 at the most.
 */
#include "engine/expression/internal.h"

#include <stdlib.h>

/*
 * The order in which the service visits the children of a node: that of a Java HashMap, which shows
 * in which of several errors it reports and in the paths that it gives as an example. The constant
 * was found by trying names and indexes in DynamoDB Local 2.6.1, which is as deterministic.
 */
struct visit {
    const struct path_node *node;
    uint32_t bucket;
};

static int compare_visits(const void *left, const void *right)
{
    const struct visit *a = left, *b = right;
    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    return a->node->sequence < b->node->sequence ? -1 : 1;
}

static size_t count_children(const struct path_node *node)
{
    size_t count = 0;
    for (const struct path_node *child = node->children; child; child = child->next)
        count++;
    return count;
}

static uint32_t node_bucket(const struct path_node *node, uint32_t buckets)
{
    uint32_t hash =
        0xfdf81 + (node->element.name.data ? java_hash(node->element.name) : node->element.index);
    return (hash ^ hash >> 16) % buckets;
}

/* The children in that order; *count of them. */
static struct visit *visit_order(struct arena *arena, const struct path_node *node, size_t *count)
{
    *count = count_children(node);
    uint32_t buckets = 16;
    while (buckets / 4 * 3 < *count)
        buckets *= 2;
    struct visit *visits = ARENA_NEW_ARRAY(arena, *count, struct visit);
    size_t i = 0;
    for (const struct path_node *child = node->children; child; child = child->next)
        visits[i++] = (struct visit){ child, node_bucket(child, buckets) };
    qsort(visits, *count, sizeof *visits, compare_visits);
    return visits;
}

static const struct path *example_below(struct arena *arena, const struct path_node *node)
{
    while (!node->path) {
        size_t count;
        node = visit_order(arena, node, &count)[0].node;
    }
    return node->path;
}

static size_t list_actions(struct arena *arena, const struct path_node *node, struct action **out)
{
    if (node->path) {
        out[0] = node->action;
        return 1;
    }
    size_t count, listed = 0;
    struct visit *visits = visit_order(arena, node, &count);
    for (size_t i = 0; i < count; i++)
        listed += list_actions(arena, visits[i].node, out + listed);
    return listed;
}

void path_tree_actions(struct arena *arena, const struct path_tree *tree, struct action **out)
{
    list_actions(arena, &tree->root, out);
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
        what, path_string(parser->arena, path),
        path_string(parser->arena, example_below(parser->arena, below)));
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
    *out = (struct value){ .type = VALUE_L };
    out->list.values = ARENA_NEW_ARRAY(arena, count_children(node), struct value);
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
    struct map out = { .attributes =
                           ARENA_NEW_ARRAY(arena, count_children(node), struct attribute) };
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
