/*
 * base64.c - see base64.h.
 */
#include "engine/base64.h"

#include <openssl/evp.h>

/* The value of a base64 digit, or -1. */
static int digit_value(unsigned char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return byte - 'A';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9')
        return byte - '0' + 52;
    if (byte == '+')
        return 62;
    return byte == '/' ? 63 : -1;
}

/* Padding characters at the end: 0, 1 or 2. */
static size_t padding(struct slice text)
{
    size_t count = 0;
    while (count < 2 && count < text.length && text.data[text.length - 1 - count] == '=')
        count++;
    return count;
}

/* The first byte that may not stand where it stands, or NULL. */
static const char *first_wrong(struct slice text)
{
    size_t digits = text.length - padding(text);
    for (size_t i = 0; i < digits; i++) {
        if (digit_value((unsigned char)text.data[i]) < 0)
            return text.data + i;
    }
    return NULL;
}

enum base64_error base64_check(struct slice text)
{
    if (text.length % 4 != 0)
        return BASE64_LENGTH;
    if (text.length == 0)
        return BASE64_OK;
    size_t pads = padding(text);
    if (pads > 0) {
        int last = digit_value((unsigned char)text.data[text.length - 1 - pads]);
        int unused = pads == 1 ? 0x03 : 0x0f;
        if (last >= 0 && (last & unused) != 0)
            return BASE64_LAST_CHARACTER;
    }
    return first_wrong(text) ? BASE64_CHARACTER : BASE64_OK;
}

const char *base64_error_text(struct arena *arena, enum base64_error error, struct slice text)
{
    switch (error) {
    case BASE64_LENGTH:
        return arena_printf(
            arena, "Base64 encoded length is expected a multiple of 4 bytes but found: %zu",
            text.length);
    case BASE64_LAST_CHARACTER:
        return "Invalid last non-pad Base64 character dectected";
    case BASE64_CHARACTER: {
        /* A character, not a byte: the answer is UTF-8, as the request was. */
        const char *wrong = first_wrong(text);
        const char *end = wrong + 1;
        while (end < text.data + text.length && ((unsigned char)*end & 0xc0) == 0x80)
            end++;
        return arena_printf(arena, "Invalid Base64 character: '%.*s'", (int)(end - wrong), wrong);
    }
    case BASE64_OK:
        break;
    }
    return "";
}

/* OpenSSL counts in int: larger texts go in pieces of a length that both groups of 3 and of 4
 * divide. */
enum { PIECE = 12 << 20 };

struct slice base64_decode(struct arena *arena, struct slice text)
{
    size_t pads = padding(text);
    unsigned char *bytes = arena_alloc(arena, text.length / 4 * 3);
    size_t length = 0;
    for (size_t done = 0; done < text.length; done += PIECE) {
        size_t piece = text.length - done < PIECE ? text.length - done : PIECE;
        int decoded =
            EVP_DecodeBlock(bytes + length, (const unsigned char *)text.data + done, (int)piece);
        if (decoded < 0)
            return (struct slice){ "", 0 };
        length += (size_t)decoded;
    }
    return (struct slice){ (const char *)bytes, length - (length ? pads : 0) };
}

void base64_write(struct buffer *out, struct slice bytes)
{
    /* EVP_EncodeBlock ends with a NUL. */
    char *text = buffer_reserve(out, (bytes.length + 2) / 3 * 4 + 1);
    for (size_t done = 0; done < bytes.length; done += PIECE) {
        size_t piece = bytes.length - done < PIECE ? bytes.length - done : PIECE;
        int written = EVP_EncodeBlock((unsigned char *)text,
                                      (const unsigned char *)bytes.data + done, (int)piece);
        text += written;
        out->length += (size_t)written;
    }
}
