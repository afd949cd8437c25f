/*
 * settings.c - reading and checking the settings, and what is said of those that are wrong or misspelt. See settings.h.
 */
#include "engine/settings.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/settings_file.h"

#define PREFIX      "DDBMOCK_"
#define CONFIG_READ "CONFIG_READ" /* the shim's note to children, preload/config.c: no setting */

enum { SHOWN_MAX = 100 }; /* bytes of a wrong value that a warning repeats */

static const struct row {
    const char *name, *allowed, *initial;
    enum { SHIM, ENGINE } reader;
    enum { TEXT, PATHS, INTEGER, CHOICE } type;
    enum { DEFAULT, REFUSE } wrong;
} rows[SETTING_COUNT] = {
#define SETTING(identifier, reader_, type_, allowed_, initial_, wrong_, help)                      \
    [SETTING_##identifier] = { #identifier, allowed_, initial_, reader_, type_, wrong_ },
#include "engine/settings.def"
#undef SETTING
};

struct setting_value settings_values[SETTING_COUNT];

struct warning {
    struct warning *next;
    char text[];
};

/* A value that was taken: somebody may hold it, so that it stays, even when another one replaces it. */
struct kept {
    struct kept *next;
    char text[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* everything below, and the reading */
static bool loaded;
static char *refusal; /* the first value that must not be guessed and is wrong */
static bool refused;
static const char *config; /* the configuration file; for the life of the process */
static struct kept *kept;
static struct warning *warnings, **warnings_end = &warnings;

/* One line more for settings_warn; lost when there is no memory. */
static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    struct warning *made = length >= 0 ? malloc(sizeof *made + (size_t)length + 1) : NULL;
    if (made) {
        made->next = NULL;
        memcpy(made->text, text, (size_t)length + 1);
        *warnings_end = made;
        warnings_end = &made->next;
    }
    if (length >= 0)
        free(text);
}

/* What must not be guessed and cannot be read; takes `sentence`, malloc'd or NULL. Only the first one counts. */
static void refuse(char *sentence)
{
    if (refused)
        free(sentence);
    else
        refusal = sentence;
    refused = true;
}

static void set_default(enum setting setting);

/* A value is not taken, for `what` is allowed. */
static void reject(enum setting setting, const struct setting_value *value, const char *what)
{
    const struct row *row = &rows[setting];
    bool file = value->source == SETTING_BY_FILE;
    char place[64] = "", *sentence = NULL;
    if (file)
        snprintf(place, sizeof place, ":%d: ", value->line);
    if (asprintf(&sentence, "%s%s" PREFIX "%s=%.*s", file ? config : "", place, row->name,
                 SHOWN_MAX, value->text) < 0)
        return;
    if (row->wrong == REFUSE) {
        char *whole = NULL;
        if (asprintf(&whole, "%s: %s", sentence, what) < 0)
            whole = NULL;
        refuse(whole);
    } else {
        note("%s is left out: %s%s%s", sentence, what, *row->initial ? "; the default is " : "",
             row->initial);
    }
    free(sentence);
    set_default(setting);
}

/* Which of "this|that" `text` is, or -1. */
static int find_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    for (int n = 0;; n++) {
        size_t size = strcspn(choices, "|");
        if (size == length && memcmp(choices, text, size) == 0)
            return n;
        if (choices[size] == '\0')
            return -1;
        choices += size + 1;
    }
}

static bool parse_integer(const char *text, long long *out)
{
    char *end;
    int before = errno;
    errno = 0;
    *out = strtoll(text, &end, 10);
    bool good = errno == 0 && end != text && *end == '\0' &&
                (*text == '-' || (*text >= '0' && *text <= '9'));
    errno = before;
    return good;
}

/* Takes `value`, whose number it works out; false when it is none that the row allows. */
static bool set(enum setting setting, struct setting_value value)
{
    const struct row *row = &rows[setting];
    if (row->type == CHOICE) {
        value.number = find_choice(row->allowed, value.text);
        if (value.number < 0)
            return false;
    } else if (row->type == INTEGER) {
        long long least = strtoll(row->allowed, NULL, 10);
        long long most = strtoll(strstr(row->allowed, "..") + 2, NULL, 10);
        if (!parse_integer(value.text, &value.number) || value.number < least ||
            value.number > most)
            return false;
    }
    settings_values[setting] = value;
    return true;
}

static void set_default(enum setting setting)
{
    set(setting, (struct setting_value){ .text = rows[setting].initial });
}

/* "it is classic or 2026", "it is a number from 1 to 10". */
static void describe(const struct row *row, char *out, size_t size)
{
    const char *dots = strstr(row->allowed, "..");
    int length = snprintf(out, size, "it is ");
    if (row->type == INTEGER) {
        snprintf(out + length, size - (size_t)length, "a number from %.*s to %s",
                 (int)(dots - row->allowed), row->allowed, dots + 2);
        return;
    }
    for (const char *at = row->allowed; *at && (size_t)length + 5 < size; at++)
        length += snprintf(out + length, size - (size_t)length, *at != '|' ? "%c" : " or ", *at);
}

/* Takes a value of the environment or the file; or says why not. */
static void take(enum setting setting, const char *text, enum setting_source source, int line)
{
    char allowed[256];
    size_t size = strlen(text) + 1;
    struct kept *copy = malloc(sizeof *copy + size); /* the environment's own may go */
    if (!copy)
        return;
    memcpy(copy->text, text, size);
    struct setting_value value = { .text = copy->text, .source = source, .line = line };
    if (set(setting, value)) {
        copy->next = kept;
        kept = copy;
        return;
    }
    describe(&rows[setting], allowed, sizeof allowed);
    reject(setting, &value, allowed);
    free(copy);
}

/* The setting of `length` bytes of name, in upper case, or as the file has it; SETTING_COUNT: none. */
static enum setting find(const char *name, size_t length, bool lower)
{
    for (int n = 0; n < SETTING_COUNT; n++) {
        size_t i = 0;
        while (i < length && name[i] == (lower ? tolower(rows[n].name[i]) : rows[n].name[i]))
            i++;
        if (i == length && rows[n].name[i] == '\0')
            return (enum setting)n;
    }
    return SETTING_COUNT;
}

/* How many letters are to be added, left out or changed between a setting's name and one of `length` bytes. */
static unsigned distance(const char *name, const char *other, size_t length)
{
    enum { LONGEST = 32 };
    unsigned row[LONGEST + 1];
    if (length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; name[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= length; j++) {
            unsigned change = diagonal + (name[i - 1] != toupper((unsigned char)other[j - 1]));
            diagonal = row[j];
            unsigned least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = change < least + 1 ? change : least + 1;
        }
    }
    return row[length];
}

/* "; the nearest is DDBMOCK_STORAGE", or nothing. */
static const char *suggest(const char *name, size_t length, char *out, size_t size)
{
    unsigned least =
        length < 6 ? (unsigned)length / 2 + 1 : 4; /* further away, it is another word */
    out[0] = '\0';
    for (int n = 0; n < SETTING_COUNT; n++) {
        unsigned far = distance(rows[n].name, name, length);
        if (far >= least)
            continue;
        least = far;
        snprintf(out, size, "; the nearest is " PREFIX "%s", rows[n].name);
    }
    return out;
}

static void find_misspelt(void)
{
    char nearest[100];
    for (char **each = environ; each && *each; each++) {
        const char *name = *each + strlen(PREFIX);
        if (strncmp(*each, PREFIX, strlen(PREFIX)) != 0 ||
            strncmp(name, CONFIG_READ "=", strlen(CONFIG_READ "=")) == 0)
            continue;
        size_t length = strcspn(name, "=");
        if (find(name, length, false) == SETTING_COUNT)
            note(PREFIX "%.*s is no setting of ddbmock's%s",
                 (int)(length < SHOWN_MAX ? length : SHOWN_MAX), name,
                 suggest(name, length, nearest, sizeof nearest));
    }
}

/* A member of the configuration file. */
static void take_member(void *context, const char *name, const char *text, int line)
{
    char nearest[100];
    (void)context;
    enum setting setting = find(name, strlen(name), true);
    if (setting == SETTING_COUNT || setting == SETTING_CONFIG)
        note("%s:%d: \"%.*s\" is no setting of ddbmock's%s", config, line, SHOWN_MAX, name,
             setting == SETTING_CONFIG ? " in a file"
                                       : suggest(name, strlen(name), nearest, sizeof nearest));
    else if (!text)
        reject(setting,
               &(struct setting_value){ .text = "", .source = SETTING_BY_FILE, .line = line },
               "a value is a string, a number or a boolean, or a list or an object of such");
    else if (*text)
        take(setting, text, SETTING_BY_FILE, line);
}

/* What stands between the parts of a list. */
static char separator(const char *name)
{
    enum setting setting = find(name, strlen(name), true);
    return setting != SETTING_COUNT && rows[setting].type == PATHS ? ':' : ',';
}

static void read_file(void)
{
    char *why;
    const char *given = getenv(PREFIX "CONFIG");
    if (!given || !*given || !(config = strdup(given)))
        return;
    if (settings_file_read(config, separator, take_member, NULL, &why) != 0)
        refuse(why);
}

/*
 * Whether the shim has put the file's value into the environment: then DDBMOCK_CONFIG_READ lists the variable, and the value
 * is the same.
 */
static bool is_of_file(enum setting setting, const char *given)
{
    const char *list = getenv(PREFIX CONFIG_READ), *name = rows[setting].name;
    const struct setting_value *value = &settings_values[setting];
    for (const char *at = list; at && (at = strstr(at, name)) != NULL; at++)
        if ((at == list || at[-1] == ',') && strchr(",:", at[strlen(name)]))
            return value->source == SETTING_BY_FILE && strcmp(value->text, given) == 0;
    return false;
}

static void read_environment(void)
{
    char name[64];
    for (int n = 0; n < SETTING_COUNT; n++) {
        snprintf(name, sizeof name, PREFIX "%s", rows[n].name);
        const char *given = getenv(name);
        if (given && *given && !is_of_file((enum setting)n, given))
            take((enum setting)n, given, SETTING_BY_ENVIRONMENT, 0);
    }
}

int settings_load(char **why)
{
    if (why)
        *why = NULL;
    pthread_mutex_lock(&lock);
    if (!loaded) {
        loaded = true;
        for (int n = 0; n < SETTING_COUNT; n++)
            set_default((enum setting)n);
        read_file();
        read_environment();
        find_misspelt();
    }
    if (refused && why && refusal)
        *why = strdup(refusal);
    pthread_mutex_unlock(&lock);
    return refused ? -EINVAL : 0;
}

void setting_wrong(enum setting setting, const char *what)
{
    pthread_mutex_lock(&lock);
    struct setting_value value = settings_values[setting];
    reject(setting, &value, what);
    pthread_mutex_unlock(&lock);
}

void settings_warn(void (*warn)(const char *line))
{
    if (!warn)
        return;
    pthread_mutex_lock(&lock);
    struct warning *first = warnings;
    warnings = NULL;
    warnings_end = &warnings;
    pthread_mutex_unlock(&lock);
    while (first) {
        struct warning *next = first->next;
        warn(first->text);
        free(first);
        first = next;
    }
}

struct shim_settings {
    void (*each)(void *context, const char *variable, const char *value);
    void *context;
};

static void take_for_shim(void *context, const char *name, const char *text, int line)
{
    const struct shim_settings *shim = context;
    char variable[64];
    (void)line;
    enum setting setting = find(name, strlen(name), true);
    if (!text || setting == SETTING_COUNT || setting == SETTING_CONFIG ||
        rows[setting].reader != SHIM)
        return;
    snprintf(variable, sizeof variable, PREFIX "%s", rows[setting].name);
    shim->each(shim->context, variable, text);
}

int settings_for_shim(const char *path,
                      void (*each)(void *context, const char *variable, const char *value),
                      void *context, char **why)
{
    struct shim_settings shim = { each, context };
    return settings_file_read(path, separator, take_for_shim, &shim, why);
}
