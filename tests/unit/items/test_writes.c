/*
 * test_writes.c - PutItem, GetItem, UpdateItem, DeleteItem: what they change, return and refuse.
 */
#include "items.h"

#include <stdio.h>
#include <stdlib.h>

static void create_table(struct engine *engine)
{
    free(SEND(engine, "CreateTable", JSON({
                  "TableName" : "music",
                  "BillingMode" : "PAY_PER_REQUEST",
                  "AttributeDefinitions" : [
                      { "AttributeName" : "artist", "AttributeType" : "S" },
                      { "AttributeName" : "song", "AttributeType" : "S" }
                  ],
                  "KeySchema" : [
                      { "AttributeName" : "artist", "KeyType" : "HASH" },
                      { "AttributeName" : "song", "KeyType" : "RANGE" }
                  ]
              })));
}

#define KEY "\"Key\": {\"artist\": {\"S\": \"a\"}, \"song\": {\"S\": \"s\"}}"

Test(writes, put_get_delete)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        EXPECT(engine, "GetItem", "{\"TableName\": \"music\", " KEY "}", 200, "{}");
        EXPECT(engine, "PutItem", JSON({
                   "TableName" : "music",
                   "Item" : {
                       "artist" : { "S" : "a" },
                       "song" : { "S" : "s" },
                       "year" : { "N" : "01990.0" },
                       "tags" : { "SS" : [ "y", "x" ] },
                       "raw" : { "B" : "AAE=" },
                       "live" : { "BOOL" : true },
                       "none" : { "NULL" : true },
                       "nested" : { "M" : { "l" : { "L" : [ { "N" : "1" }, { "S" : "" } ] } } }
                   }
               }),
               200, "{}");
        EXPECT(engine, "GetItem",
               "{\"TableName\": \"music\", \"ReturnConsumedCapacity\": \"TOTAL\", " KEY "}", 200,
               JSON({
                   "Item" : {
                       "artist" : { "S" : "a" },
                       "song" : { "S" : "s" },
                       "year" : { "N" : "1990" },
                       "tags" : { "SS" : [ "x", "y" ] },
                       "raw" : { "B" : "AAE=" },
                       "live" : { "BOOL" : true },
                       "none" : { "NULL" : true },
                       "nested" : { "M" : { "l" : { "L" : [ { "N" : "1" }, { "S" : "" } ] } } }
                   },
                   "ConsumedCapacity" : { "TableName" : "music", "CapacityUnits" : 0.5 }
               }));
        EXPECT(engine, "DeleteItem",
               "{\"TableName\": \"music\", \"ReturnValues\": \"ALL_OLD\", " KEY "}", 200, JSON({
                   "Attributes" : {
                       "artist" : { "S" : "a" },
                       "song" : { "S" : "s" },
                       "year" : { "N" : "1990" },
                       "tags" : { "SS" : [ "x", "y" ] },
                       "raw" : { "B" : "AAE=" },
                       "live" : { "BOOL" : true },
                       "none" : { "NULL" : true },
                       "nested" : { "M" : { "l" : { "L" : [ { "N" : "1" }, { "S" : "" } ] } } }
                   }
               }));
        EXPECT(engine, "DeleteItem",
               "{\"TableName\": \"music\", \"ReturnConsumedCapacity\": \"INDEXES\", " KEY "}", 200,
               JSON({
                   "ConsumedCapacity" : {
                       "TableName" : "music",
                       "CapacityUnits" : 1.0,
                       "Table" : { "CapacityUnits" : 1.0 }
                   }
               }));
    }
}

Test(writes, conditions)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        const char *put = JSON({
            "TableName" : "music",
            "Item" : { "artist" : { "S" : "a" }, "song" : { "S" : "s" }, "n" : { "N" : "1" } },
            "ConditionExpression" : "attribute_not_exists(artist)",
            "ReturnValuesOnConditionCheckFailure" : "ALL_OLD"
        });
        EXPECT(engine, "PutItem", put, 200, "{}");
        EXPECT(
            engine, "PutItem", put, 400, JSON({
                "__type" : "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "message" : "The conditional request failed",
                "Item" : { "artist" : { "S" : "a" }, "song" : { "S" : "s" }, "n" : { "N" : "1" } }
            }));
        EXPECT(
            engine, "UpdateItem",
            "{\"TableName\": \"music\", \"UpdateExpression\": \"SET n = n + :one ADD tags :tags\", "
            "\"ConditionExpression\": \"n = :one\", \"ExpressionAttributeValues\": {\":one\": {\"N\": \"1\"}, "
            "\":tags\": {\"SS\": [\"t\"]}}, \"ReturnValues\": \"UPDATED_NEW\", " KEY "}",
            200, JSON({ "Attributes" : { "n" : { "N" : "2" }, "tags" : { "SS" : ["t"] } } }));
        EXPECT(
            engine, "UpdateItem",
            "{\"TableName\": \"music\", \"UpdateExpression\": \"SET n = :one\", "
            "\"ConditionExpression\": \"n = :one\", \"ExpressionAttributeValues\": {\":one\": {\"N\": \"1\"}}, " KEY
            "}",
            400,
            ERROR_BODY(DYNAMODB "ConditionalCheckFailedException",
                       "The conditional request failed"));
    }
}

