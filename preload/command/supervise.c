/*
 * supervise.c - see supervise.h. The program is a child; this process serves (service.c), decides (notify.c), and passes on what a
 * parent in between has to: signals, stops, and how it ended.
 */
#include "preload/command/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/addresses.h"
#include "preload/command/command.h"
#include "preload/command/notify.h"
#include "preload/command/relay.h"
#include "preload/command/service.h"
#include "preload/environment.h"
#include "preload/network.h"
#include "preload/session.h"

/* What the child is told before it becomes the program. */
struct word {
    char url[SERVICE_URL_SIZE]; /* "": none */
    char bundles[SERVICE_BUNDLES][SERVICE_BUNDLE_SIZE];
};

/* What the child tells before: how notify_install went, and with it the descriptor where that is 0. */
struct told {
    int error;
};

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "ddbmock run: %s: %s\n", what, why);
    return FAILED;
}

/* The child tells where its calls are told, waits for its word, and becomes the program. */
_Noreturn static void become(int channel, char **argv, const char *as)
{
    struct word word;
    int fd = notify_install();
    struct told told = { fd < 0 ? fd : 0 };
    struct iovec part = { &told, sizeof told };
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
    else if (fd != -EBUSY) /* another supervisor's, further up */
        fprintf(
            stderr,
            "ddbmock run: %s: what ignores AWS_ENDPOINT_URL_DYNAMODB is not led to DynamoDB, for "
            "its connections cannot be seen: %s\n",
            argv[0], strerror(-fd));
    if (recv(channel, &word, sizeof word, MSG_WAITALL) != sizeof word)
        _exit(FAILED); /* the parent has said why */
    close(channel);
    environment_prepare();
    if (word.url[0] != '\0') {
        setenv("AWS_ENDPOINT_URL_DYNAMODB", word.url, 0);
        setenv("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", word.url, 0);
    }
    for (int i = 0; i < SERVICE_BUNDLES; i++)
        if (word.bundles[i][0] != '\0')
            setenv(service_bundle_variable(i), word.bundles[i], 1);
    setenv("DDBMOCK_STATIC", "leave", 1); /* what it starts is led already */
    const char *program = argv[0];
    if (as != NULL)
        argv[0] = (char *)as;
    execvp(program, argv);
    int error = errno;
    fprintf(stderr, "ddbmock run: %s: %s\n", program, strerror(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_RUN);
}

/* What the child tells: the descriptor that it passes, or -1 with *error. */
static int receive_listener(int channel, int *error)
{
    int fd = -1;
    struct told told = { -EPIPE };
    struct iovec part = { &told, sizeof told };
    union {
        char bytes[CMSG_SPACE(sizeof fd)];
        struct cmsghdr align;
    } control;
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof control.bytes };
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) == sizeof told) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(header), sizeof fd);
    }
    *error = told.error;
    return fd;
}

