/*
 * account.c - see account.h.
 */
#include "engine/operations/account.h"

#include <errno.h>

#include "engine/keyspace.h"
#include "engine/limits.h"
#include "engine/operations/table_checks.h"

#define DEVELOPER_GUIDE                                                                            \
    "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "   \
    "limits."

enum { NUMBER_SIZE = 8, NUMBERS = 3 };

struct sums {
    int64_t tables, units[2]; /* read, write */
};

static const char *const directions[] = { "Read", "Write" };

static void add(struct sums *sums, const struct table *table, int sign)
{
    if (!table)
        return;
    sums->tables += sign;
    sums->units[0] += sign * table->throughput.read;
    sums->units[1] += sign * table->throughput.write;
    for (size_t i = 0; i < table->index_count; i++) {
        sums->units[0] += sign * table->indexes[i].throughput.read;
        sums->units[1] += sign * table->indexes[i].throughput.write;
    }
}

static int add_table(void *context, const struct table *table)
{
    if (table->deleted_at == 0)
        add(context, table, 1);
    return 0;
}

static int64_t get_number(const char *bytes)
{
    uint64_t number = 0;
    for (int i = 0; i < NUMBER_SIZE; i++)
        number = number << 8 | (unsigned char)bytes[i];
    return (int64_t)number;
}

static void put_number(char *bytes, int64_t number)
{
    for (int i = 0; i < NUMBER_SIZE; i++)
        bytes[i] = (char)(number >> (8 * (NUMBER_SIZE - 1) - 8 * i));
}

static int read_sums(struct request *request, struct slice key, struct sums *sums)
{
    struct slice value;
    int error = storage_get(request->transaction, key, &value);
    if (error == -ENOENT)
        return table_each(request, (struct slice){ "", 0 }, add_table, sums);
    if (error == 0 && value.length != NUMBERS * NUMBER_SIZE)
        error = -EPROTO;
    if (error != 0)
        return request_fail_storage(request, "read what the account has", error);
    sums->tables = get_number(value.data);
    sums->units[0] = get_number(value.data + NUMBER_SIZE);
    sums->units[1] = get_number(value.data + (size_t)2 * NUMBER_SIZE);
    return 0;
}

static int write_sums(struct request *request, struct slice key, const struct sums *sums)
{
    if (sums->tables == 0) { /* counted anew, at no cost, when there is one again */
        int error = storage_remove(request->transaction, key);
        return error == 0 || error == -ENOENT
                   ? 0
                   : request_fail_storage(request, "forget what the account had", error);
    }
    char value[NUMBERS * NUMBER_SIZE];
    put_number(value, sums->tables);
    put_number(value + NUMBER_SIZE, sums->units[0]);
    put_number(value + (size_t)2 * NUMBER_SIZE, sums->units[1]);
    int error = storage_put(request->transaction, key, (struct slice){ value, sizeof value });
    return error == 0 ? 0 : request_fail_storage(request, "store what the account has", error);
}

/* That no table and no index has more than one may have: DDB-TABLE-170. */
static int check_own_maximum(struct request *request, const struct throughput *throughput,
                             const struct slice *index)
{
    const int64_t units[] = { throughput->read, throughput->write };
    const char *of = index ? arena_printf(&request->arena, " for index %.*s", TEXT(*index)) : "";
    for (int i = 0; i < 2; i++)
        if (limit_passed(limits.throughput, units[i]))
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "The requested %sCapacityUnits%s, %lld, is above the per %s maximum "
                "for the account in %s. Per table maximum: %lld. " DEVELOPER_GUIDE,
                directions[i], of, (long long)units[i], index ? "index" : "table", request->region,
                (long long)limits.throughput);
    return 0;
}

static int check_maxima(struct request *request, const struct table *table)
{
    if (check_own_maximum(request, &table->throughput, NULL) != 0)
        return -1;
    for (size_t i = 0; i < table->index_count; i++)
        if (check_own_maximum(request, &table->indexes[i].throughput, &table->indexes[i].name) != 0)
            return -1;
    return 0;
}

/* The text about tables is that of the limit of 256 of years ago (hashicorp/terraform#13339); whether it is the same today
 * is unverified. */
static int check_sums(struct request *request, const struct sums *old, const struct sums *new,
                      const struct table *after)
{
    if (new->tables > old->tables && limit_passed(limits.tables, new->tables))
        return request_fail(
            request, ERROR_LIMIT_EXCEEDED,
            "Subscriber limit exceeded: There is a limit of %lld tables per subscriber",
            (long long)limits.tables);
    struct sums wanted = { 0 };
    add(&wanted, after, 1);
    for (int i = 0; i < 2; i++)
        if (new->units[i] > old->units[i] && new->units[i] > ACCOUNT_UNITS_MAX)
            return request_fail(
                request, ERROR_LIMIT_EXCEEDED,
                "This request would have caused the %sCapacityUnits limit to be "
                "exceeded for the account in %s. Current %sCapacityUnits reserved "
                "by the account: %lld. Limit: %d. Requested: %lld. " DEVELOPER_GUIDE,
                directions[i], request->region, directions[i], (long long)old->units[i],
                ACCOUNT_UNITS_MAX, (long long)wanted.units[i]);
    return 0;
}

int account_change(struct request *request, const struct table *before, const struct table *after)
{
    struct sums change = { 0 }, old = { 0 };
    add(&change, after, 1);
    add(&change, before, -1);
    if (change.tables == 0 && change.units[0] == 0 && change.units[1] == 0)
        return 0;
    if (after && check_maxima(request, after) != 0)
        return -1;
    struct buffer key;
    buffer_init(&key, &request->arena);
    keyspace_account(&key, request->region);
    if (read_sums(request, buffer_slice(&key), &old) != 0)
        return -1;
    struct sums new = { old.tables + change.tables,
                        { old.units[0] + change.units[0], old.units[1] + change.units[1] } };
    if (check_sums(request, &old, &new, after) != 0)
        return -1;
    return write_sums(request, buffer_slice(&key), &new);
}
