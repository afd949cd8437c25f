/*
 * envelope.c - see envelope.h. envelope_answer goes through the service's protocol checks in its
 * order: method and content type, JSON, target, signature; then the engine runs the operation.
 *
 * Source: facts/fidelity.md section 1. The order and case of the response's headers are those of
 * the service as SDKs log them. A response is never compressed: the service does that for a client
 * that asks, and no client minds that it is not done.
 */
#include "http/envelope.h"

#include <errno.h>
#include <libdeflate.h>
#include <llhttp.h>
#include <string.h>

#include "engine/clock.h"
#include "engine/request_log.h"
#include "http/authorization.h"
#include "http/control.h"
#include "http/gunzip.h"

static const char default_region[] = "us-east-1";

/* A response on its way into `out`. Room is made once, for the head and the body together. */
struct response {
    int status;
    const char *id;           /* x-amzn-RequestId, or NULL */
    const char *content_type; /* or NULL */
    struct slice cors;        /* whole header lines, or empty */
    struct slice body;
    bool checksum; /* with x-amz-crc32 */
    bool headless; /* HEAD: all but the body */
    bool keep_alive;
    struct request_log_entry log; /* what is to be said of the request; where there is a log */
};

enum { HEAD_SIZE = 512 /* bytes, enough for every head without its CORS lines */ };

static char *put(char *out, const char *text, size_t length)
{
    memcpy(out, text, length);
    return out + length;
}

#define PUT(out, literal) put((out), (literal), sizeof(literal) - 1)

