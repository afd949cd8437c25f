/*
 * files.c - see files.h: reading and writing through zlib, which tells compressed files from others by itself.
 */
#include "engine/control/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/control/directory.h"

enum { LINE_MAX_SIZE = 8 << 20 /* bytes; an item of 400 KB is some 3 MB of JSON at worst */ };

struct lines_file {
    gzFile stream;
    char *path;
    char *part; /* its name until it is whole */
};

static void release(struct lines_file *file)
{
    free(file->path);
    free(file->part);
    free(file);
}

int lines_file_create(const char *path, bool gzip, struct lines_file **out)
{
    struct lines_file *file = calloc(1, sizeof *file);
    if (!file)
        return -ENOMEM;
    file->path = strdup(path);
    if (!file->path || asprintf(&file->part, "%s.part", path) < 0) {
        file->part = NULL;
        release(file);
        return -ENOMEM;
    }
    int fd = open(file->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int error = fd >= 0 ? 0 : -errno;
    file->stream = fd >= 0 ? gzdopen(fd, gzip ? "wb6" : "wbT") : NULL;
    if (!file->stream) {
        if (fd >= 0) {
            close(fd);
            unlink(file->part);
        }
        release(file);
        return error ? error : -ENOMEM;
    }
    gzbuffer(file->stream, 128 * 1024);
    *out = file;
    return 0;
}

int lines_file_write(void *context, struct slice line)
{
    struct lines_file *file = context;
    errno = 0;
    if (gzwrite(file->stream, line.data, (unsigned)line.length) == (int)line.length)
        return 0;
    return errno ? -errno : -EIO;
}

int lines_file_finish(struct lines_file *file)
{
    errno = 0;
    int error = gzclose(file->stream) == Z_OK ? 0 : errno ? -errno : -EIO;
    if (!error && rename(file->part, file->path) != 0)
        error = -errno;
    if (error)
        unlink(file->part);
    release(file);
    return error;
}

void lines_file_abandon(struct lines_file *file)
{
    if (!file)
        return;
    gzclose(file->stream);
    unlink(file->part);
    release(file);
}

/* --- reading --- */

struct files {
    struct line_source source;
    const char **paths; /* of the request's arena */
    size_t count, next;
    gzFile stream;
    uint64_t before; /* bytes of the files that are through */
    char *line;
    size_t size;
};

static int open_next(struct files *files)
{
    const char *path = files->paths[files->next++];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    files->stream = gzdopen(fd, "rb");
    if (!files->stream) {
        close(fd);
        return -ENOMEM;
    }
    gzbuffer(files->stream, 128 * 1024);
    files->source.name = path;
    files->source.number = 0;
    return 0;
}

static int gz_error(gzFile stream)
{
    int code;
    gzerror(stream, &code);
    switch (code) {
    case Z_OK:
        return 0;
    case Z_ERRNO:
        return errno ? -errno : -EIO;
    case Z_MEM_ERROR:
        return -ENOMEM;
    default:
        return -EBADMSG; /* cut off or damaged */
    }
}

/* One line of the present file, of any length up to the limit. 1, 0 at its end, or -errno. */
static int read_line(struct files *files, struct slice *line)
{
    size_t length = 0;
    for (;;) {
        if (files->size - length < 2) {
            if (files->size >= LINE_MAX_SIZE)
                return -EMSGSIZE;
            size_t size = files->size ? 2 * files->size : 4096;
            char *grown = realloc(files->line, size);
            if (!grown)
                return -ENOMEM;
            files->line = grown;
            files->size = size;
        }
        char *at = files->line + length;
        errno = 0;
        if (!gzgets(files->stream, at, (int)(files->size - length))) {
            int error = gz_error(files->stream);
            if (error || length == 0)
                return error;
            break;
        }
        /* gzgets does not say how much it read; a NUL inside ends the line for us, and is then no JSON. */
        length += strlen(at);
        if (length > 0 && files->line[length - 1] == '\n') {
            length--;
            break;
        }
        if (gzeof(files->stream))
            break;
    }
    files->source.number++;
    *line = (struct slice){ files->line, length };
    return 1;
}

static int next_line(struct line_source *source, struct slice *line)
{
    struct files *files = (struct files *)source;
    for (;;) {
        int got = 0;
        if (files->stream) {
            got = read_line(files, line);
            z_off_t offset = gzoffset(files->stream);
            source->done = files->before + (offset > 0 ? (uint64_t)offset : 0);
        }
        if (got != 0)
            return got;
        if (files->stream) {
            files->before = source->done;
            gzclose(files->stream);
            files->stream = NULL;
        }
        if (files->next == files->count)
            return 0;
        int error = open_next(files);
        if (error)
            return error;
    }
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name), size = strlen(end);
    return length > size && strcmp(name + length - size, end) == 0;
}

