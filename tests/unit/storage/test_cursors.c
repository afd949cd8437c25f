/*
 * test_cursors.c - cursors: both ways, several at once, under changes of their own transaction.
 * test_order.c does the same at random; here is what is hard to hit by chance.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/storage/store.h"

TestSuite(cursors, .timeout = 1200);

static struct slice found, value;

static struct cursor *cursor_in(struct transaction *transaction)
{
    struct cursor *cursor;
    assert_ok(storage_cursor_open(transaction, &cursor));
    return cursor;
}

static void assert_seek(struct cursor *cursor, const char *key, bool backward, const char *expected)
{
    int error = storage_cursor_seek(cursor, slice_of(key), backward, &found, &value);
    if (!expected) {
        assert_error(error, ENOENT);
        return;
    }
    assert_ok(error);
    assert_slice(found, slice_of(expected));
}

static void assert_step(struct cursor *cursor, bool backward, const char *expected)
{
    int error = storage_cursor_step(cursor, backward, &found, &value);
    if (!expected) {
        assert_error(error, ENOENT);
        return;
    }
    assert_ok(error);
    assert_slice(found, slice_of(expected));
}

STORAGE_TEST(cursors, in_an_empty_store)
{
    struct transaction *transaction = begin(store, false);
    struct cursor *cursor = cursor_in(transaction);
    assert_step(cursor, false, NULL);
    assert_seek(cursor, "a", false, NULL);
    assert_seek(cursor, "a", true, NULL);
    assert_step(cursor, false, NULL);
    storage_cursor_close(cursor);
    storage_abort(transaction);
}

STORAGE_TEST(cursors, seek_and_step_both_ways)
{
    put(store, "b", "2");
    put(store, "bb", "22");
    put(store, "d", "4");
    struct transaction *transaction = begin(store, false);
    struct cursor *cursor = cursor_in(transaction);
    assert_seek(cursor, "a", false, "b");
    assert_slice(value, slice_of("2"));
    assert_seek(cursor, "b", false, "b");
    assert_step(cursor, false, "bb");
    assert_slice(value, slice_of("22"));
    assert_step(cursor, false, "d");
    assert_step(cursor, true, "bb");
    assert_step(cursor, true, "b");
    assert_step(cursor, true, NULL);
    assert_step(cursor, false, NULL); /* no place any more */
    assert_seek(cursor, "c", true, "bb");
    assert_seek(cursor, "bb", true, "bb");
    assert_seek(cursor, "ba", true, "b");
    assert_seek(cursor, "z", true, "d");
    assert_step(cursor, false, NULL);
    assert_seek(cursor, "e", false, NULL);
    assert_seek(cursor, "a", true, NULL);
    storage_cursor_close(cursor);
    storage_abort(transaction);
}

STORAGE_TEST(cursors, step_from_a_removed_key)
{
    for (const char *each = "abcdef"; *each; each++)
        put(store, (char[]){ *each, 0 }, "v");
    struct transaction *transaction = begin(store, true);
    struct cursor *cursor = cursor_in(transaction);
    assert_seek(cursor, "b", false, "b");
    assert_ok(storage_remove(transaction, slice_of("b")));
    assert_step(cursor, false, "c");
    assert_ok(storage_remove(transaction, slice_of("c")));
    assert_ok(storage_remove(transaction, slice_of("d")));
    assert_step(cursor, true, "a");
    assert_step(cursor, false, "e");
    /* Removed and put again: the place is the key, not the entry. */
    assert_ok(storage_remove(transaction, slice_of("e")));
    put_in(transaction, "e", "new");
    put_in(transaction, "ee", "new");
    assert_step(cursor, false, "ee");
    assert_step(cursor, true, "e");
    assert_slice(value, slice_of("new"));
    assert_ok(storage_remove(transaction, slice_of("f")));
    assert_step(cursor, false, "ee");
    assert_step(cursor, false, NULL);
    storage_cursor_close(cursor);
    assert_ok(storage_commit(transaction));
}

