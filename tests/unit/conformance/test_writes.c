/*
 * test_writes.c - what the write operations return, charge and refuse, alone, in a batch and in a
 * transaction: whole bodies. Sources: facts/fidelity.md sections 3, 4 and 6.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>

#define KEY "'pk':{'S':'a'},'sk':{'S':'b'}"

/* ReturnValues of updates inside documents: only what the paths name. */
ENGINE_TEST(writes, return_values)
{
#define ITEM_REST                                                                                  \
    "'l':{'L':[{'N':'1'},{'N':'2'},{'N':'3'}]},'m':{'M':{'x':{'N':'1'},'y':{'N':'2'}}},'n':{'N':'" \
    "5'}"
#define ITEM ITEM_REST ",'pk':{'S':'a'},'s':{'SS':['a','b']},'sk':{'S':'b'}"
    static const struct {
        const char *update, *values, *old,
            *new; /* UPDATED_OLD and UPDATED_NEW; NULL: no Attributes */
    } cases[] = {
        { "SET n = :v", "':v':{'N':'6'}", "'n':{'N':'5'}", "'n':{'N':'6'}" },
        { "SET m.x = :v", "':v':{'N':'6'}", "'m':{'M':{'x':{'N':'1'}}}",
          "'m':{'M':{'x':{'N':'6'}}}" },
        { "SET m.y = :v, n = :v", "':v':{'N':'6'}", "'m':{'M':{'y':{'N':'2'}}},'n':{'N':'5'}",
          "'m':{'M':{'y':{'N':'6'}}},'n':{'N':'6'}" },
        { "SET l[1] = :v", "':v':{'N':'6'}", "'l':{'L':[{'N':'2'}]}", "'l':{'L':[{'N':'6'}]}" },
        { "SET fresh = :v", "':v':{'N':'6'}", NULL, "'fresh':{'N':'6'}" },
        { "SET m.fresh = :v", "':v':{'N':'6'}", NULL, "'m':{'M':{'fresh':{'N':'6'}}}" },
        { "REMOVE n", NULL, "'n':{'N':'5'}", NULL },
        { "REMOVE nothing", NULL, NULL, NULL },
        { "ADD n :v", "':v':{'N':'1'}", "'n':{'N':'5'}", "'n':{'N':'6'}" },
        { "ADD s :v", "':v':{'SS':['c']}", "'s':{'SS':['a','b']}", "'s':{'SS':['a','b','c']}" },
        { "DELETE s :v", "':v':{'SS':['a','b']}", "'s':{'SS':['a','b']}", NULL },
        { "SET n = n", NULL, "'n':{'N':'5'}", "'n':{'N':'5'}" },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int new = 0; new < 2; new ++) {
            char request[512], wanted[256];
            const char *shown = new ? cases[i].new : cases[i].old;
            succeed(engine, "PutItem", quoted("{'TableName':'pair','Item':{" ITEM "}}"));
            snprintf(request, sizeof request,
                     "{'TableName':'pair','Key':{" KEY
                     "},'UpdateExpression':'%s','ReturnValues':'UPDATED_%s'%s%s%s}",
                     cases[i].update, new ? "NEW" : "OLD",
                     cases[i].values ? ",'ExpressionAttributeValues':{" : "",
                     cases[i].values ? cases[i].values : "", cases[i].values ? "}" : "");
            snprintf(wanted, sizeof wanted, shown ? "{'Attributes':{%s}}" : "{}", shown);
            struct exchange exchange = { "UpdateItem", request, wanted };
            check_exchanges(engine, &exchange, 1);
        }
    static const struct exchange exchanges[] = {
        { "DeleteItem", "{'TableName':'pair','Key':{" KEY "},'ReturnValues':'ALL_OLD'}",
          "{'Attributes':{" ITEM "}}" },
        { "DeleteItem", "{'TableName':'pair','Key':{" KEY "},'ReturnValues':'ALL_OLD'}", "{}" },
        { "PutItem", "{'TableName':'pair','Item':{" KEY "},'ReturnValues':'ALL_OLD'}", "{}" },
        { "PutItem", "{'TableName':'pair','Item':{" KEY "},'ReturnValues':'ALL_OLD'}",
          "{'Attributes':{" KEY "}}" },
        { "PutItem", "{'TableName':'pair','Item':{" KEY "},'ReturnValues':'UPDATED_OLD'}",
          "ReturnValues can only be ALL_OLD or NONE" },
        { "DeleteItem", "{'TableName':'pair','Key':{" KEY "},'ReturnValues':'UPDATED_NEW'}",
          "ReturnValues can only be ALL_OLD or NONE" },
        { "PutItem",
          "{'TableName':'pair','Item':{" KEY "},'ConditionExpression':'attribute_not_exists(pk)',"
          "'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}",
          "{'__type':'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException','Item':"
          "{" KEY "},'message':'The conditional request failed'}" },
        { "PutItem",
          "{'TableName':'pair','Item':{" KEY "},'ConditionExpression':'attribute_not_exists(pk)',"
          "'ReturnValuesOnConditionCheckFailure':'NONE'}",
          UNMET },
        { "UpdateItem",
          "{'TableName':'pair','Key':{'pk':{'S':'no'},'sk':{'S':'no'}},'UpdateExpression':'SET a = "
          ":a',"
          "'ConditionExpression':'attribute_exists(pk)','ExpressionAttributeValues':{':a':{'S':'a'}"
          "},"
          "'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}",
          UNMET },
        { "GetItem", "{'TableName':'pair','Key':{'pk':{'S':'no'},'sk':{'S':'no'}}}", "{}" },
    };
    CHECK(engine, exchanges);
}

