/*
 * directory.c - see directory.h.
 */
#include "engine/control/directory.h"

#include <dirent.h>
#include <stddef.h>

void directory_each(const char *path, void (*visit)(void *context, int at, const char *name),
                    void *context)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    /* cppcheck-suppress readdirCalled; nobody else has this stream */
    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            visit(context, dirfd(directory), entry->d_name);
    if (directory)
        closedir(directory);
}
