/*
 * tokenizer.c - the text of an expression into tokens. Every character ends up in a token or
 * between two of them: what begins none is a token of its own (TOKEN_UNKNOWN), so that the parser
 * finds the error in its place.
 *
 * The lexical rules are those that the service's errors show ('near: "#AMZN_MAPPED_2021-0"' for the
 * text #AMZN_MAPPED_2021-03: an index is 0 or begins with another digit; aws-sdk-java-v2#2310),
 * probed in DynamoDB Local 2.6.1: a name begins with a letter, never with "_"; placeholders may go
 * on with any letter, digit or "_".
 */
#include "engine/expression/internal.h"

static const struct {
    const char *word;
    enum token_type type;
} keywords[] = {
    { "AND", TOKEN_AND },         { "OR", TOKEN_OR },   { "NOT", TOKEN_NOT },
    { "BETWEEN", TOKEN_BETWEEN }, { "IN", TOKEN_IN },   { "SET", TOKEN_SET },
    { "REMOVE", TOKEN_REMOVE },   { "ADD", TOKEN_ADD }, { "DELETE", TOKEN_DELETE },
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_word(struct slice text, size_t i)
{
    while (i < text.length && is_word(text.data[i]))
        i++;
    return i;
}

static enum token_type word_type(struct slice word)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (compare_ignoring_case(word, keywords[i].word) == 0)
            return keywords[i].type;
    }
    return TOKEN_NAME;
}

static enum token_type symbol_type(char c, char after, size_t *length)
{
    *length = 1;
    switch (c) {
    case '(':
        return TOKEN_OPEN;
    case ')':
        return TOKEN_CLOSE;
    case '[':
        return TOKEN_OPEN_INDEX;
    case ']':
        return TOKEN_CLOSE_INDEX;
    case '.':
        return TOKEN_DOT;
    case ',':
        return TOKEN_COMMA;
    case '+':
        return TOKEN_PLUS;
    case '-':
        return TOKEN_MINUS;
    case '=':
        return TOKEN_EQ;
    case '<':
        *length = after == '>' || after == '=' ? 2 : 1;
        return after == '>' ? TOKEN_NE : after == '=' ? TOKEN_LE : TOKEN_LT;
    case '>':
        *length = after == '=' ? 2 : 1;
        return after == '=' ? TOKEN_GE : TOKEN_GT;
    default:
        return TOKEN_UNKNOWN;
    }
}

/* The token that begins at `start`, which is no white space. */
static struct token next_token(struct slice text, size_t start)
{
    char c = text.data[start];
    size_t end = start + 1;
    if (is_letter(c)) {
        end = skip_word(text, end);
        return (struct token){ word_type((struct slice){ text.data + start, end - start }), start,
                               end };
    }
    if (c == '#' || c == ':') {
        end = skip_word(text, end);
        enum token_type type = end == start + 1 ? TOKEN_UNKNOWN
                               : c == '#'       ? TOKEN_NAME_PLACEHOLDER
                                                : TOKEN_VALUE_PLACEHOLDER;
        return (struct token){ type, start, end };
    }
    if (is_digit(c)) {
        while (c != '0' && end < text.length && is_digit(text.data[end]))
            end++;
        return (struct token){ TOKEN_INDEX, start, end };
    }
    size_t length;
    enum token_type type = symbol_type(c, end < text.length ? text.data[end] : '\0', &length);
    end = start + length;
    /* One character of UTF-8, so that an error does not quote half of one. */
    while (type == TOKEN_UNKNOWN && end < text.length &&
           ((unsigned char)text.data[end] & 0xc0) == 0x80)
        end++;
    return (struct token){ type, start, end };
}

int tokenize(struct parser *parser)
{
    struct slice text = parser->text;
    if (text.length == 0)
        return expression_fail(parser, "The expression can not be empty;");
    /* How large it is only the older layer says: so a Query in 2021 (pynamodb/PynamoDB#979) and a Scan in 2026, when
     * reads and writes of the current one did not (floci-io/floci#3447), nor an UpdateItem in 2023
     * (aws/aws-sdk-java-v2#4597). */
    if (text.length > EXPRESSION_SIZE_MAX && parser->request->layer == VALUE_LAYER_CURRENT)
        return expression_fail(parser, "Expression size has exceeded the maximum allowed size;");
    if (text.length > EXPRESSION_SIZE_MAX)
        return expression_fail(
            parser, "Expression size has exceeded the maximum allowed size; expression size: %zu",
            text.length);
    /* Counted before they are kept: most expressions are short, and arena memory is not given back
     * in between. */
    for (int pass = 0; pass < 2; pass++) {
        size_t count = 0;
        for (size_t i = 0; i < text.length;) {
            if (is_space(text.data[i])) {
                i++;
                continue;
            }
            struct token token = next_token(text, i);
            if (pass == 1)
                parser->tokens[count] = token;
            count++;
            i = token.end;
        }
        if (pass == 0)
            parser->tokens = ARENA_NEW_ARRAY(parser->arena, count + 1, struct token);
        else
            parser->tokens[count] = (struct token){ TOKEN_END, text.length, text.length };
        parser->token_count = count;
    }
    return 0;
}
