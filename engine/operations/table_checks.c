/*
 * table_checks.c - key schemas, attribute definitions and projections. See table_checks.h.
 *
 * Order within a key schema: dynalite's (attributes defined, then names distinct, then HASH and
 * RANGE), whose authors took it from the service; findings DDB-TABLE-042, 123, 124, 126 and 127
 * agree with it. Lists inside texts come in the order of a Java HashMap, which explains both
 * captured examples of DDB-TABLE-127.
 */
#include "engine/operations/table_checks.h"

#include <stdlib.h>

static int refuse_member(struct request *request, const char *member)
{
    return request_fail(request, ERROR_VALIDATION, "ddbmock %s does not have %s yet.",
                        DDBMOCK_VERSION, member);
}

int check_available(struct request *request, bool creates)
{
    static const char *const members[] = {
        "GlobalTableSourceArn",
        "VectorIndexes",
        "ReplicaUpdates",
        "MultiRegionConsistency",
        "GlobalTableWitnessUpdates",
        "VectorIndexUpdates",
        "DisassociationProtectionEnabled",
    };
    /* A consistency without anything else is answered as the service answers it. */
    if (input_get(request->input, "MultiRegionConsistency") && json_object_size(request->input) < 3)
        return 0;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (input_get(request->input, members[i]))
            return refuse_member(request, members[i]);
    if (creates && input_get(request->input, "GlobalTableSettingsReplicationMode"))
        return refuse_member(request, "GlobalTableSettingsReplicationMode");
    return 0;
}

/* Java's String.hashCode of a UTF-8 string, spread as HashMap does. */
static uint32_t java_hash(struct slice string)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < string.length;) {
        unsigned char lead = (unsigned char)string.data[i];
        unsigned length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        uint32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
        for (unsigned k = 1; k < length && i + k < string.length; k++)
            point = point << 6 | ((unsigned char)string.data[i + k] & 0x3f);
        if (point >= 0x10000) {
            hash = hash * 31 + 0xd7c0 + (point >> 10);
            point = 0xdc00 + (point & 0x3ff);
        }
        hash = hash * 31 + point;
        i += length;
    }
    return hash ^ hash >> 16;
}

/* Appends the distinct names as "[a, b]", in the order of a HashMap that has `buckets` of them (a
 * power of two). */
static void append_in_java_order(struct buffer *out, const struct slice *names, size_t count,
                                 size_t buckets)
{
    buffer_append_byte(out, '[');
    bool first = true;
    for (size_t bucket = 0; bucket < buckets; bucket++) {
        for (size_t i = 0; i < count; i++) {
            if ((java_hash(names[i]) & (buckets - 1)) != bucket)
                continue;
            bool seen = false;
            for (size_t k = 0; k < i && !seen; k++)
                seen = slice_equal(names[k], names[i]);
            if (seen)
                continue;
            if (!first)
                buffer_append_string(out, ", ");
            buffer_append_slice(out, names[i]);
            first = false;
        }
    }
    buffer_append_byte(out, ']');
}

/* "[a, b]" of the request's definitions: a map made for exactly as many. */
static struct slice print_definitions(struct request *request,
                                      const struct definitions *definitions)
{
    struct slice *names = ARENA_NEW_ARRAY(&request->arena, definitions->given, struct slice);
    for (size_t i = 0; i < definitions->given; i++)
        names[i] = definitions->list[i].name;
    size_t wanted = definitions->given < 3 ? definitions->given + 1
                                           : definitions->given + definitions->given / 3 + 1;
    size_t buckets = 1;
    while (buckets < wanted)
        buckets *= 2;
    struct buffer text;
    buffer_init(&text, &request->arena);
    append_in_java_order(&text, names, definitions->given, buckets);
    return buffer_slice(&text);
}

static enum value_type type_of(const json_t *definition)
{
    if (input_is(definition, "AttributeType", "S"))
        return VALUE_S;
    return input_is(definition, "AttributeType", "N") ? VALUE_N : VALUE_B;
}

int read_definitions(struct request *request, const json_t *list, const struct table *existing,
                     struct definitions *out)
{
    size_t given = json_array_size(list), more = existing ? existing->definition_count : 0;
    *out = (struct definitions){ .given = given, .count = given + more };
    out->list = ARENA_NEW_ARRAY(&request->arena, out->count, struct key_attribute);
    for (size_t i = 0; i < given; i++) {
        const json_t *definition = json_array_get(list, i);
        out->list[i] = (struct key_attribute){ input_string(definition, "AttributeName"),
                                               type_of(definition) };
        for (size_t k = 0; k < i; k++)
            if (slice_equal(out->list[k].name, out->list[i].name))
                return request_fail(request, ERROR_VALIDATION, "Attribute Name is duplicated: %.*s",
                                    TEXT(out->list[i].name));
    }
    for (size_t i = 0; i < more; i++)
        out->list[given + i] = existing->definitions[i];
    return 0;
}

