/*
 * test_envelope.c - what the service does around an operation: its order of checks, its headers,
 * its odd answers, to the byte.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "engine/clock.h"
#include "tests/unit/http/client.h"

#define HOST    "Host: dynamodb.us-east-1.amazonaws.com\r\n"
#define JSON    "Content-Type: application/x-amz-json-1.0\r\n"
#define TARGET  "X-Amz-Target: DynamoDB_20120810.ListTables\r\n"
#define CORAL   "{\"__type\":\"com.amazon.coral.service#"
#define ID_TAIL "VV4KQNSO5AEMVJF66Q9ASUAAJG"

/* The whole answer to one request, with the clock and the ids fixed. */
static char *answer_of(const char *request)
{
    struct client client;
    client_open(&client, NULL);
    clock_set(1795384867000); /* Sun, 22 Nov 2026 22:01:07 GMT */
    random_seed(7);
    client_send_text(&client, request);
    char *text = strdup(client.received != NULL ? client.received : "");
    client_close(&client);
    return text;
}

static char *fixed_id(void)
{
    static char id[REQUEST_ID_SIZE];
    random_seed(7);
    id_request(id);
    return id;
}

Test(envelope, a_response_to_the_byte)
{
    char *text = answer_of("POST / HTTP/1.1\r\n" HOST JSON TARGET AUTHORIZATION(
        "us-east-1") "Content-Length: 2\r\n\r\n{}");
    char *wanted;
    cr_assert_gt(asprintf(&wanted,
                          "HTTP/1.1 200 OK\r\n"
                          "Server: Server\r\n"
                          "Date: Sun, 22 Nov 2026 22:01:07 GMT\r\n"
                          "Content-Type: application/x-amz-json-1.0\r\n"
                          "Content-Length: 17\r\n"
                          "Connection: keep-alive\r\n"
                          "x-amzn-RequestId: %s\r\n"
                          "x-amz-crc32: %lu\r\n"
                          "\r\n"
                          "{\"TableNames\":[]}",
                          fixed_id(), crc32(0, (const Bytef *)"{\"TableNames\":[]}", 17)),
                 0);
    cr_assert_str_eq(text, wanted);
    cr_assert_str_eq(fixed_id() + 26, ID_TAIL);
    free(wanted);
    free(text);
}

Test(envelope, health)
{
    char *text = answer_of("GET /any/path?x=y HTTP/1.1\r\n" HOST "\r\n");
    char *wanted;
    cr_assert_gt(
        asprintf(&wanted,
                 "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 22:01:07 GMT\r\n"
                 "Content-Length: 42\r\nConnection: keep-alive\r\nx-amzn-RequestId: %s\r\n"
                 "x-amz-crc32: 3128867991\r\n\r\nhealthy: dynamodb.us-east-1.amazonaws.com ",
                 fixed_id()),
        0);
    cr_assert_str_eq(text, wanted);
    free(wanted);
    free(text);
}

