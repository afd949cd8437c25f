/*
 * test_threads.c - the pool of postgres connections from many threads that read, write and fork at once: test_threads BUILD. A program
 * of its own, over libddbmock-postgres.so alone, because Criterion's tests cannot run under ThreadSanitizer and these can (`make tsan`).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/storage/storage.h"

enum { WRITERS = 6, READERS = 6, INCREMENTS = 40, FORKS = 6, OF_A_CHILD = 3 };

static const struct storage_backend *backend;
static struct storage *store;
static _Atomic int writing = WRITERS;
static _Atomic int failures;

static void fail(const char *what, int error)
{
    fprintf(stderr, "%s: %s\n", what, strerror(-error));
    failures++;
}

static int number(struct transaction *transaction, const char *key, int *out)
{
    struct slice value;
    int error = backend->get(transaction, slice_of(key), &value);
    *out = error ? 0 : atoi(value.data);
    return error == -ENOENT ? 0 : error;
}

/* Both keys always have the same number. */
static int look(struct transaction *transaction, int *out)
{
    int other = 0;
    int error = number(transaction, "one", out);
    if (!error)
        error = number(transaction, "other", &other);
    if (!error && *out != other)
        fail("half a transaction was seen", -EIO);
    return error;
}

static int increment(void)
{
    struct transaction *transaction;
    char text[16];
    int value, error = backend->begin(store, true, &transaction);
    if (error)
        return error;
    error = look(transaction, &value);
    snprintf(text, sizeof text, "%d", value + 1);
    if (!error)
        error = backend->put(transaction, slice_of("one"), slice_of(text));
    if (!error)
        error = backend->put(transaction, slice_of("other"), slice_of(text));
    if (!error)
        return backend->commit(transaction);
    backend->abort(transaction);
    return error;
}

static void *write_often(void *unused)
{
    for (int i = 0; i < INCREMENTS; i++) {
        int error = increment();
        if (error)
            fail("a write", error);
    }
    writing--;
    return unused;
}

static void *read_often(void *unused)
{
    int before = 0;
    while (writing > 0) {
        struct transaction *transaction;
        int now, error = backend->begin(store, false, &transaction);
        if (!error) {
            error = look(transaction, &now);
            backend->abort(transaction);
        }
        if (error)
            fail("a read", error);
        else if (now < before)
            fail("a reader saw the past", -EIO);
        else
            before = now;
    }
    return unused;
}

static void fork_once(void)
{
    backend->before_fork(store);
    pid_t child = fork();
    backend->after_fork(store, child == 0);
    if (child == 0) {
        int error = 0;
        for (int i = 0; i < OF_A_CHILD && !error; i++)
            error = increment();
        _exit(error ? 1 : 0);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        fail("a child", -ECHILD);
}

static int run(void)
{
    pthread_t threads[WRITERS + READERS];
    for (int i = 0; i < WRITERS + READERS; i++)
        if (pthread_create(&threads[i], NULL, i < WRITERS ? write_often : read_often, NULL) != 0)
            return 1;
    for (int i = 0; i < FORKS; i++)
        fork_once();
    for (int i = 0; i < WRITERS + READERS; i++)
        pthread_join(threads[i], NULL);
    struct transaction *transaction;
    int total = 0, error = backend->begin(store, false, &transaction);
    if (!error) {
        error = look(transaction, &total);
        backend->abort(transaction);
    }
    if (error)
        fail("the last look", error);
    else if (total != WRITERS * INCREMENTS + FORKS * OF_A_CHILD)
        fail("increments were lost", -EIO);
    printf("%d increments, %d failures\n", total, (int)failures);
    return failures > 0;
}

/* tests/storage/postgres-server; it ends with its standard input, which is returned. Its first line is in `line`. */
static FILE *serve(const char *directory, char *line, int size)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        return NULL;
    if (fork() == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execl("tests/storage/postgres-server", "postgres-server", directory, NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    FILE *output = fdopen(out[0], "r");
    if (!output || !fgets(line, size, output))
        line[0] = '\0';
    if (output)
        fclose(output);
    return fdopen(in[1], "w");
}

/* In a process of its own, for a sanitizer's library must come first and is nothing for the server. */
static int run_on(const char *object, const char *directory)
{
    char url[128], *why;
    void *handle = dlopen(object, RTLD_NOW | RTLD_LOCAL);
    const struct storage_module *module = handle ? dlsym(handle, STORAGE_SYMBOL) : NULL;
    if (!module) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    backend = &module->backend;
    snprintf(url, sizeof url, "postgres://ddbmock@/postgres?host=%s", directory);
    int error = backend->open(url, &store, &why);
    if (error) {
        fail("open", error);
        return 1;
    }
    int result = run();
    backend->close(store);
    return result;
}

int main(int count, char **arguments)
{
    char object[4096], directory[64], line[256];
    const char *sanitizer = getenv("SANITIZED");
    snprintf(object, sizeof object, "%s/libddbmock-postgres.so", count > 1 ? arguments[1] : ".");
    if (count > 2)
        return run_on(object, arguments[2]);
    if (access(object, F_OK) != 0) {
        puts("the postgres backend was not built (libpq-dev)");
        return 77;
    }
    snprintf(directory, sizeof directory, "%s/ddbmock-threads-%d",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    FILE *server = serve(directory, line, sizeof line);
    if (!server || strcmp(line, "ready\n") != 0) {
        printf("no server: %s\n", line);
        return 77;
    }
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        if (sanitizer)
            setenv("LD_PRELOAD",
                   strstr(sanitizer, "thread") ? "libtsan.so.2" : "libasan.so.8:libubsan.so.1", 1);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 0); /* libpq's libraries keep some */
        setenv("TSAN_OPTIONS", "die_after_fork=0", 0);
        execl(arguments[0], arguments[0], arguments[1], directory, NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        status = -1;
    fclose(server);
    while (wait(NULL) > 0)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    fprintf(stderr, "status %d\n", status);
    return 1;
}
