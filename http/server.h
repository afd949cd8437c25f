/*
 * server.h - the engine as a server on TCP: the one place of http that knows sockets.
 *
 * One epoll instance and a few threads; whichever is free takes what is ready, so that a request
 * which waits for the store holds up no other. A connection is armed for one event at a time, and
 * so is one thread's at a time. It is not read from while its answers are not taken.
 */
#ifndef DDBMOCK_HTTP_SERVER_H
#define DDBMOCK_HTTP_SERVER_H

#include "engine/engine.h"
#include "http/gateway.h"

/* As `serve` of gateway.h, but for errno. `engine` may not be NULL. */
int server_run(struct engine *engine, const struct gateway_server *options, char **why);

#endif
