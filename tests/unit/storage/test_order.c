/*
 * test_order.c - keys and values: what is put is found, in the order of unsigned bytes, at all
 * lengths.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/storage/model.h"
#include "tests/unit/storage/store.h"

TestSuite(order, .timeout = 1200);

STORAGE_TEST(order, put_get_replace_remove)
{
    cr_assert_null(get(store, "key"));
    put(store, "key", "one");
    cr_assert_str_eq(get(store, "key"), "one");
    put(store, "key", "another");
    cr_assert_str_eq(get(store, "key"), "another");
    put(store, "key", "");
    cr_assert_str_eq(get(store, "key"), "");
    erase(store, "key");
    cr_assert_null(get(store, "key"));
    struct transaction *transaction = begin(store, true);
    assert_error(storage_remove(transaction, slice_of("key")), ENOENT);
    assert_ok(storage_commit(transaction));
}

STORAGE_TEST(order, own_changes_are_seen)
{
    put(store, "a", "1");
    struct transaction *transaction = begin(store, true);
    put_in(transaction, "b", "2");
    assert_value(transaction, "a", "1");
    assert_value(transaction, "b", "2");
    assert_ok(storage_remove(transaction, slice_of("a")));
    assert_absent(transaction, "a");
    put_in(transaction, "a", "3");
    assert_value(transaction, "a", "3");
    assert_ok(storage_commit(transaction));
    cr_assert_str_eq(get(store, "a"), "3");
}

STORAGE_TEST(order, lengths)
{
    static char bytes[STORAGE_KEY_MAX + 1];
    char *large = calloc(1, STORAGE_VALUE_MAX + 1);
    struct slice value, one = slice_of("v");
    struct transaction *transaction = begin(store, true);
    assert_error(storage_put(transaction, (struct slice){ bytes, 0 }, one), EINVAL);
    assert_error(storage_put(transaction, (struct slice){ bytes, sizeof bytes }, one), EINVAL);
    assert_error(storage_put(transaction, one, (struct slice){ large, STORAGE_VALUE_MAX + 1 }),
                 EINVAL);
    assert_error(storage_get(transaction, (struct slice){ bytes, 0 }, &value), EINVAL);
    assert_error(storage_get(transaction, (struct slice){ bytes, sizeof bytes }, &value), EINVAL);
    assert_error(storage_remove(transaction, (struct slice){ bytes, 0 }), EINVAL);
    assert_error(storage_remove(transaction, (struct slice){ bytes, sizeof bytes }), EINVAL);
    struct cursor *cursor;
    struct slice found;
    assert_ok(storage_cursor_open(transaction, &cursor));
    assert_error(storage_cursor_seek(cursor, (struct slice){ bytes, 0 }, false, &found, &value),
                 EINVAL);
    assert_error(
        storage_cursor_seek(cursor, (struct slice){ bytes, sizeof bytes }, false, &found, &value),
        EINVAL);
    storage_cursor_close(cursor);

    /* The refused calls have changed nothing, and the transaction goes on. */
    assert_ok(storage_put(transaction, (struct slice){ bytes, STORAGE_KEY_MAX }, one));
    memset(large, 'x', STORAGE_VALUE_MAX);
    assert_ok(storage_put(transaction, one, (struct slice){ large, STORAGE_VALUE_MAX }));
    assert_ok(storage_commit(transaction));

    transaction = begin(store, false);
    assert_ok(storage_get(transaction, one, &value));
    assert_slice(value, ((struct slice){ large, STORAGE_VALUE_MAX }));
    assert_ok(storage_get(transaction, (struct slice){ bytes, STORAGE_KEY_MAX }, &value));
    assert_slice(value, one);
    storage_abort(transaction);
    free(large);
}

