/*
 * test_projection.c - what projections leave of an item: nested parts merged, list elements in
 * order without gaps.
 */
#include "tests/unit/expression/expression_test.h"

static const char *const item = "{'pk':{'S':'x'},'n':{'N':'5'},'s':{'S':'h'},'ss':{'SS':['a','b']},"
                                "'l':{'L':[{'N':'0'},{'N':'1'},{'N':'2'},{'L':[{'N':'30'}]}]},"
                                "'m':{'M':{'y':{'N':'1'},'e':{'M':{}},"
                                "'l':{'L':[{'N':'0'},{'N':'1'},{'M':{'q':{'N':'5'}}}]}}},"
                                "'aa':{'S':'A'},'b.c':{'S':'dot'}}";

static const struct {
    const char *projection, *wanted;
} rows[] = {
    { "n", "{'n':{'N':'5'}}" },
    { "s, n", "{'n':{'N':'5'},'s':{'S':'h'}}" },
    { "#b, #a", "{'aa':{'S':'A'},'b.c':{'S':'dot'}}" },
    { "nope", "{}" },
    { "nope, n", "{'n':{'N':'5'}}" },
    { "m.y", "{'m':{'M':{'y':{'N':'1'}}}}" },
    { "m.x", "{}" },
    { "m.x.y", "{}" },
    { "m.e", "{'m':{'M':{'e':{'M':{}}}}}" },
    { "m.e.f", "{}" },
    { "m.l[0]", "{'m':{'M':{'l':{'L':[{'N':'0'}]}}}}" },
    { "m.l[5]", "{}" },
    { "m.l[2].q, m.l[0]", "{'m':{'M':{'l':{'L':[{'N':'0'},{'M':{'q':{'N':'5'}}}]}}}}" },
    { "m.l[2].q, m.y", "{'m':{'M':{'l':{'L':[{'M':{'q':{'N':'5'}}}]},'y':{'N':'1'}}}}" },
    { "l[3], l[0]", "{'l':{'L':[{'N':'0'},{'L':[{'N':'30'}]}]}}" },
    { "l[2], l[9], l[1]", "{'l':{'L':[{'N':'1'},{'N':'2'}]}}" },
    { "l[3][0], l[1]", "{'l':{'L':[{'N':'1'},{'L':[{'N':'30'}]}]}}" },
    { "l[3][7], l[9]", "{}" },
    { "l[0].a", "{}" },
    { "n.a, s[0], ss[0]", "{}" },
    { "l[1], m.y, n", "{'l':{'L':[{'N':'1'}]},'m':{'M':{'y':{'N':'1'}}},'n':{'N':'5'}}" },
};

static void check_projection(const struct projection *projection, struct request *request,
                             const char *what, const char *wanted)
{
    struct map map = test_item(request, item);
    struct map part = projection_apply(&request->arena, projection, &map);
    struct map other = test_item(request, wanted);
    cr_expect_str_eq(map_string(request, &part), map_string(request, &other), "%s", what);
}

Test(projection, apply)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request *request = create_request();
        struct projection *projection;
        cr_assert_eq(projection_parse(request, slice_of(rows[i].projection),
                                      test_placeholders(request), &projection),
                     0, "%s: %s", rows[i].projection, request->message);
        check_projection(projection, request, rows[i].projection, rows[i].wanted);
        request_destroy(request);
    }
}

Test(projection, none_gives_the_item)
{
    struct request *request = create_request();
    struct projection *projection;
    struct slice none = { NULL, 0 };
    cr_assert_eq(projection_parse(request, none, NULL, &projection), 0);
    cr_assert_null(projection);
    check_projection(NULL, request, "none", item);
    request_destroy(request);
}

Test(projection, attributes_to_get)
{
    struct request *request = create_request();
    struct projection *projection;
    cr_assert_eq(legacy_attributes_to_get(request, test_json(request, "{}"), &projection), 0);
    cr_assert_null(projection);
    /* A name is a name here, whatever is in it. */
    cr_assert_eq(legacy_attributes_to_get(
                     request, test_json(request, "{'AttributesToGet':['s','b.c','m.y','nope']}"),
                     &projection),
                 0);
    check_projection(projection, request, "AttributesToGet", "{'b.c':{'S':'dot'},'s':{'S':'h'}}");
    cr_assert_eq(
        legacy_attributes_to_get(
            request, test_json(request, "{'AttributesToGet':['a','b','b','a']}"), &projection),
        -1);
    cr_assert_str_eq(
        request->message,
        "One or more parameter values were invalid: Duplicate value in attribute name: b");
    request_destroy(request);
}

static void append_name(void *context, struct slice name)
{
    buffer_append_slice(context, name);
    buffer_append_byte(context, ' ');
}

Test(projection, names)
{
    static const struct table table = { .keys = { .partition = { { { "pk", 2 }, VALUE_S } },
                                                  .partition_count = 1 } };
    struct request *request = create_request();
    struct projection *projection;
    struct buffer names;
    buffer_init(&names, &request->arena);
    cr_assert_eq(projection_parse(request, slice_of("c[1].d, #b, a"), test_placeholders(request),
                                  &projection),
                 0);
    projection_top_level(projection, append_name, &names);
    buffer_append_byte(&names, '\0');
    cr_assert_str_eq(names.data, "c b.c a ");
    cr_assert_eq(projection_check_key_paths(request, projection, &table), 0);
    cr_assert_eq(
        projection_parse(request, slice_of("a, #p.x"), test_placeholders(request), &projection), 0);
    cr_assert_eq(projection_check_key_paths(request, projection, &table), -1);
    cr_assert_str_eq(request->message,
                     "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                     "are not allowed: Key: pk");
    request_destroy(request);
}
