/*
 * ladder.c - see ladder.h.
 */
#include "tests/unit/conformance/ladder.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { BIG = 409600 };

/* Whether two patches say two things of one member. */
static bool conflict(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (!json_is_object(a) || !json_is_object(b))
        return !json_equal(a, b);
    json_object_foreach((json_t *)a, key,
                        value) if (json_object_get(b, key) &&
                                   conflict(value, json_object_get(b, key))) return true;
    return false;
}

static json_t *big(void)
{
    char *text = malloc(BIG + 1);
    memset(text, 'x', BIG);
    text[BIG] = '\0';
    json_t *string = json_string(text);
    free(text);
    return string;
}

static void merge(json_t *into, const json_t *patch);

/* What a member of a patch makes of the value that is there, or of none: a new reference; NULL takes it out. */
static json_t *merged(json_t *old, const json_t *patch)
{
    if (json_is_null(patch))
        return NULL;
    if (json_is_string(patch) && strcmp(json_string_value(patch), "@") == 0)
        return big();
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *new = json_is_object(old) || json_is_array(old) ? json_incref(old) : json_object();
    merge(new, patch);
    return new;
}

static void merge(json_t *into, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)patch, key, value)
    {
        size_t index = strtoul(key, NULL, 10);
        bool list = json_is_array(into);
        json_t *new =
            merged(list ? json_array_get(into, index) : json_object_get(into, key), value);
        if (list && index == json_array_size(into))
            json_array_append_new(into, new);
        else if (list)
            cr_assert_eq(
                new ? json_array_set_new(into, index, new) : json_array_remove(into, index), 0);
        else if (new)
            json_object_set_new(into, key, new);
        else
            json_object_del(into, key);
    }
}

static json_t *load(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(quoted(text), JSON_DECODE_ANY, &error);
    cr_assert_not_null(json, "%s: %s", text, error.text);
    return json;
}

static const char *answer_of(const struct fault *fault)
{
    static char enveloped[1024];
    if (wording_get() == WORDING_CLASSIC || !fault->answer_2026)
        return fault->answer;
    if (strcmp(fault->answer_2026, IN_ENVELOPE) != 0)
        return fault->answer_2026;
    snprintf(enveloped, sizeof enveloped, "%s%s", ENVELOPE, fault->answer);
    return enveloped;
}

static void check_ladder_once(struct engine *engine, const char *operation, const char *base,
                              const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++) {
            json_t *request = load(base), *upper = load(faults[i].patch),
                   *lower = load(faults[j].patch);
            if (!conflict(upper, lower) && (i == j || !(faults[i].hides & faults[j].hides))) {
                merge(request, lower);
                merge(request, upper);
                char *text = json_dumps(request, JSON_COMPACT);
                const char *body = call(engine, operation, text, NULL).data,
                           *wanted = body_of(answer_of(&faults[i]));
                cr_expect_str_eq(body, wanted, "%s %s over %s\nanswered %s\n  wanted %s", operation,
                                 faults[i].patch, faults[j].patch, body, wanted);
                free(text);
            }
            json_decref(request);
            json_decref(upper);
            json_decref(lower);
        }
}

void check_ladder(struct engine *engine, const char *operation, const char *base,
                  const struct fault *faults, size_t count)
{
    for (enum wording wording = WORDING_CLASSIC; wording <= WORDING_2026; wording++) {
        wording_set(wording);
        check_ladder_once(engine, operation, base, faults, count);
    }
    wording_set(WORDING_CLASSIC);
}
