/*
 * server.c - see server.h: the threads, the way of one client through them, and the end.
 *
 * A client belongs to the thread that epoll gave it to, until that thread arms it again (ask) or
 * lets it go (dismiss): EPOLLONESHOT sees to that. The thread of server_run watches the clock and
 * the stop descriptor, and ends a client only by shutting its socket down, which its next thread
 * then finds.
 */
#include "http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/connection.h"
#include "http/listener.h"
#include "http/signature.h"

enum {
    WORKERS_MIN = 2, /* one may wait for the store */
    WORKERS_MAX = 8,
    CLIENTS_MAX = 65536,
    SPARE_DESCRIPTORS = 64, /* for the store, the authority, the listener */
    READ_SIZE = 8192,       /* bytes; also bounds how many pipelined answers pile up */
    READS_A_TURN = 32,      /* before others have theirs */
    ACCEPTS_A_TURN = 64,
    IDLE_SECONDS = 600,    /* between two requests; SDKs give their connections up far earlier */
    REQUEST_SECONDS = 300, /* from a request's first byte to its last */
    ANSWER_SECONDS = 120,  /* without a byte of an answer being taken */
    LINGER_SECONDS = 5,    /* for the other side to close after us */
    GRACE_SECONDS = 5,     /* for what is half-way when the server is to stop */
    TLS_HANDSHAKE = 0x16,  /* the first byte of a TLS connection */
};

struct client {
    int fd;
    bool started;        /* its first byte has come */
    bool lingers;        /* we have closed, and wait for it to do so */
    int64_t request_end; /* second by which the present request is to be whole; 0: there is none */
    struct gateway_connection *connection;
    _Atomic int64_t deadline; /* second; INT64_MAX while a thread has it */
    atomic_bool waits;        /* for a next request: nothing is half-way */
    struct client *previous, *next;
};

struct server {
    const struct gateway_server *options;
    struct engine *engine;
    struct signature_keys keys;
    enum control_access control;
    int listener, poll, wake; /* descriptors; wake: readable when the threads are to end */
    atomic_bool stopping;

    pthread_mutex_t lock;  /* everything below */
    struct client clients; /* the head of a ring */
    size_t count, limit;
    bool paused; /* the listener is not armed */
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time.tv_sec;
}

static void arm(struct server *server, int operation, int fd, uint32_t events, void *what)
{
    struct epoll_event event = { .events = events | EPOLLONESHOT, .data.ptr = what };
    epoll_ctl(server->poll, operation, fd, &event);
}

static void arm_listener(struct server *server)
{
    if (!atomic_load(&server->stopping))
        arm(server, EPOLL_CTL_MOD, server->listener, EPOLLIN, NULL);
}

/* Waits for a client's next event; from here on it may be another thread's. */
static void ask(struct server *server, struct client *client, uint32_t events, int64_t deadline)
{
    int fd = client->fd;
    atomic_store(&client->deadline, deadline);
    arm(server, EPOLL_CTL_MOD, fd, events, client);
}

static void dismiss(struct server *server, struct client *client)
{
    pthread_mutex_lock(&server->lock);
    client->previous->next = client->next;
    client->next->previous = client->previous;
    server->count--;
    bool resume = server->paused;
    server->paused = false;
    pthread_mutex_unlock(&server->lock);
    connection_destroy(client->connection);
    close(client->fd);
    free(client);
    if (resume)
        arm_listener(server);
}

static bool admit(struct server *server, int fd)
{
    const int yes = 1;
    char host[LISTENER_ADDRESS_SIZE];
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return false;
    /* The address is the name of those whose TLS says none. */
    listener_local_address(fd, host);
    client->fd = fd;
    client->connection = connection_create(server->engine, host);
    if (client->connection == NULL) {
        free(client);
        return false;
    }
    connection_control(client->connection, server->control);
    if (server->keys.count > 0)
        connection_require_signatures(client->connection, &server->keys);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    atomic_init(&client->waits, true);

    pthread_mutex_lock(&server->lock);
    client->next = &server->clients;
    client->previous = server->clients.previous;
    client->previous->next = client->next->previous = client;
    server->count++;
    atomic_store(&client->deadline, now() + IDLE_SECONDS);
    pthread_mutex_unlock(&server->lock);
    arm(server, EPOLL_CTL_ADD, fd, EPOLLIN, client);
    return true;
}

/* Whether there is room for another client; else the listener rests until one has gone. */
static bool has_room(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    bool room = server->count < server->limit && !atomic_load(&server->stopping);
    if (!room)
        server->paused = true;
    pthread_mutex_unlock(&server->lock);
    return room;
}

