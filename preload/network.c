/*
 * network.c - see network.h.
 */
#include "preload/network.h"

#include "preload/shim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <nss.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

_Atomic enum network network_mode;

void network_configure(const char *setting)
{
    enum network mode = NETWORK_DENY;
    if (setting == NULL || *setting == '\0' || strcmp(setting, "open") == 0)
        mode = NETWORK_OPEN;
    else if (strcmp(setting, "log") == 0)
        mode = NETWORK_LOG;
    else if (strcmp(setting, "deny") != 0)
        shim_complain("DDBMOCK_NETWORK=%s: it is open, log or deny; nothing beyond this machine is "
                      "reached.",
                      setting);
    /* So libc's resolver asks no name server, by whatever way it comes to look a name up. */
    if (mode == NETWORK_DENY && __nss_configure_lookup("hosts", "files") != 0)
        shim_complain("DDBMOCK_NETWORK=deny: cannot keep libc from asking name servers: %s",
                      strerror(errno));
    atomic_store(&network_mode, mode);
}

static bool denies(void)
{
    return atomic_load_explicit(&network_mode, memory_order_relaxed) == NETWORK_DENY;
}

static bool is_loopback(const struct sockaddr *address, socklen_t length)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    uint32_t v4;
    if (address->sa_family == AF_INET) {
        if (length < sizeof in)
            return true; /* libc has the error for it */
        memcpy(&in, address, sizeof in);
        v4 = ntohl(in.sin_addr.s_addr);
    } else {
        if (length < offsetof(struct sockaddr_in6, sin6_scope_id))
            return true;
        memset(&in6, 0, sizeof in6);
        memcpy(&in6, address, length < sizeof in6 ? length : sizeof in6);
        if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
            return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
        memcpy(&v4, &in6.sin6_addr.s6_addr[12], sizeof v4);
        v4 = ntohl(v4);
    }
    return v4 >> 24 == 127 || v4 == INADDR_ANY; /* connecting to 0.0.0.0 is to loopback */
}

/* Families whose peers are this machine's kernel or processes. */
static bool is_local(int family)
{
    return family == AF_UNIX || family == AF_NETLINK || family == AF_ALG || family == AF_UNSPEC;
}

static void spell(const struct sockaddr *address, char *out, size_t size)
{
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    bool v4 = address->sa_family == AF_INET;
    inet_ntop(address->sa_family, v4 ? (const void *)&in->sin_addr : &in6->sin6_addr, text,
              sizeof text);
    snprintf(out, size, "%s port %d", text, ntohs(v4 ? in->sin_port : in6->sin6_port));
}

bool network_refuses(const struct sockaddr *address, socklen_t length)
{
    char text[INET6_ADDRSTRLEN + 16];
    if (!network_watched() || shim_inside() || address == NULL ||
        length < sizeof address->sa_family || is_local(address->sa_family))
        return false;
    bool internet = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    if (internet && is_loopback(address, length))
        return false;
    if (internet)
        spell(address, text, sizeof text);
    else
        snprintf(text, sizeof text, "an address of family %d", address->sa_family);
    shim_complain(denies() ? "DDBMOCK_NETWORK=deny: refused: %s" : "DDBMOCK_NETWORK=log: %s", text);
    if (!denies())
        return false;
    errno = ECONNREFUSED;
    return true;
}

bool network_refuses_family(int family)
{
    if (!network_watched() || shim_inside() || is_local(family) || family == AF_INET ||
        family == AF_INET6)
        return false;
    shim_complain(denies() ? "DDBMOCK_NETWORK=deny: refused: a socket of family %d"
                           : "DDBMOCK_NETWORK=log: a socket of family %d",
                  family);
    if (!denies())
        return false;
    errno = ECONNREFUSED;
    return true;
}

bool network_refuses_ring(void)
{
    if (!network_watched() || shim_inside())
        return false;
    shim_complain(denies() ? "DDBMOCK_NETWORK=deny: refused: io_uring"
                           : "DDBMOCK_NETWORK=log: io_uring, whose connections are not listed");
    if (!denies())
        return false;
    errno = ENOSYS;
    return true;
}

/* An address in letters needs no look-up, and localhost is this machine whoever says so. */
static bool needs_look_up(const char *name)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return *name != '\0' && inet_pton(AF_INET, name, bytes) != 1 &&
           inet_aton(name, (struct in_addr *)bytes) == 0 && strncmp(name, "localhost", 9) != 0 &&
           strchr(name, ':') == NULL;
}

void network_note_name(const char *name)
{
    if (network_watched() && !shim_inside() && name != NULL && !denies() && needs_look_up(name))
        shim_complain("DDBMOCK_NETWORK=log: the name %s", name);
}

bool network_refuses_name(const char *name)
{
    if (!network_watched() || shim_inside() || name == NULL || !denies() || !needs_look_up(name))
        return false;
    shim_complain("DDBMOCK_NETWORK=deny: refused: the name %s", name);
    return true;
}
