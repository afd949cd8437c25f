/*
 * mixing.c - the rule that a request has expressions or the parameters of before them, not both.
 * Sources: facts/fidelity.md section 5; the orders of the lists from DynamoDB Local 2.6.1.
 */
#include "engine/expression/internal.h"

static const char *const expressions[] = {
    "ProjectionExpression", "UpdateExpression",       "ConditionExpression",
    "FilterExpression",     "KeyConditionExpression",
};

/* One order holds for all operations. KeyConditions, the last, goes with every expression but its
 * own. */
static const char *const others[] = {
    "AttributesToGet", "AttributeUpdates",    "QueryFilter",   "ScanFilter",
    "Expected",        "ConditionalOperator", "KeyConditions",
};

static struct slice list_present(struct request *request, const json_t *input,
                                 const char *const *names, size_t count)
{
    struct buffer list;
    buffer_init(&list, &request->arena);
    for (size_t i = 0; i < count; i++) {
        if (!input_get(input, names[i]))
            continue;
        buffer_append_string(&list, list.length == 0 ? "" : ", ");
        buffer_append_string(&list, names[i]);
    }
    return buffer_slice(&list);
}

int expressions_check_mixing(struct request *request, const json_t *input)
{
    size_t other_count = sizeof others / sizeof *others;
    if (!input_get(input, "KeyConditionExpression"))
        other_count--;
    struct slice old = list_present(request, input, others, other_count);
    if (old.length == 0)
        return 0;
    struct slice new =
        list_present(request, input, expressions, sizeof expressions / sizeof *expressions);
    if (new.length == 0)
        return 0;
    return request_fail(
        request, ERROR_VALIDATION,
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {%.*s} Expression parameters: {%.*s}",
        SLICE_ARGUMENTS(old), SLICE_ARGUMENTS(new));
}
