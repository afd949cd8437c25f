/*
 * test_tls.c - TLS as a client of OpenSSL sees it, over memory and without a socket.
 */
#include <criterion/criterion.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/tls.h"
#include "tests/unit/http/client.h"

#define NAME    "dynamodb.eu-west-1.amazonaws.com"
#define HEALTH  "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define HEALTHY "healthy: dynamodb.eu-west-1.amazonaws.com "

static void expect_health(struct client *client)
{
    client_send_text(client, HEALTH);
    struct response response = client_response(client);
    cr_assert_str_eq(response.body, HEALTHY);
    response_free(&response);
}

Test(tls, versions_and_protocol)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    for (size_t i = 0; i < 2; i++) {
        struct client client;
        client_open(&client, NULL);
        cr_assert(client_start_tls(&client, NAME, NAME, versions[i]));
        cr_assert_eq(SSL_version(client.ssl), versions[i]);
        cr_assert_eq(SSL_get_verify_result(client.ssl), X509_V_OK);
        const unsigned char *protocol;
        unsigned length;
        SSL_get0_alpn_selected(client.ssl, &protocol, &length);
        cr_assert_eq(length, 8);
        cr_assert_eq(memcmp(protocol, "http/1.1", 8), 0);
        expect_health(&client);
        expect_health(&client);
        client_close(&client);
    }
}

Test(tls, old_versions_are_refused)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert_not(client_start_tls(&client, NAME, NAME, TLS1_1_VERSION));
    client_close(&client);
}

Test(tls, without_a_name)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NULL, "dynamodb.sa-east-1.amazonaws.com", TLS1_2_VERSION));
    client_close(&client);

    /* where it is known what the client resolved, that is presented */
    client_open(&client, "dynamodb.made-up-1.amazonaws.com");
    cr_assert(client_start_tls(&client, NULL, "dynamodb.made-up-1.amazonaws.com", TLS1_3_VERSION));
    client_close(&client);
}

Test(tls, a_name_that_is_not_ours_is_not_proved)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert_not(client_start_tls(&client, "example.com", "example.com", TLS1_3_VERSION));
    cr_assert_eq(SSL_get_verify_result(client.ssl), X509_V_ERR_HOSTNAME_MISMATCH);
    cr_assert(client.gateway->closed(client.connection), "the client's alert ends it");
    client_close(&client);
}

Test(tls, only_h2_offered)
{
    struct client client;
    client_open(&client, NULL);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    client.ssl = SSL_new(context);
    SSL_set_bio(client.ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_alpn_protos(client.ssl, (const unsigned char *)"\x02h2", 3);
    cr_assert_leq(SSL_connect(client.ssl), 0);
    char hello[4096];
    int size = BIO_read(SSL_get_wbio(client.ssl), hello, sizeof hello);
    client.gateway->receive(client.connection, hello, (size_t)size);
    const void *bytes;
    size_t length = client.gateway->pending(client.connection, &bytes);
    cr_assert_eq(length, 7);
    cr_assert_eq(memcmp(bytes, "\x15\x03\x03\x00\x02\x02\x78", 7), 0); /* no_application_protocol */
    cr_assert(client.gateway->closed(client.connection));
    client_close(&client);
}

/* Hands the gateway what the client has to say one byte at a time, and the other way round. */
Test(tls, byte_by_byte)
{
    struct client client;
    client_open(&client, NULL);
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    client.ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    SSL_set_bio(client.ssl, in, out);
    SSL_set_connect_state(client.ssl);
    SSL_set_tlsext_host_name(client.ssl, NAME);
    char plain[1024] = "", *end = plain;
    bool asked = false;
    for (int round = 0; round < 8; round++) {
        if (SSL_do_handshake(client.ssl) == 1 && !asked) {
            SSL_write(client.ssl, HEALTH, sizeof HEALTH - 1);
            asked = true;
        }
        char byte;
        while (BIO_read(out, &byte, 1) == 1)
            client.gateway->receive(client.connection, &byte, 1);
        const void *bytes;
        while (client.gateway->pending(client.connection, &bytes) > 0) {
            BIO_write(in, bytes, 1);
            client.gateway->consume(client.connection, 1);
            int got = asked ? SSL_read(client.ssl, end, (int)(plain + sizeof plain - 1 - end)) : 0;
            end += got > 0 ? got : 0;
        }
    }
    *end = '\0';
    cr_assert_not_null(strstr(plain, "\r\n\r\n" HEALTHY));
    client_close(&client);
}

Test(tls, garbage_gets_an_alert)
{
    static const struct {
        const char *bytes;
        size_t size, answer;
    } rows[] = {
        { "\x16\x03\x01\x00\x05\x63\x00\x00\x01\x00", 10, 7 }, /* no ClientHello */
        { "\x16\x03\x01\xff\xff", 5, 7 },                      /* too long */
        { "\x16\x00\x00\x00\x05hello", 10, 0 },                /* of no version that has alerts */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        const void *bytes;
        client_open(&client, NULL);
        client.gateway->receive(client.connection, rows[i].bytes, rows[i].size);
        size_t size = client.gateway->pending(client.connection, &bytes);
        cr_assert_eq(size, rows[i].answer, "row %zu: %zu", i, size);
        if (size > 0)
            cr_assert_eq(*(const unsigned char *)bytes, 0x15);
        cr_assert(client.gateway->closed(client.connection));
        client_close(&client);
    }
    cr_assert_eq(ERR_peek_error(), 0, "OpenSSL's errors are swept up");
}

Test(tls, records_that_are_tampered_with)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NAME, NAME, TLS1_3_VERSION));
    SSL_write(client.ssl, HEALTH, sizeof HEALTH - 1);
    unsigned char record[1024];
    int size = BIO_read(SSL_get_wbio(client.ssl), record, sizeof record);
    record[size - 1] ^= 1;
    client.gateway->receive(client.connection, record, (size_t)size);
    const void *bytes;
    cr_assert_gt(client.gateway->pending(client.connection, &bytes), 0);
    cr_assert(client.gateway->closed(client.connection));
    client_close(&client);
}

