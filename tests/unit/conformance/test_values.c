/*
 * test_values.c - what is wrong with a value or a name, in the words of the layer that reads it:
 * the current one in an envelope (PutItem, UpdateItem, DeleteItem), bare (GetItem, BatchGetItem,
 * Query), or the older one (BatchWriteItem, Scan, transactions). Source: facts/fidelity.md
 * section 2.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>

#define OVERFLOW                                                                                   \
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
#define UNDERFLOW                                                                                  \
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
#define DIGITS  "Attempting to store more than 38 significant digits in a Number"
#define NUMERIC "The parameter cannot be converted to a numeric value"
#define MANY                                                                                       \
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "    \
    "supported datatypes"
#define ONES "111111111111111111111111111111111111111"

static const struct {
    const char *value, *current, *older; /* older NULL: the same */
} values[] = {
    { "{}", NO_VALUE },
    { "{'S':null}", NO_VALUE },
    { "{'S':'a','N':'1'}", MANY },
    { "{'L':[{}]}", NO_VALUE },
    { "{'M':{'a':{}}}", NO_VALUE },
    { "{'N':'x'}", NUMERIC ": x" },
    { "{'N':''}", NUMERIC ": ", NUMERIC },
    { "{'N':' 1'}", NUMERIC ":  1" },
    { "{'N':'1 '}", NUMERIC ": 1 " },
    { "{'N':'0x10'}", NUMERIC ": 0x10" },
    { "{'N':'1e'}", NUMERIC ": 1e" },
    { "{'N':'NaN'}", NUMERIC ": NaN" },
    { "{'N':'Infinity'}", NUMERIC ": Infinity" },
    { "{'N':'1e126'}", OVERFLOW },
    { "{'N':'-1e126'}", OVERFLOW },
    { "{'N':'0e126'}", OVERFLOW },
    { "{'N':'1e99999999999'}", OVERFLOW, NUMERIC ": 1e99999999999" },
    { "{'N':'1e-131'}", UNDERFLOW },
    { "{'N':'0e-131'}", UNDERFLOW },
    { "{'N':'" ONES "'}", DIGITS },
    { "{'L':[{'M':{'n':{'N':'x'}}}]}", NUMERIC ": x" },
    { "{'SS':[]}", INVALID "An string set  may not be empty" },
    { "{'NS':[]}", INVALID "An number set  may not be empty" },
    { "{'BS':[]}", INVALID "Binary sets should not be empty" },
    { "{'NULL':false}", INVALID "Null attribute value types must have the value of true" },
    { "{'SS':['b','a','b']}",
      INVALID "Input collection [\\\"a\\\", \\\"b\\\", \\\"b\\\"] contains duplicates.",
      INVALID "Input collection [b, a, b] contains duplicates." },
    { "{'BS':['AA==','/w==','AA==']}",
      INVALID
      "Input collection [\\\"AA==\\\",\\\"/w==\\\",\\\"AA==\\\"]of type BS contains duplicates.",
      INVALID "Input collection [AA==, /w==, AA==]of type BS contains duplicates." },
    { "{'NS':['1','1.0']}", INVALID "Input collection contains duplicates.",
      "Input collection contains duplicates" },
    { "{'NS':['1','x']}", NUMERIC ": x" },
};

