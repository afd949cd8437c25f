/*
 * node.c - Node.js takes further authorities from the file that NODE_EXTRA_CA_CERTS names, and reads it at once, with all of its own
 * hundred and forty: 25 ms even for `node -e 1`, as measured with 20.20. What that variable does inside is call
 * node::crypto::UseExtraCaCerts(file); called from here, the file is read when the first TLS connection wants authorities.
 *
 * A node without that function gets the variable. The user's own variable is respected: then the file that it names is shown with our
 * authority added (trust.c), as any other.
 */
#include "preload/node.h"

#include "preload/shim.h"
#include "preload/trust.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Every node and Electron exports it. */
extern void napi_module_register(void) __attribute__((weak));

/* std::string as GNU's C++ library lays it out: the name below says that it is that one. */
struct cxx_string {
    const char *characters;
    size_t length;
    union {
        char within[16];
        size_t room;
    };
};

extern void use_extra_ca_certs(const struct cxx_string *file) __asm__(
    "_ZN4node6crypto15UseExtraCaCertsERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE") __attribute__((weak));

static atomic_bool wanted;

void node_prepare(void)
{
    if (napi_module_register == NULL || getenv("NODE_EXTRA_CA_CERTS") != NULL)
        return;
    if (use_extra_ca_certs != NULL)
        atomic_store(&wanted, true);
    else
        setenv("NODE_EXTRA_CA_CERTS", TRUST_AUTHORITY_FILE, 0);
}

void node_trust(void)
{
    if (!atomic_load_explicit(&wanted, memory_order_relaxed) || !atomic_exchange(&wanted, false))
        return;
    struct cxx_string file = { TRUST_AUTHORITY_FILE, sizeof TRUST_AUTHORITY_FILE - 1, { .room = sizeof TRUST_AUTHORITY_FILE } };
    use_extra_ca_certs(&file);
}
