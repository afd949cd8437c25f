/*
 * test_key_condition.c - KeyConditionExpression: what it may say, and what it asks of a key schema.
 * Sources: facts/fidelity.md section 5 ("Query"), DynamoDB Local 2.6.1 for the order.
 */
#include "tests/unit/expression/expression_test.h"

#define KEY(text, value_type)                                                                      \
    {                                                                                              \
        { text, sizeof text - 1 }, value_type                                                      \
    }
#define OPERATOR(operator) "Invalid operator used in KeyConditionExpression: " operator
#define CONDITION(what)    "Invalid condition in KeyConditionExpression: " what
#define FIRST(operator)                                                                            \
    CONDITION(operator" operator must have the key attribute as its first operand")
#define EXPRESSION(what) "Invalid KeyConditionExpression: " what
#define NESTED           "KeyConditionExpressions cannot contain nested operations"
#define SEVERAL          CONDITION("Multiple attribute names used in one condition")
#define ONE              "KeyConditionExpressions must only contain one condition per key"
#define DOTTED           "KeyConditionExpressions cannot have conditions on nested attributes"
#define MISSED(name)     "Query condition missed key schema element: " name
#define UNSUPPORTED      "Query key condition not supported"
#define LENGTH           "Conditions can be of length 1 or 2 only"
#define WRONG_TYPE                                                                                 \
    "One or more parameter values were invalid: Condition parameter type does not match schema "   \
    "type"

static const struct key_schema both = { .partition = { KEY("pk", VALUE_S) },
                                        .sort = { KEY("sk", VALUE_S) },
                                        .partition_count = 1,
                                        .sort_count = 1 };
static const struct key_schema single = { .partition = { KEY("pk", VALUE_S) },
                                          .partition_count = 1 };
static const struct key_schema many = { .partition = { KEY("h1", VALUE_S), KEY("h2", VALUE_N) },
                                        .sort = { KEY("r1", VALUE_S), KEY("r2", VALUE_N),
                                                  KEY("r3", VALUE_S) },
                                        .partition_count = 2,
                                        .sort_count = 3 };

static const char *resolve(struct request *request, const char *expression,
                           const struct key_schema *keys, struct key_condition *condition)
{
    struct key_expression *key;
    if (key_expression_parse(request, slice_of(expression), test_placeholders(request), &key) ==
            0 &&
        key_expression_check(request, key) >= 0)
        key_condition_resolve(request, key, keys, condition);
    return request->message ? request->message : "";
}

