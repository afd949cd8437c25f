/*
 * http.c - bytes from a client: whatever they are, they get HTTP or a TLS alert or nothing back,
 * and it makes no difference in what pieces they come. The first byte picks the size of the pieces.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "http/gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const struct gateway *ddbmock_gateway(void);

static void demand(bool truth)
{
    if (!truth)
        __builtin_trap();
}

struct outcome {
    bool answered, closed;
};

static struct outcome feed(const struct gateway *gateway, const uint8_t *data, size_t size,
                           size_t piece)
{
    struct gateway_connection *connection = gateway->connect("dynamodb.us-east-1.amazonaws.com");
    demand(connection != NULL);
    struct outcome outcome = { false, false };
    bool tls = size > 0 && data[0] == 0x16;
    for (size_t at = 0; at < size; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        uint8_t *exact = malloc(length); /* for a sanitizer to see the first byte too many */
        demand(exact != NULL);
        memcpy(exact, data + at, length);
        gateway->receive(connection, exact, length);
        free(exact);
        const void *bytes;
        size_t pending;
        while ((pending = gateway->pending(connection, &bytes)) > 0) {
            const char *text = bytes;
            if (!outcome.answered)
                demand(tls ? text[0] == 0x15 || text[0] == 0x16
                           : pending > 12 && memcmp(text, "HTTP/1.1 ", 9) == 0);
            outcome.answered = true;
            gateway->consume(connection, pending);
        }
    }
    outcome.closed = gateway->closed(connection);
    gateway->disconnect(connection);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gateway *gateway = ddbmock_gateway();
    static bool opened;
    if (!opened) {
        char *why;
        demand(gateway->open(&(struct gateway_settings){ .storage = "memory" }, &why) == 0);
        opened = true;
    }
    if (size == 0)
        return 0;
    clock_set(1795384867000);
    random_seed(1);
    struct outcome whole = feed(gateway, data + 1, size - 1, size);
    struct outcome pieces = feed(gateway, data + 1, size - 1, 1 + data[0] % 97);
    demand(whole.closed == pieces.closed);
    /* Only "100 Continue" depends on when the body comes. */
    demand(whole.answered == pieces.answered || memmem(data, size, "100-", 4) != NULL);
    return 0;
}
