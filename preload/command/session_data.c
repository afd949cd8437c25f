/*
 * session_data.c - see session_data.h.
 */
#include "preload/command/session_data.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "preload/command/command.h"
#include "preload/session.h"

static const struct gateway *gateway;
static bool in_session;

/* What is being carried, for the progress. */
static struct {
    const char *what, *unit;
    bool shown, quiet;
    long long last; /* ms */
} progress;

bool data_option(struct data_command *command, int option, const char *usage, int *status)
{
    *status = -1;
    switch (option) {
    case 's':
        command->session = optarg;
        if (*optarg == '\0') {
            fprintf(
                stderr,
                "ddbmock %s: --session: a name has 1 to 71 letters, digits, '-', '_' and '.'; a "
                "path has a '/'.\n",
                command->name);
            *status = FAILED;
        }
        return true;
    case 'j':
        command->json = true;
        return true;
    case 'h':
        fputs(usage, stdout);
        *status = 0;
        return true;
    case '?':
        fprintf(stderr, "Try 'ddbmock help %s'.\n", command->name);
        *status = FAILED;
        return true;
    default:
        return false;
    }
}

static const char *asking;

static void warn(const char *line)
{
    fprintf(stderr, "ddbmock %s: %s\n", asking, line);
}

static int open_engine(const struct data_command *command, const struct gateway_settings *settings)
{
    char *why = NULL;
    int error = gateway->open(settings, &why);
    if (error == 0)
        return 0;
    fprintf(stderr, "ddbmock %s: %s\n", command->name, why != NULL ? why : strerror(-error));
    free(why);
    return FAILED;
}

/*
 * Whether the environment names a session, and starts it. Where this command runs under the shim by itself, the shim has
 * chosen a name for the tree that begins here, of which there is nothing yet.
 */
static bool start_session(void)
{
    const char *name = getenv(SESSION_VARIABLE);
    int pid;
    if (name == NULL || *name == '\0')
        return false;
    session_start();
    in_session = true;
    return sscanf(name, "tree-%d-", &pid) != 1 || pid != (int)getpid() || session_exists();
}

/* How DDBMOCK_STORAGE begins. */
static bool storage_is(const char *start)
{
    const char *storage = getenv("DDBMOCK_STORAGE");
    return storage != NULL && strncmp(storage, start, strlen(start)) == 0;
}

static void say_sessions(const struct data_command *command)
{
    struct data_command quiet = *command;
    json_t *answer, *session;
    size_t i;
    if (data_open_nothing(&quiet) != 0 || data_ask(&quiet, "GET", "/sessions", NULL, &answer) != 0)
        return;
    const json_t *sessions = json_object_get(answer, "sessions");
    bool any = false;
    json_array_foreach(sessions, i, session)
    {
        if (json_array_size(json_object_get(session, "processes")) == 0 &&
            strcmp(json_string_value(json_object_get(session, "kind")), "tree") == 0)
            continue;
        fprintf(stderr, "%s%s",
                any ? ", " : "There are: ", json_string_value(json_object_get(session, "name")));
        any = true;
    }
    fputs(any ? ".\n" : "There is none.\n", stderr);
    json_decref(answer);
}

static int find_session(const struct data_command *command, bool make)
{
    if (storage_is("memory")) {
        fprintf(
            stderr,
            "ddbmock %s: with DDBMOCK_STORAGE=memory the tables are in the program's own memory, "
            "where no other process can see them: ask http://ddbmock.local/ in the program.\n",
            command->name);
        return FAILED;
    }
    if (command->session != NULL && setenv(SESSION_VARIABLE, command->session, 1) != 0) {
        fprintf(stderr, "ddbmock %s: %s\n", command->name, strerror(errno));
        return FAILED;
    }
    /* These are their own place, whatever the session is. */
    bool elsewhere = storage_is("sqlite") || storage_is("postgres");
    if (!start_session() && !elsewhere) {
        fprintf(
            stderr,
            "ddbmock %s: which session is meant? Say --session NAME, or set DDBMOCK_SESSION; what "
            "is typed into `ddbmock run bash` has that shell's.\n",
            command->name);
        say_sessions(command);
        return FAILED;
    }
    if (!in_session)
        session_start();
    in_session = true;
    if (!make && !elsewhere && !session_exists()) {
        fprintf(stderr, "ddbmock %s: there is no session '%s'.\n", command->name,
                strchr(session_setting(), '=') + 1);
        say_sessions(command);
        return FAILED;
    }
    return 0;
}

