/*
 * api_2011_tables.c - CreateTable, UpdateTable, DescribeTable, DeleteTable and ListTables of API 2011-12-05. A table has a key
 * and a provisioned throughput there, and nothing else to say of it.
 */
#include "engine/operations/api_2011.h"
#include "engine/value_json.h"

#include <stdio.h>

/*
 * Seconds since the epoch as Java prints a double from ten million on, the way in which the service of that time answered:
 * 1.310506263362E9.
 */
static void append_date(struct buffer *out, const json_t *seconds)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.0f", json_number_value(seconds) * 1000); /* milliseconds */
    size_t length = strlen(digits), exponent = length - 4;
    while (length > 2 && digits[length - 1] == '0')
        length--;
    if (json_number_value(seconds) < 1e7) { /* a test's clock */
        buffer_printf(out, "%.3f", json_number_value(seconds));
        return;
    }
    buffer_printf(out, "%c.%.*sE%zu", digits[0], (int)(length - 1), digits + 1, exponent);
}

static void append_throughput(struct buffer *out, const json_t *throughput)
{
    static const char *const dates[] = { "LastDecreaseDateTime", "LastIncreaseDateTime" };
    buffer_append_byte(out, '{');
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        const json_t *date = json_object_get(throughput, dates[i]);
        if (date) {
            buffer_printf(out, "\"%s\":", dates[i]);
            append_date(out, date);
            buffer_append_byte(out, ',');
        }
    }
    buffer_printf(out,
                  "\"ReadCapacityUnits\":%" JSON_INTEGER_FORMAT
                  ",\"WriteCapacityUnits\":%" JSON_INTEGER_FORMAT "}",
                  json_integer_value(json_object_get(throughput, "ReadCapacityUnits")),
                  json_integer_value(json_object_get(throughput, "WriteCapacityUnits")));
}

/* The type of an attribute in AttributeDefinitions. */
static const char *type_of(const json_t *description, const char *name)
{
    const json_t *definitions = json_object_get(description, "AttributeDefinitions");
    for (size_t i = 0; i < json_array_size(definitions); i++) {
        const json_t *one = json_array_get(definitions, i);
        if (strcmp(json_string_value(json_object_get(one, "AttributeName")), name) == 0)
            return json_string_value(json_object_get(one, "AttributeType"));
    }
    return "";
}

static void append_key_schema(struct buffer *out, const json_t *description)
{
    const json_t *schema = json_object_get(description, "KeySchema");
    buffer_append_byte(out, '{');
    for (size_t i = 0; i < json_array_size(schema); i++) {
        const char *name =
            json_string_value(json_object_get(json_array_get(schema, i), "AttributeName"));
        buffer_printf(out, "%s\"%s\":{\"AttributeName\":", i == 0 ? "" : ",",
                      i == 0 ? "HashKeyElement" : "RangeKeyElement");
        string_write_json(out, slice_of(name));
        buffer_printf(out, ",\"AttributeType\":\"%s\"}", type_of(description, name));
    }
    buffer_append_byte(out, '}');
}

/* Answers with a description of 2012-08-10 as the member `name`; `sizes`: with what the table holds. */
static int answer_table(struct request *request, const json_t *description, const char *name,
                        bool sizes)
{
    struct buffer *out = &request->output;
    out->length = 0;
    buffer_printf(out, "{\"%s\":{\"CreationDateTime\":", name);
    append_date(out, json_object_get(description, "CreationDateTime"));
    if (sizes)
        buffer_printf(out, ",\"ItemCount\":%" JSON_INTEGER_FORMAT,
                      json_integer_value(json_object_get(description, "ItemCount")));
    buffer_append_string(out, ",\"KeySchema\":");
    append_key_schema(out, description);
    buffer_append_string(out, ",\"ProvisionedThroughput\":");
    append_throughput(out, json_object_get(description, "ProvisionedThroughput"));
    buffer_append_string(out, ",\"TableName\":");
    string_write_json(out, slice_of(json_string_value(json_object_get(description, "TableName"))));
    if (sizes)
        buffer_printf(out, ",\"TableSizeBytes\":%" JSON_INTEGER_FORMAT,
                      json_integer_value(json_object_get(description, "TableSizeBytes")));
    buffer_printf(out, ",\"TableStatus\":\"%s\"}}",
                  json_string_value(json_object_get(description, "TableStatus")));
    return 0;
}

static int add_key(struct request *request, json_t *input, const char *part, const char *role)
{
    const json_t *element = input_get(input_get(request->input, "KeySchema"), part);
    if (!element)
        return 0;
    json_t *name = json_object_get(element, "AttributeName");
    json_t *schema = json_pack("{s:O, s:s}", "AttributeName", name, "KeyType", role);
    json_t *definition = json_pack("{s:O, s:O}", "AttributeName", name, "AttributeType",
                                   json_object_get(element, "AttributeType"));
    if (json_array_append_new(json_object_get(input, "KeySchema"), schema) != 0 ||
        json_array_append_new(json_object_get(input, "AttributeDefinitions"), definition) != 0)
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    return 0;
}

int run_create_table_2011(struct request *request)
{
    static const char *const same[] = { "TableName", "ProvisionedThroughput", NULL };
    json_t *input = api_2011_keep(request, json_object()), *found;
    if (!input || api_2011_copy(request, input, same) != 0 ||
        api_2011_set(request, input, "KeySchema", json_array()) != 0 ||
        api_2011_set(request, input, "AttributeDefinitions", json_array()) != 0 ||
        add_key(request, input, "HashKeyElement", "HASH") != 0 ||
        add_key(request, input, "RangeKeyElement", "RANGE") != 0 ||
        api_2011_run(request, input, run_create_table, &found) != 0)
        return -1;
    return answer_table(request, json_object_get(found, "TableDescription"), "TableDescription",
                        false);
}

/* An operation that takes the same members in both versions and answers with a description. */
static int run_on_table(struct request *request, int (*run)(struct request *), const char *member,
                        bool sizes)
{
    static const char *const same[] = { "TableName", "ProvisionedThroughput", NULL };
    json_t *input = api_2011_keep(request, json_object()), *found;
    if (!input || api_2011_copy(request, input, same) != 0 ||
        api_2011_run(request, input, run, &found) != 0)
        return -1;
    return answer_table(request, json_object_get(found, member), member, sizes);
}

int run_update_table_2011(struct request *request)
{
    return run_on_table(request, run_update_table, "TableDescription", false);
}

int run_describe_table_2011(struct request *request)
{
    return run_on_table(request, run_describe_table, "Table", true);
}

/* 2012-08-10 does not show a deleted table's key. */
int run_delete_table_2011(struct request *request)
{
    static const char *const same[] = { "TableName", NULL };
    json_t *input = api_2011_keep(request, json_object()), *before, *after;
    if (!input || api_2011_copy(request, input, same) != 0 ||
        api_2011_run(request, input, run_describe_table, &before) != 0 ||
        api_2011_run(request, input, run_delete_table, &after) != 0)
        return -1;
    json_t *description = json_object_get(before, "Table");
    json_t *status = json_object_get(json_object_get(after, "TableDescription"), "TableStatus");
    if (api_2011_set(request, description, "TableStatus", json_incref(status)) != 0)
        return -1;
    return answer_table(request, description, "TableDescription", false);
}

int run_list_tables_2011(struct request *request)
{
    return run_list_tables(request);
}
