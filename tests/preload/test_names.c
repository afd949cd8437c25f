/*
 * test_names.c - how DynamoDB's names resolve, by every call; that other names are libc's business;
 * DDBMOCK_HOSTS.
 */
#include "tests/preload/check.h"

#include <arpa/nameser.h>
#include <resolv.h>

static bool is_ours(struct in_addr address)
{
    return (ntohl(address.s_addr) & 0xffc00000u) == 0x7f400000u;
}

static bool is_mapped(const struct in6_addr *address)
{
    struct in_addr v4;
    memcpy(&v4, address->s6_addr + 12, 4);
    return IN6_IS_ADDR_V4MAPPED(address) && is_ours(v4);
}

static void every_name_its_own_address(void)
{
    struct sockaddr_in a = resolve(HOST), b = resolve("dynamodb.eu-west-1.amazonaws.com");
    struct sockaddr_in again = resolve("DynamoDB.US-east-1.amazonaws.com.");
    CHECK(is_ours(a.sin_addr) && is_ours(b.sin_addr) && a.sin_addr.s_addr != b.sin_addr.s_addr);
    CHECK(a.sin_addr.s_addr == again.sin_addr.s_addr && a.sin_port == htons(80));
}

static void the_connection_knows_its_name(void)
{
    static const char *const names[] = { HOST, "streams.dynamodb.us-west-2.amazonaws.com",
                                         "123456789012.ddb.eu-central-1.amazonaws.com" };
    for (int i = 0; i < 3; i++) {
        struct sockaddr_in address = resolve(names[i]);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
        CHECK(strcmp(get(fd, "/host"), names[i]) == 0);
    }
}

static struct addrinfo *look_up(int family, int flags, const char *service)
{
    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags },
                    *found = NULL;
    errno = 77;
    CHECK(getaddrinfo(HOST, service, &hints, &found) == 0 && found != NULL);
    return found;
}

static void unspecified_family(void)
{
    struct addrinfo *found = look_up(AF_UNSPEC, AI_ADDRCONFIG, "https");
    CHECK(found->ai_family == AF_INET && found->ai_next == NULL &&
          found->ai_socktype == SOCK_STREAM);
    CHECK(((struct sockaddr_in *)found->ai_addr)->sin_port == htons(443));
    freeaddrinfo(found);
}

static void ipv6(void)
{
    static const int flags[] = { 0, AI_V4MAPPED, AI_V4MAPPED | AI_ADDRCONFIG,
                                 AI_V4MAPPED | AI_ALL };
    for (int i = 0; i < 4; i++) {
        struct addrinfo *found = look_up(AF_INET6, flags[i], "80");
        CHECK(found->ai_family == AF_INET6 &&
              is_mapped(&((struct sockaddr_in6 *)found->ai_addr)->sin6_addr));
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        CHECK(connect(fd, found->ai_addr, found->ai_addrlen) == 0);
        CHECK(strcmp(get(fd, "/host"), HOST) == 0);
        freeaddrinfo(found);
        close(fd);
    }
}

/* As curl -6 asks: for any family, to look for IPv6 in the answer. */
static void dual_stack(void)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME }, *found = NULL;
    CHECK(getaddrinfo("dynamodb.us-east-1.api.aws", "443", &hints, &found) == 0);
    CHECK(found->ai_family == AF_INET &&
          strcmp(found->ai_canonname, "dynamodb.us-east-1.api.aws") == 0);
    CHECK(found->ai_next != NULL && found->ai_next->ai_family == AF_INET6);
    CHECK(found->ai_next->ai_next == NULL);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(connect(fd, found->ai_next->ai_addr, found->ai_next->ai_addrlen) == 0);
    CHECK(strcmp(get(fd, "/host"), "dynamodb.us-east-1.api.aws") == 0);
    freeaddrinfo(found);
}

static void canonical_name(void)
{
    struct addrinfo *found = look_up(AF_UNSPEC, AI_CANONNAME, "80");
    CHECK(strcmp(found->ai_canonname, HOST) == 0);
    freeaddrinfo(found);
}

static void numeric_flag(void)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *found = NULL;
    CHECK(getaddrinfo(HOST, "80", &hints, &found) == EAI_NONAME);
}

