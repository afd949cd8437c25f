/*
 * certificate.c - see certificate.h. Both kinds of certificate carry what OpenSSL's strict mode,
 * which Python 3.13 turns on, asks of them: critical basic constraints and key usage, key
 * identifiers of subject and issuer.
 *
 * Names go into their ASN.1 structures by hand and not through OpenSSL's little language
 * ("DNS:a,IP:b"): nothing in a name can then become something else.
 */
#include "http/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clock.h"
#include "http/date.h"

enum { YEAR = 365 * 24 * 3600 /* seconds */, BEFORE = YEAR, AFTER = 5 * YEAR, SERIAL_SIZE = 16 };

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG |
                         OPENSSL_INIT_NO_LOAD_SSL_STRINGS,
                     NULL);
}

void certificate_library(void)
{
    pthread_once(&library_once, start_library);
}

int certificate_key(EVP_PKEY **out)
{
    *out = EVP_EC_gen("P-256");
    ERR_clear_error();
    return *out != NULL ? 0 : -ENOMEM;
}

/* ASN.1 times by way of strings: OpenSSL's own conversion goes through gmtime_r (see date.h). */
static bool set_time(ASN1_TIME *time, int64_t seconds)
{
    char text[DATE_COMPACT_SIZE];
    date_compact(seconds, text);
    return ASN1_TIME_set_string_X509(time, text) == 1;
}

bool certificate_current(const X509 *certificate)
{
    ASN1_TIME *now = ASN1_TIME_new();
    bool current = now != NULL && set_time(now, clock_now() / 1000) &&
                   ASN1_TIME_compare(X509_get0_notBefore(certificate), now) == -1 &&
                   ASN1_TIME_compare(X509_get0_notAfter(certificate), now) == 1;
    ASN1_TIME_free(now);
    ERR_clear_error();
    return current;
}

static ASN1_OCTET_STRING *octets(const void *bytes, size_t size)
{
    ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
    if (string != NULL && ASN1_OCTET_STRING_set(string, bytes, (int)size) != 1) {
        ASN1_OCTET_STRING_free(string);
        return NULL;
    }
    return string;
}

/* "127.0.0.1", "127.0.0.0/8", "::1": the address, and the mask that a constraint has behind it. How
 * long the address is, or 0. */
static size_t parse_address(const char *text, unsigned char address[16], unsigned char mask[16])
{
    char host[INET6_ADDRSTRLEN];
    size_t host_length = strcspn(text, "/");
    if (host_length >= sizeof host)
        return 0;
    memcpy(host, text, host_length);
    host[host_length] = '\0';
    size_t size = inet_pton(AF_INET, host, address) == 1    ? 4
                  : inet_pton(AF_INET6, host, address) == 1 ? 16
                                                            : 0;
    size_t bits = text[host_length] == '/' ? strtoul(text + host_length + 1, NULL, 10) : size * 8;
    for (size_t i = 0; i < size; i++) {
        size_t here = bits > i * 8 ? bits - i * 8 : 0;
        mask[i] = here >= 8 ? 0xff : (unsigned char)(0xff << (8 - here));
    }
    return size;
}

static GENERAL_NAME *general_name(const char *name, bool with_mask)
{
    unsigned char bytes[32], mask[16];
    GENERAL_NAME *general = GENERAL_NAME_new();
    if (general == NULL)
        return NULL;
    size_t size = parse_address(name, bytes, mask);
    ASN1_STRING *value;
    if (size > 0) {
        memcpy(bytes + size, mask, size);
        value = octets(bytes, with_mask ? size * 2 : size);
    } else {
        value = ASN1_IA5STRING_new();
        if (value != NULL && ASN1_STRING_set(value, name, (int)strlen(name)) != 1) {
            ASN1_IA5STRING_free(value);
            value = NULL;
        }
    }
    if (value == NULL) {
        GENERAL_NAME_free(general);
        return NULL;
    }
    GENERAL_NAME_set0_value(general, size > 0 ? GEN_IPADD : GEN_DNS, value);
    return general;
}

