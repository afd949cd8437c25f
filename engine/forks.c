/*
 * forks.c - see forks.h. A session is gone for sure when the store's file has fewer names than heads, and so many heads are not
 * to be found where they said they were: a directory that was moved is not taken for one that was removed.
 */
#include "engine/forks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine_internal.h"
#include "engine/storage/layers.h"

enum { KEYS_AT_ONCE = 10000 };

static int store_file(const char *directory, struct stat *out)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/data.mdb", directory) >= (int)sizeof path)
        return -ENAMETOOLONG;
    return stat(path, out) == 0 ? 0 : -errno;
}

int forks_read_head(const char *directory, char head[LAYERS_NAME_MAX + 1])
{
    char path[PATH_MAX];
    head[0] = '\0';
    if (snprintf(path, sizeof path, "%s/" ENGINE_HEAD_FILE, directory) >= (int)sizeof path)
        return -ENAMETOOLONG;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return errno == ENOENT ? 0 : -errno;
    ssize_t length = read(file, head, LAYERS_NAME_MAX);
    close(file);
    head[length > 0 ? length : 0] = '\0';
    return length > 0 ? 0 : -EPROTO;
}

/* The heads of a store. Those that are gone come first to light as names, for the list must not change while it is read. */
struct search {
    const char *own_head, *own_directory;
    struct stat file; /* of the store */
    unsigned heads, missing;
    bool placed; /* the own head says where it is */
    struct gone {
        struct gone *next;
        size_t length;
        char head[];
    } * gone;
};

static bool is_there(const struct search *search, struct slice head, struct slice place)
{
    char directory[PATH_MAX], found[LAYERS_NAME_MAX + 1];
    struct stat file;
    if (place.length == 0 || place.length >= sizeof directory)
        return false;
    memcpy(directory, place.data, place.length);
    directory[place.length] = '\0';
    return store_file(directory, &file) == 0 && file.st_dev == search->file.st_dev &&
           file.st_ino == search->file.st_ino && forks_read_head(directory, found) == 0 &&
           slice_equal(head, slice_of(found));
}

static int count(void *context, struct slice head, struct slice place)
{
    struct search *search = context;
    search->heads++;
    if (slice_equal(head, slice_of(search->own_head)))
        search->placed = slice_equal(place, slice_of(search->own_directory));
    return 0;
}

static int look(void *context, struct slice head, struct slice place)
{
    struct search *search = context;
    count(search, head, place);
    if (slice_equal(head, slice_of(search->own_head)) || is_there(search, head, place))
        return 0;
    struct gone *gone = malloc(sizeof *gone + head.length);
    if (!gone)
        return -ENOMEM;
    *gone = (struct gone){ .next = search->gone, .length = head.length };
    memcpy(gone->head, head.data, head.length);
    search->gone = gone;
    search->missing++;
    return 0;
}

/* Whether there is anything to do: nearly always not, and that is soon seen, without a writer's turn. */
static bool is_due(struct engine *engine, struct search *search)
{
    struct transaction *reader;
    if (storage_begin(engine->storage, false, &reader) != 0)
        return false;
    int error = layers_each_head(reader, count, search);
    storage_abort(reader);
    if (error != 0 || search->heads <= 1 || store_file(search->own_directory, &search->file) != 0)
        return false;
    bool due = !search->placed || search->file.st_nlink < search->heads;
    search->heads = 0;
    return due;
}

static int forget(struct transaction *transaction, struct search *search, bool *changed)
{
    int error = store_file(search->own_directory, &search->file);
    if (error == 0)
        error = layers_each_head(transaction, look, search);
    if (error == 0 && !search->placed) {
        error = layers_place(transaction, slice_of(search->own_directory));
        *changed = true;
    }
    if (search->file.st_nlink >= search->heads ||
        search->missing != search->heads - search->file.st_nlink)
        return error;
    for (const struct gone *gone = search->gone; gone && error == 0; gone = gone->next) {
        error = layers_drop_head(transaction, (struct slice){ gone->head, gone->length });
        *changed = true;
    }
    return error;
}

void forks_forget_gone(struct engine *engine)
{
    char head[LAYERS_NAME_MAX + 1];
    struct search search = { .own_head = head, .own_directory = engine->path };
    struct transaction *transaction;
    bool changed = false;
    if (!engine->path ||
        ((const struct storage_base *)layers_inner(engine->storage))->backend != &storage_lmdb ||
        forks_read_head(engine->path, head) != 0 || !is_due(engine, &search) ||
        storage_begin(engine->storage, true, &transaction) != 0)
        return;
    int error = forget(transaction, &search, &changed);
    while (search.gone) {
        struct gone *gone = search.gone;
        search.gone = gone->next;
        free(gone);
    }
    if (error != 0 || !changed)
        storage_abort(transaction);
    else if (storage_commit(transaction) == 0)
        (void)layers_work(engine->storage, KEYS_AT_ONCE, NULL);
}
