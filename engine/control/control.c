/*
 * control.c - routes the control interface to its actions, and what they share. See control.h.
 */
#include "engine/control/control.h"

#include <errno.h>
#include <stdio.h>

#include "engine/engine_internal.h"
#include "engine/keyspace.h"
#include "engine/storage/layers.h"

static const struct {
    const char *action;
    int (*run)(struct request *);
} actions[] = {
#define CONTROL(action, function) { #action, function },
#include "engine/control/control.def"
#undef CONTROL
};

int request_control(struct request *request, const struct control_call *call)
{
    request->call = call;
    if (call->input && request_parse(request, call->input, strlen(call->input)) != 0) {
        const char *message;
        if (request->error == ERROR_SERIALIZATION) {
            request_take_error(request, &message);
            return control_bad(request, "the parameters are no JSON object");
        }
        return -1;
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i].action, call->action) == 0)
            request->task = actions[i].run;
    return request->task ? 0
                         : request_fail(request, ERROR_CONTROL_NOT_FOUND, "there is no action '%s'",
                                        call->action);
}

int control_bad(struct request *request, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(&request->arena, format, arguments);
    va_end(arguments);
    return request_fail(request, ERROR_CONTROL_BAD_REQUEST, "%s", text);
}

int control_text(struct request *request, const char *name, bool required, struct slice *out)
{
    const json_t *member = input_get(request->input, name);
    *out = (struct slice){ "", 0 };
    if (member && !json_is_string(member))
        return control_bad(request, "%s: a string is wanted", name);
    if (member)
        *out = input_string(request->input, name);
    if (required && out->length == 0)
        return control_bad(request, "%s: is wanted, and is not there", name);
    return 0;
}

int control_region(struct request *request, bool *given)
{
    struct slice region;
    if (control_text(request, "region", false, &region) != 0)
        return -1;
    *given = region.length > 0;
    if (!*given)
        return 0;
    if (region.length >= REGION_SIZE)
        return control_bad(request, "region: '%.*s' is none, as us-east-1 is one",
                           (int)(region.length < 80 ? region.length : 80), region.data);
    for (size_t i = 0; i < region.length; i++) {
        char c = region.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return control_bad(request, "region: '%.*s' is none, as us-east-1 is one",
                               (int)region.length, region.data);
    }
    memset(request->region, 0, sizeof request->region);
    memcpy(request->region, region.data, region.length);
    return 0;
}

/* The first region with tables after `region`, "" for the first one: false when there is none or the request has failed. */
static bool next_region(struct request *request, char region[REGION_SIZE])
{
    struct buffer start;
    struct slice key, value;
    struct cursor *cursor;
    buffer_init(&start, &request->arena);
    keyspace_catalogue(&start, region, (struct slice){ "", 0 });
    if (region[0] == '\0')
        start.length--; /* 'C' alone */
    else
        start.data[start.length - 1] = 1; /* past the NUL behind the region */
    int error = storage_cursor_open(request->transaction, &cursor);
    if (error == 0) {
        error = storage_cursor_seek(cursor, buffer_slice(&start), false, &key, &value);
        size_t length = error == 0 ? strnlen(key.data + 1, key.length - 1) : 0;
        if (error == 0 && (key.data[0] != 'C' || length == 0 || length >= REGION_SIZE))
            error = -ENOENT;
        if (error == 0) {
            memset(region, 0, REGION_SIZE);
            memcpy(region, key.data + 1, length);
        }
        storage_cursor_close(cursor);
    }
    if (error != 0 && error != -ENOENT)
        request_fail_storage(request, "list tables", error);
    return error == 0;
}

int control_each_region(struct request *request, int (*visit)(struct request *, void *context),
                        void *context)
{
    char region[REGION_SIZE] = "";
    while (next_region(request, region)) {
        memcpy(request->region, region, sizeof region);
        int result = visit(request, context);
        if (result != 0)
            return result;
    }
    return request->error == ERROR_NONE ? 0 : -1;
}

struct search {
    struct slice name;
    const struct table *table;
    char region[REGION_SIZE];
    const char *others; /* the regions that have one, as text, once there are several */
};

