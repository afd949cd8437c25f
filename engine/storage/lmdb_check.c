/*
 * lmdb_check.c - see lmdb_check.h. The format is that of LMDB 0.9 (data version 1, host byte order,
 * 64-bit page numbers), as its mdb.c has it: a 16-byte page header, node offsets, nodes; overflow
 * pages; free page numbers in lists.
 */
#include "engine/storage/lmdb_check.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/slice.h"

enum {
    MAGIC = 0xBEEFC0DE,
    DATA_VERSION = 1,
    METAS = 2, /* pages 0 and 1 */
    HEADER = 16,
    NODE = 8,
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW = 0x04,
    META = 0x08,
    BIG = 0x01, /* of a node: the value is on overflow pages */
    INTEGER_KEY = 0x08,
    DEEPEST = 32,
    LONGEST_KEY = 511,
    SMALLEST_PAGE = 4096,
    LARGEST_PAGE = 32768,
};

#define NO_PAGE UINT64_MAX

struct page {
    uint64_t number;
    uint16_t pad;
    uint16_t flags;
    union {
        struct {
            uint16_t lower, upper;
        };
        uint32_t pages; /* of an overflow run */
    };
};

struct node {
    uint16_t low, high; /* of a leaf: the value's length; of a branch: of the child's number */
    uint16_t flags;     /* of a branch: the highest part of the child's number */
    uint16_t key_length;
};

struct database {
    uint32_t pad; /* of the free list's database: the page size */
    uint16_t flags;
    uint16_t depth;
    uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

struct meta {
    uint32_t magic, version;
    uint64_t address, map_size;
    struct database databases[2]; /* the free list, the main one */
    uint64_t last_page, transaction_id;
};

struct walk {
    const char *map;
    uint64_t pages;    /* page numbers end here; */
    uint64_t readable; /* what can be read ends here: free pages at the end may never have been
                          written */
    uint32_t page_size;
    bool is_free_list;
    unsigned char *used;  /* a bit a page */
    unsigned char *taken; /* a byte a byte of the page that is looked at */
    uint64_t entries;
};

static bool is_meta(const struct meta *meta)
{
    const struct database *list = &meta->databases[0], *data = &meta->databases[1];
    uint32_t size = list->pad;
    if (size < SMALLEST_PAGE || size > LARGEST_PAGE || (size & (size - 1)) != 0)
        return false;
    if (list->flags != INTEGER_KEY || data->flags != 0)
        return false;
    if (list->depth > DEEPEST || data->depth > DEEPEST)
        return false;
    if (meta->last_page < METAS - 1 || meta->last_page >= (uint64_t)1 << 40)
        return false;
    for (int i = 0; i < 2; i++) {
        uint64_t root = meta->databases[i].root;
        if (root != NO_PAGE && (root < METAS || root > meta->last_page))
            return false;
        if ((root == NO_PAGE) != (meta->databases[i].depth == 0))
            return false;
    }
    return true;
}

static int read_meta(int descriptor, uint64_t offset, struct meta *meta)
{
    char bytes[HEADER + sizeof *meta];
    ssize_t got = pread(descriptor, bytes, sizeof bytes, (off_t)offset);
    if (got < 0)
        return -errno;
    if ((size_t)got < sizeof bytes)
        return -EPROTO;
    struct page page;
    memcpy(&page, bytes, sizeof page);
    memcpy(meta, bytes + HEADER, sizeof *meta);
    if (!(page.flags & META) || meta->magic != (uint32_t)MAGIC || meta->version != DATA_VERSION)
        return -EPROTO;
    return is_meta(meta) ? 0 : -EPROTO;
}

int lmdb_check_header(int descriptor, uint32_t *page_size, uint64_t *pages)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EPROTO;
    if (status.st_size == 0)
        return -ENOENT;
    struct meta metas[METAS];
    int error = read_meta(descriptor, 0, &metas[0]);
    if (error)
        return error;
    uint32_t size = metas[0].databases[0].pad;
    if (status.st_size < (off_t)METAS * size) {
        /* LMDB writes both pages at once, with no transaction in them: nothing is lost if a part of
         * that is. */
        return metas[0].transaction_id == 0 && metas[0].last_page == METAS - 1 ? -ENOENT : -EPROTO;
    }
    error = read_meta(descriptor, size, &metas[1]);
    if (error)
        return error;
    if (metas[1].databases[0].pad != size)
        return -EPROTO;
    uint64_t last = metas[metas[1].transaction_id > metas[0].transaction_id].last_page;
    *page_size = size;
    *pages = last + 1;
    return 0;
}

