/*
 * addresses.c - names to synthetic addresses and back, and the patterns of DDBMOCK_HOSTS. See
 * addresses.h.
 *
 * Entries are only ever added, so that looking one up needs no lock.
 */
#include "preload/addresses.h"

#include "http/hosts.h"
#include "preload/shim.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 256, FIRST_ADDRESS = 0x7f400000, ADDRESS_MASK = 0x003fffff, MAX_PATTERNS = 64 };

atomic_bool addresses_known = true;
pthread_mutex_t addresses_lock = PTHREAD_MUTEX_INITIALIZER;

/* By address: the bucket follows from its last eight bits. */
static const struct address *_Atomic buckets[BUCKETS];

/* A part of DDBMOCK_HOSTS. Filled by the constructor and never changed. */
struct pattern {
    char host[HOST_NAME_MAX_LENGTH + 1]; /* lower case; `*` stands for any run of characters */
    unsigned port;                       /* 0: any */
    bool numeric; /* `localhost` or a numeric address: matched when connecting, not by name */
    struct in6_addr v6[2]; /* then, the one or two addresses, IPv4 ones mapped */
    int count;
};

static struct pattern *patterns;
static size_t pattern_count;

static const unsigned char mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static void map_v4(const struct in_addr *v4, struct in6_addr *v6)
{
    memcpy(v6->s6_addr, mapped_prefix, sizeof mapped_prefix);
    memcpy(v6->s6_addr + 12, v4, 4);
}

