#!/usr/bin/env python3
"""`ddbmock serve` is stopped: what was acknowledged stays, what was asked is answered."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

from server import Server, ask, client, command, raw, run, sanitized, scratch, table

CURL = ["curl", "-sS", "--max-time", "30", "-H", "Content-Type: application/x-amz-json-1.0",
        "-H", "Authorization: AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/dynamodb/aws4_request, "
        "SignedHeaders=host, Signature=invented", "-H", "X-Amz-Date: 20260101T000000Z"]


def kept(directory, wanted):
    """Which of the items are in the session, asked under the shim where that can be."""
    found = set()
    if sanitized:
        with Server("--session", directory) as server:
            connection = client(server)
            for name in wanted:
                answer = ask(connection, "GetItem", {"TableName": "Things", "Key": {"id": {"S": name}}})
                if answer[1].get("Item"):
                    found.add(name)
        return found
    start = {}
    while start is not None:
        body = {"TableName": "Things", **({"ExclusiveStartKey": start} if start else {})}
        done = subprocess.run([command, "run", "--session", directory, *CURL, "-H", "X-Amz-Target: DynamoDB_20120810.Scan",
                               "-d", json.dumps(body), "http://dynamodb.us-east-1.amazonaws.com/"],
                              capture_output=True, text=True, timeout=60, check=True)
        answer = json.loads(done.stdout)
        found |= {item["id"]["S"] for item in answer["Items"]}
        start = answer.get("LastEvaluatedKey")
    return found


def stop_under_load(how, status):
    with scratch() as directory:
        server = Server("--session", directory)
        assert ask(client(server), "CreateTable", table)[0] == 200
        acknowledged, broken = set(), []

        def write(worker):
            connection = client(server)
            for i in range(1_000_000):
                name = f"{worker}.{i}"
                try:
                    item = {"id": {"S": name}, "b": {"S": "x" * 2000}}
                    assert ask(connection, "PutItem", {"TableName": "Things", "Item": item}) == (200, {})
                except (OSError, Exception) as error:  # pylint: disable=broad-except
                    broken.append(repr(error))
                    return
                acknowledged.add(name)

        writers = [threading.Thread(target=write, args=(i,)) for i in range(8)]
        for writer in writers:
            writer.start()
        time.sleep(1)
        began = time.monotonic()
        assert server.stop(how) == status, server.errors
        assert time.monotonic() - began < 10
        for writer in writers:
            writer.join()
        assert len(broken) == 8 and not any("Assertion" in text for text in broken), broken
        assert len(acknowledged) > 50, len(acknowledged)
        lost = acknowledged - kept(directory, acknowledged)
        assert not lost, lost


def test_sigterm_under_load():
    stop_under_load(signal.SIGTERM, 0)


def test_sigint_under_load():
    stop_under_load(signal.SIGINT, 0)


def test_sigkill_under_load():
    """No one can be stopped more rudely, and even so."""
    stop_under_load(signal.SIGKILL, -9)


def test_what_was_begun_is_finished():
    server = Server()
    whole = raw("ListTables", {})
    with server.connect() as half, server.connect() as idle, server.connect() as reader:
        assert ask(client(server), "CreateTable", table)[0] == 200
        ask(client(server), "PutItem", {"TableName": "Things", "Item": {"id": {"S": "a"}, "b": {"S": "x" * 390000}}})
        half.sendall(whole[:-1])
        # Answers that nobody has taken yet, more than the sockets hold.
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        reader.sendall(raw("GetItem", {"TableName": "Things", "Key": {"id": {"S": "a"}}}) * 15)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b"", "who waits is sent away"
        assert server.process.poll() is None, "who is half-way is not"
        half.sendall(whole[-1:])
        assert half.makefile("rb").read().endswith(b'{"TableNames":["Things"]}')
        text = reader.makefile("rb").read()
        assert text.count(b"HTTP/1.1 200 OK") == 15 and len(text) > 15 * 390000, len(text)
        began = time.monotonic()
        assert server.stop() == 0 and time.monotonic() - began < 3


def test_who_never_ends_is_not_waited_for():
    for again in (False, True):
        server = Server()
        with server.connect() as half:
            half.sendall(b"POST / HTTP/1.1\r\n")
            time.sleep(0.3)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            if again:
                time.sleep(0.3)
                server.process.send_signal(signal.SIGINT)
            assert server.process.wait(timeout=30) == 0
            took = time.monotonic() - began
            assert took < (3 if again else 8), took
            assert server.stop() == 0


assert os.path.exists(command)
run(globals())
