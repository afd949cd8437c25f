/*
 * test_legacy.c - Expected, filters, KeyConditions and AttributeUpdates: their own errors, and what
 * they make of an item. Sources: dynalite and DynamoDB Local 2.6.1.
 */
#include "tests/unit/expression/expression_test.h"

#define INVALID(what)   "One or more parameter values were invalid: " what
#define ARGUMENTS(name) INVALID("Invalid number of argument(s) for the " name " ComparisonOperator")
#define TYPES(name, type)                                                                          \
    INVALID("ComparisonOperator " name " is not valid for " type " AttributeValue type")
#define SAME INVALID("AttributeValues inside AttributeValueList must be of same type")
#define RANGE                                                                                      \
    "The BETWEEN condition was provided a range where the lower bound is greater than the upper "  \
    "bound"

static const char *const item =
    "{'s':{'S':'axb'},'n':{'N':'5'},'ss':{'SS':['x','y']},'l':{'L':[{'N':'1'}]}}";

/* One element of Expected, for the attribute a. */
static const struct expression_error expected[] = {
    { "{}", INVALID("Value must be provided when Exists is null for Attribute: a") },
    { "{'Exists':true}", INVALID("Value must be provided when Exists is true for Attribute: a") },
    { "{'Exists':false,'Value':{'S':'x'}}",
      INVALID("Value cannot be used when Exists is false for Attribute: a") },
    { "{'AttributeValueList':[{'S':'x'}]}",
      INVALID("AttributeValueList can only be used with a ComparisonOperator for Attribute: a") },
    { "{'Exists':false,'AttributeValueList':[{'S':'x'}]}",
      INVALID("AttributeValueList can only be used with a ComparisonOperator for Attribute: a") },
    { "{'Value':{'S':'x'},'AttributeValueList':[{'S':'x'}]}",
      INVALID("Value and AttributeValueList cannot be used together for Attribute: a") },
    { "{'ComparisonOperator':'EQ','Exists':true,'Value':{'S':'x'}}",
      INVALID("Exists and ComparisonOperator cannot be used together for Attribute: a") },
    { "{'ComparisonOperator':'EQ'}", INVALID("Value or AttributeValueList must be used with "
                                             "ComparisonOperator: EQ for Attribute: a") },
    { "{'ComparisonOperator':'EQ','AttributeValueList':[]}", ARGUMENTS("EQ") },
    { "{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'},{'S':'x'}]}", ARGUMENTS("EQ") },
    { "{'ComparisonOperator':'NULL','Value':{'S':'x'}}", ARGUMENTS("NULL") },
    { "{'ComparisonOperator':'BETWEEN','Value':{'S':'x'}}", ARGUMENTS("BETWEEN") },
    { "{'ComparisonOperator':'IN','AttributeValueList':[]}", ARGUMENTS("IN") },
    { "{'ComparisonOperator':'IN','AttributeValueList':[{'S':'x'},{'N':'1'}]}", SAME },
    { "{'ComparisonOperator':'IN','Value':{'BOOL':true}}", TYPES("IN", "BOOL") },
    { "{'ComparisonOperator':'LT','Value':{'SS':['a']}}", TYPES("LT", "SS") },
    { "{'ComparisonOperator':'BEGINS_WITH','Value':{'N':'1'}}", TYPES("BEGINS_WITH", "N") },
    { "{'ComparisonOperator':'CONTAINS','Value':{'L':[]}}", TYPES("CONTAINS", "L") },
    { "{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'S':'z'},{'S':'x'}]}", RANGE },
    { "{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'S':'z'},{'N':'1'}]}", SAME },
    { "{'ComparisonOperator':'EQ','Value':{'N':'x'}}",
      "The parameter cannot be converted to a numeric value: x" },
    { "{'Value':{'N':'x'}}", "The parameter cannot be converted to a numeric value: x" },
};