static bool matches(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;
    while (*name != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star + 1;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* Whether `name` is ours by a pattern; with a `port` other than 0, of that port. */
static bool added(const char *name, unsigned port)
{
    for (size_t i = 0; i < pattern_count; i++)
        if (!patterns[i].numeric &&
            (port == 0 || patterns[i].port == 0 || patterns[i].port == port) &&
            matches(patterns[i].host, name))
            return true;
    return false;
}

/* The name in lower case without its final dot; false when it is no host name by its length. */
static bool normalise(const char *name, size_t length, char out[HOST_NAME_MAX_LENGTH + 1])
{
    if (length > 0 && name[length - 1] == '.')
        length--;
    if (length == 0 || length > HOST_NAME_MAX_LENGTH)
        return false;
    for (size_t i = 0; i < length; i++)
        out[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    out[length] = '\0';
    return true;
}

/* One part of DDBMOCK_HOSTS, `length` bytes; what is wrong with it, or NULL. */
static const char *parse_pattern(const char *part, size_t length, struct pattern *out)
{
    const char *end = part + length, *colon;
    memset(out, 0, sizeof *out);
    if (*part == '[') {
        const char *bracket = memchr(part, ']', length);
        if (bracket == NULL || (bracket + 1 != end && bracket[1] != ':'))
            return "an IPv6 address is written as [::1]:8000";
        part++;
        length = (size_t)(bracket - part);
        colon = bracket + 1 != end ? bracket + 1 : NULL;
    } else {
        colon = memchr(part, ':', length);
        if (colon != NULL)
            length = (size_t)(colon - part);
    }
    if (colon != NULL) {
        for (const char *digit = colon + 1; digit < end && out->port <= 65535; digit++)
            out->port =
                *digit >= '0' && *digit <= '9' ? out->port * 10 + (unsigned)(*digit - '0') : 65536;
        if (out->port == 0 || out->port > 65535)
            return "a port is a number from 1 to 65535";
    }
    if (!normalise(part, length, out->host))
        return "a host name has 1 to 253 characters";
    struct in_addr v4;
    if (strcmp(out->host, "localhost") == 0) {
        v4.s_addr = htonl(INADDR_LOOPBACK);
        map_v4(&v4, &out->v6[0]);
        out->v6[1] = in6addr_loopback;
        out->count = 2;
    } else if (inet_pton(AF_INET, out->host, &v4) == 1) {
        map_v4(&v4, &out->v6[0]);
        out->count = 1;
    } else if (inet_pton(AF_INET6, out->host, &out->v6[0]) == 1) {
        out->count = 1;
    } else if (strspn(out->host, "abcdefghijklmnopqrstuvwxyz0123456789-._*") != strlen(out->host)) {
        return "a host name has letters, digits, '-', '.', '_', and '*' for anything";
    }
    out->numeric = out->count > 0;
    if (out->numeric && out->port == 0)
        return "an address or localhost needs a port, as in localhost:8000";
    return NULL;
}

/*
 * What is wrong with DDBMOCK_HOSTS concerns who looks a name up or connects, be it to whom it may, for it might have been meant;
 * most processes do neither.
 */
struct complaint {
    struct complaint *next;
    char text[];
};
static struct complaint *_Atomic complaints;

static void note_complaint(int length, const char *part, const char *wrong)
{
    struct complaint *made = malloc(sizeof *made + (size_t)length + strlen(wrong) + 32);
    if (made == NULL)
        return;
    sprintf(made->text, "'%.*s' is left out: %s", length, part, wrong);
    made->next = NULL;
    struct complaint *last = atomic_load(&complaints);
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last != NULL)
        last->next = made;
    else
        atomic_store(&complaints, made);
    atomic_store(&addresses_known, true); /* so that connect(2) looks */
}

static void tell_complaints(void)
{
    if (__builtin_expect(atomic_load_explicit(&complaints, memory_order_relaxed) == NULL, 1))
        return;
    struct shim_guard guard;
    shim_enter(&guard);
    struct complaint *first = atomic_exchange(&complaints, NULL);
    while (first != NULL) {
        struct complaint *next = first->next;
        shim_complain("DDBMOCK_HOSTS: %s", first->text);
        free(first);
        first = next;
    }
    shim_leave(&guard);
}

void addresses_configure(const char *hosts)
{
    static const char separators[] = ", \t\n";
    atomic_store(&addresses_known, false);
    if (hosts == NULL || hosts[strspn(hosts, separators)] == '\0')
        return;
    patterns = calloc(MAX_PATTERNS, sizeof *patterns);
    if (patterns == NULL)
        return;
    for (hosts += strspn(hosts, separators); *hosts != '\0'; hosts += strspn(hosts, separators)) {
        size_t length = strcspn(hosts, separators);
        const char *wrong = pattern_count == MAX_PATTERNS
                                ? "at most 64 are taken"
                                : parse_pattern(hosts, length, &patterns[pattern_count]);
        if (wrong != NULL) {
            note_complaint((int)(length < 300 ? length : 300), hosts, wrong);
        } else {
            if (patterns[pattern_count].numeric)
                atomic_store(&addresses_known, true);
            pattern_count++;
        }
        hosts += length;
    }
}

static const struct address *bucket_find(struct in_addr v4)
{
    const struct address *entry =
        atomic_load_explicit(&buckets[ntohl(v4.s_addr) % BUCKETS], memory_order_acquire);
    while (entry != NULL && entry->v4.s_addr != v4.s_addr)
        entry = entry->next;
    return entry;
}

static const struct address *remember(const char *name, bool is_added)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    hash ^= hash >> 22;
    for (uint32_t i = 0; i <= ADDRESS_MASK; i++) {
        struct in_addr v4 = { htonl(FIRST_ADDRESS + ((hash + i) & ADDRESS_MASK)) };
        const struct address *found = bucket_find(v4);
        if (found != NULL && strcmp(found->name, name) == 0)
            return found;
        if (found != NULL)
            continue;
        size_t length = strlen(name);
        struct address *entry = malloc(sizeof *entry + length + 1);
        if (entry == NULL)
            return NULL;
        entry->v4 = v4;
        entry->added = is_added;
        memcpy(entry->name, name, length + 1);
        inet_ntop(AF_INET, &v4, entry->text, sizeof entry->text);
        snprintf(entry->mapped, sizeof entry->mapped, "::ffff:%s", entry->text);
        const struct address *_Atomic *bucket = &buckets[ntohl(v4.s_addr) % BUCKETS];
        entry->next = atomic_load_explicit(bucket, memory_order_relaxed);
        atomic_store_explicit(bucket, entry, memory_order_release);
        atomic_store(&addresses_known, true);
        return entry;
    }
    return NULL;
}

const struct address *address_of(const char *name, bool *short_of_memory)
{
    char normal[HOST_NAME_MAX_LENGTH + 1];
    *short_of_memory = false;
    tell_complaints();
    if (!shim_inside())
        shim_need_start(); /* it may be a constructor's, before ours */
    size_t length = strnlen(name, HOST_NAME_MAX_LENGTH + 2);
    bool own = host_parse(name, length, NULL) || host_is_control(name, length);
    if ((!own && pattern_count == 0) || !normalise(name, length, normal) ||
        (!own && !added(normal, 0)))
        return NULL;
    struct shim_guard guard;
    shim_enter(&guard);
    shim_prepare_fork(); /* another thread may fork while this one holds the lock */
    pthread_mutex_lock(&addresses_lock);
    const struct address *found = remember(normal, !own);
    pthread_mutex_unlock(&addresses_lock);
    shim_leave(&guard);
    *short_of_memory = found == NULL;
    return found;
}

/* The address in its IPv6 form and its port; false for other families. */
static bool as_v6(const struct sockaddr *address, socklen_t length, struct in6_addr *v6,
                  unsigned *port)
{
    if (address == NULL || length < sizeof address->sa_family)
        return false;
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        map_v4(&in->sin_addr, v6);
        *port = ntohs(in->sin_port);
        return true;
    }
    /* 24: what the kernel asks for at least, without sin6_scope_id. */
    if (address->sa_family == AF_INET6 && length >= 24) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        *v6 = in6->sin6_addr;
        *port = ntohs(in6->sin6_port);
        return true;
    }
    return false;
}

