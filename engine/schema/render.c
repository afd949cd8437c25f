/*
 * render.c - paths and values of violations, the way the service's Java prints them. See render.h.
 */
#include "engine/schema/render.h"

#include <stdint.h>

enum { REAL_SIZE = 32 }; /* bytes: sign, 15 digits, point, exponent; or 20 digits of an integer */

static void write_name(struct buffer *out, const char *name, bool wire)
{
    char first = name[0];
    if (!wire && first >= 'A' && first <= 'Z')
        first = (char)(first - 'A' + 'a');
    buffer_append_byte(out, (unsigned char)first);
    buffer_append_string(out, name + 1);
}

void render_path(struct buffer *out, const struct path *path, bool wire)
{
    if (path->parent) {
        render_path(out, path->parent, wire);
        buffer_append_byte(out, '.');
    }
    switch (path->kind) {
    case PATH_MEMBER:
        write_name(out, path->name, wire);
        break;
    case PATH_KEY:
        buffer_append_string(out, path->name);
        buffer_append_string(out, ".member");
        break;
    case PATH_INDEX:
        buffer_printf(out, "%zu.member", path->index + 1);
        break;
    }
}

long long render_integer(const struct shape *shape, const json_t *value)
{
    long long lowest = shape->kind == SHAPE_INTEGER ? INT32_MIN : INT64_MIN;
    long long highest = shape->kind == SHAPE_INTEGER ? INT32_MAX : INT64_MAX;
    if (json_is_integer(value)) {
        long long integer = json_integer_value(value);
        return integer < lowest ? lowest : integer > highest ? highest : integer;
    }
    double real = json_real_value(value);
    if (real <= (double)lowest)
        return lowest;
    return real >= (double)highest ? highest : (long long)real;
}

static const struct shape *member_named(const struct shape *shape, const char *name)
{
    const struct member *member = shape->members;
    while (strcmp(member->name, name) != 0)
        member++;
    return member->shape;
}

static void write_structure(struct buffer *out, const struct shape *shape, const json_t *value)
{
    buffer_append_string(out, shape->name);
    buffer_append_byte(out, '(');
    for (size_t i = 0; shape->printed ? shape->printed[i] != NULL : shape->members[i].name != NULL;
         i++) {
        const char *name = shape->printed ? shape->printed[i] : shape->members[i].name;
        if (i > 0)
            buffer_append_string(out, ", ");
        write_name(out, name, false);
        buffer_append_byte(out, '=');
        render_value(out, member_named(shape, name), json_object_get(value, name));
    }
    buffer_append_byte(out, ')');
}

static void write_list(struct buffer *out, const struct shape *shape, const json_t *value)
{
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0)
            buffer_append_string(out, ", ");
        render_value(out, shape->element, json_array_get(value, i));
    }
    buffer_append_byte(out, ']');
}

static void write_map(struct buffer *out, const struct shape *shape, const json_t *value)
{
    json_t *object = (json_t *)(uintptr_t)value; /* jansson's iterators are not const-correct */
    const char *separator = "";
    buffer_append_byte(out, '{');
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        buffer_append_string(out, separator);
        separator = ", ";
        buffer_append_string(out, json_object_iter_key(i));
        buffer_append_byte(out, '=');
        render_value(out, shape->element, json_object_iter_value(i));
    }
    buffer_append_byte(out, '}');
}

/* By jansson, because printf minds the host program's locale. */
static void write_real(struct buffer *out, const json_t *value)
{
    char *text = buffer_reserve(out, REAL_SIZE);
    out->length += json_dumpb(value, text, REAL_SIZE, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

/* FNV-1a over the type and what is of one level, so that the same value prints the same. */
static uint32_t hash_attribute_value(const json_t *value)
{
    uint32_t hash = 2166136261u;
    json_t *object = (json_t *)(uintptr_t)value;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const json_t *content = json_object_iter_value(i);
        const char *parts[] = { json_object_iter_key(i), json_string_value(content) };
        for (size_t part = 0; part < 2; part++)
            for (const char *c = parts[part]; c && *c; c++)
                hash = (hash ^ (unsigned char)*c) * 16777619u;
        hash ^= (uint32_t)(json_array_size(content) + json_object_size(content));
    }
    return hash;
}

void render_value(struct buffer *out, const struct shape *shape, const json_t *value)
{
    if (!value || json_is_null(value)) {
        buffer_append_string(out, "null");
        return;
    }
    switch (shape->kind) {
    case SHAPE_STRING:
    case SHAPE_BLOB:
        buffer_append(out, json_string_value(value), json_string_length(value));
        break;
    case SHAPE_INTEGER:
    case SHAPE_LONG:
        buffer_printf(out, "%lld", render_integer(shape, value));
        break;
    case SHAPE_DOUBLE:
    case SHAPE_TIMESTAMP:
        write_real(out, value);
        break;
    case SHAPE_BOOLEAN:
        buffer_append_string(out, schema_boolean(value) ? "true" : "false");
        break;
    case SHAPE_LIST:
        write_list(out, shape, value);
        break;
    case SHAPE_MAP:
        write_map(out, shape, value);
        break;
    case SHAPE_STRUCTURE:
        write_structure(out, shape, value);
        break;
    case SHAPE_ATTRIBUTE_VALUE:
        buffer_printf(out, "com.amazonaws.dynamodb.v20120810.AttributeValue@%x",
                      hash_attribute_value(value));
        break;
    }
}
