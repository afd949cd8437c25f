/*
 * render.h - how a violation of the model names the place and the value it is about.
 */
#ifndef DDBMOCK_ENGINE_SCHEMA_RENDER_H
#define DDBMOCK_ENGINE_SCHEMA_RENDER_H

#include "engine/buffer.h"
#include "engine/schema/schema.h"

/* One step from the input to a value. A chain of them lives on the stack of whoever walks. */
struct path {
    const struct path *parent; /* NULL: the input */
    enum { PATH_MEMBER, PATH_KEY, PATH_INDEX } kind;
    const char *name; /* the member's or the key's */
    size_t index;     /* of a list's element, from 0 */
};

/*
 * Appends a path: "requestItems.table.member.keys", or as on the wire "RequestItems.table.member.Keys". Only
 * the first letter goes to lower case ("sSESpecification"), [dyl].
 */
void render_path(struct buffer *out, const struct path *path, bool wire);

/*
 * Appends a value as Java's toString has it: "[KeySchemaElement(attributeName=pk, keyType=HASH)]", "{k=v}",
 * "null". The order of a map's keys is the client's, where Java's is that of its hash table. An
 * AttributeValue has no toString of its own on the service and prints as class@hash; the hash here is not
 * Java's.
 */
void render_value(struct buffer *out, const struct shape *shape, const json_t *value);

/* An integer value of a shape: without its fraction, and held to 32 or 64 bits. */
long long render_integer(const struct shape *shape, const json_t *value);

#endif
