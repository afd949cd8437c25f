/*
 * certificate.h - the X.509 certificates that we make: a session's authority, and the leaves that
 * it signs.
 *
 * All functions answer 0 or a negative errno value (-ENOMEM for whatever OpenSSL cannot do), and
 * leave OpenSSL's error queue empty.
 */
#ifndef DDBMOCK_HTTP_CERTIFICATE_H
#define DDBMOCK_HTTP_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* Before any other use of OpenSSL, from any thread: it then reads no configuration and leaves no
 * exit handler. */
void certificate_library(void);

/* An ECDSA key on P-256, to be freed with EVP_PKEY_free. */
int certificate_key(EVP_PKEY **out);

/*
 * An authority of its own, to be freed with X509_free, good for a year before now and five years
 * after, since the clock of a machine may be wrong and that of a test may be set.
 *
 * It is constrained, critically, to the `permitted` names: DNS names, each with all names under it,
 * and IP networks
 * ("127.0.0.0/8", "::1"). The list must have both kinds, since a kind that is not constrained at
 * all is free.
 */
int certificate_authority(EVP_PKEY *key, const char *const *permitted, size_t count, X509 **out);

/* Whether the time now is within the certificate's. */
bool certificate_current(const X509 *certificate);

/* A server's certificate for `names` (DNS names, wildcards, IP addresses), as long as its issuer
 * is. */
int certificate_leaf(X509 *issuer, EVP_PKEY *issuer_key, EVP_PKEY *key, const char *const *names,
                     size_t count, X509 **out);

#endif
