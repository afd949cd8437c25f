/*
 * trust.h - files of trusted authorities, shown to the program with ours added. See trust.c for
 * which.
 */
#ifndef DDBMOCK_PRELOAD_TRUST_H
#define DDBMOCK_PRELOAD_TRUST_H

#include <stdbool.h>

/* A path at which the authority alone is found, by open and fopen of a process under the shim only.
 */
#define TRUST_AUTHORITY_FILE "/run/ddbmock/authority.pem"

/* Notes the files that the environment names. From the constructor. */
void trust_configure(void);

/* Whether open(path, flags) is to be answered by trust_open. The test that every open passes:
 * cheap. */
bool trust_wants(const char *path, int flags);

/*
 * Whether the file is called as one of a directory of authorities, "3513523f.0": a missing one may be ours. OpenSSL looks for the
 * issuer's name in this form.
 */
bool trust_is_hashed(const char *path);

/* A descriptor of the file with our authority added, or -1: the real file is to be opened. errno
 * stays. */
int trust_open(int directory, const char *path, int flags);

#endif
