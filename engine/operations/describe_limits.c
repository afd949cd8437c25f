/*
 * describe_limits.c - DescribeLimits: what an account may provision, not what it has left
 * (DDB-TABLE-131 of facts/control-plane.md). account.c enforces the same figures.
 */
#include "engine/limits.h"
#include "engine/operations.h"

#include "engine/operations/account.h"

int run_describe_limits(struct request *request)
{
    long long units = limits.throughput;
    buffer_printf(&request->output,
                  "{\"AccountMaxReadCapacityUnits\":%d,\"AccountMaxWriteCapacityUnits\":%d,"
                  "\"TableMaxReadCapacityUnits\":%lld,\"TableMaxWriteCapacityUnits\":%lld}",
                  ACCOUNT_UNITS_MAX, ACCOUNT_UNITS_MAX, units, units);
    return 0;
}
