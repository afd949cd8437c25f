/*
 * supervise.h - running a program that no preload reaches: a static one, Go's. The launcher stays as its parent, serves the
 * session's DynamoDB on a loopback port, and leads the program there: by the SDKs' endpoint variables, and for a program that
 * ignores those by answering for the kernel when it connects (seccomp user notification, seccomp_unotify(2)).
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_SUPERVISE_H
#define DDBMOCK_PRELOAD_COMMAND_SUPERVISE_H

#include "http/gateway.h"

/*
 * Runs argv[0] and waits for it; the session's name is in the environment. Returns its exit status, or FAILED, NOT_RUN or
 * NOT_FOUND after saying why on stderr; where a signal ended the program, it ends this process too.
 */
int supervise(const struct gateway *gateway, char **argv);

#endif
