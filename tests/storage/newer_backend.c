/*
 * newer_backend.c - a storage backend that is refused: it was made for a later version of the
 * interface.
 */
#include "engine/storage/storage.h"

__attribute__((visibility("default"))) const struct storage_module ddbmock_storage = {
    .version = STORAGE_VERSION + 1,
};
