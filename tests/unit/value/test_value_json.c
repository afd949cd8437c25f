/*
 * test_value_json.c - attribute values from JSON, with the service's words for what is wrong with
 * them, and back.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/value_json.h"
#include "tests/unit/value/random_value.h"

static struct request request;

static void open_request(void)
{
    arena_init(&request.arena, &request.exhausted);
}

static void release_request(void)
{
    json_decref(request.json);
    free(request.message);
    arena_release(&request.arena);
}

TestSuite(value_json, .init = open_request, .fini = release_request);

/* Begins anew, with the same arena. */
static void parse(const char *text, size_t length)
{
    json_error_t error;
    json_decref(request.json);
    free(request.message);
    request.message = NULL;
    request.error = ERROR_NONE;
    request.json = json_loadb(text, length, JSON_ALLOW_NUL, &error);
    cr_assert_not_null(request.json, "%s: %s", text, error.text);
}

static int read_value(const char *text, enum value_layer layer, struct value *out)
{
    parse(text, strlen(text));
    request.layer = layer;
    return value_from_json(&request, request.json, out);
}

static const char *written(const struct value *value)
{
    struct buffer out;
    buffer_init(&out, &request.arena);
    value_write_json(&out, value);
    buffer_append_byte(&out, '\0');
    return out.data;
}

