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

enum layer { OLDER, CURRENT, ENVELOPE_2026 };

/* Where a value stands, who words it in the cohort of 2026, and what is put before the message. */
static const struct {
    const char *operation, *request; /* with %s for the value */
    enum layer layer;
    const char *before; /* or NULL */
} places[] = {
    { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'v':%s}}", ENVELOPE_2026, NULL },
    { "PutItem",
      "{'TableName':'hash','Item':{'pk':{'S':'a'}},'ConditionExpression':'a = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      ENVELOPE_2026, NULL },
    { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'}},'Expected':{'a':{'Value':%s}}}",
      ENVELOPE_2026, NULL },
    { "UpdateItem",
      "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET a = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      ENVELOPE_2026, NULL },
    { "UpdateItem",
      "{'TableName':'hash','Key':{'pk':{'S':'a'}},'AttributeUpdates':{'a':{'Value':%s}}}",
      ENVELOPE_2026, NULL },
    { "UpdateItem", "{'TableName':'hash','Key':{'pk':%s}}", ENVELOPE_2026, NULL },
    { "DeleteItem", "{'TableName':'hash','Key':{'pk':%s}}", ENVELOPE_2026, NULL },
    { "GetItem", "{'TableName':'hash','Key':{'pk':%s}}", CURRENT, NULL },
    { "BatchGetItem", "{'RequestItems':{'hash':{'Keys':[{'pk':%s}]}}}", CURRENT, NULL },
    { "Query",
      "{'TableName':'hash','KeyConditionExpression':'pk = "
      ":v','ExpressionAttributeValues':{':v':%s}}",
      CURRENT, NULL },
    { "Query",
      "{'TableName':'hash','KeyConditions':{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[%"
      "s]}}}",
      CURRENT, NULL },
    { "Query",
      "{'TableName':'hash','KeyConditionExpression':'pk = "
      ":v','ExpressionAttributeValues':{':v':{'S':'a'}},"
      "'ExclusiveStartKey':{'pk':%s}}",
      CURRENT, "The provided starting key is invalid: " },
    { "Scan",
      "{'TableName':'hash','FilterExpression':'a = :v','ExpressionAttributeValues':{':v':%s}}",
      OLDER, NULL },
    { "Scan", "{'TableName':'hash','ExclusiveStartKey':{'pk':%s}}", OLDER,
      "The provided starting key is invalid: " },
    { "BatchWriteItem",
      "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'pk':{'S':'a'},'v':%s}}}]}}", OLDER, NULL },
    { "BatchWriteItem", "{'RequestItems':{'hash':[{'DeleteRequest':{'Key':{'pk':%s}}}]}}", OLDER,
      NULL },
    { "TransactWriteItems",
      "{'TransactItems':[{'Put':{'TableName':'hash','Item':{'pk':{'S':'a'},'v':%s}}}]}", OLDER,
      NULL },
    { "TransactWriteItems", "{'TransactItems':[{'Delete':{'TableName':'hash','Key':{'pk':%s}}}]}",
      OLDER, NULL },
    { "TransactWriteItems",
      "{'TransactItems':[{'Update':{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'"
      "SET a = :v',"
      "'ExpressionAttributeValues':{':v':%s}}}]}",
      OLDER, NULL },
    { "TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'hash','Key':{'pk':%s}}}]}", OLDER,
      NULL },
};

/* What is no value at all never stands in the envelope. */
static bool is_no_value(const char *message)
{
    return strcmp(message, NO_VALUE) == 0 || strcmp(message, MANY) == 0;
}

/* What is said bare of a value in a start key: [dyl]. */
static bool is_number_or_duplicate(const char *message)
{
    return strstr(message, "umber") || strstr(message, "umeric") || strstr(message, "duplicates") ||
           strstr(message, "digits");
}

/* In each cohort: of the classic one, all operations speak as those that the new framework has not reached. */
ENGINE_TEST(values, in_every_place)
{
    create_tables(engine);
    for (enum wording wording = WORDING_CLASSIC; wording <= WORDING_2026; wording++) {
        wording_set(wording);
        for (size_t p = 0; p < sizeof places / sizeof *places; p++)
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                bool classic = wording == WORDING_CLASSIC,
                     older = classic || places[p].layer == OLDER,
                     envelope = !classic && places[p].layer == ENVELOPE_2026 &&
                                !is_no_value(values[v].current),
                     named =
                         older && strstr(places[p].request, "ExpressionAttributeValues':{':v':%");
                char request[1024], wanted[1024];
                snprintf(request, sizeof request, places[p].request, values[v].value);
                snprintf(wanted, sizeof wanted, "%s%s%s%s%s", envelope ? ENVELOPE : "",
                         named ? "ExpressionAttributeValues contains invalid value: " : "",
                         places[p].before && !is_number_or_duplicate(values[v].current)
                             ? places[p].before
                             : "",
                         older && values[v].older ? values[v].older : values[v].current,
                         named ? " for key :v" : "");
                struct exchange exchange = { places[p].operation, request, wanted };
                check_exchanges(engine, &exchange, 1);
            }
    }
    wording_set(WORDING_CLASSIC);
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

/* Measured on the service on 2026-09-16 for the first five, in the envelope: ExtendDB/extenddb#365. */
ENGINE_TEST(values, long_names)
{
#define TOO_LARGE "Attribute name is too large, must be less than 65536 bytes"
    static const struct {
        const char *operation, *request, *classic, *in_2026;
    } cases[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}", TOO_LARGE,
          ENVELOPE TOO_LARGE },
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'M':{'%s':{'S':'x'}}}}}",
          TOO_LARGE, ENVELOPE TOO_LARGE },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'L':[{'M':{'%s':{'S':'x'}}}]}}}",
          TOO_LARGE, ENVELOPE TOO_LARGE },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET doc = :v',"
          "'ExpressionAttributeValues':{':v':{'M':{'%s':{'S':'x'}}}}}",
          "ExpressionAttributeValues contains invalid value: " TOO_LARGE " for key :v",
          ENVELOPE TOO_LARGE },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET #n = :v',"
          "'ExpressionAttributeNames':{'#n':'%s'},'ExpressionAttributeValues':{':v':{'S':'x'}}}",
          "ExpressionAttributeNames contains invalid value: " TOO_LARGE " for key #n",
          ENVELOPE TOO_LARGE },
        { "BatchWriteItem",
          "{'RequestItems':{'hash':[{'PutRequest':{'Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}}]}}",
          TOO_LARGE, TOO_LARGE },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':{'TableName':'hash','Item':{'pk':{'S':'a'},'%s':{'S':'x'}}}}]}",
          TOO_LARGE, TOO_LARGE },
    };
    create_tables(engine);
    for (enum wording wording = WORDING_CLASSIC; wording <= WORDING_2026; wording++) {
        wording_set(wording);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            for (size_t length = 65535; length <= 65536; length++) {
                char *request = with_name(cases[i].request, length);
                const char *wanted =
                    wording == WORDING_CLASSIC ? cases[i].classic : cases[i].in_2026;
                int status;
                const char *body = call(engine, cases[i].operation, quoted(request), &status).data;
                if (length == 65535)
                    cr_expect_eq(status, 200, "%zu: %.200s", i, body);
                else
                    cr_expect_str_eq(body, body_of(wanted), "%zu: %.200s", i, body);
                free(request);
            }
    }
    wording_set(WORDING_CLASSIC);
}

