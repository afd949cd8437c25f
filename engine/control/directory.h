/*
 * directory.h - the entries of a directory, for those who look for files.
 */
#ifndef DDBMOCK_ENGINE_CONTROL_DIRECTORY_H
#define DDBMOCK_ENGINE_CONTROL_DIRECTORY_H

/*
 * Calls `visit` with every entry of the directory `path` that does not begin with '.', in no order; `at` is the directory, open
 * during the call. One that cannot be opened has none. `visit` must not jump (arena.h).
 */
void directory_each(const char *path, void (*visit)(void *context, int at, const char *name),
                    void *context);

#endif
