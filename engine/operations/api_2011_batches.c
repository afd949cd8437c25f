/*
 * api_2011_batches.c - BatchGetItem and BatchWriteItem of API 2011-12-05. Their answers say per table what was consumed.
 */
#include "engine/operations/api_2011.h"

/* A table of the request, by the name under which the request has it. */
static const struct table *table_named(struct request *request, const char *name)
{
    const struct table *table;
    return api_2011_table(request, slice_of(name), &table) == 0 ? table : NULL;
}

/* The capacity of the table `name` in the list that 2012-08-10 answers. */
static json_t *units_of(struct request *request, const json_t *answer, const char *name)
{
    const json_t *list = json_object_get(answer, "ConsumedCapacity");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(one, "TableName")), name) == 0)
            return api_2011_units(request, one);
    }
    return json_real(0);
}

typedef json_t *key_change(struct request *request, const struct table *table, const json_t *key);

/* A copy of the list of one table in a BatchGetItem, its keys changed. */
static json_t *change_keys(struct request *request, const struct table *table, const json_t *list,
                           key_change *change)
{
    json_t *keys = api_2011_keep(request, json_array());
    for (size_t i = 0; keys && i < json_array_size(list); i++)
        if (json_array_append_new(keys, change(request, table, json_array_get(list, i))) != 0)
            return api_2011_keep(request, NULL);
    return keys ? json_incref(keys) : NULL;
}

/* RequestItems or UnprocessedKeys of a BatchGetItem, the keys changed; kept. */
static json_t *change_gets(struct request *request, json_t *tables, key_change *change)
{
    json_t *changed = api_2011_keep(request, json_object()), *asked;
    const char *name;
    if (!changed)
        return NULL;
    json_object_foreach(tables, name, asked)
    {
        static const char *const same[] = { "AttributesToGet", "ConsistentRead" };
        const struct table *table = table_named(request, name);
        json_t *one = table ? json_object() : NULL;
        if (!table || api_2011_set(request, changed, name, one) != 0 ||
            api_2011_set(request, one, "Keys",
                         change_keys(request, table, json_object_get(asked, "Keys"), change)) != 0)
            return NULL;
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
            json_t *value = json_object_get(asked, same[i]);
            if (value && api_2011_set(request, one, same[i], json_incref(value)) != 0)
                return NULL;
        }
    }
    return changed;
}

int run_batch_get_item_2011(struct request *request)
{
    json_t *input = api_2011_keep(request, json_object()), *found;
    json_t *tables =
        change_gets(request, json_object_get(request->input, "RequestItems"), api_2011_named_key);
    if (!input || !tables ||
        api_2011_set(request, input, "RequestItems", json_incref(tables)) != 0 ||
        api_2011_run(request, input, run_batch_get_item, &found) != 0)
        return -1;

    json_t *answer = api_2011_keep(request, json_object()), *items;
    json_t *responses = answer ? json_object() : NULL;
    const char *name;
    if (!answer || api_2011_set(request, answer, "Responses", responses) != 0)
        return -1;
    json_object_foreach(json_object_get(found, "Responses"), name, items)
    {
        json_t *one = json_object(), *item;
        size_t i;
        json_array_foreach(items, i, item)
        {
            if (api_2011_fits(request, item) != 0)
                break;
        }
        if (api_2011_set(request, responses, name, one) != 0 || request->error != ERROR_NONE ||
            api_2011_set(request, one, "Items", json_incref(items)) != 0 ||
            api_2011_set(request, one, "ConsumedCapacityUnits", units_of(request, found, name)) !=
                0)
            return -1;
    }
    json_t *left =
        change_gets(request, json_object_get(found, "UnprocessedKeys"), api_2011_bare_key);
    if (!left || api_2011_set(request, answer, "UnprocessedKeys", json_incref(left)) != 0)
        return -1;
    return api_2011_answer(request, answer);
}

/* One PutRequest or DeleteRequest, its key changed, its item as far as the six types go. */
static json_t *change_write(struct request *request, const struct table *table, const json_t *write,
                            key_change *change)
{
    const json_t *put = input_get(write, "PutRequest"), *remove = input_get(write, "DeleteRequest");
    json_t *changed = api_2011_keep(request, json_object()), *one;
    if (!changed)
        return NULL;
    if (put) {
        one = json_object();
        if (api_2011_set(request, changed, "PutRequest", one) != 0 ||
            api_2011_set(request, one, "Item", api_2011_values(request, input_get(put, "Item"))) !=
                0)
            return NULL;
    }
    if (remove) {
        one = json_object();
        if (api_2011_set(request, changed, "DeleteRequest", one) != 0 ||
            api_2011_set(request, one, "Key", change(request, table, input_get(remove, "Key"))) !=
                0)
            return NULL;
    }
    return json_incref(changed);
}

/* RequestItems or UnprocessedItems of a BatchWriteItem; kept. */
static json_t *change_writes(struct request *request, json_t *tables, key_change *change)
{
    json_t *changed = api_2011_keep(request, json_object()), *writes, *write;
    const char *name;
    if (!changed)
        return NULL;
    json_object_foreach(tables, name, writes)
    {
        const struct table *table = table_named(request, name);
        json_t *list = table ? json_array() : NULL;
        size_t i;
        if (!table || api_2011_set(request, changed, name, list) != 0)
            return NULL;
        json_array_foreach(writes, i, write)
        {
            if (json_array_append_new(list, change_write(request, table, write, change)) != 0)
                return api_2011_keep(request, NULL);
        }
    }
    return changed;
}

int run_batch_write_item_2011(struct request *request)
{
    json_t *asked = json_object_get(request->input, "RequestItems"), *found;
    json_t *input = api_2011_keep(request, json_object());
    json_t *tables = change_writes(request, asked, api_2011_named_key);
    if (!input || !tables ||
        api_2011_set(request, input, "RequestItems", json_incref(tables)) != 0 ||
        api_2011_run(request, input, run_batch_write_item, &found) != 0)
        return -1;

    json_t *answer = api_2011_keep(request, json_object()), *writes;
    json_t *responses = answer ? json_object() : NULL;
    const char *name;
    if (!answer || api_2011_set(request, answer, "Responses", responses) != 0)
        return -1;
    json_object_foreach(asked, name, writes)
    {
        json_t *one = json_object();
        if (api_2011_set(request, responses, name, one) != 0 ||
            api_2011_set(request, one, "ConsumedCapacityUnits", units_of(request, found, name)) !=
                0)
            return -1;
    }
    json_t *left =
        change_writes(request, json_object_get(found, "UnprocessedItems"), api_2011_bare_key);
    if (!left || api_2011_set(request, answer, "UnprocessedItems", json_incref(left)) != 0)
        return -1;
    return api_2011_answer(request, answer);
}
