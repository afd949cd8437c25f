/*
 * constraints.c - whether a request keeps the model's constraints, and "N validation errors
 * detected: ..." where it does not.
 *
 * One walk over the shape, members in the shape's order, every violation said by one function
 * (report) in one of two wordings. Rules and sentences: facts/operations.md, "How the server words
 * model violations". Where several rules of one value fail, the pattern comes before the lengths;
 * inside brackets the maximum, the minimum, the pattern, [dyl].
 */
#include "engine/schema/render.h"

#include <stdint.h>

#include "engine/schema/common.h"
#include "engine/schema/wording.h"

enum { VIOLATIONS_MAX = 10 };

struct check {
    struct request *request;
    enum wording wording;
    unsigned count, most;
    struct buffer violations; /* joined */
    const char *when_empty;   /* said instead when there is no violation; or NULL */
};

/* What is wrong with a value. */
struct violation {
    const struct shape *shape; /* whose constraint it is, and that `value` prints as */
    const json_t *value;       /* NULL: absent */
    bool name_rule;            /* of a table's name: classic in either cohort */
};

static void report(struct check *check, const struct path *path, struct violation violation,
                   struct slice rule)
{
    if (check->count == check->most)
        return;
    struct buffer *out = &check->violations;
    if (check->count++ > 0)
        buffer_append_string(out, "; ");
    if (check->wording == WORDING_2026 && !violation.name_rule) {
        /* A violated enum loses its place there; seen of ReturnValues. */
        if (violation.value && violation.shape->values) {
            buffer_append_string(out, "Failed to satisfy constraint: ");
        } else {
            buffer_append_string(out, "Value at '");
            render_path(out, path, true);
            buffer_append_string(out, "' failed to satisfy constraint: ");
        }
    } else {
        const char *quote = violation.value && !json_is_null(violation.value) ? "'" : "";
        buffer_printf(out, "Value %s", quote);
        render_value(out, violation.shape, violation.value);
        buffer_printf(out, "%s at '", quote);
        render_path(out, path, false);
        buffer_append_string(out, "' failed to satisfy constraint: ");
    }
    buffer_append_slice(out, rule);
}

static void report_text(struct check *check, const struct path *path, struct violation violation,
                        const char *rule)
{
    report(check, path, violation, slice_of(rule));
}

/* Java's String.length(): UTF-16 units. */
static long long string_length(struct slice text)
{
    long long length = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        length += (byte & 0xc0) != 0x80;
        length += byte >= 0xf0;
    }
    return length;
}

static struct slice json_slice(const json_t *json)
{
    return (struct slice){ json_string_value(json), json_string_length(json) };
}

static bool is_number(const struct shape *shape)
{
    return shape->kind == SHAPE_INTEGER || shape->kind == SHAPE_LONG;
}

/* The rules of a shape, as sentences. */

static void write_bound(struct buffer *out, const struct shape *shape, bool maximum)
{
    buffer_printf(out, "Member must have %s %s than or equal to %lld",
                  is_number(shape) ? "value" : "length", maximum ? "less" : "greater",
                  maximum ? shape->maximum : shape->minimum);
}

static void write_pattern(struct buffer *out, const struct shape *shape)
{
    buffer_append_string(out, "Member must satisfy regular expression pattern: ");
    buffer_append_string(out, shape->pattern->text);
}

static void write_values(struct buffer *out, const struct shape *shape, enum wording wording)
{
    const char *const *values =
        wording == WORDING_2026 && shape->values_2026 ? shape->values_2026 : shape->values;
    buffer_append_string(out, "Member must satisfy enum value set: [");
    for (size_t i = 0; values[i]; i++) {
        if (i > 0)
            buffer_append_string(out, ", ");
        buffer_append_string(out, values[i]);
    }
    buffer_append_byte(out, ']');
}

/* All rules of a shape, in brackets: what is said of a map's keys and values and of a list's
 * elements. */
