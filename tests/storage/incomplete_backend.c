/*
 * incomplete_backend.c - a storage backend that is refused: its table is not filled in.
 */
#include "engine/storage/storage.h"

__attribute__((visibility("default"))) const struct storage_module ddbmock_storage = {
    .version = STORAGE_VERSION,
    .backend = { .name = "incomplete" },
};
