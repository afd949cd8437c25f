/*
 * shown.c - see shown.h.
 */
#include "preload/shown.h"

#include "http/hosts.h"
#include "preload/addresses.h"
#include "preload/imports.h"
#include "preload/real.h"
#include "preload/regions.h"
#include "preload/shim.h"

#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

static const char hosts_path[] = "/etc/hosts";

int shown_file(const char *content, size_t size, int flags)
{
    int fd = memfd_create("ddbmock", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    while (fd >= 0 && size > 0) {
        ssize_t written = REAL(write)(fd, content, size);
        if (written < 0 && errno != EINTR) {
            REAL(close)(fd);
            return -1;
        }
        content += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static void write_host(FILE *out, const char *name)
{
    bool short_of_memory;
    const struct address *found = address_of(name, &short_of_memory);
    if (found != NULL)
        fprintf(out, "%s %s\n", found->text, found->name);
}

/* The lines of /etc/hosts and ours, in `out`. False when memory is short. */
static bool compose_hosts(FILE *from, FILE *out)
{
    char bytes[1024], names[REGION_NAMES_AT_MOST][REGION_NAME_SIZE];
    for (size_t got; from != NULL && (got = fread(bytes, 1, sizeof bytes, from)) > 0;)
        fwrite(bytes, 1, got, out);
    fputc('\n', out);
    write_host(out, HOST_CONTROL_NAME);
    for (size_t n = 0; region_hosts(n, names) > 0; n++)
        for (int i = 0; i < REGION_NAMES_AT_MOST; i++)
            write_host(out, names[i]);
    return ferror(out) == 0;
}

/* A descriptor of it, or -1. */
static int open_hosts(int flags)
{
    struct shim_guard guard;
    char *content = NULL;
    size_t size = 0;
    int fd = -1;
    if (!imports_network())
        return -1;
    shim_enter(&guard);
    FILE *from = REAL(fopen)(hosts_path, "re"), *out = open_memstream(&content, &size);
    if (out != NULL && compose_hosts(from, out) && fclose(out) == 0)
        fd = shown_file(content, size, flags);
    if (from != NULL)
        fclose(from);
    free(content);
    shim_leave(&guard);
    return fd;
}

FILE *shown_hosts(const char *path, const char *mode)
{
    if (strcmp(path, hosts_path) != 0 || mode[0] != 'r' || strchr(mode, '+') != NULL)
        return NULL;
    int fd = open_hosts(strchr(mode, 'e') != NULL ? O_CLOEXEC : 0);
    FILE *stream = fd >= 0 ? REAL(fdopen)(fd, mode) : NULL;
    if (fd >= 0 && stream == NULL)
        REAL(close)(fd);
    return stream;
}

static int is_java(struct dl_phdr_info *info, size_t size, void *context)
{
    static const char name[] = "/libjvm.so";
    size_t length = strlen(info->dlpi_name);
    (void)size;
    (void)context;
    return length >= sizeof name - 1 &&
           strcmp(info->dlpi_name + length - (sizeof name - 1), name) == 0;
}

int shown_hosts_to_java(const char *path, int flags)
{
    return path != NULL && path[0] == '/' && strcmp(path, hosts_path) == 0 &&
                   (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH)) == O_RDONLY &&
                   !shim_inside() && dl_iterate_phdr(is_java, NULL) != 0
               ? open_hosts(flags)
               : -1;
}