static void write_rules(struct buffer *out, const struct shape *shape, enum wording wording)
{
    const char *separator = "";
    buffer_append_byte(out, '[');
    if (shape->has_maximum) {
        write_bound(out, shape, true);
        separator = ", ";
    }
    if (shape->has_minimum) {
        buffer_append_string(out, separator);
        write_bound(out, shape, false);
        separator = ", ";
    }
    if (shape->pattern) {
        buffer_append_string(out, separator);
        write_pattern(out, shape);
        separator = ", ";
    }
    if (shape->values) {
        buffer_append_string(out, separator);
        write_values(out, shape, wording);
    }
    buffer_append_byte(out, ']');
}

/* The rules of a shape, as tests. */

static bool satisfies_values(const struct shape *shape, struct slice text)
{
    if (!shape->values)
        return true;
    for (size_t i = 0; shape->values[i]; i++)
        if (slice_equal(text, slice_of(shape->values[i])))
            return true;
    if (shape->also && shape->also(text))
        return true;
    return false;
}

static bool satisfies_pattern(const struct shape *shape, struct slice text)
{
    return !shape->pattern || shape->pattern->matches(text);
}

static bool above_minimum(const struct shape *shape, long long size)
{
    return !shape->has_minimum || size >= shape->minimum;
}

static bool below_maximum(const struct shape *shape, long long size)
{
    return !shape->has_maximum || size <= shape->maximum;
}

static bool satisfies_rules(const struct shape *shape, struct slice text)
{
    if (shape->worded_as_value)
        return true;
    long long length = string_length(text);
    return satisfies_values(shape, text) && satisfies_pattern(shape, text) &&
           above_minimum(shape, length) && below_maximum(shape, length);
}

static bool is_name(const struct shape *shape, struct slice text)
{
    return shape->unless_arn && !slice_starts_with(text, slice_of("arn:"));
}

/* The shape that a string breaks, which is the one of names or its own; NULL when it breaks none.
 */
static const struct shape *broken_by(const struct shape *shape, struct slice text)
{
    if (is_name(shape, text) && !satisfies_rules(shape->unless_arn, text))
        return shape->unless_arn;
    return satisfies_rules(shape, text) ? NULL : shape;
}

static void check_bounds(struct check *check, const struct shape *shape, const json_t *value,
                         long long size, const struct path *path, bool name_rule)
{
    bool short_of = !above_minimum(shape, size), beyond = !below_maximum(shape, size);
    if (!short_of && !beyond)
        return;
    struct buffer rule;
    buffer_init(&rule, &check->request->arena);
    write_bound(&rule, shape, beyond);
    report(check, path, (struct violation){ shape, value, name_rule }, buffer_slice(&rule));
}

static void check_string(struct check *check, const struct shape *shape, const json_t *value,
                         const struct path *path, bool name_rule)
{
    struct slice text = json_slice(value);
    struct buffer rule;
    if (!satisfies_values(shape, text)) {
        buffer_init(&rule, &check->request->arena);
        write_values(&rule, shape, check->wording);
        report(check, path, (struct violation){ shape, value, name_rule }, buffer_slice(&rule));
    }
    if (!satisfies_pattern(shape, text)) {
        buffer_init(&rule, &check->request->arena);
        write_pattern(&rule, shape);
        report(check, path, (struct violation){ shape, value, name_rule }, buffer_slice(&rule));
    }
    if (shape->has_minimum || shape->has_maximum)
        check_bounds(check, shape, value, string_length(text), path, name_rule);
}

/* A table: first what any string must satisfy, then what a name must. */
static void check_table(struct check *check, const struct shape *shape, const json_t *value,
                        const struct path *path)
{
    unsigned before = check->count;
    check_string(check, shape, value, path, false);
    if (check->count == before && is_name(shape, json_slice(value)))
        check_string(check, shape->unless_arn, value, path, true);
}

static void check_value(struct check *check, const struct shape *shape, const json_t *value,
                        const struct path *path);

/* A list or a map speaks for what it holds: of scalars and nulls it is said at its own place, in
 * brackets. */