static void by_gethostbyname(void)
{
    char buffer[1024];
    struct hostent entry, *found = gethostbyname(HOST);
    int error;
    CHECK(found != NULL && strcmp(found->h_name, HOST) == 0 && found->h_addrtype == AF_INET);
    CHECK(is_ours(*(struct in_addr *)found->h_addr_list[0]) && found->h_addr_list[1] == NULL);
    found = gethostbyname2(HOST, AF_INET6);
    CHECK(found != NULL && found->h_length == 16 &&
          is_mapped((struct in6_addr *)found->h_addr_list[0]));
    CHECK(gethostbyname_r(HOST, &entry, buffer, sizeof buffer, &found, &error) == 0 &&
          found == &entry);
    CHECK(strcmp(entry.h_name, HOST) == 0 && is_ours(*(struct in_addr *)entry.h_addr_list[0]));
    CHECK(gethostbyname2_r(HOST, AF_INET, &entry, buffer, sizeof buffer, &found, &error) == 0 &&
          found == &entry);
    CHECK(gethostbyname_r(HOST, &entry, buffer, 8, &found, &error) == ERANGE);
}

static void backwards(void)
{
    char host[256], service[32], buffer[1024];
    struct sockaddr_in address = resolve(HOST);
    struct hostent entry, *found;
    int error;
    CHECK(getnameinfo((struct sockaddr *)&address, sizeof address, host, sizeof host, service,
                      sizeof service, NI_NUMERICSERV) == 0);
    CHECK(strcmp(host, HOST) == 0 && strcmp(service, "80") == 0);
    CHECK(getnameinfo((struct sockaddr *)&address, sizeof address, host, 5, NULL, 0, 0) ==
          EAI_OVERFLOW);
    CHECK(getnameinfo((struct sockaddr *)&address, sizeof address, host, sizeof host, NULL, 0,
                      NI_NUMERICHOST) == 0);
    CHECK(strncmp(host, "127.", 4) == 0);
    found = gethostbyaddr(&address.sin_addr, 4, AF_INET);
    CHECK(found != NULL && strcmp(found->h_name, HOST) == 0);
    CHECK(gethostbyaddr_r(&address.sin_addr, 4, AF_INET, &entry, buffer, sizeof buffer, &found,
                          &error) == 0);
    CHECK(strcmp(found->h_name, HOST) == 0);
}

static void raw_queries(void)
{
    unsigned char answer[512];
    CHECK(res_query(HOST, ns_c_in, ns_t_a, answer, sizeof answer) == -1 &&
          h_errno == HOST_NOT_FOUND);
    CHECK(res_search(HOST, ns_c_in, ns_t_aaaa, answer, sizeof answer) == -1 &&
          h_errno == HOST_NOT_FOUND);
    CHECK(res_querydomain("dynamodb.us-east-1", "amazonaws.com", ns_c_in, ns_t_a, answer,
                          sizeof answer) == -1);
    CHECK(h_errno == HOST_NOT_FOUND);
}

static void asynchronously(void)
{
    if (getenv("CHECK_SANITIZED") != NULL)
        return; /* ThreadSanitizer does not know the threads that libc starts for this */
    struct addrinfo hints = { .ai_family = AF_INET };
    struct gaicb request = { .ar_name = HOST, .ar_service = "80", .ar_request = &hints },
                 *list[] = { &request };
    CHECK(getaddrinfo_a(GAI_WAIT, list, 1, NULL) == 0 && gai_error(&request) == 0);
    CHECK(is_ours(((struct sockaddr_in *)request.ar_result->ai_addr)->sin_addr));
}

static void other_names(void)
{
    struct sockaddr_in address = resolve("localhost");
    CHECK(address.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
    address = resolve("192.0.2.7");
    CHECK(address.sin_addr.s_addr == inet_addr("192.0.2.7"));
    address = resolve("127.64.0.1");
    CHECK(address.sin_addr.s_addr == inet_addr("127.64.0.1"));
    /* An address of ours that stands for no name is this machine's. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == -1 && errno == ECONNREFUSED);
}

/* c-ares connects datagram sockets to sort addresses: that must neither fail nor become a
 * connection. */
static void datagrams(void)
{
    struct sockaddr_in address = resolve(HOST), own;
    socklen_t length = sizeof own;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&own, &length) == 0 &&
          ntohl(own.sin_addr.s_addr) >> 24 == 127);
}

