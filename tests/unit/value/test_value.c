/*
 * test_value.c - equality, order, sets, maps and sizes of values in memory.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "engine/value.h"
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

TestSuite(value, .init = open_arena, .fini = release_arena);

static struct value string(const char *text)
{
    return (struct value){ .type = VALUE_S, .bytes = slice_of(text) };
}

static struct value number(const char *text)
{
    struct value value = { .type = VALUE_N };
    cr_assert_eq(number_parse(slice_of(text), &value.number), NUMBER_OK);
    return value;
}

static struct value container(enum value_type type, size_t count, struct value *values)
{
    struct value value = { .type = type };
    value.list.count = count;
    value.list.values = values;
    return value;
}

static struct value map_of(size_t count, struct attribute *attributes)
{
    return (struct value){ .type = VALUE_M, .map = { attributes, count } };
}

Test(value, type_names)
{
    static const char *const names[] = {
        "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect_str_eq(value_type_name(VALUE_S + i), names[i]);
}

Test(value, scalars_compare_within_their_type)
{
    struct value a = string("a"), ab = string("ab"), b = string("b"), accent = string("\xc3\xa9");
    cr_expect_lt(value_compare(&a, &ab), 0);
    cr_expect_lt(value_compare(&ab, &b), 0);
    cr_expect_lt(value_compare(&b, &accent), 0, "bytes are unsigned");
    cr_expect_eq(value_compare(&a, &a), 0);

    struct value nine = number("9"), ten = number("10"), ten_again = number("10.0");
    cr_expect_lt(value_compare(&nine, &ten), 0);
    cr_expect_eq(value_compare(&ten, &ten_again), 0);
    cr_expect(value_equal(&ten, &ten_again));

    struct value binary = { .type = VALUE_B, .bytes = slice_of("a") };
    struct value yes = { .type = VALUE_BOOL, .boolean = true };
    cr_expect_not(value_comparable(&a, &nine));
    cr_expect_not(value_comparable(&a, &binary));
    cr_expect_not(value_comparable(&yes, &yes));
    cr_expect(value_comparable(&binary, &binary));
    cr_expect_not(value_equal(&a, &binary));
}

Test(value, equality_looks_inside)
{
    struct value ab[] = { string("a"), string("b") }, ac[] = { string("a"), string("c") };
    static const enum value_type types[] = { VALUE_SS, VALUE_L };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct value x = container(types[i], 2, ab), y = container(types[i], 2, ac);
        struct value shorter = container(types[i], 1, ab);
        cr_expect(value_equal(&x, &x));
        cr_expect_not(value_equal(&x, &y));
        cr_expect_not(value_equal(&x, &shorter));
    }
    struct attribute named[] = { { slice_of("n"), string("a") } };
    struct attribute other_name[] = { { slice_of("m"), string("a") } };
    struct attribute other_value[] = { { slice_of("n"), string("b") } };
    struct value x = map_of(1, named), y = map_of(1, other_name), z = map_of(1, other_value);
    struct value none = map_of(0, NULL);
    cr_expect(value_equal(&x, &x));
    cr_expect_not(value_equal(&x, &y));
    cr_expect_not(value_equal(&x, &z));
    cr_expect_not(value_equal(&x, &none));

    struct value yes = { .type = VALUE_BOOL, .boolean = true }, no = { .type = VALUE_BOOL };
    struct value null = { .type = VALUE_NULL }, plus = number("5"), minus = number("-5");
    cr_expect_not(value_equal(&yes, &no));
    cr_expect_not(value_equal(&plus, &minus));
    cr_expect(value_equal(&null, &null));
}

Test(value, copies_are_equal_and_changes_are_not)
{
    struct random random = random_start();
    for (int round = 0; round < 3000; round++) {
        struct value value = random_value(&random, &arena, 4);
        struct value copy = value_copy(&arena, &value);
        cr_assert(value_equal(&value, &copy), "seed %zu", (size_t)random.seed);
        cr_assert_eq(value_size(&value), value_size(&copy));
        cr_assert_eq(value_depth(&value), value_depth(&copy));

        /* A copy's arrays are its own: changing the copy leaves the value alone. */
        if (value.type == VALUE_L && copy.list.count > 0) {
            copy.list.values[0] = (struct value){ .type = VALUE_S, .bytes = slice_of("other!") };
            cr_assert_not(value_equal(&value, &copy), "seed %zu", (size_t)random.seed);
        } else if (value.type == VALUE_M) {
            struct value other = string("other");
            map_set(&arena, &copy.map, slice_of("other"), &other);
            cr_assert_not(value_equal(&value, &copy));
            cr_assert_null(map_find(&value.map, slice_of("other")));
        }
    }
}

