/*
 * test_files.c - what the directory of an LMDB store may be like: full, read-only, not a directory,
 * corrupt, foreign, newer, changed under our feet. Each is an error, none a signal.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/store.h"

static char *unused; /* these two leave what to say to the error */

TestSuite(files, .timeout = 1200);

static char *path_of(const char *file)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/%s", store_directory(), file);
    return path;
}

/* Opens the directory again. The store, or NULL and the error. */
static struct storage *reopen(int *error)
{
    struct storage *store = NULL;
    *error = storage_open(&storage_lmdb, store_directory(), &store, &unused);
    return *error ? NULL : store;
}

static void assert_refused(int expected)
{
    int error;
    struct storage *store = reopen(&error);
    cr_assert_null(store);
    assert_error(error, expected);
}

/* A store with pages of all kinds: branches, leaves, overflow, free ones; closed. */
static void make_store(void)
{
    struct storage *store = store_open("lmdb");
    char *value = malloc(10000), key[1200];
    random_start(7);
    for (unsigned round = 0; round < 4; round++) {
        struct transaction *transaction = begin(store, true);
        for (unsigned i = 0; i < 400; i++) {
            memset(key, 'k', sizeof key);
            snprintf(key, 16, "%06u", random_below(600));
            size_t length = random_below(20) ? random_below(400) : random_below(10000);
            memset(value, (int)i, length);
            struct slice name = { key, random_below(10) ? 6 : sizeof key };
            assert_ok(storage_put(transaction, name, (struct slice){ value, length }));
            key[5] ^= 1;
            int error = storage_remove(transaction, name);
            cr_assert(error == 0 || error == -ENOENT);
        }
        assert_ok(storage_commit(transaction));
    }
    free(value);
    storage_close(store);
}

/* Does everything to a store that can be done; errors are welcome. Counts the entries. */
static unsigned use(struct storage *store)
{
    unsigned count = 0;
    for (int write = 0; write < 2; write++) {
        struct transaction *transaction;
        struct cursor *cursor;
        struct slice found, value;
        if (storage_begin(store, write, &transaction) != 0)
            return count;
        count = 0;
        if (storage_cursor_open(transaction, &cursor) == 0) {
            int error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value);
            while (!error) {
                unsigned char sum = 0;
                for (size_t i = 0; i < value.length; i += 64)
                    sum ^= (unsigned char)value.data[i];
                count += 1 + (sum & 0);
                if (write && count % 3 == 0)
                    error = storage_remove(transaction, found);
                else if (write && count % 3 == 1)
                    error = storage_put(transaction, found, slice_of("replaced"));
                if (!error)
                    error = storage_cursor_step(cursor, false, &found, &value);
            }
            storage_cursor_close(cursor);
        }
        storage_commit(transaction);
    }
    return count;
}

static char *read_file(size_t *size)
{
    int file = open(path_of("data.mdb"), O_RDONLY);
    struct stat status;
    cr_assert_eq(fstat(file, &status), 0);
    /* The file is sparse: what is in it ends where its last page does, and nothing follows. */
    off_t end = lseek(file, 0, SEEK_HOLE);
    *size = (size_t)end;
    char *bytes = malloc(*size);
    cr_assert_eq(pread(file, bytes, *size, 0), (ssize_t)*size);
    close(file);
    return bytes;
}

static void write_file(const char *bytes, size_t size)
{
    int file = open(path_of("data.mdb"), O_WRONLY | O_TRUNC | O_CREAT, 0600);
    cr_assert_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
}

Test(files, not_a_directory)
{
    struct storage *store = store_open("lmdb"), *other = NULL;
    put(store, "key", "v");
    assert_error(storage_open(&storage_lmdb, NULL, &other, &unused), EINVAL);
    assert_error(storage_open(&storage_lmdb, path_of("nothing"), &other, &unused), ENOENT);
    assert_error(storage_open(&storage_lmdb, path_of("data.mdb"), &other, &unused), ENOTDIR);
    store_close(store);
}

