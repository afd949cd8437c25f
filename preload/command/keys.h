/*
 * keys.h - the access keys that `ddbmock serve` is given.
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_KEYS_H
#define DDBMOCK_PRELOAD_COMMAND_KEYS_H

#include <stddef.h>

#include "http/gateway.h"

struct keys {
    struct gateway_key *all;
    size_t count;
};

/* Adds "id:secret", which is copied: 0, or -1 with *why, a static string. */
int keys_add(struct keys *keys, const char *text, const char **why);

/* Adds those of a file, one a line; empty lines and those that begin with '#' are none. 0, or -1
 * after saying on stderr what is wrong. */
int keys_read(struct keys *keys, const char *path);

void keys_release(struct keys *keys);

#endif
