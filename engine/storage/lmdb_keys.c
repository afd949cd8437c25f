/*
 * lmdb_keys.c - see lmdb_keys.h. A key's way down is a sequence of levels: level 0 is the keys
 * themselves, every further one a bucket that takes 502 bytes more of the key. Only keys of 510
 * bytes and more ever leave level 0.
 */
#include "engine/storage/lmdb_keys.h"

#include <errno.h>

#include "engine/storage/lmdb_environment.h"
#include "engine/storage/storage.h"

enum {
    LONGEST = 511, /* of an LMDB key: mdb_env_get_maxkeysize as Debian builds it */
    TAG_FORMAT = 0,
    TAG_KEY = 1,
    TAG_BUCKET = 2,
    ID_SIZE = 8,
    FIRST_CHUNK = LONGEST - 1,
    CHUNK = LONGEST - 1 - ID_SIZE,
    LEVELS = 2 + (STORAGE_KEY_MAX - FIRST_CHUNK) / CHUNK,
    FORMAT_VERSION = 1,
};

static const char format_magic[8] = "ddbmock";

/* One level of the way down: a bucket, or at level 0 the keys themselves, and what of the key is
 * left there. */
struct level {
    char prefix[1 + ID_SIZE];
    size_t prefix_length;
    struct slice rest;
};

struct lmdb_key {
    char bytes[LONGEST];
    MDB_val val;
};

static void put_id(char *to, uint64_t id)
{
    for (int i = 0; i < ID_SIZE; i++)
        to[i] = (char)(id >> (8 * (ID_SIZE - 1 - i)));
}

static struct level first_level(struct slice key)
{
    return (struct level){ .prefix = { TAG_KEY }, .prefix_length = 1, .rest = key };
}

static size_t chunk_of(const struct level *level)
{
    return LONGEST - level->prefix_length;
}

/* Whether what is left of the key goes on in a bucket. */
static bool goes_on(const struct level *level)
{
    return level->rest.length >= chunk_of(level);
}

/* The LMDB key of what is left of the key at this level: of its record, or of the bucket where it
 * goes on. */
static MDB_val *lmdb_key(struct lmdb_key *key, const struct level *level)
{
    size_t length = goes_on(level) ? chunk_of(level) : level->rest.length;
    memcpy(key->bytes, level->prefix, level->prefix_length);
    if (length > 0)
        memcpy(key->bytes + level->prefix_length, level->rest.data, length);
    key->val = (MDB_val){ level->prefix_length + length, key->bytes };
    return &key->val;
}

static struct level next_level(const struct level *level, const char id[static ID_SIZE])
{
    struct level next = { .prefix = { TAG_BUCKET }, .prefix_length = 1 + ID_SIZE };
    memcpy(next.prefix + 1, id, ID_SIZE);
    next.rest =
        (struct slice){ level->rest.data + chunk_of(level), level->rest.length - chunk_of(level) };
    return next;
}

static bool has_prefix(const MDB_val *key, const char *prefix, size_t length)
{
    return key->mv_size >= length && memcmp(key->mv_data, prefix, length) == 0;
}

static bool is_bucket(const MDB_val *key)
{
    return key->mv_size == LONGEST;
}

/* Takes a long record apart. */
static int unpack(const MDB_val *record, struct slice *key, struct slice *value)
{
    uint16_t length;
    if (record->mv_size < sizeof length)
        return -EPROTO;
    memcpy(&length, record->mv_data, sizeof length);
    const char *data = (const char *)record->mv_data + sizeof length;
    size_t size = record->mv_size - sizeof length;
    if (length > size || length < FIRST_CHUNK || length > STORAGE_KEY_MAX)
        return -EPROTO;
    *key = (struct slice){ data, length };
    *value = (struct slice){ data + length, size - length };
    return 0;
}

