/*
 * seed.c - makes a table from its description, as `aws dynamodb describe-table` prints it, or from a CreateTable input: what
 * a description tells that CreateTable does not take is left out, and the rest goes through CreateTable.
 */
#include "engine/control/control.h"
#include "engine/keyspace.h"
#include "engine/operations.h"

/* Copies members that both have in common; 0, or -1 when memory is short. */
static int copy_members(json_t *to, const json_t *from, const char *const *names)
{
    for (; *names; names++) {
        json_t *member = json_object_get(from, *names);
        if (member && !json_is_null(member) && json_object_set(to, *names, member) != 0)
            return -1;
    }
    return 0;
}

/* The two units that are not 0, as a table on demand is described. */
static int copy_throughput(json_t *to, const json_t *from)
{
    static const char *const names[] = { "ReadCapacityUnits", "WriteCapacityUnits", NULL };
    const json_t *described = json_object_get(from, "ProvisionedThroughput");
    json_t *throughput = json_object();
    if (!described) {
        json_decref(throughput);
        return 0;
    }
    if (copy_members(throughput, described, names) != 0) {
        json_decref(throughput);
        return -1;
    }
    return json_object_set_new(to, "ProvisionedThroughput", throughput);
}

static bool is_on_demand(const json_t *description)
{
    const json_t *summary = json_object_get(description, "BillingModeSummary");
    const char *mode =
        json_string_value(json_object_get(summary ? summary : description, "BillingMode"));
    if (mode)
        return strcmp(mode, "PAY_PER_REQUEST") == 0;
    const json_t *throughput = json_object_get(description, "ProvisionedThroughput");
    return !throughput || json_number_value(json_object_get(throughput, "ReadCapacityUnits")) == 0;
}

static int copy_indexes(json_t *to, const json_t *from, const char *list, bool on_demand)
{
    static const char *const names[] = { "IndexName", "KeySchema", "Projection",
                                         "OnDemandThroughput", NULL };
    const json_t *indexes = json_object_get(from, list);
    const json_t *index;
    size_t i;
    if (json_array_size(indexes) == 0)
        return 0;
    json_t *copies = json_array();
    int error = json_object_set_new(to, list, copies);
    json_array_foreach(indexes, i, index)
    {
        json_t *copy = json_object();
        if (error != 0 || json_array_append_new(copies, copy) != 0)
            return -1;
        error = copy_members(copy, index, names);
        if (error == 0 && !on_demand && strcmp(list, "GlobalSecondaryIndexes") == 0)
            error = copy_throughput(copy, index);
    }
    return error;
}

/* SSEDescription and TableClassSummary say in other words what CreateTable takes. */
static int copy_settings(json_t *to, const json_t *from)
{
    const json_t *encryption = json_object_get(from, "SSEDescription");
    const char *key = json_string_value(json_object_get(encryption, "KMSMasterKeyArn"));
    const char *class = json_string_value(
        json_object_get(json_object_get(from, "TableClassSummary"), "TableClass"));
    if (encryption && !json_object_get(to, "SSESpecification")) {
        json_t *specification = json_pack("{s:b}", "Enabled", 1);
        if (json_object_set_new(to, "SSESpecification", specification) != 0 ||
            json_object_set_new(specification, "SSEType", json_string("KMS")) != 0)
            return -1;
        if (key && json_object_set_new(specification, "KMSMasterKeyId", json_string(key)) != 0)
            return -1;
    }
    return class ? json_object_set_new(to, "TableClass", json_string(class)) : 0;
}

static int create_input(json_t *to, const json_t *from)
{
    static const char *const names[] = { "TableName",
                                         "KeySchema",
                                         "AttributeDefinitions",
                                         "DeletionProtectionEnabled",
                                         "StreamSpecification",
                                         "SSESpecification",
                                         "TableClass",
                                         "OnDemandThroughput",
                                         "Tags",
                                         "ResourcePolicy",
                                         NULL };
    bool on_demand = is_on_demand(from);
    if (copy_members(to, from, names) != 0 ||
        json_object_set_new(to, "BillingMode",
                            json_string(on_demand ? "PAY_PER_REQUEST" : "PROVISIONED")) != 0 ||
        (!on_demand && copy_throughput(to, from) != 0) ||
        copy_indexes(to, from, "LocalSecondaryIndexes", on_demand) != 0 ||
        copy_indexes(to, from, "GlobalSecondaryIndexes", on_demand) != 0)
        return -1;
    return copy_settings(to, from);
}

/* The Region that a description's ARN names, "arn:aws:dynamodb:REGION:...": becomes the request's. */
static void take_region(struct request *request, const json_t *description)
{
    const char *arn = json_string_value(json_object_get(description, "TableArn"));
    for (int colons = 0; arn && colons < 3; colons++) {
        arn = strchr(arn, ':');
        arn = arn ? arn + 1 : NULL;
    }
    size_t length = arn ? strcspn(arn, ":") : 0;
    if (length == 0 || length >= REGION_SIZE ||
        strspn(arn, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
        return;
    memset(request->region, 0, sizeof request->region);
    memcpy(request->region, arn, length);
}

/* With "replace": takes the table away that has the name. Otherwise fails when there is one. */
static int make_room(struct request *request, struct slice name)
{
    const struct table *table;
    bool replace = input_boolean(request->input, "replace", false);
    if (request_begin(request, replace) != 0 || table_look(request, name, &table) != 0)
        return -1;
    if (table && !replace)
        return request_fail(request, ERROR_CONTROL_CONFLICT,
                            "there is a table '%.*s' in %s already: \"replace\" takes it away",
                            (int)name.length, name.data, request->region);
    if (table && control_forget_table(request, table) != 0)
        return -1;
    return request_commit(request);
}

int control_seed_table(struct request *request)
{
    const json_t *description = input_get(request->input, "Table");
    const json_t *replace = input_get(request->input, "replace");
    bool region;
    if (!description)
        description = input_get(request->input, "TableDescription");
    if (!description)
        description = request->input;
    struct slice name = input_string(description, "TableName");
    if (!json_is_object(description) || name.length == 0)
        return control_bad(request, "a table's description is wanted, as `aws dynamodb "
                                    "describe-table` prints it: {\"Table\":{\"TableName\":...}}");
    if (replace && !json_is_boolean(replace))
        return control_bad(request, "replace: true or false is wanted");
    take_region(request, description);
    if (control_region(request, &region) != 0)
        return -1;
    if (make_room(request, name) != 0)
        return -1;

    json_t *input = json_object();
    if (!input || create_input(input, description) != 0) {
        json_decref(input);
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    }
    /* The request owns it from here on. */
    json_decref(request->json);
    request->json = input;
    request->input = input;
    const struct operation *operation = operation_find("DynamoDB_20120810.CreateTable");
    if (schema_check_types(request, operation->input, request->input) != 0 ||
        schema_check_constraints(request, operation->input, request->input) != 0)
        return -1;
    return operation->run(request);
}
