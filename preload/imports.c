/*
 * imports.c - see imports.h. Reads the symbol tables of what is loaded; once an answer is yes it
 * stays, until then it is looked for again when something more has been loaded.
 */
#include "preload/imports.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct imports {
    bool connects, resolves, jumps;
    unsigned long long loads; /* how many objects had been loaded in all */
};

atomic_int imports_jumping = -1;

static void look_at_symbol(const char *name, struct imports *found)
{
    if (strcmp(name, "connect") == 0)
        found->connects = true;
    else if (strcmp(name, "getaddrinfo") == 0 || strncmp(name, "gethostbyname", 13) == 0)
        found->resolves = true;
    else if (strcmp(name, "siglongjmp") == 0 || strcmp(name, "longjmp") == 0 ||
             strcmp(name, "_longjmp") == 0 || strcmp(name, "__longjmp_chk") == 0)
        found->jumps = true;
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *context)
{
    struct imports *found = context;
    const ElfW(Dyn) *dynamic = NULL;
    const char *strings = NULL;
    const ElfW(Sym) *symbols = NULL;
    const uint32_t *gnu_hash = NULL, *hash = NULL;
    (void)size;
    found->loads = info->dlpi_adds;
    /* libcrypto can connect, but only programs with libssl, too, have it do so. */
    if (strstr(info->dlpi_name, "/libssl.so") != NULL)
        found->connects = found->resolves = true;
    if (strstr(info->dlpi_name, "/libc.so.") != NULL ||
        strstr(info->dlpi_name, "/libcrypto.so") != NULL ||
        strstr(info->dlpi_name, "libddbmock") != NULL || strstr(info->dlpi_name, "vdso") != NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++) {
        ElfW(Addr) value = dynamic->d_un.d_ptr;
        if (value < info->dlpi_addr)
            value += info->dlpi_addr; /* not relocated in place */
        switch (dynamic->d_tag) {
        case DT_STRTAB:
            strings = (const char *)value;
            break;
        case DT_SYMTAB:
            symbols = (const ElfW(Sym) *)value;
            break;
        case DT_GNU_HASH:
            gnu_hash = (const uint32_t *)value;
            break;
        case DT_HASH:
            hash = (const uint32_t *)value;
            break;
        }
    }
    /* GNU's hash table lists what is defined; what is imported comes before its first entry. */
    uint32_t count = gnu_hash != NULL ? gnu_hash[1] : hash != NULL ? hash[1] : 0;
    for (uint32_t i = 1; strings != NULL && symbols != NULL && i < count; i++)
        if (symbols[i].st_shndx == SHN_UNDEF)
            look_at_symbol(strings + symbols[i].st_name, found);
    return found->connects && found->resolves && found->jumps;
}

static int count_loads(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    *(unsigned long long *)context = info->dlpi_adds;
    return 1;
}

/* Whether there is a network; imports_jumping is then known, too. */
static bool look(void)
{
    static atomic_bool known;
    static _Atomic unsigned long long looked_at; /* with so many loads, an answer was no */
    unsigned long long loads = 0;
    if (atomic_load(&known) && atomic_load(&imports_jumping) > 0)
        return true;
    dl_iterate_phdr(count_loads, &loads);
    if (atomic_load(&looked_at) == loads)
        return atomic_load(&known);
    struct imports found = { 0 };
    dl_iterate_phdr(look_at_object, &found);
    if (found.connects && found.resolves)
        atomic_store(&known, true);
    atomic_store(&imports_jumping, found.jumps);
    atomic_store(&looked_at, found.loads);
    return atomic_load(&known);
}

bool imports_network(void)
{
    return look();
}

bool imports_jump(void)
{
    look();
    return atomic_load(&imports_jumping) > 0;
}
