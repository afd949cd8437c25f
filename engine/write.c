/*
 * write.c - see write.h.
 */
#include "engine/write.h"

#include <errno.h>

#include "engine/index.h"
#include "engine/index_keys.h"
#include "engine/item.h"
#include "engine/keyspace.h"
#include "engine/limits.h"
#include "engine/stats/stats.h"
#include "engine/value_json.h"

/* Text: AWS API reference; which of the two words it is follows the attribute's type. */
static int fail_empty_key(struct request *request, const struct value *value, struct slice name)
{
    return request_fail(
        request, ERROR_VALIDATION,
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
        "contain an empty %s value. Key: %.*s",
        value->type == VALUE_B ? "binary" : "string", (int)name.length, name.data);
}

static bool is_empty(const struct value *value)
{
    return (value->type == VALUE_S || value->type == VALUE_B) && value->bytes.length == 0;
}

/* Sizes of the key values in `item`, which has them all. */
static int check_key_sizes(struct request *request, const struct key_schema *keys,
                           const struct map *item)
{
    size_t partition = 0, sort = 0;
    for (unsigned i = 0; i < keys->partition_count; i++)
        partition += value_size(map_find(item, keys->partition[i].name));
    for (unsigned i = 0; i < keys->sort_count; i++)
        sort += value_size(map_find(item, keys->sort[i].name));
    if (limit_passed(limits.partition_key, (int64_t)partition))
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum "
            "size limit of%lld bytes",
            (long long)limits.partition_key);
    if (limit_passed(limits.sort_key, (int64_t)sort))
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Aggregated size of all range keys has "
            "exceeded the size limit of %lld bytes",
            (long long)limits.sort_key);
    return 0;
}

static int check_key_attribute(struct request *request, const struct key_attribute *attribute,
                               const struct map *key)
{
    const struct value *value = map_find(key, attribute->name);
    if (!value || value->type != attribute->type)
        return request_fail(request, ERROR_VALIDATION,
                            "The provided key element does not match the schema");
    if (is_empty(value))
        return fail_empty_key(request, value, attribute->name);
    return 0;
}

int key_check(struct request *request, const struct table *table, const struct map *key)
{
    const struct key_schema *keys = &table->keys;
    if (key->count != keys->partition_count + keys->sort_count)
        return request_fail(request, ERROR_VALIDATION,
                            "The provided key element does not match the schema");
    for (unsigned i = 0; i < keys->partition_count; i++)
        if (check_key_attribute(request, &keys->partition[i], key) != 0)
            return -1;
    for (unsigned i = 0; i < keys->sort_count; i++)
        if (check_key_attribute(request, &keys->sort[i], key) != 0)
            return -1;
    return check_key_sizes(request, keys, key);
}

int key_check_empty(struct request *request, const struct table *table, const struct map *item)
{
    const struct key_attribute *attribute;
    for (unsigned n = 0; (attribute = key_schema_at(&table->keys, n)) != NULL; n++) {
        const struct value *value = map_find(item, attribute->name);
        if (value && is_empty(value))
            return fail_empty_key(request, value, attribute->name);
    }
    return index_keys_check_empty(request, table, item);
}

static int check_item_attribute(struct request *request, const struct key_attribute *attribute,
                                const struct map *item)
{
    int length = (int)attribute->name.length;
    const char *name = attribute->name.data;
    const struct value *value = map_find(item, attribute->name);
    if (!value)
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Missing the key %.*s in the item", length,
            name);
    if (value->type != attribute->type)
        return request_fail(
            request, ERROR_VALIDATION,
            "One or more parameter values were invalid: Type mismatch for key %.*s expected: %s "
            "actual: %s",
            length, name, value_type_name(attribute->type), value_type_name(value->type));
    if (is_empty(value))
        return fail_empty_key(request, value, attribute->name);
    return 0;
}

int item_check_keys(struct request *request, const struct table *table, const struct map *item)
{
    const struct key_schema *keys = &table->keys;
    for (unsigned i = 0; i < keys->partition_count; i++)
        if (check_item_attribute(request, &keys->partition[i], item) != 0)
            return -1;
    for (unsigned i = 0; i < keys->sort_count; i++)
        if (check_item_attribute(request, &keys->sort[i], item) != 0)
            return -1;
    if (check_key_sizes(request, keys, item) != 0)
        return -1;
    return index_keys_check(request, table, item);
}

