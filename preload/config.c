/*
 * config.c - see config.h.
 *
 * Who has read the file says so to its children in DDBMOCK_CONFIG_READ, "HOSTS,SESSION:/the/file": the settings that come from
 * it, and the file. They need not load the engine object for it once more.
 */
#include "preload/config.h"

#include "preload/text.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX          "DDBMOCK_"
#define CONFIG_VARIABLE PREFIX "CONFIG"
#define READ_VARIABLE   PREFIX "CONFIG_READ"

enum { LIST_SIZE = 256, SETTINGS_MAX = 16 };

static const char *settings[SETTINGS_MAX + 1];
static size_t setting_count;
static char *given_path;

const char *const *config_settings(void)
{
    return settings;
}

const char *config_given(void)
{
    return given_path;
}

static void set(const char *variable, const char *value)
{
    char *whole;
    setenv(variable, value, 1);
    if (setting_count < SETTINGS_MAX && asprintf(&whole, "%s=%s", variable, value) >= 0)
        settings[setting_count++] = whole;
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

/* The file's path, with none in between; false when there is no file to be read. */
static bool find_file(char path[PATH_MAX])
{
    const char *given = getenv(CONFIG_VARIABLE);
    if (given != NULL) {
        if (realpath(given, path) == NULL) /* the engine will say so */
            snprintf(path, PATH_MAX, "%s", given);
        return *given != '\0';
    }
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    bool own = base != NULL && base[0] == '/';
    if (!own && (home == NULL || home[0] != '/'))
        return false;
    struct text text = text_in(path, PATH_MAX);
    text_add(&text, own ? base : home);
    text_add(&text, own ? "/ddbmock/config.json" : "/.config/ddbmock/config.json");
    return text_fits(&text) && access(path, R_OK) == 0;
}

/* What a parent took from another file is not what the user set. */
static void forget(const char *list)
{
    char variable[64];
    while (*list != '\0' && *list != ':') {
        int length = (int)strcspn(list, ",:");
        snprintf(variable, sizeof variable, PREFIX "%.*s", length, list);
        unsetenv(variable);
        list += length;
        list += *list == ',';
    }
}

static void take(void *context, const char *variable, const char *value)
{
    char *list = context;
    const char *name = variable + strlen(PREFIX);
    if (is_set(variable) || strlen(list) + strlen(name) + 2 > LIST_SIZE)
        return;
    set(variable, value);
    strcat(strcat(list, *list != '\0' ? "," : ""), name);
}

/* Not inline: a program without a file should not meet these pages of its stack. */
__attribute__((noinline)) static int read_file(const char *path,
                                               const struct gateway *(*engine)(void), char **why)
{
    char list[LIST_SIZE] = "", read[LIST_SIZE + PATH_MAX];
    char *reason = NULL;
    const char *given = getenv(CONFIG_VARIABLE);
    given_path = given != NULL ? strdup(given) : NULL;
    set(CONFIG_VARIABLE, path);
    const struct gateway *gateway = engine();
    if (gateway == NULL)
        return -ENOENT;
    int error = gateway->configuration(path, take, list, &reason);
    if (error == 0) {
        snprintf(read, sizeof read, "%s:%s", list, path);
        set(READ_VARIABLE, read);
    }
    if (why != NULL)
        *why = reason;
    else
        free(reason);
    return error;
}

int config_start(const struct gateway *(*engine)(void), char **why)
{
    char path[PATH_MAX];
    const char *known = getenv(READ_VARIABLE);
    if (why != NULL)
        *why = NULL;
    bool found = find_file(path);
    if (!found && known == NULL)
        return 0;
    const char *colon = known != NULL ? strchr(known, ':') : NULL;
    if (found && colon != NULL && strcmp(colon + 1, path) == 0)
        return 0;
    if (known != NULL)
        forget(known);
    unsetenv(READ_VARIABLE);
    return found ? read_file(path, engine, why) : 0;
}
