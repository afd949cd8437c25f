/*
 * test_update.c - what updates make of an item, and what an item refuses. Sources: AWS developer
 * guide, Expressions.UpdateExpressions; facts/fidelity.md section 5; random updates were compared
 * with DynamoDB Local.
 */
#include "tests/unit/expression/expression_test.h"

static const char *const item =
    "{'pk':{'S':'x'},'n':{'N':'5'},'s':{'S':'h'},'ss':{'SS':['a','x']},'ns':{'NS':['1','3']},"
    "'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'}]},'d':{'L':[{'L':[{'N':'30'}]}]},"
    "'m':{'M':{'y':{'N':'1'},'ss':{'SS':['x']}}},"
    "'huge':{'N':'9.9999999999999999999999999999999999999E+125'},"
    "'tiny':{'N':'1E-130'}}";

/* The attributes that the update changes, afterwards; null for one that is gone. */
static const struct {
    const char *update, *changed;
} rows[] = {
    /* SET */
    { "SET n = :n2", "{'n':{'N':'2'}}" },
    { "SET q = n", "{'q':{'N':'5'}}" },
    { "SET q = l[2]", "{'q':{'N':'2'}}" },
    { "SET #a = m", "{'aa':{'M':{'y':{'N':'1'},'ss':{'SS':['x']}}}}" },
    { "SET n = s, s = n", "{'n':{'S':'h'},'s':{'N':'5'}}" },
    { "SET n = n + :n", "{'n':{'N':'6'}}" },
    { "SET n = :n - n", "{'n':{'N':'-4'}}" },
    { "SET n = (n - (:n2))", "{'n':{'N':'3'}}" },
    { "SET q = m.y + l[2]", "{'q':{'N':'3'}}" },
    { "SET n = if_not_exists(n, :n2)", "{'n':{'N':'5'}}" },
    { "SET q = if_not_exists(q, :n2)", "{'q':{'N':'2'}}" },
    { "SET q = if_not_exists(q, :n2) + :n", "{'q':{'N':'3'}}" },
    { "SET q = if_not_exists(q, if_not_exists(r, n))", "{'q':{'N':'5'}}" },
    { "SET l = list_append(l, l)",
      "{'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'},{'N':'0'},{'N':'1'},{'N':'2'}]}}" },
    { "SET d = list_append(:l, d)", "{'d':{'L':[{'L':[{'N':'30'}]}]}}" },
    { "SET q = list_append(if_not_exists(q, :l), d)", "{'q':{'L':[{'L':[{'N':'30'}]}]}}" },
    { "SET m.x = :s", "{'m':{'M':{'x':{'S':'x'},'y':{'N':'1'},'ss':{'SS':['x']}}}}" },
    { "SET m.#b = :s, m.y = n", "{'m':{'M':{'b.c':{'S':'x'},'y':{'N':'5'},'ss':{'SS':['x']}}}}" },
    { "SET l[1] = :s", "{'l':{'L':[{'N':'0'},{'S':'x'},{'N':'2'}]}}" },
    { "SET l[1] = l[0], l[0] = l[1]", "{'l':{'L':[{'N':'1'},{'N':'0'},{'N':'2'}]}}" },
    { "SET l[7] = :s", "{'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'},{'S':'x'}]}}" },
    { "SET l[9] = :s, l[7] = :v",
      "{'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'},{'S':'v'},{'S':'x'}]}}" },
    { "SET d[0][5] = :s", "{'d':{'L':[{'L':[{'N':'30'},{'S':'x'}]}]}}" },
    { "SET n = n", "{'n':{'N':'5'}}" },
    /* REMOVE */
    { "REMOVE n, nope", "{'n':null}" },
    { "REMOVE m.y", "{'m':{'M':{'ss':{'SS':['x']}}}}" },
    { "REMOVE m.nope", "{'m':{'M':{'y':{'N':'1'},'ss':{'SS':['x']}}}}" },
    { "REMOVE l[0], l[2]", "{'l':{'L':[{'N':'1'}]}}" },
    { "REMOVE l[9]", "{'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'}]}}" },
    { "REMOVE d[0][0]", "{'d':{'L':[{'L':[]}]}}" },
    /* indexes are those of the original list */
    { "REMOVE l[0] SET l[1] = :s", "{'l':{'L':[{'S':'x'},{'N':'2'}]}}" },
    { "SET l[3] = :s REMOVE l[2], l[0]", "{'l':{'L':[{'N':'1'},{'S':'x'}]}}" },
    /* ADD */
    { "ADD n :n2", "{'n':{'N':'7'}}" },
    { "ADD q :n2", "{'q':{'N':'2'}}" },
    { "ADD ss :ss", "{'ss':{'SS':['a','x']}}" },
    { "ADD q :ss", "{'q':{'SS':['x']}}" },
    { "ADD ns :ns, m.ss :ss",
      "{'ns':{'NS':['1','3']},'m':{'M':{'y':{'N':'1'},'ss':{'SS':['x']}}}}" },
    { "ADD m.y :n, m.z :n", "{'m':{'M':{'y':{'N':'2'},'z':{'N':'1'},'ss':{'SS':['x']}}}}" },
    { "ADD l[0] :n2, l[8] :n", "{'l':{'L':[{'N':'2'},{'N':'1'},{'N':'2'},{'N':'1'}]}}" },
    /* DELETE */
    { "DELETE ss :ss", "{'ss':{'SS':['a']}}" },
    { "DELETE m.ss :ss", "{'m':{'M':{'y':{'N':'1'}}}}" },
    { "DELETE nope :ss", "{}" },
    { "DELETE ns :ns SET q = ns", "{'ns':{'NS':['3']},'q':{'NS':['1','3']}}" },
    { "SET q = :s REMOVE n ADD r :n DELETE ss :ss",
      "{'q':{'S':'x'},'n':null,'r':{'N':'1'},'ss':{'SS':['a']}}" },
};

