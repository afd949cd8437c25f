/*
 * trust.h - trust stores with one authority more: PEM bundles, Java's JKS and JCEKS, PKCS12.
 */
#ifndef DDBMOCK_HTTP_TRUST_H
#define DDBMOCK_HTTP_TRUST_H

#include <stddef.h>

struct trust_authority {
    const char *pem;
    size_t pem_length;
    const unsigned char *der;
    size_t der_length;
};

/*
 * What `original` trusts and the authority too, as *out, to be freed with free(3). A PEM bundle
 * stays as it is, up to what is added at its end; a JKS or JCEKS store too, with its check sum made
 * anew; PKCS12 becomes JKS, since Java reads either under either name, and no other form is read by
 * it without a password.
 *
 * 0; -EINVAL when it is no trust store, or one with private keys in PKCS12; -EACCES when its
 * password is neither empty nor Java's customary "changeit" (to write it anew would make it
 * unreadable for its owner); -ENOMEM.
 */
int trust_add(const struct trust_authority *authority, const void *original, size_t size,
              void **out, size_t *out_size);

#endif
