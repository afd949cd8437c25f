/*
 * client_token.c - see client_token.h. A record is 8 bytes of time and the payload's SHA-256.
 */
#include "engine/operations/client_token.h"

#include <errno.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* as in keyspace.c */
#include <openssl/sha.h>

#include "engine/keyspace.h"

enum {
    TOKEN_LIFE = 10 * 60 * 1000, /* ms after completion. AWS API reference, TransactWriteItems */
    TIME_SIZE = 8,
    RECORD_SIZE = TIME_SIZE + SHA256_DIGEST_LENGTH,
};

static int add_to_digest(const char *bytes, size_t size, void *context)
{
    SHA256_Update(context, bytes, size);
    return 0;
}

/* The record of `payload`, made now. Members in another order make the same payload. */
static void make_record(const struct request *request, const json_t *payload,
                        unsigned char record[RECORD_SIZE])
{
    memcpy(record, &request->now, TIME_SIZE);
    SHA256_CTX context;
    SHA256_Init(&context);
    json_dump_callback(payload, add_to_digest, &context, JSON_COMPACT | JSON_SORT_KEYS);
    SHA256_Final(record + TIME_SIZE, &context);
}

static bool out_of_date(const struct request *request, struct slice record)
{
    int64_t made;
    if (record.length != RECORD_SIZE)
        return true;
    memcpy(&made, record.data, TIME_SIZE);
    return request->now - made >= TOKEN_LIFE;
}

int client_token_check(struct request *request, const json_t *payload, bool *done)
{
    struct slice token = input_string(request->input, "ClientRequestToken"), stored;
    *done = false;
    if (!token.data)
        return 0;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_token(&key, request->region, token);
    int error = storage_get(request->transaction, buffer_slice(&key), &stored);
    if (error == -ENOENT || (error == 0 && out_of_date(request, stored)))
        return 0;
    if (error != 0)
        return request_fail_storage(request, "look a token up", error);
    unsigned char record[RECORD_SIZE];
    make_record(request, payload, record);
    if (memcmp(record + TIME_SIZE, stored.data + TIME_SIZE, SHA256_DIGEST_LENGTH) != 0)
        return request_fail(request, ERROR_IDEMPOTENT_PARAMETER_MISMATCH, "%s", "");
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
        struct slice record;
        struct buffer key;
        buffer_init(&key, &request->arena);
        keyspace_token(&key, request->region, token);
        int found = storage_get(request->transaction, buffer_slice(&key), &record);
        if (found == 0 && !out_of_date(request, record))
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

int client_token_store(struct request *request, const json_t *payload)
{
    struct slice token = input_string(request->input, "ClientRequestToken");
    if (!token.data)
        return 0;
    if (drop_old(request) != 0)
        return -1;
    unsigned char record[RECORD_SIZE];
    make_record(request, payload, record);
    struct buffer key, dated;
    buffer_init(&key, &request->arena);
    keyspace_token(&key, request->region, token);
    buffer_init(&dated, &request->arena);
    keyspace_token_time(&dated, request->region, request->now, token);
    int error = storage_put(request->transaction, buffer_slice(&key),
                            (struct slice){ (char *)record, RECORD_SIZE });
    if (error == 0)
        error = storage_put(request->transaction, buffer_slice(&dated), token);
    return error == 0 ? 0 : request_fail_storage(request, "store a token", error);
}