/* Adds an extension, and frees what it was made of with `type`'s own function. */
static bool add_extension(X509 *certificate, int nid, void *value, const ASN1_ITEM *type,
                          bool critical)
{
    bool added = value != NULL &&
                 X509_add1_ext_i2d(certificate, nid, value, critical, X509V3_ADD_APPEND) == 1;
    ASN1_item_free(value, type);
    return added;
}

static bool add_names(X509 *certificate, const char *const *names, size_t count)
{
    GENERAL_NAMES *list = GENERAL_NAMES_new();
    for (size_t i = 0; i < count && list != NULL; i++) {
        GENERAL_NAME *name = general_name(names[i], false);
        if (name == NULL || sk_GENERAL_NAME_push(list, name) == 0) {
            GENERAL_NAME_free(name);
            GENERAL_NAMES_free(list);
            list = NULL;
        }
    }
    return add_extension(certificate, NID_subject_alt_name, list, ASN1_ITEM_rptr(GENERAL_NAMES),
                         false);
}

static bool add_constraints(X509 *certificate, const char *const *permitted, size_t count)
{
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    if (constraints != NULL)
        constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
    bool whole = constraints != NULL && constraints->permittedSubtrees != NULL;
    for (size_t i = 0; i < count && whole; i++) {
        GENERAL_SUBTREE *tree = GENERAL_SUBTREE_new();
        GENERAL_NAME *base = general_name(permitted[i], true);
        whole = tree != NULL && base != NULL;
        if (whole) {
            GENERAL_NAME_free(tree->base);
            tree->base = base;
            base = NULL;
            whole = sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, tree) != 0;
        }
        if (!whole) {
            GENERAL_NAME_free(base);
            GENERAL_SUBTREE_free(tree);
        }
    }
    if (!whole) {
        NAME_CONSTRAINTS_free(constraints);
        return false;
    }
    return add_extension(certificate, NID_name_constraints, constraints,
                         ASN1_ITEM_rptr(NAME_CONSTRAINTS), true);
}

static bool add_usage(X509 *certificate, bool authority)
{
    enum { DIGITAL_SIGNATURE = 0, KEY_CERT_SIGN = 5 }; /* bits of RFC 5280's KeyUsage */
    ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
    if (usage != NULL &&
        ASN1_BIT_STRING_set_bit(usage, authority ? KEY_CERT_SIGN : DIGITAL_SIGNATURE, 1) != 1) {
        ASN1_BIT_STRING_free(usage);
        usage = NULL;
    }
    return add_extension(certificate, NID_key_usage, usage, ASN1_ITEM_rptr(ASN1_BIT_STRING), true);
}

static bool add_basic_constraints(X509 *certificate, bool authority)
{
    BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
    if (constraints != NULL && authority) {
        constraints->ca = 0xff;
        constraints->pathlen = ASN1_INTEGER_new();
        if (constraints->pathlen == NULL || ASN1_INTEGER_set(constraints->pathlen, 0) != 1) {
            BASIC_CONSTRAINTS_free(constraints);
            constraints = NULL;
        }
    }
    return add_extension(certificate, NID_basic_constraints, constraints,
                         ASN1_ITEM_rptr(BASIC_CONSTRAINTS), true);
}

/* The SHA-1 of the public key, RFC 5280's first way to identify one. */
static ASN1_OCTET_STRING *key_identifier(const X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size;
    if (X509_pubkey_digest(certificate, EVP_sha1(), digest, &size) != 1)
        return NULL;
    return octets(digest, size);
}

