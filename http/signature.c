/*
 * signature.c - see signature.h: the canonical request, the string to sign and the derived key, and
 * the comparison with what the client has sent.
 *
 * Source of the texts: facts/fidelity.md section 1; "not yet current" as users report it; that of
 * an X-Amz-Target which is not signed is unverified.
 */
#include "http/signature.h"

#include <llhttp.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "http/authorization.h"
#include "http/bytes.h"
#include "http/certificate.h"
#include "http/date.h"

enum {
    DIGEST_SIZE = 32,
    HEX_SIZE = 2 * DIGEST_SIZE,
    SKEW = 15 * 60,       /* seconds */
    PARAMETERS_MAX = 64,  /* of a URL's query; an operation has none */
    ISO_SIZE = 17,        /* "20261122T214107Z" */
    SECRET_MAX = 256 - 4, /* bytes; real ones have 40 */
};

static bool append(struct bytes *out, struct slice text)
{
    return bytes_append(out, text.data, text.length);
}

static bool append_text(struct bytes *out, const char *text)
{
    return bytes_append(out, text, strlen(text));
}

static void to_hex(const unsigned char digest[DIGEST_SIZE], char out[HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
}

static bool append_hash(struct bytes *out, const void *data, size_t size)
{
    unsigned char digest[DIGEST_SIZE];
    char hex[HEX_SIZE];
    if (EVP_Digest(size > 0 ? data : "", size, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    to_hex(digest, hex);
    return bytes_append(out, hex, sizeof hex);
}

/* Percent-encodes all but what RFC 3986 leaves unreserved, and '/' where it stands in a path. */
static bool append_encoded(struct bytes *out, struct slice text, bool path)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~' || (path && c == '/');
        char encoded[3] = { '%', digits[c >> 4], digits[c & 15] };
        if (!bytes_append(out, plain ? (const char *)&c : encoded, plain ? 1 : 3))
            return false;
    }
    return true;
}

/* The path of a request target, which may come with scheme and host; without "." and "..", and
 * encoded once more, as all services but S3 want it. */
static bool append_path(struct bytes *out, struct slice path)
{
    struct bytes normal = { 0 };
    bool whole = true;
    size_t at = 0;
    while (whole && at < path.length) {
        at += path.data[at] == '/';
        struct slice segment = { path.data + at, 0 };
        while (at < path.length && path.data[at] != '/')
            at++;
        segment.length = (size_t)(path.data + at - segment.data);
        if (slice_equal(segment, slice_of(".."))) {
            while (normal.length > 0 && normal.data[--normal.length] != '/')
                ;
        } else if (segment.length > 0 && !slice_equal(segment, slice_of("."))) {
            whole = append_text(&normal, "/") && append(&normal, segment);
        }
    }
    if (whole && (normal.length == 0 || path.data[path.length - 1] == '/'))
        whole = append_text(&normal, "/");
    whole = whole && append_encoded(out, (struct slice){ normal.data, normal.length }, true);
    bytes_release(&normal);
    return whole;
}

static int compare_parameters(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/*
 * The parameters of a query, sorted, each with its '='. They are taken as encoded by the client,
 * whose encoding is the canonical one or does not match.
 */
static bool append_query(struct bytes *out, struct slice query)
{
    struct slice parameters[PARAMETERS_MAX];
    size_t count = 0;
    while (query.length > 0) {
        const char *end = memchr(query.data, '&', query.length);
        size_t length = end != NULL ? (size_t)(end - query.data) : query.length;
        if (length > 0) {
            if (count == PARAMETERS_MAX)
                return false;
            parameters[count++] = (struct slice){ query.data, length };
        }
        size_t taken = end != NULL ? length + 1 : length;
        query.data += taken;
        query.length -= taken;
    }
    if (count > 1)
        qsort(parameters, count, sizeof *parameters, compare_parameters);
    for (size_t i = 0; i < count; i++) {
        bool equal = memchr(parameters[i].data, '=', parameters[i].length) != NULL;
        if ((i > 0 && !append_text(out, "&")) || !append(out, parameters[i]) ||
            (!equal && !append_text(out, "=")))
            return false;
    }
    return true;
}

/* A value without blanks around it, and runs of them as one. */
static bool append_value(struct bytes *out, const char *value)
{
    while (*value != '\0') {
        value += strspn(value, " \t");
        size_t length = strcspn(value, " \t");
        const char *next = value + length + strspn(value + length, " \t");
        if (!bytes_append(out, value, length) || (*next != '\0' && !append_text(out, " ")))
            return false;
        value = next;
    }
    return true;
}

/* "name:value\n", the values of a repeated header between commas. False too when it did not come.
 */
static bool append_header(struct bytes *out, const struct message *message, struct slice name)
{
    struct slice wanted = slice_equal(name, slice_of(":authority")) ? slice_of("host") : name;
    bool found = false;
    if (!append(out, name))
        return false;
    const char *at = message->fields.data, *end = at + message->fields.length;
    while (at != NULL && at < end) {
        const char *value = at + strlen(at) + 1;
        if (ascii_equal(at, (size_t)(value - 1 - at), wanted.data, wanted.length)) {
            if (!append_text(out, found ? "," : ":") || !append_value(out, value))
                return false;
            found = true;
        }
        at = value + strlen(value) + 1;
    }
    return found && append_text(out, "\n");
}

/* The next of the names between semicolons; false when there is none. */
static bool next_name(struct slice *names, struct slice *name)
{
    if (names->length == 0)
        return false;
    const char *end = memchr(names->data, ';', names->length);
    *name =
        (struct slice){ names->data, end != NULL ? (size_t)(end - names->data) : names->length };
    size_t taken = name->length + (end != NULL);
    names->data += taken;
    names->length -= taken;
    return true;
}

static bool append_canonical(struct bytes *out, const struct message *message,
                             struct slice signed_headers)
{
    const char *url = message_url(message);
    const char *scheme = strstr(url, "://");
    if (url[0] != '/' && scheme != NULL)
        url = scheme + 3 + strcspn(scheme + 3, "/?#");
    struct slice path = { url, strcspn(url, "?#") }, query = { 0 }, names = signed_headers, name;
    if (url[path.length] == '?')
        query = (struct slice){ url + path.length + 1, strcspn(url + path.length + 1, "#") };

    if (!append_text(out, llhttp_method_name(message->method)) || !append_text(out, "\n") ||
        !append_path(out, path) || !append_text(out, "\n") || !append_query(out, query) ||
        !append_text(out, "\n"))
        return false;
    while (next_name(&names, &name))
        if (!append_header(out, message, name))
            return false;
    return append_text(out, "\n") && append(out, signed_headers) && append_text(out, "\n") &&
           append_hash(out, message->body.data, message->body.length);
}

static bool hmac(unsigned char key[DIGEST_SIZE], struct slice text)
{
    unsigned char out[DIGEST_SIZE];
    if (HMAC(EVP_sha256(), key, DIGEST_SIZE, (const unsigned char *)text.data, text.length, out,
             NULL) == NULL)
        return false;
    memcpy(key, out, sizeof out);
    return true;
}

/* The signature that the request should have, in hex. */
static bool sign(const struct message *message, const struct authorization *authorization,
                 const struct slice scope[5], const char *secret, char out[HEX_SIZE])
{
    struct bytes canonical = { 0 }, text = { 0 };
    unsigned char key[DIGEST_SIZE];
    char first[4 + SECRET_MAX];
    size_t length = strlen(secret);
    if (length > SECRET_MAX)
        return false;
    memcpy(first, "AWS4", 4);
    memcpy(first + 4, secret, length);

    bool whole = append_canonical(&canonical, message, authorization->signed_headers) &&
                 append(&text, authorization->algorithm) && append_text(&text, "\n") &&
                 append(&text, authorization->date);
    for (int i = 1; i < 5; i++)
        whole = whole && append_text(&text, i == 1 ? "\n" : "/") && append(&text, scope[i]);
    whole = whole && append_text(&text, "\n") &&
            append_hash(&text, canonical.data, canonical.length) &&
            HMAC(EVP_sha256(), first, (int)(4 + length), (const unsigned char *)scope[1].data,
                 scope[1].length, key, NULL) != NULL;
    for (int i = 2; i < 5; i++)
        whole = whole && hmac(key, scope[i]);
    whole = whole && hmac(key, (struct slice){ text.data, text.length });
    if (whole)
        to_hex(key, out);
    OPENSSL_cleanse(first, sizeof first);
    OPENSSL_cleanse(key, sizeof key);
    bytes_release(&canonical);
    bytes_release(&text);
    ERR_clear_error();
    return whole;
}

static void iso_of(int64_t seconds, char out[ISO_SIZE])
{
    char compact[DATE_COMPACT_SIZE];
    date_compact(seconds, compact);
    memcpy(out, compact, 8);
    out[8] = 'T';
    memcpy(out + 9, compact + 8, 8);
}

/* Dates in the basic format compare as text. */
static int check_date(struct request *request, struct slice date)
{
    char now[ISO_SIZE], oldest[ISO_SIZE], newest[ISO_SIZE];
    int64_t second = clock_now() / 1000;
    iso_of(second, now);
    iso_of(second - SKEW, oldest);
    iso_of(second + SKEW, newest);
    if (date.length != ISO_SIZE - 1 || date.data[8] != 'T')
        return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                            "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                            "http://en.wikipedia.org/wiki/ISO_8601",
                            (int)date.length, date.data);
    if (memcmp(date.data, oldest, ISO_SIZE - 1) < 0)
        return request_fail(request, ERROR_INVALID_SIGNATURE,
                            "Signature expired: %.16s is now earlier than %s (%s - 15 min.)",
                            date.data, oldest, now);
    if (memcmp(date.data, newest, ISO_SIZE - 1) > 0)
        return request_fail(request, ERROR_INVALID_SIGNATURE,
                            "Signature not yet current: %.16s is still later than %s (%s + 15 "
                            "min.)",
                            date.data, newest, now);
    return 0;
}

static bool is_signed(struct slice names, const char *header)
{
    struct slice name;
    while (next_name(&names, &name))
        if (slice_equal(name, slice_of(header)))
            return true;
    return false;
}

int signature_check(struct request *request, const struct message *message,
                    const struct signature_keys *keys, bool target)
{
    const char *header = message_header(message, HEADER_AUTHORIZATION);
    struct authorization authorization = { 0 };
    struct slice bad, scope[5];
    if (header == NULL || !authorization_parse(header, &authorization, &bad) ||
        authorization_split(authorization.credential, scope) != 5)
        return request_fail(request, ERROR_MISSING_AUTHENTICATION_TOKEN,
                            "Request is missing Authentication Token");

    const char *secret = NULL;
    for (size_t i = 0; i < keys->count && secret == NULL; i++)
        if (slice_equal(scope[0], slice_of(keys->keys[i].id)))
            secret = keys->keys[i].secret;
    if (secret == NULL)
        return request_fail(request, ERROR_UNRECOGNIZED_CLIENT,
                            "The security token included in the request is invalid.");

    const char *date = message_header(message, HEADER_X_AMZ_DATE);
    if (date == NULL)
        date = message_header(message, HEADER_DATE);
    authorization.date = slice_of(date != NULL ? date : "");
    if (check_date(request, authorization.date) != 0)
        return -1;
    /* Or a signed body could be sent to another operation. */
    if (target && !is_signed(authorization.signed_headers, "x-amz-target"))
        return request_fail(request, ERROR_INVALID_SIGNATURE,
                            "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");

    char expected[HEX_SIZE];
    certificate_library();
    if (!sign(message, &authorization, scope, secret, expected) ||
        authorization.signature.length != HEX_SIZE ||
        CRYPTO_memcmp(authorization.signature.data, expected, HEX_SIZE) != 0)
        return request_fail(
            request, ERROR_INVALID_SIGNATURE,
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.");
    return 0;
}