Test(tls, ends_cleanly_on_either_side)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NAME, NAME, TLS1_3_VERSION));
    client_send_text(&client, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    cr_assert(client.gateway->closed(client.connection));
    char byte;
    int got = SSL_read(client.ssl, &byte, 1);
    cr_assert_eq(SSL_get_error(client.ssl, got), SSL_ERROR_ZERO_RETURN, "no close_notify came");
    client_close(&client);

    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NAME, NAME, TLS1_2_VERSION));
    SSL_shutdown(client.ssl);
    char alert[256];
    int size = BIO_read(SSL_get_wbio(client.ssl), alert, sizeof alert);
    client.gateway->receive(client.connection, alert, (size_t)size);
    cr_assert(client.gateway->closed(client.connection));
    client_close(&client);
}

Test(tls, large_bodies_and_pipelines)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NAME, NAME, TLS1_3_VERSION));
    enum { SIZE = 1 << 20 };
    char head[256];
    snprintf(head, sizeof head,
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
             "%d\r\n\r\n",
             SIZE);
    char *body = malloc(SIZE);
    memset(body, ' ', SIZE);
    client_send_text(&client, head);
    client_send(&client, body, SIZE - 1);
    cr_assert_eq(client.length, 0);
    client_send_text(&client, "x" HEALTH HEALTH);
    struct response response = client_response(&client);
    cr_assert_eq(response.status, 400);
    response_free(&response);
    for (int i = 0; i < 2; i++) {
        response = client_response(&client);
        cr_assert_str_eq(response.body, HEALTHY);
        response_free(&response);
    }
    free(body);
    client_close(&client);
}

/* More than one record, and more than one step of the output buffer. */
Test(tls, a_large_answer)
{
    struct client client;
    client_open(&client, NULL);
    cr_assert(client_start_tls(&client, NAME, NAME, TLS1_3_VERSION));
    enum { SIZE = 60000 };
    char *request = malloc(SIZE + 512);
    int used = sprintf(
        request, "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: x\r\nAccess-Control-Request-Headers: ");
    memset(request + used, 'a', SIZE);
    strcpy(request + used + SIZE, "\r\n\r\n");
    client_send_text(&client, request);
    struct response response = client_response(&client);
    char *echo = response_header(&response, "Access-Control-Allow-Headers");
    cr_assert_eq(strlen(echo), SIZE);
    free(echo);
    free(request);
    response_free(&response);
    client_close(&client);
}

static void *handshakes(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof name, "dynamodb.region-%d.amazonaws.com", i);
        struct client client;
        client_open(&client, NULL);
        bool done = client_start_tls(&client, name, name, TLS1_3_VERSION);
        client_close(&client);
        if (!done)
            return "failed";
    }
    return NULL;
}

Test(tls, from_many_threads_at_once)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, handshakes, NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failure;
        pthread_join(threads[i], &failure);
        cr_assert_null(failure);
    }
}
