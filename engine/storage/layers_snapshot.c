/*
 * layers_snapshot.c - snapshots taken, restored, deleted, forked: what layers there are and who sees them. None of it
 * looks at what is stored.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/storage/layers_graph.h"

/* The first change writes down what is so without being written: layer 0, alone. Other heads than the first come later. */
static int begin(struct layered_transaction *transaction)
{
    char room[2 + LAYERS_NAME_MAX + 4];
    struct slice value;
    if (!transaction->write)
        return -EINVAL;
    transaction->changes++;
    if (transaction->store->head[0] != '\0')
        return 0;
    struct slice none = { "", 0 };
    int error = storage_get(transaction->inner, layers_meta(room, 'H', none), &value);
    if (error != -ENOENT)
        return error;
    struct chain first = { .count = 1 };
    error = graph_put(transaction->inner, 0, NULL);
    return error ? error : layers_chain_write(transaction->inner, none, &first);
}

static int new_layer(struct layered_transaction *transaction, const uint32_t *parent, uint32_t *out)
{
    char room[2], number[4];
    struct slice key = layers_meta(room, 'N', (struct slice){ NULL, 0 }), value;
    int error = storage_get(transaction->inner, key, &value);
    if (error && error != -ENOENT)
        return error;
    if (!error && value.length != 4)
        return -EPROTO;
    *out = error ? 1 : layers_get_number(value.data);
    if (*out == UINT32_MAX - 1)
        return -ENOSPC;
    layers_put_number(number, *out + 1);
    error = storage_put(transaction->inner, key, (struct slice){ number, 4 });
    return error ? error : graph_put(transaction->inner, *out, parent);
}

/* Gives up what nobody can reach, and sees whether anything is left to do; then writes the chain down. */
static int collect(struct layered_transaction *transaction)
{
    struct graph graph;
    /* The chain says which layer is the top. */
    struct slice head = slice_of(transaction->store->head);
    int error = layers_chain_write(transaction->inner, head, &transaction->chain);
    if (!error)
        error = graph_read(transaction->inner, &graph);
    if (error)
        return error;
    const struct layer *child;
    bool work = transaction->chain.work || graph_mergeable(&graph, &child);
    for (size_t i = 0; !error && i < graph.count; i++) {
        char room[2 * LAYER_PREFIX];
        struct slice from, to;
        unsigned count;
        if (graph.layers[i].reachable)
            continue;
        work = true;
        layers_range(graph.layers[i].id, room, &from, &to);
        error = graph_discard(transaction->inner, from, to);
        if (!error)
            error = graph_forget(transaction, graph.layers[i].id, NULL, &count);
        if (!error)
            error = graph_remove(transaction->inner, graph.layers[i].id);
    }
    graph_release(&graph);
    if (error || work == transaction->chain.work)
        return error;
    transaction->chain.work = work;
    return layers_chain_write(transaction->inner, head, &transaction->chain);
}

/* A top layer of this transaction's own head upon `parent`, or with NULL on nothing. */
static int begin_top(struct layered_transaction *transaction, const uint32_t *parent, uint32_t top)
{
    struct graph graph;
    bool work = transaction->chain.work;
    transaction->chain = (struct chain){ .layers = { top }, .count = 1, .work = work };
    if (!parent)
        return 0;
    int error = graph_read(transaction->inner, &graph);
    if (error)
        return error;
    error = graph_chain(&graph, top, &transaction->chain);
    graph_release(&graph);
    return error;
}

static struct slice snapshot_key(char *room, struct slice name)
{
    return layers_meta(room, 'S', name);
}

/* The layer of a snapshot. */
static int find(struct transaction *inner, struct slice name, uint32_t *layer)
{
    char room[2 + LAYERS_NAME_MAX + 4];
    struct slice value;
    if (name.length == 0 || name.length > LAYERS_NAME_MAX)
        return -ENOENT;
    int error = storage_get(inner, snapshot_key(room, name), &value);
    if (!error && value.length != 12)
        error = -EPROTO;
    if (!error)
        *layer = layers_get_number(value.data);
    return error;
}

