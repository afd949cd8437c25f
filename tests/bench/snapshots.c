/*
 * snapshots.c - what snapshots cost, beside other ways to have them: layers (engine/storage/layers.h), a copy of the store's
 * file, a copy of every key.
 *
 *     snapshots [COUNT...]        (default 10000 1000000)
 *
 * An item is a key of 29 bytes and a value of 251, as the engine's are. For each backend and number of items: us for a snapshot,
 * for a restore after 100 writes, for a reset, for the two copies; then us for a get and a put with 1, 2, 4 and 16 states on
 * each other. Medians of rounds; copies are made once. lmdb is on tmpfs where there is one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/storage/layers.h"
#include "tests/bench/items.h"

enum { WRITES = 100 };

static struct storage *open_store(const struct storage_backend *backend, const char *path)
{
    struct storage *store;
    char *why;
    check(storage_open(backend, path, &store, &why), "open");
    return store;
}

static void put(struct storage *store, unsigned number)
{
    static char value[VALUE];
    struct transaction *transaction;
    check(storage_begin(store, true, &transaction), "begin");
    check(storage_put(transaction, key_of(number), (struct slice){ value, VALUE }), "put");
    check(storage_commit(transaction), "commit");
}

static void fill(struct storage *store, unsigned count)
{
    static char value[VALUE];
    for (unsigned i = 0; i < count;) {
        struct transaction *transaction;
        check(storage_begin(store, true, &transaction), "begin");
        for (int n = 0; n < 5000 && i < count; n++, i++)
            check(storage_put(transaction, key_of(i), (struct slice){ value, VALUE }), "put");
        check(storage_commit(transaction), "commit");
    }
}

static int take(struct transaction *transaction, struct slice name)
{
    return layers_snapshot(transaction, name, 0);
}

static int reset(struct transaction *transaction, struct slice name)
{
    (void)name;
    return layers_reset(transaction);
}

/* One change of the layers as the control interface makes it, its share of the cleaning included: us. */
static double step(struct storage *store, int (*what)(struct transaction *, struct slice),
                   const char *name)
{
    struct transaction *transaction;
    double start = now();
    check(storage_begin(store, true, &transaction), "begin");
    check(what(transaction, slice_of(name)), name);
    check(storage_commit(transaction), "commit");
    check(layers_work(store, 10000, NULL), "work");
    return now() - start;
}

/* Every key through the interface, into another store of the backend. */
static double copy_keys(struct storage *from, const struct storage_backend *backend,
                        const char *path)
{
    struct storage *to;
    struct transaction *reader, *writer;
    struct cursor *cursor;
    struct slice key, value;
    double start = now();
    to = open_store(backend, path);
    check(storage_begin(from, false, &reader), "begin");
    check(storage_cursor_open(reader, &cursor), "cursor");
    int error = storage_cursor_seek(cursor, (struct slice){ "", 1 }, false, &key, &value);
    while (!error) {
        check(storage_begin(to, true, &writer), "begin");
        for (int i = 0; i < 5000 && !error; i++) {
            check(storage_put(writer, key, value), "put");
            error = storage_cursor_step(cursor, false, &key, &value);
        }
        check(storage_commit(writer), "commit");
    }
    storage_cursor_close(cursor);
    storage_abort(reader);
    double took = now() - start;
    storage_close(to);
    return took;
}

/* The bytes of a file that are there, into another; 0 where there is none. */
static double copy_file(const char *directory, const char *name)
{
    static char room[1 << 20];
    char from[300], to[320];
    snprintf(from, sizeof from, "%s/%s", directory, name);
    snprintf(to, sizeof to, "%s.copy", from);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return 0;
    double start = now();
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat status;
    fstat(in, &status);
    off_t end = (off_t)status.st_blocks * 512, at = 0;
    ssize_t got;
    while (at < end && (got = pread(in, room, sizeof room, at)) > 0) {
        if (pwrite(out, room, (size_t)got, at) != got)
            exit(1);
        at += got;
    }
    close(out);
    double took = now() - start;
    unlink(to);
    close(in);
    return took;
}

