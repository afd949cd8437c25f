/*
 * test_postgres.c - what is PostgreSQL's own: who is let in, whose tables they are, servers that go
 * and come back, turns, connections that a host program closes.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/storage/selection.h"
#include "tests/unit/storage/postgres_server.h"
#include "tests/unit/storage/store.h"

TestSuite(postgres, .timeout = 1200);

static const struct storage_backend *backend(const char *url)
{
    struct storage_selection selection;
    char *why;
    int error = storage_select(url, NULL, NULL, &selection, &why);
    cr_assert_eq(error, 0, "%s", why);
    free(selection.path);
    return selection.backend;
}

/* Opening fails with this error and a sentence that has this in it, and no password. */
static void assert_refused(const char *url, int error, const char *says)
{
    struct storage *store = NULL;
    char *why = NULL, *copy = strdup(url);
    int got = storage_open(backend(copy), copy, &store, &why);
    cr_assert_eq(got, -error, "%s: %s, not %s; %s", copy, strerror(-got), strerror(error), why);
    cr_assert(why && strstr(why, says), "%s: \"%s\" does not say \"%s\"", copy, why, says);
    cr_assert_null(strstr(why, "secret"));
    cr_assert_null(strchr(why, '\n'));
    free(why);
    free(copy);
}

static struct storage *open_url(const char *url)
{
    struct storage *store;
    char *why;
    int error = storage_open(backend(url), url, &store, &why);
    cr_assert_eq(error, 0, "%s: %s", url, why);
    return store;
}

Test(postgres, a_server_that_is_away)
{
    postgres_server();
    assert_refused(
        "postgres://secret:secret@/x?host=/nowhere", ECONNREFUSED,
        "connection to server on socket \"/nowhere/.s.PGSQL.5432\" failed: No such file");
    assert_refused("postgresql://u:secret@127.0.0.1:1/x", ECONNREFUSED,
                   "connection to server at \"127.0.0.1\", port 1 failed: Connection refused");
    assert_refused("postgres://u:secret@127.0.0.1:x/x", ECONNREFUSED,
                   "invalid integer value \"x\"");
}

Test(postgres, who_is_let_in)
{
    assert_refused(postgres_url("guarded:secretly", "public"), EACCES,
                   "password authentication failed for user \"guarded\"");
    assert_refused(postgres_url("guarded", "public"), EACCES, "no password supplied");
    assert_refused(postgres_url("nobody", "public"), ENOENT, "role \"nobody\" does not exist");
    assert_refused(postgres_url("guarded:secret", "public"), EACCES,
                   "permission denied for schema public");
    assert_refused(postgres_url("ddbmock", "nothing"), ENOENT,
                   "no schema has been selected to create in");

    postgres_run("CREATE SCHEMA ours AUTHORIZATION guarded");
    struct storage *store = open_url(postgres_url("guarded:secret", "ours"));
    put(store, "key", "v");
    cr_assert_str_eq(get(store, "key"), "v");
    storage_close(store);
    postgres_run("REVOKE INSERT ON ours.ddbmock_kv FROM guarded");
    store = open_url(postgres_url("guarded:secret", "ours"));
    cr_assert_str_eq(get(store, "key"), "v");
    struct transaction *transaction = begin(store, true);
    storage_put(transaction, slice_of("key"), slice_of("w"));
    assert_error(storage_commit(transaction), EACCES);
    cr_assert_str_eq(get(store, "key"), "v");
    storage_close(store);
    postgres_run("DROP SCHEMA ours CASCADE");
}

Test(postgres, whose_tables_they_are)
{
    postgres_run("CREATE SCHEMA foreigners");
    const char *sql[][2] = {
        { "CREATE TABLE ddbmock_store (id integer, name text)",
          "ddbmock_store is not of ddbmock's" },
        { "CREATE TABLE ddbmock_store (id integer, format integer)",
          "ddbmock_store is not of ddbmock's" },
        { "CREATE TABLE ddbmock_kv (key integer, value text)",
          "relation \"ddbmock_kv\" already exists" },
        { "CREATE TABLE ddbmock_store AS SELECT 1 AS id, 1 AS format;"
          "CREATE TABLE ddbmock_kv (key integer, value text)",
          "ddbmock_kv is not of ddbmock's" },
        { "CREATE TABLE ddbmock_store AS SELECT 1 AS id, 2 AS format",
          "made by a newer version of ddbmock (format 2; this one knows 1)" },
        { "CREATE TABLE ddbmock_store AS SELECT 1 AS id, 0 AS format",
          "ddbmock_store is not of ddbmock's" },
    };
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        postgres_run("DROP SCHEMA foreigners CASCADE; CREATE SCHEMA foreigners;"
                     "SET search_path = foreigners; %s",
                     sql[i][0]);
        assert_refused(postgres_url("ddbmock", "foreigners"), EPROTO, sql[i][1]);
    }
    postgres_run("DROP SCHEMA foreigners CASCADE");
}

