/*
 * storage.c - what a storage transaction costs on each backend: a get, a put that replaces, and a
 * cursor step, in stores of a thousand items and of COUNT, and the resident memory of an item.
 *
 *     storage [COUNT]        (default 100000)
 *
 * An item is a key of 29 bytes and a value of 251, as the engine's are. A line is a backend and a
 * size; figures are medians of rounds, in us, and in brackets as ratios to memory's. lmdb is on
 * tmpfs where there is one.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/items.h"

struct figures {
    double get, put, step; /* us */
    double bytes;          /* an item */
};

static double resident(void)
{
    long pages = 0, all;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &all, &pages) != 2)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void put(struct storage *store, unsigned number)
{
    static char value[VALUE];
    struct transaction *transaction;
    check(storage_begin(store, true, &transaction), "begin");
    check(storage_put(transaction, key_of(number), (struct slice){ value, VALUE }), "put");
    check(storage_commit(transaction), "commit");
}

static struct figures measure(struct storage *store, unsigned count)
{
    double gets[ROUNDS], puts[ROUNDS], steps[ROUNDS], before = resident();
    struct figures figures;
    struct transaction *transaction;
    struct slice found, value;
    for (unsigned i = 0; i < count; i++)
        put(store, i);
    figures.bytes = (resident() - before) / count;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (int i = 0; i < CALLS; i++) {
            check(storage_begin(store, false, &transaction), "begin");
            check(storage_get(transaction, key_of((unsigned)rand() % count), &value), "get");
            check(storage_commit(transaction), "commit");
        }
        gets[round] = (now() - start) / CALLS;

        start = now();
        for (int i = 0; i < CALLS; i++)
            put(store, (unsigned)rand() % count);
        puts[round] = (now() - start) / CALLS;

        struct cursor *cursor;
        unsigned stepped = 0;
        check(storage_begin(store, false, &transaction), "begin");
        check(storage_cursor_open(transaction, &cursor), "cursor");
        start = now();
        while (stepped < CALLS) {
            int error = storage_cursor_seek(cursor, key_of((unsigned)rand() % count), false, &found,
                                            &value);
            for (int i = 0; i < 100 && !error; i++, stepped++)
                error = storage_cursor_step(cursor, false, &found, &value);
        }
        steps[round] = (now() - start) / stepped;
        storage_cursor_close(cursor);
        storage_abort(transaction);
    }
    figures.get = median(gets);
    figures.put = median(puts);
    figures.step = median(steps);
    return figures;
}

/* In a process of its own, whose memory is its own. */
static struct figures measure_backend(const struct storage_backend *backend, unsigned count)
{
    char directory[] = "/dev/shm/ddbmock-bench-XXXXXX", elsewhere[] = "/tmp/ddbmock-bench-XXXXXX";
    char *path = mkdtemp(directory);
    if (!path)
        path = mkdtemp(elsewhere);
    int results[2];
    struct figures figures;
    if (!path || pipe(results) != 0)
        exit(1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct storage *store;
        char *why;
        check(storage_open(backend, path, &store, &why), "open");
        figures = measure(store, count);
        storage_close(store);
        exit(write(results[1], &figures, sizeof figures) == sizeof figures ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0 || read(results[0], &figures, sizeof figures) != sizeof figures)
        exit(1);
    close(results[0]);
    close(results[1]);
    DIR *files = opendir(path);
    struct dirent *file;
    while (files && (file = readdir(files)))
        unlinkat(dirfd(files), file->d_name, 0);
    if (files)
        closedir(files);
    rmdir(path);
    return figures;
}

int main(int argc, char **argv)
{
    static const struct storage_backend *const backends[] = { &storage_memory, &storage_lmdb,
                                                              &storage_sqlite };
    unsigned counts[] = { 1000, argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100000 };
    if (counts[1] < 1000) {
        fprintf(stderr, "storage: COUNT is a number, 1000 at least\n");
        return 2;
    }
    printf("%-8s %9s %16s %16s %16s %12s\n", "backend", "items", "get us", "put us", "step us",
           "bytes/item");
    for (int size = 0; size < 2; size++) {
        struct figures first = { 0 };
        for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
            struct figures it = measure_backend(backends[i], counts[size]);
            if (i == 0)
                first = it;
            printf("%-8s %9u %8.3f (%4.2f) %8.3f (%4.2f) %8.4f (%4.2f) %12.0f\n", backends[i]->name,
                   counts[size], it.get, it.get / first.get, it.put, it.put / first.put, it.step,
                   it.step / first.step, it.bytes);
        }
    }
    return 0;
}
