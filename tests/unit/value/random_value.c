/*
 * random_value.c - see random_value.h.
 */
#include "tests/unit/value/random_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random random_start(void)
{
    const char *wanted = getenv("DDBMOCK_TEST_SEED");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seed =
        wanted ? strtoull(wanted, NULL, 10) : (uint64_t)now.tv_nsec + (uint64_t)now.tv_sec;
    return (struct random){ seed, seed };
}

/* splitmix64 */
static uint64_t next(struct random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

size_t random_below(struct random *random, size_t below)
{
    return next(random) % below;
}

size_t random_number_text(struct random *random, char *out)
{
    static const int digits_of[] = { 1, 2, 3, 10, 19, 20, 37, 38, 38, 39, 40 };
    int digits = digits_of[random_below(random, sizeof digits_of / sizeof digits_of[0])];
    int point = (int)random_below(random, (size_t)digits + 1);
    char *at = out;
    if (random_below(random, 2))
        *at++ = "+-"[random_below(random, 2)];
    for (int i = 0; i < digits; i++) {
        if (i == point)
            *at++ = '.';
        *at++ = "0123456789099900"[random_below(random, 16)];
    }
    switch (random_below(random, 4)) {
    case 0:
        at += sprintf(at, "e%d", (int)random_below(random, 305) - 172);
        break;
    case 1:
        at += sprintf(at, "E%+d", (int)random_below(random, 81) - 40);
        break;
    default:
        break;
    }
    *at = '\0';
    return (size_t)(at - out);
}

struct number random_number(struct random *random)
{
    for (;;) {
        char text[64];
        struct number number;
        size_t length;
        if (random_below(random, 3) == 0)
            length = (size_t)sprintf(text, "%d", (int)random_below(random, 41) - 20);
        else
            length = random_number_text(random, text);
        if (number_parse((struct slice){ text, length }, &number) == NUMBER_OK)
            return number;
    }
}

static struct slice random_bytes(struct random *random, struct arena *arena, enum value_type type,
                                 size_t length)
{
    static const char texts[] = "abcdefgh \"\\\n\x01\x1f\x7f/0123456789";
    static const unsigned char bytes[] = { 0, 1, 2, 0x7f, 0x80, 0xfe, 0xff };
    char *data = arena_alloc(arena, length);
    for (size_t i = 0; i < length; i++) {
        if (type == VALUE_S)
            data[i] = texts[random_below(random, sizeof texts - 1)];
        else
            data[i] = (char)(random_below(random, 2) ? bytes[random_below(random, sizeof bytes)]
                                                     : random_below(random, 256));
    }
    return (struct slice){ data, length };
}

static struct value random_scalar(struct random *random, struct arena *arena, enum value_type type)
{
    struct value value = { .type = type };
    if (type == VALUE_N) {
        value.number = random_number(random);
    } else {
        static const size_t lengths[] = { 0, 1, 2, 5, 7, 8, 9, 14, 15, 16, 40, 142, 143, 144, 300 };
        size_t length = lengths[random_below(random, sizeof lengths / sizeof lengths[0])];
        value.bytes = random_bytes(random, arena, type, length);
    }
    return value;
}

static int order_values(const void *a, const void *b)
{
    return value_compare(a, b);
}

struct value random_value_of(struct random *random, struct arena *arena, enum value_type type,
                             unsigned levels)
{
    struct value value = { .type = type };
    enum value_type element = type == VALUE_SS ? VALUE_S : type == VALUE_NS ? VALUE_N : VALUE_B;
    switch (type) {
    case VALUE_S:
    case VALUE_N:
    case VALUE_B:
        return random_scalar(random, arena, type);
    case VALUE_BOOL:
        value.boolean = random_below(random, 2);
        break;
    case VALUE_NULL:
        break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS: {
        size_t count = 1 + random_below(random, random_below(random, 4) ? 4 : 40), kept = 0;
        struct value *values = ARENA_NEW_ARRAY(arena, count, struct value);
        for (size_t i = 0; i < count; i++)
            values[i] = random_scalar(random, arena, element);
        qsort(values, count, sizeof *values, order_values);
        for (size_t i = 0; i < count; i++) {
            if (kept == 0 || value_compare(&values[kept - 1], &values[i]) != 0)
                values[kept++] = values[i];
        }
        value.list.values = values;
        value.list.count = kept;
        break;
    }
    case VALUE_L:
        value.list.count = random_below(random, random_below(random, 4) ? 4 : 20);
        value.list.values = ARENA_NEW_ARRAY(arena, value.list.count, struct value);
        for (size_t i = 0; i < value.list.count; i++)
            value.list.values[i] = random_value(random, arena, levels - 1);
        break;
    case VALUE_M:
        value.map = random_item(random, arena,
                                random_below(random, random_below(random, 4) ? 4 : 20), levels - 1);
        break;
    }
    return value;
}

struct value random_value(struct random *random, struct arena *arena, unsigned levels)
{
    enum value_type last = levels > 0 ? VALUE_M : VALUE_BS;
    return random_value_of(random, arena, VALUE_S + random_below(random, last), levels);
}

struct value random_key_value(struct random *random, struct arena *arena, enum value_type type)
{
    if (type == VALUE_N)
        return (struct value){ .type = type, .number = random_number(random) };
    static const unsigned char bytes[] = { 0, 0, 1, 1, 2, 'a', 0xff };
    size_t length = random_below(random, 6);
    char *data = arena_alloc(arena, length);
    for (size_t i = 0; i < length; i++)
        data[i] = (char)bytes[random_below(random, sizeof bytes)];
    return (struct value){ .type = type, .bytes = { data, length } };
}

struct map random_item(struct random *random, struct arena *arena, size_t attributes,
                       unsigned levels)
{
    struct map map = { NULL, 0 };
    for (size_t i = 0; i < attributes; i++) {
        struct slice name = random_bytes(random, arena, VALUE_S, 1 + random_below(random, 12));
        struct value value = random_value(random, arena, levels);
        map_set(arena, &map, name, &value);
    }
    return map;
}
