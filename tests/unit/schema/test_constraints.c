/*
 * test_constraints.c - "N validation errors detected" in the classic wording, whole messages.
 * Captures: facts/fidelity.md, facts/operations.md, [dyl], and threads named beside the case.
 */
#include <criterion/criterion.h>

#include "engine/schema/shapes.h"
#include "tests/unit/schema/schema_test.h"

#define ONE                "1 validation error detected: "
#define MUST               "' failed to satisfy constraint: "
#define NAME_PATTERN       "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
#define NOT_NULL           "Member must not be null"
#define CAPACITY           "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
#define COLLECTION_METRICS "Member must satisfy enum value set: [SIZE, NONE]"
#define RETURN_VALUES                                                                              \
    "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"

static void expect(const struct shape *shape, const char *json, const char *expected)
{
    const char *message = constraints_message(shape, json);
    cr_expect_str_eq(message, expected, "%s: \"%s\" instead of \"%s\"", json, message, expected);
}

Test(constraints, nothing_to_say)
{
    expect(&schema_list_tables, "{}", "");
    expect(&schema_list_tables, "{\"Limit\":null,\"ExclusiveStartTableName\":null}", "");
    expect(&schema_put_item, "{\"TableName\":\"abc\",\"Item\":{}}", "");
    expect(&schema_describe_limits, "{\"a\":1}", "");
    expect(&schema_batch_write_item, "{\"RequestItems\":{\"abc\":[{}]}}", "");
}

/* [dyl]'s captures of several violations: members in the service's order. */
Test(constraints, violations_stand_in_the_services_order)
{
    expect(&schema_put_item,
           "{\"TableName\":\"abc;\",\"ReturnValues\":\"hi\",\"ReturnItemCollectionMetrics\":\"hi\","
           "\"ReturnConsumedCapacity\":\"hi\"}",
           "5 validation errors detected: Value 'hi' at 'returnConsumedCapacity" MUST CAPACITY
           "; Value 'abc;' at 'tableName" MUST NAME_PATTERN "; Value null at 'item" MUST NOT_NULL
           "; Value 'hi' at 'returnValues" MUST RETURN_VALUES
           "; Value 'hi' at 'returnItemCollectionMetrics" MUST COLLECTION_METRICS);
    expect(&schema_update_item,
           "{\"TableName\":\"abc;\",\"ReturnValues\":\"hi\",\"ReturnItemCollectionMetrics\":\"hi\","
           "\"ReturnConsumedCapacity\":\"hi\"}",
           "5 validation errors detected: Value 'hi' at 'returnConsumedCapacity" MUST CAPACITY
           "; Value 'abc;' at 'tableName" MUST NAME_PATTERN
           "; Value 'hi' at 'returnItemCollectionMetrics" MUST COLLECTION_METRICS
           "; Value 'hi' at 'returnValues" MUST RETURN_VALUES "; Value null at 'key" MUST NOT_NULL);
    expect(&schema_list_tables, "{\"Limit\":101,\"ExclusiveStartTableName\":\"a;\"}",
           "3 validation errors detected: Value '101' at 'limit" MUST
           "Member must have value less than or equal to 100; Value 'a;' at "
           "'exclusiveStartTableName" MUST NAME_PATTERN
           "; Value 'a;' at 'exclusiveStartTableName" MUST
           "Member must have length greater than or equal to 3");
}

Test(constraints, ten_at_the_most)
{
    const char *message = constraints_message(
        &schema_create_table,
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{},{},{},{},{},{},{}]}");
    cr_expect(strncmp(message,
                      "10 validation errors detected: Value null at "
                      "'attributeDefinitions.1.member.attributeName'",
                      76) == 0,
              "%s", message);
    cr_expect_null(strstr(message, "attributeDefinitions.6."));
}