/* Marks a page as used; false when it is none, or was used already. */
static bool take(struct walk *walk, uint64_t page)
{
    if (page < METAS || page >= walk->pages)
        return false;
    unsigned char bit = (unsigned char)(1 << (page & 7));
    if (walk->used[page >> 3] & bit)
        return false;
    walk->used[page >> 3] |= bit;
    return true;
}

/* The node, where it and its key lie inside the page. */
static const char *node_at(const struct walk *walk, const char *page, const struct page *header,
                           unsigned index, struct node *node)
{
    uint16_t offset;
    memcpy(&offset, page + HEADER + index * sizeof offset, sizeof offset);
    if (offset < header->upper || offset % 2 != 0 || offset > walk->page_size - NODE)
        return NULL;
    memcpy(node, page + offset, sizeof *node);
    if (node->key_length > walk->page_size - NODE - offset || node->key_length > LONGEST_KEY)
        return NULL;
    return page + offset + NODE;
}

/* Marks the bytes of a node; false when they do not end in the page, or another node has some. */
static bool take_bytes(struct walk *walk, uint64_t at, uint64_t length)
{
    if (at > walk->page_size || length > walk->page_size - at ||
        memchr(walk->taken + at, 1, length))
        return false;
    memset(walk->taken + at, 1, length);
    return true;
}

static bool take_free_pages(struct walk *walk, const char *value, uint64_t length)
{
    uint64_t count, page;
    if (length < sizeof count || length % sizeof count != 0)
        return false;
    memcpy(&count, value, sizeof count);
    if (count > length / sizeof count - 1)
        return false;
    for (uint64_t i = 1, before = NO_PAGE; i <= count; i++, before = page) {
        memcpy(&page, value + i * sizeof page, sizeof page);
        if (page >= before || !take(walk, page))
            return false;
    }
    return true;
}

static uint64_t length_of(const struct node *node)
{
    return node->low | (uint64_t)node->high << 16;
}

/* What a value takes in its leaf. */
static uint64_t value_room(const struct node *node)
{
    return node->flags & BIG ? sizeof(uint64_t) : length_of(node);
}

/* The value of a node that lies inside its page; the data begin where its key ends. */
static bool check_value(struct walk *walk, const struct node *node, const char *data)
{
    uint64_t length = length_of(node), first;
    if (node->flags & ~BIG)
        return false;
    if (!(node->flags & BIG))
        return !walk->is_free_list || take_free_pages(walk, data, length);
    memcpy(&first, data, sizeof first);
    uint64_t needed = (HEADER - 1 + length) / walk->page_size + 1;
    if (first >= walk->readable || needed > walk->readable - first)
        return false;
    const char *run = walk->map + first * walk->page_size;
    struct page header;
    memcpy(&header, run, sizeof header);
    /* A run may be longer than its value needs: a shorter value is put into the run before it. */
    if (header.number != first || header.flags != OVERFLOW || header.pages < needed)
        return false;
    for (uint32_t i = 0; i < header.pages; i++)
        if (!take(walk, first + i))
            return false;
    return !walk->is_free_list || take_free_pages(walk, run + HEADER, length);
}

static int compare_keys(const struct walk *walk, struct slice a, struct slice b)
{
    if (!walk->is_free_list)
        return slice_compare(a, b);
    uint64_t x, y;
    memcpy(&x, a.data, sizeof x);
    memcpy(&y, b.data, sizeof y);
    return (x > y) - (x < y);
}

