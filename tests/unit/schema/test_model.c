/*
 * test_model.c - the shapes against model-constraints.tsv, row by row (source: botocore 1.44.5's
 * service models), in both directions; and for every row of an operation that works a request at
 * the limit, one beyond it, one without the member and one with a value of another type.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "engine/operations.h"
#include "engine/schema/common.h"
#include "tests/unit/schema/schema_test.h"

enum { ROWS_MAX = 1000, STEPS_MAX = 24, PATH_SIZE = 512 };

/* What the shapes know better than the model; engine/schema/common.c and table_shapes.c say why. */
static bool is_own_maximum(const struct shape *shape)
{
    return shape == &shape_table_key_schema;
}

static bool is_without_minimum(const struct shape *shape)
{
    return shape == &shape_control_table;
}

static bool is_without_values(const struct shape *shape)
{
    return shape == &shape_table_class;
}

static bool is_required(enum presence presence)
{
    return presence != OPTIONAL && presence != REQUIRED_BY_SERVICE;
}

struct row {
    char *service, *operation, *path, *shape, *type, *required, *minimum, *maximum, *pattern,
        *values;
    bool seen;
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static void read_rows(void)
{
    FILE *file = fopen("tests/unit/schema/model-constraints.tsv", "r");
    cr_assert_not_null(file, "run from the repository's root");
    static char lines[ROWS_MAX][1024];
    row_count = 0;
    while (row_count < ROWS_MAX && fgets(lines[row_count], sizeof lines[row_count], file)) {
        char *rest = lines[row_count];
        rest[strcspn(rest, "\n")] = '\0';
        struct row *row = &rows[row_count];
        char **fields[] = { &row->service, &row->operation, &row->path,    &row->shape,
                            &row->type,    &row->required,  &row->minimum, &row->maximum,
                            &row->pattern, &row->values };
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            *fields[i] = rest ? strsep(&rest, "\t") : "";
        row->seen = false;
        if (strcmp(row->service, "service") != 0)
            row_count++;
    }
    fclose(file);
    cr_assert_gt(row_count, 500);
}

TestSuite(model, .init = read_rows);

static const struct operation *operation_of(const struct row *row)
{
    char target[128];
    snprintf(target, sizeof target, "%s_20120810.%s",
             strcmp(row->service, "dynamodb") == 0 ? "DynamoDB" : "DynamoDBStreams",
             row->operation);
    const struct operation *operation = operation_find(target);
    cr_assert_not_null(operation, "%s", target);
    return operation;
}

/* A path of the table, taken apart: members by name, "N" and "<k>" with their "member", "<key>" at
 * the end. */
struct steps {
    char text[PATH_SIZE];
    char *names[STEPS_MAX];
    size_t count;
};

static void take_apart(const char *path, struct steps *steps)
{
    snprintf(steps->text, sizeof steps->text, "%s", path);
    steps->count = 0;
    char *rest = steps->text;
    while (rest) {
        char *name = strsep(&rest, ".");
        cr_assert_lt(steps->count, STEPS_MAX);
        if (strcmp(name, "member") != 0)
            steps->names[steps->count++] = name;
    }
}

static const struct member *member_of(const struct shape *shape, const char *name)
{
    for (const struct member *member = shape->members; member->name; member++)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

/* The shape at a path; *presence is of the last member. Inside an attribute value there are only
 * the keys of an M. */
static const struct shape *shape_at(const struct shape *shape, const struct steps *steps,
                                    enum presence *presence)
{
    *presence = OPTIONAL;
    for (size_t i = 0; i < steps->count && shape; i++) {
        const char *name = steps->names[i];
        *presence = OPTIONAL;
        if (shape->kind == SHAPE_ATTRIBUTE_VALUE) {
            cr_assert_str_eq(name, "M");
            return shape_item.key;
        }
        if (strcmp(name, "<key>") == 0) {
            shape = shape->key;
        } else if (strcmp(name, "N") == 0 || strcmp(name, "<k>") == 0) {
            shape = shape->element;
        } else {
            const struct member *member = member_of(shape, name);
            *presence = member ? member->presence : OPTIONAL;
            shape = member ? member->shape : NULL;
        }
    }
    return shape;
}

static bool same_values(const struct shape *shape, const char *values)
{
    char text[512];
    size_t count = 0, named = 0;
    snprintf(text, sizeof text, "%s", values);
    for (char *rest = text, *value; values[0] && (value = strsep(&rest, ",")); named++)
        for (size_t i = 0; shape->values && shape->values[i]; i++)
            count += strcmp(shape->values[i], value) == 0;
    size_t known = 0;
    while (shape->values && shape->values[known])
        known++;
    return count == named && known == named;
}

static const char *type_name(enum shape_kind kind)
{
    static const char *const names[] = {
        [SHAPE_STRING] = "string",
        [SHAPE_INTEGER] = "integer",
        [SHAPE_LONG] = "long",
        [SHAPE_DOUBLE] = "double",
        [SHAPE_BOOLEAN] = "boolean",
        [SHAPE_BLOB] = "blob",
        [SHAPE_LIST] = "list",
        [SHAPE_MAP] = "map",
        [SHAPE_TIMESTAMP] = "timestamp",
        [SHAPE_STRUCTURE] = "structure",
        [SHAPE_ATTRIBUTE_VALUE] = "structure",
    };
    return names[kind];
}

Test(model, every_row_is_in_the_shapes)
{
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        struct steps steps;
        enum presence presence;
        take_apart(row->path, &steps);
        const struct shape *shape = shape_at(operation_of(row)->input, &steps, &presence);
        cr_expect_not_null(shape, "%s %s", row->operation, row->path);
        if (!shape)
            continue;
        cr_expect_str_eq(type_name(shape->kind), row->type, "%s %s", row->operation, row->path);
        cr_expect_eq(is_required(presence), row->required[0] != '\0', "%s %s", row->operation,
                     row->path);
        if (!is_without_minimum(shape))
            cr_expect(shape->has_minimum == (row->minimum[0] != '\0') &&
                          shape->minimum == atoll(row->minimum),
                      "%s %s: minimum", row->operation, row->path);
        if (!is_own_maximum(shape))
            cr_expect(shape->has_maximum == (row->maximum[0] != '\0') &&
                          shape->maximum == atoll(row->maximum),
                      "%s %s: maximum", row->operation, row->path);
        cr_expect_str_eq(shape->pattern ? shape->pattern->text : "", row->pattern, "%s %s",
                         row->operation, row->path);
        if (!is_without_values(shape))
            cr_expect(same_values(shape, row->values), "%s %s: values", row->operation, row->path);
    }
}

static bool is_in_model(const char *operation, const char *path)
{
    bool found = false;
    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].operation, operation) == 0 && strcmp(rows[i].path, path) == 0) {
            rows[i].seen = true;
            found = true;
        }
    }
    return found;
}

