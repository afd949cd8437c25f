/*
 * test_legacy.c - Expected, ConditionalOperator and AttributeUpdates, met and refused. Texts:
 * dynalite, with which DynamoDB Local 2.6.1 agrees on all of them but the names of types.
 */
#include "tests/unit/conformance/conformance.h"

#include <stdio.h>

#define KEY  "'pk':{'S':'a'}"
#define ITEM "'l':{'L':[{'N':'1'}]},'n':{'N':'5'}," KEY ",'s':{'S':'str'},'t':{'SS':['a','b']}"

ENGINE_TEST(legacy, expected)
{
#define TOGETHER(what, and) INVALID what " and " and " cannot be used together for Attribute: n"
#define ARGUMENTS(name)     INVALID "Invalid number of argument(s) for the " name " ComparisonOperator"
#define WRONG(name, type)                                                                          \
    INVALID "ComparisonOperator " name " is not valid for " type " AttributeValue type"
#define LIST(name, values) "'n':{'ComparisonOperator':'" name "','AttributeValueList':[" values "]}"
#define MET                "{}"
    static const struct {
        const char *expected, *answer;
    } cases[] = {
        { "", MET },
        { "'n':{'Value':{'N':'5.0'}}", MET },
        { "'n':{'Value':{'N':'6'}}", UNMET },
        { "'n':{'Exists':true,'Value':{'N':'5'}}", MET },
        { "'n':{'Exists':false}", UNMET },
        { "'no':{'Exists':false}", MET },
        { "'n':{'Exists':true}",
          INVALID "Value must be provided when Exists is true for Attribute: n" },
        { "'n':{}", INVALID "Value must be provided when Exists is null for Attribute: n" },
        { "'n':{'Exists':false,'Value':{'N':'5'}}",
          INVALID "Value cannot be used when Exists is false for Attribute: n" },
        { "'n':{'ComparisonOperator':'EQ'}", INVALID
          "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: n" },
        { "'n':{'ComparisonOperator':'EQ','Exists':true}",
          TOGETHER("Exists", "ComparisonOperator") },
        { "'n':{'ComparisonOperator':'EQ','Value':{'N':'5'},'AttributeValueList':[{'N':'5'}]}",
          TOGETHER("Value", "AttributeValueList") },
        { "'n':{'AttributeValueList':[{'N':'5'}]}", INVALID
          "AttributeValueList can only be used with a ComparisonOperator for Attribute: n" },
        { "'n':{'ComparisonOperator':'GT','Value':{'N':'4'}}", MET },
        { "'n':{'ComparisonOperator':'NULL'}", UNMET },
        { "'n':{'ComparisonOperator':'NOT_NULL'}", MET },
        { LIST("BETWEEN", "{'N':'4'},{'N':'6'}"), MET },
        { LIST("BETWEEN", "{'N':'4'}"), ARGUMENTS("BETWEEN") },
        { LIST("BETWEEN", "{'N':'9'},{'N':'6'}"),
          "The BETWEEN condition was provided a range where the lower bound is greater than the "
          "upper bound" },
        { LIST("IN", ""), ARGUMENTS("IN") },
        { LIST("IN", "{'N':'5'},{'S':'5'}"),
          INVALID "AttributeValues inside AttributeValueList must be of same type" },
        { LIST("IN", "{'N':'4'},{'N':'5'}"), MET },
        { LIST("NULL", "{'N':'4'}"), ARGUMENTS("NULL") },
        { LIST("LT", "{'BOOL':true}"), WRONG("LT", "BOOL") },
        { LIST("BEGINS_WITH", "{'N':'5'}"), WRONG("BEGINS_WITH", "N") },
        { LIST("CONTAINS", "{'SS':['a']}"), WRONG("CONTAINS", "SS") },
        { "'t':{'ComparisonOperator':'CONTAINS','AttributeValueList':[{'S':'a'}]}", MET },
        { "'s':{'ComparisonOperator':'CONTAINS','AttributeValueList':[{'S':'tr'}]}", MET },
        { "'s':{'ComparisonOperator':'NOT_CONTAINS','AttributeValueList':[{'S':'tr'}]}", UNMET },
        { "'s':{'ComparisonOperator':'BEGINS_WITH','AttributeValueList':[{'S':'st'}]}", MET },
        { "'n':{'Value':{'N':'5'}},'s':{'Value':{'S':'no'}}", UNMET },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char request[512];
        succeed(engine, "PutItem", quoted("{'TableName':'hash','Item':{" ITEM "}}"));
        snprintf(request, sizeof request, "{'TableName':'hash','Item':{" ITEM "},'Expected':{%s}}",
                 cases[i].expected);
        struct exchange put = { "PutItem", request, cases[i].answer };
        check_exchanges(engine, &put, 1);
        char deletion[512];
        snprintf(deletion, sizeof deletion, "{'TableName':'hash','Key':{" KEY "},'Expected':{%s}}",
                 cases[i].expected);
        struct exchange delete = { "DeleteItem", deletion, cases[i].answer };
        check_exchanges(engine, &delete, 1);
    }
}