/* Whether nothing has been written into the top layer. */
static int top_is_empty(struct layered_transaction *transaction, bool *empty)
{
    char room[2 * LAYER_PREFIX];
    struct slice from, to, key, value;
    struct cursor *cursor;
    layers_range(transaction->chain.layers[0], room, &from, &to);
    int error = storage_cursor_open(transaction->inner, &cursor);
    if (error)
        return error;
    error = storage_cursor_seek(cursor, from, false, &key, &value);
    *empty = error == -ENOENT || (!error && to.length > 0 && slice_compare(key, to) >= 0);
    storage_cursor_close(cursor);
    return error == -ENOENT ? 0 : error;
}

int layers_snapshot(struct transaction *base, struct slice name, int64_t now)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    struct chain *chain = &transaction->chain;
    char room[2 + LAYERS_NAME_MAX + 4], value[12];
    bool empty;
    if (name.length == 0 || name.length > LAYERS_NAME_MAX)
        return -EINVAL;
    int error = begin(transaction);
    if (!error)
        error = top_is_empty(transaction, &empty);
    if (error)
        return error;
    uint32_t layer = chain->layers[0], top;
    if (empty && chain->count > 1) {
        layer = chain->layers[1];
    } else {
        if (chain->count == LAYERS_MAX)
            return -EMLINK;
        error = new_layer(transaction, &layer, &top);
        if (error)
            return error;
        memmove(chain->layers + 1, chain->layers, chain->count * sizeof *chain->layers);
        chain->layers[0] = top;
        chain->count++;
    }
    layers_put_number(value, layer);
    layers_put_number(value + 4, (uint32_t)((uint64_t)now >> 32));
    layers_put_number(value + 8, (uint32_t)now);
    error = storage_put(transaction->inner, snapshot_key(room, name),
                        (struct slice){ value, sizeof value });
    return error ? error : collect(transaction);
}

int layers_restore(struct transaction *base, struct slice name)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    uint32_t layer, top;
    int error = begin(transaction);
    if (!error)
        error = find(transaction->inner, name, &layer);
    if (!error)
        error = new_layer(transaction, &layer, &top);
    if (!error)
        error = begin_top(transaction, &layer, top);
    return error ? error : collect(transaction);
}

/* Whether layer 0 can be begun anew: nobody has it, and nothing of it is left. */
static int is_free(struct transaction *inner, bool *free)
{
    char room[6], first[3] = { META_TAG, 'G', ESCAPE_TAG }, zero[4] = { 0 };
    struct slice key, value;
    struct cursor *cursor;
    *free = false;
    int error = storage_get(inner, layers_meta(room, 'L', (struct slice){ zero, 4 }), &value);
    if (error != -ENOENT)
        return error;
    error = storage_cursor_open(inner, &cursor);
    if (error)
        return error;
    error = storage_cursor_seek(cursor, (struct slice){ first, 3 }, false, &key, &value);
    *free = error == -ENOENT || (!error && !slice_starts_with(key, (struct slice){ first, 2 }));
    storage_cursor_close(cursor);
    return error == -ENOENT ? 0 : error;
}

int layers_reset(struct transaction *base)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    uint32_t top = 0;
    bool free;
    int error = begin(transaction);
    if (!error)
        error = is_free(transaction->inner, &free);
    if (!error)
        error = free ? graph_put(transaction->inner, 0, NULL) : new_layer(transaction, NULL, &top);
    if (!error)
        error = begin_top(transaction, NULL, top);
    return error ? error : collect(transaction);
}

int layers_delete(struct transaction *base, struct slice name)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    char room[2 + LAYERS_NAME_MAX + 4];
    if (name.length == 0 || name.length > LAYERS_NAME_MAX)
        return -ENOENT;
    int error = begin(transaction);
    if (!error)
        error = storage_remove(transaction->inner, snapshot_key(room, name));
    return error ? error : collect(transaction);
}

struct visit {
    int (*visit)(void *context, const struct layers_snapshot *snapshot);
    void *context;
};

