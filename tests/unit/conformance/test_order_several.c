/*
 * test_order_several.c - which check wins when two fail, for batches and transactions: see ladder.h.
 */
#include "tests/unit/conformance/ladder.h"

/* Of members of a transaction: all contents, then all tables, then keys, which are each member's
 * own. */
ENGINE_TEST(order, transactions)
{
#define DELETE(table, key, rest)                                                                   \
    "{'Delete':{'TableName':'" table "','Key':{'pk':{" key "}}" rest "}}"
#define MEMBERS(first, second) "{'TransactItems':[" first "," second "]}"
#define BROKEN                 ",'ConditionExpression':'a ='"
#define REASONS(message)                                                                           \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[{'Code':'None'"                                                         \
    "},{'Code':'ValidationError','Message':'" message                                              \
    "'}],'Message':'Transaction cancelled, please refer "                                          \
    "cancellation reasons for specific reasons [None, ValidationError]'}"
    static const struct exchange exchanges[] = {
        { "TransactWriteItems",
          MEMBERS(DELETE("nothing", "'S':'a'", ""), DELETE("hash", "'S':'a'", BROKEN)),
          SYNTAX("Condition", "=") },
        { "TransactWriteItems",
          MEMBERS(DELETE("nothing", "'S':'a'", ""), DELETE("hash", "'N':'x'", "")), NOT_NUMERIC },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'N':'1'", ""), DELETE("nothing", "'S':'a'", "")), NOT_FOUND },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'N':'1'", ""), DELETE("hash", "'S':''", "")), EMPTY_KEY("pk") },
        { "TransactWriteItems",
          MEMBERS(DELETE("hash", "'S':'a'", ",'ConditionExpression':'attribute_exists(pk)'"),
                  DELETE("hash", "'N':'1'", "")),
          REASONS(SCHEMA) },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

#define DUPLICATES "Provided list of item keys contains duplicates"

/* Faults of two members of one request, each the first's, then the second's. */
ENGINE_TEST(order, batch_get)
{
    static const struct fault faults[] = {
        { "{'RequestItems':{'pair':{'ConsistentRead':'maybe'}}}",
          "SerializationException: Unexpected token received from parser" },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'RequestItems':{'pair':{'AttributesToGet':['a']}}}",
          MIXED("AttributesToGet", "ProjectionExpression") },
        { "{'RequestItems':{'pair':{'ExpressionAttributeNames':{'n':'a'}}}}", WRONG_NAME },
        { "{'RequestItems':{'pair':{'ProjectionExpression':'a,'}}}", SYNTAX("Projection", ",") },
        { "{'RequestItems':{'pair':{'ExpressionAttributeNames':{'#zz':'a'}}}}",
          "Value provided in ExpressionAttributeNames unused in expressions: keys: {#zz}" },
        { "{'RequestItems':{'pair':{'Keys':{'0':{'pk':{'S':null,'N':'x'}}}}}}", NOT_NUMERIC },
        { "{'RequestItems':{'pair':{'Keys':{'2':{'pk':{'S':'a'},'sk':{'S':'c'}}}}}}", DUPLICATES,
          .hides = 1 },
        { "{'RequestItems':{'nothing':{'Keys':[{'pk':{'S':'a'}}]}}}", NOT_FOUND },
        { "{'RequestItems':{'pair':{'Keys':{'0':{'z':{'S':'a'}}}}}}", SCHEMA },
        { "{'RequestItems':{'pair':{'Keys':{'1':{'pk':{'S':''}}}}}}", EMPTY_KEY("pk"), .hides = 1 },
    };
    create_tables(engine);
    LADDER(engine, "BatchGetItem",
           "{'RequestItems':{'pair':{'Keys':[{'pk':{'S':'a'},'sk':{'S':'b'}},{'pk':{'S':'a'},'sk':{"
           "'S':'c'}}],'ProjectionExpression':'a'}}}",
           faults);
}

ENGINE_TEST(order, batch_write)
{
    static const struct fault faults[] = {
        { "{'RequestItems':{'pair':{'0':{'PutRequest':{'Item':{'b':{'B':1}}}}}}}",
          "SerializationException: only base-64-encoded strings are convertible to bytes" },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'RequestItems':{'pair':{'0':{'PutRequest':{'Item':{'a':{}}}}}}}", NO_VALUE },
        { "{'RequestItems':{'pair':{'0':{'PutRequest':{'Item':{'z':{'S':'@'}}}}}}}",
          "Item size has exceeded the maximum allowed size" },
        { "{'RequestItems':{'pair':{'1':{'DeleteRequest':{'Key':{'a':{'N':'x'}}}}}}}",
          NOT_NUMERIC },
        { "{'RequestItems':{'nothing':[{'PutRequest':{'Item':{'pk':{'S':'a'}}}}]}}", NOT_FOUND },
        { "{'RequestItems':{'pair':{'0':{'PutRequest':{'Item':{'sk':null}}}}}}", SCHEMA,
          .hides = 1 },
        { "{'RequestItems':{'pair':{'1':{'DeleteRequest':{'Key':{'pk':{'S':''}}}}}}}",
          EMPTY_KEY("pk"), .hides = 2 },
        { "{'RequestItems':{'pair':{'2':{'DeleteRequest':{'Key':{'pk':{'S':'a'},'sk':{'S':'c'}}}}}}"
          "}",
          DUPLICATES, .hides = 3 },
    };
    create_tables(engine);
    LADDER(engine, "BatchWriteItem",
           "{'RequestItems':{'pair':[{'PutRequest':{'Item':{'pk':{'S':'a'},'sk':{'S':'b'}}}},{"
           "'DeleteRequest':{'Key':{'pk':{'S':'a'},'sk':{'S':'c'}}}}]}}",
           faults);
}

