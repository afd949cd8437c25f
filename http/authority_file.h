/*
 * authority_file.h - an authority in a session's directory, so that all processes of a tree agree
 * on one.
 *
 * authority.key has the private key and its certificate, in one file so that they cannot come
 * apart, and is created 0600; authority.pem is a copy of the certificate for whoever wants to trust
 * it; authority.lock is there to be locked.
 */
#ifndef DDBMOCK_HTTP_AUTHORITY_FILE_H
#define DDBMOCK_HTTP_AUTHORITY_FILE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct authority {
    EVP_PKEY *key;
    X509 *certificate;
};

void authority_file_release(struct authority *authority); /* frees both; an empty one is fine */

/*
 * The authority of `directory`: the one that is there, or, when there is none or it has expired or
 * is damaged, one that `make` makes and that is left there. 0, or -errno: -EPERM when what is there
 * could have been read or written by other users.
 */
int authority_file_share(const char *directory, int (*make)(struct authority *out),
                         struct authority *out);

#endif
