/*
 * test_settings.c - the settings as an engine reads them: defaults, the environment, values that are wrong, names that are
 * misspelt. Each test is a process of its own, and reads them once.
 */
#include "engine/settings.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/schema/wording.h"

static char said[4000];

static void listen(const char *line)
{
    strcat(strcat(said, line), "\n");
}

/* What an engine that is opened says of its settings. */
static const char *complaints(void)
{
    struct engine *engine;
    struct engine_settings settings = { .storage = "memory", .warn = listen };
    said[0] = '\0';
    cr_assert_eq(engine_open(&settings, &engine, NULL), 0);
    engine_close(engine);
    return said;
}

Test(settings, defaults)
{
    cr_assert_str_eq(complaints(), "");
    cr_assert_str_eq(setting_text(SETTING_STORAGE), "lmdb");
    cr_assert_str_eq(setting_text(SETTING_SQLITE_FILE), "dynamo.db");
    cr_assert_str_eq(setting_text(SETTING_HOSTS), "");
    cr_assert_eq(setting_choice(SETTING_WORDING), WORDING_CLASSIC);
    cr_assert_eq(settings_values[SETTING_STORAGE].source, SETTING_BY_DEFAULT);
}

Test(settings, environment)
{
    setenv("DDBMOCK_STORAGE", "memory", 1);
    setenv("DDBMOCK_SQLITE_FILE", "", 1); /* as if it were not there */
    setenv("DDBMOCK_WORDING", "2026", 1);
    cr_assert_str_eq(complaints(), "");
    setenv("DDBMOCK_STORAGE", "sqlite", 1); /* too late */
    complaints();
    cr_assert_str_eq(setting_text(SETTING_STORAGE), "memory");
    cr_assert_str_eq(setting_text(SETTING_SQLITE_FILE), "dynamo.db");
    cr_assert_eq(wording_get(), WORDING_2026);
    cr_assert_eq(settings_values[SETTING_STORAGE].source, SETTING_BY_ENVIRONMENT);
    cr_assert_eq(settings_values[SETTING_SQLITE_FILE].source, SETTING_BY_DEFAULT);
}

Test(settings, a_bad_value_is_told_once_and_left_out)
{
    setenv("DDBMOCK_WORDING", "Classic", 1);
    cr_assert_str_eq(
        complaints(),
        "DDBMOCK_WORDING=Classic is left out: it is classic or 2026; the default is classic\n");
    cr_assert_eq(wording_get(), WORDING_CLASSIC);
    cr_assert_str_eq(complaints(), "");
}

Test(settings, what_nobody_listens_to_is_kept)
{
    setenv("DDBMOCK_WORDING", "2025", 1);
    cr_assert_eq(settings_load(NULL), 0);
    settings_warn(NULL);
    cr_assert_str_eq(
        complaints(),
        "DDBMOCK_WORDING=2025 is left out: it is classic or 2026; the default is classic\n");
}

Test(settings, misspelt_names)
{
    setenv("DDBMOCK_STORGE", "memory", 1);
    cr_assert_str_eq(complaints(),
                     "DDBMOCK_STORGE is no setting of ddbmock's; the nearest is DDBMOCK_STORAGE\n");
}

Test(settings, unknown_names)
{
    setenv("DDBMOCK_", "x", 1);
    setenv("DDBMOCK_A_NAME_THAT_IS_LIKE_NO_OTHER_AT_ALL", "x", 1);
    setenv("DDBMOCKERY", "x", 1);
    cr_assert_str_eq(complaints(),
                     "DDBMOCK_ is no setting of ddbmock's\n"
                     "DDBMOCK_A_NAME_THAT_IS_LIKE_NO_OTHER_AT_ALL is no setting of ddbmock's\n");
}

Test(settings, what_its_reader_finds_wrong)
{
    setenv("DDBMOCK_HOSTS", "a/b", 1);
    cr_assert_eq(settings_load(NULL), 0);
    setting_wrong(SETTING_HOSTS, "a host has no '/'");
    cr_assert_str_eq(complaints(), "DDBMOCK_HOSTS=a/b is left out: a host has no '/'\n");
    cr_assert_str_eq(setting_text(SETTING_HOSTS), "");
}

Test(settings, what_must_not_be_guessed_is_refused)
{
    struct engine *engine;
    struct engine_settings settings = { .warn = listen };
    setenv("DDBMOCK_STORAGE", "memry", 1);
    char *why;
    cr_assert_eq(engine_open(&settings, &engine, &why), -EINVAL);
    cr_assert_str_eq(
        why,
        "\"memry\" is no storage backend: it is memory, lmdb, sqlite, sqlite:FILE, or /PATH/BACKEND.so");
    free(why);
    setting_wrong(SETTING_STORAGE, "it is another one");
    cr_assert_eq(engine_open(&settings, &engine, &why), -EINVAL);
    cr_assert_str_eq(why, "DDBMOCK_STORAGE=memry: it is another one");
    free(why);
    cr_assert_eq(engine_open(&settings, &engine, NULL), -EINVAL);
}