Test(files, private_to_the_user)
{
    struct storage *store = store_open("lmdb");
    struct stat status;
    cr_assert_eq(stat(path_of("data.mdb"), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    cr_assert_eq(stat(path_of("lock.mdb"), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    store_close(store);
}

Test(files, no_link_is_followed)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    char elsewhere[4300];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", store_directory());
    cr_assert_eq(rename(path_of("data.mdb"), elsewhere), 0);
    cr_assert_eq(symlink(elsewhere, path_of("data.mdb")), 0);
    assert_refused(ELOOP);
    unlink(path_of("data.mdb"));
    mkfifo(path_of("data.mdb"), 0600);
    assert_refused(EPROTO);
    store_close(NULL);
}

Test(files, empty_or_half_created)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    size_t size;
    int error;
    /* Nothing written, and what a process leaves that is killed while it writes the two first
     * pages. */
    write_file("", 0);
    store = reopen(&error);
    assert_ok(error);
    storage_close(store);
    free(read_file(&size));
    unlink(path_of("data.mdb"));
    MDB_env *plain;
    cr_assert_eq(mdb_env_create(&plain), 0);
    cr_assert_eq(mdb_env_open(plain, store_directory(), 0, 0600), 0);
    mdb_env_close(plain);
    char *bytes = read_file(&size);
    write_file(bytes, 4096);
    store = reopen(&error);
    assert_ok(error);
    put(store, "key", "v");
    free(bytes);
    store_close(store);
}

Test(files, foreign)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    unlink(path_of("data.mdb"));
    MDB_env *plain;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val key = { 5, "their" }, value = { 4, "data" };
    cr_assert_eq(mdb_env_create(&plain), 0);
    cr_assert_eq(mdb_env_open(plain, store_directory(), 0, 0600), 0);
    cr_assert_eq(mdb_txn_begin(plain, NULL, 0, &txn), 0);
    cr_assert_eq(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    cr_assert_eq(mdb_put(txn, dbi, &key, &value, 0), 0);
    cr_assert_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(plain);
    size_t before, after;
    char *bytes = read_file(&before);
    assert_refused(EPROTO);
    char *again = read_file(&after);
    cr_assert(before == after && memcmp(bytes, again, before) == 0, "a foreign file was changed");
    free(bytes);
    free(again);
    store_close(NULL);
}

Test(files, newer)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    MDB_env *plain;
    MDB_txn *txn;
    MDB_val key = { 1, "\0" }, value;
    cr_assert_eq(mdb_env_create(&plain), 0);
    cr_assert_eq(mdb_env_open(plain, store_directory(), 0, 0600), 0);
    cr_assert_eq(mdb_txn_begin(plain, NULL, 0, &txn), 0);
    MDB_dbi dbi;
    cr_assert_eq(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
    cr_assert_eq(mdb_get(txn, dbi, &key, &value), 0);
    char format[64];
    memcpy(format, value.mv_data, value.mv_size);
    format[8]++;
    value.mv_data = format;
    cr_assert_eq(mdb_put(txn, dbi, &key, &value, 0), 0);
    cr_assert_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(plain);
    assert_refused(EPROTO);
    store_close(NULL);
}

Test(files, not_lmdb_at_all)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    char bytes[20000];
    memset(bytes, 0, sizeof bytes);
    write_file(bytes, sizeof bytes);
    assert_refused(EPROTO);
    memset(bytes, 0xff, sizeof bytes);
    write_file(bytes, sizeof bytes);
    assert_refused(EPROTO);
    write_file("SQLite format 3", 16);
    assert_refused(EPROTO);
    for (int i = 0; i < 200; i++) {
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = (char)random_below(256);
        write_file(bytes, random_below(sizeof bytes) + 1);
        assert_refused(EPROTO);
    }
    store_close(NULL);
}

/* Each opening in a process of its own, which must not die of a signal. */
static void survive(const char *what, unsigned at)
{
    pid_t child = fork();
    if (child == 0) {
        int error;
        alarm(20);
        struct storage *store = reopen(&error);
        if (!store)
            _exit(error == -EPROTO ? 1 : 2);
        use(store);
        storage_close(store);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2, "%s at %u: ended with %#x", what, at,
              status);
}

Test(files, cut_off_anywhere)
{
    make_store();
    size_t size;
    char *bytes = read_file(&size);
    for (size_t length = size - 1; length > 0; length -= length < 9000 ? length : 9000) {
        write_file(bytes, length);
        survive("cut", (unsigned)length);
    }
    write_file(bytes, size / 2);
    assert_refused(EPROTO);
    free(bytes);
    store_close(NULL);
}

Test(files, bytes_changed_anywhere)
{
    make_store();
    size_t size;
    char *bytes = read_file(&size), *changed = malloc(size);
    for (unsigned i = 0; i < 600; i++) {
        memcpy(changed, bytes, size);
        for (unsigned changes = 1 + random_below(4); changes > 0; changes--) {
            /* Half of them where pages tell what they are. */
            size_t at = random_below((uint32_t)size);
            if (random_below(2))
                at = at / 4096 * 4096 + random_below(64);
            changed[at] = (char)random_below(256);
        }
        write_file(changed, size);
        survive("changes", i);
    }
    /* Pages exchanged: each of them good, in the wrong place. */
    for (unsigned i = 0; i < 100; i++) {
        memcpy(changed, bytes, size);
        size_t from = random_below((uint32_t)(size / 4096)),
               to = random_below((uint32_t)(size / 4096));
        memcpy(changed + to * 4096, bytes + from * 4096, 4096);
        if (random_below(2))
            memcpy(changed + to * 4096, &to, sizeof to); /* and it says that it belongs there */
        write_file(changed, size);
        survive("pages", i);
    }
    free(changed);
    free(bytes);
    store_close(NULL);
}

Test(files, as_it_was)
{
    make_store();
    size_t size;
    char *bytes = read_file(&size);
    write_file(bytes, size);
    int error;
    struct storage *store = reopen(&error);
    assert_ok(error);
    cr_assert_gt(use(store), 100);
    free(bytes);
    store_close(store);
}

Test(files, lock_file_of_another_kind)
{
    make_store();
    char bytes[70000];
    memset(bytes, 0xa5, sizeof bytes);
    for (size_t size = 0; size <= sizeof bytes; size += 10000) {
        int file = open(path_of("lock.mdb"), O_WRONLY | O_TRUNC | O_CREAT, 0600);
        cr_assert_eq(write(file, bytes, size), (ssize_t)size);
        if (size == 20000)
            cr_assert_eq(ftruncate(file, 1 << 30), 0);
        close(file);
        int error;
        struct storage *store = reopen(&error);
        assert_ok(error);
        cr_assert_gt(use(store), 0);
        put(store, "key", "v");
        storage_close(store);
    }
    store_close(NULL);
}

Test(files, cut_while_open)
{
    struct storage *store = store_open("lmdb");
    put(store, "key", "v");
    usleep(20000); /* another tick of the clock than the last look's */
    cr_assert_eq(truncate(path_of("data.mdb"), 4096), 0);
    struct transaction *transaction;
    assert_error(storage_begin(store, false, &transaction), EPROTO);
    assert_error(storage_begin(store, true, &transaction), EPROTO);
    store_close(store);
}

Test(files, descriptors_closed_by_the_host)
{
    struct storage *store = store_open("lmdb");
    for (int round = 0; round < 3; round++) {
        put(store, "key", "v");
        usleep(20000);
        /* A host program that closes everything, and opens a file of its own under the same
         * numbers. */
        int files[64], count = 0;
        for (int number = 3; number < 64; number++) {
            char link[64], target[4200];
            snprintf(link, sizeof link, "/proc/self/fd/%d", number);
            ssize_t length = readlink(link, target, sizeof target - 1);
            if (length < 0)
                continue;
            target[length] = '\0';
            if (strncmp(target, store_directory(), strlen(store_directory())) != 0 ||
                strcmp(target, path_of("theirs")) == 0)
                continue;
            int theirs = open(path_of("theirs"), O_RDWR | O_CREAT, 0600);
            dup2(theirs, number);
            close(theirs);
            files[count++] = number;
        }
        cr_assert_geq(count, 2);
        put(store, "key", "w");
        cr_assert_str_eq(get(store, "key"), "w");
        struct stat status;
        cr_assert_eq(stat(path_of("theirs"), &status), 0);
        cr_assert(status.st_size == 0 && status.st_blocks == 0, "the host's file was written to");
        for (int i = 0; i < count; i++)
            cr_assert_eq(fcntl(files[i], F_GETFD), 0, "the host's descriptor was closed");
    }
    store_close(store);
}

Test(files, limits_of_the_process)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    cr_skip_test("sanitizers need the address space");
#endif
    /* A small address space, a small file size: still a store, and never a SIGXFSZ. */
    struct storage *store = store_open("lmdb");
    storage_close(store);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = { 1 << 30, 1 << 30 };
        int error;
        setrlimit(RLIMIT_AS, &limit);
        store = reopen(&error);
        if (error)
            _exit(1);
        put(store, "small", "v");
        storage_close(store);
        limit = (struct rlimit){ 8 << 20, 8 << 20 };
        setrlimit(RLIMIT_FSIZE, &limit);
        store = reopen(&error);
        if (error)
            _exit(2);
        char *value = calloc(1, 1 << 20);
        for (char key = 'a'; key <= 'z' && !error; key++) {
            struct transaction *transaction = begin(store, true);
            error = storage_put(transaction, (struct slice){ &key, 1 },
                                (struct slice){ value, 1 << 20 });
            if (!error)
                error = storage_commit(transaction);
            else
                storage_abort(transaction);
        }
        _exit(error == -ENOSPC && get(store, "a") && get(store, "small") ? 0 : 3);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ended with %#x", status);
    int error;
    store = reopen(&error);
    assert_ok(error);
    cr_assert_str_eq(get(store, "small"), "v");
    put(store, "large", "again");
    store_close(store);
}

