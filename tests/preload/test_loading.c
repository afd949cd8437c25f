/*
 * test_loading.c - the engine object that is missing, broken or not ours; libraries that the
 * program loads itself.
 */
#include "tests/preload/check.h"

#include <dlfcn.h>

static void helper_refused(void)
{
    for (int i = 0; i < 3; i++) {
        struct sockaddr_in address = resolve(HOST);
        CHECK(ntohl(address.sin_addr.s_addr) >> 24 == 127);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == -1 &&
              errno == ECONNREFUSED);
        CHECK(close(fd) == 0);
    }
}

/* The helper's whole output: one line, with `part` in it. */
static void check_refusal(const char *before, const char *part)
{
    char command[2 * PATH_MAX];
    int status;
    snprintf(command, sizeof command, "%s exec /proc/%d/exe %s helper_refused", before, getpid(),
             getenv("CHECK_BUILD"));
    const char *output = run(command, &status);
    if (status != 0 || strstr(output, part) == NULL)
        fprintf(stderr, "%s\n", output);
    CHECK(status == 0);
    CHECK(strncmp(output, "ddbmock: ", 9) == 0 && strstr(output, part) != NULL);
    CHECK(strchr(output, '\n') == output + strlen(output) - 1);
}

static void engine_missing(void)
{
    check_refusal("", "libddbmock-engine.so: cannot open shared object file");
}

/* A directory with the shim and `engine` beside it. */
static void check_beside(const char *engine, const char *part)
{
    char command[2 * PATH_MAX];
    int status;
    snprintf(
        command, sizeof command,
        "LD_PRELOAD= cp %s/libddbmock.so $HOME/ && LD_PRELOAD= cp %s $HOME/libddbmock-engine.so",
        getenv("CHECK_BUILD"), engine);
    run(command, &status);
    CHECK(status == 0);
    check_refusal("LD_PRELOAD=${LD_PRELOAD%%/*}$HOME/libddbmock.so", part);
}

static void engine_is_no_library(void)
{
    check_beside("/etc/passwd", "invalid ELF header");
}

static void engine_is_another_library(void)
{
    char other[PATH_MAX];
    snprintf(other, sizeof other, "%s/tests/preload/fake/asker.so", getenv("CHECK_BUILD"));
    check_beside(other, "is not of the same build as libddbmock.so");
}

static void engine_does_not_open(void)
{
    check_refusal("", "cannot open the engine: the store is broken");
}

/* dlopen must see its caller's own RUNPATH, although it goes through a hook; RTLD_DEEPBIND must not
 * take the library past us. */
static void libraries_of_libraries(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/preload/fake/asker.so", getenv("CHECK_BUILD"));
    CHECK(dlopen("asked.so", RTLD_NOW) == NULL);
    if (getenv("CHECK_SANITIZED") != NULL)
        return; /* a sanitizer has a hook of its own before ours, which allows no RTLD_DEEPBIND and
                   knows no callers */
    void *asker = dlopen(path, RTLD_NOW | RTLD_DEEPBIND);
    CHECK(asker != NULL);
    void *(*ask)(const char *name) = (void *(*)(const char *))dlsym(asker, "ask");
    void *asked = ask("asked.so");
    if (asked == NULL)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(asked != NULL);
    int (*resolves)(const char *host) = (int (*)(const char *))dlsym(asked, "asked");
    CHECK(resolves(HOST) == 1);
}

static const struct test tests[] = {
    TEST(helper_refused),
    TEST(engine_missing, { 0 }, true),
    TEST(engine_is_no_library),
    TEST(engine_is_another_library),
    TEST(engine_does_not_open, { "DDBMOCK_STORAGE=broken" }),
    TEST(libraries_of_libraries),
};

MAIN(tests)
