/*
 * gate.c - see gate.h.
 */
#include "engine/storage/gate.h"

#ifdef __SANITIZE_THREAD__
void __tsan_mutex_pre_unlock(void *, unsigned);
void __tsan_mutex_post_unlock(void *, unsigned);
#endif

int gate_init(pthread_rwlock_t *gate)
{
    pthread_rwlockattr_t attributes;
    int error = pthread_rwlockattr_init(&attributes);
    if (error)
        return -error;
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    error = pthread_rwlock_init(gate, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return -error;
}

void gate_reset_in_child(pthread_rwlock_t *gate, bool held)
{
#ifdef __SANITIZE_THREAD__
    if (held) {
        __tsan_mutex_pre_unlock(gate, 0);
        __tsan_mutex_post_unlock(gate, 0);
    }
#else
    (void)held;
#endif
    gate_init(gate);
}
