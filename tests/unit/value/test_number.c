/*
 * test_number.c - numbers against tables of what the service does, and against decimals written out
 * digit by digit.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "engine/number.h"
#include "tests/unit/value/random_value.h"

#define ZEROS_10  "0000000000"
#define ZEROS_40  ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10
#define ZEROS_120 ZEROS_40 ZEROS_40 ZEROS_40
#define NINES_38  "99999999999999999999999999999999999999"

static struct number number(const char *text)
{
    struct number result;
    cr_assert_eq(number_parse(slice_of(text), &result), NUMBER_OK, "%s", text);
    return result;
}

static const char *text_of(const struct number *value)
{
    static char text[NUMBER_TEXT_MAX];
    size_t length = number_format(value, text);
    cr_assert_eq(length, strlen(text));
    return text;
}

Test(number, normal_form)
{
    static const struct {
        const char *sent, *stored;
    } rows[] = {
        { "0", "0" },
        { "-0", "0" },
        { "0.000", "0" },
        { "0e125", "0" },
        { "0e-130", "0" },
        { "-0.0e5", "0" },
        { "1", "1" },
        { "+5", "5" },
        { "-5", "-5" },
        { ".5", "0.5" },
        { "5.", "5" },
        { "-.5e1", "-5" },
        { "0042.1200", "42.12" },
        { "1000", "1000" },
        { "1e3", "1000" },
        { "1E+3", "1000" },
        { "12.5e-3", "0.0125" },
        { "-0.05", "-0.05" },
        { "1e0000000000000000000000000000003", "1000" },
        { "3.14159", "3.14159" },
        { "18446744073709551615", "18446744073709551615" },
        { "18446744073709551616", "18446744073709551616" },
        { "184467440737095516160000000000.5", "184467440737095516160000000000.5" },
        { NINES_38, NINES_38 },
        { NINES_38 "e-20", "999999999999999999.99999999999999999999" },
        { "1E125", "1" ZEROS_120 "00000" },
        { "-1E125", "-1" ZEROS_120 "00000" },
        { "0.1e126", "1" ZEROS_120 "00000" },
        { "1E-130", "0." ZEROS_120 "0000000001" },
        { "-1E-130", "-0." ZEROS_120 "0000000001" },
        { NINES_38 "e88", NINES_38 ZEROS_40 ZEROS_40 "00000000" },
        { NINES_38 "e-167", "0." ZEROS_120 "000000000" NINES_38 },
        { "1" ZEROS_40, "1" ZEROS_40 },
        { "0." ZEROS_40 "1", "0." ZEROS_40 "1" },
        { "1." ZEROS_40, "1" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number value = number(rows[i].sent);
        cr_expect_str_eq(text_of(&value), rows[i].stored, "%s", rows[i].sent);
        cr_expect(number_is_normal(&value), "%s", rows[i].sent);
    }
}

Test(number, refused)
{
    static const struct {
        const char *sent;
        enum number_error current, older;
    } rows[] = {
        { "", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "abc", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { " 1", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1 ", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "0x10", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1e", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1e+", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1e5.", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "e5", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { ".", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "-", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "-.", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "--1", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1.2.3", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1_000", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1,5", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "NaN", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "Infinity", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1e126", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { "-1e126", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { "10e125", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { "0e126", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { "1e-131", NUMBER_UNDERFLOW, NUMBER_UNDERFLOW },
        { "0.1e-130", NUMBER_UNDERFLOW, NUMBER_UNDERFLOW },
        { "0e-131", NUMBER_UNDERFLOW, NUMBER_UNDERFLOW },
        { "100000000000000000000000000000000000001", NUMBER_TOO_PRECISE, NUMBER_TOO_PRECISE },
        { NINES_38 "9", NUMBER_TOO_PRECISE, NUMBER_TOO_PRECISE },
        { NINES_38 "9e100", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { NINES_38 "9e-170", NUMBER_UNDERFLOW, NUMBER_UNDERFLOW },
        { "1e2147483646", NUMBER_OVERFLOW, NUMBER_OVERFLOW },
        { "1e2147483647", NUMBER_OVERFLOW, NUMBER_UNDERFLOW },
        { "1e2147483648", NUMBER_OVERFLOW, NUMBER_NOT_NUMERIC },
        { "1e-2147483648", NUMBER_UNDERFLOW, NUMBER_NOT_NUMERIC },
        { "1e99999999999", NUMBER_OVERFLOW, NUMBER_NOT_NUMERIC },
        { "1e9223372036854775807", NUMBER_OVERFLOW, NUMBER_NOT_NUMERIC },
        { "1e9223372036854775808", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
        { "1e-9223372036854775808", NUMBER_UNDERFLOW, NUMBER_NOT_NUMERIC },
        { "1e-9223372036854775809", NUMBER_NOT_NUMERIC, NUMBER_NOT_NUMERIC },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number value;
        cr_expect_eq(number_parse(slice_of(rows[i].sent), &value), rows[i].current, "%s",
                     rows[i].sent);
        cr_expect_eq(number_parse_older(slice_of(rows[i].sent), &value), rows[i].older, "older: %s",
                     rows[i].sent);
    }
    struct number value;
    cr_expect_eq(number_parse((struct slice){ "1\0", 2 }, &value), NUMBER_NOT_NUMERIC);
}

Test(number, sums)
{
    static const struct {
        const char *a, *b, *sum; /* NULL: `error` */
        enum number_error error;
    } rows[] = {
        { "0", "0", "0", NUMBER_OK },
        { "0", "-1.5", "-1.5", NUMBER_OK },
        { "1", "-1", "0", NUMBER_OK },
        { "5", "5", "10", NUMBER_OK },
        { "0.1", "0.2", "0.3", NUMBER_OK },
        { "1e20", "-1", "99999999999999999999", NUMBER_OK },
        { NINES_38, "1",
          "1"
          "00000000" ZEROS_10 ZEROS_10 ZEROS_10,
          NUMBER_OK },
        { "1e38", "-1", NINES_38, NUMBER_OK },
        { "1e38", "1", NULL, NUMBER_TOO_PRECISE },
        { "1e37", "1", "10000000000000000000000000000000000001", NUMBER_OK },
        { "2e38", "-1", NULL, NUMBER_TOO_PRECISE },
        { "1e39", "-1", NULL, NUMBER_TOO_PRECISE },
        { "1e125", "1e-130", NULL, NUMBER_TOO_PRECISE },
        { "1e125", "-1e-130", NULL, NUMBER_TOO_PRECISE },
        { "9e125", "1e125", NULL, NUMBER_OVERFLOW },
        { "-9e125", "-1e125", NULL, NUMBER_OVERFLOW },
        { NINES_38 "e88", "1e88", NULL, NUMBER_OVERFLOW },
        { NINES_38 "e88", "1e87", NULL, NUMBER_TOO_PRECISE },
        { NINES_38 "e88", NINES_38 "e86", NULL, NUMBER_OVERFLOW },
        { "1.5e-130", "-1e-130", NULL, NUMBER_UNDERFLOW },
        { "1.5e-130", "1e-130", "0." ZEROS_120 "00000000025", NUMBER_OK },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number a = number(rows[i].a), b = number(rows[i].b), sum;
        for (int swapped = 0; swapped < 2; swapped++) {
            enum number_error error = swapped ? number_add(&b, &a, &sum) : number_add(&a, &b, &sum);
            cr_assert_eq(error, rows[i].error, "%s + %s", rows[i].a, rows[i].b);
            if (error == NUMBER_OK)
                cr_expect_str_eq(text_of(&sum), rows[i].sum, "%s + %s", rows[i].a, rows[i].b);
        }
        b.negative = b.mantissa != 0 && !b.negative;
        cr_assert_eq(number_subtract(&a, &b, &sum), rows[i].error, "%s - -%s", rows[i].a,
                     rows[i].b);
    }
}

