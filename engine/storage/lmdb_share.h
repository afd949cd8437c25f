/*
 * lmdb_share.h - one LMDB store in two directories: a session that is forked off another one shares its store, each with a
 * head of its own (layers.h), and it stays when the other directory goes.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_SHARE_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_SHARE_H

/*
 * Makes the store of the directory `from` that of the empty directory `to` as well. 0, or -errno and `to` is as it was:
 * -EXDEV, -EPERM where the two cannot share files.
 */
int lmdb_share(const char *from, const char *to);

#endif
