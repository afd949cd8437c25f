/*
 * node.c - Node.js takes further authorities from the file that NODE_EXTRA_CA_CERTS names, but then
 * reads it when it starts, with all of its own hundred and forty: 25 ms even for `node -e 1`, as
 * measured with 20.20. So our authority is put into node's own store of roots instead, once a
 * connection to DynamoDB is made: before any certificate is looked at, which comes over that
 * connection.
 *
 * The store is the one that every TLS context of the process shares. Node exports it, and the
 * functions of its OpenSSL; a node that does not (before 20, or built in another way) gets the
 * variable. The user's own variable is respected: the file that it names is shown with our
 * authority added (trust.c), as any other.
 */
#include "preload/node.h"

#include "preload/loader.h"
#include "preload/real.h"
#include "preload/shim.h"
#include "preload/trust.h"

#include <limits.h>
#include <stdatomic.h>

/* Every node and Electron exports it. */
extern void napi_module_register(void) __attribute__((weak));

/* std::string as GNU's C++ library lays it out, which the function's name says that it is. */
struct cxx_string {
    const char *characters;
    size_t length;
    union {
        char within[16];
        size_t room;
    };
};

/* node::crypto::GetOrCreateRootCertStore()::store and node::crypto::UseExtraCaCerts(std::string
 * const &) */
#define STORE "_ZZN4node6crypto24GetOrCreateRootCertStoreEvE5store"
#define USE_EXTRA                                                                                  \
    "_ZN4node6crypto15UseExtraCaCertsERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"

/* What is called of node, in OpenSSL's types, opaque here. */
struct node_functions {
    void **store;
    void (*use_extra)(const struct cxx_string *file);
    void *(*memory)(const void *bytes, int length);
    void *(*read)(void *bio, void **out, void *callback, void *user);
    int (*add)(void *store, void *certificate);
    void (*free_certificate)(void *certificate);
    int (*free_memory)(void *bio);
    int (*mark)(void);
    int (*back_to_mark)(void);
};

static atomic_bool wanted;

static bool find(struct node_functions *found)
{
    const struct {
        const char *name;
        void *to;
    } symbols[] = {
        { STORE, &found->store },
        { USE_EXTRA, &found->use_extra },
        { "BIO_new_mem_buf", &found->memory },
        { "PEM_read_bio_X509", &found->read },
        { "X509_STORE_add_cert", &found->add },
        { "X509_free", &found->free_certificate },
        { "BIO_free", &found->free_memory },
        { "ERR_set_mark", &found->mark },
        { "ERR_pop_to_mark", &found->back_to_mark },
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if ((*(void **)symbols[i].to = dlsym(RTLD_DEFAULT, symbols[i].name)) == NULL)
            return false;
    return true;
}

void node_prepare(void)
{
    struct node_functions found;
    if (napi_module_register == NULL || getenv("NODE_EXTRA_CA_CERTS") != NULL)
        return;
    if (find(&found))
        atomic_store(&wanted, true);
    else
        setenv("NODE_EXTRA_CA_CERTS", TRUST_AUTHORITY_FILE, 0);
}

static void add(const struct node_functions *node, const char *authority, size_t length)
{
    void *store = __atomic_load_n(node->store, __ATOMIC_ACQUIRE);
    if (store == NULL || length > INT_MAX)
        return;
    node->mark();
    void *bio = node->memory(authority, (int)length);
    void *certificate = bio != NULL ? node->read(bio, NULL, NULL, NULL) : NULL;
    if (certificate != NULL) {
        node->add(store, certificate); /* takes a reference of its own */
        node->free_certificate(certificate);
    }
    if (bio != NULL)
        node->free_memory(bio);
    node->back_to_mark();
}

void node_trust(void)
{
    struct node_functions node;
    struct shim_guard guard;
    struct gateway_settings settings;
    if (!atomic_load_explicit(&wanted, memory_order_relaxed) || !atomic_exchange(&wanted, false) ||
        !find(&node))
        return;
    shim_enter(&guard);
    const struct gateway *engine = loader_load(&settings);
    size_t length = 0;
    const char *authority = NULL;
    if (engine != NULL) {
        pthread_mutex_lock(&engine_lock);
        authority = engine->authority(&settings, &length);
        pthread_mutex_unlock(&engine_lock);
    }
    shim_leave(&guard);
    if (authority == NULL)
        return;
    /* No TLS context yet: the store is made with the file in it, now (node 20) or when the first
     * context is (later ones). */
    if (__atomic_load_n(node.store, __ATOMIC_ACQUIRE) == NULL) {
        struct cxx_string file = { TRUST_AUTHORITY_FILE,
                                   sizeof TRUST_AUTHORITY_FILE - 1,
                                   { .room = sizeof TRUST_AUTHORITY_FILE } };
        node.use_extra(&file);
    }
    add(&node, authority, length);
}