Test(files, read_only)
{
    struct storage *store = store_open("lmdb");
    put(store, "key", "v");
    storage_close(store);
    store_mount(NULL, MS_RDONLY);
    assert_refused(EROFS);
    store_unmount();
}

Test(files, not_permitted)
{
    if (geteuid() != 0)
        cr_skip_test("only root can become somebody else");
    struct storage *store = store_open("lmdb");
    storage_close(store);
    cr_assert_eq(chmod(store_directory(), 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        int error = setuid(65534) ? -1 : 0;
        if (!error)
            reopen(&error);
        _exit(error == -EACCES ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert_eq(status, 0);
    store_close(NULL);
}

/* Fills the medium with values of a size until an error comes, and looks at what is left. */
static void fill(struct storage *store, size_t length, unsigned per_transaction)
{
    char *value = malloc(length), key[1100];
    memset(value, 'x', length);
    memset(key, 'k', sizeof key);
    unsigned committed = 0;
    int error = 0;
    for (unsigned i = 0; !error; i += per_transaction) {
        struct transaction *transaction;
        error = storage_begin(store, true, &transaction);
        if (error)
            break;
        for (unsigned j = i; j < i + per_transaction && !error; j++) {
            snprintf(key, 16, "%02u-%08u", (unsigned)(length % 97), j);
            key[11] = 'k';
            error = storage_put(transaction, (struct slice){ key, j % 5 ? 11 : sizeof key },
                                (struct slice){ value, length });
        }
        if (error) {
            storage_abort(transaction);
            break;
        }
        error = storage_commit(transaction);
        if (!error)
            committed = i + per_transaction;
    }
    assert_error(error, ENOSPC);
    struct transaction *transaction = begin(store, false);
    for (unsigned j = 0; j < committed; j++) {
        struct slice found;
        snprintf(key, 16, "%02u-%08u", (unsigned)(length % 97), j);
        key[11] = 'k';
        assert_ok(storage_get(transaction, (struct slice){ key, j % 5 ? 11 : sizeof key }, &found));
        assert_slice(found, ((struct slice){ value, length }));
    }
    storage_abort(transaction);
    free(value);
}

static void empty(struct storage *store)
{
    struct cursor *cursor;
    struct slice found, value;
    int error;
    do {
        struct transaction *transaction = begin(store, true);
        assert_ok(storage_cursor_open(transaction, &cursor));
        error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value);
        for (int i = 0; i < 20 && !error; i++) {
            int removed = storage_remove(transaction, found);
            assert_ok(removed);
            error = storage_cursor_step(cursor, false, &found, &value);
        }
        storage_cursor_close(cursor);
        assert_ok(storage_commit(transaction));
    } while (!error);
    assert_error(error, ENOENT);
}

Test(files, full)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    store_mount("size=4m", 0);
    int error;
    store = reopen(&error);
    assert_ok(error);
    static const size_t lengths[] = { 300, 5000, 1000000, 0, 2040, 100000, 300 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        fill(store, lengths[i], i % 2 ? 7 : 1);
        empty(store);
    }
    put(store, "key", "v");
    cr_assert_str_eq(get(store, "key"), "v");
    storage_close(store);
    store_unmount();
}

Test(files, full_of_other_things)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    for (unsigned size = 0; size <= 1024; size += 16) {
        char options[32];
        snprintf(options, sizeof options, "size=%uk", size + 4);
        store_mount(options, 0);
        int error;
        store = reopen(&error);
        if (error) {
            assert_error(error, ENOSPC);
        } else {
            fill(store, 100 + size, 3);
            /* The medium loses its last room to others. */
            int file = open(path_of("others"), O_WRONLY | O_CREAT, 0600);
            char page[4096] = { 1 };
            while (write(file, page, sizeof page) > 0)
                ;
            close(file);
            fill(store, 900, 1);
            use(store);
            storage_close(store);
            store = reopen(&error);
            if (error)
                assert_error(error, ENOSPC);
            else
                storage_close(store);
        }
        cr_assert_eq(umount2(store_directory(), MNT_DETACH), 0);
    }
    store_close(NULL);
}

/* Most programs never close what they have opened, and the next one still knows it as ours. */
Test(files, left_without_closing)
{
    struct storage *store = store_open("lmdb");
    storage_close(store);
    pid_t child = fork();
    if (child == 0) {
        char key[8], *value = calloc(1, 100000);
        assert_ok(store_open_again(&store));
        for (int i = 0; i < 100; i++) {
            struct transaction *transaction = begin(store, true);
            snprintf(key, sizeof key, "%d", i);
            assert_ok(storage_put(transaction, slice_of(key), (struct slice){ value, 100000 }));
            assert_ok(storage_commit(transaction));
        }
        storage_leave();
        _exit(0);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0);
    struct stat file;
    cr_assert_eq(stat(path_of("data.mdb"), &file), 0);
    cr_assert_eq(file.st_mtim.tv_nsec, 271828182, "the next process has to check all its pages");
    assert_ok(store_open_again(&store));
    cr_assert_not_null(get(store, "99"));
    store_close(store);
}