/* Visits a shape and what it holds; whatever has a constraint must be a row. */
static void visit(const char *operation, const struct shape *shape, bool required, const char *path)
{
    char inner[PATH_SIZE];
    if (required || shape->has_minimum || shape->has_maximum || shape->pattern || shape->values ||
        is_without_values(shape))
        cr_expect(is_in_model(operation, path), "%s %s is not in the model", operation, path);
    if (shape->kind == SHAPE_ATTRIBUTE_VALUE) {
        snprintf(inner, sizeof inner, "%s.M.<key>", path);
        is_in_model(operation, inner);
    }
    if (shape->kind == SHAPE_MAP && shape->key) {
        snprintf(inner, sizeof inner, "%s.<key>", path);
        visit(operation, shape->key, false, inner);
    }
    if (shape->kind == SHAPE_LIST || shape->kind == SHAPE_MAP) {
        snprintf(inner, sizeof inner, "%s.%s.member", path,
                 shape->kind == SHAPE_LIST ? "N" : "<k>");
        visit(operation, shape->element, false, inner);
    }
    for (const struct member *member = shape->kind == SHAPE_STRUCTURE ? shape->members : NULL;
         member && member->name; member++) {
        snprintf(inner, sizeof inner, "%s%s%s", path, path[0] ? "." : "", member->name);
        visit(operation, member->shape, is_required(member->presence), inner);
    }
}

Test(model, every_constraint_of_a_shape_is_a_row)
{
    size_t operations = 0;
    for (const struct operation *operation; (operation = operation_at(operations)); operations++)
        if (strcmp(operation->api, "DynamoDB_20111205") != 0) /* of which there is no model */
            visit(operation->name, operation->input, false, "");
    cr_expect_eq(operations, 66 + 13);
    for (size_t i = 0; i < row_count; i++)
        cr_expect(rows[i].seen, "%s %s: no shape leads there", rows[i].operation, rows[i].path);
}

