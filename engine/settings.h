/*
 * settings.h - the settings of ddbmock (engine/settings.def) as this process has them, read once: from the environment
 * (DDBMOCK_<identifier>), else from the configuration file that DDBMOCK_CONFIG names (settings_file.h), else the default.
 *
 * To add one: a row in settings.def, and where it is used setting_text, setting_integer or setting_choice, or a function
 * that engine_open calls once it has read them. A TEXT with a grammar of its own is checked by that function, which calls
 * setting_wrong.
 */
#ifndef DDBMOCK_ENGINE_SETTINGS_H
#define DDBMOCK_ENGINE_SETTINGS_H

#include <stdbool.h>

enum setting {
#define SETTING(identifier, reader, type, allowed, initial, wrong, help) SETTING_##identifier,
#include "engine/settings.def"
#undef SETTING
    SETTING_COUNT
};

enum setting_source { SETTING_BY_DEFAULT, SETTING_BY_ENVIRONMENT, SETTING_BY_FILE };

struct setting_value {
    const char *text; /* as it was given, or the default; for the life of the process */
    long long number; /* of an INTEGER; of a CHOICE, which one, counted from 0 */
    enum setting_source source;
    int line; /* of the file, where that is the source */
};

/*
 * Reads the settings, the first time that it is called; from any thread. 0; or -EINVAL, each time, when one is wrong that
 * must not be guessed, with *why (when not NULL) a sentence to be freed, or NULL.
 */
int settings_load(char **why);

/*
 * Takes the value of a setting back to its default, with a warning that `what` is wrong with it ("a delay is a number of
 * seconds"). For what reads a TEXT, between settings_load and settings_warn.
 */
void setting_wrong(enum setting setting, const char *what);

/* Hands what is worth a warning to `warn`, line by line without a newline, and forgets it. `warn` NULL keeps it. */
void settings_warn(void (*warn)(const char *line));

/*
 * Calls `each` for what the file at `path` says of the shim's settings, which it needs before the engine is there, and before
 * settings_load: the variable and its value. 0, or -errno with *why as from settings_file_read.
 */
int settings_for_shim(const char *path,
                      void (*each)(void *context, const char *variable, const char *value),
                      void *context, char **why);

/*
 * All settings of this process, with their values and where these come from, as a text to be freed, NULL when there is no
 * memory for it: `format` is "text", "long" (with what each is for) or "json". After settings_load.
 */
char *settings_show(const char *format);

/* The values; use the functions below. Constant once engine_open has returned. */
extern struct setting_value settings_values[SETTING_COUNT];

/* After settings_load; each is a plain load. */
static inline const char *setting_text(enum setting setting)
{
    return settings_values[setting].text;
}

static inline long long setting_integer(enum setting setting)
{
    return settings_values[setting].number;
}

static inline unsigned setting_choice(enum setting setting)
{
    return (unsigned)settings_values[setting].number;
}

#endif
