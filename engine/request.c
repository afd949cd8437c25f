/*
 * request.c - the life of one call: parse, route, check, run, answer. See engine.h for the order and request.h for what
 * an operation may rely on. The one place where an error becomes bytes.
 */
#include "engine/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine_internal.h"
#include "engine/json_depth.h"
#include "engine/index_backfill.h"
#include "engine/operations.h"
#include "engine/schema/schema.h"
#include "engine/stats/stats.h"
#include "engine/schema/wording.h"
#include "engine/storage/layers.h"
#include "engine/table.h"
#include "engine/value_json.h"

#define CORAL_SERVICE  "com.amazon.coral.service#"
#define CORAL_VALIDATE "com.amazon.coral.validate#"
#define CONTROL        "ddbmock#"
#define DYNAMODB       "com.amazonaws.dynamodb.v20120810#"
#define DYNAMODB_2011  "com.amazonaws.dynamodb.v20111205#"

static const struct {
    const char *type;
    int status;
    const char *member;
} errors[] = {
    [ERROR_NONE] = { "", 200, "" },
#define ERROR(identifier, name, namespace, status, member)                                         \
    [identifier] = { namespace name, status, member },
#include "engine/errors.def"
#undef ERROR
};

/* What is left to say when there is no memory to say more. */
static const char out_of_memory_body[] =
    "{\"__type\":\"" DYNAMODB "InternalServerError\",\"message\":\"ddbmock is out of memory\"}";

enum {
    /* An attribute value of 32 levels is 64 of JSON, a transaction's members add 6: what is deeper can only be refused, and
     * jansson's recursion must not meet it on a host's small stack. */
    JSON_DEPTH_MAX = 128,
};

/* `from`, cut to fit; `to` is all zeros before. */
static void copy_text(char *to, size_t size, const char *from)
{
    memcpy(to, from, strnlen(from, size - 1));
}

struct request *request_create(struct engine *engine, const char *region, const char *id)
{
    struct request *request = malloc(sizeof *request);
    if (!request)
        return NULL;
    memset(request, 0, offsetof(struct request, room));
    request->engine = engine;
    request->now = clock_now();
    copy_text(request->region, sizeof request->region, region);
    copy_text(request->account, sizeof request->account, ENGINE_ACCOUNT);
    copy_text(request->id, sizeof request->id, id);
    arena_init_in(&request->arena, &request->exhausted, request->room, sizeof request->room);
    arena_init(&request->scratch, &request->exhausted);
    buffer_init(&request->output, &request->arena);
    return request;
}

void request_destroy(struct request *request)
{
    if (!request)
        return;
    request_destroy(request->inner);
    tables_release(request);
    json_decref(request->kept);
    json_decref(request->json);
    json_memory_release(&request->json_memory);
    free(request->message);
    arena_release(&request->scratch);
    arena_release(&request->arena);
    free(request);
}

static int fail(struct request *request, enum error_code error, const char *format,
                va_list arguments)
{
    if (request->error != ERROR_NONE)
        return -1;
    request->error = error;
    if (format[0] != '\0' && vasprintf(&request->message, format, arguments) < 0)
        request->message = NULL;
    return -1;
}

int request_fail(struct request *request, enum error_code error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool first = request->error == ERROR_NONE;
    fail(request, error, format, arguments);
    va_end(arguments);
    if (first && error == ERROR_VALIDATION && request->envelope && request->message) {
        char *message = request->message;
        if (asprintf(&request->message, "1 validation error detected: %s", message) < 0)
            request->message = NULL;
        free(message);
    }
    return -1;
}

int request_fail_bare(struct request *request, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail(request, ERROR_VALIDATION, format, arguments);
    va_end(arguments);
    return -1;
}

int request_fail_storage(struct request *request, const char *what, int error)
{
    char reason[128];
    return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock: cannot %s: %s", what,
                        strerror_r(-error, reason, sizeof reason));
}

