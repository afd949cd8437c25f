/*
 * transfer.c - the actions that carry items out of a table and into one: as the body of an answer or a request, or as files
 * on the machine, which only who may read and write them anyway can name.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "engine/control/control.h"
#include "engine/control/files.h"
#include "engine/storage/layers.h"
#include "engine/value_json.h"

enum { ANSWER_MAX = 1 << 30 /* bytes of lines in an answer */ };

/* Begins to read, from a snapshot where one is named, and finds the table. */
static int begin_export(struct request *request, const struct table **table)
{
    struct slice snapshot;
    if (control_text(request, "snapshot", false, &snapshot) != 0 ||
        request_begin(request, false) != 0)
        return -1;
    if (snapshot.length > 0) {
        int error = layers_look_at(request->transaction, snapshot);
        if (error != 0)
            return control_fail_snapshot(request, snapshot, "read a snapshot", error);
    }
    return control_table(request, table);
}

static int add_line(void *context, struct slice line)
{
    struct request *request = context;
    if (request->output.length + line.length > ANSWER_MAX)
        return -EFBIG;
    buffer_append_slice(&request->output, line);
    return 0;
}

int control_export_items(struct request *request)
{
    const struct table *table;
    uint64_t items;
    if (begin_export(request, &table) != 0)
        return -1;
    if (lines_of_table(request, table, add_line, request, &items) == 0)
        return 0;
    if (request->output.length + ANSWER_MAX / 64 < ANSWER_MAX)
        return -1;
    const char *message;
    request_take_error(request, &message);
    return request_fail(request, ERROR_CONTROL_TOO_LARGE,
                        "more than %d MB of lines: export the table into a file", ANSWER_MAX >> 20);
}

/* The parameter "path", NUL-terminated in the arena. */
static int path_of(struct request *request, const char **out)
{
    struct slice path;
    if (!request->call->files)
        return request_fail(request, ERROR_CONTROL_FORBIDDEN,
                            "a server reads and writes no files for its clients: use "
                            "/tables/NAME/items");
    if (control_text(request, "path", true, &path) != 0)
        return -1;
    if (path.length >= PATH_MAX || memchr(path.data, '\0', path.length))
        return control_bad(request, "path: it is none");
    *out = arena_string(&request->arena, path);
    return 0;
}

static bool ends_in_gz(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".gz") == 0;
}

static int export_file(struct request *request, const struct table *table, const char *path,
                       uint64_t *items)
{
    struct lines_file *file;
    int error = lines_file_create(path, ends_in_gz(path), &file);
    if (error != 0)
        return control_fail_path(request, path, error);
    if (lines_of_table(request, table, lines_file_write, file, items) != 0) {
        lines_file_abandon(file);
        return -1;
    }
    error = lines_file_finish(file);
    return error == 0 ? 0 : control_fail_path(request, path, error);
}

static void answer_items(struct request *request, const struct table *table, uint64_t items)
{
    struct buffer *out = &request->output;
    buffer_append_string(out, "{\"table\":");
    string_write_json(out, table->name);
    buffer_printf(out, ",\"region\":\"%s\",\"items\":%" PRIu64 "}", request->region, items);
}

int control_export_table(struct request *request)
{
    const struct table *table;
    const char *path;
    struct slice format;
    uint64_t items = 0;
    if (path_of(request, &path) != 0 || control_text(request, "format", false, &format) != 0)
        return -1;
    bool s3 = slice_equal(format, slice_of("s3"));
    if (!s3 && format.length > 0 && !slice_equal(format, slice_of("lines")))
        return control_bad(request, "format: lines or s3 is wanted, not '%.*s'",
                           (int)(format.length < 80 ? format.length : 80), format.data);
    if (begin_export(request, &table) != 0 || (s3 ? s3_export_write(request, table, path, &items)
                                                  : export_file(request, table, path, &items)) != 0)
        return -1;
    answer_items(request, table, items);
    return 0;
}

/* --- import --- */

/* The lines of a request's body. */
struct body_source {
    struct line_source source;
    struct slice rest;
};

static int next_of_body(struct line_source *source, struct slice *line)
{
    struct body_source *body = (struct body_source *)source;
    if (body->rest.length == 0)
        return 0;
    const char *end = memchr(body->rest.data, '\n', body->rest.length);
    line->data = body->rest.data;
    line->length = end ? (size_t)(end - body->rest.data) : body->rest.length;
    size_t taken = line->length + (end != NULL);
    body->rest.data += taken;
    body->rest.length -= taken;
    source->done += taken;
    source->number++;
    return 1;
}

/* Finds the table, whose Region becomes the request's, and gives its name. */
static int target(struct request *request, const struct table **table)
{
    if (request_begin(request, false) != 0 || control_table(request, table) != 0)
        return -1;
    storage_abort(request->transaction);
    request->transaction = NULL;
    return 0;
}

/* What came of it, in words. */
static int report(struct request *request, const struct table *table, int result, uint64_t items)
{
    if (result != 0) {
        const char *message;
        enum error_code error = request_take_error(request, &message);
        return request_fail(request, error, "%s (%" PRIu64 " items before it are imported)",
                            message ? message : "it failed", items);
    }
    answer_items(request, table, items);
    return 0;
}

int control_import_items(struct request *request)
{
    const struct table *table;
    struct slice lines = request->call->lines;
    struct body_source body = {
        .source = { .next = next_of_body, .total = lines.length },
        .rest = lines,
    };
    if (target(request, &table) != 0)
        return -1;
    uint64_t items;
    int result = lines_into_table(request, table->name, &body.source, &items);
    return report(request, table, result, items);
}

int control_import_table(struct request *request)
{
    const struct table *table;
    const char *path;
    struct line_source *source;
    if (path_of(request, &path) != 0 || target(request, &table) != 0 ||
        lines_files_open(request, path, &source) != 0)
        return -1;
    uint64_t items;
    int result = lines_into_table(request, table->name, source, &items);
    lines_files_close(source);
    return report(request, table, result, items);
}
