/*
 * authority.c - see authority.h: the authority of this process, and the leaves that it has signed
 * so far.
 */
#include "http/authority.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/authority_file.h"
#include "http/certificate.h"
#include "http/hosts.h"

/* A leaf that cannot be remembered for want of memory is used all the same. */
#define HASH_NONFATAL_OOM         1
#define uthash_nonfatal_oom(leaf) ((leaf)->forgotten = true)
#include <uthash.h>

enum {
    LEAVES_MAX = 256,        /* names remembered; a program speaks to a handful */
    ADDED_MAX = 64,          /* hosts of DDBMOCK_HOSTS, as many as the shim takes */
    PERMITTED_MAX = 96,      /* entries of the authority's constraints */
    DEFAULT_NAMES_MAX = 320, /* of the leaf for clients that name no host */
    NAME_SIZE = HOST_NAME_MAX_LENGTH + 1,
};

struct leaf {
    char name[NAME_SIZE];
    X509 *certificate;
    bool forgotten;
    UT_hash_handle hh;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* everything below */
static bool configured;
static char *session;     /* NULL: memory */
static const char *hosts; /* of DDBMOCK_HOSTS; borrowed, may be NULL */
static struct authority authority;
static char *pem;
static unsigned char *der;
static size_t pem_size, der_size;
static char added_hosts[ADDED_MAX][NAME_SIZE];
static size_t added_count;
static EVP_PKEY *leaf_key; /* of all leaves: it lives and dies with the process, as they do */
static struct leaf *leaves;
static X509 *default_leaf;

/*
 * The regions of each suffix, for the default leaf: clients that send no name are as old as boto 2,
 * and know these names. Source: botocore 1.44.5, data/endpoints.json.
 */
static const struct {
    const char *suffix, *regions;
} known_regions[] = {
    { "amazonaws.com", "us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-east-2 "
                       "ap-northeast-1 ap-northeast-2 "
                       "ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 "
                       "ap-southeast-3 ap-southeast-4 "
                       "ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 "
                       "eu-central-1 eu-central-2 eu-north-1 "
                       "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 "
                       "me-central-1 me-south-1 me-west-1 "
                       "mx-central-1 sa-east-1 sa-west-1 us-gov-east-1 us-gov-west-1" },
    { "amazonaws.com.cn", "cn-north-1 cn-northwest-1" },
    { "amazonaws.eu", "eusc-de-east-1" },
    { "c2s.ic.gov", "us-iso-east-1 us-iso-west-1" },
    { "sc2s.sgov.gov", "us-isob-east-1 us-isob-west-1" },
    { "cloud.adc-e.uk", "eu-isoe-west-1" },
    { "csp.hci.ic.gov", "us-isof-east-1 us-isof-south-1" },
};

static const char *const classic_services[] = { "dynamodb", "dynamodb-fips", "streams.dynamodb",
                                                "*.ddb" };

static bool is_address(const char *name)
{
    unsigned char address[16];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* A copy in lower case, without a final dot or brackets. False when it is no host name or address.
 */
static bool copy_name(const char *name, size_t length, char out[NAME_SIZE])
{
    if (length >= 2 && name[0] == '[' && name[length - 1] == ']') {
        name++;
        length -= 2;
    }
    if (length > 0 && name[length - 1] == '.')
        length--;
    if (length == 0 || length >= NAME_SIZE || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
              c == '.' || c == ':'))
            return false;
        out[i] = c;
    }
    out[length] = '\0';
    return strchr(out, ':') == NULL || is_address(out);
}

/* The end that all names of a pattern share, as whole labels: of "db*.example.test",
 * "example.test". */
static void cut_pattern(const char **name, size_t *length)
{
    const char *star = memrchr(*name, '*', *length);
    if (star == NULL)
        return;
    const char *end = *name + *length;
    const char *dot = memchr(star, '.', (size_t)(end - star));
    *name = dot != NULL ? dot + 1 : end;
    *length = (size_t)(end - *name);
}

/*
 * DDBMOCK_HOSTS: host[:port] patterns between commas or blanks; libddbmock(7) has the grammar. A
 * pattern that has no fixed end, "*", cannot be constrained to and is left out.
 */
