/*
 * model.c - see model.h.
 */
#include "tests/unit/storage/model.h"

#include <stdlib.h>

#include "tests/unit/storage/store.h"

static struct slice copy(struct slice bytes)
{
    char *data = malloc(bytes.length + 1);
    cr_assert_not_null(data);
    if (bytes.length > 0)
        memcpy(data, bytes.data, bytes.length);
    return (struct slice){ data, bytes.length };
}

/* The index of the first key >= `key`. */
static size_t lower_bound(const struct model *model, struct slice key)
{
    size_t low = 0, high = model->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(model->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct model *model, size_t index, struct slice key)
{
    return index < model->count && slice_equal(model->entries[index].key, key);
}

void model_put(struct model *model, struct slice key, struct slice value)
{
    size_t at = lower_bound(model, key);
    if (is_at(model, at, key)) {
        free((char *)model->entries[at].value.data);
        model->entries[at].value = copy(value);
        return;
    }
    if (model->count == model->size) {
        model->size = model->size ? model->size * 2 : 64;
        model->entries = realloc(model->entries, model->size * sizeof *model->entries);
        cr_assert_not_null(model->entries);
    }
    memmove(model->entries + at + 1, model->entries + at,
            (model->count - at) * sizeof *model->entries);
    model->entries[at] = (struct model_entry){ copy(key), copy(value) };
    model->count++;
}

bool model_remove(struct model *model, struct slice key)
{
    size_t at = lower_bound(model, key);
    if (!is_at(model, at, key))
        return false;
    free((char *)model->entries[at].key.data);
    free((char *)model->entries[at].value.data);
    model->count--;
    memmove(model->entries + at, model->entries + at + 1,
            (model->count - at) * sizeof *model->entries);
    return true;
}

const struct model_entry *model_seek(const struct model *model, struct slice key, bool backward,
                                     bool strictly)
{
    size_t at = lower_bound(model, key);
    bool exactly = is_at(model, at, key);
    if (exactly && !strictly)
        return &model->entries[at];
    if (backward)
        return at > 0 ? &model->entries[at - 1] : NULL;
    at += exactly;
    return at < model->count ? &model->entries[at] : NULL;
}

void model_copy(struct model *to, const struct model *from)
{
    *to = (struct model){ 0 };
    for (size_t i = 0; i < from->count; i++)
        model_put(to, from->entries[i].key, from->entries[i].value);
}

void model_release(struct model *model)
{
    while (model->count > 0)
        model_remove(model, model->entries[model->count - 1].key);
    free(model->entries);
    *model = (struct model){ 0 };
}

void assert_model(struct transaction *transaction, const struct model *model, size_t longest)
{
    struct cursor *cursor;
    struct slice found, value, low = { "", 1 };
    char high[STORAGE_KEY_MAX];
    memset(high, 0xff, longest);
    assert_ok(storage_cursor_open(transaction, &cursor));
    int error = storage_cursor_seek(cursor, low, false, &found, &value);
    for (size_t i = 0; i < model->count; i++) {
        assert_ok(error);
        assert_slice(found, model->entries[i].key);
        assert_slice(value, model->entries[i].value);
        error = storage_cursor_step(cursor, false, &found, &value);
    }
    assert_error(error, ENOENT);
    error = storage_cursor_seek(cursor, (struct slice){ high, longest }, true, &found, &value);
    for (size_t i = model->count; i-- > 0;) {
        assert_ok(error);
        assert_slice(found, model->entries[i].key);
        assert_slice(value, model->entries[i].value);
        error = storage_cursor_step(cursor, true, &found, &value);
    }
    assert_error(error, ENOENT);
    storage_cursor_close(cursor);
    for (size_t i = 0; i < model->count; i++) {
        assert_ok(storage_get(transaction, model->entries[i].key, &value));
        assert_slice(value, model->entries[i].value);
    }
}