/* Requests that hold one value at one path. */

static json_t *at_path(const struct steps *steps, size_t step, json_t *value)
{
    if (step == steps->count)
        return value;
    const char *name = steps->names[step];
    if (strcmp(name, "N") == 0)
        return json_pack("[o]", at_path(steps, step + 1, value));
    if (strcmp(name, "<k>") == 0)
        return json_pack("{s:o}", "key", at_path(steps, step + 1, value));
    if (strcmp(name, "<key>") == 0) {
        json_t *map = json_object();
        json_object_setn_new(map, json_string_value(value), json_string_length(value), json_null());
        json_decref(value);
        return map;
    }
    return json_pack("{s:o}", name, at_path(steps, step + 1, value));
}

/* Where the service says it is: lists and maps speak for scalars, and for lists that a map holds.
 */
static void place_of(const struct steps *steps, const struct shape *shape, char place[PATH_SIZE])
{
    size_t count = steps->count;
    const char *last = steps->names[count - 1];
    bool scalar =
        shape->kind != SHAPE_STRUCTURE && shape->kind != SHAPE_LIST && shape->kind != SHAPE_MAP;
    if (strcmp(last, "<key>") == 0 || (strcmp(last, "N") == 0 && scalar) ||
        (strcmp(last, "<k>") == 0 && (scalar || shape->kind == SHAPE_LIST)))
        count--;
    size_t length = (size_t)snprintf(place, PATH_SIZE, "at '");
    for (size_t i = 0; i < count; i++) {
        const char *name = steps->names[i];
        const char *dot = i + 1 < count ? "." : "'";
        if (strcmp(name, "N") == 0)
            length += (size_t)snprintf(place + length, PATH_SIZE - length, "1.member%s", dot);
        else if (strcmp(name, "<k>") == 0)
            length += (size_t)snprintf(place + length, PATH_SIZE - length, "key.member%s", dot);
        else
            length += (size_t)snprintf(place + length, PATH_SIZE - length, "%c%s%s", name[0] | 0x20,
                                       name + 1, dot);
    }
}

struct row_case {
    const struct row *row;
    const struct shape *input, *shape;
    struct steps steps;
    char place[PATH_SIZE];
};

/* Whether a request with `value` at the row's path is told so, at the right place, in these words.
 * Takes `value`. */
static bool violates(const struct row_case *the, json_t *value, const char *rule)
{
    enum error_code error;
    json_t *input = at_path(&the->steps, 0, value);
    const struct member *table = member_of(the->input, "TableName");
    if (table && table->presence == REQUIRED_PARAMETER && !json_object_get(input, "TableName"))
        json_object_set_new(input, "TableName", json_string("abc"));
    const char *message = message_of(the->input, input, &error);
    json_decref(input);
    cr_assert(error == ERROR_NONE || error == ERROR_VALIDATION, "%s %s: %s", the->row->operation,
              the->row->path, message);
    for (const char *found = message; (found = strstr(found, the->place)); found++) {
        const char *said = strstr(found, rule), *next = strstr(found, "; Value ");
        if (said && (!next || said < next))
            return true;
    }
    return false;
}

static json_t *of_size(const struct shape *shape, long long size)
{
    json_t *value;
    char key[32];
    switch (shape->kind) {
    case SHAPE_INTEGER:
    case SHAPE_LONG:
        return json_integer(size);
    case SHAPE_STRING:
        return repeated('a', (size_t)size);
    case SHAPE_LIST:
        value = json_array();
        for (long long i = 0; i < size; i++)
            json_array_append_new(value, json_null());
        return value;
    default:
        value = json_object();
        for (long long i = 0; i < size; i++) {
            snprintf(key, sizeof key, "key%lld", i);
            json_object_set_new(value, key, json_null());
        }
        return value;
    }
}