/* What one item costs in each index that it enters, leaves, moves in or changes in. */
ENGINE_TEST(writes, capacity_of_indexes)
{
#define UNITS(total, table, rest)                                                                  \
    "{'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':" total                            \
    ",'Table':{'CapacityUnits':" table "}" rest "}}"
#define GLOBAL(units) ",'GlobalSecondaryIndexes':{" units "}"
#define LOCAL(units)  ",'LocalSecondaryIndexes':{" units "}"
#define UNIT(name, n) "'" name "':{'CapacityUnits':" n "}"
#define PUT(rest)     "{'TableName':'indexed','ReturnConsumedCapacity':'INDEXES','Item':{" KEY rest "}}"
    static const struct exchange exchanges[] = {
        { "PutItem", PUT(""), UNITS("1.0", "1.0", "") },
        { "PutItem", PUT(",'g':{'S':'g'}"), UNITS("2.0", "1.0", GLOBAL(UNIT("keys", "1.0"))) },
        { "PutItem", PUT(",'g':{'S':'g'},'h':{'N':'1'}"),
          UNITS("2.0", "1.0", GLOBAL(UNIT("all", "1.0"))) },
        { "PutItem", PUT(",'g':{'S':'g'},'h':{'N':'1'},'x':{'N':'1'}"),
          UNITS("2.0", "1.0", GLOBAL(UNIT("all", "1.0"))) },
        { "PutItem", PUT(",'g':{'S':'g'},'h':{'N':'1'},'x':{'N':'1'}"), UNITS("1.0", "1.0", "") },
        { "PutItem", PUT(",'g':{'S':'g'},'h':{'N':'2'},'x':{'N':'1'}"),
          UNITS("3.0", "1.0", GLOBAL(UNIT("all", "2.0"))) },
        { "PutItem", PUT(",'g':{'S':'i'},'h':{'N':'2'},'x':{'N':'1'}"),
          UNITS("5.0", "1.0", GLOBAL(UNIT("all", "2.0") "," UNIT("keys", "2.0"))) },
        { "PutItem", PUT(",'l':{'S':'l'},'m':{'N':'1'}"),
          UNITS("5.0", "1.0",
                LOCAL(UNIT("l-keys", "1.0") "," UNIT("l-all", "1.0"))
                    GLOBAL(UNIT("all", "1.0") "," UNIT("keys", "1.0"))) },
        { "UpdateItem",
          "{'TableName':'indexed','ReturnConsumedCapacity':'INDEXES','Key':{" KEY
          "},'UpdateExpression':'REMOVE l, m'}",
          UNITS("3.0", "1.0", LOCAL(UNIT("l-keys", "1.0") "," UNIT("l-all", "1.0"))) },
        { "DeleteItem",
          "{'TableName':'indexed','ReturnConsumedCapacity':'INDEXES','Key':{" KEY "}}",
          UNITS("1.0", "1.0", "") },
        { "DeleteItem", "{'TableName':'indexed','ReturnConsumedCapacity':'TOTAL','Key':{" KEY "}}",
          "{'ConsumedCapacity':{'TableName':'indexed','CapacityUnits':1.0}}" },
        { "DeleteItem", "{'TableName':'indexed','ReturnConsumedCapacity':'NONE','Key':{" KEY "}}",
          "{}" },
        { "PutItem",
          "{'TableName':'indexed','ReturnItemCollectionMetrics':'SIZE','Item':{" KEY "}}",
          "{'ItemCollectionMetrics':{'ItemCollectionKey':{'pk':{'S':'a'}},'SizeEstimateRangeGB':[0."
          "0,1.0]}}" },
        { "PutItem", "{'TableName':'pair','ReturnItemCollectionMetrics':'SIZE','Item':{" KEY "}}",
          "{}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* Units by size: of 1 KB written, 4 KB read. The item's other bytes: pk 2 + 1, sk 2 + 1, the name
 * b. */
ENGINE_TEST(writes, capacity_by_size)
{
    static const struct {
        size_t bytes;
        const char *written, *consistent, *eventual, *transacted;
    } cases[] = {
        { 1024, "1.0", "1.0", "0.5", "2.0" }, { 1025, "2.0", "1.0", "0.5", "2.0" },
        { 4096, "4.0", "1.0", "0.5", "2.0" }, { 4097, "5.0", "2.0", "1.0", "4.0" },
        { 8193, "9.0", "3.0", "1.5", "6.0" },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *request, wanted[512];
        cr_assert_geq(asprintf(&request,
                               "{\"TableName\":\"pair\",\"ReturnConsumedCapacity\":\"TOTAL\","
                               "\"Item\":{\"pk\":{\"S\":\"s\"},"
                               "\"sk\":{\"S\":\"%zu\"},\"b\":{\"S\":\"%0*d\"}}}",
                               i, (int)cases[i].bytes - 7, 0),
                      0);
        snprintf(wanted, sizeof wanted,
                 "{'ConsumedCapacity':{'TableName':'pair','CapacityUnits':%s}}", cases[i].written);
        cr_expect_str_eq(call(engine, "PutItem", request, NULL).data, quoted(wanted), "%zu",
                         cases[i].bytes);
        free(request);
        for (int consistent = 0; consistent < 2; consistent++) {
            char get[256];
            snprintf(get, sizeof get,
                     "{'TableName':'pair','ReturnConsumedCapacity':'TOTAL','Key':{'pk':{'S':'s'},'"
                     "sk':{'S':'%zu'}},"
                     "'ProjectionExpression':'nothing','ConsistentRead':%s}",
                     i, consistent ? "true" : "false");
            snprintf(wanted, sizeof wanted,
                     "{'Item':{},'ConsumedCapacity':{'TableName':'pair','CapacityUnits':%s}}",
                     consistent ? cases[i].consistent : cases[i].eventual);
            struct exchange exchange = { "GetItem", get, wanted };
            check_exchanges(engine, &exchange, 1);
        }
        char get[256];
        snprintf(get, sizeof get,
                 "{'ReturnConsumedCapacity':'TOTAL','TransactItems':[{'Get':{'TableName':'pair','"
                 "Key':{'pk':{'S':'s'},'sk':{"
                 "'S':'%zu'}},'ProjectionExpression':'nothing'}}]}",
                 i);
        snprintf(wanted, sizeof wanted,
                 "{'Responses':[{}],'ConsumedCapacity':[{'TableName':'pair','"
                 "CapacityUnits':%s,'ReadCapacityUnits':"
                 "%s}]}",
                 cases[i].transacted, cases[i].transacted);
        struct exchange exchange = { "TransactGetItems", get, wanted };
        check_exchanges(engine, &exchange, 1);
    }
}

/* An ARN is answered as an ARN: AWS API reference, ConsumedCapacity and BatchGetItem. */
ENGINE_TEST(writes, arns)
{
#define ARN  "arn:aws:dynamodb:us-east-1:123456789012:table/pair"
#define ONCE "{'ConsumedCapacity':{'TableName':'" ARN "','CapacityUnits':1.0}}"
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'" ARN "','ReturnConsumedCapacity':'TOTAL','Item':{" KEY "}}",
          ONCE },
        { "UpdateItem", "{'TableName':'" ARN "','ReturnConsumedCapacity':'TOTAL','Key':{" KEY "}}",
          ONCE },
        { "GetItem", "{'TableName':'" ARN "','Key':{" KEY "}}", "{'Item':{" KEY "}}" },
        { "Query",
          "{'TableName':'" ARN
          "','KeyConditionExpression':'pk = :p','ExpressionAttributeValues':{':p':{'S':'a'}},"
          "'Select':'COUNT','ReturnConsumedCapacity':'TOTAL'}",
          "{'Count':1,'ScannedCount':1,'ConsumedCapacity':{'TableName':'" ARN
          "','CapacityUnits':0.5}}" },
        { "BatchGetItem",
          "{'RequestItems':{'" ARN "':{'Keys':[{" KEY "}]}},'ReturnConsumedCapacity':'TOTAL'}",
          "{'Responses':{'" ARN "':[{" KEY
          "}]},'UnprocessedKeys':{},'ConsumedCapacity':[{'TableName':'" ARN
          "','CapacityUnits':0.5}]}" },
        { "BatchWriteItem",
          "{'RequestItems':{'" ARN "':[{'DeleteRequest':{'Key':{" KEY
          "}}}]},'ReturnConsumedCapacity':'TOTAL'}",
          "{'UnprocessedItems':{},'ConsumedCapacity':[{'TableName':'" ARN
          "','CapacityUnits':1.0}]}" },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':{'TableName':'" ARN "','Item':{" KEY
          "}}}],'ReturnConsumedCapacity':'TOTAL'}",
          "{'ConsumedCapacity':[{'TableName':'" ARN
          "','CapacityUnits':2.0,'WriteCapacityUnits':2.0}]}" },
        { "Scan", "{'TableName':'arn:aws:dynamodb:us-east-1:123456789012:table/nothing'}",
          NOT_FOUND },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

ENGINE_TEST(writes, batches)
{
#define MORE                                                                                       \
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "    \
    "supported datatypes"
#define TWICE        "Provided list of item keys contains duplicates"
#define BW(requests) "{'RequestItems':{" requests "}}"
    static const struct exchange exchanges[] = {
        { "BatchWriteItem", "{'RequestItems':{}}",
          "The requestItems parameter is required for BatchWriteItem" },
        { "BatchGetItem", "{'RequestItems':{}}",
          "The requestItems parameter is required for BatchGetItem" },
        { "BatchWriteItem", BW("'pair':[]"),
          ENVELOPE "Value '{pair=[]}' at 'requestItems' failed to satisfy constraint: Map value "
                   "must satisfy constraint: "
                   "[Member must have length less than or equal to 25, Member must have length "
                   "greater than or equal to 1]" },
        { "BatchWriteItem", BW("'pair':[{}]"), MORE },
        { "BatchWriteItem",
          BW("'pair':[{'PutRequest':{'Item':{" KEY "}},'DeleteRequest':{'Key':{" KEY "}}}]"),
          MORE },
        { "BatchWriteItem",
          BW("'pair':[{'PutRequest':{'Item':{" KEY "}}},{'DeleteRequest':{'Key':{" KEY "}}}]"),
          TWICE },
        { "BatchWriteItem", BW("'pair':[{'PutRequest':{'Item':{'pk':{'S':'a'}}}}]"), SCHEMA },
        { "BatchWriteItem", BW("'pair':[{'DeleteRequest':{'Key':{'pk':{'S':'a'}}}}]"), SCHEMA },
        { "BatchWriteItem", BW("'nothing':[{'DeleteRequest':{'Key':{'pk':{'S':'a'}}}}]"),
          NOT_FOUND },
        { "BatchWriteItem",
          "{'RequestItems':{'pair':[{'PutRequest':{'Item':{" KEY
          "}}}],'indexed':[{'PutRequest':{'Item':{" KEY ",'g':{'S':'g'}"
          "}}},{'DeleteRequest':{'Key':{'pk':{'S':'q'},'sk':{'S':'q'}}}}]},'ReturnConsumedCapacity'"
          ":'INDEXES',"
          "'ReturnItemCollectionMetrics':'SIZE'}",
          "{'UnprocessedItems':{},'ItemCollectionMetrics':{'indexed':[{'ItemCollectionKey':{'pk':{'"
          "S':'a'}},"
          "'SizeEstimateRangeGB':[0.0,1.0]},{'ItemCollectionKey':{'pk':{'S':'q'}},'"
          "SizeEstimateRangeGB':[0.0,1.0]}]},"
          "'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':1.0,'Table':{'CapacityUnits':1."
          "0}},{'TableName':'indexed',"
          "'CapacityUnits':3.0,'Table':{'CapacityUnits':2.0},'GlobalSecondaryIndexes':{'keys':{'"
          "CapacityUnits':1.0}}}]}" },
        { "BatchGetItem", BW("'pair':{'Keys':[{" KEY "},{'sk':{'S':'b'},'pk':{'S':'a'}}]}"),
          TWICE },
        { "BatchGetItem",
          BW("'numbers':{'Keys':[{'pk':{'N':'1'},'sk':{'N':'1'}},{'sk':{'N':'1.0'},'pk':{'N':'1e0'}"
             "}]}"),
          TWICE },
        { "BatchGetItem", BW("'pair':{'Keys':[{'pk':{'S':'a'}}]}"), SCHEMA },
        { "BatchGetItem", BW("'pair':{'Keys':[{'pk':{'S':''},'sk':{'S':'b'}}]}"), EMPTY_KEY("pk") },
        { "BatchGetItem",
          "{'RequestItems':{'pair':{'Keys':[{" KEY
          "},{'pk':{'S':'no'},'sk':{'S':'no'}}],'ConsistentRead':true,"
          "'ProjectionExpression':'sk'}},'ReturnConsumedCapacity':'INDEXES'}",
          "{'Responses':{'pair':[{'sk':{'S':'b'}}]},'UnprocessedKeys':{},'ConsumedCapacity':[{'"
          "TableName':'pair',"
          "'CapacityUnits':2.0,'Table':{'CapacityUnits':2.0}}]}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* More than the limit over several tables: AWS API reference. */
ENGINE_TEST(writes, batches_over_tables)
{
    create_tables(engine);
    static char request[16384];
    for (int get = 0; get < 2; get++) {
        strcpy(request, "{'RequestItems':{");
        for (int table = 0; table < 2; table++) {
            char *end = request + strlen(request);
            end += sprintf(end, "%s'%s':%s", table ? "," : "", table ? "indexed" : "pair",
                           get ? "{'Keys':[" : "[");
            for (int i = 0; i < (get ? 51 : 13); i++)
                end += sprintf(end,
                               get ? "%s{'pk':{'S':'a'},'sk':{'S':'%d'}}"
                                   : "%s{'DeleteRequest':{'Key':{'pk':{'S':'a'},'sk':{'S':'%d'}}}}",
                               i ? "," : "", i);
            strcpy(end, get ? "]}" : "]");
        }
        strcat(request, "}}");
        struct exchange exchange = { get ? "BatchGetItem" : "BatchWriteItem", request,
                                     get ? "Too many items requested for the BatchGetItem call"
                                         : "Too many items requested for the BatchWriteItem call" };
        check_exchanges(engine, &exchange, 1);
    }
}

ENGINE_TEST(writes, transactions)
{
#define T(members) "{'TransactItems':[" members "]}"
#define PUT_A      "{'Put':{'TableName':'pair','Item':{" KEY ",'n':{'N':'1'}}}}"
#define DELETE_A   "{'Delete':{'TableName':'pair','Key':{" KEY "}}}"
#define MANY       "Transaction request cannot include multiple operations on one item"
#define REASONS(reasons, codes)                                                                    \
    "{'__type':'com.amazonaws.dynamodb.v20120810#TransactionCanceledException','"                  \
    "CancellationReasons':[" reasons "],'Message':'Transaction cancelled, please refer "           \
    "cancellation reasons for specific reasons [" codes "]'}"
#define CHECK_A(condition, rest)                                                                   \
    "{'ConditionCheck':{'TableName':'pair','Key':{" KEY "},'ConditionExpression':'" condition      \
    "'" rest "}}"
#define FAILED(item)                                                                               \
    "{'Code':'ConditionalCheckFailed'" item ",'Message':'The conditional request failed'}"
    static const struct exchange exchanges[] = {
        { "TransactWriteItems", T(""),
          ENVELOPE "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have "
                   "length greater than or equal to 1" },
        { "TransactWriteItems", T("{}"),
          "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request" },
        { "TransactWriteItems",
          T("{'Put':{'TableName':'pair','Item':{" KEY "}},'Delete':{'TableName':'pair','Key':{" KEY
            "}}}"),
          "TransactItems can only contain one of Check, Put, Update or Delete" },
        { "TransactWriteItems", T(PUT_A "," DELETE_A), MANY },
        { "TransactWriteItems",
          T("{'Put':{'TableName':'numbers','Item':{'pk':{'N':'1'},'sk':{'N':'1'}}}},"
            "{'Delete':{'TableName':'numbers','Key':{'sk':{'N':'1.0'},'pk':{'N':'1e0'}}}}"),
          MANY },
        { "TransactGetItems",
          T("{'Get':{'TableName':'pair','Key':{" KEY "}}},{'Get':{'TableName':'pair','Key':{" KEY
            "}}}"),
          MANY },
        { "TransactWriteItems", T("{'ConditionCheck':{'TableName':'pair','Key':{" KEY "}}}"),
          ENVELOPE "Value null at 'transactItems.1.member.conditionCheck.conditionExpression' "
                   "failed to satisfy constraint: "
                   "Member must not be null" },
        { "TransactWriteItems", T(PUT_A ",{'Delete':{'TableName':'nothing','Key':{" KEY "}}}"),
          NOT_FOUND },
        { "TransactWriteItems", T(PUT_A), "{}" },
        { "TransactWriteItems",
          T(CHECK_A(
              "n = :n",
              ",'ExpressionAttributeValues':{':n':{'N':'2'}},'ReturnValuesOnConditionCheckFailure':"
              "'ALL_OLD'") ",{'Put':{'TableName':'pair','Item':{'pk':{'S':'a'},'sk':{'S':'c'}},'"
                           "ConditionExpression':'attribute_exists(pk)',"
                           "'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}},{'Put':{'TableName':'"
                           "pair','Item':{'pk':{'S':'a'},'sk':{'S':'d'}}}}"),
          REASONS(FAILED(",'Item':{'n':{'N':'1'}," KEY "}") "," FAILED("") ",{'Code':'None'}",
                  "ConditionalCheckFailed, ConditionalCheckFailed, None") },
        { "TransactWriteItems",
          T("{'Update':{'TableName':'pair','Key':{" KEY
            "},'UpdateExpression':'SET z.z = :n','ExpressionAttributeValues':{':n':{"
            "'N':'2'}}}}"),
          REASONS("{'Code':'ValidationError','Message':'The document path provided in the update "
                  "expression is invalid for "
                  "update'}",
                  "ValidationError") },
        { "TransactWriteItems",
          T("{'Update':{'TableName':'pair','Key':{" KEY
            "},'UpdateExpression':'SET pk = :n','ExpressionAttributeValues':{':n':{"
            "'S':'2'}}}}"),
          REASONS("{'Code':'ValidationError','Message':'" INVALID
                  "Cannot update attribute pk. This attribute is part of the "
                  "key'}",
                  "ValidationError") },
        { "TransactWriteItems", T(CHECK_A("n =", "")),
          "Invalid ConditionExpression: Syntax error; token: \\\"<EOF>\\\", near: \\\"=\\\"" },
        { "TransactWriteItems",
          "{'ClientRequestToken':'t','ReturnConsumedCapacity':'TOTAL','TransactItems':[" PUT_A "]}",
          "{'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':2.0,'WriteCapacityUnits':2.0}]"
          "}" },
        { "TransactWriteItems",
          "{'ClientRequestToken':'t','ReturnConsumedCapacity':'TOTAL','TransactItems':[" PUT_A "]}",
          "{'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':2.0,'ReadCapacityUnits':2.0}]"
          "}" },
        { "TransactWriteItems", "{'ClientRequestToken':'t','TransactItems':[" DELETE_A "]}",
          "{'__type':'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException'}" },
        { "TransactWriteItems",
          "{'ReturnConsumedCapacity':'INDEXES','TransactItems':[{'Put':{'TableName':'indexed','"
          "Item':{" KEY ",'g':{'S':'g'}}}}," CHECK_A("attribute_exists(pk)", "") "]}",
          "{'ConsumedCapacity':[{'TableName':'indexed','CapacityUnits':3.0,'WriteCapacityUnits':3."
          "0,'Table':{'CapacityUnits':2.0,"
          "'WriteCapacityUnits':2.0},'GlobalSecondaryIndexes':{'keys':{'CapacityUnits':1.0,'"
          "WriteCapacityUnits':1.0}}},{"
          "'TableName':'pair','CapacityUnits':2.0,'WriteCapacityUnits':2.0,'Table':{'CapacityUnits'"
          ":2.0,'WriteCapacityUnits':2.0"
          "}}]}" },
        { "TransactGetItems",
          "{'ReturnConsumedCapacity':'INDEXES','TransactItems':[{'Get':{'TableName':'pair','Key':{'"
          "pk':{'S':'no'},'sk':{'S':'no'}"
          "}}}]}",
          "{'Responses':[{}],'ConsumedCapacity':[{'TableName':'pair','CapacityUnits':2.0,'"
          "ReadCapacityUnits':2.0,'Table':{"
          "'CapacityUnits':2.0,'ReadCapacityUnits':2.0}}]}" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* Seen on the service: scylladb/scylladb#5862. */
ENGINE_TEST(writes, what_only_deletes_makes_no_item)
{
    create_tables(engine);
    static const struct exchange exchanges[] = {
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'AttributeUpdates':{'x':{'Action':'DELETE'}},"
          "'ReturnValues':'ALL_NEW','ReturnConsumedCapacity':'TOTAL'}",
          "{'ConsumedCapacity':{'TableName':'hash','CapacityUnits':1.0}}" },
        { "GetItem", "{'TableName':'hash','Key':{'pk':{'S':'a'}}}", "{}" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'REMOVE x',"
          "'ReturnValues':'ALL_NEW'}",
          "{}" },
        { "GetItem", "{'TableName':'hash','Key':{'pk':{'S':'a'}}}", "{}" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'UpdateExpression':'REMOVE x.y, z[0]'}",
          "{}" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'a'}},'AttributeUpdates':{},"
          "'ReturnValues':'ALL_NEW'}",
          "{'Attributes':{'pk':{'S':'a'}}}" },
        { "UpdateItem",
          "{'TableName':'hash','Key':{'pk':{'S':'b'}},'UpdateExpression':'REMOVE x SET y = :y',"
          "'ExpressionAttributeValues':{':y':{'S':'v'}},'ReturnValues':'ALL_NEW'}",
          "{'Attributes':{'pk':{'S':'b'},'y':{'S':'v'}}}" },
    };
    CHECK(engine, exchanges);
}
