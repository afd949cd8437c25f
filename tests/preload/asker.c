/*
 * asker.c - a library that loads another one by its bare name, which only its own RUNPATH leads to; both are made from this file. For
 * test_loading.c.
 */
#include <dlfcn.h>

void *ask(const char *name);
int asked(void);

void *ask(const char *name)
{
    return dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
}

int asked(void)
{
    return 42;
}
