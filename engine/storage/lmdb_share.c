/*
 * lmdb_share.c - see lmdb_share.h. Both files have a second name: locks, which are the files' and not the names', and maps
 * are the same under either.
 */
#include "engine/storage/lmdb_share.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int lmdb_share(const char *from, const char *to)
{
    static const char *const names[] = { "data.mdb", "lock.mdb" };
    int source = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int target = source >= 0 ? open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int error = target >= 0 ? 0 : -errno;
    for (int i = 0; i < 2 && !error; i++) {
        if (linkat(source, names[i], target, names[i], 0) == 0)
            continue;
        error = -errno;
        if (i > 0)
            unlinkat(target, names[0], 0);
    }
    if (target >= 0)
        close(target);
    if (source >= 0)
        close(source);
    return error;
}
