/*
 * table_codec.c - see table_codec.h. The plain members are rows of data, used in both directions;
 * lists and key schemas have a function each way. A missing member reads as zero, so that a member
 * can be added without a new format.
 */
#include "engine/table_codec.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "engine/value_json.h"

enum field_kind { FIELD_INTEGER, FIELD_BOOLEAN, FIELD_STRING };

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset;
};

#define INTEGER(type, name, member)                                                                \
    {                                                                                              \
        name, FIELD_INTEGER, offsetof(struct type, member)                                         \
    }
#define BOOLEAN(type, name, member)                                                                \
    {                                                                                              \
        name, FIELD_BOOLEAN, offsetof(struct type, member)                                         \
    }
#define STRING(type, name, member)                                                                 \
    {                                                                                              \
        name, FIELD_STRING, offsetof(struct type, member)                                          \
    }

/* What tables and global indexes have in common, under the same member names. */
#define CAPACITY_FIELDS(type, on_demand)                                                           \
    INTEGER(type, "read", throughput.read), INTEGER(type, "write", throughput.write),              \
        INTEGER(type, "last_increase", throughput.last_increase),                                  \
        INTEGER(type, "last_decrease", throughput.last_decrease),                                  \
        INTEGER(type, "decreases", throughput.decreases),                                          \
        INTEGER(type, "old_read", throughput.old_read),                                            \
        INTEGER(type, "old_write", throughput.old_write),                                          \
        INTEGER(type, "old_decreases", throughput.old_decreases),                                  \
        INTEGER(type, "max_read", on_demand.read), INTEGER(type, "max_write", on_demand.write),    \
        INTEGER(type, "warm_read", warm.read), INTEGER(type, "warm_write", warm.write),            \
        INTEGER(type, "warm_old_read", warm.old_read),                                             \
        INTEGER(type, "warm_old_write", warm.old_write),                                           \
        INTEGER(type, "warm_updated_at", warm.updated_at),                                         \
        BOOLEAN(type, "warm_raised", warm.raised), INTEGER(type, "created", created),              \
        INTEGER(type, "active_at", active_at), INTEGER(type, "deleted_at", deleted_at)

static const struct field table_fields[] = {
    INTEGER(table, "id", id),
    STRING(table, "name", name),
    BOOLEAN(table, "on_demand", on_demand),
    INTEGER(table, "on_demand_since", on_demand_since),
    INTEGER(table, "old_on_demand_since", old_on_demand_since),
    INTEGER(table, "billing_changed", billing_changed),
    CAPACITY_FIELDS(table, on_demand_limits),
    INTEGER(table, "throughput_until", busy_until[CHANGE_THROUGHPUT]),
    INTEGER(table, "billing_until", busy_until[CHANGE_BILLING]),
    INTEGER(table, "stream_until", busy_until[CHANGE_STREAM]),
    INTEGER(table, "class_until", busy_until[CHANGE_CLASS]),
    INTEGER(table, "last_items", last_items),
    INTEGER(table, "last_bytes", last_bytes),
    BOOLEAN(table, "deletion_protected", deletion_protected),
    INTEGER(table, "protection_changed", protection_changed),
    BOOLEAN(table, "stream_enabled", stream.enabled),
    STRING(table, "stream_view_type", stream.view_type),
    STRING(table, "stream_label", stream.label),
    BOOLEAN(table, "kms", encryption.kms),
    BOOLEAN(table, "old_kms", encryption.old_kms),
    STRING(table, "kms_key", encryption.key),
    STRING(table, "old_kms_key", encryption.old_key),
    INTEGER(table, "encryption_changed", encryption.changed),
    INTEGER(table, "encryption_updated_at", encryption.updated_at),
    INTEGER(table, "encryption_window", encryption.window),
    INTEGER(table, "encryption_changes", encryption.changes),
    BOOLEAN(table, "class_named", class.named),
    BOOLEAN(table, "infrequent", class.infrequent),
    BOOLEAN(table, "old_infrequent", class.old_infrequent),
    INTEGER(table, "class_changed", class.changed),
    INTEGER(table, "old_class_changed", class.old_changed),
    STRING(table, "settings_replication", settings_replication),
    STRING(table, "policy", policy),
    { NULL },
};

