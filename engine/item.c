/*
 * item.c - see item.h. The packed form, lengths and counts as varints (seven bits a byte, lowest
 * first):
 *
 *     item    version map
 *     map     count, then name length, name, value of each attribute, in order of their names
 *     value   tag: the type in the low four bits, in the high four a length or count below 15, or
 * 15 and a varint of the rest; BOOL: the bit. Then S, B: bytes; N: number; SS, BS: length and bytes
 * of each; NS: number of each; L: value of each; M: the attributes number  sign, kind of exponent
 * and length of the mantissa in one byte; the exponent, unless it is 0, in another; the mantissa,
 * lowest byte first
 *
 * There is one way to pack an item, and nothing else is unpacked: equal items are equal bytes.
 */
#include "engine/item.h"

#include <errno.h>

enum {
    VERSION = 1,
    TYPE_BITS = 4,
    INLINE_MAX = 15, /* in a tag: a varint follows */

    NUMBER_NEGATIVE = 0x80,
    NUMBER_EXPONENT_UP = 0x20, /* a byte of exponent follows */
    NUMBER_EXPONENT_DOWN = 0x40,
    NUMBER_LENGTH = 0x1f,
    NUMBER_PACKED_MAX = 18,

    VARINT_MAX = 10,
    ATTRIBUTE_MIN = 2, /* bytes: an empty name and a tag */
};

static void pack_varint(struct buffer *out, size_t value)
{
    char *next = buffer_reserve(out, VARINT_MAX), *start = next;
    for (; value >= 0x80; value >>= 7)
        *next++ = (char)(value | 0x80);
    *next++ = (char)value;
    out->length += (size_t)(next - start);
}

static void pack_tag(struct buffer *out, enum value_type type, size_t count)
{
    size_t high = count < INLINE_MAX ? count : INLINE_MAX;
    buffer_append_byte(out, (unsigned char)(type | high << TYPE_BITS));
    if (high == INLINE_MAX)
        pack_varint(out, count - INLINE_MAX);
}

static void pack_slice(struct buffer *out, struct slice bytes)
{
    pack_varint(out, bytes.length);
    buffer_append_slice(out, bytes);
}

static void pack_number(struct buffer *out, const struct number *number)
{
    unsigned char *packed = (unsigned char *)buffer_reserve(out, NUMBER_PACKED_MAX);
    unsigned char *next = packed + 1;
    unsigned char head = number->negative ? NUMBER_NEGATIVE : 0;
    if (number->exponent > 0) {
        head |= NUMBER_EXPONENT_UP;
        *next++ = (unsigned char)number->exponent;
    } else if (number->exponent < 0) {
        head |= NUMBER_EXPONENT_DOWN;
        *next++ = (unsigned char)-number->exponent;
    }
    const unsigned char *mantissa = next;
    for (unsigned __int128 rest = number->mantissa; rest != 0; rest >>= 8)
        *next++ = (unsigned char)rest;
    packed[0] = head | (unsigned char)(next - mantissa);
    out->length += (size_t)(next - packed);
}

static void pack_attributes(struct buffer *out, const struct map *map);

static void pack_value(struct buffer *out, const struct value *value)
{
    switch (value->type) {
    case VALUE_S:
    case VALUE_B:
        pack_tag(out, value->type, value->bytes.length);
        buffer_append_slice(out, value->bytes);
        break;
    case VALUE_N:
        pack_tag(out, value->type, 0);
        pack_number(out, &value->number);
        break;
    case VALUE_BOOL:
        pack_tag(out, value->type, value->boolean);
        break;
    case VALUE_NULL:
        pack_tag(out, value->type, 0);
        break;
    case VALUE_SS:
    case VALUE_BS:
        pack_tag(out, value->type, value->list.count);
        for (size_t i = 0; i < value->list.count; i++)
            pack_slice(out, value->list.values[i].bytes);
        break;
    case VALUE_NS:
        pack_tag(out, value->type, value->list.count);
        for (size_t i = 0; i < value->list.count; i++)
            pack_number(out, &value->list.values[i].number);
        break;
    case VALUE_L:
        pack_tag(out, value->type, value->list.count);
        for (size_t i = 0; i < value->list.count; i++)
            pack_value(out, &value->list.values[i]);
        break;
    case VALUE_M:
        pack_tag(out, value->type, value->map.count);
        pack_attributes(out, &value->map);
        break;
    }
}

static void pack_attributes(struct buffer *out, const struct map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        pack_slice(out, map->attributes[i].name);
        pack_value(out, &map->attributes[i].value);
    }
}

void item_pack(struct buffer *out, const struct map *item)
{
    buffer_append_byte(out, VERSION);
    pack_varint(out, item->count);
    pack_attributes(out, item);
}

/* Unpacking: every function is false when the bytes are not what it is asked for. */
struct reader {
    struct arena *arena;
    const unsigned char *next, *end;
};

static size_t left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->next);
}

