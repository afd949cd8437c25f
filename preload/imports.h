/*
 * imports.h - whether the program can reach a network at all, by what it and its libraries import.
 */
#ifndef DDBMOCK_PRELOAD_IMPORTS_H
#define DDBMOCK_PRELOAD_IMPORTS_H

#include <stdbool.h>

/*
 * True once the program, or a library other than libc and libcrypto, imports connect, and one of
 * them a call that resolves names. So files are shown differently to curl and Python, but not to
 * cat, cp and sha256sum.
 */
bool imports_network(void);

#endif
