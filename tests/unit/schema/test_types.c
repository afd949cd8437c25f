/*
 * test_types.c - SerializationExceptions, one text for each kind of mismatch. Texts:
 * facts/fidelity.md section 1, [dyl].
 */
#include <criterion/criterion.h>

#include "engine/schema/shapes.h"
#include "tests/unit/schema/schema_test.h"

#define MAP_OF_VALUES                                                                              \
    "Unrecognized collection type java.util.Map<java.lang.String, "                                \
    "com.amazonaws.dynamodb.v20120810.AttributeValue>"
#define CAST                                                                                       \
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class "  \
    "java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "           \
    "java.lang.Class are in module java.base of loader 'bootstrap')"
#define NO_STRUCTURE "Start of structure or map found where not expected"

struct type_case {
    const struct shape *shape;
    const char *json;
    const char *message; /* "" : none */
};

static const struct type_case cases[] = {
    { &schema_put_item, "{}", "" },
    { &schema_put_item, "{\"Unknown\":[1,{\"a\":true}]}", "" },
    { &schema_put_item, "{\"TableName\":null,\"Item\":null,\"Expected\":{\"a\":null}}", "" },
    { &schema_put_item, "{\"TableName\":23}", "NUMBER_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"TableName\":23.5}", "DECIMAL_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"TableName\":true}", "TRUE_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"TableName\":false}", "FALSE_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"TableName\":[]}",
      "Unrecognized collection type class java.lang.String" },
    { &schema_put_item, "{\"TableName\":{}}", NO_STRUCTURE },

    { &schema_query, "{\"Limit\":\"5\"}", "STRING_VALUE cannot be converted to Integer" },
    { &schema_query, "{\"Limit\":true}", "TRUE_VALUE cannot be converted to Integer" },
    { &schema_query, "{\"Limit\":[]}", "Unrecognized collection type class java.lang.Integer" },
    { &schema_query, "{\"Limit\":{}}", NO_STRUCTURE },
    { &schema_query, "{\"Limit\":1.5}", "" },
    { &schema_query, "{\"Limit\":-9223372036854775808}", "" },
    { &schema_create_table, "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":\"1\"}}",
      "STRING_VALUE cannot be converted to Long" },
    { &schema_create_table, "{\"ProvisionedThroughput\":{\"ReadCapacityUnits\":[]}}",
      "Unrecognized collection type class java.lang.Long" },

    { &schema_get_item, "{\"ConsistentRead\":1}", "NUMBER_VALUE cannot be converted to Boolean" },
    { &schema_get_item, "{\"ConsistentRead\":1.5}",
      "DECIMAL_VALUE cannot be converted to Boolean" },
    { &schema_get_item, "{\"ConsistentRead\":\"maybe\"}", "Unexpected token received from parser" },
    { &schema_get_item, "{\"ConsistentRead\":\"Yes\"}", "" },
    { &schema_get_item, "{\"ConsistentRead\":[]}",
      "Unrecognized collection type class java.lang.Boolean" },
    { &schema_get_item, "{\"ConsistentRead\":{}}", NO_STRUCTURE },

    { &schema_get_item, "{\"AttributesToGet\":\"a\"}", "Unexpected field type" },
    { &schema_get_item, "{\"AttributesToGet\":1}", "Unexpected field type" },
    { &schema_get_item, "{\"AttributesToGet\":{}}", NO_STRUCTURE },
    { &schema_get_item, "{\"AttributesToGet\":[1]}", "NUMBER_VALUE cannot be converted to String" },
    { &schema_get_item, "{\"AttributesToGet\":[null]}", "" },

    { &schema_get_item, "{\"Key\":\"a\"}", "Unexpected field type" },
    { &schema_get_item, "{\"Key\":[]}", MAP_OF_VALUES },
    { &schema_get_item, "{\"ExpressionAttributeNames\":[]}",
      "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>" },
    { &schema_batch_write_item, "{\"RequestItems\":[]}",
      "Unrecognized collection type java.util.Map<java.lang.String, "
      "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>>" },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":1}}", CAST },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":{}}}", NO_STRUCTURE },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":[1]}}",
      "Unexpected value type in payload" },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":[[]]}}",
      "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.WriteRequest" },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":[{\"PutRequest\":1}]}}",
      "Unexpected field type" },
    { &schema_batch_write_item, "{\"RequestItems\":{\"a\":[{\"PutRequest\":[]}]}}",
      "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.PutRequest" },
    { &schema_batch_get_item, "{\"RequestItems\":{\"a\":{\"Keys\":[\"x\"]}}}", CAST },
    { &schema_batch_get_item, "{\"RequestItems\":{\"a\":{\"Keys\":[[]]}}}", MAP_OF_VALUES },

    { &schema_put_item, "{\"Item\":{\"a\":\"x\"}}", "Unexpected value type in payload" },
    { &schema_put_item, "{\"Item\":{\"a\":[]}}",
      "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue" },
    { &schema_put_item, "{\"Expected\":{\"a\":{\"Value\":1}}}", "Unexpected field type" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"S\":1}}}",
      "NUMBER_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"N\":1}}}",
      "NUMBER_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"BOOL\":\"x\"}}}",
      "Unexpected token received from parser" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"BOOL\":\"true\"}}}", "" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"NULL\":1}}}",
      "NUMBER_VALUE cannot be converted to Boolean" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"SS\":\"x\"}}}", "Unexpected field type" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"SS\":[1]}}}",
      "NUMBER_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"L\":{}}}}", NO_STRUCTURE },
    { &schema_put_item, "{\"Item\":{\"a\":{\"L\":[\"x\"]}}}", "Unexpected value type in payload" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"M\":[]}}}", MAP_OF_VALUES },
    { &schema_put_item, "{\"Item\":{\"a\":{\"M\":{\"b\":{\"L\":[{\"N\":true}]}}}}}",
      "TRUE_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"Unknown\":1}}}", "" },

    { &schema_put_item, "{\"Item\":{\"a\":{\"B\":true}}}",
      "only base-64-encoded strings are convertible to bytes" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"B\":[]}}}",
      "Unrecognized collection type class java.nio.ByteBuffer" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"B\":{}}}}", NO_STRUCTURE },
    { &schema_put_item, "{\"Item\":{\"a\":{\"B\":\"abcde\"}}}",
      "Base64 encoded length is expected a multiple of 4 bytes but found: 5" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"BS\":[\"AA==\",\"AB==\"]}}}",
      "Invalid last non-pad Base64 character dectected" },
    { &schema_put_item, "{\"Item\":{\"a\":{\"B\":\"\"},\"b\":{\"BS\":[\"AA==\"]}}}", "" },

    { &schema_export_table_to_point_in_time, "{\"ExportTime\":1.5}", "" },
    { &schema_export_table_to_point_in_time, "{\"ExportTime\":[]}",
      "Unrecognized collection type class java.util.Date" },

    /* The first in the body, not in the shape. */
    { &schema_put_item, "{\"Item\":{\"a\":{\"N\":1}},\"ReturnConsumedCapacity\":[]}",
      "NUMBER_VALUE cannot be converted to String" },
    { &schema_put_item, "{\"ReturnConsumedCapacity\":[],\"Item\":{\"a\":{\"N\":1}}}",
      "Unrecognized collection type class java.lang.String" },
};

