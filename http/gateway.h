/*
 * gateway.h - the one door between the shim (libddbmock.so) and the engine object (libddbmock-engine.so).
 *
 * The engine object exports it as one symbol, ddbmock_gateway, found with dlsym (and beside it the functions of
 * engine/ddbmock.h, which the shim does not use). Behind it: connections that eat and yield
 * bytes and know no sockets, and the authority that signs their certificates. The shim, `ddbmock serve` and the fuzzers
 * drive the same functions.
 *
 * A connection belongs to whoever opened it, who sees to it that one thread at a time is inside it; different
 * connections may be used from different threads. No function blocks on anything but the store's own locks, and none
 * changes errno, prints, exits or raises a signal.
 */
#ifndef DDBMOCK_HTTP_GATEWAY_H
#define DDBMOCK_HTTP_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GATEWAY_VERSION = 9 };

struct gateway_connection;

/*
 * Hides the store's descriptors from a program that closes all that it finds: `hide` moves one to another number and gives
 * that, or -errno with it closed; `release` closes one that was hidden, also between before_fork and after_fork; `taken` says
 * how many of the hidden numbers the program has put files of its own under.
 */
struct gateway_hider {
    int (*hide)(int descriptor);
    void (*release)(int descriptor);
    unsigned (*taken)(void);
};

struct gateway_settings {
    const char *storage; /* as for DDBMOCK_STORAGE; NULL: what that says */
    const char *
        session; /* a directory that only this user can enter: authority and store live there. NULL: in memory only */
    void (*warn)(
        const char
            *line); /* is told of settings that are wrong or misspelt, by `open`; may be NULL */
    const struct gateway_hider
        *hider; /* of the store's descriptors; static; NULL: they stay where they are */
};

/* An access key whose signatures are taken: "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY". */
struct gateway_key {
    const char *id, *secret;
};

/* What `serve` is asked for; everything is borrowed until it returns. */
struct gateway_server {
    const char *host; /* an address, or a name that has one */
    const char *port; /* "8000"; "0": any that is free */
    bool tls;         /* nothing but TLS; else plain HTTP, and TLS from those who begin with it */
    bool open;        /* beyond loopback, requests need not be signed */
    const struct gateway_key
        *keys; /* every operation is to be signed with one of these; key_count 0: with any, or an
                                       invented one */
    size_t key_count;
    int stop; /* a descriptor, read when there is something in it: the first time, what has been asked is answered and
                 everybody is sent away; the second time, at once */
    void (*ready)(
        void *context,
        const char *url); /* once connections are taken, "http://127.0.0.1:8000"; may be NULL */
    void *context;
};

/* What `report` is asked for. */
struct gateway_report {
    const char
        *file; /* of statistics; NULL: the one that DDBMOCK_STATS names, else that of `session` */
    const char *session;            /* a session's directory, or NULL */
    const char *format;             /* "text", "json" or "html" */
    const char *prices;             /* a file of prices, or NULL */
    const char *const *provisioned; /* "TABLE=READ,WRITE" or "TABLE/INDEX=READ,WRITE" */
    size_t provisioned_count;
};

/* A request to the control interface (docs/control.md) that needs no HTTP. */
struct gateway_control {
    const char *method, *url; /* "POST", "/tables/Music/export?region=us-east-1" */
    const char *body;         /* NUL-terminated; NULL: none */
    void (*progress)(void *context, uint64_t done,
                     uint64_t total); /* of what takes long; may be NULL */
    void *context;
};

struct gateway {
    unsigned version;  /* GATEWAY_VERSION, else the two objects are not of one build */
    const char *build; /* "0.5.0 (abcdef0)" */

    /*
     * Opens the engine and the authority; once per process, before anything below. 0, or -errno with *why as a sentence (to
     * be freed with free(3), may be NULL). After a failure it may be called again.
     */
    int (*open)(const struct gateway_settings *settings, char **why);

    /* A connection to `host` (as the client resolved it, or NULL), or NULL when memory is short. */
    struct gateway_connection *(*connect)(const char *host);
    void (*disconnect)(struct gateway_connection *connection);

    /*
     * Bytes from the client; all of them are taken. The first ones tell TLS from plain HTTP. After the connection has
     * closed, they are dropped.
     */
    void (*receive)(struct gateway_connection *connection, const void *bytes, size_t size);

    /* Bytes for the client that wait to be taken: the size of the first run of them, 0 when there are none. */
    size_t (*pending)(struct gateway_connection *connection, const void **bytes);
    void (*consume)(struct gateway_connection *connection,
                    size_t size); /* at most what pending said */

    /* Whether we have closed: once nothing is pending, the client is to see the end of the stream. */
    bool (*closed)(const struct gateway_connection *connection);

    /*
     * The session's authority as PEM, NUL-terminated; valid for the life of the process. NULL when it cannot be made.
     * Needs no open engine; `settings` as for open.
     */
    const char *(*authority)(const struct gateway_settings *settings, size_t *length);

    /* The hash of its name by which OpenSSL looks it up in a directory of authorities; false when it cannot be made. */
    bool (*authority_hash)(const struct gateway_settings *settings, unsigned long *hash);

    /*
     * A trust store with the authority added to what it has: `original` is the file's content (PEM bundle, JKS or PKCS12,
     * told apart by its bytes; size 0: a new PEM bundle). *out is malloc'd. 0, or -errno.
     */
    int (*trust)(const struct gateway_settings *settings, const void *original, size_t size,
                 void **out, size_t *out_size);

    /* Around fork(2), in the forking thread: it must not be inside any other function here. */
    void (*before_fork)(void);
    void (*after_fork)(bool child);

    /* The process ends: says of the store's files that they are well left, closes nothing and waits for nobody. May be called at
     * any time, by any thread, whatever the others do. */
    void (*leave)(void);

    /*
     * Serves the open engine over TCP with a few threads of its own, until `stop` says so: 0, with all threads and
     * connections gone. -errno with *why as a sentence when it cannot begin: -EACCES when `host` is beyond loopback and
     * there are neither keys nor `open`. Raises the limit of open descriptors to what the process may have. Unlike all
     * the others it blocks; the process must not fork meanwhile.
     */
    int (*serve)(const struct gateway_server *server, char **why);

    /*
     * Does what http://ddbmock.local/ would do, files included: the HTTP status, with *answer (NUL-terminated; to be freed)
     * and *length; or -ENOMEM.
     */
    int (*control)(const struct gateway_control *control, char **answer, size_t *length);

    /*
     * Calls `each` for what the configuration file at `path` says of the settings that are the shim's own: the variable and
     * its value. 0, or -errno with *why as a sentence (to be freed, may be NULL).
     */
    int (*configuration)(const char *path,
                         void (*each)(void *context, const char *variable, const char *value),
                         void *context, char **why);

    /*
     * All settings of the process with their values and sources, as "text", "long" or "json"; to be freed. What is wrong with
     * them is told to `warn`. NULL with *why as above when one of them is refused.
     */
    char *(*settings)(const char *format, void (*warn)(const char *line), char **why);

    /* The session in `directory` is about to be removed: tells of its statistics on standard error, where it has some. */
    void (*session_end)(const char *directory);

    /* What `report` says of a file of statistics: 0 and *out, a text to be freed; or -errno with *why as above. */
    int (*report)(const struct gateway_report *report, char **out, char **why);
};

/* The door: `const struct gateway *ddbmock_gateway(void)`. */
#define GATEWAY_SYMBOL "ddbmock_gateway"
typedef const struct gateway *gateway_function(void);

#endif