/* `item` with what changed put in and what is null taken out. */
static struct map changed_item(struct request *request, const char *changed)
{
    json_t *json = json_deep_copy(test_json(request, item));
    json_object_update(json, (json_t *)test_json(request, changed));
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(json, next, name, value)
    {
        if (json_is_null(value))
            json_object_del(json, name);
    }
    char *text = json_dumps(json, JSON_COMPACT);
    struct map map = test_item(request, text);
    free(text);
    json_decref(json);
    return map;
}

Test(update, apply)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request *request = create_request();
        struct update *update;
        struct map map = test_item(request, item), wanted = changed_item(request, rows[i].changed);
        cr_assert_eq(
            update_parse(request, slice_of(rows[i].update), test_placeholders(request), &update), 0,
            "%s: %s", rows[i].update, request->message);
        cr_assert_eq(update_apply(request, update, &map), 0, "%s: %s", rows[i].update,
                     request->message);
        cr_expect_str_eq(map_string(request, &map), map_string(request, &wanted), "%s",
                         rows[i].update);
        request_destroy(request);
    }
}

#define MISSING "The provided expression refers to an attribute that does not exist in the item"
#define OPERAND "An operand in the update expression has an incorrect data type"
#define PLACE   "The document path provided in the update expression is invalid for update"

