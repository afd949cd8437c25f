/*
 * test_condition_met.c - what conditions say of an item. Sources: AWS developer guide,
 * Expressions.OperatorsAndFunctions; facts/fidelity.md section 5; random conditions were compared
 * with DynamoDB Local.
 */
#include "tests/unit/expression/expression_test.h"

static const char *const item =
    "{'s':{'S':'x'},'wide':{'S':'axb'},'u':{'S':'h\xc3\xa9\xf0\x9f\x98\x80'},'blank':{'S':''},"
    "'n':{'N':'1.0'},'big':{'N':'10000000000000000000000000000000000001'},'b':{'B':'YQ=='},"
    "'b2':{'B':'YWI='},'t':{'BOOL':true},'z':{'NULL':true},'ss':{'SS':['x','y']},"
    "'ns':{'NS':['1','2']},'bs':{'BS':['YQ==','Yg==']},"
    "'l':{'L':[{'N':'1'},{'S':'x'},{'L':[{'S':'deep'}]},{'NULL':true}]},"
    "'m':{'M':{'k':{'N':'7'},'kid':{'M':{'k':{'S':'x'}}}}},'aa':{'N':'2'},'b.c':{'S':'dot'}}";

static const struct {
    const char *condition;
    bool met;
} rows[] = {
    /* comparators */
    { "s = :s", true },
    { "s = :v", false },
    { "s <> :s", false },
    { "s <> :v", true },
    { "n = :n", true }, /* by value: 1.0 is 1 */
    { "n < :n2", true },
    { "n <= :n", true },
    { "n > :n", false },
    { "n >= :n", true },
    { ":n2 > n", true },
    { "big > n", true },
    { "b < b2", true },
    { "b = :b", true },
    { "s < wide", false },
    { "blank < s", true },
    { "t = :t", true },
    { "z = :z", true },
    { "ss = :ss", false },
    { "l[0] = n", true },
    { "m.k > n", true },
    { "#b = :s", false },
    { "attribute_exists(#b)", true },
    { "attribute_exists(m.#b)", false },
    /* other types, and what is not there */
    { "s = :n", false },
    { "s <> :n", true },
    { "s < :n", false },
    { "n > :s", false },
    { "b < :s", false },
    { "nope = :s", false },
    { "nope <> :s", true },
    { "nope < :n", false },
    { "nope >= :n", false },
    { "NOT nope < :n", true },
    { "nope = nada", false },
    { "nope <> nada", true },
    { "m.nope = :s", false },
    { "s.k = :s", false },
    { "s[0] = :s", false },
    { "m[0] = :s", false },
    { "l.k = :s", false },
    { "l[9] = :s", false },
    { "l[2][0] <> :s", true },
    { "t < s", false },
    /* BETWEEN and IN */
    { "n BETWEEN :n AND :n2", true },
    { "aa BETWEEN :n AND :n", false },
    { "s BETWEEN :s AND :s", true },
    { "s BETWEEN :n AND :n2", false },
    { "nope BETWEEN :n AND :n2", false },
    { ":n BETWEEN n AND aa", true },
    { "n BETWEEN nope AND :n2", false },
    { "m.k between n and big", true },
    { "s IN (:v, :s)", true },
    { "s IN (:v)", false },
    { "s IN (:n, m.kid.k)", true },
    { "nope IN (:s)", false },
    { "t IN (:t)", true },
    { "l IN (:l)", false },
    /* functions */
    { "attribute_exists(s)", true },
    { "attribute_exists(nope)", false },
    { "attribute_exists(l[3])", true },
    { "attribute_exists(l[4])", false },
    { "attribute_not_exists(nope)", true },
    { "attribute_not_exists(m.kid.k)", false },
    { "attribute_type(s, :S)", true },
    { "attribute_type(n, :S)", false },
    { "attribute_type(nope, :S)", false },
    { "begins_with(s, :s)", true },
    { "begins_with(wide, :s)", false },
    { "begins_with(s, blank)", true },
    { "begins_with(b2, :b)", true },
    { "begins_with(b2, :s)", false },
    { "begins_with(n, :s)", false },
    { "begins_with(nope, :s)", false },
    { "contains(wide, :s)", true },
    { "contains(s, wide)", false },
    { "contains(s, blank)", true },
    { "contains(ss, :s)", true },
    { "contains(ss, :v)", false },
    { "contains(ss, :n)", false },
    { "contains(ns, :n2)", true },
    { "contains(bs, :b)", true },
    { "contains(b2, :b)", true },
    { "contains(l, :n)", true },
    { "contains(l, :z)", true },
    { "contains(l, :v)", false },
    { "contains(m, :s)", false },
    { "contains(n, :n)", false },
    { "contains(nope, :s)", false },
    { "size(s) = :n", true },
    { "size(u) BETWEEN :n2 AND m.k", true },
    { "size(u) = size(l)", true }, /* UTF-16: h, e acute, two for the emoji */
    { "size(b2) = :n2", true },
    { "size(ss) = :n2", true },
    { "size(m) = :n2", true },
    { "size(blank) < :n", true },
    { "size(n) = :n", false },
    { "size(t) <> :n", true },
    { "size(nope) < :n2", false },
    { "size(:s) = :n", true },
    { "contains(ns, size(s))", true },
    { "size(s) IN (:n, :n2)", true },
    /* AND, OR, NOT and parentheses */
    { "s = :s AND n = :n", true },
    { "s = :s AND n = :n2", false },
    { "s = :v OR n = :n", true },
    { "s = :v OR n = :n2", false },
    { "NOT s = :s", false },
    { "NOT NOT s = :s", true },
    { "NOT s = :v AND n = :n", true },
    { "NOT (s = :v AND n = :n)", true },
    { "NOT (s = :s AND n = :n)", false },
    { "s = :s OR s = :v AND n = :n2", true },
    { "(s = :s OR s = :v) AND n = :n2", false },
    { "s = :v AND n = :n OR t = :t", true },
    { "s = :v AND (n = :n OR t = :t)", false },
    { "NOT s = :v OR NOT s = :s", true },
    { "NOT (s = :v OR NOT s = :s)", true },
    { "s = :v OR n = :n2 OR t = :t", true },
    { "s = :s AND n = :n AND t = :z", false },
    { "not (not (s = :s) or n = :n2) and (t = :t)", true },
    { "(attribute_exists(s)) AND (size(s)) = (:n)", true },
};

