/*
 * selection.h - from what a user writes (DDBMOCK_STORAGE, --storage) to a backend and where its
 * store is:
 *
 * - memory: in the process
 * - lmdb: in the session's directory
 * - sqlite: the file that DDBMOCK_SQLITE_FILE names; sqlite:FILE: that file
 * - postgres://... or postgresql://...: the database that this URL of libpq's names
 * - /PATH/BACKEND.so: a backend from outside (docs/storage.md), with the session's directory;
 *   /PATH/BACKEND.so:WHERE: ... or what it understands by WHERE
 *
 * The one place that reads it: the shim, the command and the library pass it on as it is.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_SELECTION_H
#define DDBMOCK_ENGINE_STORAGE_SELECTION_H

#include "engine/storage/storage.h"

struct storage_selection {
    const struct storage_backend *backend;
    char *path; /* for storage_open, to be freed; may be NULL */
};

/*
 * `setting` NULL or empty is memory; `session` is the session's directory, or NULL; `file` is
 * what DDBMOCK_SQLITE_FILE says. 0, or -errno with *why a sentence that says what is wrong, where, and what is allowed; to be freed, NULL when
 * there is no memory for it.
 */
int storage_select(const char *setting, const char *session, const char *file,
                   struct storage_selection *out, char **why);

/* Loads the backend of a shared object, for the life of the process. 0, or -errno with *why as
 * above. */
int storage_load(const char *object, const struct storage_backend **out, char **why);

#endif
