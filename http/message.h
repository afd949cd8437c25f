/*
 * message.h - one HTTP request as it comes in: the few headers that mean something here, and the
 * body.
 *
 * Filled by connection.c while llhttp parses, read by envelope.c and authorization.c once it is
 * whole. Header values are looked up once, when they arrive; whatever is not in the list below is
 * counted and forgotten.
 */
#ifndef DDBMOCK_HTTP_MESSAGE_H
#define DDBMOCK_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/bytes.h"

enum header {
    HEADER_ACCESS_CONTROL_REQUEST_HEADERS,
    HEADER_ACCESS_CONTROL_REQUEST_METHOD,
    HEADER_AUTHORIZATION,
    HEADER_CONTENT_ENCODING,
    HEADER_CONTENT_TYPE,
    HEADER_DATE,
    HEADER_DDBMOCK_CONTROL,
    HEADER_EXPECT,
    HEADER_HOST,
    HEADER_ORIGIN,
    HEADER_TRANSFER_ENCODING,
    HEADER_X_AMZ_DATE,
    HEADER_X_AMZ_TARGET,
    HEADER_COUNT,
};

enum {
    MESSAGE_HEAD_LIMIT = 64 * 1024, /* bytes of request line and headers, trailers among them */
    MESSAGE_BODY_LIMIT =
        16 * 1024 * 1024, /* bytes, before and after gunzip: facts/fidelity.md section 1 */
};

struct message {
    uint8_t method; /* enum llhttp_method */
    bool is_http_1_0;
    bool keep_alive; /* the client wants another request on this connection, and may have it */
    bool repeated_host, repeated_transfer_encoding;
    size_t head_size; /* bytes of the head so far */
    struct bytes
        text; /* the URL, then the values of the headers of `headers`, each with a NUL behind it */
    uint32_t headers[HEADER_COUNT]; /* where in `text` the value begins; 0: not there */
    struct bytes body;
    struct bytes
        fields; /* every header for whoever checks a signature: name, NUL, value, NUL, ... */
};

/* An empty message; memory for `text`, `fields` and a small body stays. */
void message_reset(struct message *message);
void message_release(struct message *message);

/* The header of this name, a token in any case; HEADER_COUNT for those that mean nothing here. */
enum header header_find(const char *name, size_t length);

/* The value of a header, NUL-terminated and without blanks around it; valid until message_reset.
 * NULL when it did not come. */
static inline const char *message_header(const struct message *message, enum header header)
{
    return message->headers[header] ? message->text.data + message->headers[header] : NULL;
}

/* The request target ("/", "/?X-Amz-Algorithm=..."), NUL-terminated. */
static inline const char *message_url(const struct message *message)
{
    return message->text.length > 0 ? message->text.data : "";
}

/* Whether two strings of ASCII are the same but for case; libc's strcasecmp asks the host program's
 * locale. */
bool ascii_equal(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
