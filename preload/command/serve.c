/*
 * serve.c - `ddbmock serve`: the engine object as a server of its own. What it does is in
 * http/server.c; here are the options, the session and the signals.
 */
#include "preload/command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "preload/command/keys.h"
#include "preload/session.h"

const char usage_serve[] =
    "usage: ddbmock serve [OPTION...]\n"
    "\n"
    "Serves DynamoDB over HTTP, for programs that cannot run under the shim: give them this server "
    "as their endpoint.\n"
    "Stops on SIGINT and SIGTERM.\n"
    "\n"
    "  -H, --host HOST         the address to listen at (127.0.0.1)\n"
    "  -p, --port PORT         the port to listen at (8000); 0: any that is free\n"
    "  -t, --tls               speak TLS, with a certificate of the session's own authority\n"
    "  -a, --authority FILE    write that authority's certificate to FILE, for clients to trust\n"
    "  -k, --key ID:SECRET     take only requests that are signed with this key; may be repeated\n"
    "  -K, --keys-file FILE    the same, with a file of such keys, one a line\n"
    "  -o, --open              take unsigned requests from other machines, too\n"
    "  -s, --session NAME      serve the tables of the session NAME (or, with a '/', of that "
    "directory), and keep them\n"
    "                          afterwards\n"
    "  -S, --storage STORAGE   how they are stored (lmdb)\n"
    "  -h, --help              show this\n"
    "\n"
    "An address that other machines can reach needs --key, --keys-file or --open. The exit status "
    "is 0 when stopped by\n"
    "a signal, else 125. See ddbmock-serve(1).\n";

struct options {
    struct gateway_server server;
    struct keys keys;
    const char *session, *storage, *authority;
};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "ddbmock serve: %s: %s\n", what, why);
    return FAILED;
}

/* 0; 1 when all is said and done; or FAILED. */
static int read_options(int argc, char **argv, struct options *out)
{
    static const struct option options[] = {
        { "host", required_argument, NULL, 'H' },
        { "port", required_argument, NULL, 'p' },
        { "tls", no_argument, NULL, 't' },
        { "authority", required_argument, NULL, 'a' },
        { "key", required_argument, NULL, 'k' },
        { "keys-file", required_argument, NULL, 'K' },
        { "open", no_argument, NULL, 'o' },
        { "session", required_argument, NULL, 's' },
        { "storage", required_argument, NULL, 'S' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    const char *why;
    optind = 1;
    for (int option;
         (option = getopt_long(argc, argv, "H:p:ta:k:K:os:S:h", options, NULL)) != -1;) {
        switch (option) {
        case 'H':
            out->server.host = optarg;
            break;
        case 'p':
            if (strspn(optarg, "0123456789") != strlen(optarg) || *optarg == '\0' ||
                strlen(optarg) > 5 || atoi(optarg) > 65535)
                return fail("--port", "a port is a number from 0 to 65535");
            out->server.port = optarg;
            break;
        case 't':
            out->server.tls = true;
            break;
        case 'a':
            out->authority = optarg;
            break;
        case 'k':
            if (keys_add(&out->keys, optarg, &why) != 0)
                return fail("--key", why);
            /* Secrets are not to be seen in the list of processes. */
            memset(strchr(optarg, ':') + 1, '*', strlen(strchr(optarg, ':') + 1));
            break;
        case 'K':
            if (keys_read(&out->keys, optarg) != 0)
                return FAILED;
            break;
        case 'o':
            out->server.open = true;
            break;
        case 's':
            if (*optarg == '\0')
                return fail("--session", "a name has 1 to 71 letters, digits, '-', '_' and '.'; a "
                                         "path has a '/'");
            out->session = optarg;
            break;
        case 'S':
            out->storage = optarg;
            break;
        case 'h':
            fputs(usage_serve, stdout);
            return 1;
        default:
            fputs("Try 'ddbmock help serve'.\n", stderr);
            return FAILED;
        }
    }
    if (optind < argc)
        return fail(argv[optind], "serve takes options only. Try 'ddbmock help serve'.");
    if (out->server.open && out->keys.count > 0)
        return fail("--open", "goes with no key: with keys, every request is to be signed");
    return 0;
}

/* A file that was there keeps its name and its readers; what it had is gone. */
static int write_authority(const struct gateway *gateway, const struct gateway_settings *settings,
                           const char *path)
{
    size_t length = 0;
    const char *pem = gateway->authority(settings, &length);
    if (pem == NULL)
        return fail("--authority", "the session's authority cannot be made");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ssize_t written = fd >= 0 ? write(fd, pem, length) : -1;
    int error = written == (ssize_t)length ? 0 : written < 0 ? errno : ENOSPC;
    if (fd >= 0 && close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        return 0;
    fprintf(stderr, "ddbmock serve: --authority %s: %s\n", path, strerror(error));
    return FAILED;
}

static void say_ready(void *session, const char *url)
{
    printf("ddbmock: serving %s (session %s)\n", url, (const char *)session);
    fflush(stdout);
}

static void say_warning(const char *line)
{
    fprintf(stderr, "ddbmock serve: %s\n", line);
}

/* With the session at hand. */
static int run(const struct gateway *gateway, struct options *options)
{
    const char *why = NULL;
    struct gateway_settings settings = {
        .warn = say_warning,
        .session = session_directory(&why),
    };
    if (settings.session == NULL)
        return fail("cannot make a session", why);
    if (options->authority != NULL && write_authority(gateway, &settings, options->authority) != 0)
        return FAILED;
    char *reason = NULL;
    int error = gateway->open(&settings, &reason);
    if (error != 0) {
        fail("cannot open the engine", reason != NULL ? reason : strerror(-error));
        free(reason);
        return FAILED;
    }

    options->server.context = strchr(session_setting(), '=') + 1;
    error = gateway->serve(&options->server, &reason);
    gateway->leave();
    if (error == -EACCES)
        fprintf(stderr, "ddbmock serve: %s (--key, --keys-file, --open)\n",
                reason != NULL ? reason : strerror(-error));
    else if (error != 0)
        fail("cannot listen at", reason != NULL ? reason : strerror(-error));
    free(reason);
    return error == 0 ? 0 : FAILED;
}

int serve(int argc, char **argv)
{
    struct options options = { .server = { .host = "127.0.0.1", .port = "8000", .stop = -1 } };
    int status = read_options(argc, argv, &options);
    if (status != 0) {
        keys_release(&options.keys);
        return status == 1 ? 0 : status;
    }
    /* Before any thread is: all are to leave these signals to the descriptor. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* whoever started us may not listen to what we say */
    options.server.stop = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    options.server.ready = say_ready;
    options.server.keys = options.keys.all;
    options.server.key_count = options.keys.count;

    const struct gateway *gateway = load_engine("serve");
    status = FAILED;
    if (options.server.stop < 0 ||
        (options.session != NULL && setenv(SESSION_VARIABLE, options.session, 1) != 0) ||
        (options.storage != NULL && setenv("DDBMOCK_STORAGE", options.storage, 1) != 0)) {
        fail("cannot begin", strerror(errno));
    } else if (gateway != NULL && configure("serve") == 0) {
        session_start();
        status = run(gateway, &options);
        session_leave();
    }
    if (options.server.stop >= 0)
        close(options.server.stop);
    keys_release(&options.keys);
    return status;
}
