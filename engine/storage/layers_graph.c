/*
 * layers_graph.c - see layers_graph.h, and layers_state.h for the records.
 */
#include "engine/storage/layers_graph.h"

#include <errno.h>
#include <stdlib.h>

struct slice layers_meta(char *room, char kind, struct slice rest)
{
    room[0] = META_TAG;
    room[1] = kind;
    if (rest.length > 0)
        memcpy(room + 2, rest.data, rest.length);
    return (struct slice){ room, 2 + rest.length };
}

int layers_chain_read(struct transaction *inner, struct slice head, struct chain *out)
{
    char room[2 + LAYERS_NAME_MAX + 4];
    struct slice value;
    int error = storage_get(inner, layers_meta(room, 'H', head), &value);
    if (error == -ENOENT && head.length == 0) {
        *out = (struct chain){ .count = 1 };
        return 0;
    }
    if (error)
        return error == -ENOENT ? -EPROTO : error;
    if (value.length < 5 || value.length % 4 != 1 || value.length > 1 + 4 * LAYERS_MAX)
        return -EPROTO;
    out->work = value.data[0] != 0;
    out->count = (unsigned)(value.length / 4);
    for (unsigned i = 0; i < out->count; i++)
        out->layers[i] = layers_get_number(value.data + 1 + 4 * i);
    return 0;
}

int layers_chain_write(struct transaction *inner, struct slice head, const struct chain *chain)
{
    char room[2 + LAYERS_NAME_MAX + 4], value[1 + 4 * LAYERS_MAX];
    value[0] = chain->work;
    for (unsigned i = 0; i < chain->count; i++)
        layers_put_number(value + 1 + 4 * i, chain->layers[i]);
    return storage_put(inner, layers_meta(room, 'H', head),
                       (struct slice){ value, 1 + 4 * (size_t)chain->count });
}

int graph_each(struct transaction *inner, char kind,
               int (*visit)(void *context, struct slice rest, struct slice value), void *context)
{
    char prefix[2] = { META_TAG, kind };
    struct slice start = { prefix, sizeof prefix }, key, value;
    struct cursor *cursor;
    int error = storage_cursor_open(inner, &cursor);
    if (error)
        return error;
    error = storage_cursor_seek(cursor, start, false, &key, &value);
    while (!error && slice_starts_with(key, start)) {
        error = visit(context, (struct slice){ key.data + 2, key.length - 2 }, value);
        if (!error)
            error = storage_cursor_step(cursor, false, &key, &value);
    }
    storage_cursor_close(cursor);
    return error == -ENOENT ? 0 : error;
}

struct layer *graph_find(const struct graph *graph, uint32_t id)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->layers[i].id == id)
            return &graph->layers[i];
    return NULL;
}

static int add_layer(void *context, struct slice rest, struct slice value)
{
    struct graph *graph = context;
    if (rest.length != 4 || (value.length != 0 && value.length != 4))
        return -EPROTO;
    if (graph->count % 64 == 0) {
        struct layer *layers = realloc(graph->layers, (graph->count + 64) * sizeof *layers);
        if (!layers)
            return -ENOMEM;
        graph->layers = layers;
    }
    graph->layers[graph->count++] = (struct layer){
        .id = layers_get_number(rest.data),
        .has_parent = value.length == 4,
        .parent = value.length == 4 ? layers_get_number(value.data) : 0,
    };
    return 0;
}

/* Everything below a layer that somebody names can be reached. */
static int reach(struct graph *graph, struct layer *layer)
{
    for (size_t i = 0; !layer->reachable; i++) {
        layer->reachable = true;
        if (!layer->has_parent)
            return 0;
        layer = graph_find(graph, layer->parent);
        if (!layer || i == graph->count)
            return -EPROTO;
        layer->children++;
    }
    return 0;
}

static int add_head(void *context, struct slice rest, struct slice value)
{
    struct graph *graph = context;
    (void)rest;
    struct layer *layer =
        value.length >= 5 ? graph_find(graph, layers_get_number(value.data + 1)) : NULL;
    if (!layer)
        return -EPROTO;
    layer->top = true;
    return reach(graph, layer);
}

