/*
 * stats.c - see stats.h: a request's line is collected in its arena and written when it ends.
 */
#include "engine/stats/stats.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "engine/append.h"
#include "engine/operations.h"
#include "engine/settings.h"
#include "engine/stats/interval.h"
#include "engine/value_json.h"

bool stats_on;

static char path[PATH_MAX];
static off_t largest;    /* bytes that the file may have; 0: any number */
static atomic_bool full; /* it has them */

enum { SESSION_LARGEST = 512 << 20 /* bytes, some two million requests: a session is in memory */ };

void stats_configure(const char *session)
{
    const char *to = setting_text(SETTING_STATS);
    char room[128], own[PATH_MAX];
    bool on_stderr = strcmp(to, "stderr") == 0;
    stats_on = false;
    if (*to == '\0')
        return;
    if (on_stderr &&
        (!session || snprintf(own, sizeof own, "%s/" STATS_FILE, session) >= (int)sizeof own)) {
        setting_wrong(SETTING_STATS, "it needs a session");
        return;
    }
    int error = append_prepare(on_stderr ? own : to, path);
    if (error != 0) {
        setting_wrong(SETTING_STATS, strerror_r(-error, room, sizeof room));
        return;
    }
    interval_configure(on_stderr ? path : NULL);
    largest = on_stderr ? SESSION_LARGEST : 0;
    atomic_store(&full, false);
    stats_on = true;
}

/* Begins one more USE of the request's line. */
static struct buffer *begin_use(struct request *request, const struct table *table)
{
    struct buffer *out = request->stats;
    if (!out) {
        out = ARENA_NEW(&request->arena, struct buffer);
        buffer_init(out, &request->arena);
        buffer_printf(out, "{\"t\":%" PRId64 ",\"p\":%d,\"region\":", request->now, (int)getpid());
        string_write_json(out, slice_of(request->region));
        buffer_printf(out, ",\"op\":\"%s\",\"use\":[", request_operation(request));
        request->stats = out;
    } else {
        buffer_append_byte(out, ',');
    }
    buffer_append_string(out, "{\"table\":");
    string_write_json(out, table->name);
    return out;
}

/* A key attribute's value as plain JSON: a string, a number, a binary in base64. */
static void write_value(struct buffer *out, const struct value *value)
{
    struct buffer typed;
    if (!value) {
        buffer_append_string(out, "null");
        return;
    }
    buffer_init(&typed, out->arena);
    value_write_json(&typed, value); /* {"S":"green"} */
    enum { TYPE = sizeof "{\"S\":" - 1 };
    buffer_append(out, typed.data + TYPE, typed.length - TYPE - 1);
}

static void write_key(struct buffer *out, const struct key_schema *keys, const struct map *key)
{
    buffer_append_string(out, ",\"key\":[");
    for (unsigned i = 0; i < keys->partition_count; i++) {
        buffer_append_string(out, i ? "," : "");
        write_value(out, map_find(key, keys->partition[i].name));
    }
    for (unsigned i = 0; i < keys->sort_count; i++) {
        buffer_append_byte(out, ',');
        write_value(out, map_find(key, keys->sort[i].name));
    }
    buffer_append_byte(out, ']');
}

static void write_units(struct buffer *out, double read, double write)
{
    buffer_printf(out, ",\"read\":%.12g,\"write\":%.12g", read, write);
}

/* What is provisioned, of the table and its global indexes; which are local ones. */
static void write_provisioned(struct buffer *out, const struct table *table)
{
    bool any = false;
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].global)
            continue;
        buffer_append_string(out, any ? "," : ",\"local\":[");
        string_write_json(out, table->indexes[i].name);
        any = true;
    }
    buffer_append_string(out, any ? "]" : "");
    if (table->on_demand)
        return;
    buffer_printf(out, ",\"provisioned\":{\"\":[%" PRId64 ",%" PRId64 "]", table->throughput.read,
                  table->throughput.write);
    for (size_t i = 0; i < table->index_count; i++) {
        const struct index *index = &table->indexes[i];
        if (!index->global)
            continue;
        buffer_append_byte(out, ',');
        string_write_json(out, index->name);
        buffer_printf(out, ":[%" PRId64 ",%" PRId64 "]", index->throughput.read,
                      index->throughput.write);
    }
    buffer_append_byte(out, '}');
}

