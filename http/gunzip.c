/*
 * gunzip.c - see gunzip.h. libdeflate does the work; what is ours is the bound, so that 16 KB of
 * input do not become 16 GB.
 */
#include "http/gunzip.h"

#include <errno.h>
#include <libdeflate.h>

enum { ROOM_FIRST = 64 * 1024 /* bytes of output before it is known how much there will be */ };

/* One member of the gzip at `data`, appended to `out`; *taken is how long it is. As gunzip. */
static int inflate_member(struct libdeflate_decompressor *decompressor, const char *data,
                          size_t size, size_t limit, struct bytes *out, size_t *taken)
{
    size_t made = 0;
    for (size_t room = ROOM_FIRST;; room *= 2) {
        /* A byte more than allowed, to tell what is as long as the limit from what is longer. */
        if (room > limit - out->length + 1)
            room = limit - out->length + 1;
        char *to = bytes_reserve(out, room);
        if (to == NULL)
            return -ENOMEM;
        switch (libdeflate_gzip_decompress_ex(decompressor, data, size, to, room, taken, &made)) {
        case LIBDEFLATE_SUCCESS:
            out->length += made;
            return out->length > limit ? -EMSGSIZE : 0;
        case LIBDEFLATE_INSUFFICIENT_SPACE:
            if (room > limit - out->length)
                return -EMSGSIZE;
            break;
        default:
            return -EINVAL;
        }
    }
}

int gunzip(const void *data, size_t size, size_t limit, struct bytes *out)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL)
        return -ENOMEM;
    int error;
    size_t at = 0, taken = 0;
    do { /* gzip(1) allows several members in a row */
        error =
            inflate_member(decompressor, (const char *)data + at, size - at, limit, out, &taken);
        at += taken;
    } while (error == 0 && at < size);
    libdeflate_free_decompressor(decompressor);
    return error;
}
