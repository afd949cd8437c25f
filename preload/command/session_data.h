/*
 * session_data.h - what the commands that look at a session's data have in common: which session is meant, the engine over
 * it in this process, and a question to its control interface (docs/control.md).
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_SESSION_DATA_H
#define DDBMOCK_PRELOAD_COMMAND_SESSION_DATA_H

#include <jansson.h>
#include <stdbool.h>

/* What every such command takes, and where it writes. */
struct data_command {
    const char *name;    /* "reset", for messages */
    const char *session; /* --session; NULL: the environment says */
    bool json;           /* --json: the answer as it is */
    bool quiet;          /* --quiet: no progress */
};

/* The options that all of them take, for getopt_long; DATA_OPTIONS_SHORT begins the string of the short ones. */
#define DATA_OPTIONS                                                                               \
    { "session", required_argument, NULL, 's' }, { "json", no_argument, NULL, 'j' },               \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }
#define DATA_OPTIONS_SHORT "s:jh"

/*
 * Takes one of them: true when `option` was one. 'h' prints `usage`; *status is then 0, when something is wrong FAILED, else
 * -1: go on.
 */
bool data_option(struct data_command *command, int option, const char *usage, int *status);

/*
 * Opens the engine over the session that is meant; `make`: one that is not there yet is made. 0, or FAILED after saying on
 * stderr what is wrong, and which session there are. data_close follows in any case.
 */
int data_open(const struct data_command *command, bool make);

/* Opens an engine that has no session, for what is not about one. As data_open. */
int data_open_nothing(const struct data_command *command);
void data_close(void);

/*
 * Asks "POST", "/reset": *out is the answer (owned by the caller; NULL where it is lines, which then are on stdout). 0, or
 * FAILED after saying on stderr what it said. `body` may be NULL, and is given up.
 */
int data_ask(const struct data_command *command, const char *method, const char *url, json_t *body,
             json_t **out);

/* As data_ask, and prints the answer with --json, else nothing. */
int data_do(const struct data_command *command, const char *method, const char *url, json_t *body);

/* `format` with every %s percent-encoded, for data_ask; to be freed. Never NULL: ends the command where memory is short. */
char *data_url(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What is being carried, for the progress on a terminal: "export Music", "items". NULL: none is shown. */
void data_progress(const char *what, const char *unit);

/* "1.4 MB", into `out`. */
const char *data_size(char out[32], long long bytes);

#endif
