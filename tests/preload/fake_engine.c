/*
 * fake_engine.c - an engine object for the shim's own tests: http/gateway.h with fixed answers, no
 * TLS and no store.
 *
 * GET /size/N: N bytes, byte i is i % 251. GET /host: the name of the connection. GET /count: how
 * many requests it has had. GET /signal: SIGUSR1 comes while it is worked on. GET /live: how many connections are open in this process. GET /close:
 * an answer, then the end. GET /forks: how often this process's state has been forked. POST: the
 * length of the body and the sum of its bytes.
 */
#include "http/gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gateway_connection {
    char host[256];
    char *in, *out;
    size_t in_size, in_room, out_size, out_at;
    unsigned count;
    bool closed;
};

static atomic_int live;
static int forks;

static int engine_open(const struct gateway_settings *settings, char **why)
{
    const char *storage = getenv("DDBMOCK_STORAGE");
    (void)settings;
    if (storage != NULL && strcmp(storage, "broken") == 0) {
        *why = strdup("the store is broken");
        return -EIO;
    }
    if (storage != NULL && strcmp(storage, "signal") == 0)
        raise(SIGUSR1);
    return 0;
}

static struct gateway_connection *engine_connect(const char *host)
{
    struct gateway_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    snprintf(made->host, sizeof made->host, "%s", host != NULL ? host : "");
    atomic_fetch_add(&live, 1);
    return made;
}

static void engine_disconnect(struct gateway_connection *connection)
{
    atomic_fetch_sub(&live, 1);
    free(connection->in);
    free(connection->out);
    free(connection);
}

static void answer(struct gateway_connection *connection, const char *body, size_t size)
{
    char head[128];
    int length =
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
    connection->out = realloc(connection->out, connection->out_size + (size_t)length + size);
    memcpy(connection->out + connection->out_size, head, (size_t)length);
    memcpy(connection->out + connection->out_size + length, body, size);
    connection->out_size += (size_t)length + size;
}

static void handle(struct gateway_connection *connection, const char *path, const char *body,
                   size_t body_size)
{
    char text[300] = "hello";
    unsigned long size;
    connection->count++;
    if (sscanf(path, "/size/%lu", &size) == 1) {
        char *bytes = malloc(size + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(i % 251);
        answer(connection, bytes, size);
        free(bytes);
        return;
    }
    if (strcmp(path, "/host") == 0)
        snprintf(text, sizeof text, "%s", connection->host);
    else if (strcmp(path, "/count") == 0)
        snprintf(text, sizeof text, "%u", connection->count);
    else if (strcmp(path, "/live") == 0)
        snprintf(text, sizeof text, "%d", atomic_load(&live));
    else if (strcmp(path, "/forks") == 0)
        snprintf(text, sizeof text, "%d", forks);
    else if (strcmp(path, "/signal") == 0)
        raise(SIGUSR1);
    else if (strcmp(path, "/close") == 0)
        connection->closed = true;
    else if (body_size > 0) {
        unsigned long sum = 0;
        for (size_t i = 0; i < body_size; i++)
            sum += (unsigned char)body[i];
        snprintf(text, sizeof text, "%zu %lu", body_size, sum);
    }
    answer(connection, text, strlen(text));
}

static void engine_receive(struct gateway_connection *connection, const void *bytes, size_t size)
{
    if (connection->closed)
        return;
    if (connection->in_size + size + 1 > connection->in_room) {
        connection->in_room = 2 * (connection->in_size + size + 1);
        connection->in = realloc(connection->in, connection->in_room);
    }
    memcpy(connection->in + connection->in_size, bytes, size);
    connection->in_size += size;
    connection->in[connection->in_size] = '\0';
    for (char *end;
         connection->in_size > 0 && (end = strstr(connection->in, "\r\n\r\n")) != NULL;) {
        char path[256] = "";
        size_t head = (size_t)(end + 4 - connection->in), body = 0;
        const char *length = strstr(connection->in, "Content-Length: ");
        if (length != NULL && length < end)
            body = strtoul(length + 16, NULL, 10);
        if (connection->in_size < head + body)
            return;
        sscanf(connection->in, "%*s %255s", path);
        handle(connection, path, connection->in + head, body);
        connection->in_size -= head + body;
        memmove(connection->in, connection->in + head + body, connection->in_size + 1);
    }
}

static size_t engine_pending(struct gateway_connection *connection, const void **bytes)
{
    *bytes = connection->out + connection->out_at;
    return connection->out_size - connection->out_at;
}

static void engine_consume(struct gateway_connection *connection, size_t size)
{
    connection->out_at += size;
    if (connection->out_at == connection->out_size)
        connection->out_at = connection->out_size = 0;
}

static bool engine_closed(const struct gateway_connection *connection)
{
    return connection->closed;
}

static const char authority[] = "FAKE AUTHORITY\n";

static bool engine_authority_hash(const struct gateway_settings *settings, unsigned long *hash)
{
    (void)settings;
    *hash = 0x0a1b2c3d;
    return true;
}

static const char *engine_authority(const struct gateway_settings *settings, size_t *length)
{
    (void)settings;
    *length = sizeof authority - 1;
    return authority;
}

static int engine_trust(const struct gateway_settings *settings, const void *original, size_t size,
                        void **out, size_t *out_size)
{
    (void)settings;
    char *made = malloc(size + sizeof authority);
    if (made == NULL)
        return -ENOMEM;
    memcpy(made, original, size);
    memcpy(made + size, authority, sizeof authority - 1);
    *out = made;
    *out_size = size + sizeof authority - 1;
    return 0;
}

static void engine_before_fork(void)
{
}

static void engine_leave(void)
{
}

static void engine_after_fork(bool child)
{
    forks += child;
}

/* Every file says the same. */
static int engine_configuration(const char *path,
                                void (*each)(void *context, const char *variable,
                                             const char *value),
                                void *context, char **why)
{
    *why = NULL;
    if (strstr(path, "broken") != NULL)
        return -EINVAL;
    each(context, "DDBMOCK_HOSTS", "localhost:8000");
    each(context, "DDBMOCK_SESSION", "configured");
    return 0;
}

__attribute__((visibility("default"))) const struct gateway *ddbmock_gateway(void);

const struct gateway *ddbmock_gateway(void)
{
    static const struct gateway gateway = {
        .version = GATEWAY_VERSION,
        .build = "fake",
        .open = engine_open,
        .connect = engine_connect,
        .disconnect = engine_disconnect,
        .receive = engine_receive,
        .pending = engine_pending,
        .consume = engine_consume,
        .closed = engine_closed,
        .authority = engine_authority,
        .authority_hash = engine_authority_hash,
        .trust = engine_trust,
        .configuration = engine_configuration,
        .before_fork = engine_before_fork,
        .after_fork = engine_after_fork,
        .leave = engine_leave,
    };
    return &gateway;
}