/* What the table has already goes before what the request says of it: DDB-TABLE-162. */
static const struct key_attribute *find_definition(const struct definitions *definitions,
                                                   struct slice name)
{
    for (size_t i = definitions->count; i > 0; i--)
        if (slice_equal(definitions->list[i - 1].name, name))
            return &definitions->list[i - 1];
    return NULL;
}

static struct slice element_name(const json_t *list, size_t i)
{
    return input_string(json_array_get(list, i), "AttributeName");
}

static bool element_is_hash(const json_t *list, size_t i)
{
    return input_is(json_array_get(list, i), "KeyType", "HASH");
}

static int check_defined(struct request *request, const json_t *list,
                         const struct definitions *definitions, enum key_owner owner)
{
    size_t count = json_array_size(list);
    if (owner == KEYS_OF_TABLE && count > definitions->count)
        return request_fail(request, ERROR_VALIDATION,
                            "Invalid KeySchema: Some index key attribute have no definition");
    bool defined = true;
    struct buffer keys;
    buffer_init(&keys, &request->arena);
    for (size_t i = 0; i < count; i++) {
        defined = defined && find_definition(definitions, element_name(list, i));
        buffer_append_string(&keys, i == 0 ? "[" : ", ");
        buffer_append_slice(&keys, element_name(list, i));
    }
    if (defined)
        return 0;
    struct slice printed = print_definitions(request, definitions);
    return request_fail(
        request, ERROR_VALIDATION,
        INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: %.*s], "
                "AttributeDefinitions: %.*s",
        (int)keys.length, keys.data, TEXT(printed));
}

static bool has_duplicates(const json_t *list)
{
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (slice_equal(element_name(list, k), element_name(list, i)))
                return true;
    return false;
}

/* HASH first, then RANGE: one of each for a table or local index, up to four for a global one. */
static int check_key_types(struct request *request, const json_t *list, enum key_owner owner)
{
    size_t count = json_array_size(list), hashes = 0;
    if (!element_is_hash(list, 0))
        return request_fail(request, ERROR_VALIDATION,
                            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    if (owner != KEYS_OF_GLOBAL_INDEX) {
        if (count > 1 && element_is_hash(list, 1))
            return request_fail(
                request, ERROR_VALIDATION,
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!element_is_hash(list, i))
            continue;
        if (hashes++ != i)
            return request_fail(
                request, ERROR_VALIDATION,
                INVALID
                "All HASH key attributes must precede RANGE key attributes in the KeySchema");
    }
    if (hashes > KEY_ATTRIBUTES_MAX || count - hashes > KEY_ATTRIBUTES_MAX)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID
                            "The KeySchema exceeds the maximum allowed number of %s key attributes",
                            hashes > KEY_ATTRIBUTES_MAX ? "HASH" : "RANGE");
    return 0;
}

int read_keys(struct request *request, const json_t *list, const struct definitions *definitions,
              enum key_owner owner, struct key_schema *out)
{
    if (check_defined(request, list, definitions, owner) != 0)
        return -1;
    if (has_duplicates(list))
        return request_fail(
            request, ERROR_VALIDATION, "%s",
            owner == KEYS_OF_GLOBAL_INDEX
                ? "The KeySchema contains multiple key attributes with the same name"
                : "Both the Hash Key and the Range Key element in the KeySchema have the same "
                  "name");
    if (check_key_types(request, list, owner) != 0)
        return -1;
    *out = (struct key_schema){ 0 };
    for (size_t i = 0; i < json_array_size(list); i++) {
        const struct key_attribute *attribute = find_definition(definitions, element_name(list, i));
        if (element_is_hash(list, i))
            out->partition[out->partition_count++] = *attribute;
        else
            out->sort[out->sort_count++] = *attribute;
    }
    return 0;
}

static size_t add_names(struct slice *names, size_t count, const struct key_schema *keys)
{
    for (unsigned i = 0; i < keys->partition_count; i++)
        names[count++] = keys->partition[i].name;
    for (unsigned i = 0; i < keys->sort_count; i++)
        names[count++] = keys->sort[i].name;
    return count;
}

