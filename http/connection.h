/*
 * connection.h - one client's connection: bytes in, bytes out, TLS or not, and the HTTP/1.1 in it.
 * Knows no socket.
 *
 * The functions are those of gateway.h, which has the contract, and two for a server; they may
 * change errno.
 */
#ifndef DDBMOCK_HTTP_CONNECTION_H
#define DDBMOCK_HTTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "http/control.h"

struct gateway_connection;
struct signature_keys;

/* `engine` is borrowed and must outlive the connection; `host` is copied, and may be NULL. NULL
 * when memory is short. */
struct gateway_connection *connection_create(struct engine *engine, const char *host);
void connection_destroy(struct gateway_connection *connection); /* NULL does nothing */

void connection_receive(struct gateway_connection *connection, const void *bytes, size_t size);
size_t connection_pending(struct gateway_connection *connection, const void **bytes);
void connection_consume(struct gateway_connection *connection, size_t size);
bool connection_closed(const struct gateway_connection *connection);

/* From the first byte on, every operation is to be signed with one of `keys` (signature.h;
 * borrowed). */
void connection_require_signatures(struct gateway_connection *connection,
                                   const struct signature_keys *keys);

/* From the first byte on, what of the control interface there is on this connection (control.h). */
void connection_control(struct gateway_connection *connection, enum control_access access);

/* Whether nothing of a request has come that is not answered yet. */
bool connection_idle(const struct gateway_connection *connection);

#endif
