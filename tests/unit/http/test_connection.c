/*
 * test_connection.c - HTTP/1.1 as such: framing, keeping alive, limits, and what is refused.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/unit/http/client.h"

#define LIST_TABLES                                                                                \
    "POST / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\nContent-Type: "                  \
    "application/x-amz-json-1.0\r\n"                                                               \
    "X-Amz-Target: DynamoDB_20120810.ListTables\r\n" AUTHORIZATION("us-east-1")
#define NO_TABLES "{\"TableNames\":[]}"

static void expect_no_tables(struct client *client)
{
    struct response response = client_response(client);
    cr_assert_eq(response.status, 200, "%s", response.text);
    cr_assert_str_eq(response.body, NO_TABLES);
    response_free(&response);
}

/* The service's answer to what is not HTTP, and the end. */
static void expect_refusal(struct client *client, const char *what)
{
    struct response response = client_response(client);
    cr_assert_eq(response.status, 400, "%s: %s", what, response.text);
    cr_assert_str_eq(response.body,
                     "{\"__type\":\"com.amazon.coral.service#SerializationException\"}");
    char *connection = response_header(&response, "Connection");
    cr_assert_str_eq(connection, "close");
    free(connection);
    response_free(&response);
    cr_assert_eq(client->length, 0, "%s: more than one answer", what);
    cr_assert(client->gateway->closed(client->connection), "%s", what);
}

Test(connection, stays_open)
{
    struct client client;
    client_open(&client, NULL);
    for (int i = 0; i < 3; i++) {
        client_send_text(&client, LIST_TABLES "Content-Length: 2\r\n\r\n{}");
        expect_no_tables(&client);
        cr_assert_eq(client.length, 0);
    }
    cr_assert_not(client.gateway->closed(client.connection));
    client_close(&client);
}

