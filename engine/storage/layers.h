/*
 * layers.h - snapshots over any backend, each operation in time that does not depend on how much is stored: a store that
 * keeps its data in layers. What is written goes into the top layer; what is looked for is looked for from the top down,
 * and what the top removes of the layers below it is marked there as gone. A snapshot freezes the top layer, gives it a
 * name and begins another one on it; to restore is to begin another top layer on a frozen one; to reset is to begin one
 * on nothing. What nobody can reach any more goes in portions, later (layers_work).
 *
 * A store in which no snapshot was ever taken has one layer, whose keys are the backend's as they are; it costs one get
 * more a transaction. docs/architecture.md has the figures.
 *
 * The store is a struct storage as any other, with the contract of storage.h, but for the length of keys. The functions
 * here take its write transactions (those that only look: any), in which no cursor may be open; what they do is done
 * when the transaction is committed, and every transaction that begins later, in whatever process, sees it whole.
 *
 * How it is laid out in the backend's keys is in layers_state.h.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_LAYERS_H
#define DDBMOCK_ENGINE_STORAGE_LAYERS_H

#include "engine/storage/storage.h"

enum {
    LAYERS_KEY_MAX = STORAGE_KEY_MAX - 5, /* bytes; longer keys are -EINVAL */
    LAYERS_MAX = 64,                      /* that lie on each other */
    LAYERS_NAME_MAX = 255,                /* bytes of a snapshot's or a head's name */
    LAYERS_PLACE_MAX = 4096,              /* bytes of a head's place */
    LAYERS_PORTION = 64, /* keys that every commit removes while something is left to do */
};

/*
 * Puts layers over `inner`, which it takes over: closing the one closes the other. `head` (copied) says whose top layer it is,
 * for stores that several sessions share (layers_fork); "" is the first one's. 0 and *out, or -errno and `inner` stays the
 * caller's.
 */
int layers_open(struct storage *inner, const char *head, struct storage **out);

/* The store below. */
struct storage *layers_inner(struct storage *layered);

/* A snapshot, as layers_each shows it: valid during the call. */
struct layers_snapshot {
    struct slice name;
    int64_t created; /* ms since the epoch */
};

/*
 * Names the present state, the transaction's own changes included; a snapshot that had the name loses it. `name` has 1 to
 * LAYERS_NAME_MAX bytes. 0, -EINVAL (the name), -EMLINK (LAYERS_MAX layers lie on each other: snapshots have to be deleted
 * first), or another -errno.
 */
int layers_snapshot(struct transaction *transaction, struct slice name, int64_t now);

/* Makes the state that a snapshot names the present one. -ENOENT: there is no such snapshot. */
int layers_restore(struct transaction *transaction, struct slice name);

/* Makes the present state empty; snapshots stay. */
int layers_reset(struct transaction *transaction);

/* Forgets a snapshot; the present state stays as it is. -ENOENT: there is no such snapshot. */
int layers_delete(struct transaction *transaction, struct slice name);

/* Calls `visit` for every snapshot in byte order of names until it answers other than 0, which is the result then. */
int layers_each(struct transaction *transaction,
                int (*visit)(void *context, const struct layers_snapshot *), void *context);

/*
 * Gives `head`, which lies at `place`, a top layer of its own on a snapshot. -ENOENT: there is no such snapshot; -EEXIST: the
 * head is there.
 */
int layers_fork(struct transaction *transaction, struct slice name, struct slice head,
                struct slice place);

/* Says where this store's head lies, in the caller's words: 1 to LAYERS_PLACE_MAX bytes. */
int layers_place(struct transaction *transaction, struct slice place);

/*
 * Calls `visit` for every head, with its place (empty: none was said), until it answers other than 0, which is the result then.
 * No change meanwhile. Of a store that only the first head has, and no layers, there may be none.
 */
int layers_each_head(struct transaction *transaction,
                     int (*visit)(void *context, struct slice head, struct slice place),
                     void *context);

/*
 * Forgets a head that nobody has any more, and never will; it must not be this store's own. What it alone could see goes,
 * as what a snapshot leaves does. -ENOENT: there is no such head; -EINVAL: it is the own one.
 */
int layers_drop_head(struct transaction *transaction, struct slice head);

/*
 * Looks from now on, in a read transaction, at the state that a snapshot names. -ENOENT: there is no such snapshot.
 */
int layers_look_at(struct transaction *transaction, struct slice name);

/*
 * Nobody will look any more for keys that begin with `prefix`: they go in portions, later, and at once for whoever
 * asks for how much is stored. Snapshots keep theirs.
 */
int layers_forget(struct transaction *transaction, struct slice prefix);

/*
 * Does what is left to do, in transactions of its own, of which none may be open: at most `keys` keys. *left (may be NULL)
 * says whether anything is left. 0 or -errno.
 */
int layers_work(struct storage *layered, unsigned keys, bool *left);

#endif