Test(value, sets_keep_their_order)
{
    struct random random = random_start();
    static const enum value_type types[] = { VALUE_SS, VALUE_NS, VALUE_BS };
    for (int round = 0; round < 3000; round++) {
        enum value_type type = types[round % 3];
        struct value a = random_value_of(&random, &arena, type, 0);
        struct value b = random_value_of(&random, &arena, type, 0);
        struct value both = set_union(&arena, &a, &b), only = set_difference(&arena, &a, &b);
        for (size_t i = 1; i < both.list.count; i++)
            cr_assert_lt(value_compare(&both.list.values[i - 1], &both.list.values[i]), 0);
        size_t shared = 0;
        for (size_t i = 0; i < a.list.count; i++) {
            bool in_b = false;
            for (size_t j = 0; j < b.list.count; j++)
                in_b = in_b || value_equal(&a.list.values[i], &b.list.values[j]);
            cr_assert_eq(set_contains(&b, &a.list.values[i]), in_b, "seed %zu",
                         (size_t)random.seed);
            cr_assert_eq(set_contains(&only, &a.list.values[i]), !in_b);
            cr_assert(set_contains(&both, &a.list.values[i]));
            shared += in_b;
        }
        for (size_t i = 0; i < b.list.count; i++)
            cr_assert(set_contains(&both, &b.list.values[i]));
        cr_assert_eq(both.list.count, a.list.count + b.list.count - shared);
        cr_assert_eq(only.list.count, a.list.count - shared);
        cr_assert_eq(both.type, type);
        cr_assert_eq(only.type, type);
    }
}

Test(value, nothing_is_left_of_a_set_less_itself)
{
    struct value elements[] = { string("a"), string("b") };
    struct value set = container(VALUE_SS, 2, elements), none = set_difference(&arena, &set, &set);
    cr_expect_eq(none.list.count, 0);
    cr_expect_eq(none.type, VALUE_SS);
}

Test(value, maps_find_set_and_remove)
{
    struct random random = random_start();
    struct map map = { NULL, 0 };
    bool there[64] = { false };
    char names[64][4];
    for (unsigned i = 0; i < 64; i++)
        snprintf(names[i], sizeof names[i], "%u", i * 7919 % 1000);
    for (int round = 0; round < 5000; round++) {
        size_t at = random_below(&random, 64);
        struct value value = { .type = VALUE_BOOL, .boolean = round & 1 };
        if (random_below(&random, 2)) {
            map_set(&arena, &map, slice_of(names[at]), &value);
            there[at] = true;
            cr_assert_eq(map_find(&map, slice_of(names[at]))->boolean, round & 1);
        } else {
            cr_assert_eq(map_remove(&map, slice_of(names[at])), there[at], "seed %zu",
                         (size_t)random.seed);
            there[at] = false;
        }
        size_t count = 0;
        for (size_t i = 0; i < 64; i++) {
            cr_assert_eq(map_find(&map, slice_of(names[i])) != NULL, there[i]);
            count += there[i];
        }
        cr_assert_eq(map.count, count);
        for (size_t i = 1; i < map.count; i++)
            cr_assert_lt(slice_compare(map.attributes[i - 1].name, map.attributes[i].name), 0);
    }
}

Test(value, depth)
{
    struct value leaf = string("x");
    cr_expect_eq(value_depth(&leaf), 1);
    struct value values[VALUE_DEPTH_MAX] = { leaf };
    struct attribute attributes[VALUE_DEPTH_MAX];
    for (unsigned i = 1; i < VALUE_DEPTH_MAX; i++) {
        attributes[i] = (struct attribute){ slice_of("a"), values[i - 1] };
        values[i] = i % 2 ? container(VALUE_L, 1, &values[i - 1]) : map_of(1, &attributes[i]);
        cr_expect_eq(value_depth(&values[i]), i + 1);
    }
    struct value empty = container(VALUE_L, 0, NULL);
    cr_expect_eq(value_depth(&empty), 1);
}

Test(value, sizes)
{
    struct value yes = { .type = VALUE_BOOL, .boolean = true }, null = { .type = VALUE_NULL };
    struct value text = string("h\xc3\xa9"), binary = { .type = VALUE_B, .bytes = { "\0\1", 2 } };
    struct value one = number("1");
    cr_expect_eq(value_size(&yes), 1);
    cr_expect_eq(value_size(&null), 1);
    cr_expect_eq(value_size(&text), 3);
    cr_expect_eq(value_size(&binary), 2);
    cr_expect_eq(value_size(&one), 2);

    struct value strings[] = { string("a"), string("bcd") };
    struct value set = container(VALUE_SS, 2, strings), list = container(VALUE_L, 2, strings);
    cr_expect_eq(value_size(&set), 4);
    cr_expect_eq(value_size(&list), 3 + 2 + 4);
    struct value empty = container(VALUE_L, 0, NULL);
    cr_expect_eq(value_size(&empty), 3);

    struct attribute attributes[] = { { slice_of("ab"), list }, { slice_of("c"), yes } };
    struct value map = map_of(2, attributes);
    cr_expect_eq(item_size(&map.map), 2 + 9 + 1 + 1);
    cr_expect_eq(value_size(&map), 3 + 2 + 13);
}
