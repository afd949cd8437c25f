/*
 * placeholders.c - ExpressionAttributeNames and ExpressionAttributeValues: reading them with their
 * own rules, looking them up, and telling in the end which were never used.
 */
#include "engine/expression/internal.h"
#include "engine/value_json.h"

#include <stdlib.h>

enum {
    KEY_SIZE_MAX = 255,    /* bytes. AWS developer guide, ServiceQuotas */
    NAME_SIZE_MAX = 65535, /* bytes of an attribute's name */
    MAP_SIZE_MAX =
        2 * 1024 * 1024, /* bytes, of both maps together. AWS developer guide, ServiceQuotas */
};

struct placeholder {
    struct slice key;
    size_t order; /* in the request */
    bool used;
    struct slice name;
    struct value value;
};

struct placeholder_map {
    struct placeholder *entries; /* sorted by key */
    size_t count;
    size_t size; /* bytes, of keys with their "#" or ":" and of what they stand for */
    bool
        optional; /* there is no expression that could use it: only in a transaction, see parameters.c */
};

struct placeholders {
    struct placeholder_map names, values;
};

static int compare_placeholders(const void *a, const void *b)
{
    return slice_compare(((const struct placeholder *)a)->key,
                         ((const struct placeholder *)b)->key);
}

static struct placeholder *find(struct placeholder_map *map, struct slice key)
{
    struct placeholder wanted = { .key = key };
    if (map->count == 0)
        return NULL;
    return bsearch(&wanted, map->entries, map->count, sizeof wanted, compare_placeholders);
}

const struct slice *placeholder_name(struct placeholders *placeholders, struct slice key)
{
    struct placeholder *entry = placeholders ? find(&placeholders->names, key) : NULL;
    if (!entry)
        return NULL;
    entry->used = true;
    return &entry->name;
}

const struct value *placeholder_value(struct placeholders *placeholders, struct slice key)
{
    struct placeholder *entry = placeholders ? find(&placeholders->values, key) : NULL;
    if (!entry)
        return NULL;
    entry->used = true;
    return &entry->value;
}