Test(number, size)
{
    static const struct {
        const char *text;
        size_t size;
    } rows[] = {
        { "0", 1 },
        { "1", 2 },
        { "12", 2 },
        { "123", 3 },
        { "-1", 3 },
        { "3.14159", 5 },
        { "123456", 4 },
        { "0.0000001", 2 },
        { "1E125", 2 },
        { "1E-130", 2 },
        { "100.5", 4 },
        { "1000", 2 },
        { "10.5", 3 },
        { "0.05", 2 },
        { "-0.25", 3 },
        { NINES_38, 20 },
        { "1.25e1", 3 },
        { NINES_38 "e-1", 21 },
        { "-" NINES_38 "e-1", 22 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number value = number(rows[i].text);
        cr_expect_eq(number_size(&value), rows[i].size, "%s: %zu", rows[i].text,
                     number_size(&value));
    }
}

Test(number, sort_forms)
{
    /* In order. */
    static const char *const texts[] = {
        "-" NINES_38 "e88",
        "-1e125",
        "-1e20",
        "-100.5",
        "-100",
        "-99.9",
        "-20",
        "-12.34",
        "-12.3",
        "-12",
        "-2",
        "-1.01",
        "-1",
        "-0.5",
        "-0.05",
        "-0.012",
        "-0.01",
        "-1.5e-130",
        "-1e-130",
        "0",
        "1e-130",
        "1.5e-130",
        "0.01",
        "0.012",
        "0.05",
        "0.5",
        "1",
        "1.01",
        "2",
        "12",
        "12.3",
        "12.34",
        "20",
        "99.9",
        "100",
        "100.5",
        "1e20",
        "1e125",
        NINES_38 "e88",
    };
    unsigned char before[NUMBER_KEY_MAX] = { 0 }, form[NUMBER_KEY_MAX];
    size_t before_length = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct number value = number(texts[i]);
        size_t length = number_encode(&value, form);
        cr_assert_leq(length, 22);
        cr_expect_lt(slice_compare((struct slice){ (char *)before, before_length },
                                   (struct slice){ (char *)form, length }),
                     0, "%s", texts[i]);
        memcpy(before, form, length);
        before_length = length;
    }
}