/* c-ares reads this file itself, by fopen, before it asks a name server. */
static void resolvers_of_their_own(void)
{
    char line[256], text[64], name[200], byte[4096];
    struct sockaddr_in address = resolve(HOST);
    bool found = false, local = false;
    FILE *hosts = fopen("/etc/hosts", "r");
    CHECK(hosts != NULL);
    while (fgets(line, sizeof line, hosts) != NULL) {
        local = local || strstr(line, "localhost") != NULL;
        if (sscanf(line, "%63s %199s", text, name) == 2 && strcmp(name, HOST) == 0)
            found = address.sin_addr.s_addr == inet_addr(text);
    }
    CHECK(found && local && fclose(hosts) == 0);
    int fd = open("/etc/hosts", O_RDONLY), status;
    ssize_t size = read(fd, byte, sizeof byte);
    CHECK(size > 0 && memmem(byte, (size_t)size, "dynamodb", 8) == NULL);
    CHECK(strstr(run("cat /etc/hosts", &status), "dynamodb") == NULL && status == 0);
}

static int connect_to(const char *ip, int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = inet_addr(ip) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void added_by_address(void)
{
    int fd = connect_to("127.0.0.1", 8000);
    CHECK(fd >= 0 && strcmp(get(fd, "/host"), "localhost") == 0);
    fd = connect_to("10.1.2.3", 9000);
    CHECK(fd >= 0 && strcmp(get(fd, "/host"), "10.1.2.3") == 0);
    CHECK(connect_to("127.0.0.1", 1) == -1 && errno == ECONNREFUSED);
    struct sockaddr_in6 six = { .sin6_family = AF_INET6,
                                .sin6_port = htons(8000),
                                .sin6_addr = in6addr_loopback };
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&six, sizeof six) == 0 &&
          strcmp(get(fd, "/"), "hello") == 0);
}

static void added_by_name(void)
{
    struct sockaddr_in address = resolve("db.tests.internal");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(is_ours(address.sin_addr));
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(strcmp(get(fd, "/host"), "db.tests.internal") == 0);
    address = resolve("mock.internal");
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == -1 && errno == ECONNREFUSED);
    address.sin_port = htons(4000);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
}

static void wrong_hosts(void)
{
    /* This says so; its lines are read by the next test. */
    CHECK(connect_to("127.0.0.1", 8001) >= 0);
}

static void wrong_hosts_are_told(void)
{
    char line[2000] = "";
    int ends[2];
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        execl("/proc/self/exe", "test_names", getenv("CHECK_BUILD"), "wrong_hosts", NULL);
        _exit(9);
    }
    close(ends[1]);
    for (size_t at = 0;;) {
        ssize_t got = read(ends[0], line + at, sizeof line - 1 - at);
        if (got <= 0)
            break;
        at += (size_t)got;
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(
        strcmp(line,
               "ddbmock: DDBMOCK_HOSTS: 'localhost' is left out: an address or localhost needs a "
               "port, as in localhost:8000\n"
               "ddbmock: DDBMOCK_HOSTS: 'a:99999' is left out: a port is a number from 1 to 65535\n"
               "ddbmock: DDBMOCK_HOSTS: 'b/c' is left out: a host name has letters, digits, '-', "
               "'.', '_', and '*' for anything\n") == 0);
}

static const struct test tests[] = {
    TEST(every_name_its_own_address),
    TEST(the_connection_knows_its_name),
    TEST(unspecified_family),
    TEST(ipv6),
    TEST(dual_stack),
    TEST(canonical_name),
    TEST(numeric_flag),
    TEST(by_gethostbyname),
    TEST(backwards),
    TEST(raw_queries),
    TEST(asynchronously),
    TEST(other_names),
    TEST(datagrams),
    TEST(resolvers_of_their_own),
    TEST(added_by_address, { "DDBMOCK_HOSTS=localhost:8000, 10.1.2.3:9000" }),
    TEST(added_by_name, { "DDBMOCK_HOSTS=*.tests.internal mock.internal:4000" }),
    TEST(wrong_hosts, { "DDBMOCK_HOSTS=localhost,127.0.0.1:8001" }),
    TEST(wrong_hosts_are_told, { "DDBMOCK_HOSTS=localhost,127.0.0.1:8001,a:99999,b/c" }),
};

MAIN(tests)
