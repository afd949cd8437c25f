/*
 * model.h - what a store must behave as, in the plainest way: a sorted array of keys and values.
 * Properties are tested by doing the same to a store and to a model.
 */
#ifndef DDBMOCK_TESTS_UNIT_STORAGE_MODEL_H
#define DDBMOCK_TESTS_UNIT_STORAGE_MODEL_H

#include "engine/storage/storage.h"

struct model {
    struct model_entry {
        struct slice key, value; /* of the model */
    } * entries;
    size_t count, size;
};

void model_put(struct model *model, struct slice key, struct slice value);
bool model_remove(struct model *model, struct slice key);

/* As storage_cursor_seek; with `strictly` as a step from `key`. NULL when there is none. */
const struct model_entry *model_seek(const struct model *model, struct slice key, bool backward,
                                     bool strictly);

void model_copy(struct model *to, const struct model *from);
void model_release(struct model *model);

/* That a transaction has what the model has: in both directions, from before the first key and from `longest` bytes of 255, and key
 * by key. */
void assert_model(struct transaction *transaction, const struct model *model, size_t longest);

#endif
