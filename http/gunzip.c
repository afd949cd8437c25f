/*
 * gunzip.c - see gunzip.h. zlib does the work; what is ours is the bound, so that 16 KB of input do
 * not become 16 GB.
 */
#include "http/gunzip.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

enum {
    STEP = 64 * 1024,
    GZIP_ONLY = 15 + 16 /* windowBits: the largest window, with a gzip header */
};

int gunzip(const void *data, size_t size, size_t limit, struct bytes *out)
{
    if (size > UINT_MAX)
        return -EMSGSIZE;
    z_stream stream = { .next_in = (Bytef *)data, .avail_in = (uInt)size };
    if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
        return -ENOMEM;
    int error = 0, status = Z_OK;
    while (error == 0 && !(status == Z_STREAM_END && stream.avail_in == 0)) {
        /* gzip(1) allows several members in a row. */
        if (status == Z_STREAM_END && inflateReset(&stream) != Z_OK) {
            error = -EINVAL;
            break;
        }
        char *room = bytes_reserve(out, STEP);
        if (room == NULL) {
            error = -ENOMEM;
            break;
        }
        stream.next_out = (Bytef *)room;
        stream.avail_out = STEP;
        status = inflate(&stream, Z_NO_FLUSH);
        out->length += STEP - stream.avail_out;
        if (out->length > limit)
            error = -EMSGSIZE;
        else if (status == Z_MEM_ERROR)
            error = -ENOMEM;
        else if (status != Z_OK && status != Z_STREAM_END) /* Z_BUF_ERROR too: the end is missing */
            error = -EINVAL;
    }
    inflateEnd(&stream);
    return error;
}
