/*
 * supervise.c - see supervise.h. The program is a child; this process serves, decides (notify.c), and passes on what a parent
 * in between has to: signals, stops, and how it ended.
 */
#include "preload/command/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/addresses.h"
#include "preload/command/command.h"
#include "preload/command/notify.h"
#include "preload/command/relay.h"
#include "preload/environment.h"
#include "preload/network.h"
#include "preload/session.h"

enum { BUNDLES = 2, BUNDLE_SIZE = 512 };

/* What the child is told before it becomes the program. */
struct word {
    char url[128];                      /* "http://127.0.0.1:40001" */
    char bundles[BUNDLES][BUNDLE_SIZE]; /* files for bundle_variables; "": leave it as it is */
};

struct service {
    const struct gateway *gateway;
    struct gateway_server server;
    pthread_t thread;
    int stop;     /* an eventfd, its `stop` */
    int ready[2]; /* a pipe: the URL, once it serves; nothing when it cannot */
    struct word word;
};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "ddbmock run: %s: %s\n", what, why);
    return FAILED;
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
static const char *const bundle_variables[BUNDLES] = { "SSL_CERT_FILE", "AWS_CA_BUNDLE" };

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

/* What the variable names, or the system's bundle, with the session's authority added; in the session's directory. */
static void make_bundle(struct service *service, const struct gateway_settings *settings, int n)
{
    static const char *const usual[] = { "/etc/ssl/certs/ca-certificates.crt",
                                         "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };
    const char *given = getenv(bundle_variables[n]);
    bool is_given = given != NULL && *given != '\0';
    char *path = service->word.bundles[n], *original = NULL;
    void *bundle = NULL;
    size_t size = 0, length = 0;
    if (n > 0 && !is_given)
        return; /* the first is enough */
    if (is_given)
        original = read_bundle(given, &length);
    for (size_t i = 0; !is_given && length == 0 && i < sizeof usual / sizeof *usual; i++) {
        free(original);
        original = read_bundle(usual[i], &length);
    }
    if (service->gateway->trust(settings, original, length, &bundle, &size) == 0) {
        snprintf(path, BUNDLE_SIZE, "%s/%s.pem", settings->session, bundle_variables[n]);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, bundle, size) != (ssize_t)size)
            *path = '\0';
        if (fd >= 0)
            close(fd);
    }
    free(bundle);
    free(original);
}

/* Opens the session and starts to serve it; the child waits meanwhile. 0, or FAILED. */
static int start_service(struct service *service)
{
    const char *why = NULL;
    char *reason = NULL;
    struct gateway_settings settings = { .warn = warn, .session = session_directory(&why) };
    if (settings.session == NULL)
        return fail("cannot make a session", why);
    int error = service->gateway->open(&settings, &reason);
    if (error != 0) {
        fail("cannot open the engine", reason != NULL ? reason : strerror(-error));
        free(reason);
        return FAILED;
    }
    for (int i = 0; i < BUNDLES; i++)
        make_bundle(service, &settings, i);
    service->stop = eventfd(0, EFD_CLOEXEC);
    if (service->stop < 0 || pipe2(service->ready, O_CLOEXEC) != 0)
        return fail("cannot begin", strerror(errno));
    service->server = (struct gateway_server){ .host = "127.0.0.1",
                                               .port = "0",
                                               .stop = service->stop,
                                               .ready = say_ready,
                                               .context = service };
    error = pthread_create(&service->thread, NULL, serve_until_stopped, service);
    if (error != 0)
        return fail("cannot begin", strerror(error));
    ssize_t got = read(service->ready[0], service->word.url, sizeof service->word.url - 1);
    close(service->ready[0]);
    return got > 0 ? 0 : FAILED;
}

static void stop_service(struct service *service)
{
    for (int i = 0; i < 2; i++) /* the second one does not wait for who is still connected */
        (void)!write(service->stop, &(uint64_t){ 1 }, sizeof(uint64_t));
    pthread_join(service->thread, NULL);
}