static int format_read(MDB_txn *transaction, struct lmdb_format *format)
{
    char tag = TAG_FORMAT;
    MDB_val key = { 1, &tag }, value;
    int error = environment_errno(mdb_get(transaction, LMDB_MAIN, &key, &value));
    if (error)
        return error;
    if (value.mv_size != sizeof *format)
        return -EPROTO;
    memcpy(format, value.mv_data, sizeof *format);
    if (memcmp(format->magic, format_magic, sizeof format_magic) != 0)
        return -EPROTO;
    return format->version == FORMAT_VERSION ? 0 : -EPROTO;
}

static int format_put(MDB_txn *transaction, struct lmdb_format *format)
{
    char tag = TAG_FORMAT;
    MDB_val key = { 1, &tag }, value = { sizeof *format, format };
    return environment_errno(mdb_put(transaction, LMDB_MAIN, &key, &value, 0));
}

int lmdb_format_check(MDB_txn *transaction)
{
    struct lmdb_format format;
    MDB_dbi main_database;
    int error = environment_errno(mdb_dbi_open(transaction, NULL, 0, &main_database));
    if (!error)
        error = format_read(transaction, &format);
    if (error != -ENOENT)
        return error;
    MDB_stat stat;
    error = environment_errno(mdb_stat(transaction, LMDB_MAIN, &stat));
    if (error)
        return error;
    return stat.ms_entries == 0 ? -ENOENT : -EPROTO;
}

int lmdb_format_write(MDB_txn *transaction)
{
    struct lmdb_format format = { .version = FORMAT_VERSION };
    memcpy(format.magic, format_magic, sizeof format.magic);
    return format_put(transaction, &format);
}

static int new_bucket(MDB_txn *transaction, char id[static ID_SIZE])
{
    struct lmdb_format format;
    int error = format_read(transaction, &format);
    if (error)
        return error == -ENOENT ? -EPROTO : error;
    put_id(id, format.next_bucket++);
    return format_put(transaction, &format);
}

int lmdb_keys_get(MDB_txn *transaction, struct slice key, struct slice *value)
{
    struct level level = first_level(key);
    for (;;) {
        struct lmdb_key at;
        MDB_val found;
        int error =
            environment_errno(mdb_get(transaction, LMDB_MAIN, lmdb_key(&at, &level), &found));
        if (error)
            return error;
        if (goes_on(&level)) {
            if (found.mv_size != ID_SIZE)
                return -EPROTO;
            level = next_level(&level, found.mv_data);
            continue;
        }
        if (level.prefix_length == 1) {
            *value = (struct slice){ found.mv_data, found.mv_size };
            return 0;
        }
        struct slice whole;
        error = unpack(&found, &whole, value);
        if (!error && !slice_equal(whole, key))
            error = -EPROTO;
        return error;
    }
}

unsigned lmdb_keys_changes(struct slice key)
{
    if (key.length < FIRST_CHUNK)
        return 1;
    /* The record, and per bucket its id in the format record and in the level above. */
    unsigned buckets = 1 + (unsigned)((key.length - FIRST_CHUNK) / CHUNK);
    return 1 + 2 * buckets;
}

int lmdb_keys_put(MDB_txn *transaction, struct slice key, struct slice value)
{
    struct level level = first_level(key);
    struct lmdb_key at;
    while (goes_on(&level)) {
        MDB_val found;
        char id[ID_SIZE];
        MDB_val *bucket = lmdb_key(&at, &level);
        int error = environment_errno(mdb_get(transaction, LMDB_MAIN, bucket, &found));
        if (error == 0 && found.mv_size == ID_SIZE) {
            memcpy(id, found.mv_data, ID_SIZE);
        } else if (error == -ENOENT) {
            error = new_bucket(transaction, id);
            if (error)
                return error;
            found = (MDB_val){ ID_SIZE, id };
            error = environment_errno(mdb_put(transaction, LMDB_MAIN, bucket, &found, 0));
            if (error)
                return error;
        } else {
            return error ? error : -EPROTO;
        }
        level = next_level(&level, id);
    }

    if (level.prefix_length == 1) {
        MDB_val data = { value.length, (void *)value.data };
        return environment_errno(mdb_put(transaction, LMDB_MAIN, lmdb_key(&at, &level), &data, 0));
    }
    uint16_t length = (uint16_t)key.length;
    MDB_val record = { sizeof length + key.length + value.length, NULL };
    int error = environment_errno(
        mdb_put(transaction, LMDB_MAIN, lmdb_key(&at, &level), &record, MDB_RESERVE));
    if (error)
        return error;
    char *to = record.mv_data;
    memcpy(to, &length, sizeof length);
    memcpy(to + sizeof length, key.data, key.length);
    if (value.length > 0)
        memcpy(to + sizeof length + key.length, value.data, value.length);
    return 0;
}

