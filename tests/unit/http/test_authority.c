/*
 * test_authority.c - the session's authority: what it may sign, where it lives, and that all
 * processes of a session have one.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/clock.h"
#include "http/authority.h"
#include "http/authority_file.h"
#include "http/certificate.h"

static char directory[64];

static void make_directory(void)
{
    strcpy(directory, "/tmp/ddbmock-test-XXXXXX");
    cr_assert_not_null(mkdtemp(directory));
}

static void remove_directory(void)
{
    static const char *const names[] = { "authority.key", "authority.pem", "authority.lock" };
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    cr_assert_eq(rmdir(directory), 0, "something else was left in %s", directory);
}

static const char *in_directory(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static X509 *read_certificate(const char *pem)
{
    BIO *text = BIO_new_mem_buf(pem, -1);
    X509 *certificate = PEM_read_bio_X509(text, NULL, NULL, NULL);
    BIO_free(text);
    cr_assert_not_null(certificate);
    return certificate;
}

static X509 *own_authority(void)
{
    const char *pem;
    size_t length;
    cr_assert_eq(authority_certificate(&pem, &length, NULL, NULL), 0);
    cr_assert_eq(strlen(pem), length);
    return read_certificate(pem);
}

/* OpenSSL's verdict on a leaf for a server called `host`, at its strictest. */
static int verdict(X509 *authority, X509 *leaf, const char *host)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, authority);
    cr_assert_eq(X509_STORE_CTX_init(context, store, leaf, NULL), 1);
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(parameters,
                                X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER);
    if (strspn(host, "0123456789abcdef.:") == strlen(host))
        X509_VERIFY_PARAM_set1_ip_asc(parameters, host);
    else
        X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    X509_verify_cert(context);
    int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return error;
}

static int verdict_on_own_leaf(const char *asked, const char *host)
{
    X509 *authority = own_authority(), *leaf;
    EVP_PKEY *key;
    cr_assert_eq(authority_leaf(asked, &leaf, &key), 0);
    cr_assert_eq(X509_check_private_key(leaf, key), 1);
    int error = verdict(authority, leaf, host);
    X509_free(leaf);
    X509_free(authority);
    EVP_PKEY_free(key);
    return error;
}

