/*
 * config.h - the configuration file as the shim and the command see it: where it is, and what it says of the settings that are
 * needed before the engine is. The engine reads the rest of it by itself (engine/settings_file.h).
 */
#ifndef DDBMOCK_PRELOAD_CONFIG_H
#define DDBMOCK_PRELOAD_CONFIG_H

#include "http/gateway.h"

/*
 * Finds the file (DDBMOCK_CONFIG; where that is not set, $XDG_CONFIG_HOME/ddbmock/config.json, else
 * ~/.config/ddbmock/config.json) and puts the shim's settings of it into the environment, for this process and its children;
 * what is set there stays. `engine` gives the engine object, and is called when there is a file that no parent has read.
 * 0, also when there is no file; or -errno with *why (when why is not NULL) a sentence to be freed, or NULL: then the engine
 * will refuse to open. Before session_start, in a process that has one thread.
 */
int config_start(const struct gateway *(*engine)(void), char **why);

/*
 * What config_start has put into the environment of this process, "NAME=value" up to a NULL, DDBMOCK_CONFIG first; empty where it
 * has read no file. For the life of the process.
 */
const char *const *config_settings(void);

/* What DDBMOCK_CONFIG was before it, or NULL. */
const char *config_given(void);

#endif
