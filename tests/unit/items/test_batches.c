/*
 * test_batches.c - BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems.
 */
#include "items.h"

#include <stdlib.h>

#include "engine/clock.h"

static void create_tables(struct engine *engine)
{
    free(SEND(engine, "CreateTable", JSON({
                  "TableName" : "one",
                  "BillingMode" : "PAY_PER_REQUEST",
                  "AttributeDefinitions" : [ { "AttributeName" : "k", "AttributeType" : "S" } ],
                  "KeySchema" : [ { "AttributeName" : "k", "KeyType" : "HASH" } ]
              })));
    free(SEND(engine, "CreateTable", JSON({
                  "TableName" : "two",
                  "BillingMode" : "PAY_PER_REQUEST",
                  "AttributeDefinitions" : [ { "AttributeName" : "k", "AttributeType" : "N" } ],
                  "KeySchema" : [ { "AttributeName" : "k", "KeyType" : "HASH" } ]
              })));
}

Test(batches, write_then_get)
{
    EACH_BACKEND(engine)
    {
        create_tables(engine);
        EXPECT(
            engine, "BatchWriteItem", JSON({
                "RequestItems" : {
                    "one" : [
                        {
                            "PutRequest" : { "Item" : { "k" : { "S" : "a" }, "v" : { "N" : "1" } } }
                        },
                        { "PutRequest" : { "Item" : { "k" : { "S" : "b" }, "v" : { "N" : "2" } } } }
                    ],
                    "two" : [
                        { "PutRequest" : { "Item" : { "k" : { "N" : "7" } } } },
                        { "DeleteRequest" : { "Key" : { "k" : { "N" : "8" } } } }
                    ]
                },
                "ReturnConsumedCapacity" : "TOTAL"
            }),
            200, JSON({
                "UnprocessedItems" : {},
                "ConsumedCapacity" : [
                    { "TableName" : "one", "CapacityUnits" : 2.0 },
                    { "TableName" : "two", "CapacityUnits" : 2.0 }
                ]
            }));
        EXPECT(engine, "BatchGetItem", JSON({
                   "RequestItems" : {
                       "one" : {
                           "Keys" : [
                               { "k" : { "S" : "b" } }, { "k" : { "S" : "none" } },
                               { "k" : { "S" : "a" } }
                           ],
                           "ProjectionExpression" : "v",
                           "ConsistentRead" : true
                       },
                       "two" : { "Keys" : [ { "k" : { "N" : "7.0" } } ] }
                   },
                   "ReturnConsumedCapacity" : "TOTAL"
               }),
               200, JSON({
                   "Responses" : {
                       "one" : [ { "v" : { "N" : "2" } }, { "v" : { "N" : "1" } } ],
                       "two" : [ { "k" : { "N" : "7" } } ]
                   },
                   "UnprocessedKeys" : {},
                   "ConsumedCapacity" : [
                       { "TableName" : "one", "CapacityUnits" : 3.0 },
                       { "TableName" : "two", "CapacityUnits" : 0.5 }
                   ]
               }));
    }
}

Test(batches, refused_as_a_whole)
{
    EACH_BACKEND(engine)
    {
        create_tables(engine);
        EXPECT(engine, "BatchWriteItem", JSON({
                   "RequestItems" : {
                       "one" : [
                           { "PutRequest" : { "Item" : { "k" : { "S" : "a" } } } },
                           { "PutRequest" : { "Item" : { "k" : { "N" : "1" } } } }
                       ]
                   }
               }),
               400, ERROR_BODY(VALIDATION, "The provided key element does not match the schema"));
        EXPECT(engine, "BatchWriteItem", JSON({
                   "RequestItems" : {
                       "one" : [
                           { "PutRequest" : { "Item" : { "k" : { "S" : "a" } } } },
                           { "DeleteRequest" : { "Key" : { "k" : { "S" : "a" } } } }
                       ]
                   }
               }),
               400, ERROR_BODY(VALIDATION, "Provided list of item keys contains duplicates"));
        EXPECT(engine, "BatchGetItem", JSON({
                   "RequestItems" :
                       { "one" : { "Keys" : [ { "k" : { "S" : "a" } }, { "k" : { "S" : "a" } } ] } }
               }),
               400, ERROR_BODY(VALIDATION, "Provided list of item keys contains duplicates"));
        EXPECT(engine, "BatchGetItem",
               JSON({ "RequestItems" : { "none" : { "Keys" : [ { "k" : { "S" : "a" } } ] } } }),
               400,
               ERROR_BODY(DYNAMODB "ResourceNotFoundException", "Requested resource not found"));
        EXPECT(engine, "Scan", JSON({ "TableName" : "one" }), 200,
               JSON({ "Items" : [], "Count" : 0, "ScannedCount" : 0 }));
    }
}