static int check_key(struct request *request, const char *parameter, struct slice key, char first)
{
    if (key.length == 0)
        return request_fail(
            request, ERROR_VALIDATION,
            "%s contains invalid key: The expression attribute map contains an empty key;",
            parameter);
    if (key.length > KEY_SIZE_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            "%s contains invalid key: The expression attribute map contains a key "
                            "that is too long; "
                            "size of key: %zu",
                            parameter, key.length);
    bool valid = key.data[0] == first && key.length > 1;
    for (size_t i = 1; valid && i < key.length; i++) {
        char c = key.data[i];
        valid =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    if (!valid)
        return request_fail(request, ERROR_VALIDATION,
                            "%s contains invalid key: Syntax error; key: \"%.*s\"", parameter,
                            SLICE_ARGUMENTS(key));
    return 0;
}

/* Keys into `map`, in the order of the request; the JSON of each into `members`. */
static int read_keys(struct request *request, const char *parameter, const json_t *json, char first,
                     struct placeholder_map *map, const json_t ***members)
{
    size_t count = json_object_size(json);
    if (count == 0)
        return request_fail(request, ERROR_VALIDATION, "%s must not be empty", parameter);
    map->entries = ARENA_NEW_ARRAY(&request->arena, count, struct placeholder);
    *members = ARENA_NEW_ARRAY(&request->arena, count, const json_t *);
    const char *key;
    size_t length;
    json_t *member;
    json_object_keylen_foreach((json_t *)json, key, length, member)
    {
        struct placeholder *entry = &map->entries[map->count];
        entry->key = (struct slice){ key, length };
        entry->order = map->count;
        if (check_key(request, parameter, entry->key, first) < 0)
            return -1;
        (*members)[map->count++] = member;
    }
    return 0;
}

static void sort_keys(struct placeholder_map *map)
{
    qsort(map->entries, map->count, sizeof *map->entries, compare_placeholders);
}

/* Sources: of the current layer's long name ExtendDB/extenddb#365, measured 2026-09-16. */
static int check_name(struct request *request, const struct placeholder *entry)
{
    static const char too_large[] = "Attribute name is too large, must be less than 65536 bytes";
    const char *problem = entry->name.length == 0              ? "Empty attribute name"
                          : entry->name.length > NAME_SIZE_MAX ? too_large
                                                               : NULL;
    if (!problem)
        return 0;
    if (problem == too_large && request->layer == VALUE_LAYER_CURRENT)
        return request_fail(request, ERROR_VALIDATION, "%s", problem);
    return request_fail(request, ERROR_VALIDATION,
                        "ExpressionAttributeNames contains invalid value: %s for key %.*s", problem,
                        SLICE_ARGUMENTS(entry->key));
}

static int read_names(struct request *request, const json_t *json, struct placeholder_map *map)
{
    const json_t **members;
    if (read_keys(request, "ExpressionAttributeNames", json, '#', map, &members) < 0)
        return -1;
    for (size_t i = 0; i < map->count; i++) {
        struct placeholder *entry = &map->entries[i];
        entry->name =
            (struct slice){ json_string_value(members[i]), json_string_length(members[i]) };
        if (check_name(request, entry) < 0)
            return -1;
        map->size += entry->key.length + entry->name.length;
    }
    sort_keys(map);
    return 0;
}

/* The older layer says in which value it found what it refuses; the current one does not.
 * facts/fidelity.md section 2. */
static void name_invalid_value(struct request *request, struct slice key)
{
    if (request->error != ERROR_VALIDATION || !request->message)
        return;
    char *message = request->message;
    request->message = NULL;
    request->error = ERROR_NONE;
    request_fail(request, ERROR_VALIDATION,
                 "ExpressionAttributeValues contains invalid value: %s for key %.*s", message,
                 SLICE_ARGUMENTS(key));
    free(message);
}

static int read_values(struct request *request, const json_t *json, struct placeholder_map *map)
{
    const json_t **members;
    if (read_keys(request, "ExpressionAttributeValues", json, ':', map, &members) < 0)
        return -1;
    for (size_t i = 0; i < map->count; i++) {
        struct placeholder *entry = &map->entries[i];
        if (operand_from_json(request, members[i], &entry->value) < 0) {
            if (request->layer == VALUE_LAYER_OLDER)
                name_invalid_value(request, entry->key);
            return -1;
        }
        map->size += entry->key.length + value_size(&entry->value);
    }
    sort_keys(map);
    return 0;
}

/* Texts, and what counts: DynamoDB Local 2.6.1. */
static int check_sizes(struct request *request, const struct placeholders *placeholders)
{
    size_t names = placeholders->names.size, values = placeholders->values.size;
    if (names + values <= MAP_SIZE_MAX)
        return 0;
    return request_fail(request, ERROR_VALIDATION,
                        names > MAP_SIZE_MAX    ? "ExpressionAttributeNames exceeds max size"
                        : values > MAP_SIZE_MAX ? "ExpressionAttributeValues exceeds max size"
                                                : "Combined size of ExpressionAttributeNames and "
                                                  "ExpressionAttributeValues exceeds max size");
}

int placeholders_read(struct request *request, const json_t *input, struct placeholders **out)
{
    const json_t *names = input_get(input, "ExpressionAttributeNames");
    const json_t *values = input_get(input, "ExpressionAttributeValues");
    struct placeholders *placeholders = ARENA_NEW(&request->arena, struct placeholders);
    if ((names && read_names(request, names, &placeholders->names) < 0) ||
        (values && read_values(request, values, &placeholders->values) < 0) ||
        check_sizes(request, placeholders) < 0)
        return -1;
    placeholders->names.optional = !expressions_take(input, true);
    placeholders->values.optional = !expressions_take(input, false);
    *out = placeholders;
    return 0;
}

/* The service lists what was not used as a Java HashSet has it that was copied from all keys: by bucket, and within one in
 * the order of the request. */
struct unused {
    struct slice key;
    uint32_t hash;
    size_t order;
};

static int compare_unused(const void *left, const void *right)
{
    const struct unused *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int check_used(struct request *request, const char *parameter,
                      const struct placeholder_map *map)
{
    uint32_t buckets = 16;
    while (buckets / 4 * 3 <= map->count)
        buckets *= 2;
    struct unused *unused = NULL;
    size_t count = 0;
    for (size_t i = 0; i < map->count && !map->optional; i++) {
        const struct placeholder *entry = &map->entries[i];
        if (entry->used)
            continue;
        if (!unused)
            unused = ARENA_NEW_ARRAY(&request->arena, map->count, struct unused);
        uint32_t hash = java_hash(entry->key);
        unused[count++] =
            (struct unused){ entry->key, (hash ^ hash >> 16) % buckets, entry->order };
    }
    if (count == 0)
        return 0;
    qsort(unused, count, sizeof *unused, compare_unused);
    struct buffer keys;
    buffer_init(&keys, &request->arena);
    for (size_t i = 0; i < count; i++) {
        buffer_append_string(&keys, i == 0 ? "" : ", ");
        buffer_append_slice(&keys, unused[i].key);
    }
    struct slice list = buffer_slice(&keys);
    return request_fail(request, ERROR_VALIDATION,
                        "Value provided in %s unused in expressions: keys: {%.*s}", parameter,
                        SLICE_ARGUMENTS(list));
}

int placeholders_check_used(struct request *request, const struct placeholders *placeholders)
{
    if (!placeholders)
        return 0;
    if (check_used(request, "ExpressionAttributeNames", &placeholders->names) < 0)
        return -1;
    return check_used(request, "ExpressionAttributeValues", &placeholders->values);
}
