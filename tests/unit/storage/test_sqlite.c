/*
 * test_sqlite.c - the file of an SQLite store: what other tools see of it, and what it may be like:
 * foreign, newer, corrupt, read-only, full, removed. Each is an error, none a signal.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage/store.h"

static char *unused; /* these two leave what to say to the error */

TestSuite(sqlite, .timeout = 1200);

static char *path_of(const char *file)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/%s", store_directory(), file);
    return path;
}

static void assert_refused(int expected)
{
    struct storage *store = NULL;
    assert_error(store_open_again(&store), expected);
}

static void remove_files(void)
{
    unlink(path_of("dynamo.db"));
    unlink(path_of("dynamo.db-wal"));
    unlink(path_of("dynamo.db-shm"));
}

/* What another tool does with the file; the test's process uses SQLite, too. */
static int64_t sql(const char *statements)
{
    sqlite3 *db;
    sqlite3_stmt *statement = NULL;
    int64_t answer = -1;
    cr_assert_eq(sqlite3_open(path_of("dynamo.db"), &db), SQLITE_OK);
    for (const char *rest = statements; *rest;) {
        cr_assert_eq(sqlite3_prepare_v2(db, rest, -1, &statement, &rest), SQLITE_OK, "%s: %s",
                     statements, sqlite3_errmsg(db));
        if (sqlite3_step(statement) == SQLITE_ROW)
            answer = sqlite3_column_int64(statement, 0);
        cr_assert_eq(sqlite3_finalize(statement), SQLITE_OK, "%s: %s", statements,
                     sqlite3_errmsg(db));
    }
    sqlite3_close(db);
    return answer;
}

/* A store with pages of all kinds, closed. */
static void make_store(void)
{
    struct storage *store = store_open("sqlite");
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
                count++;
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
    int file = open(path_of("dynamo.db"), O_RDONLY);
    struct stat status;
    cr_assert_eq(fstat(file, &status), 0);
    *size = (size_t)status.st_size;
    char *bytes = malloc(*size + 1);
    cr_assert_eq(pread(file, bytes, *size, 0), (ssize_t)*size);
    close(file);
    return bytes;
}

static void write_file(const char *bytes, size_t size)
{
    remove_files();
    int file = open(path_of("dynamo.db"), O_WRONLY | O_TRUNC | O_CREAT, 0600);
    cr_assert_eq(write(file, bytes, size), (ssize_t)size);
    close(file);
}

