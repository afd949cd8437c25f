/*
 * table_delays.c - how long the transitions of tables and indexes last: none, the service's own figures, or what the user
 * says. See table.h.
 *
 * The service's figures were measured in October 2026 (facts/control-plane.md, "Durations"); where a transition took between
 * two times, the one in the middle stands here.
 */
#include "engine/table.h"

#include <errno.h>
#include <stdatomic.h>

static _Atomic int64_t delays[TRANSITION_COUNT];

int64_t table_delay(enum transition transition)
{
    return atomic_load_explicit(&delays[transition], memory_order_relaxed);
}

void table_delay_set(enum transition transition, int64_t milliseconds)
{
    atomic_store(&delays[transition], milliseconds);
}

static const int64_t realistic[TRANSITION_COUNT] = {
    [TRANSITION_CREATE] = 6000,          [TRANSITION_CREATE_INDEXED] = 16000,
    [TRANSITION_DELETE] = 5000,          [TRANSITION_THROUGHPUT] = 1500,
    [TRANSITION_PROVISIONED] = 80000,    [TRANSITION_ON_DEMAND] = 140000,
    [TRANSITION_ON_DEMAND_AGAIN] = 4500, [TRANSITION_STREAM] = 4500,
    [TRANSITION_CLASS] = 4500,           [TRANSITION_ENCRYPTION] = 22000,
    [TRANSITION_WARM] = 390000,          [TRANSITION_WARM_AGAIN] = 2000,
    [TRANSITION_INDEX_ALLOCATE] = 40000, [TRANSITION_INDEX_BACKFILL] = 480000,
    [TRANSITION_INDEX_DELETE] = 4000,    [TRANSITION_INDEX_UPDATE] = 3000,
    [TRANSITION_PROTECTION] = 15000,
};

/* What a name in DDBMOCK_DELAYS stands for: transitions from `first` to `last`. */
static const struct name {
    const char *name;
    enum transition first, last;
} names[] = {
    { "create", TRANSITION_CREATE, TRANSITION_CREATE_INDEXED },
    { "create-indexed", TRANSITION_CREATE_INDEXED, TRANSITION_CREATE_INDEXED },
    { "delete", TRANSITION_DELETE, TRANSITION_DELETE },
    { "update", TRANSITION_THROUGHPUT, TRANSITION_WARM_AGAIN },
    { "throughput", TRANSITION_THROUGHPUT, TRANSITION_THROUGHPUT },
    { "billing", TRANSITION_PROVISIONED, TRANSITION_ON_DEMAND_AGAIN },
    { "stream", TRANSITION_STREAM, TRANSITION_STREAM },
    { "class", TRANSITION_CLASS, TRANSITION_CLASS },
    { "encryption", TRANSITION_ENCRYPTION, TRANSITION_ENCRYPTION },
    { "warm", TRANSITION_WARM, TRANSITION_WARM_AGAIN },
    { "index", TRANSITION_INDEX_ALLOCATE, TRANSITION_INDEX_UPDATE },
    { "index-allocate", TRANSITION_INDEX_ALLOCATE, TRANSITION_INDEX_ALLOCATE },
    { "index-backfill", TRANSITION_INDEX_BACKFILL, TRANSITION_INDEX_BACKFILL },
    { "index-delete", TRANSITION_INDEX_DELETE, TRANSITION_INDEX_DELETE },
    { "index-update", TRANSITION_INDEX_UPDATE, TRANSITION_INDEX_UPDATE },
    { "protection", TRANSITION_PROTECTION, TRANSITION_PROTECTION },
};

enum { SECONDS_DIGITS_MAX = 8 };

/* "60" or "0.5" in ms; without strtod, whose point is the host's locale's. -1 when it is no such number. */
static int64_t parse_seconds(struct slice text)
{
    int64_t ms = 0;
    size_t i = 0;
    while (i < text.length && text.data[i] >= '0' && text.data[i] <= '9')
        ms = ms * 10 + (text.data[i++] - '0') * 1000;
    if (i == 0 || i > SECONDS_DIGITS_MAX)
        return -1;
    if (i < text.length && text.data[i] == '.') {
        int64_t scale = 100;
        for (i++; i < text.length && text.data[i] >= '0' && text.data[i] <= '9'; scale /= 10)
            ms += (text.data[i++] - '0') * scale;
    }
    return i == text.length ? ms : -1;
}

/* A profile, a number for everything but the pause of the protection, or NAME=SECONDS. */
static int parse_item(struct slice item, int64_t out[TRANSITION_COUNT])
{
    if (slice_equal(item, slice_of("none")) || slice_equal(item, slice_of("realistic"))) {
        for (int i = 0; i < TRANSITION_COUNT; i++)
            out[i] = item.data[0] == 'n' ? 0 : realistic[i];
        return 0;
    }
    const char *equals = memchr(item.data, '=', item.length);
    if (!equals) {
        int64_t ms = parse_seconds(item);
        for (int i = 0; i < TRANSITION_PROTECTION; i++)
            out[i] = ms;
        return ms < 0 ? -EINVAL : 0;
    }
    struct slice key = { item.data, (size_t)(equals - item.data) };
    int64_t ms = parse_seconds((struct slice){ equals + 1, item.length - key.length - 1 });
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (!slice_equal(key, slice_of(names[k].name)))
            continue;
        for (unsigned i = names[k].first; i <= (unsigned)names[k].last; i++)
            out[i] = ms;
        return ms < 0 ? -EINVAL : 0;
    }
    return -EINVAL;
}

int table_delays_parse(const char *text)
{
    int64_t parsed[TRANSITION_COUNT] = { 0 };
    int error = 0;
    while (error == 0) {
        size_t length = strcspn(text, ",");
        error = parse_item((struct slice){ text, length }, parsed);
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    for (int i = 0; i < TRANSITION_COUNT; i++)
        table_delay_set((enum transition)i, error == 0 ? parsed[i] : 0);
    return error;
}