int data_open(const struct data_command *command, bool make)
{
    const char *why = NULL;
    asking = command->name;
    progress.quiet = command->quiet;
    gateway = load_engine(command->name);
    if (gateway == NULL || configure(command->name) != 0 || find_session(command, make) != 0)
        return FAILED;
    struct gateway_settings settings = { .warn = warn, .session = session_directory(&why) };
    if (settings.session == NULL) {
        fprintf(stderr, "ddbmock %s: %s\n", command->name, why);
        return FAILED;
    }
    return open_engine(command, &settings);
}

int data_open_nothing(const struct data_command *command)
{
    asking = command->name;
    gateway = load_engine(command->name);
    if (gateway == NULL)
        return FAILED;
    struct gateway_settings settings = { .storage = "memory", .warn = warn };
    return open_engine(command, &settings);
}

void data_close(void)
{
    if (in_session)
        session_leave();
    in_session = false;
}

/* --- questions --- */

void data_progress(const char *what, const char *unit)
{
    progress.what = isatty(STDERR_FILENO) && !progress.quiet ? what : NULL;
    progress.unit = unit;
    progress.last = 0;
    progress.shown = false;
}

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    enum { WIDTH = 30, EVERY = 100 /* ms */ };
    static const char bar[] = "##############################";
    struct timespec now;
    (void)context;
    if (progress.what == NULL)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long ms = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (ms - progress.last < EVERY && done < total)
        return;
    progress.last = ms;
    progress.shown = true;
    double part = total > 0 && done < total ? (double)done / (double)total : 1;
    fprintf(stderr, "\r%s [%-*.*s] %3d %%  %llu of %llu %s", progress.what, WIDTH,
            (int)(part * WIDTH), bar, (int)(part * 100), (unsigned long long)done,
            (unsigned long long)(total > done ? total : done), progress.unit);
}

static int say_error(const struct data_command *command, int status, const char *answer)
{
    json_t *json = json_loads(answer, 0, NULL);
    const char *message = json_string_value(json_object_get(json, "message"));
    if (status < 0)
        message = strerror(-status);
    if (command->json && status > 0)
        puts(answer);
    fprintf(stderr, "ddbmock %s: %s\n", command->name, message != NULL ? message : answer);
    json_decref(json);
    return FAILED;
}

int data_ask(const struct data_command *command, const char *method, const char *url, json_t *body,
             json_t **out)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL, *answer = NULL;
    size_t length = 0;
    struct gateway_control asked = {
        .method = method,
        .url = url,
        .body = text,
        .progress = show_progress,
    };
    json_decref(body);
    *out = NULL;
    int status = gateway->control(&asked, &answer, &length);
    free(text);
    if (progress.shown)
        fputc('\n', stderr);
    data_progress(NULL, NULL);
    int result = 0;
    if (status != 200) {
        result = say_error(command, status, answer);
    } else if (strstr(url, "/items") != NULL && strcmp(method, "GET") == 0) {
        if (fwrite(answer, 1, length, stdout) != length || fflush(stdout) != 0) {
            fprintf(stderr, "ddbmock %s: standard output: %s\n", command->name, strerror(errno));
            result = FAILED;
        }
    } else {
        *out = json_loadb(answer, length, 0, NULL);
        if (command->json)
            puts(answer);
    }
    free(answer);
    return result;
}

int data_do(const struct data_command *command, const char *method, const char *url, json_t *body)
{
    json_t *answer;
    int status = data_ask(command, method, url, body, &answer);
    json_decref(answer);
    return status;
}

static int out_of_memory(void)
{
    fprintf(stderr, "ddbmock %s: out of memory\n", asking);
    data_close();
    return FAILED;
}

char *data_url(const char *format, ...)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    char *url = NULL;
    size_t size;
    FILE *stream = open_memstream(&url, &size);
    if (stream == NULL)
        exit(out_of_memory());
    va_list arguments;
    va_start(arguments, format);
    for (; *format != '\0'; format++) {
        if (format[0] != '%' || format[1] != 's') {
            fputc(*format, stream);
            continue;
        }
        format++;
        for (const char *c = va_arg(arguments, const char *); *c != '\0'; c++) {
            if (strchr(plain, *c) != NULL)
                fputc(*c, stream);
            else
                fprintf(stream, "%%%c%c", digits[(unsigned char)*c >> 4], digits[*c & 15]);
        }
    }
    va_end(arguments);
    if (fclose(stream) != 0 || url == NULL)
        exit(out_of_memory());
    return url;
}

const char *data_size(char out[32], long long bytes)
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    double size = (double)bytes;
    int unit = 0;
    for (; size >= 1000 && unit < 4; unit++)
        size /= 1000;
    snprintf(out, 32, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
    return out;
}
