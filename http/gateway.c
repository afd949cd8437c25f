/*
 * gateway.c - the engine object's one exported symbol, and what stands behind each function of
 * gateway.h: one engine a process, a lock against forking in the middle of something, and errno as
 * the host left it.
 */
#include "http/gateway.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/settings.h"
#include "engine/stats/interval.h"
#include "engine/stats/report.h"
#include "http/authority.h"
#include "http/connection.h"
#include "http/control.h"
#include "http/hosts.h"
#include "http/server.h"
#include "http/trust.h"

#ifndef DDBMOCK_BUILD
#define DDBMOCK_BUILD DDBMOCK_VERSION
#endif

/*
 * Every function below holds it for reading; a fork for writing, so that the child finds no lock of
 * ours, OpenSSL's or the store's held by a thread that it does not have. A waiting fork goes first,
 * or busy threads would keep it out for ever.
 */
static pthread_rwlock_t inside = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static struct engine *_Atomic engine; /* set once, under open_lock */

static int enter(void)
{
    int before = errno;
    pthread_rwlock_rdlock(&inside);
    return before;
}

static void leave(int before)
{
    pthread_rwlock_unlock(&inside);
    errno = before;
}

/* A setting that is wrong is told by `open`. */
static void configure_authority(const struct gateway_settings *settings)
{
    settings_load(NULL);
    authority_configure(settings->session, setting_text(SETTING_HOSTS));
}

/* The same thing, in the words of the room below. */
static const struct descriptor_hider *hider_of(const struct gateway_hider *from)
{
    static struct descriptor_hider hider;
    if (from == NULL)
        return NULL;
    hider = (struct descriptor_hider){ from->hide, from->release, from->taken };
    return &hider;
}

static int gateway_open(const struct gateway_settings *settings, char **why)
{
    int before = enter(), error = 0;
    if (why != NULL)
        *why = NULL;
    pthread_mutex_lock(&open_lock);
    if (engine == NULL) {
        struct engine_settings wanted = { .storage = settings->storage,
                                          .path = settings->session,
                                          .warn = settings->warn,
                                          .hider = hider_of(settings->hider) };
        struct engine *opened;
        configure_authority(settings);
        error = engine_open(&wanted, &opened, why);
        if (error == 0)
            engine = opened;
    }
    pthread_mutex_unlock(&open_lock);
    leave(before);
    return error;
}

static struct gateway_connection *gateway_connect(const char *host)
{
    int before = enter();
    struct gateway_connection *connection = connection_create(engine, host);
    if (connection != NULL && host != NULL && host_is_control(host, strlen(host)))
        connection_control(connection, CONTROL_OWN);
    leave(before);
    return connection;
}

static void gateway_disconnect(struct gateway_connection *connection)
{
    int before = enter();
    connection_destroy(connection);
    leave(before);
}

static void gateway_receive(struct gateway_connection *connection, const void *bytes, size_t size)
{
    int before = enter();
    connection_receive(connection, bytes, size);
    leave(before);
}

static void gateway_consume(struct gateway_connection *connection, size_t size)
{
    int before = errno;
    connection_consume(connection,
                       size); /* frees at the most: nothing that a fork could catch half done */
    errno = before;
}

static const char *gateway_authority(const struct gateway_settings *settings, size_t *length)
{
    int before = enter();
    const char *pem = NULL;
    size_t size = 0;
    configure_authority(settings);
    if (authority_certificate(&pem, &size, NULL, NULL) != 0)
        pem = NULL;
    else if (length != NULL)
        *length = size;
    leave(before);
    return pem;
}

static bool gateway_authority_hash(const struct gateway_settings *settings, unsigned long *hash)
{
    configure_authority(settings);
    return authority_hash(hash) == 0;
}

static int gateway_trust(const struct gateway_settings *settings, const void *original, size_t size,
                         void **out, size_t *out_size)
{
    int before = enter();
    struct trust_authority authority;
    configure_authority(settings);
    int error = authority_certificate(&authority.pem, &authority.pem_length, &authority.der,
                                      &authority.der_length);
    if (error == 0)
        error = trust_add(&authority, original, size, out, out_size);
    leave(before);
    return error;
}

