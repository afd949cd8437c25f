/*
 * test_trust.c - files of authorities are shown with ours added, to programs that can connect, and
 * to nobody else; on disk nothing changes.
 */
#include "tests/preload/check.h"

/* The program imports connect and getaddrinfo, as any that can reach a network. */
__attribute__((used)) static int (*const imported)(void) = open_connection;

static char path[PATH_MAX];

/* Makes a file below the home directory. */
static const char *make(const char *name, const char *text)
{
    char directory[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", getenv("HOME"), name);
    for (char *slash = path + strlen(getenv("HOME")) + 1; (slash = strchr(slash, '/')) != NULL;
         slash++) {
        snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
        mkdir(directory, 0700);
    }
    if (text == NULL)
        return path;
    FILE *out = fopen(path, "w");
    CHECK(out != NULL);
    fputs(text, out);
    fclose(out);
    return path;
}

static const char *content(int fd)
{
    static char text[4096];
    ssize_t size = read(fd, text, sizeof text - 1);
    CHECK(size >= 0);
    text[size] = '\0';
    close(fd);
    return text;
}

static const char both[] = "theirs\nFAKE AUTHORITY\n";

static void by_every_call(void)
{
    const char *file = make("certifi/cacert.pem", "theirs\n");
    char text[100] = "";
    CHECK(strcmp(content(open(file, O_RDONLY)), both) == 0);
    CHECK(strcmp(content(open64(file, O_RDONLY | O_CLOEXEC)), both) == 0);
    CHECK(strcmp(content(openat(AT_FDCWD, file, O_RDONLY)), both) == 0);
    CHECK(strcmp(content(openat64(AT_FDCWD, file, O_RDONLY)), both) == 0);
    FILE *in = fopen(file, "r");
    CHECK(fread(text, 1, 99, in) == sizeof both - 1 && strcmp(text, both) == 0 && fclose(in) == 0);
    in = fopen64(file, "rbe");
    CHECK(fcntl(fileno(in), F_GETFD) & FD_CLOEXEC);
    CHECK(fread(text, 1, 99, in) == sizeof both - 1 && fclose(in) == 0);
    int directory = open(getenv("HOME"), O_RDONLY | O_DIRECTORY);
    CHECK(strcmp(content(openat(directory, "certifi/cacert.pem", O_RDONLY)), both) == 0);
}

static void as_a_file_is(void)
{
    const char *file = make("certifi/cacert.pem", "theirs\n");
    struct stat status;
    int lowest = dup(0);
    close(lowest);
    errno = 77;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    CHECK(errno == 77 && fd == lowest && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    CHECK(fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == sizeof both - 1);
    CHECK(lseek(fd, 0, SEEK_CUR) == 0);
    fd = open(file, O_RDONLY);
    CHECK(!(fcntl(fd, F_GETFD) & FD_CLOEXEC));
}

static void well_known_names(void)
{
    static const char *const names[] = {
        "etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt",
        "lib/botocore/cacert.pem",           "pip/_vendor/certifi/cacert.pem",
        "lib/boto/cacerts/cacerts.txt",      "jvm/lib/security/cacerts",
        "etc/ssl/certs/java/cacerts",        "usr/lib/ssl/cert.pem",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK(strcmp(content(open(make(names[i], "theirs\n"), O_RDONLY)), both) == 0);
    CHECK(strcmp(content(open(make("my/cert.pem", "theirs\n"), O_RDONLY)), "theirs\n") == 0);
    CHECK(strcmp(content(open(make("cacerts", "theirs\n"), O_RDONLY)), "theirs\n") == 0);
}

static void missing_files(void)
{
    CHECK(strcmp(content(open(make("usr/lib/ssl/cert.pem", NULL), O_RDONLY)), "FAKE AUTHORITY\n") ==
          0);
    CHECK(open(make("certifi/cacert.pem", NULL), O_RDONLY) == -1 && errno == ENOENT);
    CHECK(fopen(make("nowhere/cert.pem", NULL), "r") == NULL && errno == ENOENT);
}

static void writing(void)
{
    const char *file = make("certifi/cacert.pem", "theirs\n");
    int fd = open(file, O_WRONLY | O_APPEND);
    CHECK(write(fd, "more\n", 5) == 5 && close(fd) == 0);
    fd = open(file, O_RDWR);
    CHECK(strcmp(content(fd), "theirs\nmore\n") == 0);
    FILE *out = fopen(file, "r+");
    CHECK(fputs("THEIRS", out) >= 0 && fclose(out) == 0);
    CHECK(strcmp(content(open(file, O_RDONLY)), "THEIRS\nmore\nFAKE AUTHORITY\n") == 0);
}

static void named_by_the_environment(void)
{
    CHECK(strcmp(content(open("/proc/version", O_RDONLY)), both) != 0);
    setenv("AWS_CA_BUNDLE", make("mine.pem", "theirs\n"), 1);
    CHECK(strcmp(content(open(path, O_RDONLY)), both) == 0);
    CHECK(strcmp(content(open(make("other.pem", "theirs\n"), O_RDONLY)), "theirs\n") == 0);
}

static void named_from_the_start(void)
{
    char text[100] = "";
    int fd = open("/etc/hostname", O_RDONLY);
    ssize_t size = read(fd, text, 99);
    CHECK(size >= 15 && strcmp(text + size - 15, "FAKE AUTHORITY\n") == 0);
}

/* --- the authority that the session has already --- */

static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\nMIIBWzCCAQ==\n-----END CERTIFICATE-----\n";

static bool engine_is_loaded(void)
{
    char line[1024];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        found = found || strstr(line, "libddbmock-engine") != NULL;
    fclose(maps);
    return found;
}

static void helper_known(void)
{
    char expected[200];
    snprintf(expected, sizeof expected, "theirs\n%s", certificate);
    for (int i = 0; i < 2; i++)
        CHECK(strcmp(content(open(make("certifi/cacert.pem", i == 0 ? "theirs" : "theirs\n"),
                                  O_RDONLY)),
                     expected) == 0);
    /* Once is enough. */
    CHECK(strcmp(content(open(make("certifi/cacert.pem", expected), O_RDONLY)), expected) == 0);
    CHECK(strcmp(content(open(make("ssl/cert.pem", NULL), O_RDONLY)), certificate) == 0);
    CHECK(!engine_is_loaded());
    /* A store of another kind is the engine's. */
    content(open(make("security/cacerts", "\xfe\xed\xfe\xed"), O_RDONLY));
    CHECK(engine_is_loaded());
}

static void helper_not_taken(void)
{
    CHECK(strcmp(content(open(make("certifi/cacert.pem", "theirs\n"), O_RDONLY)), both) == 0);
    CHECK(engine_is_loaded());
}

static void check_helper(const char *name)
{
    char command[2 * PATH_MAX];
    int status;
    snprintf(command, sizeof command, "DDBMOCK_SESSION=$HOME/session exec /proc/%d/exe %s %s",
             getpid(), getenv("CHECK_BUILD"), name);
    const char *output = run(command, &status);
    if (status != 0)
        fprintf(stderr, "%s\n", output);
    CHECK(status == 0);
}

static void known_to_the_session(void)
{
    check_helper("helper_not_taken");
    CHECK(chmod(make("session/authority.pem", certificate), 0644) == 0);
    check_helper("helper_not_taken"); /* others could read it, so others may have made it */
    CHECK(chmod(path, 0600) == 0);
    check_helper("helper_known");
    CHECK(truncate(make("session/authority.pem", certificate), sizeof certificate - 5) == 0);
    check_helper("helper_not_taken");
}

static void for_nobody_else(void)
{
    int status;
    make("certifi/cacert.pem", "theirs\n");
    CHECK(strcmp(run("cat $HOME/certifi/cacert.pem", &status), "theirs\n") == 0);
    CHECK(strcmp(run("cp $HOME/certifi/cacert.pem $HOME/copy && cat $HOME/copy", &status),
                 "theirs\n") == 0);
    CHECK(strcmp(run("wc -c <$HOME/certifi/cacert.pem", &status), "7\n") == 0);
    CHECK(strncmp(run("sha256sum $HOME/certifi/cacert.pem", &status), "ed9c86a6", 8) == 0);
    CHECK(strcmp(run("cat $HOME/usr/lib/ssl/cert.pem 2>/dev/null || echo none", &status),
                 "none\n") == 0);
}

/* A program that only opens such a file hears nothing of it. */
static void without_an_engine(void)
{
    int saved = dup(2), ends[2];
    char line[10];
    CHECK(pipe2(ends, O_NONBLOCK) == 0 && dup2(ends[1], 2) == 2);
    CHECK(strcmp(content(open(make("certifi/cacert.pem", "theirs\n"), O_RDONLY)), "theirs\n") == 0);
    CHECK(dup2(saved, 2) == 2 && read(ends[0], line, sizeof line) == -1 && errno == EAGAIN);
}

/* A directory of authorities by the hashes of their names, as OpenSSL looks into it: first for whether the file is there. */
static void hashed_directory(void)
{
    const char *file = make("certs/0a1b2c3d.0", NULL);
    struct stat status;
    struct stat64 status64;
    errno = 77;
    CHECK(stat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 15);
    CHECK(stat64(file, &status64) == 0 && status64.st_size == 15 && errno == 77);
    CHECK(lstat(file, &status) == 0 && lstat64(file, &status64) == 0 && status.st_size == 15);
    CHECK(strcmp(content(open(file, O_RDONLY)), "FAKE AUTHORITY\n") == 0);
    FILE *in = fopen(file, "r");
    CHECK(in != NULL && fclose(in) == 0);
    static const char *const others[] = { "certs/0a1b2c3d.1", "certs/0a1b2c3e.0",
                                          "certs/a1b2c3d.0",  "certs/00a1b2c3d.0",
                                          "certs/0A1B2C3D.0", "0a1b2c3d" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK(stat(make(others[i], NULL), &status) == -1 && errno == ENOENT);
        CHECK(open(make(others[i], NULL), O_RDONLY) == -1 && errno == ENOENT);
    }
    /* Somebody else's stays as it is. */
    file = make("certs/0a1b2c3d.0", "theirs\n");
    CHECK(stat(file, &status) == 0 && status.st_size == 7);
    CHECK(strcmp(content(open(file, O_RDONLY)), "theirs\n") == 0);
}

static const struct test tests[] = {
    TEST(by_every_call),
    TEST(as_a_file_is),
    TEST(well_known_names),
    TEST(missing_files),
    TEST(hashed_directory),
    TEST(writing),
    TEST(named_by_the_environment),
    TEST(named_from_the_start, { "SSL_CERT_FILE=/etc/hostname" }),
    TEST(helper_known),
    TEST(helper_not_taken),
    TEST(known_to_the_session),
    TEST(for_nobody_else),
    TEST(without_an_engine, { 0 }, true),
};

MAIN(tests)
