/*
 * session.h - which processes share a DynamoDB: the session's name, its directory, and when that
 * goes away. The rules are in session.c.
 */
#ifndef DDBMOCK_PRELOAD_SESSION_H
#define DDBMOCK_PRELOAD_SESSION_H

#include <stdbool.h>

#define SESSION_VARIABLE "DDBMOCK_SESSION"

/* Takes the session's name from the environment or, as the root of a tree, chooses one and sets it.
 * From the constructor. */
void session_start(void);

/* "DDBMOCK_SESSION=<name>" as children get it; valid for the life of the process. NULL before
 * session_start. */
const char *session_setting(void);

/*
 * The session's directory, made and held at the first call; valid for the life of the process. NULL
 * with *why, a static string or one valid until the next call. engine_lock is held; inside the
 * guard.
 */
const char *session_directory(const char **why);

/*
 * Told by session_leave when the session in `directory` is about to be removed, by the last process of its tree; engine_lock is
 * held. Whoever links session.c has one.
 */
void session_ending(const char *directory);
/* Whether the session that the environment names is there already. After session_start. */
bool session_exists(void);

/* At the end of the process: gives the session up, and removes it when that was the last of its
 * tree. */
void session_leave(void);

#endif
