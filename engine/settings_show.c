/*
 * settings_show.c - the settings for people and programs to read: `ddbmock config`. See settings_show in settings.h.
 */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/settings.h"

static const struct row {
    const char *name, *type, *allowed, *initial, *help;
} rows[SETTING_COUNT] = {
#define SETTING(identifier, reader, type, allowed, initial, wrong, help)                           \
    [SETTING_##identifier] = { #identifier, #type, allowed, initial, help },
#include "engine/settings.def"
#undef SETTING
};

static const char *const sources[] = {
    [SETTING_BY_DEFAULT] = "default",
    [SETTING_BY_ENVIRONMENT] = "environment",
    [SETTING_BY_FILE] = "file",
};

/* The value, without the password of an address ("postgres://user:password@host/tables"); malloc'd, or NULL. */
static char *shown(const char *value)
{
    char *text = NULL;
    const char *scheme = strstr(value, "://"), *at = scheme ? strchr(scheme, '@') : NULL;
    const char *colon = at ? memchr(scheme + 3, ':', (size_t)(at - scheme - 3)) : NULL;
    if (!colon)
        return strdup(value);
    return asprintf(&text, "%.*s:***%s", (int)(colon - value), value, at) < 0 ? NULL : text;
}

enum { NAME_WIDTH = 24, VALUE_WIDTH = 24 };

static void show_text(FILE *out, bool full)
{
    for (int n = 0; n < SETTING_COUNT; n++) {
        const struct row *row = &rows[n];
        const struct setting_value *value = &settings_values[n];
        char place[16] = "", *own = shown(value->text);
        if (value->source == SETTING_BY_FILE)
            snprintf(place, sizeof place, ":%d", value->line);
        fprintf(out, "DDBMOCK_%-*s %-*s %s%s%s%s\n", NAME_WIDTH - 8, row->name, VALUE_WIDTH,
                own && *own ? own : "-", sources[value->source], *place ? " " : "",
                *place ? setting_text(SETTING_CONFIG) : "", place);
        if (full)
            fprintf(out, "    %s.\n    %s%s%s\n\n", row->help, row->allowed,
                    *row->initial ? "; the default is " : "", row->initial);
        free(own);
    }
}

/* "host[:port]..." as words, "300" as a number. */
static json_t *show_one(int n)
{
    const struct row *row = &rows[n];
    const struct setting_value *value = &settings_values[n];
    char name[64] = "", type[16] = "", variable[64];
    for (size_t i = 0; row->name[i] && i + 1 < sizeof name; i++)
        name[i] = (char)tolower(row->name[i]);
    for (size_t i = 0; row->type[i] && i + 1 < sizeof type; i++)
        type[i] = (char)tolower(row->type[i]);
    snprintf(variable, sizeof variable, "DDBMOCK_%s", row->name);
    char *own = shown(value->text);
    json_t *text = own ? json_string(own) : NULL; /* NULL: not UTF-8 */
    free(own);
    json_t *shown =
        json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s}", "name", name, "variable", variable,
                  "value", text ? text : json_null(), "source", sources[value->source], "type",
                  type, "allowed", row->allowed, "default", row->initial, "help", row->help);
    if (shown && value->source == SETTING_BY_FILE) {
        json_object_set_new(shown, "file", json_string(setting_text(SETTING_CONFIG)));
        json_object_set_new(shown, "line", json_integer(value->line));
    }
    return shown;
}

static void show_json(FILE *out)
{
    json_t *all = json_array();
    for (int n = 0; n < SETTING_COUNT; n++)
        json_array_append_new(all, show_one(n));
    char *text = json_dumps(all, JSON_INDENT(2));
    json_decref(all);
    if (text)
        fprintf(out, "%s\n", text);
    free(text);
}

char *settings_show(const char *format)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (strcmp(format, "json") == 0)
        show_json(out);
    else
        show_text(out, strcmp(format, "long") == 0);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
