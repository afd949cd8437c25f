/*
 * test_sizes.c - the largest item of each way to write one: so many bytes of padding are taken, one more is not, and
 * what is said then. Sources: facts/fidelity.md section 3; engine/expression/update_size.c; engine/write.c.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>
#include <stdlib.h>

#define TOO_LARGE  "Item size has exceeded the maximum allowed size"
#define GREW_LARGE "Item size to update has exceeded the maximum allowed size"
#define CANCELLED(message)                                                                         \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',"                   \
    "'CancellationReasons':[{'Code':'ValidationError','Message':'" message "'}],'Message':'"       \
    "Transaction cancelled, please refer cancellation reasons for specific reasons "               \
    "[ValidationError]'}"
#define PADDING "{'S':'%0*d'}"

struct size_case {
    const char *item;                /* put before, into the table of the case; NULL: nothing */
    const char *operation, *request; /* with PADDING in it */
    int largest;
    const char *answer;
};

static void check_sizes(struct engine *engine, const struct size_case *cases, size_t count)
{
    create_tables(engine);
    for (size_t i = 0; i < count; i++)
        for (int more = 0; more <= 1; more++) {
            int status;
            char *request;
            if (cases[i].item)
                cr_assert_str_eq(answer_to(engine, "PutItem", cases[i].item), "{}");
            cr_assert_geq(asprintf(&request, cases[i].request, cases[i].largest + more, 0), 0);
            const char *body = call(engine, cases[i].operation, quoted(request), &status).data;
            if (!more)
                cr_expect_eq(status, 200, "%zu: %s", i, body);
            else
                cr_expect_str_eq(body, body_of(cases[i].answer), "%zu: %.400s", i, body);
            free(request);
        }
}

#define ITEM(rest) "{'TableName':'hash','Item':{'pk':{'S':'a'}" rest "}}"

/* The names and the key are 2 + 1 + 1 bytes: 409,600 in all. */
ENGINE_TEST(sizes, of_items)
{
    static const struct size_case cases[] = {
        { NULL, "PutItem", ITEM(",'b':" PADDING), 409596, TOO_LARGE },
        { NULL, "BatchWriteItem",
          "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'pk':{'S':'a'},'b':" PADDING "}}}]}}",
          409596, TOO_LARGE },
        { NULL, "TransactWriteItems", "{'TransactItems':[{'Put':" ITEM(",'b':" PADDING) "}]}",
          409596, TOO_LARGE },
        { NULL, "TransactWriteItems",
          "{'TransactItems':[{'Update':{'TableName':'hash','Key':{'pk':{'S':'a'}},'"
          "UpdateExpression':'SET b = :v','ExpressionAttributeValues':{':v':" PADDING "}}}]}",
          409596, CANCELLED(GREW_LARGE) },
    };
    check_sizes(engine, cases, sizeof cases / sizeof *cases);
}

#define UPDATE(key, expression, values)                                                            \
    "UpdateItem",                                                                                  \
        "{'TableName':'hash','Key':{'pk':{'S':'" key "'}},'UpdateExpression':'" expression         \
        "','ExpressionAttributeValues':{':v':" PADDING values "}}"
#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/*
 * UpdateItem's own measure: what it writes, which the key is not, and what it costs to say so; or the item where that is
 * more. `b` is 1 byte and the padding, its SET 19, every update 3.
 */
