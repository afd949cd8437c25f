/*
 * environment.c - dummy credentials and a region, for programs whose user has none: without them
 * the SDKs give up, or ask the network for a role. Whatever the user has, in whatever form, is left
 * alone: the program may use other services for real.
 *
 * Runs in the constructor of every program, so it looks at little: a dozen variables, and files
 * that are mostly not there.
 */
#include "preload/environment.h"

#include "http/hosts.h"
#include "preload/regions.h"
#include "preload/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && *value != '\0';
}

void environment_put(char *assignment)
{
    enum { MOST = 250 };
    static char *list[MOST + 1];
    size_t length = strcspn(assignment, "=") + 1, count = 0;
    for (; environ != NULL && environ[count] != NULL; count++)
        if (strncmp(environ[count], assignment, length) == 0) {
            environ[count] = assignment;
            return;
        }
    if (count == MOST || environ == NULL) {
        putenv(assignment);
        return;
    }
    if (environ != list) {
        memcpy(list, environ, count * sizeof *list);
        environ = list;
    }
    list[count] = assignment;
    list[count + 1] = NULL;
}

/* Whether a line of the configuration file at `path` begins with one of the keys (separated by
 * blanks). A very large one has them all. */
static bool has_key(const char *path, const char *keys)
{
    enum { LARGEST = 64 * 1024 };
    bool found = false;
    /* Mostly it is not there, and access is no hook: nothing need be looked up. */
    int fd = access(path, R_OK) == 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0)
        return false;
    char *text = malloc(LARGEST);
    ssize_t length = text != NULL ? read(fd, text, LARGEST) : -1;
    close(fd);
    if (length == LARGEST)
        found = true;
    for (char *line = text, *end = text + (length > 0 ? length : 0); !found && line < end;) {
        line += strspn(line, " \t") < (size_t)(end - line) ? strspn(line, " \t") : 0;
        for (const char *key = keys; !found && *key != '\0'; key += strspn(key, " ")) {
            size_t size = strcspn(key, " ");
            found = (size_t)(end - line) > size && memcmp(line, key, size) == 0 &&
                    strchr(" \t=", line[size]) != NULL;
            key += size;
        }
        char *next = memchr(line, '\n', (size_t)(end - line));
        line = next != NULL ? next + 1 : end;
    }
    free(text);
    return found;
}

/* False when it is too long. */
static bool put_path(char path[PATH_MAX], const char *directory, const char *file)
{
    struct text text = text_in(path, PATH_MAX);
    text_add(&text, directory);
    text_add(&text, "/");
    text_add(&text, file);
    return text_fits(&text);
}

/* The file that `variable` names, else the one at `fallback` in the home directory. */
static bool file_has_key(const char *variable, const char *fallback, const char *keys)
{
    char path[PATH_MAX];
    const char *named = variable != NULL ? getenv(variable) : NULL, *home = getenv("HOME");
    if (named != NULL && *named != '\0' && named[0] != '~')
        return has_key(named, keys);
    if (named != NULL && strncmp(named, "~/", 2) == 0)
        fallback = named + 2;
    return home != NULL && put_path(path, home, fallback) && has_key(path, keys);
}

static bool file_begins(const char *path, const char *start)
{
    char text[32] = "";
    int fd = access(path, R_OK) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    return length > 0 && strncmp(text, start, strlen(start)) == 0;
}

/* On EC2 a role of the machine may be there for the asking. */
static bool on_ec2(void)
{
    const char *disabled = getenv("AWS_EC2_METADATA_DISABLED");
    if (disabled != NULL && strcasecmp(disabled, "true") == 0)
        return false;
    return file_begins("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2") ||
           file_begins("/sys/hypervisor/uuid", "ec2");
}

/* What the two files of the AWS SDKs say. */
struct files {
    bool credentials, region;
};

static struct files read_files(void)
{
    static const char keys[] =
        "aws_access_key_id aws_secret_access_key credential_process role_arn sso_session "
        "sso_start_url sso_account_id web_identity_token_file credential_source login_session";
    struct files found = { 0 };
    char path[PATH_MAX];
    const char *home = getenv("HOME");
    /* Mostly the directory is not there: one look instead of four. */
    if (!is_set("AWS_SHARED_CREDENTIALS_FILE") && !is_set("AWS_CONFIG_FILE") &&
        (home == NULL || !put_path(path, home, ".aws") || access(path, F_OK) != 0))
        return found;
    found.credentials = file_has_key("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", keys) ||
                        file_has_key("AWS_CONFIG_FILE", ".aws/config", keys);
    found.region = file_has_key("AWS_CONFIG_FILE", ".aws/config", "region") ||
                   file_has_key("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials", "region");
    return found;
}

