/*
 * patterns.c - matches the regular expressions of the model (botocore 1.44.5) by hand. See
 * patterns.h.
 */
#include "engine/schema/patterns.h"

static bool every(struct slice text, bool (*in_class)(unsigned char))
{
    for (size_t i = 0; i < text.length; i++)
        if (!in_class((unsigned char)text.data[i]))
            return false;
    return true;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(unsigned char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(unsigned char c)
{
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

static bool is_printable(unsigned char c)
{
    return c >= 0x20 && c <= 0x7e;
}

static bool is_hex(unsigned char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Of a text's bytes. U+FFFE and U+FFFF, which the class leaves out too, are told by their second
 * and third byte. */
static bool is_text(unsigned char c)
{
    return c >= 0x20 || c == '\r' || c == '\n' || c == '\t';
}

static bool is_csv_header(unsigned char c)
{
    return is_printable(c) && c != '"' && c != ',';
}

static bool match_name(struct slice text)
{
    return text.length > 0 && every(text, is_name);
}

static bool match_printable(struct slice text)
{
    return text.length > 0 && every(text, is_printable);
}

static bool match_text(struct slice text)
{
    for (size_t i = 2; i < text.length; i++)
        if (memcmp(text.data + i - 2, "\xef\xbf\xbe", 3) == 0 ||
            memcmp(text.data + i - 2, "\xef\xbf\xbf", 3) == 0)
            return false;
    return every(text, is_text);
}

static bool match_hex_token(struct slice text)
{
    return text.length > 0 && text.length % 16 == 0 && every(text, is_hex);
}

static bool match_no_dollar(struct slice text)
{
    return text.length > 0 && !memchr(text.data, '$', text.length);
}

static bool match_csv_delimiter(struct slice text)
{
    return text.length == 1 && text.data[0] != '\0' && strchr(",;:|\t ", text.data[0]);
}

static bool match_csv_header(struct slice text)
{
    return every(text, is_csv_header);
}

static bool match_bucket(struct slice text)
{
    return text.length >= 2 && every(text, is_name) &&
           is_alphanumeric((unsigned char)text.data[0]) &&
           is_alphanumeric((unsigned char)text.data[text.length - 1]);
}

static bool match_account(struct slice text)
{
    return text.length == 12 && every(text, is_digit);
}

const struct pattern pattern_name = { "[a-zA-Z0-9_.-]+", match_name };
const struct pattern pattern_printable = { "\\p{Print}+", match_printable };
const struct pattern pattern_text = {
    "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*",
    match_text,
};
const struct pattern pattern_hex_token = { "([0-9a-f]{16})+", match_hex_token };
const struct pattern pattern_no_dollar = { "^[^\\$]+$", match_no_dollar };
const struct pattern pattern_csv_delimiter = { "[,;:|\\t ]", match_csv_delimiter };
const struct pattern pattern_csv_header = { "[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*",
                                            match_csv_header };
const struct pattern pattern_bucket = { "^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", match_bucket };
const struct pattern pattern_account = { "[0-9]{12}", match_account };
