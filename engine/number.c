/*
 * number.c - see number.h: reading, writing, comparing and adding decimals, and the bytes that they
 * sort by.
 *
 * A mantissa of 38 digits stays below 10^38, and 2^128 is above 3 * 10^38: two mantissas of one
 * exponent add up without overflow, and a third of the 39-digit numbers fits too, which number_add
 * relies on.
 */
#include "engine/number.h"

#include <string.h>

#include "engine/limits.h"

typedef unsigned __int128 u128;

enum {
    DIGITS_MAX = 38,
    ADJUSTED_MIN = -130, /* of any; limits.smallest may allow less */
    ADJUSTED_MAX = 125,  /* exponent of a number's first digit, as in scientific notation */
};

#define E19 10000000000000000000u

/* clang-format off */
static const u128 power_of_10[DIGITS_MAX + 1] = {
    1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u,
    10000000000u, 100000000000u, 1000000000000u, 10000000000000u, 100000000000000u,
    1000000000000000u, 10000000000000000u, 100000000000000000u, 1000000000000000000u, E19,
    E19 * (u128)10u, E19 * (u128)100u, E19 * (u128)1000u, E19 * (u128)10000u, E19 * (u128)100000u,
    E19 * (u128)1000000u, E19 * (u128)10000000u, E19 * (u128)100000000u, E19 * (u128)1000000000u,
    E19 * (u128)10000000000u, E19 * (u128)100000000000u, E19 * (u128)1000000000000u,
    E19 * (u128)10000000000000u, E19 * (u128)100000000000000u, E19 * (u128)1000000000000000u,
    E19 * (u128)10000000000000000u, E19 * (u128)100000000000000000u,
    E19 * (u128)1000000000000000000u, E19 * (u128)E19,
};
/* clang-format on */

/* Decimal digits of any u128, 0 of 0. */
static int digit_count(u128 mantissa)
{
    uint64_t high = (uint64_t)(mantissa >> 64), low = (uint64_t)mantissa;
    int bits = high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
    /* 1233 / 4096 is log10(2), near enough below 2^128. */
    int count = bits * 1233 >> 12;
    return count + (mantissa >= power_of_10[count]);
}

static char *digits_before(char *end, uint64_t value)
{
    for (; value != 0; value /= 10)
        *--end = (char)('0' + value % 10);
    return end;
}

/* Writes the digits of a mantissa below 10^38 so that they end before `end`; returns where they
 * begin. */
static char *write_digits(char *end, u128 mantissa)
{
    if (mantissa >> 64 == 0)
        return digits_before(end, (uint64_t)mantissa);
    char *start = digits_before(end, (uint64_t)(mantissa % E19));
    while (start > end - 19)
        *--start = '0';
    return digits_before(start, (uint64_t)(mantissa / E19));
}

/* Exponent of the first digit. Not for 0. */
static int adjusted_exponent(const struct number *number)
{
    return number->exponent + digit_count(number->mantissa) - 1;
}

