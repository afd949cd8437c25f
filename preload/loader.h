/*
 * loader.h - the engine object: found beside the shim, loaded at the first need, opened at the
 * first connection.
 */
#ifndef DDBMOCK_PRELOAD_LOADER_H
#define DDBMOCK_PRELOAD_LOADER_H

#include <pthread.h>

#include "http/gateway.h"

/* Rank 1 in the order of locks (shim.h): loading, opening, and the calls that need no connection.
 */
extern pthread_mutex_t engine_lock;

/* The engine once loader_open has succeeded in this process, else NULL. */
const struct gateway *loader_engine(void);

/*
 * loader_load loads the engine object and fills in the settings for its authority and trust;
 * loader_open opens the engine, too. NULL after a failure; the first one of loader_open is told on
 * stderr. Call inside the guard, no lock held.
 */
const struct gateway *loader_open(void);
const struct gateway *loader_load(struct gateway_settings *settings);

/* Loads the engine object and no more; NULL, without a word, when it cannot be. As loader_open. */
const struct gateway *loader_find(void);

/* The engine object when it is loaded, open or not; engine_lock is held. */
const struct gateway *loader_known(void);

#endif
