/*
 * expression.c - the text of an expression, of the kind that the first byte picks: refused with a
 * sentence, or met with an item. A condition and its negation disagree; an update leaves a map in
 * order that is not too deep.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/expression/expression.h"
#include "engine/value_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char parameters[] =
    "{\"ConditionExpression\":\"\",\"ExpressionAttributeNames\":{\"#a\":\"a\",\"#b\":\"b.c\"},"
    "\"ExpressionAttributeValues\":{\":s\":{\"S\":\"x\"},\":n\":{\"N\":\"1\"},\":b\":{\"B\":\"YQ=="
    "\"},"
    "\":t\":{\"BOOL\":true},\":z\":{\"NULL\":true},\":l\":{\"L\":[{\"N\":\"1\"}]},\":m\":{\"M\":{}}"
    ","
    "\":ss\":{\"SS\":[\"x\"]},\":ns\":{\"NS\":[\"1\"]},\":S\":{\"S\":\"S\"}}}";
static const char item_text[] =
    "{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"1\"},\"b.c\":{\"B\":\"YQ==\"},\"c\":{\"L\":[{\"N\":\"0\"},"
    "{\"L\":[{\"S\":\"x\"}]}]},\"d\":{\"M\":{\"a\":{\"N\":\"2\"},\"b\":{\"SS\":[\"x\",\"y\"]}}},"
    "\"e\":{\"SS\":[\"x\"]}}";

static void demand(bool truth)
{
    if (!truth)
        __builtin_trap();
}

static void check_order(const struct map *map)
{
    for (size_t i = 1; i < map->count; i++)
        demand(slice_compare(map->attributes[i - 1].name, map->attributes[i].name) < 0);
    for (size_t i = 0; i < map->count; i++)
        demand(value_depth(&map->attributes[i].value) <= VALUE_DEPTH_MAX);
}

static void check_condition(struct request *request, struct slice text,
                            struct placeholders *placeholders, const struct map *item)
{
    struct condition *condition, *negated;
    if (condition_parse(request, EXPRESSION_FILTER, text, placeholders, &condition) != 0)
        return;
    bool met = condition_met(condition, item);
    condition_met(condition, NULL);
    char *opposite = arena_printf(&request->arena, "NOT (%.*s)", (int)text.length, text.data);
    /* It may be too long now, have one operator too many, or redundant parentheses. */
    if (condition_parse(request, EXPRESSION_FILTER, slice_of(opposite), placeholders, &negated) !=
        0)
        return;
    demand(condition_met(negated, item) != met);
}

static void check_key(struct request *request, struct slice text, struct placeholders *placeholders)
{
    static const struct key_schema keys = { .partition = { { { "a", 1 }, VALUE_S } },
                                            .sort = { { { "b", 1 }, VALUE_N },
                                                      { { "d", 1 }, VALUE_S } },
                                            .partition_count = 1,
                                            .sort_count = 2 };
    struct key_expression *expression;
    struct key_condition condition;
    if (key_expression_parse(request, text, placeholders, &expression) != 0 ||
        key_expression_check(request, expression) < 0 ||
        key_condition_resolve(request, expression, &keys, &condition) != 0)
        return;
    demand(condition.partition[0] != NULL && condition.equal_count <= 2);
    demand((condition.sort_operator == SORT_ALL) == (condition.low == NULL));
}

static void check(struct request *request, enum expression_kind kind, struct slice text,
                  const json_t *json, const json_t *item_json)
{
    struct placeholders *placeholders;
    struct projection *projection;
    struct update *update;
    struct map item;
    demand(placeholders_read(request, json, &placeholders) == 0);
    demand(map_from_json(request, item_json, &item) == 0);
    if (kind == EXPRESSION_UPDATE) {
        if (update_parse(request, text, placeholders, &update) == 0 &&
            update_apply(request, update, &item) == 0) {
            check_order(&item);
            struct map touched = update_touched(&request->arena, update, &item);
            check_order(&touched);
        }
    } else if (kind == EXPRESSION_PROJECTION) {
        if (projection_parse(request, text, placeholders, &projection) == 0) {
            struct map part = projection_apply(&request->arena, projection, &item);
            check_order(&part);
            demand(part.count <= item.count);
        }
    } else if (kind == EXPRESSION_KEY_CONDITION) {
        check_key(request, text, placeholders);
    } else {
        check_condition(request, text, placeholders, &item);
    }
    demand((request->error == ERROR_NONE) == (request->message == NULL));
    demand(request->error == ERROR_NONE || request->error == ERROR_VALIDATION);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    if (size == 0)
        return 0;
    char *text = malloc(size); /* no byte more, for a sanitizer to see the first too many */
    json_t *json = json_loads(parameters, 0, NULL);
    json_t *item = json_loads(item_text, 0, NULL);
    demand(text && json && item);
    for (size_t i = 1; i < size; i++)
        text[i - 1] = (char)data[i];
    request = (struct request){ .error = ERROR_NONE };
    arena_init(&request.arena, &request.exhausted);
    if (setjmp(request.exhausted) == 0)
        check(&request, (enum expression_kind)(data[0] % (EXPRESSION_UPDATE + 1)),
              (struct slice){ text, size - 1 }, json, item);
    free(request.message);
    arena_release(&request.arena);
    json_decref(json);
    json_decref(item);
    free(text);
    return 0;
}