static const struct {
    const struct key_schema *keys;
    const char *expression, *message;
} refused[] = {
    { &both, "pk > :s", UNSUPPORTED },
    { &both, "pk BETWEEN :s AND :s", UNSUPPORTED },
    { &both, "begins_with(pk, :s)", UNSUPPORTED },
    { &both, "sk = :s AND begins_with(pk, :s)", UNSUPPORTED },
    { &both, "pk > :s AND zz = :s", UNSUPPORTED },
    { &both, "pk > :s AND sk = :n", UNSUPPORTED },
    { &both, "sk = :s", MISSED("pk") },
    { &both, "zz = :s", MISSED("pk") },
    { &both, "pk = :s AND zz = :s", MISSED("sk") },
    { &both, "pk = :s AND sk > :s AND zz = :s", LENGTH },
    { &both, "pk = :n", WRONG_TYPE },
    { &both, "pk > :n", WRONG_TYPE },
    { &both, "pk = :n AND zz = :s", WRONG_TYPE },
    { &both, "pk = :s AND sk = :t", WRONG_TYPE },
    { &both, "pk = :s AND sk = :ss", WRONG_TYPE },
    { &both, "pk = :s AND sk BETWEEN :n AND :n", WRONG_TYPE },
    { &single, "pk = :s AND sk = :s", UNSUPPORTED },
    { &single, "pk > :s", UNSUPPORTED },
    { &single, "zz = :s", MISSED("pk") },
    { &both, "pk <> :s", OPERATOR("<>") },
    { &both, "pk = :s AND sk <> :s", OPERATOR("<>") },
    { &both, "pk = :s OR sk = :s", OPERATOR("OR") },
    { &both, "pk <> :s OR sk = :s", OPERATOR("OR") },
    { &both, "pk = :s AND (sk > :s OR sk < :s)", OPERATOR("OR") },
    { &both, "pk <> :s AND (sk > :s OR sk < :s)", OPERATOR("<>") },
    { &both, "NOT pk = :s", OPERATOR("NOT") },
    { &both, "NOT pk = :s AND sk = :s", OPERATOR("NOT") },
    { &both, "pk = :s AND NOT sk = :s", OPERATOR("NOT") },
    { &both, "pk <> :s AND NOT sk = :s", OPERATOR("<>") },
    { &both, "NOT (pk = :s OR sk = :s)", OPERATOR("NOT") },
    { &both, "pk = :s AND sk IN (:s)", OPERATOR("IN") },
    { &both, "pk = :s AND contains(sk, :s)", OPERATOR("contains") },
    { &both, "pk = :s AND attribute_exists(sk)", OPERATOR("attribute_exists") },
    { &both, "pk = :s AND attribute_type(sk, :S)", OPERATOR("attribute_type") },
    { &both, "pk = :s AND size(sk) > :n", NESTED },
    { &both, "size(b) > a AND a.b > b AND b > c", NESTED },
    { &both, "pk = size(sk)", NESTED },
    { &both, "pk = :s AND sk BETWEEN :s AND size(a)", NESTED },
    { &both, "pk = sk", SEVERAL },
    { &both, "b > a.b", SEVERAL },
    { &both, "begins_with(pk, sk)", SEVERAL },
    { &both, "a.b = c.d", DOTTED },
    { &both, "pk = :s AND a[0] > :s", DOTTED },
    { &both, "pk = :s AND pk > :s", ONE },
    { &both, "pk = :s AND (sk > :s AND sk < :s)", ONE },
    { &both, "pk = :s AND begins_with(:s, sk)", FIRST("begins_with") },
    { &both, ":s BETWEEN pk AND sk", FIRST("BETWEEN") },
    { &both, ":s = :s", CONDITION("No key attribute specified") },
    { &both, "", EXPRESSION(EMPTY) },
    { &both, "pk", EXPRESSION(SYNTAX("<EOF>", "pk")) },
    { &both, "((pk = :s)) AND sk = :s", EXPRESSION(PARENTHESES) },
    { &both, "pk = :s AND size(sk)", EXPRESSION(MISPLACED("size")) },
    { &both, "pk = :s AND begins_with(sk, :n)", EXPRESSION(TYPE("begins_with", "N")) },
    { &both, "pk = :s AND sk < :t", EXPRESSION(TYPE("<", "BOOL")) },
    { &both, "pk = :zz", EXPRESSION(NO_VALUE(":zz")) },
    { &both, "pk = :s AND name = :s", EXPRESSION(RESERVED("name")) },
    { &both, "pk = :s AND sk BETWEEN :n AND :s",
      EXPRESSION("The BETWEEN operator requires same data type for lower and upper bounds; lower "
                 "bound operand: "
                 "AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:x}") },
    { &both, "pk = :s AND sk BETWEEN :s AND :v",
      EXPRESSION("The BETWEEN operator requires upper bound to be greater than or equal to lower "
                 "bound; lower bound "
                 "operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {S:v}") },
    { &many, "h1 = :s", MISSED("h2") },
    { &many, "h1 = :s AND h2 = :n AND r2 = :n",
      "RANGE key attributes r1 must have equality conditions specified in the query because a "
      "condition is present on "
      "key attribute r2" },
    { &many, "h1 = :s AND h2 = :n AND r1 > :s AND r2 = :n",
      "RANGE key attributes r1 must have equality conditions specified in the query because a "
      "condition is present on "
      "key attribute r2" },
    { &many, "h1 = :s AND h2 > :n", UNSUPPORTED },
    { &many, "h1 = :s AND h2 = :n AND r1 = :n", WRONG_TYPE },
};

