/*
 * shapes.c - see shapes.h.
 */
#include "tests/unit/shapes.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { PLACE_SIZE = 512, COMPLAINT_SIZE = 1024, MET_MAX = 512 };

static json_t *model;

static const json_t *row(const char *table, const char *name)
{
    if (!model) {
        json_error_t error;
        model = json_load_file("tests/conformance/outputs.json", 0, &error);
        cr_assert_not_null(model, "tests/conformance/outputs.json: %s", error.text);
    }
    return json_object_get(json_object_get(model, table), name);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static bool among(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(json_string_value(json_array_get(names, i)), name) == 0)
            return true;
    return false;
}

/* A walk ends at the first complaint; `place` is where it is. */
struct walk {
    char place[PLACE_SIZE];
    char complaint[COMPLAINT_SIZE];
};

static bool complain(struct walk *walk, const char *what)
{
    snprintf(walk->complaint, sizeof walk->complaint, "%s: %s", walk->place, what);
    return false;
}

static bool check(struct walk *walk, const char *name, const json_t *value);

/* The same one step further in. */
static bool check_inside(struct walk *walk, const char *step, const char *name, const json_t *value)
{
    size_t length = strlen(walk->place);
    snprintf(walk->place + length, sizeof walk->place - length, ".%s", step);
    if (!check(walk, name, value))
        return false;
    walk->place[length] = '\0';
    return true;
}

static bool check_size(struct walk *walk, const json_t *shape, size_t size)
{
    const json_t *minimum = json_object_get(shape, "min"), *maximum = json_object_get(shape, "max");
    /* Of strings alone: see shapes.py. */
    if (minimum && strcmp(text_of(shape, "type"), "string") == 0 &&
        (json_int_t)size < json_integer_value(minimum))
        return complain(walk, "too small");
    if (maximum && (json_int_t)size > json_integer_value(maximum))
        return complain(walk, "too large");
    return true;
}

static bool check_structure(struct walk *walk, const json_t *shape, const json_t *value)
{
    const json_t *members = json_object_get(shape, "members");
    const json_t *required = json_object_get(shape, "required");
    if (!json_is_object(value))
        return complain(walk, "no object");
    if (json_object_get(members, "BOOL") && json_object_size(value) != 1)
        return complain(walk, "not one type");
    for (size_t i = 0; i < json_array_size(required); i++)
        if (!json_object_get(value, json_string_value(json_array_get(required, i))))
            return complain(walk, json_string_value(json_array_get(required, i)));
    const char *name;
    json_t *held;
    json_object_foreach((json_t *)value, name, held)
    {
        const char *shape_name = text_of(members, name);
        if (!shape_name)
            return complain(walk, name);
        if (!check_inside(walk, name, shape_name, held))
            return false;
    }
    return true;
}

static bool check_map(struct walk *walk, const json_t *shape, const json_t *value)
{
    if (!json_is_object(value))
        return complain(walk, "no object");
    if (!check_size(walk, shape, json_object_size(value)))
        return false;
    const char *name;
    json_t *held;
    json_object_foreach(
        (json_t *)value, name,
        held) if (!check_inside(walk, name, text_of(shape, "element"), held)) return false;
    return true;
}

static bool check_list(struct walk *walk, const json_t *shape, const json_t *value)
{
    if (!json_is_array(value))
        return complain(walk, "no array");
    if (!check_size(walk, shape, json_array_size(value)))
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!check_inside(walk, "N", text_of(shape, "element"), json_array_get(value, i)))
            return false;
    return true;
}

static bool check(struct walk *walk, const char *name, const json_t *value)
{
    const json_t *shape = row("shapes", name);
    const char *type = text_of(shape, "type");
    cr_assert_not_null(type, "%s", name);
    if (strcmp(type, "structure") == 0)
        return check_structure(walk, shape, value);
    if (strcmp(type, "map") == 0)
        return check_map(walk, shape, value);
    if (strcmp(type, "list") == 0)
        return check_list(walk, shape, value);
    if (strcmp(type, "string") == 0) {
        if (!json_is_string(value))
            return complain(walk, "no string");
        if (json_object_get(shape, "enum") &&
            !among(json_object_get(shape, "enum"), json_string_value(value)))
            return complain(walk, json_string_value(value));
        return check_size(walk, shape, json_string_length(value));
    }
    /* Bounds of numbers are for requests: see shapes.py. */
    if (strcmp(type, "integer") == 0 || strcmp(type, "long") == 0)
        return json_is_integer(value) || complain(walk, "no integer");
    if (strcmp(type, "double") == 0 || strcmp(type, "timestamp") == 0)
        return json_is_number(value) || complain(walk, "no number");
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value) || complain(walk, "no Boolean");
    return json_is_string(value) || complain(walk, "no base64");
}

/* Errors that no operation models, and that any may have. */
static bool is_common(const char *error)
{
    static const char *const common[] = {
        "SerializationException",
        "UnknownOperationException",
        "MissingAuthenticationTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "UnrecognizedClientException",
        "AccessDeniedException",
        "ExpiredTokenException",
        "ValidationException",
        "InternalFailure",
        "InternalServerError",
        "ServiceUnavailable",
        "ThrottlingException", /* of the control plane, too: DDB-TABLE-445 */
    };
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (strcmp(common[i], error) == 0)
            return true;
    return false;
}

static void note(const char *target, const char *outcome)
{
    static char met[MET_MAX][128];
    static size_t count;
    char line[128];
    const char *path = getenv("TESTS_MET");
    snprintf(line, sizeof line, "%s\t%s\n", target, outcome);
    for (size_t i = 0; i < count; i++)
        if (strcmp(met[i], line) == 0)
            return;
    if (count < MET_MAX)
        memcpy(met[count++], line, sizeof line);
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fputs(line, file);
        fclose(file);
    }
}

static bool check_error(struct walk *walk, const json_t *operation, const char *error,
                        const json_t *rest)
{
    const char *shape = text_of(json_object_get(operation, "errors"), error);
    if (shape)
        return check(walk, shape, rest);
    if (!is_common(error))
        return complain(walk, error);
    const char *name;
    json_t *held;
    json_object_foreach((json_t *)rest, name,
                        held) if (strcasecmp(name, "message") != 0 ||
                                  !json_is_string(held)) return complain(walk, name);
    return true;
}

void check_shape(const char *target, int status, struct slice body)
{
    const json_t *operation = row("operations", target);
    if (!operation)
        return;
    struct walk walk = { .place = "" };
    json_t *answer = json_loadb(body.data, body.length, JSON_ALLOW_NUL, NULL);
    bool good = json_is_object(answer);
    const char *type = text_of(answer, "__type"), *error = type ? strchr(type, '#') : NULL;
    if (good && !type) {
        const char *shape = text_of(operation, "output");
        good = status == 200 && (!shape || check(&walk, shape, answer));
        note(target, "ok");
    } else if (good) {
        char name[128];
        snprintf(name, sizeof name, "%s", error ? error + 1 : type);
        json_object_del(answer, "__type");
        good = error && status != 200 && check_error(&walk, operation, name, answer);
        note(target, name);
    }
    json_decref(answer);
    cr_expect(good, "%s answered %d %.*s\nwhich is not of the model: %s", target, status,
              (int)body.length, body.data, walk.complaint);
}
