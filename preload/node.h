/*
 * node.h - Node.js, whose authorities are compiled in.
 */
#ifndef DDBMOCK_PRELOAD_NODE_H
#define DDBMOCK_PRELOAD_NODE_H

/* In the constructor: what must be in the environment before main. Nothing, in a program that is
 * not node. */
void node_prepare(void);

/* At a connection: adds our authority to node's roots, the first time. Nothing, in another program.
 * Outside the guard. */
void node_trust(void);

#endif