STORAGE_TEST(order, long_key_with_large_value)
{
    char *bytes = malloc(STORAGE_VALUE_MAX);
    memset(bytes, 'k', STORAGE_VALUE_MAX);
    struct slice key = { bytes, STORAGE_KEY_MAX }, value;
    struct transaction *transaction = begin(store, true);
    assert_ok(storage_put(transaction, key, (struct slice){ bytes, STORAGE_VALUE_MAX }));
    assert_ok(storage_commit(transaction));
    transaction = begin(store, true);
    assert_ok(storage_get(transaction, key, &value));
    assert_slice(value, ((struct slice){ bytes, STORAGE_VALUE_MAX }));
    assert_ok(storage_put(transaction, key, slice_of("short")));
    assert_ok(storage_get(transaction, key, &value));
    assert_slice(value, slice_of("short"));
    assert_ok(storage_commit(transaction));
    free(bytes);
}

STORAGE_TEST(order, put_from_the_store_itself)
{
    char large[3000];
    memset(large, 'v', sizeof large);
    for (size_t length = 0; length <= sizeof large; length += 500) {
        struct transaction *transaction = begin(store, true);
        struct slice value, other;
        assert_ok(storage_put(transaction, slice_of("from"), (struct slice){ large, length }));
        assert_ok(storage_put(transaction, slice_of("other"), slice_of("o")));
        assert_ok(storage_get(transaction, slice_of("from"), &value));
        assert_ok(storage_put(transaction, slice_of("from"), value));
        assert_ok(storage_get(transaction, slice_of("from"), &value));
        assert_ok(storage_get(transaction, slice_of("other"), &other));
        assert_ok(storage_put(transaction, other, value));
        assert_ok(storage_get(transaction, slice_of("o"), &value));
        assert_slice(value, ((struct slice){ large, length }));

        struct cursor *cursor;
        struct slice key;
        assert_ok(storage_cursor_open(transaction, &cursor));
        assert_ok(storage_cursor_seek(cursor, slice_of("other"), false, &key, &value));
        assert_ok(storage_remove(transaction, key));
        assert_absent(transaction, "other");
        storage_cursor_close(cursor);
        assert_ok(storage_commit(transaction));
    }
}

/*
 * Transactions of random changes with three cursors in them, some aborted, against the model: gets,
 * seeks and steps in the middle of the changes, and everything after each transaction.
 */
static void random_transactions(struct storage *store, uint32_t seed, unsigned transactions,
                                size_t longest)
{
    enum { CURSORS = 3 };
    random_start(seed);
    struct model committed = { 0 };
    char *room = malloc(STORAGE_KEY_MAX), *value_room = malloc(20000);
    char(*places)[STORAGE_KEY_MAX] = malloc(CURSORS * sizeof *places);
    for (unsigned i = 0; i < transactions; i++) {
        struct transaction *transaction = begin(store, true);
        struct model model;
        model_copy(&model, &committed);
        struct cursor *cursors[CURSORS];
        struct slice at[CURSORS] = { 0 };
        for (int c = 0; c < CURSORS; c++)
            assert_ok(storage_cursor_open(transaction, &cursors[c]));

        for (uint32_t operations = random_below(60); operations > 0; operations--) {
            struct slice key = random_key(room, longest), found, value;
            const struct model_entry *expected;
            bool backward = random_below(2);
            int c = (int)random_below(CURSORS);
            int error;
            switch (random_below(8)) {
            case 0:
            case 1:
            case 2:
                value =
                    (struct slice){ value_room, random_below(random_below(9) == 0 ? 20000 : 300) };
                memset(value_room, (int)random_below(256), value.length);
                assert_ok(storage_put(transaction, key, value));
                model_put(&model, key, value);
                break;
            case 3:
                /* One that is there, half of the time. */
                if (random_below(2) && model.count > 0) {
                    key = model.entries[random_below((uint32_t)model.count)].key;
                    key = (struct slice){ memcpy(room, key.data, key.length), key.length };
                }
                error = storage_remove(transaction, key);
                if (model_remove(&model, key))
                    assert_ok(error);
                else
                    assert_error(error, ENOENT);
                break;
            case 4:
                error = storage_get(transaction, key, &value);
                expected = model_seek(&model, key, false, false);
                if (expected && slice_equal(expected->key, key)) {
                    assert_ok(error);
                    assert_slice(value, expected->value);
                } else {
                    assert_error(error, ENOENT);
                }
                break;
            default:
                if (at[c].length > 0 && random_below(4) > 0) {
                    error = storage_cursor_step(cursors[c], backward, &found, &value);
                    expected = model_seek(&model, at[c], backward, true);
                } else {
                    error = storage_cursor_seek(cursors[c], key, backward, &found, &value);
                    expected = model_seek(&model, key, backward, false);
                }
                at[c].length = 0;
                if (!expected) {
                    assert_error(error, ENOENT);
                    assert_error(storage_cursor_step(cursors[c], backward, &found, &value), ENOENT);
                    break;
                }
                assert_ok(error);
                assert_slice(found, expected->key);
                assert_slice(value, expected->value);
                at[c] = (struct slice){ memcpy(places[c], found.data, found.length), found.length };
            }
        }

        for (int c = 0; c < CURSORS; c++)
            storage_cursor_close(cursors[c]);
        if (random_below(4) == 0) {
            storage_abort(transaction);
            model_release(&model);
        } else {
            assert_ok(storage_commit(transaction));
            model_release(&committed);
            committed = model;
        }
        if (i % 16 == 0 || i + 1 == transactions) {
            transaction = begin(store, false);
            assert_model(transaction, &committed, STORAGE_KEY_MAX);
            storage_abort(transaction);
        }
    }
    model_release(&committed);
    free(places);
    free(value_room);
    free(room);
}

