/*
 * authority.h - the session's certificate authority, one a process: made when it is first asked
 * for, or found in the session's directory, where another process of the tree has left it.
 *
 * It is constrained to the DNS suffixes under which AWS has its services (hosts.h), to localhost
 * and loopback addresses, and to the hosts that DDBMOCK_HOSTS adds. Finer is not possible: in
 * DynamoDB's names the service stands left of the region, and a constraint cuts off at the right
 * only; a list of all services of all regions would be a certificate of 50 KB, above the limits
 * that Go and webpki put on comparisons, and would break the first test that invents a region.
 *
 * Functions are safe to call from any thread. They answer 0 or -errno.
 */
#ifndef DDBMOCK_HTTP_AUTHORITY_H
#define DDBMOCK_HTTP_AUTHORITY_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

/* Where the authority lives: a directory that only this user can enter, or NULL for memory; and
 * what DDBMOCK_HOSTS says, which stays. Only the first call counts. */
void authority_configure(const char *session, const char *hosts);

/* The authority as PEM, NUL-terminated, and as DER; valid for the life of the process. Either
 * pointer may be NULL. */
int authority_certificate(const char **pem, size_t *pem_length, const unsigned char **der,
                          size_t *der_length);

/* What OpenSSL calls the hash of its subject's name. */
int authority_hash(unsigned long *hash);

/*
 * A certificate for `name` and its key, both the caller's to free. `name` NULL, or one that the
 * authority is not constrained to: a certificate for the classic names of every known region.
 */
int authority_leaf(const char *name, X509 **certificate, EVP_PKEY **key);

/* For tests: forgets the authority and the session. No connection may be left. */
void authority_forget(void);

#endif
