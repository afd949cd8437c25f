/*
 * messages.c - the service's sentences about expressions, each worded once. Sources:
 * facts/fidelity.md section 5 for those listed there; else the wording of DynamoDB Local 2.6.1,
 * which shares the validator with the service; what neither says is marked unverified where it
 * stands.
 */
#include "engine/expression/internal.h"

#include <stdarg.h>

static const char *const kinds[] = {
    [EXPRESSION_CONDITION] = "ConditionExpression",
    [EXPRESSION_FILTER] = "FilterExpression",
    [EXPRESSION_KEY_CONDITION] = "KeyConditionExpression",
    [EXPRESSION_PROJECTION] = "ProjectionExpression",
    [EXPRESSION_UPDATE] = "UpdateExpression",
};

int expression_fail(const struct parser *parser, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_vprintf(parser->arena, format, arguments);
    va_end(arguments);
    return request_fail(parser->request, ERROR_VALIDATION, "Invalid %s: %s", kinds[parser->kind],
                        message);
}

int fail_syntax(const struct parser *parser)
{
    const struct token *token = current_token(parser);
    const struct token *next = token->type == TOKEN_END ? token : token + 1;
    /* What is near goes from the token before to the token after, with whatever white space the
     * client wrote. */
    size_t start = parser->position > 0 ? (token - 1)->start : 0;
    struct slice near = { parser->text.data + start, next->end - start };
    struct slice text = token->type == TOKEN_END ? slice_of("<EOF>") : token_text(parser, token);
    return expression_fail(parser, "Syntax error; token: \"%.*s\", near: \"%.*s\"",
                           SLICE_ARGUMENTS(text), SLICE_ARGUMENTS(near));
}

int fail_parentheses(const struct parser *parser)
{
    return expression_fail(parser, "The expression has redundant parentheses;");
}

int fail_function_place(const struct parser *parser, struct slice function)
{
    return expression_fail(
        parser, "The function is not allowed to be used this way in an expression; function: %.*s",
        SLICE_ARGUMENTS(function));
}

int fail_undefined_name(const struct parser *parser, struct slice name)
{
    return expression_fail(parser,
                           "An expression attribute name used in the document path is not defined; "
                           "attribute name: %.*s",
                           SLICE_ARGUMENTS(name));
}

int fail_undefined_value(const struct parser *parser, struct slice name)
{
    return expression_fail(parser,
                           "An expression attribute value used in expression is not defined; "
                           "attribute value: %.*s",
                           SLICE_ARGUMENTS(name));
}

int fail_operand_count(const struct parser *parser, const char *name, unsigned count)
{
    return expression_fail(parser,
                           "Incorrect number of operands for operator or function; "
                           "operator or function: %s, number of operands: %u",
                           name, count);
}

int fail_operand_type(const struct parser *parser, const char *name, const char *type)
{
    return expression_fail(parser,
                           "Incorrect operand type for operator or function; "
                           "operator or function: %s, operand type: %s",
                           name, type);
}

int fail_document_path(const struct parser *parser, const char *function)
{
    return expression_fail(
        parser, "Operator or function requires a document path; operator or function: %s",
        function);
}

int fail_not_distinct(const struct parser *parser, const char *name, const struct path *first)
{
    return expression_fail(
        parser,
        "The first operand must be distinct from the remaining operands for this operator or "
        "function; operator: %s, first operand: %s",
        name, path_string(parser->arena, first));
}

/* A bound as Java prints it: {N:1}, {S:x}, and for a binary no more than its length. */
static const char *bound_string(struct arena *arena, const struct value *value)
{
    const char *type = value_type_name(value->type);
    if (value->type == VALUE_N) {
        char number[NUMBER_TEXT_MAX];
        number_format(&value->number, number);
        return arena_printf(arena, "AttributeValue: {%s:%s}", type, number);
    }
    if (value->type == VALUE_B)
        return arena_printf(arena,
                            "AttributeValue: {%s:java.nio.HeapByteBuffer[pos=0 lim=%zu cap=%zu]}",
                            type, value->bytes.length, value->bytes.length);
    return arena_printf(arena, "AttributeValue: {%s:%.*s}", type, SLICE_ARGUMENTS(value->bytes));
}

int fail_bounds(const struct parser *parser, const char *what, const struct value *low,
                const struct value *high)
{
    return expression_fail(
        parser,
        "The BETWEEN operator requires %s; lower bound operand: %s, upper bound operand: %s", what,
        bound_string(parser->arena, low), bound_string(parser->arena, high));
}

int check_key_path(struct request *request, const struct table *table, const struct path *path,
                   enum key_owner_kind owner)
{
    struct slice name = path->elements[0].name;
    bool is_key = false;
    if (path->count == 1)
        return 0;
    if (owner == TABLE_KEYS)
        is_key = is_key_attribute(&table->keys, name);
    for (size_t i = 0; owner == INDEX_KEYS && i < table->index_count && !is_key; i++)
        is_key = is_key_attribute(&table->indexes[i].keys, name);
    if (!is_key)
        return 0;
    return request_fail(request, ERROR_VALIDATION,
                        "Key attributes must be scalars; list random access '[]' and map lookup "
                        "'.' are not allowed: %s: %.*s",
                        owner == TABLE_KEYS ? "Key" : "IndexKey", SLICE_ARGUMENTS(name));
}

char *path_string(struct arena *arena, const struct path *path)
{
    struct buffer buffer;
    buffer_init(&buffer, arena);
    for (size_t i = 0; i < path->count; i++) {
        const struct path_element *element = &path->elements[i];
        buffer_append_string(&buffer, i == 0 ? "[" : ", ");
        if (element->name.data)
            buffer_append_slice(&buffer, element->name);
        else
            buffer_printf(&buffer, "[%u]", element->index);
    }
    buffer_append_string(&buffer, "]");
    buffer_append_byte(&buffer, '\0');
    return buffer.data;
}

uint32_t java_hash(struct slice text)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < text.length;) {
        unsigned char lead = (unsigned char)text.data[i++];
        uint32_t point = lead < 0x80   ? lead
                         : lead < 0xe0 ? lead & 0x1f
                         : lead < 0xf0 ? lead & 0x0f
                                       : lead & 0x07;
        for (; i < text.length && ((unsigned char)text.data[i] & 0xc0) == 0x80; i++)
            point = point << 6 | ((unsigned char)text.data[i] & 0x3f);
        if (point >= 0x10000) { /* UTF-16 */
            hash = hash * 31 + (0xd800 + ((point - 0x10000) >> 10 & 0x3ff));
            point = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        hash = hash * 31 + point;
    }
    return hash;
}
