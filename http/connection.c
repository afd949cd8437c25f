/*
 * connection.c - see connection.h. llhttp splits the bytes into requests, at its strictest; the
 * callbacks below collect one request at a time into a message, and envelope.c answers it at once,
 * so that pipelined requests are answered in their order.
 *
 * What could be read in two ways by two HTTP parsers is refused: llhttp does most of that,
 * headers_complete the rest.
 */
#include "http/connection.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "http/envelope.h"
#include "http/hosts.h"
#include "http/message.h"
#include "http/tls.h"

enum {
    FIELD_SIZE = 32,      /* bytes; longer than the longest header name that we know */
    PLAIN_SIZE = 4096,    /* bytes decrypted at a time, on the host thread's stack */
    KEPT_OUT = 64 * 1024, /* bytes of buffers that stay with an idle connection */
    TLS_HANDSHAKE = 0x16, /* the first byte of a TLS connection */
};

struct gateway_connection {
    llhttp_t parser;
    struct tls *tls;    /* NULL: plain, or nothing has come yet */
    struct bytes out;   /* for the client, as it goes out */
    struct bytes reply; /* with TLS: a response before it is encrypted */
    struct envelope envelope;
    struct message message;

    char field[FIELD_SIZE]; /* the header name being received */
    size_t field_length;    /* of all of it, of which FIELD_SIZE bytes at most are kept */
    enum header header; /* the header whose value is being received; HEADER_COUNT: of no interest */

    bool started;        /* the first byte has come, and said whether there is TLS */
    bool closed;         /* nothing is taken any more */
    bool in_message;     /* something of a request has come, and it is not whole */
    bool in_body;        /* its headers are complete */
    bool wants_continue; /* Expect: 100-continue, and nothing of the body has come */
    bool no_memory;      /* for the request that is being received */
    bool refused; /* the request has been answered before its end; the rest is skipped, then we
                     close */
    char host[HOST_NAME_MAX_LENGTH + 1]; /* that the client resolved; empty when unknown */
};

/* Ends the connection from our side. */
static void finish(struct gateway_connection *connection)
{
    if (connection->tls != NULL)
        tls_close(connection->tls);
    connection->closed = true;
}

/* Where plain bytes of HTTP go before they are sent. */
static struct bytes *reply_of(struct gateway_connection *connection)
{
    return connection->tls != NULL ? &connection->reply : &connection->out;
}

/* Sends what reply_of has. False when that failed: then only closing is left. */
static bool send_reply(struct gateway_connection *connection)
{
    if (connection->tls == NULL)
        return true;
    struct bytes *reply = &connection->reply;
    bool sent =
        tls_write(connection->tls, reply->data + reply->start, reply->length - reply->start);
    bytes_clear(reply, KEPT_OUT);
    return sent;
}

static const char *known_host(const struct gateway_connection *connection)
{
    const char *name = connection->tls != NULL ? tls_server_name(connection->tls) : NULL;
    if (name != NULL)
        return name;
    return connection->host[0] != '\0' ? connection->host : NULL;
}

/* Bytes of the request's head, names and values and what stands between them. */
static int count_head(struct gateway_connection *connection, size_t length)
{
    connection->message.head_size += length;
    return connection->message.head_size > MESSAGE_HEAD_LIMIT ? HPE_USER : 0;
}

/* Appends to what is kept of the request. */
static int keep(struct gateway_connection *connection, struct bytes *kept, const void *bytes,
                size_t size)
{
    connection->no_memory = !bytes_append(kept, bytes, size);
    return connection->no_memory ? HPE_USER : 0;
}

/* Whether the header that is coming in is kept for the signature, too; trailers are not signed. */
static bool keeps_fields(const struct gateway_connection *connection)
{
    return connection->envelope.keys != NULL && !connection->in_body;
}

static int on_message_begin(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    connection->in_message = true;
    connection->in_body = connection->wants_continue = false;
    connection->field_length = 0;
    connection->header = HEADER_COUNT;
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    struct gateway_connection *connection = parser->data;
    if (count_head(connection, length) != 0)
        return HPE_USER;
    return keep(connection, &connection->message.text, at, length);
}