Test(constraints, table_names_where_data_is)
{
    expect(&schema_get_item, "{\"Key\":{}}", ONE "Value null at 'tableName" MUST NOT_NULL);
    /* nubo-db/dynoxide#11 */
    expect(&schema_get_item, "{\"Key\":{},\"TableName\":\"\"}",
           ONE "Value '' at 'tableName" MUST "Member must have length greater than or equal to 1");
    expect(&schema_get_item, "{\"Key\":{},\"TableName\":\"ab\"}", "");
    expect(&schema_get_item, "{\"Key\":{},\"TableName\":\"a b\"}",
           ONE "Value 'a b' at 'tableName" MUST NAME_PATTERN);
    expect(&schema_get_item,
           "{\"Key\":{},\"TableName\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"}", "");
}

Test(constraints, table_names_where_tables_are_made)
{
    const char *parameter =
        "The parameter 'TableName' is required but was not present in the request";
    expect(&schema_create_table, "{\"BillingMode\":\"x\"}", parameter);
    expect(&schema_describe_table, "{\"TableName\":null}", parameter);
    expect(&schema_update_time_to_live, "{\"TableName\":\"ab\"}",
           "2 validation errors detected: Value 'ab' at 'tableName" MUST
           "Member must have length greater than or equal to 3; "
           "Value null at 'timeToLiveSpecification" MUST NOT_NULL);
    expect(&schema_delete_table, "{\"TableName\":\"ab\"}",
           ONE "Value 'ab' at 'tableName" MUST
               "Member must have length greater than or equal to 3");
    expect(&schema_delete_table, "{\"TableName\":\"a;\"}",
           "2 validation errors detected: Value 'a;' at 'tableName" MUST NAME_PATTERN
           "; Value 'a;' at 'tableName" MUST "Member must have length greater than or equal to 3");
}

/* nubo-db/dynoxide#11 */
Test(constraints, structures_print_as_java_does)
{
    expect(
        &schema_create_table,
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
        "{\"KeyType\":\"RANGE\",\"AttributeName\":\"sk\"},{\"AttributeName\":\"extra\","
        "\"KeyType\":\"RANGE\"}]}",
        ONE "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), "
            "KeySchemaElement(attributeName=sk, keyType=RANGE), "
            "KeySchemaElement(attributeName=extra, keyType=RANGE)]' at 'keySchema" MUST
            "Member must have length less than or equal to 2");
    expect(&schema_create_table,
           "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[]}",
           ONE "Value '[]' at 'keySchema" MUST
               "Member must have length greater than or equal to 1");
    expect(
        &schema_create_table,
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"x\"}]}",
        ONE "Value 'x' at 'keySchema.1.member.keyType" MUST
            "Member must satisfy enum value set: [HASH, RANGE]");
}

Test(constraints, attribute_values_print_as_objects)
{
    const char *json = "{\"RequestItems\":{\"a;\":{\"Keys\":[{\"pk\":{\"S\":\"x\"}}]}}}";
    const char *message = constraints_message(&schema_batch_get_item, json);
    const char *start = ONE
        "Value '{a;=KeysAndAttributes(keys=[{pk=com.amazonaws.dynamodb.v20120810.AttributeValue@";
    const char *end =
        "}], attributesToGet=null, consistentRead=null, projectionExpression=null, "
        "expressionAttributeNames=null)}' at 'requestItems" MUST
        "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
        "Member must have length greater than or equal to 3, " NAME_PATTERN "]";
    cr_expect_eq(strncmp(message, start, strlen(start)), 0, "%s", message);
    cr_expect_str_eq(message + strlen(message) - strlen(end), end);
}