static bool add_key_identifiers(X509 *certificate, const X509 *issuer)
{
    AUTHORITY_KEYID *issued_by = AUTHORITY_KEYID_new();
    if (issued_by != NULL)
        issued_by->keyid = key_identifier(issuer);
    if (issued_by != NULL && issued_by->keyid == NULL) {
        AUTHORITY_KEYID_free(issued_by);
        return false;
    }
    return add_extension(certificate, NID_authority_key_identifier, issued_by,
                         ASN1_ITEM_rptr(AUTHORITY_KEYID), false) &&
           add_extension(certificate, NID_subject_key_identifier, key_identifier(certificate),
                         ASN1_ITEM_rptr(ASN1_OCTET_STRING), false);
}

/* Only servers: a leaf is good for nothing else. */
static bool add_extended_usage(X509 *certificate)
{
    EXTENDED_KEY_USAGE *usage = EXTENDED_KEY_USAGE_new();
    if (usage != NULL && sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(NID_server_auth)) == 0) {
        EXTENDED_KEY_USAGE_free(usage);
        usage = NULL;
    }
    return add_extension(certificate, NID_ext_key_usage, usage, ASN1_ITEM_rptr(EXTENDED_KEY_USAGE),
                         false);
}

/* A version 3 certificate with a random serial number, for `key` and called `name`. */
static X509 *begin(EVP_PKEY *key, const char *name)
{
    unsigned char serial[SERIAL_SIZE];
    random_bytes(serial, sizeof serial);
    serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40); /* positive, and never shorter */

    X509 *certificate = X509_new();
    BIGNUM *number = BN_bin2bn(serial, sizeof serial, NULL);
    X509_NAME *subject = certificate != NULL ? X509_get_subject_name(certificate) : NULL;
    bool whole = subject != NULL && number != NULL &&
                 X509_set_version(certificate, X509_VERSION_3) == 1 &&
                 BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL &&
                 X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
                                            (const unsigned char *)"ddbmock", -1, -1, 0) == 1 &&
                 X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                            (const unsigned char *)name, -1, -1, 0) == 1 &&
                 X509_set_pubkey(certificate, key) == 1;
    BN_free(number);
    if (!whole) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

/* Hands the certificate out, or frees one that is not whole. */
static int end(X509 *certificate, bool whole, X509 **out)
{
    ERR_clear_error();
    if (!whole) {
        X509_free(certificate);
        return -ENOMEM;
    }
    *out = certificate;
    return 0;
}

int certificate_authority(EVP_PKEY *key, const char *const *permitted, size_t count, X509 **out)
{
    /* A name of its own for each: a trust store may have the authorities of several sessions. */
    unsigned char tag[4];
    char name[64];
    random_bytes(tag, sizeof tag);
    snprintf(name, sizeof name, "ddbmock session authority %02x%02x%02x%02x", tag[0], tag[1],
             tag[2], tag[3]);

    int64_t now = clock_now() / 1000;
    X509 *certificate = begin(key, name);
    bool whole = certificate != NULL &&
                 X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
                 set_time(X509_getm_notBefore(certificate), now - BEFORE) &&
                 set_time(X509_getm_notAfter(certificate), now + AFTER) &&
                 add_basic_constraints(certificate, true) && add_usage(certificate, true) &&
                 add_constraints(certificate, permitted, count) &&
                 add_key_identifiers(certificate, certificate) &&
                 X509_sign(certificate, key, EVP_sha256()) > 0;
    return end(certificate, whole, out);
}

int certificate_leaf(X509 *issuer, EVP_PKEY *issuer_key, EVP_PKEY *key, const char *const *names,
                     size_t count, X509 **out)
{
    X509 *certificate = begin(key, "ddbmock server");
    bool whole = certificate != NULL &&
                 X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
                 X509_set1_notBefore(certificate, X509_get0_notBefore(issuer)) == 1 &&
                 X509_set1_notAfter(certificate, X509_get0_notAfter(issuer)) == 1 &&
                 add_basic_constraints(certificate, false) && add_usage(certificate, false) &&
                 add_extended_usage(certificate) && add_names(certificate, names, count) &&
                 add_key_identifiers(certificate, issuer) &&
                 X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
    return end(certificate, whole, out);
}
