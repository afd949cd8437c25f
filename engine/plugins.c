/*
 * plugins.c - loads the objects of DDBMOCK_PLUGINS and turns their rows into operations like those of operations.def,
 * shapes and all, so that a plugin's request goes the way of every other. What a plugin may call is plugin_call.c.
 */
#include "engine/plugins.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/expression/expression.h"
#include "engine/settings.h"

/* Everything here is made once and lives as long as the process. */
static struct operation *operations;
static size_t operation_count;
static const struct ddbmock_operator **operators;
static size_t operator_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The shapes of one plugin that have been translated: a shape may lead back to itself. */
struct translated {
    const struct ddbmock_shape *from;
    struct shape *to;
    struct translated *next;
};

static const enum shape_kind kinds[] = {
    [DDBMOCK_STRING] = SHAPE_STRING,       [DDBMOCK_INTEGER] = SHAPE_INTEGER,
    [DDBMOCK_LONG] = SHAPE_LONG,           [DDBMOCK_DOUBLE] = SHAPE_DOUBLE,
    [DDBMOCK_BOOLEAN] = SHAPE_BOOLEAN,     [DDBMOCK_BLOB] = SHAPE_BLOB,
    [DDBMOCK_LIST] = SHAPE_LIST,           [DDBMOCK_MAP] = SHAPE_MAP,
    [DDBMOCK_STRUCTURE] = SHAPE_STRUCTURE, [DDBMOCK_ATTRIBUTE_VALUE] = SHAPE_ATTRIBUTE_VALUE,
};

static struct shape *translate(const struct ddbmock_shape *from, struct translated **known,
                               const char **wrong);

static bool translate_members(const struct ddbmock_member *from, struct shape *to,
                              struct translated **known, const char **wrong)
{
    size_t count = 0;
    while (from && from[count].name)
        count++;
    struct member *members = calloc(count + 1, sizeof *members);
    if (!members) {
        *wrong = "memory is short";
        return false;
    }
    to->members = members;
    for (size_t i = 0; i < count; i++) {
        members[i].name = from[i].name;
        members[i].presence = from[i].required ? REQUIRED : OPTIONAL;
        members[i].shape = translate(from[i].shape, known, wrong);
        if (!members[i].shape)
            return false;
    }
    return true;
}

/* NULL, with *wrong, when the shape is not one. What was made is not given back: the process is told, once. */
static struct shape *translate(const struct ddbmock_shape *from, struct translated **known,
                               const char **wrong)
{
    for (const struct translated *i = *known; i; i = i->next)
        if (i->from == from)
            return i->to;
    if (!from || from->kind < DDBMOCK_STRING || from->kind > DDBMOCK_ATTRIBUTE_VALUE) {
        *wrong = "a shape is missing or of no kind";
        return NULL;
    }
    struct shape *to = calloc(1, sizeof *to);
    struct translated *entry = malloc(sizeof *entry);
    if (!to || !entry) {
        free(to);
        free(entry);
        *wrong = "memory is short";
        return NULL;
    }
    *entry = (struct translated){ from, to, *known };
    *known = entry;
    to->kind = kinds[from->kind];
    to->name = to->kind == SHAPE_ATTRIBUTE_VALUE ? "AttributeValue" : from->name ? from->name : "";
    to->has_minimum = from->has_minimum;
    to->has_maximum = from->has_maximum;
    to->minimum = from->minimum;
    to->maximum = from->maximum;
    to->values = from->values;
    if (to->kind == SHAPE_LIST || to->kind == SHAPE_MAP) {
        to->element = translate(from->element, known, wrong);
        if (!to->element)
            return NULL;
    }
    if (to->kind == SHAPE_STRUCTURE && !translate_members(from->members, to, known, wrong))
        return NULL;
    return to;
}

/* Fills in `to`; NULL, or what is wrong. */
static const char *translate_operation(const struct ddbmock_operation *from, struct operation *to,
                                       struct translated **known)
{
    const char *dot = strchr(from->target, '.'), *wrong = NULL;
    if (!dot || dot == from->target || dot[1] == '\0')
        return "a target is not of the form API.Operation";
    if (!from->run)
        return "an operation has no function";
    if (!from->input || from->input->kind != DDBMOCK_STRUCTURE)
        return "an operation's input is not a structure";
    if (operation_find(from->target))
        return "an operation is one of the service's, or of another plugin's";
    char *api = strndup(from->target, (size_t)(dot - from->target));
    if (!api)
        return "memory is short";
    *to = (struct operation){ .api = api, .name = dot + 1, .run = plugins_run, .plugin = from };
    to->input = translate(from->input, known, &wrong);
    if (wrong)
        free(api);
    return wrong;
}

