/*
 * tables.c - which tables there are, in all Regions, and how large; and one of them as DescribeTable shows it.
 */
#include <inttypes.h>

#include "engine/control/control.h"
#include "engine/table_describe.h"
#include "engine/value_json.h"

static int list_region(struct request *request, void *context)
{
    static const char *const states[] = { "CREATING", "UPDATING", "DELETING", "ACTIVE" };
    bool *any = context;
    struct control_names names;
    struct buffer *out = &request->output;
    if (control_table_names(request, &names) != 0)
        return -1;
    for (size_t i = 0; i < names.count; i++) {
        const struct table *table;
        struct table_size size;
        if (table_look(request, names.names[i], &table) != 0)
            return -1;
        if (!table)
            continue;
        if (table_size_get(request, table->id, &size) != 0)
            return -1;
        buffer_append_string(out, *any ? ",{\"name\":" : "{\"name\":");
        *any = true;
        string_write_json(out, table->name);
        buffer_printf(out,
                      ",\"region\":\"%s\",\"status\":\"%s\",\"items\":%" PRIu64
                      ",\"bytes\":%" PRIu64 ",\"indexes\":[",
                      request->region, states[table_status(table, request->now)], size.items,
                      size.bytes);
        for (size_t index = 0; index < table->index_count; index++) {
            if (index > 0)
                buffer_append_byte(out, ',');
            string_write_json(out, table->indexes[index].name);
        }
        buffer_append_string(out, "]}");
    }
    return 0;
}

int control_list_tables(struct request *request)
{
    bool given, any = false;
    if (control_region(request, &given) != 0 || request_begin(request, false) != 0)
        return -1;
    buffer_append_string(&request->output, "{\"tables\":[");
    if ((given ? list_region(request, &any) : control_each_region(request, list_region, &any)) != 0)
        return -1;
    buffer_append_string(&request->output, "]}");
    return 0;
}

int control_describe_table(struct request *request)
{
    const struct table *table;
    if (request_begin(request, false) != 0 || control_table(request, &table) != 0)
        return -1;
    return table_describe(request, "Table", table, request->now);
}

int control_show(struct request *request)
{
    buffer_append_string(&request->output, "{\"version\":\"" DDBMOCK_VERSION
                                           "\",\"resources\":[\"/reset\",\"/snapshots\","
                                           "\"/sessions\",\"/tables\"]}");
    return 0;
}
