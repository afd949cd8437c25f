/*
 * gate.h - a lock that many share or one has alone, and that is whole again in the child of a fork.
 * Who wants to be alone goes before those who come to share after him: the holders have it once
 * each, so nobody waits for himself.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_GATE_H
#define DDBMOCK_ENGINE_STORAGE_GATE_H

#include <pthread.h>
#include <stdbool.h>

/* 0 or -errno. Locked, unlocked and destroyed as the pthread_rwlock_t that it is. */
int gate_init(pthread_rwlock_t *gate);

/*
 * In a child: opens the gate, whatever its state in the parent was. It may still count threads that
 * are not here, and the forking thread has another id than when it locked it; `held`: it had it
 * alone.
 */
void gate_reset_in_child(pthread_rwlock_t *gate, bool held);

#endif
