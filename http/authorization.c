/*
 * authorization.c - see authorization.h. Reads an Authorization header or the X-Amz-* parameters of
 * a presigned URL.
 *
 * Source of the order and the texts: facts/fidelity.md section 1 (dynalite's findings on the live
 * service, 2013); the text of a Host that is not signed is the present one, as users report it. The
 * texts for a presigned URL are unverified.
 */
#include "http/authorization.h"

#include <stdio.h>
#include <string.h>

enum {
    PARAMETER_SIZE = 512
}; /* bytes of a presigned URL's parameter; a Credential is far shorter */

bool authorization_parse(const char *header, struct authorization *out, struct slice *bad)
{
    size_t algorithm = strcspn(header, " ");
    out->algorithm = (struct slice){ header, algorithm };
    const char *at = header + algorithm;
    while (*at != '\0') {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ",");
        struct slice part = { at, length };
        at += length;
        while (part.length > 0 &&
               (part.data[part.length - 1] == ' ' || part.data[part.length - 1] == '\t'))
            part.length--;
        if (part.length == 0)
            continue;
        const char *equal = memchr(part.data, '=', part.length);
        if (equal == NULL) {
            *bad = part;
            return false;
        }
        struct slice name = { part.data, (size_t)(equal - part.data) };
        struct slice value = { equal + 1, part.length - name.length - 1 };
        if (slice_equal(name, slice_of("Credential"))) {
            out->credential = value;
        } else if (slice_equal(name, slice_of("Signature"))) {
            out->signature = value;
        } else if (slice_equal(name, slice_of("SignedHeaders"))) {
            out->signed_headers = value;
            out->has_signed_headers = true;
        }
    }
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A parameter of the URL's query, percent-decoded into `out`: false when there is none; one too
 * long for `out` is cut. */
static bool query_parameter(const char *url, const char *name, char out[PARAMETER_SIZE],
                            struct slice *value)
{
    size_t name_length = strlen(name);
    const char *at = strchr(url, '?');
    if (at == NULL)
        return false;
    while (*at != '\0') {
        at++;
        size_t length = strcspn(at, "&#");
        if (length >= name_length && memcmp(at, name, name_length) == 0 &&
            (length == name_length || at[name_length] == '=')) {
            size_t used = 0;
            for (size_t i = name_length + 1; i < length && used < PARAMETER_SIZE; i++) {
                int high = -1, low = -1;
                if (at[i] == '%' && i + 2 < length) {
                    high = hex(at[i + 1]);
                    low = hex(at[i + 2]);
                }
                if (high >= 0 && low >= 0) {
                    out[used++] = (char)(high * 16 + low);
                    i += 2;
                } else {
                    out[used++] = at[i];
                }
            }
            *value = (struct slice){ out, used };
            return true;
        }
        at += length;
        if (*at == '#')
            break;
    }
    return false;
}

static bool is_presigned(const struct message *message)
{
    const char *query = strchr(message_url(message), '?');
    return query != NULL && strstr(query, "X-Amz-Algorithm") != NULL;
}

/* The next part of a slash-delimited Credential. */
static struct slice next_part(struct slice *rest)
{
    const char *slash = memchr(rest->data, '/', rest->length);
    size_t length = slash != NULL ? (size_t)(slash - rest->data) : rest->length;
    struct slice part = { rest->data, length };
    size_t taken = slash != NULL ? length + 1 : length;
    rest->data += taken;
    rest->length -= taken;
    return part;
}

int authorization_split(struct slice credential, struct slice parts[5])
{
    while (credential.length > 0 && credential.data[credential.length - 1] == '/')
        credential.length--;
    int count = 0;
    while (credential.length > 0 && count < 6) {
        struct slice part = next_part(&credential);
        if (count < 5)
            parts[count] = part;
        count++;
    }
    return count;
}

