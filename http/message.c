/*
 * message.c - see message.h.
 */
#include "http/message.h"

#include <string.h>

enum {
    KEPT_TEXT = 16 * 1024,
    KEPT_BODY = 64 * 1024
}; /* bytes that stay with a connection between two requests */

static const struct {
    const char *name;
    size_t length;
} names[HEADER_COUNT] = {
#define NAME(header, text) [header] = { text, sizeof text - 1 }
    NAME(HEADER_ACCESS_CONTROL_REQUEST_HEADERS, "access-control-request-headers"),
    NAME(HEADER_ACCESS_CONTROL_REQUEST_METHOD, "access-control-request-method"),
    NAME(HEADER_AUTHORIZATION, "authorization"),
    NAME(HEADER_CONTENT_ENCODING, "content-encoding"),
    NAME(HEADER_CONTENT_TYPE, "content-type"),
    NAME(HEADER_DATE, "date"),
    NAME(HEADER_DDBMOCK_CONTROL, "ddbmock-control"),
    NAME(HEADER_EXPECT, "expect"),
    NAME(HEADER_HOST, "host"),
    NAME(HEADER_ORIGIN, "origin"),
    NAME(HEADER_TRANSFER_ENCODING, "transfer-encoding"),
    NAME(HEADER_X_AMZ_DATE, "x-amz-date"),
    NAME(HEADER_X_AMZ_TARGET, "x-amz-target"),
#undef NAME
};

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool ascii_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
    if (a_length != b_length)
        return false;
    if (memcmp(a, b, a_length) == 0)
        return true;
    for (size_t i = 0; i < a_length; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

enum header header_find(const char *name, size_t length)
{
    for (int i = 0; i < HEADER_COUNT; i++) {
        if (names[i].length != length)
            continue;
        /* What is let through here is a token, in which this bit makes a letter small and changes
         * no hyphen or digit. */
        size_t at = 0;
        while (at < length && (name[at] | 0x20) == names[i].name[at])
            at++;
        if (at == length)
            return (enum header)i;
    }
    return HEADER_COUNT;
}

void message_reset(struct message *message)
{
    struct bytes text = message->text, body = message->body, fields = message->fields;
    bytes_clear(&text, KEPT_TEXT);
    bytes_clear(&body, KEPT_BODY);
    bytes_clear(&fields, KEPT_TEXT);
    *message = (struct message){ .text = text, .body = body, .fields = fields };
}

void message_release(struct message *message)
{
    bytes_release(&message->text);
    bytes_release(&message->body);
    bytes_release(&message->fields);
}
