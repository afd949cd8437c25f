/*
 * layers_work.c - what is left to do after layers have changed: keys that nobody can reach go, and a frozen layer that has
 * no name any more takes its child in. In portions, each a transaction after which everything shows as before.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/storage/layers_graph.h"

enum { KEYS_A_TRANSACTION = 5000 };

int layers_discard_prefix(struct layered_transaction *transaction, struct slice prefix)
{
    size_t length = prefix.length;
    while (length > 0 && (unsigned char)prefix.data[length - 1] == 0xff)
        length--;
    char *after = malloc(length + 1);
    if (!after)
        return -ENOMEM;
    if (length > 0) {
        memcpy(after, prefix.data, length);
        after[length - 1]++;
    }
    int error = graph_discard(transaction->inner, prefix, (struct slice){ after, length });
    free(after);
    return error;
}

int layers_forget(struct transaction *base, struct slice prefix)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    struct chain *chain = &transaction->chain;
    struct slice from;
    if (!transaction->write || prefix.length == 0 || prefix.length > LAYERS_KEY_MAX - 16)
        return -EINVAL;
    transaction->changes++;
    int error = layers_key(transaction, chain->layers[0], prefix, &from);
    if (!error)
        error = layers_discard_prefix(transaction, from);
    if (!error && chain->count > 1) {
        char *mark = layers_room(transaction, 6 + prefix.length);
        if (!mark)
            return -ENOMEM;
        memcpy(mark + 6, prefix.data, prefix.length);
        mark[0] = META_TAG;
        mark[1] = 'F';
        layers_put_number(mark + 2, chain->layers[0]);
        error = storage_put(transaction->inner, (struct slice){ mark, 6 + prefix.length },
                            (struct slice){ NULL, 0 });
    }
    if (error || chain->work)
        return error;
    chain->work = true;
    /* Layer 0, when it is the first that is written down. */
    if (chain->count == 1 && chain->layers[0] == 0)
        error = graph_put(transaction->inner, 0, NULL);
    return error
               ? error
               : layers_chain_write(transaction->inner, slice_of(transaction->store->head), chain);
}

/* Removes keys of the first range that is to go. *any: there was one. */
static int discard(struct transaction *inner, unsigned *keys, bool *any)
{
    char prefix[2] = { META_TAG, 'G' };
    struct slice start = { prefix, 2 }, key, value;
    struct cursor *cursor;
    char *record = NULL, *end = NULL;
    *any = false;
    int error = storage_cursor_open(inner, &cursor);
    if (error)
        return error;
    error = storage_cursor_seek(cursor, start, false, &key, &value);
    if (!error && slice_starts_with(key, start)) {
        *any = true;
        struct slice range = { NULL, key.length }, to = { NULL, value.length };
        range.data = record = malloc(key.length);
        to.data = end = malloc(value.length + 1);
        if (!record || !end) {
            error = -ENOMEM;
        } else {
            memcpy(record, key.data, key.length);
            memcpy(end, value.data ? value.data : "", value.length);
            struct slice from = { range.data + 2, range.length - 2 };
            bool inside;
            error = storage_cursor_seek(cursor, from, false, &key, &value);
            while ((inside = !error && (to.length == 0 || slice_compare(key, to) < 0)) &&
                   *keys > 0) {
                error = storage_remove(inner, key);
                --*keys;
                if (!error)
                    error = storage_cursor_step(cursor, false, &key, &value);
            }
            if ((error == -ENOENT || !error) && !inside) {
                error = storage_remove(inner, range);
                *keys -= *keys > 0;
            }
        }
    }
    storage_cursor_close(cursor);
    free(record);
    free(end);
    return error == -ENOENT ? 0 : error;
}

/* One key of the child goes down into the parent. */
static int move(struct layered_transaction *transaction, const struct layer *parent,
                const struct layer *child, struct slice key, struct slice stored)
{
    struct slice value, at;
    int error;
    if (layers_value(child->id, stored, &value)) {
        error = layers_put(transaction, parent->id, key, &value);
    } else if (parent->has_parent) {
        error = layers_put(transaction, parent->id, key, NULL);
    } else {
        error = layers_key(transaction, parent->id, key, &at);
        if (!error)
            error = storage_remove(transaction->inner, at);
        if (error == -ENOENT)
            error = 0;
    }
    if (!error)
        error = layers_key(transaction, child->id, key, &at);
    return error ? error : storage_remove(transaction->inner, at);
}

