/*
 * trust.c - how a program comes to trust our certificates, with verification on: when it opens a
 * file of authorities to read, it gets a copy in memory with the session's authority at the end. On
 * disk nothing changes.
 *
 * Only programs that can reach a network at all see it - those where the program or a library other
 * than libc and libcrypto imports both connect and a call that resolves names - so that `cat`, `cp`
 * and `sha256sum` see the file as it is.
 */
#include "preload/trust.h"

#include "preload/loader.h"
#include "preload/real.h"
#include "preload/shim.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { LARGEST = 16 << 20, MAX_NAMED = 16 };

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
    return (maybe && well_known(path, length, &may_be_missing)) ||
           (length > 0 && is_named(path, length));
}

/* --- who may see it
 * -----------------------------------------------------------------------------------------------------------
 */

struct imports {
    bool connects, resolves;
    unsigned long long loads; /* how many objects had been loaded in all */
};

static void look_at_symbol(const char *name, struct imports *found)
{
    if (strcmp(name, "connect") == 0)
        found->connects = true;
    else if (strcmp(name, "getaddrinfo") == 0 || strncmp(name, "gethostbyname", 13) == 0)
        found->resolves = true;
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *context)
{
    struct imports *found = context;
    const ElfW(Dyn) *dynamic = NULL;
    const char *strings = NULL;
    const ElfW(Sym) *symbols = NULL;
    const uint32_t *gnu_hash = NULL, *hash = NULL;
    (void)size;
    found->loads = info->dlpi_adds;
    if (strstr(info->dlpi_name, "/libc.so.") != NULL ||
        strstr(info->dlpi_name, "/libcrypto.so") != NULL ||
        strstr(info->dlpi_name, "libddbmock") != NULL || strstr(info->dlpi_name, "vdso") != NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++) {
        ElfW(Addr) value = dynamic->d_un.d_ptr;
        if (value < info->dlpi_addr)
            value += info->dlpi_addr; /* not relocated in place */
        switch (dynamic->d_tag) {
        case DT_STRTAB:
            strings = (const char *)value;
            break;
        case DT_SYMTAB:
            symbols = (const ElfW(Sym) *)value;
            break;
        case DT_GNU_HASH:
            gnu_hash = (const uint32_t *)value;
            break;
        case DT_HASH:
            hash = (const uint32_t *)value;
            break;
        }
    }
    /* The hash table of GNU lists what is defined; what is imported comes before its first entry.
     */
    uint32_t count = gnu_hash != NULL ? gnu_hash[1] : hash != NULL ? hash[1] : 0;
    for (uint32_t i = 1; strings != NULL && symbols != NULL && i < count; i++)
        if (symbols[i].st_shndx == SHN_UNDEF)
            look_at_symbol(strings + symbols[i].st_name, found);
    return found->connects && found->resolves;
}

static int count_loads(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    *(unsigned long long *)context = info->dlpi_adds;
    return 1;
}

static bool can_connect(void)
{
    static atomic_bool known;
    static _Atomic unsigned long long
        looked_at; /* with so many objects loaded, the answer was no */
    unsigned long long loads = 0;
    if (atomic_load(&known))
        return true;
    dl_iterate_phdr(count_loads, &loads);
    if (atomic_load(&looked_at) == loads)
        return false;
    struct imports found = { 0 };
    dl_iterate_phdr(look_at_object, &found);
    atomic_store(&looked_at, found.loads);
    atomic_store(&known, found.connects && found.resolves);
    return found.connects && found.resolves;
}

/* --- the copy
 * -----------------------------------------------------------------------------------------------------------------
 */

/* The file's content, malloc'd; NULL when it is not to be shown. A missing one may be empty
 * instead. */
static char *read_original(int directory, const char *path, bool may_be_missing, size_t *size)
{
    struct stat status;
    char *content = NULL;
    int fd = REAL(openat)(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *size = 0;
    if (fd < 0)
        return may_be_missing && errno == ENOENT ? malloc(1) : NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LARGEST)
        content = malloc((size_t)status.st_size + 1);
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

/* A file in memory, at its beginning; -1 on failure. */
static int show(const char *content, size_t size, int flags)
{
    int fd = memfd_create("ddbmock-trust", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    while (fd >= 0 && size > 0) {
        ssize_t written = REAL(write)(fd, content, size);
        if (written < 0 && errno != EINTR) {
            REAL(close)(fd);
            return -1;
        }
        content += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

int trust_open(int directory, const char *path, int flags)
{
    struct shim_guard guard;
    struct gateway_settings settings;
    bool may_be_missing = false;
    size_t size;
    int fd = -1;
    if (!can_connect())
        return -1;
    shim_enter(&guard);
    well_known(path, strlen(path), &may_be_missing);
    char *content = read_original(directory, path, may_be_missing, &size);
    const struct gateway *engine = content != NULL ? loader_load(&settings) : NULL;
    if (engine != NULL) {
        void *shown = NULL;
        size_t shown_size = 0;
        pthread_mutex_lock(&engine_lock);
        int error = engine->trust(&settings, content, size, &shown, &shown_size);
        pthread_mutex_unlock(&engine_lock);
        if (error == 0)
            fd = show(shown, shown_size, flags);
        free(shown);
    }
    free(content);
    shim_leave(&guard);
    return fd;
}
