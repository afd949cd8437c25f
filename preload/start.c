/*
 * start.c - the constructor: names the session and sees to the environment. No thread, no
 * descriptor, nothing that lasts but a few variables; most programs never meet DynamoDB. A library
 * whose constructor runs before ours may need the shim sooner: then it starts there and then.
 */
#include "preload/addresses.h"
#include "preload/config.h"
#include "preload/environment.h"
#include "preload/exec.h"
#include "preload/lead.h"
#include "preload/loader.h"
#include "preload/network.h"
#include "preload/node.h"
#include "preload/real.h"
#include "preload/session.h"
#include "preload/shim.h"
#include "preload/trust.h"

#include <limits.h>
#include <link.h>
#include <pthread.h>

const char *shim_path = "";
atomic_bool shim_started;

/* What the linker puts at the beginning of this object. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* Not dladdr, which goes through our symbols, too. */
static int take_name(struct dl_phdr_info *object, size_t size, void *name)
{
    (void)size;
    if (object->dlpi_addr != (uintptr_t)__ehdr_start)
        return 0;
    *(const char **)name = object->dlpi_name;
    return 1;
}

static void start(void)
{
    static char path[PATH_MAX];
    struct shim_guard guard;
    const char *name = "";
    shim_enter(&guard);
    dl_iterate_phdr(take_name, &name);
    /* Made absolute now: the program may change its directory before the engine is needed. */
    if (name[0] == '/')
        shim_path = name;
    else if (name[0] != '\0' && realpath(name, path) != NULL)
        shim_path = path;
    config_start(loader_find, NULL);
    session_start();
    exec_configure(name);
    trust_configure();
    environment_prepare();
    node_prepare();
    addresses_configure(getenv("DDBMOCK_HOSTS"));
    lead_configure(getenv("DDBMOCK_STATIC"));
    network_configure(getenv("DDBMOCK_NETWORK"));
    atomic_store(&shim_started, true);
    shim_leave(&guard);
}

__attribute__((constructor)) void shim_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
}