static int on_url_complete(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    return keep(connection, &connection->message.text, "", 1);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t length)
{
    struct gateway_connection *connection = parser->data;
    if (count_head(connection, length + 4) != 0)
        return HPE_USER;
    if (keeps_fields(connection) && keep(connection, &connection->message.fields, at, length) != 0)
        return HPE_USER;
    if (connection->field_length < FIELD_SIZE) {
        size_t room = FIELD_SIZE - connection->field_length;
        memcpy(connection->field + connection->field_length, at, length < room ? length : room);
    }
    connection->field_length += length;
    return 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    struct message *message = &connection->message;
    enum header header = HEADER_COUNT;
    /* Trailers come after the body: none of them is a header that we would believe. */
    if (connection->field_length <= FIELD_SIZE && !connection->in_body)
        header = header_find(connection->field, connection->field_length);
    connection->field_length = 0;
    if (header != HEADER_COUNT && message->headers[header] != 0) {
        message->repeated_host |= header == HEADER_HOST;
        message->repeated_transfer_encoding |= header == HEADER_TRANSFER_ENCODING;
        header = HEADER_COUNT;
    }
    if (header != HEADER_COUNT)
        message->headers[header] = (uint32_t)message->text.length;
    connection->header = header;
    return keeps_fields(connection) ? keep(connection, &message->fields, "", 1) : 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t length)
{
    struct gateway_connection *connection = parser->data;
    if (count_head(connection, length) != 0)
        return HPE_USER;
    if (keeps_fields(connection) && keep(connection, &connection->message.fields, at, length) != 0)
        return HPE_USER;
    if (connection->header == HEADER_COUNT)
        return 0;
    return keep(connection, &connection->message.text, at, length);
}

static int on_header_value_complete(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    struct bytes *text = &connection->message.text;
    if (keeps_fields(connection) && keep(connection, &connection->message.fields, "", 1) != 0)
        return HPE_USER;
    if (connection->header == HEADER_COUNT)
        return 0;
    size_t start = connection->message.headers[connection->header];
    connection->header = HEADER_COUNT;
    while (text->length > start &&
           (text->data[text->length - 1] == ' ' || text->data[text->length - 1] == '\t'))
        text->length--;
    return keep(connection, text, "", 1);
}

/* Answers a body that is too large: its rest is read and forgotten, for the client may still be
 * sending it. */
static int refuse_size(struct gateway_connection *connection)
{
    connection->refused = true;
    bytes_clear(&connection->message.body, 0);
    if (!envelope_refuse_size(&connection->envelope, &connection->message, reply_of(connection)) ||
        !send_reply(connection))
        return HPE_USER;
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    struct message *message = &connection->message;
    connection->in_body = true;
    connection->envelope.host = known_host(connection);
    message->method = parser->method;
    message->is_http_1_0 = parser->http_minor == 0;
    message->keep_alive = llhttp_should_keep_alive(parser);

    /* An upgrade is declined by answering in HTTP/1.1; a tunnel cannot be. */
    parser->upgrade = 0;
    if (parser->method == HTTP_CONNECT || parser->http_major != 1 || parser->http_minor > 1)
        return HPE_USER;

    const char *encoding = message_header(message, HEADER_TRANSFER_ENCODING);
    bool chunked = encoding != NULL && ascii_equal(encoding, strlen(encoding), "chunked", 7);
    if (encoding != NULL && (!chunked || message->repeated_transfer_encoding ||
                             message->is_http_1_0 || (parser->flags & F_CONTENT_LENGTH)))
        return HPE_USER;
    if (message->repeated_host ||
        (!message->is_http_1_0 && message_header(message, HEADER_HOST) == NULL))
        return HPE_USER;

    const char *expect = message_header(message, HEADER_EXPECT);
    bool has_body = chunked || parser->content_length > 0;
    connection->wants_continue = expect != NULL && has_body && !message->is_http_1_0 &&
                                 ascii_equal(expect, strlen(expect), "100-continue", 12);
    if (!chunked && parser->content_length > MESSAGE_BODY_LIMIT) {
        if (refuse_size(connection) != 0)
            return HPE_USER;
        /* Who asked first does not send the body. */
        if (connection->wants_continue)
            finish(connection);
        return connection->closed ? HPE_PAUSED : 0;
    }
    return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    struct gateway_connection *connection = parser->data;
    struct bytes *body = &connection->message.body;
    connection->wants_continue = false;
    if (connection->refused)
        return 0;
    if (length > MESSAGE_BODY_LIMIT - body->length)
        return refuse_size(connection);
    /* content_length is what is still to come: one allocation does. */
    if (body->length == 0 && !(parser->flags & F_CHUNKED) &&
        parser->content_length <= MESSAGE_BODY_LIMIT)
        bytes_reserve(body, length + (size_t)parser->content_length);
    return keep(connection, body, at, length);
}