static bool is_data(const char *name)
{
    static const char *const ends[] = { ".json",    ".jsonl",    ".ndjson",
                                        ".json.gz", ".jsonl.gz", ".ndjson.gz" };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(name, ends[i]))
            return true;
    return false;
}

/* The files of a directory that look like lines: counted, and those for which there is room, noted. */
struct listing {
    char (*names)[NAME_MAX + 1];
    size_t count, size;
};

static void note(void *context, int at, const char *name)
{
    struct listing *listing = context;
    (void)at;
    if (!is_data(name))
        return;
    if (listing->count < listing->size)
        memcpy(listing->names[listing->count], name, strlen(name) + 1);
    listing->count++;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_directory(struct request *request, const char *path, const char ***paths,
                          size_t *count)
{
    struct listing listing = { 0 };
    directory_each(path, note, &listing);
    listing.size = listing.count;
    listing.count = 0;
    listing.names = arena_array(&request->arena, listing.size + 1, sizeof *listing.names);
    directory_each(path, note, &listing);
    *count = listing.count < listing.size ? listing.count : listing.size;
    if (*count == 0)
        return request_fail(request, ERROR_CONTROL_NOT_FOUND,
                            "%s: there is neither an export to S3 in it nor a file whose name ends "
                            "in .json, .jsonl or .ndjson, with or without .gz",
                            path);
    *paths = ARENA_NEW_ARRAY(&request->arena, *count, const char *);
    for (size_t i = 0; i < *count; i++)
        (*paths)[i] = arena_printf(&request->arena, "%s/%s", path, listing.names[i]);
    qsort(*paths, *count, sizeof **paths, compare_names);
    return 0;
}

int lines_files_open(struct request *request, const char *path, struct line_source **out)
{
    struct stat status;
    const char **paths, *manifest = NULL;
    size_t count = 1;
    if (stat(path, &status) != 0)
        return request_fail(request,
                            errno == ENOENT ? ERROR_CONTROL_NOT_FOUND : ERROR_CONTROL_BAD_REQUEST,
                            "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        if (s3_export_find(request, path, &manifest) != 0 ||
            (manifest ? s3_export_files(request, manifest, &paths, &count)
                      : list_directory(request, path, &paths, &count)) != 0)
            return -1;
    } else {
        paths = ARENA_NEW_ARRAY(&request->arena, 1, const char *);
        paths[0] = path;
    }
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (stat(paths[i], &status) == 0)
            total += (uint64_t)status.st_size;
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        return request_fail(request, ERROR_INTERNAL_SERVER, "ddbmock is out of memory");
    files->source = (struct line_source){ .next = next_line, .name = path, .total = total };
    files->paths = paths;
    files->count = count;
    *out = &files->source;
    return 0;
}

void lines_files_close(struct line_source *source)
{
    struct files *files = (struct files *)source;
    if (!files)
        return;
    if (files->stream)
        gzclose(files->stream);
    free(files->line);
    free(files);
}
