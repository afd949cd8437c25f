/*
 * test_transactions.c - transactions among the threads of one process: all or nothing, one writer,
 * readers of the past.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/storage/store.h"

TestSuite(transactions, .timeout = 1200);

STORAGE_TEST(transactions, abort_drops_all_changes)
{
    put(store, "kept", "old");
    put(store, "removed", "old");
    struct transaction *transaction = begin(store, true);
    put_in(transaction, "kept", "new");
    put_in(transaction, "kept", "newer");
    put_in(transaction, "born", "v");
    assert_ok(storage_remove(transaction, slice_of("removed")));
    put_in(transaction, "removed", "again");
    assert_ok(storage_remove(transaction, slice_of("removed")));
    assert_ok(storage_remove(transaction, slice_of("born")));
    put_in(transaction, "born", "w");
    storage_abort(transaction);
    cr_assert_str_eq(get(store, "kept"), "old");
    cr_assert_str_eq(get(store, "removed"), "old");
    cr_assert_null(get(store, "born"));
}

STORAGE_TEST(transactions, a_read_transaction_changes_nothing)
{
    put(store, "key", "v");
    struct transaction *transaction = begin(store, false);
    assert_error(storage_put(transaction, slice_of("key"), slice_of("w")), EINVAL);
    assert_error(storage_remove(transaction, slice_of("key")), EINVAL);
    assert_value(transaction, "key", "v");
    assert_ok(storage_commit(transaction));
    cr_assert_str_eq(get(store, "key"), "v");
}

/* The number of what a reader sees now. */
static uint64_t state(struct storage *store)
{
    struct transaction *transaction = begin(store, false);
    uint64_t number = storage_state(transaction);
    storage_abort(transaction);
    return number;
}

STORAGE_TEST(transactions, a_state_has_one_number)
{
    struct transaction *reader, *writer;
    put(store, "key", "v");
    uint64_t before = state(store);
    cr_assert_eq(state(store), before);
    writer = begin(store, true);
    cr_assert_eq(storage_state(writer), 0);
    put_in(writer, "key", "w");
    cr_assert_eq(storage_state(writer), 0);
    storage_abort(writer);
    reader = begin(store, false);
    assert_value(reader, "key", "v");
    storage_abort(reader);
    for (int i = 0; i < 100; i++) {
        uint64_t last = state(store);
        put(store, "key", i % 2 ? "v" : "w");
        cr_assert(last == 0 || state(store) != last);
    }
    cr_assert(before == 0 || state(store) != before);
}

STORAGE_TEST(transactions, ending_nothing)
{
    storage_abort(NULL);
    storage_cursor_close(NULL);
    storage_close(NULL);
    cr_assert_null(get(store, "key"));
}

struct writer {
    struct storage *store;
    atomic_int *stage;
};

static void *write_new(void *argument)
{
    struct writer *writer = argument;
    struct transaction *transaction = begin(writer->store, true);
    put_in(transaction, "a", "new");
    put_in(transaction, "b", "new");
    assert_ok(storage_commit(transaction));
    *writer->stage = 1;
    return NULL;
}

/* The writer waits for the reader (memory) or writes beside it (lmdb): the reader must not be able
 * to tell. */
STORAGE_TEST(transactions, a_reader_sees_the_past)
{
    put(store, "a", "old");
    struct transaction *reader = begin(store, false);
    atomic_int stage = 0;
    struct writer writer = { store, &stage };
    pthread_t thread;
    pthread_create(&thread, NULL, write_new, &writer);
    for (int i = 0; i < 100 && stage == 0; i++)
        usleep(1000);
    assert_value(reader, "a", "old");
    assert_absent(reader, "b");
    storage_abort(reader);
    pthread_join(thread, NULL);
    cr_assert_str_eq(get(store, "a"), "new");
    cr_assert_str_eq(get(store, "b"), "new");
}

struct crowd {
    struct storage *store;
    unsigned rounds;
    atomic_bool stop;
};

static void *increment(void *argument)
{
    struct crowd *crowd = argument;
    for (unsigned i = 0; i < crowd->rounds; i++) {
        struct transaction *transaction = begin(crowd->store, true);
        write_number(transaction, "counter", read_number(transaction, "counter") + 1);
        /* A third of them changes its mind. */
        if (i % 3 == 2) {
            storage_abort(transaction);
            transaction = begin(crowd->store, true);
            write_number(transaction, "counter", read_number(transaction, "counter") + 1);
        }
        assert_ok(storage_commit(transaction));
    }
    return NULL;
}