static int on_chunk_header(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    connection->wants_continue = false;
    return 0;
}

static int on_message_complete(llhttp_t *parser)
{
    struct gateway_connection *connection = parser->data;
    struct message *message = &connection->message;
    connection->in_message = connection->wants_continue = false;
    bool close = connection->refused;
    if (!close) {
        if (!envelope_answer(&connection->envelope, message, reply_of(connection)) ||
            !send_reply(connection))
            return HPE_USER;
        close = !message->keep_alive;
    }
    message_reset(message);
    if (!close)
        return 0;
    finish(connection);
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_url_complete = on_url_complete,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_chunk_header = on_chunk_header,
    .on_message_complete = on_message_complete,
};

/* Plain bytes of HTTP. */
static void parse(struct gateway_connection *connection, const char *bytes, size_t size)
{
    enum llhttp_errno error = llhttp_execute(&connection->parser, bytes, size);
    if (connection->closed)
        return;
    if (error == HPE_OK) {
        if (!connection->wants_continue)
            return;
        connection->wants_continue = false;
        if (bytes_append(reply_of(connection), "HTTP/1.1 100 Continue\r\n\r\n", 25) &&
            send_reply(connection))
            return;
    } else if (!connection->refused) {
        struct envelope *envelope = &connection->envelope;
        struct bytes *reply = reply_of(connection);
        if (connection->no_memory ? envelope_fail(envelope, reply)
                                  : envelope_refuse(envelope, reply))
            send_reply(connection);
    }
    finish(connection);
}

struct gateway_connection *connection_create(struct engine *engine, const char *host)
{
    struct gateway_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->envelope = (struct envelope){ .engine = engine, .date_second = -1 };
    llhttp_init(&connection->parser, HTTP_REQUEST, &settings);
    connection->parser.data = connection;
    if (host != NULL && strlen(host) < sizeof connection->host)
        memcpy(connection->host, host, strlen(host) + 1);
    return connection;
}

void connection_destroy(struct gateway_connection *connection)
{
    if (connection == NULL)
        return;
    tls_destroy(connection->tls);
    message_release(&connection->message);
    bytes_release(&connection->reply);
    bytes_release(&connection->out);
    free(connection);
}

void connection_receive(struct gateway_connection *connection, const void *bytes, size_t size)
{
    if (connection->closed || size == 0)
        return;
    if (!connection->started) {
        connection->started = true;
        if (*(const unsigned char *)bytes == TLS_HANDSHAKE) {
            connection->tls =
                tls_create(connection->host[0] != '\0' ? connection->host : NULL, &connection->out);
            if (connection->tls == NULL) {
                static const unsigned char internal_error[] = {
                    21, 3, 3, 0, 2, 2, 80
                }; /* a fatal alert */
                bytes_append(&connection->out, internal_error, sizeof internal_error);
                connection->closed = true;
                return;
            }
        }
    }
    if (connection->tls == NULL) {
        parse(connection, bytes, size);
        return;
    }
    tls_feed(connection->tls, bytes, size);
    char plain[PLAIN_SIZE];
    int got;
    while (!connection->closed && (got = tls_read(connection->tls, plain, sizeof plain)) != 0) {
        if (got > 0)
            parse(connection, plain, (size_t)got);
        else
            finish(connection);
    }
}

size_t connection_pending(struct gateway_connection *connection, const void **bytes)
{
    const struct bytes *out = &connection->out;
    *bytes = out->data != NULL ? out->data + out->start : NULL;
    return out->length - out->start;
}

void connection_consume(struct gateway_connection *connection, size_t size)
{
    bytes_consume(&connection->out, size);
    if (connection->out.length == 0)
        bytes_clear(&connection->out, KEPT_OUT);
}

bool connection_closed(const struct gateway_connection *connection)
{
    return connection->closed;
}

void connection_require_signatures(struct gateway_connection *connection,
                                   const struct signature_keys *keys)
{
    connection->envelope.keys = keys;
}

void connection_control(struct gateway_connection *connection, enum control_access access)
{
    connection->envelope.control = access;
}

bool connection_idle(const struct gateway_connection *connection)
{
    return !connection->in_message;
}
