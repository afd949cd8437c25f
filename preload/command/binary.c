/*
 * binary.c - see binary.h.
 */
#include "preload/command/binary.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SCRIPTS_MAX = 4 /* interpreters that are scripts themselves, as execve(2) allows */ };

/* A file, mapped. */
struct file {
    const unsigned char *bytes;
    size_t size;
};

static const void *at(const struct file *file, size_t offset, size_t size)
{
    return offset <= file->size && size <= file->size - offset ? file->bytes + offset : NULL;
}

/* Where execvp finds it: 0, or -ENOENT or -EACCES. */
static int find(const char *name, char out[PATH_MAX])
{
    int error = -ENOENT;
    if (strchr(name, '/') != NULL) {
        snprintf(out, PATH_MAX, "%s", name);
        return access(out, X_OK) == 0 ? 0 : -errno;
    }
    const char *path = getenv("PATH");
    for (const char *part = path != NULL ? path : "/bin:/usr/bin"; *name != '\0';) {
        size_t length = strcspn(part, ":");
        snprintf(out, PATH_MAX, "%.*s%s%s", (int)length, part, length > 0 ? "/" : "", name);
        struct stat status;
        if (stat(out, &status) == 0 && S_ISREG(status.st_mode)) {
            if (access(out, X_OK) == 0)
                return 0;
            error = -EACCES;
        }
        if (part[length] == '\0')
            break;
        part += length + 1;
    }
    return error;
}

static bool has_text(const struct file *file, const char *text)
{
    return memmem(file->bytes, file->size, text, strlen(text)) != NULL;
}

/* The file offset of a virtual address. */
static size_t offset_of(const struct file *file, const Elf64_Ehdr *header, Elf64_Addr address)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        const Elf64_Phdr *part =
            at(file, header->e_phoff + (size_t)i * header->e_phentsize, sizeof *part);
        if (part != NULL && part->p_type == PT_LOAD && address >= part->p_vaddr &&
            address - part->p_vaddr < part->p_filesz)
            return part->p_offset + (address - part->p_vaddr);
    }
    return SIZE_MAX;
}

