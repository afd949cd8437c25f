/*
 * request_log.c - see request_log.h.
 */
#include "engine/request_log.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "engine/append.h"
#include "engine/clock.h"
#include "engine/settings.h"

bool request_log_on;

static bool as_json;
static char path[PATH_MAX]; /* empty: standard error */

enum { HEAD_SIZE = 512 /* bytes, enough for all but the bodies */ };

void request_log_configure(void)
{
    const char *to = setting_text(SETTING_LOG);
    as_json = setting_choice(SETTING_LOG_FORMAT) == 1;
    request_log_on = false;
    path[0] = '\0';
    if (*to == '\0')
        return;
    int error = strcmp(to, "stderr") != 0 ? append_prepare(to, path) : 0;
    if (error != 0) {
        char room[128];
        setting_wrong(SETTING_LOG, strerror_r(-error, room, sizeof room));
        return;
    }
    request_log_on = true;
}

int64_t request_log_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + 1;
}

/* What an error of these says is what the client has sent: its Authorization header. */
static struct slice without_secrets(struct slice response)
{
    static const char shown[] =
        "{\"__type\":\"com.amazon.coral.service#IncompleteSignatureException\"}";
    size_t same = sizeof shown - 2; /* but the closing bracket */
    if (response.length >= same && memcmp(response.data, shown, same) == 0)
        return (struct slice){ shown, sizeof shown - 1 };
    return response;
}

static char *put_body(char *out, struct slice body)
{
    for (size_t i = 0; i < body.length; i++) {
        unsigned char c = (unsigned char)body.data[i];
        *out++ = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    return out;
}

/* Text that is no JSON, as a JSON string; twice as long at the most. */
static char *put_quoted(char *out, struct slice text)
{
    *out++ = '"';
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            *out++ = '\\';
        *out++ = c < 0x20 || c > 0x7e ? ' ' : (char)c;
    }
    *out++ = '"';
    return out;
}

static char *put_any(char *out, struct slice body, bool is_json)
{
    if (body.length == 0)
        return stpcpy(out, as_json ? "null" : "-");
    return is_json || !as_json ? put_body(out, body) : put_quoted(out, body);
}

/* All but the bodies. */
static int put_head(char *out, const struct request_log_entry *entry)
{
    char date[32], time_text[48];
    int64_t now = clock_now();
    time_t seconds = (time_t)(now / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(time_text, sizeof time_text, "%s.%03dZ", date, (int)(now % 1000));
    const char *id = entry->id ? entry->id : "-";
    const char *region = entry->region && *entry->region ? entry->region : "-";
    const char *operation = entry->operation ? entry->operation : "-";
    int64_t took = entry->began ? request_log_clock() - entry->began : 0;
    return snprintf(out, HEAD_SIZE,
                    as_json ? "{\"request_id\":\"%s\",\"time\":\"%s\",\"process\":%d,\"thread\":%d,"
                              "\"region\":\"%s\",\"operation\":\"%s\",\"status\":%d,"
                              "\"microseconds\":%" PRId64 ",\"request\":"
                            : "request_id=%s time=%s process=%d thread=%d region=%s operation=%s "
                              "status=%d microseconds=%" PRId64 " request=",
                    id, time_text, (int)getpid(), (int)gettid(), region, operation, entry->status,
                    took);
}

void request_log_write(const struct request_log_entry *entry)
{
    if (!request_log_on)
        return;
    struct slice request = entry->is_json ? entry->request : (struct slice){ NULL, 0 };
    struct slice response = without_secrets(entry->response);
    char *line = malloc(HEAD_SIZE + request.length + 2 * response.length + 64);
    if (!line)
        return;
    int head = put_head(line, entry);
    if (head < HEAD_SIZE) {
        char *at = put_any(line + head, request, true);
        at = stpcpy(at, as_json ? ",\"response\":" : " response=");
        at = put_any(at, response, response.length > 0 && response.data[0] == '{');
        at = stpcpy(at, as_json ? "}\n" : "\n");
        append_bytes(path, line, (size_t)(at - line));
    }
    free(line);
}
