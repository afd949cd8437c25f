/*
 * client.c - see client.h.
 */
#include "tests/unit/http/client.h"

#include <criterion/criterion.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct gateway *opened_gateway(void)
{
    const struct gateway *gateway = ddbmock_gateway();
    char *why;
    cr_assert_eq(gateway->open(&(struct gateway_settings){ .storage = "memory" }, &why), 0);
    return gateway;
}

void client_open(struct client *client, const char *host)
{
    *client = (struct client){ .gateway = opened_gateway() };
    client->connection = client->gateway->connect(host);
    cr_assert_not_null(client->connection);
}

void client_close(struct client *client)
{
    if (client->ssl != NULL) {
        SSL_CTX *context = SSL_get_SSL_CTX(client->ssl);
        SSL_free(client->ssl);
        SSL_CTX_free(context);
    }
    client->gateway->disconnect(client->connection);
    free(client->received);
}

static void keep(struct client *client, const void *bytes, size_t size)
{
    client->received = realloc(client->received, client->length + size + 1);
    cr_assert_not_null(client->received);
    memcpy(client->received + client->length, bytes, size);
    client->length += size;
    client->received[client->length] = '\0';
}

/* Takes what is pending, in pieces, so that consume is seen to work. */
static void take(struct client *client)
{
    const void *bytes;
    size_t size;
    while ((size = client->gateway->pending(client->connection, &bytes)) > 0) {
        size_t part = size > 1 ? size - size / 3 : 1;
        if (client->ssl != NULL)
            BIO_write(SSL_get_rbio(client->ssl), bytes, (int)part);
        else
            keep(client, bytes, part);
        client->gateway->consume(client->connection, part);
    }
    char plain[4096];
    int got;
    while (client->ssl != NULL && SSL_is_init_finished(client->ssl) &&
           (got = SSL_read(client->ssl, plain, sizeof plain)) > 0)
        keep(client, plain, (size_t)got);
}

/* What OpenSSL wants to send. */
static void push(struct client *client)
{
    char bytes[4096];
    int size;
    while ((size = BIO_read(SSL_get_wbio(client->ssl), bytes, sizeof bytes)) > 0)
        client->gateway->receive(client->connection, bytes, (size_t)size);
}

void client_send(struct client *client, const void *bytes, size_t size)
{
    if (client->ssl != NULL) {
        cr_assert_eq(SSL_write(client->ssl, bytes, (int)size), (int)size);
        push(client);
    } else {
        client->gateway->receive(client->connection, bytes, size);
    }
    take(client);
}

void client_send_text(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

void client_send_slowly(struct client *client, const char *text)
{
    for (; *text != '\0'; text++)
        client_send(client, text, 1);
}

char *response_header(const struct response *response, const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strstr(response->text, line);
    if (at == NULL || at > response->body)
        return NULL;
    at += strlen(line);
    return strndup(at, strcspn(at, "\r"));
}

struct response client_response(struct client *client)
{
    cr_assert_not_null(client->received, "there is no response");
    char *end = strstr(client->received, "\r\n\r\n");
    cr_assert_not_null(end, "no whole response: %s", client->received);
    struct response response = { .text = strndup(client->received, client->length) };
    response.body = response.text + (end + 4 - client->received);
    cr_assert_eq(sscanf(response.text, "HTTP/1.1 %d ", &response.status), 1);
    char *length = response_header(&response, "Content-Length");
    char *encoding = response_header(&response, "Transfer-Encoding");
    response.body_length = length != NULL ? strtoul(length, NULL, 10) : encoding != NULL ? 5 : 0;
    free(length);
    free(encoding);
    response.size = (size_t)(response.body - response.text) + response.body_length;
    cr_assert_leq(response.size, client->length, "no whole response: %s", client->received);
    response.text[response.size] = '\0';
    client->length -= response.size;
    memmove(client->received, client->received + response.size, client->length + 1);
    return response;
}

void response_free(struct response *response)
{
    free(response->text);
}

bool client_start_tls(struct client *client, const char *name, const char *verified_name,
                      int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    size_t length;
    const char *pem = client->gateway->authority(&(struct gateway_settings){ 0 }, &length);
    cr_assert_not_null(pem);
    cr_assert_eq(strlen(pem), length);
    BIO *text = BIO_new_mem_buf(pem, (int)length);
    X509 *authority = PEM_read_bio_X509(text, NULL, NULL, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_X509_STRICT);
    X509_free(authority);
    BIO_free(text);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);

    client->ssl = SSL_new(context);
    SSL_set_bio(client->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client->ssl);
    if (name != NULL)
        SSL_set_tlsext_host_name(client->ssl, name);
    SSL_set1_host(client->ssl, verified_name);
    SSL_set_alpn_protos(client->ssl, (const unsigned char *)"\x02h2\x08http/1.1", 12);
    for (int round = 0; round < 10 && !SSL_is_init_finished(client->ssl); round++) {
        int result = SSL_do_handshake(client->ssl);
        bool failed = result <= 0 && SSL_get_error(client->ssl, result) != SSL_ERROR_WANT_READ;
        push(client);
        take(client);
        if (failed)
            return false;
    }
    return SSL_is_init_finished(client->ssl);
}
