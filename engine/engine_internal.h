/*
 * engine_internal.h - what an engine is, for the engine's own files.
 */
#ifndef DDBMOCK_ENGINE_ENGINE_INTERNAL_H
#define DDBMOCK_ENGINE_ENGINE_INTERNAL_H

#include <pthread.h>

#include "engine/engine.h"
#include "engine/storage/storage.h"

/* Every caller's account: the one of AWS's own examples, so that ARNs look like ARNs. */
#define ENGINE_ACCOUNT "123456789012"

struct table_entry; /* engine/table.c */

/* In a session's directory: which head of the store is the session's (engine/storage/layers.h); not there: the first. */
#define ENGINE_HEAD_FILE "head"

struct engine {
    struct storage *storage;     /* a layered one */
    char *path;                  /* the session's directory, or NULL */
    pthread_mutex_t tables_lock; /* over `tables`, never held while anything waits */
    struct table_entry *tables;  /* decoded definitions, a uthash; NULL: none */
};

/* Gives the whole cache back: engine_close. */
void tables_forget(struct engine *engine);

/* Gives back the decoded definitions that a request holds: request_destroy. */
void tables_release(struct request *request);

#endif