static const struct address *find_v6(const struct in6_addr *v6)
{
    struct in_addr v4;
    if (memcmp(v6->s6_addr, mapped_prefix, sizeof mapped_prefix) != 0)
        return NULL;
    memcpy(&v4, v6->s6_addr + 12, 4);
    return (ntohl(v4.s_addr) & ~(uint32_t)ADDRESS_MASK) == FIRST_ADDRESS ? bucket_find(v4) : NULL;
}

const struct address *address_find(const struct sockaddr *address, socklen_t length)
{
    struct in6_addr v6;
    unsigned port;
    return as_v6(address, length, &v6, &port) ? find_v6(&v6) : NULL;
}

bool address_is_synthetic(const struct sockaddr *address, socklen_t length)
{
    struct in6_addr v6;
    struct in_addr v4;
    unsigned port;
    if (!as_v6(address, length, &v6, &port) ||
        memcmp(v6.s6_addr, mapped_prefix, sizeof mapped_prefix) != 0)
        return false;
    memcpy(&v4, v6.s6_addr + 12, sizeof v4);
    return (ntohl(v4.s_addr) & ~(uint32_t)ADDRESS_MASK) == FIRST_ADDRESS;
}

bool address_is_ours(const struct sockaddr *address, socklen_t length, const char **host)
{
    struct in6_addr v6;
    unsigned port;
    if (!as_v6(address, length, &v6, &port))
        return false;
    tell_complaints();
    const struct address *found = find_v6(&v6);
    if (found != NULL) {
        *host = found->name;
        return !found->added || added(found->name, port);
    }
    for (size_t i = 0; i < pattern_count; i++)
        for (int j = 0; j < patterns[i].count; j++)
            if (patterns[i].port == port && memcmp(&patterns[i].v6[j], &v6, sizeof v6) == 0) {
                *host = patterns[i].host;
                return true;
            }
    return false;
}
