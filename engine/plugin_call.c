/*
 * plugin_call.c - one call of a plugin's operation: what struct ddbmock_services offers it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "engine/plugins.h"
#include "engine/value_json.h"

struct ddbmock_call {
    struct request *request;
    char *input; /* the body as text, once somebody has asked for it */
    size_t input_length;
};

static const char *call_input(struct ddbmock_call *call, size_t *length)
{
    if (!call->input) {
        const json_t *input = call->request->input;
        size_t size = json_dumpb(input, NULL, 0, JSON_COMPACT);
        char *text = arena_alloc(&call->request->arena, size + 1);
        call->input_length = json_dumpb(input, text, size, JSON_COMPACT);
        call->input = text;
    }
    if (length)
        *length = call->input_length;
    return call->input;
}

static const char *call_region(struct ddbmock_call *call)
{
    return call->request->region;
}

static const char *call_string(struct ddbmock_call *call, const char *member, size_t *length)
{
    struct slice text = input_string(call->request->input, member);
    if (length)
        *length = text.length;
    return text.data;
}

static long long call_integer(struct ddbmock_call *call, const char *member, long long fallback)
{
    return input_integer(call->request->input, member, fallback);
}

static bool call_boolean(struct ddbmock_call *call, const char *member, bool fallback)
{
    return input_boolean(call->request->input, member, fallback);
}

/* The answer in the caller's arena. */
static const char *call_request(struct ddbmock_call *call, const char *target, const char *body,
                                int *status)
{
    struct request *outer = call->request;
    char *whole = strchr(target, '.') ? arena_string(&outer->arena, slice_of(target))
                                      : arena_printf(&outer->arena, "DynamoDB_20120810.%s", target);
    struct request *inner = request_create(outer->engine, outer->region, outer->id);
    if (!inner) {
        *status = 500;
        return "{}";
    }
    if (request_parse(inner, body, strlen(body)) == 0)
        request_route(inner, whole);
    request_run(inner);
    *status = request_status(inner);
    outer->inner = inner; /* given back by the outer one, should memory run out here */
    const char *answer = arena_string(&outer->arena, request_body(inner));
    outer->inner = NULL;
    request_destroy(inner);
    return answer;
}

static const char *call_table(struct ddbmock_call *call, const char *name)
{
    struct request *request = call->request;
    struct buffer body;
    int status;
    buffer_init(&body, &request->arena);
    buffer_append_string(&body, "{\"TableName\":");
    string_write_json(&body, slice_of(name));
    buffer_append_string(&body, "}");
    const char *answer = call_request(call, "DescribeTable",
                                      arena_string(&request->arena, buffer_slice(&body)), &status);
    static const char before[] = "{\"Table\":"; /* ... and a brace at the end */
    size_t length = strlen(answer);
    if (status != 200 || length < sizeof before || strncmp(answer, before, sizeof before - 1) != 0)
        return NULL;
    return arena_string(&request->arena,
                        (struct slice){ answer + sizeof before - 1, length - sizeof before });
}

static void call_respond(struct ddbmock_call *call, const char *format, ...)
{
    struct request *request = call->request;
    va_list arguments;
    va_start(arguments, format);
    const char *json = arena_vprintf(&request->arena, format, arguments);
    va_end(arguments);
    request->output.length = 0;
    buffer_append_string(&request->output, json);
}

static const char *call_print(struct ddbmock_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(&call->request->arena, format, arguments);
    va_end(arguments);
    return text;
}

static int call_fail(struct ddbmock_call *call, const char *error, const char *format, ...)
{
    struct request *request = call->request;
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprintf(&request->arena, format, arguments);
    va_end(arguments);
    request->error_type =
        strchr(error, '#')
            ? arena_string(&request->arena, slice_of(error))
            : arena_printf(&request->arena, "com.amazonaws.dynamodb.v20120810#%s", error);
    return request_fail(request, request_error_named(slice_of(error)), "%s", message);
}

static const char *call_quote(struct ddbmock_call *call, const char *text, ptrdiff_t length)
{
    struct buffer quoted;
    buffer_init(&quoted, &call->request->arena);
    string_write_json(&quoted,
                      length < 0 ? slice_of(text) : (struct slice){ text, (size_t)length });
    return arena_string(&call->request->arena, buffer_slice(&quoted));
}

static const struct ddbmock_services services = {
    .input = call_input,
    .region = call_region,
    .string = call_string,
    .integer = call_integer,
    .boolean = call_boolean,
    .table = call_table,
    .request = call_request,
    .respond = call_respond,
    .fail = call_fail,
    .print = call_print,
    .quote = call_quote,
};

int plugins_run(struct request *request)
{
    struct ddbmock_call call = { .request = request };
    buffer_append_string(&request->output, "{}");
    if (request->operation->plugin->run(&services, &call) == 0 && request->error == ERROR_NONE)
        return 0;
    return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock: the plugin failed to say why");
}
