/*
 * tag_checks.c - whether tags may be set: their keys, their values, their number. Texts and rules: DDB-TABLE-105 to 110 and
 * 372 of the findings named in facts/control-plane.md. Which check comes first when two fail is unverified.
 */
#include "engine/operations/table_settings.h"

#include <strings.h>

#include "engine/operations/table_checks.h"

enum { TAGS_MAX = 50, KEY_MAX = 128, VALUE_MAX = 256 }; /* lengths in UTF-16 units */

/* What is neither letter nor digit nor space in Unicode, by whole blocks: punctuation, symbols, emoji. Of the Latin-1 block
 * the letters and the two ordinals remain. */
static bool is_symbol(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x80, 0x9f },     { 0xa1, 0xa9 },     { 0xab, 0xb1 },       { 0xb4, 0xb4 },
        { 0xb6, 0xb8 },     { 0xbb, 0xbb },     { 0xbf, 0xbf },       { 0xd7, 0xd7 },
        { 0xf7, 0xf7 },     { 0x200b, 0x2027 }, { 0x202a, 0x202e },   { 0x2030, 0x205e },
        { 0x2060, 0x206f }, { 0x207a, 0x207e }, { 0x208a, 0x208e },   { 0x20a0, 0x20ff },
        { 0x2190, 0x245f }, { 0x2500, 0x2bff }, { 0x3001, 0x3004 },   { 0x3008, 0x3020 },
        { 0xe000, 0xf8ff }, { 0xfe00, 0xfe6f }, { 0xff01, 0xff0f },   { 0xff1a, 0xff20 },
        { 0xff3b, 0xff40 }, { 0xff5b, 0xff65 }, { 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

static bool is_tag_character(uint32_t point)
{
    if (point >= 0x80)
        return !is_symbol(point);
    return point == ' ' || (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
           (point >= 'A' && point <= 'Z') || (point != 0 && strchr("+-=._:/@", (int)point));
}

/* Whether the text, which is valid UTF-8, has only letters, digits, spaces and + - = . _ : / @, and no more than `most`. */
static bool is_tag_text(struct slice text, size_t most)
{
    size_t units = 0;
    for (size_t i = 0; i < text.length;) {
        unsigned char lead = (unsigned char)text.data[i];
        unsigned length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        uint32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
        for (unsigned k = 1; k < length && i + k < text.length; k++)
            point = point << 6 | ((unsigned char)text.data[i + k] & 0x3f);
        if (!is_tag_character(point))
            return false;
        units += point >= 0x10000 ? 2 : 1;
        i += length;
    }
    return units <= most;
}

static int refuse(struct request *request, const char *what, struct slice text)
{
    if (!text.data)
        text = slice_of("null");
    return request_fail(request, ERROR_VALIDATION, "%s%.*s", what, TEXT(text));
}

static int check_tag(struct request *request, const json_t *tags, size_t i)
{
    const json_t *tag = json_array_get(tags, i);
    struct slice key = input_string(tag, "Key"), value = input_string(tag, "Value");
    if (!key.data || key.length == 0 || !is_tag_text(key, KEY_MAX))
        return refuse(request, "The Tag Key provided is invalid, Key: ", key);
    if (key.length >= 4 && strncasecmp(key.data, "aws:", 4) == 0)
        return refuse(request, "Tag Key cannot be prefixed with aws:, Key: ", key);
    if (!value.data || !is_tag_text(value, VALUE_MAX))
        return refuse(request, "The Tag Value provided is invalid, Value: ", value);
    for (size_t k = 0; k < i; k++)
        if (slice_equal(input_string(json_array_get(tags, k), "Key"), key))
            return refuse(request, "Duplicate Tag Keys provided as input: Duplicate Tag Key found ",
                          key);
    return 0;
}

int check_tags(struct request *request, const json_t *tags)
{
    for (size_t i = 0; i < json_array_size(tags); i++)
        if (check_tag(request, tags, i) != 0)
            return -1;
    if (json_array_size(tags) > TAGS_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            "Number of Tags exceed the current limit for the provided ResourceArn");
    return 0;
}
