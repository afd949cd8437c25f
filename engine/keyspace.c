/*
 * keyspace.c - builds the keys that keyspace.h describes.
 */
#include "engine/keyspace.h"

#include <errno.h>

/* The low-level MD5 needs neither an allocation nor OpenSSL's initialisation, which a plain HTTP request never meets. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>

#include "engine/item.h"
#include "engine/storage/layers.h"

static void append_big_endian(struct buffer *out, uint64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buffer_append_byte(out, (unsigned char)(number >> shift));
}

static void append_id(struct buffer *out, char tag, uint64_t id)
{
    buffer_append_byte(out, (unsigned char)tag);
    append_big_endian(out, id);
}

void keyspace_items(struct buffer *out, uint64_t id)
{
    append_id(out, 'D', id);
}

void keyspace_size(struct buffer *out, uint64_t id)
{
    append_id(out, 'I', id);
}

void keyspace_filling(struct buffer *out, uint64_t id)
{
    append_id(out, 'F', id);
}

void keyspace_next_id(struct buffer *out)
{
    buffer_append_byte(out, 'N');
}

void keyspace_catalogue(struct buffer *out, const char *region, struct slice name)
{
    buffer_append_byte(out, 'C');
    buffer_append(out, region, strlen(region) + 1);
    buffer_append_slice(out, name);
}

void keyspace_deleted_tables(struct buffer *out, const char *region)
{
    buffer_append_byte(out, 'X');
    buffer_append(out, region, strlen(region) + 1);
}

void keyspace_deleted_table(struct buffer *out, const char *region, int64_t time, struct slice name)
{
    keyspace_deleted_tables(out, region);
    append_big_endian(out, (uint64_t)time);
    buffer_append_slice(out, name);
}

void keyspace_account(struct buffer *out, const char *region)
{
    buffer_append_byte(out, 'A');
    buffer_append(out, region, strlen(region));
}

void keyspace_token(struct buffer *out, const char *region, struct slice token)
{
    buffer_append_byte(out, 'T');
    buffer_append(out, region, strlen(region) + 1);
    buffer_append_slice(out, token);
}

void keyspace_token_time(struct buffer *out, const char *region, int64_t time, struct slice token)
{
    buffer_append_byte(out, 'U');
    buffer_append(out, region, strlen(region) + 1);
    append_big_endian(out, (uint64_t)time);
    buffer_append_slice(out, token);
}

void keyspace_transactions(struct buffer *out)
{
    buffer_append_byte(out, 'L');
}

static void hash_value(MD5_CTX *context, const struct value *value)
{
    if (value->type == VALUE_N) {
        unsigned char form[NUMBER_KEY_MAX];
        size_t length = number_encode(&value->number, form);
        MD5_Update(context, form, number_internal_length(form, length));
    } else {
        MD5_Update(context, value->bytes.data, value->bytes.length);
    }
}

static void hash_begin(MD5_CTX *context)
{
    MD5_Init(context);
    MD5_Update(context, "Outliers", 8);
}

static void hash_end(MD5_CTX *context, struct buffer *out)
{
    MD5_Final((unsigned char *)buffer_reserve(out, KEY_HASH_SIZE), context);
    out->length += KEY_HASH_SIZE;
}

void keyspace_partition(struct buffer *out, const struct value *const *values, size_t count)
{
    MD5_CTX context;
    hash_begin(&context);
    for (size_t i = 0; i < count; i++)
        hash_value(&context, values[i]);
    hash_end(&context, out);
}

/* Appends partition hash and sort forms; false when the item lacks an attribute or has it with another type. */
static bool append_key(struct buffer *out, const struct key_schema *keys, const struct map *item)
{
    const struct value *partition[KEY_ATTRIBUTES_MAX];
    for (unsigned i = 0; i < keys->partition_count; i++) {
        partition[i] = map_find(item, keys->partition[i].name);
        if (!partition[i] || partition[i]->type != keys->partition[i].type)
            return false;
    }
    keyspace_partition(out, partition, keys->partition_count);
    for (unsigned i = 0; i < keys->sort_count; i++) {
        const struct value *sort = map_find(item, keys->sort[i].name);
        if (!sort || sort->type != keys->sort[i].type)
            return false;
        key_encode(out, sort);
    }
    return true;
}

void keyspace_table_key(struct buffer *out, const struct table *table, const struct map *item)
{
    keyspace_items(out, table->id);
    append_key(out, &table->keys, item);
}

bool keyspace_index_key(struct buffer *out, const struct table *table, const struct index *index,
                        const struct map *item)
{
    keyspace_items(out, index->id);
    if (!append_key(out, &index->keys, item))
        return false;
    MD5_CTX context;
    hash_begin(&context);
    for (unsigned i = 0; i < table->keys.partition_count; i++)
        hash_value(&context, map_find(item, table->keys.partition[i].name));
    for (unsigned i = 0; i < table->keys.sort_count; i++)
        hash_value(&context, map_find(item, table->keys.sort[i].name));
    hash_end(&context, out);
    return true;
}

void keyspace_after(struct buffer *out, struct slice prefix)
{
    size_t length = prefix.length;
    while (length > 0 && (unsigned char)prefix.data[length - 1] == 0xff)
        length--;
    if (length == 0)
        return;
    buffer_append(out, prefix.data, length);
    out->data[out->length - 1]++;
}

int keyspace_drop(struct request *request, uint64_t id)
{
    struct buffer items, size, filling;
    buffer_init(&items, &request->arena);
    keyspace_items(&items, id);
    buffer_init(&size, &request->arena);
    keyspace_size(&size, id);
    buffer_init(&filling, &request->arena);
    keyspace_filling(&filling, id);
    int error = layers_forget(request->transaction, buffer_slice(&items));
    if (error == 0)
        error = storage_remove(request->transaction, buffer_slice(&size));
    if (error == 0 || error == -ENOENT)
        error = storage_remove(request->transaction, buffer_slice(&filling));
    if (error != 0 && error != -ENOENT)
        return request_fail_storage(request, "remove items", error);
    request->dropped = true;
    return 0;
}
