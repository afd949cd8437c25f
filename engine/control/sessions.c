/*
 * sessions.c - see sessions.h. A process is in a session when it was started with its name, or has one of its files mapped:
 * /proc tells both.
 */
#include "engine/control/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/control/control.h"
#include "engine/control/directory.h"
#include "engine/engine_internal.h"
#include "engine/forks.h"
#include "engine/value_json.h"

enum { NAME_MAX_LENGTH = 71, BASES = 4, LINE = 4096 };

static bool is_name(struct slice name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (name.length == 0 || name.length > NAME_MAX_LENGTH || name.data[0] == '.')
        return false;
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] == '\0' || !strchr(allowed, name.data[i]))
            return false;
    return true;
}

/* The n-th place where sessions of this user may be, as preload/session.c has them. False: there is none of that number. */
static bool base(int n, char out[PATH_MAX])
{
    const char *where = n == 0   ? "/dev/shm"
                        : n == 1 ? getenv("XDG_RUNTIME_DIR")
                        : n == 2 ? getenv("TMPDIR")
                                 : "/tmp";
    out[0] = '\0';
    if (where && where[0] == '/' &&
        snprintf(out, PATH_MAX, "%s/ddbmock-%u", where, (unsigned)geteuid()) >= PATH_MAX - 80)
        out[0] = '\0';
    return n < BASES;
}

const char *sessions_new_directory(const char *own, struct slice name, bool paths,
                                   char out[PATH_MAX])
{
    char where[32];
    if (paths && name.length < PATH_MAX && memchr(name.data, '/', name.length)) {
        memcpy(out, name.data, name.length);
        out[name.length] = '\0';
        return NULL;
    }
    if (!is_name(name))
        return "a name has 1 to 71 letters, digits, '-', '_' and '.', and begins with none";
    if (name.length > 5 && memcmp(name.data, "tree-", 5) == 0)
        return "a name that begins with 'tree-' is that of a process tree";
    const char *slash = strrchr(own, '/');
    size_t length = slash ? (size_t)(slash - own) : 0;
    snprintf(where, sizeof where, "/ddbmock-%u", (unsigned)geteuid());
    /* Beside this one, where both can share files; a session at a path of its own has no neighbours. */
    if (length < strlen(where) || strncmp(slash - strlen(where), where, strlen(where)) != 0)
        return "this session has a directory of its own: give a path for the new one";
    if (snprintf(out, PATH_MAX, "%.*s/%.*s", (int)length, own, (int)name.length, name.data) >=
        PATH_MAX)
        return "the path is too long";
    return NULL;
}

static void add_bytes(void *context, int at, const char *name)
{
    struct stat status;
    if (fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode))
        *(uint64_t *)context += (uint64_t)status.st_blocks * 512;
}

static void remove_file(void *context, int at, const char *name)
{
    (void)context;
    unlinkat(at, name, 0);
}

int sessions_remove_directory(const char *directory)
{
    directory_each(directory, remove_file, NULL);
    return rmdir(directory) == 0 ? 0 : -errno;
}

/* --- who is in a session --- */

struct search {
    const char *setting;   /* "DDBMOCK_SESSION=name" */
    const char *directory; /* with a '/' at its end */
    long root;             /* of the tree, when the name tells; 0 */
    int pids[64];
    size_t count, room;
};

/* Whether a file of /proc has `text`; where it is an environment, as an entry of it. */
static bool mentions(int proc, const char *pid, const char *file, const char *text, bool entry)
{
    char path[64];
    snprintf(path, sizeof path, "%.16s/%s", pid, file);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    FILE *stream = fd >= 0 ? fdopen(fd, "re") : NULL;
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    if (!stream && fd >= 0)
        close(fd);
    while (stream && !found && getdelim(&line, &size, entry ? '\0' : '\n', stream) > 0)
        found = entry ? strcmp(line, text) == 0 : strstr(line, text) != NULL;
    free(line);
    if (stream)
        fclose(stream);
    return found;
}

static void look(void *context, int proc, const char *name)
{
    struct search *search = context;
    struct stat status;
    char *end;
    long pid = strtol(name, &end, 10);
    if (*end != '\0' || pid <= 0 || search->count == search->room ||
        fstatat(proc, name, &status, 0) != 0 || status.st_uid != geteuid())
        return;
    if (pid == search->root || mentions(proc, name, "environ", search->setting, true) ||
        mentions(proc, name, "maps", search->directory, false))
        search->pids[search->count++] = (int)pid;
}

static void write_process(struct buffer *out, int pid)
{
    char path[48], name[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, name, sizeof name - 1) : 0;
    if (fd >= 0)
        close(fd);
    name[length > 0 ? length - 1 : 0] = '\0'; /* it ends in a newline */
    buffer_printf(out, "{\"pid\":%d,\"name\":", pid);
    /* A process may call itself anything; JSON is UTF-8. */
    for (char *c = name; *c; c++)
        if ((unsigned char)*c >= 0x7f || (unsigned char)*c < ' ')
            *c = '?';
    string_write_json(out, slice_of(name));
    buffer_append_byte(out, '}');
}