/* NULL, or what is wrong. */
static const char *add_operators(const struct ddbmock_operator *from)
{
    for (; from && from->name; from++) {
        if (!from->holds || from->least > from->most)
            return "a comparison operator has no function, or wants more values than it takes";
        if (comparison_is_known(slice_of(from->name)) || plugins_operator(slice_of(from->name)))
            return "a comparison operator is one of the service's, or of another plugin's";
        const struct ddbmock_operator **grown =
            realloc(operators, (operator_count + 1) * sizeof(const struct ddbmock_operator *));
        if (!grown)
            return "memory is short";
        operators = grown;
        operators[operator_count++] = from;
    }
    return NULL;
}

/* Adds the rows of one plugin, all or none; NULL, or what is wrong. */
static const char *add_operations(const struct ddbmock_plugin *plugin)
{
    size_t count = 0;
    while (plugin->operations && plugin->operations[count].target)
        count++;
    struct operation *grown =
        realloc(operations, (operation_count + count + 1) * sizeof *operations);
    if (!grown)
        return "memory is short";
    operations = grown;
    const char *wrong = NULL;
    struct translated *known = NULL;
    size_t before = operation_count;
    for (size_t i = 0; i < count && !wrong; i++) {
        wrong = translate_operation(&plugin->operations[i], &operations[operation_count], &known);
        if (!wrong)
            operation_count++;
    }
    if (wrong)
        operation_count = before;
    while (known) {
        struct translated *entry = known;
        known = entry->next;
        free(entry);
    }
    return wrong;
}

/* NULL, or a sentence to be freed that says what is wrong with the plugin. */
static char *load(const char *path)
{
    const char *wrong;
    char *why = NULL;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct ddbmock_plugin *plugin = handle ? dlsym(handle, "ddbmock_plugin") : NULL;
    if (!handle)
        wrong = dlerror();
    else if (!plugin)
        wrong = "it does not export ddbmock_plugin";
    else if (plugin->version != DDBMOCK_PLUGIN_VERSION)
        wrong = "it is made for another version of ddbmock_plugin.h";
    else if (!(wrong = add_operations(plugin)))
        wrong = add_operators(plugin->operators);
    if (!wrong) {
        /* cppcheck-suppress resourceLeak ; it stays loaded for the life of the process */
        return NULL;
    }
    if (asprintf(&why, "cannot load the plugin %s: %s", path, wrong) < 0)
        why = strdup("memory is short");
    if (handle)
        dlclose(handle);
    return why;
}

/* All of them or none, so that nobody tests with half of what was asked for. */
static void load_all(void)
{
    char *paths = strdup(setting_text(SETTING_PLUGINS)), *rest = paths, *wrong = NULL;
    for (char *path = strsep(&rest, ":"); path && !wrong; path = strsep(&rest, ":"))
        if (*path)
            wrong = load(path);
    if (wrong) {
        setting_wrong(SETTING_PLUGINS, wrong);
        operation_count = operator_count = 0;
    }
    free(wrong);
    free(paths);
}

void plugins_load(void)
{
    pthread_once(&once, load_all);
}

/* Few, and seldom asked for: only a target that the service does not have comes here. */
const struct operation *plugins_find(const char *target)
{
    if (operation_count == 0) /* every request asks */
        return NULL;
    const char *dot = strchr(target, '.');
    struct slice api = { target, dot ? (size_t)(dot - target) : 0 };
    for (size_t i = 0; dot && i < operation_count; i++)
        if (strcmp(operations[i].name, dot + 1) == 0 &&
            slice_equal(slice_of(operations[i].api), api))
            return &operations[i];
    return NULL;
}

const struct ddbmock_operator *plugins_operator(struct slice name)
{
    for (size_t i = 0; i < operator_count; i++)
        if (slice_equal(slice_of(operators[i]->name), name))
            return operators[i];
    return NULL;
}
