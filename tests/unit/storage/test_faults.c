/*
 * test_faults.c - the faulty store (faulty.h), and a sequence of calls that fails at every one of
 * its calls in turn: what was committed before stays, what was not is not there, and the store goes
 * on.
 */
#include <stdlib.h>

#include "tests/unit/storage/faulty.h"
#include "tests/unit/storage/store.h"

TestSuite(faults, .timeout = 1200);

/* Moves a value from one key to another, by way of a cursor. 0, or the error of the call that
 * failed. */
static int rename_first(struct storage *store, const char *to)
{
    struct transaction *transaction;
    struct cursor *cursor = NULL;
    struct slice found, value;
    int error = storage_begin(store, true, &transaction);
    if (error)
        return error;
    error = storage_cursor_open(transaction, &cursor);
    if (!error)
        error = storage_cursor_seek(cursor, slice_of("0"), false, &found, &value);
    char *copy = error ? NULL : strndup(found.data, found.length);
    if (!error)
        error = storage_put(transaction, slice_of(to), value);
    if (!error)
        error = storage_remove(transaction, slice_of(copy));
    if (!error)
        error = storage_cursor_step(cursor, false, &found, &value);
    if (!error)
        error = storage_get(transaction, slice_of(to), &value);
    storage_cursor_close(cursor);
    free(copy);
    if (!error)
        return storage_commit(transaction);
    storage_abort(transaction);
    return error;
}

STORAGE_TEST(faults, at_every_call)
{
    struct storage *faulty = faulty_wrap(store);
    put(faulty, "1", "moved");
    put(faulty, "5", "stays");
    unsigned n = 1;
    for (;; n++) {
        faulty_fail(faulty, n, -ENOSPC);
        int error = rename_first(faulty, "3");
        if (!faulty_failed(faulty)) {
            assert_ok(error);
            break;
        }
        assert_error(error, ENOSPC);
        cr_assert_str_eq(get(store, "1"), "moved");
        cr_assert_null(get(store, "3"));
    }
    cr_assert_eq(n, 9, "rename_first makes 8 calls, not %u", n - 1);
    faulty_fail(faulty, 0, 0);
    cr_assert_null(get(faulty, "1"));
    cr_assert_str_eq(get(faulty, "3"), "moved");
    cr_assert_str_eq(get(faulty, "5"), "stays");
    /* The wrapper goes, the store inside is closed by the test. */
    free(faulty);
}

Test(faults, names)
{
    cr_assert_eq(storage_backend_named("memory"), &storage_memory);
    cr_assert_eq(storage_backend_named("lmdb"), &storage_lmdb);
    cr_assert_eq(storage_backend_named("sqlite"), &storage_sqlite);
    cr_assert_null(storage_backend_named("faulty"));
    cr_assert_null(storage_backend_named(""));
}
