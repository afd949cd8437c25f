/*
 * snapshots.c - snapshots taken, listed, restored and deleted, and the reset of everything, a Region or a table. One
 * transaction each: who asks at the same moment is answered from before or from after it.
 */
#include <errno.h>

#include "engine/control/control.h"
#include "engine/engine_internal.h"
#include "engine/keyspace.h"
#include "engine/storage/layers.h"
#include "engine/value_json.h"

static int snapshot_name(struct request *request, struct slice *name)
{
    if (control_text(request, "snapshot", true, name) != 0)
        return -1;
    for (size_t i = 0; i < name->length; i++)
        if ((unsigned char)name->data[i] < ' ' || name->data[i] == '/' || name->data[i] == 0x7f)
            return control_bad(request, "snapshot: a name has no '/' and no control characters");
    if (name->length > LAYERS_NAME_MAX)
        return control_bad(request, "snapshot: a name has at most %d bytes", LAYERS_NAME_MAX);
    return 0;
}

/* One change of the layers, `what` it is in words. */
static int change(struct request *request, struct slice name, const char *what,
                  int (*step)(struct transaction *, struct slice))
{
    if (request_begin(request, true) != 0)
        return -1;
    int error = step(request->transaction, name);
    if (error != 0)
        return control_fail_snapshot(request, name, what, error);
    request->dropped = true;
    buffer_append_string(&request->output, "{}");
    return request_commit(request);
}

int control_take_snapshot(struct request *request)
{
    struct slice name;
    if (snapshot_name(request, &name) != 0)
        return -1;
    int error = -EMLINK;
    for (int attempt = 0; attempt < 2 && error == -EMLINK; attempt++) {
        if (attempt > 0) {
            /* What deleted snapshots have left lying on each other may be all that stands in the way. */
            storage_abort(request->transaction);
            request->transaction = NULL;
            (void)layers_work(request->engine->storage, UINT32_MAX, NULL);
        }
        if (request_begin(request, true) != 0)
            return -1;
        error = layers_snapshot(request->transaction, name, request->now);
    }
    if (error != 0)
        return control_fail_snapshot(request, name, "take a snapshot", error);
    request->dropped = true;
    buffer_append_string(&request->output, "{\"name\":");
    string_write_json(&request->output, name);
    buffer_append_byte(&request->output, '}');
    return request_commit(request);
}

int control_restore_snapshot(struct request *request)
{
    struct slice name;
    if (snapshot_name(request, &name) != 0)
        return -1;
    return change(request, name, "restore a snapshot", layers_restore);
}

int control_delete_snapshot(struct request *request)
{
    struct slice name;
    if (snapshot_name(request, &name) != 0)
        return -1;
    return change(request, name, "delete a snapshot", layers_delete);
}

/* Memory that runs out must not jump out of layers_each: the list goes through malloc'd memory of the request's output. */
struct list {
    struct layers_snapshot *snapshots;
    size_t count, room;
};

static int count_one(void *context, const struct layers_snapshot *snapshot)
{
    struct list *list = context;
    list->count++;
    list->room += snapshot->name.length;
    return 0;
}

struct copy {
    struct list *list;
    char *room;
    size_t count;
};

static int copy_one(void *context, const struct layers_snapshot *snapshot)
{
    struct copy *copy = context;
    if (copy->count == copy->list->count)
        return 0;
    memcpy(copy->room, snapshot->name.data, snapshot->name.length);
    copy->list->snapshots[copy->count] = *snapshot;
    copy->list->snapshots[copy->count++].name.data = copy->room;
    copy->room += snapshot->name.length;
    return 0;
}

int control_list_snapshots(struct request *request)
{
    struct list list = { 0 };
    if (request_begin(request, false) != 0)
        return -1;
    int error = layers_each(request->transaction, count_one, &list);
    if (error == 0) {
        list.snapshots = ARENA_NEW_ARRAY(&request->arena, list.count, struct layers_snapshot);
        struct copy copy = { &list, arena_alloc(&request->arena, list.room), 0 };
        error = layers_each(request->transaction, copy_one, &copy);
    }
    if (error != 0)
        return request_fail_storage(request, "list snapshots", error);
    struct buffer *out = &request->output;
    buffer_append_string(out, "{\"snapshots\":[");
    for (size_t i = 0; i < list.count; i++) {
        char time[ISO_TIME_SIZE];
        control_iso_time(list.snapshots[i].created, time);
        buffer_append_string(out, i > 0 ? ",{\"name\":" : "{\"name\":");
        string_write_json(out, list.snapshots[i].name);
        buffer_printf(out, ",\"created\":\"%s\"}", time);
    }
    buffer_append_string(out, "]}");
    return 0;
}

/* --- reset --- */

static int reset_all(struct request *request)
{
    int error = layers_reset(request->transaction);
    return error == 0 ? 0 : request_fail_storage(request, "reset", error);
}

/* The table stays as it is, with other key spaces for its items. */
static int reset_table(struct request *request)
{
    const struct table *table;
    if (control_table(request, &table) != 0)
        return -1;
    struct table *copy = table_change_copy(request, table);
    if (keyspace_drop(request, table->id) != 0 || table_new_id(request, &copy->id) != 0)
        return -1;
    for (size_t i = 0; i < copy->index_count; i++) {
        if (keyspace_drop(request, copy->indexes[i].id) != 0 ||
            table_new_id(request, &copy->indexes[i].id) != 0)
            return -1;
        copy->indexes[i].filling = false; /* there is nothing to fill it with */
    }
    return table_store(request, copy);
}

/* All keys that begin with `prefix` go, one by one: they are looked for again, and are few. */
static int remove_all(struct request *request, struct slice prefix)
{
    struct slice key, value;
    if (request_cursor_open(request) != 0)
        return -1;
    int error = storage_cursor_seek(request->cursor, prefix, false, &key, &value);
    while (error == 0 && slice_starts_with(key, prefix)) {
        error = storage_remove(request->transaction, key);
        if (error == 0)
            error = storage_cursor_step(request->cursor, false, &key, &value);
    }
    request_cursor_close(request);
    return error == 0 || error == -ENOENT ? 0 : request_fail_storage(request, "reset", error);
}

static int reset_region(struct request *request)
{
    struct control_names names;
    struct buffer prefix;
    if (control_table_names(request, &names) != 0)
        return -1;
    for (size_t i = 0; i < names.count; i++) {
        const struct table *table;
        if (table_look(request, names.names[i], &table) != 0 ||
            (table && control_forget_table(request, table) != 0))
            return -1;
    }
    /* The tokens of transactions, which speak of tables that are gone. */
    static const char tags[] = { 'T', 'U' };
    for (size_t i = 0; i < sizeof tags; i++) {
        buffer_init(&prefix, &request->arena);
        buffer_append_byte(&prefix, (unsigned char)tags[i]);
        buffer_append(&prefix, request->region, strlen(request->region) + 1);
        if (remove_all(request, buffer_slice(&prefix)) != 0)
            return -1;
    }
    return 0;
}

int control_reset(struct request *request)
{
    struct slice table;
    bool region;
    if (control_text(request, "table", false, &table) != 0 ||
        control_region(request, &region) != 0 || request_begin(request, true) != 0)
        return -1;
    if ((table.length > 0 ? reset_table(request)
         : region         ? reset_region(request)
                          : reset_all(request)) != 0)
        return -1;
    request->dropped = true;
    buffer_append_string(&request->output, "{}");
    return request_commit(request);
}