/* Passes a signal on. False: the child has ended, and *status is how. */
static bool pass_on(pid_t child, const struct signalfd_siginfo *signal, int *status)
{
    const int number = (int)signal->ssi_signo;
    if (number != SIGCHLD) {
        /* The terminal's go to the program as well; a timer's that it had set before it was executed do not. */
        bool terminal =
            signal->ssi_code == SI_KERNEL &&
            (number == SIGINT || number == SIGQUIT || number == SIGHUP || number == SIGTSTP ||
             number == SIGTTIN || number == SIGTTOU || number == SIGWINCH || number == SIGCONT);
        if (signal->ssi_code == SI_QUEUE)
            sigqueue(child, number,
                     (union sigval){ .sival_ptr = (void *)(uintptr_t)signal->ssi_ptr });
        else if (!terminal)
            kill(child, number);
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

/* Until the child has ended: how. A child of -1 ends when nobody is left who could call. */
static int watch(pid_t child, int signals, int listener, struct service *service)
{
    struct pollfd polls[2 + RELAY_POLLS];
    int status = 0;
    while (child > 0 || listener >= 0) {
        polls[0] = (struct pollfd){ signals, POLLIN, 0 };
        polls[1] = (struct pollfd){ listener, POLLIN, 0 }; /* -1 is passed over */
        size_t count = relay_polls(polls + 2);
        if (poll(polls, 2 + count, -1) < 0)
            continue;
        struct signalfd_siginfo signal;
        if (polls[0].revents != 0 && read(signals, &signal, sizeof signal) == sizeof signal &&
            child > 0 && !pass_on(child, &signal, &status))
            return status;
        if (polls[1].revents & POLLIN)
            notify_decide(listener, service_port, service);
        else if (polls[1].revents != 0)
            listener = -1;
        relay_work(polls + 2, count);
    }
    return status;
}

/*
 * The program has ended, but something that it has left behind (a daemon) may still call: then a process of its own goes on, which
 * has nothing of a terminal.
 */
static bool stay_for_others(int signals, int listener, struct service *service)
{
    struct pollfd left = { listener, POLLIN, 0 };
    if (listener < 0 || poll(&left, 1, 0) < 0 || (left.revents & (POLLHUP | POLLERR)) != 0)
        return false;
    service_stop(service);
    if (service_fork(service) != 0)
        return true;
    setsid();
    (void)!freopen("/dev/null", "w", stderr);
    watch(-1, signals, listener, service);
    service_end(service);
    session_leave();
    _exit(0);
}

/* Ends as the program did. */
static int end_as(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    sigset_t all;
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 }); /* one core is enough */
    sigfillset(&all);
    signal(WTERMSIG(status), SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    raise(WTERMSIG(status));
    return 128 + WTERMSIG(status);
}

/* Signals that are not passed on: nobody can catch them, or they are this process's own. */
static void signals_to_pass(sigset_t *out)
{
    static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPIPE };
    sigfillset(out);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(out, own[i]);
}

/* What the program has for itself is not held by this process as well: who reads from its pipe waits for the end of it. */
static void let_go(int channel)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, 0);
        dup2(nothing, 1);
        if (fcntl(2, F_GETFD) < 0)
            dup2(nothing, 2);
    }
    if (channel > 3)
        close_range(3, (unsigned)channel - 1, 0);
    close_range((unsigned)channel + 1, ~0U, 0);
}

/* The child's word. Where its calls are told, it can wait until something calls. */
static int prepare(struct service *service, bool at_once, struct word *word)
{
    service_name_bundles(service);
    if (at_once && service_port(service) == 0)
        return FAILED;
    *word = (struct word){ 0 };
    if (at_once)
        memcpy(word->url, service->url, sizeof word->url);
    memcpy(word->bundles, service->bundles, sizeof word->bundles);
    return 0;
}

int supervise(char **argv, const char *as)
{
    struct service service = { 0 };
    struct word word;
    int channel[2], status = FAILED, error;
    sigset_t signals;
    addresses_configure(getenv("DDBMOCK_HOSTS"));
    network_configure(getenv("DDBMOCK_NETWORK"));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        return fail("cannot begin", strerror(errno));
    /* Not in the place of a standard stream that is closed. */
    for (int i = 0; i < 2; i++)
        if (channel[i] < 3 && (channel[i] = fcntl(channel[i], F_DUPFD_CLOEXEC, 3)) < 0)
            return fail("cannot begin", strerror(errno));
    pid_t self = getpid(), child = fork(); /* before the server has threads */
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* as if this were the program */
        if (getppid() != self)
            _exit(FAILED);
        close(channel[0]);
        become(channel[1], argv, as);
    }
    close(channel[1]);
    if (child < 0) {
        close(channel[0]);
        return fail("cannot begin", strerror(errno));
    }
    signals_to_pass(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    let_go(channel[0]);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC);
    int listener = receive_listener(channel[0], &error);
    if (fd < 0)
        fail("cannot begin", strerror(errno));
    else if (prepare(&service, as == NULL || (listener < 0 && error != -EBUSY), &word) == 0 &&
             send(channel[0], &word, sizeof word, MSG_NOSIGNAL) == sizeof word)
        status = 0;
    close(channel[0]); /* without its word the child ends */
    if (status == 0) {
        status = watch(child, fd, listener, &service);
        if (!stay_for_others(fd, listener, &service))
            service_end(&service);
    } else {
        waitpid(child, NULL, 0);
        status = FAILED << 8;
    }
    session_leave();
    return end_as(status);
}