static char dummy_key[] = "AWS_ACCESS_KEY_ID=AKIADDBMOCK000000000";
static char dummy_secret[] = "AWS_SECRET_ACCESS_KEY=ddbmock";
static char no_metadata[] = "AWS_EC2_METADATA_DISABLED=true";
static char dummy_region[] = "AWS_REGION=us-east-1";
static char dummy_default_region[] = "AWS_DEFAULT_REGION=us-east-1";

/* `dummy`: the first two are ours. */
static bool has_other_credentials(bool dummy)
{
    static const char *const variables[] = {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY", /* the two of older Java SDKs */
        "AWS_SECRET_KEY",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CREDENTIAL_FILE", /* boto 2 */
    };
    for (size_t i = dummy ? 2 : 0; i < sizeof variables / sizeof *variables; i++)
        if (is_set(variables[i]))
            return true;
    return file_has_key("BOTO_CONFIG", ".boto", "aws_access_key_id") ||
           has_key("/etc/boto.cfg", "aws_access_key_id") || on_ec2();
}

/* `configured`: a region of any profile is the user's, and a variable would override it. */
static void prepare_region(bool configured)
{
    const char *region = getenv("AWS_REGION"), *other = getenv("AWS_DEFAULT_REGION");
    bool first = region != NULL && *region != '\0', second = other != NULL && *other != '\0';
    if (configured)
        return;
    if (!first && !second) {
        environment_put(dummy_region);
        environment_put(dummy_default_region);
    } else if (!first) {
        setenv("AWS_REGION", other, 1);
    } else if (!second) {
        setenv("AWS_DEFAULT_REGION", region, 1);
    }
}

/*
 * A proxy would take the connection to the real DynamoDB: its hosts are excepted, and nothing else
 * of AWS. An entry covers the names below it, too: "dynamodb.us-east-1.amazonaws.com" the streams'
 * one; account-based ones have an entry of their own.
 */
static void prepare_proxy(void)
{
    static const char *const variables[] = { "https_proxy", "HTTPS_PROXY", "http_proxy",
                                             "HTTP_PROXY",  "all_proxy",   "ALL_PROXY" };
    enum { LARGEST = 16 * 1024, LONGEST = REGION_NAMES_AT_MOST * (REGION_NAME_SIZE + 1) };
    char names[REGION_NAMES_AT_MOST][REGION_NAME_SIZE];
    bool proxy = false;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        proxy = proxy || is_set(variables[i]);
    const char *given = is_set("no_proxy")   ? getenv("no_proxy")
                        : is_set("NO_PROXY") ? getenv("NO_PROXY")
                                             : "";
    char *list = proxy ? malloc(LARGEST) : NULL;
    if (list == NULL || strcmp(given, "*") == 0 || strlen(given) > LARGEST / 4 ||
        strstr(given, "dynamodb.us-east-1.amazonaws.com") != NULL) {
        free(list);
        return;
    }
    size_t length = (size_t)snprintf(list, LARGEST, "%s", given);
    for (size_t n = 0; region_hosts(n, names) > 0 && length < LARGEST - LONGEST; n++)
        length +=
            (size_t)snprintf(list + length, LARGEST - length, "%s%s,ddb%s,%s",
                             length > 0 ? "," : "", names[1], strchr(names[1], '.'), names[2]);
    length += (size_t)snprintf(list + length, LARGEST - length, "," HOST_CONTROL_NAME);
    setenv("no_proxy", list, 1);
    setenv("NO_PROXY", list, 1);
    free(list);
}

void environment_prepare(void)
{
    struct files files = read_files();
    const char *key = getenv("AWS_ACCESS_KEY_ID");
    /* A parent's doing; the user may have come by credentials since (a script that exports
     * AWS_PROFILE). */
    bool dummy = key != NULL && strcmp(key, strchr(dummy_key, '=') + 1) == 0;
    prepare_region(files.region);
    prepare_proxy();
    if (files.credentials || has_other_credentials(dummy)) {
        if (dummy) {
            unsetenv("AWS_ACCESS_KEY_ID");
            unsetenv("AWS_SECRET_ACCESS_KEY");
            unsetenv("AWS_EC2_METADATA_DISABLED");
        }
    } else if (
        !dummy) { /* a variable more than need be unset would change what Go's runtime reads */
        environment_put(dummy_key);
        environment_put(dummy_secret);
        environment_put(no_metadata);
    }
}
