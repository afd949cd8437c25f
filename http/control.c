/*
 * control.c - see control.h. The parameters of an action are gathered from the path, the query and a JSON body, in one
 * object.
 */
#include "http/control.h"

#include <errno.h>
#include <jansson.h>
#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json_depth.h"
#include "http/gunzip.h"
#include "http/hosts.h"

#define PREFIX "/_ddbmock"

enum { SEGMENTS = 4, DEPTH_MAX = 128 };

static const struct route {
    const char *method, *path, *action;
} routes[] = {
#define ROUTE(method, path, action) { #method, path, #action },
#include "http/control.def"
#undef ROUTE
};

/* Whether a path is PREFIX or below it. */
static bool is_below_prefix(const char *url)
{
    size_t length = sizeof PREFIX - 1;
    return strncmp(url, PREFIX, length) == 0 &&
           (url[length] == '/' || url[length] == '?' || url[length] == '\0');
}

/* The path of a request's target, which may come with scheme and host. */
static const char *path_of(const struct message *message)
{
    const char *url = message_url(message), *scheme = strstr(url, "://");
    if (url[0] != '/' && scheme != NULL)
        url = scheme + 3 + strcspn(scheme + 3, "/?");
    return url;
}

bool control_claims(enum control_access access, const struct message *message)
{
    return access == CONTROL_OWN || (access != CONTROL_NONE && is_below_prefix(path_of(message)));
}

/* Whether a Host header is a name of loopback, which no web page's host is. */
static bool is_loopback(const char *host)
{
    size_t length = host[0] == '[' ? strcspn(host, "]") : strcspn(host, ":");
    length += host[length] == ']';
    if (host[length] != '\0' && host[length] != ':')
        return false;
    if (ascii_equal(host, length, "localhost", 9) || ascii_equal(host, length, "[::1]", 5))
        return true;
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == length;
}

static int check(struct request *request, enum control_access access, const struct message *message,
                 const struct signature_keys *keys)
{
    const char *host = message_header(message, HEADER_HOST);
    if (message_header(message, HEADER_ORIGIN) != NULL)
        return request_fail(request, ERROR_CONTROL_FORBIDDEN,
                            "a request from a web page (with Origin) is refused");
    if (access == CONTROL_OWN)
        return 0;
    if (message_header(message, HEADER_DDBMOCK_CONTROL) == NULL)
        return request_fail(request, ERROR_CONTROL_FORBIDDEN,
                            "the header 'Ddbmock-Control: 1' is wanted: it shows that no web page "
                            "asks");
    if (keys != NULL)
        return signature_check(request, message, keys, false);
    if (access == CONTROL_REMOTE)
        return request_fail(request, ERROR_CONTROL_FORBIDDEN,
                            "a server that other machines reach is controlled by signed requests "
                            "alone: give it a key (ddbmock serve --key, --keys-file)");
    if (host == NULL || !is_loopback(host))
        return request_fail(request, ERROR_CONTROL_FORBIDDEN,
                            "the Host must be localhost or a loopback address, not '%.100s'",
                            host != NULL ? host : "");
    return 0;
}

/* --- routing --- */

struct segments {
    struct slice parts[SEGMENTS];
    int count; /* SEGMENTS + 1: too many */
};

static struct segments split(struct slice path)
{
    struct segments segments = { .count = 0 };
    while (path.length > 0) {
        if (path.data[0] == '/') {
            path.data++;
            path.length--;
            continue;
        }
        const char *end = memchr(path.data, '/', path.length);
        size_t length = end != NULL ? (size_t)(end - path.data) : path.length;
        if (segments.count == SEGMENTS) {
            segments.count++;
            break;
        }
        segments.parts[segments.count++] = (struct slice){ path.data, length };
        path.data += length;
        path.length -= length;
    }
    return segments;
}

static bool matches(const struct segments *pattern, const struct segments *path)
{
    if (pattern->count != path->count)
        return false;
    for (int i = 0; i < pattern->count; i++)
        if (pattern->parts[i].data[0] != '{' && !slice_equal(pattern->parts[i], path->parts[i]))
            return false;
    return true;
}

static int from_hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Sets a parameter from a percent-encoded text; in a query "true" and "false" are Booleans, and '+' is a blank. */
static int set(struct request *request, json_t *input, struct slice name, struct slice text,
               bool query)
{
    char *room = malloc(text.length + 1), *key = strndup(name.data, name.length);
    size_t length = 0;
    for (size_t i = 0; room != NULL && i < text.length; i++) {
        int high = i + 2 < text.length ? from_hex(text.data[i + 1]) : -1;
        int low = high >= 0 ? from_hex(text.data[i + 2]) : -1;
        if (text.data[i] == '%' && low >= 0) {
            room[length++] = (char)(high << 4 | low);
            i += 2;
        } else {
            room[length++] = (char)(query && text.data[i] == '+' ? ' ' : text.data[i]);
        }
    }
    struct slice value = { room, length };
    json_t *json = NULL;
    if (room != NULL)
        json = query && slice_equal(value, slice_of("true"))    ? json_true()
               : query && slice_equal(value, slice_of("false")) ? json_false()
                                                                : json_stringn(room, length);
    int error = key != NULL ? json_object_set_new(input, key, json) : -1;
    free(room);
    free(key);
    if (error == 0)
        return 0;
    return request_fail(request, ERROR_CONTROL_BAD_REQUEST, "%.*s: it is not UTF-8",
                        (int)name.length, name.data);
}