STORAGE_TEST(order, random_short_keys)
{
    random_transactions(store, 1, store_rounds(400), 12);
}

STORAGE_TEST(order, random_keys)
{
    random_transactions(store, 2, store_rounds(600), STORAGE_KEY_MAX);
}

STORAGE_TEST(order, random_keys_around_the_chunks)
{
    random_transactions(store, 3, store_rounds(600), 1020);
}

STORAGE_TEST(order, removing_everything)
{
    char room[STORAGE_KEY_MAX];
    for (int round = 0; round < 3; round++) {
        struct model model = { 0 };
        struct transaction *transaction = begin(store, true);
        for (int i = 0; i < 500; i++) {
            struct slice key = random_key(room, STORAGE_KEY_MAX);
            assert_ok(storage_put(transaction, key, slice_of("v")));
            model_put(&model, key, slice_of("v"));
        }
        assert_ok(storage_commit(transaction));
        transaction = begin(store, true);
        while (model.count > 0) {
            struct slice key = model.entries[random_below((uint32_t)model.count)].key;
            assert_ok(storage_remove(transaction, key));
            model_remove(&model, key);
        }
        assert_ok(storage_commit(transaction));
        transaction = begin(store, false);
        assert_model(transaction, &model, STORAGE_KEY_MAX);
        storage_abort(transaction);
        model_release(&model);
    }
}

STORAGE_TEST(order, many_keys)
{
    enum { COUNT = 20000 };
    char key[32];
    struct slice found, value;
    for (unsigned i = 0; i < COUNT;) {
        struct transaction *transaction = begin(store, true);
        for (unsigned end = i + 1000; i < end; i++) {
            int length = snprintf(key, sizeof key, "%08x", i * 2654435761u);
            assert_ok(storage_put(transaction, (struct slice){ key, (size_t)length },
                                  (struct slice){ (char *)&i, sizeof i }));
        }
        assert_ok(storage_commit(transaction));
    }
    struct transaction *transaction = begin(store, false);
    struct cursor *cursor;
    assert_ok(storage_cursor_open(transaction, &cursor));
    unsigned count = 0;
    char before[32] = "";
    for (int error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value); !error;
         error = storage_cursor_step(cursor, false, &found, &value)) {
        cr_assert_gt(slice_compare(found, slice_of(before)), 0);
        memcpy(before, found.data, found.length);
        count++;
    }
    cr_assert_eq(count, COUNT);
    storage_cursor_close(cursor);
    storage_abort(transaction);
}