/* What a text says, before anybody asks whether it is in range. */
struct scan {
    u128 mantissa;    /* the significant digits, unless they are too many */
    int64_t digits;   /* how many there are, from the first that is not 0 to the last; 0 of zero */
    int64_t zeros;    /* zeros behind them */
    int64_t fraction; /* digits behind the point */
    int64_t exponent; /* as written */
    bool negative;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static void scan_digit(struct scan *scan, int digit)
{
    if (digit == 0) {
        scan->zeros += scan->digits != 0;
        return;
    }
    int64_t digits = scan->digits + scan->zeros + 1;
    if (digits <= DIGITS_MAX)
        scan->mantissa = scan->mantissa * power_of_10[scan->zeros + 1] + (unsigned)digit;
    scan->digits = digits;
    scan->zeros = 0;
}

/* Reads an exponent up to `end`; false when it is none, or beyond 64 bits. */
static bool scan_exponent(const char *next, const char *end, int64_t *out)
{
    bool negative = next < end && *next == '-';
    if (next < end && (*next == '-' || *next == '+'))
        next++;
    if (next == end)
        return false;
    int64_t exponent = 0;
    for (; next < end; next++) {
        int digit = *next - '0';
        if (!is_digit(*next) || __builtin_mul_overflow(exponent, 10, &exponent) ||
            __builtin_sub_overflow(exponent, digit, &exponent))
            return false;
    }
    /* Collected below zero, where there is room for one more. */
    if (!negative && __builtin_sub_overflow(0, exponent, &exponent))
        return false;
    *out = exponent;
    return true;
}

static bool scan_text(struct slice text, struct scan *out)
{
    struct scan scan = { 0 };
    const char *next = text.data, *end = text.data + text.length;
    if (next < end && (*next == '-' || *next == '+'))
        scan.negative = *next++ == '-';
    const char *start = next;
    for (; next < end && is_digit(*next); next++)
        scan_digit(&scan, *next - '0');
    int64_t written = next - start;
    if (next < end && *next == '.') {
        start = ++next;
        for (; next < end && is_digit(*next); next++)
            scan_digit(&scan, *next - '0');
        scan.fraction = next - start;
    }
    if (written + scan.fraction == 0)
        return false;
    if (next < end) {
        if ((*next != 'e' && *next != 'E') || !scan_exponent(next + 1, end, &scan.exponent))
            return false;
    }
    *out = scan;
    return true;
}

static enum number_error finish(const struct scan *scan, __int128 adjusted, struct number *out)
{
    if (adjusted > ADJUSTED_MAX)
        return NUMBER_OVERFLOW;
    if (adjusted < limits.smallest)
        return NUMBER_UNDERFLOW;
    if (scan->digits > DIGITS_MAX)
        return NUMBER_TOO_PRECISE;
    if (scan->digits == 0)
        *out = (struct number){ 0 };
    else
        *out = (struct number){ scan->mantissa, (int16_t)(adjusted - scan->digits + 1),
                                scan->negative };
    return NUMBER_OK;
}

enum number_error number_parse(struct slice text, struct number *out)
{
    struct scan scan;
    if (!scan_text(text, &scan))
        return NUMBER_NOT_NUMERIC;
    __int128 adjusted = scan.exponent;
    if (scan.digits != 0)
        adjusted += scan.digits + scan.zeros - scan.fraction - 1;
    return finish(&scan, adjusted, out);
}

enum number_error number_parse_older(struct slice text, struct number *out)
{
    struct scan scan;
    if (!scan_text(text, &scan) || scan.exponent < INT32_MIN || scan.exponent > INT32_MAX)
        return NUMBER_NOT_NUMERIC;
    int64_t scale = scan.fraction - scan.exponent;
    int64_t precision = scan.digits ? scan.digits + scan.zeros : 1;
    if (scale < INT32_MIN || scale > INT32_MAX)
        return NUMBER_NOT_NUMERIC;
    return finish(&scan, (int32_t)(uint32_t)(precision - scale) - (__int128)1, out);
}

const char *number_error_text(enum number_error error)
{
    switch (error) {
    case NUMBER_NOT_NUMERIC:
        return "The parameter cannot be converted to a numeric value";
    case NUMBER_OVERFLOW:
        return "Number overflow. Attempting to store a number with magnitude larger than "
               "supported range";
    case NUMBER_UNDERFLOW:
        return "Number underflow. Attempting to store a number with magnitude smaller than "
               "supported range";
    case NUMBER_TOO_PRECISE:
        return "Attempting to store more than 38 significant digits in a Number";
    case NUMBER_OK:
        break;
    }
    return "";
}

size_t number_format(const struct number *number, char out[NUMBER_TEXT_MAX])
{
    char text[DIGITS_MAX + 1], *end = text + sizeof text;
    const char *digits = write_digits(end, number->mantissa);
    int count = (int)(end - digits), whole = count + number->exponent; /* digits before the point */
    char *next = out;

    if (count == 0) {
        memcpy(out, "0", 2);
        return 1;
    }
    if (number->negative)
        *next++ = '-';
    if (number->exponent >= 0) {
        next = mempcpy(next, digits, (size_t)count);
        memset(next, '0', (size_t)number->exponent);
        next += number->exponent;
    } else if (whole > 0) {
        next = mempcpy(next, digits, (size_t)whole);
        *next++ = '.';
        next = mempcpy(next, digits + whole, (size_t)(count - whole));
    } else {
        next = mempcpy(next, "0.", 2);
        memset(next, '0', (size_t)-whole);
        next = mempcpy(next - whole, digits, (size_t)count);
    }
    *next = '\0';
    return (size_t)(next - out);
}

bool number_is_normal(const struct number *number)
{
    u128 mantissa = number->mantissa;
    if (mantissa == 0)
        return number->exponent == 0 && !number->negative;
    if (mantissa >= power_of_10[DIGITS_MAX] || mantissa % 10 == 0)
        return false;
    int adjusted = adjusted_exponent(number);
    return adjusted >= ADJUSTED_MIN && adjusted <= ADJUSTED_MAX;
}

static int compare_mantissas(u128 a, u128 b)
{
    return (a > b) - (a < b);
}

/* Orders by magnitude. The mantissas may end in zeros, and have 39 digits when the exponents are
 * equal. */
static int compare_magnitudes(const struct number *a, const struct number *b)
{
    if (a->exponent == b->exponent || a->mantissa == 0 || b->mantissa == 0)
        return compare_mantissas(a->mantissa, b->mantissa);
    int a_digits = digit_count(a->mantissa), b_digits = digit_count(b->mantissa);
    int a_end = a->exponent + a_digits, b_end = b->exponent + b_digits;
    if (a_end != b_end)
        return a_end < b_end ? -1 : 1;
    if (a_digits < b_digits)
        return compare_mantissas(a->mantissa * power_of_10[b_digits - a_digits], b->mantissa);
    return compare_mantissas(a->mantissa, b->mantissa * power_of_10[a_digits - b_digits]);
}

int number_compare(const struct number *a, const struct number *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

/* Brings an exact result into normal form, or says why it is none. */
static enum number_error settle(u128 mantissa, int exponent, bool negative, struct number *out)
{
    if (mantissa == 0) {
        *out = (struct number){ 0 };
        return NUMBER_OK;
    }
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        exponent++;
    }
    int digits = digit_count(mantissa), adjusted = exponent + digits - 1;
    if (adjusted > ADJUSTED_MAX)
        return NUMBER_OVERFLOW;
    if (adjusted < limits.smallest)
        return NUMBER_UNDERFLOW;
    if (digits > DIGITS_MAX)
        return NUMBER_TOO_PRECISE;
    *out = (struct number){ mantissa, (int16_t)exponent, negative };
    return NUMBER_OK;
}

/*
 * What is wrong with the sum of two numbers that has more than 38 digits: a carry can bring it out
 * of range, and the range comes first, as in number_parse.
 */
static enum number_error too_precise(const struct number *high, const struct number *low, bool add)
{
    if (add && adjusted_exponent(high) == ADJUSTED_MAX) {
        struct number room = { power_of_10[digit_count(high->mantissa)] - high->mantissa,
                               high->exponent, false };
        if (compare_magnitudes(low, &room) >= 0)
            return NUMBER_OVERFLOW;
    }
    return NUMBER_TOO_PRECISE;
}

enum number_error number_add(const struct number *a, const struct number *b, struct number *out)
{
    if (a->mantissa == 0 || b->mantissa == 0) {
        *out = a->mantissa == 0 ? *b : *a;
        return NUMBER_OK;
    }
    const struct number *high = a->exponent >= b->exponent ? a : b, *low = high == a ? b : a;
    int shift = high->exponent - low->exponent;
    bool add = a->negative == b->negative;

