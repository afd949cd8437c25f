/*
 * test_layers.c - layers over each backend: a store and its snapshots against models of them, whatever is done in which
 * order, while what is left to do goes on in between; and the corners one by one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/storage/layers.h"
#include "tests/unit/storage/model.h"
#include "tests/unit/storage/store.h"

/* A layered store of each backend; closed by the test's end. */
#define LAYERS_TEST(name)                                                                          \
    static void layers_##name(struct storage *store);                                              \
    static void layers_##name##_on(const char *backend)                                            \
    {                                                                                              \
        struct storage *store;                                                                     \
        assert_ok(layers_open(store_open(backend), "", &store));                                   \
        layers_##name(store);                                                                      \
        store_close(store);                                                                        \
    }                                                                                              \
    Test(layers, name##_memory)                                                                    \
    {                                                                                              \
        layers_##name##_on("memory");                                                              \
    }                                                                                              \
    Test(layers, name##_lmdb)                                                                      \
    {                                                                                              \
        layers_##name##_on("lmdb");                                                                \
    }                                                                                              \
    Test(layers, name##_sqlite)                                                                    \
    {                                                                                              \
        layers_##name##_on("sqlite");                                                              \
    }                                                                                              \
    Test(layers, name##_outside)                                                                   \
    {                                                                                              \
        layers_##name##_on("outside");                                                             \
    }                                                                                              \
    static void layers_##name(struct storage *store)

static const char *const names[] = { "a", "b", "c", "d", "\xff" };
enum { NAMES = sizeof names / sizeof *names, CURSORS = 3 };

struct saved {
    bool there;
    struct model model;
};

/* Some random changes in a transaction, with cursors in the middle of them. */
static void change(struct transaction *transaction, struct model *model, char *room, char *values)
{
    struct cursor *cursors[CURSORS];
    struct slice at[CURSORS] = { 0 };
    char places[CURSORS][600];
    for (int c = 0; c < CURSORS; c++)
        assert_ok(storage_cursor_open(transaction, &cursors[c]));
    for (uint32_t operations = random_below(40); operations > 0; operations--) {
        struct slice key = random_key(room, 600), found, value;
        const struct model_entry *expected;
        bool backward = random_below(2);
        int c = (int)random_below(CURSORS);
        int error;
        if (random_below(2) && model->count > 0) {
            key = model->entries[random_below((uint32_t)model->count)].key;
            key = (struct slice){ memcpy(room, key.data, key.length), key.length };
        }
        switch (random_below(6)) {
        case 0:
        case 1:
            value = (struct slice){ values, random_below(3) ? random_below(3) : random_below(900) };
            memset(values, random_below(2) ? 0 : (int)random_below(256), value.length);
            assert_ok(storage_put(transaction, key, value));
            model_put(model, key, value);
            break;
        case 2:
            error = storage_remove(transaction, key);
            if (model_remove(model, key))
                assert_ok(error);
            else
                assert_error(error, ENOENT);
            break;
        case 3:
            error = storage_get(transaction, key, &value);
            expected = model_seek(model, key, false, false);
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
                expected = model_seek(model, at[c], backward, true);
            } else {
                error = storage_cursor_seek(cursors[c], key, backward, &found, &value);
                expected = model_seek(model, key, backward, false);
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
}

/* One thing done to the layers: the same to the models. */
static void rearrange(struct transaction *transaction, struct model *model, struct saved *saved)
{
    uint32_t n = random_below(NAMES);
    struct slice name = slice_of(names[n]);
    int error;
    switch (random_below(8)) {
    case 0:
        assert_ok(layers_reset(transaction));
        model_release(model);
        break;
    case 1:
    case 2:
        error = layers_restore(transaction, name);
        if (!saved[n].there) {
            assert_error(error, ENOENT);
            break;
        }
        assert_ok(error);
        model_release(model);
        model_copy(model, &saved[n].model);
        break;
    case 3:
    case 4:
        error = layers_delete(transaction, name);
        if (!saved[n].there) {
            assert_error(error, ENOENT);
            break;
        }
        assert_ok(error);
        model_release(&saved[n].model);
        saved[n].there = false;
        break;
    default:
        assert_ok(layers_snapshot(transaction, name, 7));
        if (saved[n].there)
            model_release(&saved[n].model);
        model_copy(&saved[n].model, model);
        saved[n].there = true;
    }
}

LAYERS_TEST(random_states_against_models)
{
    random_start(5);
    struct model committed = { 0 };
    struct saved saved[NAMES] = { 0 };
    char *room = malloc(STORAGE_KEY_MAX), *values = malloc(1000);
    for (unsigned i = 0; i < 500; i++) {
        struct transaction *transaction = begin(store, true);
        struct model model;
        model_copy(&model, &committed);
        bool rearranged = random_below(3) == 0;
        change(transaction, &model, room, values);
        if (rearranged)
            rearrange(transaction, &model, saved);
        change(transaction, &model, room, values);
        if (!rearranged && random_below(4) == 0) {
            storage_abort(transaction);
            model_release(&model);
        } else {
            assert_ok(storage_commit(transaction));
            model_release(&committed);
            committed = model;
        }
        if (random_below(3) == 0)
            assert_ok(layers_work(store, random_below(40), NULL));
        if (i % 4 != 0)
            continue;
        transaction = begin(store, false);
        assert_model(transaction, &committed, 1024);
        storage_abort(transaction);
        transaction = begin(store, false);
        uint32_t n = random_below(NAMES);
        int error = layers_look_at(transaction, slice_of(names[n]));
        if (saved[n].there) {
            assert_ok(error);
            assert_model(transaction, &saved[n].model, 1024);
        } else {
            assert_error(error, ENOENT);
        }
        storage_abort(transaction);
    }
    for (unsigned n = 0; n < NAMES; n++)
        model_release(&saved[n].model);
    model_release(&committed);
    free(values);
    free(room);
}

static int remember(void *context, const struct layers_snapshot *snapshot)
{
    char *list = context;
    strncat(list, snapshot->name.data, snapshot->name.length);
    cr_assert_eq(snapshot->created, 1700000000123);
    return 0;
}

static void in_transaction(struct storage *store, int (*what)(struct transaction *, struct slice),
                           const char *name)
{
    struct transaction *transaction = begin(store, true);
    assert_ok(what(transaction, slice_of(name)));
    assert_ok(storage_commit(transaction));
}

static int snapshot(struct transaction *transaction, struct slice name)
{
    return layers_snapshot(transaction, name, 1700000000123);
}

static int reset(struct transaction *transaction, struct slice name)
{
    (void)name;
    return layers_reset(transaction);
}

LAYERS_TEST(names_are_listed_in_order)
{
    char list[64] = "";
    in_transaction(store, snapshot, "c");
    in_transaction(store, snapshot, "a");
    in_transaction(store, snapshot, "b");
    in_transaction(store, snapshot, "a");
    struct transaction *transaction = begin(store, true);
    assert_ok(layers_each(transaction, remember, list));
    cr_assert_str_eq(list, "abc");
    char name[LAYERS_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    assert_error(snapshot(transaction, (struct slice){ name, sizeof name }), EINVAL);
    assert_error(snapshot(transaction, slice_of("")), EINVAL);
    assert_ok(snapshot(transaction, (struct slice){ name, sizeof name - 1 }));
    assert_ok(layers_restore(transaction, (struct slice){ name, sizeof name - 1 }));
    storage_abort(transaction);
}

/* Keys in the backend: what is not to be left behind. */
static unsigned count_keys(struct storage *store)
{
    struct transaction *transaction = begin(layers_inner(store), false);
    struct cursor *cursor;
    struct slice key, value;
    unsigned count = 0;
    assert_ok(storage_cursor_open(transaction, &cursor));
    int error = storage_cursor_seek(cursor, (struct slice){ "", 1 }, false, &key, &value);
    for (; error == 0; error = storage_cursor_step(cursor, false, &key, &value))
        count++;
    assert_error(error, ENOENT);
    storage_cursor_close(cursor);
    storage_abort(transaction);
    return count;
}

LAYERS_TEST(nothing_is_left_behind)
{
    for (int round = 0; round < 5; round++) {
        put(store, "kept", "1");
        in_transaction(store, snapshot, "s");
        for (int i = 0; i < 300; i++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", i);
            put(store, key, "value");
        }
        erase(store, "kept");
        if (round % 2)
            in_transaction(store, layers_restore, "s");
        else
            in_transaction(store, reset, "");
        in_transaction(store, layers_delete, "s");
        bool left = true;
        while (left)
            assert_ok(layers_work(store, 50, &left));
        cr_assert_eq(get(store, "kept") != NULL, round % 2);
        if (round % 2)
            erase(store, "kept");
        /* The head's record, its layer's, the next layer's number. */
        cr_assert_eq(count_keys(store), 3, "%u keys in round %d", count_keys(store), round);
    }
}

/* Every write does a part of it, without being asked. */
LAYERS_TEST(writes_do_the_rest)
{
    struct transaction *transaction = begin(store, true);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        put_in(transaction, key, "value");
    }
    assert_ok(storage_commit(transaction));
    in_transaction(store, reset, "");
    for (int i = 0; i < 1000 / LAYERS_PORTION + 2; i++)
        put(store, "one", "1");
    cr_assert_lt(count_keys(store), 8);
    cr_assert_str_eq(get(store, "one"), "1");
}

/* What is forgotten goes, also where it was in a layer below, once no snapshot has that. */
LAYERS_TEST(what_is_forgotten_goes)
{
    put(store, "D1-a", "1");
    put(store, "D2-a", "1");
    in_transaction(store, snapshot, "s");
    put(store, "D1-b", "1");
    in_transaction(store, layers_forget, "D1");
    assert_ok(layers_work(store, 1000, NULL));
    struct transaction *transaction = begin(store, false);
    assert_ok(layers_look_at(transaction, slice_of("s")));
    assert_value(transaction, "D1-a", "1");
    assert_absent(transaction, "D1-b");
    storage_abort(transaction);
    in_transaction(store, layers_delete, "s");
    bool left;
    assert_ok(layers_work(store, 1000, &left));
    cr_assert_not(left);
    cr_assert_null(get(store, "D1-a"));
    cr_assert_null(get(store, "D1-b"));
    cr_assert_str_eq(get(store, "D2-a"), "1");
    cr_assert_eq(count_keys(store), 4);
}

LAYERS_TEST(layers_come_to_an_end)
{
    int error = 0, taken = 0;
    while (error == 0) {
        char name[16];
        snprintf(name, sizeof name, "s%02d", taken);
        put(store, name, name);
        struct transaction *transaction = begin(store, true);
        error = snapshot(transaction, slice_of(name));
        if (error == 0)
            taken++;
        assert_ok(storage_commit(transaction));
    }
    assert_error(error, EMLINK);
    cr_assert_eq(taken, LAYERS_MAX - 1);
    cr_assert_str_eq(get(store, "s00"), "s00");
    in_transaction(store, layers_restore, "s05");
    cr_assert_str_eq(get(store, "s05"), "s05");
    cr_assert_null(get(store, "s06"));
    in_transaction(store, snapshot, "again");
}

/* A head of its own in one store: what a forked session sees. */
LAYERS_TEST(heads_are_apart)
{
    put(store, "a", "1");
    in_transaction(store, snapshot, "s");
    put(store, "a", "2");
    struct transaction *transaction = begin(store, true);
    assert_ok(layers_fork(transaction, slice_of("s"), slice_of("other"), slice_of("/x")));
    assert_error(layers_fork(transaction, slice_of("s"), slice_of("other"), slice_of("/x")),
                 EEXIST);
    assert_error(layers_fork(transaction, slice_of("none"), slice_of("another"), slice_of("/x")),
                 ENOENT);
    assert_ok(storage_commit(transaction));

    struct storage *other;
    assert_ok(layers_open(layers_inner(store), "other", &other));
    cr_assert_str_eq(get(other, "a"), "1");
    put(other, "b", "3");
    cr_assert_null(get(store, "b"));
    in_transaction(store, layers_delete, "s");
    in_transaction(store, reset, "");
    assert_ok(layers_work(store, 1000, NULL));
    assert_ok(layers_work(other, 1000, NULL));
    cr_assert_null(get(store, "a"));
    cr_assert_str_eq(get(other, "a"), "1");
    cr_assert_str_eq(get(other, "b"), "3");
    free(other); /* the store below is the first one's */
    assert_ok(layers_open(layers_inner(store), "unknown", &other));
    assert_error(storage_begin(other, false, &transaction), EPROTO);
    free(other);
}

/* Keys of the store below, whosever they are. */
static int keys_below(struct storage *store)
{
    struct transaction *transaction = begin(layers_inner(store), false);
    struct cursor *cursor;
    struct slice key, value;
    int count = 0;
    assert_ok(storage_cursor_open(transaction, &cursor));
    int error = storage_cursor_seek(cursor, (struct slice){ "", 1 }, false, &key, &value);
    for (; error == 0; error = storage_cursor_step(cursor, false, &key, &value))
        count++;
    cr_assert_eq(error, -ENOENT);
    storage_cursor_close(cursor);
    storage_abort(transaction);
    return count;
}

static int list_head(void *context, struct slice head, struct slice place)
{
    char *list = context;
    sprintf(list + strlen(list), "[%.*s at %.*s]", (int)head.length, head.data, (int)place.length,
            place.data);
    return 0;
}

static const char *heads_of(struct storage *store)
{
    static char list[256];
    list[0] = '\0';
    struct transaction *transaction = begin(store, false);
    assert_ok(layers_each_head(transaction, list_head, list));
    storage_abort(transaction);
    return list;
}

static void fill(struct storage *store, const char *prefix, int count)
{
    struct transaction *transaction = begin(store, true);
    char key[32];
    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof key, "%s%04d", prefix, i);
        put_in(transaction, key, prefix);
    }
    assert_ok(storage_commit(transaction));
}

static int drop(struct transaction *transaction, struct slice head)
{
    return layers_drop_head(transaction, head);
}

/* What a head alone could see goes with it, in portions; whichever of them it is. */
LAYERS_TEST(a_head_that_is_dropped_leaves_nothing)
{
    struct storage *other;
    cr_assert_str_eq(heads_of(store), "");
    fill(store, "common", 100);
    in_transaction(store, snapshot, "s");
    int before = keys_below(store);
    for (int round = 0; round < 3; round++) {
        struct transaction *transaction = begin(store, true);
        assert_ok(layers_place(transaction, slice_of("/home")));
        assert_ok(layers_fork(transaction, slice_of("s"), slice_of("fork"), slice_of("/away")));
        assert_error(layers_drop_head(transaction, slice_of("nobody")), ENOENT);
        assert_error(layers_drop_head(transaction, slice_of("")), EINVAL);
        assert_ok(storage_commit(transaction));
        cr_assert_str_eq(heads_of(store), "[ at /home][fork at /away]");
        assert_ok(layers_open(layers_inner(store), "fork", &other));
        fill(other, "own", 1000);
        fill(other, "common", 50);
        in_transaction(other, snapshot, "of the fork");
        fill(other, "more", 1000);
        in_transaction(store, layers_delete, "of the fork");
        free(other);
        cr_assert_gt(keys_below(store), before + 2000);

        in_transaction(store, drop, "fork");
        cr_assert_str_eq(heads_of(store), "[ at /home]");
        int left = keys_below(store);
        put(store, "common0001", "1"); /* a write takes a portion along, no more */
        cr_assert(keys_below(store) < left && keys_below(store) >= left - LAYERS_PORTION - 1,
                  "%d, %d", left, keys_below(store));
        assert_ok(layers_work(store, 10000, NULL));
        cr_assert(keys_below(store) <= before + 4, "%d, %d", before, keys_below(store));
    }
    /* The first goes, and the fork stays. */
    struct transaction *transaction = begin(store, true);
    assert_ok(layers_fork(transaction, slice_of("s"), slice_of("last"), slice_of("/away")));
    assert_ok(storage_commit(transaction));
    assert_ok(layers_open(layers_inner(store), "last", &other));
    fill(store, "of the first", 500);
    put(other, "mine", "1");
    in_transaction(other, drop, "");
    cr_assert_str_eq(heads_of(other), "[last at /away]");
    in_transaction(other, layers_delete, "s");
    assert_ok(layers_work(other, 10000, NULL));
    cr_assert_str_eq(get(other, "mine"), "1");
    cr_assert_str_eq(get(other, "common0099"), "common");
    cr_assert_null(get(other, "of the first0001"));
    in_transaction(other, snapshot, "t");
    put(other, "mine", "2");
    in_transaction(other, layers_restore, "t");
    cr_assert_str_eq(get(other, "mine"), "1");
    cr_assert(keys_below(other) <= before + 8, "%d, %d", before, keys_below(other));
    free(other); /* the store below is the first one's */
}

LAYERS_TEST(long_keys)
{
    static char bytes[LAYERS_KEY_MAX + 1];
    memset(bytes, 'k', sizeof bytes);
    struct slice longest = { bytes, LAYERS_KEY_MAX }, longer = { bytes, LAYERS_KEY_MAX + 1 }, value;
    put(store, "before", "1");
    in_transaction(store, snapshot, "s");
    struct transaction *transaction = begin(store, true);
    assert_ok(storage_put(transaction, longest, slice_of("x")));
    assert_error(storage_put(transaction, longer, slice_of("x")), EINVAL);
    assert_ok(storage_get(transaction, longest, &value));
    assert_slice(value, slice_of("x"));
    assert_ok(storage_commit(transaction));
}
