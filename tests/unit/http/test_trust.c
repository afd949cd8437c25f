/*
 * test_trust.c - trust stores with our authority in them.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/certificate.h"
#include "http/gateway.h"
#include "tests/unit/http/client.h"

static const struct gateway_settings settings;

static int trust(const void *original, size_t size, char **out, size_t *out_size)
{
    return ddbmock_gateway()->trust(&settings, original, size, (void **)out, out_size);
}

static const char *own_pem(void)
{
    const char *pem = ddbmock_gateway()->authority(&settings, NULL);
    cr_assert_not_null(pem);
    return pem;
}

Test(trust, pem)
{
    static const struct {
        const char *original, *between;
    } rows[] = {
        { "", "" },
        { "-----BEGIN CERTIFICATE-----\n", "" },
        { "# a comment\n-----END CERTIFICATE-----", "\n" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *out, wanted[8192];
        size_t size;
        snprintf(wanted, sizeof wanted, "%s%s%s", rows[i].original, rows[i].between, own_pem());
        cr_assert_eq(trust(rows[i].original, strlen(rows[i].original), &out, &size), 0);
        cr_assert_eq(size, strlen(wanted));
        cr_assert_eq(memcmp(out, wanted, size), 0);

        /* a bundle that has it already is left as it is */
        char *again;
        size_t again_size;
        cr_assert_eq(trust(out, size, &again, &again_size), 0);
        cr_assert_eq(again_size, size);
        free(again);
        free(out);
    }
    char *out;
    size_t size;
    cr_assert_eq(trust(NULL, 0, &out, &size), 0);
    cr_assert_eq(size, strlen(own_pem()));
    free(out);
}

Test(trust, what_is_no_trust_store)
{
    char *out;
    size_t size;
    cr_assert_eq(trust("PK\003\004\0\0\0", 7, &out, &size), -EINVAL);
    cr_assert_eq(trust("0\0\0", 3, &out, &size), -EINVAL);
    cr_assert_eq(trust("\xfe\xed\xfe\xed\0\0\0\2", 8, &out, &size), -EINVAL);
    char wrong[32] = "\xfe\xed\xfe\xed\0\0\0\2"; /* no entries, and a check sum of zeros */
    cr_assert_eq(trust(wrong, sizeof wrong, &out, &size), -EACCES);
    memcpy(wrong, "\xfe\xed\xfe\xed\0\0\0\x09", 8);
    cr_assert_eq(trust(wrong, sizeof wrong, &out, &size), -EINVAL);
}

/* keytool's verdict: the aliases, one a line, sorted. NULL where there is no Java. */
static char *aliases(const char *store, size_t size, const char *password)
{
    if (system("command -v keytool >/dev/null") != 0)
        return NULL;
    char path[] = "/tmp/ddbmock-test-XXXXXX", command[256];
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "w");
    fwrite(store, 1, size, stream);
    fclose(stream);
    snprintf(command, sizeof command,
             "keytool -list -keystore %s -storepass %s 2>&1 | sed -n 's/, .*trustedCertEntry.*//p; "
             "s/^keytool error/&/p'",
             path, password);
    stream = popen(command, "r");
    char *text = calloc(1, 65536);
    (void)!fread(text, 1, 65535, stream);
    pclose(stream);
    remove(path);
    return text;
}

/* An empty JKS store, as keytool makes it with this password: made of its head and the SHA-1 of it
 * all. */
static size_t empty_jks(const char *password, unsigned char out[32])
{
    memcpy(out, "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", 12);
    unsigned char text[128];
    size_t used = 0;
    for (; *password != '\0'; password++) {
        text[used++] = 0;
        text[used++] = (unsigned char)*password;
    }
    memcpy(text + used, "Mighty Aphrodite", 16);
    memcpy(text + used + 16, out, 12);
    EVP_Digest(text, used + 28, out + 12, NULL, EVP_sha1(), NULL);
    return 32;
}

Test(trust, jks)
{
    unsigned char empty[32];
    char *out, *twice;
    size_t size, twice_size;
    cr_assert_eq(trust(empty, empty_jks("changeit", empty), &out, &size), 0);
    cr_assert_eq(memcmp(out,
                        "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1\0\0\0\2\0\x10"
                        "ddbmock-",
                        26),
                 0);
    char *names = aliases(out, size, "changeit");
    if (names != NULL) {
        cr_assert_eq(strncmp(names, "ddbmock-", 8), 0, "%s", names);
        free(names);
    }
    cr_assert_eq(trust(out, size, &twice, &twice_size), 0, "the check sum is right");
    cr_assert_eq(twice[11], 2);
    free(twice);
    free(out);

    cr_assert_eq(trust(empty, empty_jks("", empty), &out, &size), 0);
    free(out);
    cr_assert_eq(trust(empty, empty_jks("secret", empty), &out, &size), -EACCES);
    cr_assert_eq(trust(empty, empty_jks("changeit", empty) - 1, &out, &size), -EINVAL);
}

