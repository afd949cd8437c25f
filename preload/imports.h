/*
 * imports.h - what the program can do at all, by what it and its libraries import.
 */
#ifndef DDBMOCK_PRELOAD_IMPORTS_H
#define DDBMOCK_PRELOAD_IMPORTS_H

#include <stdatomic.h>
#include <stdbool.h>

/*
 * True once the program, or a library other than libc and libcrypto, imports connect, and one of
 * them a call that resolves names. So files are shown differently to curl and Python, but not to
 * cat, cp and sha256sum.
 */
bool imports_network(void);

/*
 * Whether it can leave a signal handler by longjmp(3) and its kind; looks again when more has been loaded. In the variable what is
 * known of that: 1 yes, 0 no, -1 nobody has looked yet.
 */
bool imports_jump(void);
extern atomic_int imports_jumping;

#endif