static const struct field index_fields[] = {
    INTEGER(index, "id", id),
    STRING(index, "name", name),
    BOOLEAN(index, "global", global),
    CAPACITY_FIELDS(index, on_demand),
    INTEGER(index, "backfill_at", backfill_at),
    INTEGER(index, "updated_at", updated_at),
    BOOLEAN(index, "filling", filling),
    { NULL },
};

/* Appends `"name":`, after a comma unless it is the first member. */
static void begin_member(struct buffer *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '{')
        buffer_append_byte(out, ',');
    buffer_printf(out, "\"%s\":", name);
}

/* Zeros and empty strings are left out: a missing member reads as such. */
static void encode_fields(struct buffer *out, const struct field *fields, const void *from)
{
    for (const struct field *field = fields; field->name; field++) {
        const void *member = (const char *)from + field->offset;
        const struct slice *string = member;
        switch (field->kind) {
        case FIELD_INTEGER:
            if (*(const int64_t *)member != 0) {
                begin_member(out, field->name);
                buffer_printf(out, "%" PRId64, *(const int64_t *)member);
            }
            break;
        case FIELD_BOOLEAN:
            if (*(const bool *)member) {
                begin_member(out, field->name);
                buffer_append_string(out, "true");
            }
            break;
        case FIELD_STRING:
            if (string->length > 0) {
                begin_member(out, field->name);
                string_write_json(out, *string);
            }
            break;
        }
    }
}

static void encode_attributes(struct buffer *out, const char *name,
                              const struct key_attribute *attributes, size_t count)
{
    if (count == 0)
        return;
    begin_member(out, name);
    for (size_t i = 0; i < count; i++) {
        buffer_append_string(out, i == 0 ? "[" : ",");
        buffer_append_string(out, "{\"name\":");
        string_write_json(out, attributes[i].name);
        buffer_printf(out, ",\"type\":\"%s\"}", value_type_name(attributes[i].type));
    }
    buffer_append_byte(out, ']');
}

static void encode_keys(struct buffer *out, const struct key_schema *keys)
{
    encode_attributes(out, "partition", keys->partition, keys->partition_count);
    encode_attributes(out, "sort", keys->sort, keys->sort_count);
}

static void encode_index(struct buffer *out, const struct index *index)
{
    buffer_append_byte(out, '{');
    encode_fields(out, index_fields, index);
    encode_keys(out, &index->keys);
    begin_member(out, "projection");
    buffer_printf(out, "%d", (int)index->projection);
    if (index->included_count > 0) {
        begin_member(out, "included");
        for (size_t i = 0; i < index->included_count; i++) {
            buffer_append_string(out, i == 0 ? "[" : ",");
            string_write_json(out, index->included[i]);
        }
        buffer_append_byte(out, ']');
    }
    buffer_append_byte(out, '}');
}

int table_encode(struct buffer *out, const struct table *table)
{
    buffer_printf(out, "{\"format\":%d", TABLE_FORMAT);
    begin_member(out, "uuid");
    string_write_json(out, slice_of(table->uuid));
    encode_fields(out, table_fields, table);
    encode_keys(out, &table->keys);
    encode_attributes(out, "definitions", table->definitions, table->definition_count);
    if (table->index_count > 0) {
        begin_member(out, "indexes");
        for (size_t i = 0; i < table->index_count; i++) {
            buffer_append_string(out, i == 0 ? "[" : ",");
            encode_index(out, &table->indexes[i]);
        }
        buffer_append_byte(out, ']');
    }
    if (table->tags) {
        begin_member(out, "tags");
        size_t size = json_dumpb(table->tags, NULL, 0, JSON_COMPACT);
        if (size == 0 ||
            json_dumpb(table->tags, buffer_reserve(out, size), size, JSON_COMPACT) != size)
            return -ENOMEM;
        out->length += size;
    }
    buffer_append_byte(out, '}');
    return 0;
}

