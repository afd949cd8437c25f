/*
 * lines.c - see lines.h. What is read is checked and put as PutItem does it, in transactions of requests of their own, whose
 * memory goes with them.
 */
#include "engine/control/lines.h"

#include <errno.h>

#include "engine/engine_internal.h"
#include "engine/item.h"
#include "engine/json_depth.h"
#include "engine/keyspace.h"
#include "engine/operations.h"
#include "engine/operations/item_input.h"
#include "engine/value_json.h"

enum {
    BATCH_ITEMS = 200,
    BATCH_BYTES = 4 << 20,
    DEPTH_MAX = 128,      /* as request_parse has it */
    PROGRESS_ITEMS = 512, /* between two reports */
};

int lines_of_table(struct request *request, const struct table *table,
                   int (*take)(void *context, struct slice line), void *context, uint64_t *items)
{
    struct table_size size;
    struct buffer prefix;
    struct slice key, value;
    *items = 0;
    buffer_init(&prefix, &request->arena);
    keyspace_items(&prefix, table->id);
    if (table_size_get(request, table->id, &size) != 0 || request_cursor_open(request) != 0)
        return -1;
    int error = storage_cursor_seek(request->cursor, buffer_slice(&prefix), false, &key, &value);
    while (error == 0 && slice_starts_with(key, buffer_slice(&prefix))) {
        struct map item;
        struct buffer line;
        arena_release(&request->scratch);
        error = item_unpack(&request->scratch, value, &item);
        if (error != 0)
            break;
        buffer_init(&line, &request->scratch);
        buffer_append_string(&line, "{\"Item\":");
        map_write_json(&line, &item);
        buffer_append_string(&line, "}\n");
        error = take(context, buffer_slice(&line));
        if (++*items % PROGRESS_ITEMS == 0)
            control_progress(request, *items, size.items);
        if (error == 0)
            error = storage_cursor_step(request->cursor, false, &key, &value);
    }
    request_cursor_close(request);
    arena_release(&request->scratch);
    if (error != 0 && error != -ENOENT)
        return request->error != ERROR_NONE ? -1 : request_fail_storage(request, "export", error);
    control_progress(request, *items, *items);
    return 0;
}

/* --- reading --- */

struct batch {
    struct slice table;
    struct line_source *source;
    bool end;
    unsigned items;
};

/* Fails the batch for the present line, with what has been found wrong with it. */
static int fail_line(struct request *request, const struct line_source *source, const char *why)
{
    return control_bad(request, "%s%sline %llu: %s", source->name ? source->name : "",
                       source->name ? ", " : "", (unsigned long long)source->number, why);
}

static bool is_attribute(const json_t *value)
{
    static const char *const types[] = {
        "S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"
    };
    if (!json_is_object(value) || json_object_size(value) != 1)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (json_object_get(value, types[i]))
            return true;
    return false;
}

/* The item of a line: of {"Item":{...}}, or the line itself, unless Item is an attribute of it. Borrowed. */
static json_t *item_of(json_t *line)
{
    json_t *item = json_object_size(line) == 1 ? json_object_get(line, "Item") : NULL;
    if (!json_is_object(item))
        return line;
    const char *name;
    json_t *value;
    json_object_foreach(item, name, value) if (!is_attribute(value)) return line;
    return item;
}

/* What one line says becomes request->input, {"TableName":..., "Item":{...}}. */
static int read_line(struct request *request, const struct batch *batch, struct slice line)
{
    json_error_t error;
    if (json_nests_deeper(line.data, line.length, DEPTH_MAX))
        return fail_line(request, batch->source, "it nests too deeply");
    json_t *json = json_loadb(line.data, line.length, JSON_ALLOW_NUL, &error);
    if (!json)
        return error.text[0] == '\0'
                   ? request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory")
                   : fail_line(request, batch->source, error.text);
    json_t *input = json_is_object(json) ? json_object() : NULL;
    bool whole = input && json_object_set(input, "Item", item_of(json)) == 0 &&
                 json_object_set_new(input, "TableName",
                                     json_stringn(batch->table.data, batch->table.length)) == 0;
    bool object = json_is_object(json);
    json_decref(json);
    if (!whole) {
        json_decref(input);
        return object ? request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory")
                      : fail_line(request, batch->source, "an item is a JSON object");
    }
    json_decref(request->json);
    request->json = input;
    request->input = input;
    return 0;
}

/* As PutItem, but in the open transaction. */
static int put_item(struct request *request)
{
    struct write write;
    const struct operation *operation = operation_find("DynamoDB_20120810.PutItem");
    if (schema_check_types(request, operation->input, request->input) != 0 ||
        schema_check_constraints(request, operation->input, request->input) != 0 ||
        write_from_input(request, request->input, WRITE_PUT, &write) != 0)
        return -1;
    struct capacity *capacity = ARENA_NEW(&request->arena, struct capacity);
    struct slice name = input_string(request->input, "TableName");
    if (table_find(request, name, false, &write.table) != 0 ||
        write_check_keys(request, &write) != 0)
        return -1;
    capacity->table = write.table;
    capacity->name = name;
    return write_apply(request, &write, capacity) == WRITE_DONE ? 0 : -1;
}

static bool is_blank(struct slice line)
{
    for (size_t i = 0; i < line.length; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r')
            return false;
    return true;
}

/* The task of a batch's request. What went well before a bad line is kept. */
static int put_batch(struct request *request)
{
    struct batch *batch = request->context;
    struct line_source *source = batch->source;
    size_t bytes = 0;
    unsigned items = 0;
    if (request_begin(request, true) != 0)
        return -1;
    while (items < BATCH_ITEMS && bytes < BATCH_BYTES) {
        struct slice line;
        int got = source->next(source, &line);
        if (got < 0) {
            char reason[128];
            fail_line(request, source, strerror_r(-got, reason, sizeof reason));
            break;
        }
        batch->end = got == 0;
        if (batch->end)
            break;
        if (is_blank(line))
            continue;
        bytes += line.length;
        if (read_line(request, batch, line) != 0)
            break;
        if (put_item(request) != 0) {
            const char *message;
            enum error_code error = request_take_error(request, &message);
            if (error == ERROR_INTERNAL_SERVER)
                request_fail(request, error, "%s", message ? message : "");
            else
                fail_line(request, source, message ? message : "it is no item");
            break;
        }
        items++;
    }
    /* A storage error leaves nothing to be kept; its transaction refuses. */
    int error = storage_commit(request->transaction);
    request->transaction = NULL;
    if (error == 0) {
        batch->items = items;
        return request->error == ERROR_NONE ? 0 : -1;
    }
    return request_fail_storage(request, "store what was asked", error);
}

int lines_into_table(struct request *request, struct slice name, struct line_source *source,
                     uint64_t *items)
{
    *items = 0;
    for (bool end = false; !end;) {
        struct batch work = { .table = name, .source = source };
        struct request *batch = request_create(request->engine, request->region, request->id);
        if (!batch)
            return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
        batch->task = put_batch;
        batch->context = &work;
        request_run(batch);
        *items += work.items;
        end = work.end || batch->error != ERROR_NONE;
        if (batch->error != ERROR_NONE)
            request_fail(request, batch->error, "%s", batch->message ? batch->message : "");
        request_destroy(batch);
        control_progress(request, source->done, source->total);
    }
    return request->error == ERROR_NONE ? 0 : -1;
}
