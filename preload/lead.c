/*
 * lead.c - see lead.h. What a program is, is told from the head of its file, as command/binary.c does it at leisure; here it is
 * looked for before each exec, and costs three system calls.
 */
#include "preload/lead.h"

#include "preload/real.h"
#include "preload/shim.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { HEAD = 2048, SCRIPTS_MAX = 4, ADDED = 6 };

static bool left_alone; /* DDBMOCK_STATIC=leave */

void lead_configure(const char *setting)
{
    left_alone = setting != NULL && strcmp(setting, "leave") == 0;
}

/* The variable's value in a list, or NULL. */
static const char *value_of(char *const variables[], const char *name)
{
    const size_t length = strlen(name);
    for (; variables != NULL && *variables != NULL; variables++)
        if (strncmp(*variables, name, length) == 0 && (*variables)[length] == '=')
            return *variables + length + 1;
    return NULL;
}

/* The dynamic linker itself is a static program, which reads LD_PRELOAD for what it starts. */
static bool is_linker(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0 ||
           strncmp(name, "ld64.", 5) == 0;
}

static const void *at(const char *head, size_t size, size_t offset, size_t length)
{
    return offset <= size && length <= size - offset ? head + offset : NULL;
}

/* Whether one of a segment's notes is Go's. */
static bool has_go_note(const char *head, size_t size, const Elf64_Phdr *part)
{
    size_t place = part->p_offset;
    const size_t end = part->p_filesz < size ? place + part->p_filesz : size;
    for (const Elf64_Nhdr *note;
         place < end && (note = at(head, size, place, sizeof *note + 4)) != NULL;) {
        if (note->n_namesz == 4 && memcmp(note + 1, "Go\0", 4) == 0)
            return true;
        /* Names and descriptions are padded to words. */
        place += sizeof *note + (((size_t)note->n_namesz + 3) & ~(size_t)3) +
                 (((size_t)note->n_descsz + 3) & ~(size_t)3);
    }
    return false;
}

static bool unreached(const char *head, size_t size)
{
#if defined __x86_64__
    enum { MACHINE = EM_X86_64 };
#elif defined __aarch64__
    enum { MACHINE = EM_AARCH64 };
#else
    enum { MACHINE = EM_NONE };
#endif
    const Elf64_Ehdr *header = at(head, size, 0, sizeof *header);
    bool dynamic = false, foreign = false;
    if (header == NULL || header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != MACHINE ||
        (header->e_type != ET_EXEC && header->e_type != ET_DYN))
        return false;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        const Elf64_Phdr *part =
            at(head, size, header->e_phoff + (size_t)i * header->e_phentsize, sizeof *part);
        if (part == NULL)
            return false; /* a head that is longer than any that a linker makes */
        if (part->p_type == PT_INTERP) {
            const char *name = at(head, size, part->p_offset, part->p_filesz);
            dynamic = true;
            foreign = foreign || (name != NULL && memmem(name, part->p_filesz, "ld-musl", 7));
        } else if (part->p_type == PT_NOTE) {
            foreign = foreign || has_go_note(head, size, part);
        }
    }
    return !dynamic || foreign;
}

/* The interpreter of a script, as execve(2) takes it from the first line; false when it is none. */
static bool read_interpreter(const char *head, size_t size, char out[PATH_MAX])
{
    size_t from = 2, to;
    if (size < 3 || memcmp(head, "#!", 2) != 0)
        return false;
    while (from < size && (head[from] == ' ' || head[from] == '\t'))
        from++;
    for (to = from; to < size && strchr(" \t\n", head[to]) == NULL; to++)
        continue;
    if (to == from || to == size || to - from >= PATH_MAX)
        return false;
    memcpy(out, head + from, to - from);
    out[to - from] = '\0';
    return true;
}

/* Who gains rights by a program can neither be preloaded nor led. */
static bool is_privileged(const char *path, mode_t mode)
{
    char capabilities[64];
    return geteuid() != 0 &&
           ((mode & (S_ISUID | S_ISGID)) != 0 ||
            getxattr(path, "security.capability", capabilities, sizeof capabilities) > 0);
}