Test(types, each_mismatch_has_its_text)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *message = types_message(cases[i].shape, cases[i].json);
        cr_expect_str_eq(message, cases[i].message, "%s: \"%s\" instead of \"%s\"", cases[i].json,
                         message, cases[i].message);
    }
}

/* Deeper than any operation takes: values of 1,000 levels are walked without recursion. */
Test(types, depth_is_no_matter_of_the_stack)
{
    json_t *value = json_pack("{s:i}", "S", 1);
    for (int level = 0; level < 1000; level++)
        value =
            level % 2 ? json_pack("{s:[o]}", "L", value) : json_pack("{s:{s:o}}", "M", "a", value);
    json_t *input = json_pack("{s:{s:o}}", "Item", "a", value);
    struct request *request = new_request(input);
    cr_assert_eq(setjmp(request->exhausted), 0);
    cr_assert_eq(schema_check_types(request, &schema_put_item, input), -1);
    cr_expect_str_eq(request->message, "NUMBER_VALUE cannot be converted to String");
    request_destroy(request);
}

Test(types, booleans_have_spellings)
{
    static const struct {
        const char *json;
        bool value;
    } spellings[] = {
        { "true", true },   { "\"TRUE\"", true }, { "\"yes\"", true }, { "\"1\"", true },
        { "false", false }, { "\"No\"", false },  { "\"0\"", false },  { "\"false\"", false },
        { "\"x\"", false }, { "1", false },
    };
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        json_t *json = json_loads(spellings[i].json, JSON_DECODE_ANY, NULL);
        cr_expect_eq(schema_boolean(json), spellings[i].value, "%s", spellings[i].json);
        json_decref(json);
    }
}
