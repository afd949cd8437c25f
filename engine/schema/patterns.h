/*
 * patterns.h - the regular expressions of the model, each with a function that matches it.
 *
 * There are nine, all of them runs of character classes. POSIX regexec would do, but it minds the host
 * program's locale and stops at a NUL; so each is a few lines over bytes.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_PATTERNS_H
#define DDBMOCK_ENGINE_SCHEMA_PATTERNS_H

#include "engine/slice.h"

struct pattern {
    const char *text;                   /* as the service prints it */
    bool (*matches)(struct slice text); /* whether the whole text matches, as Java's matches() */
};

extern const struct pattern pattern_name;      /* tables, indexes, backups */
extern const struct pattern pattern_printable; /* \p{Print}+ */
extern const struct pattern pattern_text;      /* any Unicode but control characters */
extern const struct pattern pattern_hex_token; /* groups of 16 lower-case hexadecimal digits */
extern const struct pattern pattern_no_dollar; /* client tokens */
extern const struct pattern pattern_csv_delimiter;
extern const struct pattern pattern_csv_header;
extern const struct pattern pattern_bucket;  /* S3 buckets */
extern const struct pattern pattern_account; /* 12 digits */

#endif
