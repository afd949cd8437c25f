/*
 * gunzip.h - request bodies that come with Content-Encoding: gzip.
 */
#ifndef DDBMOCK_HTTP_GUNZIP_H
#define DDBMOCK_HTTP_GUNZIP_H

#include "http/bytes.h"

/*
 * Inflates `size` bytes of gzip into `out`, which is empty and of which the caller releases the
 * memory, whatever comes of it. 0; -EINVAL when they are no gzip or not all of it; -EMSGSIZE when
 * more than `limit` bytes come out; -ENOMEM.
 */
int gunzip(const void *data, size_t size, size_t limit, struct bytes *out);

#endif