static void gateway_before_fork(void)
{
    int before = errno;
    pthread_rwlock_wrlock(&inside);
    if (engine != NULL)
        engine_before_fork(engine);
    errno = before;
}

static void gateway_leave(void)
{
    int before = errno;
    engine_leave();
    errno = before;
}

static void gateway_after_fork(bool child)
{
    int before = errno;
    if (engine != NULL)
        engine_after_fork(engine, child);
    if (child) {
        /* The parent's other threads may have queued for the lock; in the child they would be
         * waited for. */
        static const pthread_rwlock_t fresh = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
        inside = fresh;
    } else {
        pthread_rwlock_unlock(&inside);
    }
    errno = before;
}

static int gateway_serve(const struct gateway_server *server, char **why)
{
    int before = errno;
    int error = server_run(engine, server, why);
    errno = before;
    return error;
}

static int gateway_configuration(const char *path,
                                 void (*each)(void *context, const char *variable,
                                              const char *value),
                                 void *context, char **why)
{
    int before = errno;
    int error = settings_for_shim(path, each, context, why);
    errno = before;
    return error;
}

static char *gateway_settings(const char *format, void (*warn)(const char *line), char **why)
{
    int before = errno;
    int error = settings_load(why);
    settings_warn(warn);
    char *text = error == 0 ? settings_show(format) : NULL;
    errno = before;
    return text;
}

static void gateway_session_end(const char *directory)
{
    int before = errno;
    interval_end(directory);
    errno = before;
}

static int gateway_report(const struct gateway_report *report, char **out, char **why)
{
    char path[PATH_MAX] = "";
    int before = errno, error = settings_load(why);
    const char *file = report->file;
    if (error == 0 && file == NULL) {
        file = setting_text(SETTING_STATS);
        if (*file == '\0' || strcmp(file, "stderr") == 0) {
            if (report->session != NULL)
                snprintf(path, sizeof path, "%s/" STATS_FILE, report->session);
            file = path;
        }
    }
    struct report_options options = {
        .path = file,
        .format = report->format,
        .prices = report->prices,
        .provisioned = report->provisioned,
        .provisioned_count = report->provisioned_count,
    };
    if (error == 0)
        error = report_make(&options, out, why);
    errno = before;
    return error;
}

static int gateway_control(const struct gateway_control *asked, char **answer, size_t *length)
{
    int before = enter(), status = -ENOMEM;
    char id[REQUEST_ID_SIZE];
    struct control control = {
        .call = { .progress = asked->progress, .context = asked->context },
    };
    id_request(id);
    struct request *request = request_create(engine, "us-east-1", id);
    if (request != NULL) {
        struct slice body = slice_of(asked->body != NULL ? asked->body : "");
        if (control_ask(request, asked->method, asked->url, body, true, &control) == 0)
            request_run(request);
        struct slice said = request_body(request);
        *answer = malloc(said.length + 1);
        if (*answer != NULL) {
            memcpy(*answer, said.data, said.length);
            (*answer)[said.length] = '\0';
            *length = said.length;
            status = request_status(request);
        }
    }
    request_destroy(request);
    control_release(&control);
    leave(before);
    return status;
}

gateway_function ddbmock_gateway;

__attribute__((visibility("default"))) const struct gateway *ddbmock_gateway(void)
{
    static const struct gateway gateway = {
        .version = GATEWAY_VERSION,
        .build = DDBMOCK_BUILD,
        .open = gateway_open,
        .connect = gateway_connect,
        .disconnect = gateway_disconnect,
        .receive = gateway_receive,
        .pending = connection_pending,
        .consume = gateway_consume,
        .closed = connection_closed,
        .authority = gateway_authority,
        .authority_hash = gateway_authority_hash,
        .trust = gateway_trust,
        .before_fork = gateway_before_fork,
        .after_fork = gateway_after_fork,
        .leave = gateway_leave,
        .serve = gateway_serve,
        .control = gateway_control,
        .configuration = gateway_configuration,
        .settings = gateway_settings,
        .session_end = gateway_session_end,
        .report = gateway_report,
    };
    return &gateway;
}
