/*
 * asker.c - a library that loads another one by its bare name, which only its own RUNPATH leads to;
 * both are made from this file. For test_loading.c.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

void *ask(const char *name);
int asked(const char *host);

void *ask(const char *name)
{
    /* Kept from becoming a jump, which would make this library's caller the one that asks. */
    void *volatile found = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    return found;
}

/* Whether `host` resolves to the loopback network from here. */
int asked(const char *host)
{
    struct addrinfo hints = { .ai_family = AF_INET }, *found;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return -1;
    unsigned char first = *(unsigned char *)&((struct sockaddr_in *)found->ai_addr)->sin_addr;
    freeaddrinfo(found);
    return first == 127;
}
