/*
 * test_environment.c - credentials, region and proxy exceptions: set where the user has none, left
 * alone in whatever form they are there.
 */
#include "tests/preload/check.h"

static bool is(const char *variable, const char *expected)
{
    const char *value = getenv(variable);
    if (expected == NULL)
        return value == NULL;
    return value != NULL && strcmp(value, expected) == 0;
}

static bool dummy_credentials(void)
{
    return is("AWS_SECRET_ACCESS_KEY", "ddbmock") && getenv("AWS_ACCESS_KEY_ID") != NULL &&
           is("AWS_EC2_METADATA_DISABLED", "true");
}

static bool no_credentials(void)
{
    return is("AWS_SECRET_ACCESS_KEY", NULL) && is("AWS_ACCESS_KEY_ID", NULL) &&
           is("AWS_EC2_METADATA_DISABLED", NULL);
}

static void nothing_configured(void)
{
    CHECK(dummy_credentials());
    CHECK(is("AWS_REGION", "us-east-1") && is("AWS_DEFAULT_REGION", "us-east-1"));
    CHECK(is("no_proxy", NULL) && is("NODE_EXTRA_CA_CERTS", NULL) && is("JAVA_TOOL_OPTIONS", NULL));
}

static void own_keys(void)
{
    CHECK(is("AWS_ACCESS_KEY_ID", "mine") && is("AWS_SECRET_ACCESS_KEY", "secret"));
    CHECK(is("AWS_EC2_METADATA_DISABLED", NULL) && is("AWS_REGION", "us-east-1"));
}

static void left_alone(void)
{
    CHECK(no_credentials());
}

static void one_region_variable(void)
{
    CHECK(is("AWS_REGION", "eu-west-1") && is("AWS_DEFAULT_REGION", "eu-west-1"));
}

static void two_region_variables(void)
{
    CHECK(is("AWS_REGION", "eu-west-1") && is("AWS_DEFAULT_REGION", "ap-south-1"));
}

static void proxy(void)
{
    CHECK(strncmp(getenv("no_proxy"), "localhost,dynamodb.", 19) == 0 &&
          is("NO_PROXY", getenv("no_proxy")));
    CHECK(strstr(getenv("no_proxy"), ",ddbmock.local") != NULL);
    CHECK(strstr(getenv("no_proxy"), ",ddb.eu-west-1.amazonaws.com,") != NULL);
    CHECK(strstr(getenv("no_proxy"), "dynamodb.cn-north-1.amazonaws.com.cn,") != NULL);
    CHECK(strstr(getenv("no_proxy"), ",amazonaws.com") == NULL);
    int status;
    char *mine = strdup(getenv("no_proxy"));
    const char *childs = run("printf %s \"$no_proxy\"", &status);
    CHECK(strcmp(mine, childs) == 0);
}

static void proxy_for_nothing(void)
{
    CHECK(is("no_proxy", "*") && is("NO_PROXY", NULL));
}

/* What a process finds that starts with this text in a file below the home directory, and nothing
 * in the environment. */
static void start_with(const char *file, const char *text, const char *credentials,
                       const char *region)
{
    char path[PATH_MAX], expected[200];
    int status;
    snprintf(path, sizeof path, "mkdir -p $HOME/.aws && rm -f $HOME/.aws/* $HOME/.boto");
    run(path, &status);
    snprintf(path, sizeof path, "%s/%s", getenv("HOME"), file);
    FILE *out = fopen(path, "w");
    fputs(text, out);
    fclose(out);
    static const char *const variables[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                             "AWS_EC2_METADATA_DISABLED", "AWS_REGION",
                                             "AWS_DEFAULT_REGION" };
    for (int i = 0; i < 5; i++)
        unsetenv(variables[i]);
    snprintf(expected, sizeof expected, "<%s><%s>", credentials, region);
    const char *got = run("printf '<%s><%s>' \"$AWS_SECRET_ACCESS_KEY\" \"$AWS_REGION\"", &status);
    if (strcmp(got, expected) != 0)
        fprintf(stderr, "%s with\n%s\ngives %s and not %s\n", file, text, got, expected);
    CHECK(strcmp(got, expected) == 0);
}

