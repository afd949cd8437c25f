#!/usr/bin/env python3
"""A program that asks name servers itself is refused DynamoDB's names, and them alone: test_queries.py BUILD."""
import ctypes
import errno
import os
import socket
import struct
import subprocess
import sys

SERVER = ("127.0.0.1", 53)
OURS = ["dynamodb.us-east-1.amazonaws.com", "123456789012.ddb.eu-west-1.amazonaws.com", "DynamoDB.Us-East-1.AmazonAWS.com",
        "streams.dynamodb.us-east-1.amazonaws.com"]
OTHERS = ["example.invalid", "amazonaws.com", "dynamodb.us-east-1.amazonaws.com.example.invalid"]


def question(name, kind):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0" + labels + b"\0" + kind.to_bytes(2, "big") + b"\0\x01"


def outcome(send, family=socket.AF_INET):
    """How the first datagram of a new socket fares, whoever listens or does not."""
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        try:
            send(client)
            return "sent"
        except OSError as error:
            return errno.errorcode[error.errno]


def connected(send):
    def whole(client):
        client.connect(SERVER)
        send(client)
    return whole


def by_number(message):
    """sendto by syscall(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 44, "aarch64": 206}[os.uname().machine]
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(SERVER[1]), socket.inet_aton(SERVER[0]))

    def send(client):
        if libc.syscall(ctypes.c_long(number), client.fileno(), message, ctypes.c_size_t(len(message)), 0, address, len(address)) < 0:
            raise OSError(ctypes.get_errno(), "sendto")
    return send


def ways(message):
    return {
        "sendto": lambda client: client.sendto(message, SERVER),
        "sendmsg": lambda client: client.sendmsg([message], [], 0, SERVER),
        "sendto by its number": by_number(message),
        "send": connected(lambda client: client.send(message)),
        "write": connected(lambda client: os.write(client.fileno(), message)),
        "writev": connected(lambda client: os.writev(client.fileno(), [message])),
        "with its length before it": connected(lambda client: client.send(len(message).to_bytes(2, "big") + message)),
        "its length apart": connected(lambda client: os.writev(client.fileno(), [len(message).to_bytes(2, "big"), message])),
    }


def main():
    failed = 0

    def is_(what, wanted, got):
        nonlocal failed
        if wanted != got:
            failed = 1
            print(f"{what}: not {wanted} but {got}")

    message = question(OURS[0], 1)
    is_("to another port", "sent", outcome(lambda client: client.sendto(message, ("127.0.0.1", 9))))
    for kind in (1, 28, 65):  # A, AAAA, HTTPS
        for names, wanted in (OURS, "ECONNREFUSED"), (OTHERS, "sent"):
            for name in names:
                for way, send in ways(question(name, kind)).items():
                    is_(f"{name}, type {kind}, {way}", wanted, outcome(send))
    if socket.has_ipv6:  # as Java sends
        mapped = ("::ffff:127.0.0.1", 53, 0, 0)
        is_("to a mapped address", "ECONNREFUSED", outcome(lambda client: client.sendto(message, mapped), socket.AF_INET6))
    for length in range(len(message) - 4):  # without the end of its name
        is_(f"{length} bytes of a question", "sent", outcome(lambda client: client.sendto(message[:length], SERVER)))
    answer = message[:2] + b"\x81" + message[3:]
    is_("an answer", "sent", outcome(lambda client: client.sendto(answer, SERVER)))
    return failed


if sys.argv[1] == "asks":
    sys.exit(main())
sanitized = os.environ.get("SANITIZED", "")
runtime = "libtsan.so.2:" if "thread" in sanitized else "libasan.so.8:libubsan.so.1:" if sanitized else ""
environment = dict(os.environ, LD_PRELOAD=runtime + os.path.join(os.path.abspath(sys.argv[1]), "libddbmock.so"),
                   ASAN_OPTIONS="detect_leaks=0")  # of Python's own
sys.exit(subprocess.call([sys.executable, os.path.abspath(__file__), "asks"], env=environment))