#define CANCELLED(first, second, of_first, of_second)                                              \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[{'Code':'" first "'" of_first "},{'Code':'" second "'" of_second        \
    "}],'Message':'Transaction cancelled, please refer cancellation reasons for specific reasons " \
    "[" first ", " second "]'}"
#define SAYS(message) ",'Message':'" message "'"

ENGINE_TEST(order, transact_write)
{
    static const struct fault faults[] = {
        { "{'ClientRequestToken':1}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'TransactItems':{'0':{'Put':{'Item':{'a':{}}}}}}", NO_VALUE },
        { "{'TransactItems':{'0':{'Put':{'Item':{'big':{'S':'@'}}}}}}",
          "Item size has exceeded the maximum allowed size" },
        { "{'TransactItems':{'0':{'Put':{'ConditionExpression':'a ='}}}}",
          SYNTAX("Condition", "=") },
        { "{'TransactItems':{'1':{'Update':{'Key':{'pk':{'S':null,'N':'x'}}}}}}", NOT_NUMERIC },
        { "{'TransactItems':{'1':{'Update':{'UpdateExpression':'SET u'}}}}",
          SYNTAX("Update", "u") },
        { "{'TransactItems':{'1':{'Update':{'ConditionExpression':'a ='}}}}",
          SYNTAX("Condition", "=") },
        { "{'TransactItems':{'0':{'Put':{'TableName':'nothing'}}}}", NOT_FOUND },
        { "{'TransactItems':{'1':{'Update':{'Key':{'pk':{'S':''}}}}}}", EMPTY_KEY("pk"),
          .hides = 2 },
        { "{'TransactItems':{'2':{'Delete':{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'c'}}}}}}",
          "Transaction request cannot include multiple operations on one item", .hides = 2 },
        { "{'TransactItems':{'0':{'Put':{'Item':{'sk':null}}}}}",
          CANCELLED(
              "ValidationError", "None",
              SAYS("One or more parameter values were invalid: Missing the key sk in the item"),
              ""),
          .hides = 1 },
        { "{'TransactItems':{'0':{'Put':{'ConditionExpression':'attribute_exists(pk)'}}}}",
          CANCELLED("ConditionalCheckFailed", "None", SAYS("The conditional request failed"), ""),
          .hides = 1 },
    };
    create_tables(engine);
    LADDER(engine, "TransactWriteItems",
           "{'TransactItems':[{'Put':{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'b'}}}},{"
           "'Update':{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'c'}},'UpdateExpression':"
           "'REMOVE u'}}]}",
           faults);
}

ENGINE_TEST(order, transact_get)
{
    static const struct fault faults[] = {
        { "{'TransactItems':{'0':{'Get':{'ProjectionExpression':1}}}}", WRONG_TYPE },
        { "{'ReturnConsumedCapacity':'hi'}", WRONG_CAPACITY, WRONG_CAPACITY_2026 },
        { "{'TransactItems':{'0':{'Get':{'Key':{'pk':{'S':null,'N':'x'}}}}}}", NOT_NUMERIC },
        { "{'TransactItems':{'1':{'Get':{'ProjectionExpression':'a,'}}}}",
          SYNTAX("Projection", ",") },
        { "{'TransactItems':{'0':{'Get':{'TableName':'nothing'}}}}", NOT_FOUND },
        { "{'TransactItems':{'1':{'Get':{'Key':{'pk':{'S':''}}}}}}", EMPTY_KEY("pk"), .hides = 2 },
        { "{'TransactItems':{'2':{'Get':{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}}}}}}",
          "Transaction request cannot include multiple operations on one item" },
        { "{'TransactItems':{'1':{'Get':{'Key':{'z':{'S':'a'}}}}}}",
          CANCELLED("None", "ValidationError", "", SAYS(SCHEMA)) },
    };
    create_tables(engine);
    LADDER(engine, "TransactGetItems",
           "{'TransactItems':[{'Get':{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'b'}}}},{"
           "'Get':{'TableName':'pair','Key':{'pk':{'S':'a'},'sk':{'S':'c'}}}}]}",
           faults);
}
