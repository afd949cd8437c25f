/*
 * test_processes.c - several processes in one store: nothing is lost, nobody sees a half
 * transaction, and a process killed in the middle of anything leaves the store to the others. For
 * the shared backends.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/storage/store.h"

TestSuite(processes, .timeout = 1200);

enum { PROCESSES = 8 };

/* A process of its own, with a handle of its own, as a program started by exec has. */
static pid_t start(void (*run)(struct storage *))
{
    pid_t child = fork();
    if (child == 0) {
        struct storage *store;
        if (store_open_again(&store) != 0)
            _exit(2);
        run(store);
        storage_close(store);
        _exit(0);
    }
    cr_assert_gt(child, 0);
    return child;
}

static void finish(pid_t child)
{
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a process ended with %#x", status);
}

/* The test's own process must not be inside when it forks without telling, so it opens late. */
static struct storage *directory_only(const char *backend)
{
    struct storage *store = store_open(backend);
    storage_close(store);
    return NULL;
}

static struct storage *open_again(void)
{
    struct storage *store;
    assert_ok(store_open_again(&store));
    return store;
}

static void increment(struct storage *store)
{
    for (unsigned i = 0; i < store_rounds(2000); i++) {
        struct transaction *transaction = begin(store, true);
        write_number(transaction, "counter", read_number(transaction, "counter") + 1);
        if (storage_commit(transaction) != 0)
            _exit(1);
    }
}

SHARED_STORAGE_TEST(processes, lose_no_increment)
{
    directory_only(backend);
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        children[i] = start(increment);
    for (int i = 0; i < PROCESSES; i++)
        finish(children[i]);
    struct storage *store = open_again();
    struct transaction *transaction = begin(store, false);
    cr_assert_eq(read_number(transaction, "counter"), PROCESSES * store_rounds(2000));
    storage_abort(transaction);
    store_close(store);
}

static void increment_once(struct storage *store)
{
    struct transaction *transaction = begin(store, true);
    write_number(transaction, "counter", read_number(transaction, "counter") + 1);
    if (storage_commit(transaction) != 0)
        _exit(1);
}

/* Where nothing is, one of them makes the store, and the others find it made, or half made. */
SHARED_STORAGE_TEST(processes, begin_together)
{
    directory_only(backend);
    for (unsigned round = 0; round < store_rounds(40); round++) {
        pid_t children[PROCESSES];
        store_empty();
        for (int i = 0; i < PROCESSES; i++)
            children[i] = start(increment_once);
        for (int i = 0; i < PROCESSES; i++)
            finish(children[i]);
        struct storage *store = open_again();
        struct transaction *transaction = begin(store, false);
        cr_assert_eq(read_number(transaction, "counter"), PROCESSES);
        storage_abort(transaction);
        storage_close(store);
    }
    store_close(NULL);
}

/* Opened and closed for each: the lock file is made anew whenever nobody is inside. */
static void open_increment_close(struct storage *store)
{
    for (unsigned i = 0; i < store_rounds(150); i++) {
        struct storage *another;
        storage_close(i % 2 ? store : NULL);
        if (store_open_again(&another) != 0)
            _exit(1);
        struct transaction *transaction = begin(another, true);
        write_number(transaction, "counter", read_number(transaction, "counter") + 1);
        if (storage_commit(transaction) != 0)
            _exit(3);
        if (i % 2)
            store = another;
        else
            storage_close(another);
    }
    storage_close(store);
    _exit(0);
}

SHARED_STORAGE_TEST(processes, come_and_go)
{
    directory_only(backend);
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        children[i] = start(open_increment_close);
    for (int i = 0; i < PROCESSES; i++)
        finish(children[i]);
    struct storage *store = open_again();
    struct transaction *transaction = begin(store, false);
    cr_assert_eq(read_number(transaction, "counter"), PROCESSES * store_rounds(150));
    storage_abort(transaction);
    store_close(store);
}

/* Pairs of keys that are always changed together, of a size that makes pages split, merge and
 * overflow. */
