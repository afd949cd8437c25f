/*
 * describe_endpoints.c - DescribeEndpoints: for clients that discover endpoints, the one of the
 * request's region. The answer's form and its 1440 minutes: AWS developer guide,
 * "DescribeEndpoints" of the API reference.
 */
#include "engine/operations.h"

#include "engine/table.h"
#include "engine/value_json.h"

/* The domain of a region's partition. Source: the partitions file of botocore 1.44.5. */
static const char *domain(const char *region)
{
    static const struct {
        const char *partition, *domain;
    } domains[] = {
        { "aws-cn", "amazonaws.com.cn" },  { "aws-iso", "c2s.ic.gov" },
        { "aws-iso-b", "sc2s.sgov.gov" },  { "aws-iso-e", "cloud.adc-e.uk" },
        { "aws-iso-f", "csp.hci.ic.gov" }, { "aws-eusc", "amazonaws.eu" },
    };
    const char *partition = region_partition(region);
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
        if (strcmp(domains[i].partition, partition) == 0)
            return domains[i].domain;
    return "amazonaws.com";
}

int run_describe_endpoints(struct request *request)
{
    buffer_append_string(&request->output, "{\"Endpoints\":[{\"Address\":");
    string_write_json(&request->output,
                      slice_of(arena_printf(&request->arena, "dynamodb.%s.%s", request->region,
                                            domain(request->region))));
    buffer_append_string(&request->output, ",\"CachePeriodInMinutes\":1440}]}");
    return 0;
}