/* Where a value stands, and what is put around the message. */
static const struct {
    const char *operation, *request; /* with %s for the value */
    bool older;
    const char *before, *after;
} places[] = {
    { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'v':%s}}", false, ENVELOPE, "" },
    { "PutItem",
      "{'TableName':'hash','Item':{'pk':{'S':'a'}},'ConditionExpression':'a = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      false, ENVELOPE, "" },
    { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'}},'Expected':{'a':{'Value':%s}}}",
      false, ENVELOPE, "" },
    { "UpdateItem",
      "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET a = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      false, ENVELOPE, "" },
    { "UpdateItem",
      "{'TableName':'hash','Key':{'pk':{'S':'a'}},'AttributeUpdates':{'a':{'Value':%s}}}", false,
      ENVELOPE, "" },
    { "UpdateItem", "{'TableName':'hash','Key':{'pk':%s}}", false, ENVELOPE, "" },
    { "DeleteItem", "{'TableName':'hash','Key':{'pk':%s}}", false, ENVELOPE, "" },
    { "GetItem", "{'TableName':'hash','Key':{'pk':%s}}", false, "", "" },
    { "BatchGetItem", "{'RequestItems':{'hash':{'Keys':[{'pk':%s}]}}}", false, "", "" },
    { "Query",
      "{'TableName':'hash','KeyConditionExpression':'pk = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      false, "", "" },
    { "Query",
      "{'TableName':'hash','KeyConditions':{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[%"
      "s]}}}",
      false, "", "" },
    { "Query",
      "{'TableName':'hash','KeyConditionExpression':'pk = "
      ":v','ExpressionAttributeValues':{':v':{'S':'a'}},"
      "'ExclusiveStartKey':{'pk':%s}}",
      false, "The provided starting key is invalid: ", "" },
    { "Scan",
      "{'TableName':'hash','FilterExpression':'a = :v','ExpressionAttributeValues':{':v':%s}}",
      true, "ExpressionAttributeValues contains invalid value: ", " for key :v" },
    { "Scan", "{'TableName':'hash','ExclusiveStartKey':{'pk':%s}}", true,
      "The provided starting key is invalid: ", "" },
    { "BatchWriteItem",
      "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'pk':{'S':'a'},'v':%s}}}]}}", true, "", "" },
    { "BatchWriteItem", "{'RequestItems':{'hash':[{'DeleteRequest':{'Key':{'pk':%s}}}]}}", true, "",
      "" },
    { "TransactWriteItems",
      "{'TransactItems':[{'Put':{'TableName':'hash','Item':{'pk':{'S':'a'},'v':%s}}}]}", true, "",
      "" },
    { "TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'hash','Key':{'pk':%s}}}]}",
      true, "", "" },
    { "TransactWriteItems",
      "{'TransactItems':[{'Update':{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'"
      "SET a = :v',"
      "'ExpressionAttributeValues':{':v':%s}}}]}",
      true, "ExpressionAttributeValues contains invalid value: ", " for key :v" },
    { "TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'hash','Key':{'pk':%s}}}]}", true,
      "", "" },
};

ENGINE_TEST(values, in_every_place)
{
    create_tables(engine);
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            const char *message =
                places[p].older && values[v].older ? values[v].older : values[v].current;
            char request[1024], wanted[1024];
            snprintf(request, sizeof request, places[p].request, values[v].value);
            snprintf(wanted, sizeof wanted, "%s%s%s", places[p].before, message, places[p].after);
            struct exchange exchange = { places[p].operation, request, wanted };
            check_exchanges(engine, &exchange, 1);
        }
}

/* A request with a name of `length` bytes at the %s. */
static char *with_name(const char *request, size_t length)
{
    char *name = malloc(length + 1), *text = NULL;
    memset(name, 'n', length);
    name[length] = '\0';
    cr_assert_geq(asprintf(&text, request, name), 0);
    free(name);
    return text;
}

/* Measured on the service on 2026-09-16 for the first five: ExtendDB/extenddb#365. */
ENGINE_TEST(values, long_names)
{
    static const struct {
        const char *operation, *request, *answer;
    } cases[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}", ENVELOPE },
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'M':{'%s':{'S':'x'}}}}}",
          ENVELOPE },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'L':[{'M':{'%s':{'S':'x'}}}]}}}",
          ENVELOPE },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET doc = :v',"
          "'ExpressionAttributeValues':{':v':{'M':{'%s':{'S':'x'}}}}}",
          ENVELOPE },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET #n = :v',"
          "'ExpressionAttributeNames':{'#n':'%s'},'ExpressionAttributeValues':{':v':{'S':'x'}}}",
          ENVELOPE },
        { "BatchWriteItem",
          "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}}]}}",
          "" },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':{'TableName':'hash','Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}}]}",
          "" },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t length = 65535; length <= 65536; length++) {
            char *request = with_name(cases[i].request, length), wanted[256];
            snprintf(wanted, sizeof wanted,
                     "%sAttribute name is too large, must be less than 65536 bytes",
                     cases[i].answer);
            int status;
            const char *body = call(engine, cases[i].operation, quoted(request), &status).data;
            if (length == 65535)
                cr_expect_eq(status, 200, "%zu: %.200s", i, body);
            else
                cr_expect_str_eq(body, body_of(wanted), "%zu: %.200s", i, body);
            free(request);
        }
}

ENGINE_TEST(values, empty_names)
{
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'':{'S':'x'}}}",
          ENVELOPE "Empty attribute name" },
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'M':{'':{'S':'x'}}}}}",
          ENVELOPE "Empty attribute name" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET #n = "
          ":v','ExpressionAttributeNames':{'#n':''},"
          "'ExpressionAttributeValues':{':v':{'S':'x'}}}",
          "ExpressionAttributeNames contains invalid value: Empty attribute name for key #n" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* As key and as index key, where and how. */