STORAGE_TEST(transactions, eight_threads_lose_no_increment)
{
    enum { THREADS = 8 };
    struct crowd crowd = { .store = store, .rounds = store_rounds(2000) };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, increment, &crowd);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    struct transaction *transaction = begin(store, false);
    cr_assert_eq(read_number(transaction, "counter"), THREADS * crowd.rounds);
    storage_abort(transaction);
}

static char place[4][8] = { "a", "b", "c", "d" };

/* Moves one between two of four numbers, which together stay 400. */
static void *move(void *argument)
{
    struct crowd *crowd = argument;
    unsigned seed = (unsigned)(uintptr_t)&crowd ^ (unsigned)(uintptr_t)pthread_self();
    for (unsigned i = 0; i < crowd->rounds; i++) {
        struct transaction *transaction = begin(crowd->store, true);
        char *from = place[rand_r(&seed) % 4], *to = place[rand_r(&seed) % 4];
        write_number(transaction, from, read_number(transaction, from) - 1);
        write_number(transaction, to, read_number(transaction, to) + 1);
        assert_ok(storage_commit(transaction));
    }
    return NULL;
}

static void *add_up(void *argument)
{
    struct crowd *crowd = argument;
    while (!crowd->stop) {
        struct transaction *transaction = begin(crowd->store, false);
        uint64_t sum = 0, again = 0;
        for (int i = 0; i < 4; i++)
            sum += read_number(transaction, place[i]);
        struct cursor *cursor;
        struct slice found, value;
        assert_ok(storage_cursor_open(transaction, &cursor));
        for (int error = storage_cursor_seek(cursor, slice_of("a"), false, &found, &value); !error;
             error = storage_cursor_step(cursor, false, &found, &value)) {
            uint64_t number;
            memcpy(&number, value.data, sizeof number);
            again += number;
        }
        storage_cursor_close(cursor);
        assert_ok(storage_commit(transaction));
        cr_assert_eq(sum, 400);
        cr_assert_eq(again, 400);
    }
    return NULL;
}

STORAGE_TEST(transactions, readers_see_no_half_transaction)
{
    enum { WRITERS = 2, READERS = 6 };
    struct transaction *transaction = begin(store, true);
    for (int i = 0; i < 4; i++)
        write_number(transaction, place[i], 100);
    assert_ok(storage_commit(transaction));
    struct crowd crowd = { .store = store, .rounds = store_rounds(10000) };
    pthread_t writers[WRITERS], readers[READERS];
    for (int i = 0; i < READERS; i++)
        pthread_create(&readers[i], NULL, add_up, &crowd);
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&writers[i], NULL, move, &crowd);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    crowd.stop = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
}

/* Far more than LMDB keeps, and a transaction each. */
static void *hold_a_reader(void *argument)
{
    struct crowd *crowd = argument;
    struct transaction *transaction = begin(crowd->store, false);
    while (!crowd->stop)
        usleep(1000);
    assert_value(transaction, "key", "v");
    storage_abort(transaction);
    return NULL;
}

STORAGE_TEST(transactions, two_hundred_readers_at_once)
{
    enum { THREADS = 200 };
    static pthread_t threads[THREADS];
    struct crowd crowd = { .store = store };
    put(store, "key", "v");
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], &small, hold_a_reader, &crowd), 0);
    crowd.stop = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    cr_assert_str_eq(get(store, "key"), "v");
}

/* Everything that a transaction does fits a host thread's 64 KiB of stack. */
static void *do_everything(void *argument)
{
    struct storage *store = argument;
    static char key[STORAGE_KEY_MAX];
    struct transaction *transaction = begin(store, true);
    struct cursor *cursor;
    struct slice found, value;
    for (unsigned length = 400; length <= sizeof key; length += 97)
        assert_ok(storage_put(transaction, (struct slice){ key, length }, slice_of("v")));
    assert_ok(storage_cursor_open(transaction, &cursor));
    assert_ok(storage_cursor_seek(cursor, (struct slice){ key, sizeof key }, true, &found, &value));
    while (storage_cursor_step(cursor, true, &found, &value) == 0)
        assert_ok(storage_remove(transaction, found));
    storage_cursor_close(cursor);
    assert_ok(storage_commit(transaction));
    return NULL;
}

STORAGE_TEST(transactions, small_stacks)
{
    pthread_attr_t small;
    pthread_t thread;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    cr_assert_eq(pthread_create(&thread, &small, do_everything, store), 0);
    pthread_join(thread, NULL);
}
