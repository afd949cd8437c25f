/*
 * authority_file.c - see authority_file.h. A lock of flock(2) is held from looking to writing; a
 * file appears by rename(2), so a reader never sees half of one, and a process that dies leaves
 * nothing but a temporary name behind.
 */
#include "http/authority_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/certificate.h"

enum { FILE_LIMIT = 64 * 1024 /* bytes; an authority has about 2,000 */ };

static const char key_name[] = "authority.key";
static const char certificate_name[] = "authority.pem";

void authority_file_release(struct authority *authority)
{
    EVP_PKEY_free(authority->key);
    X509_free(authority->certificate);
    *authority = (struct authority){ 0 };
}

/* The whole of a file into `out`. */
static int read_file(int directory, const char *name, BIO *out)
{
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return -errno;
    struct stat status;
    int error = fstat(file, &status) < 0 ? -errno : 0;
    if (error == 0 &&
        (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0))
        error = -EPERM;
    char chunk[2048];
    ssize_t got = 0;
    size_t total = 0;
    while (error == 0 && (got = read(file, chunk, sizeof chunk)) != 0) {
        if (got < 0)
            error = errno == EINTR ? 0 : -errno;
        else if ((total += (size_t)got) > FILE_LIMIT)
            error = -EINVAL;
        else if (BIO_write(out, chunk, (int)got) != got)
            error = -ENOMEM;
    }
    close(file);
    return error;
}

/* -EINVAL when the file holds no authority that can be used now. */
static int load(int directory, struct authority *out)
{
    *out = (struct authority){ 0 };
    BIO *text = BIO_new(BIO_s_mem());
    if (text == NULL)
        return -ENOMEM;
    int error = read_file(directory, key_name, text);
    if (error == 0) {
        out->key = PEM_read_bio_PrivateKey(text, NULL, NULL, "");
        out->certificate = out->key != NULL ? PEM_read_bio_X509(text, NULL, NULL, "") : NULL;
        if (out->certificate == NULL || X509_check_private_key(out->certificate, out->key) != 1 ||
            !certificate_current(out->certificate)) {
            authority_file_release(out);
            error = -EINVAL;
        }
    }
    BIO_free(text);
    ERR_clear_error();
    return error;
}

/* Writes `text` under a temporary name that nobody else can open, and renames it to `name`. */
static int write_file(int directory, const char *name, BIO *text)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, "%s.%d", name, (int)getpid());
    unlinkat(directory, temporary, 0); /* of a process that died, and had our number */
    int file =
        openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -errno;
    char *data;
    long left = BIO_get_mem_data(text, &data);
    int error = 0;
    while (left > 0 && error == 0) {
        ssize_t written = write(file, data, (size_t)left);
        if (written < 0) {
            error = errno == EINTR ? 0 : -errno;
            continue;
        }
        data += written;
        left -= written;
    }
    close(file);
    if (error == 0 && renameat(directory, temporary, directory, name) < 0)
        error = -errno;
    if (error != 0)
        unlinkat(directory, temporary, 0);
    return error;
}

static int save(int directory, const struct authority *authority)
{
    BIO *secret = BIO_new(BIO_s_mem()), *public = BIO_new(BIO_s_mem());
    int error = -ENOMEM;
    if (secret != NULL && public != NULL &&
        PEM_write_bio_PrivateKey(secret, authority->key, NULL, NULL, 0, NULL, NULL) == 1 &&
        PEM_write_bio_X509(secret, authority->certificate) == 1 &&
        PEM_write_bio_X509(public, authority->certificate) == 1) {
        error = write_file(directory, key_name, secret);
        if (error == 0)
            error = write_file(directory, certificate_name, public);
    }
    BIO_free(secret);
    BIO_free(public);
    ERR_clear_error();
    return error;
}

/* The lock, as a descriptor to be closed, or -errno. */
static int lock_directory(int directory)
{
    int file = openat(directory, "authority.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -errno;
    while (flock(file, LOCK_EX) < 0) {
        if (errno != EINTR) {
            int error = -errno;
            close(file);
            return error;
        }
    }
    return file;
}

int authority_file_share(const char *directory_name, int (*make)(struct authority *out),
                         struct authority *out)
{
    int directory = open(directory_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -errno;
    /* Mostly it is there: no lock needed, for it never changes while it is good. */
    int error = load(directory, out);
    if (error == -ENOENT || error == -EINVAL) {
        int lock = lock_directory(directory);
        error = lock < 0 ? lock : load(directory, out);
        if (error == -ENOENT || error == -EINVAL) {
            error = make(out);
            if (error == 0 && (error = save(directory, out)) != 0)
                authority_file_release(out);
        }
        if (lock >= 0)
            close(lock);
    }
    close(directory);
    return error;
}
