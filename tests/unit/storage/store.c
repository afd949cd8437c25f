/*
 * store.c - see store.h.
 */
#include "tests/unit/storage/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/storage/selection.h"
#include "tests/unit/storage/postgres_server.h"

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
static char url[PATH_MAX]; /* instead of the directory, of a store in PostgreSQL */
static char schema[32];
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

static struct storage *open_store(void)
{
    struct storage *store;
    char *why;
    int error = storage_open(opened, url[0] ? url : directory, &store, &why);
    cr_assert_eq(error, 0, "%s: %s", strerror(-error), why);
    return store;
}

/* Each test has a schema of its own. */
static struct storage *open_postgres(void)
{
    snprintf(schema, sizeof schema, "test_%d", (int)getpid());
    postgres_run("CREATE SCHEMA %s", schema);
    struct storage_selection selection;
    char *why;
    int error = storage_select(postgres_url("ddbmock", schema), NULL, NULL, &selection, &why);
    cr_assert_eq(error, 0, "%s", why);
    snprintf(url, sizeof url, "%s", selection.path);
    free(selection.path);
    opened = selection.backend;
    return open_store();
}

struct storage *store_open(const char *backend)
{
    if (strcmp(backend, "postgres") == 0)
        return open_postgres();
    /* On tmpfs where there is one, as a session's store is. */
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/ddbmock-storage-XXXXXX", parent ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(directory));
    opened = strcmp(backend, "outside") == 0 ? load_outside() : storage_backend_named(backend);
    return open_store();
}

int store_open_again(struct storage **out)
{
    char *why;
    int error = storage_open(opened, url[0] ? url : directory, out, &why);
    free(why);
    return error;
}

void store_empty(void)
{
    if (url[0]) {
        postgres_run("DROP SCHEMA %s CASCADE; CREATE SCHEMA %s", schema, schema);
        return;
    }
    DIR *files = opendir(directory);
    struct dirent *file;
    while (files && (file = readdir(files)))
        unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
}

void store_close(struct storage *store)
{
    storage_close(store);
    if (url[0]) {
        postgres_run("DROP SCHEMA %s CASCADE", schema);
        return;
    }
    store_empty();
    rmdir(directory);
}

/* Whether the descriptor is one of the store's. */
static bool is_of_store(int fd, const char *target)
{
    struct sockaddr_un peer = { 0 };
    socklen_t length = sizeof peer;
    if (!url[0])
        return strncmp(target, directory, strlen(directory)) == 0;
    return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 && peer.sun_family == AF_UNIX &&
           strncmp(peer.sun_path, postgres_server(), strlen(postgres_server())) == 0;
}

static int each_descriptor(bool without_cloexec, int instead)
{
    DIR *list = opendir("/proc/self/fd");
    struct dirent *entry;
    int count = 0;
    while ((entry = readdir(list))) {
        char path[300], target[300];
        snprintf(path, sizeof path, "/proc/self/fd/%.20s", entry->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        int fd = atoi(entry->d_name);
        if (!is_of_store(fd, target) || (without_cloexec && (fcntl(fd, F_GETFD) & FD_CLOEXEC)))
            continue;
        count++;
        if (instead >= 0)
            dup2(instead, fd);
    }
    closedir(list);
    return count;
}

int store_descriptors(bool without_cloexec)
{
    return each_descriptor(without_cloexec, -1);
}

int store_take_descriptors(int instead)
{
    return each_descriptor(false, instead);
}

const char *store_directory(void)
{
    return directory;
}

unsigned store_rounds(unsigned many)
{
    return url[0] ? many / 8 : many;
}

bool store_is_shared(const struct storage *store)
{
    const struct storage_backend *backend = ((const struct storage_base *)store)->backend;
    return backend == &storage_lmdb || backend == &storage_sqlite ||
           strcmp(backend->name, "postgres") == 0;
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
    /* Around the ends of LMDB's keys and of the chunks that lmdb_keys.h makes of longer ones, and
     * of POSTGRES_HEAD. */
    static const size_t lengths[] = { 509,  510,  511,  512,  1011, 1012,
                                      1013, 1514, 2002, 2016, 8191, 8192 };
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

void store_mount(const char *options, unsigned long flags)
{
    if (unshare(CLONE_NEWNS) != 0)
        cr_skip_test("only root may mount");
    cr_assert_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    if (options)
        cr_assert_eq(mount("tmpfs", store_directory(), "tmpfs", 0, options), 0);
    else
        cr_assert(mount(store_directory(), store_directory(), NULL, MS_BIND, NULL) == 0 &&
                  mount(NULL, store_directory(), NULL, MS_BIND | MS_REMOUNT | flags, NULL) == 0);
}

void store_unmount(void)
{
    cr_assert_eq(umount2(store_directory(), MNT_DETACH), 0);
    store_close(NULL);
}
