/*
 * test_limits.c - how long, how many and how deep, on a thread with the smallest stack that a host
 * may have. Sources: AWS developer guide, ServiceQuotas; facts/fidelity.md section 5.
 */
#include "tests/unit/expression/expression_test.h"

#include <pthread.h>

/* `head`, `count` times `part` with `separator` between, and `tail`. */
static const char *repeated(struct request *request, const char *head, const char *part,
                            const char *separator, size_t count, const char *tail)
{
    struct buffer buffer;
    buffer_init(&buffer, &request->arena);
    buffer_append_string(&buffer, head);
    for (size_t i = 0; i < count; i++) {
        buffer_append_string(&buffer, i ? separator : "");
        buffer_append_string(&buffer, part);
    }
    buffer_append_string(&buffer, tail);
    buffer_append_byte(&buffer, '\0');
    return buffer.data;
}

#define INVALID_CONDITION  "Invalid ConditionExpression: "
#define INVALID_UPDATE     "Invalid UpdateExpression: "
#define INVALID_PROJECTION "Invalid ProjectionExpression: "
#define TOO_LONG           "Expression size has exceeded the maximum allowed size; expression size: "
#define TOO_MANY           "The expression contains too many operators; operator count: 301"
#define TOO_MANY_IN        "The IN operator is provided with too many operands; number of operands: "

static const struct {
    enum expression_kind kind;
    const char *head, *part, *separator;
    size_t count;
    const char *tail, *message;
} rows[] = {
    /* size, in bytes */
    { EXPRESSION_PROJECTION, "", "a", "", 4096, "", "" },
    { EXPRESSION_PROJECTION, "", "a", "", 4097, "", INVALID_PROJECTION TOO_LONG "4097" },
    { EXPRESSION_PROJECTION, "", "\xc3\xa9", "", 2049, "", INVALID_PROJECTION TOO_LONG "4098" },
    { EXPRESSION_CONDITION, "a = :s", " ", "", 4091, "", INVALID_CONDITION TOO_LONG "4097" },
    /* operators */
    { EXPRESSION_CONDITION, "", "a = :s", " AND ", 150, "", "" },
    { EXPRESSION_CONDITION, "", "a = :s", " AND ", 151, "", INVALID_CONDITION TOO_MANY },
    { EXPRESSION_CONDITION, "", "size(a)<b", " OR ", 100, "", "" },
    { EXPRESSION_CONDITION, "", "size(a)<b", " OR ", 101, "", INVALID_CONDITION TOO_MANY },
    { EXPRESSION_CONDITION, "", "not a<b", " or ", 101, "", INVALID_CONDITION TOO_MANY },
    { EXPRESSION_CONDITION, "", "NOT ", "", 299, "a = :s", "" },
    { EXPRESSION_CONDITION, "", "NOT ", "", 300, "a = :s", INVALID_CONDITION TOO_MANY },
    { EXPRESSION_CONDITION, "name = a OR ", "a = :s", " OR ", 151, "",
      INVALID_CONDITION RESERVED("name") },
    { EXPRESSION_UPDATE, "SET a = ", "if_not_exists(b,", "", 200, "c",
      INVALID_UPDATE SYNTAX("<EOF>", "c") },
    /* IN */
    { EXPRESSION_CONDITION, "a IN (", ":s", ",", 100, ")", "" },
    { EXPRESSION_CONDITION, "a IN (", ":s", ",", 101, ")", INVALID_CONDITION TOO_MANY_IN "101" },
    { EXPRESSION_CONDITION, "a IN (", ":s", ",", 163, ")", INVALID_CONDITION TOO_MANY_IN "163" },
    /* paths */
    { EXPRESSION_PROJECTION, "", "a", ".", 32, "", "" },
    { EXPRESSION_PROJECTION, "", "a", ".", 33, "", INVALID_PROJECTION TOO_DEEP("33") },
    { EXPRESSION_CONDITION, "a", "[1]", "", 1000, " = :s", INVALID_CONDITION TOO_DEEP("1001") },
    { EXPRESSION_UPDATE, "REMOVE ", "a", ".", 2000, "", INVALID_UPDATE TOO_DEEP("2000") },
    /* depth of the text */
    { EXPRESSION_CONDITION, "", "(", "", 2000, "", INVALID_CONDITION SYNTAX("<EOF>", "(") },
    { EXPRESSION_CONDITION, "", "(", "", 4096, "", INVALID_CONDITION SYNTAX("<EOF>", "(") },
    { EXPRESSION_CONDITION, "", "(", "", 2000, "a = :s", INVALID_CONDITION SYNTAX("<EOF>", ":s") },
    { EXPRESSION_CONDITION, "", "(", "", 2, "a = :s))", INVALID_CONDITION PARENTHESES },
    { EXPRESSION_CONDITION, "a = ", "(", "", 4000, ":s", INVALID_CONDITION SYNTAX("<EOF>", ":s") },
    { EXPRESSION_CONDITION, "", "NOT ", "", 1000, "a = :s", INVALID_CONDITION TOO_MANY },
    { EXPRESSION_CONDITION, "", "NOT(", "", 1000, "a = :s",
      INVALID_CONDITION SYNTAX("<EOF>", ":s") },
    { EXPRESSION_CONDITION, "", "size(", "", 800, "a", INVALID_CONDITION SYNTAX("<EOF>", "a") },
    { EXPRESSION_UPDATE, "SET a = ", "(", "", 4000, "", INVALID_UPDATE SYNTAX("<EOF>", "(") },
    { EXPRESSION_UPDATE, "SET a = ", "f(", "", 2000, "", INVALID_UPDATE SYNTAX("<EOF>", "(") },
};