/* The child, which waits for its word, tells where its calls are told, and becomes the program. */
_Noreturn static void become(int channel, char **argv)
{
    struct word word;
    if (recv(channel, &word, sizeof word, MSG_WAITALL) != sizeof word)
        _exit(FAILED); /* the parent has said why */
    environment_prepare();
    setenv("AWS_ENDPOINT_URL_DYNAMODB", word.url, 0);
    setenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", word.url, 0);
    for (int i = 0; i < BUNDLES; i++)
        if (word.bundles[i][0] != '\0')
            setenv(bundle_variables[i], word.bundles[i], 1);
    int fd = notify_install();
    if (fd < 0)
        fprintf(
            stderr,
            "ddbmock run: %s: what ignores AWS_ENDPOINT_URL_DYNAMODB is not led to DynamoDB, for "
            "its connections cannot be seen: %s\n",
            argv[0], strerror(-fd));
    struct iovec part = { "", 1 };
    union {
        char bytes[CMSG_SPACE(sizeof fd)];
        struct cmsghdr align;
    } control = { { 0 } };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (sendmsg(channel, &message, 0) < 0)
        _exit(FAILED);
    if (fd >= 0)
        close(fd);
    close(channel);
    execvp(argv[0], argv);
    int error = errno;
    fprintf(stderr, "ddbmock run: %s: %s\n", argv[0], strerror(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_RUN);
}

/* The descriptor that the child passes, or -1. */
static int receive_listener(int channel)
{
    int fd = -1;
    char byte;
    struct iovec part = { &byte, 1 };
    union {
        char bytes[CMSG_SPACE(sizeof fd)];
        struct cmsghdr align;
    } control;
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes };
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == 1) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(header), sizeof fd);
    }
    return fd;
}

/* Passes a signal on. False: the child has ended, and *status is how. */
static bool pass_on(pid_t child, const struct signalfd_siginfo *signal, int *status)
{
    if (signal->ssi_signo != SIGCHLD) {
        /* The terminal's go to the program as well. */
        bool terminal = signal->ssi_code == SI_KERNEL;
        if (!terminal)
            kill(child, (int)signal->ssi_signo);
        return true;
    }
    for (pid_t ended; (ended = waitpid(-1, status, WNOHANG | WUNTRACED)) > 0;) {
        if (ended != child)
            continue;
        if (!WIFSTOPPED(*status))
            return false;
        raise(SIGSTOP); /* and when somebody continues us, it goes on, too */
        kill(child, SIGCONT);
    }
    return true;
}

/* Until the child has ended: how. */
static int watch(pid_t child, int signals, int listener, in_port_t port)
{
    struct pollfd polls[2 + RELAY_POLLS];
    int status = 0;
    for (;;) {
        polls[0] = (struct pollfd){ signals, POLLIN, 0 };
        polls[1] = (struct pollfd){ listener, POLLIN, 0 }; /* -1 is passed over */
        size_t count = relay_polls(polls + 2);
        if (poll(polls, 2 + count, -1) < 0)
            continue;
        struct signalfd_siginfo signal;
        if (polls[0].revents != 0 && read(signals, &signal, sizeof signal) == sizeof signal &&
            !pass_on(child, &signal, &status))
            return status;
        if (polls[1].revents & POLLIN)
            notify_decide(listener, port);
        else if (polls[1].revents != 0)
            listener = -1; /* nobody is left who could call */
        relay_work(polls + 2, count);
    }
}

/* Ends as the program did. */
static int end_as(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    sigset_t all;
    sigfillset(&all);
    signal(WTERMSIG(status), SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

int supervise(const struct gateway *gateway, char **argv)
{
    static const int passed[] = { SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM,
                                  SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD };
    struct service service = { .gateway = gateway, .stop = -1 };
    int channel[2];
    sigset_t signals, before;
    addresses_configure(getenv("DDBMOCK_HOSTS"));
    network_configure(getenv("DDBMOCK_NETWORK"));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        return fail("cannot begin", strerror(errno));
    pid_t child = fork(); /* before the server has threads */
    if (child == 0) {
        close(channel[0]);
        become(channel[1], argv);
    }
    close(channel[1]);
    if (child < 0) {
        close(channel[0]);
        return fail("cannot begin", strerror(errno));
    }
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        sigaddset(&signals, passed[i]);
    sigprocmask(SIG_BLOCK, &signals, &before);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC), status = FAILED;
    if (fd < 0) {
        fail("cannot begin", strerror(errno));
    } else if (start_service(&service) == 0) {
        const char *colon = strrchr(service.word.url, ':');
        in_port_t port = htons((in_port_t)atoi(colon + 1));
        ssize_t sent = send(channel[0], &service.word, sizeof service.word, MSG_NOSIGNAL);
        int listener = sent == sizeof service.word ? receive_listener(channel[0]) : -1;
        status = watch(child, fd, listener, port);
        if (listener >= 0)
            close(listener);
        stop_service(&service);
        session_leave();
        close(channel[0]);
        close(fd);
        return end_as(status);
    }
    close(channel[0]); /* the child ends without its word */
    waitpid(child, NULL, 0);
    if (fd >= 0)
        close(fd);
    return FAILED;
}