static void accept_clients(struct server *server)
{
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        if (!has_room(server))
            return;
        /* cppcheck-suppress nullPointer; nobody asks who it is */
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (!admit(server, fd))
                close(fd);
            continue;
        }
        if (errno == EAGAIN)
            break;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pthread_mutex_lock(&server->lock);
            server->paused = true;
            pthread_mutex_unlock(&server->lock);
            return;
        }
        /* Else that one client has gone already. */
    }
    arm_listener(server);
}

/* Sends what waits: 1 when it is all gone, 0 when the socket is full, -1 when nobody takes it. */
static int drain(struct client *client)
{
    const void *bytes;
    size_t size;
    while ((size = connection_pending(client->connection, &bytes)) > 0) {
        ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
        if (sent >= 0)
            connection_consume(client->connection, (size_t)sent);
        else if (errno == EAGAIN)
            return 0;
        else if (errno != EINTR)
            return -1;
    }
    return 1;
}

/* Closing at once would take the last answer away from a client that is still sending. */
static void linger(struct server *server, struct client *client)
{
    client->lingers = true;
    shutdown(client->fd, SHUT_WR);
    ask(server, client, EPOLLIN, now() + LINGER_SECONDS);
}

/* Plain HTTP where only TLS is spoken. */
static void refuse_plain(struct server *server, struct client *client)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
                                 "Content-Length: 37\r\nConnection: close\r\n\r\n"
                                 "TLS is spoken here: begin with https\n";
    ssize_t sent = send(client->fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    (void)sent;
    linger(server, client);
}

/* Until when the client may take to send what it is at. */
static int64_t receive_deadline(struct client *client)
{
    int64_t time = now();
    if (connection_idle(client->connection)) {
        client->request_end = 0;
        return time + IDLE_SECONDS;
    }
    if (client->request_end == 0)
        client->request_end = time + REQUEST_SECONDS;
    return client->request_end;
}

static void discard(struct server *server, struct client *client, int64_t deadline)
{
    char bytes[READ_SIZE];
    ssize_t got = 0;
    for (int i = 0; i < READS_A_TURN; i++)
        if ((got = recv(client->fd, bytes, sizeof bytes, 0)) <= 0)
            break;
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        ask(server, client, EPOLLIN, deadline);
    else
        dismiss(server, client);
}

/* What there is to do for a client, for a turn. */
static void serve_client(struct server *server, struct client *client)
{
    struct gateway_connection *connection = client->connection;
    char bytes[READ_SIZE];
    /* Also what hands the client over from the thread that armed it, as far as C is concerned. */
    int64_t deadline = atomic_exchange(&client->deadline, INT64_MAX);
    if (client->lingers) {
        discard(server, client, deadline);
        return;
    }
    atomic_store(&client->waits, false);
    for (int i = 0;; i++) {
        int drained = drain(client);
        if (drained < 0) {
            dismiss(server, client);
            return;
        }
        if (drained == 0) {
            ask(server, client, EPOLLOUT, now() + ANSWER_SECONDS);
            return;
        }
        if (connection_closed(connection)) {
            linger(server, client);
            return;
        }
        if (i == READS_A_TURN)
            break;
        ssize_t got = recv(client->fd, bytes, sizeof bytes, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0) {
            dismiss(server, client);
            return;
        }
        if (!client->started && server->options->tls && bytes[0] != TLS_HANDSHAKE) {
            refuse_plain(server, client);
            return;
        }
        client->started = true;
        connection_receive(connection, bytes, (size_t)got);
    }
    bool idle = connection_idle(connection);
    atomic_store(&client->waits, idle);
    /* Either we see this, or whoever stops the server sees that the client waits. */
    if (idle && atomic_load(&server->stopping))
        dismiss(server, client);
    else
        ask(server, client, EPOLLIN, receive_deadline(client));
}

static void *work(void *context)
{
    struct server *server = context;
    for (;;) {
        struct epoll_event event;
        int got = epoll_wait(server->poll, &event, 1, -1);
        if (got < 0 && errno != EINTR)
            return NULL;
        if (got != 1)
            continue;
        if (event.data.ptr == NULL)
            accept_clients(server);
        else if (event.data.ptr == server)
            return NULL;
        else
            serve_client(server, event.data.ptr);
    }
}

/* --- the thread of server_run --- */

