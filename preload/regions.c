/*
 * regions.c - see regions.h.
 */
#include "preload/regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Source: botocore 1.44.5, data/partitions.json: aws, aws-us-gov, aws-cn. */
static const char *const regions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
    "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",
    "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",
    "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "us-gov-east-1",
    "us-gov-west-1",  "cn-north-1",     "cn-northwest-1",
};

int region_hosts(size_t n, char names[REGION_NAMES_AT_MOST][REGION_NAME_SIZE])
{
    const char *region = n == 0 ? getenv("AWS_REGION") : NULL;
    if (n > 0 && n <= sizeof regions / sizeof *regions)
        region = regions[n - 1];
    else if (n > 0)
        return 0;
    if (region == NULL || strlen(region) > 32 ||
        strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region))
        region = "us-east-1";
    const char *suffix = strncmp(region, "cn-", 3) == 0 ? ".cn" : "";
    snprintf(names[0], REGION_NAME_SIZE, "streams.dynamodb.%s.amazonaws.com%s", region, suffix);
    snprintf(names[1], REGION_NAME_SIZE, "dynamodb.%s.amazonaws.com%s", region, suffix);
    snprintf(names[2], REGION_NAME_SIZE, "dynamodb.%s.api.aws", region);
    return 3;
}
