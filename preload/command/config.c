/*
 * config.c - `ddbmock config`, and what every command does with the configuration file and the engine object.
 */
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/command.h"
#include "preload/config.h"

const char usage_config[] =
    "usage: ddbmock config [--long | --json]\n"
    "\n"
    "Shows every setting with its present value, and where that comes from: the environment, the configuration\n"
    "file or the default.\n"
    "\n"
    "  -l, --long  say what each is for, and what is allowed\n"
    "  -j, --json  for programs\n"
    "  -h, --help  show this\n"
    "\n"
    "The exit status is 0, and 125 when a setting or the file is wrong. See ddbmock-config(1).\n";

const struct gateway *load_engine(const char *command)
{
    static const struct gateway *loaded;
    if (loaded != NULL)
        return loaded;
    const char *path = find_object(command, "libddbmock-engine.so");
    if (path == NULL)
        return NULL;
    static void *object; /* for the life of the process */
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    gateway_function *function =
        object != NULL ? (gateway_function *)dlsym(object, GATEWAY_SYMBOL) : NULL;
    const struct gateway *gateway = function != NULL ? function() : NULL;
    if (gateway != NULL && gateway->version == GATEWAY_VERSION)
        return loaded = gateway;
    fprintf(stderr, "ddbmock %s: %s: %s\n", command, path,
            object == NULL ? dlerror() : "is not of the same build as ddbmock");
    return NULL;
}

static const char *asking; /* the command, for find_engine */

static const struct gateway *find_engine(void)
{
    return load_engine(asking);
}

int configure(const char *command)
{
    char *why;
    asking = command;
    int error = config_start(find_engine, &why);
    if (error != 0 && error != -ENOENT)
        fprintf(stderr, "ddbmock %s: %s\n", command, why != NULL ? why : strerror(-error));
    else if (error != 0 && why != NULL)
        fprintf(stderr, "ddbmock %s: %s\n", command, why);
    free(why);
    return error == 0 ? 0 : FAILED;
}

static int warnings;

static void warn(const char *line)
{
    fprintf(stderr, "ddbmock config: %s\n", line);
    warnings++;
}

int config(int argc, char **argv)
{
    static const struct option options[] = {
        { "long", no_argument, NULL, 'l' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    const char *format = "text";
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "ljh", options, NULL)) != -1;) {
        switch (option) {
        case 'l':
            format = "long";
            break;
        case 'j':
            format = "json";
            break;
        case 'h':
            fputs(usage_config, stdout);
            return 0;
        default:
            fputs("Try 'ddbmock help config'.\n", stderr);
            return FAILED;
        }
    }
    if (optind < argc) {
        fprintf(stderr,
                "ddbmock config: %s: config takes options only. Try 'ddbmock help config'.\n",
                argv[optind]);
        return FAILED;
    }
    const struct gateway *gateway = load_engine("config");
    if (gateway == NULL || configure("config") != 0)
        return FAILED;
    char *why, *text = gateway->settings(format, warn, &why);
    if (text == NULL)
        fprintf(stderr, "ddbmock config: %s\n", why != NULL ? why : strerror(ENOMEM));
    else
        fputs(text, stdout);
    int status = text == NULL || warnings > 0 || fflush(stdout) != 0 ? FAILED : 0;
    free(why);
    free(text);
    return status;
}
