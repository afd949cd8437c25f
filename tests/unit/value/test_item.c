/*
 * test_item.c - items at rest and the sort forms of keys: there and back, and nothing but what was
 * packed is unpacked.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/item.h"
#include "tests/unit/value/random_value.h"

static struct arena arena;
static jmp_buf exhausted;

static void open_arena(void)
{
    arena_init(&arena, &exhausted);
}

static void release_arena(void)
{
    arena_release(&arena);
}

TestSuite(item, .init = open_arena, .fini = release_arena);

static struct slice pack(const struct map *item)
{
    struct buffer out;
    buffer_init(&out, &arena);
    item_pack(&out, item);
    return buffer_slice(&out);
}

static bool maps_equal(const struct map *a, const struct map *b)
{
    struct value x = { .type = VALUE_M, .map = *a }, y = { .type = VALUE_M, .map = *b };
    return value_equal(&x, &y);
}

Test(item, there_and_back)
{
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        struct map item = random_item(&random, &arena, random_below(&random, 12), 4), again;
        struct slice packed = pack(&item);
        cr_assert_eq(item_unpack(&arena, packed, &again), 0, "seed %zu round %d",
                     (size_t)random.seed, round);
        cr_assert(maps_equal(&item, &again), "seed %zu round %d", (size_t)random.seed, round);
        cr_assert_eq(item_size(&item), item_size(&again));
        if (round % 100 == 0) {
            arena_release(&arena);
            arena_init(&arena, &exhausted);
        }
    }
}

Test(item, strings_stay_where_they_are)
{
    struct value value = { .type = VALUE_S, .bytes = slice_of("hello") };
    struct attribute attribute = { slice_of("name"), value };
    struct map item = { &attribute, 1 }, again;
    struct slice packed = pack(&item);
    cr_assert_eq(item_unpack(&arena, packed, &again), 0);
    cr_expect(again.attributes[0].name.data >= packed.data &&
              again.attributes[0].name.data < packed.data + packed.length);
    cr_expect(again.attributes[0].value.bytes.data >= packed.data &&
              again.attributes[0].value.bytes.data < packed.data + packed.length);
}

Test(item, is_compact)
{
    static const struct {
        const char *number;
        size_t bytes; /* of the item { n: number } beyond its 5 bytes of version, count, name and
                         tag */
    } rows[] = {
        { "0", 1 },     { "7", 2 },
        { "-255", 2 },  { "1000", 3 },
        { "65537", 4 }, { "0.5", 3 },
        { "1e125", 3 }, { "99999999999999999999999999999999999999e-167", 18 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct attribute attribute = { slice_of("n"), { .type = VALUE_N } };
        cr_assert_eq(number_parse(slice_of(rows[i].number), &attribute.value.number), NUMBER_OK);
        struct map item = { &attribute, 1 };
        cr_expect_eq(pack(&item).length, 5 + rows[i].bytes, "%s: %zu", rows[i].number,
                     pack(&item).length - 5);
    }
}

/* `bytes` at the very end of readable memory: a read beyond them is a crash. */
static struct slice at_the_edge(struct slice bytes)
{
    static char *memory;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = 64 * page;
    if (!memory) {
        memory =
            mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cr_assert_neq(memory, MAP_FAILED);
        cr_assert_eq(mprotect(memory + room, page, PROT_NONE), 0);
    }
    cr_assert_leq(bytes.length, room);
    return (struct slice){ memcpy(memory + room - bytes.length, bytes.data, bytes.length),
                           bytes.length };
}

/* Whatever is unpacked packs to the very bytes that it came from. */
static void unpack_anything(struct slice bytes, uint64_t seed)
{
    struct map item;
    int result = item_unpack(&arena, bytes, &item);
    cr_assert(result == 0 || result == -EPROTO);
    if (result == 0)
        cr_assert(slice_equal(pack(&item), bytes), "seed %zu", (size_t)seed);
}

Test(item, cut_and_damaged)
{
    struct random random = random_start();
    for (int round = 0; round < 300; round++) {
        struct map item = random_item(&random, &arena, 1 + random_below(&random, 5), 3), again;
        struct slice packed = pack(&item);
        if (packed.length > 4000)
            continue;
        for (size_t length = 0; length < packed.length; length++) {
            struct slice cut = at_the_edge((struct slice){ packed.data, length });
            cr_assert_eq(item_unpack(&arena, cut, &again), -EPROTO, "seed %zu",
                         (size_t)random.seed);
        }
        for (int i = 0; i < 300; i++) {
            struct slice damaged = at_the_edge(packed);
            char *bytes = (char *)damaged.data;
            for (size_t n = 1 + random_below(&random, 3); n > 0; n--)
                bytes[random_below(&random, damaged.length)] = (char)random_below(&random, 256);
            unpack_anything(damaged, random.seed);
        }
        arena_release(&arena);
        arena_init(&arena, &exhausted);
    }
}

