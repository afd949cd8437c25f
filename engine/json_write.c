/*
 * json_write.c - attribute values into JSON, straight into the answer: the writing half of
 * value_json.h.
 */
#include "engine/value_json.h"

#include <stdint.h>
#include <string.h>

#include "engine/base64.h"

/* Whether any of eight bytes is a control character, a quote or a backslash. */
static bool any_special(uint64_t word)
{
    const uint64_t ones = UINT64_MAX / 0xff, tops = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    /* A byte below n makes its subtraction borrow into the top bit, which a byte above 0x7f has of
     * itself. */
    return (((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
            ((backslash - ones) & ~backslash)) &
           tops;
}

/* How many bytes at the start of a string need no escape. */
static size_t plain_run(const char *bytes, size_t length)
{
    size_t run = 0;
    for (uint64_t word; length - run >= sizeof word; run += sizeof word) {
        memcpy(&word, bytes + run, sizeof word);
        if (any_special(word))
            break;
    }
    while (run < length && (unsigned char)bytes[run] >= 0x20 && bytes[run] != '"' &&
           bytes[run] != '\\')
        run++;
    return run;
}

static void write_escape(struct buffer *out, unsigned char byte)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',  ['\f'] = 'f',
        ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\',
    };
    if (byte < sizeof letters && letters[byte] != 0) {
        buffer_append(out, (char[]){ '\\', letters[byte] }, 2);
    } else {
        const char *digits = "0123456789ABCDEF";
        buffer_append(out, (char[]){ '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15] },
                      6);
    }
}

void string_write_json(struct buffer *out, struct slice string)
{
    const char *next = string.data;
    size_t left = string.length, run = plain_run(next, left);
    char *at = buffer_reserve(out, left + 2);
    *at = '"';
    if (run == left) {
        if (run > 0)
            memcpy(at + 1, next, run);
        at[1 + run] = '"';
        out->length += run + 2;
        return;
    }
    out->length++;
    while (run < left) {
        buffer_append(out, next, run);
        write_escape(out, (unsigned char)next[run]);
        next += run + 1;
        left -= run + 1;
        run = plain_run(next, left);
    }
    buffer_append(out, next, run);
    buffer_append_byte(out, '"');
}

/* {"type": */
static void write_head(struct buffer *out, enum value_type type)
{
    /* Copied whole, whatever the length: one instruction. */
    static const struct {
        char text[8];
        unsigned char length;
    } heads[] = {
        [VALUE_S] = { "{\"S\":", 5 },       [VALUE_N] = { "{\"N\":", 5 },
        [VALUE_B] = { "{\"B\":", 5 },       [VALUE_BOOL] = { "{\"BOOL\":", 8 },
        [VALUE_NULL] = { "{\"NULL\":", 8 }, [VALUE_SS] = { "{\"SS\":", 6 },
        [VALUE_NS] = { "{\"NS\":", 6 },     [VALUE_BS] = { "{\"BS\":", 6 },
        [VALUE_L] = { "{\"L\":", 5 },       [VALUE_M] = { "{\"M\":", 5 },
    };
    memcpy(buffer_reserve(out, sizeof heads->text), heads[type].text, sizeof heads->text);
    out->length += heads[type].length;
}

static void write_number(struct buffer *out, const struct number *number)
{
    char *text = buffer_reserve(out, NUMBER_TEXT_MAX + 2);
    text[0] = '"';
    size_t length = number_format(number, text + 1);
    text[1 + length] = '"';
    out->length += length + 2;
}

static void write_base64(struct buffer *out, struct slice bytes)
{
    buffer_append_byte(out, '"');
    base64_write(out, bytes);
    buffer_append_byte(out, '"');
}

static void write_list(struct buffer *out, const struct value *list)
{
    for (size_t i = 0; i < list->list.count; i++) {
        const struct value *element = &list->list.values[i];
        buffer_append_byte(out, i == 0 ? '[' : ',');
        switch (list->type) {
        case VALUE_SS:
            string_write_json(out, element->bytes);
            break;
        case VALUE_NS:
            write_number(out, &element->number);
            break;
        case VALUE_BS:
            write_base64(out, element->bytes);
            break;
        default:
            value_write_json(out, element);
            break;
        }
    }
    if (list->list.count == 0)
        buffer_append_byte(out, '[');
    buffer_append_byte(out, ']');
}

void value_write_json(struct buffer *out, const struct value *value)
{
    write_head(out, value->type);
    switch (value->type) {
    case VALUE_S:
        string_write_json(out, value->bytes);
        break;
    case VALUE_N:
        write_number(out, &value->number);
        break;
    case VALUE_B:
        write_base64(out, value->bytes);
        break;
    case VALUE_BOOL:
        buffer_append_string(out, value->boolean ? "true" : "false");
        break;
    case VALUE_NULL:
        buffer_append(out, "true", 4);
        break;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_L:
        write_list(out, value);
        break;
    case VALUE_M:
        map_write_json(out, &value->map);
        break;
    }
    buffer_append_byte(out, '}');
}

void map_write_json(struct buffer *out, const struct map *map)
{
    buffer_append_byte(out, '{');
    for (size_t i = 0; i < map->count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        string_write_json(out, map->attributes[i].name);
        buffer_append_byte(out, ':');
        value_write_json(out, &map->attributes[i].value);
    }
    buffer_append_byte(out, '}');
}

void json_write(struct buffer *out, const json_t *json)
{
    size_t size = json_dumpb(json, NULL, 0, JSON_ENCODE_ANY | JSON_COMPACT);
    out->length +=
        json_dumpb(json, buffer_reserve(out, size), size, JSON_ENCODE_ANY | JSON_COMPACT);
}
