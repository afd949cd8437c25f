/*
 * nostdio.c - the streams that the static copies of jansson and LMDB believe to be stdin and stderr.
 *
 * Debian's archives of the two are not position-independent in these references alone, so the Makefile renames them to the
 * names below. jansson reads stdin only in json_loadf, which nobody calls; LMDB prints only when an assertion fails, and
 * engine/storage/lmdb.c leaves before it can (mdb_env_set_assert).
 */
#include <stdio.h>

extern FILE *ddbmock_no_stream, *ddbmock_no_stderr;
FILE *ddbmock_no_stream, *ddbmock_no_stderr;
