/*
 * doctor.c - `ddbmock doctor`: whether and how a program will be intercepted, before it runs; told from its file.
 */
#include "preload/command/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/command/binary.h"

const char usage_doctor[] =
    "usage: ddbmock doctor PROGRAM...\n"
    "\n"
    "Says of each PROGRAM, without running it, whether its calls can be intercepted, how it is to be run, and\n"
    "what it takes the trust in certificates from.\n"
    "\n"
    "  -h, --help  show this\n"
    "\n"
    "The exit status is 0 when LD_PRELOAD is enough for all of them, 1 when one needs `ddbmock run`, 2 when one\n"
    "can only be given a server's address (ddbmock serve), 127 when one cannot be found.\n";

enum verdict { BY_PRELOAD, BY_RUN, BY_SERVER };

/* What a program that is known by its name or its libraries trusts; the rows are looked at in turn. */
static const struct {
    const char *name,
        *library; /* the name that a program's begins with, or a library's; NULL: any */
    const char *trust;
} trusts[] = {
    { "java", NULL, "the JVM's own TLS; its trust store (cacerts) is read through the shim" },
    { "node", NULL,
      "Node's own OpenSSL and built-in certificates; the shim adds ours to its store" },
    { "python", NULL, "OpenSSL, or certifi's bundle of botocore; both are read through the shim" },
    { NULL, "libssl.so",
      "OpenSSL; the bundle or directory of certificates is read through the shim" },
    { NULL, "libgnutls.so", "GnuTLS; the bundle of certificates is read through the shim" },
    { NULL, "libcurl-gnutls.so", "GnuTLS, by libcurl; the bundle is read through the shim" },
    { NULL, "libcurl.so", "OpenSSL, by libcurl; the bundle is read through the shim" },
    { NULL, "libnss3.so",
      "NSS; a bundle that is read from a file has our authority, NSS's own database has not" },
};

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static const char *trust_of(const struct binary *binary)
{
    for (size_t i = 0; i < sizeof trusts / sizeof *trusts; i++)
        if (trusts[i].name != NULL
                ? strncmp(base(binary->path), trusts[i].name, strlen(trusts[i].name)) == 0
                : binary_needs(binary, trusts[i].library))
            return trusts[i].trust;
    return "no library of TLS that is linked; what it loads while it runs reads files of certificates "
           "through the shim";
}

static enum verdict examine(const char *name, const struct binary *binary)
{
    enum verdict verdict = BY_PRELOAD;
    printf("%s\n", name);
    if (binary->script[0] != '\0')
        printf("  is        a script, %s, that %s runs\n", binary->script, binary->path);
    else if (strcmp(name, binary->path) != 0)
        printf("  is        %s\n", binary->path);

    if (!binary->native)
        printf("  kind      of another word size or processor than the shim\n");
    else
        printf("  kind      %s%s%s\n", binary->go ? "Go, " : "",
               binary->dynamic ? "dynamically linked" : "statically linked",
               binary->musl ? ", with musl" : "");
    if (binary->privileged)
        printf(
            "  rights    setuid, setgid or capabilities: the dynamic linker takes no LD_PRELOAD\n");

    if (binary_can_preload(binary)) {
        printf("  verdict   its calls are intercepted: LD_PRELOAD=libddbmock.so, or ddbmock run\n");
        printf("  trust     %s\n", trust_of(binary));
    } else if (!binary->native || binary->privileged) {
        verdict = BY_SERVER;
        printf(
            "  verdict   it cannot be intercepted, and would reach the real AWS: give it the address of "
            "`ddbmock serve`\n");
    } else {
        verdict = BY_RUN;
        printf("  verdict   its system calls are its own; run it by: ddbmock run -- %s\n", name);
        printf("  trust     %s\n", binary->go ? "Go's, of SSL_CERT_FILE, which ddbmock run sets"
                                              : "its own; ddbmock run sets SSL_CERT_FILE and the "
                                                "endpoint, which needs none");
    }
    return verdict;
}

int doctor(int argc, char **argv)
{
    static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
    int worst = BY_PRELOAD;
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "+h", options, NULL)) != -1;) {
        if (option != 'h') {
            fputs("Try 'ddbmock help doctor'.\n", stderr);
            return FAILED;
        }
        fputs(usage_doctor, stdout);
        return 0;
    }
    if (optind == argc) {
        fputs("ddbmock doctor: no program is given. Try 'ddbmock help doctor'.\n", stderr);
        return FAILED;
    }
    for (int i = optind; i < argc; i++) {
        struct binary binary;
        int error = binary_inspect(argv[i], &binary);
        if (error == 0 && binary.is_elf) {
            int verdict = (int)examine(argv[i], &binary);
            worst = verdict > worst ? verdict : worst;
        } else {
            fprintf(stderr, "ddbmock doctor: %s: %s\n", argv[i],
                    error == -ENOENT    ? "no such program"
                    : error == -ENOEXEC ? "neither a program nor a script"
                                        : strerror(-error));
            worst = NOT_FOUND;
        }
    }
    return worst;
}