Test(number, the_services_own_bytes)
{
    /* What scan order is hashed of: worked out by hand from the form's description. */
    static const struct {
        const char *text;
        unsigned char bytes[21];
        size_t length;
    } rows[] = {
        { "0", { 0x80 }, 1 },
        { "1", { 0xc1, 2 }, 2 },
        { "12", { 0xc1, 13 }, 2 },
        { "120", { 0xc2, 2, 21 }, 3 },
        { "0.1", { 0xc0, 11 }, 2 },
        { "0.012", { 0xc0, 2, 21 }, 3 },
        { "3.14159", { 0xc1, 4, 15, 16, 91 }, 5 },
        { "-5", { 0x3e, 96, 102 }, 3 },
        { "1E125", { 0xff, 11 }, 2 },
        { "1E-130", { 0x80, 2 }, 2 },
        { "-" NINES_38 "e-37",
          { 0x3e, 92, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 11 },
          21 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct number value = number(rows[i].text);
        unsigned char form[NUMBER_KEY_MAX];
        size_t length = number_encode(&value, form);
        cr_assert_eq(number_internal_length(form, length), rows[i].length, "%s", rows[i].text);
        cr_expect_arr_eq(form, rows[i].bytes, rows[i].length, "%s", rows[i].text);
    }
}

/*
 * The other opinion: a magnitude as all its digits, from 10^200 down to 10^-199, added with the
 * pencil.
 */
enum { COLUMNS = 400, POINT = 201 };

struct paper {
    bool negative;
    unsigned char digits[COLUMNS]; /* highest first; POINT of them before the point */
};

static struct paper on_paper(const struct number *value)
{
    struct paper paper = { .negative = value->negative };
    int column = POINT - 1 - value->exponent;
    for (unsigned __int128 rest = value->mantissa; rest != 0; rest /= 10)
        paper.digits[column--] = (unsigned char)(rest % 10);
    return paper;
}

static struct paper paper_sum(const struct paper *a, const struct paper *b)
{
    int order = memcmp(a->digits, b->digits, COLUMNS);
    bool add = a->negative == b->negative;
    const struct paper *large = order >= 0 ? a : b, *small = order >= 0 ? b : a;
    struct paper sum = { .negative = large->negative };
    int carry = 0;
    for (int i = COLUMNS - 1; i >= 0; i--) {
        int digit = large->digits[i] + carry + (add ? small->digits[i] : -small->digits[i]);
        carry = digit > 9 ? 1 : digit < 0 ? -1 : 0;
        sum.digits[i] = (unsigned char)(digit - 10 * carry);
    }
    return sum;
}

/* The service's text of it, or "" and what is wrong. */
static enum number_error read_paper(const struct paper *paper, char text[COLUMNS + 4])
{
    int first = 0, last = COLUMNS - 1;
    text[0] = '\0';
    while (first < COLUMNS && paper->digits[first] == 0)
        first++;
    if (first == COLUMNS) {
        strcpy(text, "0");
        return NUMBER_OK;
    }
    while (paper->digits[last] == 0)
        last--;
    if (POINT - 1 - first > 125)
        return NUMBER_OVERFLOW;
    if (POINT - 1 - first < -130)
        return NUMBER_UNDERFLOW;
    if (last - first >= 38)
        return NUMBER_TOO_PRECISE;
    char *next = text;
    if (paper->negative)
        *next++ = '-';
    for (int i = first < POINT - 1 ? first : POINT - 1; i <= (last > POINT - 1 ? last : POINT - 1);
         i++) {
        if (i == POINT)
            *next++ = '.';
        *next++ = (char)('0' + paper->digits[i]);
    }
    *next = '\0';
    return NUMBER_OK;
}

Test(number, agrees_with_pencil_and_paper)
{
    struct random random = random_start();
    unsigned seen[NUMBER_TOO_PRECISE + 1] = { 0 };
    for (int round = 0; round < 100000; round++) {
        struct number a = random_number(&random), b = random_number(&random), result;
        /* Close neighbours: the same digits, the last ones changed. */
        if (random_below(&random, 3) == 0) {
            b = a;
            b.negative = a.mantissa != 0 && random_below(&random, 2);
            b.mantissa ^= random_below(&random, 1024);
            if (!number_is_normal(&b))
                continue;
        }
        struct paper on_a = on_paper(&a), on_b = on_paper(&b), sum;
        char expected[COLUMNS + 4];
        for (int subtract = 0; subtract < 2; subtract++) {
            sum = paper_sum(&on_a, &on_b);
            enum number_error error = read_paper(&sum, expected);
            enum number_error got =
                subtract ? number_subtract(&a, &b, &result) : number_add(&a, &b, &result);
            seen[error]++;
            cr_assert_eq(got, error, "seed %zu round %d: %s", (size_t)random.seed, round,
                         text_of(&a));
            if (error == NUMBER_OK) {
                cr_assert_str_eq(text_of(&result), expected, "seed %zu round %d",
                                 (size_t)random.seed, round);
                cr_assert(number_is_normal(&result));
            }
            on_b.negative = !on_b.negative;
        }

        /* The sign of a - b, from the paper; the forms must say the same, and be no prefix. */
        on_b.negative = !on_b.negative;
        sum = paper_sum(&on_a, &on_b);
        bool zero = number_compare(&a, &b) == 0;
        static const unsigned char nothing[COLUMNS];
        cr_assert_eq(zero, memcmp(sum.digits, nothing, COLUMNS) == 0, "seed %zu round %d",
                     (size_t)random.seed, round);
        int order = zero ? 0 : sum.negative ? -1 : 1;
        cr_assert(order == 0 || order * number_compare(&a, &b) > 0, "seed %zu round %d",
                  (size_t)random.seed, round);
        unsigned char form_a[NUMBER_KEY_MAX], form_b[NUMBER_KEY_MAX];
        struct slice slice_a = { (char *)form_a, number_encode(&a, form_a) };
        struct slice slice_b = { (char *)form_b, number_encode(&b, form_b) };
        int form_order = slice_compare(slice_a, slice_b);
        cr_assert(order == 0 ? form_order == 0 : order * form_order > 0, "seed %zu round %d",
                  (size_t)random.seed, round);
        cr_assert(order == 0 ||
                  (!slice_starts_with(slice_a, slice_b) && !slice_starts_with(slice_b, slice_a)));
        cr_assert_eq(number_encoded_length(slice_a), slice_a.length);

        /* And what is printed reads back as itself. */
        struct number again;
        const char *printed = text_of(&a);
        cr_assert_eq(number_parse(slice_of(printed), &again), NUMBER_OK);
        cr_assert_eq(number_compare(&a, &again), 0);
        on_b = on_paper(&a);
        cr_assert_eq(read_paper(&on_b, expected), NUMBER_OK);
        cr_assert_str_eq(printed, expected);
    }
    cr_assert(seen[NUMBER_OK] > 1000 && seen[NUMBER_TOO_PRECISE] > 1000, "seed %zu",
              (size_t)random.seed);
}
