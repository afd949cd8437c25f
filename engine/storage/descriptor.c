/*
 * descriptor.c - see descriptor.h.
 */
#include "engine/storage/descriptor.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

static const struct descriptor_hider *hider;

void descriptor_hide_with(const struct descriptor_hider *with)
{
    hider = with;
}

int descriptor_keep(int descriptor)
{
    if (descriptor < 0 || hider == NULL)
        return descriptor;
    int hidden = hider->hide(descriptor);
    if (hidden >= 0)
        return hidden;
    errno = -hidden;
    return -1;
}

int descriptor_close(int descriptor)
{
    if (hider == NULL)
        return close(descriptor);
    hider->release(descriptor);
    return 0;
}

unsigned descriptor_taken(void)
{
    return hider != NULL ? hider->taken() : 0;
}
