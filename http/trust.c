/*
 * trust.c - see trust.h.
 *
 * The JKS format, big-endian: magic, version, number of entries; entries (a trusted certificate is
 * tag 2, alias, milliseconds, "X.509", length, DER); SHA-1 of the password in UTF-16, "Mighty
 * Aphrodite" and everything before. Source: JDK 17's sun.security.provider.JavaKeyStore, which
 * keytool and every JVM use.
 */
#include "http/trust.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "http/bytes.h"
#include "http/certificate.h"

enum { JKS_MAGIC = 0xfeedfeedu, JCEKS_MAGIC = 0xcecececeu };

enum { JKS_HEAD = 12, DIGEST_SIZE = 20, ALIAS_SIZE = 128 };

static const char customary_password[] = "changeit";

static bool put_number(struct bytes *out, uint64_t number, int width)
{
    unsigned char raw[8];
    for (int i = width - 1; i >= 0; i--, number >>= 8)
        raw[i] = (unsigned char)number;
    return bytes_append(out, raw, (size_t)width);
}

static uint32_t get_number(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool put_string(struct bytes *out, const char *text)
{
    size_t length = strlen(text);
    return put_number(out, length, 2) && bytes_append(out, text, length);
}

/* One trusted certificate. Version 1 stores do not name its kind. */
static bool put_entry(struct bytes *out, uint32_t version, const char *alias,
                      const unsigned char *der, size_t der_length)
{
    return put_number(out, 2, 4) && put_string(out, alias) &&
           put_number(out, (uint64_t)clock_now(), 8) &&
           (version == 1 || put_string(out, "X.509")) && put_number(out, der_length, 4) &&
           bytes_append(out, der, der_length);
}

/* An alias that no other store has, in lower case as JKS wants it: two of our authorities may meet
 * in one. */
static void own_alias(const struct trust_authority *authority, char alias[ALIAS_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
    EVP_Digest(authority->der, authority->der_length, digest, NULL, EVP_sha1(), NULL);
    snprintf(alias, ALIAS_SIZE, "ddbmock-%02x%02x%02x%02x", digest[0], digest[1], digest[2],
             digest[3]);
}

static bool jks_digest(const char *password, const void *bytes, size_t size,
                       unsigned char digest[DIGEST_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context != NULL && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1;
    for (const char *c = password; *c != '\0' && done; c++) {
        const char wide[2] = { 0, *c };
        done = EVP_DigestUpdate(context, wide, 2) == 1;
    }
    done = done && EVP_DigestUpdate(context, "Mighty Aphrodite", 16) == 1 &&
           EVP_DigestUpdate(context, bytes, size) == 1 &&
           EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return done;
}

static bool put_digest(struct bytes *out, const char *password)
{
    unsigned char digest[DIGEST_SIZE];
    return jks_digest(password, out->data, out->length, digest) &&
           bytes_append(out, digest, sizeof digest);
}

static int add_to_jks(const struct trust_authority *authority, const unsigned char *original,
                      size_t size, struct bytes *out)
{
    if (size < JKS_HEAD + DIGEST_SIZE)
        return -EINVAL;
    uint32_t version = get_number(original + 4), count = get_number(original + 8);
    if (version < 1 || version > 2 || count == UINT32_MAX)
        return -EINVAL;
    size_t body = size - DIGEST_SIZE;
    const char *password = NULL;
    const char *const candidates[] = { customary_password, "" };
    for (size_t i = 0; i < 2 && password == NULL; i++) {
        unsigned char digest[DIGEST_SIZE];
        if (!jks_digest(candidates[i], original, body, digest))
            return -ENOMEM;
        if (CRYPTO_memcmp(digest, original + body, DIGEST_SIZE) == 0)
            password = candidates[i];
    }
    if (password == NULL)
        return -EACCES;

    char alias[ALIAS_SIZE];
    own_alias(authority, alias);
    bool whole = bytes_append(out, original, 8) && put_number(out, count + 1, 4) &&
                 bytes_append(out, original + JKS_HEAD, body - JKS_HEAD) &&
                 put_entry(out, version, alias, authority->der, authority->der_length) &&
                 put_digest(out, password);
    return whole ? 0 : -ENOMEM;
}

/* The certificate's alias in its store; "entry-7" where it has none that fits. */
static void alias_of(X509 *certificate, int number, char alias[ALIAS_SIZE])
{
    int length = 0;
    const unsigned char *name = X509_alias_get0(certificate, &length);
    if (name == NULL || length <= 0 || length >= ALIAS_SIZE ||
        memchr(name, '\0', (size_t)length) != NULL) {
        snprintf(alias, ALIAS_SIZE, "entry-%d", number);
        return;
    }
    for (int i = 0; i < length; i++)
        alias[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    alias[length] = '\0';
}

static int convert(const struct trust_authority *authority, STACK_OF(X509) * certificates,
                   struct bytes *out)
{
    enum { VERSION = 2 };
    int count = certificates != NULL ? sk_X509_num(certificates) : 0;
    bool whole = put_number(out, JKS_MAGIC, 4) && put_number(out, VERSION, 4) &&
                 put_number(out, (uint64_t)count + 1, 4);
    char alias[ALIAS_SIZE];
    for (int i = 0; i < count && whole; i++) {
        X509 *certificate = sk_X509_value(certificates, i);
        unsigned char *der = NULL;
        int length = i2d_X509(certificate, &der);
        alias_of(certificate, i, alias);
        whole = length > 0 && put_entry(out, VERSION, alias, der, (size_t)length);
        OPENSSL_free(der);
    }
    own_alias(authority, alias);
    whole = whole && put_entry(out, VERSION, alias, authority->der, authority->der_length) &&
            put_digest(out, customary_password);
    return whole ? 0 : -ENOMEM;
}

static int add_to_pkcs12(const struct trust_authority *authority, const unsigned char *original,
                         size_t size, struct bytes *out)
{
    const unsigned char *at = original;
    PKCS12 *store = size <= INT32_MAX ? d2i_PKCS12(NULL, &at, (long)size) : NULL;
    if (store == NULL)
        return -EINVAL;
    EVP_PKEY *key = NULL;
    X509 *certificate = NULL;
    STACK_OF(X509) *certificates = NULL;
    /* An empty password is tried as none, too. */
    int error =
        PKCS12_parse(store, "", &key, &certificate, &certificates) == 1 ||
                PKCS12_parse(store, customary_password, &key, &certificate, &certificates) == 1
            ? 0
            : -EACCES;
    if (error == 0 && key != NULL)
        error = -EINVAL;
    if (error == 0)
        error = convert(authority, certificates, out);
    EVP_PKEY_free(key);
    X509_free(certificate);
    sk_X509_pop_free(certificates, X509_free);
    PKCS12_free(store);
    return error;
}

static int add_to_pem(const struct trust_authority *authority, const char *original, size_t size,
                      struct bytes *out)
{
    if (size > 0 && memchr(original, '\0', size) != NULL)
        return -EINVAL;
    bool there = size > 0 && memmem(original, size, authority->pem, authority->pem_length) != NULL;
    bool whole = bytes_reserve(out, size + 1 + authority->pem_length) != NULL &&
                 bytes_append(out, original, size);
    if (whole && !there) {
        if (size > 0 && original[size - 1] != '\n')
            whole = bytes_append(out, "\n", 1);
        whole = whole && bytes_append(out, authority->pem, authority->pem_length);
    }
    return whole ? 0 : -ENOMEM;
}

int trust_add(const struct trust_authority *authority, const void *original, size_t size,
              void **out, size_t *out_size)
{
    certificate_library();
    const unsigned char *bytes = original;
    uint32_t magic = size >= 4 ? get_number(bytes) : 0;
    struct bytes made = { 0 };
    int error;
    if (magic == JKS_MAGIC || magic == JCEKS_MAGIC)
        error = add_to_jks(authority, bytes, size, &made);
    else if (size > 0 && bytes[0] == 0x30) /* DER's SEQUENCE */
        error = add_to_pkcs12(authority, bytes, size, &made);
    else
        error = add_to_pem(authority, original, size, &made);
    ERR_clear_error();
    if (error != 0) {
        bytes_release(&made);
        return error;
    }
    *out = made.data;
    *out_size = made.length;
    return 0;
}