static bool read_varint(struct reader *reader, size_t *out)
{
    size_t value = 0;
    for (unsigned shift = 0; shift < 8 * sizeof value; shift += 7) {
        if (reader->next == reader->end)
            return false;
        size_t byte = *reader->next++, bits = byte & 0x7f;
        value |= bits << shift;
        if (bits << shift >> shift != bits)
            return false;
        if (byte < 0x80) {
            *out = value;
            return byte != 0 || shift == 0;
        }
    }
    return false;
}

static bool read_bytes(struct reader *reader, size_t length, struct slice *out)
{
    if (length > left(reader))
        return false;
    *out = (struct slice){ (const char *)reader->next, length };
    reader->next += length;
    return true;
}

static bool read_slice(struct reader *reader, struct slice *out)
{
    size_t length;
    return read_varint(reader, &length) && read_bytes(reader, length, out);
}

static bool read_number(struct reader *reader, struct number *out)
{
    if (reader->next == reader->end)
        return false;
    unsigned head = *reader->next++, length = head & NUMBER_LENGTH;
    unsigned exponent = head & (NUMBER_EXPONENT_UP | NUMBER_EXPONENT_DOWN);
    struct number number = { .negative = (head & NUMBER_NEGATIVE) != 0 };
    if (exponent != 0) {
        if (reader->next == reader->end ||
            exponent == (NUMBER_EXPONENT_UP | NUMBER_EXPONENT_DOWN) || *reader->next == 0)
            return false;
        number.exponent = *reader->next++;
        if (exponent == NUMBER_EXPONENT_DOWN)
            number.exponent = (int16_t)-number.exponent;
    }
    if (length > sizeof number.mantissa || length > left(reader) ||
        (length > 0 && reader->next[length - 1] == 0))
        return false;
    for (unsigned i = length; i-- > 0;)
        number.mantissa = number.mantissa << 8 | reader->next[i];
    reader->next += length;
    *out = number;
    return number_is_normal(out);
}

static bool read_attributes(struct reader *reader, size_t count, unsigned level, struct map *out);

/* The members of a set, of the element's type, in order and each once. */
static bool read_set(struct reader *reader, enum value_type element, struct value *set)
{
    struct value *values = set->list.values;
    for (size_t i = 0; i < set->list.count; i++) {
        values[i].type = element;
        if (element == VALUE_N ? !read_number(reader, &values[i].number)
                               : !read_slice(reader, &values[i].bytes))
            return false;
        if (i > 0 && value_compare(&values[i - 1], &values[i]) >= 0)
            return false;
    }
    return true;
}

static bool read_value(struct reader *reader, unsigned level, struct value *out)
{
    if (reader->next == reader->end || level > VALUE_DEPTH_MAX)
        return false;
    unsigned tag = *reader->next++;
    size_t count = tag >> TYPE_BITS;
    out->type = tag & ((1 << TYPE_BITS) - 1);
    if (out->type == VALUE_N)
        return count == 0 && read_number(reader, &out->number);
    if (out->type == VALUE_NULL)
        return count == 0;
    if (out->type == VALUE_BOOL) {
        out->boolean = count != 0;
        return count <= 1;
    }
    if (count == INLINE_MAX) {
        size_t rest;
        if (!read_varint(reader, &rest) || rest > left(reader))
            return false;
        count += rest;
    }
    /* Every member takes a byte at least: what is allocated is in proportion to what was given. */
    if (count > left(reader))
        return false;

    switch (out->type) {
    case VALUE_S:
    case VALUE_B:
        return read_bytes(reader, count, &out->bytes);
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
    case VALUE_L:
        out->list.values = ARENA_NEW_ARRAY(reader->arena, count, struct value);
        out->list.count = count;
        if (out->type != VALUE_L)
            return read_set(reader,
                            out->type == VALUE_SS   ? VALUE_S
                            : out->type == VALUE_NS ? VALUE_N
                                                    : VALUE_B,
                            out);
        for (size_t i = 0; i < count; i++) {
            if (!read_value(reader, level + 1, &out->list.values[i]))
                return false;
        }
        return true;
    case VALUE_M:
        return read_attributes(reader, count, level + 1, &out->map);
    default:
        return false;
    }
}

static bool read_attributes(struct reader *reader, size_t count, unsigned level, struct map *out)
{
    if (count > left(reader) / ATTRIBUTE_MIN)
        return false;
    struct attribute *attributes = ARENA_NEW_ARRAY(reader->arena, count, struct attribute);
    for (size_t i = 0; i < count; i++) {
        if (!read_slice(reader, &attributes[i].name) ||
            (i > 0 && slice_compare(attributes[i - 1].name, attributes[i].name) >= 0) ||
            !read_value(reader, level, &attributes[i].value))
            return false;
    }
    *out = (struct map){ attributes, count };
    return true;
}

int item_unpack(struct arena *arena, struct slice packed, struct map *out)
{
    const unsigned char *bytes = (const unsigned char *)packed.data;
    struct reader reader = { arena, bytes, bytes + packed.length };
    size_t count;
    if (packed.length == 0 || *reader.next++ != VERSION || !read_varint(&reader, &count) ||
        !read_attributes(&reader, count, 1, out) || reader.next != reader.end)
        return -EPROTO;
    return 0;
}