Test(legacy, expected_refused)
{
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct request *request = create_request();
        struct condition *condition;
        const char *input =
            arena_printf(&request->arena, "{'Expected':{'a':%s}}", expected[i].expression);
        cr_expect_eq(legacy_expected(request, test_json(request, input), &condition), -1, "%s",
                     input);
        cr_expect_str_eq(request->message ? request->message : "", expected[i].message, "%s",
                         input);
        request_destroy(request);
    }
}

static const struct {
    const char *expected;
    bool met;
} rows[] = {
    { "'Expected':{}", true },
    { "'Expected':{'a':{'Exists':false}}", true },
    { "'Expected':{'s':{'Exists':false}}", false },
    { "'Expected':{'s':{'Value':{'S':'axb'}}}", true },
    { "'Expected':{'s':{'Exists':true,'Value':{'S':'b'}}}", false },
    { "'Expected':{'n':{'ComparisonOperator':'EQ','Value':{'N':'5.0'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'NE','Value':{'N':'5.0'}}}", false },
    { "'Expected':{'a':{'ComparisonOperator':'NE','Value':{'N':'5.0'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'LE','Value':{'N':'5'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'LT','Value':{'N':'5'}}}", false },
    { "'Expected':{'n':{'ComparisonOperator':'GE','Value':{'N':'5'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'GT','Value':{'N':'4'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'GT','Value':{'S':'4'}}}", false },
    { "'Expected':{'n':{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'N':'4'},{'N':'5'}]}"
      "}",
      true },
    { "'Expected':{'n':{'ComparisonOperator':'IN','AttributeValueList':[{'N':'4'},{'N':'5'}]}}",
      true },
    { "'Expected':{'n':{'ComparisonOperator':'NULL'}}", false },
    { "'Expected':{'a':{'ComparisonOperator':'NULL','AttributeValueList':[]}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'NOT_NULL'}}", true },
    { "'Expected':{'s':{'ComparisonOperator':'BEGINS_WITH','Value':{'S':'ax'}}}", true },
    { "'Expected':{'s':{'ComparisonOperator':'CONTAINS','Value':{'S':'x'}}}", true },
    { "'Expected':{'ss':{'ComparisonOperator':'CONTAINS','Value':{'S':'x'}}}", true },
    { "'Expected':{'l':{'ComparisonOperator':'CONTAINS','Value':{'N':'1'}}}", true },
    { "'Expected':{'ss':{'ComparisonOperator':'NOT_CONTAINS','Value':{'S':'x'}}}", false },
    { "'Expected':{'ss':{'ComparisonOperator':'NOT_CONTAINS','Value':{'S':'z'}}}", true },
    { "'Expected':{'n':{'ComparisonOperator':'NOT_CONTAINS','Value':{'S':'z'}}}", true },
    { "'Expected':{'a':{'ComparisonOperator':'NOT_CONTAINS','Value':{'S':'z'}}}", false },
    { "'Expected':{'n':{'Value':{'N':'5'}},'a':{'Exists':false}}", true },
    { "'Expected':{'n':{'Value':{'N':'6'}},'a':{'Exists':false}}", false },
    { "'ConditionalOperator':'OR','Expected':{'n':{'Value':{'N':'6'}},'a':{'Exists':false}}",
      true },
    { "'ConditionalOperator':'OR','Expected':{'n':{'Value':{'N':'6'}},'s':{'Exists':false}}",
      false },
    { "'ConditionalOperator':'OR','Expected':{'a':{'ComparisonOperator':'NOT_CONTAINS','Value':{'S'"
      ":'z'}},"
      "'n':{'Value':{'N':'5'}}}",
      true },
    { "'ConditionalOperator':'AND','Expected':{'n':{'Value':{'N':'5'}},'s':{'Exists':false}}",
      false },
};

Test(legacy, expected_met)
{
    struct request *request = create_request();
    struct map map = test_item(request, item);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct condition *condition;
        const char *input = arena_printf(&request->arena, "{%s}", rows[i].expected);
        cr_assert_eq(legacy_expected(request, test_json(request, input), &condition), 0, "%s: %s",
                     input, request->message);
        cr_expect_eq(condition_met(condition, &map), rows[i].met, "%s", input);
    }
    request_destroy(request);
}

