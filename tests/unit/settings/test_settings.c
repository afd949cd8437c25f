/*
 * test_settings.c - the settings as an engine reads them: defaults, the environment, values that are wrong, names that are
 * misspelt. Each test is a process of its own, and reads them once.
 */
#include "engine/settings.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
        "\"memry\" is no storage backend: it is memory, lmdb, sqlite, sqlite:FILE, postgres://..., or /PATH/BACKEND.so");
    free(why);
    setting_wrong(SETTING_STORAGE, "it is another one");
    cr_assert_eq(engine_open(&settings, &engine, &why), -EINVAL);
    cr_assert_str_eq(why, "DDBMOCK_STORAGE=memry: it is another one");
    free(why);
    cr_assert_eq(engine_open(&settings, &engine, NULL), -EINVAL);
}

/* A configuration file with this text, named by DDBMOCK_CONFIG as "config.json" of a directory of its own. */
static void configure(const char *text)
{
    static char directory[] = "/tmp/ddbmock-settings-XXXXXX";
    cr_assert_not_null(mkdtemp(directory));
    cr_assert_eq(chdir(directory), 0);
    FILE *file = fopen("config.json", "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    setenv("DDBMOCK_CONFIG", "config.json", 1);
}

static void remove_file(void)
{
    char directory[4096];
    unlink("config.json");
    if (getcwd(directory, sizeof directory))
        rmdir(directory);
}

TestSuite(settings_file, .fini = remove_file);

static void assert_refused(const char *expected)
{
    char *why;
    cr_assert_eq(settings_load(&why), -EINVAL);
    cr_assert_str_eq(why, expected);
    free(why);
}

Test(settings_file, gives_what_the_environment_does_not)
{
    setenv("DDBMOCK_STORAGE", "memory", 1);
    configure("{\n  \"storage\": \"lmdb\",\n  \"sqlite_file\": null,\n  \"wording\": 2026,\n"
              "  \"hosts\": [\"localhost:8000\", \"*.test\"]\n}\n");
    cr_assert_str_eq(complaints(), "");
    cr_assert_str_eq(setting_text(SETTING_STORAGE), "memory");
    cr_assert_eq(settings_values[SETTING_STORAGE].source, SETTING_BY_ENVIRONMENT);
    cr_assert_str_eq(setting_text(SETTING_SQLITE_FILE), "dynamo.db");
    cr_assert_eq(setting_choice(SETTING_WORDING), WORDING_2026);
    cr_assert_eq(settings_values[SETTING_WORDING].source, SETTING_BY_FILE);
    cr_assert_eq(settings_values[SETTING_WORDING].line, 4);
    cr_assert_str_eq(setting_text(SETTING_HOSTS), "localhost:8000,*.test");
}

Test(settings_file, lists_and_objects_are_what_the_variable_would_be)
{
    configure("{\"plugins\": [\"/a.so\", \"/b.so\"], \"delays\": {\"create\": 2.5, \"index\": 30}, "
              "\"hosts\": []}");
    cr_assert_eq(settings_load(NULL), 0);
    cr_assert_str_eq(setting_text(SETTING_PLUGINS), "/a.so:/b.so");
    cr_assert_str_eq(setting_text(SETTING_DELAYS), "create=2.5,index=30");
    cr_assert_str_eq(setting_text(SETTING_HOSTS), "");
}

Test(settings_file, what_is_wrong_has_its_line)
{
    configure("{\n\"wording\": \"old\",\n\"storge\": \"memory\",\n\"config\": \"x\", \"hosts\": "
              "[[1]]}");
    cr_assert_str_eq(
        complaints(),
        "config.json:2: DDBMOCK_WORDING=old is left out: it is classic or 2026; the default is classic\n"
        "config.json:3: \"storge\" is no setting of ddbmock's; the nearest is DDBMOCK_STORAGE\n"
        "config.json:4: \"config\" is no setting of ddbmock's in a file\n"
        "config.json:4: DDBMOCK_HOSTS= is left out: a value is a string, a number or a boolean, or a list or an "
        "object of such\n");
}

Test(settings_file, that_is_no_json_is_refused)
{
    configure("{\n  \"storage\": \"memory\",\n}\n");
    assert_refused("config.json:3:1: string or '}' expected near '}'");
}

Test(settings_file, that_is_no_object_is_refused)
{
    configure("[]");
    assert_refused("config.json: it is no JSON object, as in {\"storage\": \"memory\"}");
}

Test(settings_file, with_a_name_twice_is_refused)
{
    configure("{\"storage\": \"memory\",\n\"storage\": \"lmdb\"}");
    assert_refused("config.json:2:9: duplicate object key near '\"storage\"'");
}

Test(settings_file, that_nests_deep_is_refused)
{
    configure("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]");
    assert_refused("config.json: it nests deeper than a setting does");
}

Test(settings_file, that_is_not_there_is_refused)
{
    setenv("DDBMOCK_CONFIG", "/nowhere/config.json", 1);
    assert_refused("/nowhere/config.json: No such file or directory");
}

Test(settings_file, a_value_that_must_not_be_guessed_is_refused)
{
    configure("{\"storage\": {\"a\": {}}}");
    assert_refused(
        "config.json:1: DDBMOCK_STORAGE=: a value is a string, a number or a boolean, or a list or an "
        "object of such");
}

static void collect(void *context, const char *variable, const char *value)
{
    (void)context;
    strcat(strcat(strcat(strcat(said, variable), "="), value), "\n");
}

Test(settings_file, what_the_shim_is_told)
{
    char *why;
    configure(
        "{\"storage\": \"memory\", \"session\": \"mine\", \"nothing\": 1, \"hosts\": \"a,b\"}");
    cr_assert_eq(settings_for_shim("config.json", collect, NULL, &why), 0);
    cr_assert_str_eq(said, "DDBMOCK_SESSION=mine\nDDBMOCK_HOSTS=a,b\n");
}

Test(settings_file, what_the_shim_has_passed_on_is_the_files)
{
    configure("{\"session\": \"mine\", \"hosts\": \"a\"}");
    setenv("DDBMOCK_CONFIG_READ", "HOSTS,SESSION:config.json", 1);
    setenv("DDBMOCK_HOSTS", "b", 1);
    setenv("DDBMOCK_SESSION", "mine", 1);
    cr_assert_str_eq(complaints(), "");
    cr_assert_eq(settings_values[SETTING_SESSION].source, SETTING_BY_FILE);
    cr_assert_eq(settings_values[SETTING_HOSTS].source, SETTING_BY_ENVIRONMENT);
}

Test(settings_file, shown)
{
    configure("{\"wording\": \"2026\"}");
    cr_assert_str_eq(complaints(), "");
    char *text = settings_show("text"), *json = settings_show("json");
    cr_assert_not_null(
        strstr(text, "DDBMOCK_WORDING          2026                     file config.json:1\n"));
    cr_assert_not_null(strstr(text, "DDBMOCK_STORAGE          lmdb                     default\n"));
    cr_assert_not_null(strstr(
        json, "\"variable\": \"DDBMOCK_WORDING\",\n    \"value\": \"2026\",\n    \"source\": "
              "\"file\",\n    \"type\": \"choice\",\n"));
    free(text);
    free(json);
}
