#!/usr/bin/env python3
"""`ddbmock serve`: one client and many, what it says, where it listens."""

import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

from server import Server, ask, build, client, command, headers_of, raw, run, sanitized, scratch, table


def fails(pattern, *options, environment=None):
    done = subprocess.run([command, "serve", *options], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **(environment or {})})
    assert done.returncode == 125 and re.search(pattern, done.stderr), (options, done)
    assert done.stderr.count("\n") <= 2 and done.stdout == "", (options, done)


def test_first_steps():
    with Server() as server:
        assert server.host == "127.0.0.1" and server.session.startswith("tree-"), server.session
        connection = client(server)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert response.status == 200 and response.read() == b"healthy: dynamodb.us-east-1.amazonaws.com "
        port = connection.sock.getsockname()[1]
        assert ask(connection, "CreateTable", table)[0] == 200
        item = {"id": {"S": "a"}, "n": {"N": "1"}}
        assert ask(connection, "PutItem", {"TableName": "Things", "Item": item}) == (200, {})
        assert ask(connection, "GetItem", {"TableName": "Things", "Key": {"id": {"S": "a"}}}) == (200, {"Item": item})
        status, answer = ask(connection, "GetItem", {"TableName": "None", "Key": {"id": {"S": "a"}}})
        assert status == 400 and answer["__type"].endswith("#ResourceNotFoundException"), answer
        assert connection.sock.getsockname()[1] == port, "the connection was not kept"


