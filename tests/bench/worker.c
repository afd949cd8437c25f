/*
 * worker.c - the measured program of tests/bench/run and tests/bench/state: an HTTP client in C that does as it is told on standard input, one
 * command a line, and answers with one line. It knows nothing of ddbmock; the harness runs it with and without the shim.
 *
 *     worker http|https [CORE [ADDRESS PORT]]
 *                              get N, put N: N requests, the nanoseconds of each; sizes: bytes out and back of get and put;
 *                              fill COUNT: a second table grows to that many items, us; pick GetItem|PutItem|Query N: requests
 *                              of random items of it, a Query's being a page of 100, the nanoseconds of each. It runs on that
 *                              core (0; -1: any), and asks at that address where it is not to be DynamoDB's name
 *     worker echo OUT BACK CORE   echo N: N round trips of OUT and BACK bytes with a process on that core
 *     worker pair              pair N: the nanoseconds that N sends and receives over one TCP loopback connection take,
 *                              both ends in this thread
 *
 *     worker trust             a pair, and a TLS client's trust store in memory
 *
 * In each of them: rss, the resident kilobytes. Errors end it with a line on stderr.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define HOST "dynamodb.us-east-1.amazonaws.com"

static const char key[] = "{\"Id\":{\"S\":\"item-000017\"}}";
/* 280 bytes as the service counts: names and values. */
static const char item[] =
    "{\"Id\":{\"S\":\"item-000017\"},\"Owner\":{\"S\":\"ada@example.com\"},\"Count\":{\"N\":\"1742\"},"
    "\"Tags\":{\"SS\":[\"blue\",\"green\"]},\"Open\":{\"BOOL\":true},\"Body\":{\"S\":\""
    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
    "012\"}}";

static int connection = -1;
static SSL *tls; /* NULL: plain */

static char answer[1 << 20];

static void pin(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        warn("core %d", core);
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void no_delay(int fd)
{
    int one = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
        err(1, "TCP_NODELAY");
}

static SSL_CTX *trust(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_set_default_verify_paths(context) != 1)
        errx(1, "no trust store");
    return context;
}

static const char *service_address, *service_port;

static void connect_to_service(bool secure, const char *address, const char *port)
{
    service_address = address;
    service_port = port;
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
    int failure = getaddrinfo(address, port, &hints, &found);
    if (failure != 0)
        errx(1, "%s: %s", address, gai_strerror(failure));
    connection = socket(found->ai_family, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, found->ai_addr, found->ai_addrlen) != 0)
        err(1, "connect");
    freeaddrinfo(found);
    no_delay(connection);
    if (!secure)
        return;
    SSL_CTX *context = trust();
    tls = SSL_new(context);
    if (SSL_set_tlsext_host_name(tls, HOST) != 1 || SSL_set1_host(tls, HOST) != 1 ||
        SSL_set_fd(tls, connection) != 1 || SSL_connect(tls) != 1)
        errx(1, "the TLS handshake failed: %ld", SSL_get_verify_result(tls));
}

/* A server may have closed a connection that nothing was sent on for a while. */
static void stay_connected(void)
{
    char byte;
    if (service_address && !tls && recv(connection, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
        close(connection);
        connect_to_service(false, service_address, service_port);
    }
}

static void put_bytes(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n =
            tls ? SSL_write(tls, bytes, (int)size) : send(connection, bytes, size, MSG_NOSIGNAL);
        if (n <= 0)
            err(1, "send");
        bytes += n;
        size -= (size_t)n;
    }
}

static size_t get_bytes(char *bytes, size_t size)
{
    ssize_t n = tls ? SSL_read(tls, bytes, (int)size) : recv(connection, bytes, size, 0);
    if (n <= 0)
        errx(1, "the connection ended");
    return (size_t)n;
}

/* The size of the response that begins with these `have` bytes of `answer`; 0: its head does not end there. */
static size_t size_of_response(size_t have)
{
    answer[have] = '\0';
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = end ? strcasestr(answer, "\r\ncontent-length:") : NULL;
    if (end && !length)
        errx(1, "a response without a length");
    return length ? (size_t)(end + 4 - answer) + strtoul(length + 17, NULL, 10) : 0;
}

/* Reads one response, of which `have` bytes are there, to its last byte; its size. `answer` holds it, NUL-terminated. */
static size_t get_rest(size_t have)
{
    size_t whole = have > 0 ? size_of_response(have) : 0;
    while (whole == 0 || have < whole) {
        have += get_bytes(answer + have, sizeof(answer) - 1 - have);
        if (whole == 0)
            whole = size_of_response(have);
    }
    answer[have] = '\0';
    return whole;
}

static size_t get_response(void)
{
    return get_rest(0);
}

