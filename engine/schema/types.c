/*
 * types.c - whether JSON has the types of a shape, in the words of the service's JSON reader (Java,
 * Jackson).
 *
 * The walk keeps its own stack in the request's arena, because attribute values nest as deep as the
 * client likes. Texts: facts/fidelity.md section 1 and [dyl]. The service reads the body as a
 * stream, so that the first wrong member is the first in the body.
 */
#include "engine/schema/common.h"

#include <strings.h>

#include "engine/base64.h"

/* Scalars where a list or a map inside a list or a map is expected: the service shows its own bug.
 */
#define CAST_ERROR                                                                                 \
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class "  \
    "java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "           \
    "java.lang.Class are in module java.base of loader 'bootstrap')"

#define MODEL_PACKAGE "com.amazonaws.dynamodb.v20120810."

static const struct shape blob = { .kind = SHAPE_BLOB, .name = "ByteBuffer" };
static const struct shape strings = { .kind = SHAPE_LIST, .element = &shape_string };
static const struct shape blobs = { .kind = SHAPE_LIST, .element = &blob };
static const struct shape values = { .kind = SHAPE_LIST, .element = &shape_attribute_value };
static const struct shape map = { .kind = SHAPE_MAP, .element = &shape_attribute_value };

static const struct member attribute_value_members[] = {
    { "S", &shape_string },
    { "N", &shape_string },
    { "B", &blob },
    { "BOOL", &shape_boolean },
    { "NULL", &shape_boolean },
    { "M", &map },
    { "L", &values },
    { "SS", &strings },
    { "NS", &strings },
    { "BS", &blobs },
    { NULL },
};

/* A list, map, structure or attribute value whose contents are being walked. */
struct frame {
    json_t *json;
    const struct shape *shape;
    void *member; /* of an object: the iterator of the next member */
    size_t index; /* of an array: of the next element */
};

/* What the walk needs to know of where a value stands. */
enum place {
    PLACE_MEMBER,  /* of a structure */
    PLACE_ELEMENT, /* of a list or a map */
};

static void write_class(struct buffer *out, const struct shape *shape)
{
    switch (shape->kind) {
    case SHAPE_STRING:
        buffer_append_string(out, "java.lang.String");
        break;
    case SHAPE_INTEGER:
        buffer_append_string(out, "java.lang.Integer");
        break;
    case SHAPE_LONG:
        buffer_append_string(out, "java.lang.Long");
        break;
    case SHAPE_DOUBLE:
        buffer_append_string(out, "java.lang.Double");
        break;
    case SHAPE_BOOLEAN:
        buffer_append_string(out, "java.lang.Boolean");
        break;
    case SHAPE_BLOB:
        buffer_append_string(out, "java.nio.ByteBuffer");
        break;
    case SHAPE_TIMESTAMP:
        buffer_append_string(out, "java.util.Date");
        break;
    case SHAPE_LIST:
        buffer_append_string(out, "java.util.List<");
        write_class(out, shape->element);
        buffer_append_string(out, ">");
        break;
    case SHAPE_MAP:
        buffer_append_string(out, "java.util.Map<java.lang.String, ");
        write_class(out, shape->element);
        buffer_append_string(out, ">");
        break;
    case SHAPE_STRUCTURE:
    case SHAPE_ATTRIBUTE_VALUE:
        buffer_append_string(out, MODEL_PACKAGE);
        buffer_append_string(out, shape->name);
        break;
    }
}

static int fail(struct request *request, const char *message)
{
    return request_fail(request, ERROR_SERIALIZATION, "%s", message);
}

static int fail_collection(struct request *request, const struct shape *shape)
{
    struct buffer name;
    buffer_init(&name, &request->arena);
    write_class(&name, shape);
    return request_fail(request, ERROR_SERIALIZATION, "Unrecognized collection type %s%.*s",
                        shape->kind == SHAPE_MAP ? "" : "class ", (int)name.length, name.data);
}

/* The names of Jackson's tokens, as the service's messages have them. */
static const char *token(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_TRUE:
        return "TRUE_VALUE";
    case JSON_FALSE:
        return "FALSE_VALUE";
    case JSON_INTEGER:
        return "NUMBER_VALUE";
    case JSON_REAL:
        return "DECIMAL_VALUE";
    default:
        return "STRING_VALUE";
    }
}

static int fail_conversion(struct request *request, const json_t *json, const struct shape *shape)
{
    const char *type = "String";
    switch (shape->kind) {
    case SHAPE_INTEGER:
        type = "Integer";
        break;
    case SHAPE_LONG:
        type = "Long";
        break;
    case SHAPE_DOUBLE:
        type = "Double";
        break;
    case SHAPE_BOOLEAN:
        type = "Boolean";
        break;
    case SHAPE_TIMESTAMP:
        type = "Date"; /* unverified */
        break;
    default:
        break;
    }
    return request_fail(request, ERROR_SERIALIZATION, "%s cannot be converted to %s", token(json),
                        type);
}

/* 1, 0, or -1 when a string is no spelling of either. */
static int boolean_word(const char *word)
{
    if (strcasecmp(word, "true") == 0 || strcasecmp(word, "yes") == 0 || strcmp(word, "1") == 0)
        return 1;
    if (strcasecmp(word, "false") == 0 || strcasecmp(word, "no") == 0 || strcmp(word, "0") == 0)
        return 0;
    return -1;
}