Test(writes, return_values_of_updates)
{
    static const struct {
        const char *wanted, *attributes;
    } cases[] = {
        { "NONE", "{}" },
        { "ALL_OLD",
          "{\"Attributes\": {\"artist\": {\"S\": \"a\"}, \"song\": {\"S\": \"s\"}, \"n\": {\"N\": \"1\"}}}" },
        { "UPDATED_OLD", "{\"Attributes\": {\"n\": {\"N\": \"1\"}}}" },
        { "ALL_NEW",
          "{\"Attributes\": {\"artist\": {\"S\": \"a\"}, \"song\": {\"S\": \"s\"}, \"n\": {\"N\": \"5\"}, "
          "\"m\": {\"N\": \"5\"}}}" },
        { "UPDATED_NEW", "{\"Attributes\": {\"n\": {\"N\": \"5\"}, \"m\": {\"N\": \"5\"}}}" },
    };
    EACH_BACKEND(engine)
    {
        create_table(engine);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char request[512];
            EXPECT(engine, "PutItem", JSON({
                       "TableName" : "music",
                       "Item" :
                           { "artist" : { "S" : "a" }, "song" : { "S" : "s" }, "n" : { "N" : "1" } }
                   }),
                   200, "{}");
            snprintf(
                request, sizeof request,
                "{\"TableName\": \"music\", \"UpdateExpression\": \"SET n = :v, m = :v\", "
                "\"ExpressionAttributeValues\": {\":v\": {\"N\": \"5\"}}, \"ReturnValues\": \"%s\", " KEY
                "}",
                cases[i].wanted);
            EXPECT(engine, "UpdateItem", request, 200, cases[i].attributes);
        }
    }
}

Test(writes, keys_are_checked)
{
    static const struct {
        const char *operation, *request, *message;
    } cases[] = {
        { "PutItem", JSON({ "TableName" : "music", "Item" : { "artist" : { "S" : "a" } } }),
          "One or more parameter values were invalid: Missing the key song in the item" },
        { "PutItem", JSON({
              "TableName" : "music",
              "Item" : { "artist" : { "N" : "1" }, "song" : { "S" : "s" } }
          }),
          "One or more parameter values were invalid: Type mismatch for key artist expected: S actual: N" },
        { "PutItem", JSON({
              "TableName" : "music",
              "Item" : { "artist" : { "S" : "" }, "song" : { "S" : "s" } }
          }),
          "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
          "string value. Key: artist" },
        { "GetItem", JSON({ "TableName" : "music", "Key" : { "artist" : { "S" : "a" } } }),
          "The provided key element does not match the schema" },
        { "DeleteItem", JSON({
              "TableName" : "music",
              "Key" : { "artist" : { "S" : "a" }, "song" : { "N" : "1" } }
          }),
          "The provided key element does not match the schema" },
        { "UpdateItem", JSON({
              "TableName" : "music",
              "Key" : { "artist" : { "S" : "a" }, "song" : { "S" : "s" } },
              "UpdateExpression" : "SET song = :s",
              "ExpressionAttributeValues" : { ":s" : { "S" : "x" } }
          }),
          "One or more parameter values were invalid: Cannot update attribute song. This attribute is part of the key" },
    };
    EACH_BACKEND(engine)
    {
        create_table(engine);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char body[512];
            snprintf(body, sizeof body, ERROR_BODY(VALIDATION, "%s"), cases[i].message);
            EXPECT(engine, cases[i].operation, cases[i].request, 400, body);
        }
    }
}

Test(writes, no_such_table)
{
    static const char *const operations[] = { "GetItem", "DeleteItem", "UpdateItem" };
    EACH_BACKEND(engine)
    for (size_t i = 0; i < 3; i++)
        EXPECT(engine, operations[i], "{\"TableName\": \"nothing\", " KEY "}", 400,
               ERROR_BODY(DYNAMODB "ResourceNotFoundException", "Requested resource not found"));
}

Test(writes, long_keys)
{
    EACH_BACKEND(engine)
    {
        create_table(engine);
        char long_name[2050], request[5000];
        for (size_t length = 2048; length <= 2049; length++) {
            memset(long_name, 'k', length);
            long_name[length] = '\0';
            snprintf(
                request, sizeof request,
                "{\"TableName\": \"music\", \"Item\": {\"artist\": {\"S\": \"%s\"}, \"song\": {\"S\": \"%.1024s\"}}}",
                long_name, long_name);
            if (length == 2048)
                EXPECT(engine, "PutItem", request, 200, "{}");
            else
                EXPECT(
                    engine, "PutItem", request, 400,
                    ERROR_BODY(
                        VALIDATION,
                        "One or more parameter values were invalid: Size of hashkey has exceeded "
                        "the maximum size limit of2048 bytes"));
        }
        long_name[2048] = '\0';
        snprintf(
            request, sizeof request,
            "{\"TableName\": \"music\", \"Key\": {\"artist\": {\"S\": \"%s\"}, \"song\": {\"S\": \"%.1024s\"}}, "
            "\"ProjectionExpression\": \"x\"}",
            long_name, long_name);
        EXPECT(engine, "GetItem", request, 200, JSON({ "Item" : {} }));
    }
}