ENGINE_TEST(legacy, conditional_operator)
{
#define PUT(expected, operator)                                                                    \
    "{'TableName':'hash','Item':{" ITEM "},'Expected':{" expected "},'ConditionalOperator':'"      \
    operator"'}"
#define FIVE "'n':{'Value':{'N':'5'}}"
#define NO   "'s':{'Value':{'S':'no'}}"
    static const struct exchange exchanges[] = {
        { "PutItem", "{'TableName':'hash','Item':{" ITEM "}}", "{}" },
        { "PutItem", PUT(FIVE "," NO, "OR"), "{}" },
        { "PutItem", PUT(FIVE "," NO, "AND"), UNMET },
        { "PutItem", PUT(FIVE, "OR"),
          "ConditionalOperator can only be used when Filter or Expected has two or more elements" },
        { "PutItem", PUT("'n':{'Exists':true}", "OR"),
          INVALID "Value must be provided when Exists is true for Attribute: n" },
        { "PutItem", PUT("", "OR"),
          "ConditionalOperator cannot be used without Filter or Expected" },
        { "PutItem", "{'TableName':'hash','Item':{" ITEM "},'ConditionalOperator':'AND'}",
          "ConditionalOperator cannot be used without Filter or Expected" },
        { "PutItem", PUT(FIVE, "XOR"),
          ENVELOPE "Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must "
                   "satisfy enum value set: "
                   "[OR, AND]" },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

ENGINE_TEST(legacy, attribute_updates)
{
#define NEW(attributes) "{'Attributes':{" attributes "}}"
#define NEEDS           INVALID "Only DELETE action is allowed when no attribute value is specified"
    static const struct {
        const char *updates, *answer; /* UPDATED_NEW */
    } cases[] = {
        { "", "{}" },
        { "'n':{'Value':{'N':'6'}}", NEW("'n':{'N':'6'}") },
        { "'n':{'Value':{'N':'6'},'Action':'PUT'}", NEW("'n':{'N':'6'}") },
        { "'n':{'Value':{'N':'6'},'Action':'ADD'}", NEW("'n':{'N':'11'}") },
        { "'no':{'Value':{'N':'6'},'Action':'ADD'}", NEW("'no':{'N':'6'}") },
        { "'l':{'Value':{'L':[{'N':'2'}]},'Action':'ADD'}",
          NEW("'l':{'L':[{'N':'1'},{'N':'2'}]}") },
        { "'t':{'Value':{'SS':['c']},'Action':'ADD'}", NEW("'t':{'SS':['a','b','c']}") },
        { "'t':{'Value':{'SS':['a']},'Action':'DELETE'}", NEW("'t':{'SS':['b']}") },
        { "'n':{'Action':'DELETE'}", "{}" },
        { "'n':{}", NEEDS },
        { "'n':{'Action':'PUT'}", NEEDS },
        { "'n':{'Action':'ADD'}", NEEDS },
        { "'n':{'Value':{'S':'x'},'Action':'ADD'}",
          INVALID "ADD action is not supported for the type S" },
        { "'n':{'Value':{'M':{}},'Action':'ADD'}",
          INVALID "ADD action is not supported for the type M" },
        { "'n':{'Value':{'N':'1'},'Action':'DELETE'}",
          INVALID "DELETE action with value is not supported for the type N" },
        { "'s':{'Value':{'N':'1'},'Action':'ADD'}", "Type mismatch for attribute to update" },
        { "'':{'Value':{'N':'1'}}", "Empty attribute name" },
        { "'pk':{'Value':{'S':'b'}}",
          INVALID "Cannot update attribute pk. This attribute is part of the key" },
        { "'n':{'Value':{'N':'6'},'Action':'SET'}",
          ENVELOPE "Value 'SET' at 'attributeUpdates.n.member.action' failed to satisfy "
                   "constraint: Member must satisfy enum "
                   "value set: [ADD, DELETE, PUT]" },
    };
    create_tables(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char request[512];
        succeed(engine, "PutItem", quoted("{'TableName':'hash','Item':{" ITEM "}}"));
        snprintf(request, sizeof request,
                 "{'TableName':'hash','Key':{" KEY
                 "},'ReturnValues':'UPDATED_NEW','AttributeUpdates':{%s}}",
                 cases[i].updates);
        struct exchange exchange = { "UpdateItem", request, cases[i].answer };
        check_exchanges(engine, &exchange, 1);
    }
}

#define OF_HASH "'TableName':'hash',"
#define PK_IS_A                                                                                    \
    "'KeyConditions':{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'a'}]}}"

/* No attribute is called "". As DynamoDB Local 2.6.1 has it. */
ENGINE_TEST(legacy, empty_names)
{
#define EMPTY "Empty attribute name"
    static const struct exchange exchanges[] = {
        { "GetItem", "{" OF_HASH "'Key':{" KEY "},'AttributesToGet':['a','']}", EMPTY },
        { "GetItem", "{" OF_HASH "'Key':{" KEY "},'AttributesToGet':['','']}", EMPTY },
        { "GetItem", "{" OF_HASH "'Key':{" KEY "},'AttributesToGet':['a','a','']}",
          INVALID "Duplicate value in attribute name: a" },
        { "BatchGetItem", "{'RequestItems':{'hash':{'Keys':[{" KEY "}],'AttributesToGet':['']}}}",
          EMPTY },
        { "Scan", "{" OF_HASH "'ScanFilter':{'':{'ComparisonOperator':'NULL'}}}", EMPTY },
        { "Query", "{" OF_HASH PK_IS_A ",'QueryFilter':{'':{'ComparisonOperator':'NULL'}}}",
          EMPTY },
        { "Query",
          "{" OF_HASH "'KeyConditions':{'':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':"
          "'a'}]}}}",
          EMPTY },
        { "PutItem", "{" OF_HASH "'Item':{" KEY "},'Expected':{'':{'Exists':false}}}", EMPTY },
        { "DeleteItem", "{" OF_HASH "'Key':{" KEY "},'Expected':{'':{'Exists':false}}}", EMPTY },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}

/* What an operation does not have it does not see: neither does it mix with what it has, nor are
 * there expressions for the names and values of placeholders. */
ENGINE_TEST(legacy, parameters_of_others)
{
#define NAMES_ALONE "ExpressionAttributeNames can only be specified when using expressions"
#define IS_B        "'attribute_exists(b)'"
    static const struct exchange exchanges[] = {
        { "PutItem", "{" OF_HASH "'Item':{" KEY ",'b':{'S':'x'}}}", "{}" },
        { "GetItem",
          "{" OF_HASH "'Key':{" KEY "},'ProjectionExpression':'b','ScanFilter':{},'Expected':{},"
          "'ConditionalOperator':'OR','KeyConditions':{}}",
          "{'Item':{'b':{'S':'x'}}}" },
        { "Scan",
          "{" OF_HASH "'FilterExpression':" IS_B ",'ProjectionExpression':'b','Expected':{},"
          "'AttributeUpdates':{},'QueryFilter':{},'KeyConditions':{}}",
          "{'Items':[{'b':{'S':'x'}}],'Count':1,'ScannedCount':1}" },
        { "Query",
          "{" OF_HASH PK_IS_A ",'AttributesToGet':['b'],'UpdateExpression':'SET b = :v',"
          "'ConditionExpression':'b = :v'}",
          "{'Items':[{'b':{'S':'x'}}],'Count':1,'ScannedCount':1}" },
        { "UpdateItem",
          "{" OF_HASH "'Key':{" KEY "},'UpdateExpression':'REMOVE c','AttributesToGet':['b'],"
          "'QueryFilter':{},'ScanFilter':{},'KeyConditions':{}}",
          "{}" },
        { "DeleteItem",
          "{" OF_HASH "'Key':{" KEY "},'ConditionExpression':" IS_B ",'AttributesToGet':['b'],"
          "'AttributeUpdates':{},'ScanFilter':{}}",
          "{}" },
        { "BatchGetItem",
          "{'RequestItems':{'hash':{'Keys':[{" KEY
          "}],'ProjectionExpression':'b','ScanFilter':{}}}}",
          "{'Responses':{'hash':[]},'UnprocessedKeys':{}}" },
        { "TransactWriteItems",
          "{'TransactItems':[{'Put':{" OF_HASH "'Item':{" KEY
          ",'b':{'S':'x'}},'ConditionExpression':'attribute_not_exists(pk)','Expected':{'b':{"
          "'Exists':true,'Value':{'S':'y'}}}}}]}",
          "{}" },
        { "TransactGetItems",
          "{'TransactItems':[{'Get':{" OF_HASH "'Key':{" KEY
          "},'ProjectionExpression':'b','AttributesToGet':['pk']}}]}",
          "{'Responses':[{'Item':{'b':{'S':'x'}}}]}" },
        { "GetItem",
          "{" OF_HASH "'Key':{" KEY "},'FilterExpression':'#b = "
          ":b','ExpressionAttributeNames':{'#b':'b'}}",
          NAMES_ALONE },
        { "PutItem",
          "{" OF_HASH "'Item':{" KEY "},'FilterExpression':'#b = "
          ":b','ExpressionAttributeNames':{'#b':'b'}}",
          NAMES_ALONE },
    };
    create_tables(engine);
    CHECK(engine, exchanges);
}