static int set_query(struct request *request, json_t *input, struct slice query)
{
    while (query.length > 0) {
        const char *end = memchr(query.data, '&', query.length);
        struct slice pair = { query.data, end != NULL ? (size_t)(end - query.data) : query.length };
        const char *equal = memchr(pair.data, '=', pair.length);
        size_t name = equal != NULL ? (size_t)(equal - pair.data) : pair.length;
        struct slice value = { pair.data + name, 0 };
        if (equal != NULL)
            value = (struct slice){ equal + 1, pair.length - name - 1 };
        if (name > 0 && set(request, input, (struct slice){ pair.data, name }, value, true) != 0)
            return -1;
        size_t taken = pair.length + (end != NULL);
        query.data += taken;
        query.length -= taken;
    }
    return 0;
}

/* The parameters of the path, over those of the query, over those of the body. */
static json_t *gather(struct request *request, const struct route *route,
                      const struct segments *path, struct slice query, struct slice body)
{
    json_error_t problem;
    json_t *input;
    if (body.length > 0) {
        input = json_nests_deeper(body.data, body.length, DEPTH_MAX)
                    ? NULL
                    : json_loadb(body.data, body.length, 0, &problem);
        if (!json_is_object(input)) {
            json_decref(input);
            request_fail(request, ERROR_CONTROL_BAD_REQUEST, "the body is no JSON object");
            return NULL;
        }
    } else {
        input = json_object();
    }
    struct segments pattern = split(slice_of(route->path));
    int error = set_query(request, input, query);
    for (int i = 0; error == 0 && i < pattern.count; i++) {
        struct slice name = pattern.parts[i];
        if (name.data[0] == '{')
            error = set(request, input, (struct slice){ name.data + 1, name.length - 2 },
                        path->parts[i], false);
    }
    if (error == 0)
        return input;
    json_decref(input);
    return NULL;
}

int control_ask(struct request *request, const char *method, const char *url, struct slice body,
                bool files, struct control *out)
{
    size_t length = strcspn(url, "?#");
    struct slice query = { url + length, 0 };
    if (url[length] == '?')
        query = (struct slice){ url + length + 1, strcspn(url + length + 1, "#") };
    struct segments path = split((struct slice){ url, length });
    const struct route *route = NULL;
    bool known = false;
    for (size_t i = 0; i < sizeof routes / sizeof *routes && route == NULL; i++) {
        struct segments pattern = split(slice_of(routes[i].path));
        if (!matches(&pattern, &path))
            continue;
        known = true;
        if (strcmp(method, routes[i].method) == 0)
            route = &routes[i];
    }
    if (route == NULL)
        return known ? request_fail(request, ERROR_CONTROL_METHOD, "%.20s: not with %.*s", method,
                                    (int)(length < 200 ? length : 200), url)
                     : request_fail(request, ERROR_CONTROL_NOT_FOUND, "there is no resource %.*s",
                                    (int)(length < 200 ? length : 200), url);
    bool takes_lines = strcmp(route->action, "ImportItems") == 0;
    struct slice none = { "", 0 };
    json_t *input = gather(request, route, &path, query, takes_lines ? none : body);
    if (input == NULL)
        return -1;
    out->input = json_dumps(input, JSON_COMPACT);
    json_decref(input);
    if (out->input == NULL)
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    out->call.action = route->action;
    out->call.input = out->input;
    out->call.lines = takes_lines ? body : none;
    out->call.files = files;
    out->lines = strcmp(route->action, "ExportItems") == 0;
    return request_control(request, &out->call);
}

int control_route(struct request *request, enum control_access access,
                  const struct message *message, const struct signature_keys *keys,
                  struct control *out)
{
    *out = (struct control){ 0 };
    if (check(request, access, message, keys) != 0)
        return -1;
    struct slice body = { message->body.data, message->body.length };
    const char *encoding = message_header(message, HEADER_CONTENT_ENCODING);
    if (encoding != NULL && body.length > 0 && ascii_equal(encoding, strlen(encoding), "gzip", 4)) {
        int error = gunzip(body.data, body.length, MESSAGE_BODY_LIMIT, &out->inflated);
        if (error != 0)
            return request_fail(
                request, error == -EMSGSIZE ? ERROR_CONTROL_TOO_LARGE : ERROR_CONTROL_BAD_REQUEST,
                "the body cannot be inflated%s", error == -EMSGSIZE ? ": it is too large" : "");
        body = (struct slice){ out->inflated.data, out->inflated.length };
    }
    const char *url = path_of(message);
    if (access != CONTROL_OWN)
        url += sizeof PREFIX - 1;
    return control_ask(request, llhttp_method_name(message->method), url, body,
                       access == CONTROL_OWN, out);
}

void control_release(struct control *control)
{
    free(control->input);
    bytes_release(&control->inflated);
}