Test(transactions, all_or_none)
{
    EACH_BACKEND(engine)
    {
        create_tables(engine);
        EXPECT(engine, "TransactWriteItems", JSON({
                   "TransactItems" : [
                       {
                           "Put" : {
                               "TableName" : "one",
                               "Item" : { "k" : { "S" : "a" }, "n" : { "N" : "1" } }
                           }
                       },
                       { "Put" : { "TableName" : "two", "Item" : { "k" : { "N" : "1" } } } }
                   ],
                   "ReturnConsumedCapacity" : "TOTAL"
               }),
               200, JSON({
                   "ConsumedCapacity" : [
                       { "TableName" : "one", "CapacityUnits" : 2.0, "WriteCapacityUnits" : 2.0 },
                       { "TableName" : "two", "CapacityUnits" : 2.0, "WriteCapacityUnits" : 2.0 }
                   ]
               }));
        EXPECT(
            engine, "TransactWriteItems", JSON({
                "TransactItems" : [
                    {
                        "Update" : {
                            "TableName" : "one",
                            "Key" : { "k" : { "S" : "a" } },
                            "UpdateExpression" : "SET n = n + :one",
                            "ExpressionAttributeValues" : { ":one" : { "N" : "1" } }
                        }
                    },
                    {
                        "ConditionCheck" : {
                            "TableName" : "two",
                            "Key" : { "k" : { "N" : "1" } },
                            "ConditionExpression" : "attribute_not_exists(k)",
                            "ReturnValuesOnConditionCheckFailure" : "ALL_OLD"
                        }
                    },
                    {
                        "Delete" : {
                            "TableName" : "two",
                            "Key" : { "k" : { "N" : "2" } },
                            "ConditionExpression" : "attribute_exists(k)"
                        }
                    }
                ]
            }),
            400, JSON({
                "__type" : "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "Message" :
                    "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]",
                "CancellationReasons" : [
                    { "Code" : "None" }, {
                        "Code" : "ConditionalCheckFailed",
                        "Item" : { "k" : { "N" : "1" } },
                        "Message" : "The conditional request failed"
                    },
                    {
                        "Code" : "ConditionalCheckFailed",
                        "Message" : "The conditional request failed"
                    }
                ]
            }));
        EXPECT(engine, "TransactGetItems", JSON({
                   "TransactItems" : [
                       { "Get" : { "TableName" : "one", "Key" : { "k" : { "S" : "a" } } } },
                       { "Get" : { "TableName" : "one", "Key" : { "k" : { "S" : "none" } } } }
                   ],
                   "ReturnConsumedCapacity" : "TOTAL"
               }),
               200, JSON({
                   "Responses" : [ { "Item" : { "k" : { "S" : "a" }, "n" : { "N" : "1" } } }, {} ],
                   "ConsumedCapacity" :
                       [ { "TableName" : "one", "CapacityUnits" : 4.0, "ReadCapacityUnits" : 4.0 } ]
               }));
    }
}

Test(transactions, one_item_once)
{
    EACH_BACKEND(engine)
    {
        create_tables(engine);
        EXPECT(engine, "TransactWriteItems", JSON({
                   "TransactItems" : [
                       { "Put" : { "TableName" : "one", "Item" : { "k" : { "S" : "a" } } } },
                       { "Delete" : { "TableName" : "one", "Key" : { "k" : { "S" : "a" } } } }
                   ]
               }),
               400,
               ERROR_BODY(VALIDATION,
                          "Transaction request cannot include multiple operations on one item"));
    }
}

Test(transactions, tokens)
{
    EACH_BACKEND(engine)
    {
        clock_set(1000000000000);
        create_tables(engine);
        const char *add = JSON({
            "ClientRequestToken" : "token-1",
            "ReturnConsumedCapacity" : "TOTAL",
            "TransactItems" : [ {
                "Update" : {
                    "TableName" : "one",
                    "Key" : { "k" : { "S" : "a" } },
                    "UpdateExpression" : "ADD n :one",
                    "ExpressionAttributeValues" : { ":one" : { "N" : "1" } }
                }
            } ]
        });
        const char *other = JSON({
            "ClientRequestToken" : "token-1",
            "TransactItems" : [ {
                "Update" : {
                    "TableName" : "one",
                    "Key" : { "k" : { "S" : "a" } },
                    "UpdateExpression" : "ADD n :one",
                    "ExpressionAttributeValues" : { ":one" : { "N" : "2" } }
                }
            } ]
        });
        const char *get = JSON({ "TableName" : "one", "Key" : { "k" : { "S" : "a" } } });
        EXPECT(
            engine, "TransactWriteItems", add, 200, JSON({
                "ConsumedCapacity" :
                    [ { "TableName" : "one", "CapacityUnits" : 2.0, "WriteCapacityUnits" : 2.0 } ]
            }));
        EXPECT(engine, "TransactWriteItems", add, 200, JSON({
                   "ConsumedCapacity" :
                       [ { "TableName" : "one", "CapacityUnits" : 2.0, "ReadCapacityUnits" : 2.0 } ]
               }));
        EXPECT(engine, "GetItem", get, 200,
               JSON({ "Item" : { "k" : { "S" : "a" }, "n" : { "N" : "1" } } }));
        free(items_send(engine, "TransactWriteItems", other, 400, __FILE__, __LINE__));
        clock_set(1000000000000 + 10 * 60 * 1000);
        EXPECT(engine, "TransactWriteItems", other, 200, "{}");
        EXPECT(engine, "GetItem", get, 200,
               JSON({ "Item" : { "k" : { "S" : "a" }, "n" : { "N" : "3" } } }));
    }
}
