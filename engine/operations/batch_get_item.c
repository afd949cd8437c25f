/*
 * batch_get_item.c - BatchGetItem: up to 100 items by their keys, from any tables.
 *
 * What would make the answer larger than 16 MB comes back in UnprocessedKeys, as on the service; nothing else does, for
 * nothing is throttled here. Once an item does not fit, no other one is tried.
 */
#include "engine/operations.h"
#include "engine/operations/capacities.h"
#include "engine/operations/item_input.h"
#include "engine/limits.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"

enum {
    BATCH_GET_KEYS_MAX = 100, /* AWS API reference, BatchGetItem */
    /* Bytes of items: the API reference has 52 items of 300 KB in an answer that may not exceed 16 MB, so that these are not
     * MB of 1,048,576 bytes, of which 54 would fit. */
    BATCH_GET_BYTES_MAX = 16 * 1000 * 1000,
};

/* What is asked of one table. */
struct part {
    struct slice name;
    const json_t *input; /* KeysAndAttributes */
    const struct table *table;
    struct projection *projection;
    struct map *keys;
    size_t count, done; /* keys asked, keys answered */
    bool consistent;
};

static bool key_equal(const struct map *a, const struct map *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!slice_equal(a->attributes[i].name, b->attributes[i].name) ||
            !value_equal(&a->attributes[i].value, &b->attributes[i].value))
            return false;
    return true;
}

/* `total`: keys of the tables before, and of this one as they are read. */
static int read_keys(struct request *request, struct part *part, size_t *total)
{
    const json_t *keys = input_get(part->input, "Keys");
    part->count = json_array_size(keys);
    part->keys = ARENA_NEW_ARRAY(&request->arena, part->count, struct map);
    for (size_t i = 0; i < part->count; i++) {
        if (map_from_json(request, json_array_get(keys, i), &part->keys[i]) != 0)
            return -1;
        for (size_t before = 0; before < i; before++)
            if (key_equal(&part->keys[before], &part->keys[i]))
                return request_fail(request, ERROR_VALIDATION,
                                    "Provided list of item keys contains duplicates");
        if (++*total > BATCH_GET_KEYS_MAX)
            return request_fail(request, ERROR_VALIDATION,
                                "Too many items requested for the BatchGetItem call");
    }
    return 0;
}

/* In the service's order, [dyl]. */
static int read_part(struct request *request, struct part *part, size_t *total)
{
    struct placeholders *placeholders;
    struct slice text = input_string(part->input, "ProjectionExpression");
    part->consistent = input_boolean(part->input, "ConsistentRead", false);
    if (expressions_check_parameters(request, part->input) != 0 ||
        legacy_attributes_to_get(request, part->input, &part->projection) != 0 ||
        placeholders_read(request, part->input, &placeholders) != 0 ||
        (!part->projection &&
         projection_parse(request, text, placeholders, &part->projection) != 0) ||
        placeholders_check_used(request, placeholders) != 0)
        return -1;
    return read_keys(request, part, total);
}

static int read_parts(struct request *request, struct part **out, size_t *out_count)
{
    json_t *tables = json_object_get(request->input, "RequestItems");
    size_t count = json_object_size(tables), i = 0, keys = 0;
    struct part *parts = ARENA_NEW_ARRAY(&request->arena, count, struct part);
    bool legacy = false, expression = false;
    const char *name;
    json_t *input;
    json_object_foreach(tables, name, input)
    {
        parts[i].name = slice_of(name);
        parts[i].input = input;
        legacy = legacy || input_get(input, "AttributesToGet");
        expression = expression || input_get(input, "ProjectionExpression");
        i++;
    }
    /* Of two tables, too: nubo-db/dynoxide#127, captured from the service in 2026-07; that the text is that of one
     * table is unverified. */
    if (legacy && expression)
        return request_fail(
            request, ERROR_VALIDATION,
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}");
    for (i = 0; i < count; i++)
        if (read_part(request, &parts[i], &keys) != 0)
            return -1;
    *out = parts;
    *out_count = count;
    return 0;
}

