/*
 * describe_table.c - DescribeTable.
 */
#include "engine/operations.h"

#include "engine/table_describe.h"

int run_describe_table(struct request *request)
{
    const struct table *table;
    if (request_begin(request, false) != 0 ||
        table_find(request, input_string(request->input, "TableName"), true, &table) != 0)
        return -1;
    return table_describe(request, "Table", table, request->now);
}
