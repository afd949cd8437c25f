/*
 * odd.c - a plugin for tests/plugins/test_plugins.sh: every kind of shape, errors of its own, other operations. With
 * -DVERSION=, -DTARGET= or -DINPUT= it is one that cannot be taken.
 */
#include <ddbmock_plugin.h>

#ifndef VERSION
#define VERSION DDBMOCK_PLUGIN_VERSION
#endif
#ifndef INPUT
#define INPUT input
#endif
#ifndef TARGET
#define TARGET "Odd.Do"
#endif

static const struct ddbmock_shape text = { .kind = DDBMOCK_STRING };
static const struct ddbmock_shape colour = {
    .kind = DDBMOCK_STRING,
    .values = (const char *const[]){ "red", "green", NULL },
};
static const struct ddbmock_shape count = {
    .kind = DDBMOCK_INTEGER,
    .has_minimum = true,
    .minimum = 1,
    .has_maximum = true,
    .maximum = 9,
};
static const struct ddbmock_shape flag = { .kind = DDBMOCK_BOOLEAN };
static const struct ddbmock_shape item = { .kind = DDBMOCK_ATTRIBUTE_VALUE };
static const struct ddbmock_shape key = { .kind = DDBMOCK_MAP, .element = &item };

/* A tree: a shape that leads back to itself. */
static const struct ddbmock_shape node;
static const struct ddbmock_shape nodes = {
    .kind = DDBMOCK_LIST,
    .element = &node,
    .has_maximum = true,
    .maximum = 2,
};
static const struct ddbmock_shape node = {
    .kind = DDBMOCK_STRUCTURE,
    .name = "Node",
    .members =
        (const struct ddbmock_member[]){ { "Label", &text, true }, { "Nodes", &nodes }, { NULL } },
};

static const struct ddbmock_shape input = {
    .kind = DDBMOCK_STRUCTURE,
    .members =
        (const struct ddbmock_member[]){
            { "What", &text, true },
            { "Colour", &colour },
            { "Count", &count },
            { "Flag", &flag },
            { "Key", &key },
            { "Tree", &node },
            { NULL },
        },
};

static int run(const struct ddbmock_services *ddbmock, struct ddbmock_call *call)
{
    const char *what = ddbmock->string(call, "What", NULL);
    int status;
    if (what[0] == 'f')
        return ddbmock->fail(call, "OddException", "it is %lld",
                             ddbmock->integer(call, "Count", 5));
    if (what[0] == 'q')
        return -1;
    if (what[0] == 'e') {
        const char *body = ddbmock->input(call, NULL);
        ddbmock->respond(call, "{\"Region\":\"%s\",\"Flag\":%d,\"Input\":%s}",
                         ddbmock->region(call), ddbmock->boolean(call, "Flag", false), body);
    }
    if (what[0] == 'o') {
        const char *answer = ddbmock->request(call, "ListTables", "{\"Limit\":0}", &status);
        ddbmock->respond(call, "{\"Status\":%d,\"Answer\":%s}", status, answer);
    }
    return 0;
}

const struct ddbmock_plugin ddbmock_plugin = {
    .version = VERSION,
    .operations =
        (const struct ddbmock_operation[]){
            { TARGET, &INPUT, run },
            { NULL },
        },
};
