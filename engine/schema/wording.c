/*
 * wording.c - keeps the process's choice of wording. See wording.h.
 */
#include "engine/schema/wording.h"

#include <stdatomic.h>

static _Atomic enum wording chosen = WORDING_CLASSIC;

void wording_set(enum wording wording)
{
    atomic_store_explicit(&chosen, wording, memory_order_relaxed);
}

enum wording wording_get(void)
{
    return atomic_load_explicit(&chosen, memory_order_relaxed);
}