static const struct expression_error operators[] = {
    { "{'ConditionalOperator':'OR'}",
      "ConditionalOperator cannot be used without Filter or Expected" },
    { "{'ConditionalOperator':'OR','ScanFilter':{}}",
      "ConditionalOperator cannot be used without Filter or Expected" },
    { "{'ConditionalOperator':'AND','ScanFilter':{'a':{'ComparisonOperator':'NULL'}}}",
      "ConditionalOperator can only be used when Filter or Expected has two or more elements" },
    { "{'ScanFilter':{'a':{'ComparisonOperator':'EQ'}}}", ARGUMENTS("EQ") },
    { "{'ScanFilter':{'a':{'ComparisonOperator':'LT','AttributeValueList':[{'BOOL':true}]}}}",
      TYPES("LT", "BOOL") },
};

Test(legacy, filter)
{
    struct condition *condition;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        struct request *request = create_request();
        cr_expect_eq(legacy_filter(request, test_json(request, operators[i].expression),
                                   "ScanFilter", &condition),
                     -1, "%s", operators[i].expression);
        cr_expect_str_eq(request->message ? request->message : "", operators[i].message);
        request_destroy(request);
    }
    static const struct key_schema keys = { .partition = { { { "n", 1 }, VALUE_N } },
                                            .partition_count = 1 };
    struct request *request = create_request();
    const char *input = "{'QueryFilter':{'s':{'ComparisonOperator':'NOT_NULL'},"
                        "'n':{'ComparisonOperator':'IN','AttributeValueList':[{'N':'5'}]}}}";
    cr_assert_eq(legacy_filter(request, test_json(request, input), "QueryFilter", &condition), 0);
    struct map map = test_item(request, item);
    cr_assert(condition_met(condition, &map));
    cr_assert_eq(filter_check_keys(request, condition, &keys), -1);
    cr_assert_str_eq(
        request->message,
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: n");
    request_destroy(request);
}

static const struct expression_error key_conditions[] = {
    { "{}", "Conditions can be of length 1 or 2 only" },
    { "{'pk':{'ComparisonOperator':'EQ'}}", ARGUMENTS("EQ") },
    { "{'pk':{'ComparisonOperator':'LT','AttributeValueList':[{'S':'x'}]}}",
      "Query key condition not supported" },
    { "{'pk':{'ComparisonOperator':'IN','AttributeValueList':[{'S':'x'}]}}",
      "Attempted conditional constraint is not an indexable operation" },
    { "{'sk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]}}",
      "Query condition missed key schema element: pk" },
    { "{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]},"
      "'sk':{'ComparisonOperator':'CONTAINS','AttributeValueList':[{'S':'x'}]}}",
      "Attempted conditional constraint is not an indexable operation" },
    { "{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]},"
      "'sk':{'ComparisonOperator':'EQ','AttributeValueList':[{'N':'1'}]}}",
      INVALID("Condition parameter type does not match schema type") },
    { "{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]},"
      "'sk':{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'S':'z'},{'S':'x'}]}}",
      RANGE },
    { "{'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]},"
      "'sk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]},"
      "'zz':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]}}",
      "Conditions can be of length 1 or 2 only" },
};

