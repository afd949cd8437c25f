/*
 * lookup.c - gethostbyname and its kind, and gethostbyaddr for the addresses that names.c gave out.
 *
 * libc fills the struct for the numeric address, without asking anyone; the name in it is then
 * replaced by the one that was asked for, which lives as long as the process (addresses.h).
 */
#include "preload/addresses.h"
#include "preload/real.h"
#include "preload/shim.h"

#include <errno.h>
#include <string.h>

static const struct address *ours(const char *name, bool *short_of_memory)
{
    *short_of_memory = false;
    return name == NULL || shim_inside() ? NULL : address_of(name, short_of_memory);
}

static struct hostent *named(struct hostent *entry, const struct address *found)
{
    if (entry != NULL)
        entry->h_name = (char *)found->name;
    return entry;
}

struct hostent *gethostbyname(const char *name)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL)
        return named(REAL(gethostbyname)(found->text), found);
    if (!short_of_memory)
        return REAL(gethostbyname)(name);
    h_errno = TRY_AGAIN;
    return NULL;
}

struct hostent *gethostbyname2(const char *name, int family)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL)
        return named(REAL(gethostbyname2)(family == AF_INET6 ? found->mapped : found->text, family),
                     found);
    if (!short_of_memory)
        return REAL(gethostbyname2)(name, family);
    h_errno = TRY_AGAIN;
    return NULL;
}

int gethostbyname_r(const char *name, struct hostent *entry, char *buffer, size_t size,
                    struct hostent **result, int *h_error)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL) {
        int error = REAL(gethostbyname_r)(found->text, entry, buffer, size, result, h_error);
        named(*result, found);
        return error;
    }
    if (!short_of_memory)
        return REAL(gethostbyname_r)(name, entry, buffer, size, result, h_error);
    *result = NULL;
    *h_error = TRY_AGAIN;
    return EAGAIN;
}

int gethostbyname2_r(const char *name, int family, struct hostent *entry, char *buffer, size_t size,
                     struct hostent **result, int *h_error)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL) {
        const char *text = family == AF_INET6 ? found->mapped : found->text;
        int error = REAL(gethostbyname2_r)(text, family, entry, buffer, size, result, h_error);
        named(*result, found);
        return error;
    }
    if (!short_of_memory)
        return REAL(gethostbyname2_r)(name, family, entry, buffer, size, result, h_error);
    *result = NULL;
    *h_error = TRY_AGAIN;
    return EAGAIN;
}

/* The name behind raw address bytes, or NULL. */
static const struct address *behind(const void *bytes, socklen_t length, int family)
{
    if (!atomic_load_explicit(&addresses_known, memory_order_relaxed) || shim_inside())
        return NULL;
    if (family == AF_INET && length == sizeof(struct in_addr)) {
        struct sockaddr_in in = { .sin_family = AF_INET };
        memcpy(&in.sin_addr, bytes, length);
        return address_find((struct sockaddr *)&in, sizeof in);
    }
    if (family == AF_INET6 && length == sizeof(struct in6_addr)) {
        struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
        memcpy(&in6.sin6_addr, bytes, length);
        return address_find((struct sockaddr *)&in6, sizeof in6);
    }
    return NULL;
}

struct hostent *gethostbyaddr(const void *bytes, socklen_t length, int family)
{
    const struct address *found = behind(bytes, length, family);
    if (found == NULL)
        return REAL(gethostbyaddr)(bytes, length, family);
    return named(REAL(gethostbyname2)(family == AF_INET6 ? found->mapped : found->text, family),
                 found);
}

int gethostbyaddr_r(const void *bytes, socklen_t length, int family, struct hostent *entry,
                    char *buffer, size_t size, struct hostent **result, int *h_error)
{
    const struct address *found = behind(bytes, length, family);
    if (found == NULL)
        return REAL(gethostbyaddr_r)(bytes, length, family, entry, buffer, size, result, h_error);
    const char *text = family == AF_INET6 ? found->mapped : found->text;
    int error = REAL(gethostbyname2_r)(text, family, entry, buffer, size, result, h_error);
    named(*result, found);
    return error;
}