def test_curl():
    with Server() as server:
        done = subprocess.run(["curl", "-sS", "--max-time", "30", server.url], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("healthy: dynamodb."), done
        # A browser asks first.
        done = subprocess.run(["curl", "-sS", "--max-time", "30", "-i", "-X", "OPTIONS", "-H", "Origin: http://page.test",
                               "-H", "Access-Control-Request-Method: POST", server.url],
                              capture_output=True, text=True, check=True)
        assert "Access-Control-Allow-Origin: *" in done.stdout, done


def test_pipelining():
    with Server() as server, server.connect() as connection:
        assert ask(client(server), "CreateTable", table)[0] == 200
        requests = [raw("PutItem", {"TableName": "Things", "Item": {"id": {"S": str(i)}}}) for i in range(200)]
        connection.sendall(b"".join(requests) + raw("Scan", {"TableName": "Things", "Select": "COUNT"}))
        stream = connection.makefile("rb")
        for _ in requests:
            assert read_answer(stream) == {}
        assert read_answer(stream)["Count"] == 200


def read_answer(stream):
    status = stream.readline()
    assert status.startswith(b"HTTP/1.1 200 "), status
    length = 0
    for line in iter(stream.readline, b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(stream.read(length))


def resident(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def test_who_does_not_read_is_not_read():
    """Answers of 400 KB each to a client that takes none: it is not read on, and nothing piles up."""
    with Server() as server:
        ask(client(server), "CreateTable", table)
        ask(client(server), "PutItem", {"TableName": "Things", "Item": {"id": {"S": "a"}, "b": {"S": "x" * 390000}}})
        request = raw("GetItem", {"TableName": "Things", "Key": {"id": {"S": "a"}}})
        before = resident(server)
        with server.connect() as connection:
            connection.setblocking(False)
            sent, last = 0, time.monotonic()
            count = 20000
            while time.monotonic() - last < 1 and sent < count:
                try:
                    connection.send(request)
                    sent, last = sent + 1, time.monotonic()
                except BlockingIOError:
                    time.sleep(0.01)
            assert sent < count, "all of it was taken"
            # What one read may hold, of answers, and not what has been sent.
            assert resident(server) - before < (200_000 if sanitized else 40_000), (before, resident(server))
            # Others are served meanwhile, and it, too, once it reads.
            assert ask(client(server), "ListTables", {})[0] == 200
            connection.settimeout(60)
            stream = connection.makefile("rb")
            for _ in range(40):
                assert len(read_answer(stream)["Item"]["b"]["S"]) == 390000


def test_large_bodies():
    with Server() as server:
        connection = client(server)
        ask(connection, "CreateTable", table)
        writes = [{"PutRequest": {"Item": {"id": {"S": str(i)}, "b": {"S": "x" * 390000}}}} for i in range(25)]
        assert ask(connection, "BatchWriteItem", {"RequestItems": {"Things": writes}}) == (200, {"UnprocessedItems": {}})
        # More than 16 MB: refused, and the answer reaches a client that is still sending.
        connection = client(server)
        connection.request("POST", "/", b" " * (17 << 20))
        assert connection.getresponse().status == 413
        with server.connect() as other:
            other.sendall(b"this is not HTTP\r\n\r\n" + b"x" * 1_000_000)
            assert other.recv(64).startswith(b"HTTP/1.1 400 ")


def test_half_closed():
    """Who has asked and closed its side gets its answer all the same."""
    with Server() as server, server.connect() as connection:
        connection.sendall(raw("ListTables", {}))
        connection.shutdown(socket.SHUT_WR)
        stream = connection.makefile("rb")
        assert read_answer(stream) == {"TableNames": []}
        assert stream.read() == b""


def threads(server):
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


def test_thousands_of_connections():
    idle_wanted, active_wanted = 2000, 16
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < idle_wanted + 200:
        return f"skipped: no more than {hard} descriptors"
    # Ours; the server is started with 256 and raises that itself.
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    with Server() as server:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        before = threads(server)
        assert before <= 9, before
        ask(client(server), "CreateTable", table)
        memory = resident(server)
        idle = [server.connect() for _ in range(idle_wanted)]
        for connection in idle[::2]:
            connection.sendall(b"POST / HT")  # and no more
        errors = []

        def work(worker):
            connection = client(server)
            for i in range(50):
                item = {"id": {"S": f"{worker}.{i}"}}
                if ask(connection, "PutItem", {"TableName": "Things", "Item": item}) != (200, {}):
                    errors.append(i)

        workers = [threading.Thread(target=work, args=(i,)) for i in range(active_wanted)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert not errors and threads(server) == before, (errors, threads(server))
        if not sanitized:
            each = (resident(server) - memory) / idle_wanted
            assert each < 8, f"{each} KiB a connection"
        assert ask(client(server), "Scan", {"TableName": "Things", "Select": "COUNT"})[1]["Count"] == 50 * active_wanted
        for connection in idle[1::2]:
            connection.sendall(raw("ListTables", {}))
        for connection in idle[1::2]:
            assert read_answer(connection.makefile("rb")) == {"TableNames": ["Things"]}
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 20, "those who had begun were waited for too long"
        for connection in idle:
            connection.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_connections_than_descriptors():
    """Who finds no room waits, and is served when another has gone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Server(before=["sh", "-c", 'ulimit -n 200 && exec "$0" "$@"']) as server:
        idle = [server.connect() for _ in range(160)]  # the kernel takes them all
        late = server.connect()
        late.sendall(raw("ListTables", {}))
        late.settimeout(1)
        try:
            late.recv(1)
            raise AssertionError("there was room")
        except TimeoutError:
            pass
        for connection in idle[:50]:
            connection.close()
        late.settimeout(60)
        assert read_answer(late.makefile("rb")) == {"TableNames": []}
        for connection in idle:
            connection.close()
        late.close()
    assert (soft, hard) == resource.getrlimit(resource.RLIMIT_NOFILE)


def test_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        return f"skipped: {error}"
    with Server("--host", "::1") as server:
        assert server.address == "[::1]", server.url
        assert ask(client(server), "ListTables", {}) == (200, {"TableNames": []})


def test_names():
    with Server("--host", "localhost") as server:
        assert server.host in ("127.0.0.1", "::1"), server.url


def test_port_in_use():
    with Server() as server:
        fails(f"^ddbmock serve: cannot listen at: 127.0.0.1 port {server.port}: Address already in use$",
              "--port", str(server.port))


def test_beyond_loopback():
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        fails(f"^ddbmock serve: {re.escape(host)} is beyond loopback: .*--key, --keys-file, --open", "--host", host, "--port", "0")
    fails("cannot listen at: 192.0.2.1 port 0: Cannot assign requested address", "--host", "192.0.2.1", "--port", "0", "--open")
    with Server("--host", "0.0.0.0", "--open") as server:
        assert server.url.startswith("http://0.0.0.0:"), server.url
        assert ask(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60), "ListTables", {})[0] == 200


def test_options():
    for port in ("", "x", "-1", "65536", "80 "):
        fails("--port: a port is a number from 0 to 65535", "--port", port)
    for key in ("", "id", "id:", ":secret", "a b:c", "a/b:c"):
        fails("--key: a key is ID:SECRET", "--key", key)
    fails("--open: goes with no key", "--open", "--key", "id:secret")
    fails("--session: a name has 1 to 71", "--session", "")
    fails("cannot make a session: DDBMOCK_SESSION=/nowhere/at/all: No such file", "--session", "/nowhere/at/all")
    fails("^ddbmock serve: more: serve takes options only", "more")
    fails("unrecognized option '--nonsense'", "--nonsense")
    fails("nowhere.invalid: ", "--host", "nowhere.invalid", "--port", "0")
    fails("cannot open the engine: .*nonsense", "--storage", "nonsense", "--port", "0")
    fails("--authority /nowhere/at/all: No such file", "--authority", "/nowhere/at/all", "--port", "0")
    for words in (["help", "serve"], ["serve", "--help"]):
        done = subprocess.run([command, *words], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.startswith("usage: ddbmock serve") and done.stderr == "", done


def test_keys_file():
    with scratch() as directory:
        path = os.path.join(directory, "keys")
        for text, pattern in (("", "there is no key in it"), ("# none\n\n", "there is no key in it"),
                              ("id:secret\nid\n", "line 2: a key is ID:SECRET")):
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            fails(f"--keys-file {path}.*{pattern}", "--keys-file", path)
        fails("--keys-file .*/none: No such file", "--keys-file", directory + "/none")


def test_secrets_are_not_shown():
    with Server("--key", "id:very-secret") as server:
        with open(f"/proc/{server.process.pid}/cmdline", "rb") as words:
            assert b"very-secret" not in words.read()


def test_storage_and_session():
    with scratch() as directory:
        for attempt in range(2):
            with Server("--session", directory) as server:
                assert server.session == directory
                status, answer = ask(client(server), "CreateTable", table)
                assert (status == 200) == (attempt == 0), answer
        with Server("--session", directory, "--storage", "memory") as server:
            assert ask(client(server), "ListTables", {}) == (200, {"TableNames": []})


def test_an_automatic_session_goes_with_its_server():
    for how in (signal.SIGTERM, signal.SIGINT):
        server = Server()
        ask(client(server), "CreateTable", table)
        directories = [f"{base}/ddbmock-{os.geteuid()}/{server.session}" for base in ("/dev/shm", "/tmp")]
        assert any(os.path.exists(path) for path in directories)
        assert server.stop(how) == 0
        assert not any(os.path.exists(path) for path in directories)


def curl(server, *options, status=0, url=None):
    done = subprocess.run(["curl", "-sS", "--max-time", "30", *options, url or server.url], capture_output=True, text=True, check=False)
    assert done.returncode == status, done
    return done


def test_tls():
    with scratch() as directory:
        authority = os.path.join(directory, "authority.pem")
        with Server("--tls", "--authority", authority) as server:
            assert server.scheme == "https"
            assert curl(server, "--cacert", authority).stdout.startswith("healthy: ")
            for version in ("1.2", "1.3"):
                assert curl(server, "--cacert", authority, f"--tlsv{version}", "--tls-max", version).stdout
            # By a name; localhost may be ::1, where nobody listens.
            assert curl(server, "-4", "--cacert", authority, url=f"https://localhost:{server.port}").stdout
            # Without the authority nobody believes it.
            curl(server, "--capath", directory, status=60)
            # Who speaks plainly is told.
            with server.connect() as connection:
                connection.sendall(raw("ListTables", {}))
                assert connection.makefile("rb").read().startswith(b"HTTP/1.1 400 ")


def test_tls_for_other_hosts():
    with scratch() as directory:
        authority = os.path.join(directory, "authority.pem")
        with Server("--tls", "--authority", authority, environment={"DDBMOCK_HOSTS": "db.test"}) as server:
            for host, status in (("db.test", 0), ("dynamodb.eu-west-1.amazonaws.com", 0), ("other.test", 60)):
                done = curl(server, "--cacert", authority, "--resolve", f"{host}:{server.port}:127.0.0.1", status=status,
                            url=f"https://{host}:{server.port}")
                assert status != 0 or done.stdout.startswith("healthy: "), done


def test_regions():
    """The region is that of the signature; each has its tables."""
    with Server() as server:
        assert ask(client(server), "CreateTable", table)[1]["TableDescription"]["TableArn"].startswith("arn:aws:dynamodb:us-east-1:")
        elsewhere = {name: text.replace("us-east-1", "eu-west-1") for name, text in headers_of("ListTables").items()}
        assert ask(client(server), "ListTables", {}, elsewhere) == (200, {"TableNames": []})
        assert ask(client(server), "ListTables", {}) == (200, {"TableNames": ["Things"]})


def test_nobody_listens_to_what_it_says():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([command, "serve", "--port", str(port)], stdout=writer) as process:
        os.close(writer)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=60).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        time.sleep(0.2)
        assert ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "ListTables", {})[0] == 200
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_under_the_shim():
    """The server is itself run under the shim, as when it is typed into the shell of `ddbmock run bash`."""
    if sanitized:
        return "skipped: a sanitized shim cannot be preloaded"
    with Server(before=[command, "run", "--"]) as server:
        assert ask(client(server), "CreateTable", table)[0] == 200
    return None


assert os.path.exists(build)
run(globals())
