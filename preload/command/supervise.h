/*
 * supervise.h - running a program that no preload reaches: a static one, Go's. The launcher stays as its parent, serves the
 * session's DynamoDB on a loopback port, and leads the program there: by the SDKs' endpoint variables, and for a program that
 * ignores those by answering for the kernel when it connects (seccomp user notification, seccomp_unotify(2)).
 */
#ifndef DDBMOCK_PRELOAD_COMMAND_SUPERVISE_H
#define DDBMOCK_PRELOAD_COMMAND_SUPERVISE_H

/*
 * Runs argv[0] and waits for it; the session's name is in the environment. Returns its exit status, or FAILED, NOT_RUN or
 * NOT_FOUND after saying why on stderr; where a signal ended the program, it ends this process too. `as` is what the program is
 * told of its name, for one that a program under the shim starts: it is given no endpoint, and nothing is served until it calls
 * something that may be DynamoDB. NULL: its name is argv[0], and it gets an endpoint.
 */
int supervise(char **argv, const char *as);

#endif
