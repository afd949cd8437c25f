/*
 * early.c - a library whose constructor calls DynamoDB, loaded so that it runs before the shim's own
 * constructor. For test_processes.c, which asks how it went.
 */
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *early_answer(void);

static char answer[200];

__attribute__((constructor)) static void call(void)
{
    static const char request[] = "GET /host HTTP/1.1\r\n\r\n";
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
    if (getaddrinfo("dynamodb.eu-west-1.amazonaws.com", "80", &hints, &found) != 0)
        return;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, found->ai_addr, found->ai_addrlen) == 0 &&
        send(fd, request, sizeof request - 1, 0) == sizeof request - 1)
        recv(fd, answer, sizeof answer - 1, 0);
    freeaddrinfo(found);
    close(fd);
}

const char *early_answer(void)
{
    const char *body = strstr(answer, "\r\n\r\n");
    return body != NULL ? body + 4 : "";
}