Test(authority, leaves_are_believed)
{
    static const char *const names[] = {
        "dynamodb.us-east-1.amazonaws.com",
        "dynamodb.made-up-1.amazonaws.com",
        "123456789012.ddb.us-east-1.amazonaws.com",
        "streams-dynamodb.eu-west-1.api.aws",
        "dynamodb.cn-north-1.amazonaws.com.cn",
        "dynamodb.eusc-de-east-1.api.amazonwebservices.eu",
        "dynamodb.us-isof-south-1.api.aws.hci.ic.gov",
        "vpce-1a2b3c4d-5e6f.dynamodb.us-east-1.vpce.amazonaws.com",
        "localhost",
        "127.0.0.1",
        "127.3.4.5",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_assert_eq(verdict_on_own_leaf(names[i], names[i]), X509_V_OK, "%s", names[i]);
    cr_assert_eq(verdict_on_own_leaf("DynamoDB.US-East-1.AmazonAWS.com.",
                                     "dynamodb.us-east-1.amazonaws.com"),
                 X509_V_OK);
}

Test(authority, the_default_leaf_covers_every_region)
{
    cr_assert_eq(verdict_on_own_leaf(NULL, "dynamodb.us-east-1.amazonaws.com"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "dynamodb.us-gov-west-1.amazonaws.com"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "dynamodb.cn-northwest-1.amazonaws.com.cn"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "dynamodb.us-isof-south-1.csp.hci.ic.gov"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "123456789012.ddb.eu-west-1.amazonaws.com"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "localhost"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf(NULL, "s3.us-east-1.amazonaws.com"),
                 X509_V_ERR_HOSTNAME_MISMATCH);
    cr_assert_eq(verdict_on_own_leaf("example.com", "example.com"), X509_V_ERR_HOSTNAME_MISMATCH);
}

Test(authority, a_leaf_is_made_once)
{
    X509 *first, *second, *other;
    EVP_PKEY *key;
    cr_assert_eq(authority_leaf("dynamodb.us-east-1.amazonaws.com", &first, &key), 0);
    EVP_PKEY_free(key);
    cr_assert_eq(authority_leaf("DYNAMODB.us-east-1.amazonaws.com", &second, &key), 0);
    EVP_PKEY_free(key);
    cr_assert_eq(authority_leaf("dynamodb.us-east-2.amazonaws.com", &other, &key), 0);
    EVP_PKEY_free(key);
    cr_assert_eq(first, second);
    cr_assert_neq(first, other);
    X509_free(first);
    X509_free(second);
    X509_free(other);

    /* more names than are remembered are served all the same */
    for (int i = 0; i < 300; i++) {
        char name[64];
        snprintf(name, sizeof name, "dynamodb.region-%d.amazonaws.com", i);
        cr_assert_eq(authority_leaf(name, &first, &key), 0);
        cr_assert_eq(X509_check_host(first, name, 0, 0, NULL), 1);
        X509_free(first);
        EVP_PKEY_free(key);
    }
    authority_forget();
}

Test(authority, its_key_signs_for_nobody_else, .init = make_directory, .fini = remove_directory)
{
    static const struct {
        const char *name;
        int verdict;
    } rows[] = {
        { "dynamodb.us-east-1.amazonaws.com", X509_V_OK },
        { "example.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "amazon.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "notamazonaws.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "amazonaws.com.example.com", X509_V_ERR_PERMITTED_VIOLATION },
        { "127.0.0.2", X509_V_OK },
        { "8.8.8.8", X509_V_ERR_PERMITTED_VIOLATION },
    };
    authority_configure(directory, NULL);
    X509 *authority = own_authority();
    FILE *file = fopen(in_directory("authority.key"), "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    cr_assert_not_null(key);
    fclose(file);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        X509 *leaf;
        cr_assert_eq(certificate_leaf(authority, key, key, &rows[i].name, 1, &leaf), 0);
        cr_assert_eq(verdict(authority, leaf, rows[i].name), rows[i].verdict, "%s", rows[i].name);
        X509_free(leaf);
    }
    /* nor does it make authorities */
    X509 *second, *leaf;
    EVP_PKEY *second_key;
    const char *name = "dynamodb.us-east-1.amazonaws.com";
    cr_assert_eq(certificate_key(&second_key), 0);
    cr_assert_eq(certificate_authority(second_key, &name, 1, &second), 0);
    X509_set_issuer_name(second, X509_get_subject_name(authority));
    cr_assert_gt(X509_sign(second, key, EVP_sha256()), 0);
    cr_assert_eq(certificate_leaf(second, second_key, second_key, &name, 1, &leaf), 0);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *between = sk_X509_new_null();
    sk_X509_push(between, second);
    X509_STORE_add_cert(store, authority);
    X509_STORE_CTX_init(context, store, leaf, between);
    cr_assert_neq(X509_verify_cert(context), 1);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_pop_free(between, X509_free);
    X509_free(leaf);
    EVP_PKEY_free(second_key);
    EVP_PKEY_free(key);
    X509_free(authority);
}

Test(authority, hosts_that_the_user_adds)
{
    authority_configure(NULL,
                        "Dynamo.Example.test:8000, *.mock.test [fd00::1]:443,10.1.2.3:80,,*,a "
                        "db*.star.test:1 *x*y.z.test");
    cr_assert_eq(verdict_on_own_leaf("dynamo.example.test", "dynamo.example.test"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf("x.mock.test", "x.mock.test"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf("10.1.2.3", "10.1.2.3"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf("fd00::1", "fd00::1"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf("db7.star.test", "db7.star.test"), X509_V_OK);
    cr_assert_eq(verdict_on_own_leaf("axby.z.test", "axby.z.test"), X509_V_OK);
    cr_assert_eq(
        verdict_on_own_leaf("dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com"),
        X509_V_OK);
    cr_assert_neq(verdict_on_own_leaf("example.test", "example.test"), X509_V_OK);
    cr_assert_neq(verdict_on_own_leaf("10.1.2.4", "10.1.2.4"), X509_V_OK);
}

Test(authority, files_only_their_user_can_read, .init = make_directory, .fini = remove_directory)
{
    umask(0);
    authority_configure(directory, NULL);
    X509 *authority = own_authority();
    struct stat status;
    cr_assert_eq(stat(in_directory("authority.key"), &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0600);
    cr_assert_eq(stat(in_directory("authority.pem"), &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0600);
    FILE *file = fopen(in_directory("authority.pem"), "r");
    X509 *copy = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    cr_assert_eq(X509_cmp(copy, authority), 0);
    X509_free(copy);
    X509_free(authority);
}

/* What a new process of the session finds. */
static X509 *authority_of_next_process(void)
{
    authority_forget();
    authority_configure(directory, NULL);
    return own_authority();
}

Test(authority, is_found_again, .init = make_directory, .fini = remove_directory)
{
    X509 *first = authority_of_next_process(), *second = authority_of_next_process();
    cr_assert_eq(X509_cmp(first, second), 0);
    cr_assert_eq(
        verdict_on_own_leaf("dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com"),
        X509_V_OK);
    X509_free(first);
    X509_free(second);
}

Test(authority, is_made_anew_when_damaged_or_expired, .init = make_directory,
     .fini = remove_directory)
{
    X509 *first = authority_of_next_process();
    cr_assert_eq(truncate(in_directory("authority.key"), 300), 0);
    X509 *second = authority_of_next_process();
    cr_assert_neq(X509_cmp(first, second), 0);
    X509_free(first);

    clock_set(clock_now() + (int64_t)10 * 365 * 24 * 3600 * 1000);
    X509 *third = authority_of_next_process();
    cr_assert_neq(X509_cmp(second, third), 0);
    X509_free(second);
    X509_free(third);
}

Test(authority, is_refused_when_others_could_have_touched_it, .init = make_directory,
     .fini = remove_directory)
{
    const char *pem;
    size_t length;
    X509_free(authority_of_next_process());
    cr_assert_eq(chmod(in_directory("authority.key"), 0640), 0);
    authority_forget();
    authority_configure(directory, NULL);
    cr_assert_eq(authority_certificate(&pem, &length, NULL, NULL), -EPERM);

    cr_assert_eq(unlink(in_directory("authority.key")), 0);
    cr_assert_eq(symlink("/dev/null", in_directory("authority.key")), 0);
    cr_assert_neq(authority_certificate(&pem, &length, NULL, NULL), 0);
}

Test(authority, needs_its_directory)
{
    const char *pem;
    size_t length;
    authority_configure("/nonexistent/ddbmock", NULL);
    cr_assert_eq(authority_certificate(&pem, &length, NULL, NULL), -ENOENT);
}

Test(authority, processes_that_race_agree, .init = make_directory, .fini = remove_directory)
{
    enum { PROCESSES = 12 };
    int go[2], out[2];
    cr_assert_eq(pipe(go), 0);
    cr_assert_eq(pipe(out), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        cr_assert_geq(child, 0);
        if (child == 0) {
            char byte;
            close(go[1]);
            (void)!read(go[0], &byte, 1); /* the end of the pipe starts all at once */
            authority_configure(directory, NULL);
            const unsigned char *der;
            size_t length;
            unsigned char digest[32] = { 0 };
            if (authority_certificate(NULL, NULL, &der, &length) == 0)
                EVP_Digest(der, length, digest, NULL, EVP_sha256(), NULL);
            (void)!write(out[1], digest, sizeof digest);
            _exit(0);
        }
    }
    close(go[0]);
    close(go[1]);
    unsigned char first[32], none[32] = { 0 };
    cr_assert_eq(read(out[0], first, sizeof first), 32);
    cr_assert_neq(memcmp(first, none, sizeof none), 0);
    for (int i = 1; i < PROCESSES; i++) {
        unsigned char digest[32];
        cr_assert_eq(read(out[0], digest, sizeof digest), 32);
        cr_assert_eq(memcmp(digest, first, sizeof first), 0);
    }
    while (wait(NULL) > 0)
        ;
}

Test(authority, validity_allows_for_wrong_clocks)
{
    int64_t now = clock_now(), day = (int64_t)24 * 3600 * 1000;
    X509 *authority = own_authority();
    static const int days[] = { -360, -1, 0, 1, 360, 1800 };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        clock_set(now + days[i] * day);
        cr_assert(certificate_current(authority), "%d days", days[i]);
    }
    clock_set(now - 400 * day);
    cr_assert_not(certificate_current(authority));
    clock_set(now + 1900 * day);
    cr_assert_not(certificate_current(authority));
    X509_free(authority);
}
