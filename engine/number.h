/*
 * number.h - DynamoDB's Number: a decimal of up to 38 significant digits between 1E-130
 * and 9.99..E+125, or its negative, or 0.
 *
 * Exact: no binary floating point anywhere. Sources: AWS developer guide, ServiceQuotas (precision,
 * range); facts/fidelity.md section 2 (texts, normal form, range check of a zero by its written
 * exponent) and 3 (size).
 */
#ifndef DDBMOCK_ENGINE_NUMBER_H
#define DDBMOCK_ENGINE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/slice.h"

/*
 * Value = (-1)^negative * mantissa * 10^exponent. Always normal: the mantissa has at most 38 digits
 * and does not end in 0, and zero is { 0, 0, false }; so equal numbers have equal members.
 */
struct number {
    unsigned __int128 mantissa;
    int16_t exponent;
    bool negative;
};

enum number_error {
    NUMBER_OK,
    NUMBER_NOT_NUMERIC, /* "abc", "", " 1", "0x10", "NaN" */
    NUMBER_OVERFLOW,    /* magnitude above 9.99..E+125 */
    NUMBER_UNDERFLOW,   /* magnitude below 1E-130, but not 0 */
    NUMBER_TOO_PRECISE, /* more than 38 significant digits */
};

enum {
    NUMBER_TEXT_MAX = 192, /* bytes, with the NUL: sign, "0.", 129 zeros, 38 digits and to spare */
    NUMBER_KEY_MAX = 24,   /* bytes of number_encode's answer */
};

/*
 * Reads what a client may send as N: [+-] digits [. digits] [e [+-] digits], where digits may be
 * missing on one side of the point. On an error *out is not set. Range comes before precision: a
 * number that is both too large and too precise overflows. The exponent may fill 64 bits; beyond
 * that the text is not numeric.
 */
enum number_error number_parse(struct slice text, struct number *out);

/*
 * The same as the service's older validation layer reads it, which is Java's BigDecimal: exponents
 * end at 32 bits, and magnitudes beyond wrap around ("1e2147483647" underflows). facts/fidelity.md
 * section 2.
 */
enum number_error number_parse_older(struct slice text, struct number *out);

/* The service's text for an error. That of NUMBER_NOT_NUMERIC is to be followed by ": " and the
 * text. Static. */
const char *number_error_text(enum number_error error);

/* Writes the service's normal form ("-0.05", "1000", never an exponent) and a NUL; returns the
 * length without it. */
size_t number_format(const struct number *number, char out[NUMBER_TEXT_MAX]);

/* Whether members that come from elsewhere are those of a number: in range, and in normal form. */
bool number_is_normal(const struct number *number);

/* < 0, 0, > 0 as strcmp. */
int number_compare(const struct number *a, const struct number *b);

/* Exact sum and difference, or NUMBER_OVERFLOW, NUMBER_UNDERFLOW, NUMBER_TOO_PRECISE as the service
 * has it. */
enum number_error number_add(const struct number *a, const struct number *b, struct number *out);
enum number_error number_subtract(const struct number *a, const struct number *b,
                                  struct number *out);

/* What the number counts in an item's size, in bytes: 1 to 22. */
size_t number_size(const struct number *number);

/*
 * Writes a form whose unsigned byte order is numeric order and of which none is a prefix of
 * another; returns its length. Up to its last byte it is the form that the service itself hashes
 * (see number_internal_length).
 */
size_t number_encode(const struct number *number, unsigned char out[NUMBER_KEY_MAX]);

/* The length of the form at the start of `bytes`, or 0 when there is none. */
size_t number_encoded_length(struct slice bytes);

/*
 * How many bytes of a form are the service's own internal form, which its partition hash is taken
 * of: all but the byte that ends it, which the service writes only behind a negative number of
 * fewer than 20 pairs of digits. Source: [dyl] in facts/fidelity.md section 5, "Scan order".
 */
size_t number_internal_length(const unsigned char *encoded, size_t length);

#endif