ENGINE_TEST(values, empty_names)
{
#define EMPTY_NAME "Empty attribute name"
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'':{'S':'x'}}}", EMPTY_NAME,
          ENVELOPE EMPTY_NAME },
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'m':{'M':{'':{'S':'x'}}}}}",
          EMPTY_NAME, ENVELOPE EMPTY_NAME },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'SET #n = "
          ":v','ExpressionAttributeNames':{'#n':''},"
          "'ExpressionAttributeValues':{':v':{'S':'x'}}}",
          "ExpressionAttributeNames contains invalid value: Empty attribute name for key #n",
          ENVELOPE
          "ExpressionAttributeNames contains invalid value: Empty attribute name for key #n" },
    };
    create_tables(engine);
    CHECK_BOTH(engine, exchanges);
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
        { "UpdateItem", SETG("{'N':'1'}"), INVALID WRONG_INDEX_KEY },
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
          CANCELLED(INVALID WRONG_INDEX_KEY) },
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

/* `text` with {} for a list whose leaf is at `level`. */
static char *with_nested(const char *text, unsigned level)
{
    char *value = calloc(1, 16 * level + 16), *whole = NULL;
    for (unsigned i = 1; i < level; i++)
        strcat(value, "{'L':[");
    strcat(value, "{'S':'x'}");
    for (unsigned i = 1; i < level; i++)
        strcat(value, "]}");
    cr_assert_geq(asprintf(&whole, text, value), 0);
    free(value);
    return whole;
}

