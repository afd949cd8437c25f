/*
 * test_patterns.c - the model's regular expressions, matched whole.
 */
#include <criterion/criterion.h>

#include "engine/schema/patterns.h"

struct pattern_case {
    const struct pattern *pattern;
    const char *text;
    bool matches;
};

static const struct pattern_case cases[] = {
    { &pattern_name, "aZ09_.-", true },
    { &pattern_name, "", false },
    { &pattern_name, "a b", false },
    { &pattern_name, "a\n", false },
    { &pattern_name, "\xc3\xa4", false },
    { &pattern_printable, "a ~", true },
    { &pattern_printable, "", false },
    { &pattern_printable, "a\t", false },
    { &pattern_printable, "\xc3\xa4", false },
    { &pattern_text, "", true },
    { &pattern_text, "a\r\n\t\xc3\xa4\xf0\x9f\x98\x80", true },
    { &pattern_text, "a\x01", false },
    { &pattern_text, "\xef\xbf\xbd", true },
    { &pattern_text, "\xef\xbf\xbe", false },
    { &pattern_text, "x\xef\xbf\xbf", false },
    { &pattern_hex_token, "0123456789abcdef", true },
    { &pattern_hex_token, "0123456789abcdef0123456789abcdef", true },
    { &pattern_hex_token, "0123456789abcde", false },
    { &pattern_hex_token, "0123456789ABCDEF", false },
    { &pattern_hex_token, "", false },
    { &pattern_no_dollar, "abc", true },
    { &pattern_no_dollar, "a$", false },
    { &pattern_no_dollar, "", false },
    { &pattern_csv_delimiter, ",", true },
    { &pattern_csv_delimiter, "\t", true },
    { &pattern_csv_delimiter, "a", false },
    { &pattern_csv_delimiter, ",,", false },
    { &pattern_csv_delimiter, "", false },
    { &pattern_csv_header, "", true },
    { &pattern_csv_header, "a b!~", true },
    { &pattern_csv_header, "a,b", false },
    { &pattern_csv_header, "a\"b", false },
    { &pattern_bucket, "my-bucket.1", true },
    { &pattern_bucket, "aB", true },
    { &pattern_bucket, "a", false },
    { &pattern_bucket, "-a", false },
    { &pattern_bucket, "a-", false },
    { &pattern_bucket, "a/b", false },
    { &pattern_account, "012345678901", true },
    { &pattern_account, "01234567890", false },
    { &pattern_account, "01234567890a", false },
};

Test(patterns, match_the_whole_text)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(cases[i].pattern->matches(slice_of(cases[i].text)), cases[i].matches,
                     "%s: \"%s\"", cases[i].pattern->text, cases[i].text);
}

Test(patterns, a_nul_does_not_end_the_text)
{
    cr_expect_not(pattern_name.matches((struct slice){ "a\0;", 3 }));
    cr_expect_not(pattern_csv_delimiter.matches((struct slice){ "\0", 1 }));
}