/* 1 when the bucket of `level` has no key, 0 when it has, or -errno. */
static int bucket_is_empty(MDB_txn *transaction, const struct level *level)
{
    MDB_cursor *cursor;
    int error = environment_errno(mdb_cursor_open(transaction, LMDB_MAIN, &cursor));
    if (error)
        return error;
    MDB_val key = { level->prefix_length, (void *)level->prefix }, value;
    error = environment_errno(mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE));
    mdb_cursor_close(cursor);
    if (error && error != -ENOENT)
        return error;
    return error || !has_prefix(&key, level->prefix, level->prefix_length);
}

int lmdb_keys_remove(MDB_txn *transaction, struct slice key)
{
    struct level levels[LEVELS] = { first_level(key) };
    struct lmdb_key at;
    int depth = 0;
    while (goes_on(&levels[depth])) {
        MDB_val found;
        int error = environment_errno(
            mdb_get(transaction, LMDB_MAIN, lmdb_key(&at, &levels[depth]), &found));
        if (error)
            return error;
        if (found.mv_size != ID_SIZE)
            return -EPROTO;
        levels[depth + 1] = next_level(&levels[depth], found.mv_data);
        depth++;
    }
    int error =
        environment_errno(mdb_del(transaction, LMDB_MAIN, lmdb_key(&at, &levels[depth]), NULL));
    if (error)
        return error;
    while (depth > 0) {
        int empty = bucket_is_empty(transaction, &levels[depth]);
        if (empty != 1)
            return empty;
        depth--;
        error =
            environment_errno(mdb_del(transaction, LMDB_MAIN, lmdb_key(&at, &levels[depth]), NULL));
        if (error)
            return error == -ENOENT ? -EPROTO : error;
    }
    return 0;
}

/* From a record of ours, or a bucket, to the first or last key in it. */
static int land(MDB_cursor *cursor, MDB_val at, MDB_val record, bool backward, struct slice *found,
                struct slice *value)
{
    for (int level = 0; is_bucket(&at); level++) {
        char prefix[1 + ID_SIZE] = { TAG_BUCKET };
        char after[1 + ID_SIZE] = { TAG_BUCKET };
        if (record.mv_size != ID_SIZE || level == LEVELS)
            return -EPROTO;
        memcpy(prefix + 1, record.mv_data, ID_SIZE);
        int result;
        if (!backward) {
            at = (MDB_val){ sizeof prefix, prefix };
            result = mdb_cursor_get(cursor, &at, &record, MDB_SET_RANGE);
        } else {
            uint64_t id = 0;
            for (int i = 1; i <= ID_SIZE; i++)
                id = id << 8 | (unsigned char)prefix[i];
            put_id(after + 1, id + 1);
            at = (MDB_val){ sizeof after, after };
            result = mdb_cursor_get(cursor, &at, &record, MDB_SET_RANGE);
            if (result == 0)
                result = mdb_cursor_get(cursor, &at, &record, MDB_PREV);
            else if (result == MDB_NOTFOUND)
                result = mdb_cursor_get(cursor, &at, &record, MDB_LAST);
        }
        int error = environment_errno(result);
        if (error == -ENOENT || (!error && !has_prefix(&at, prefix, sizeof prefix)))
            return -EPROTO;
        if (error)
            return error;
    }
    const char *bytes = at.mv_data;
    if (bytes[0] != TAG_KEY)
        return unpack(&record, found, value);
    if (at.mv_size < 2)
        return -EPROTO;
    *found = (struct slice){ bytes + 1, at.mv_size - 1 };
    *value = (struct slice){ record.mv_data, record.mv_size };
    return 0;
}

