/*
 * sessions.h - the sessions of this user as their directories show them: where they are, how large, who is in them. The
 * rules of sessions are preload/session.c's; here is only looked, and a named one removed.
 */
#ifndef DDBMOCK_ENGINE_CONTROL_SESSIONS_H
#define DDBMOCK_ENGINE_CONTROL_SESSIONS_H

#include <limits.h>
#include <stdbool.h>

#include "engine/slice.h"

/*
 * Where a session of that name is to be, beside the session of `own`; with `paths` a name with a '/' is a path. NULL with
 * `out`, or what is wrong with the name, in words.
 */
const char *sessions_new_directory(const char *own, struct slice name, bool paths,
                                   char out[PATH_MAX]);

/* Removes a session's directory with the files in it. 0 or -errno. */
int sessions_remove_directory(const char *directory);

#endif