/* Moves a portion. *done: there is no more. */
static int sink(struct layered_transaction *transaction, const struct layer *parent,
                const struct layer *child, unsigned *keys, bool *done)
{
    char room[2 * LAYER_PREFIX], *copy = malloc(STORAGE_KEY_MAX);
    struct slice from, to, key, stored;
    struct cursor *cursor;
    if (!copy)
        return -ENOMEM;
    layers_range(child->id, room, &from, &to); /* a child is never layer 0 */
    int error = storage_cursor_open(transaction->inner, &cursor);
    if (error) {
        free(copy);
        return error;
    }
    error = storage_cursor_seek(cursor, from, false, &key, &stored);
    while (!(*done = error == -ENOENT || (!error && slice_compare(key, to) >= 0)) && !error &&
           *keys > 0) {
        struct slice own = layers_strip(child->id, key);
        own.data = memcpy(copy, own.data, own.length);
        error = move(transaction, parent, child, own, stored);
        --*keys;
        if (!error)
            error = storage_cursor_step(cursor, false, &key, &stored);
    }
    storage_cursor_close(cursor);
    free(copy);
    return error == -ENOENT ? 0 : error;
}

/* What the records of heads and snapshots are changed by, once a layer has gone down into its parent. */
struct replacement {
    struct layered_transaction *transaction;
    uint32_t from, to;
    char kind;
    char name[LAYERS_NAME_MAX];
    size_t name_length;
    char value[1 + 4 * LAYERS_MAX];
    size_t value_length;
};

/* Finds a record that still has the layer: 1. */
static int find_record(void *context, struct slice rest, struct slice value)
{
    struct replacement *replacement = context;
    bool head = replacement->kind == 'H';
    if (rest.length > sizeof replacement->name || value.length > sizeof replacement->value)
        return -EPROTO;
    size_t at = head ? 1 : 0, end = replacement->kind == 'S' ? 4 : value.length;
    while (at + 4 <= end && layers_get_number(value.data + at) != replacement->from)
        at += 4;
    if (at + 4 > end)
        return 0;
    memcpy(replacement->name, rest.data, rest.length);
    replacement->name_length = rest.length;
    memcpy(replacement->value, value.data, value.length);
    replacement->value_length = value.length;
    if (head) { /* the parent stands behind it */
        memmove(replacement->value + at, value.data + at + 4, value.length - at - 4);
        replacement->value_length -= 4;
    } else {
        layers_put_number(replacement->value + at, replacement->to);
    }
    return 1;
}

static int replace(struct layered_transaction *transaction, uint32_t from, uint32_t to)
{
    static const char kinds[] = { 'H', 'S', 'L' };
    struct replacement replacement = { .transaction = transaction, .from = from, .to = to };
    char room[2 + LAYERS_NAME_MAX + 4];
    int found = graph_remove(transaction->inner, from);
    for (size_t i = 0; found == 0 && i < sizeof kinds; i++) {
        replacement.kind = kinds[i];
        while ((found = graph_each(transaction->inner, kinds[i], find_record, &replacement)) == 1) {
            found = storage_put(
                transaction->inner,
                layers_meta(room, kinds[i],
                            (struct slice){ replacement.name, replacement.name_length }),
                (struct slice){ replacement.value, replacement.value_length });
            if (found)
                break;
        }
    }
    if (found)
        return found;
    return layers_chain_read(transaction->inner, slice_of(transaction->store->head),
                             &transaction->chain);
}

static int merge(struct layered_transaction *transaction, unsigned *keys, bool *any)
{
    struct graph graph;
    const struct layer *child = NULL;
    unsigned marks = 0;
    bool done = false;
    int error = graph_read(transaction->inner, &graph);
    if (error)
        return error;
    const struct layer *parent = graph_mergeable(&graph, &child);
    *any = parent != NULL;
    if (parent) {
        error = graph_forget(transaction, child->id, parent, &marks);
        *keys -= marks < *keys ? marks : *keys;
        if (!error && marks == 0) /* else these go first */
            error = sink(transaction, parent, child, keys, &done);
        if (!error && done)
            error = replace(transaction, child->id, parent->id);
    }
    graph_release(&graph);
    return error;
}

int layers_portion(struct layered_transaction *transaction, unsigned *keys, bool *left)
{
    bool any = true;
    while (*keys > 0) {
        int error = discard(transaction->inner, keys, &any);
        if (!error && !any)
            error = merge(transaction, keys, &any);
        if (error)
            return error;
        if (any)
            continue;
        *left = false;
        if (!transaction->chain.work)
            return 0;
        transaction->chain.work = false;
        return layers_chain_write(transaction->inner, slice_of(transaction->store->head),
                                  &transaction->chain);
    }
    *left = true;
    return 0;
}

int layers_work(struct storage *layered, unsigned keys, bool *left)
{
    bool more = true;
    int error = 0;
    while (!error && more && keys > 0) {
        struct transaction *base;
        error = storage_begin(layered, true, &base);
        if (error)
            break;
        unsigned portion = keys < KEYS_A_TRANSACTION ? keys : KEYS_A_TRANSACTION, rest = portion;
        error = layers_portion((struct layered_transaction *)base, &rest, &more);
        if (error) {
            storage_abort(base);
            break;
        }
        error = storage_commit(base);
        keys -= portion;
    }
    if (left)
        *left = more;
    return error;
}
