/*
 * test_selection.c - what a user writes, read: the backend and its place, or a sentence that says
 * what is wrong.
 */
#include "engine/storage/selection.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/storage/store.h"

TestSuite(selection, .timeout = 1200);

#define ALLOWED "it is memory, lmdb, sqlite, sqlite:FILE, postgres://..., or /PATH/BACKEND.so"

static void assert_selected(const char *setting, const char *backend, const char *path)
{
    struct storage_selection selection;
    char *why;
    int error = storage_select(setting, "/session", "dynamo.db", &selection, &why);
    cr_assert_eq(error, 0, "%s: %s", setting, why);
    cr_assert_str_eq(selection.backend->name, backend);
    cr_assert_str_eq(selection.path, path);
    free(selection.path);
}

static void assert_not(const char *setting, const char *expected)
{
    struct storage_selection selection;
    char *why;
    assert_error(storage_select(setting, "/session", "dynamo.db", &selection, &why), EINVAL);
    cr_assert_str_eq(why, expected);
    free(why);
}

Test(selection, own_backends)
{
    assert_selected(NULL, "memory", "/session");
    assert_selected("", "memory", "/session");
    assert_selected("memory", "memory", "/session");
    assert_selected("lmdb", "lmdb", "/session");
    assert_selected("sqlite", "sqlite", "dynamo.db");
    assert_selected("sqlite:/some/where.db", "sqlite", "/some/where.db");
    assert_selected("sqlite:a:b", "sqlite", "a:b");

    struct storage_selection selection;
    char *why;
    assert_ok(storage_select("memory", NULL, "dynamo.db", &selection, &why));
    cr_assert_null(selection.path);
}

Test(selection, none)
{
    assert_not("oracle", "\"oracle\" is no storage backend: " ALLOWED);
    assert_not("LMDB", "\"LMDB\" is no storage backend: " ALLOWED);
    assert_not("lmdb:/x", "\"lmdb:/x\" is no storage backend: " ALLOWED);
    assert_not("./x.so",
               "\"./x.so\" is no storage backend, for its path does not begin with /: " ALLOWED);
    assert_not("/etc/passwd",
               "\"/etc/passwd\" is no storage backend, for its name does not end in .so: " ALLOWED);
    assert_not("sqlite:", "\"sqlite:\" is no storage backend, for no file is named: " ALLOWED);
}

static char *beside(const char *name)
{
    static char path[5000];
    char array[5000];
    snprintf(array, sizeof array, "%s", store_outside());
    snprintf(path, sizeof path, "%s/%s", dirname(array), name);
    return path;
}

Test(selection, from_outside)
{
    char setting[5000];
    assert_selected(store_outside(), "array", "/session");
    snprintf(setting, sizeof setting, "%s:its own:words", store_outside());
    assert_selected(setting, "array", "its own:words");
}

Test(selection, refused_from_outside)
{
    const struct storage_backend *backend;
    char expected[6000], *why;
    snprintf(expected, sizeof expected,
             "the storage backend %s is made for version 4 of the interface, and this is version "
             "3: compile it with this version's storage.h",
             beside("newer_backend.so"));
    assert_not(beside("newer_backend.so"), expected);
    snprintf(expected, sizeof expected,
             "the storage backend %s does not fill in \"open\" of its table",
             beside("incomplete_backend.so"));
    assert_not(beside("incomplete_backend.so"), expected);
    assert_not("/nowhere/x.so", "cannot load the storage backend /nowhere/x.so: cannot open shared "
                                "object file: No such file or directory");
    assert_error(storage_load("libm.so.6", &backend, &why), EINVAL);
    cr_assert_str_eq(why, "libm.so.6 is no storage backend: it does not export ddbmock_storage "
                          "(docs/storage.md)");
    free(why);
}