/* Whether the program at `path` is one that no preload reaches, and that may be executed. `room`: to work in. */
static bool is_unreached(const char *path, char room[PATH_MAX])
{
    char head[HEAD];
    struct stat status;
    for (int i = 0; i < SCRIPTS_MAX; i++) {
        int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            return false;
        ssize_t size = fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
                           ? REAL(read)(fd, head, sizeof head)
                           : -1;
        REAL(close)(fd);
        if (size > SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0)
            return !is_linker(path) && unreached(head, (size_t)size) &&
                   !is_privileged(path, status.st_mode);
        if (size < 0 || !read_interpreter(head, (size_t)size, room))
            return false;
        path = room;
    }
    return false;
}

/* Where execvp(3) finds it. */
static bool find(const char *name, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    struct stat status;
    if (path == NULL)
        path = "/bin:/usr/bin";
    for (const char *part = path; *name != '\0'; part++) {
        size_t length = strcspn(part, ":"), size = strlen(name);
        if (length + size + 2 > PATH_MAX)
            return false;
        memcpy(out, part, length);
        if (length > 0)
            out[length++] = '/';
        memcpy(out + length, name, size + 1);
        if (access(out, X_OK) == 0 && REAL(stat)(out, &status) == 0 && S_ISREG(status.st_mode))
            return true;
        part += strcspn(part, ":");
        if (*part == '\0')
            break;
    }
    return false;
}

/* The command: beside the shim where it was built, or in bin where that is in lib/ddbmock. */
static bool find_command(char out[PATH_MAX])
{
    static const char *const places[] = { "ddbmock", "../../bin/ddbmock" };
    const char *slash = strrchr(shim_path, '/');
    for (size_t i = 0; slash != NULL && i < sizeof places / sizeof *places; i++) {
        size_t length = (size_t)(slash + 1 - shim_path);
        if (length + strlen(places[i]) >= PATH_MAX)
            return false;
        memcpy(out, shim_path, length);
        strcpy(out + length, places[i]);
        struct stat status;
        if (access(out, X_OK) == 0 && REAL(stat)(out, &status) == 0 && S_ISREG(status.st_mode))
            return true;
    }
    return false;
}

/* "ddbmock run --as NAME -- PROGRAM", and its arguments. */
static bool compose(struct led *out, const char *program, char *const arguments[])
{
    size_t count = 0;
    const char **list = out->here;
    while (arguments[count] != NULL)
        count++;
    out->mapped = NULL;
    if (count + ADDED + 1 > sizeof out->here / sizeof *out->here) {
        out->size = (count + ADDED + 1) * sizeof *list;
        out->mapped =
            mmap(NULL, out->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (out->mapped == MAP_FAILED)
            return false;
        list = out->mapped;
    }
    size_t made = 0;
    list[made++] = "ddbmock";
    list[made++] = "run";
    list[made++] = "--as";
    list[made++] = arguments[0];
    list[made++] = "--";
    list[made++] = program;
    for (size_t i = 1; i < count; i++)
        list[made++] = arguments[i];
    list[made] = NULL;
    out->arguments = (char *const *)list;
    return true;
}

bool lead(struct led *out, const char *path, bool search, char *const arguments[],
          char *const variables[])
{
    int error = errno;
    const char *preload = value_of(variables, "LD_PRELOAD");
    const char *setting = value_of(variables, "DDBMOCK_STATIC");
    bool wanted = setting != NULL ? strcmp(setting, "leave") != 0 : !left_alone;
    if (!wanted || preload == NULL || strstr(preload, "libddbmock") == NULL || path == NULL ||
        arguments == NULL || arguments[0] == NULL || shim_path[0] != '/')
        return false;
    search = search && strchr(path, '/') == NULL;
    wanted = !search || find(path, out->program);
    const char *program = search ? out->program : path;
    /* A name with a '/' is not sought once more. */
    wanted = wanted && strchr(program, '/') != NULL && is_unreached(program, out->command) &&
             access(program, X_OK) == 0;
    if (wanted && !find_command(out->command)) {
        shim_complain(
            "%s: no preload reaches it, and the command ddbmock, which would lead it, is not "
            "beside libddbmock.so: it talks to the real AWS.",
            program);
        wanted = false;
    }
    wanted = wanted && compose(out, program, arguments);
    errno = error;
    return wanted;
}

void lead_release(const struct led *made)
{
    int error = errno;
    if (made->mapped != NULL)
        munmap(made->mapped, made->size);
    errno = error;
}
