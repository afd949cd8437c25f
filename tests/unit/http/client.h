/*
 * client.h - a client of the gateway for tests: sends bytes, plain or through an OpenSSL client
 * over memory, and takes the responses apart.
 */
#ifndef DDBMOCK_TESTS_UNIT_HTTP_CLIENT_H
#define DDBMOCK_TESTS_UNIT_HTTP_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/gateway.h"

const struct gateway *ddbmock_gateway(void);

/* The gateway, opened in memory. */
const struct gateway *opened_gateway(void);

struct response {
    char *text; /* head and body as they came, NUL-terminated */
    int status;
    char *body; /* in `text` */
    size_t body_length;
    size_t size; /* of all of it */
};

struct client {
    const struct gateway *gateway;
    struct gateway_connection *connection;
    SSL *ssl; /* NULL: plain */
    char *received;
    size_t length;
};

void client_open(struct client *client, const char *host);
void client_close(struct client *client);

/* Sends, and takes whatever comes back into received. */
void client_send(struct client *client, const void *bytes, size_t size);
void client_send_text(struct client *client, const char *text);

/* The same one byte at a time. */
void client_send_slowly(struct client *client, const char *text);

/* Takes the next response out of received; fails the test when none is whole. To be freed with
 * response_free. */
struct response client_response(struct client *client);
void response_free(struct response *response);

/* The value of a header, to be freed; NULL when there is none. `name` in the case in which it is
 * sent. */
char *response_header(const struct response *response, const char *name);

/* Starts TLS: handshakes with SNI `name` (NULL: none), the chain and name verified. False when that
 * fails. */
bool client_start_tls(struct client *client, const char *name, const char *verified_name,
                      int version);

/* An Authorization header line and date for us-east-1. */
#define AUTHORIZATION(region)                                                                      \
    "X-Amz-Date: 20261122T000000Z\r\n"                                                             \
    "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261122/" region "/dynamodb/aws4_request, "  \
    "SignedHeaders=host;x-amz-date, Signature=abc\r\n"

#endif
