/*
 * settings_file.h - the configuration file (DDBMOCK_CONFIG): one JSON object whose members are settings,
 *
 *     { "storage": "sqlite", "hosts": ["localhost:8000"], "stats_interval": 60, "delays": { "create": 2 } }
 *
 * A value becomes the text that the variable would have: a list its parts with `separator` of its name
 * between, an object "create=2,...".
 */
#ifndef DDBMOCK_ENGINE_SETTINGS_FILE_H
#define DDBMOCK_ENGINE_SETTINGS_FILE_H

/*
 * Reads the file at `path` and calls `each` for every member in its order: its name, its value as text, NULL when it is of no
 * kind that a setting has, and the line where it stands. Nothing for a member that is null. 0; or -errno with *why as
 * "PATH:LINE:COLUMN: what is wrong", to be freed, or NULL.
 */
int settings_file_read(const char *path, char (*separator)(const char *name),
                       void (*each)(void *context, const char *name, const char *text, int line),
                       void *context, char **why);

#endif
