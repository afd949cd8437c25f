/*
 * cancellation.c - see cancellation.h. Texts and shapes: AWS API reference, TransactWriteItems; facts/fidelity.md section 6.
 */
#include "engine/operations/cancellation.h"

#include "engine/operations/item_input.h"
#include "engine/value_json.h"

void cancellation_add(struct cancellation *cancellation, size_t at, const char *code,
                      const char *message, const struct map *item)
{
    cancellation->reasons[at].code = code;
    cancellation->reasons[at].message = message;
    cancellation->reasons[at].item = item;
    cancellation->any = true;
}

int cancellation_take_error(struct request *request, struct cancellation *cancellation, size_t at)
{
    const char *message;
    if (request->error != ERROR_VALIDATION)
        return -1;
    request_take_error(request, &message);
    cancellation_add(cancellation, at, "ValidationError", message, NULL);
    return 0;
}

int cancellation_check_distinct(struct request *request, const struct slice *keys, size_t at)
{
    for (size_t before = 0; before < at; before++)
        if (slice_equal(keys[before], keys[at]))
            return request_fail(
                request, ERROR_VALIDATION,
                "Transaction request cannot include multiple operations on one item");
    return 0;
}

int cancellation_check(struct request *request, const struct cancellation *cancellation)
{
    if (!cancellation->any)
        return 0;
    struct buffer extra, codes;
    buffer_init(&extra, &request->arena);
    buffer_init(&codes, &request->arena);
    buffer_append_string(&extra, "\"CancellationReasons\":[");
    for (size_t i = 0; i < cancellation->count; i++) {
        const char *code = cancellation->reasons[i].code ? cancellation->reasons[i].code : "None";
        if (i > 0) {
            buffer_append_byte(&extra, ',');
            buffer_append_string(&codes, ", ");
        }
        buffer_append_string(&codes, code);
        buffer_printf(&extra, "{\"Code\":\"%s\"", code);
        if (cancellation->reasons[i].item) {
            answer_member(&extra, "Item");
            map_write_json(&extra, cancellation->reasons[i].item);
        }
        if (cancellation->reasons[i].message) {
            answer_member(&extra, "Message");
            string_write_json(&extra, slice_of(cancellation->reasons[i].message));
        }
        buffer_append_byte(&extra, '}');
    }
    buffer_append_string(&extra, "]");
    buffer_append_byte(&extra, '\0');
    request->extra = extra.data;
    return request_fail(
        request, ERROR_TRANSACTION_CANCELED,
        "Transaction cancelled, please refer cancellation reasons for specific reasons [%.*s]",
        (int)codes.length, codes.data);
}
