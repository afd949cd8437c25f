/*
 * forks.h - sessions that were forked off one another share one store (engine/control/fork.c), each with a head of its own
 * (engine/storage/layers.h). Whoever removes such a session's directory, with whatever tool, removes one of the store's names;
 * its head stays behind in the store, and is forgotten here by those that are left.
 */
#ifndef DDBMOCK_ENGINE_FORKS_H
#define DDBMOCK_ENGINE_FORKS_H

#include "engine/storage/layers.h"

struct engine;

/*
 * Which head of its store is the session's, as a file in its directory says; "" where there is none: the first. 0 or -errno.
 */
int forks_read_head(const char *directory, char head[LAYERS_NAME_MAX + 1]);

/*
 * Forgets the heads of sessions that are gone, if the session of `engine` shares its store with others; and says in the store
 * where this one is. The calling thread has no transaction open. What fails is tried again by the next who calls.
 */
void forks_forget_gone(struct engine *engine);

#endif
