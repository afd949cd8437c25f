/*
 * descriptor.h - descriptors that stay open, in a program that is somebody else's: it may close
 * every number it finds open. Where somebody can hide them from it (the shim), they are hidden.
 */
#ifndef DDBMOCK_ENGINE_STORAGE_DESCRIPTOR_H
#define DDBMOCK_ENGINE_STORAGE_DESCRIPTOR_H

/*
 * Who hides descriptors: `hide` moves one to another number and gives that, or -errno with it
 * closed; `release` closes one that was hidden; `taken` says how many of those numbers the program
 * has put files of its own under (dup2), so far. Set before any store is opened.
 */
struct descriptor_hider {
    int (*hide)(int descriptor);
    void (*release)(int descriptor);
    unsigned (*taken)(void);
};
void descriptor_hide_with(const struct descriptor_hider *hider); /* static; NULL: nobody */

/* Hides a descriptor that was just opened (or the -1 of an open that failed). Its number from now
 * on, or -1 with errno and it closed. */
int descriptor_keep(int descriptor);

/* Closes one that was kept. As close(2). */
int descriptor_close(int descriptor);

/* As `taken`: while it does not change, no kept descriptor that is hidden has become another's. */
unsigned descriptor_taken(void);

#endif
