/*
 * service.c - see service.h.
 */
#include "preload/command/service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload/command/command.h"
#include "preload/session.h"

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "ddbmock run: %s: %s\n", what, why);
    return -1;
}

static void say_ready(void *context, const char *url)
{
    struct service *service = context;
    ssize_t written = write(service->ready[1], url, strlen(url));
    (void)written;
}

static void *serve_until_stopped(void *context)
{
    struct service *service = context;
    char *why = NULL;
    int error = service->gateway->serve(&service->server, &why);
    if (error != 0)
        fail("cannot serve", why != NULL ? why : strerror(-error));
    free(why);
    close(service->ready[1]);
    return NULL;
}

static void warn(const char *line)
{
    fprintf(stderr, "ddbmock run: %s\n", line);
}

/* The variables that name a bundle of trusted certificates to what is supervised: Go's runtime, AWS's SDK for it. */
static const char *const bundle_variables[SERVICE_BUNDLES] = { "SSL_CERT_FILE", "AWS_CA_BUNDLE" };

/* A file's bytes, to be freed; *size 0 when it cannot be read. */
static char *read_bundle(const char *path, size_t *size)
{
    struct stat status;
    char *bytes = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        (bytes = malloc((size_t)status.st_size + 1)) != NULL) {
        ssize_t got = read(fd, bytes, (size_t)status.st_size);
        *size = got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

/* What the variable names, or the system's bundle, with the session's authority added. At once: a program may be looking. */
static void make_bundle(struct service *service, const struct gateway_settings *settings, int n)
{
    static const char *const usual[] = { "/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
    const char *given = getenv(bundle_variables[n]), *path = service->bundles[n];
    bool is_given = given != NULL && *given != '\0';
    char *original = NULL, made[SERVICE_BUNDLE_SIZE + 8];
    void *bundle = NULL;
    size_t size = 0, length = 0;
    if (is_given)
        original = read_bundle(given, &length);
    for (size_t i = 0; !is_given && length == 0 && i < sizeof usual / sizeof *usual; i++) {
        free(original);
        original = read_bundle(usual[i], &length);
    }
    snprintf(made, sizeof made, "%s.new", path);
    if (service->gateway->trust(settings, original, length, &bundle, &size) == 0) {
        int fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd >= 0 && write(fd, bundle, size) == (ssize_t)size)
            rename(made, path);
        if (fd >= 0)
            close(fd);
    }
    free(bundle);
    free(original);
}

const char *service_bundle_variable(int n)
{
    return bundle_variables[n];
}

void service_name_bundles(struct service *service)
{
    const char *why, *session = session_directory(&why);
    for (int n = 0; session != NULL && n < SERVICE_BUNDLES; n++) {
        const char *given = getenv(bundle_variables[n]);
        /* The first is enough where nobody gave the others. */
        if ((n == 0 || (given != NULL && *given != '\0')) &&
            snprintf(service->bundles[n], SERVICE_BUNDLE_SIZE, "%s/%s-%d.pem", session,
                     bundle_variables[n], (int)getpid()) >= SERVICE_BUNDLE_SIZE)
            service->bundles[n][0] = '\0';
    }
}

/* The engine with the session open, and the bundles in their places. */
static int open_engine(struct service *service)
{
    const char *why = NULL;
    char *reason = NULL;
    struct gateway_settings settings = { .warn = warn, .session = session_directory(&why) };
    if (settings.session == NULL)
        return fail("cannot make a session", why);
    const struct gateway *gateway = load_engine("run");
    if (gateway == NULL)
        return -1;
    int error = gateway->open(&settings, &reason);
    if (error != 0) {
        fail("cannot open the engine", reason != NULL ? reason : strerror(-error));
        free(reason);
        return -1;
    }
    service->gateway = gateway;
    for (int n = 0; n < SERVICE_BUNDLES; n++)
        if (service->bundles[n][0] != '\0')
            make_bundle(service, &settings, n);
    return 0;
}

static int start(struct service *service)
{
    if (service->gateway == NULL && open_engine(service) != 0)
        return -1;
    service->stop = eventfd(0, EFD_CLOEXEC);
    if (service->stop < 0 || pipe2(service->ready, O_CLOEXEC) != 0)
        return fail("cannot begin", strerror(errno));
    service->server = (struct gateway_server){ .host = "127.0.0.1",
                                               .port = "0",
                                               .stop = service->stop,
                                               .ready = say_ready,
                                               .context = service };
    int error = pthread_create(&service->thread, NULL, serve_until_stopped, service);
    if (error != 0)
        return fail("cannot begin", strerror(error));
    memset(service->url, 0, sizeof service->url);
    ssize_t got = read(service->ready[0], service->url, sizeof service->url - 1);
    close(service->ready[0]);
    return got > 0 ? 0 : -1;
}

in_port_t service_port(void *context)
{
    struct service *service = context;
    if (service->state == SERVICE_NEW)
        service->state = start(service) == 0 ? SERVICE_RUNS : SERVICE_FAILED;
    if (service->state != SERVICE_RUNS)
        return 0;
    return htons((in_port_t)atoi(strrchr(service->url, ':') + 1));
}

void service_stop(struct service *service)
{
    if (service->state != SERVICE_RUNS)
        return;
    for (int i = 0; i < 2; i++) /* the second one does not wait for who is still connected */
        (void)!write(service->stop, &(uint64_t){ 1 }, sizeof(uint64_t));
    pthread_join(service->thread, NULL);
    close(service->stop);
    service->state = SERVICE_NEW;
}

void service_end(struct service *service)
{
    service_stop(service);
    for (int n = 0; n < SERVICE_BUNDLES; n++)
        if (service->bundles[n][0] != '\0')
            unlink(service->bundles[n]);
}

pid_t service_fork(struct service *service)
{
    if (service->gateway != NULL)
        service->gateway->before_fork();
    pid_t child = fork();
    if (service->gateway != NULL)
        service->gateway->after_fork(child == 0);
    return child;
}
