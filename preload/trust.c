/*
 * trust.c - how a program comes to trust our certificates, with verification on: when it opens a
 * file of authorities to read, it gets a copy in memory with the session's authority at the end. On
 * disk nothing changes.
 *
 * Only programs that can reach a network at all see it (imports.h).
 */
#include "preload/trust.h"

#include "preload/imports.h"
#include "preload/loader.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"
#include "preload/shown.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { LARGEST = 16 << 20, ROOM = 4096 /* for an authority; one has about 1,000 bytes */ };

/* How such paths end. */
static const struct {
    const char *end;
    bool may_be_missing; /* a default of OpenSSL or of distributions: then there is our authority
                            alone */
} endings[] = {
    { "/ssl/cert.pem", true }, /* OpenSSL's default: /usr/lib/ssl, /usr/local/ssl, conda, Alpine */
    { "/pki/tls/cert.pem", true },          /* Red Hat's */
    { "/certs/ca-certificates.crt", true }, /* Debian's */
    { "/ca-bundle.crt", false },            /* Red Hat's, and the AWS SDK for Ruby's */
    { "/tls-ca-bundle.pem", false },
    { "/ssl/ca-bundle.pem", false }, /* SUSE's */
    { "certifi/cacert.pem", false }, /* Python: on its own and inside pip */
    { "botocore/cacert.pem", false },
    { "requests/cacert.pem", false },
    { "boto/cacerts/cacerts.txt", false },
    { "httplib2/cacerts.txt", false },
    { "Mozilla/CA/cacert.pem", false },    /* Perl */
    { "ca-bundle/res/cacert.pem", false }, /* PHP's composer */
    { "/security/cacerts", false },        /* Java */
    { "/security/jssecacerts", false },
    { "/java/cacerts", false },
};

/* Variables that name such a file. */
static const char *const variables[] = {
    "AWS_CA_BUNDLE",        "SSL_CERT_FILE",       "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",       "NODE_EXTRA_CA_CERTS", "HTTPLIB2_CA_CERTS",
    "PERL_LWP_SSL_CA_FILE", "NIX_SSL_CERT_FILE",   "DENO_CERT",
};

/* What the variables said at the start, by length: a file may have any name. */
static const char *named[sizeof variables / sizeof *variables];
static size_t named_length[sizeof variables / sizeof *variables];

void trust_configure(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value == NULL || *value == '\0')
            continue;
        named[i] = strdup(value); /* the environment may be rewritten */
        named_length[i] = named[i] != NULL ? strlen(value) : 0;
    }
}

static bool ends(const char *path, size_t length, const char *end)
{
    size_t size = strlen(end);
    return length >= size && memcmp(path + length - size, end, size) == 0;
}

/* Whether a variable names `path` at the start or, for the usual suffixes, now. */
static bool is_named(const char *path, size_t length)
{
    bool usual =
        ends(path, length, ".pem") || ends(path, length, ".crt") || ends(path, length, ".cer");
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (named_length[i] == length && memcmp(named[i], path, length) == 0)
            return true;
        const char *value = usual ? getenv(variables[i]) : NULL;
        if (value != NULL && strcmp(value, path) == 0)
            return true;
    }
    return false;
}

static bool well_known(const char *path, size_t length, bool *may_be_missing)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends(path, length, endings[i].end)) {
            *may_be_missing = endings[i].may_be_missing;
            return true;
        }
    *may_be_missing = strcmp(path, TRUST_AUTHORITY_FILE) == 0;
    return *may_be_missing;
}

enum { HASH = 8 };
static const char first_of_hash[] = ".0";

static bool is_hashed(const char *path, size_t length)
{
    const size_t size = HASH + sizeof first_of_hash - 1;
    return length > size && ends(path, length, first_of_hash) && path[length - size - 1] == '/' &&
           strspn(path + length - size, "0123456789abcdef") == HASH;
}

bool trust_is_hashed(const char *path)
{
    return is_hashed(path, strlen(path));
}

/* Whether a hashed name is that of our authority, and nobody else's file is there. */
static bool is_authority(int directory, const char *path, size_t length,
                         const struct gateway_settings *settings, const struct gateway *engine)
{
    char name[HASH + 1];
    unsigned long hash;
    struct stat status;
    if (fstatat(directory, path, &status, 0) == 0 || errno != ENOENT)
        return false;
    pthread_mutex_lock(&engine_lock);
    bool known = engine->authority_hash(settings, &hash);
    pthread_mutex_unlock(&engine_lock);
    return known && snprintf(name, sizeof name, "%08lx", hash) == HASH &&
           memcmp(path + length - HASH - (sizeof first_of_hash - 1), name, HASH) == 0;
}