/* The subtree at `number`, whose keys are all >= `low` (when there is one), and < `high` (when
 * there is one). */
static bool check_tree(struct walk *walk, uint64_t number, unsigned levels, const struct slice *low,
                       const struct slice *high)
{
    if (!take(walk, number) || number >= walk->readable)
        return false;
    const char *page = walk->map + number * walk->page_size;
    struct page header;
    memcpy(&header, page, sizeof header);
    bool leaf = levels == 1;
    if (header.number != number || header.flags != (leaf ? LEAF : BRANCH))
        return false;
    if (header.lower < HEADER || header.lower > header.upper || header.upper > walk->page_size ||
        header.lower % 2 != 0)
        return false;
    unsigned count = (header.lower - HEADER) / 2u;
    /* LMDB leaves branches with one child in the free list's tree. */
    if (count < (leaf || walk->is_free_list ? 1 : 2))
        return false;

    struct node node;
    struct slice key, before = { NULL, 0 };
    uint64_t total = 0;
    memset(walk->taken, 0, walk->page_size);
    for (unsigned i = 0; i < count; i++) {
        const char *bytes = node_at(walk, page, &header, i, &node);
        if (!bytes)
            return false;
        key = (struct slice){ bytes, node.key_length };
        uint64_t size = NODE + key.length + (leaf ? value_room(&node) : 0);
        size += size % 2;
        total += size;
        if (!take_bytes(walk, (uint64_t)(bytes - NODE - page), size))
            return false;
        /* A branch's first key stands for everything below the second, whatever it is. */
        if (leaf || i > 0) {
            if (walk->is_free_list ? key.length != sizeof(uint64_t) : key.length == 0)
                return false;
            if (before.data && compare_keys(walk, before, key) >= 0)
                return false;
            if ((low && compare_keys(walk, key, *low) < 0) ||
                (high && compare_keys(walk, key, *high) >= 0))
                return false;
            before = key;
        }
        if (leaf) {
            if (!check_value(walk, &node, bytes + node.key_length))
                return false;
            walk->entries++;
        }
    }
    /* LMDB closes gaps by what the nodes say of their sizes. */
    if (total != walk->page_size - header.upper)
        return false;
    if (leaf)
        return true;

    struct slice first = { NULL, 0 };
    for (unsigned i = 0; i < count; i++) {
        struct node next;
        struct slice end = { NULL, 0 };
        node_at(walk, page, &header, i, &node);
        if (i + 1 < count) {
            end.data = node_at(walk, page, &header, i + 1, &next);
            end.length = next.key_length;
        }
        uint64_t child = node.low | (uint64_t)node.high << 16 | (uint64_t)node.flags << 32;
        if (!check_tree(walk, child, levels - 1, first.data ? &first : low, end.data ? &end : high))
            return false;
        first = end;
    }
    return true;
}

int lmdb_check_pages(const char *map, uint64_t size, uint64_t transaction_id)
{
    struct meta meta;
    memcpy(&meta, map + HEADER, sizeof meta);
    uint32_t page_size = meta.databases[0].pad;
    if (transaction_id & 1)
        memcpy(&meta, map + page_size + HEADER, sizeof meta);
    if (!is_meta(&meta) || meta.transaction_id != transaction_id)
        return -EPROTO;

    struct walk walk = {
        .map = map,
        .pages = meta.last_page + 1,
        .readable = size / page_size,
        .page_size = page_size,
    };
    walk.used = calloc(1, walk.pages / 8 + 1);
    walk.taken = malloc(page_size);
    bool good = walk.used && walk.taken;
    if (!good) {
        free(walk.used);
        free(walk.taken);
        return -ENOMEM;
    }
    for (int i = 0; good && i < 2; i++) {
        const struct database *database = &meta.databases[i];
        walk.is_free_list = i == 0;
        walk.entries = 0;
        if (database->root != NO_PAGE)
            good = check_tree(&walk, database->root, database->depth, NULL, NULL);
        good = good && walk.entries == database->entries;
    }
    free(walk.used);
    free(walk.taken);
    return good ? 0 : -EPROTO;
}