int check_definitions_used(struct request *request, const struct definitions *definitions,
                           const struct table *table)
{
    struct slice *names = ARENA_NEW_ARRAY(
        &request->arena, (table->index_count + 1) * 2 * KEY_ATTRIBUTES_MAX, struct slice);
    size_t count = add_names(names, 0, &table->keys);
    if (table->index_count == 0 && count != definitions->given)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID "Number of attributes in KeySchema does not exactly match number of attributes "
                    "defined in AttributeDefinitions");
    for (size_t i = 0; i < table->index_count; i++)
        count = add_names(names, count, &table->indexes[i].keys);
    bool used = true;
    for (size_t i = 0; i < definitions->given && used; i++) {
        used = false;
        for (size_t k = 0; k < count && !used; k++)
            used = slice_equal(names[k], definitions->list[i].name);
    }
    if (used)
        return 0;
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) {
        bool seen = false;
        for (size_t k = 0; k < distinct && !seen; k++)
            seen = slice_equal(names[k], names[i]);
        if (!seen)
            names[distinct++] = names[i];
    }
    size_t buckets = 16; /* of a HashSet that grows when it is three quarters full */
    while (distinct > buckets / 4 * 3)
        buckets *= 2;
    struct buffer keys;
    buffer_init(&keys, &request->arena);
    append_in_java_order(&keys, names, distinct, buckets);
    struct slice printed = print_definitions(request, definitions);
    return request_fail(
        request, ERROR_VALIDATION,
        INVALID
        "Some AttributeDefinitions are not used. AttributeDefinitions: %.*s, keys used: %.*s",
        TEXT(printed), (int)keys.length, keys.data);
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

int read_projection(struct request *request, const json_t *projection, struct index *out)
{
    struct slice type = input_string(projection, "ProjectionType");
    const json_t *included = input_get(projection, "NonKeyAttributes");
    if (!type.data)
        return request_fail(request, ERROR_VALIDATION, INVALID "Unknown ProjectionType: null");
    out->projection = slice_equal(type, slice_of("INCLUDE"))     ? PROJECTION_INCLUDE
                      : slice_equal(type, slice_of("KEYS_ONLY")) ? PROJECTION_KEYS_ONLY
                                                                 : PROJECTION_ALL;
    if (included && out->projection != PROJECTION_INCLUDE)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID "ProjectionType is %.*s, but NonKeyAttributes is specified",
                            TEXT(type));
    if (!included && out->projection == PROJECTION_INCLUDE)
        return request_fail(request, ERROR_VALIDATION,
                            INVALID
                            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    out->included_count = json_array_size(included);
    out->included = ARENA_NEW_ARRAY(&request->arena, out->included_count, struct slice);
    for (size_t i = 0; i < out->included_count; i++) {
        const json_t *name = json_array_get(included, i);
        out->included[i] = (struct slice){ json_string_value(name), json_string_length(name) };
        for (size_t k = 0; k < i; k++)
            if (slice_equal(out->included[k], out->included[i]))
                return request_fail(request, ERROR_VALIDATION,
                                    INVALID "Duplicate element in NonKeyAttributes: %.*s",
                                    TEXT(out->included[i]));
    }
    if (out->included_count > 1)
        qsort(out->included, out->included_count, sizeof out->included[0], compare_slices);
    return 0;
}

/* The limit is the developer guide's (ServiceQuotas); its text is unverified. */
int check_included(struct request *request, const struct table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->index_count; i++)
        count += table->indexes[i].included_count;
    if (count > INCLUDED_MAX)
        return request_fail(
            request, ERROR_VALIDATION,
            INVALID "Number of NonKeyAttributes over all indexes exceeds per-table limit of %d",
            INCLUDED_MAX);
    return 0;
}

static int compare_attributes(const void *a, const void *b)
{
    return slice_compare(((const struct key_attribute *)a)->name,
                         ((const struct key_attribute *)b)->name);
}

void set_definitions(struct request *request, const struct definitions *definitions,
                     struct table *table)
{
    table->definitions = ARENA_NEW_ARRAY(&request->arena, definitions->count, struct key_attribute);
    table->definition_count = 0;
    for (size_t i = definitions->count; i > 0; i--) {
        const struct key_attribute *attribute = &definitions->list[i - 1];
        if (find_definition(definitions, attribute->name) == attribute)
            table->definitions[table->definition_count++] = *attribute;
    }
    table_prune_definitions(table);
    if (table->definition_count > 1)
        qsort(table->definitions, table->definition_count, sizeof table->definitions[0],
              compare_attributes);
}