/* Ends the clients whose time is up; with `everybody`, all. */
static void send_away(struct server *server, bool everybody)
{
    int64_t time = now();
    pthread_mutex_lock(&server->lock);
    for (struct client *client = server->clients.next; client != &server->clients;
         client = client->next)
        if (everybody || atomic_load(&client->deadline) < time)
            shutdown(client->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
}

static size_t count_clients(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

/* Takes what is in the stop descriptor: whether that was anything. */
static bool is_stopped(const struct server *server, int milliseconds)
{
    char bytes[256];
    struct pollfd stop = { .fd = server->options->stop, .events = POLLIN };
    if (poll(&stop, 1, milliseconds) != 1)
        return false;
    ssize_t got = read(stop.fd, bytes, sizeof bytes);
    return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

static void watch(struct server *server)
{
    while (!is_stopped(server, 1000)) {
        send_away(server, false);
        /* It may rest because descriptors or memory were short, which nobody tells us. */
        pthread_mutex_lock(&server->lock);
        bool resume = server->paused && server->count < server->limit;
        server->paused = server->paused && !resume;
        pthread_mutex_unlock(&server->lock);
        if (resume)
            arm_listener(server);
    }
}

/* Nobody is let in; who waits is sent away, once what has arrived from it is answered; who is
 * half-way has some time. */
static void stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    shutdown(server->listener, SHUT_RD);
    pthread_mutex_lock(&server->lock);
    for (struct client *client = server->clients.next; client != &server->clients;
         client = client->next)
        if (atomic_load(&client->waits))
            shutdown(client->fd, SHUT_RD);
    pthread_mutex_unlock(&server->lock);
    int64_t end = now() + GRACE_SECONDS;
    while (count_clients(server) > 0 && now() < end && !is_stopped(server, 10))
        ;
    send_away(server, true);
}

static size_t raise_limit(void)
{
    struct rlimit limit = { .rlim_cur = 1024, .rlim_max = 1024 };
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = { .rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max };
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    size_t all = limit.rlim_cur > CLIENTS_MAX ? CLIENTS_MAX : (size_t)limit.rlim_cur;
    return all > 2 * SPARE_DESCRIPTORS ? all - SPARE_DESCRIPTORS : all / 2 + 1;
}

/* Runs the threads until it is time to stop. 0, or -errno when there can be none. */
static int run_workers(struct server *server)
{
    pthread_t workers[WORKERS_MAX];
    sigset_t all, former;
    long wanted = sysconf(_SC_NPROCESSORS_ONLN);
    wanted = wanted < WORKERS_MIN ? WORKERS_MIN : wanted > WORKERS_MAX ? WORKERS_MAX : wanted;
    int started = 0, error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    while (started < wanted && error == 0)
        if ((error = pthread_create(&workers[started], NULL, work, server)) == 0)
            started++;
    pthread_sigmask(SIG_SETMASK, &former, NULL);

    if (started > 0) {
        char url[LISTENER_URL_SIZE];
        listener_url(server->listener, server->options->tls, url);
        if (server->options->ready != NULL)
            server->options->ready(server->options->context, url);
        watch(server);
        stop(server);
    }
    ssize_t written = write(server->wake, &(uint64_t){ 1 }, sizeof(uint64_t));
    (void)written;
    for (int i = 0; i < started; i++)
        pthread_join(workers[i], NULL);
    while (server->clients.next != &server->clients)
        dismiss(server, server->clients.next);
    return started > 0 ? 0 : -error;
}

int server_run(struct engine *engine, const struct gateway_server *options, char **why)
{
    char *reason = NULL;
    struct server server = {
        .options = options,
        .engine = engine,
        .keys = { options->keys, options->key_count },
        .poll = -1,
        .wake = -1,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .clients = { .previous = &server.clients, .next = &server.clients },
    };
    server.limit = raise_limit();
    int error = 0;
    server.listener = listener_open(options->host, options->port,
                                    options->open || options->key_count > 0, &reason);
    if (server.listener < 0) {
        error = server.listener;
    } else {
        server.control = listener_is_local(server.listener) ? CONTROL_LOOPBACK : CONTROL_REMOTE;
        server.poll = epoll_create1(EPOLL_CLOEXEC);
        server.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = &server };
        if (server.poll < 0 || server.wake < 0 ||
            epoll_ctl(server.poll, EPOLL_CTL_ADD, server.wake, &event) != 0)
            error = -errno;
        else
            arm(&server, EPOLL_CTL_ADD, server.listener, EPOLLIN, NULL);
    }
    if (error == 0)
        error = run_workers(&server);
    if (error != 0 && reason == NULL)
        reason = strdup(strerror(-error));

    int descriptors[] = { server.listener, server.poll, server.wake };
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    if (why != NULL)
        *why = reason;
    else
        free(reason);
    return error;
}