static void report_held(struct check *check, const struct shape *shape, const json_t *value,
                        const struct path *path, const char *who, const struct shape *broken)
{
    struct buffer rule;
    buffer_init(&rule, &check->request->arena);
    buffer_printf(&rule, "%s must satisfy constraint: ", who);
    if (broken)
        write_rules(&rule, broken, check->wording);
    else
        buffer_append_string(&rule, "[Member must not be null]");
    report(check, path, (struct violation){ shape, value, false }, buffer_slice(&rule));
}

static void check_list(struct check *check, const struct shape *shape, const json_t *value,
                       const struct path *path)
{
    const struct shape *element = shape->element;
    bool null = false, broken = false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *held = json_array_get(value, i);
        null = null || (json_is_null(held) && element->kind != SHAPE_ATTRIBUTE_VALUE);
        if (json_is_string(held) && element->kind == SHAPE_STRING)
            broken = broken || broken_by(element, json_slice(held));
    }
    if (null)
        report_held(check, shape, value, path, "Member", NULL);
    if (broken)
        report_held(check, shape, value, path, "Member", element);
    if (element->kind == SHAPE_STRING)
        return;
    for (size_t i = 0; i < json_array_size(value) && check->count < check->most; i++) {
        struct path step = { path, PATH_INDEX, NULL, i };
        const json_t *held = json_array_get(value, i);
        if (!json_is_null(held))
            check_value(check, element, held, &step);
    }
}

/* What a map's value must satisfy itself: a string its rules, a list its length. */
static bool held_is_broken(const struct shape *element, const json_t *held)
{
    if (element->kind == SHAPE_STRING)
        return broken_by(element, json_slice(held)) != NULL;
    if (element->kind != SHAPE_LIST)
        return false;
    long long size = (long long)json_array_size(held);
    return !above_minimum(element, size) || !below_maximum(element, size);
}

static void check_keys(struct check *check, const struct shape *shape, const json_t *value,
                       const struct path *path)
{
    json_t *object = (json_t *)(uintptr_t)value; /* jansson's iterators are not const-correct */
    if (!shape->key)
        return;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const struct shape *broken = broken_by(shape->key, slice_of(json_object_iter_key(i)));
        if (broken) {
            report_held(check, shape, value, path, "Map keys", broken);
            return;
        }
    }
}

static void check_map(struct check *check, const struct shape *shape, const json_t *value,
                      const struct path *path)
{
    const struct shape *element = shape->element;
    json_t *object = (json_t *)(uintptr_t)value;
    bool null = false, broken = false;
    check_keys(check, shape, value, path);
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
        const json_t *held = json_object_iter_value(i);
        if (json_is_null(held)) {
            null = null || element->kind != SHAPE_ATTRIBUTE_VALUE;
        } else if (held_is_broken(element, held)) {
            broken = true;
            struct path step = { path, PATH_KEY, json_object_iter_key(i), 0 };
            if (check->wording == WORDING_2026 && element->kind == SHAPE_LIST)
                check_bounds(check, element, held, (long long)json_array_size(held), &step, false);
        }
    }
    if (null)
        report_held(check, shape, value, path, "Map value", NULL);
    if (broken)
        report_held(check, shape, value, path, "Map value", element);
    if (element->kind == SHAPE_STRING)
        return;
    for (void *i = json_object_iter(object); i && check->count < check->most;
         i = json_object_iter_next(object, i)) {
        struct path step = { path, PATH_KEY, json_object_iter_key(i), 0 };
        const json_t *held = json_object_iter_value(i);
        if (json_is_null(held))
            continue;
        if (element->kind == SHAPE_LIST)
            check_list(check, element, held, &step);
        else
            check_value(check, element, held, &step);
    }
}

static void check_member(struct check *check, const struct member *member, const json_t *value,
                         const struct path *path)
{
    struct path step = { path, PATH_MEMBER, member->name, 0 };
    const json_t *held = input_get(value, member->name);
    if (held)
        check_value(check, member->shape, held, &step);
    else if (member->presence != OPTIONAL && member->presence != REQUIRED_BY_READER)
        report_text(check, &step,
                    (struct violation){ member->shape, NULL, member->shape->unless_arn != NULL },
                    "Member must not be null");
}