/* What the store does not say is left out: a request does not fail for its statistics. */
static void write_sizes(struct request *request, struct buffer *out, const struct table *table)
{
    const char *separator = ",\"items\":{";
    if (request->error != ERROR_NONE)
        return;
    for (size_t i = 0; i <= table->index_count; i++) {
        const struct index *index = i > 0 ? &table->indexes[i - 1] : NULL;
        struct table_size size;
        if (table_size_get(request, index ? index->id : table->id, &size) != 0) {
            const char *message;
            (void)request_take_error(request, &message);
            continue;
        }
        buffer_append_string(out, separator);
        string_write_json(out, index ? index->name : slice_of(""));
        buffer_printf(out, ":[%" PRIu64 ",%" PRIu64 "]", size.items, size.bytes);
        separator = ",";
    }
    buffer_append_string(out, separator[1] ? "" : "}");
}

void stats_read(struct request *request, const struct table *table, const struct map *key,
                size_t size, double units)
{
    if (!request_operation(request))
        return;
    struct buffer *out = begin_use(request, table);
    write_key(out, &table->keys, key);
    buffer_printf(out, ",\"size\":%zu", size);
    write_units(out, units, 0);
    write_provisioned(out, table);
    buffer_append_byte(out, '}');
}

void stats_write(struct request *request, const struct write *write, const struct capacity *before,
                 const struct capacity *after)
{
    const struct table *table = write->table;
    const struct map *item = write->after ? write->after : write->before;
    if (!request_operation(request))
        return;
    struct buffer *out = begin_use(request, table);
    /* Twice for the table, once for its indexes: facts/fidelity.md section 4. */
    double times = strcmp(request_operation(request), "TransactWriteItems") == 0 ? 2 : 1;
    write_key(out, &table->keys, &write->item);
    buffer_printf(out, ",\"size\":%zu", item ? item_size(item) : 0);
    write_units(out, after->read - before->read, (after->write - before->write) * times);
    const char *separator = ",\"indexes\":{";
    for (size_t i = 0; i < table->index_count; i++) {
        double units = after->index_write[i] - before->index_write[i];
        if (units <= 0)
            continue;
        buffer_append_string(out, separator);
        string_write_json(out, table->indexes[i].name);
        buffer_printf(out, ":[0,%.12g]", units);
        separator = ",";
    }
    buffer_append_string(out, separator[1] ? "" : "}");
    write_sizes(request, out, table);
    write_provisioned(out, table);
    buffer_append_byte(out, '}');
}

void stats_page(struct request *request, const struct page *page, uint64_t scanned,
                uint64_t returned, const struct capacity *capacity)
{
    const struct table *table = page->table;
    if (!request_operation(request))
        return;
    struct buffer *out = begin_use(request, table);
    if (page->index) {
        buffer_append_string(out, ",\"index\":");
        string_write_json(out, page->index->name);
    }
    if (page->partition_values) {
        const struct key_schema *keys = page->index ? &page->index->keys : &table->keys;
        buffer_append_string(out, ",\"key\":[");
        for (unsigned i = 0; i < keys->partition_count; i++) {
            buffer_append_string(out, i ? "," : "");
            write_value(out, page->partition_values[i]);
        }
        buffer_append_byte(out, ']');
    }
    write_units(out, capacity->read, 0);
    if (page->index) {
        buffer_append_string(out, ",\"indexes\":{");
        string_write_json(out, page->index->name);
        buffer_printf(out, ":[%.12g,0]}", capacity->index_read[page->index - table->indexes]);
    }
    buffer_printf(out, ",\"scanned\":%" PRIu64 ",\"returned\":%" PRIu64, scanned, returned);
    if (page->filter) {
        struct slice text = input_string(request->input, "FilterExpression");
        buffer_append_string(out, ",\"filter\":");
        string_write_json(out, text.data ? text : slice_of("(legacy conditions)"));
    }
    write_provisioned(out, table);
    buffer_append_byte(out, '}');
}

void stats_flush(struct request *request)
{
    struct buffer *out = request->stats;
    if (atomic_load_explicit(&full, memory_order_relaxed) || setjmp(request->exhausted) != 0)
        return;
    buffer_printf(out, "],\"status\":%d}\n", request_status(request));
    off_t size = append_bytes(path, out->data, out->length);
    if (largest > 0 && size > largest) {
        static const char line[] =
            "ddbmock stats: the session's statistics are full (512 MiB): what follows is not counted; "
            "DDBMOCK_STATS=FILE has no such limit\n";
        atomic_store(&full, true);
        if (size - (off_t)out->length <= largest) /* by this very line */
            append_bytes("", line, sizeof line - 1);
    }
    interval_pass(request->now);
}