static void check_bounds(const struct row_case *the)
{
    const struct shape *shape = the->shape;
    const char *what =
        shape->kind == SHAPE_INTEGER || shape->kind == SHAPE_LONG ? "value" : "length";
    bool is_key = strcmp(the->steps.names[the->steps.count - 1], "<key>") == 0;
    char rule[128];
    /* tests/unit/conformance has their words. */
    if (shape->worded_as_value) {
        cr_expect_not(violates(the, of_size(shape, shape->maximum + 1), "Member must have length"),
                      "%s %s", the->row->operation, the->row->path);
        return;
    }
    if (shape->has_minimum && shape->minimum > 0 && !shape->when_empty) {
        snprintf(rule, sizeof rule, "Member must have %s greater than or equal to %lld", what,
                 shape->minimum);
        cr_expect(violates(the, of_size(shape, shape->minimum - 1), rule), "%s %s: %s",
                  the->row->operation, the->row->path, rule);
        cr_expect_not(violates(the, of_size(shape, shape->minimum), rule), "%s %s: %s",
                      the->row->operation, the->row->path, rule);
    }
    /* What is said of a key that is too long for an ARN are the rules of names; test_constraints.c
     * has them. */
    if (shape->has_maximum && !(is_key && shape->unless_arn)) {
        snprintf(rule, sizeof rule, "Member must have %s less than or equal to %lld", what,
                 shape->maximum);
        cr_expect(violates(the, of_size(shape, shape->maximum + 1), rule), "%s %s: %s",
                  the->row->operation, the->row->path, rule);
        cr_expect_not(violates(the, of_size(shape, shape->maximum), rule), "%s %s: %s",
                      the->row->operation, the->row->path, rule);
    }
}

static void check_words(const struct row_case *the)
{
    const struct shape *shape = the->shape;
    const char *values = "Member must satisfy enum value set: [";
    if (shape->pattern)
        cr_expect(violates(the, json_string("$\x01$\x01"),
                           "Member must satisfy regular expression pattern: "),
                  "%s %s: pattern", the->row->operation, the->row->path);
    if (!shape->values)
        return;
    cr_expect(violates(the, json_string("no such value"), values), "%s %s", the->row->operation,
              the->row->path);
    for (size_t i = 0; shape->values[i]; i++)
        cr_expect_not(violates(the, json_string(shape->values[i]), values), "%s %s: %s",
                      the->row->operation, the->row->path, shape->values[i]);
}

static void check_absence(const struct row_case *the, enum presence presence)
{
    struct row_case parent = *the;
    parent.steps.count--;
    if (presence == REQUIRED || presence == REQUIRED_BY_SERVICE) {
        cr_expect(violates(&parent, json_object(), "Member must not be null"), "%s %s: required",
                  the->row->operation, the->row->path);
        cr_expect(violates(the, json_null(), "Member must not be null"), "%s %s: null",
                  the->row->operation, the->row->path);
    } else if (presence == REQUIRED_PARAMETER) {
        enum error_code error;
        json_t *input = json_object();
        char expected[PATH_SIZE];
        snprintf(expected, sizeof expected,
                 "The parameter '%s' is required but was not present in the request",
                 the->row->path);
        cr_expect_str_eq(message_of(the->input, input, &error), expected);
        json_decref(input);
    }
}

static void check_wrong_type(const struct row_case *the)
{
    if (strcmp(the->steps.names[the->steps.count - 1], "<key>") == 0)
        return;
    enum error_code error;
    json_t *wrong = the->shape->kind == SHAPE_STRING ? json_integer(1) : json_string("wrong");
    json_t *input = at_path(&the->steps, 0, wrong);
    message_of(the->input, input, &error);
    cr_expect_eq(error, ERROR_SERIALIZATION, "%s %s", the->row->operation, the->row->path);
    json_decref(input);
}

Test(model, requests_at_the_limit_and_beyond)
{
    size_t checked = 0;
    for (size_t i = 0; i < row_count; i++) {
        const struct operation *operation = operation_of(&rows[i]);
        if (!operation->run)
            continue;
        struct row_case the = { .row = &rows[i], .input = operation->input };
        enum presence presence;
        take_apart(rows[i].path, &the.steps);
        the.shape = shape_at(operation->input, &the.steps, &presence);
        cr_assert_not_null(the.shape);
        place_of(&the.steps, the.shape, the.place);
        check_bounds(&the);
        check_words(&the);
        check_absence(&the, presence);
        check_wrong_type(&the);
        checked++;
    }
    cr_expect_gt(checked, 250, "%zu rows", checked);
}
