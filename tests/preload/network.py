"""Every way out of the machine, for test_network.sh: prints what each came to, one line each."""

import ctypes
import errno
import socket
import struct

libc = ctypes.CDLL(None, use_errno=True)


def tell(what, call):
    try:
        result = call()
        print(what, "went" if result is None else result)
    except socket.gaierror as error:
        print(what, next(name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == error.errno))
    except socket.herror as error:
        print(what, "herror", error.errno)
    except OSError as error:
        print(what, errno.errorcode.get(error.errno, "timeout"))


def opened(family, kind, protocol=0):
    made = socket.socket(family, kind, protocol)
    made.settimeout(0.2)
    return made


def raw_call():
    address = struct.pack("!2s", b"\x02\x00") + struct.pack("!H4s8x", 80, socket.inet_aton("192.0.2.6"))
    with opened(socket.AF_INET, socket.SOCK_STREAM) as made:
        if libc.syscall(42, made.fileno(), address, len(address)) != 0:
            raise OSError(ctypes.get_errno(), "connect")


def local():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"x")
        return server.accept()[0].recv(1).decode()


tell("tcp", lambda: opened(socket.AF_INET, socket.SOCK_STREAM).connect(("192.0.2.1", 80)))
tell("tcp6", lambda: opened(socket.AF_INET6, socket.SOCK_STREAM).connect(("2001:db8::1", 80)))
tell("mapped", lambda: opened(socket.AF_INET6, socket.SOCK_STREAM).connect(("::ffff:192.0.2.2", 80)))
tell("udp connect", lambda: opened(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.3", 53)))
tell("udp sendto", lambda: opened(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.4", 53)) and None)
tell("udp sendmsg", lambda: opened(socket.AF_INET6, socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("2001:db8::2", 53)) and None)
tell("raw", lambda: opened(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(b"x", ("192.0.2.5", 0)) and None)
tell("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close())
tell("syscall", raw_call)
tell("getaddrinfo", lambda: socket.getaddrinfo("example.invalid", 80) and None)
tell("gethostbyname", lambda: socket.gethostbyname("example.invalid") and None)
tell("numeric", lambda: socket.getaddrinfo("192.0.2.7", 80)[0][4][0])
tell("localhost", lambda: socket.gethostbyname("localhost"))
tell("reverse", lambda: socket.getnameinfo(("192.0.2.8", 80), 0)[0])
tell("loopback", local)
with socket.create_connection(("dynamodb.us-east-1.amazonaws.com", 80)) as client:
    client.sendall(b"GET / HTTP/1.1\r\nHost: dynamodb.us-east-1.amazonaws.com\r\n\r\n")
    print("dynamodb", client.recv(65536).splitlines()[-1].decode())
