/*
 * conformance.c - see conformance.h.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>

static void create_table(struct engine *engine, const char *name, const char *keys,
                         const char *types, const char *indexes)
{
    char request[4096];
    snprintf(request, sizeof request,
             "{'TableName':'%s','BillingMode':'PAY_PER_REQUEST','AttributeDefinitions':[%s],'"
             "KeySchema':[%s]%s}",
             name, types, keys, indexes);
    succeed(engine, "CreateTable", quoted(request));
}

#define TYPE(name, type) "{'AttributeName':'" name "','AttributeType':'" type "'}"
#define HASH(name)       "{'AttributeName':'" name "','KeyType':'HASH'}"
#define RANGE(name)      "{'AttributeName':'" name "','KeyType':'RANGE'}"
#define INDEX(name, keys, projection)                                                              \
    "{'IndexName':'" name "','KeySchema':[" keys "],'Projection':{'ProjectionType':" projection "}}"

/* The table `indexed`: each kind of index with each projection. */
/* clang-format off */
static const char indexed_types[] =
    TYPE("pk", "S") "," TYPE("sk", "S") "," TYPE("g", "S") "," TYPE("h", "N") ","
    TYPE("b", "B") "," TYPE("l", "S") "," TYPE("m", "N") "," TYPE("n", "S");
static const char global_indexes[] =
    INDEX("all", HASH("g") "," RANGE("h"), "'ALL'") ","
    INDEX("keys", HASH("g"), "'KEYS_ONLY'") ","
    INDEX("some", HASH("b"), "'INCLUDE','NonKeyAttributes':['inc']");
static const char local_indexes[] =
    INDEX("l-keys", HASH("pk") "," RANGE("l"), "'KEYS_ONLY'") ","
    INDEX("l-all", HASH("pk") "," RANGE("m"), "'ALL'") ","
    INDEX("l-some", HASH("pk") "," RANGE("n"), "'INCLUDE','NonKeyAttributes':['inc']");
/* clang-format on */

void create_tables(struct engine *engine)
{
    const char *pair = HASH("pk") "," RANGE("sk");
    create_table(engine, "hash", HASH("pk"), TYPE("pk", "S"), "");
    create_table(engine, "pair", pair, TYPE("pk", "S") "," TYPE("sk", "S"), "");
    create_table(engine, "numbers", pair, TYPE("pk", "N") "," TYPE("sk", "N"), "");

    char indexes[2048];
    snprintf(indexes, sizeof indexes, ",'GlobalSecondaryIndexes':[%s],'LocalSecondaryIndexes':[%s]",
             global_indexes, local_indexes);
    create_table(engine, "indexed", pair, indexed_types, indexes);
}

const char *body_of(const char *answer)
{
    if (answer[0] == '{')
        return quoted(answer);
    char type[64] = "ValidationException";
    const char *colon = strstr(answer, "Exception: ");
    if (colon && strcspn(answer, " ") == (size_t)(colon - answer) + strlen("Exception:")) {
        snprintf(type, sizeof type, "%.*sException", (int)(colon - answer), answer);
        answer = colon + strlen("Exception: ");
    }
    static char body[8192];
    if (strcmp(type, "SerializationException") == 0)
        snprintf(body, sizeof body,
                 "{\"__type\":\"com.amazon.coral.service#%s\",\"Message\":\"%s\"}", type, answer);
    else
        snprintf(body, sizeof body, "%s", harness_error(type, answer));
    return body;
}

const char *answer_to(struct engine *engine, const char *operation, const char *request)
{
    return call(engine, operation, quoted(request), NULL).data;
}

static void check_exchange(struct engine *engine, const struct exchange *exchange,
                           const char *answer, size_t index)
{
    const char *body = answer_to(engine, exchange->operation, exchange->request);
    const char *wanted = body_of(answer);
    cr_expect_str_eq(body, wanted, "%zu: %s %.600s\nanswered %.1500s\n  wanted %.1500s", index,
                     exchange->operation, exchange->request, body, wanted);
}

void check_exchanges(struct engine *engine, const struct exchange *exchanges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_exchange(engine, &exchanges[i], exchanges[i].answer, i);
}

void check_cohorts(struct engine *engine, const struct exchange *exchanges, size_t count)
{
    check_exchanges(engine, exchanges, count);
    wording_set(WORDING_2026);
    for (size_t i = 0; i < count; i++) {
        const char *answer = exchanges[i].answer_2026;
        check_exchange(engine, &exchanges[i], answer ? answer : exchanges[i].answer, i);
    }
    wording_set(WORDING_CLASSIC);
}
