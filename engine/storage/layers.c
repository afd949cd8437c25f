/*
 * layers.c - a layered store as a backend: open, transactions, get, put, remove. See layers.h; cursors are in
 * layers_cursor.c, snapshots in layers_snapshot.c, the removal of what nobody can reach in layers_work.c.
 */
#include "engine/storage/layers.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/storage/layers_state.h"

void layers_put_number(char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(number >> (24 - 8 * i));
}

uint32_t layers_get_number(const char *from)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | (unsigned char)from[i];
    return number;
}

char *layers_room(struct layered_transaction *transaction, size_t length)
{
    if (length <= sizeof transaction->room)
        return transaction->room;
    if (!transaction->large)
        transaction->large = malloc(STORAGE_KEY_MAX + LAYER_PREFIX);
    return transaction->large;
}

int layers_key(struct layered_transaction *transaction, uint32_t layer, struct slice key,
               struct slice *out)
{
    if (layer == 0 && (unsigned char)key.data[0] > ESCAPE_TAG) {
        *out = key;
        return 0;
    }
    size_t before = layer == 0 ? 1 : LAYER_PREFIX;
    char *room = layers_room(transaction, before + key.length);
    if (!room)
        return -ENOMEM;
    room[0] = layer == 0 ? ESCAPE_TAG : LAYER_TAG;
    if (layer != 0)
        layers_put_number(room + 1, layer);
    memcpy(room + before, key.data, key.length);
    *out = (struct slice){ room, before + key.length };
    return 0;
}

void layers_range(uint32_t layer, char *room, struct slice *from, struct slice *to)
{
    if (layer == 0) {
        room[0] = ESCAPE_TAG;
        *from = (struct slice){ room, 1 };
        *to = (struct slice){ NULL, 0 };
        return;
    }
    room[0] = room[LAYER_PREFIX] = LAYER_TAG;
    layers_put_number(room + 1, layer);
    layers_put_number(room + LAYER_PREFIX + 1, layer + 1);
    *from = (struct slice){ room, LAYER_PREFIX };
    *to = (struct slice){ room + LAYER_PREFIX, LAYER_PREFIX };
}

struct slice layers_strip(uint32_t layer, struct slice key)
{
    size_t before = layer != 0 ? LAYER_PREFIX : key.data[0] == ESCAPE_TAG;
    return (struct slice){ key.data + before, key.length - before };
}

static bool is_all_nul(struct slice value)
{
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] != 0)
            return false;
    return true;
}

bool layers_value(uint32_t layer, struct slice stored, struct slice *value)
{
    *value = stored;
    if (layer == 0)
        return true;
    if (stored.length == 0)
        return false;
    if (is_all_nul(stored))
        value->length--;
    return true;
}

int layers_put(struct layered_transaction *transaction, uint32_t layer, struct slice key,
               const struct slice *value)
{
    struct slice at, stored = { NULL, 0 };
    int error = layers_key(transaction, layer, key, &at);
    if (error)
        return error;
    if (value)
        stored = *value;
    if (layer == 0 || !value || !is_all_nul(stored))
        return storage_put(transaction->inner, at, stored);
    stored.data = calloc(1, ++stored.length);
    if (!stored.data)
        return -ENOMEM;
    error = storage_put(transaction->inner, at, stored);
    free((char *)stored.data);
    return error;
}

int layers_get(struct layered_transaction *transaction, unsigned from, struct slice key,
               struct slice *value)
{
    const struct chain *chain = &transaction->chain;
    for (unsigned i = from; i < chain->count; i++) {
        struct slice at, stored;
        int error = layers_key(transaction, chain->layers[i], key, &at);
        if (!error)
            error = storage_get(transaction->inner, at, &stored);
        if (!error)
            return layers_value(chain->layers[i], stored, value) ? 0 : -ENOENT;
        if (error != -ENOENT)
            return error;
    }
    return -ENOENT;
}

/* --- the backend's functions --- */

int layers_open(struct storage *inner, const char *head, struct storage **out)
{
    struct layered *store = calloc(1, sizeof *store);
    if (!store)
        return -ENOMEM;
    store->base.backend = &storage_layered;
    store->inner = inner;
    memcpy(store->head, head, strnlen(head, LAYERS_NAME_MAX));
    *out = (struct storage *)store;
    return 0;
}

struct storage *layers_inner(struct storage *layered)
{
    return ((struct layered *)layered)->inner;
}

