/*
 * test_overlaps.c - transactions and writes of several threads on the same items: whoever is refused
 * is refused with a conflict, whoever is not has been carried out, and nothing else happens.
 */
#include "items.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 6, TURNS = 40 };

struct worker {
    struct engine *engine;
    int number, done, refused, wrong;
};

static char *send_any(struct engine *engine, const char *operation, const char *request,
                      int *status)
{
    char target[64];
    snprintf(target, sizeof target, "DynamoDB_20120810.%s", operation);
    struct request *call = request_create(engine, "us-east-1", "id");
    request_parse(call, request, strlen(request));
    request_route(call, target);
    request_run(call);
    struct slice body = request_body(call);
    char *copy = strndup(body.data, body.length);
    *status = request_status(call);
    request_destroy(call);
    return copy;
}

#define ADD(key)                                                                                   \
    "\"TableName\":\"one\",\"Key\":{\"k\":{\"S\":\"" key                                           \
    "\"}},\"UpdateExpression\":\"ADD n :one\",\"ExpressionAttributeValues\":{\":one\":{\"N\":"     \
    "\"1\"}}"

/* Even ones add to both items in one transaction, odd ones to the first in a write of their own. */
static void *work(void *context)
{
    struct worker *worker = context;
    for (int i = 0; i < TURNS; i++) {
        int status;
        bool transaction = worker->number % 2 == 0;
        char *body = transaction
                         ? send_any(worker->engine, "TransactWriteItems",
                                    "{\"TransactItems\":[{\"Update\":{" ADD(
                                        "a") "}},{\"Update\":{" ADD("b") "}}]}",
                                    &status)
                         : send_any(worker->engine, "UpdateItem", "{" ADD("a") "}", &status);
        const char *conflict = transaction ? "[TransactionConflict, TransactionConflict]"
                                           : "{\"__type\":\"" DYNAMODB
                                             "TransactionConflictException\",\"message\":"
                                             "\"Transaction is ongoing for the item\"}";
        if (status == 200)
            worker->done++;
        else if (status == 400 && strstr(body, conflict))
            worker->refused++;
        else
            worker->wrong++;
        free(body);
    }
    return NULL;
}

static int number_of(struct engine *engine, const char *key)
{
    char request[128];
    snprintf(request, sizeof request, "{\"TableName\":\"one\",\"Key\":{\"k\":{\"S\":\"%s\"}}}",
             key);
    char *answer = SEND(engine, "GetItem", request);
    json_t *body = json_loads(answer, 0, NULL);
    json_t *item = json_object_get(body, "Item");
    int number =
        item ? atoi(json_string_value(json_object_get(json_object_get(item, "n"), "N"))) : 0;
    json_decref(body);
    free(answer);
    return number;
}

Test(overlaps, what_is_refused_is_not_done)
{
    EACH_BACKEND(engine)
    {
        free(SEND(engine, "CreateTable", JSON({
                      "TableName" : "one",
                      "BillingMode" : "PAY_PER_REQUEST",
                      "AttributeDefinitions" : [ { "AttributeName" : "k", "AttributeType" : "S" } ],
                      "KeySchema" : [ { "AttributeName" : "k", "KeyType" : "HASH" } ]
                  })));
        struct worker workers[THREADS];
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) {
            workers[i] = (struct worker){ engine, i, 0, 0, 0 };
            cr_assert_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
        }
        int both = 0, first = 0;
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            cr_expect_eq(workers[i].wrong, 0, "%s", backends[backend_]);
            cr_expect_eq(workers[i].done + workers[i].refused, TURNS);
            *(i % 2 == 0 ? &both : &first) += workers[i].done;
        }
        cr_expect_eq(number_of(engine, "a"), both + first);
        cr_expect_eq(number_of(engine, "b"), both);
        cr_expect_gt(both, 0);
    }
}