struct map item_key(struct arena *arena, const struct table *table, const struct map *item)
{
    const struct key_schema *keys = &table->keys;
    struct map key = { 0 };
    for (unsigned i = 0; i < keys->partition_count; i++)
        map_set(arena, &key, keys->partition[i].name, map_find(item, keys->partition[i].name));
    for (unsigned i = 0; i < keys->sort_count; i++)
        map_set(arena, &key, keys->sort[i].name, map_find(item, keys->sort[i].name));
    return key;
}

/* The packed item under a storage key: 0 and a copy in the arena (NULL data: none), or -1 after failing the request. */
static int read_packed(struct request *request, struct slice key, struct slice *out)
{
    struct slice stored;
    *out = (struct slice){ NULL, 0 };
    int error = storage_get(request->transaction, key, &stored);
    if (error == -ENOENT)
        return 0;
    if (error != 0)
        return request_fail_storage(request, "read an item", error);
    *out = arena_copy(&request->arena, stored);
    return 0;
}

static int read_item(struct request *request, struct slice key, const struct map **out)
{
    struct slice packed;
    *out = NULL;
    if (read_packed(request, key, &packed) != 0)
        return -1;
    if (!packed.data)
        return 0;
    struct map *item = ARENA_NEW(&request->arena, struct map);
    int error = item_unpack(&request->arena, packed, item);
    if (error != 0)
        return request_fail_storage(request, "read an item", error);
    *out = item;
    return 0;
}

static struct slice table_key(struct request *request, const struct table *table,
                              const struct map *item)
{
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_table_key(&key, table, item);
    return buffer_slice(&key);
}

int item_read(struct request *request, const struct table *table, const struct map *key,
              const struct map **out)
{
    return read_item(request, table_key(request, table, key), out);
}

static int fail_size(struct request *request, const struct write *write)
{
    return request_fail(request, ERROR_VALIDATION,
                        "Item size %shas exceeded the maximum allowed size",
                        write->kind == WRITE_UPDATE ? "to update " : "");
}

/*
 * With a local index, an item's size and that of what the index holds of it are at most as much together: AWS developer
 * guide, ServiceQuotas. That the texts are those of the item's own size is unverified.
 */
static int check_local_entries(struct request *request, const struct write *write)
{
    const struct table *table = write->table;
    size_t size = write->after ? item_size(write->after) : 0;
    if (!limit_passed(limits.item, (int64_t)size * 2)) /* an entry is no larger than its item */
        return 0;
    for (size_t i = 0; i < table->index_count; i++)
        if (!table->indexes[i].global) {
            size_t entry = index_size(&request->arena, table, &table->indexes[i], write->after);
            if (limit_passed(limits.item, (int64_t)(size + entry)))
                return fail_size(request, write);
        }
    return 0;
}

/* The image after `write`: NULL for none. */
static int make_image(struct request *request, struct write *write, const struct map **out)
{
    if (write->kind == WRITE_PUT) {
        *out = &write->item;
        return 0;
    }
    if (write->kind == WRITE_DELETE) {
        *out = NULL;
        return 0;
    }
    if (!write->before && update_only_deletes(write->update)) {
        /* Nor does it mind paths: seen on the service by the authors of scylladb/scylladb. */
        *out = NULL;
        return 0;
    }
    struct map *image = ARENA_NEW(&request->arena, struct map);
    *image = map_copy(&request->arena, write->before ? write->before : &write->item);
    if (write->update && update_apply(request, write->update, image) != 0)
        return -1;
    if (index_keys_check_updated(request, write->table, image, update_is_legacy(write->update),
                                 &write->empty_key) != 0)
        return -1;
    if (limit_passed(limits.item, (int64_t)item_size(image)) ||
        (write->measures_update &&
         limit_passed(limits.item, (int64_t)update_size(write->update, image))))
        return fail_size(request, write);
    *out = image;
    return 0;
}

/* Stores the image and brings the indexes up to date. */
static int store_image(struct request *request, const struct write *write, struct slice key,
                       struct capacity *capacity)
{
    size_t old_size = write->before ? item_size(write->before) : 0;
    size_t new_size = write->after ? item_size(write->after) : 0;
    capacity->write += capacity_write_units(old_size > new_size ? old_size : new_size);
    if (!write->before && !write->after)
        return 0;

    int error;
    if (write->after) {
        struct buffer packed;
        buffer_init(&packed, &request->arena);
        item_pack(&packed, write->after);
        error = storage_put(request->transaction, key, buffer_slice(&packed));
    } else {
        error = storage_remove(request->transaction, key);
    }
    if (error != 0)
        return request_fail_storage(request, "store an item", error);
    if (table_size_add(request, write->table->id, (write->after != NULL) - (write->before != NULL),
                       (int64_t)new_size - (int64_t)old_size) != 0)
        return -1;