static void change_pairs(struct storage *store)
{
    unsigned seed = (unsigned)getpid();
    char *value = malloc(20000), key[1100];
    memset(key, 'k', sizeof key);
    for (unsigned i = 0; i < store_rounds(3000); i++) {
        struct transaction *transaction = begin(store, true);
        for (int pair = 0; pair < 3; pair++) {
            unsigned number = (unsigned)rand_r(&seed) % 200;
            size_t length = (size_t)rand_r(&seed) % (rand_r(&seed) % 8 ? 300 : 20000);
            size_t key_length = number % 4 ? 10 : sizeof key;
            memset(value, (int)number, length);
            for (int side = 0; side < 2; side++) {
                snprintf(key + 1, 8, "%03u", number);
                key[4] = 'k';
                key[0] = side ? 'b' : 'a';
                struct slice name = { key, key_length }, stored;
                int error = storage_get(transaction, name, &stored);
                if (error == 0 && number % 3 == 0)
                    error = storage_remove(transaction, name);
                else if (error == 0 || error == -ENOENT)
                    error = storage_put(transaction, name, (struct slice){ value, length });
                if (error)
                    _exit(4);
            }
        }
        if (storage_commit(transaction) != 0)
            _exit(5);
    }
    free(value);
}

static void compare_pairs(struct storage *store)
{
    for (unsigned i = 0; i < store_rounds(300); i++) {
        struct transaction *transaction = begin(store, false);
        struct cursor *cursor;
        struct slice found, value, other;
        char twin[STORAGE_KEY_MAX];
        unsigned counts[2] = { 0, 0 };
        if (storage_cursor_open(transaction, &cursor) != 0)
            _exit(6);
        for (int error = storage_cursor_seek(cursor, slice_of("a"), false, &found, &value); !error;
             error = storage_cursor_step(cursor, false, &found, &value)) {
            memcpy(twin, found.data, found.length);
            twin[0] = found.data[0] == 'a' ? 'b' : 'a';
            counts[found.data[0] == 'a']++;
            if (storage_get(transaction, (struct slice){ twin, found.length }, &other) != 0 ||
                !slice_equal(value, other))
                _exit(7);
        }
        storage_cursor_close(cursor);
        storage_abort(transaction);
        if (counts[0] != counts[1])
            _exit(8);
    }
}

SHARED_STORAGE_TEST(processes, see_no_half_transaction)
{
    directory_only(backend);
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        children[i] = start(i < 3 ? change_pairs : compare_pairs);
    for (int i = 0; i < PROCESSES; i++)
        finish(children[i]);
    struct storage *store = open_again();
    compare_pairs(store);
    store_close(store);
}

static void sleep_in_a_transaction(struct storage *store)
{
    struct transaction *transaction = begin(store, true);
    put_in(transaction, "half", "done");
    put_in(transaction, "kept", "changed");
    struct slice value;
    storage_get(transaction, slice_of("half"), &value);
    kill(getpid(), SIGSTOP);
    _exit(9);
}

static void sleep_in_a_read(struct storage *store)
{
    struct transaction *transaction = begin(store, false);
    assert_value(transaction, "kept", "v");
    kill(getpid(), SIGSTOP);
    _exit(9);
}

static void wait_until_stopped(pid_t child)
{
    int status;
    cr_assert_eq(waitpid(child, &status, WUNTRACED), child);
    cr_assert(WIFSTOPPED(status));
}

SHARED_STORAGE_TEST(processes, a_killed_writer_has_done_nothing)
{
    struct storage *store = store_open(backend);
    put(store, "kept", "v");
    storage_close(store);
    for (int i = 0; i < 5; i++) {
        pid_t child = start(sleep_in_a_transaction);
        wait_until_stopped(child);
        if (i == 0)
            store = open_again();
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        cr_assert_null(get(store, "half"));
        put(store, "kept", "v");
    }
    store_close(store);
}

/* What the files of the store take up, in units of 512 bytes. */
static long blocks_of_store(void)
{
    long blocks = 0;
    DIR *files = opendir(store_directory());
    struct dirent *file;
    struct stat status;
    while ((file = readdir(files)))
        if (file->d_name[0] != '.' && fstatat(dirfd(files), file->d_name, &status, 0) == 0)
            blocks += status.st_blocks;
    closedir(files);
    return blocks;
}

