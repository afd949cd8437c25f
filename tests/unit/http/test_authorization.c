/*
 * test_authorization.c - the service's checks of a signature's form, and their texts.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/http/client.h"

#define NOW   "X-Amz-Date: 20261122T000000Z\r\n"
#define SCOPE "AKID/20261122/us-east-1/dynamodb/aws4_request"
#define V4    "AWS4-HMAC-SHA256 "
#define REST  ", SignedHeaders=host;x-amz-date, Signature=abc"

/* The answer to ListTables with these lines of head, at this URL. */
static struct response answer(const char *host, const char *url, const char *lines)
{
    struct client client;
    client_open(&client, NULL);
    char request[4096];
    snprintf(request, sizeof request,
             "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-amz-json-1.0\r\n"
             "X-Amz-Target: DynamoDB_20120810.ListTables\r\n%sContent-Length: 2\r\n\r\n{}",
             url, host, lines);
    client_send_text(&client, request);
    struct response response = client_response(&client);
    client_close(&client);
    return response;
}

static void expect(const char *url, const char *lines, const char *type, const char *message)
{
    struct response response = answer("dynamodb.us-east-1.amazonaws.com", url, lines);
    char wanted[2048];
    if (type == NULL)
        snprintf(wanted, sizeof wanted, "{\"TableNames\":[]}");
    else
        snprintf(wanted, sizeof wanted,
                 "{\"__type\":\"com.amazon.coral.service#%s\",\"message\":\"%s\"}", type, message);
    cr_assert_str_eq(response.body, wanted, "%s %s", url, lines);
    cr_assert_eq(response.status, type == NULL ? 200 : 400);
    response_free(&response);
}

#define HEADER(value) NOW "Authorization: " value "\r\n"

Test(authorization, accepts)
{
    expect("/", HEADER(V4 "Credential=" SCOPE REST), NULL, NULL);
    expect("/", HEADER(V4 "Credential=" SCOPE ",SignedHeaders=host;x-amz-date,Signature=abc"), NULL,
           NULL);
    expect("/", HEADER(V4 "Signature=abc,   Credential=" SCOPE "/, SignedHeaders=X;Host"), NULL,
           NULL);
    /* any key, and any date of the right form: keys are invented and clocks are set */
    expect("/",
           "X-Amz-Date: 19990101T000000Z\r\nAuthorization: " V4
           "Credential=x/19990101/us-east-1/dynamodb/aws4_request" REST "\r\n",
           NULL, NULL);
    expect("/", "Date: 20261122T000000Z\r\nAuthorization: " V4 "Credential=" SCOPE REST "\r\n",
           NULL, NULL);
    expect("/",
           "Date: Sun, 22 Nov 2026 00:00:00 GMT\r\nAuthorization: " V4 "Credential=" SCOPE REST
           "\r\n",
           NULL, NULL);
    expect("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261122%2Fus-east-1%"
           "2Fdynamodb%2Faws4_request"
           "&X-Amz-Date=20261122T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=abc",
           "", NULL, NULL);
}

Test(authorization, missing)
{
    static const char type[] = "MissingAuthenticationTokenException";
    static const char message[] = "Request is missing Authentication Token";
    expect("/", "", type, message);
    expect("/", NOW, type, message);
    expect("/", HEADER("Basic dTpw"), type, message);
    expect("/", HEADER(""), type, message);
    expect("/?a=b&X-Amz-AlgorithmX=1", "", type, message);
}

Test(authorization, both_ways_at_once)
{
    expect(
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", HEADER(V4 "Credential=" SCOPE REST),
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
}

Test(authorization, incomplete)
{
    static const char type[] = "IncompleteSignatureException";
    expect(
        "/", HEADER("AWS4-HMAC-SHA256"), type,
        "Authorization header requires 'Credential' parameter. Authorization header requires "
        "'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256");
    expect("/", "Authorization: AWS4-X\r\n", type,
           "Authorization header requires 'Credential' parameter. Authorization header requires "
           "'Signature' parameter. "
           "Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
           "existence of either a "
           "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-X");
    expect("/", HEADER(V4 "Credential=a, SignedHeaders=b"), type,
           "Authorization header requires 'Signature' parameter. Authorization=" V4
           "Credential=a, SignedHeaders=b");
    expect("/", "Authorization: " V4 "Credential=" SCOPE REST "\r\n", type,
           "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
           "Authorization=" V4 "Credential=" SCOPE REST);
    expect(
        "/", HEADER(V4 "Signature=b,    Credential,    SignedHeaders"), type,
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: '" V4
        "Signature=b,    Credential,    SignedHeaders'.");
    expect("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261122T000000Z", "", type,
           "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string "
           "parameters must include "
           "'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
           "Re-examine the "
           "query-string parameters.");
}

Test(authorization, dates)
{
    static const char *const dates[] = { "201", "2026-11-22T00:00:00Z", "20261122T000000",
                                         "20261122 000000Z" };
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char lines[512], message[256];
        snprintf(lines, sizeof lines,
                 "X-Amz-Date: %s\r\nAuthorization: " V4 "Credential=" SCOPE REST "\r\n", dates[i]);
        snprintf(message, sizeof message,
                 "Date must be in ISO-8601 'basic format'. Got '%s'. See "
                 "http://en.wikipedia.org/wiki/ISO_8601",
                 dates[i]);
        expect("/", lines, "IncompleteSignatureException", message);
    }
}

Test(authorization, signed_host_algorithm_and_credential)
{
    expect("/", HEADER(V4 "Credential=" SCOPE ", SignedHeaders=x-amz-date, Signature=abc"),
           "InvalidSignatureException",
           "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    expect("/", HEADER("AWS4-HMAC-SHA25 Credential=" SCOPE REST), "IncompleteSignatureException",
           "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ");
    expect("/", HEADER(V4 "Credential=a/b/c/d" REST), "IncompleteSignatureException",
           "Credential must have exactly 5 slash-delimited elements, e.g. "
           "keyid/date/region/service/term, got 'a/b/c/d'");
    expect("/", HEADER(V4 "Credential=a/b/c/d/e/f" REST), "IncompleteSignatureException",
           "Credential must have exactly 5 slash-delimited elements, e.g. "
           "keyid/date/region/service/term, got "
           "'a/b/c/d/e/f'");
    expect("/", HEADER(V4 "Credential=a/b/c/d/e" REST), "InvalidSignatureException",
           "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to "
           "correct service: "
           "'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not "
           "'e'. Date in Credential "
           "scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != "
           "'20261122', from "
           "'20261122T000000Z'.");
    expect("/", HEADER(V4 "Credential=AKID/20261122/c/dynamodb/aws4_request" REST),
           "InvalidSignatureException", "Credential should be scoped to a valid region, not 'c'. ");
    expect("/", HEADER(V4 "Credential=AKID/20261122/us-east-1/sts/aws4_request" REST),
           "InvalidSignatureException",
           "Credential should be scoped to correct service: 'dynamodb'. ");
}

Test(authorization, hosts_without_a_region_take_any)
{
    struct response response =
        answer("localhost:8000", "/",
               HEADER(V4 "Credential=AKID/20261122/nowhere/dynamodb/aws4_request" REST));
    cr_assert_eq(response.status, 200, "%s", response.text);
    response_free(&response);
}
