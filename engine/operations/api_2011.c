/*
 * api_2011.c - what the operations of API 2011-12-05 share: see api_2011.h.
 */
#include "engine/operations/api_2011.h"

static const char *const types[] = { "S", "N", "B", "SS", "NS", "BS" };

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

static int out_of_memory(struct request *request)
{
    return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
}

json_t *api_2011_keep(struct request *request, json_t *value)
{
    if (!request->kept)
        request->kept = json_array();
    if (!value || json_array_append_new(request->kept, value) != 0) {
        out_of_memory(request);
        return NULL;
    }
    return value;
}

int api_2011_set(struct request *request, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new_nocheck(object, name, value) != 0)
        return out_of_memory(request);
    return 0;
}

int api_2011_copy(struct request *request, json_t *object, const char *const *names)
{
    for (; *names; names++) {
        json_t *value = json_object_get(request->input, *names);
        if (value && api_2011_set(request, object, *names, json_incref(value)) != 0)
            return -1;
    }
    return 0;
}

/* In a transaction of its own: the operation begins another, and sees to it itself should the table change in between. */
int api_2011_table(struct request *request, struct slice name, const struct table **out)
{
    if (request_begin(request, false) != 0)
        return -1;
    int found = table_find(request, name, false, out);
    storage_abort(request->transaction);
    request->transaction = NULL;
    return found;
}

/* A name in storage as jansson wants it. */
static const char *text_of(struct request *request, struct slice name)
{
    return arena_string(&request->arena, name);
}

json_t *api_2011_named_key(struct request *request, const struct table *table, const json_t *key)
{
    const json_t *hash = input_get(key, "HashKeyElement");
    const json_t *range = input_get(key, "RangeKeyElement");
    if ((range != NULL) != (table->keys.sort_count > 0)) {
        /* Unverified. */
        request_fail(request, ERROR_VALIDATION,
                     "The provided key size does not match with that of the schema");
        return NULL;
    }
    json_t *named = api_2011_keep(request, json_object());
    if (!named ||
        api_2011_set(request, named, text_of(request, table->keys.partition[0].name),
                     api_2011_value(request, hash)) != 0 ||
        (range && api_2011_set(request, named, text_of(request, table->keys.sort[0].name),
                               api_2011_value(request, range)) != 0))
        return NULL;
    return json_incref(named);
}

json_t *api_2011_bare_key(struct request *request, const struct table *table, const json_t *key)
{
    json_t *bare = api_2011_keep(request, json_object());
    const struct key_schema *keys = &table->keys;
    json_t *hash = json_object_get(key, text_of(request, keys->partition[0].name));
    if (!bare || api_2011_set(request, bare, "HashKeyElement", json_incref(hash)) != 0)
        return NULL;
    if (keys->sort_count > 0) {
        json_t *range = json_object_get(key, text_of(request, keys->sort[0].name));
        if (api_2011_set(request, bare, "RangeKeyElement", json_incref(range)) != 0)
            return NULL;
    }
    return json_incref(bare);
}

json_t *api_2011_value(struct request *request, const json_t *value)
{
    json_t *copy = json_object();
    for (size_t i = 0; copy && i < TYPE_COUNT; i++) {
        json_t *held = json_object_get(value, types[i]);
        if (held && json_object_set(copy, types[i], held) != 0) {
            json_decref(copy);
            copy = NULL;
        }
    }
    if (!copy)
        out_of_memory(request);
    return copy;
}

json_t *api_2011_values(struct request *request, const json_t *values)
{
    json_t *copy = api_2011_keep(request, json_is_array(values) ? json_array() : json_object());
    if (!copy)
        return NULL;
    for (size_t i = 0; i < json_array_size(values); i++)
        if (json_array_append_new(copy, api_2011_value(request, json_array_get(values, i))) != 0) {
            out_of_memory(request);
            return NULL;
        }
    const char *name;
    json_t *value, *searched = (json_t *)(uintptr_t)values;
    json_object_foreach(searched, name, value)
    {
        if (api_2011_set(request, copy, name, api_2011_value(request, value)) != 0)
            return NULL;
    }
    return json_incref(copy);
}

json_t *api_2011_conditions(struct request *request, const json_t *conditions)
{
    json_t *copy = api_2011_keep(request, json_object());
    const char *name;
    json_t *condition, *searched = (json_t *)(uintptr_t)conditions;
    if (!copy)
        return NULL;
    json_object_foreach(searched, name, condition)
    {
        const char *member;
        json_t *held, *made = json_object();
        if (api_2011_set(request, copy, name, made) != 0)
            return NULL;
        json_object_foreach(condition, member, held)
        {
            json_t *value = strcmp(member, "Value") == 0 && json_is_object(held)
                                ? api_2011_value(request, held)
                            : strcmp(member, "AttributeValueList") == 0 && json_is_array(held)
                                ? api_2011_values(request, held)
                                : json_incref(held);
            if (api_2011_set(request, made, member, value) != 0)
                return NULL;
        }
    }
    return json_incref(copy);
}

int api_2011_fits(struct request *request, const json_t *item)
{
    const char *name;
    json_t *value, *searched = (json_t *)(uintptr_t)item;
    json_object_foreach(searched, name, value)
    {
        const char *type = json_object_iter_key(json_object_iter(value));
        size_t known = 0;
        while (known < TYPE_COUNT && strcmp(type, types[known]) != 0)
            known++;
        if (known == TYPE_COUNT)
            return request_fail(request, ERROR_VALIDATION,
                                "Attribute %s is of type %s, which API version 2011-12-05 does not "
                                "have; read it with 2012-08-10, or leave it out of AttributesToGet",
                                name, type);
    }
    return 0;
}

int api_2011_run(struct request *request, json_t *input, int (*run)(struct request *),
                 json_t **answer)
{
    json_t *outer = request->input;
    if (api_2011_set(request, input, "ReturnConsumedCapacity", json_string("TOTAL")) != 0)
        return -1;
    request->input = input;
    request->output.length = 0;
    int result = run(request);
    request->input = outer;
    if (result != 0)
        return -1;
    request_cursor_close(request);
    storage_abort(request->transaction); /* a reader's; a writer has committed */
    request->transaction = NULL;
    json_error_t error;
    *answer = api_2011_keep(
        request, json_loadb(request->output.data, request->output.length, JSON_ALLOW_NUL, &error));
    return *answer ? 0 : -1;
}

json_t *api_2011_units(struct request *request, const json_t *capacity)
{
    json_t *units = json_object_get(capacity, "CapacityUnits");
    if (!units)
        return api_2011_keep(request, NULL);
    return json_incref(units);
}

int api_2011_answer(struct request *request, const json_t *answer)
{
    struct buffer *out = &request->output;
    out->length = 0;
    size_t size = json_dumpb(answer, NULL, 0, JSON_COMPACT);
    if (size == 0 || json_dumpb(answer, buffer_reserve(out, size), size, JSON_COMPACT) != size)
        return out_of_memory(request);
    out->length = size;
    return 0;
}
