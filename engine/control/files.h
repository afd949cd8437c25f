/*
 * files.h - lines in files: plain or gzip, and the directory of a full export to S3.
 */
#ifndef DDBMOCK_ENGINE_CONTROL_FILES_H
#define DDBMOCK_ENGINE_CONTROL_FILES_H

#include "engine/control/lines.h"

/* A file being written: it has its name once file_finish has succeeded. */
struct lines_file;

/* `gzip`: compressed. 0 and *out, or -errno. */
int lines_file_create(const char *path, bool gzip, struct lines_file **out);
int lines_file_write(void *file, struct slice line); /* 0 or -errno; a `take` of lines_of_table */
int lines_file_finish(struct lines_file *file);   /* 0 or -errno; the file is closed either way */
void lines_file_abandon(struct lines_file *file); /* NULL does nothing */

/*
 * Lines of files one after the other: of the file `path`; or of the directory, where it is an export to S3 the data files that
 * its manifest names, once each is found to be as the manifest says, else every file of it whose name ends in .json, .jsonl,
 * .ndjson, with or without .gz, in order. 0 and *out, or -1 after failing the request.
 */
int lines_files_open(struct request *request, const char *path, struct line_source **out);
void lines_files_close(struct line_source *source); /* NULL does nothing */

/* A full export of a table to S3 as it lies in the bucket, below `directory`. 0, or -1 after failing the request. */
int s3_export_write(struct request *request, const struct table *table, const char *directory,
                    uint64_t *items);

/* Where the manifest of an export is at or below `directory`: *out in the arena, NULL: there is none. 0 or -1. */
int s3_export_find(struct request *request, const char *directory, const char **out);

/* The data files that the manifest of an export names, checked. 0, or -1 after failing the request. */
int s3_export_files(struct request *request, const char *manifest, const char ***paths,
                    size_t *count);

/* MD5 of a file, in base64. 0 or -errno. */
enum { MD5_BASE64_SIZE = 25 };
int file_md5(const char *path, char base64[MD5_BASE64_SIZE], char hex[33]);

#endif