Test(item, refused)
{
    static const struct {
        const char *why;
        struct slice bytes;
    } rows[] = {
        { "nothing", { "", 0 } },
        { "another version", { "\2\0", 2 } },
        { "something behind", { "\1\0\0", 3 } },
        { "long form of a count", { "\1\x80\0", 3 } },
        { "count beyond the bytes", { "\1\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10 } },
        { "count beyond 64 bits", { "\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 12 } },
        { "names out of order", { "\1\2\1b\5\1a\5", 8 } },
        { "a name twice", { "\1\2\1a\5\1a\5", 8 } },
        { "no such type", { "\1\1\1a\0", 5 } },
        { "no such type either", { "\1\1\1a\x0b", 5 } },
        { "a NULL with a length", { "\1\1\1a\x15", 5 } },
        { "neither true nor false", { "\1\1\1a\x24", 5 } },
        { "a number that ends in 0", { "\1\1\1a\2\1\x0a", 7 } },
        { "a number with a leading zero byte", { "\1\1\1a\2\2\1\0", 8 } },
        { "minus 0", { "\1\1\1a\2\x80", 6 } },
        { "0 with an exponent", { "\1\1\1a\2\x20\5", 7 } },
        { "a number with an exponent of 0", { "\1\1\1a\2\x21\0\5", 8 } },
        { "a number beyond the range", { "\1\1\1a\2\x21\x7e\1", 8 } },
        { "a number of 17 bytes",
          { "\1\1\1a\2\x11"
            "aaaaaaaaaaaaaaaaa",
            23 } },
        { "a set out of order", { "\1\1\1a\x26\1b\1a", 9 } },
        { "a set with a member twice", { "\1\1\1a\x26\1a\1a", 9 } },
        { "a set of numbers out of order", { "\1\1\1a\x27\1\2\1\1", 9 } },
        { "a long form of a short length",
          { "\1\1\1a\xf1\x80\0"
            "aaaaaaaaaaaaaaa",
            22 } },
    };
    struct map item;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(item_unpack(&arena, rows[i].bytes, &item), -EPROTO, "%s", rows[i].why);
    cr_expect_eq(item_unpack(&arena, (struct slice){ "\1\0", 2 }, &item), 0);
    cr_expect_eq(item.count, 0);
}

Test(item, levels)
{
    struct value value = { .type = VALUE_NULL };
    for (unsigned level = 1; level <= VALUE_DEPTH_MAX + 1; level++) {
        struct attribute attribute = { slice_of("a"), value };
        struct map item = { &attribute, 1 }, again;
        cr_expect_eq(item_unpack(&arena, pack(&item), &again),
                     level <= VALUE_DEPTH_MAX ? 0 : -EPROTO, "level %u", level);
        struct value *inner = ARENA_NEW(&arena, struct value);
        *inner = value;
        value = (struct value){ .type = VALUE_L };
        value.list.values = inner;
        value.list.count = 1;
    }
}

/* Every pair in order, no form a prefix of another, forms in a row taken apart again. */
Test(item, sort_forms_keep_the_order)
{
    struct random random = random_start();
    static const enum value_type types[] = { VALUE_S, VALUE_N, VALUE_B };
    for (int round = 0; round < 60000; round++) {
        enum value_type type = types[round % 3];
        struct value a = random_key_value(&random, &arena, type);
        struct value b = random_key_value(&random, &arena, type);
        struct buffer out;
        buffer_init(&out, &arena);
        key_encode(&out, &a);
        size_t length = out.length;
        key_encode(&out, &b);
        struct slice form_a = { out.data, length };
        struct slice form_b = { out.data + length, out.length - length };

        int order = value_compare(&a, &b), forms = slice_compare(form_a, form_b);
        cr_assert((order < 0) == (forms < 0) && (order == 0) == (forms == 0), "seed %zu round %d",
                  (size_t)random.seed, round);
        cr_assert(order == 0 ||
                      (!slice_starts_with(form_a, form_b) && !slice_starts_with(form_b, form_a)),
                  "seed %zu round %d", (size_t)random.seed, round);
        cr_assert_eq(key_encoded_length(buffer_slice(&out), type), length);
        cr_assert_eq(key_encoded_length((struct slice){ out.data, length - 1 }, type), 0);
    }
    cr_assert_eq(key_encoded_length((struct slice){ "", 0 }, VALUE_S), 0);
    cr_assert_eq(key_encoded_length((struct slice){ "", 0 }, VALUE_N), 0);
}

/* The beginning of a form is that of exactly those values that begin with the value. */
Test(item, beginnings_of_sort_forms)
{
    struct random random = random_start();
    unsigned beginnings = 0;
    for (int round = 0; round < 60000; round++) {
        enum value_type type = round % 2 ? VALUE_S : VALUE_B;
        struct value beginning = random_key_value(&random, &arena, type);
        struct value whole = random_key_value(&random, &arena, type);
        struct buffer prefix, form;
        buffer_init(&prefix, &arena);
        buffer_init(&form, &arena);
        key_encode_prefix(&prefix, &beginning);
        key_encode(&form, &whole);
        bool begins = slice_starts_with(whole.bytes, beginning.bytes);
        cr_assert_eq(slice_starts_with(buffer_slice(&form), buffer_slice(&prefix)), begins,
                     "seed %zu round %d", (size_t)random.seed, round);
        beginnings += begins;
    }
    cr_assert_gt(beginnings, 100);
}