Test(key_condition, refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct request *request = create_request();
        struct key_condition condition;
        const char *message = resolve(request, refused[i].expression, refused[i].keys, &condition);
        cr_expect_str_eq(message, refused[i].message, "%s\n  answered %s\n  wanted   %s",
                         refused[i].expression, message, refused[i].message);
        request_destroy(request);
    }
}

static const struct {
    const struct key_schema *keys;
    const char *expression;
    unsigned equal;
    enum sort_operator operator;
    const char *low, *high; /* the strings, or NULL */
} accepted[] = {
    { &single, "pk = :s", 0, SORT_ALL, NULL, NULL },
    { &single, ":s = (#p)", 0, SORT_ALL, NULL, NULL },
    { &both, "pk = :s", 0, SORT_ALL, NULL, NULL },
    { &both, "pk = :s AND sk = :v", 1, SORT_ALL, NULL, NULL },
    { &both, "sk = :v AND pk = :s", 1, SORT_ALL, NULL, NULL },
    { &both, "(pk = :s) AND (sk < :v)", 0, SORT_LT, "v", NULL },
    { &both, "(pk = :s AND sk <= :v)", 0, SORT_LE, "v", NULL },
    { &both, "sk > :v AND pk = :s", 0, SORT_GT, "v", NULL },
    { &both, "pk = :s AND sk >= :v", 0, SORT_GE, "v", NULL },
    { &both, "pk = :s AND :v > sk", 0, SORT_LT, "v", NULL },
    { &both, "pk = :s AND :v <= sk", 0, SORT_GE, "v", NULL },
    { &both, "sk BETWEEN :v AND :s AND pk = :s", 0, SORT_BETWEEN, "v", "x" },
    { &both, "pk = :s AND begins_with(sk, :v)", 0, SORT_BEGINS_WITH, "v", NULL },
    { &many, "h2 = :n AND h1 = :s", 0, SORT_ALL, NULL, NULL },
    { &many, "h2 = :n AND r1 = :v AND h1 = :s", 1, SORT_ALL, NULL, NULL },
    { &many, "r3 > :v AND r2 = :n AND r1 = :s AND h2 = :n AND h1 = :s", 2, SORT_GT, "v", NULL },
    { &many, "r3 = :v AND r2 = :n AND r1 = :s AND h2 = :n AND h1 = :s", 3, SORT_ALL, NULL, NULL },
    { &many, "h1 = :s AND h2 = :n AND begins_with(r1, :v)", 0, SORT_BEGINS_WITH, "v", NULL },
};

static void check_string(const struct value *value, const char *wanted, const char *expression)
{
    if (!wanted)
        cr_expect_null(value, "%s", expression);
    else
        cr_expect(value && slice_equal(value->bytes, slice_of(wanted)), "%s", expression);
}

Test(key_condition, accepted)
{
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct request *request = create_request();
        const char *expression = accepted[i].expression;
        struct key_condition condition;
        cr_assert_str_eq(resolve(request, expression, accepted[i].keys, &condition), "", "%s",
                         expression);
        check_string(condition.partition[0], "x", expression);
        cr_expect_eq(condition.equal_count, accepted[i].equal, "%s", expression);
        cr_expect_eq(condition.sort_operator, accepted[i].operator, "%s", expression);
        check_string(condition.low, accepted[i].low, expression);
        check_string(condition.high, accepted[i].high, expression);
        request_destroy(request);
    }
}

Test(key_condition, empty_values)
{
    struct request *request = create_request();
    struct placeholders *placeholders;
    struct key_expression *key;
    struct key_condition condition;
    cr_assert_eq(placeholders_read(
                     request,
                     test_json(request, "{'KeyConditionExpression':'','ExpressionAttributeValues':"
                                        "{':e':{'S':''}}}"),
                     &placeholders),
                 0);
    cr_assert_eq(key_expression_parse(request, slice_of("pk = :e"), placeholders, &key), 0);
    cr_assert_eq(key_expression_check(request, key), 1);
    cr_assert_eq(key_condition_resolve(request, key, &single, &condition), -1);
    cr_assert_str_eq(request->message,
                     "One or more parameter values are not valid. The AttributeValue for a key "
                     "attribute cannot contain an empty string value. Key: pk");
    request_destroy(request);
}