/*
 * Level 33 is refused where an item gets it; in an expression's values the current layer alone minds it. Sources:
 * facts/fidelity.md section 2; engine/value_json.h.
 */
ENGINE_TEST(values, nesting)
{
#define NESTING                                                                                    \
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "    \
    "beyond supported limit"
#define OF_VALUE "'ExpressionAttributeValues':{':v':%s}"
    static const struct exchange cases[] = {
        { "PutItem", "{'TableName':'hash','Item':{'pk':{'S':'a'},'v':%s}}", NESTING },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'b'}},'ConditionExpression':'a <> :v'," OF_VALUE
          "}",
          "{}", NESTING },
        { "PutItem",
          "{'TableName':'hash','Item':{'pk':{'S':'b'}},'ConditionExpression':'a = :v'," OF_VALUE
          "}",
          UNMET, NESTING },
        { "DeleteItem",
          "{'TableName':'hash','Key':{'pk':{'S':'b'}},'ConditionExpression':'a = :v'," OF_VALUE "}",
          UNMET, NESTING },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'b'}},'UpdateExpression':'SET a = :v'," OF_VALUE
          "}",
          NESTING },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'b'}},'UpdateExpression':"
          "'SET a = if_not_exists(pk, :v)'," OF_VALUE "}",
          "{}", NESTING },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'b'}},'AttributeUpdates':{'a':{'Value':%s}}}",
          NESTING },
        { "Scan", "{'TableName':'hash','FilterExpression':'nothing = :v'," OF_VALUE ",'Limit':1}",
          NULL },
        { "TransactWriteItems",
          "{'TransactItems':[{'ConditionCheck':{'TableName':'hash','Key':{'pk':{'S':'c'}},"
          "'ConditionExpression':'a <> :v'," OF_VALUE "}}]}",
          "{}" },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':{'TableName':'hash','Item':{'pk':{'S':'c'},'v':%s}}}]}",
          NESTING },
    };
    create_tables(engine);
    for (enum wording wording = WORDING_CLASSIC; wording <= WORDING_2026; wording++) {
        wording_set(wording);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            for (unsigned level = 32; level <= 33; level++) {
                char *request = with_nested(cases[i].request, level);
                int status;
                const char *wanted = wording == WORDING_2026 && cases[i].answer_2026
                                         ? cases[i].answer_2026
                                         : cases[i].answer,
                           *body = call(engine, cases[i].operation, quoted(request), &status).data;
                if (level == 33 && wanted)
                    cr_expect_str_eq(body, body_of(wanted), "%zu: %s", i, body);
                else
                    cr_expect(status == 200 || strstr(body, "ConditionalCheckFailed"), "%zu: %s", i,
                              body);
                free(request);
            }
    }
    wording_set(WORDING_CLASSIC);
}
