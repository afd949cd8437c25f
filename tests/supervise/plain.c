/*
 * plain.c - a program that knows sockets and DynamoDB's names, and nothing else; test_supervise.sh links it statically. plain
 * HOST PORT OPERATION BODY makes a request; plain COMMAND does something without one.
 */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(const char *host, const char *port, const char *operation, const char *body)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        printf("%s\n", gai_strerror(error));
        return 1;
    }
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        perror("connect");
        return 1;
    }
    char bytes[8192];
    int size =
        snprintf(bytes, sizeof bytes,
                 "POST / HTTP/1.1\r\nHost: %s\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n"
                 "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Date: 20261122T120000Z\r\n"
                 "Authorization: AWS4-HMAC-SHA256 Credential=K/20261122/us-east-1/dynamodb/"
                 "aws4_request, SignedHeaders=host, Signature=00\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                 host, operation, strlen(body), body);
    if (write(fd, bytes, (size_t)size) != size)
        return 1;
    size_t have = 0;
    for (ssize_t got; (got = read(fd, bytes + have, sizeof bytes - 1 - have)) > 0;)
        have += (size_t)got;
    bytes[have] = '\0';
    const char *answer = strstr(bytes, "\r\n\r\n");
    puts(answer ? answer + 4 : "no answer");
    return 0;
}

int main(int count, char **arguments)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (count == 5)
        return ask(arguments[1], arguments[2], arguments[3], arguments[4]);
    if (count == 3 && strcmp(arguments[1], "shell") == 0)
        return system(arguments[2]) == 0 ? 0 : 1;
    if (count != 2)
        return 2;
    if (strcmp(arguments[1], "endpoint") == 0) {
        puts(getenv("AWS_ENDPOINT_URL_DYNAMODB") != NULL ? getenv("AWS_ENDPOINT_URL_DYNAMODB")
                                                         : "none");
    } else if (strcmp(arguments[1], "name") == 0) {
        puts(arguments[0]);
    } else if (strcmp(arguments[1], "silence") == 0) {
        close(0);
        close(1);
        pause();
    } else if (strcmp(arguments[1], "seven") == 0) {
        return 7;
    } else if (strcmp(arguments[1], "kill") == 0) {
        raise(SIGKILL);
    } else if (strcmp(arguments[1], "wait") == 0) {
        puts("waiting");
        pause();
    }
    return 0;
}