static void configuration_files(void)
{
    start_with(".aws/other", "", "ddbmock", "us-east-1");
    start_with(".aws/credentials", "", "ddbmock", "us-east-1");
    start_with(".aws/credentials", "[default]\naws_access_key_id = x\naws_secret_access_key = y\n",
               "", "us-east-1");
    start_with(".aws/credentials", "# aws_access_key_id = x\n", "ddbmock", "us-east-1");
    start_with(".aws/config", "[default]\nregion = eu-west-1\n", "ddbmock", "");
    start_with(".aws/config", "[default]\nregion=eu-west-1\noutput = json", "ddbmock", "");
    start_with(".aws/config", "[default]\noutput = json\nregional = no\n", "ddbmock", "us-east-1");
    start_with(".aws/config", "[profile x]\n  credential_process = /bin/x\n", "", "us-east-1");
    start_with(".aws/config", "[default]\nsso_session = my-sso\nregion = eu-west-1\n", "", "");
    start_with(".aws/config",
               "[default]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = Environment\n", "",
               "us-east-1");
    start_with(".boto", "[Credentials]\naws_access_key_id = x\n", "", "us-east-1");
}

static void files_elsewhere(void)
{
    char setting[PATH_MAX];
    snprintf(setting, sizeof setting, "%s/here", getenv("HOME"));
    setenv("AWS_SHARED_CREDENTIALS_FILE", setting, 1);
    start_with("here", "[default]\naws_access_key_id=x\n", "", "us-east-1");
    start_with(".aws/credentials", "[default]\naws_access_key_id=x\n", "", "us-east-1");
    run("rm $HOME/here", &(int){ 0 });
    start_with(".aws/credentials", "[default]\naws_access_key_id=x\n", "ddbmock", "us-east-1");
    unsetenv("AWS_SHARED_CREDENTIALS_FILE");
    snprintf(setting, sizeof setting, "%s/there", getenv("HOME"));
    setenv("AWS_CONFIG_FILE", setting, 1);
    start_with("there", "[default]\nregion = sa-east-1\n", "ddbmock", "");
}

static void hosts_of_its_own(void)
{
    CHECK(dummy_credentials());
}

static const struct test tests[] = {
    TEST(nothing_configured),
    TEST(own_keys, { "AWS_ACCESS_KEY_ID=mine", "AWS_SECRET_ACCESS_KEY=secret" }),
    { "a_profile", left_alone, { "AWS_PROFILE=work" } },
    { "a_default_profile", left_alone, { "AWS_DEFAULT_PROFILE=work" } },
    { "a_web_identity",
      left_alone,
      { "AWS_WEB_IDENTITY_TOKEN_FILE=/token", "AWS_ROLE_ARN=arn:x" } },
    { "a_role", left_alone, { "AWS_ROLE_ARN=arn:x" } },
    { "a_container_by_path", left_alone, { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x" } },
    { "a_container_by_address",
      left_alone,
      { "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost/x" } },
    { "an_empty_key_is_none", hosts_of_its_own, { "AWS_ACCESS_KEY_ID=" } },
    TEST(one_region_variable, { "AWS_REGION=eu-west-1" }),
    { "the_other_region_variable", one_region_variable, { "AWS_DEFAULT_REGION=eu-west-1" } },
    TEST(two_region_variables, { "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=ap-south-1" }),
    TEST(proxy, { "HTTPS_PROXY=http://proxy:1", "NO_PROXY=localhost" }),
    TEST(proxy_for_nothing, { "https_proxy=http://proxy:1", "no_proxy=*" }),
    TEST(configuration_files),
    TEST(files_elsewhere),
};

MAIN(tests)
