/*
 * item_input.c - see item_input.h.
 */
#include "engine/operations/item_input.h"

#include "engine/limits.h"
#include "engine/value_json.h"

enum return_values return_values(const json_t *input)
{
    static const struct {
        const char *name;
        enum return_values value;
    } names[] = {
        { "ALL_OLD", RETURN_ALL_OLD },
        { "UPDATED_OLD", RETURN_UPDATED_OLD },
        { "ALL_NEW", RETURN_ALL_NEW },
        { "UPDATED_NEW", RETURN_UPDATED_NEW },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (input_is(input, "ReturnValues", names[i].name))
            return names[i].value;
    return RETURN_NONE;
}

bool returns_on_failure(const json_t *input)
{
    return input_is(input, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
}

int write_from_input(struct request *request, const json_t *input, enum write_kind kind,
                     struct write *out)
{
    *out = (struct write){ .kind = kind };
    if (expressions_check_parameters(request, input) != 0 ||
        map_from_json(request, input_get(input, kind == WRITE_PUT ? "Item" : "Key"), &out->item) !=
            0)
        return -1;
    enum return_values wanted = return_values(input);
    if (kind != WRITE_UPDATE && wanted != RETURN_NONE && wanted != RETURN_ALL_OLD)
        return request_fail(request, ERROR_VALIDATION, "ReturnValues can only be ALL_OLD or NONE");
    if (kind == WRITE_PUT && limit_passed(limits.item, (int64_t)item_size(&out->item)))
        return request_fail_bare(request, "Item size has exceeded the maximum allowed size");

    struct placeholders *placeholders;
    struct update *update = NULL;
    struct condition *condition = NULL;
    struct slice update_text = input_string(input, "UpdateExpression");
    bool legacy =
        input == request->input; /* a transaction's members have nothing of before expressions */
    if ((legacy && kind == WRITE_UPDATE &&
         legacy_attribute_updates(request, input, &update) != 0) ||
        (legacy && legacy_expected(request, input, &condition) != 0) ||
        placeholders_read(request, input, &placeholders) != 0 ||
        (kind == WRITE_UPDATE && !update &&
         update_parse(request, update_text, placeholders, &update) != 0) ||
        (!condition &&
         condition_parse(request, EXPRESSION_CONDITION, input_string(input, "ConditionExpression"),
                         placeholders, &condition) != 0))
        return -1;
    out->update = update;
    out->condition = condition;
    return placeholders_check_used(request, placeholders);
}

int write_check_keys(struct request *request, const struct write *write)
{
    if (write->kind == WRITE_PUT ? item_check_keys(request, write->table, &write->item) != 0
                                 : key_check(request, write->table, &write->item) != 0)
        return -1;
    if (write->update && update_check_keys(request, write->update, write->table) != 0)
        return -1;
    return condition_check_key_paths(request, write->condition, write->table);
}

void answer_member(struct buffer *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '{')
        buffer_append_byte(out, ',');
    buffer_append_byte(out, '"');
    buffer_append_string(out, name);
    buffer_append_string(out, "\":");
}

void answer_capacity(struct request *request, const struct capacity *capacity)
{
    enum capacity_detail detail = capacity_detail(request->input);
    if (detail == CAPACITY_NONE)
        return;
    answer_member(&request->output, "ConsumedCapacity");
    capacity_write_json(&request->output, capacity, detail, false);
}

int fail_condition(struct request *request, const json_t *input, const struct map *before)
{
    if (before && returns_on_failure(input)) {
        struct buffer extra;
        buffer_init(&extra, &request->arena);
        buffer_append_string(&extra, "\"Item\":");
        map_write_json(&extra, before);
        buffer_append_byte(&extra, '\0');
        request->extra = extra.data;
    }
    return request_fail(request, ERROR_CONDITIONAL_CHECK_FAILED, "The conditional request failed");
}

/* The attributes that ReturnValues asks for; a count of 0: none to show. */
static struct map returned(struct request *request, const struct write *write)
{
    const struct map none = { 0 };
    const struct map *before = write->before ? write->before : &none;
    const struct map *after = write->after ? write->after : &none;
    switch (return_values(request->input)) {
    case RETURN_ALL_OLD:
        return *before;
    case RETURN_ALL_NEW:
        return *after;
    case RETURN_UPDATED_OLD:
        return write->update ? update_touched(&request->arena, write->update, before) : none;
    case RETURN_UPDATED_NEW:
        return write->update ? update_touched(&request->arena, write->update, after) : none;
    default:
        return none;
    }
}

int run_single_write(struct request *request, struct write *write)
{
    struct slice name = input_string(request->input, "TableName");
    if (request_begin(request, true) != 0 || table_find(request, name, false, &write->table) != 0 ||
        write_check_keys(request, write) != 0)
        return -1;
    struct capacity capacity = { .table = write->table, .name = name };
    struct conflicts *conflicts = ARENA_NEW(&request->arena, struct conflicts);
    if (conflicts_read(request, conflicts) != 0)
        return -1;
    write->conflicts = conflicts;
    enum write_result result = write_apply(request, write, &capacity);
    if (result == WRITE_FAILED)
        return -1;
    if (result == WRITE_CONFLICT)
        return request_fail(request, ERROR_TRANSACTION_CONFLICT, CONFLICT_MESSAGE);
    if (result == WRITE_CONDITION_FAILED)
        return fail_condition(request, request->input, write->before);

    struct buffer *out = &request->output;
    buffer_append_byte(out, '{');
    struct map attributes = returned(request, write);
    if (attributes.count > 0) {
        answer_member(out, "Attributes");
        map_write_json(out, &attributes);
    }
    answer_capacity(request, &capacity);
    if (input_is(request->input, "ReturnItemCollectionMetrics", "SIZE") &&
        table_has_local_indexes(write->table)) {
        answer_member(out, "ItemCollectionMetrics");
        if (collection_metrics_write_json(request, write->table, &write->item) != 0)
            return -1;
    }
    buffer_append_byte(out, '}');
    return request_commit(request);
}