Test(trust, the_systems_own_store)
{
    FILE *file = fopen("/etc/ssl/certs/java/cacerts", "r");
    if (file == NULL)
        cr_skip_test("there is no Java here");
    char *store = malloc(1 << 22), *out;
    size_t size = fread(store, 1, 1 << 22, file), out_size;
    fclose(file);
    cr_assert_eq(trust(store, size, &out, &out_size), 0);
    char *before = aliases(store, size, "changeit"), *after = aliases(out, out_size, "changeit");
    if (before != NULL) {
        size_t lines_before = 0, lines_after = 0;
        for (char *c = before; *c != '\0'; c++)
            lines_before += *c == '\n';
        for (char *c = after; *c != '\0'; c++)
            lines_after += *c == '\n';
        cr_assert_gt(lines_before, 50);
        cr_assert_eq(lines_after, lines_before + 1);
        cr_assert_not_null(strstr(after, "ddbmock-"));
    }
    free(before);
    free(after);
    free(out);
    free(store);
}

/* A PKCS12 store with two certificates of others. */
static size_t make_pkcs12(const char *password, bool with_key, unsigned char **out)
{
    EVP_PKEY *key;
    X509 *one, *two;
    const char *const names[] = { "example.com", "10.0.0.0/8" };
    certificate_library();
    cr_assert_eq(certificate_key(&key), 0);
    cr_assert_eq(certificate_authority(key, names, 2, &one), 0);
    cr_assert_eq(certificate_authority(key, names, 2, &two), 0);
    X509_alias_set1(one, (const unsigned char *)"First Root", -1);
    STACK_OF(X509) *all = sk_X509_new_null();
    sk_X509_push(all, one);
    sk_X509_push(all, two);
    PKCS12 *store = PKCS12_create(password, NULL, with_key ? key : NULL, NULL, all, NID_aes_256_cbc,
                                  NID_aes_256_cbc, 2048, password != NULL ? 2048 : -1, 0);
    cr_assert_not_null(store);
    *out = NULL;
    int size = i2d_PKCS12(store, out);
    cr_assert_gt(size, 0);
    PKCS12_free(store);
    sk_X509_pop_free(all, X509_free);
    EVP_PKEY_free(key);
    return (size_t)size;
}

Test(trust, pkcs12)
{
    static const char *const passwords[] = { "changeit", "" };
    for (size_t i = 0; i < 2; i++) {
        unsigned char *store;
        char *out;
        size_t size = make_pkcs12(passwords[i], false, &store), out_size;
        cr_assert_eq(trust(store, size, &out, &out_size), 0);
        cr_assert_eq(memcmp(out, "\xfe\xed\xfe\xed\0\0\0\2\0\0\0\3", 12), 0,
                     "JKS with three entries");
        char *names = aliases(out, out_size, "changeit");
        if (names != NULL) {
            cr_assert_not_null(strstr(names, "first root\n"), "%s", names);
            cr_assert_not_null(strstr(names, "entry-1\n"), "%s", names);
            cr_assert_not_null(strstr(names, "ddbmock-"), "%s", names);
            free(names);
        }
        OPENSSL_free(store);
        free(out);
    }
    unsigned char *store;
    char *out;
    size_t size = make_pkcs12("secret", false, &store), out_size;
    cr_assert_eq(trust(store, size, &out, &out_size), -EACCES);
    OPENSSL_free(store);
    size = make_pkcs12("changeit", true, &store);
    cr_assert_eq(trust(store, size, &out, &out_size), -EINVAL, "it has a private key");
    OPENSSL_free(store);
}

/* An out-of-date PKCS12 encryption that OpenSSL's default provider lacks is refused, not misread.
 */
Test(trust, bytes_cut_short)
{
    unsigned char *store;
    char *out;
    size_t size = make_pkcs12("changeit", false, &store), out_size;
    for (size_t cut = 0; cut < size; cut += 37)
        if (cut > 0)
            cr_assert_neq(trust(store, cut, &out, &out_size), 0);
    OPENSSL_free(store);
}