Test(value_json, there_and_back)
{
    static const struct {
        const char *sent, *answered; /* NULL: the same */
    } rows[] = {
        { "{\"S\":\"\"}", NULL },
        { "{\"S\":\"h\xc3\xa9llo \xf0\x9f\x98\x80\"}", NULL },
        { "{\"S\":\"\\u00e9\\ud83d\\ude00\\/\"}", "{\"S\":\"\xc3\xa9\xf0\x9f\x98\x80/\"}" },
        { "{\"S\":\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0000\\u001f\x7f\"}",
          "{\"S\":\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0000\\u001F\x7f\"}" },
        { "{\"S\":\"0123456789abcdef\\\"0123456\\\"\"}", NULL },
        { "{\"N\":\"0042.1200\"}", "{\"N\":\"42.12\"}" },
        { "{\"N\":\"1e3\"}", "{\"N\":\"1000\"}" },
        { "{\"B\":\"\"}", NULL },
        { "{\"B\":\"AAEC/w==\"}", NULL },
        { "{\"BOOL\":true}", NULL },
        { "{\"BOOL\":false}", NULL },
        { "{\"NULL\":true}", NULL },
        { "{\"SS\":[\"b\",\"a\",\"\"]}", "{\"SS\":[\"\",\"a\",\"b\"]}" },
        { "{\"NS\":[\"10\",\"9\",\"-1\"]}", "{\"NS\":[\"-1\",\"9\",\"10\"]}" },
        { "{\"BS\":[\"/w==\",\"AA==\"]}", "{\"BS\":[\"AA==\",\"/w==\"]}" },
        { "{\"L\":[]}", NULL },
        { "{\"M\":{}}", NULL },
        { "{\"L\":[{\"S\":\"x\"},{\"L\":[{\"NULL\":true}]}]}", NULL },
        { "{\"M\":{\"b\":{\"N\":\"1\"},\"a\":{\"M\":{\"c\":{\"BOOL\":true}}}}}",
          "{\"M\":{\"a\":{\"M\":{\"c\":{\"BOOL\":true}}},\"b\":{\"N\":\"1\"}}}" },
        { "{\"S\":\"x\",\"N\":null,\"other\":1}", "{\"S\":\"x\"}" },
        { "{\"BOOL\":\"TRUE\"}", "{\"BOOL\":true}" },
        { "{\"BOOL\":\"no\"}", "{\"BOOL\":false}" },
        { "{\"NULL\":\"true\"}", "{\"NULL\":true}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct value value;
        cr_assert_eq(read_value(rows[i].sent, VALUE_LAYER_CURRENT, &value), 0, "%s: %s",
                     rows[i].sent, request.message);
        cr_expect_str_eq(written(&value), rows[i].answered ? rows[i].answered : rows[i].sent);
    }
}

#define INVALID "One or more parameter values were invalid: "
#define EMPTY                                                                                      \
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
#define SEVERAL                                                                                    \
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "    \
    "supported datatypes"
#define NUMERIC "The parameter cannot be converted to a numeric value"
#define OVERFLOW                                                                                   \
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
#define UNDERFLOW                                                                                  \
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"

Test(value_json, refused_in_the_words_of_each_layer)
{
    static const struct {
        const char *sent, *current, *older; /* older NULL: the same */
    } rows[] = {
        { "{}", EMPTY, NULL },
        { "{\"S\":null}", EMPTY, NULL },
        { "{\"X\":\"a\"}", EMPTY, NULL },
        { "{\"S\":\"a\",\"N\":\"1\"}", SEVERAL, NULL },
        { "{\"L\":[{\"S\":\"a\"},{}]}", EMPTY, NULL },
        { "{\"M\":{\"a\":{\"M\":{\"b\":{}}}}}", EMPTY, NULL },
        { "{\"L\":[null]}", "The supplied Item contains a null AttributeValue", NULL },
        { "{\"M\":{\"a\":null}}", "The supplied Item contains a null AttributeValue", NULL },
        { "{\"SS\":[\"a\",null]}", INVALID "An string set may not have a empty string as a member",
          NULL },
        { "{\"NS\":[null]}", NUMERIC, NULL },
        { "{\"BS\":[null]}", INVALID "Binary sets may not contain null or empty values", NULL },
        { "{\"NULL\":\"false\"}", INVALID "Null attribute value types must have the value of true",
          NULL },
        { "{\"NULL\":false}", INVALID "Null attribute value types must have the value of true",
          NULL },
        { "{\"N\":\"\"}", NUMERIC ": ", NUMERIC },
        { "{\"N\":\"abc\"}", NUMERIC ": abc", NULL },
        { "{\"N\":\" 1\"}", NUMERIC ":  1", NULL },
        { "{\"NS\":[\"1\",\"x\"]}", NUMERIC ": x", NULL },
        { "{\"N\":\"1e126\"}", OVERFLOW, NULL },
        { "{\"N\":\"1e-131\"}", UNDERFLOW, NULL },
        { "{\"N\":\"1e2147483647\"}", OVERFLOW, UNDERFLOW },
        { "{\"N\":\"123456789012345678901234567890123456789\"}",
          "Attempting to store more than 38 significant digits in a Number", NULL },
        { "{\"SS\":[]}", INVALID "An string set  may not be empty", NULL },
        { "{\"NS\":[]}", INVALID "An number set  may not be empty", NULL },
        { "{\"BS\":[]}", INVALID "Binary sets should not be empty", NULL },
        { "{\"SS\":[\"b\",\"a\",\"b\"]}",
          INVALID "Input collection [\"a\", \"b\", \"b\"] contains duplicates.",
          INVALID "Input collection [b, a, b] contains duplicates." },
        { "{\"SS\":[\"c\",\"c\",\"b\",\"a\",\"b\"]}",
          INVALID "Input collection [\"a\", \"b\", \"b\"] contains duplicates.",
          INVALID "Input collection [c, c, b, a, b] contains duplicates." },
        { "{\"BS\":[\"AA==\",\"/w==\",\"AA==\"]}",
          INVALID "Input collection [\"AA==\",\"/w==\",\"AA==\"]of type BS contains duplicates.",
          INVALID "Input collection [AA==, /w==, AA==]of type BS contains duplicates." },
        { "{\"NS\":[\"1\",\"2\",\"1.0\"]}", INVALID "Input collection contains duplicates.",
          "Input collection contains duplicates" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct value value;
        const char *older = rows[i].older ? rows[i].older : rows[i].current;
        cr_expect_eq(read_value(rows[i].sent, VALUE_LAYER_CURRENT, &value), -1);
        cr_expect_eq(request.error, ERROR_VALIDATION);
        cr_expect_str_eq(request.message, rows[i].current, "%s: %s", rows[i].sent, request.message);

        cr_expect_eq(read_value(rows[i].sent, VALUE_LAYER_OLDER, &value), -1);
        cr_expect_str_eq(request.message, older, "%s: %s", rows[i].sent, request.message);

        /* What is no value at all is refused before anything puts it in an envelope. */
        static const char envelope[] = "1 validation error detected: ";
        bool bare = strstr(rows[i].current, "AttributeValue is empty") ||
                    strstr(rows[i].current, "more than one datatypes") ||
                    strstr(rows[i].current, "contains a null AttributeValue");
        request.envelope = true;
        cr_expect_eq(read_value(rows[i].sent, VALUE_LAYER_CURRENT, &value), -1);
        request.envelope = false;
        const char *message = request.message;
        cr_expect_eq(strncmp(message, envelope, strlen(envelope)) == 0, !bare, "%s", message);
        cr_expect_str_eq(message + (bare ? 0 : strlen(envelope)), rows[i].current);
    }
}

/* Lists and maps in turn around a string, `levels` in all. */
static char *nested(unsigned levels)
{
    struct buffer out;
    buffer_init(&out, &request.arena);
    for (unsigned i = 1; i < levels; i++)
        buffer_append_string(&out, i % 2 ? "{\"L\":[" : "{\"M\":{\"a\":");
    buffer_append_string(&out, "{\"S\":\"x\"}");
    for (unsigned i = levels - 1; i > 0; i--)
        buffer_append_string(&out, i % 2 ? "]}" : "}}");
    buffer_append_byte(&out, '\0');
    return out.data;
}

Test(value_json, nesting)
{
    struct value value;
    const char *text = nested(VALUE_DEPTH_MAX);
    cr_assert_eq(read_value(text, VALUE_LAYER_CURRENT, &value), 0);
    cr_expect_eq(value_depth(&value), VALUE_DEPTH_MAX);
    cr_expect_str_eq(written(&value), text);

    cr_assert_eq(read_value(nested(VALUE_DEPTH_MAX + 1), VALUE_LAYER_CURRENT, &value), -1);
    cr_expect_str_eq(request.message,
                     "Nesting Levels have exceeded supported limits: Attributes in the item have "
                     "nested levels beyond supported limit");
    cr_expect_eq(read_value(nested(60), VALUE_LAYER_OLDER, &value), -1);

    /* An item's attribute is level 1, as a value of its own is. */
    struct map map;
    for (unsigned extra = 0; extra < 2; extra++) {
        struct buffer item;
        buffer_init(&item, &request.arena);
        buffer_printf(&item, "{\"a\":%s}", nested(VALUE_DEPTH_MAX + extra));
        parse(item.data, item.length);
        cr_expect_eq(map_from_json(&request, request.json, &map), extra ? -1 : 0);
    }
}

Test(value_json, maps_are_sorted_by_the_bytes_of_their_names)
{
    struct buffer text;
    buffer_init(&text, &request.arena);
    for (unsigned i = 0; i < 300; i++)
        buffer_printf(&text, "%c\"%u\":{\"N\":\"%u\"}", i == 0 ? '{' : ',', i * 7919 % 1009, i);
    buffer_append_string(&text, ",\"\xc3\xa9\":{\"N\":\"1\"},\"z\":{\"N\":\"2\"}}");
    parse(text.data, text.length);
    struct map map;
    cr_assert_eq(map_from_json(&request, request.json, &map), 0);
    cr_assert_eq(map.count, 302);
    for (size_t i = 1; i < map.count; i++)
        cr_assert_lt(slice_compare(map.attributes[i - 1].name, map.attributes[i].name), 0);
    cr_expect(slice_equal(map.attributes[301].name, slice_of("\xc3\xa9")));

    parse("{}", 2);
    cr_assert_eq(map_from_json(&request, request.json, &map), 0);
    cr_expect_eq(map.count, 0);
}

Test(value_json, long_and_empty_names)
{
    for (size_t length = 65535; length <= 65536; length++) {
        char *name = arena_alloc(&request.arena, length);
        memset(name, 'n', length);
        for (int inner = 0; inner < 2; inner++) {
            struct buffer text;
            buffer_init(&text, &request.arena);
            buffer_append_string(&text, inner ? "{\"m\":{\"M\":{\"" : "{\"");
            buffer_append(&text, name, length);
            buffer_append_string(&text, inner ? "\":{\"S\":\"\"}}}}" : "\":{\"S\":\"\"}}");
            parse(text.data, text.length);
            struct map map;
            request.envelope = true;
            int result = map_from_json(&request, request.json, &map);
            request.envelope = false;
            cr_expect_eq(result, length == 65535 ? 0 : -1);
            if (result != 0)
                cr_expect_str_eq(request.message, "1 validation error detected: Attribute name is "
                                                  "too large, must be less than 65536 bytes");
        }
    }
    struct map map;
    parse("{\"\":{\"S\":\"\"}}", 13);
    cr_expect_eq(map_from_json(&request, request.json, &map), -1);
    cr_expect_eq(request.error, ERROR_VALIDATION);
}

/* What schema_check_types has refused never gets here; should it, the answer is an error and not a
 * crash. */
Test(value_json, wrong_types)
{
    static const char *const rows[] = {
        "{\"S\":1}",      "{\"N\":1}",    "{\"B\":true}",      "{\"BOOL\":1}", "{\"NULL\":1}",
        "{\"SS\":\"a\"}", "{\"SS\":[1]}", "{\"NS\":[{}]}",     "{\"BS\":{}}",  "{\"L\":{}}",
        "{\"L\":[1]}",    "{\"M\":[]}",   "{\"M\":{\"a\":1}}", "[]",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct value value;
        cr_expect_eq(read_value(rows[i], VALUE_LAYER_CURRENT, &value), -1, "%s", rows[i]);
        cr_expect_eq(request.error, ERROR_SERIALIZATION, "%s", rows[i]);
    }
}

/* Every byte at every place of an eight-byte word, beside every other kind, reads back as it was.
 */
Test(value_json, strings_survive)
{
    struct random random = random_start();
    for (int round = 0; round < 20000; round++) {
        char bytes[40];
        size_t length = random_below(&random, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)(random_below(&random, 8) ? 'a' : random_below(&random, 0x80));
        struct buffer out;
        buffer_init(&out, &request.arena);
        string_write_json(&out, (struct slice){ bytes, length });
        json_t *json = json_loadb(out.data, out.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        cr_assert_not_null(json, "seed %zu round %d: %.*s", (size_t)random.seed, round,
                           (int)out.length, out.data);
        cr_assert_eq(json_string_length(json), length);
        cr_assert_eq(memcmp(json_string_value(json), bytes, length), 0, "seed %zu",
                     (size_t)random.seed);
        json_decref(json);
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        for (unsigned place = 0; place < 24; place++) {
            char bytes[24];
            memset(bytes, 0xc3, sizeof bytes);
            bytes[place] = (char)byte;
            struct buffer out;
            buffer_init(&out, &request.arena);
            string_write_json(&out, (struct slice){ bytes, sizeof bytes });
            bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
            cr_assert_eq(out.length == sizeof bytes + 2, plain, "byte %02x", byte);
        }
    }
}

Test(value_json, anything_at_random)
{
    struct random random = random_start();
    for (int round = 0; round < 2000; round++) {
        struct value value = random_value(&random, &request.arena, 5), again;
        struct buffer out;
        buffer_init(&out, &request.arena);
        value_write_json(&out, &value);
        parse(out.data, out.length);
        cr_assert_eq(value_from_json(&request, request.json, &again), 0, "seed %zu: %s",
                     (size_t)random.seed, request.message);
        cr_assert(value_equal(&value, &again), "seed %zu round %d", (size_t)random.seed, round);
    }
}
