/*
 * test_codec.c - records of definitions: written and read back, of a newer format, and whatever
 * else may be in a store.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "engine/table_codec.h"

static jmp_buf exhausted;

static struct table full_table(struct arena *arena, const json_t *tags)
{
    struct index *indexes = ARENA_NEW_ARRAY(arena, 2, struct index);
    struct slice *included = ARENA_NEW_ARRAY(arena, 1, struct slice);
    struct key_attribute *definitions = ARENA_NEW_ARRAY(arena, 2, struct key_attribute);
    included[0] = slice_of("other \"quoted\"");
    definitions[0] = (struct key_attribute){ slice_of("pk"), VALUE_S };
    definitions[1] = (struct key_attribute){ slice_of("sk"), VALUE_B };
    indexes[0] = (struct index){ .id = 8,
                                 .name = slice_of("local"),
                                 .keys = { { definitions[0] }, { definitions[1] }, 1, 1 },
                                 .projection = PROJECTION_KEYS_ONLY,
                                 .created = 5 };
    indexes[1] = (struct index){
        .id = 9,
        .name = slice_of("global"),
        .keys = { { definitions[1], definitions[0] }, { { { NULL, 0 }, 0 } }, 2, 0 },
        .global = true,
        .projection = PROJECTION_INCLUDE,
        .included = included,
        .included_count = 1,
        .throughput = { 1, 2, 3, 4, 5, 6, 7, 8 },
        .on_demand = { 9, 10 },
        .warm = { 11, 12, 13, 14, 15, true },
        .active_at = 16,
        .backfill_at = 17,
        .updated_at = 18,
        .deleted_at = 19
    };
    return (struct table){ .id = UINT64_MAX / 2,
                           .uuid = "80021590-ff0b-4dc3-a53c-36d76cec99e0",
                           .name = slice_of("Music"),
                           .keys = { { definitions[0] }, { definitions[1] }, 1, 1 },
                           .indexes = indexes,
                           .index_count = 2,
                           .definitions = definitions,
                           .definition_count = 2,
                           .on_demand = true,
                           .on_demand_since = 20,
                           .old_on_demand_since = 19,
                           .billing_changed = 18,
                           .throughput = { 21, 22, 23, 24, 25, 26, 27, 28 },
                           .on_demand_limits = { 29, 30 },
                           .warm = { 31, 32, 33, 34, 35, true },
                           .created = 36,
                           .active_at = 37,
                           .deleted_at = 39,
                           .busy_until = { 43, 44, 45, 46 },
                           .last_items = 51,
                           .last_bytes = 52,
                           .deletion_protected = true,
                           .protection_changed = 47,
                           .stream = { true, slice_of("NEW_IMAGE"), slice_of("label") },
                           .encryption = { true, true, slice_of("key"), slice_of("old key"), 40, 48,
                                           49, 50 },
                           .class = { true, true, true, 41, 42 },
                           .tags = tags,
                           .settings_replication = slice_of("ENABLED"),
                           .policy = slice_of("{\"Version\":\"2012-10-17\"}") };
}

/* Every member survives: what was read encodes to the same bytes, and spot checks say that they are
 * not empty. */
Test(codec, round_trip)
{
    struct arena arena;
    arena_init(&arena, &exhausted);
    cr_assert_eq(setjmp(exhausted), 0);
    json_t *tags = json_pack("[{s:s,s:s}]", "Key", "a", "Value", "b");
    struct table table = full_table(&arena, tags), decoded;
    struct buffer first, second;
    buffer_init(&first, &arena);
    buffer_init(&second, &arena);
    cr_assert_eq(table_encode(&first, &table), 0);
    json_t *record = json_loadb(first.data, first.length, 0, NULL);
    cr_assert_not_null(record);
    cr_assert_eq(table_decode(&arena, record, &decoded), 0);
    cr_assert_eq(table_encode(&second, &decoded), 0);
    cr_assert(slice_equal(buffer_slice(&first), buffer_slice(&second)), "%.*s\n%.*s",
              (int)first.length, first.data, (int)second.length, second.data);
    cr_assert_eq(decoded.id, UINT64_MAX / 2);
    cr_assert_str_eq(decoded.uuid, table.uuid);
    cr_assert_eq(decoded.indexes[1].keys.partition_count, 2);
    cr_assert_eq(decoded.indexes[1].keys.partition[0].type, VALUE_B);
    cr_assert(slice_equal(decoded.indexes[1].included[0], slice_of("other \"quoted\"")));
    cr_assert_eq(decoded.indexes[1].warm.updated_at, 15);
    cr_assert_eq(decoded.throughput.old_decreases, 28);
    cr_assert_eq(decoded.class.old_changed, 42);
    cr_assert_eq(decoded.busy_until[CHANGE_CLASS], 46);
    cr_assert_eq(decoded.encryption.changes, 50);
    cr_assert_eq(decoded.last_bytes, 52);
    cr_assert(decoded.class.named && decoded.indexes[1].warm.raised);
    cr_assert_eq(json_array_size(decoded.tags), 1);
    json_decref(record);
    json_decref(tags);
    arena_release(&arena);
}

static int decode(const char *text)
{
    struct arena arena;
    struct table table;
    arena_init(&arena, &exhausted);
    cr_assert_eq(setjmp(exhausted), 0);
    json_t *record = json_loads(text, JSON_DECODE_ANY, NULL);
    int result = table_decode(&arena, record, &table);
    json_decref(record);
    arena_release(&arena);
    return result;
}

#define KEYS "\"partition\":[{\"name\":\"pk\",\"type\":\"S\"}]"

Test(codec, foreign_records)
{
    cr_assert_eq(decode("{\"format\":1,\"uuid\":\"u\"," KEYS "}"), 0);
    cr_assert_eq(decode("{\"format\":2,\"uuid\":\"u\"," KEYS "}"), -ENOTSUP);
    static const char *const wrong[] = {
        "not JSON",
        "[]",
        "7",
        "{}",
        "{\"format\":1," KEYS "}",
        "{\"format\":\"1\",\"uuid\":\"u\"," KEYS "}",
        "{\"format\":1,\"uuid\":\"0123456789012345678901234567890123456\"," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"partition\":[]}",
        "{\"format\":1,\"uuid\":\"u\",\"partition\":[{\"name\":\"pk\",\"type\":\"X\"}]}",
        "{\"format\":1,\"uuid\":\"u\",\"partition\":[{\"type\":\"S\"}]}",
        "{\"format\":1,\"uuid\":\"u\",\"partition\":[7]}",
        "{\"format\":1,\"uuid\":\"u\",\"partition\":[{},{},{},{},{}]}",
        "{\"format\":1,\"uuid\":\"u\",\"name\":7," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"id\":\"7\"," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"definitions\":[{\"name\":1,\"type\":\"S\"}]," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"indexes\":[{}]," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"indexes\":[{" KEYS ",\"projection\":3}]," KEYS "}",
        "{\"format\":1,\"uuid\":\"u\",\"indexes\":[{" KEYS ",\"included\":[1]}]," KEYS "}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_assert_eq(decode(wrong[i]), -EPROTO, "%s", wrong[i]);
}