static char *put_number(char *out, size_t number)
{
    char digits[20];
    size_t used = 0;
    do
        digits[used++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (used > 0)
        *out++ = digits[--used];
    return out;
}

static char *put_status(char *out, int status)
{
    switch (status) {
    case 200:
        return PUT(out, "HTTP/1.1 200 OK\r\n");
    case 400:
        return PUT(out, "HTTP/1.1 400 Bad Request\r\n");
    case 403:
        return PUT(out, "HTTP/1.1 403 Forbidden\r\n");
    case 404:
        return PUT(out, "HTTP/1.1 404 Not Found\r\n");
    case 405:
        return PUT(out, "HTTP/1.1 405 Method Not Allowed\r\n");
    case 409:
        return PUT(out, "HTTP/1.1 409 Conflict\r\n");
    case 413:
        return PUT(out, "HTTP/1.1 413 Request Entity Too Large\r\n");
    case 503:
        return PUT(out, "HTTP/1.1 503 Service Unavailable\r\n");
    default:
        return PUT(out, "HTTP/1.1 500 Internal Server Error\r\n");
    }
}

/* "Server" and "Date", with which every response begins. */
static char *put_origin(char *out, struct envelope *envelope)
{
    int64_t second = clock_now() / 1000;
    if (second != envelope->date_second) {
        date_http(second, envelope->date);
        envelope->date_second = second;
    }
    out = PUT(out, "Server: Server\r\nDate: ");
    out = put(out, envelope->date, DATE_HTTP_SIZE - 1);
    return PUT(out, "\r\n");
}

static char *put_connection(char *out, bool keep_alive)
{
    return keep_alive ? PUT(out, "Connection: keep-alive\r\n") : PUT(out, "Connection: close\r\n");
}

static bool write_response(struct envelope *envelope, const struct response *response,
                           struct bytes *out)
{
    char *start = bytes_reserve(out, HEAD_SIZE + response->cors.length + response->body.length);
    if (start == NULL)
        return false;
    char *at = put_status(start, response->status);
    at = put_origin(at, envelope);
    if (response->content_type != NULL) {
        at = PUT(at, "Content-Type: ");
        at = put(at, response->content_type, strlen(response->content_type));
        at = PUT(at, "\r\n");
    }
    at = PUT(at, "Content-Length: ");
    at = put_number(at, response->body.length);
    at = PUT(at, "\r\n");
    at = put_connection(at, response->keep_alive);
    if (response->cors.length > 0)
        at = put(at, response->cors.data, response->cors.length);
    if (response->id != NULL) {
        at = PUT(at, "x-amzn-RequestId: ");
        at = put(at, response->id, REQUEST_ID_SIZE - 1);
        at = PUT(at, "\r\n");
    }
    if (response->checksum) {
        at = PUT(at, "x-amz-crc32: ");
        at = put_number(at, libdeflate_crc32(0, response->body.data, response->body.length));
        at = PUT(at, "\r\n");
    }
    at = PUT(at, "\r\n");
    if (!response->headless && response->body.length > 0)
        at = put(at, response->body.data, response->body.length);
    out->length += (size_t)(at - start);
    if (__builtin_expect(request_log_on, 0)) {
        struct request_log_entry entry = response->log;
        entry.id = response->id;
        entry.status = response->status;
        entry.response = response->body;
        request_log_write(&entry);
    }
    return true;
}

/*
 * What every answer says to a request with an Origin; a preflight asks for more. The list of
 * exposed headers is unverified.
 */
static const char cors_answer[] =
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Expose-Headers: x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,"
    "x-amzn-ErrorMessage,Date\r\n";

static bool answer_preflight(struct envelope *envelope, const struct message *message,
                             struct response *response, struct bytes *out)
{
    const char *headers = message_header(message, HEADER_ACCESS_CONTROL_REQUEST_HEADERS);
    const char *method = message_header(message, HEADER_ACCESS_CONTROL_REQUEST_METHOD);
    struct bytes cors = { 0 };
    bool whole = bytes_append(&cors, "Access-Control-Allow-Origin: *\r\n", 32);
    if (headers != NULL)
        whole = whole && bytes_append(&cors, "Access-Control-Allow-Headers: ", 30) &&
                bytes_append(&cors, headers, strlen(headers)) && bytes_append(&cors, "\r\n", 2);
    if (method != NULL)
        whole = whole && bytes_append(&cors, "Access-Control-Allow-Methods: ", 30) &&
                bytes_append(&cors, method, strlen(method)) && bytes_append(&cors, "\r\n", 2);
    whole = whole && bytes_append(&cors, "Access-Control-Max-Age: 172800\r\n", 32);
    if (whole) {
        response->cors = (struct slice){ cors.data, cors.length };
        whole = write_response(envelope, response, out);
    }
    bytes_release(&cors);
    return whole;
}

static const char json_1_0[] = "application/x-amz-json-1.0";
static const char json[] = "application/json";

/* The content type to answer in, which is the request's without its parameters; NULL when we do not
 * speak it. */
static const char *content_type(const struct message *message)
{
    const char *sent = message_header(message, HEADER_CONTENT_TYPE);
    if (sent == NULL)
        return message->body.length == 0 ? json : NULL;
    size_t length = strcspn(sent, ";");
    while (length > 0 && (sent[length - 1] == ' ' || sent[length - 1] == '\t'))
        length--;
    if (ascii_equal(sent, length, json_1_0, sizeof json_1_0 - 1))
        return json_1_0;
    if (ascii_equal(sent, length, json, sizeof json - 1) || message->body.length == 0)
        return json;
    return NULL;
}

/* The region that a name of ours says, or an empty string. `name` may end in a port. */
static void region_of(const char *name, char region[HOST_REGION_SIZE])
{
    struct host host;
    region[0] = '\0';
    if (name != NULL && host_parse(name, strcspn(name, ":"), &host))
        memcpy(region, host.region, sizeof host.region);
}

/* As region_of, of a Host header. */
static void region_of_header(struct envelope *envelope, const char *host,
                             char region[HOST_REGION_SIZE])
{
    size_t length = host != NULL ? strlen(host) : 0;
    if (length == 0 || length >= sizeof envelope->last_host) {
        region_of(host, region);
        return;
    }
    if (strcmp(host, envelope->last_host) != 0) {
        memcpy(envelope->last_host, host, length + 1);
        region_of(host, envelope->last_region);
    }
    memcpy(region, envelope->last_region, HOST_REGION_SIZE);
}

static bool answer_health(struct envelope *envelope, const char *region, struct response *response,
                          struct bytes *out)
{
    char text[sizeof "healthy: dynamodb..amazonaws.com.cn " + HOST_REGION_SIZE], *at = text;
    if (region[0] == '\0')
        region = default_region;
    at = PUT(at, "healthy: dynamodb.");
    at = put(at, region, strlen(region));
    at = PUT(at, ".amazonaws.com");
    if (strncmp(region, "cn-", 3) == 0)
        at = PUT(at, ".cn");
    at = PUT(at, " ");
    response->body = (struct slice){ text, (size_t)(at - text) };
    response->checksum = true;
    return write_response(envelope, response, out);
}

static bool answer_internal_error(struct envelope *envelope, struct response *response,
                                  struct bytes *out)
{
    static const char body[] =
        "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\","
        "\"message\":\"Internal server error\"}";
    response->status = 500;
    response->content_type = response->content_type != NULL ? response->content_type : json_1_0;
    response->body = (struct slice){ body, sizeof body - 1 };
    response->checksum = true;
    return write_response(envelope, response, out);
}

/* JSON, target and signature: 0, or -1 after failing the request. */
static int check(const struct envelope *envelope, struct request *request,
                 const struct message *message, struct slice body, const char *region)
{
    if (body.length > 0 && request_parse(request, body.data, body.length) != 0)
        return -1;
    const char *target = message_header(message, HEADER_X_AMZ_TARGET);
    if (request_route(request, target) != 0)
        return -1;
    if (!target_is_custom(target) && authorization_check(request, message, region) != 0)
        return -1;
    if (envelope->keys != NULL && signature_check(request, message, envelope->keys, true) != 0)
        return -1;
    /* The service looks at what a missing body would have held only now. */
    if (body.length == 0)
        return request_fail(request, ERROR_SERIALIZATION, "%s", "");
    return 0;
}

static bool answer_operation(struct envelope *envelope, struct message *message,
                             const char *host_region, struct response *response, struct bytes *out)
{
    struct slice body = { message->body.data, message->body.length };
    struct bytes inflated = { 0 };
    const char *encoding = message_header(message, HEADER_CONTENT_ENCODING);
    if (encoding != NULL && body.length > 0 && ascii_equal(encoding, strlen(encoding), "gzip", 4)) {
        int error = gunzip(body.data, body.length, MESSAGE_BODY_LIMIT, &inflated);
        if (error == -EMSGSIZE || error == -ENOMEM) {
            bytes_release(&inflated);
            if (error == -ENOMEM)
                return answer_internal_error(envelope, response, out);
            message->keep_alive = false;
            return envelope_refuse_size(envelope, message, out);
        }
        /* What does not inflate is parsed as it is, and so refused as the bad JSON that it is. */
        if (error == 0)
            body = (struct slice){ inflated.data, inflated.length };
    }

    char region[HOST_REGION_SIZE];
    memcpy(region, host_region, sizeof region);
    if (region[0] == '\0' && !authorization_region(message, region))
        memcpy(region, default_region, sizeof default_region);

    bool answered;
    struct request *request =
        envelope->engine != NULL ? request_create(envelope->engine, region, response->id) : NULL;
    if (request == NULL) {
        answered = answer_internal_error(envelope, response, out);
    } else {
        bool good = check(envelope, request, message, body, host_region) == 0;
        if (__builtin_expect(request_log_on, 0)) {
            response->log.region = region;
            response->log.operation = request_operation(request);
            response->log.request = body;
            response->log.is_json = request_is_json(request);
        } else if (good) {
            bytes_release(&inflated);
        }
        request_run(request);
        response->status = request_status(request);
        response->body = request_body(request);
        response->checksum = true;
        answered = write_response(envelope, response, out) ||
                   answer_internal_error(envelope, response, out);
    }
    request_destroy(request);
    bytes_release(&inflated);
    return answered;
}

/* What the control interface answers. */
static bool answer_control(struct envelope *envelope, const struct message *message,
                           struct response *response, struct bytes *out)
{
    struct control control = { 0 };
    struct request *request = envelope->engine != NULL
                                  ? request_create(envelope->engine, default_region, response->id)
                                  : NULL;
    if (request == NULL)
        return answer_internal_error(envelope, response, out);
    if (control_route(request, envelope->control, message, envelope->keys, &control) == 0)
        request_run(request);
    response->status = request_status(request);
    response->body = request_body(request);
    response->content_type =
        control.lines && response->status == 200 ? "application/x-ndjson" : json;
    bool answered =
        write_response(envelope, response, out) || answer_internal_error(envelope, response, out);
    request_destroy(request);
    control_release(&control);
    return answered;
}

bool envelope_answer(struct envelope *envelope, struct message *message, struct bytes *out)
{
    char id[REQUEST_ID_SIZE], region[HOST_REGION_SIZE];
    id_request(id);
    region_of_header(envelope, message_header(message, HEADER_HOST), region);
    if (region[0] == '\0')
        region_of(envelope->host, region);

    struct response response = { .status = 200, .id = id, .keep_alive = message->keep_alive };
    response.headless = message->method == HTTP_HEAD;
    if (__builtin_expect(request_log_on, 0))
        response.log.began = request_log_clock();
    if (__builtin_expect(envelope->control != CONTROL_NONE, 0) &&
        control_claims(envelope->control, message))
        return answer_control(envelope, message, &response, out);
    if (message_header(message, HEADER_ORIGIN) != NULL) {
        if (message->method == HTTP_OPTIONS)
            return answer_preflight(envelope, message, &response, out);
        response.cors = (struct slice){ cors_answer, sizeof cors_answer - 1 };
    }
    if (message->method == HTTP_GET)
        return answer_health(envelope, region, &response, out);

    response.content_type = content_type(message);
    if (response.content_type == NULL &&
        target_is_custom(message_header(message, HEADER_X_AMZ_TARGET)))
        response.content_type = json;
    if (message->method != HTTP_POST || response.content_type == NULL) {
        static const char body[] = "<UnknownOperationException/>\n";
        response.status = 404;
        response.content_type = NULL;
        response.body = (struct slice){ body, sizeof body - 1 };
        response.checksum = true;
        return write_response(envelope, &response, out);
    }
    return answer_operation(envelope, message, region, &response, out);
}

bool envelope_refuse(struct envelope *envelope, struct bytes *out)
{
    /* Unverified: the service's words for what is not JSON, which bytes that are not even HTTP
     * cannot be either. */
    static const char body[] = "{\"__type\":\"com.amazon.coral.service#SerializationException\"}";
    char id[REQUEST_ID_SIZE];
    id_request(id);
    struct response response = {
        .status = 400,
        .id = id,
        .content_type = json_1_0,
        .body = { body, sizeof body - 1 },
        .checksum = true,
    };
    return write_response(envelope, &response, out);
}

bool envelope_fail(struct envelope *envelope, struct bytes *out)
{
    char id[REQUEST_ID_SIZE];
    id_request(id);
    struct response response = { .id = id };
    return answer_internal_error(envelope, &response, out);
}

bool envelope_refuse_size(struct envelope *envelope, const struct message *message,
                          struct bytes *out)
{
    char *start = bytes_reserve(out, HEAD_SIZE);
    if (start == NULL)
        return false;
    char *at = put_status(start, 413);
    at = put_origin(at, envelope);
    /* The service sends an empty chunked body, which HTTP/1.0 does not know. */
    if (!message->is_http_1_0)
        at = PUT(at, "Transfer-Encoding: chunked\r\n");
    at = put_connection(at, false);
    at = PUT(at, "\r\n");
    if (!message->is_http_1_0)
        at = PUT(at, "0\r\n\r\n");
    out->length += (size_t)(at - start);
    request_log_write(&(struct request_log_entry){ .status = 413 });
    return true;
}
