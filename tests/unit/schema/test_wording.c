/*
 * test_wording.c - the 2026 cohort's wording, and what it leaves alone. Source:
 * facts/operations.md, "How the server words model violations".
 */
#include <criterion/criterion.h>

#include "engine/schema/shapes.h"
#include "engine/schema/wording.h"
#include "tests/unit/schema/schema_test.h"

#define ONE "1 validation error detected: "

static void speak_2026(void)
{
    wording_set(WORDING_2026);
}

static void speak_classic(void)
{
    wording_set(WORDING_CLASSIC);
}

TestSuite(wording, .init = speak_2026, .fini = speak_classic);

static void expect(const struct shape *shape, const char *json, const char *expected)
{
    const char *message = constraints_message(shape, json);
    cr_expect_str_eq(message, expected, "%s: \"%s\" instead of \"%s\"", json, message, expected);
}

Test(wording, classic_is_the_default)
{
    speak_classic();
    cr_expect_eq(wording_get(), WORDING_CLASSIC);
    speak_2026();
    cr_expect_eq(wording_get(), WORDING_2026);
}

Test(wording, the_first_violation_only_and_no_value)
{
    expect(&schema_transact_get_items, "{\"TransactItems\":[]}",
           ONE "Value at 'TransactItems' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1");
    expect(&schema_get_item, "{\"TableName\":\"\"}",
           ONE "Value at 'TableName' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1");
    expect(&schema_put_item, "{\"TableName\":\"abc\",\"ReturnItemCollectionMetrics\":\"x\"}",
           ONE "Value at 'Item' failed to satisfy constraint: Member must not be null");
    expect(&schema_batch_write_item, "{\"RequestItems\":{\"abc\":[]}}",
           ONE "Value at 'RequestItems.abc.member' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1");
    expect(&schema_batch_get_item, "{\"RequestItems\":{\"abc\":{}}}",
           ONE "Value at 'RequestItems.abc.member.Keys' failed to satisfy constraint: Member must "
               "not be null");
    expect(&schema_batch_get_item, "{\"RequestItems\":{}}",
           ONE "Value at 'RequestItems' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1");
}

Test(wording, an_enum_loses_its_place)
{
    expect(&schema_update_item, "{\"TableName\":\"abc\",\"Key\":{},\"ReturnValues\":\"x\"}",
           ONE "Failed to satisfy constraint: Member must satisfy enum value set: "
               "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]");
    expect(&schema_update_item,
           "{\"TableName\":\"abc\",\"Key\":{},\"ReturnValues\":\"UPDATED_NEW\"}", "");
    expect(&schema_update_item,
           "{\"TableName\":\"abc\",\"Key\":{},\"ReturnValues\":\"UPDATE_NEW\"}",
           ONE "Failed to satisfy constraint: Member must satisfy enum value set: "
               "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]");
}

/* Source: nubo-db/dynoxide#127, captured from the service. */
Test(wording, put_item_lists_enums_and_update_item_does_not)
{
#define ENUMS                                                                                      \
    "\"ReturnConsumedCapacity\":\"x\",\"ReturnValues\":\"x\",\"ReturnItemCollectionMetrics\":\"x\"}"
#define NOT_IN "Failed to satisfy constraint: Member must satisfy enum value set: "
    expect(&schema_put_item, "{\"TableName\":\"abc\",\"Item\":{}," ENUMS,
           "3 validation errors detected: " NOT_IN "[INDEXES, TOTAL, NONE]; " NOT_IN
           "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]; " NOT_IN "[SIZE, NONE]");
    expect(&schema_put_item, "{\"TableName\":\"\",\"Item\":{}," ENUMS,
           ONE "Value at 'TableName' failed to satisfy constraint: "
               "Member must have length greater than or equal to 1");
    expect(&schema_put_item, "{\"TableName\":\"abc\"," ENUMS,
           ONE "Value at 'Item' failed to satisfy constraint: Member must not be null");
    expect(&schema_update_item, "{\"TableName\":\"abc\",\"Key\":{}," ENUMS,
           ONE NOT_IN "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]");
}

Test(wording, names_of_tables_stay_classic)
{
    expect(&schema_get_item, "{}",
           ONE "Value null at 'tableName' failed to satisfy constraint: Member must not be null");
    expect(&schema_get_item, "{\"Key\":{},\"TableName\":\"a;\"}",
           ONE "Value 'a;' at 'tableName' failed to satisfy constraint: "
               "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
}

Test(wording, operations_that_are_not_reworded_stay_classic)
{
    expect(&schema_list_tables, "{\"Limit\":0,\"ExclusiveStartTableName\":\"a\"}",
           "2 validation errors detected: Value '0' at 'limit' failed to satisfy constraint: "
           "Member must have value greater than or equal to 1; Value 'a' at "
           "'exclusiveStartTableName' failed to "
           "satisfy constraint: Member must have length greater than or equal to 3");
}