static void read_added_hosts(void)
{
    static const char separators[] = ", \t\n";
    added_count = 0;
    const char *at = hosts;
    while (at != NULL && added_count < ADDED_MAX && *(at += strspn(at, separators)) != '\0') {
        const char *name = at;
        size_t length = strcspn(at, separators);
        at += length;
        const char *bracket = name[0] == '[' ? memchr(name, ']', length) : NULL;
        size_t host = bracket != NULL ? (size_t)(bracket + 1 - name) : 0;
        const char *colon = memchr(name + host, ':', length - host);
        if (colon != NULL)
            length = (size_t)(colon - name);
        cut_pattern(&name, &length);
        if (copy_name(name, length, added_hosts[added_count]))
            added_count++;
    }
}

/* Whether `name` is `parent` or a name under it. */
static bool is_under(const char *name, const char *parent)
{
    size_t length = strlen(name), parent_length = strlen(parent);
    return length >= parent_length && strcmp(name + length - parent_length, parent) == 0 &&
           (length == parent_length || name[length - parent_length - 1] == '.');
}

/* Whether a leaf for this name will be believed; it is ours to serve if the shim has led it here.
 */
static bool is_permitted(const char *name)
{
    if (is_address(name) ? strncmp(name, "127.", 4) == 0 || strcmp(name, "::1") == 0
                         : is_under(name, "localhost"))
        return true;
    for (size_t i = 0; i < added_count; i++)
        if (is_under(name, added_hosts[i]))
            return true;
    return host_parse(name, strlen(name), NULL);
}

static int make_authority(struct authority *out)
{
    const char *permitted[PERMITTED_MAX] = { "localhost", "127.0.0.0/8", "::1" };
    size_t count = 3;
    for (size_t i = 0; host_suffixes[i] != NULL && count < PERMITTED_MAX; i++)
        permitted[count++] = host_suffixes[i];
    for (size_t i = 0; i < added_count && count < PERMITTED_MAX; i++)
        permitted[count++] = added_hosts[i];

    *out = (struct authority){ 0 };
    int error = certificate_key(&out->key);
    if (error == 0)
        error = certificate_authority(out->key, permitted, count, &out->certificate);
    if (error != 0)
        authority_file_release(out);
    return error;
}

/* Makes sure that there is an authority. Under the lock. */
static int need_authority(void)
{
    if (authority.certificate != NULL)
        return 0;
    certificate_library();
    read_added_hosts();
    struct authority found;
    int error = session != NULL ? authority_file_share(session, make_authority, &found)
                                : make_authority(&found);
    if (error != 0)
        return error;

    BIO *text = BIO_new(BIO_s_mem());
    char *written = NULL;
    long length = text != NULL && PEM_write_bio_X509(text, found.certificate) == 1
                      ? BIO_get_mem_data(text, &written)
                      : 0;
    unsigned char *encoded = NULL;
    int encoded_length = i2d_X509(found.certificate, &encoded);
    char *copy = length > 0 ? strndup(written, (size_t)length) : NULL;
    BIO_free(text);
    ERR_clear_error();
    if (copy == NULL || encoded_length <= 0) {
        free(copy);
        OPENSSL_free(encoded);
        authority_file_release(&found);
        return -ENOMEM;
    }
    authority = found;
    pem = copy;
    pem_size = (size_t)length;
    der = encoded;
    der_size = (size_t)encoded_length;
    return 0;
}

void authority_configure(const char *directory, const char *added)
{
    pthread_mutex_lock(&lock);
    if (!configured) {
        configured = true;
        session = directory != NULL ? strdup(directory) : NULL;
        hosts = added;
    }
    pthread_mutex_unlock(&lock);
}

