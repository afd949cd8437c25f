/*
 * list_tables.c - ListTables: names in byte order, a page at a time. The start may name a table
 * that does not exist, and the last page has no LastEvaluatedTableName (facts/control-plane.md rule
 * 10).
 */
#include "engine/operations.h"

#include "engine/table.h"
#include "engine/value_json.h"

enum { LIMIT_MAX = 100 };

struct page {
    struct buffer names; /* JSON, "a","b" */
    struct slice last;
    json_int_t room;
    bool more;
};

static int add_name(void *context, const struct table *table)
{
    struct page *page = context;
    if (page->room == 0) {
        page->more = true;
        return 1;
    }
    if (page->names.length > 0)
        buffer_append_byte(&page->names, ',');
    string_write_json(&page->names, table->name);
    page->last = table->name;
    page->room--;
    return 0;
}

int run_list_tables(struct request *request)
{
    struct page page = { .room = input_integer(request->input, "Limit", LIMIT_MAX) };
    buffer_init(&page.names, &request->arena);
    struct slice start = input_string(request->input, "ExclusiveStartTableName");
    if (!start.data)
        start = (struct slice){ "", 0 };
    if (request_begin(request, false) != 0 || table_each(request, start, add_name, &page) != 0)
        return -1;

    struct buffer *out = &request->output;
    buffer_append_byte(out, '{');
    if (page.more) {
        buffer_append_string(out, "\"LastEvaluatedTableName\":");
        string_write_json(out, page.last);
        buffer_append_byte(out, ',');
    }
    buffer_append_string(out, "\"TableNames\":[");
    buffer_append_slice(out, buffer_slice(&page.names));
    buffer_append_string(out, "]}");
    return 0;
}
