/*
 * value_json.c - attribute values out of JSON, with everything that the service finds wrong with
 * their content: the reading half of value_json.h. Types have been checked by then
 * (schema_check_types), nesting has not.
 *
 * Texts and layers: facts/fidelity.md section 2, unless a comment says otherwise.
 */
#include "engine/value_json.h"

#include <stdlib.h>

#include "engine/base64.h"
#include "engine/limits.h"
#include "engine/schema/schema.h"

#define INVALID "One or more parameter values were invalid: "

enum { NAME_MAX = 65535 }; /* bytes of an attribute's name. AWS developer guide, ServiceQuotas */

/* For JSON that schema_check_types should have refused. */
static int fail_type(struct request *request)
{
    return request_fail(request, ERROR_SERIALIZATION, "Unexpected value type in payload");
}

static struct slice string_slice(const json_t *string)
{
    return (struct slice){ json_string_value(string), json_string_length(string) };
}

static int read_number(struct request *request, const json_t *json, struct value *out)
{
    bool older = request->layer == VALUE_LAYER_OLDER;
    struct slice text = string_slice(json);
    enum number_error error =
        older ? number_parse_older(text, &out->number) : number_parse(text, &out->number);
    if (error == NUMBER_OK)
        return 0;
    if (error != NUMBER_NOT_NUMERIC)
        return request_fail(request, ERROR_VALIDATION, "%s", number_error_text(error));
    if (older && text.length == 0)
        return request_fail(request, ERROR_VALIDATION, "%s", number_error_text(error));
    return request_fail(request, ERROR_VALIDATION, "%s: %s", number_error_text(error), text.data);
}

/* As the service said until 2020, when it began to take them; of a binary: [dyl]. */
static int fail_empty(struct request *request, enum value_type type)
{
    return request_fail(
        request, ERROR_VALIDATION,
        type == VALUE_S ? INVALID "An AttributeValue may not contain an empty string"
                        : INVALID "An AttributeValue may not contain a null or empty binary type.");
}

/* Reads a string as an element of type S, N or B. */
static int read_scalar(struct request *request, const json_t *json, enum value_type type,
                       struct value *out)
{
    if (!json_is_string(json))
        return fail_type(request);
    out->type = type;
    if (type == VALUE_N)
        return read_number(request, json, out);
    out->bytes = string_slice(json);
    if (out->bytes.length == 0 && !limits.empty_values)
        return fail_empty(request, type);
    if (type == VALUE_B)
        out->bytes = base64_decode(&request->arena, out->bytes);
    return 0;
}

static int order_values(const void *a, const void *b)
{
    return value_compare(a, b);
}

/* "[b, a, b]", the members as they were sent. */
static void print_sent(struct buffer *out, const json_t *json)
{
    for (size_t i = 0; i < json_array_size(json); i++) {
        buffer_append_string(out, i == 0 ? "[" : ", ");
        buffer_append_slice(out, string_slice(json_array_get(json, i)));
    }
    buffer_append_byte(out, ']');
}

/*
 * Duplicates in a set that has been sorted; `repeat` is the index of the first member that equals
 * the one before it. Printed are, in the current layer, strings sorted and up to that member, and
 * binaries as sent.
 */
static int fail_duplicates(struct request *request, const json_t *json, const struct value *set,
                           size_t repeat)
{
    bool older = request->layer == VALUE_LAYER_OLDER;
    if (set->type == VALUE_NS)
        return request_fail(request, ERROR_VALIDATION,
                            older ? "Input collection contains duplicates"
                                  : INVALID "Input collection contains duplicates.");

    struct buffer members;
    buffer_init(&members, &request->arena);
    if (older) {
        print_sent(&members, json);
    } else if (set->type == VALUE_SS) {
        for (size_t i = 0; i <= repeat; i++) {
            buffer_append_string(&members, i == 0 ? "[\"" : "\", \"");
            buffer_append_slice(&members, set->list.values[i].bytes);
        }
        buffer_append_string(&members, "\"]");
    } else {
        for (size_t i = 0; i < json_array_size(json); i++) {
            buffer_append_string(&members, i == 0 ? "[\"" : "\",\"");
            buffer_append_slice(&members, string_slice(json_array_get(json, i)));
        }
        buffer_append_string(&members, "\"]");
    }
    buffer_append_byte(&members, '\0');
    return request_fail(request, ERROR_VALIDATION,
                        INVALID "Input collection %s%s contains duplicates.", members.data,
                        set->type == VALUE_BS ? "of type BS" : "");
}

