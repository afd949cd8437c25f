/*
 * layers_graph.h - all layers of a store with what hangs on them, as the records say; read when layers change, which is
 * seldom, and they are few.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LAYERS_GRAPH_H
#define DDBMOCK_ENGINE_STORAGE_LAYERS_GRAPH_H

#include "engine/storage/layers_state.h"

struct layer {
    uint32_t id, parent;
    bool has_parent;
    bool named;     /* by a snapshot */
    bool top;       /* of a head */
    bool reachable; /* from a head or a snapshot */
    unsigned children;
};

struct graph {
    struct layer *layers;
    size_t count;
};

/* 0 with *out, to be given back with graph_release; or -errno. */
int graph_read(struct transaction *inner, struct graph *out);
void graph_release(struct graph *graph);

struct layer *graph_find(const struct graph *graph, uint32_t id);

/* The layers from `top` down. 0, -EPROTO (they have no end), -EMLINK (too many for a chain). */
int graph_chain(const struct graph *graph, uint32_t top, struct chain *out);

/* A frozen layer without a name and with one child alone, which can go down into it; or NULL, with *child untouched. */
const struct layer *graph_mergeable(const struct graph *graph, const struct layer **child);

/* Calls `visit` for every record 1 kind ..., with what follows the kind, until it answers other than 0. No change meanwhile. */
int graph_each(struct transaction *inner, char kind,
               int (*visit)(void *context, struct slice rest, struct slice value), void *context);

/* Writes and removes the record of a layer. */
int graph_put(struct transaction *inner, uint32_t id, const uint32_t *parent);
int graph_remove(struct transaction *inner, uint32_t id);

/* Has the keys from `from` up to `to` (empty: to the end) removed by layers_portion. */
int graph_discard(struct transaction *inner, struct slice from, struct slice to);

/* Moves what is marked 'F' of a layer: removes the marks, or with `into`, has those keys of that layer go, too. *count: marks
 * found. */
int graph_forget(struct layered_transaction *transaction, uint32_t id, const struct layer *into,
                 unsigned *count);

#endif
