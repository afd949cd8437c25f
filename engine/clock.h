/*
 * clock.h - the one source of time, randomness and ids, so that a test can set them.
 *
 * Time passes lazily here: nothing waits for it and no thread watches it. A state, an expiry or a window is worked out
 * when somebody looks, from clock_now.
 */
#ifndef DDBMOCK_ENGINE_CLOCK_H
#define DDBMOCK_ENGINE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since the epoch, UTC. */
int64_t clock_now(void);

/*
 * A moment that is exact enough to tell what came first, in ns: of the machine since its boot, and since the epoch. Comparable
 * between the processes of a machine.
 */
struct clock_moment {
    int64_t monotonic, real;
};
struct clock_moment clock_moment(void);

/* For tests: clock_now and clock_moment answer `milliseconds` from now on; a negative value brings the real clock back. */
void clock_set(int64_t milliseconds);

/*
 * `size` random bytes, good for ids and not for secrets: a sequence that the kernel seeds once per process. random_seed starts
 * the sequence at `seed`, for tests; 0 lets the kernel seed it anew, as the child of a fork must.
 */
void random_bytes(void *out, size_t size);
void random_seed(uint64_t seed);

enum { UUID_SIZE = 37, REQUEST_ID_SIZE = 53 };

/* A random (version 4) UUID in lower case, with its NUL: TableId and the like. */
void id_uuid(char out[UUID_SIZE]);

/* A request id as the service forms it: 26 characters of 0-9A-V and a tail that is always the same, with a NUL. Source:
 * facts/fidelity.md section 1, measured on ids of 2011 to 2020. */
void id_request(char out[REQUEST_ID_SIZE]);

#endif