Test(connection, byte_by_byte)
{
    struct client client;
    client_open(&client, NULL);
    client_send_slowly(&client, LIST_TABLES "Content-Length: 2\r\n\r\n{}");
    expect_no_tables(&client);
    client_send_slowly(
        &client, LIST_TABLES
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: 1\r\n\r\n");
    expect_no_tables(&client);
    client_close(&client);
}

Test(connection, pipelined)
{
    struct client client;
    client_open(&client, NULL);
    client_send_text(&client, LIST_TABLES
                     "Content-Length: 2\r\n\r\n{}"
                     "GET / HTTP/1.1\r\nHost: dynamodb.eu-west-1.amazonaws.com\r\n\r\n" LIST_TABLES
                     "Content-Length: 2\r\nConnection: close\r\n\r\n{}" LIST_TABLES
                     "Content-Length: 2\r\n\r\n{}");
    expect_no_tables(&client);
    struct response health = client_response(&client);
    cr_assert_str_eq(health.body, "healthy: dynamodb.eu-west-1.amazonaws.com ");
    response_free(&health);
    expect_no_tables(&client);
    cr_assert_eq(client.length, 0, "answered after Connection: close");
    cr_assert(client.gateway->closed(client.connection));
    client_send_text(&client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    cr_assert_eq(client.length, 0);
    client_close(&client);
}

Test(connection, http_1_0_closes_unless_asked_not_to)
{
    static const struct {
        const char *request, *connection;
        bool closed;
    } rows[] = {
        { "GET / HTTP/1.0\r\n\r\n", "close", true },
        { "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "keep-alive", false },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", true },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: Close, TE\r\n\r\n", "close", true },
        /* an upgrade is declined by going on */
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "keep-alive",
          false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        client_open(&client, NULL);
        client_send_text(&client, rows[i].request);
        struct response response = client_response(&client);
        char *connection = response_header(&response, "Connection");
        cr_assert_str_eq(connection, rows[i].connection, "%s", rows[i].request);
        cr_assert_eq(client.gateway->closed(client.connection), rows[i].closed, "%s",
                     rows[i].request);
        free(connection);
        response_free(&response);
        client_close(&client);
    }
}

Test(connection, refuses_what_is_not_http_or_can_be_read_in_two_ways)
{
    static const char *const requests[] = {
        "garbage\r\n\r\n",
        "\x01\x02\x03\x04",
        "GET /\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "FROB / HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT dynamodb.us-east-1.amazonaws.com:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", /* no Host */
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\x01: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
        "2\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0b"
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct client client;
        client_open(&client, NULL);
        client_send_text(&client, requests[i]);
        expect_refusal(&client, requests[i]);
        client_close(&client);

        client_open(&client, NULL);
        client_send_slowly(&client, requests[i]);
        expect_refusal(&client, requests[i]);
        client_close(&client);
    }
}

Test(connection, trailers_are_no_headers)
{
    struct client client;
    client_open(&client, NULL);
    client_send_text(
        &client,
        "POST / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\nContent-Type: "
        "application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        "X-Amz-Target: DynamoDB_20120810.ListTables\r\n" AUTHORIZATION("us-east-1") "\r\n");
    struct response response = client_response(&client);
    cr_assert_eq(response.status, 400);
    cr_assert_str_eq(response.body,
                     "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
    response_free(&response);
    client_close(&client);
}

Test(connection, expect_100_continue)
{
    struct client client;
    client_open(&client, NULL);
    client_send_text(&client, LIST_TABLES "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    cr_assert_str_eq(client.received, "HTTP/1.1 100 Continue\r\n\r\n");
    client.length = 0;
    client_send_text(&client, "{");
    cr_assert_eq(client.length, 0, "100 is said once");
    client_send_text(&client, "}");
    expect_no_tables(&client);

    /* the body is there already */
    client_send_text(&client, LIST_TABLES "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}");
    expect_no_tables(&client);
    cr_assert_eq(client.length, 0);

    /* there is none to come */
    client_send_text(&client, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
    struct response response = client_response(&client);
    cr_assert_eq(response.status, 200);
    response_free(&response);
    cr_assert_eq(client.length, 0);
    client_close(&client);
}

static void expect_too_large(struct client *client)
{
    struct response response = client_response(client);
    cr_assert_eq(response.status, 413, "%s", response.text);
    cr_assert_str_eq(response.body, "0\r\n\r\n");
    cr_assert_null(response_header(&response, "x-amzn-RequestId"));
    char *encoding = response_header(&response, "Transfer-Encoding");
    cr_assert_str_eq(encoding, "chunked");
    free(encoding);
    response_free(&response);
}

enum { LIMIT = 16 * 1024 * 1024 };

Test(connection, a_body_above_16_mib)
{
    struct client client;
    client_open(&client, NULL);
    client_send_text(&client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n");
    expect_too_large(&client);
    cr_assert_not(client.gateway->closed(client.connection), "the client may be sending still");
    char *block = calloc(1, 1 << 20);
    for (int i = 0; i < 16; i++)
        client_send(&client, block, 1 << 20);
    cr_assert_not(client.gateway->closed(client.connection));
    client_send(&client, block, 1);
    cr_assert(client.gateway->closed(client.connection));
    cr_assert_eq(client.length, 0);
    client_close(&client);

    client_open(&client, NULL);
    client_send_text(
        &client,
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 16777217\r\n\r\n");
    expect_too_large(&client);
    cr_assert(client.gateway->closed(client.connection));
    client_close(&client);

    client_open(&client, NULL);
    client_send_text(&client, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; i++) {
        client_send_text(&client, "100000\r\n");
        client_send(&client, block, 1 << 20);
        client_send_text(&client, "\r\n");
    }
    client_send_text(&client, "0\r\n\r\n");
    expect_too_large(&client);
    cr_assert(client.gateway->closed(client.connection));
    client_close(&client);
    free(block);
}

Test(connection, a_body_of_16_mib)
{
    struct client client;
    client_open(&client, NULL);
    char *body = malloc(LIMIT);
    memset(body, ' ', LIMIT);
    memcpy(body, "{}", 2);
    client_send_text(&client, LIST_TABLES "Content-Length: 16777216\r\n\r\n");
    client_send(&client, body, LIMIT / 2);
    client_send(&client, body + LIMIT / 2, LIMIT / 2);
    expect_no_tables(&client);
    cr_assert_not(client.gateway->closed(client.connection));
    client_close(&client);
    free(body);
}

Test(connection, a_head_above_64_kib)
{
    struct client client;
    client_open(&client, NULL);
    client_send_text(&client, "GET / HTTP/1.1\r\nHost: a\r\n");
    char line[1024];
    memset(line, 'x', sizeof line);
    memcpy(line, "Name: ", 6);
    memcpy(line + sizeof line - 2, "\r\n", 2);
    for (int i = 0; i < 63; i++)
        client_send(&client, line, sizeof line);
    cr_assert_not(client.gateway->closed(client.connection));
    client_send(&client, line, sizeof line);
    client_send(&client, line, sizeof line);
    expect_refusal(&client, "a large head");
    client_close(&client);
}

static size_t compress_gzip(const char *data, size_t size, unsigned char *out, size_t room)
{
    z_stream stream = {
        .next_in = (Bytef *)data, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)room
    };
    cr_assert_eq(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static void send_gzip(struct client *client, const unsigned char *data, size_t size)
{
    char head[64];
    snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n", size);
    client_send_text(client, LIST_TABLES "Content-Encoding: GZIP\r\n");
    client_send_text(client, head);
    client_send(client, data, size);
}

Test(connection, gzip_bodies)
{
    struct client client;
    unsigned char packed[64 * 1024];
    client_open(&client, NULL);
    size_t size = compress_gzip("{}", 2, packed, sizeof packed);
    send_gzip(&client, packed, size);
    expect_no_tables(&client);

    /* two members in a row */
    size = compress_gzip("{", 1, packed, sizeof packed);
    size += compress_gzip("}", 1, packed + size, sizeof packed - size);
    send_gzip(&client, packed, size);
    expect_no_tables(&client);

    /* cut short, and none at all */
    size = compress_gzip("{}", 2, packed, sizeof packed);
    static const char broken[] = "{\"__type\":\"com.amazon.coral.service#SerializationException\"}";
    send_gzip(&client, packed, size - 1);
    struct response response = client_response(&client);
    cr_assert_eq(response.status, 400);
    cr_assert_str_eq(response.body, broken);
    response_free(&response);
    send_gzip(&client, (const unsigned char *)"garbage", 7);
    response = client_response(&client);
    cr_assert_str_eq(response.body, broken);
    response_free(&response);

    /* what grows above the limit */
    char *large = malloc(LIMIT + 1);
    memset(large, ' ', LIMIT + 1);
    memcpy(large, "{}", 2);
    size = compress_gzip(large, LIMIT, packed, sizeof packed);
    send_gzip(&client, packed, size);
    expect_no_tables(&client);
    size = compress_gzip(large, LIMIT + 1, packed, sizeof packed);
    send_gzip(&client, packed, size);
    expect_too_large(&client);
    cr_assert(client.gateway->closed(client.connection));
    free(large);
    client_close(&client);
}

Test(connection, leaves_errno_alone)
{
    const struct gateway *gateway = opened_gateway();
    const void *bytes;
    errno = 4321;
    struct gateway_connection *connection = gateway->connect("dynamodb.us-east-1.amazonaws.com");
    gateway->receive(connection, LIST_TABLES "Content-Length: 2\r\n\r\n{}",
                     strlen(LIST_TABLES) + 23);
    gateway->consume(connection, gateway->pending(connection, &bytes));
    gateway->receive(connection, "\x01", 1);
    gateway->disconnect(connection);
    connection = gateway->connect(NULL);
    gateway->receive(connection, "\x16\x03\x01 no handshake", 16);
    gateway->disconnect(connection);
    gateway->before_fork();
    gateway->after_fork(false);
    cr_assert_eq(errno, 4321);
}
