/*
 * value_json.c - JSON from a client, as an item: what is accepted is stored and answered as the
 * same item, and what is not has an error with a text. The first byte picks the layer.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/item.h"
#include "engine/schema/schema.h"
#include "engine/value_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth)
        __builtin_trap();
}

static bool maps_equal(const struct map *a, const struct map *b)
{
    struct value x = { .type = VALUE_M, .map = *a }, y = { .type = VALUE_M, .map = *b };
    return value_equal(&x, &y);
}

static void check(struct request *request, json_t *input)
{
    static const struct shape value = { .kind = SHAPE_ATTRIBUTE_VALUE, .name = "AttributeValue" };
    static const struct shape item_shape = { .kind = SHAPE_MAP, .element = &value };
    struct map item, again;
    if (schema_check_types(request, &item_shape, input) != 0 ||
        map_from_json(request, input, &item) != 0) {
        demand(request->error != ERROR_NONE && request->message);
        return;
    }
    demand(request->error == ERROR_NONE);

    struct buffer packed, text;
    buffer_init(&packed, &request->arena);
    item_pack(&packed, &item);
    demand(item_unpack(&request->arena, buffer_slice(&packed), &again) == 0);
    demand(maps_equal(&item, &again));
    demand(item_size(&item) == item_size(&again));

    buffer_init(&text, &request->arena);
    map_write_json(&text, &item);
    json_t *json = json_loadb(text.data, text.length, JSON_ALLOW_NUL, NULL);
    demand(json != NULL);
    demand(map_from_json(request, json, &again) == 0 && maps_equal(&item, &again));
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    if (size == 0)
        return 0;
    json_t *json = json_loadb((const char *)data + 1, size - 1, JSON_ALLOW_NUL, NULL);
    if (!json)
        return 0;
    request = (struct request){
        .layer = data[0] % (VALUE_LAYER_CURRENT + 1),
        .envelope = data[0] & 4,
    };
    arena_init(&request.arena, &request.exhausted);
    if (json_is_object(json) && setjmp(request.exhausted) == 0)
        check(&request, json);
    free(request.message);
    arena_release(&request.arena);
    json_decref(json);
    return 0;
}
