/*
 * plugins.h - the objects that DDBMOCK_PLUGINS names, for the engine's own files. What an object exports is
 * ddbmock_plugin.h.
 */
#ifndef DDBMOCK_ENGINE_PLUGINS_H
#define DDBMOCK_ENGINE_PLUGINS_H

#include "engine/ddbmock_plugin.h"
#include "engine/operations.h"

/*
 * Loads what DDBMOCK_PLUGINS names, the first time that it is called; from any thread. When one cannot be
 * loaded, whole, all are left out, with a setting_wrong. Objects stay loaded, and rows valid, for the life of the process.
 */
void plugins_load(void);

/* The plugins' operation that X-Amz-Target names, or NULL. */
const struct operation *plugins_find(const char *target);

/* The plugins' comparison operator of that name, or NULL. */
const struct ddbmock_operator *plugins_operator(struct slice name);

/* `run` of every plugin's operation. */
int plugins_run(struct request *request);

#endif