int request_parse(struct request *request, const char *body, size_t length)
{
    if (json_nests_deeper(body, length, JSON_DEPTH_MAX))
        return request_fail(
            request, ERROR_VALIDATION,
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            "levels beyond supported limit");
    json_error_t error;
    request->json = json_memory_load(&request->json_memory, body, length, JSON_ALLOW_NUL, &error);
    /* jansson has nothing to say of a document only when malloc has failed. */
    if (!request->json && error.text[0] == '\0')
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    if (!json_is_object(request->json))
        return request_fail(request, ERROR_SERIALIZATION, "%s", "");
    request->input = request->json;
    return 0;
}

int request_route(struct request *request, const char *target)
{
    request->operation = target ? operation_find(target) : NULL;
    if (!request->operation)
        return request_fail(request, ERROR_UNKNOWN_OPERATION, "%s", "");
    return 0;
}

static void end_transaction(struct request *request)
{
    request_cursor_close(request);
    storage_abort(request->transaction);
    request->transaction = NULL;
}

void request_clean(struct request *request)
{
    enum { KEYS_AT_ONCE = 10000 }; /* what a small table has; some 10 ms */
    /* What it cannot do, later requests will. */
    (void)layers_work(request->engine->storage, KEYS_AT_ONCE, NULL);
}

static void run(struct request *request)
{
    const struct operation *operation = request->operation;
    if (request->task) {
        if (request->task(request) == 0 && request->dropped)
            request_clean(request);
        return;
    }
    if (!operation->run) {
        request_fail(request, ERROR_UNKNOWN_OPERATION, "ddbmock %s does not have %s yet.",
                     DDBMOCK_VERSION, operation->name);
        return;
    }
    if (schema_check_types(request, operation->input, request->input) != 0 ||
        schema_check_constraints(request, operation->input, request->input) != 0)
        return;
    if (wording_get() == WORDING_2026) {
        request->layer =
            operation->input->reworded & REWORDED_VALUES ? VALUE_LAYER_CURRENT : VALUE_LAYER_OLDER;
        request->envelope = operation->input->reworded & REWORDED_ENVELOPE;
    }
    if (operation->run(request) == 0 && request->dropped)
        request_clean(request);
}

/* The answer stays what it is. */
static void fill(struct request *request)
{
    const enum error_code answer = request->error;
    char *const message = request->message;
    request->error = ERROR_NONE;
    request->message = NULL;
    if (setjmp(request->exhausted) == 0)
        index_backfill_run(request);
    end_transaction(request);
    free(request->message);
    request->error = answer;
    request->message = message;
}

void request_run(struct request *request)
{
    if (request->error != ERROR_NONE || (!request->operation && !request->task))
        return;
    if (setjmp(request->exhausted) == 0)
        run(request);
    else
        request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    end_transaction(request);
    if (__builtin_expect(request->stats != NULL, 0))
        stats_flush(request);
    if (request->filling.length > 0)
        fill(request);
}

enum error_code request_error_named(struct slice name)
{
    for (enum error_code error = ERROR_NONE + 1; error < ERROR_PLUGIN; error++) {
        const char *hash = strchr(errors[error].type, '#');
        if (slice_equal(slice_of(hash + 1), name))
            return error;
    }
    return ERROR_PLUGIN;
}

int request_status(const struct request *request)
{
    return errors[request->error].status;
}

/* The __type. The API's own errors are in the name of the version that was spoken. */
static void append_type(struct buffer *body, const struct request *request)
{
    const char *type =
        request->error == ERROR_PLUGIN ? request->error_type : errors[request->error].type;
    if (request->operation && strcmp(request->operation->api, "DynamoDB_20111205") == 0 &&
        strncmp(type, DYNAMODB, sizeof DYNAMODB - 1) == 0) {
        buffer_append_string(body, DYNAMODB_2011);
        type += sizeof DYNAMODB - 1;
    }
    buffer_append_string(body, type);
}

static void render_error(struct request *request)
{
    struct buffer body;
    buffer_init(&body, &request->arena);
    buffer_append_string(&body, "{\"__type\":\"");
    append_type(&body, request);
    buffer_append_byte(&body, '"');
    if (request->extra) {
        buffer_append_byte(&body, ',');
        buffer_append_string(&body, request->extra);
    }
    if (request->message && request->message[0]) {
        buffer_append_string(&body, ",\"");
        buffer_append_string(&body, errors[request->error].member);
        buffer_append_string(&body, "\":");
        string_write_json(&body, slice_of(request->message));
    }
    buffer_append_byte(&body, '}');
    request->output = body;
}

