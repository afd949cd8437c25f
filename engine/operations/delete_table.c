/*
 * delete_table.c - DeleteTable. Items go at once, in any state: nobody can read those of a table
 * that is DELETING.
 */
#include "engine/operations.h"

#include "engine/operations/account.h"
#include "engine/operations/deleted_tables.h"
#include "engine/operations/table_checks.h"
#include "engine/table_describe.h"

#define IN_USE "Attempt to change a resource which is still in use: "

/* Source of the texts: facts/control-plane-errors.tsv; protection goes first, for it is content and
 * the rest is state. */
static int check_deletable(struct request *request, const struct table *table)
{
    if (table->deletion_protected)
        return request_fail(request, ERROR_VALIDATION,
                            "Resource cannot be deleted as it is currently protected against "
                            "deletion. Disable deletion "
                            "protection first.");
    enum table_status status = table_status(table, request->now);
    if (status == TABLE_CREATING || status == TABLE_DELETING)
        return request_fail(request, ERROR_RESOURCE_IN_USE, IN_USE "Table is being %s: %.*s",
                            status == TABLE_CREATING ? "created" : "deleted", TEXT(table->name));
    for (size_t i = 0; i < table->index_count; i++)
        if (index_status(&table->indexes[i], request->now) != TABLE_ACTIVE)
            return request_fail(
                request, ERROR_RESOURCE_IN_USE,
                IN_USE "Cannot delete table while indexes are being created, updated, or deleted.");
    if (request->now < table->busy_until[CHANGE_STREAM])
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            IN_USE "Cannot delete table while stream is being enabled/disabled.");
    if (status == TABLE_UPDATING || request->now < table->encryption.updated_at ||
        request->now < table->warm.updated_at)
        return request_fail(request, ERROR_RESOURCE_IN_USE,
                            IN_USE "Table: %.*s is in the process of being updated.",
                            TEXT(table->name));
    return 0;
}

int run_delete_table(struct request *request)
{
    const struct table *table;
    if (request_begin(request, true) != 0 ||
        table_find(request, input_string(request->input, "TableName"), true, &table) != 0 ||
        check_deletable(request, table) != 0)
        return -1;
    struct table *deleted = table_change_copy(request, table);
    int64_t delay = table_delay(TRANSITION_DELETE);
    struct table_size size;
    if (table_size_get(request, table->id, &size) != 0)
        return -1;
    deleted->deleted_at = request->now + delay;
    deleted->last_items = (int64_t)size.items;
    deleted->last_bytes = (int64_t)size.bytes;
    if (table_describe_deleted(request, table) != 0 || account_change(request, table, NULL) != 0 ||
        table_forget(request, table) != 0 || deleted_tables_sweep(request) != 0)
        return -1;
    if (delay > 0 &&
        (table_store(request, deleted) != 0 || deleted_tables_note(request, deleted) != 0))
        return -1;
    return request_commit(request);
}
