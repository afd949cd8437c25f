/*
 * settings.c - reading and checking the settings, and what is said of those that are wrong or misspelt. See settings.h.
 */
#include "engine/settings.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "DDBMOCK_"

enum { SHOWN_MAX = 100 }; /* bytes of a wrong value that a warning repeats */

static const struct row {
    const char *name, *allowed, *initial;
    enum { TEXT, INTEGER, CHOICE } type;
    enum { DEFAULT, REFUSE } wrong;
} rows[SETTING_COUNT] = {
#define SETTING(identifier, reader, type_, allowed_, initial_, wrong_, help)                       \
    [SETTING_##identifier] = { #identifier, allowed_, initial_, type_, wrong_ },
#include "engine/settings.def"
#undef SETTING
};

struct setting_value settings_values[SETTING_COUNT];

struct warning {
    struct warning *next;
    char text[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* everything below, and the reading */
static bool loaded;
static char *refusal; /* the first value that must not be guessed and is wrong */
static bool refused;
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

static void set_default(enum setting setting);

/* `text`, which came from `source`, is not taken; `what` is allowed. */
static void reject(enum setting setting, const char *text, const char *what)
{
    const struct row *row = &rows[setting];
    if (row->wrong == REFUSE) {
        if (!refused &&
            asprintf(&refusal, PREFIX "%s=%.*s: %s", row->name, SHOWN_MAX, text, what) < 0)
            refusal = NULL;
        refused = true;
    } else {
        note(PREFIX "%s=%.*s is left out: %s%s%s", row->name, SHOWN_MAX, text, what,
             *row->initial ? "; the default is " : "", row->initial);
    }
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

/* Takes `text` as the value; false when it is none that the row allows. */
static bool set(enum setting setting, const char *text, enum setting_source source)
{
    const struct row *row = &rows[setting];
    struct setting_value value = { .text = text, .source = source };
    if (row->type == CHOICE) {
        value.number = find_choice(row->allowed, text);
        if (value.number < 0)
            return false;
    } else if (row->type == INTEGER) {
        long long least = strtoll(row->allowed, NULL, 10);
        long long most = strtoll(strstr(row->allowed, "..") + 2, NULL, 10);
        if (!parse_integer(text, &value.number) || value.number < least || value.number > most)
            return false;
    }
    settings_values[setting] = value;
    return true;
}

static void set_default(enum setting setting)
{
    set(setting, rows[setting].initial, SETTING_BY_DEFAULT);
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

static void read_one(enum setting setting)
{
    char name[64], allowed[256];
    set_default(setting);
    snprintf(name, sizeof name, PREFIX "%s", rows[setting].name);
    const char *given = getenv(name);
    if (!given || !*given)
        return;
    char *copy = strdup(given); /* the environment's own may go */
    if (!copy)
        return;
    if (set(setting, copy, SETTING_BY_ENVIRONMENT))
        return;
    describe(&rows[setting], allowed, sizeof allowed);
    reject(setting, copy, allowed);
    free(copy);
}

/* How many letters are to be added, left out or changed between a name and one of `length` bytes. */
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
            unsigned change = diagonal + (name[i - 1] != other[j - 1]);
            diagonal = row[j];
            unsigned least = row[j] < row[j - 1] ? row[j] : row[j - 1];
            row[j] = change < least + 1 ? change : least + 1;
        }
    }
    return row[length];
}

static void find_misspelt(void)
{
    for (char **each = environ; each && *each; each++) {
        if (strncmp(*each, PREFIX, strlen(PREFIX)) != 0)
            continue;
        const char *name = *each + strlen(PREFIX);
        size_t length = strcspn(name, "=");
        unsigned least = 4; /* further away, it is another word */
        const struct row *nearest = NULL;
        for (int n = 0; n < SETTING_COUNT && least > 0; n++) {
            unsigned far = distance(rows[n].name, name, length);
            if (far < least) {
                least = far;
                nearest = &rows[n];
            }
        }
        if (least > 0)
            note(PREFIX "%.*s is no setting of ddbmock's%s%s",
                 (int)(length < SHOWN_MAX ? length : SHOWN_MAX), name,
                 nearest ? "; the nearest is " PREFIX : "", nearest ? nearest->name : "");
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
            read_one((enum setting)n);
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
    reject(setting, settings_values[setting].text, what);
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