ENGINE_TEST(sizes, of_updates)
{
    static const struct size_case cases[] = {
        { NULL, UPDATE("a", "SET b = :v", ""), 409577, GREW_LARGE },
        { NULL, UPDATE(HUNDRED, "SET b = :v", ""), 409497, GREW_LARGE },
        { NULL, UPDATE("a", "SET b = :v, c = :o", ",':o':{'S':'x'}"), 409556, GREW_LARGE },
        { ITEM(), UPDATE("a", "SET b = :v ADD c :o", ",':o':{'N':'1'}"), 409555, GREW_LARGE },
        { ITEM(",'c':{'S':'x'}"), UPDATE("a", "SET b = :v REMOVE c", ""), 409575, GREW_LARGE },
        { ITEM(), UPDATE("a", "SET b = :v DELETE c :o", ",':o':{'SS':['x']}"), 409575, GREW_LARGE },
        { ITEM(",'d':{'M':{}}"), UPDATE("a", "SET d.leaf = :v", ""), 409569, GREW_LARGE },
        { ITEM(",'d':{'M':{}}"), UPDATE("a", "SET d.b = :v, d.c = :o", ",':o':{'S':'x'}"), 409550,
          GREW_LARGE }, /* `d` counts once */
        { ITEM(",'d':{'L':[]}"), UPDATE("a", "SET d[0] = :v", ""), 409572, GREW_LARGE },
        { ITEM(",'d':{'L':[]}"), "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET d = :v"
          "','ExpressionAttributeValues':{':v':{'L':[" PADDING "]}}}",
          409573, GREW_LARGE },
        { ITEM(",'u':{'S':'" TEN "'}"), UPDATE("a", "SET b = :v", ""), 409577, GREW_LARGE },
        { ITEM(",'u':{'S':'" HUNDRED "'}"), UPDATE("a", "SET b = :v", ""), 409495, GREW_LARGE },
        { ITEM(",'c':{'N':'1'}"), UPDATE("a", "SET b = :v, c = c + :o", ",':o':{'N':'1'}"), 409540,
          GREW_LARGE },
        { ITEM(",'c':{'N':'2'}"), UPDATE("a", "SET b = :v, c = c - :o", ",':o':{'N':'1'}"), 409537,
          GREW_LARGE },
        { ITEM(), UPDATE("a", "SET b = :v, c = if_not_exists(c, :o)", ",':o':{'N':'1'}"), 409535,
          GREW_LARGE },
        { ITEM(",'c':{'L':[{'S':'x'}]}"),
          UPDATE("a", "SET b = :v, c = list_append(c, :o)", ",':o':{'L':[{'S':'x'}]}"), 409532,
          GREW_LARGE },
        { ITEM(",'d':{'S':'x'}"), UPDATE("a", "SET b = :v, c = d", ""), 409541, GREW_LARGE },
        { NULL, "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'AttributeUpdates':{'b':{'Value':" PADDING
          "}}}",
          409577, GREW_LARGE },
    };
    check_sizes(engine, cases, sizeof cases / sizeof *cases);
}

#define INDEXED_KEY     "'pk':{'S':'a'},'sk':{'S':'b'}" /* 6 bytes */
#define INDEXED(rest)   "{'TableName':'indexed','Item':{" INDEXED_KEY "," rest "}}"
#define PADDED_M        "'m':{'N':'1'},'c':" PADDING
#define UPDATED(update) "'TableName':'indexed','Key':{" INDEXED_KEY "}," update
#define SET_M                                                                                      \
    "'UpdateExpression':'SET m = :m, c = :v','ExpressionAttributeValues':{':m':{'N':'1'},':v'"     \
    ":" PADDING "}"

/* The item and what one local index holds of it; a global one takes nothing off. */
ENGINE_TEST(sizes, of_items_in_local_indexes)
{
    static const struct size_case cases[] = {
        { NULL, "PutItem", INDEXED(PADDED_M), 204790, TOO_LARGE },
        { NULL, "PutItem", INDEXED("'l':{'S':'x'},'c':" PADDING), 409583, TOO_LARGE },
        { NULL, "PutItem", INDEXED("'n':{'S':'x'},'inc':" PADDING), 204789, TOO_LARGE },
        { NULL, "PutItem", INDEXED("'g':{'S':'x'},'h':{'N':'1'},'c':" PADDING), 409588, TOO_LARGE },
        { NULL, "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{" INDEXED_KEY "," PADDED_M "}}}]}}",
          204790, TOO_LARGE },
        { NULL, "TransactWriteItems", "{'TransactItems':[{'Put':" INDEXED(PADDED_M) "}]}", 204790,
          CANCELLED(TOO_LARGE) },
        { NULL, "UpdateItem", "{" UPDATED(SET_M) "}", 204790, GREW_LARGE },
        { NULL, "TransactWriteItems", "{'TransactItems':[{'Update':{" UPDATED(SET_M) "}}]}", 204790,
          CANCELLED(GREW_LARGE) },
    };
    check_sizes(engine, cases, sizeof cases / sizeof *cases);
}
