/*
 * exec.h - what children find in LD_PRELOAD.
 */
#ifndef DDBMOCK_PRELOAD_EXEC_H
#define DDBMOCK_PRELOAD_EXEC_H

/*
 * Notes LD_PRELOAD for children, with our place in it made an absolute path. `name`: how the
 * dynamic linker found us. From the constructor, after shim_path is set.
 */
void exec_configure(const char *name);

#endif