STORAGE_TEST(cursors, remove_while_walking)
{
    char key[16];
    struct transaction *transaction = begin(store, true);
    for (int i = 0; i < 3000; i++) {
        snprintf(key, sizeof key, "%05d", i);
        put_in(transaction, key, "some value that fills pages faster than nothing would");
    }
    assert_ok(storage_commit(transaction));
    transaction = begin(store, true);
    struct cursor *cursor = cursor_in(transaction);
    int seen = 0;
    for (int error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value); !error;
         error = storage_cursor_step(cursor, false, &found, &value)) {
        snprintf(key, sizeof key, "%05d", seen);
        assert_slice(found, slice_of(key));
        assert_ok(storage_remove(transaction, found));
        seen++;
    }
    cr_assert_eq(seen, 3000);
    assert_seek(cursor, "0", false, NULL);
    storage_cursor_close(cursor);
    assert_ok(storage_commit(transaction));
}

STORAGE_TEST(cursors, replace_while_walking_backward)
{
    char key[16];
    struct transaction *transaction = begin(store, true);
    for (int i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "%05d", i);
        put_in(transaction, key, "short");
    }
    struct cursor *cursor = cursor_in(transaction);
    int seen = 0;
    for (int error = storage_cursor_seek(cursor, slice_of("9"), true, &found, &value); !error;
         error = storage_cursor_step(cursor, true, &found, &value)) {
        snprintf(key, sizeof key, "%05d", 1999 - seen);
        assert_slice(found, slice_of(key));
        assert_slice(value, slice_of("short"));
        char larger[600];
        memset(larger, 'x', sizeof larger);
        assert_ok(storage_put(transaction, found, (struct slice){ larger, sizeof larger }));
        seen++;
    }
    cr_assert_eq(seen, 2000);
    storage_cursor_close(cursor);
    storage_abort(transaction);
}

STORAGE_TEST(cursors, several_at_once)
{
    for (const char *each = "abcdef"; *each; each++)
        put(store, (char[]){ *each, 0 }, "v");
    struct transaction *transaction = begin(store, true);
    struct cursor *one = cursor_in(transaction), *other = cursor_in(transaction);
    assert_seek(one, "a", false, "a");
    assert_seek(other, "f", true, "f");
    assert_step(one, false, "b");
    assert_step(other, true, "e");
    assert_ok(storage_remove(transaction, slice_of("b")));
    assert_ok(storage_remove(transaction, slice_of("e")));
    assert_step(one, false, "c");
    assert_step(other, true, "d");
    put_in(transaction, "cc", "v");
    assert_step(one, false, "cc");
    assert_step(other, true, "cc");
    storage_cursor_close(one);
    assert_step(other, true, "c");
    storage_cursor_close(other);
    storage_abort(transaction);
}

STORAGE_TEST(cursors, slices_outlive_the_move)
{
    enum { COUNT = 50 };
    char key[3000];
    struct transaction *transaction = begin(store, true);
    for (int i = 0; i < COUNT; i++) {
        memset(key, 'k', sizeof key);
        key[sizeof key - 1] = (char)i;
        assert_ok(storage_put(transaction,
                              (struct slice){ key, i % 2 ? sizeof key : 500u + (size_t)i },
                              (struct slice){ (char *)&i, sizeof i }));
    }
    assert_ok(storage_commit(transaction));
    transaction = begin(store, false);
    struct cursor *cursor = cursor_in(transaction);
    struct slice keys[COUNT], values[COUNT];
    int count = 0;
    for (int error = storage_cursor_seek(cursor, slice_of("a"), false, &found, &value); !error;
         error = storage_cursor_step(cursor, false, &found, &value)) {
        keys[count] = found;
        values[count++] = value;
    }
    cr_assert_eq(count, COUNT);
    storage_cursor_close(cursor);
    for (int i = 0; i < COUNT; i++) {
        assert_ok(storage_get(transaction, keys[i], &value));
        assert_slice(value, values[i]);
        cr_assert(i == 0 || slice_compare(keys[i - 1], keys[i]) < 0);
    }
    storage_abort(transaction);
}