static int show(void *context, struct slice rest, struct slice value)
{
    const struct visit *visit = context;
    if (value.length != 12)
        return -EPROTO;
    struct layers_snapshot snapshot = {
        .name = rest,
        .created = (int64_t)((uint64_t)layers_get_number(value.data + 4) << 32 |
                             layers_get_number(value.data + 8)),
    };
    return visit->visit(visit->context, &snapshot);
}

int layers_each(struct transaction *base,
                int (*visit)(void *context, const struct layers_snapshot *), void *context)
{
    struct visit to = { visit, context };
    return graph_each(((struct layered_transaction *)base)->inner, 'S', show, &to);
}

int layers_fork(struct transaction *base, struct slice name, struct slice head, struct slice place)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    char room[2 + LAYERS_NAME_MAX + 4];
    uint32_t layer, top;
    struct slice value;
    struct graph graph;
    struct chain chain = { .count = 0 };
    if (head.length == 0 || head.length > LAYERS_NAME_MAX || place.length > LAYERS_PLACE_MAX)
        return -EINVAL;
    int error = begin(transaction);
    if (!error)
        error = find(transaction->inner, name, &layer);
    if (!error) {
        error = storage_get(transaction->inner, layers_meta(room, 'H', head), &value);
        error = error == -ENOENT ? 0 : error ? error : -EEXIST;
    }
    if (!error)
        error = new_layer(transaction, &layer, &top);
    if (!error)
        error = graph_read(transaction->inner, &graph);
    if (error)
        return error;
    error = graph_chain(&graph, top, &chain);
    graph_release(&graph);
    if (!error)
        error = layers_chain_write(transaction->inner, head, &chain);
    return error ? error : storage_put(transaction->inner, layers_meta(room, 'P', head), place);
}

int layers_place(struct transaction *base, struct slice place)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    char room[2 + LAYERS_NAME_MAX + 4];
    if (place.length == 0 || place.length > LAYERS_PLACE_MAX)
        return -EINVAL;
    int error = begin(transaction);
    return error ? error
                 : storage_put(transaction->inner,
                               layers_meta(room, 'P', slice_of(transaction->store->head)), place);
}

struct head_visit {
    struct transaction *inner;
    int (*visit)(void *context, struct slice head, struct slice place);
    void *context;
};

static int show_head(void *context, struct slice rest, struct slice value)
{
    const struct head_visit *visit = context;
    char room[2 + LAYERS_NAME_MAX + 4];
    (void)value;
    if (rest.length > LAYERS_NAME_MAX)
        return -EPROTO;
    int error = storage_get(visit->inner, layers_meta(room, 'P', rest), &value);
    if (error && error != -ENOENT)
        return error;
    return visit->visit(visit->context, rest, error ? (struct slice){ "", 0 } : value);
}

int layers_each_head(struct transaction *base,
                     int (*visit)(void *context, struct slice head, struct slice place),
                     void *context)
{
    struct transaction *inner = ((struct layered_transaction *)base)->inner;
    struct head_visit to = { inner, visit, context };
    return graph_each(inner, 'H', show_head, &to);
}

int layers_drop_head(struct transaction *base, struct slice head)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    char room[2 + LAYERS_NAME_MAX + 4];
    if (head.length > LAYERS_NAME_MAX || slice_equal(head, slice_of(transaction->store->head)))
        return -EINVAL;
    int error = begin(transaction);
    if (!error)
        error = storage_remove(transaction->inner, layers_meta(room, 'H', head));
    if (error)
        return error;
    error = storage_remove(transaction->inner, layers_meta(room, 'P', head));
    if (error == -ENOENT)
        error = 0;
    return error ? error : collect(transaction);
}

int layers_look_at(struct transaction *base, struct slice name)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    struct graph graph;
    uint32_t layer;
    if (transaction->write)
        return -EINVAL;
    int error = find(transaction->inner, name, &layer);
    if (!error)
        error = graph_read(transaction->inner, &graph);
    if (error)
        return error;
    error = graph_chain(&graph, layer, &transaction->chain);
    graph_release(&graph);
    return error;
}
