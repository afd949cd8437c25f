/*
 * layers_cursor.c - a cursor over layers: one of the backend's for each, of which the one that is first in the order, and
 * of equal ones the topmost, says what is found. What is marked as gone is passed over.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/storage/layers_state.h"

/* Where the cursor of one layer stands. */
struct place {
    struct cursor *cursor;
    bool there; /* on a key, the two members below */
    struct slice key;
    struct slice stored;
};

struct layered_cursor {
    struct storage_base base;
    struct layered_transaction *transaction;
    bool placed, backward; /* the way in which it went last */
    uint64_t changes;      /* of the transaction when the places were found */
    struct slice key;      /* where it stands: in a read transaction in the store, else in `copy` */
    char *copy;
    size_t copy_size;
    unsigned count;
    struct place places[];
};

int layers_cursor_open(struct transaction *base, struct cursor **out)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    unsigned count = transaction->chain.count;
    struct layered_cursor *cursor = calloc(1, sizeof *cursor + count * sizeof *cursor->places);
    if (!cursor)
        return -ENOMEM;
    cursor->base.backend = &storage_layered;
    cursor->transaction = transaction;
    for (; cursor->count < count; cursor->count++) {
        int error = storage_cursor_open(transaction->inner, &cursor->places[cursor->count].cursor);
        if (error) {
            layers_cursor_close((struct cursor *)cursor);
            return error;
        }
    }
    *out = (struct cursor *)cursor;
    return 0;
}

void layers_cursor_close(struct cursor *base)
{
    struct layered_cursor *cursor = (struct layered_cursor *)base;
    for (unsigned i = 0; i < cursor->count; i++)
        storage_cursor_close(cursor->places[i].cursor);
    free(cursor->copy);
    free(cursor);
}

/* Notes where a layer's cursor has come to, which may be another layer. 0 or -errno. */
static int note(struct layered_cursor *cursor, unsigned i, int error, struct slice key,
                struct slice stored)
{
    struct place *place = &cursor->places[i];
    uint32_t layer = cursor->transaction->chain.layers[i];
    char room[2 * LAYER_PREFIX];
    struct slice from, to;
    place->there = false;
    if (error)
        return error == -ENOENT ? 0 : error;
    layers_range(layer, room, &from, &to);
    if (layer != 0 ? !slice_starts_with(key, from) || key.length == from.length
                   : slice_compare(key, from) <= 0)
        return 0;
    place->there = true;
    place->key = layers_strip(layer, key);
    place->stored = stored;
    return 0;
}

static int step(struct layered_cursor *cursor, unsigned i, bool backward)
{
    struct slice key = { 0 }, stored = { 0 };
    int error = storage_cursor_step(cursor->places[i].cursor, backward, &key, &stored);
    return note(cursor, i, error, key, stored);
}

/* Finds every layer's place; with `strictly` the key itself does not count. */
static int seek(struct layered_cursor *cursor, struct slice key, bool backward, bool strictly)
{
    struct layered_transaction *transaction = cursor->transaction;
    for (unsigned i = 0; i < cursor->count; i++) {
        struct slice at, found = { 0 }, stored = { 0 };
        int error = layers_key(transaction, transaction->chain.layers[i], key, &at);
        if (error)
            return error;
        error = storage_cursor_seek(cursor->places[i].cursor, at, backward, &found, &stored);
        error = note(cursor, i, error, found, stored);
        if (!error && strictly && cursor->places[i].there &&
            slice_equal(cursor->places[i].key, key))
            error = step(cursor, i, backward);
        if (error)
            return error;
    }
    cursor->changes = transaction->changes;
    cursor->backward = backward;
    return 0;
}

/* The layer whose key is first in the way of the cursor, the topmost of several; NULL when all are at the end. */
static const struct place *first(const struct layered_cursor *cursor, uint32_t *layer)
{
    const struct place *best = NULL;
    for (unsigned i = 0; i < cursor->count; i++) {
        const struct place *place = &cursor->places[i];
        if (!place->there)
            continue;
        int order = best ? slice_compare(place->key, best->key) : -1;
        if (!best || (cursor->backward ? order > 0 : order < 0)) {
            best = place;
            *layer = cursor->transaction->chain.layers[i];
        }
    }
    return best;
}

/* Takes all layers that stand on `key` one further. */
static int leave(struct layered_cursor *cursor, struct slice key)
{
    for (unsigned i = 0; i < cursor->count; i++) {
        const struct place *place = &cursor->places[i];
        if (!place->there || !slice_equal(place->key, key))
            continue;
        int error = step(cursor, i, cursor->backward);
        if (error)
            return error;
    }
    return 0;
}

/* In a write transaction the next change may move or remove what a slice points to. */
static int remember(struct layered_cursor *cursor, struct slice key)
{
    cursor->key = key;
    if (!cursor->transaction->write)
        return 0;
    if (key.length > cursor->copy_size) {
        free(cursor->copy);
        cursor->copy_size = key.length < 64 ? 64 : key.length;
        cursor->copy = malloc(cursor->copy_size);
        if (!cursor->copy) {
            cursor->copy_size = 0;
            return -ENOMEM;
        }
    }
    cursor->key.data = memcpy(cursor->copy, key.data, key.length);
    return 0;
}

static int settle(struct layered_cursor *cursor, struct slice *found, struct slice *value)
{
    for (;;) {
        uint32_t layer = 0;
        const struct place *place = first(cursor, &layer);
        if (!place)
            return -ENOENT;
        if (layers_value(layer, place->stored, value)) {
            *found = place->key;
            int error = remember(cursor, *found);
            cursor->placed = !error;
            return error;
        }
        int error = leave(cursor, place->key);
        if (error)
            return error;
    }
}

int layers_cursor_seek(struct cursor *base, struct slice key, bool backward, struct slice *found,
                       struct slice *value)
{
    struct layered_cursor *cursor = (struct layered_cursor *)base;
    cursor->placed = false;
    int error = seek(cursor, key, backward, false);
    return error ? error : settle(cursor, found, value);
}

int layers_cursor_step(struct cursor *base, bool backward, struct slice *found, struct slice *value)
{
    struct layered_cursor *cursor = (struct layered_cursor *)base;
    if (!cursor->placed)
        return -ENOENT;
    cursor->placed = false;
    int error;
    if (backward == cursor->backward && cursor->changes == cursor->transaction->changes)
        error = leave(cursor, cursor->key);
    else
        error = seek(cursor, cursor->key, backward, true);
    return error ? error : settle(cursor, found, value);
}