/*
 * A null in a set. The words are those that the service had for empty members while it refused
 * them; whether it still says so of a null is unverified.
 */
static int fail_null(struct request *request, enum value_type set)
{
    if (set == VALUE_SS)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "An string set may not have a empty string as a member");
    if (set == VALUE_BS)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "Binary sets may not contain null or empty values");
    return request_fail(request, ERROR_VALIDATION, "%s", number_error_text(NUMBER_NOT_NUMERIC));
}

static int read_set(struct request *request, const json_t *json, struct value *out)
{
    static const enum value_type elements[] = {
        [VALUE_SS] = VALUE_S,
        [VALUE_NS] = VALUE_N,
        [VALUE_BS] = VALUE_B,
    };
    if (!json_is_array(json))
        return fail_type(request);
    size_t count = json_array_size(json);
    if (count == 0) {
        if (out->type == VALUE_BS)
            return request_fail(request, ERROR_VALIDATION,
                                INVALID "Binary sets should not be empty");
        return request_fail(request, ERROR_VALIDATION, INVALID "An %s set  may not be empty",
                            out->type == VALUE_SS ? "string" : "number");
    }
    struct value *values = ARENA_NEW_ARRAY(&request->arena, count, struct value);
    bool sorted = true;
    for (size_t i = 0; i < count; i++) {
        const json_t *member = json_array_get(json, i);
        if (json_is_null(member) ||
            (!limits.empty_values && json_is_string(member) && json_string_length(member) == 0))
            return fail_null(request, out->type);
        if (read_scalar(request, json_array_get(json, i), elements[out->type], &values[i]) != 0)
            return -1;
        sorted = sorted && (i == 0 || value_compare(&values[i - 1], &values[i]) < 0);
    }
    out->list.values = values;
    out->list.count = count;
    if (sorted)
        return 0;
    qsort(values, count, sizeof *values, order_values);
    for (size_t i = 1; i < count; i++) {
        if (value_compare(&values[i - 1], &values[i]) == 0)
            return fail_duplicates(request, json, out, i);
    }
    return 0;
}

static int read_value(struct request *request, const json_t *json, unsigned level,
                      struct value *out);

static int read_list(struct request *request, const json_t *json, unsigned level, struct value *out)
{
    if (!json_is_array(json))
        return fail_type(request);
    size_t count = json_array_size(json);
    out->list.values = ARENA_NEW_ARRAY(&request->arena, count, struct value);
    out->list.count = count;
    for (size_t i = 0; i < count; i++) {
        if (read_value(request, json_array_get(json, i), level, &out->list.values[i]) != 0)
            return -1;
    }
    return 0;
}

static int order_attributes(const void *a, const void *b)
{
    return slice_compare(((const struct attribute *)a)->name, ((const struct attribute *)b)->name);
}

static int read_name(struct request *request, struct slice name)
{
    /* Measured on the service on 2026-09-16 for PutItem and UpdateItem: ExtendDB/extenddb#365. */
    if (name.length > NAME_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            "Attribute name is too large, must be less than 65536 bytes");
    /* As DynamoDB Local 2.6.1 has it, which words the other as the service does. */
    if (name.length == 0)
        return request_fail(request, ERROR_VALIDATION, "Empty attribute name");
    return 0;
}

static int read_map(struct request *request, const json_t *json, unsigned level, struct map *out)
{
    if (!json_is_object(json))
        return fail_type(request);
    struct attribute *attributes =
        ARENA_NEW_ARRAY(&request->arena, json_object_size(json), struct attribute);
    size_t count = 0;
    bool sorted = true;
    json_t *object = (json_t *)json; /* iterators of jansson want it so, and change nothing */
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        struct attribute *attribute = &attributes[count];
        attribute->name = (struct slice){ json_object_iter_key(at), json_object_iter_key_len(at) };
        if (read_name(request, attribute->name) != 0 ||
            read_value(request, json_object_iter_value(at), level, &attribute->value) != 0)
            return -1;
        sorted = sorted && (count == 0 || order_attributes(attribute - 1, attribute) < 0);
        count++;
    }
    if (!sorted)
        qsort(attributes, count, sizeof *attributes, order_attributes);
    *out = (struct map){ attributes, count };
    return 0;
}