static int decode_fields(const json_t *record, const struct field *fields, void *to)
{
    for (const struct field *field = fields; field->name; field++) {
        void *member = (char *)to + field->offset;
        const json_t *value = json_object_get(record, field->name);
        if (!value)
            continue;
        switch (field->kind) {
        case FIELD_INTEGER:
            if (!json_is_integer(value))
                return -EPROTO;
            *(int64_t *)member = json_integer_value(value);
            break;
        case FIELD_BOOLEAN:
            *(bool *)member = json_is_true(value);
            break;
        case FIELD_STRING:
            if (!json_is_string(value))
                return -EPROTO;
            *(struct slice *)member =
                (struct slice){ json_string_value(value), json_string_length(value) };
            break;
        }
    }
    return 0;
}

static int decode_attributes(const json_t *list, struct key_attribute *attributes, size_t room,
                             size_t *count)
{
    *count = json_array_size(list);
    if (*count > room)
        return -EPROTO;
    for (size_t i = 0; i < *count; i++) {
        const json_t *element = json_array_get(list, i);
        attributes[i].name = input_string(element, "name");
        if (!attributes[i].name.data)
            return -EPROTO;
        if (input_is(element, "type", "S"))
            attributes[i].type = VALUE_S;
        else if (input_is(element, "type", "N"))
            attributes[i].type = VALUE_N;
        else if (input_is(element, "type", "B"))
            attributes[i].type = VALUE_B;
        else
            return -EPROTO;
    }
    return 0;
}

static int decode_keys(const json_t *record, struct key_schema *keys)
{
    size_t partition_count, sort_count;
    int error = decode_attributes(json_object_get(record, "partition"), keys->partition,
                                  KEY_ATTRIBUTES_MAX, &partition_count);
    if (error == 0)
        error = decode_attributes(json_object_get(record, "sort"), keys->sort, KEY_ATTRIBUTES_MAX,
                                  &sort_count);
    if (error != 0)
        return error;
    keys->partition_count = (unsigned)partition_count;
    keys->sort_count = (unsigned)sort_count;
    return partition_count > 0 ? 0 : -EPROTO;
}

static int decode_index(struct arena *arena, const json_t *record, struct index *index)
{
    int error = decode_fields(record, index_fields, index);
    if (error == 0)
        error = decode_keys(record, &index->keys);
    if (error != 0)
        return error;
    json_int_t projection = input_integer(record, "projection", PROJECTION_ALL);
    if (projection < PROJECTION_ALL || projection > PROJECTION_INCLUDE)
        return -EPROTO;
    index->projection = (enum projection_type)projection;
    const json_t *included = json_object_get(record, "included");
    index->included_count = json_array_size(included);
    index->included = ARENA_NEW_ARRAY(arena, index->included_count, struct slice);
    for (size_t i = 0; i < index->included_count; i++) {
        const json_t *name = json_array_get(included, i);
        if (!json_is_string(name))
            return -EPROTO;
        index->included[i] = (struct slice){ json_string_value(name), json_string_length(name) };
    }
    return 0;
}

int table_decode(struct arena *arena, const json_t *record, struct table *out)
{
    *out = (struct table){ 0 };
    json_int_t format = input_integer(record, "format", 0);
    if (format > TABLE_FORMAT)
        return -ENOTSUP;
    struct slice uuid = input_string(record, "uuid");
    if (format < 1 || !uuid.data || uuid.length >= sizeof out->uuid)
        return -EPROTO;
    memcpy(out->uuid, uuid.data, uuid.length);

    int error = decode_fields(record, table_fields, out);
    if (error == 0)
        error = decode_keys(record, &out->keys);
    if (error != 0)
        return error;

    const json_t *definitions = json_object_get(record, "definitions");
    size_t room = json_array_size(definitions);
    out->definitions = ARENA_NEW_ARRAY(arena, room, struct key_attribute);
    error = decode_attributes(definitions, out->definitions, room, &out->definition_count);
    const json_t *indexes = json_object_get(record, "indexes");
    out->index_count = json_array_size(indexes);
    out->indexes = ARENA_NEW_ARRAY(arena, out->index_count, struct index);
    for (size_t i = 0; error == 0 && i < out->index_count; i++)
        error = decode_index(arena, json_array_get(indexes, i), &out->indexes[i]);
    const json_t *tags = json_object_get(record, "tags");
    out->tags = json_is_array(tags) ? tags : NULL;
    return error;
}