static const struct expression_error refused[] = {
    { "SET q = nope", MISSING },
    { "SET q = m.nope", MISSING },
    { "SET q = nope + :n", MISSING },
    { "SET q = :n + nope", MISSING },
    { "SET q = list_append(nope, :l)", MISSING },
    { "SET q = if_not_exists(q, nope)", MISSING },
    { "SET n = if_not_exists(n, nope)", MISSING },
    { "SET q = s + :n", OPERAND },
    { "SET q = :n + s", OPERAND },
    { "SET q = s + nope", OPERAND },
    { "SET q = nope + s", MISSING },
    { "SET q = s + if_not_exists(r, nope)", MISSING },
    { "SET q = list_append(l, n)", OPERAND },
    { "SET q = list_append(if_not_exists(q, :n), :l)", OPERAND },
    { "SET q = if_not_exists(q, :s) + :n", OPERAND },
    { "ADD s :n", OPERAND },
    { "ADD s :ss", OPERAND },
    { "ADD ss :ns", OPERAND },
    { "DELETE ss :ns", OPERAND },
    { "DELETE n :ss", OPERAND },
    { "SET q.w = :n", PLACE },
    { "SET q[0] = :n", PLACE },
    { "SET s.w = :n", PLACE },
    { "SET s[0] = :n", PLACE },
    { "SET m[0] = :n", PLACE },
    { "SET l.w = :n", PLACE },
    { "SET l[9].w = :n", PLACE },
    { "SET m.x.y = :n", PLACE },
    { "REMOVE q.w", PLACE },
    { "REMOVE n.w", PLACE },
    { "REMOVE m.nope.w", PLACE },
    { "ADD q.w :n", PLACE },
    { "DELETE q.w :ss", PLACE },
    /* of several errors, the one that the service meets first */
    { "SET q.w = nope", PLACE },
    { "SET x1 = nope, x2 = s + :n", OPERAND },
    { "SET x2 = s + :n, x5 = nope + :n", MISSING },
    { "ADD s :n REMOVE q2.w", OPERAND },
    { "ADD s :n DELETE q4.w :ss", PLACE },
    { "DELETE n :ss SET x5 = nope + :n", OPERAND },
    /* numbers */
    { "SET q = huge + huge",
      "Number overflow. Attempting to store a number with magnitude larger than supported range" },
    { "SET q = tiny + :n", "Attempting to store more than 38 significant digits in a Number" },
    { "ADD huge :n", "Attempting to store more than 38 significant digits in a Number" },
};

Test(update, refused_by_the_item)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct request *request = create_request();
        struct update *update;
        struct map map = test_item(request, item);
        cr_expect(update_parse(request, slice_of(refused[i].expression), test_placeholders(request),
                               &update) < 0 ||
                      update_apply(request, update, &map) < 0,
                  "%s", refused[i].expression);
        cr_expect_str_eq(request->message ? request->message : "", refused[i].message,
                         "%s\n  answered %s", refused[i].expression, request->message);
        request_destroy(request);
    }
}

/* A list in a list, and so on, of `levels`, around a number. */
static struct value nested(struct request *request, unsigned levels)
{
    struct value value = { .type = VALUE_N };
    for (unsigned i = 1; i < levels; i++) {
        struct value list = { .type = VALUE_L,
                              .list = { ARENA_NEW(&request->arena, struct value), 1 } };
        list.list.values[0] = value;
        value = list;
    }
    return value;
}

Test(update, nests_no_deeper_than_32)
{
    struct request *request = create_request();
    struct update *update;
    struct map map = test_item(request, "{'m':{'M':{}}}");
    struct value value = nested(request, 31);
    map_set(&request->arena, &map, slice_of("deep"), &value);
    cr_assert_eq(update_parse(request, slice_of("SET m.x = deep"), NULL, &update), 0);
    cr_assert_eq(update_apply(request, update, &map), 0, "%s", request->message);
    value = nested(request, 32);
    map_set(&request->arena, &map, slice_of("deep"), &value);
    cr_assert_eq(update_apply(request, update, &map), -1);
    cr_assert_str_eq(request->message,
                     "Nesting Levels have exceeded supported limits: Attributes in the item have "
                     "nested levels beyond supported limit");
    request_destroy(request);
}

static const struct {
    const char *update, *touched;
} touched[] = {
    { "SET n = :n REMOVE nope", "{'n':{'N':'5'}}" },
    { "SET m.y = :n", "{'m':{'M':{'y':{'N':'1'}}}}" },
    { "REMOVE l[2], l[0]", "{'l':{'L':[{'N':'0'},{'N':'2'}]}}" },
    { "SET l[9] = :n", "{}" },
    { "ADD q :n", "{}" },
};

Test(update, touched)
{
    for (size_t i = 0; i < sizeof touched / sizeof *touched; i++) {
        struct request *request = create_request();
        struct update *update;
        struct map map = test_item(request, item), wanted = test_item(request, touched[i].touched);
        cr_assert_eq(
            update_parse(request, slice_of(touched[i].update), test_placeholders(request), &update),
            0);
        struct map part = update_touched(&request->arena, update, &map);
        cr_expect_str_eq(map_string(request, &part), map_string(request, &wanted), "%s",
                         touched[i].update);
        request_destroy(request);
    }
}