Test(legacy, key_conditions)
{
    static const struct key_schema keys = { .partition = { { { "pk", 2 }, VALUE_S } },
                                            .sort = { { { "sk", 2 }, VALUE_S } },
                                            .partition_count = 1,
                                            .sort_count = 1 };
    struct key_expression *key;
    struct key_condition condition;
    for (size_t i = 0; i < sizeof key_conditions / sizeof *key_conditions; i++) {
        struct request *request = create_request();
        const char *input =
            arena_printf(&request->arena, "{'KeyConditions':%s}", key_conditions[i].expression);
        cr_expect(legacy_key_conditions(request, test_json(request, input), &key) < 0 ||
                      key_condition_resolve(request, key, &keys, &condition) < 0,
                  "%s", input);
        cr_expect_str_eq(request->message ? request->message : "", key_conditions[i].message, "%s",
                         input);
        request_destroy(request);
    }
    struct request *request = create_request();
    const char *input =
        "{'KeyConditions':{'sk':{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'S':'a'},"
        "{'S':'b'}]},'pk':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'x'}]}}}";
    cr_assert_eq(legacy_key_conditions(request, test_json(request, input), &key), 0);
    cr_assert_eq(key_condition_resolve(request, key, &keys, &condition), 0, "%s", request->message);
    cr_assert_eq(condition.sort_operator, SORT_BETWEEN);
    cr_assert(slice_equal(condition.partition[0]->bytes, slice_of("x")));
    cr_assert(slice_equal(condition.low->bytes, slice_of("a")));
    cr_assert(slice_equal(condition.high->bytes, slice_of("b")));
    request_destroy(request);
}

/* One element of AttributeUpdates, for an attribute of the item; what it becomes, or the error. */
static const struct {
    const char *updates, *wanted, *message;
} updates[] = {
    { "{'n':{}}", NULL,
      INVALID("Only DELETE action is allowed when no attribute value is specified") },
    { "{'n':{'Action':'ADD'}}", NULL,
      INVALID("Only DELETE action is allowed when no attribute value is specified") },
    { "{'n':{'Action':'DELETE','Value':{'N':'1'}}}", NULL,
      INVALID("DELETE action with value is not supported for the type N") },
    { "{'n':{'Action':'ADD','Value':{'S':'1'}}}", NULL,
      INVALID("ADD action is not supported for the type S") },
    { "{'n':{'Action':'ADD','Value':{'SS':['1']}}}", NULL,
      "Type mismatch for attribute to update" },
    { "{'ss':{'Action':'DELETE','Value':{'NS':['1']}}}", NULL,
      "Type mismatch for attribute to update" },
    { "{}", "{'s':{'S':'axb'},'n':{'N':'5'},'ss':{'SS':['x','y']},'l':{'L':[{'N':'1'}]}}", "" },
    { "{'n':{'Value':{'S':'x'}},'s':{'Action':'DELETE'},'l':{'Action':'DELETE'},'ss':{'Action':'"
      "DELETE'}}",
      "{'n':{'S':'x'}}", "" },
    { "{'n':{'Action':'ADD','Value':{'N':'2'}},'s':{'Action':'PUT','Value':{'N':'1'}},'q':{'Action'"
      ":'ADD',"
      "'Value':{'N':'2'}},'l':{'Action':'ADD','Value':{'L':[{'S':'x'}]}},"
      "'ss':{'Action':'DELETE','Value':{'SS':['x']}}}",
      "{'n':{'N':'7'},'s':{'N':'1'},'q':{'N':'2'},'l':{'L':[{'N':'1'},{'S':'x'}]},'ss':{'SS':['y']}"
      "}",
      "" },
    { "{'ss':{'Action':'DELETE','Value':{'SS':['x','y']}},'l':{'Action':'DELETE'},'q':{'Action':'"
      "DELETE',"
      "'Value':{'SS':['x']}}}",
      "{'s':{'S':'axb'},'n':{'N':'5'}}", "" },
};

Test(legacy, attribute_updates)
{
    for (size_t i = 0; i < sizeof updates / sizeof *updates; i++) {
        struct request *request = create_request();
        struct update *update;
        struct map map = test_item(request, item);
        const char *input =
            arena_printf(&request->arena, "{'AttributeUpdates':%s}", updates[i].updates);
        bool done = legacy_attribute_updates(request, test_json(request, input), &update) == 0 &&
                    update_apply(request, update, &map) == 0;
        cr_expect_eq(done, updates[i].wanted != NULL, "%s", input);
        cr_expect_str_eq(request->message ? request->message : "", updates[i].message, "%s", input);
        if (updates[i].wanted) {
            struct map wanted = test_item(request, updates[i].wanted);
            cr_expect_str_eq(map_string(request, &map), map_string(request, &wanted), "%s", input);
        }
        request_destroy(request);
    }
}
