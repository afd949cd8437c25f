/*
 * names.c - getaddrinfo and its kind: DynamoDB's names get synthetic loopback addresses
 * (addresses.h), every other name goes to libc. The old gethostby* calls are in lookup.c.
 *
 * The answer comes from libc's own getaddrinfo, called with the address as a string, so that its
 * freeaddrinfo frees it. No query is sent for a name of ours, by whatever function it is asked for.
 */
#include "preload/addresses.h"
#include "preload/network.h"
#include "preload/real.h"
#include "preload/shim.h"

#include <errno.h>
#include <string.h>

/* One family's addresses. */
static int resolve_family(const struct address *found, int family, const char *service,
                          struct addrinfo wish, struct addrinfo **result)
{
    /*
     * AI_ADDRCONFIG asks whether the machine has an address beyond loopback; ours need none.
     * AI_V4MAPPED is the numeric string's own doing.
     */
    wish.ai_family = family;
    wish.ai_flags &= ~(AI_ADDRCONFIG | AI_V4MAPPED | AI_ALL | AI_IDN | AI_CANONIDN);
    wish.ai_flags |= AI_NUMERICHOST;
    /*
     * Whoever asks for IPv6 alone gets the mapped form, with or without AI_V4MAPPED: the kernel
     * takes it on an IPv6 socket, and if no hook sees the connect it still ends at this machine's
     * loopback interface.
     */
    const char *text = family == AF_INET6 ? found->mapped : found->text;
    int error = REAL(getaddrinfo)(text, service, &wish, result);
    if (error != 0 || !(wish.ai_flags & AI_CANONNAME) || *result == NULL)
        return error;
    char *name = strdup(found->name);
    if (name == NULL) {
        freeaddrinfo(*result);
        *result = NULL;
        return EAI_MEMORY;
    }
    free((*result)->ai_canonname);
    (*result)->ai_canonname = name;
    return 0;
}

static int resolve(const struct address *found, const char *service, const struct addrinfo *hints,
                   struct addrinfo **result)
{
    struct addrinfo wish = { .ai_family = AF_UNSPEC }, **end = result;
    if (hints != NULL)
        wish = *hints;
    if (wish.ai_family != AF_UNSPEC)
        return resolve_family(found, wish.ai_family, service, wish, result);
    int error = resolve_family(found, AF_INET, service, wish, result);
    /* As the service has it: only the dual-stack names (dynamodb.<region>.api.aws) have IPv6
     * addresses. */
    if (error != 0 || strstr(found->name, ".api.") == NULL)
        return error;
    while (*end != NULL)
        end = &(*end)->ai_next;
    wish.ai_flags &= ~AI_CANONNAME;
    error = resolve_family(found, AF_INET6, service, wish, end);
    if (error != 0)
        freeaddrinfo(*result);
    return error;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    if (name == NULL || shim_inside() || (hints != NULL && (hints->ai_flags & AI_NUMERICHOST)))
        return REAL(getaddrinfo)(name, service, hints, result);
    bool short_of_memory;
    const struct address *found = address_of(name, &short_of_memory);
    if (found != NULL)
        return resolve(found, service, hints, result);
    if (short_of_memory)
        return EAI_MEMORY;
    network_note_name(name);
    int error = REAL(getaddrinfo)(name, service, hints, result);
    bool unknown = error == EAI_NONAME || error == EAI_NODATA || error == EAI_AGAIN ||
                   error == EAI_FAIL || error == EAI_ADDRFAMILY;
    return unknown && network_refuses_name(name) ? EAI_AGAIN : error;
}

int getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event)
{
    /* libc resolves in threads of its own that no hook sees: hand it the numeric address instead.
     */
    for (int i = 0; i < count && !shim_inside(); i++) {
        bool short_of_memory;
        if (list[i] == NULL || list[i]->ar_name == NULL)
            continue;
        const struct address *found = address_of(list[i]->ar_name, &short_of_memory);
        if (short_of_memory)
            return EAI_MEMORY;
        if (found == NULL)
            continue;
        const struct addrinfo *hints = list[i]->ar_request;
        list[i]->ar_name =
            hints != NULL && hints->ai_family == AF_INET6 ? found->mapped : found->text;
    }
    return REAL(getaddrinfo_a)(mode, list, count, event);
}

int getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_size,
                char *service, socklen_t service_size, int flags)
{
    const struct address *found = NULL;
    if (atomic_load_explicit(&addresses_known, memory_order_relaxed) && !shim_inside() &&
        host != NULL && host_size > 0 && !(flags & NI_NUMERICHOST))
        found = address_find(address, length);
    if (found == NULL)
        return REAL(getnameinfo)(address, length, host, host_size, service, service_size, flags);
    size_t size = strlen(found->name) + 1;
    if (size > host_size)
        return EAI_OVERFLOW;
    if (service != NULL && service_size > 0) {
        int error = REAL(getnameinfo)(address, length, NULL, 0, service, service_size, flags);
        if (error != 0)
            return error;
    }
    memcpy(host, found->name, size);
    return 0;
}

/*
 * The resolver's raw queries would go to a name server. For our names there is nothing to be had
 * there.
 */
static bool refuse_query(const char *name, int *h_error)
{
    bool short_of_memory;
    if (name == NULL || shim_inside())
        return false;
    if (address_of(name, &short_of_memory) == NULL && !short_of_memory) {
        network_note_name(name);
        if (!network_refuses_name(name))
            return false;
        *h_error = TRY_AGAIN;
        return true;
    }
    *h_error = short_of_memory ? TRY_AGAIN : HOST_NOT_FOUND;
    return true;
}

int res_query(const char *name, int class, int type, unsigned char *answer, int size)
{
    return refuse_query(name, &h_errno) ? -1 : REAL(res_query)(name, class, type, answer, size);
}

int res_search(const char *name, int class, int type, unsigned char *answer, int size)
{
    return refuse_query(name, &h_errno) ? -1 : REAL(res_search)(name, class, type, answer, size);
}

int res_nquery(res_state state, const char *name, int class, int type, unsigned char *answer,
               int size)
{
    return refuse_query(name, &state->res_h_errno)
               ? -1
               : REAL(res_nquery)(state, name, class, type, answer, size);
}

int res_nsearch(res_state state, const char *name, int class, int type, unsigned char *answer,
                int size)
{
    return refuse_query(name, &state->res_h_errno)
               ? -1
               : REAL(res_nsearch)(state, name, class, type, answer, size);
}

/* Whether "name.domain" is ours. */
static bool refuse_domain(const char *name, const char *domain, int *h_error)
{
    char whole[512];
    if (name == NULL || domain == NULL)
        return refuse_query(name, h_error);
    size_t length = strlen(name), more = strlen(domain);
    if (length + more + 2 > sizeof whole)
        return false;
    memcpy(whole, name, length);
    if (length > 0 && whole[length - 1] != '.')
        whole[length++] = '.';
    memcpy(whole + length, domain, more + 1);
    return refuse_query(whole, h_error);
}

int res_querydomain(const char *name, const char *domain, int class, int type,
                    unsigned char *answer, int size)
{
    return refuse_domain(name, domain, &h_errno)
               ? -1
               : REAL(res_querydomain)(name, domain, class, type, answer, size);
}

int res_nquerydomain(res_state state, const char *name, const char *domain, int class, int type,
                     unsigned char *answer, int size)
{
    return refuse_domain(name, domain, &state->res_h_errno)
               ? -1
               : REAL(res_nquerydomain)(state, name, domain, class, type, answer, size);
}
