/*
 * operations.c - finds the row of an operation by its X-Amz-Target. The rows are in operations.def.
 */
#include "engine/operations.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/plugins.h"
#include "engine/schema/shapes.h"

static const struct operation operations[] = {
#define OPERATION(api, name, identifier)                                                           \
    { #api, #name, &schema_##identifier, run_##identifier, NULL },
#define PLANNED(api, name, identifier) { #api, #name, &schema_##identifier, NULL, NULL },
#include "engine/operations.def"
#undef OPERATION
#undef PLANNED
};

enum { OPERATION_COUNT = sizeof operations / sizeof operations[0] };

/* The rows in the order of their targets, made once: a linear search costs a thousand instructions a request. */
static const struct operation *sorted[OPERATION_COUNT];
static pthread_once_t sorted_once = PTHREAD_ONCE_INIT;

static int compare_rows(const void *a, const void *b)
{
    const struct operation *left = *(const struct operation *const *)a,
                           *right = *(const struct operation *const *)b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : strcmp(left->api, right->api);
}

static void sort_rows(void)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        sorted[i] = &operations[i];
    qsort(sorted, OPERATION_COUNT, sizeof sorted[0], compare_rows);
}

/* As strcmp, between a target and a row. */
static int compare_target(const void *target, const void *row)
{
    const struct operation *operation = *(const struct operation *const *)row;
    const char *dot = strchr(target, '.');
    int order = strcmp(dot + 1, operation->name);
    if (order != 0)
        return order;
    size_t length = (size_t)(dot - (const char *)target);
    order = strncmp(target, operation->api, length);
    return order != 0 ? order : -(operation->api[length] != '\0');
}

const struct operation *operation_find(const char *target)
{
    if (!strchr(target, '.'))
        return NULL;
    pthread_once(&sorted_once, sort_rows);
    const struct operation *const *found =
        bsearch(target, sorted, OPERATION_COUNT, sizeof sorted[0], compare_target);
    return found ? *found : plugins_find(target);
}

const struct operation *operation_at(size_t index)
{
    return index < OPERATION_COUNT ? &operations[index] : NULL;
}

bool target_is_custom(const char *target)
{
    return target && plugins_find(target);
}