bool schema_boolean(const json_t *value)
{
    return json_is_true(value) ||
           (json_is_string(value) && boolean_word(json_string_value(value)) == 1);
}

static int check_blob(struct request *request, const json_t *json)
{
    if (!json_is_string(json))
        return fail(request, "only base-64-encoded strings are convertible to bytes");
    struct slice text = { json_string_value(json), json_string_length(json) };
    enum base64_error error = base64_check(text);
    if (error == BASE64_OK)
        return 0;
    return fail(request, base64_error_text(&request->arena, error, text));
}

static int check_scalar(struct request *request, const struct shape *shape, const json_t *json)
{
    if (json_is_object(json))
        return fail(request, "Start of structure or map found where not expected");
    if (json_is_array(json))
        return fail_collection(request, shape);
    switch (shape->kind) {
    case SHAPE_STRING:
        return json_is_string(json) ? 0 : fail_conversion(request, json, shape);
    case SHAPE_BOOLEAN:
        if (json_is_boolean(json))
            return 0;
        if (!json_is_string(json))
            return fail_conversion(request, json, shape);
        if (boolean_word(json_string_value(json)) < 0)
            return fail(request, "Unexpected token received from parser");
        return 0;
    case SHAPE_BLOB:
        return check_blob(request, json);
    default:
        return json_is_number(json) ? 0 : fail_conversion(request, json, shape);
    }
}

/* 1 when the value is of its shape and has contents to walk, 0 when it is and has none, -1 after
 * failing the request. */
static int check_value(struct request *request, const struct shape *shape, const json_t *json,
                       enum place place)
{
    switch (shape->kind) {
    case SHAPE_LIST:
        if (json_is_array(json))
            return 1;
        if (json_is_object(json))
            return fail(request, "Start of structure or map found where not expected");
        return fail(request, place == PLACE_MEMBER ? "Unexpected field type" : CAST_ERROR);
    case SHAPE_MAP:
        if (json_is_object(json))
            return 1;
        if (json_is_array(json))
            return fail_collection(request, shape);
        return fail(request, place == PLACE_MEMBER ? "Unexpected field type" : CAST_ERROR);
    case SHAPE_STRUCTURE:
    case SHAPE_ATTRIBUTE_VALUE:
        if (json_is_object(json))
            return 1;
        if (json_is_array(json))
            return fail_collection(request, shape);
        return fail(request, place == PLACE_MEMBER ? "Unexpected field type"
                                                   : "Unexpected value type in payload");
    default:
        return check_scalar(request, shape, json);
    }
}

static const struct shape *member_shape(const struct shape *shape, const char *name)
{
    const struct member *member =
        shape->kind == SHAPE_STRUCTURE ? shape->members : attribute_value_members;
    for (; member->name; member++)
        if (strcmp(member->name, name) == 0)
            return member->shape;
    return NULL;
}

/* Takes the next value out of a frame, with its shape and place; false at the end. Members that
 * nobody knows are dropped on the way. */
static bool next_value(struct frame *frame, json_t **json, const struct shape **shape,
                       enum place *place)
{
    *place = PLACE_ELEMENT;
    *shape = frame->shape->element;
    if (json_is_array(frame->json)) {
        *json = json_array_get(frame->json, frame->index++);
        return *json != NULL;
    }
    while (frame->member) {
        void *member = frame->member;
        frame->member = json_object_iter_next(frame->json, member);
        *json = json_object_iter_value(member);
        if (frame->shape->kind == SHAPE_MAP)
            return true;
        *place = PLACE_MEMBER;
        *shape = member_shape(frame->shape, json_object_iter_key(member));
        if (*shape)
            return true;
        /* By its length: of a name with a NUL the start may be the name of the next. */
        json_object_deln(frame->json, json_object_iter_key(member),
                         json_object_iter_key_len(member));
    }
    return false;
}

struct walk {
    struct arena *arena;
    struct frame *frames;
    size_t count, capacity;
};

static void push(struct walk *walk, const struct shape *shape, json_t *json)
{
    if (walk->count == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : 16;
        struct frame *frames = ARENA_NEW_ARRAY(walk->arena, capacity, struct frame);
        if (walk->count > 0)
            memcpy(frames, walk->frames, walk->count * sizeof *frames);
        walk->frames = frames;
        walk->capacity = capacity;
    }
    walk->frames[walk->count++] = (struct frame){
        .json = json,
        .shape = shape,
        .member = json_object_iter(json),
    };
}

int schema_check_types(struct request *request, const struct shape *shape, json_t *input)
{
    struct walk walk = { .arena = &request->arena };
    int found = check_value(request, shape, input, PLACE_ELEMENT);
    if (found <= 0)
        return found;
    push(&walk, shape, input);
    while (walk.count > 0) {
        json_t *json;
        const struct shape *inner;
        enum place place;
        if (!next_value(&walk.frames[walk.count - 1], &json, &inner, &place)) {
            walk.count--;
            continue;
        }
        if (json_is_null(json))
            continue;
        found = check_value(request, inner, json, place);
        if (found < 0)
            return -1;
        if (found > 0)
            push(&walk, inner, json);
    }
    return 0;
}
