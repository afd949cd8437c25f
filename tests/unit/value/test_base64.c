/*
 * test_base64.c - what the service accepts as base64, and how it words what it does not.
 */
#include <criterion/criterion.h>

#include "engine/base64.h"
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

TestSuite(base64, .init = open_arena, .fini = release_arena);

Test(base64, check)
{
    static const struct {
        const char *text;
        enum base64_error error;
        const char *message;
    } rows[] = {
        { "", BASE64_OK, "" },
        { "AA==", BASE64_OK, "" },
        { "AAE=", BASE64_OK, "" },
        { "AAEC", BASE64_OK, "" },
        { "+/+/", BASE64_OK, "" },
        { "/w==", BASE64_OK, "" },
        { "A", BASE64_LENGTH,
          "Base64 encoded length is expected a multiple of 4 bytes but found: 1" },
        { "23456", BASE64_LENGTH,
          "Base64 encoded length is expected a multiple of 4 bytes but found: 5" },
        { "AAEC\n", BASE64_LENGTH,
          "Base64 encoded length is expected a multiple of 4 bytes but found: 5" },
        { "AB==", BASE64_LAST_CHARACTER, "Invalid last non-pad Base64 character dectected" },
        { "AAF=", BASE64_LAST_CHARACTER, "Invalid last non-pad Base64 character dectected" },
        { "+/+=", BASE64_LAST_CHARACTER, "Invalid last non-pad Base64 character dectected" },
        { "=+/=", BASE64_LAST_CHARACTER, "Invalid last non-pad Base64 character dectected" },
        { "A===", BASE64_CHARACTER, "Invalid Base64 character: '='" },
        { "AA=A", BASE64_CHARACTER, "Invalid Base64 character: '='" },
        { "AA==AAAA", BASE64_CHARACTER, "Invalid Base64 character: '='" },
        { "AA-_", BASE64_CHARACTER, "Invalid Base64 character: '-'" },
        { " AAA", BASE64_CHARACTER, "Invalid Base64 character: ' '" },
        { "AAA\n", BASE64_CHARACTER, "Invalid Base64 character: '\n'" },
        { "AA\xc3\xa9", BASE64_CHARACTER, "Invalid Base64 character: '\xc3\xa9'" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice text = slice_of(rows[i].text);
        enum base64_error error = base64_check(text);
        cr_expect_eq(error, rows[i].error, "%s", rows[i].text);
        cr_expect_str_eq(base64_error_text(&arena, error, text), rows[i].message);
    }
}

Test(base64, known_pairs)
{
    static const struct {
        const char *text;
        struct slice bytes;
    } rows[] = {
        { "", { "", 0 } },           { "Zg==", { "f", 1 } },          { "Zm8=", { "fo", 2 } },
        { "Zm9v", { "foo", 3 } },    { "Zm9vYmFy", { "foobar", 6 } }, { "AA==", { "\0", 1 } },
        { "AAAA", { "\0\0\0", 3 } }, { "/w==", { "\xff", 1 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice bytes = base64_decode(&arena, slice_of(rows[i].text));
        cr_expect(slice_equal(bytes, rows[i].bytes), "%s", rows[i].text);
        struct buffer out;
        buffer_init(&out, &arena);
        base64_write(&out, rows[i].bytes);
        cr_expect(slice_equal(buffer_slice(&out), slice_of(rows[i].text)), "%s", rows[i].text);
    }
}

Test(base64, there_and_back)
{
    struct random random = random_start();
    for (int round = 0; round < 2000; round++) {
        size_t length = random_below(&random, 100);
        char *bytes = arena_alloc(&arena, length);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)random_below(&random, 256);
        struct buffer out;
        buffer_init(&out, &arena);
        base64_write(&out, (struct slice){ bytes, length });
        cr_assert_eq(base64_check(buffer_slice(&out)), BASE64_OK, "seed %zu", (size_t)random.seed);
        cr_assert(
            slice_equal(base64_decode(&arena, buffer_slice(&out)), (struct slice){ bytes, length }),
            "seed %zu", (size_t)random.seed);
    }
}

/* More than one piece of what OpenSSL takes at a time, and a tail. */
Test(base64, long_binaries)
{
    size_t length = (12u << 20) * 3 / 2 + 7;
    char *bytes = arena_alloc(&arena, length);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    struct buffer out;
    buffer_init(&out, &arena);
    base64_write(&out, (struct slice){ bytes, length });
    cr_assert_eq(out.length, (length + 2) / 3 * 4);
    cr_assert_eq(base64_check(buffer_slice(&out)), BASE64_OK);
    cr_assert(
        slice_equal(base64_decode(&arena, buffer_slice(&out)), (struct slice){ bytes, length }));
}
