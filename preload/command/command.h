/*
 * command.h - what the commands share: exit statuses, where the objects are, and each command's
 * help.
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_COMMAND_H
#define DDBMOCK_PRELOAD_COMMAND_COMMAND_H

#include "http/gateway.h"

enum { FAILED = 125, NOT_RUN = 126, NOT_FOUND = 127 };

/*
 * Where `object` is: beside the command (as built), in ../lib/ddbmock (as installed), or where it
 * was to be installed; valid until the next call. NULL after saying on stderr that it is nowhere.
 */
const char *find_object(const char *command, const char *object);

/* The engine object, for the life of the process. NULL after saying on stderr what is wrong with it. */
const struct gateway *load_engine(const char *command);

/*
 * Puts the shim's settings of the configuration file into the environment, where an option or the user has not set them. 0, or
 * FAILED after saying on stderr what is wrong with the file.
 */
int configure(const char *command);

/* ddbmock doctor: the exit status. argv[0] is "doctor". */
int doctor(int argc, char **argv);
extern const char usage_doctor[];

/* ddbmock config: the exit status. argv[0] is "config". */
int config(int argc, char **argv);
extern const char usage_config[];

/* ddbmock report: the exit status. argv[0] is "report". */
int report(int argc, char **argv);
extern const char usage_report[];
/* The other commands: the exit status; argv[0] is the command's name. */
int reset(int argc, char **argv);
int snapshot(int argc, char **argv);
int restore(int argc, char **argv);
int fork_snapshot(int argc, char **argv);
int export_table(int argc, char **argv);
int import_table(int argc, char **argv);
int seed(int argc, char **argv);
int sessions(int argc, char **argv);
int tables(int argc, char **argv);
extern const char usage_reset[], usage_snapshot[], usage_restore[], usage_fork[], usage_export[],
    usage_import[], usage_seed[], usage_sessions[], usage_tables[];

/* ddbmock serve: the exit status. argv[0] is "serve". */
int serve(int argc, char **argv);
extern const char usage_serve[];

#endif