    for (size_t i = 0; i < write->table->index_count; i++) {
        double units;
        if (index_update(request, write->table, &write->table->indexes[i], write->before,
                         write->after, &units) != 0)
            return -1;
        capacity->index_write[i] += units;
    }
    return 0;
}

static enum write_result apply(struct request *request, struct write *write,
                               struct capacity *capacity)
{
    struct slice key = table_key(request, write->table, &write->item);
    write->after = NULL;
    if (write->conflicts && conflicts_have(write->conflicts, key))
        return WRITE_CONFLICT;
    if (read_item(request, key, &write->before) != 0)
        return WRITE_FAILED;
    if (!condition_met(write->condition, write->before)) {
        capacity->write += capacity_write_units(write->before ? item_size(write->before) : 0);
        return WRITE_CONDITION_FAILED;
    }
    if (write->kind == WRITE_CHECK) {
        capacity->write += capacity_write_units(write->before ? item_size(write->before) : 0);
        write->after = write->before;
        return WRITE_DONE;
    }
    if (make_image(request, write, &write->after) != 0 ||
        check_local_entries(request, write) != 0 || store_image(request, write, key, capacity) != 0)
        return WRITE_FAILED;
    return WRITE_DONE;
}

enum write_result write_apply(struct request *request, struct write *write,
                              struct capacity *capacity)
{
    if (__builtin_expect(!stats_on, 1))
        return apply(request, write, capacity);
    struct capacity before = *capacity;
    enum write_result result = apply(request, write, capacity);
    if (result == WRITE_DONE || result == WRITE_CONDITION_FAILED)
        stats_write(request, write, &before, capacity);
    return result;
}

bool table_has_local_indexes(const struct table *table)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (!table->indexes[i].global)
            return true;
    return false;
}

/* Adds the bytes of a key space's items whose keys begin with `prefix`. */
static int add_sizes(struct request *request, struct slice prefix, uint64_t *bytes)
{
    if (request_cursor_open(request) != 0)
        return -1;
    struct slice key, packed;
    int error = storage_cursor_seek(request->cursor, prefix, false, &key, &packed);
    while (error == 0 && slice_starts_with(key, prefix)) {
        struct map item;
        arena_release(&request->scratch);
        error = item_unpack(&request->scratch, packed, &item);
        if (error == 0) {
            *bytes += item_size(&item);
            error = storage_cursor_step(request->cursor, false, &key, &packed);
        }
    }
    request_cursor_close(request);
    return error == 0 || error == -ENOENT
               ? 0
               : request_fail_storage(request, "measure an item collection", error);
}

/* Whole GB of the collection of `partition`, in the table and its local indexes. Measured only where it can be one at all. */
static int collection_size(struct request *request, const struct table *table,
                           const struct value *partition, uint64_t *gigabytes)
{
    enum { GIGABYTE_SHIFT = 30 };
    uint64_t all = 0, bytes = 0;
    for (int measure = 0; measure < 2; measure++) {
        for (size_t i = 0; i <= table->index_count; i++) {
            if (i < table->index_count && table->indexes[i].global)
                continue;
            uint64_t id = i < table->index_count ? table->indexes[i].id : table->id;
            struct table_size size;
            struct buffer prefix;
            buffer_init(&prefix, &request->arena);
            keyspace_items(&prefix, id);
            keyspace_partition(&prefix, &partition, 1);
            if (measure ? add_sizes(request, buffer_slice(&prefix), &bytes) != 0
                        : table_size_get(request, id, &size) != 0)
                return -1;
            all += measure ? 0 : size.bytes;
        }
        if (all >> GIGABYTE_SHIFT == 0)
            break;
    }
    *gigabytes = bytes >> GIGABYTE_SHIFT;
    return 0;
}

int collection_metrics_write_json(struct request *request, const struct table *table,
                                  const struct map *item)
{
    struct map key = { 0 };
    const struct key_attribute *partition = &table->keys.partition[0];
    const struct value *value = map_find(item, partition->name);
    uint64_t gigabytes;
    if (collection_size(request, table, value, &gigabytes) != 0)
        return -1;
    map_set(&request->arena, &key, partition->name, value);
    buffer_append_string(&request->output, "{\"ItemCollectionKey\":");
    map_write_json(&request->output, &key);
    buffer_printf(&request->output, ",\"SizeEstimateRangeGB\":[%llu.0,%llu.0]}",
                  (unsigned long long)gigabytes, (unsigned long long)gigabytes + 1);
    return 0;
}
