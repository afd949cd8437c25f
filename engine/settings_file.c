/*
 * settings_file.c - see settings_file.h. jansson reads the file; it does not keep where a member stands, so the line is the
 * first one that has its name in quotes and a colon.
 */
#include "engine/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/json_depth.h"

enum { FILE_MAX = 1 << 20, DEPTH_MAX = 8 };

static int fail(char **why, int error, const char *path, const char *what)
{
    char room[128];
    if (asprintf(why, "%s: %s", path, what ? what : strerror_r(error, room, sizeof room)) < 0)
        *why = NULL;
    return -error;
}

/* The whole file, malloc'd. */
static int load(const char *path, char **out, size_t *length, char **why)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(why, errno, path, NULL);
    char *text = NULL;
    int error = 0;
    size_t size = 0;
    if (fstat(fd, &status) != 0)
        error = fail(why, errno, path, NULL);
    else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX)
        error = fail(why, EINVAL, path, "it is no regular file, or larger than 1 MiB");
    else if (!(text = malloc((size_t)status.st_size + 1)))
        error = -ENOMEM;
    while (error == 0 && size < (size_t)status.st_size) {
        ssize_t got = read(fd, text + size, (size_t)status.st_size - size);
        if (got < 0 && errno != EINTR)
            error = fail(why, errno, path, NULL);
        if (got == 0)
            break;
        size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    if (error != 0) {
        free(text);
        return error;
    }
    text[size] = '\0';
    *out = text;
    *length = size;
    return 0;
}

static int find_line(const char *text, const char *name)
{
    size_t length = strlen(name);
    int line = 1;
    for (const char *at = text; *at; at++) {
        line += *at == '\n';
        if (*at != '"' || strncmp(at + 1, name, length) != 0 || at[length + 1] != '"')
            continue;
        const char *after = at + length + 2;
        if (after[strspn(after, " \t\r\n")] == ':')
            return line;
    }
    return 1;
}

/* A string, number or boolean as text, malloc'd; NULL for anything else, and when memory is short. */
static char *scalar_text(const json_t *value)
{
    char *text = NULL;
    if (json_is_string(value))
        return strlen(json_string_value(value)) == json_string_length(value)
                   ? strdup(json_string_value(value))
                   : NULL;
    if (json_is_boolean(value))
        return strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value) &&
        asprintf(&text, "%" JSON_INTEGER_FORMAT, json_integer_value(value)) < 0)
        return NULL;
    if (json_is_real(value) && asprintf(&text, "%.15g", json_real_value(value)) < 0)
        return NULL;
    return text;
}

/* One part more of a list; `text` is given back. NULL as above. */
static char *join(char *text, char separator, const char *name, const json_t *value)
{
    char *part = scalar_text(value), *joined = NULL;
    if (text && part &&
        asprintf(&joined, "%s%.*s%s%s%s", text, *text != '\0', &separator, name ? name : "",
                 name ? "=" : "", part) < 0)
        joined = NULL;
    free(part);
    free(text);
    return joined;
}

static char *value_text(json_t *value, char separator)
{
    if (!json_is_array(value) && !json_is_object(value))
        return scalar_text(value);
    char *text = strdup("");
    size_t i;
    const char *name;
    json_t *part;
    if (json_is_array(value))
        json_array_foreach(value, i, part) text = join(text, separator, NULL, part);
    else
        json_object_foreach(value, name, part) text = join(text, ',', name, part);
    return text;
}

int settings_file_read(const char *path, char (*separator)(const char *name),
                       void (*each)(void *context, const char *name, const char *text, int line),
                       void *context, char **why)
{
    char *text = NULL;
    size_t length = 0;
    *why = NULL;
    int error = load(path, &text, &length, why);
    if (error != 0)
        return error;
    if (json_nests_deeper(text, length, DEPTH_MAX)) {
        free(text);
        return fail(why, EINVAL, path, "it nests deeper than a setting does");
    }
    json_error_t wrong;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(root)) {
        if (root)
            error =
                fail(why, EINVAL, path, "it is no JSON object, as in {\"storage\": \"memory\"}");
        else if (asprintf(why, "%s:%d:%d: %s", path, wrong.line, wrong.column, wrong.text) < 0)
            *why = NULL;
        json_decref(root);
        free(text);
        return -EINVAL;
    }
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value)
    {
        char *as_text = value_text(value, separator(name));
        if (!json_is_null(value))
            each(context, name, as_text, find_line(text, name));
        free(as_text);
    }
    json_decref(root);
    free(text);
    return 0;
}