struct slice request_body(struct request *request)
{
    if (request->error == ERROR_NONE)
        return buffer_slice(&request->output);
    if (!request->rendered) {
        if (setjmp(request->exhausted) != 0)
            return (struct slice){ out_of_memory_body, sizeof out_of_memory_body - 1 };
        render_error(request);
        request->rendered = true;
    }
    return buffer_slice(&request->output);
}

bool request_is_json(const struct request *request)
{
    return request->json != NULL;
}

const char *request_operation(const struct request *request)
{
    return request->operation ? request->operation->name : NULL;
}

int request_begin(struct request *request, bool write)
{
    request->envelope = false;
    if (write)
        request->began = clock_moment();
    int error = storage_begin(request->engine->storage, write, &request->transaction);
    if (error != 0) {
        request->transaction = NULL;
        return request_fail_storage(request, "begin a transaction in its store", error);
    }
    return 0;
}

int request_commit(struct request *request)
{
    int error = storage_commit(request->transaction);
    request->transaction = NULL;
    if (error != 0)
        return request_fail_storage(request, "store what was asked", error);
    return 0;
}

int request_cursor_open(struct request *request)
{
    int error = storage_cursor_open(request->transaction, &request->cursor);
    if (error != 0) {
        request->cursor = NULL;
        return request_fail_storage(request, "read its store", error);
    }
    return 0;
}

void request_cursor_close(struct request *request)
{
    storage_cursor_close(request->cursor);
    request->cursor = NULL;
}

enum error_code request_take_error(struct request *request, const char **message)
{
    enum error_code error = request->error;
    request->error = ERROR_NONE;
    *message = request->message ? arena_string(&request->arena, slice_of(request->message)) : NULL;
    free(request->message);
    request->message = NULL;
    return error;
}

/* Objects up to this size are searched; hashing a name costs as much as comparing it with this many. */
enum { SEARCHED_MEMBERS = 8 };

static const json_t *member_of(const json_t *object, const char *name)
{
    if (json_object_size(object) > SEARCHED_MEMBERS)
        return json_object_get(object, name);
    json_t *searched = (json_t *)(uintptr_t)object; /* jansson's iterators are not const-correct */
    for (void *i = json_object_iter(searched); i; i = json_object_iter_next(searched, i)) {
        const char *key = json_object_iter_key(i);
        if (key[0] == name[0] && strcmp(key, name) == 0)
            return json_object_iter_value(i);
    }
    return NULL;
}

const json_t *input_get(const json_t *input, const char *name)
{
    const json_t *member = member_of(input, name);
    return json_is_null(member) ? NULL : member;
}

bool input_has_any(const json_t *input, const char *const *names, size_t count)
{
    json_t *searched = (json_t *)(uintptr_t)input;
    for (void *i = json_object_iter(searched); i; i = json_object_iter_next(searched, i)) {
        const char *key = json_object_iter_key(i);
        for (size_t name = 0; name < count; name++)
            if (key[0] == names[name][0] && strcmp(key, names[name]) == 0 &&
                !json_is_null(json_object_iter_value(i)))
                return true;
    }
    return false;
}

struct slice input_string(const json_t *input, const char *name)
{
    const json_t *member = member_of(input, name);
    if (!json_is_string(member))
        return (struct slice){ NULL, 0 };
    return (struct slice){ json_string_value(member), json_string_length(member) };
}

bool input_boolean(const json_t *input, const char *name, bool fallback)
{
    const json_t *member = input_get(input, name);
    return member ? schema_boolean(member) : fallback;
}

json_int_t input_integer(const json_t *input, const char *name, json_int_t fallback)
{
    const json_t *member = member_of(input, name);
    if (json_is_real(member)) {
        double real = json_real_value(member);
        return real <= (double)INT64_MIN   ? INT64_MIN
               : real >= (double)INT64_MAX ? INT64_MAX
                                           : (json_int_t)real;
    }
    return json_is_integer(member) ? json_integer_value(member) : fallback;
}

bool input_is(const json_t *input, const char *name, const char *value)
{
    return slice_equal(input_string(input, name), slice_of(value));
}