    /*
     * `low` does not end in 0, nor does then the result when `high` moves. With 39 digits the
     * result can have 38 after all (10^38 - 1), but only when `high` is below 2 * 10^38; what does
     * not fit 128 bits, or has 40 digits, never can.
     */
    u128 aligned, sum;
    if (digit_count(high->mantissa) + shift > DIGITS_MAX + 1 ||
        __builtin_mul_overflow(high->mantissa, power_of_10[shift], &aligned))
        return too_precise(high, low, add);
    if (add) {
        if (__builtin_add_overflow(aligned, low->mantissa, &sum))
            return too_precise(high, low, add);
        return settle(sum, low->exponent, a->negative, out);
    }
    if (aligned >= low->mantissa)
        return settle(aligned - low->mantissa, low->exponent, high->negative, out);
    return settle(low->mantissa - aligned, low->exponent, low->negative, out);
}

enum number_error number_subtract(const struct number *a, const struct number *b,
                                  struct number *out)
{
    struct number negated = *b;
    negated.negative = b->mantissa != 0 && !b->negative;
    return number_add(a, &negated, out);
}

size_t number_size(const struct number *number)
{
    if (number->mantissa == 0)
        return 1;
    int digits = digit_count(number->mantissa), whole = digits + number->exponent;
    int fraction = 0;
    if (number->exponent >= 0) {
        whole = digits; /* without the zeros behind them */
    } else if (whole > 0) {
        fraction = digits - whole;
    } else {
        fraction = digits; /* without the zeros before them */
        whole = 0;
    }
    return (size_t)(1 + (whole + 1) / 2 + (fraction + 1) / 2 + number->negative);
}

/*
 * One byte of exponent, then the digits in pairs that meet at the decimal point, in base 100: 1 to
 * 100 of a positive number, 101 down to 2 of a negative one, whose exponent is complemented too. 0
 * and 102 end them, below and above every digit.
 */
enum { EXPONENT_OF_1 = 0xc1, POSITIVE_END = 0, NEGATIVE_END = 102, PAIRS_MAX = 20 };

size_t number_encode(const struct number *number, unsigned char out[NUMBER_KEY_MAX])
{
    if (number->mantissa == 0) {
        out[0] = 0x80;
        out[1] = POSITIVE_END;
        return 2;
    }
    /* A zero on either side, to fill the first and the last pair up. */
    char text[DIGITS_MAX + 2], *end = text + sizeof text - 1;
    *end = '0';
    char *next = write_digits(end, number->mantissa);
    int adjusted = number->exponent + (int)(end - next) - 1;
    bool odd = adjusted & 1; /* the first pair has two digits */
    if (!odd)
        *--next = '0';

    size_t length = 0;
    unsigned char first = (unsigned char)(EXPONENT_OF_1 + (adjusted - odd) / 2);
    out[length++] = number->negative ? (unsigned char)~first : first;
    for (; next < end; next += 2) {
        unsigned char pair = (unsigned char)((next[0] - '0') * 10 + (next[1] - '0'));
        out[length++] = number->negative ? 101 - pair : pair + 1;
    }
    out[length++] = number->negative ? NEGATIVE_END : POSITIVE_END;
    return length;
}

size_t number_encoded_length(struct slice bytes)
{
    if (bytes.length == 0)
        return 0;
    bool negative = (unsigned char)bytes.data[0] < 0x80;
    size_t most = bytes.length < NUMBER_KEY_MAX ? bytes.length : NUMBER_KEY_MAX;
    const char *end = memchr(bytes.data + 1, negative ? NEGATIVE_END : POSITIVE_END, most - 1);
    return end ? (size_t)(end - bytes.data) + 1 : 0;
}

size_t number_internal_length(const unsigned char *encoded, size_t length)
{
    bool negative = encoded[0] < 0x80;
    return negative && length - 2 < PAIRS_MAX ? length : length - 1;
}
