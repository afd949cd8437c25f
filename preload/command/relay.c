/*
 * relay.c - see relay.h. Messages are taken apart by libc's resolver library.
 */
#include "preload/command/relay.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "preload/addresses.h"
#include "preload/network.h"

enum {
    SERVERS = 8,    /* name servers stood in for */
    QUESTIONS = 64, /* on their way to one; the oldest is forgotten for another */
    MESSAGE_SIZE = 4096,
    TTL = 60, /* seconds; as the service's names have */
};

static struct server {
    int fd; /* bound to loopback */
    in_port_t port;
    struct sockaddr_storage address;
    socklen_t length;
} servers[SERVERS];
static size_t server_count;

static struct question {
    int fd; /* connected to the server */
    const struct server *server;
    struct sockaddr_storage client;
    socklen_t length;
} questions[QUESTIONS];
static size_t question_count;

int relay_port(const struct sockaddr *server, socklen_t length, in_port_t *port)
{
    for (size_t i = 0; i < server_count; i++)
        if (servers[i].length == length && memcmp(&servers[i].address, server, length) == 0) {
            *port = servers[i].port;
            return 0;
        }
    if (server_count == SERVERS || length > sizeof servers[0].address)
        return -ECONNREFUSED;
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof here;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (bind(fd, (struct sockaddr *)&here, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&here, &size) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    struct server *made = &servers[server_count++];
    *made = (struct server){ .fd = fd, .port = here.sin_port, .length = length };
    memcpy(&made->address, server, length);
    *port = made->port;
    return 0;
}

/* The one question of a query: false when it is none, or has several. */
static bool read_question(const unsigned char *query, size_t size, ns_msg *message, ns_rr *question)
{
    return ns_initparse(query, (int)size, message) == 0 && ns_msg_getflag(*message, ns_f_qr) == 0 &&
           ns_msg_count(*message, ns_s_qd) == 1 && ns_parserr(message, ns_s_qd, 0, question) == 0;
}

static const struct address *asked_for(const ns_rr *question)
{
    bool short_of_memory;
    return address_of(ns_rr_name(*question), &short_of_memory);
}

bool relay_knows(const unsigned char *query, size_t size)
{
    ns_msg message;
    ns_rr question;
    return read_question(query, size, &message, &question) && asked_for(&question) != NULL;
}

/* Turns the query into its answer, in place: its size. `found` NULL: the server failed. */
static size_t write_answer(unsigned char *query, size_t room, const ns_rr *question,
                           const struct address *found)
{
    unsigned char *end = query + NS_HFIXEDSZ;
    while (*end != 0) /* the question's name: a query's own is not compressed */
        end += 1 + *end;
    end += 1 + NS_QFIXEDSZ;
    bool answered = found != NULL && ns_rr_class(*question) == ns_c_in &&
                    ns_rr_type(*question) == ns_t_a && (size_t)(end - query) + 16 <= room;
    query[2] = (unsigned char)(0x80 | (query[2] & 0x01)); /* an answer; recursion as desired */
    query[3] = found != NULL ? 0x80 : 0x80 | ns_r_servfail;
    unsigned char *at = query + 4;
    NS_PUT16(1, at);
    NS_PUT16(answered, at);
    NS_PUT16(0, at);
    NS_PUT16(0, at);
    if (answered) {
        at = end;
        NS_PUT16(0xc000 | NS_HFIXEDSZ, at); /* the question's name */
        NS_PUT16(ns_t_a, at);
        NS_PUT16(ns_c_in, at);
        NS_PUT32(TTL, at);
        NS_PUT16(NS_INADDRSZ, at);
        memcpy(at, &found->v4, NS_INADDRSZ);
        end = at + NS_INADDRSZ;
    }
    return (size_t)(end - query);
}

static void forget(size_t which)
{
    close(questions[which].fd);
    memmove(&questions[which], &questions[which + 1],
            (--question_count - which) * sizeof questions[0]);
}

static void hand_on(const struct server *server, const struct sockaddr_storage *client,
                    socklen_t length, const unsigned char *query, size_t size)
{
    const struct sockaddr *to = (const struct sockaddr *)&server->address;
    int fd = socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, to, server->length) != 0 || send(fd, query, size, 0) < 0) {
        if (fd >= 0)
            close(fd);
        return; /* whoever asked asks again */
    }
    if (question_count == QUESTIONS)
        forget(0);
    questions[question_count++] = (struct question){ fd, server, *client, length };
}

/* A question of the program's. */
static void take_question(const struct server *server)
{
    unsigned char query[MESSAGE_SIZE];
    struct sockaddr_storage client;
    socklen_t length = sizeof client;
    ns_msg message;
    ns_rr question;
    ssize_t size =
        recvfrom(server->fd, query, sizeof query, 0, (struct sockaddr *)&client, &length);
    if (size < 0 || !read_question(query, (size_t)size, &message, &question))
        return;
    const struct address *found = asked_for(&question);
    if (found == NULL && !network_refuses_name(ns_rr_name(question))) {
        network_note_name(ns_rr_name(question));
        hand_on(server, &client, length, query, (size_t)size);
        return;
    }
    size_t answer = write_answer(query, sizeof query, &question, found);
    sendto(server->fd, query, answer, 0, (struct sockaddr *)&client, length);
}

/* A server's answer. */
static void take_answer(size_t which)
{
    unsigned char answer[MESSAGE_SIZE];
    const struct question *question = &questions[which];
    ssize_t size = recv(question->fd, answer, sizeof answer, 0);
    if (size > 0)
        sendto(question->server->fd, answer, (size_t)size, 0,
               (const struct sockaddr *)&question->client, question->length);
    forget(which);
}

size_t relay_polls(struct pollfd *out)
{
    size_t count = 0;
    for (size_t i = 0; i < server_count; i++)
        out[count++] = (struct pollfd){ servers[i].fd, POLLIN, 0 };
    for (size_t i = 0; i < question_count; i++)
        out[count++] = (struct pollfd){ questions[i].fd, POLLIN, 0 };
    return count;
}

void relay_work(const struct pollfd *polled, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (polled[i].revents == 0)
            continue;
        for (size_t n = 0; n < server_count; n++)
            if (servers[n].fd == polled[i].fd)
                take_question(&servers[n]);
        for (size_t n = 0; n < question_count; n++)
            if (questions[n].fd == polled[i].fd) {
                take_answer(n);
                break;
            }
    }
}
