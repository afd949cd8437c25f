/*
 * connection.c - bytes between our end of a connection's socket pair and the engine. See
 * connection.h; the table is in table.c.
 *
 * Nothing here waits: what does not fit into the socket stays with the engine, and the receiving
 * hooks (receive.c) or the service thread (service.c) come back for it.
 */
#include "preload/connection.h"

#include "preload/loader.h"
#include "preload/real.h"
#include "preload/service.h"

#include <errno.h>

bool connection_flush(struct connection *connection)
{
    const struct gateway *engine = loader_engine();
    const void *bytes;
    size_t size;
    bool moved = false;
    atomic_store(&connection->backlog, true);
    while ((size = engine->pending(connection->gateway, &bytes)) > 0) {
        ssize_t sent = connection->finished
                           ? (ssize_t)size
                           : REAL(send)(connection->end, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN) {
            if (connection->served)
                service_wait_for_room(connection, true);
            return moved;
        }
        if (sent < 0) {
            /* Nobody reads any more: every program end is closed or shut down. */
            connection->finished = true;
            continue;
        }
        engine->consume(connection->gateway, (size_t)sent);
        moved = true;
    }
    atomic_store(&connection->backlog, false);
    if (connection->served)
        service_wait_for_room(connection, false);
    if (!connection->finished && (connection->half_closed || engine->closed(connection->gateway))) {
        REAL(shutdown)(connection->end, SHUT_WR);
        connection->finished = true;
        moved = true;
    }
    return moved;
}

void connection_feed(struct connection *connection, const struct iovec *parts, size_t count)
{
    const struct gateway *engine = loader_engine();
    for (size_t i = 0; i < count; i++)
        if (parts[i].iov_len > 0)
            engine->receive(connection->gateway, parts[i].iov_base, parts[i].iov_len);
    connection_flush(connection);
}

bool connection_drain(struct connection *connection, bool *ended)
{
    const struct gateway *engine = loader_engine();
    char bytes[4096]; /* on the program's stack, which may be small */
    bool moved = false;
    *ended = false;
    for (;;) {
        ssize_t got = REAL(recv)(connection->end, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got == 0)
                connection->half_closed = true;
            *ended = got == 0 || errno != EAGAIN;
            break;
        }
        engine->receive(connection->gateway, bytes, (size_t)got);
        moved = true;
    }
    return connection_flush(connection) || moved;
}
