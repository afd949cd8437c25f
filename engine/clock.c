/*
 * clock.c - see clock.h. The setters exist for tests; in a host program nobody calls them.
 */
#include "engine/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t fixed_time = -1;
static _Atomic uint64_t random_state; /* 0: not seeded yet */

int64_t clock_now(void)
{
    int64_t fixed = atomic_load_explicit(&fixed_time, memory_order_relaxed);
    if (fixed >= 0)
        return fixed;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct clock_moment clock_moment(void)
{
    int64_t fixed = atomic_load_explicit(&fixed_time, memory_order_relaxed);
    if (fixed >= 0)
        return (struct clock_moment){ fixed * 1000000, fixed * 1000000 };
    struct timespec monotonic, real;
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    clock_gettime(CLOCK_REALTIME, &real);
    return (struct clock_moment){ (int64_t)monotonic.tv_sec * 1000000000 + monotonic.tv_nsec,
                                  (int64_t)real.tv_sec * 1000000000 + real.tv_nsec };
}

void clock_set(int64_t milliseconds)
{
    atomic_store(&fixed_time, milliseconds);
}

void random_seed(uint64_t seed)
{
    atomic_store(&random_state, seed);
}

/* A state of its own for this process: from the kernel, or where a sandbox forbids that, from the clocks. Never 0. */
static uint64_t fresh_state(void)
{
    uint64_t state = 0;
    if (getrandom(&state, sizeof state, GRND_NONBLOCK) != sizeof state) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        state = ((uint64_t)now.tv_nsec << 32) ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)&now ^
                (uint64_t)getpid();
    }
    return state | 1;
}

void random_bytes(void *out, size_t size)
{
    unsigned char *bytes = out;
    if (atomic_load_explicit(&random_state, memory_order_relaxed) == 0) {
        uint64_t unset = 0;
        atomic_compare_exchange_strong(&random_state, &unset, fresh_state());
    }
    while (size > 0) {
        /* splitmix64: ids have to differ, not to be secret, and a system call for each costs 5 % of a GetItem. */
        uint64_t word = atomic_fetch_add(&random_state, 0x9e3779b97f4a7c15u) + 0x9e3779b97f4a7c15u;
        word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
        word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
        word ^= word >> 31;
        size_t part = size < sizeof word ? size : sizeof word;
        memcpy(bytes, &word, part);
        bytes += part;
        size -= part;
    }
}

void id_uuid(char out[UUID_SIZE])
{
    unsigned char b[16];
    random_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

void id_request(char out[REQUEST_ID_SIZE])
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    static const char tail[] = "VV4KQNSO5AEMVJF66Q9ASUAAJG";
    unsigned char bytes[26];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        out[i] = alphabet[bytes[i] & 31];
    memcpy(out + sizeof bytes, tail, sizeof tail);
}