Test(update, keys)
{
    static struct index indexes[] = { { .name = { "z", 1 },
                                        .keys = { .partition = { { { "g", 1 }, VALUE_S } },
                                                  .partition_count = 1 } },
                                      { .name = { "i", 1 },
                                        .keys = { .partition = { { { "h", 1 }, VALUE_B } },
                                                  .sort = { { { "g", 1 }, VALUE_S } },
                                                  .partition_count = 1,
                                                  .sort_count = 1 } } };
    static const struct table table = { .keys = { .partition = { { { "pk", 2 }, VALUE_S } },
                                                  .sort = { { { "sk", 2 }, VALUE_N } },
                                                  .partition_count = 1,
                                                  .sort_count = 1 },
                                        .indexes = indexes,
                                        .index_count = 2 };
    static const struct {
        const char *update, *attribute, *expected, *actual; /* of the index i, the first by name */
    } types[] = {
        { "SET g = :n", "g", "S", "N" },
        { "SET a = :n, g = if_not_exists(g, if_not_exists(b, :n))", "g", "S", "N" },
        { "SET g = a + b", "g", "S", "N" },
        { "SET g = list_append(a, b)", "g", "S", "L" },
        { "ADD h :n", "h", "B", "N" },
        { "DELETE g :ss", "g", "S", "SS" },
        { "SET g = :n, h = :n", "h", "B", "N" },
    };
    static const char *const updates[] = { "SET #p = :s", "SET a = :n REMOVE pk", "ADD pk :n",
                                           "SET pk.a = :n" };
    struct update *update;
    for (size_t i = 0; i < sizeof updates / sizeof *updates; i++) {
        struct request *request = create_request();
        cr_assert_eq(
            update_parse(request, slice_of(updates[i]), test_placeholders(request), &update), 0);
        cr_assert_eq(update_check_keys(request, update, &table), -1);
        cr_expect_str_eq(request->message,
                         "One or more parameter values were invalid: Cannot update attribute pk. "
                         "This attribute is part of the key");
        request_destroy(request);
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct request *request = create_request();
        cr_assert_eq(
            update_parse(request, slice_of(types[i].update), test_placeholders(request), &update),
            0);
        cr_assert_eq(update_check_keys(request, update, &table), -1);
        cr_expect_str_eq(
            request->message,
            arena_printf(&request->arena,
                         "One or more parameter values were invalid: Type mismatch for "
                         "Index Key %s Expected: %s Actual: %s IndexName: i",
                         types[i].attribute, types[i].expected, types[i].actual));
        request_destroy(request);
    }
    struct request *request = create_request();
    cr_assert_eq(update_parse(request, slice_of("SET a = :n REMOVE g.c"),
                              test_placeholders(request), &update),
                 0);
    cr_assert_eq(update_check_keys(request, update, &table), -1);
    cr_expect_str_eq(request->message,
                     "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                     "are not allowed: IndexKey: g");
    request_destroy(request);
    request = create_request();
    cr_assert_eq(
        update_parse(request, slice_of("SET g = a, h = if_not_exists(a, b)"), NULL, &update), 0);
    cr_assert_eq(update_check_keys(request, update, &table), 0);
    request_destroy(request);
    request = create_request();
    cr_assert_eq(update_parse(request, slice_of("SET a = if_not_exists(b, pk.c)"), NULL, &update),
                 0);
    cr_assert_eq(update_check_keys(request, update, &table), -1);
    cr_expect_str_eq(request->message,
                     "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                     "are not allowed: Key: pk");
    request_destroy(request);
    request = create_request();
    cr_assert_eq(update_parse(request, slice_of("SET a = pk, m.sk = :n"),
                              test_placeholders(request), &update),
                 0);
    cr_assert_eq(update_check_keys(request, update, &table), 0);
    cr_assert_eq(update_check_keys(request, NULL, &table), 0);
    request_destroy(request);
}