Test(sqlite, one_file_that_any_tool_opens)
{
    struct storage *store = store_open("sqlite");
    put(store, "key", "value");
    put(store, "other", "");
    cr_assert_eq(sql("SELECT count(*) FROM kv"), 2);
    cr_assert_eq(sql("SELECT value = x'76616c7565' FROM kv WHERE key = x'6b6579'"), 1);
    cr_assert_eq(sql("PRAGMA application_id"), 0x6464626d);
    cr_assert_eq(sql("PRAGMA user_version"), 1);
    sql("UPDATE kv SET value = x'41' WHERE key = x'6b6579'; VACUUM");
    cr_assert_str_eq(get(store, "key"), "A");
    put(store, "key", "again");
    struct stat status;
    cr_assert_eq(stat(path_of("dynamo.db"), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    storage_close(store);
    /* The last one to leave leaves one file. */
    cr_assert_eq(access(path_of("dynamo.db-wal"), F_OK), -1);
    cr_assert_eq(access(path_of("dynamo.db-shm"), F_OK), -1);
    assert_ok(store_open_again(&store));
    cr_assert_str_eq(get(store, "key"), "again");
    store_close(store);
}

Test(sqlite, rows_of_others)
{
    struct storage *store = store_open("sqlite");
    put(store, "key", "v");
    sql("INSERT INTO kv VALUES ('text', 'text'), (7, 8)");
    struct transaction *transaction = begin(store, false);
    struct cursor *cursor;
    struct slice found, value;
    assert_value(transaction, "key", "v");
    assert_ok(storage_cursor_open(transaction, &cursor));
    assert_ok(storage_cursor_seek(cursor, slice_of("key"), true, &found, &value));
    assert_error(storage_cursor_step(cursor, true, &found, &value), EPROTO);
    storage_cursor_close(cursor);
    storage_abort(transaction);
    store_close(store);
}

static void *write_when_others_let(void *store)
{
    put(store, "key", "late");
    return NULL;
}

Test(sqlite, waits_for_other_tools)
{
    struct storage *store = store_open("sqlite");
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path_of("dynamo.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    pthread_t thread;
    pthread_create(&thread, NULL, write_when_others_let, store);
    usleep(50000);
    cr_assert_null(get(store, "key"));
    cr_assert_eq(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    pthread_join(thread, NULL);
    cr_assert_str_eq(get(store, "key"), "late");
    sqlite3_close(db);
    store_close(store);
}

Test(sqlite, where_it_is)
{
    struct storage *store = store_open("sqlite"), *other = NULL;
    put(store, "key", "v");
    assert_error(storage_open(&storage_sqlite, path_of("nothing/x.db"), &other, &unused), ENOENT);
    assert_error(storage_open(&storage_sqlite, path_of("dynamo.db/x.db"), &other, &unused),
                 ENOTDIR);
    assert_error(storage_open(&storage_sqlite, path_of("other/"), &other, &unused), ENOENT);
    mkfifo(path_of("fifo"), 0600);
    assert_error(storage_open(&storage_sqlite, path_of("fifo"), &other, &unused), EPROTO);
    /* A name alone, and none, are in the working directory as it was when the store was opened. */
    cr_assert_eq(chdir(store_directory()), 0);
    assert_ok(storage_open(&storage_sqlite, NULL, &other, &unused));
    cr_assert_eq(chdir("/"), 0);
    cr_assert_str_eq(get(other, "key"), "v");
    storage_close(other);
    cr_assert_eq(chdir(store_directory()), 0);
    assert_ok(storage_open(&storage_sqlite, "x.db", &other, &unused));
    cr_assert_eq(chdir("/"), 0);
    storage_before_fork(other); /* closes and opens */
    storage_after_fork(other, false);
    cr_assert_null(get(other, "key"));
    storage_close(other);
    cr_assert_eq(access(path_of("x.db"), F_OK), 0);
    store_close(store);
}

Test(sqlite, empty)
{
    struct storage *store = store_open("sqlite");
    storage_close(store);
    write_file("", 0);
    assert_ok(store_open_again(&store));
    put(store, "key", "v");
    store_close(store);
}

Test(sqlite, foreign)
{
    static const char *const theirs[] = {
        "CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID",
        "CREATE TABLE tables (name TEXT); INSERT INTO tables VALUES ('x')",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 1",
        "PRAGMA application_id = 1684300397; PRAGMA user_version = 2", /* newer */
        "PRAGMA application_id = 1684300397",
    };
    storage_close(store_open("sqlite"));
    for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++) {
        for (int wal = 0; wal < 2; wal++) {
            remove_files();
            if (wal)
                sql("PRAGMA journal_mode = WAL");
            sql(theirs[i]);
            size_t before, after;
            char *bytes = read_file(&before);
            assert_refused(EPROTO);
            char *again = read_file(&after);
            cr_assert(before == after && memcmp(bytes, again, before) == 0,
                      "a foreign file was changed");
            free(bytes);
            free(again);
        }
    }
    remove_files();
    sql("PRAGMA application_id = 1684300397; PRAGMA user_version = 1"); /* but no table */
    struct storage *store = NULL;
    struct transaction *transaction = NULL;
    int error = store_open_again(&store);
    if (!error) {
        error = storage_begin(store, false, &transaction);
        storage_close(store);
    }
    assert_error(error, EPROTO);
    store_close(NULL);
}

Test(sqlite, no_database_at_all)
{
    storage_close(store_open("sqlite"));
    char bytes[20000];
    memset(bytes, 0xff, sizeof bytes);
    write_file(bytes, sizeof bytes);
    assert_refused(EPROTO);
    for (int i = 0; i < 100; i++) {
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = (char)random_below(256);
        write_file(bytes, 600 + random_below(sizeof bytes - 600));
        assert_refused(EPROTO);
    }
    store_close(NULL);
}

/* Each opening in a process of its own, which must not die of a signal. */
static void survive(const char *what, unsigned at)
{
    pid_t child = fork();
    if (child == 0) {
        struct storage *store = NULL;
        alarm(20);
        int error = store_open_again(&store);
        if (error)
            _exit(error == -EPROTO || error == -EIO ? 1 : 2);
        use(store);
        storage_close(store);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) < 2, "%s at %u: ended with %#x", what, at,
              status);
}

Test(sqlite, damaged_anywhere)
{
    make_store();
    size_t size;
    char *bytes = read_file(&size), *changed = malloc(size);
    for (size_t length = size - 1; length > 0; length -= length < 9000 ? length : 9000) {
        write_file(bytes, length);
        survive("cut", (unsigned)length);
    }
    for (unsigned i = 0; i < 300; i++) {
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
    free(changed);
    free(bytes);
    store_close(NULL);
}

Test(sqlite, damaged_logs)
{
    make_store();
    char bytes[70000];
    memset(bytes, 0xa5, sizeof bytes);
    static const char *const names[] = { "dynamo.db-wal", "dynamo.db-shm" };
    for (int i = 0; i < 2; i++)
        for (size_t size = 0; size <= sizeof bytes; size += 10000) {
            int file = open(path_of(names[i]), O_WRONLY | O_TRUNC | O_CREAT, 0600);
            cr_assert_eq(write(file, bytes, size), (ssize_t)size);
            close(file);
            struct storage *store;
            assert_ok(store_open_again(&store));
            cr_assert_gt(use(store), 0);
            put(store, "key", "v");
            storage_close(store);
        }
    store_close(NULL);
}

Test(sqlite, removed_while_open)
{
    struct storage *store = store_open("sqlite");
    put(store, "key", "v");
    cr_assert_str_eq(get(store, "key"), "v");
    remove_files();
    usleep(20000); /* another tick of the clock than the last look's */
    cr_assert_null(get(store, "key"));
    put(store, "key", "w");
    cr_assert_str_eq(get(store, "key"), "w");
    storage_close(store);
    assert_ok(store_open_again(&store));
    cr_assert_str_eq(get(store, "key"), "w");
    store_close(store);
}

Test(sqlite, descriptors_closed_by_the_host)
{
    struct storage *store = store_open("sqlite");
    for (int round = 0; round < 3; round++) {
        put(store, "key", "v");
        cr_assert_str_eq(get(store, "key"), "v");
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
        cr_assert_geq(count, 3);
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

/* Puts values until an error comes. */
static int fill(struct storage *store, char first)
{
    char *value = malloc(100000), key[2] = { first, 0 };
    memset(value, 'x', 100000);
    int error = 0;
    for (int i = 1; i < 256 && !error; i++) {
        struct transaction *transaction;
        key[1] = (char)i;
        error = storage_begin(store, true, &transaction);
        if (error)
            break;
        error = storage_put(transaction, (struct slice){ key, 2 }, (struct slice){ value, 100000 });
        if (error)
            storage_abort(transaction);
        else
            error = storage_commit(transaction);
    }
    free(value);
    return error;
}

Test(sqlite, a_small_limit_of_file_size)
{
    storage_close(store_open("sqlite"));
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = { 4 << 20, 4 << 20 };
        struct storage *store;
        setrlimit(RLIMIT_FSIZE, &limit);
        if (store_open_again(&store) != 0)
            _exit(1);
        put(store, "small", "v");
        if (fill(store, 'f') != -ENOSPC)
            _exit(2);
        _exit(get(store, "small") ? 0 : 3);
    }
    int status;
    waitpid(child, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ended with %#x", status);
    struct storage *store;
    assert_ok(store_open_again(&store));
    cr_assert_str_eq(get(store, "small"), "v");
    put(store, "large", "again");
    store_close(store);
}

Test(sqlite, read_only)
{
    struct storage *store = store_open("sqlite");
    put(store, "key", "v");
    storage_close(store);
    store_mount(NULL, MS_RDONLY);
    assert_refused(EROFS);
    store_unmount();
}

Test(sqlite, not_permitted)
{
    if (geteuid() != 0)
        cr_skip_test("only root can become somebody else");
    struct storage *store = store_open("sqlite");
    storage_close(store);
    cr_assert_eq(chmod(store_directory(), 0755), 0);
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            cr_assert_eq(chmod(path_of("dynamo.db"), 0644), 0);
        if (i == 2)
            remove_files();
        pid_t child = fork();
        if (child == 0) {
            int error = setuid(65534) ? -1 : store_open_again(&store);
            _exit(error == -EACCES ? 0 : 1);
        }
        int status;
        waitpid(child, &status, 0);
        cr_assert_eq(status, 0, "case %d", i);
    }
    store_close(NULL);
}

Test(sqlite, full)
{
    struct storage *store = store_open("sqlite");
    storage_close(store);
    store_mount("size=8m", 0);
    assert_ok(store_open_again(&store));
    put(store, "key", "v");
    int others = open(path_of("others"), O_WRONLY | O_CREAT, 0600);
    cr_assert_eq(posix_fallocate(others, 0, 2 << 20), 0);
    close(others);
    assert_error(fill(store, 'a'), ENOSPC);
    cr_assert_str_eq(get(store, "key"), "v");
    /* What was acknowledged is there; and once others have made room, removing makes more. */
    struct transaction *transaction = begin(store, false);
    struct cursor *cursor;
    struct slice found, value;
    unsigned count = 0, left = 0;
    assert_ok(storage_cursor_open(transaction, &cursor));
    for (int error = storage_cursor_seek(cursor, slice_of("a"), false, &found, &value); !error;
         error = storage_cursor_step(cursor, false, &found, &value))
        count += value.length == 100000;
    storage_cursor_close(cursor);
    storage_abort(transaction);
    cr_assert_gt(count, 8);
    unlink(path_of("others"));
    for (unsigned i = 1; i <= count; i++) {
        char key[2] = { 'a', (char)i };
        transaction = begin(store, true);
        int error = storage_remove(transaction, (struct slice){ key, 2 });
        if (!error)
            error = storage_commit(transaction);
        else
            storage_abort(transaction);
        left += error != 0;
    }
    cr_assert_eq(left, 0, "%u of %u could not be removed", left, count);
    put(store, "key", "w");
    assert_error(fill(store, 'b'), ENOSPC);
    cr_assert_str_eq(get(store, "key"), "w");
    storage_close(store);
    store_unmount();
}

Test(sqlite, no_room_at_all)
{
    struct storage *store = store_open("sqlite");
    storage_close(store);
    for (unsigned size = 4; size <= 200; size += 8) {
        char options[32];
        snprintf(options, sizeof options, "size=%uk", size);
        store_mount(options, 0);
        int error = store_open_again(&store);
        if (!error) {
            error = fill(store, 'a');
            storage_close(store);
        }
        assert_error(error, ENOSPC);
        cr_assert_eq(umount2(store_directory(), MNT_DETACH), 0);
    }
    store_close(NULL);
}
