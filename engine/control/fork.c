/*
 * fork.c - a session of its own that begins as a snapshot of this one. Over LMDB it shares the store and the layers of the
 * snapshot, and takes no time; over any other backend the snapshot is copied into a store of the session's.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/control/control.h"
#include "engine/control/sessions.h"
#include "engine/engine_internal.h"
#include "engine/forks.h"
#include "engine/storage/layers.h"
#include "engine/storage/lmdb_share.h"
#include "engine/value_json.h"

enum { KEYS_A_TRANSACTION = 5000 };

/* Says in the new directory which head is its own. */
static int write_head(const char *directory, const char *head)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/" ENGINE_HEAD_FILE, directory) >= (int)sizeof path)
        return -ENAMETOOLONG;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return -errno;
    ssize_t written = write(file, head, strlen(head));
    int error = written == (ssize_t)strlen(head) ? 0 : written < 0 ? -errno : -ENOSPC;
    close(file);
    return error;
}

/* -EXDEV, -EPERM, -EMLINK: the store has to be copied. */
static int share(struct request *request, struct slice snapshot, const char *directory)
{
    char head[UUID_SIZE];
    const struct storage *inner = layers_inner(request->engine->storage);
    if (((const struct storage_base *)inner)->backend != &storage_lmdb)
        return -EXDEV;
    id_uuid(head);
    int error = lmdb_share(request->engine->path, directory);
    if (error == 0)
        error = write_head(directory, head);
    if (error != 0)
        return error;
    error = storage_begin(request->engine->storage, true, &request->transaction);
    /* Both say where they are, so that the one is not taken for gone when the other is. */
    if (error == 0)
        error = layers_place(request->transaction, slice_of(request->engine->path));
    if (error == 0)
        error = layers_fork(request->transaction, snapshot, slice_of(head), slice_of(directory));
    if (error != 0)
        return error;
    error = storage_commit(request->transaction);
    request->transaction = NULL;
    return error;
}

/* Copies what the cursor finds into the store, from the key at which it stands on: some of it. */
static int copy_portion(struct cursor *cursor, struct slice *key, struct slice *value,
                        struct storage *to)
{
    struct transaction *transaction;
    int error = storage_begin(to, true, &transaction), found = 0;
    if (error != 0)
        return error;
    for (int i = 0; i < KEYS_A_TRANSACTION && error == 0 && found == 0; i++) {
        error = storage_put(transaction, *key, *value);
        if (error == 0)
            found = storage_cursor_step(cursor, false, key, value);
    }
    if (error != 0)
        storage_abort(transaction);
    else
        error = storage_commit(transaction);
    return error != 0 ? error : found;
}

static int copy(struct request *request, struct slice snapshot, const char *directory)
{
    struct storage *to;
    struct slice key, value;
    char *why;
    int error = storage_open(&storage_lmdb, directory, &to, &why);
    free(why);
    if (error != 0)
        return error;
    error = storage_begin(request->engine->storage, false, &request->transaction);
    if (error == 0)
        error = layers_look_at(request->transaction, snapshot);
    if (error == 0)
        error = storage_cursor_open(request->transaction, &request->cursor);
    if (error == 0)
        error = storage_cursor_seek(request->cursor, (struct slice){ "", 1 }, false, &key, &value);
    while (error == 0)
        error = copy_portion(request->cursor, &key, &value, to);
    storage_close(to);
    return error == -ENOENT && request->cursor ? 0 : error;
}

static void end_transaction(struct request *request)
{
    request_cursor_close(request);
    storage_abort(request->transaction);
    request->transaction = NULL;
}

int control_fork_snapshot(struct request *request)
{
    struct slice snapshot, session;
    char directory[PATH_MAX];
    if (control_text(request, "snapshot", true, &snapshot) != 0 ||
        control_text(request, "session", true, &session) != 0)
        return -1;
    if (!request->engine->path)
        return request_fail(request, ERROR_CONTROL_CONFLICT,
                            "this DynamoDB belongs to no session that could be forked");
    forks_forget_gone(request->engine);
    const char *why =
        sessions_new_directory(request->engine->path, session, request->call->files, directory);
    if (why)
        return control_bad(request, "session: %s", why);
    if (mkdir(directory, 0700) != 0) {
        if (errno == EEXIST)
            return request_fail(request, ERROR_CONTROL_CONFLICT,
                                "there is a session '%.*s' already", (int)session.length,
                                session.data);
        return request_fail_storage(request, "make a session", -errno);
    }
    int error = share(request, snapshot, directory);
    end_transaction(request);
    if (error == -EXDEV || error == -EPERM || error == -EMLINK) {
        error = copy(request, snapshot, directory);
        end_transaction(request);
    }
    if (error != 0) {
        sessions_remove_directory(directory);
        return control_fail_snapshot(request, snapshot, "fork a snapshot", error);
    }
    struct buffer *out = &request->output;
    buffer_append_string(out, "{\"session\":");
    string_write_json(out, session);
    buffer_append_string(out, ",\"directory\":");
    string_write_json(out, slice_of(directory));
    buffer_append_byte(out, '}');
    return 0;
}