Test(constraints, maps_speak_for_what_they_hold)
{
    const char *sizes =
        "' at 'requestItems" MUST
        "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
        "Member must have length greater than or equal to 1]";
    char expected[1024];
    /* nasa-gcn/gcn.nasa.gov#1042 */
    snprintf(expected, sizeof expected, ONE "Value '{Subscriptions=[]}%s", sizes);
    expect(&schema_batch_write_item, "{\"RequestItems\":{\"Subscriptions\":[]}}", expected);
    snprintf(expected, sizeof expected,
             "3 validation errors detected: Value '{abc=[], "
             "def=[WriteRequest(putRequest=PutRequest(item=null), "
             "deleteRequest=DeleteRequest(key=null))]}%s"
             "; Value null at 'requestItems.def.member.1.member.deleteRequest.key" MUST NOT_NULL
             "; Value null at 'requestItems.def.member.1.member.putRequest.item" MUST NOT_NULL,
             sizes);
    expect(&schema_batch_write_item,
           "{\"RequestItems\":{\"abc\":[],\"def\":[{\"PutRequest\":{},\"DeleteRequest\":{}}]}}",
           expected);
    expect(&schema_batch_get_item, "{\"RequestItems\":{\"abc\":{}}}",
           ONE "Value null at 'requestItems.abc.member.keys" MUST NOT_NULL);
    expect(&schema_batch_get_item, "{\"RequestItems\":{\"abc\":null}}",
           ONE "Value '{abc=null}' at 'requestItems" MUST
               "Map value must satisfy constraint: [Member must not be null]");
    expect(&schema_update_item,
           "{\"TableName\":\"abc\",\"Key\":{},\"Expected\":{\"a\":{\"ComparisonOperator\":\"x\"}}}",
           ONE "Value 'x' at 'expected.a.member.comparisonOperator" MUST
               "Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, "
               "NOT_NULL, NE, "
               "LE, BEGINS_WITH, GE, CONTAINS]");
}

Test(constraints, empty_request_items)
{
    expect(&schema_batch_get_item, "{\"RequestItems\":{}}",
           "The requestItems parameter is required for BatchGetItem");
    expect(&schema_batch_write_item, "{\"RequestItems\":{}}",
           "The requestItems parameter is required for BatchWriteItem");
    expect(&schema_batch_get_item, "{}", ONE "Value null at 'requestItems" MUST NOT_NULL);
    expect(&schema_batch_get_item, "{\"RequestItems\":{},\"ReturnConsumedCapacity\":\"x\"}",
           ONE "Value 'x' at 'returnConsumedCapacity" MUST CAPACITY);
}

Test(constraints, lists)
{
    expect(&schema_transact_get_items, "{\"TransactItems\":[]}",
           ONE "Value '[]' at 'transactItems" MUST
               "Member must have length greater than or equal to 1");
    expect(&schema_transact_write_items, "{\"TransactItems\":[{\"Put\":{\"TableName\":\"abc\"}}]}",
           ONE "Value null at 'transactItems.1.member.put.item" MUST NOT_NULL);
    expect(&schema_transact_write_items, "{\"TransactItems\":[null]}",
           ONE "Value '[null]' at 'transactItems" MUST
               "Member must satisfy constraint: [Member must not be null]");
    expect(&schema_get_item, "{\"TableName\":\"abc\",\"Key\":{},\"AttributesToGet\":[]}",
           ONE "Value '[]' at 'attributesToGet" MUST
               "Member must have length greater than or equal to 1");
    expect(&schema_untag_resource, "{\"ResourceArn\":\"a\",\"TagKeys\":[\"ok\",\"\"]}",
           ONE
           "Value '[ok, ]' at 'tagKeys" MUST
           "Member must satisfy constraint: [Member must have length less than or equal to 128, "
           "Member must have length greater than or equal to 1]");
    /* Nulls among attribute values are for whoever reads the values. */
    expect(&schema_put_item, "{\"TableName\":\"abc\",\"Item\":{\"a\":null,\"b\":{\"L\":[null]}}}",
           "");
}