ENGINE_TEST(values, of_keys)
{
#define EMPTY_INDEX_KEY                                                                            \
    "One or more parameter values are not valid. A value specified for a secondary index key is "  \
    "not supported. The "                                                                          \
    "AttributeValue for a key attribute cannot contain an empty string value. IndexName: all, "    \
    "IndexKey: g"
#define EMPTY_UPDATED_KEY                                                                          \
    "One or more parameter values are not valid. The update expression attempted to update a "     \
    "secondary index key to a "                                                                    \
    "value that is not supported. The AttributeValue for a key attribute cannot contain an empty " \
    "string value."
#define WRONG_INDEX_KEY "Type mismatch for Index Key g Expected: S Actual: N IndexName: all"
#define CANCELLED(message)                                                                         \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[{'Code':'"                                                              \
    "ValidationError','Message':'" message                                                         \
    "'}],'Message':'Transaction cancelled, please refer cancellation "                             \
    "reasons for specific reasons [ValidationError]'}"
#define PUT(item) "{'TableName':'indexed','Item':{" item "}}"
#define KEY       "'pk':{'S':'a'},'sk':{'S':'b'}"
#define SETG(value)                                                                                \
    "{'TableName':'indexed','Key':{" KEY                                                           \
    "},'UpdateExpression':'SET g = :v','ExpressionAttributeValues':{':v':" value "}}"
    static const struct exchange exchanges[] = {
        { "PutItem", PUT("'pk':{'S':''},'sk':{'S':'b'}"), EMPTY_KEY("pk") },
        { "PutItem", PUT("'pk':{'S':'a'},'sk':{'S':''}"), EMPTY_KEY("sk") },
        { "PutItem", PUT(KEY ",'g':{'S':''}"), EMPTY_INDEX_KEY },
        { "PutItem", PUT(KEY ",'g':{'N':'1'}"), INVALID WRONG_INDEX_KEY },
        { "PutItem", PUT(KEY ",'l':{'N':'1'}"),
          INVALID "Type mismatch for Index Key l Expected: S Actual: N IndexName: l-keys" },
        { "PutItem", PUT(KEY ",'x':{'S':''},'y':{'B':''}"), "{}" },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{" KEY ",'g':{'S':''}}}}]}}",
          EMPTY_INDEX_KEY },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{" KEY ",'g':{'N':'1'}}}}]}}",
          INVALID WRONG_INDEX_KEY },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{'pk':{'S':'a'},'sk':{'N':'1'}}}}]}}",
          SCHEMA },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{'pk':{'S':'a'},'sk':{'M':{}}}}}]}}",
          SCHEMA },
        { "BatchWriteItem",
          "{'RequestItems':{'indexed':[{'PutRequest':{'Item':{'pk':{'S':'a'},'sk':{'S':''}}}}]}}",
          EMPTY_KEY("sk") },
        { "UpdateItem", SETG("{'N':'1'}"),
          "The update expression attempted to update a secondary index key to unsupported type" },
        { "UpdateItem", SETG("{'S':''}"), EMPTY_UPDATED_KEY },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':" PUT("'pk':{'S':''},'sk':{'S':'b'}") "}]}", EMPTY_KEY("pk") },
        { "TransactWriteItems", "{'TransactItems':[{'Put':" PUT(KEY ",'g':{'S':''}") "}]}",
          EMPTY_INDEX_KEY },
        { "TransactWriteItems", "{'TransactItems':[{'Update':" SETG("{'S':''}") "}]}",
          EMPTY_UPDATED_KEY },
        { "TransactWriteItems",
          "{'TransactItems':[{'Delete':{'TableName':'indexed','Key':{'pk':{'S':''},'sk':{'S':'b'}}}"
          "}]}",
          EMPTY_KEY("pk") },
        { "TransactGetItems",
          "{'TransactItems':[{'Get':{'TableName':'indexed','Key':{'pk':{'S':''},'sk':{'S':'b'}}}}]"
          "}",
          EMPTY_KEY("pk") },
    };
    static const struct exchange cancelled[] = {
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':" PUT("'pk':{'N':'1'},'sk':{'S':'b'}") "}]}",
          CANCELLED(INVALID "Type mismatch for key pk expected: S actual: N") },
        { "TransactWriteItems", "{'TransactItems':[{'Put':" PUT("'pk':{'S':'a'}") "}]}",
          CANCELLED(INVALID "Missing the key sk in the item") },
        { "TransactWriteItems", "{'TransactItems':[{'Put':" PUT(KEY ",'g':{'N':'1'}") "}]}",
          CANCELLED(INVALID WRONG_INDEX_KEY) },
        { "TransactWriteItems", "{'TransactItems':[{'Update':" SETG("{'N':'1'}") "}]}",
          CANCELLED("The update expression attempted to update a secondary index key to "
                    "unsupported type") },
        { "TransactWriteItems",
          "{'TransactItems':[{'Delete':{'TableName':'indexed','Key':{'pk':{'S':'a'}}}}]}",
          CANCELLED(SCHEMA) },
        { "TransactGetItems",
          "{'TransactItems':[{'Get':{'TableName':'indexed','Key':{'pk':{'S':'a'}}}}]}",
          CANCELLED(SCHEMA) },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
    CHECK(engine, cancelled);
}
