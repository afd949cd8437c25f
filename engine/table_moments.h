/*
 * table_moments.h - what time does to a definition: states, and indexes that are gone. For
 * engine/table.c; the rest of the engine has table.h.
 */
#ifndef DDBMOCK_ENGINE_TABLE_MOMENTS_H
#define DDBMOCK_ENGINE_TABLE_MOMENTS_H

#include "engine/table.h"

/*
 * The definition as it is at a moment: itself, a copy in the arena without the indexes that are
 * gone by then and their definitions, or NULL when the table is gone.
 */
const struct table *table_at_moment(struct arena *arena, const struct table *table, int64_t at);

#endif
