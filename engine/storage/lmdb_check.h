/*
 * lmdb_check.h - whether a data file is one that LMDB can be trusted with. LMDB believes what its
 * pages say, and a page that lies makes it read outside the map or fail an assertion; so files that
 * this process tree has not had in its hands all the time are walked once before use.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LMDB_CHECK_H
#define DDBMOCK_ENGINE_STORAGE_LMDB_CHECK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Checks the two meta pages of the file, before LMDB opens it. 0 and the page size and the number
 * of pages in use; -ENOENT when the file is empty or was left by a process that ended while
 * creating it; -EPROTO; another -errno.
 */
int lmdb_check_header(int descriptor, uint32_t *page_size, uint64_t *pages);

/*
 * Walks both trees of the snapshot of `transaction_id`, which the caller keeps from being recycled,
 * in a map of `size` readable bytes: every page in range, used once, well-formed and in order,
 * every free page free. 0, -EPROTO, -ENOMEM.
 */
int lmdb_check_pages(const char *map, uint64_t size, uint64_t transaction_id);

#endif