bool trust_wants(const char *path, int flags)
{
    bool may_be_missing;
    if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | O_DIRECTORY)) != O_RDONLY ||
        path == NULL || shim_inside())
        return false;
    size_t length = strlen(path);
    /* Every known path ends in one of "m", "t" and "s". */
    bool maybe = length > 8 &&
                 (path[length - 1] == 'm' || path[length - 1] == 't' || path[length - 1] == 's');
    return is_hashed(path, length) || (maybe && well_known(path, length, &may_be_missing)) ||
           (length > 0 && is_named(path, length));
}

/* The file's content, malloc'd with ROOM bytes more; NULL when it is not to be shown. A missing one may be empty
 * instead. */
static char *read_original(int directory, const char *path, bool may_be_missing, size_t *size)
{
    struct stat status;
    char *content = NULL;
    int fd = REAL(openat)(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *size = 0;
    if (fd < 0)
        return may_be_missing && errno == ENOENT ? malloc(ROOM) : NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LARGEST)
        content = malloc((size_t)status.st_size + ROOM);
    while (content != NULL && *size < (size_t)status.st_size) {
        ssize_t got = REAL(read)(fd, content + *size, (size_t)status.st_size - *size);
        if (got < 0 && errno != EINTR) {
            free(content);
            content = NULL;
        } else if (got == 0) {
            break;
        } else if (got > 0) {
            *size += (size_t)got;
        }
    }
    REAL(close)(fd);
    return content;
}

/* Whether `pem` is the whole of one certificate's file. */
static bool is_certificate(const char *pem, size_t size)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----\n",
                      end[] = "-----END CERTIFICATE-----\n";
    return size > sizeof begin + sizeof end && memcmp(pem, begin, sizeof begin - 1) == 0 &&
           memcmp(pem + size - (sizeof end - 1), end, sizeof end - 1) == 0;
}

/*
 * The authority that another process of the session has made, as PEM in `out`; its size, 0 when
 * there is none, or one that may be replaced soon. The session is then held, so that it stays.
 */
static size_t read_known_authority(char *out, size_t room)
{
    char name[PATH_MAX];
    struct stat status;
    const char *why;
    size_t size = 0;
    if (!session_exists())
        return 0;
    shim_prepare_fork();
    pthread_mutex_lock(&engine_lock);
    const char *session = session_directory(&why);
    pthread_mutex_unlock(&engine_lock);
    if (session == NULL ||
        (size_t)snprintf(name, sizeof name, "%s/authority.pem", session) >= sizeof name)
        return 0;
    int fd = REAL(open)(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    /* It is valid for five years, before and after a clock that may be wrong. */
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        (status.st_mode & 077) == 0 && labs((long)(time(NULL) - status.st_mtime)) < 180L * 86400) {
        ssize_t got = REAL(read)(fd, out, room);
        size = got > 0 && (size_t)got < room && is_certificate(out, (size_t)got) ? (size_t)got : 0;
    }
    REAL(close)(fd);
    return size;
}

/*
 * Without the engine, which takes some milliseconds to load and to make an authority: a PEM bundle
 * in a session that has one. `content` is the file's, with room for ROOM more. Whether it has been
 * completed.
 */
static bool complete_bundle(char *content, size_t *size)
{
    char authority[ROOM - 1];
    unsigned char first = *size > 0 ? (unsigned char)content[0] : '\n';
    /* PKCS12; JKS and JCEKS; whatever is no text */
    if (first == 0x30 || first >= 0x80 || memchr(content, '\0', *size) != NULL)
        return false;
    size_t length = read_known_authority(authority, sizeof authority);
    if (length == 0)
        return false;
    if (memmem(content, *size, authority, length) != NULL)
        return true;
    if (*size > 0 && content[*size - 1] != '\n')
        content[(*size)++] = '\n';
    memcpy(content + *size, authority, length);
    *size += length;
    return true;
}

int trust_open(int directory, const char *path, int flags)
{
    struct shim_guard guard;
    struct gateway_settings settings;
    bool may_be_missing = false;
    const struct gateway *engine = NULL;
    size_t size;
    int fd = -1;
    if (!imports_network())
        return -1;
    shim_enter(&guard);
    const size_t length = strlen(path);
    if (is_hashed(path, length))
        may_be_missing = (engine = loader_load(&settings)) != NULL &&
                         is_authority(directory, path, length, &settings, engine);
    else
        well_known(path, length, &may_be_missing);
    char *content = !is_hashed(path, length) || may_be_missing
                        ? read_original(directory, path, may_be_missing, &size)
                        : NULL;
    bool complete = content != NULL && complete_bundle(content, &size);
    if (complete)
        fd = shown_file(content, size, flags);
    if (content != NULL && !complete && (engine = loader_load(&settings)) != NULL) {
        void *shown = NULL;
        size_t shown_size = 0;
        pthread_mutex_lock(&engine_lock);
        int error = engine->trust(&settings, content, size, &shown, &shown_size);
        pthread_mutex_unlock(&engine_lock);
        if (error == 0)
            fd = shown_file(shown, shown_size, flags);
        free(shown);
    }
    free(content);
    shim_leave(&guard);
    return fd;
}