Test(condition, met)
{
    struct request *request = create_request();
    struct map map = test_item(request, item);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct condition *condition;
        int result = condition_parse(request, EXPRESSION_CONDITION, slice_of(rows[i].condition),
                                     test_placeholders(request), &condition);
        cr_assert_eq(result, 0, "%s: %s", rows[i].condition, request->message);
        cr_expect_eq(condition_met(condition, &map), rows[i].met, "%s is %d", rows[i].condition,
                     !rows[i].met);
    }
    request_destroy(request);
}

Test(condition, no_condition_and_no_item)
{
    struct request *request = create_request();
    struct condition *condition;
    struct slice none = { NULL, 0 };
    cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION, none, NULL, &condition), 0);
    cr_assert_null(condition);
    cr_assert(condition_met(NULL, NULL));
    cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION, slice_of("attribute_exists(pk)"),
                                 NULL, &condition),
                 0);
    cr_assert(!condition_met(condition, NULL));
    cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION,
                                 slice_of("NOT attribute_exists(pk)"), NULL, &condition),
                 0);
    cr_assert(condition_met(condition, NULL));
    request_destroy(request);
}

static void append_name(void *context, struct slice name)
{
    buffer_append_slice(context, name);
    buffer_append_byte(context, ' ');
}

Test(condition, top_level_attributes)
{
    struct request *request = create_request();
    struct condition *condition;
    struct buffer names;
    buffer_init(&names, &request->arena);
    cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION,
                                 slice_of("a.b = :s AND contains(c, #b) OR size(d[1]) < :n"),
                                 test_placeholders(request), &condition),
                 0);
    condition_top_level(condition, append_name, &names);
    buffer_append_byte(&names, '\0');
    cr_assert_str_eq(names.data, "a c b.c d ");
    request_destroy(request);
}

static struct index by_g = {
    .name = { "by-g", 4 },
    .keys = { .partition = { { { "g", 1 }, VALUE_S } }, .partition_count = 1 },
};

static const struct table table = {
    .keys = { .partition = { { { "pk", 2 }, VALUE_S } },
              .sort = { { { "sk", 2 }, VALUE_S } },
              .partition_count = 1,
              .sort_count = 1 },
    .indexes = &by_g,
    .index_count = 1,
};

Test(condition, keys)
{
    static const struct {
        const char *condition, *message;
        bool filter;
    } refused[] = {
        { "a = :s AND #p = :s",
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "pk",
          true },
        { "size(sk) = :n",
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "sk",
          true },
        { "sk.a = :n",
          "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
          "sk",
          true },
        { "sk.a = :n",
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
          "allowed: Key: sk",
          false },
        { "attribute_exists(g[1]) OR attribute_exists(pk.a)",
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
          "allowed: Key: pk",
          false },
        { "attribute_exists(g[1])",
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
          "allowed: IndexKey: g",
          false },
        { "attribute_exists(pk[0])",
          "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
          "allowed: Key: pk",
          false },
        { "a = :s", "", true },
        { "pk = :s", "", false },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct request *request = create_request();
        struct condition *condition;
        cr_assert_eq(condition_parse(request, EXPRESSION_FILTER, slice_of(refused[i].condition),
                                     test_placeholders(request), &condition),
                     0);
        int result = refused[i].filter ? filter_check_keys(request, condition, &table.keys)
                                       : condition_check_key_paths(request, condition, &table);
        cr_expect_eq(result, refused[i].message[0] ? -1 : 0, "%s", refused[i].condition);
        cr_expect_str_eq(request->message ? request->message : "", refused[i].message);
        request_destroy(request);
    }
}
