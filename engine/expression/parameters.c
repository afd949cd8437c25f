/*
 * parameters.c - which of an operation's parameters go together: expressions or the parameters of before them,
 * not both, and names and values for placeholders with expressions only. Sources: facts/fidelity.md section 5; the
 * orders of the lists from DynamoDB Local 2.6.1, the order of the checks [dyl].
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

static int check_mixing(struct request *request, const json_t *input)
{
    if (!input_has_any(input, others, sizeof others / sizeof *others))
        return 0;
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

bool expressions_take(const json_t *input, bool names)
{
    const size_t count = sizeof expressions / sizeof *expressions;
    /* The first of them takes names alone. */
    return input_has_any(input, expressions + !names, names ? count : count - 1);
}

/*
 * Values without an expression that takes them. The older layer names all that the operation has, [dyl]; the
 * current one says no more (PutItem: facts/fidelity.md section 5; the others of that layer are unverified).
 */
static int fail_without_expressions(struct request *request)
{
    static const struct {
        const char *operation, *missing;
    } suffixes[] = {
        { "PutItem", ": ConditionExpression is null" },
        { "DeleteItem", ": ConditionExpression is null" },
        { "UpdateItem", ": UpdateExpression and ConditionExpression are null" },
        { "Scan", ": FilterExpression is null" },
        { "Query", ": FilterExpression and KeyConditionExpression are null" },
    };
    const char *operation = request_operation(request), *missing = "";
    for (size_t i = 0; operation && i < sizeof suffixes / sizeof *suffixes; i++) {
        if (request->layer == VALUE_LAYER_OLDER && strcmp(operation, suffixes[i].operation) == 0)
            missing = suffixes[i].missing;
    }
    return request_fail(request, ERROR_VALIDATION,
                        "ExpressionAttributeValues can only be specified when using expressions%s",
                        missing);
}

int expressions_check_parameters(struct request *request, const json_t *input)
{
    if (check_mixing(request, input) < 0)
        return -1;
    /* A member of a transaction may have names and values without an expression: ExtendDB/extenddb#169, captured
     * from the service in 2026-06. */
    const char *operation = request_operation(request);
    if (operation && strncmp(operation, "Transact", strlen("Transact")) == 0)
        return 0;
    if (input_get(input, "ExpressionAttributeNames") && !expressions_take(input, true))
        return request_fail(
            request, ERROR_VALIDATION,
            "ExpressionAttributeNames can only be specified when using expressions");
    if (input_get(input, "ExpressionAttributeValues") && !expressions_take(input, false))
        return fail_without_expressions(request);
    return 0;
}