static void read_libraries(const struct file *file, const Elf64_Ehdr *header,
                           const Elf64_Phdr *dynamic, struct binary *out)
{
    size_t names = SIZE_MAX, count = dynamic->p_filesz / sizeof(Elf64_Dyn);
    const Elf64_Dyn *entries = at(file, dynamic->p_offset, dynamic->p_filesz);
    if (entries == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        if (entries[i].d_tag == DT_STRTAB)
            names = offset_of(file, header, entries[i].d_un.d_ptr);
    for (size_t i = 0; i < count && out->library_count < LIBRARIES_MAX; i++) {
        if (entries[i].d_tag != DT_NEEDED || names == SIZE_MAX)
            continue;
        const char *name = at(file, names + entries[i].d_un.d_val, 1);
        if (name != NULL)
            snprintf(out->libraries[out->library_count++], sizeof out->libraries[0], "%.*s",
                     (int)strnlen(name,
                                  file->size - (size_t)((const unsigned char *)name - file->bytes)),
                     name);
    }
}

static bool has_section(const struct file *file, const Elf64_Ehdr *header, const char *wanted)
{
    const Elf64_Shdr *names =
        at(file, header->e_shoff + (size_t)header->e_shstrndx * header->e_shentsize, sizeof *names);
    for (unsigned i = 0; names != NULL && i < header->e_shnum; i++) {
        const Elf64_Shdr *section =
            at(file, header->e_shoff + (size_t)i * header->e_shentsize, sizeof *section);
        const char *name = section != NULL
                               ? at(file, names->sh_offset + section->sh_name, strlen(wanted) + 1)
                               : NULL;
        if (name != NULL && strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

static void read_elf(const struct file *file, struct binary *out)
{
#if defined __x86_64__
    enum { MACHINE = EM_X86_64 };
#elif defined __aarch64__
    enum { MACHINE = EM_AARCH64 };
#else
    enum { MACHINE = EM_NONE };
#endif
    const Elf64_Ehdr *header = at(file, 0, sizeof *header);
    out->is_elf = true;
    if (header == NULL || header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != MACHINE)
        return;
    out->native = true;
    out->go =
        has_section(file, header, ".go.buildinfo") || has_section(file, header, ".note.go.buildid");
    for (unsigned i = 0; i < header->e_phnum; i++) {
        const Elf64_Phdr *part =
            at(file, header->e_phoff + (size_t)i * header->e_phentsize, sizeof *part);
        if (part == NULL)
            continue;
        if (part->p_type == PT_INTERP) {
            const char *name = at(file, part->p_offset, part->p_filesz);
            out->dynamic = true;
            out->musl = name != NULL && part->p_filesz > 0 &&
                        memmem(name, part->p_filesz, "ld-musl", 7) != NULL;
        } else if (part->p_type == PT_DYNAMIC) {
            read_libraries(file, header, part, out);
        }
    }
    /* Stripped of its sections, Go still leaves the magic of its build information. */
    if (!out->go && !out->dynamic)
        out->go = has_text(file, "\xff Go buildinf:");
}

static int inspect(const char *name, struct binary *out, int scripts)
{
    char path[PATH_MAX];
    struct stat status;
    int error = find(name, path);
    if (error != 0)
        return error;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct file file = { MAP_FAILED, 0 };
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        file.size = (size_t)status.st_size;
        file.bytes = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    char capabilities[64];
    bool privileged = (status.st_mode & (S_ISUID | S_ISGID)) != 0 ||
                      fgetxattr(fd, "security.capability", capabilities, sizeof capabilities) > 0;
    close(fd);
    if (file.bytes == MAP_FAILED) {
        /* cppcheck-suppress memleak ; nothing was mapped */
        return -ENOEXEC;
    }

    char interpreter[PATH_MAX] = "";
    error = 0;
    if (file.size > SELFMAG && memcmp(file.bytes, ELFMAG, SELFMAG) == 0) {
        snprintf(out->path, sizeof out->path, "%s", path);
        out->privileged = privileged && geteuid() != 0;
        read_elf(&file, out);
    } else if (file.size > 2 && memcmp(file.bytes, "#!", 2) == 0 && scripts < SCRIPTS_MAX) {
        const char *line = (const char *)file.bytes + 2;
        size_t left = file.size - 2, blanks = 0, length = 0;
        while (blanks < left && (line[blanks] == ' ' || line[blanks] == '\t'))
            blanks++;
        while (blanks + length < left && length < PATH_MAX - 1 &&
               strchr(" \t\n", line[blanks + length]) == NULL)
            length++;
        snprintf(interpreter, sizeof interpreter, "%.*s", (int)length, line + blanks);
        /* What matters of /usr/bin/env is the program that it finds. */
        if (strcmp(interpreter, "/usr/bin/env") == 0) {
            const char *word = line + blanks + length;
            const char *end = (const char *)file.bytes + file.size;
            while (word < end && (*word == ' ' || *word == '\t'))
                word++;
            length = 0;
            while (word + length < end && length < PATH_MAX - 1 &&
                   strchr(" \t\n", word[length]) == NULL)
                length++;
            if (length > 0 && *word != '-')
                snprintf(interpreter, sizeof interpreter, "%.*s", (int)length, word);
        }
        snprintf(out->script, sizeof out->script, "%s", path);
    } else {
        error = -ENOEXEC;
    }
    munmap((void *)(uintptr_t)file.bytes, file.size);
    return interpreter[0] != '\0' ? inspect(interpreter, out, scripts + 1) : error;
}

int binary_inspect(const char *name, struct binary *out)
{
    *out = (struct binary){ 0 };
    return inspect(name, out, 0);
}

bool binary_needs(const struct binary *binary, const char *prefix)
{
    for (size_t i = 0; i < binary->library_count; i++)
        if (strncmp(binary->libraries[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}
