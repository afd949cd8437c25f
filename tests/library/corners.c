/*
 * corners.c - the library where it could go wrong: two DynamoDBs beside each other, threads, forks, a file, bad arguments, errno.
 * corners SQLITE-STORAGE.
 */
#include <ddbmock.h>

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char create[] = "{\"TableName\":\"Tea\",\"BillingMode\":\"PAY_PER_REQUEST\","
                             "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],"
                             "\"AttributeDefinitions\":[{\"AttributeName\":\"id\","
                             "\"AttributeType\":\"S\"}]}";
static const char get[] = "{\"TableName\":\"Tea\",\"Key\":{\"id\":{\"S\":\"1\"}}}";
static const char add[] = "{\"TableName\":\"Tea\",\"Key\":{\"id\":{\"S\":\"1\"}},"
                          "\"UpdateExpression\":\"ADD n :one\","
                          "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"}}}";

/* Ends the program unless the answer is this. */
static void expect(struct ddbmock *mock, const char *operation, const char *body, int status,
                   const char *wanted)
{
    char *answer;
    errno = E2BIG;
    int got = ddbmock_request(mock, NULL, operation, body, &answer);
    if (errno != E2BIG)
        errx(1, "%s changed errno", operation);
    if (got != status || (wanted && strcmp(answer, wanted) != 0))
        errx(1, "%s: %d %s, not %d %s", operation, got, answer, status, wanted ? wanted : "");
    ddbmock_free(answer);
}

static struct ddbmock *open_storage(const char *storage)
{
    char *why;
    struct ddbmock *mock = ddbmock_open(storage, &why);
    if (!mock)
        errx(1, "%s: %s", storage ? storage : "default", why);
    return mock;
}

enum { THREADS = 4, ADDS = 200 };

static void *add_many(void *mock)
{
    for (int i = 0; i < ADDS; i++)
        expect(mock, "UpdateItem", add, 200, "{}");
    return NULL;
}

int main(int count, char **arguments)
{
    if (count != 2)
        errx(2, "usage: corners STORAGE");
    struct ddbmock *one = open_storage(NULL), *two = open_storage("memory");
    expect(one, "CreateTable", create, 200, NULL);
    expect(two, "ListTables", "{}", 200, "{\"TableNames\":[]}");
    expect(one, "DynamoDB_20120810.ListTables", "{}", 200, "{\"TableNames\":[\"Tea\"]}");

    /* Threads, while children are made. */
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, add_many, one) != 0)
            err(1, "pthread_create");
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            expect(one, "UpdateItem", add, 200, "{}");
            expect(two, "ListTables", "{}", 200, "{\"TableNames\":[]}");
            _exit(0);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            errx(1, "a child failed");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    expect(one, "GetItem", get, 200, "{\"Item\":{\"id\":{\"S\":\"1\"},\"n\":{\"N\":\"800\"}}}");

    /* A file is there again. */
    struct ddbmock *file = open_storage(arguments[1]);
    expect(file, "CreateTable", create, 200, NULL);
    expect(file, "UpdateItem", add, 200, "{}");
    ddbmock_close(file);
    file = open_storage(arguments[1]);
    expect(file, "GetItem", get, 200, "{\"Item\":{\"id\":{\"S\":\"1\"},\"n\":{\"N\":\"1\"}}}");
    ddbmock_close(file);

    /* What is wrong gets an answer. */
    expect(two, "Nonsense", "{}", 400,
           "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
    expect(two, "ListTables", "", 400,
           "{\"__type\":\"com.amazon.coral.service#SerializationException\"}");
    expect(two, "ListTables", "{", 400,
           "{\"__type\":\"com.amazon.coral.service#SerializationException\"}");
    char *why;
    if (ddbmock_open("paper", &why))
        errx(1, "paper is no storage");
    if (strncmp(why, "\"paper\" is no storage backend: it is memory", 43) != 0)
        errx(1, "%s", why);
    ddbmock_free(why);
    if (ddbmock_open("paper", NULL))
        errx(1, "paper is no storage");

    /* States. */
    expect(two, "CreateTable", create, 200, NULL);
    expect(two, "UpdateItem", add, 200, "{}");
    if (ddbmock_snapshot(two, "one") != 0)
        errx(1, "no snapshot is taken");
    expect(two, "UpdateItem", add, 200, "{}");
    if (ddbmock_restore(two, "one") != 0)
        errx(1, "the snapshot is not restored");
    expect(two, "GetItem", get, 200, "{\"Item\":{\"id\":{\"S\":\"1\"},\"n\":{\"N\":\"1\"}}}");
    if (ddbmock_reset(two, NULL, "Tea") != 0)
        errx(1, "the table is not reset");
    expect(two, "GetItem", get, 200, "{}");
    if (ddbmock_reset(two, "eu-west-1", NULL) != 0)
        errx(1, "a Region is not reset");
    expect(two, "ListTables", "{}", 200, "{\"TableNames\":[\"Tea\"]}");
    if (ddbmock_reset(two, NULL, NULL) != 0)
        errx(1, "nothing is reset");
    expect(two, "ListTables", "{}", 200, "{\"TableNames\":[]}");
    if (ddbmock_restore(two, "none") != -1 || ddbmock_reset(two, NULL, "None") != -1)
        errx(1, "what is not there is there");
    char *answer;
    if (ddbmock_control(two, "ListSnapshots", NULL, &answer) != 200 || !strstr(answer, "\"one\""))
        errx(1, "ListSnapshots: %s", answer);
    ddbmock_free(answer);
    if (ddbmock_control(two, "Nonsense", "{}", &answer) != 404)
        errx(1, "Nonsense: %s", answer);
    ddbmock_free(answer);

    ddbmock_clock_set(86400000);
    if (ddbmock_clock() != 86400000)
        errx(1, "the clock does not stand");
    ddbmock_clock_set(-1);
    if (ddbmock_clock() < 1700000000000)
        errx(1, "the clock does not run again");
    ddbmock_close(one);
    ddbmock_close(two);
    ddbmock_close(NULL);
    return 0;
}