/* What the server ends, a backup or a restart, say. */
static void end_connections(void)
{
    postgres_run("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                 "WHERE usename = 'lost'");
}

/* A user of its own, so that other tests keep their connections. */
Test(postgres, a_server_that_comes_back)
{
    postgres_run("CREATE ROLE lost LOGIN; CREATE SCHEMA lost AUTHORIZATION lost");
    struct storage *store = open_url(postgres_url("lost", "lost"));
    put(store, "key", "v");
    for (int write = 0; write <= 1; write++) {
        /* Between transactions nobody notices. */
        end_connections();
        struct transaction *transaction = begin(store, write);
        assert_value(transaction, "key", "v");
        /* In one it fails, as a whole. */
        struct slice value;
        if (write)
            put_in(transaction, "key", "lost");
        end_connections();
        int error = storage_get(transaction, slice_of("key"), &value);
        cr_assert_eq(error, -ECONNRESET, "%s", strerror(-error));
        assert_error(storage_get(transaction, slice_of("key"), &value), ECONNRESET);
        assert_error(storage_commit(transaction), ECONNRESET);
        cr_assert_str_eq(get(store, "key"), "v");
    }
    postgres_run("ALTER ROLE lost NOLOGIN");
    end_connections();
    struct transaction *transaction;
    assert_error(storage_begin(store, false, &transaction), ECONNREFUSED);
    assert_error(storage_begin(store, true, &transaction), ECONNREFUSED);
    postgres_run("ALTER ROLE lost LOGIN");
    put(store, "key", "w");
    cr_assert_str_eq(get(store, "key"), "w");
    storage_close(store);
    postgres_run("DROP SCHEMA lost CASCADE; DROP ROLE lost");
}

enum { WRITERS = 6, ADDED = 40 };

/* In a child, where nothing can be asserted. 0, or what was wrong. */
static int add_to_both(struct storage *store)
{
    for (int i = 0; i < ADDED; i++) {
        struct transaction *transaction;
        struct slice one, other;
        char text[16];
        if (storage_begin(store, true, &transaction) != 0 ||
            storage_get(transaction, slice_of("one"), &one) != 0 ||
            storage_get(transaction, slice_of("other"), &other) != 0)
            return 1;
        if (!slice_equal(one, other))
            return 2;
        snprintf(text, sizeof text, "%d", atoi(one.data) + 1);
        if (storage_put(transaction, slice_of("one"), slice_of(text)) != 0 ||
            storage_put(transaction, slice_of("other"), slice_of(text)) != 0 ||
            storage_commit(transaction) != 0)
            return 3;
    }
    return 0;
}

/*
 * YugabyteDB and CockroachDB are not here. But PostgreSQL's REPEATABLE READ does with a row that is merely locked what theirs
 * do, so that a server that calls itself one of them, by a function version() before its own in the search path, shows
 * whether writers that wait for each other see what they have waited for.
 */
Test(postgres, writers_of_servers_without_read_committed_lose_no_update)
{
    static const char *const versions[] = { "PostgreSQL 11.2-YB-2.18.1.0", "CockroachDB CCL v24" };
    struct storage *store = open_url(postgres_url("ddbmock", "public"));
    postgres_run("CREATE SCHEMA strict");
    storage_close(store);
    store = open_url(postgres_url("ddbmock", "strict"));
    storage_close(store);
    for (size_t kind = 0; kind < sizeof versions / sizeof *versions; kind++) {
        postgres_run("CREATE OR REPLACE FUNCTION strict.version() RETURNS text LANGUAGE sql AS "
                     "$$ SELECT '%s' $$",
                     versions[kind]);
        const char *url = postgres_url("ddbmock", "strict,pg_catalog");
        store = open_url(url);
        put(store, "one", "0");
        put(store, "other", "0");
        storage_close(store);
        pid_t writers[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            writers[i] = fork();
            if (writers[i] == 0) {
                char *why;
                _exit(storage_open(backend(url), url, &store, &why) == 0 ? add_to_both(store) : 4);
            }
        }
        for (int i = 0; i < WRITERS; i++) {
            int status;
            waitpid(writers[i], &status, 0);
            cr_assert_eq(status, 0);
        }
        store = open_url(url);
        cr_assert_eq(atoi(get(store, "one")), WRITERS * ADDED);
        cr_assert_eq(atoi(get(store, "other")), WRITERS * ADDED);
        storage_close(store);
    }
    postgres_run("DROP SCHEMA strict CASCADE");
}

/* As `rm dynamo.db` under a running program. */
Test(postgres, tables_that_are_dropped_are_made_again)
{
    struct storage *store = store_open("postgres");
    put(store, "key", "v");
    store_empty();
    cr_assert_null(get(store, "key"));
    put(store, "key", "w");
    cr_assert_str_eq(get(store, "key"), "w");
    store_close(store);
}

/* A key is known to be there where a cursor stands on it: removing it then waits for no answer. */
Test(postgres, removing_along_a_cursor)
{
    struct storage *store = store_open("postgres");
    struct transaction *transaction = begin(store, true);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "%04d", i);
        put_in(transaction, key, "v");
    }
    struct cursor *cursor;
    struct slice found, value;
    int count = 0;
    assert_ok(storage_cursor_open(transaction, &cursor));
    int error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value);
    while (!error) {
        struct slice copy = { strndup(found.data, found.length), found.length };
        assert_ok(storage_remove(transaction, found));
        assert_error(storage_remove(transaction, copy), ENOENT);
        free((char *)copy.data);
        if (count == 500)
            put_in(transaction, "0501a", "v"); /* among those that have been fetched */
        count++;
        error = storage_cursor_step(cursor, false, &found, &value);
    }
    cr_assert_eq(error, -ENOENT);
    cr_assert_eq(count, 1001);
    storage_cursor_close(cursor);
    assert_ok(storage_commit(transaction));
    store_close(store);
}
