/*
 * store.h - the equipment of the contract suite: a store of each backend in a directory of its own,
 * short forms of the calls that must succeed, and keys and values made to collide.
 *
 *     STORAGE_TEST(order, prefix_first)
 *     {
 *         put(store, "a", "1");
 *         ...
 *     }
 *
 * makes one Criterion test for each backend: order/prefix_first_memory, order/prefix_first_lmdb,
 * ... A new backend is one more Test in STORAGE_TEST.
 */
#ifndef DDBMOCK_TESTS_UNIT_STORAGE_STORE_H
#define DDBMOCK_TESTS_UNIT_STORAGE_STORE_H

#include <criterion/criterion.h>
#include <errno.h>

#include "engine/storage/storage.h"

/* Opens an empty store of the named backend in a new directory; store_close removes the directory.
 * "outside" is the one that tests/storage makes, loaded. */
struct storage *store_open(const char *backend);
void store_close(struct storage *store);

/* Opens the directory of the store opened last once more, with the same backend, as another process
 * would. Its error, or 0. */
int store_open_again(struct storage **out);

/*
 * Mounts over the directory of the store opened last, for this process alone: a tmpfs with these options, or itself with these
 * flags (MS_RDONLY) where `options` is NULL. Skips the test where only root may.
 */
void store_mount(const char *options, unsigned long flags);

/* Takes the mount away, and the directory with it. */
void store_unmount(void);

/* Removes what the store keeps outside of this process, behind its back. */
void store_empty(void);

/* How many descriptors of this process are the store's, or those that would survive an exec. */
int store_descriptors(bool without_cloexec);

/* Closes them behind the store's back and puts `instead` under their numbers. How many. */
int store_take_descriptors(int instead);

/* So many, or fewer where each is several round trips to a server. Of the store opened last. */
unsigned store_rounds(unsigned many);

/* The shared object of the backend "outside". */
const char *store_outside(void);

/* The directory of the store opened last, unless that is in PostgreSQL, for tests that go behind the store's back. */
const char *store_directory(void);

/* Whether transactions of other processes see what this one commits. */
bool store_is_shared(const struct storage *store);

#define STORAGE_TEST(suite, name)                                                                  \
    static void suite##_##name(struct storage *store);                                             \
    Test(suite, name##_memory)                                                                     \
    {                                                                                              \
        struct storage *store = store_open("memory");                                              \
        suite##_##name(store);                                                                     \
        store_close(store);                                                                        \
    }                                                                                              \
    Test(suite, name##_lmdb)                                                                       \
    {                                                                                              \
        struct storage *store = store_open("lmdb");                                                \
        suite##_##name(store);                                                                     \
        store_close(store);                                                                        \
    }                                                                                              \
    Test(suite, name##_sqlite)                                                                     \
    {                                                                                              \
        struct storage *store = store_open("sqlite");                                              \
        suite##_##name(store);                                                                     \
        store_close(store);                                                                        \
    }                                                                                              \
    Test(suite, name##_outside)                                                                    \
    {                                                                                              \
        struct storage *store = store_open("outside");                                             \
        suite##_##name(store);                                                                     \
        store_close(store);                                                                        \
    }                                                                                              \
    Test(suite, name##_postgres)                                                                   \
    {                                                                                              \
        struct storage *store = store_open("postgres");                                            \
        suite##_##name(store);                                                                     \
        store_close(store);                                                                        \
    }                                                                                              \
    static void suite##_##name(struct storage *store)

/* The same for the backends that processes share; the test opens its store by itself. */
#define SHARED_STORAGE_TEST(suite, name)                                                           \
    FILE_STORAGE_TEST(suite, name);                                                                \
    Test(suite, name##_postgres)                                                                   \
    {                                                                                              \
        suite##_##name("postgres");                                                                \
    }                                                                                              \
    static void suite##_##name(const char *backend)

/* For those of them that keep it in files of the directory. */
#define FILE_STORAGE_TEST(suite, name)                                                             \
    static void suite##_##name(const char *backend);                                               \
    Test(suite, name##_lmdb)                                                                       \
    {                                                                                              \
        suite##_##name("lmdb");                                                                    \
    }                                                                                              \
    Test(suite, name##_sqlite)                                                                     \
    {                                                                                              \
        suite##_##name("sqlite");                                                                  \
    }                                                                                              \
    static void suite##_##name(const char *backend)

#define assert_ok(expression)                                                                      \
    do {                                                                                           \
        int error_ = (expression);                                                                 \
        cr_assert_eq(error_, 0, "%s: %s", #expression, strerror(-error_));                         \
    } while (0)

#define assert_error(expression, expected)                                                         \
    do {                                                                                           \
        int error_ = (expression);                                                                 \
        cr_assert_eq(error_, -(expected), "%s: %s, not %s", #expression, strerror(-error_),        \
                     strerror(expected));                                                          \
    } while (0)

#define assert_slice(actual, expected)                                                             \
    do {                                                                                           \
        struct slice actual_ = (actual), expected_ = (expected);                                   \
        cr_assert(slice_equal(actual_, expected_), "%s: %zu bytes \"%.*s\", not %zu \"%.*s\"",     \
                  #actual, actual_.length, (int)actual_.length, actual_.data, expected_.length,    \
                  (int)expected_.length, expected_.data);                                          \
    } while (0)

/* Begins a transaction, which must succeed. */
struct transaction *begin(struct storage *store, bool write);

/* One put, remove or get in a transaction of its own. `get` gives a copy that lives until the next
 * get, or NULL. */
void put(struct storage *store, const char *key, const char *value);
void erase(struct storage *store, const char *key);
const char *get(struct storage *store, const char *key);

/* The same in a transaction. */
void put_in(struct transaction *transaction, const char *key, const char *value);
void assert_value(struct transaction *transaction, const char *key, const char *value);
void assert_absent(struct transaction *transaction, const char *key);

/* A number that is kept in a value, for counting. */
uint64_t read_number(struct transaction *transaction, const char *key);
void write_number(struct transaction *transaction, const char *key, uint64_t number);

/* A small generator, so that a failing test can be repeated; not for anything else. */
uint32_t random_below(uint32_t end);
void random_start(uint32_t seed);

/*
 * A key of at most `longest` bytes that is likely to be the prefix of another, to differ from it in
 * one byte, or to be as long as the longest key that some structure takes. `room` has
 * STORAGE_KEY_MAX bytes.
 */
struct slice random_key(char *room, size_t longest);

#endif
