/*
 * operations.c - finds the row of an operation by its X-Amz-Target. The rows are in operations.def.
 */
#include "engine/operations.h"

#include <string.h>

#include "engine/schema/shapes.h"

static const struct operation operations[] = {
#define OPERATION(api, name, identifier) { #api, #name, &schema_##identifier, run_##identifier },
#define PLANNED(api, name, identifier)   { #api, #name, &schema_##identifier, NULL },
#include "engine/operations.def"
#undef OPERATION
#undef PLANNED
};

enum { OPERATION_COUNT = sizeof operations / sizeof operations[0] };

const struct operation *operation_find(const char *target)
{
    const char *dot = strchr(target, '.');
    if (!dot)
        return NULL;
    size_t api_length = (size_t)(dot - target);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct operation *row = &operations[i];
        if (strcmp(row->name, dot + 1) == 0 && strlen(row->api) == api_length &&
            memcmp(row->api, target, api_length) == 0)
            return row;
    }
    return NULL;
}

const struct operation *operation_at(size_t index)
{
    return index < OPERATION_COUNT ? &operations[index] : NULL;
}
