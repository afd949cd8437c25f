/*
 * lookup.c - gethostbyname and its kind, and gethostbyaddr for the addresses that names.c gave out.
 *
 * libc fills the struct for the numeric address, without asking anyone; the name in it is then
 * replaced by the one that was asked for, which lives as long as the process (addresses.h).
 */
#include "preload/addresses.h"
#include "preload/network.h"
#include "preload/real.h"
#include "preload/shim.h"

#include <errno.h>
#include <string.h>

static const struct address *ours(const char *name, bool *short_of_memory)
{
    *short_of_memory = false;
    if (name == NULL || shim_inside())
        return NULL;
    const struct address *found = address_of(name, short_of_memory);
    if (found == NULL)
        network_note_name(name);
    return found;
}

static struct hostent *named(struct hostent *entry, const struct address *found)
{
    if (entry != NULL)
        entry->h_name = (char *)found->name;
    return entry;
}

/* libc's answer for a name that is not ours, or the error. */
static struct hostent *known(const char *name, struct hostent *entry, bool short_of_memory)
{
    if (entry == NULL && (short_of_memory || network_refuses_name(name)))
        h_errno = TRY_AGAIN;
    return entry;
}

struct hostent *gethostbyname(const char *name)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL)
        return named(REAL(gethostbyname)(found->text), found);
    struct hostent *entry = short_of_memory ? NULL : REAL(gethostbyname)(name);
    return known(name, entry, short_of_memory);
}

struct hostent *gethostbyname2(const char *name, int family)
{
    bool short_of_memory;
    const struct address *found = ours(name, &short_of_memory);
    if (found != NULL)
        return named(REAL(gethostbyname2)(family == AF_INET6 ? found->mapped : found->text, family),
                     found);
    struct hostent *entry = short_of_memory ? NULL : REAL(gethostbyname2)(name, family);
    return known(name, entry, short_of_memory);
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
    if (!short_of_memory) {
        int error = REAL(gethostbyname_r)(name, entry, buffer, size, result, h_error);
        if (error == ERANGE || *result != NULL || !network_refuses_name(name))
            return error;
    }
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
    if (!short_of_memory) {
        int error = REAL(gethostbyname2_r)(name, family, entry, buffer, size, result, h_error);
        if (error == ERANGE || *result != NULL || !network_refuses_name(name))
            return error;
    }
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
