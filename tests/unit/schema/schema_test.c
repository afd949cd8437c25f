/*
 * schema_test.c - what the tests of engine/schema/ share. See schema_test.h.
 */
#include "tests/unit/schema/schema_test.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char last[1 << 20];

struct request *new_request(json_t *json)
{
    struct request *request = request_create(NULL, "us-east-1", "ID");
    cr_assert_not_null(request);
    request->json = json;
    request->input = json;
    return request;
}

static const char *keep(const struct request *request)
{
    snprintf(last, sizeof last, "%s", request->message ? request->message : "");
    return last;
}

static json_t *parse(const char *json)
{
    json_error_t error;
    json_t *parsed = json_loads(json, 0, &error);
    cr_assert_not_null(parsed, "%s: %s", json, error.text);
    return parsed;
}

const char *types_message(const struct shape *shape, const char *json)
{
    struct request *request = new_request(parse(json));
    if (setjmp(request->exhausted) != 0)
        cr_assert_fail("no memory");
    int result = schema_check_types(request, shape, request->input);
    cr_assert_eq(result, request->error == ERROR_NONE ? 0 : -1);
    cr_assert(request->error == ERROR_NONE || request->error == ERROR_SERIALIZATION);
    const char *message = keep(request);
    request_destroy(request);
    return message;
}

const char *constraints_message(const struct shape *shape, const char *json)
{
    struct request *request = new_request(parse(json));
    if (setjmp(request->exhausted) != 0)
        cr_assert_fail("no memory");
    cr_assert_eq(schema_check_types(request, shape, request->input), 0, "%s", keep(request));
    int result = schema_check_constraints(request, shape, request->input);
    cr_assert_eq(result, request->error == ERROR_NONE ? 0 : -1);
    cr_assert(request->error == ERROR_NONE || request->error == ERROR_VALIDATION);
    const char *message = keep(request);
    request_destroy(request);
    return message;
}

const char *message_of(const struct shape *shape, json_t *json, enum error_code *error)
{
    struct request *request = new_request(NULL);
    if (setjmp(request->exhausted) != 0)
        cr_assert_fail("no memory");
    if (schema_check_types(request, shape, json) == 0)
        schema_check_constraints(request, shape, json);
    *error = request->error;
    const char *message = keep(request);
    request_destroy(request);
    return message;
}

json_t *repeated(char c, size_t count)
{
    char *text = malloc(count + 1);
    cr_assert_not_null(text);
    memset(text, c, count);
    json_t *string = json_stringn(text, count);
    free(text);
    return string;
}
