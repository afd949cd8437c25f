/*
 * notify.c - see notify.h.
 *
 * A connect to one of our addresses (preload/addresses.h) is done here, on a duplicate of the program's own descriptor,
 * to the server's port: it is the same socket, and so is its state. A connect of a datagram socket to a name server goes
 * to the relay (relay.c), which answers for our names. What else there is goes on in the kernel, unless DDBMOCK_NETWORK says
 * otherwise.
 *
 * The address is read from the program's memory, where another of its threads could change it before the kernel reads it
 * again: this leads programs that mean no harm, and is no prison. What is refused is never read again.
 */
#include "preload/command/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload/addresses.h"
#include "preload/command/relay.h"
#include "preload/network.h"

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum { NAME_SERVER_PORT = 53 };

int notify_install(void)
{
#ifdef ARCHITECTURE
#define FIELD(member) offsetof(struct seccomp_data, member)
#define LOW(argument) (FIELD(args) + 8 * (argument)) /* little-endian, as both architectures are */
    struct sock_filter code[] = {
        /* Another architecture's calls (32 bits) have other numbers, and go past: ddbmock doctor
         * says of such a program that it needs a server. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        /* A ring would connect unseen. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        /* sendto with an address. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW(4)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    long fd =
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    /* Whoever may not do it as it is may do it where nobody gains rights by exec. */
    if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                     &program);
    return fd < 0 ? -errno : (int)fd;
#else
    return -ENOSYS;
#endif
}

/* The call's address, of the program's memory; 0 when it cannot be read. */
static socklen_t read_address(const struct seccomp_notif *call, unsigned argument,
                              struct sockaddr_storage *out)
{
    size_t length = (size_t)call->data.args[argument + 1];
    struct iovec here = { out, length < sizeof *out ? length : sizeof *out };
    struct iovec there = { (void *)(uintptr_t)call->data.args[argument], here.iov_len };
    memset(out, 0, sizeof *out);
    ssize_t got = process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0);
    return got == (ssize_t)here.iov_len ? (socklen_t)here.iov_len : 0;
}

/* A duplicate of the caller's descriptor, or -errno. */
static int duplicate(const struct seccomp_notif *call)
{
    /* The caller may be a thread; its process shares its descriptors. */
    char path[64], line[256];
    pid_t process = (pid_t)call->pid;
    snprintf(path, sizeof path, "/proc/%d/status", (int)call->pid);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Tgid: %d", &process) == 1)
            break;
    if (status != NULL)
        fclose(status);
    int handle = (int)syscall(SYS_pidfd_open, process, 0);
    if (handle < 0)
        return -errno;
    int fd = (int)syscall(SYS_pidfd_getfd, handle, (int)call->data.args[0], 0), error = errno;
    close(handle);
    return fd < 0 ? -error : fd;
}

/* Connects the socket to a loopback port instead. 0, or -errno. */
static int lead(int fd, int family, in_port_t port)
{
    struct sockaddr_in in = { .sin_family = AF_INET,
                              .sin_port = port,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = port };
    memcpy(in6.sin6_addr.s6_addr + 10, "\xff\xff\x7f\0\0\x01", 6);
    const struct sockaddr *to =
        family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    return connect(fd, to, family == AF_INET ? sizeof in : sizeof in6) == 0 ? 0 : -errno;
}

enum { GO_ON = 1 };

static bool is_datagram(int fd)
{
    int type = 0;
    socklen_t length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_DGRAM;
}

static in_port_t port_of(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET    ? ((const struct sockaddr_in *)address)->sin_port
           : address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                            : 0;
}

/* GO_ON: the kernel is to do it; 0 or -errno: that is its outcome. */
/* `length` is that of the whole address, or of as much as fits. */
static int decide_connect(const struct seccomp_notif *call, const struct sockaddr_storage *address,
                          socklen_t length, in_port_t server)
{
    const char *host;
    const struct sockaddr *to = (const struct sockaddr *)address;
    /* cgo's resolver is libc's, under the shim: its addresses are of another process's table. */
    bool ours = address_is_ours(to, length, &host) || address_is_synthetic(to, length);
    bool asks = ntohs(port_of(address)) == NAME_SERVER_PORT;
    if (!ours && !asks)
        return network_refuses(to, length) ? -errno : GO_ON;
    int fd = duplicate(call);
    if (fd < 0)
        return fd;
    int result = GO_ON;
    in_port_t relay;
    if (ours && server == 0)
        result = -ECONNREFUSED;
    else if (!is_datagram(fd)) /* a name server's answers over TCP would be seen by nobody */
        result = ours ? lead(fd, to->sa_family, server) : -ECONNREFUSED;
    else if (asks && (result = relay_port(to, length, &relay)) == 0)
        result = lead(fd, to->sa_family, relay);
    close(fd);
    return result;
}

/* Without a connect: only what names a destination comes here. */
static int decide_sendto(const struct seccomp_notif *call, const struct sockaddr_storage *address,
                         socklen_t length)
{
    const char *host;
    const struct sockaddr *to = (const struct sockaddr *)address;
    if (address_is_ours(to, length, &host))
        return call->data.args[3] & MSG_FASTOPEN ? -EOPNOTSUPP : GO_ON; /* then it connects */
    if (ntohs(port_of(address)) == NAME_SERVER_PORT) {
        unsigned char query[512];
        size_t size =
            (size_t)call->data.args[2] < sizeof query ? (size_t)call->data.args[2] : sizeof query;
        struct iovec here = { query, size };
        struct iovec there = { (void *)(uintptr_t)call->data.args[1], size };
        /* Who asks so takes an answer from this address alone: none is better than a wrong one. */
        if (process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0) != (ssize_t)size ||
            relay_knows(query, size))
            return -ECONNREFUSED;
    }
    return network_refuses(to, length) ? -errno : GO_ON;
}

int notify_decide(int fd, in_port_t (*server)(void *context), void *context)
{
    struct seccomp_notif call = { 0 };
    struct sockaddr_storage address;
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return -errno;
    struct seccomp_notif_resp answer = { .id = call.id };
    socklen_t length = read_address(&call, call.data.nr == SYS_connect ? 1 : 4, &address);
    /* The memory that was read is the caller's only if it is still there. */
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) != 0)
        return -ENOENT;
    /* What we cannot read the kernel cannot either; and what is so short it refuses by itself. */
    bool internet = length >= sizeof address.ss_family &&
                    (address.ss_family == AF_INET || address.ss_family == AF_INET6);
    in_port_t port = internet ? server(context) : 0;
    int result = length < sizeof address.ss_family ? GO_ON
                 : call.data.nr == SYS_connect     ? decide_connect(&call, &address, length, port)
                                                   : decide_sendto(&call, &address, length);
    if (result == GO_ON)
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    else
        answer.error = result;
    return ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0 ? 0 : -errno;
}