static int seek(MDB_cursor *cursor, struct slice key, bool backward, bool strictly,
                struct slice *found, struct slice *value)
{
    struct level levels[LEVELS] = { first_level(key) };
    struct lmdb_key sought;
    MDB_val at, record;
    int depth = 0, result;

    /* Down, as far as there are buckets of this key. */
    for (;;) {
        struct level *level = &levels[depth];
        at = *lmdb_key(&sought, level);
        result = mdb_cursor_get(cursor, &at, &record, MDB_SET_RANGE);
        bool exactly = result == 0 && at.mv_size == sought.val.mv_size &&
                       memcmp(at.mv_data, sought.bytes, at.mv_size) == 0;
        if (exactly && goes_on(level)) {
            if (record.mv_size != ID_SIZE)
                return -EPROTO;
            levels[depth + 1] = next_level(level, record.mv_data);
            depth++;
            continue;
        }
        if (exactly && !strictly)
            return land(cursor, at, record, backward, found, value);
        if (backward)
            result = mdb_cursor_get(cursor, &at, &record, result == 0 ? MDB_PREV : MDB_LAST);
        else if (exactly)
            result = mdb_cursor_get(cursor, &at, &record, MDB_NEXT);
        break;
    }

    /* Up, until a level has something on that side of the key. */
    for (;;) {
        struct level *level = &levels[depth];
        if (result == 0 && has_prefix(&at, level->prefix, level->prefix_length))
            return land(cursor, at, record, backward, found, value);
        if (result && result != MDB_NOTFOUND)
            return environment_errno(result);
        if (depth == 0)
            return -ENOENT;
        depth--;
        at = *lmdb_key(&sought, &levels[depth]);
        result = mdb_cursor_get(cursor, &at, &record, MDB_SET);
        if (result)
            return result == MDB_NOTFOUND ? -EPROTO : environment_errno(result);
        result = mdb_cursor_get(cursor, &at, &record, backward ? MDB_PREV : MDB_NEXT);
    }
}

/*
 * What a file says of its long keys cannot be checked when it is opened. Were a step to lead back,
 * a walk would never end.
 */
static int check_order(struct slice key, bool backward, bool strictly, const struct slice *found)
{
    int order = slice_compare(*found, key);
    if (backward)
        order = -order;
    return order > 0 || (order == 0 && !strictly) ? 0 : -EPROTO;
}

int lmdb_keys_seek(MDB_cursor *cursor, struct slice key, bool backward, bool strictly,
                   struct slice *found, struct slice *value)
{
    int error = seek(cursor, key, backward, strictly, found, value);
    return error ? error : check_order(key, backward, strictly, found);
}

int lmdb_keys_step(MDB_cursor *cursor, struct slice key, bool backward, struct slice *found,
                   struct slice *value)
{
    char prefix[1 + ID_SIZE] = { TAG_KEY };
    size_t prefix_length = 1;
    MDB_val at, record;
    if (key.length >= FIRST_CHUNK) {
        int error = environment_errno(mdb_cursor_get(cursor, &at, &record, MDB_GET_CURRENT));
        if (error || at.mv_size < sizeof prefix)
            return error ? error : -EPROTO;
        prefix_length = sizeof prefix;
        memcpy(prefix, at.mv_data, sizeof prefix);
    }
    int result = mdb_cursor_get(cursor, &at, &record, backward ? MDB_PREV : MDB_NEXT);
    if (result == 0 && has_prefix(&at, prefix, prefix_length)) {
        int error = land(cursor, at, record, backward, found, value);
        return error ? error : check_order(key, backward, true, found);
    }
    if (result && result != MDB_NOTFOUND)
        return environment_errno(result);
    if (prefix_length == 1)
        return -ENOENT;
    return lmdb_keys_seek(cursor, key, backward, true, found, value);
}