int authority_certificate(const char **out_pem, size_t *pem_length, const unsigned char **out_der,
                          size_t *der_length)
{
    pthread_mutex_lock(&lock);
    int error = need_authority();
    if (error == 0 && out_pem != NULL) {
        *out_pem = pem;
        *pem_length = pem_size;
    }
    if (error == 0 && out_der != NULL) {
        *out_der = der;
        *der_length = der_size;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

int authority_hash(unsigned long *hash)
{
    pthread_mutex_lock(&lock);
    int error = need_authority();
    if (error == 0)
        *hash = X509_subject_name_hash(authority.certificate);
    pthread_mutex_unlock(&lock);
    return error;
}

/* The leaf for whoever sends no name. Under the lock. */
static int make_default_leaf(X509 **out)
{
    const char **names = calloc(DEFAULT_NAMES_MAX, sizeof *names);
    char(*texts)[NAME_SIZE] = calloc(DEFAULT_NAMES_MAX, NAME_SIZE);
    size_t count = 0;
    int error = -ENOMEM;
    if (names != NULL && texts != NULL) {
        names[count++] = "localhost";
        names[count++] = "127.0.0.1";
        names[count++] = "::1";
        for (size_t i = 0; i < added_count; i++)
            names[count++] = added_hosts[i];
        for (size_t i = 0; i < sizeof known_regions / sizeof *known_regions; i++) {
            const char *region = known_regions[i].regions;
            while (*region != '\0') {
                int length = (int)strcspn(region, " ");
                for (size_t j = 0; j < sizeof classic_services / sizeof *classic_services; j++) {
                    if (count == DEFAULT_NAMES_MAX)
                        break;
                    snprintf(texts[count], NAME_SIZE, "%s.%.*s.%s", classic_services[j], length,
                             region, known_regions[i].suffix);
                    names[count] = texts[count];
                    count++;
                }
                region += length;
                region += strspn(region, " ");
            }
        }
        error = certificate_leaf(authority.certificate, authority.key, leaf_key, names, count, out);
    }
    free(names);
    free(texts);
    return error;
}

/* The leaf for a permitted name, from the cache or new; borrowed when *owned is false. Under the
 * lock. */
static int find_leaf(const char *name, X509 **out, bool *owned)
{
    struct leaf *leaf;
    *owned = false;
    HASH_FIND_STR(leaves, name, leaf);
    if (leaf != NULL) {
        *out = leaf->certificate;
        return 0;
    }
    int error = certificate_leaf(authority.certificate, authority.key, leaf_key, &name, 1, out);
    if (error != 0)
        return error;
    *owned = true;
    if (HASH_COUNT(leaves) >= LEAVES_MAX || (leaf = calloc(1, sizeof *leaf)) == NULL)
        return 0;
    memcpy(leaf->name, name, strlen(name) + 1);
    leaf->certificate = *out;
    HASH_ADD_STR(leaves, name, leaf);
    if (leaf->forgotten)
        free(leaf);
    else
        *owned = false;
    return 0;
}

int authority_leaf(const char *name, X509 **certificate, EVP_PKEY **key)
{
    char wanted[NAME_SIZE];
    X509 *found = NULL;
    bool owned = false;
    pthread_mutex_lock(&lock);
    int error = need_authority();
    if (error == 0 && leaf_key == NULL)
        error = certificate_key(&leaf_key);
    if (error == 0) {
        if (name != NULL && copy_name(name, strlen(name), wanted) && is_permitted(wanted)) {
            error = find_leaf(wanted, &found, &owned);
        } else {
            if (default_leaf == NULL)
                error = make_default_leaf(&default_leaf);
            found = default_leaf;
        }
    }
    if (error == 0) {
        if (!owned)
            X509_up_ref(found);
        EVP_PKEY_up_ref(leaf_key);
        *certificate = found;
        *key = leaf_key;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

void authority_forget(void)
{
    pthread_mutex_lock(&lock);
    struct leaf *leaf, *next;
    HASH_ITER(hh, leaves, leaf, next)
    {
        HASH_DEL(leaves, leaf);
        X509_free(leaf->certificate);
        free(leaf);
    }
    X509_free(default_leaf);
    default_leaf = NULL;
    EVP_PKEY_free(leaf_key);
    leaf_key = NULL;
    authority_file_release(&authority);
    free(pem);
    OPENSSL_free(der);
    pem = NULL;
    der = NULL;
    free(session);
    session = NULL;
    hosts = NULL;
    configured = false;
    pthread_mutex_unlock(&lock);
}