static int look_in_region(struct request *request, void *context)
{
    struct search *search = context;
    const struct table *table;
    if (table_look(request, search->name, &table) != 0)
        return -1;
    if (!table)
        return 0;
    if (search->table)
        search->others =
            arena_printf(&request->arena, "%s, %s",
                         search->others ? search->others : search->region, request->region);
    search->table = table;
    memcpy(search->region, request->region, sizeof search->region);
    return 0;
}

int control_table(struct request *request, const struct table **out)
{
    struct search search = { 0 };
    bool given;
    if (control_text(request, "table", true, &search.name) != 0 ||
        control_region(request, &given) != 0)
        return -1;
    int name_length = (int)(search.name.length < 300 ? search.name.length : 300);
    if ((given ? look_in_region(request, &search)
               : control_each_region(request, look_in_region, &search)) != 0)
        return -1;
    if (!search.table)
        return request_fail(request, ERROR_CONTROL_NOT_FOUND, "there is no table '%.*s' in %s",
                            name_length, search.name.data, given ? request->region : "any region");
    if (search.others)
        return control_bad(request, "region: is wanted, for there is a table '%.*s' in %s",
                           name_length, search.name.data, search.others);
    memcpy(request->region, search.region, sizeof search.region);
    *out = search.table;
    return 0;
}

struct names {
    struct request *request;
    struct control_names *out;
    size_t size;
};

static int add_name(void *context, const struct table *table)
{
    struct names *names = context;
    struct control_names *out = names->out;
    if (out->count == names->size) {
        size_t size = names->size ? 2 * names->size : 64;
        struct slice *grown = ARENA_NEW_ARRAY(&names->request->arena, size, struct slice);
        if (out->count > 0)
            memcpy(grown, out->names, out->count * sizeof *grown);
        out->names = grown;
        names->size = size;
    }
    out->names[out->count++] = arena_copy(&names->request->arena, table->name);
    return 0;
}

int control_table_names(struct request *request, struct control_names *out)
{
    struct names names = { .request = request, .out = out };
    *out = (struct control_names){ 0 };
    return table_each(request, (struct slice){ "", 0 }, add_name, &names);
}

int control_forget_table(struct request *request, const struct table *table)
{
    struct buffer sums;
    buffer_init(&sums, &request->arena);
    keyspace_account(&sums, request->region);
    /* Whoever needs them next counts what is there. */
    int error = storage_remove(request->transaction, buffer_slice(&sums));
    if (error != 0 && error != -ENOENT)
        return request_fail_storage(request, "remove a table", error);
    return table_forget(request, table);
}

int control_fail_snapshot(struct request *request, struct slice name, const char *what, int error)
{
    int length = (int)(name.length < 300 ? name.length : 300);
    switch (error) {
    case -ENOENT:
        return request_fail(request, ERROR_CONTROL_NOT_FOUND, "there is no snapshot '%.*s'", length,
                            name.data);
    case -EMLINK:
        return request_fail(request, ERROR_CONTROL_CONFLICT,
                            "%d states lie on each other already: delete snapshots that are not "
                            "needed, or restore an older one",
                            LAYERS_MAX);
    default:
        return request_fail_storage(request, what, error);
    }
}

int control_fail_path(struct request *request, const char *path, int error)
{
    char reason[128];
    return request_fail(request,
                        error == -ENOENT ? ERROR_CONTROL_NOT_FOUND : ERROR_CONTROL_BAD_REQUEST,
                        "%s: %s", path, strerror_r(-error, reason, sizeof reason));
}

/* gmtime_r takes a lock and may open files, both inside somebody else's program. Howard Hinnant's civil_from_days. */
void control_iso_time(int64_t moment, char out[ISO_TIME_SIZE])
{
    int64_t days = moment / 86400000, rest = moment % 86400000;
    if (moment < 0 || days > 2932896) /* 9999-12-31 */
        days = rest = 0;
    int64_t shifted = days + 719468, era = shifted / 146097;
    unsigned day_of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * month + 2) / 5 + 1;
    unsigned year = year_of_era + (unsigned)era * 400 + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    char text[96];
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02d:%02d:%02d.%03dZ", year, month, day,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
             (int)(rest % 1000));
    memcpy(out, text, ISO_TIME_SIZE - 1);
    out[ISO_TIME_SIZE - 1] = '\0';
}

void control_progress(struct request *request, uint64_t done, uint64_t total)
{
    if (request->call && request->call->progress)
        request->call->progress(request->call->context, done, total);
}