static void get_and_put(struct storage *store, unsigned count, double *get, double *set)
{
    double gets[ROUNDS], puts[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        struct transaction *transaction;
        struct slice value;
        double start = now();
        for (int i = 0; i < CALLS; i++) {
            check(storage_begin(store, false, &transaction), "begin");
            check(storage_get(transaction, key_of((unsigned)rand() % count), &value), "get");
            check(storage_commit(transaction), "commit");
        }
        gets[round] = (now() - start) / CALLS;
        start = now();
        for (int i = 0; i < CALLS / 10; i++)
            put(store, (unsigned)rand() % count);
        puts[round] = (now() - start) / (CALLS / 10);
    }
    *get = median(gets);
    *set = median(puts);
}

static void remove_directory(const char *path)
{
    DIR *files = opendir(path);
    struct dirent *file;
    while (files && (file = readdir(files)))
        unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
    rmdir(path);
}

static char *make_directory(char *first, char *second)
{
    char *path = mkdtemp(first);
    if (!path)
        path = mkdtemp(second);
    if (!path)
        exit(1);
    return path;
}

static void measure(const struct storage_backend *backend, unsigned count)
{
    char a[] = "/dev/shm/ddbmock-bench-XXXXXX", b[] = "/tmp/ddbmock-bench-XXXXXX";
    char c[] = "/dev/shm/ddbmock-bench-XXXXXX", d[] = "/tmp/ddbmock-bench-XXXXXX";
    char *path = make_directory(a, b), *other = make_directory(c, d);
    double snapshots[ROUNDS], restores[ROUNDS];
    double bare_get, bare_put, gets[4], puts[4];
    struct storage *inner, *store;
    inner = open_store(backend, path);
    fill(inner, count);
    get_and_put(inner, count, &bare_get, &bare_put);
    check(layers_open(inner, "", &store), "layers");
    double keys = copy_keys(store, backend, other);
    remove_directory(other); /* before the other copy: large ones need not be there together */
    double file = copy_file(path, "data.mdb") + copy_file(path, "dynamo.db");
    for (int round = 0; round < ROUNDS; round++) {
        snapshots[round] = step(store, take, "s");
        for (int i = 0; i < WRITES; i++)
            put(store, (unsigned)rand() % count);
        restores[round] = step(store, layers_restore, "s");
    }
    for (int n = 0, states = 1; n < 4; n++) {
        static const int wanted[] = { 1, 2, 4, 16 };
        char name[16];
        if (n == 0) {
            check(layers_work(store, 1000000, NULL), "work");
            step(store, layers_delete, "s");
            check(layers_work(store, 1000000, NULL), "work");
        }
        for (; states < wanted[n]; states++) {
            snprintf(name, sizeof name, "s%d", states);
            step(store, take, name);
            put(store, 0);
        }
        get_and_put(store, count, &gets[n], &puts[n]);
    }
    double cleared = step(store, reset, "reset");
    printf("%-8s %9u %9.0f %9.0f %9.0f %11.0f %11.0f\n", backend->name, count, median(snapshots),
           median(restores), cleared, file, keys);
    printf("%18s get %6.2f without, %6.2f %6.2f %6.2f %6.2f with 1, 2, 4, 16 states; put %6.2f "
           "without, %6.2f %6.2f %6.2f %6.2f\n",
           "", bare_get, gets[0], gets[1], gets[2], gets[3], bare_put, puts[0], puts[1], puts[2],
           puts[3]);
    storage_close(store);
    remove_directory(path);
}

int main(int argc, char **argv)
{
    static const struct storage_backend *const backends[] = { &storage_memory, &storage_lmdb,
                                                              &storage_sqlite };
    static const unsigned usual[] = { 10000, 1000000 };
    printf("%-8s %9s %9s %9s %9s %11s %11s\n", "backend", "items", "snapshot", "restore", "reset",
           "file copy", "key copy");
    for (int i = 0; i < (argc > 1 ? argc - 1 : 2); i++)
        for (size_t n = 0; n < sizeof backends / sizeof *backends; n++) {
            unsigned count = argc > 1 ? (unsigned)strtoul(argv[i + 1], NULL, 10) : usual[i];
            if (count <= 1000000 || backends[n] != &storage_sqlite) /* it would take an hour */
                measure(backends[n], count);
        }
    return 0;
}