/* The type that a member of an AttributeValue names, or 0. */
static enum value_type member_type(const char *name, size_t length)
{
    if (length == 1) {
        switch (name[0]) {
        case 'S':
            return VALUE_S;
        case 'N':
            return VALUE_N;
        case 'B':
            return VALUE_B;
        case 'L':
            return VALUE_L;
        case 'M':
            return VALUE_M;
        }
    } else if (length == 2 && name[1] == 'S') {
        switch (name[0]) {
        case 'S':
            return VALUE_SS;
        case 'N':
            return VALUE_NS;
        case 'B':
            return VALUE_BS;
        }
    } else if (length == 4) {
        if (memcmp(name, "BOOL", 4) == 0)
            return VALUE_BOOL;
        if (memcmp(name, "NULL", 4) == 0)
            return VALUE_NULL;
    }
    return 0;
}

enum { ANY_LEVEL = 0 }; /* of values that no item gets: as deep as the JSON may be */

static unsigned below(unsigned level)
{
    return level == ANY_LEVEL ? ANY_LEVEL : level + 1;
}

/* Reads what a member of `out->type` holds. */
static int read_content(struct request *request, const json_t *json, unsigned level,
                        struct value *out)
{
    switch (out->type) {
    case VALUE_S:
    case VALUE_N:
    case VALUE_B:
        return read_scalar(request, json, out->type, out);
    case VALUE_BOOL:
    case VALUE_NULL:
        if (!json_is_boolean(json) && !json_is_string(json))
            return fail_type(request);
        if (out->type == VALUE_BOOL)
            out->boolean = schema_boolean(json);
        else if (!schema_boolean(json))
            return request_fail(request, ERROR_VALIDATION,
                                INVALID "Null attribute value types must have the value of true");
        return 0;
    case VALUE_SS:
    case VALUE_NS:
    case VALUE_BS:
        return read_set(request, json, out);
    case VALUE_L:
        return read_list(request, json, below(level), out);
    case VALUE_M:
        return read_map(request, json, below(level), &out->map);
    }
    return fail_type(request);
}

static int read_value(struct request *request, const json_t *json, unsigned level,
                      struct value *out)
{
    if (level > VALUE_DEPTH_MAX)
        return request_fail_bare(
            request, "Nesting Levels have exceeded supported limits: Attributes in the item "
                     "have nested levels beyond supported limit");
    /* Seen with a null in an L: aws/aws-sdk-java#2103. For other places unverified. */
    if (json_is_null(json))
        return request_fail_bare(request, "The supplied Item contains a null AttributeValue");
    if (!json_is_object(json))
        return fail_type(request);

    unsigned members = 0;
    json_t *object = (json_t *)json;
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        const json_t *content = json_object_iter_value(at);
        enum value_type type = member_type(json_object_iter_key(at), json_object_iter_key_len(at));
        if (type == 0 || json_is_null(content))
            continue;
        out->type = type;
        if (read_content(request, content, level, out) != 0)
            return -1;
        members++;
    }
    if (members == 0)
        return request_fail_bare(
            request, "Supplied AttributeValue is empty, must contain exactly one of the "
                     "supported datatypes");
    if (members > 1)
        return request_fail_bare(
            request, "Supplied AttributeValue has more than one datatypes set, must contain "
                     "exactly one of the supported datatypes");
    return 0;
}

int value_from_json(struct request *request, const json_t *json, struct value *out)
{
    return read_value(request, json, 1, out);
}

int operand_from_json(struct request *request, const json_t *json, struct value *out)
{
    return read_value(request, json, request->layer == VALUE_LAYER_OLDER ? ANY_LEVEL : 1, out);
}

int map_from_json(struct request *request, const json_t *json, struct map *out)
{
    return read_map(request, json, 1, out);
}