static void *check_rows(void *unused)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct request *request = create_request();
        const char *text = repeated(request, rows[i].head, rows[i].part, rows[i].separator,
                                    rows[i].count, rows[i].tail);
        cr_expect_str_eq(parse_message(request, rows[i].kind, text), rows[i].message,
                         "row %zu: %.60s", i, text);
        request_destroy(request);
    }
    return unused;
}

/* Closed again, and evaluated: as deep as the text and the operators allow. */
static void *check_deep(void *unused)
{
    struct request *request = create_request();
    struct map item = test_item(request, "{'a':{'S':'x'},'c':{'N':'7'}}");
    const char *open = repeated(request, "", "NOT (", "", 298, "a = :s");
    struct condition *condition;
    cr_assert_eq(condition_parse(request, EXPRESSION_CONDITION,
                                 slice_of(repeated(request, open, ")", "", 298, "")),
                                 test_placeholders(request), &condition),
                 0, "%s", request->message);
    cr_assert(condition_met(condition, &item));
    open = repeated(request, "SET a = ", "if_not_exists(b,", "", 200, "c");
    struct update *update;
    cr_assert_eq(
        update_parse(request, slice_of(repeated(request, open, ")", "", 200, "")), NULL, &update),
        0, "%s", request->message);
    cr_assert_eq(update_apply(request, update, &item), 0, "%s", request->message);
    cr_assert_str_eq(map_string(request, &item), "{\"a\":{\"N\":\"7\"},\"c\":{\"N\":\"7\"}}");
    request_destroy(request);
    return unused;
}

static void on_small_stack(void *(*function)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    cr_assert_eq(pthread_create(&thread, &attributes, function, NULL), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

Test(limits, rows)
{
    on_small_stack(check_rows);
}

Test(limits, deep)
{
    on_small_stack(check_deep);
}

static const char *reserved_name(const char *word)
{
    static char message[128];
    snprintf(message, sizeof message,
             INVALID_PROJECTION "Attribute name is a reserved keyword; reserved keyword: %s", word);
    return message;
}

Test(limits, reserved_words)
{
    static const char *const words[] = { "ABORT", "abort", "Name", "siZe",
                                         "zone",  "TTL",   "url",  "a.year" };
    static const char *const free_words[] = { "abor",  "abortt", "names1", "z",
                                              "zones", "ttl_",   "a.years" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct request *request = create_request();
        const char *dot = strchr(words[i], '.');
        cr_expect_str_eq(parse_message(request, EXPRESSION_PROJECTION, words[i]),
                         reserved_name(dot ? dot + 1 : words[i]));
        request_destroy(request);
    }
    for (size_t i = 0; i < sizeof free_words / sizeof *free_words; i++) {
        struct request *request = create_request();
        cr_expect_str_eq(parse_message(request, EXPRESSION_PROJECTION, free_words[i]), "");
        request_destroy(request);
    }
}