bool authorization_region(const struct message *message, char region[HOST_REGION_SIZE])
{
    struct slice credential = { 0 }, bad;
    char decoded[PARAMETER_SIZE];
    const char *header = message_header(message, HEADER_AUTHORIZATION);
    if (header != NULL) {
        struct authorization authorization = { 0 };
        authorization_parse(header, &authorization, &bad);
        credential = authorization.credential;
    } else if (is_presigned(message)) {
        query_parameter(message_url(message), "X-Amz-Credential", decoded, &credential);
    }
    struct slice parts[5];
    if (authorization_split(credential, parts) != 5 || parts[2].length == 0 ||
        parts[2].length >= HOST_REGION_SIZE)
        return false;
    memcpy(region, parts[2].data, parts[2].length);
    region[parts[2].length] = '\0';
    return true;
}

/* "20130301T000000Z" */
static bool is_basic_format(struct slice date)
{
    if (date.length != 16)
        return false;
    for (size_t i = 0; i < 16; i++) {
        char c = date.data[i];
        if (i == 8 ? c != 'T' : i == 15 ? c != 'Z' : c < '0' || c > '9')
            return false;
    }
    return true;
}

static bool signs_host(struct slice names)
{
    while (names.length > 0) {
        const char *semicolon = memchr(names.data, ';', names.length);
        size_t length = semicolon != NULL ? (size_t)(semicolon - names.data) : names.length;
        if (ascii_equal(names.data, length, "host", 4) ||
            ascii_equal(names.data, length, ":authority", 10))
            return true;
        size_t taken = semicolon != NULL ? length + 1 : length;
        names.data += taken;
        names.length -= taken;
    }
    return false;
}

/*
 * boto 2 calls the service by its host's first label: at an address that is none of DynamoDB's names, "localhost" or "127",
 * as ddbmock 0.4.0's own connect_boto_network did.
 */
static bool names_host(struct slice service, const struct message *message)
{
    const char *host = message_header(message, HEADER_HOST);
    return host != NULL && service.length > 0 &&
           (slice_equal(service, (struct slice){ host, strcspn(host, ".") }) ||
            slice_equal(service, (struct slice){ host, strcspn(host, ".:") }));
}

static int check_scope(struct request *request, const struct authorization *authorization,
                       const struct message *message, const char *region)
{
    struct slice parts[5], whole = authorization->credential;
    if (authorization_split(whole, parts) != 5)
        return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                            "Credential must have exactly 5 slash-delimited elements, e.g. "
                            "keyid/date/region/service/term, got '%.*s'",
                            (int)whole.length, whole.data);

    /* Only a date in the basic format can be compared; one of the Date header's other forms is
     * taken as it is. */
    bool dated = is_basic_format(authorization->date);
    bool bad_region = region[0] != '\0' && !slice_equal(parts[2], slice_of(region));
    bool bad_service = !slice_equal(parts[3], slice_of("dynamodb")) &&
                       !(region[0] == '\0' && names_host(parts[3], message));
    bool bad_term = !slice_equal(parts[4], slice_of("aws4_request"));
    bool bad_date =
        dated && (parts[1].length != 8 || memcmp(parts[1].data, authorization->date.data, 8) != 0);
    if (!bad_region && !bad_service && !bad_term && !bad_date)
        return 0;

#define TEXT(condition, slice) (condition) ? (int)(slice).length : 0, (slice).data
    return request_fail(
        request, ERROR_INVALID_SIGNATURE, "%s%.*s%s%s%s%.*s%s%s%.*s%s%.*s%s%.*s%s",
        bad_region ? "Credential should be scoped to a valid region, not '" : "",
        TEXT(bad_region, parts[2]), bad_region ? "'. " : "",
        bad_service ? "Credential should be scoped to correct service: 'dynamodb'. " : "",
        bad_term ? "Credential should be scoped with a valid terminator: 'aws4_request', not '"
                 : "",
        TEXT(bad_term, parts[4]), bad_term ? "'. " : "",
        bad_date ? "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                   "from HTTP: '"
                 : "",
        TEXT(bad_date, parts[1]), bad_date ? "' != '" : "", bad_date ? 8 : 0,
        authorization->date.data, bad_date ? "', from '" : "", TEXT(bad_date, authorization->date),
        bad_date ? "'." : "");
#undef TEXT
}

