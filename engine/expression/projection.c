/*
 * projection.c - ProjectionExpression: paths, and the parts of an item that they name.
 */
#include "engine/expression/internal.h"

struct projection {
    struct operand **paths;
    size_t count;
    struct path_tree tree;
};

int projection_parse(struct request *request, struct slice text, struct placeholders *placeholders,
                     struct projection **out)
{
    *out = NULL;
    if (!text.data)
        return 0;
    struct parser parser;
    if (parser_begin(&parser, request, EXPRESSION_PROJECTION, text, placeholders) < 0)
        return -1;
    do {
        struct operand *path;
        if (parse_path(&parser, &path) < 0)
            return -1;
    } while (accept_token(&parser, TOKEN_COMMA));
    if (expect_token(&parser, TOKEN_END) < 0 || check_words(&parser) < 0)
        return -1;
    struct projection *projection = ARENA_NEW(parser.arena, struct projection);
    projection->paths = parser.completed;
    projection->count = parser.completed_count;
    for (size_t i = projection->count; i-- > 0;) {
        if (resolve_path(&parser, projection->paths[i]) < 0 ||
            path_tree_add(&parser, &projection->tree, &projection->paths[i]->path, NULL) < 0)
            return -1;
    }
    if (check_resolved_size(&parser) < 0)
        return -1;
    *out = projection;
    return 0;
}

int legacy_attributes_to_get(struct request *request, const json_t *input, struct projection **out)
{
    *out = NULL;
    const json_t *names = input_get(input, "AttributesToGet");
    if (!names)
        return 0;
    size_t count = json_array_size(names);
    struct projection *projection = ARENA_NEW(&request->arena, struct projection);
    projection->paths = ARENA_NEW_ARRAY(&request->arena, count, struct operand *);
    projection->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *json = json_array_get(names, i);
        struct slice name = { json_string_value(json), json_string_length(json) };
        if (legacy_name_check(request, name) < 0)
            return -1;
        struct operand *operand = ARENA_NEW(&request->arena, struct operand);
        operand->path.elements = ARENA_NEW(&request->arena, struct path_element);
        operand->path.elements[0].name = name;
        operand->path.count = 1;
        projection->paths[i] = operand;
        unsigned before = projection->tree.count;
        path_tree_add_name(&request->arena, &projection->tree, &operand->path, NULL);
        /* Source: dynalite. DynamoDB Local words it otherwise. */
        if (projection->tree.count == before)
            return request_fail(request, ERROR_VALIDATION,
                                "One or more parameter values were invalid: Duplicate value in "
                                "attribute name: %.*s",
                                SLICE_ARGUMENTS(name));
    }
    *out = projection;
    return 0;
}

struct map projection_apply(struct arena *arena, const struct projection *projection,
                            const struct map *item)
{
    return projection ? path_tree_project(arena, &projection->tree, item) : *item;
}

void projection_top_level(const struct projection *projection,
                          void (*visit)(void *context, struct slice name), void *context)
{
    for (size_t i = 0; projection && i < projection->count; i++)
        visit(context, projection->paths[i]->path.elements[0].name);
}

int projection_check_key_paths(struct request *request, const struct projection *projection,
                               const struct table *table)
{
    for (int owner = TABLE_KEYS; owner <= INDEX_KEYS; owner++)
        for (size_t i = 0; projection && i < projection->count; i++)
            if (check_key_path(request, table, &projection->paths[i]->path,
                               (enum key_owner_kind)owner) < 0)
                return -1;
    return 0;
}