/* Writes the items of one table; stops, leaving part->done below part->count, once *bytes is beyond the limit. */
static int answer_part(struct request *request, struct part *part, struct capacity *capacity,
                       size_t *bytes)
{
    struct buffer *out = &request->output;
    bool first = true;
    for (; part->done < part->count; part->done++) {
        const struct map *item;
        if (item_read(request, part->table, &part->keys[part->done], &item) != 0)
            return -1;
        size_t size = item ? item_size(item) : 0;
        *bytes += size;
        if (limit_passed(limits.batch_read, (int64_t)*bytes))
            return 0;
        double units = capacity_read_units(size, part->consistent);
        capacity->read += units;
        if (__builtin_expect(stats_on, 0))
            stats_read(request, part->table, &part->keys[part->done], size, units);
        if (!item)
            continue;
        if (!first)
            buffer_append_byte(out, ',');
        first = false;
        struct map shown = projection_apply(&request->arena, part->projection, item);
        map_write_json(out, &shown);
    }
    return 0;
}

/* The KeysAndAttributes of what was left over: as it came, but for the keys that have been answered. */
static void write_unprocessed(struct buffer *out, const struct part *part)
{
    string_write_json(out, part->name);
    buffer_append_string(out, ":{\"Keys\":[");
    for (size_t i = part->done; i < part->count; i++) {
        if (i > part->done)
            buffer_append_byte(out, ',');
        map_write_json(out, &part->keys[i]);
    }
    buffer_append_byte(out, ']');
    static const char *const members[] = { "ConsistentRead", "ProjectionExpression",
                                           "AttributesToGet", "ExpressionAttributeNames" };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *member = input_get(part->input, members[i]);
        if (!member)
            continue;
        answer_member(out, members[i]);
        json_write(out, member);
    }
    buffer_append_byte(out, '}');
}

/* That part `last` asks nothing that one before it asks, too, of the same table by another name. */
static int check_distinct(struct request *request, const struct part *parts, size_t last)
{
    for (size_t i = 0; i < last; i++) {
        if (parts[i].table->id != parts[last].table->id)
            continue;
        for (size_t a = 0; a < parts[i].count; a++)
            for (size_t b = 0; b < parts[last].count; b++)
                if (key_equal(&parts[i].keys[a], &parts[last].keys[b]))
                    return request_fail(request, ERROR_VALIDATION,
                                        "Provided list of item keys contains duplicates");
    }
    return 0;
}

int run_batch_get_item(struct request *request)
{
    struct part *parts = NULL;
    size_t count = 0;
    if (read_parts(request, &parts, &count) != 0 || request_begin(request, false) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (table_find(request, parts[i].name, false, &parts[i].table) != 0)
            return -1;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < parts[i].count; k++)
            if (key_check(request, parts[i].table, &parts[i].keys[k]) != 0)
                return -1;
        if (check_distinct(request, parts, i) != 0)
            return -1;
        if (projection_check_key_paths(request, parts[i].projection, parts[i].table) != 0)
            return -1;
    }

    struct capacities *capacities = ARENA_NEW(&request->arena, struct capacities);
    struct buffer *out = &request->output;
    size_t bytes = 0;
    buffer_append_string(out, "{\"Responses\":{");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        string_write_json(out, parts[i].name);
        buffer_append_string(out, ":[");
        if (answer_part(request, &parts[i],
                        capacities_of(&request->arena, capacities, parts[i].table, parts[i].name),
                        &bytes) != 0)
            return -1;
        buffer_append_byte(out, ']');
    }
    buffer_append_string(out, "},\"UnprocessedKeys\":{");
    for (size_t i = 0, written = 0; i < count; i++) {
        if (parts[i].done == parts[i].count)
            continue;
        if (written++ > 0)
            buffer_append_byte(out, ',');
        write_unprocessed(out, &parts[i]);
    }
    buffer_append_byte(out, '}');
    answer_capacities(request, capacities, false);
    buffer_append_byte(out, '}');
    return 0;
}