Test(constraints, numbers)
{
    expect(&schema_query, "{\"TableName\":\"abc\",\"Limit\":0}",
           ONE "Value '0' at 'limit" MUST "Member must have value greater than or equal to 1");
    expect(&schema_query, "{\"TableName\":\"abc\",\"Limit\":0.9}",
           ONE "Value '0' at 'limit" MUST "Member must have value greater than or equal to 1");
    expect(&schema_query, "{\"TableName\":\"abc\",\"Limit\":1e300}", "");
    expect(&schema_query, "{\"TableName\":\"abc\",\"Limit\":-1e300}",
           ONE "Value '-2147483648' at 'limit" MUST
               "Member must have value greater than or equal to 1");
    expect(&schema_scan, "{\"TableName\":\"abc\",\"Segment\":1000000,\"TotalSegments\":1000001}",
           "2 validation errors detected: Value '1000001' at 'totalSegments" MUST
           "Member must have value less than or equal to 1000000; Value '1000000' at 'segment" MUST
           "Member must have value less than or equal to 999999");
    expect(
        &schema_create_table,
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],"
        "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],\"ProvisionedThroughput\":{\"ReadCapacityUnits\":-"
        "9223372036854775808}}",
        "2 validation errors detected: Value null at 'provisionedThroughput.writeCapacityUnits" MUST
            NOT_NULL
        "; Value '-9223372036854775808' at 'provisionedThroughput.readCapacityUnits" MUST
        "Member must have value greater than or equal to 1");
}

/* GSI before LSI: facts/operations.md, "Mixed state". Only the first letter of a member goes to
 * lower case. */
Test(constraints, create_table)
{
    expect(
        &schema_create_table,
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[],"
        "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],\"LocalSecondaryIndexes\":[{\"IndexName\":\"a\",\"KeySchema\":[],"
        "\"Projection\":{}}],"
        "\"GlobalSecondaryIndexes\":[{\"KeySchema\":[],\"Projection\":{\"ProjectionType\":\"x\"}}],"
        "\"SSESpecification\":{\"SSEType\":\"x\"}}",
        "6 validation errors detected: Value null at "
        "'globalSecondaryIndexes.1.member.indexName" MUST NOT_NULL
        "; Value '[]' at 'globalSecondaryIndexes.1.member.keySchema" MUST
        "Member must have length greater than or equal to 1"
        "; Value 'x' at 'globalSecondaryIndexes.1.member.projection.projectionType" MUST
        "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]"
        "; Value 'a' at 'localSecondaryIndexes.1.member.indexName" MUST
        "Member must have length greater than or equal to 3"
        "; Value '[]' at 'localSecondaryIndexes.1.member.keySchema" MUST
        "Member must have length greater than or equal to 1"
        "; Value 'x' at 'sSESpecification.sSEType" MUST
        "Member must satisfy enum value set: [AES256, KMS]");
}

/* Java counts UTF-16 units: 127 emoji are 254, and then there is room for one unit. */
Test(constraints, lengths_are_in_utf16_units)
{
    json_t *value = json_string("");
    char text[4 * 127 + 2 * 2 + 1] = "";
    for (int i = 0; i < 127; i++)
        strcat(text, "\xf0\x9f\x98\x80");
    enum error_code error;
    json_t *input = json_pack("{s:s,s:{s:b,s:o}}", "TableName", "abc", "TimeToLiveSpecification",
                              "Enabled", 1, "AttributeName", value);
    json_string_set(value, strcat(text, "\xc3\xa4"));
    cr_expect_str_eq(message_of(&schema_update_time_to_live, input, &error), "");
    json_string_set(value, strcat(text, "\xc3\xa4"));
    const char *message = message_of(&schema_update_time_to_live, input, &error);
    cr_expect_eq(error, ERROR_VALIDATION);
    cr_expect_not_null(strstr(message, "' at 'timeToLiveSpecification.attributeName" MUST
                                       "Member must have length less than or equal to 255"),
                       "%s", message);
    json_decref(input);
}

/* Names in items have a limit, but in other words: tests/unit/conformance/test_values.c. */
Test(constraints, names_inside_maps)
{
    json_t *inner = json_object(), *name = repeated('n', 65536);
    json_object_set_new(inner, json_string_value(name), json_pack("{s:b}", "BOOL", 1));
    json_t *input =
        json_pack("{s:s,s:{s:{s:[{s:o}]}}}", "TableName", "abc", "Item", "a", "L", "M", inner);
    enum error_code error;
    const char *message = message_of(&schema_put_item, input, &error);
    cr_expect_eq(error, ERROR_NONE, "%s", message);
    json_decref(name);
    json_decref(input);
}