static void check_structure(struct check *check, const struct shape *shape, const json_t *value,
                            const struct path *path)
{
    for (const struct member *member = shape->members; member->name; member++)
        check_member(check, member, value, path);
}

/*
 * The cohort of 2026 stops at the first violation, and asks in another order: for the table, for what is required,
 * for ReturnValues. PutItem lists all that is wrong beyond the table and what is required, in the order of the classic
 * cohort. Source: captures from the service in nubo-db/dynoxide#83 and #127; of the members after these the order is
 * unverified, and so is how PutItem joins its sentences.
 */
static void check_input_2026(struct check *check, const struct shape *shape, const json_t *input)
{
    enum { TABLE, REQUIRED_MEMBERS, RETURN_VALUES, ALL, TURNS };
    bool lists = shape->reworded & REWORDED_LISTS;
    for (int turn = 0; turn < TURNS && check->count == 0; turn++) {
        if (turn == RETURN_VALUES && lists)
            continue;
        if (turn == ALL && lists)
            check->most = VIOLATIONS_MAX;
        for (const struct member *member = shape->members; member->name; member++) {
            bool due = turn == ALL || (turn == TABLE && member->shape->unless_arn) ||
                       (turn == REQUIRED_MEMBERS && member->presence == REQUIRED) ||
                       (turn == RETURN_VALUES && strcmp(member->name, "ReturnValues") == 0);
            if (due)
                check_member(check, member, input, NULL);
        }
    }
}

static void check_value(struct check *check, const struct shape *shape, const json_t *value,
                        const struct path *path)
{
    if (check->count == check->most)
        return;
    switch (shape->kind) {
    case SHAPE_STRING:
        if (shape->unless_arn)
            check_table(check, shape, value, path);
        else if (!shape->worded_as_value)
            check_string(check, shape, value, path, false);
        break;
    case SHAPE_INTEGER:
    case SHAPE_LONG:
        check_bounds(check, shape, value, render_integer(shape, value), path, false);
        break;
    case SHAPE_LIST:
        check_bounds(check, shape, value, (long long)json_array_size(value), path, false);
        check_list(check, shape, value, path);
        break;
    case SHAPE_MAP:
        if (shape->when_empty && json_object_size(value) == 0 &&
            (check->wording == WORDING_CLASSIC || shape->when_empty_2026)) {
            check->when_empty = shape->when_empty;
            break;
        }
        check_bounds(check, shape, value, (long long)json_object_size(value), path, false);
        check_map(check, shape, value, path);
        break;
    case SHAPE_STRUCTURE:
        check_structure(check, shape, value, path);
        break;
    case SHAPE_ATTRIBUTE_VALUE: /* the names in an M are worded_as_value */
    case SHAPE_DOUBLE:
    case SHAPE_BOOLEAN:
    case SHAPE_BLOB:
    case SHAPE_TIMESTAMP:
        break;
    }
}

int schema_check_constraints(struct request *request, const struct shape *shape,
                             const json_t *input)
{
    for (const struct member *member = shape->members; member->name; member++)
        if (member->presence == REQUIRED_PARAMETER && !input_get(input, member->name))
            return request_fail(request, ERROR_VALIDATION,
                                "The parameter '%s' is required but was not present in the request",
                                member->name);
    struct check check = { .request = request };
    check.wording = shape->reworded & REWORDED_CONSTRAINTS ? wording_get() : WORDING_CLASSIC;
    check.most = check.wording == WORDING_CLASSIC ? VIOLATIONS_MAX : 1;
    buffer_init(&check.violations, &request->arena);
    if (check.wording == WORDING_2026)
        check_input_2026(&check, shape, input);
    else
        check_structure(&check, shape, input, NULL);
    if (check.count > 0)
        return request_fail(request, ERROR_VALIDATION, "%u validation error%s detected: %.*s",
                            check.count, check.count > 1 ? "s" : "", (int)check.violations.length,
                            check.violations.data);
    if (check.when_empty)
        return request_fail(request, ERROR_VALIDATION, "%s", check.when_empty);
    return 0;
}
