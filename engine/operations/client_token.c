/*
 * client_token.c - see client_token.h. A record is a struct record and the sizes of so many members, in the machine's own byte
 * order.
 */
#include "engine/operations/client_token.h"

#include <errno.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* as in keyspace.c */
#include <openssl/sha.h>

#include "engine/conflicts.h"
#include "engine/keyspace.h"

enum {
    TOKEN_LIFE = 10 * 60 * 1000, /* ms after completion. AWS API reference, TransactWriteItems */
    TIME_SIZE = 8,               /* in the key of the second record */
};

struct record {
    int64_t time; /* ms since the epoch */
    struct clock_moment done;
    unsigned char digest[SHA256_DIGEST_LENGTH]; /* of the payload */
    uint32_t count, unused;
};

static int add_to_digest(const char *bytes, size_t size, void *context)
{
    SHA256_Update(context, bytes, size);
    return 0;
}

/* The record of `payload`, made now. Members in another order make the same payload. */
static struct record make_record(const struct request *request, const json_t *payload)
{
    struct record record = { .time = request->now, .done = clock_moment() };
    SHA256_CTX context;
    SHA256_Init(&context);
    json_dump_callback(payload, add_to_digest, &context, JSON_COMPACT | JSON_SORT_KEYS);
    SHA256_Final(record.digest, &context);
    return record;
}

/* Reads what is stored; false when that is nothing, or out of date. */
static bool read_record(const struct request *request, struct slice stored, struct record *record)
{
    if (stored.length < sizeof *record)
        return false;
    memcpy(record, stored.data, sizeof *record);
    return stored.length == sizeof *record + record->count * sizeof(uint32_t) &&
           request->now - record->time < TOKEN_LIFE;
}

int client_token_check(struct request *request, const json_t *payload, uint32_t *sizes,
                       size_t count, bool *done)
{
    struct slice token = input_string(request->input, "ClientRequestToken"), stored;
    struct record record;
    *done = false;
    if (!token.data)
        return 0;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_token(&key, request->region, token);
    int error = storage_get(request->transaction, buffer_slice(&key), &stored);
    if (error == -ENOENT || (error == 0 && !read_record(request, stored, &record)))
        return 0;
    if (error != 0)
        return request_fail_storage(request, "look a token up", error);
    struct record own = make_record(request, payload);
    /* That the service says no more of it is unverified. */
    if (memcmp(own.digest, record.digest, sizeof own.digest) != 0 || record.count != count)
        return request_fail(request, ERROR_IDEMPOTENT_PARAMETER_MISMATCH, "%s", "");
    /* Text: aws/aws-sdk-java-v2#2518. */
    if (overlapped(request, record.done))
        return request_fail(request, ERROR_TRANSACTION_IN_PROGRESS,
                            "Transaction from previous request is still in progress");
    memcpy(sizes, stored.data + sizeof record, count * sizeof *sizes);
    *done = true;
    return 0;
}

/*
 * Removes the tokens whose ten minutes are over. A second record of each, whose key starts with the time, brings the oldest
 * to the front: a token is looked at once more than it is used.
 */
static int drop_old(struct request *request)
{
    struct buffer prefix;
    buffer_init(&prefix, &request->arena);
    keyspace_token_time(&prefix, request->region, 0, (struct slice){ NULL, 0 });
    prefix.length -= TIME_SIZE;
    if (request_cursor_open(request) != 0)
        return -1;
    struct slice dated, token;
    int error = storage_cursor_seek(request->cursor, buffer_slice(&prefix), false, &dated, &token);
    while (error == 0 && slice_starts_with(dated, buffer_slice(&prefix))) {
        struct slice stored;
        struct record record;
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_token(&key, request->region, token);
        int found = storage_get(request->transaction, buffer_slice(&key), &stored);
        if (found == 0 && read_record(request, stored, &record))
            break;
        struct slice old = arena_copy(&request->arena, dated);
        if (found == 0)
            error = storage_remove(request->transaction, buffer_slice(&key));
        if (error == 0)
            error = storage_remove(request->transaction, old);
        if (error == 0)
            error = storage_cursor_step(request->cursor, false, &dated, &token);
    }
    request_cursor_close(request);
    return error == 0 || error == -ENOENT ? 0
                                          : request_fail_storage(request, "drop old tokens", error);
}

int client_token_store(struct request *request, const json_t *payload, const uint32_t *sizes,
                       size_t count)
{
    struct slice token = input_string(request->input, "ClientRequestToken");
    if (!token.data)
        return 0;
    if (drop_old(request) != 0)
        return -1;
    struct record record = make_record(request, payload);
    record.count = (uint32_t)count;
    struct buffer key, dated, value;
    buffer_init(&value, &request->arena);
    buffer_append(&value, (const char *)&record, sizeof record);
    buffer_append(&value, (const char *)sizes, count * sizeof *sizes);
    buffer_init(&key, &request->arena);
    keyspace_token(&key, request->region, token);
    buffer_init(&dated, &request->arena);
    keyspace_token_time(&dated, request->region, request->now, token);
    int error = storage_put(request->transaction, buffer_slice(&key), buffer_slice(&value));
    if (error == 0)
        error = storage_put(request->transaction, buffer_slice(&dated), token);
    return error == 0 ? 0 : request_fail_storage(request, "store a token", error);
}
