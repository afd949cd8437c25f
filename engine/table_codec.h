/*
 * table_codec.h - table definitions between memory and the bytes of their records in storage, which
 * are JSON: "format" says which layout, the members are those of struct table.
 */
#ifndef DDBMOCK_ENGINE_TABLE_CODEC_H
#define DDBMOCK_ENGINE_TABLE_CODEC_H

#include "engine/table.h"

enum { TABLE_FORMAT = 1 }; /* the layout that is written; no other was ever */

/* Appends the record. 0, or -ENOMEM. */
int table_encode(struct buffer *out, const struct table *table);

/*
 * Reads a parsed record: strings and tags point into `record`, arrays are in `arena`. 0; -ENOTSUP:
 * a newer format; -EPROTO: not a definition. Never reads beyond it, whatever it is.
 */
int table_decode(struct arena *arena, const json_t *record, struct table *out);

#endif
