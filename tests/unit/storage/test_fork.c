/*
 * test_fork.c - fork: parent and child both go on, whatever other threads did at the time; memory
 * is copied, the others are shared; descriptors stay where they belong.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/store.h"

TestSuite(fork, .timeout = 1200);

/* Forks as the engine does. */
static pid_t fork_with(struct storage *store)
{
    storage_before_fork(store);
    pid_t child = fork();
    storage_after_fork(store, child == 0);
    cr_assert_geq(child, 0);
    return child;
}

static void assert_child_ends_well(pid_t child)
{
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %#x", status);
}

STORAGE_TEST(fork, both_go_on)
{
    put(store, "before", "v");
    pid_t child = fork_with(store);
    if (child == 0) {
        put(store, "child", "c");
        bool good = get(store, "before") && get(store, "child");
        _exit(good ? 0 : 1);
    }
    put(store, "parent", "p");
    assert_child_ends_well(child);
    cr_assert_str_eq(get(store, "before"), "v");
    cr_assert_str_eq(get(store, "parent"), "p");
    if (store_is_shared(store))
        cr_assert_str_eq(get(store, "child"), "c");
    else
        cr_assert_null(get(store, "child"));
}

STORAGE_TEST(fork, generations)
{
    put(store, "depth", "0");
    pid_t child = fork_with(store);
    if (child == 0) {
        char depth[8] = "0";
        for (int i = 1; i < 10; i++) {
            child = fork_with(store);
            if (child != 0) {
                int status;
                waitpid(child, &status, 0);
                bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0 && get(store, "depth");
                storage_close(store);
                _exit(good ? 0 : 1);
            }
            snprintf(depth, sizeof depth, "%d", i);
            put(store, "depth", depth);
        }
        _exit(strcmp(get(store, "depth"), "9"));
    }
    assert_child_ends_well(child);
    cr_assert_str_eq(get(store, "depth"), store_is_shared(store) ? "9" : "0");
}

struct busy {
    struct storage *store;
    atomic_bool stop;
    atomic_uint rounds;
};

static void *keep_busy(void *argument)
{
    struct busy *busy = argument;
    while (!busy->stop) {
        struct transaction *transaction = begin(busy->store, true);
        uint64_t number = read_number(transaction, "first");
        write_number(transaction, "first", number + 1);
        write_number(transaction, "second", number + 1);
        assert_ok(storage_commit(transaction));
        transaction = begin(busy->store, false);
        cr_assert_eq(read_number(transaction, "first"), read_number(transaction, "second"));
        storage_abort(transaction);
        busy->rounds++;
    }
    return NULL;
}

/* The forking thread waits for the others' transactions, so no child finds one half done. */
STORAGE_TEST(fork, while_threads_are_busy)
{
    enum { THREADS = 4, FORKS = 60 };
    struct busy busy = { .store = store };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, keep_busy, &busy);
    while (busy.rounds < THREADS)
        usleep(1000);
    for (int i = 0; i < FORKS; i++) {
        pid_t child = fork_with(store);
        if (child == 0) {
            struct transaction *transaction = begin(store, true);
            uint64_t number = read_number(transaction, "first");
            bool good = number == read_number(transaction, "second");
            write_number(transaction, "first", number + 1);
            write_number(transaction, "second", number + 1);
            good = storage_commit(transaction) == 0 && good;
            _exit(good ? 0 : 1);
        }
        assert_child_ends_well(child);
    }
    unsigned before = busy.rounds;
    while (busy.rounds < before + THREADS)
        usleep(1000);
    busy.stop = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* A fork that the engine did not see: no before_fork, no after_fork. */
SHARED_STORAGE_TEST(fork, unseen)
{
    struct storage *store = store_open(backend);
    put(store, "before", "v");
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    cr_assert_geq(child, 0);
    if (child == 0) {
        put(store, "child", "c");
        bool good = get(store, "before") && get(store, "child");
        storage_close(store);
        _exit(good ? 0 : 1);
    }
    put(store, "parent", "p");
    assert_child_ends_well(child);
    cr_assert_str_eq(get(store, "child"), "c");
    put(store, "after", "a");
    cr_assert_str_eq(get(store, "after"), "a");
    store_close(store);
}

/* ... while another thread of the parent is inside, holding locks that no thread of the child will
 * ever release. */
SHARED_STORAGE_TEST(fork, unseen_while_threads_are_busy)
{
#ifdef __SANITIZE_THREAD__
    cr_skip_test("to ThreadSanitizer the child is a thread that breaks all rules");
#endif
#ifdef __SANITIZE_ADDRESS__
    /* SQLite and libpq ask for memory all the time; glibc has a heap for each thread. */
    if (strcmp(backend, "sqlite") == 0 || strcmp(backend, "postgres") == 0)
        cr_skip_test("AddressSanitizer's heap may be locked by a thread that the child has not");
#endif
    struct storage *store = store_open(backend);
    struct busy busy = { .store = store };
    pthread_t thread;
    pthread_create(&thread, NULL, keep_busy, &busy);
    while (busy.rounds == 0)
        usleep(1000);
    for (int i = 0; i < 60; i++) {
        pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
        if (child == 0) {
            struct transaction *transaction;
            if (storage_begin(store, true, &transaction) != 0)
                _exit(1);
            bool good = read_number(transaction, "first") == read_number(transaction, "second");
            storage_abort(transaction);
            _exit(good ? 0 : 2);
        }
        assert_child_ends_well(child);
    }
    busy.stop = true;
    pthread_join(thread, NULL);
    store_close(store);
}

SHARED_STORAGE_TEST(fork, descriptors_stay)
{
    struct storage *store = store_open(backend);
    put(store, "key", "v");
    get(store, "key"); /* what reads may have descriptors of its own */
    cr_assert_gt(store_descriptors(false), 0);
    cr_assert_eq(store_descriptors(true), 0, "descriptors would survive an exec");
    int before = store_descriptors(false);
    pid_t child = fork_with(store);
    if (child == 0) {
        if (store_descriptors(false) != 0)
            _exit(1);
        put(store, "key", "c");
        get(store, "key");
        if (store_descriptors(false) != before || store_descriptors(true) != 0)
            _exit(2);
        storage_close(store);
        _exit(store_descriptors(false) == 0 ? 0 : 3);
    }
    assert_child_ends_well(child);
    cr_assert_str_eq(get(store, "key"), "c");
    cr_assert_eq(store_descriptors(false), before);
    storage_close(store);
    cr_assert_eq(store_descriptors(false), 0);
    assert_ok(store_open_again(&store));
    store_close(store);
}

/* Whatever a host program closes, another file of its own under the same number is left alone. */
SHARED_STORAGE_TEST(fork, descriptors_that_a_host_closes)
{
    struct storage *store = store_open(backend);
    put(store, "key", "v");
    get(store, "key");
    int ends[2];
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    int taken = store_take_descriptors(ends[1]);
    cr_assert_gt(taken, 0);
    usleep(20000); /* the descriptors of files are looked at now and then */
    cr_assert_str_eq(get(store, "key"), "v");
    put(store, "key", "w");
    cr_assert_str_eq(get(store, "key"), "w");
    cr_assert_gt(store_descriptors(false), 0);
    char byte;
    cr_assert_eq(read(ends[0], &byte, 1), -1, "something was written into the host's file");
    close(ends[1]);
    cr_assert_eq(read(ends[0], &byte, 1), -1, "the host's descriptors have been closed");
    store_close(store);
}