/* Who is in the session `name` of the directory `path`. */
static void find_processes(struct search *search, const char *path, const char *name)
{
    char setting[128], directory[PATH_MAX + 1];
    snprintf(setting, sizeof setting, "DDBMOCK_SESSION=%.80s", name);
    snprintf(directory, sizeof directory, "%s/", path);
    search->setting = setting;
    search->directory = directory;
    search->room = sizeof search->pids / sizeof *search->pids;
    search->count = 0;
    /* It got the name by itself, after it was started. */
    search->root = strncmp(name, "tree-", 5) == 0 ? strtol(name + 5, NULL, 10) : 0;
    directory_each("/proc", look, search);
}

/* --- the list --- */

/* Names are gathered first: writing the answer may jump, and the directory is to be closed by then. */
struct names {
    char (*names)[NAME_MAX_LENGTH + 1]; /* NULL: they are only counted */
    size_t count, size;
};

static void gather(void *context, int at, const char *name)
{
    struct names *names = context;
    struct stat status;
    if (!is_name(slice_of(name)) || fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISDIR(status.st_mode))
        return;
    if (names->names && names->count == names->size)
        return;
    if (names->names)
        memcpy(names->names[names->count], name, strlen(name) + 1);
    names->count++;
}

static void write_session(struct request *request, const char *where, const char *name, bool *any)
{
    struct buffer *out = &request->output;
    struct search *search = ARENA_NEW(&request->arena, struct search);
    char *path = arena_printf(&request->arena, "%s/%s", where, name);
    uint64_t bytes = 0;
    directory_each(path, add_bytes, &bytes);
    find_processes(search, path, name);
    buffer_append_string(out, *any ? ",{\"name\":" : "{\"name\":");
    *any = true;
    string_write_json(out, slice_of(name));
    buffer_append_string(out, ",\"directory\":");
    string_write_json(out, slice_of(path));
    buffer_printf(out, ",\"kind\":\"%s\",\"own\":%s,\"bytes\":%" PRIu64 ",\"processes\":[",
                  strncmp(name, "tree-", 5) == 0 ? "tree" : "named",
                  request->engine->path && strcmp(path, request->engine->path) == 0 ? "true"
                                                                                    : "false",
                  bytes);
    for (size_t i = 0; i < search->count; i++) {
        if (i > 0)
            buffer_append_byte(out, ',');
        write_process(out, search->pids[i]);
    }
    buffer_append_string(out, "]}");
}

/* The places where sessions of this user may be, each once; how many. */
static int places(struct request *request, char (**out)[PATH_MAX])
{
    char(*where)[PATH_MAX] = arena_array(&request->arena, BASES + 1, PATH_MAX);
    int count = 0;
    for (int n = 0; base(n, where[count]); n++) {
        bool seen = where[count][0] == '\0';
        for (int before = 0; before < count; before++)
            seen |= strcmp(where[before], where[count]) == 0;
        count += !seen;
    }
    *out = where;
    return count;
}

int control_list_sessions(struct request *request)
{
    bool any = false;
    char(*where)[PATH_MAX];
    int count = places(request, &where);
    buffer_append_string(&request->output, "{\"sessions\":[");
    for (int n = 0; n < count; n++) {
        struct names names = { 0 };
        directory_each(where[n], gather, &names);
        names.size = names.count;
        names.count = 0;
        names.names = arena_array(&request->arena, names.size + 1, sizeof *names.names);
        directory_each(where[n], gather, &names);
        for (size_t i = 0; i < names.count; i++)
            write_session(request, where[n], names.names[i], &any);
    }
    buffer_append_string(&request->output, "]}");
    return 0;
}

int control_delete_session(struct request *request)
{
    struct slice name;
    char(*where)[PATH_MAX];
    if (control_text(request, "session", true, &name) != 0)
        return -1;
    if (!is_name(name))
        return control_bad(request, "session: a name has 1 to 71 letters, digits, '-', '_' and "
                                    "'.', and begins with none");
    int count = places(request, &where);
    for (int n = 0; n < count; n++) {
        struct search *search = ARENA_NEW(&request->arena, struct search);
        struct stat status;
        char *path =
            arena_printf(&request->arena, "%s/%.*s", where[n], (int)name.length, name.data);
        if (lstat(path, &status) != 0)
            continue;
        find_processes(search, path, strrchr(path, '/') + 1);
        if (search->count > 0)
            return request_fail(request, ERROR_CONTROL_CONFLICT,
                                "session '%.*s' is in use, by process %d%s", (int)name.length,
                                name.data, search->pids[0], search->count > 1 ? " and others" : "");
        int error = sessions_remove_directory(path);
        if (error != 0)
            return request_fail_storage(request, "remove the session", error);
        forks_forget_gone(request->engine);
        buffer_append_string(&request->output, "{}");
        return 0;
    }
    return request_fail(request, ERROR_CONTROL_NOT_FOUND, "there is no session '%.*s'",
                        (int)name.length, name.data);
}
