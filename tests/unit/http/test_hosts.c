/*
 * test_hosts.c - which names are DynamoDB's, and what they say.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/hosts.h"

Test(hosts, every_form_of_name)
{
    static const struct {
        const char *name;
        enum host_service service;
        const char *region, *account;
    } rows[] = {
        { "dynamodb.us-east-1.amazonaws.com", HOST_DYNAMODB, "us-east-1", "" },
        { "dynamodb-fips.us-west-2.amazonaws.com", HOST_DYNAMODB, "us-west-2", "" },
        { "dynamodb.us-gov-west-1.amazonaws.com", HOST_DYNAMODB, "us-gov-west-1", "" },
        { "dynamodb.eu-west-1.api.aws", HOST_DYNAMODB, "eu-west-1", "" },
        { "dynamodb-fips.ca-west-1.api.aws", HOST_DYNAMODB, "ca-west-1", "" },
        { "dynamodb.cn-north-1.amazonaws.com.cn", HOST_DYNAMODB, "cn-north-1", "" },
        { "dynamodb.cn-north-1.api.amazonwebservices.com.cn", HOST_DYNAMODB, "cn-north-1", "" },
        { "dynamodb.eusc-de-east-1.amazonaws.eu", HOST_DYNAMODB, "eusc-de-east-1", "" },
        { "dynamodb.eusc-de-east-1.api.amazonwebservices.eu", HOST_DYNAMODB, "eusc-de-east-1", "" },
        { "dynamodb.us-iso-east-1.c2s.ic.gov", HOST_DYNAMODB, "us-iso-east-1", "" },
        { "dynamodb.us-iso-east-1.api.aws.ic.gov", HOST_DYNAMODB, "us-iso-east-1", "" },
        { "dynamodb.us-isob-east-1.sc2s.sgov.gov", HOST_DYNAMODB, "us-isob-east-1", "" },
        { "dynamodb.us-isob-east-1.api.aws.scloud", HOST_DYNAMODB, "us-isob-east-1", "" },
        { "dynamodb.eu-isoe-west-1.cloud.adc-e.uk", HOST_DYNAMODB, "eu-isoe-west-1", "" },
        { "dynamodb.eu-isoe-west-1.api.cloud-aws.adc-e.uk", HOST_DYNAMODB, "eu-isoe-west-1", "" },
        { "dynamodb.us-isof-south-1.csp.hci.ic.gov", HOST_DYNAMODB, "us-isof-south-1", "" },
        { "dynamodb.us-isof-south-1.api.aws.hci.ic.gov", HOST_DYNAMODB, "us-isof-south-1", "" },
        { "123456789012.ddb.us-east-1.amazonaws.com", HOST_DYNAMODB, "us-east-1", "123456789012" },
        { "123456789012.ddb.us-east-1.api.aws", HOST_DYNAMODB, "us-east-1", "123456789012" },
        { "123456789012.ddb-fips.us-east-1.amazonaws.com", HOST_DYNAMODB, "us-east-1",
          "123456789012" },
        { "my-test.ddb.us-east-1.amazonaws.com", HOST_DYNAMODB, "us-east-1", "" },
        { "search-dynamodb.us-east-1.amazonaws.com", HOST_SEARCH, "us-east-1", "" },
        { "search-dynamodb-fips.us-east-1.api.aws", HOST_SEARCH, "us-east-1", "" },
        { "123456789012.search-ddb.us-east-1.amazonaws.com", HOST_SEARCH, "us-east-1",
          "123456789012" },
        { "streams.dynamodb.us-east-1.amazonaws.com", HOST_STREAMS, "us-east-1", "" },
        { "streams-dynamodb.us-east-1.api.aws", HOST_STREAMS, "us-east-1", "" },
        { "streams.dynamodb-fips.us-east-1.amazonaws.com", HOST_STREAMS, "us-east-1", "" },
        { "streams-dynamodb-fips.us-east-1.api.aws", HOST_STREAMS, "us-east-1", "" },
        { "123456789012.streams-ddb.us-east-1.amazonaws.com", HOST_STREAMS, "us-east-1",
          "123456789012" },
        { "123456789012.streams-ddb-fips.us-east-1.api.aws", HOST_STREAMS, "us-east-1",
          "123456789012" },
        { "vpce-1a2b3c4d-5e6f.dynamodb.us-east-1.vpce.amazonaws.com", HOST_DYNAMODB, "us-east-1",
          "" },
        { "vpce-1a2b3c4d-5e6f-us-east-1a.dynamodb.us-east-1.vpce.amazonaws.com", HOST_DYNAMODB,
          "us-east-1", "" },
        { "vpce-1a2b3c4d-5e6f.streams.dynamodb.us-east-1.vpce.amazonaws.com", HOST_STREAMS,
          "us-east-1", "" },
        { "DynamoDB.US-East-1.AmazonAWS.Com", HOST_DYNAMODB, "us-east-1", "" },
        { "dynamodb.us-east-1.amazonaws.com.", HOST_DYNAMODB, "us-east-1", "" },
        { "dynamodb.made-up-9.amazonaws.com", HOST_DYNAMODB, "made-up-9", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct host host;
        memset(&host, 'x', sizeof host);
        cr_assert(host_parse(rows[i].name, strlen(rows[i].name), &host), "%s", rows[i].name);
        cr_assert_eq(host.service, rows[i].service, "%s", rows[i].name);
        cr_assert_str_eq(host.region, rows[i].region, "%s", rows[i].name);
        cr_assert_str_eq(host.account, rows[i].account, "%s", rows[i].name);
        cr_assert(host_parse(rows[i].name, strlen(rows[i].name), NULL));
    }
}

Test(hosts, names_of_others)
{
    static const char *const names[] = {
        "",
        ".",
        "..",
        "amazonaws.com",
        ".amazonaws.com",
        "dynamodb",
        "dynamodb.amazonaws.com",
        "dynamodb..amazonaws.com",
        "dynamodb.us-east-1",
        "dynamodb.us-east-1.",
        "dynamodb.us-east-1.amazonaws.com..",
        "dynamodb.example.com",
        "dynamodb.us-east-1.amazonaws.com.example.com",
        "dynamodb.us-east-1.notamazonaws.com",
        "dynamodb.us-east-1amazonaws.com",
        "xdynamodb.us-east-1.amazonaws.com",
        "dynamodbx.us-east-1.amazonaws.com",
        "a.dynamodb.us-east-1.amazonaws.com",
        ".dynamodb.us-east-1.amazonaws.com",
        "dynamodb.us-east-1.x.amazonaws.com",
        "dynamodb.-east-1.amazonaws.com",
        "dynamodb.us-east-.amazonaws.com",
        "dynamodb.us east-1.amazonaws.com",
        "dynamodb.s3.amazonaws.com",
        "dynamodb.s3-us-west-2.amazonaws.com",
        "ddb.us-east-1.amazonaws.com",
        ".ddb.us-east-1.amazonaws.com",
        "a.b.ddb.us-east-1.amazonaws.com",
        "123456789012.dynamodb.us-east-1.amazonaws.com",
        "dynamodb.us-east-1.vpce.amazonaws.com",
        "vpce-.dynamodb.us-east-1.vpce.amazonaws.com",
        "x.dynamodb.us-east-1.vpce.amazonaws.com",
        "s3.amazonaws.com",
        "s3.us-east-1.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "dax.us-east-1.amazonaws.com",
        "my-cluster.abc123.dax-clusters.us-east-1.amazonaws.com",
        "localhost",
        "127.0.0.1",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_assert_not(host_parse(names[i], strlen(names[i]), NULL), "%s", names[i]);
    cr_assert_not(host_parse(NULL, 0, NULL));
}

Test(hosts, reads_no_more_than_the_length_and_leaves_errno)
{
    static const char name[] = "dynamodb.us-east-1.amazonaws.com";
    char *exact = malloc(sizeof name - 1); /* without a NUL, for the address sanitizer to see */
    memcpy(exact, name, sizeof name - 1);
    errno = 12345;
    cr_assert(host_parse(exact, sizeof name - 1, NULL));
    for (size_t length = 0; length < sizeof name - 1; length++)
        cr_assert_not(host_parse(exact, length, NULL));
    cr_assert_eq(errno, 12345);
    free(exact);
}

Test(hosts, long_names)
{
    char name[400];
    memset(name, 'a', sizeof name);
    memcpy(name, "dynamodb.", 9);
    memcpy(name + 9 + 63, ".amazonaws.com", 15);
    struct host host;
    cr_assert(host_parse(name, strlen(name), &host));
    cr_assert_eq(strlen(host.region), 63);
    memset(name + 9, 'a', 64);
    memcpy(name + 9 + 64, ".amazonaws.com", 15);
    cr_assert_not(host_parse(name, strlen(name), &host));
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_assert_not(host_parse(name, strlen(name), &host));
}

Test(hosts, control)
{
    cr_assert(host_is_control("ddbmock.local", 13) && host_is_control("DDBmock.Local.", 14));
    static const char *const names[] = { "ddbmock.locals",
                                         "ddbmock",
                                         "ddbmock.local..",
                                         "x.ddbmock.local",
                                         "dynamodb.us-east-1.amazonaws.com",
                                         "",
                                         "." };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_assert_not(host_is_control(names[i], strlen(names[i])), "%s", names[i]);
    cr_assert_not(host_is_control(NULL, 0));
    cr_assert_not(host_parse("ddbmock.local", 13, NULL));
}