Test(envelope, health_names_the_region_of_the_host)
{
    static const struct {
        const char *host, *connected, *region;
    } rows[] = {
        { "dynamodb.eu-west-1.amazonaws.com", NULL, "eu-west-1.amazonaws.com" },
        { "dynamodb.eu-west-1.amazonaws.com:443", NULL, "eu-west-1.amazonaws.com" },
        { "DYNAMODB.EU-WEST-1.AMAZONAWS.COM", NULL, "eu-west-1.amazonaws.com" },
        { "123456789012.ddb.ap-south-1.amazonaws.com", NULL, "ap-south-1.amazonaws.com" },
        { "dynamodb.cn-north-1.amazonaws.com.cn", NULL, "cn-north-1.amazonaws.com.cn" },
        { "localhost:8000", NULL, "us-east-1.amazonaws.com" },
        { "localhost:8000", "dynamodb.sa-east-1.amazonaws.com", "sa-east-1.amazonaws.com" },
        { "dynamodb.eu-west-1.amazonaws.com", "dynamodb.sa-east-1.amazonaws.com",
          "eu-west-1.amazonaws.com" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        client_open(&client, rows[i].connected);
        char request[256], wanted[128];
        snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", rows[i].host);
        snprintf(wanted, sizeof wanted, "healthy: dynamodb.%s ", rows[i].region);
        client_send_text(&client, request);
        struct response response = client_response(&client);
        cr_assert_str_eq(response.body, wanted);
        response_free(&response);
        client_close(&client);
    }
}

Test(envelope, not_found)
{
    static const char *const requests[] = {
        "PUT / HTTP/1.1\r\n" HOST JSON TARGET "Content-Length: 2\r\n\r\n{}",
        "DELETE / HTTP/1.1\r\n" HOST "\r\n",
        "OPTIONS / HTTP/1.1\r\n" HOST "\r\n", /* no Origin */
        "PATCH / HTTP/1.1\r\n" HOST "\r\n",
        "POST / HTTP/1.1\r\n" HOST TARGET "Content-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n" TARGET
        "Content-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\n" HOST "Content-Type: application/x-amz-json-1.1\r\n" TARGET
        "Content-Length: 2\r\n\r\n{}",
        "POST / HTTP/1.1\r\n" HOST "Content-Type: application/jsonx\r\n" TARGET
        "Content-Length: 2\r\n\r\n{}",
    };
    char *wanted;
    cr_assert_gt(
        asprintf(
            &wanted,
            "HTTP/1.1 404 Not Found\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 22:01:07 GMT\r\n"
            "Content-Length: 29\r\nConnection: keep-alive\r\nx-amzn-RequestId: %s\r\n"
            "x-amz-crc32: 3552371480\r\n\r\n<UnknownOperationException/>\n",
            fixed_id()),
        0);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        char *text = answer_of(requests[i]);
        cr_assert_str_eq(text, wanted, "%s", requests[i]);
        free(text);
    }
    /* HEAD: all but the body */
    wanted[strlen(wanted) - 29] = '\0';
    char *text = answer_of("HEAD / HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_str_eq(text, wanted);
    free(text);
    free(wanted);
}

Test(envelope, checks_in_the_services_order)
{
    static const struct {
        const char *request, *body;
    } rows[] = {
        /* JSON before the target */
        { "POST / HTTP/1.1\r\n" HOST JSON "Content-Length: 1\r\n\r\n{",
          CORAL "SerializationException\"}" },
        { "POST / HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n[]",
          CORAL "SerializationException\"}" },
        /* the target before the signature */
        { "POST / HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n{}",
          CORAL "UnknownOperationException\"}" },
        { "POST / HTTP/1.1\r\n" HOST JSON
          "X-Amz-Target: DynamoDB_20120810.Frob\r\nContent-Length: 2\r\n\r\n{}",
          CORAL "UnknownOperationException\"}" },
        { "POST / HTTP/1.1\r\n" HOST JSON
          "X-Amz-Target: DynamoDB_20120811.ListTables\r\nContent-Length: 2\r\n\r\n{}",
          CORAL "UnknownOperationException\"}" },
        { "POST / HTTP/1.1\r\n" HOST JSON "X-Amz-Target: ListTables\r\nContent-Length: 2\r\n\r\n{}",
          CORAL "UnknownOperationException\"}" },
        { "POST / HTTP/1.1\r\n" HOST "\r\n", CORAL "UnknownOperationException\"}" },
        /* the signature before what a missing body would have had */
        { "POST / HTTP/1.1\r\n" HOST JSON TARGET "\r\n",
          CORAL "MissingAuthenticationTokenException\",\"message\":\"Request is missing "
                "Authentication Token\"}" },
        { "POST / HTTP/1.1\r\n" HOST JSON TARGET AUTHORIZATION("us-east-1") "\r\n",
          CORAL "SerializationException\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        client_open(&client, NULL);
        client_send_text(&client, rows[i].request);
        struct response response = client_response(&client);
        cr_assert_eq(response.status, 400, "%s", response.text);
        cr_assert_str_eq(response.body, rows[i].body, "%s", rows[i].request);
        char *sum = response_header(&response, "x-amz-crc32"), wanted[16];
        snprintf(wanted, sizeof wanted, "%lu",
                 crc32(0, (const Bytef *)response.body, (uInt)response.body_length));
        cr_assert_str_eq(sum, wanted);
        free(sum);
        response_free(&response);
        client_close(&client);
    }
}

Test(envelope, content_type_comes_back)
{
    static const struct {
        const char *sent, *answered;
    } rows[] = {
        { "application/x-amz-json-1.0", "application/x-amz-json-1.0" },
        { "application/json", "application/json" },
        { "application/json; charset=utf-8", "application/json" },
        { "Application/X-Amz-JSON-1.0 ;charset=UTF-8", "application/x-amz-json-1.0" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client client;
        char request[1024];
        client_open(&client, NULL);
        snprintf(request, sizeof request,
                 "POST / HTTP/1.1\r\n" HOST TARGET AUTHORIZATION(
                     "us-east-1") "Content-Type: %s\r\nContent-Length: 2\r\n\r\n{}",
                 rows[i].sent);
        client_send_text(&client, request);
        struct response response = client_response(&client);
        char *type = response_header(&response, "Content-Type");
        cr_assert_eq(response.status, 200);
        cr_assert_str_eq(type, rows[i].answered);
        free(type);
        response_free(&response);
        client_close(&client);
    }
}

Test(envelope, cross_origin)
{
    char *text = answer_of("OPTIONS / HTTP/1.1\r\n" HOST "Origin: https://example.com\r\n"
                           "Access-Control-Request-Method: POST\r\n"
                           "Access-Control-Request-Headers: x-amz-target,content-type\r\n\r\n");
    char *wanted;
    cr_assert_gt(
        asprintf(&wanted,
                 "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 22:01:07 GMT\r\n"
                 "Content-Length: 0\r\nConnection: keep-alive\r\n"
                 "Access-Control-Allow-Origin: *\r\n"
                 "Access-Control-Allow-Headers: x-amz-target,content-type\r\n"
                 "Access-Control-Allow-Methods: POST\r\n"
                 "Access-Control-Max-Age: 172800\r\n"
                 "x-amzn-RequestId: %s\r\n\r\n",
                 fixed_id()),
        0);
    cr_assert_str_eq(text, wanted);
    free(wanted);
    free(text);

    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Origin: null\r\n" JSON TARGET "Content-Length: 2\r\n\r\n{}",
        "DELETE / HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        text = answer_of(requests[i]);
        cr_assert_not_null(strstr(text, "\r\nAccess-Control-Allow-Origin: *\r\n"));
        free(text);
    }
    text = answer_of("GET / HTTP/1.1\r\n" HOST "\r\n");
    cr_assert_null(strstr(text, "Access-Control"));
    free(text);
}

/* Tables of two regions are separate; the region is the host's, or else the signature's. */
Test(envelope, regions)
{
    static const char create[] =
        "{\"TableName\":\"only-in-dublin\",\"BillingMode\":\"PAY_PER_REQUEST\","
        "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}";
    static const struct {
        const char *host, *connected, *authorization;
        bool there;
    } rows[] = {
        { "dynamodb.eu-west-1.amazonaws.com", NULL, AUTHORIZATION("eu-west-1"), true },
        { "dynamodb.eu-west-1.api.aws", NULL, AUTHORIZATION("eu-west-1"), true },
        { "dynamodb.us-east-1.amazonaws.com", NULL, AUTHORIZATION("us-east-1"), false },
        { "localhost:8000", NULL, AUTHORIZATION("eu-west-1"), true },
        { "localhost:8000", NULL, AUTHORIZATION("us-east-1"), false },
        { "localhost:8000", "dynamodb.eu-west-1.amazonaws.com", AUTHORIZATION("eu-west-1"), true },
    };
    struct client client;
    client_open(&client, NULL);
    char request[2048];
    snprintf(request, sizeof request,
             "POST / HTTP/1.1\r\nHost: dynamodb.eu-west-1.amazonaws.com\r\n" JSON
             "X-Amz-Target: DynamoDB_20120810.CreateTable\r\n" AUTHORIZATION(
                 "eu-west-1") "Content-Length: %zu\r\n\r\n%s",
             sizeof create - 1, create);
    client_send_text(&client, request);
    struct response created = client_response(&client);
    cr_assert_eq(created.status, 200, "%s", created.text);
    response_free(&created);
    client_close(&client);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        client_open(&client, rows[i].connected);
        snprintf(request, sizeof request,
                 "POST / HTTP/1.1\r\nHost: %s\r\n" JSON TARGET "%sContent-Length: 2\r\n\r\n{}",
                 rows[i].host, rows[i].authorization);
        client_send_text(&client, request);
        struct response response = client_response(&client);
        cr_assert_str_eq(response.body,
                         rows[i].there ? "{\"TableNames\":[\"only-in-dublin\"]}"
                                       : "{\"TableNames\":[]}",
                         "%s", rows[i].host);
        response_free(&response);
        client_close(&client);
    }
}