FILE_STORAGE_TEST(processes, a_killed_reader_holds_nothing)
{
    struct storage *store = store_open(backend);
    put(store, "kept", "v");
    storage_close(store);
    pid_t child = start(sleep_in_a_read);
    wait_until_stopped(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    /* Were its snapshot kept, every replacement of the value would take new room, and 8 MB not
     * suffice. */
    store = open_again();
    char *value = calloc(1, 100000);
    for (int i = 0; i < 2000; i++) {
        struct transaction *transaction = begin(store, true);
        assert_ok(storage_put(transaction, slice_of("kept"), (struct slice){ value, 100000 }));
        assert_ok(storage_commit(transaction));
    }
    free(value);
    cr_assert_lt(blocks_of_store() * 512, 8 << 20);
    store_close(store);
}

/* What the killed acknowledge goes here, shared with the test. */
static struct acknowledged {
    uint64_t counters[PROCESSES];
} * acknowledged;
static int number;

static void count_up(struct storage *store)
{
    char key[24], *value = calloc(1, 9000);
    snprintf(key, sizeof key, "counter%d", number);
    for (;;) {
        struct transaction *transaction = begin(store, true);
        uint64_t count = read_number(transaction, key) + 1;
        write_number(transaction, key, count);
        /* Of another size each time, so that pages come and go. */
        if (storage_put(transaction, slice_of("shared"), (struct slice){ value, count % 9000 }) !=
            0)
            _exit(10);
        if (storage_commit(transaction) != 0)
            _exit(11);
        acknowledged->counters[number] = count;
    }
}

/* How many in a row have been killed since what they acknowledge last changed. */
static void note_kill(uint64_t *unnoted, uint64_t *noted, uint64_t known)
{
    *unnoted = known == *noted ? *unnoted + 1 : 1;
    *noted = known;
}

SHARED_STORAGE_TEST(processes, killed_at_random_lose_nothing_acknowledged)
{
    directory_only(backend);
    acknowledged =
        mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[PROCESSES] = { 0 };
    /* Each of the killed may have committed once more than it noted; of a row that noted nothing,
     * each one did. */
    uint64_t unnoted[PROCESSES] = { 0 }, noted[PROCESSES] = { 0 };
    random_start((uint32_t)time(NULL));
    for (int kills = 0; kills < 200; kills++) {
        for (number = 0; number < PROCESSES; number++)
            if (!children[number])
                children[number] = start(count_up);
        usleep(random_below(8000));
        unsigned victim = random_below(PROCESSES);
        int status;
        kill(children[victim], SIGKILL);
        waitpid(children[victim], &status, 0);
        cr_assert(WIFSIGNALED(status), "a process ended by itself with %#x", status);
        children[victim] = 0;
        note_kill(&unnoted[victim], &noted[victim], acknowledged->counters[victim]);
    }
    for (number = 0; number < PROCESSES; number++)
        if (children[number]) {
            kill(children[number], SIGKILL);
            waitpid(children[number], NULL, 0);
            note_kill(&unnoted[number], &noted[number], acknowledged->counters[number]);
        }
    struct storage *store = open_again();
    struct transaction *transaction = begin(store, false);
    uint64_t sum = 0;
    for (number = 0; number < PROCESSES; number++) {
        char key[24];
        snprintf(key, sizeof key, "counter%d", number);
        uint64_t stored = read_number(transaction, key), known = acknowledged->counters[number];
        cr_assert(stored >= known && stored <= known + unnoted[number],
                  "%s: %lu stored, %lu acknowledged, %lu kills since", key, (unsigned long)stored,
                  (unsigned long)known, (unsigned long)unnoted[number]);
        sum += stored;
    }
    cr_assert_gt(sum, PROCESSES);
    storage_abort(transaction);
    put(store, "after", "v");
    store_close(store);
}

SHARED_STORAGE_TEST(processes, two_handles_in_one_process)
{
    struct storage *store = store_open(backend), *other = open_again();
    put(store, "key", "v");
    cr_assert_str_eq(get(other, "key"), "v");
    storage_close(other);
    put(store, "key", "w");
    /* A third process must still find us inside: its opening would make the lock file anew. */
    pid_t child = start(increment);
    put(store, "key", "x");
    finish(child);
    cr_assert_str_eq(get(store, "key"), "x");
    store_close(store);
}