/* A request as an SDK sends it, in full. */
static size_t form(char *out, size_t size, const char *operation, const char *body)
{
    int n = snprintf(
        out, size,
        "POST / HTTP/1.1\r\nHost: " HOST "\r\nX-Amz-Target: DynamoDB_20120810.%s\r\n"
        "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Date: 20261122T120000Z\r\n"
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/dynamodb/"
        "aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        operation, strlen(body), body);
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static bool call(const char *operation, const char *body)
{
    static char request[1 << 15];
    put_bytes(request, form(request, sizeof(request), operation, body));
    get_response();
    return strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

static char get_request[4096], put_request[4096];
static size_t get_size, put_size;

/* Unless another worker has made it. */
static void create(const char *body, const char *name)
{
    char describe[64];
    if (!call("CreateTable", body) && !strstr(answer, "ResourceInUse"))
        errx(1, "CreateTable: %s", answer);
    snprintf(describe, sizeof(describe), "{\"TableName\":\"%s\"}", name);
    while (!call("DescribeTable", describe) || !strstr(answer, "\"ACTIVE\""))
        usleep(100000);
}

/* A table of 100 items. */
static void prepare(void)
{
    create("{\"TableName\":\"Bench\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":"
           "[{\"AttributeName\":\"Id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
           "[{\"AttributeName\":\"Id\",\"AttributeType\":\"S\"}]}",
           "Bench");
    char body[2048];
    for (int i = 0; i < 100; i++) {
        snprintf(body, sizeof(body), "{\"TableName\":\"Bench\",\"Item\":%s}", item);
        char *number = strstr(body, "000017");
        char digits[7];
        snprintf(digits, sizeof(digits), "%06d", i % 1000000);
        memcpy(number, digits, 6);
        if (!call("PutItem", body))
            errx(1, "PutItem: %s", answer);
    }
    snprintf(body, sizeof(body), "{\"TableName\":\"Bench\",\"Item\":%s}", item);
    put_size = form(put_request, sizeof(put_request), "PutItem", body);
    snprintf(body, sizeof(body), "{\"TableName\":\"Bench\",\"Key\":%s}", key);
    get_size = form(get_request, sizeof(get_request), "GetItem", body);
    put_bytes(get_request, get_size);
    get_response();
    if (!strstr(answer, "ada@example.com"))
        errx(1, "GetItem: %s", answer);
}

/*
 * The clock sees the same reads as the echo's: nearly every answer to a request is as long as the first, which is not timed. A
 * server whose attributes have no order has another checksum each time, and so a byte or two more or less.
 */
static void measure(const char *request, size_t size, int count)
{
    put_bytes(request, size);
    size_t whole = get_response();
    for (int i = 0; i < count; i++) {
        size_t have = 0;
        long long began = now();
        put_bytes(request, size);
        do
            have += get_bytes(answer + have, sizeof(answer) - 1 - have);
        while (have < whole && size_of_response(have) != have);
        printf("%lld ", now() - began);
        get_rest(have);
        if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
            errx(1, "%s", answer);
    }
    puts("");
}

static unsigned filled; /* items in the second table: 100 to a partition */

/* Item `number` of the second table, of about 280 bytes; or its key. */
static int large_item(char *out, size_t size, unsigned number, bool whole)
{
    int n = snprintf(out, size, "{\"Group\":{\"S\":\"group-%08u\"},\"Number\":{\"N\":\"%u\"}",
                     number / 100, number % 100);
    return n + snprintf(out + n, size - (size_t)n, whole ? ",%s" : "}", strstr(item, "\"Owner\""));
}

static void fill(unsigned count)
{
    static char body[1 << 14];
    long long began = now();
    create("{\"TableName\":\"Large\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":"
           "[{\"AttributeName\":\"Group\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"Number\","
           "\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"Group\","
           "\"AttributeType\":\"S\"},{\"AttributeName\":\"Number\",\"AttributeType\":\"N\"}]}",
           "Large");
    while (filled < count) {
        int n = snprintf(body, sizeof(body), "{\"RequestItems\":{\"Large\":[");
        for (int i = 0; i < 25 && filled < count; i++, filled++) {
            n += snprintf(body + n, sizeof(body) - (size_t)n,
                          "%s{\"PutRequest\":{\"Item\":", i > 0 ? "," : "");
            n += large_item(body + n, sizeof(body) - (size_t)n, filled, true);
            n += snprintf(body + n, sizeof(body) - (size_t)n, "}}");
        }
        snprintf(body + n, sizeof(body) - (size_t)n, "]}}");
        if (!call("BatchWriteItem", body) || !strstr(answer, "\"UnprocessedItems\":{}"))
            errx(1, "BatchWriteItem: %s", answer);
    }
    printf("%lld\n", (now() - began) / 1000);
}

static void pick(const char *operation, int count)
{
    static char request[1 << 13], body[1 << 12];
    for (int i = 0; i < count; i++) {
        unsigned number = (unsigned)random() % filled;
        int n = snprintf(body, sizeof(body), "{\"TableName\":\"Large\",");
        if (operation[0] == 'Q') {
            n += snprintf(body + n, sizeof(body) - (size_t)n,
                          "\"KeyConditionExpression\":\"#g = :g\",\"ExpressionAttributeNames\":"
                          "{\"#g\":\"Group\"},\"ExpressionAttributeValues\":{\":g\":{\"S\":"
                          "\"group-%08u\"}}",
                          number / 100);
        } else {
            n += snprintf(body + n, sizeof(body) - (size_t)n,
                          operation[0] == 'P' ? "\"Item\":" : "\"Key\":");
            n += large_item(body + n, sizeof(body) - (size_t)n, number, operation[0] == 'P');
        }
        snprintf(body + n, sizeof(body) - (size_t)n, "}");
        size_t size = form(request, sizeof(request), operation, body);
        long long began = now();
        put_bytes(request, size);
        get_response();
        printf("%lld ", now() - began);
        if (strncmp(answer, "HTTP/1.1 200", 12) != 0 ||
            (operation[0] == 'Q' && !strstr(answer, "\"Count\":100")) ||
            (operation[0] == 'G' && !strstr(answer, "ada@example.com")))
            errx(1, "%s: %.500s", operation, answer);
    }
    puts("");
}

static void exactly(int fd, char *bytes, size_t size, bool out)
{
    while (size > 0) {
        ssize_t n = out ? send(fd, bytes, size, MSG_NOSIGNAL) : recv(fd, bytes, size, 0);
        if (n <= 0)
            exit(0);
        bytes += n;
        size -= (size_t)n;
    }
}

/* A loopback connection: `connection` is its one end, the other is returned. */
static int loopback_pair(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    connection = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || connection < 0 ||
        bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0 ||
        connect(connection, (struct sockaddr *)&address, length) != 0)
        err(1, "loopback");
    int other = accept(listener, NULL, NULL);
    if (other < 0)
        err(1, "accept");
    close(listener);
    no_delay(other);
    no_delay(connection);
    return other;
}

static void start_echo(size_t out, size_t back, int core)
{
    int other = loopback_pair();
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(core);
        close(connection);
        for (;;) {
            exactly(other, answer, out, false);
            exactly(other, answer, back, true);
        }
    }
    close(other);
}

static void echo(size_t out, size_t back, int count)
{
    for (int i = 0; i < count; i++) {
        long long began = now();
        exactly(connection, answer, out, true);
        exactly(connection, answer, back, false);
        printf("%lld ", now() - began);
    }
    puts("");
}

static void pair(int other, int count)
{
    char bytes[600] = { 0 };
    long long began = now();
    for (int i = 0; i < count; i++) {
        exactly(connection, bytes, sizeof(bytes), true);
        exactly(other, bytes, sizeof(bytes), false);
    }
    printf("%lld\n", now() - began);
}

static long resident_kilobytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        err(1, "statm");
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "";
    size_t out = 0, back = 0;
    int other = -1;
    bool client = strcmp(mode, "http") == 0 || strcmp(mode, "https") == 0;
    int core = client && count > 2 ? atoi(arguments[2]) : 0;
    if (core >= 0)
        pin(core);
    if (strcmp(mode, "echo") == 0 && count == 5) {
        out = strtoul(arguments[2], NULL, 10);
        back = strtoul(arguments[3], NULL, 10);
        if (out > sizeof(answer) || back > sizeof(answer))
            errx(2, "too large");
        start_echo(out, back, atoi(arguments[4]));
    } else if (strcmp(mode, "pair") == 0) {
        other = loopback_pair();
    } else if (strcmp(mode, "trust") == 0) {
        trust();
        other = loopback_pair();
    } else if (client) {
        bool secure = strcmp(mode, "https") == 0;
        connect_to_service(secure, count > 4 ? arguments[3] : HOST,
                           count > 4 ? arguments[4]
                           : secure  ? "443"
                                     : "80");
        srandom((unsigned)getpid());
        prepare();
    } else {
        errx(2, "what?");
    }

    char line[64], operation[16];
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    while (fgets(line, sizeof(line), stdin)) {
        int n = 0;
        stay_connected();
        if (sscanf(line, "get %d", &n) == 1 && get_size > 0)
            measure(get_request, get_size, n);
        else if (sscanf(line, "put %d", &n) == 1 && put_size > 0)
            measure(put_request, put_size, n);
        else if (sscanf(line, "fill %d", &n) == 1 && get_size > 0)
            fill((unsigned)n);
        else if (sscanf(line, "pick %15s %d", operation, &n) == 2 && filled > 0)
            pick(operation, n);
        else if (sscanf(line, "echo %d", &n) == 1 && out > 0)
            echo(out, back, n);
        else if (sscanf(line, "pair %d", &n) == 1 && other >= 0)
            pair(other, n);
        else if (strcmp(line, "rss\n") == 0)
            printf("%ld\n", resident_kilobytes());
        else if (strcmp(line, "sizes\n") == 0 && get_size > 0) {
            put_bytes(get_request, get_size);
            size_t got = get_response();
            put_bytes(put_request, put_size);
            printf("%zu %zu %zu %zu\n", get_size, got, put_size, get_response());
        } else {
            errx(2, "what is %s", line);
        }
        fflush(stdout);
    }
    return 0;
}