int authorization_check(struct request *request, const struct message *message, const char *region)
{
    const char *header = message_header(message, HEADER_AUTHORIZATION);
    const char *url = message_url(message);
    char algorithm[PARAMETER_SIZE];
    struct authorization authorization = { 0 };
    bool presigned = is_presigned(message) &&
                     query_parameter(url, "X-Amz-Algorithm", algorithm, &authorization.algorithm);

    if (header != NULL && presigned)
        return request_fail(request, ERROR_INVALID_SIGNATURE,
                            "Found both 'X-Amz-Algorithm' as a query-string param and "
                            "'Authorization' as HTTP header.");
    if (!presigned && (header == NULL || strncmp(header, "AWS4-", 5) != 0))
        return request_fail(request, ERROR_MISSING_AUTHENTICATION_TOKEN,
                            "Request is missing Authentication Token");

    char missing[512];
    size_t used = 0;
#define MISSING(...) used += (size_t)snprintf(missing + used, sizeof missing - used, __VA_ARGS__)
    missing[0] = '\0';
    char credential[PARAMETER_SIZE], signature[PARAMETER_SIZE], signed_headers[PARAMETER_SIZE],
        date[PARAMETER_SIZE];
    if (presigned) {
        static const char text[] = "AWS query-string parameters must include '%s'. ";
        if (authorization.algorithm.length == 0)
            MISSING(text, "X-Amz-Algorithm");
        if (!query_parameter(url, "X-Amz-Credential", credential, &authorization.credential))
            MISSING(text, "X-Amz-Credential");
        if (!query_parameter(url, "X-Amz-Signature", signature, &authorization.signature))
            MISSING(text, "X-Amz-Signature");
        if (!query_parameter(url, "X-Amz-SignedHeaders", signed_headers,
                             &authorization.signed_headers))
            MISSING(text, "X-Amz-SignedHeaders");
        if (!query_parameter(url, "X-Amz-Date", date, &authorization.date))
            MISSING(text, "X-Amz-Date");
        if (used > 0)
            return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                                "%sRe-examine the query-string parameters.", missing);
    } else {
        struct slice bad;
        if (!authorization_parse(header, &authorization, &bad))
            return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                                "'%.*s' not a valid key=value pair (missing equal-sign) in "
                                "Authorization header: '%s'.",
                                (int)bad.length, bad.data, header);
        static const char text[] = "Authorization header requires '%s' parameter. ";
        if (authorization.credential.length == 0)
            MISSING(text, "Credential");
        if (authorization.signature.length == 0)
            MISSING(text, "Signature");
        if (!authorization.has_signed_headers)
            MISSING(text, "SignedHeaders");
        const char *sent = message_header(message, HEADER_X_AMZ_DATE);
        if (sent == NULL)
            sent = message_header(message, HEADER_DATE);
        if (sent != NULL && sent[0] != '\0')
            authorization.date = slice_of(sent);
        else
            MISSING("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                    "header. ");
        if (used > 0)
            return request_fail(request, ERROR_INCOMPLETE_SIGNATURE, "%sAuthorization=%s", missing,
                                header);
    }
#undef MISSING

    bool loose = !presigned && message_header(message, HEADER_X_AMZ_DATE) == NULL &&
                 memchr(authorization.date.data, ',', authorization.date.length) !=
                     NULL; /* "Mon, 09 Sep 2011 ..." */
    if (!loose && !is_basic_format(authorization.date))
        return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                            "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                            "http://en.wikipedia.org/wiki/ISO_8601",
                            (int)authorization.date.length, authorization.date.data);
    if (!signs_host(authorization.signed_headers))
        return request_fail(
            request, ERROR_INVALID_SIGNATURE,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    if (!slice_equal(authorization.algorithm, slice_of("AWS4-HMAC-SHA256")))
        return request_fail(request, ERROR_INCOMPLETE_SIGNATURE,
                            "Unsupported AWS 'algorithm': '%.*s' (only AWS4-HMAC-SHA256 for now). ",
                            (int)authorization.algorithm.length, authorization.algorithm.data);
    return check_scope(request, &authorization, message, region);
}
