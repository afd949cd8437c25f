/*
 * process.c - see process.h.
 */
#include "preload/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The fields of /proc/<pid>/stat from the state on, or false. */
static bool read_stat(int pid, char *state, int *parent, unsigned long long *start)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    /* The second field is the program's name and may hold anything. */
    const char *rest = strrchr(text, ')');
    return rest != NULL &&
           sscanf(rest + 1,
                  " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  state, parent, start) == 3;
}

unsigned long long process_start_time(int pid)
{
    char state;
    int parent;
    unsigned long long start;
    return read_stat(pid, &state, &parent, &start) && state != 'Z' && state != 'X' ? start : 0;
}

unsigned long long process_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    unsigned long long ticks = (unsigned long long)sysconf(_SC_CLK_TCK);
    return (unsigned long long)now.tv_sec * ticks +
           (unsigned long long)now.tv_nsec * ticks / 1000000000u;
}

const char *process_namespace(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/ns/pid", out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    return out;
}

void process_each_entry(int directory, int (*visit)(int directory, const char *name, void *context),
                        void *context)
{
    /* Not readdir, which allocates. */
    _Alignas(struct dirent64) char buffer[2048];
    long length;
    lseek(directory, 0, SEEK_SET);
    while ((length = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < length;) {
            struct dirent64 *entry = (struct dirent64 *)(buffer + at);
            at += entry->d_reclen;
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                visit(directory, entry->d_name, context) != 0)
                return;
        }
    }
}

/* Whether the process's first environment holds `setting`. */
static bool started_with(int proc, const char *pid, const char *setting)
{
    char path[32], text[2048];
    size_t wanted = strlen(setting) + 1, kept = 1; /* with its NUL, and one before it */
    bool found = false;
    snprintf(path, sizeof path, "%.16s/environ", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    text[0] = '\0';
    for (ssize_t got; !found && (got = read(fd, text + kept, sizeof text - kept)) > 0;) {
        size_t length = kept + (size_t)got;
        for (size_t i = 1; !found && i + wanted <= length; i++)
            found = text[i] == setting[0] && text[i - 1] == '\0' &&
                    memcmp(text + i, setting, wanted) == 0;
        kept = length < wanted ? length : wanted;
        memmove(text, text + length - kept, kept);
    }
    close(fd);
    return found;
}

struct search {
    const char *setting;
    bool children;
    bool found;
};

static int look(int proc, const char *name, void *context)
{
    struct search *search = context;
    struct stat status;
    char *end, state;
    int parent;
    unsigned long long start;
    long pid = strtol(name, &end, 10);
    if (*end != '\0' || pid == getpid() || fstatat(proc, name, &status, 0) != 0 ||
        status.st_uid != geteuid())
        return 0;
    if (!read_stat((int)pid, &state, &parent, &start) || state == 'Z' || state == 'X')
        return 0;
    search->found =
        (search->children && parent == getpid()) || started_with(proc, name, search->setting);
    return search->found;
}

bool process_anyone_with(const char *setting, bool children)
{
    struct search search = { setting, children, false };
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return true; /* who cannot look removes nothing */
    process_each_entry(proc, look, &search);
    close(proc);
    return search.found;
}
