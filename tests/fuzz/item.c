/*
 * item.c - bytes from a store: whatever they are, unpacking reads nothing beyond them, and what it
 * accepts packs to the very same bytes, prints, and has a size, a depth and sort forms.
 */
#include <setjmp.h>
#include <stdint.h>

#include "engine/item.h"
#include "engine/value_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth)
        __builtin_trap();
}

static void check_keys(struct arena *arena, const struct map *item)
{
    for (size_t i = 0; i < item->count; i++) {
        const struct value *value = &item->attributes[i].value;
        demand(map_find(item, item->attributes[i].name) == value);
        if (!value_comparable(value, value))
            continue;
        struct buffer form;
        buffer_init(&form, arena);
        key_encode(&form, value);
        demand(key_encoded_length(buffer_slice(&form), value->type) == form.length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    jmp_buf exhausted;
    struct slice bytes = { (const char *)data, size };
    struct map item;

    arena_init(&arena, &exhausted);
    if (setjmp(exhausted) == 0 && item_unpack(&arena, bytes, &item) == 0) {
        struct buffer packed, json;
        buffer_init(&packed, &arena);
        item_pack(&packed, &item);
        demand(slice_equal(buffer_slice(&packed), bytes));

        struct value whole = { .type = VALUE_M, .map = item };
        demand(value_depth(&whole) <= VALUE_DEPTH_MAX + 1);
        demand(item_size(&item) < 64 * size + 64);
        buffer_init(&json, &arena);
        map_write_json(&json, &item);
        check_keys(&arena, &item);
    }
    arena_release(&arena);
    return 0;
}
