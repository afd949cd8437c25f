/*
 * store.c - see store.h.
 */
#include "tests/unit/storage/store.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/storage/selection.h"

#ifdef __SANITIZE_THREAD__
const char *__tsan_default_suppressions(void);

/*
 * LMDB, which is not compiled with ThreadSanitizer, takes a page into use again when it has seen in
 * its lock file that the readers of the page's past are gone. environment_order tells most of that,
 * not when in a transaction LMDB looks.
 */
const char *__tsan_default_suppressions(void)
{
    return "race:mdb_page_touch\nrace:mdb_page_alloc\nrace:mdb_page_new\n";
}
#endif

static char directory[PATH_MAX];
static const struct storage_backend *opened;
static uint64_t state = 88172645463325252u;

const char *store_outside(void)
{
    static char path[PATH_MAX + 64];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);
    cr_assert_gt(length, 0);
    path[length] = '\0';
    strcpy(strrchr(path, '/'), "/tests/storage/array_backend.so");
    return path;
}

static const struct storage_backend *load_outside(void)
{
    const struct storage_backend *backend;
    char *why = NULL;
    int error = storage_load(store_outside(), &backend, &why);
    cr_assert_eq(error, 0, "%s", why);
    return backend;
}

struct storage *store_open(const char *backend)
{
    /* On tmpfs where there is one, as a session's store is. */
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/ddbmock-storage-XXXXXX", parent ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(directory));
    struct storage *store;
    opened = strcmp(backend, "outside") == 0 ? load_outside() : storage_backend_named(backend);
    assert_ok(storage_open(opened, directory, &store));
    return store;
}

int store_open_again(struct storage **out)
{
    return storage_open(opened, directory, out);
}

void store_close(struct storage *store)
{
    storage_close(store);
    DIR *files = opendir(directory);
    struct dirent *file;
    while (files && (file = readdir(files)))
        unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
    rmdir(directory);
}

const char *store_directory(void)
{
    return directory;
}

bool store_is_shared(const struct storage *store)
{
    const struct storage_backend *backend = ((const struct storage_base *)store)->backend;
    return backend == &storage_lmdb || backend == &storage_sqlite;
}

struct transaction *begin(struct storage *store, bool write)
{
    struct transaction *transaction;
    assert_ok(storage_begin(store, write, &transaction));
    return transaction;
}

void put_in(struct transaction *transaction, const char *key, const char *value)
{
    assert_ok(storage_put(transaction, slice_of(key), slice_of(value)));
}

void put(struct storage *store, const char *key, const char *value)
{
    struct transaction *transaction = begin(store, true);
    put_in(transaction, key, value);
    assert_ok(storage_commit(transaction));
}

void erase(struct storage *store, const char *key)
{
    struct transaction *transaction = begin(store, true);
    assert_ok(storage_remove(transaction, slice_of(key)));
    assert_ok(storage_commit(transaction));
}

const char *get(struct storage *store, const char *key)
{
    static char *copy;
    free(copy);
    copy = NULL;
    struct transaction *transaction = begin(store, false);
    struct slice value;
    int error = storage_get(transaction, slice_of(key), &value);
    if (error != -ENOENT) {
        assert_ok(error);
        copy = strndup(value.length ? value.data : "", value.length);
    }
    storage_abort(transaction);
    return copy;
}

void assert_value(struct transaction *transaction, const char *key, const char *value)
{
    struct slice found;
    assert_ok(storage_get(transaction, slice_of(key), &found));
    assert_slice(found, slice_of(value));
}

void assert_absent(struct transaction *transaction, const char *key)
{
    struct slice found;
    assert_error(storage_get(transaction, slice_of(key), &found), ENOENT);
}

uint64_t read_number(struct transaction *transaction, const char *key)
{
    struct slice value;
    uint64_t number = 0;
    int error = storage_get(transaction, slice_of(key), &value);
    if (error == -ENOENT)
        return 0;
    assert_ok(error);
    cr_assert_eq(value.length, sizeof number);
    memcpy(&number, value.data, sizeof number);
    return number;
}

void write_number(struct transaction *transaction, const char *key, uint64_t number)
{
    assert_ok(storage_put(transaction, slice_of(key),
                          (struct slice){ (const char *)&number, sizeof number }));
}

void random_start(uint32_t seed)
{
    state = 88172645463325252u ^ ((uint64_t)seed << 17);
}

uint32_t random_below(uint32_t end)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % end);
}

struct slice random_key(char *room, size_t longest)
{
    /* Around the ends of LMDB's keys and of the chunks that lmdb_keys.h makes of longer ones. */
    static const size_t lengths[] = {
        509, 510, 511, 512, 1011, 1012, 1013, 1514, 2016, 8191, 8192
    };
    static const char bytes[] = { 0, 1, 'a', 'b', (char)0xfe, (char)0xff };
    size_t length = 1 + random_below(random_below(2) ? 4 : 40);
    if (random_below(3) == 0) {
        length = lengths[random_below(sizeof lengths / sizeof *lengths)];
        if (random_below(2))
            length -= random_below(4);
    }
    if (length > longest)
        length = 1 + random_below((uint32_t)longest);
    memset(room, bytes[random_below(sizeof bytes)], length);
    for (uint32_t changes = random_below(3); changes > 0; changes--) {
        size_t at = random_below(2) ? length - 1 - random_below(length < 3 ? 1 : 3)
                                    : random_below((uint32_t)length);
        room[at] = bytes[random_below(sizeof bytes)];
    }
    return (struct slice){ room, length };
}