static int add_snapshot(void *context, struct slice rest, struct slice value)
{
    struct graph *graph = context;
    (void)rest;
    struct layer *layer =
        value.length == 12 ? graph_find(graph, layers_get_number(value.data)) : NULL;
    if (!layer)
        return -EPROTO;
    layer->named = true;
    return reach(graph, layer);
}

int graph_read(struct transaction *inner, struct graph *out)
{
    *out = (struct graph){ 0 };
    int error = graph_each(inner, 'L', add_layer, out);
    if (!error)
        error = graph_each(inner, 'H', add_head, out);
    if (!error)
        error = graph_each(inner, 'S', add_snapshot, out);
    if (error)
        graph_release(out);
    return error;
}

void graph_release(struct graph *graph)
{
    free(graph->layers);
    *graph = (struct graph){ 0 };
}

int graph_chain(const struct graph *graph, uint32_t top, struct chain *out)
{
    out->count = 0;
    for (;;) {
        const struct layer *layer = graph_find(graph, top);
        if (!layer)
            return -EPROTO;
        if (out->count == LAYERS_MAX)
            return -EMLINK;
        out->layers[out->count++] = top;
        if (!layer->has_parent)
            return 0;
        top = layer->parent;
    }
}

const struct layer *graph_mergeable(const struct graph *graph, const struct layer **child)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct layer *layer = &graph->layers[i];
        const struct layer *parent =
            layer->reachable && layer->has_parent ? graph_find(graph, layer->parent) : NULL;
        if (parent && !parent->named && !parent->top && parent->children == 1) {
            *child = layer;
            return parent;
        }
    }
    return NULL;
}

int graph_put(struct transaction *inner, uint32_t id, const uint32_t *parent)
{
    char room[2 + LAYERS_NAME_MAX + 4], number[4], value[4] = { 0 };
    layers_put_number(number, id);
    if (parent)
        layers_put_number(value, *parent);
    return storage_put(inner, layers_meta(room, 'L', (struct slice){ number, 4 }),
                       (struct slice){ value, parent ? 4 : 0 });
}

int graph_remove(struct transaction *inner, uint32_t id)
{
    char room[2 + LAYERS_NAME_MAX + 4], number[4];
    layers_put_number(number, id);
    return storage_remove(inner, layers_meta(room, 'L', (struct slice){ number, 4 }));
}

int graph_discard(struct transaction *inner, struct slice from, struct slice to)
{
    char *key = malloc(2 + from.length);
    if (!key)
        return -ENOMEM;
    int error = storage_put(inner, layers_meta(key, 'G', from), to);
    free(key);
    return error;
}

/* The first mark 'F' of a layer: what is forgotten goes to `prefix`, which has room for it. -ENOENT: there is none. */
static int first_mark(struct transaction *inner, uint32_t id, char *room, struct slice *key)
{
    char number[4], start_room[2 + 4];
    layers_put_number(number, id);
    struct slice start = layers_meta(start_room, 'F', (struct slice){ number, 4 }), found, value;
    struct cursor *cursor;
    int error = storage_cursor_open(inner, &cursor);
    if (error)
        return error;
    error = storage_cursor_seek(cursor, start, false, &found, &value);
    if (!error && (!slice_starts_with(found, start) || found.length == start.length))
        error = -ENOENT;
    if (!error)
        *key = (struct slice){ memcpy(room, found.data, found.length), found.length };
    storage_cursor_close(cursor);
    return error;
}

int graph_forget(struct layered_transaction *transaction, uint32_t id, const struct layer *into,
                 unsigned *count)
{
    struct transaction *inner = transaction->inner;
    char *room = malloc(STORAGE_KEY_MAX);
    struct slice key;
    int error = room ? 0 : -ENOMEM;
    *count = 0;
    while (!error && (error = first_mark(inner, id, room, &key)) == 0) {
        ++*count;
        error = storage_remove(inner, key);
        if (error || !into)
            continue;
        struct slice prefix = { key.data + 6, key.length - 6 }, from;
        error = layers_key(transaction, into->id, prefix, &from);
        if (!error)
            error = layers_discard_prefix(transaction, from);
        /* And further down, when its turn comes. */
        if (!error && into->has_parent) {
            layers_put_number(room + 2, into->id);
            error = storage_put(inner, key, (struct slice){ NULL, 0 });
        }
    }
    free(room);
    return error == -ENOENT ? 0 : error;
}
