/*
 * s3_export.c - a full export to S3 in DYNAMODB_JSON, as the service leaves it in a bucket:
 *
 *     AWSDynamoDB/<export id>/_started
 *     AWSDynamoDB/<export id>/manifest-summary.json, manifest-summary.md5
 *     AWSDynamoDB/<export id>/manifest-files.json, manifest-files.md5
 *     AWSDynamoDB/<export id>/data/<26 letters and digits>.json.gz
 *
 * The .md5 files hold the MD5 of the manifest in base64; a line of manifest-files.json names a data file. Source: AWS
 * developer guide, "DynamoDB table export output format". Where _started is, and the etag of what was uploaded in one part,
 * are unverified.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As in keyspace.c: no allocation, and nothing of OpenSSL's to be initialised. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>

#include "engine/base64.h"
#include "engine/control/directory.h"
#include "engine/control/files.h"
#include "engine/value_json.h"

enum { MANIFEST_MAX = 64 << 20, EXPORT_ID_SIZE = 24, DATA_NAME_SIZE = 27 };

/* --- MD5 --- */

static void md5_text(const unsigned char digest[16], char base64[MD5_BASE64_SIZE], char hex[33])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0, at = 0; i < 16; i += 3) {
        unsigned three = (unsigned)digest[i] << 16 |
                         (i + 1 < 16 ? (unsigned)digest[i + 1] << 8 : 0) |
                         (i + 2 < 16 ? digest[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6)
            base64[at++] = digits[three >> shift & 63];
    }
    base64[22] = base64[23] = '=';
    base64[24] = '\0';
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

int file_md5(const char *path, char base64[MD5_BASE64_SIZE], char hex[33])
{
    enum { SIZE = 64 * 1024 };
    MD5_CTX context;
    unsigned char digest[16];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    char *room = malloc(SIZE);
    ssize_t got = room ? 0 : -1;
    int error = room ? 0 : -ENOMEM;
    MD5_Init(&context);
    while (room && (got = read(fd, room, SIZE)) > 0)
        MD5_Update(&context, room, (size_t)got);
    if (room && got < 0)
        error = -errno;
    MD5_Final(digest, &context);
    md5_text(digest, base64, hex);
    free(room);
    close(fd);
    return error;
}

/* --- writing --- */

static int write_file(const char *path, struct slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    int error = 0;
    while (text.length > 0 && !error) {
        ssize_t written = write(fd, text.data, text.length);
        if (written < 0 && errno == EINTR)
            continue;
        error = written < 0 ? -errno : 0;
        text.data += written > 0 ? written : 0;
        text.length -= written > 0 ? (size_t)written : 0;
    }
    return close(fd) != 0 && !error ? -errno : error;
}

/* The manifest `name`.json and its .md5. */
static int write_manifest(struct request *request, const char *directory, const char *name,
                          struct slice text)
{
    unsigned char digest[16];
    char base64[MD5_BASE64_SIZE], hex[33];
    MD5((const unsigned char *)text.data, text.length, digest);
    md5_text(digest, base64, hex);
    const char *json = arena_printf(&request->arena, "%s/%s.json", directory, name);
    const char *md5 = arena_printf(&request->arena, "%s/%s.md5", directory, name);
    int error = write_file(json, text);
    return error ? error : write_file(md5, slice_of(base64));
}

static int make_directories(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    int error = 0;
    for (char *slash = strchr(copy + 1, '/'); !error; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            error = -errno;
        if (!slash)
            break;
        *slash = '/';
    }
    free(copy);
    return error;
}

static void data_name(char out[DATA_NAME_SIZE])
{
    unsigned char random[DATA_NAME_SIZE - 1];
    random_bytes(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        out[i] = "abcdefghijklmnopqrstuvwxyz234567"[random[i] & 31];
    out[sizeof random] = '\0';
}

/* The 14 digits of a moment in ms and 8 of a random number, as the service forms it. */
static void export_id(struct request *request, char out[EXPORT_ID_SIZE])
{
    uint32_t random;
    random_bytes(&random, sizeof random);
    snprintf(out, EXPORT_ID_SIZE, "%014llu-%08x",
             (unsigned long long)request->now % 100000000000000u, (unsigned)random);
}

static int write_data(struct request *request, const struct table *table, const char *path,
                      uint64_t *items)
{
    struct lines_file *file;
    int error = lines_file_create(path, true, &file);
    if (error)
        return control_fail_path(request, path, error);
    if (lines_of_table(request, table, lines_file_write, file, items) != 0) {
        lines_file_abandon(file);
        return -1;
    }
    error = lines_file_finish(file);
    return error ? control_fail_path(request, path, error) : 0;
}

int s3_export_write(struct request *request, const struct table *table, const char *bucket,
                    uint64_t *items)
{
    char id[EXPORT_ID_SIZE], name[DATA_NAME_SIZE], base64[MD5_BASE64_SIZE], hex[33];
    char started[ISO_TIME_SIZE], ended[ISO_TIME_SIZE];
    struct arena *arena = &request->arena;
    struct buffer summary, files;
    export_id(request, id);
    data_name(name);
    control_iso_time(request->now, started);
    const char *directory = arena_printf(arena, "%s/AWSDynamoDB/%s", bucket, id);
    const char *data = arena_printf(arena, "%s/data/%s.json.gz", directory, name);
    int error = make_directories(arena_printf(arena, "%s/data", directory));
    if (!error)
        error = write_file(arena_printf(arena, "%s/_started", directory), (struct slice){ "", 0 });
    if (error)
        return control_fail_path(request, directory, error);
    if (write_data(request, table, data, items) != 0)
        return -1;
    error = file_md5(data, base64, hex);
    control_iso_time(clock_now(), ended);

    buffer_init(&files, arena);
    buffer_printf(&files,
                  "{\"itemCount\":%" PRIu64 ",\"md5Checksum\":\"%s\",\"etag\":\"%s-1\","
                  "\"dataFileS3Key\":\"AWSDynamoDB/%s/data/%s.json.gz\"}\n",
                  *items, base64, hex, id, name);
    const char *arn = table_arn(request, table);
    buffer_init(&summary, arena);
    buffer_printf(&summary,
                  "{\"version\":\"2020-06-30\",\"exportArn\":\"%s/export/%s\",\"startTime\":\"%s\","
                  "\"endTime\":\"%s\",\"tableArn\":\"%s\",\"tableId\":\"%s\",\"exportTime\":\"%s\","
                  "\"s3Bucket\":",
                  arn, id, started, ended, arn, table->uuid, started);
    const char *slash = strrchr(bucket, '/');
    string_write_json(&summary, slice_of(slash && slash[1] ? slash + 1 : bucket));
    buffer_printf(&summary,
                  ",\"s3Prefix\":null,\"s3SseAlgorithm\":\"AES256\",\"s3SseKmsKeyId\":null,"
                  "\"manifestFilesS3Key\":\"AWSDynamoDB/%s/manifest-files.json\","
                  "\"billedSizeBytes\":0,\"itemCount\":%" PRIu64
                  ",\"outputFormat\":\"DYNAMODB_JSON\",\"exportType\":\"FULL_EXPORT\"}",
                  id, *items);
    if (!error)
        error = write_manifest(request, directory, "manifest-files", buffer_slice(&files));
    if (!error)
        error = write_manifest(request, directory, "manifest-summary", buffer_slice(&summary));
    return error ? control_fail_path(request, directory, error) : 0;
}

/* --- reading --- */

/* Exports below a directory: how many, and the manifest of one. */
struct exports {
    const char *path;
    char *found; /* PATH_MAX bytes */
    unsigned count;
};

static void look_into(void *context, int at, const char *name)
{
    struct exports *exports = context;
    char manifest[NAME_MAX + sizeof "/manifest-files.json"];
    snprintf(manifest, sizeof manifest, "%s/manifest-files.json", name);
    if (faccessat(at, manifest, R_OK, 0) == 0 &&
        snprintf(exports->found, PATH_MAX, "%s/%s", exports->path, manifest) < PATH_MAX)
        exports->count++;
}

int s3_export_find(struct request *request, const char *directory, const char **out)
{
    struct exports exports = {
        .path = arena_printf(&request->arena, "%s/AWSDynamoDB", directory),
        .found = arena_alloc(&request->arena, PATH_MAX),
    };
    *out = arena_printf(&request->arena, "%s/manifest-files.json", directory);
    if (access(*out, R_OK) == 0)
        return 0;
    directory_each(exports.path, look_into, &exports);
    if (exports.count == 0) {
        exports.path = directory;
        directory_each(directory, look_into, &exports);
    }
    if (exports.count > 1)
        return control_bad(request, "%s: there are %u exports in it: name the directory of one",
                           directory, exports.count);
    *out = exports.count == 1 ? exports.found : NULL;
    return 0;
}

static int read_whole(struct request *request, const char *path, struct slice *out)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 || fstat(fd, &status) != 0 ? -errno : 0;
    if (!error && status.st_size > MANIFEST_MAX)
        error = -EFBIG;
    if (fd >= 0)
        close(fd);
    if (error)
        return control_fail_path(request, path, error);
    /* Opened again, for the arena may jump and would leave it open. */
    char *room = arena_alloc(&request->arena, (size_t)status.st_size + 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got = 0;
    while (fd >= 0 && length < (size_t)status.st_size &&
           (got = read(fd, room + length, (size_t)status.st_size - length)) > 0)
        length += (size_t)got;
    if (fd >= 0)
        close(fd);
    *out = (struct slice){ room, length };
    return 0;
}

/* One line of manifest-files.json: the data file beside it, which must be as it says. */
static int check_file(struct request *request, const char *manifest, struct slice line,
                      const char **out)
{
    char base64[MD5_BASE64_SIZE], hex[33], key[PATH_MAX] = "", md5[64] = "";
    json_error_t problem;
    json_t *json = json_loadb(line.data, line.length, 0, &problem);
    const char *text = json_string_value(json_object_get(json, "dataFileS3Key"));
    const char *sum = json_string_value(json_object_get(json, "md5Checksum"));
    if (text && strlen(text) < sizeof key)
        memcpy(key, text, strlen(text) + 1);
    if (sum && strlen(sum) < sizeof md5)
        memcpy(md5, sum, strlen(sum) + 1);
    json_decref(json);
    const char *name = strrchr(key, '/');
    if (!name || name[1] == '\0')
        return control_bad(request, "%s: a line names no dataFileS3Key", manifest);
    *out = arena_printf(&request->arena, "%.*s/data%s", (int)(strrchr(manifest, '/') - manifest),
                        manifest, name);
    int error = file_md5(*out, base64, hex);
    if (error == -ENOENT)
        return request_fail(request, ERROR_CONTROL_NOT_FOUND,
                            "%s: %s names it, and it is not there", *out, manifest);
    if (error)
        return control_fail_path(request, *out, error);
    if (md5[0] && strcmp(md5, base64) != 0)
        return control_bad(request, "%s: it is damaged, for %s says its MD5 is %s, and it is %s",
                           *out, manifest, md5, base64);
    return 0;
}

int s3_export_files(struct request *request, const char *manifest, const char ***paths,
                    size_t *count)
{
    struct slice text = { 0 };
    if (read_whole(request, manifest, &text) != 0)
        return -1;
    size_t lines = 1;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    *paths = ARENA_NEW_ARRAY(&request->arena, lines, const char *);
    *count = 0;
    while (text.length > 0) {
        const char *end = memchr(text.data, '\n', text.length);
        struct slice line = { text.data, end ? (size_t)(end - text.data) : text.length };
        size_t taken = line.length + (end != NULL);
        text.data += taken;
        text.length -= taken;
        if (line.length > 0 && check_file(request, manifest, line, &(*paths)[(*count)++]) != 0)
            return -1;
    }
    return 0;
}