/* Nobody opens one by itself. */
static int layered_open(const char *path, struct storage **out, char **why)
{
    (void)path, (void)out, (void)why;
    return -EINVAL;
}

static void layered_close(struct storage *base)
{
    struct layered *store = (struct layered *)base;
    storage_close(store->inner);
    free(store);
}

/* Without a look where the look before it has found the same state plain. */
static int read_chain(struct layered *store, struct layered_transaction *transaction)
{
    struct chain *chain = &transaction->chain;
    uint64_t state = storage_state(transaction->inner);
    if (state != 0 && atomic_load_explicit(&store->plain, memory_order_relaxed) == state) {
        chain->count = 1;
        chain->layers[0] = 0;
        chain->work = false;
        return 0;
    }
    int error = layers_chain_read(transaction->inner, slice_of(store->head), chain);
    if (!error && chain->count == 1 && chain->layers[0] == 0 && !chain->work)
        atomic_store_explicit(&store->plain, state, memory_order_relaxed);
    return error;
}

static int layered_begin(struct storage *base, bool write, struct transaction **out)
{
    struct layered *store = (struct layered *)base;
    struct layered_transaction *transaction = malloc(sizeof *transaction);
    if (!transaction)
        return -ENOMEM;
    transaction->base.backend = &storage_layered;
    transaction->store = store;
    transaction->write = write;
    transaction->changes = 0;
    transaction->large = NULL;
    int error = storage_begin(store->inner, write, &transaction->inner);
    if (!error) {
        error = read_chain(store, transaction);
        if (error)
            storage_abort(transaction->inner);
    }
    if (error) {
        free(transaction);
        return error;
    }
    *out = (struct transaction *)transaction;
    return 0;
}

static void end(struct layered_transaction *transaction)
{
    free(transaction->large);
    free(transaction);
}

static int layered_commit(struct transaction *base)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    struct layered *store = transaction->store;
    bool work = transaction->write && transaction->changes > 0 && transaction->chain.work;
    int error = storage_commit(transaction->inner);
    end(transaction);
    /* What is stored is stored, whatever becomes of this. */
    if (!error && work)
        (void)layers_work((struct storage *)store, LAYERS_PORTION, NULL);
    return error;
}

static void layered_abort(struct transaction *base)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    storage_abort(transaction->inner);
    end(transaction);
}

static int layered_get(struct transaction *base, struct slice key, struct slice *value)
{
    return layers_get((struct layered_transaction *)base, 0, key, value);
}

static int layered_put(struct transaction *base, struct slice key, struct slice value)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    if (key.length > LAYERS_KEY_MAX)
        return -EINVAL;
    transaction->changes++;
    return layers_put(transaction, transaction->chain.layers[0], key, &value);
}

static int layered_remove(struct transaction *base, struct slice key)
{
    struct layered_transaction *transaction = (struct layered_transaction *)base;
    uint32_t top = transaction->chain.layers[0];
    struct slice at, value;
    if (!transaction->write)
        return -EINVAL;
    transaction->changes++;
    if (transaction->chain.count > 1) {
        int below = layers_get(transaction, 1, key, &value);
        if (below != -ENOENT) {
            int here = below ? below : layers_get(transaction, 0, key, &value);
            return here ? here : layers_put(transaction, top, key, NULL);
        }
        int error = layers_get(transaction, 0, key, &value);
        if (error) /* it may be a mark, which stays */
            return error;
    }
    int error = layers_key(transaction, top, key, &at);
    if (!error)
        error = storage_remove(transaction->inner, at);
    return error;
}

static uint64_t layered_state(const struct transaction *base)
{
    return storage_state(((const struct layered_transaction *)base)->inner);
}

static void layered_before_fork(struct storage *base)
{
    storage_before_fork(((struct layered *)base)->inner);
}

static void layered_after_fork(struct storage *base, bool child)
{
    storage_after_fork(((struct layered *)base)->inner, child);
}

const struct storage_backend storage_layered = {
    .name = "layered",
    .open = layered_open,
    .close = layered_close,
    .begin = layered_begin,
    .commit = layered_commit,
    .abort = layered_abort,
    .get = layered_get,
    .put = layered_put,
    .remove = layered_remove,
    .cursor_open = layers_cursor_open,
    .cursor_close = layers_cursor_close,
    .cursor_seek = layers_cursor_seek,
    .cursor_step = layers_cursor_step,
    .before_fork = layered_before_fork,
    .after_fork = layered_after_fork,
    .state = layered_state,
};
