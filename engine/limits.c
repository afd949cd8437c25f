/*
 * limits.c - see limits.h.
 */
#include "engine/limits.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/settings.h"
#include "engine/slice.h"

#define TODAY                                                                                      \
    {                                                                                              \
        .tables = 2500, .throughput = 40000, .decreases = 4, .item = 400 * 1024,                   \
        .partition_key = 2048, .sort_key = 1024, .read_unit = 4096,                                \
        .batch_read = 16 * 1000 * 1000, .smallest = -130, .empty_values = 1,                       \
    }

static const struct limits today = TODAY;
static const struct limits of_2012 = {
    .tables = 256,
    .throughput = 10000,
    .increase = 100,
    .decreases = 1,
    .item = 64 * 1024,
    .partition_key = 2048,
    .sort_key = 1024,
    .read_unit = 1024,
    .batch_read = 1024 * 1024,
    .batch_write = 1024 * 1024,
    .smallest = -128,
};

struct limits limits = TODAY;

static const struct {
    const char *name;
    size_t offset;
    long long least, most;
} rows[] = {
#define ROW(name, member, least, most)                                                             \
    {                                                                                              \
        name, offsetof(struct limits, member), least, most                                         \
    }
    ROW("tables", tables, 0, 1000000),         ROW("throughput", throughput, 0, INT32_MAX),
    ROW("increase", increase, 0, 1000000),     ROW("decreases", decreases, 0, 1000),
    ROW("item", item, 0, 16 * 1024 * 1024),    ROW("partition-key", partition_key, 0, 65536),
    ROW("sort-key", sort_key, 0, 65536),       ROW("read-unit", read_unit, 1, 1024 * 1024),
    ROW("batch-read", batch_read, 0, 1 << 30), ROW("batch-write", batch_write, 0, 1 << 30),
    ROW("smallest", smallest, -130, -1),       ROW("empty-values", empty_values, 0, 1),
#undef ROW
};

/* Takes one part of the setting into `to`; NULL, or what is wrong, in `room`. */
static const char *take(struct slice part, struct limits *to, char *room, size_t size)
{
    const char *equal = memchr(part.data, '=', part.length);
    struct slice name = { part.data, equal ? (size_t)(equal - part.data) : part.length };
    if (slice_equal(part, slice_of("today")) || slice_equal(part, slice_of("2012"))) {
        *to = part.data[0] == 't' ? today : of_2012;
        return NULL;
    }
    for (size_t i = 0; equal && i < sizeof rows / sizeof rows[0]; i++) {
        if (!slice_equal(name, slice_of(rows[i].name)))
            continue;
        char *end;
        errno = 0;
        long long value = strtoll(equal + 1, &end, 10);
        if (errno != 0 || end == equal + 1 || end != part.data + part.length ||
            value < rows[i].least || value > rows[i].most) {
            snprintf(room, size, "%s is a number from %lld to %lld", rows[i].name, rows[i].least,
                     rows[i].most);
            return room;
        }
        memcpy((char *)to + rows[i].offset, &(int64_t){ value }, sizeof(int64_t));
        return NULL;
    }
    int length = snprintf(room, size, "\"%.*s\" is no limit: they are 2012, today",
                          (int)(name.length < 40 ? name.length : 40), name.data);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        length += snprintf(room + length, size - (size_t)length, ", %s=NUMBER", rows[i].name);
    return room;
}

void limits_read(void)
{
    char room[512];
    const char *wrong = NULL;
    struct limits wanted = today;
    int before = errno;
    for (const char *at = setting_text(SETTING_LIMITS); *at && !wrong;) {
        size_t length = strcspn(at, ",");
        wrong = take((struct slice){ at, length }, &wanted, room, sizeof room);
        at += length + (at[length] == ',');
    }
    if (wrong)
        setting_wrong(SETTING_LIMITS, wrong);
    else
        limits = wanted;
    errno = before;
}
