#!/usr/bin/env python3
"""DDBMOCK_STORAGE=postgres://... as a user meets it: test_postgres.py BUILD. A server of Debian's and Python under the shim: tables are
shared by all who name the database, forked children have connections of their own, TLS is verified, a server that is restarted and a
connection that is cut in a commit cost nothing that was acknowledged, and who does not ask for any of it never loads libpq."""
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from shimmed import expect, expect_in, finish, run, start

build = os.path.abspath(sys.argv[1])
os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
if not os.path.exists(build + "/libddbmock-postgres.so"):
    print("the postgres backend was not built (libpq-dev)")
    sys.exit(77)

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
scratch = tempfile.mkdtemp(prefix="ddbmock-postgres-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
os.chmod(scratch, 0o755)
directory = scratch + "/server"
server = subprocess.Popen(["tests/storage/postgres-server", directory, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
line = server.stdout.readline().strip()
if line != "ready":
    print(line)
    sys.exit(77 if server.wait() == 77 else 1)
url = f"postgres://ddbmock@/postgres?host={directory}&port={port}"


def tls(user="ddbmock", host="localhost", **more):
    more = {"sslmode": "verify-full", "sslrootcert": directory + "/authority.crt", **more}
    return f"postgres://{user}@{host}:{port}/postgres?" + "&".join(f"{name}={value}" for name, value in more.items())


def ask(program, storage=url, **more):
    return run(build, program, DDBMOCK_STORAGE=storage, **more)


# The child writes through a connection of its own, and so does the parent, both at once; then whoever closes all that is open.
FORK = """
child = os.fork()
add("a", 20)
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os.closerange(3, 1024)
local.pid = None
add("a")
print(number("a"))"""
CROWD = 'threads = [threading.Thread(target=add, args=("a", 5)) for _ in range(10)]\n[each.start() for each in threads]\n' \
        '[each.join() for each in threads]\nprint(number("a"))'


def one_server():
    expect("a table", ask('create(); add("a", 3); print(number("a"))'), (0, "3", ""))
    expect("another session", ask('print(number("a"))'), (0, "3", ""))
    expect("fork", ask(FORK), (0, "44", ""))
    expect("under DDBMOCK_NETWORK=deny", ask('print(number("a"))', DDBMOCK_NETWORK="deny")[:2], (0, "44"))
    expect("libpq is loaded", ask('tables(); print("libpq" in open("/proc/self/maps").read())'), (0, "True", ""))
    expect("libpq is not loaded", ask('tables(); print("libpq" in open("/proc/self/maps").read())', "lmdb"), (0, "False", ""))
    crowd = [start(build, 'add("a", 25)', DDBMOCK_STORAGE=url) for _ in range(8)]
    expect("eight processes", [finish(each) for each in crowd], [(0, "", "")] * 8)
    expect("what eight processes counted", ask('print(number("a"))'), (0, "244", ""))


def refusals():
    program = "try: tables()\nexcept OSError as error: print('refused')"
    result = ask(program, url.replace("ddbmock@", "guarded:secretly@"))
    expect("a wrong password", result[:2], (0, "refused"))
    for word in "ddbmock: cannot open the engine: cannot open the postgres store: connection to server", \
                'password authentication failed for user "guarded"':
        expect_in("what is said of it", word, result[2])
    expect("no password is", "secretly" in result[2], False)
    expect_in("a server that is away", '/.s.PGSQL.5432" failed: No such file or directory', ask(program, "postgres://nobody@/x?host=/nowhere")[2])
    # An authority that did not sign the server's certificate, a name that is not in it, no TLS at all.
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=other",
                    "-keyout", scratch + "/other.key", "-out", scratch + "/other.crt"], check=True, capture_output=True)
    for what, storage, said in (
            ("another authority", tls(sslrootcert=scratch + "/other.crt"), "certificate verify failed"),
            ("another name", tls(host="127.0.0.1"), 'does not match host name "127.0.0.1"'),
            ("no TLS", tls(sslmode="disable"), "no encryption")):
        result = ask(program, storage)
        expect(what, result[:2], (0, "refused"))
        expect_in(what, said, result[2])


def over_tls():
    expect("TLS", ask('add("a"); print(number("a"))', tls()), (0, "245", ""))
    expect("TLS, and threads, and Python's own OpenSSL", ask("import ssl; ssl.create_default_context()\n" + CROWD, tls()), (0, "295", ""))
    expect("TLS, and fork", ask(FORK, tls()), (0, "336", ""))
    expect("TLS under DDBMOCK_NETWORK=deny", ask('print(number("a"))', tls(hostaddr="127.0.0.1"), DDBMOCK_NETWORK="deny")[:2], (0, "336"))
    # The program itself speaks TLS to DynamoDB while libpq does to its server: node has an OpenSSL of its own, curl the same one.
    request = ["-H", "X-Amz-Target: DynamoDB_20120810.ListTables", "-H", "Content-Type: application/x-amz-json-1.0", "-d", "{}",
               "-H", "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
               "-H", "X-Amz-Date: 20260101T000000Z", "https://dynamodb.us-east-1.amazonaws.com/"]
    node = """const [, , body, url, ...headers] = process.argv; const request = require('https').request(url, {method: 'POST',
        headers: Object.fromEntries(headers.map(line => line.split(/: /)))}, answer => answer.pipe(process.stdout)); request.end(body)"""
    program = scratch + "/program.js"
    with open(program, "w", encoding="ascii") as file:
        file.write(node)
    for command in (["curl", "-s", *request], ["node", program, "{}", request[-1], *[line for line in request if ": " in line]]):
        if not shutil.which(command[0]):
            continue
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DDBMOCK_")}
        environment.update(LD_PRELOAD=build + "/libddbmock.so", DDBMOCK_STORAGE=tls())
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        expect(f"TLS in {command[0]}", (done.returncode, done.stdout), (0, '{"TableNames":["Tea"]}'))


WRITER = """
import sys, time
acknowledged, refused, messages = 0, 0, set()
while not os.path.exists(STOP):
    status, answer = request("UpdateItem", TableName="Tea", Key={"k": {"S": KEY}}, UpdateExpression="ADD n :one",
                             ExpressionAttributeValues={":one": {"N": "1"}})
    if status == 200:
        acknowledged += 1
        continue
    assert status == 500 and answer["__type"].endswith("#InternalServerError"), (status, answer)
    assert answer["message"].startswith("ddbmock: cannot "), answer
    refused += 1
    time.sleep(0.01)
print(acknowledged, refused, number(KEY))
"""


def restarts():
    """Killed and started in the middle of what four processes write."""
    stop = scratch + "/stop"
    writers = [start(build, f"STOP, KEY = {stop!r}, 'writer-{i}'\n" + WRITER, DDBMOCK_STORAGE=url if i % 2 else tls()) for i in range(4)]
    for _ in range(4):
        time.sleep(1.5)
        server.stdin.write("restart\n")
        server.stdin.flush()
        expect("a restart", server.stdout.readline().strip(), "ready")
    time.sleep(1)
    with open(stop, "w", encoding="ascii"):
        pass
    for i, writer in enumerate(writers):
        status, output, errors = finish(writer)
        expect(f"a writer through restarts, {output}", (status, errors), (0, ""))
        acknowledged, refused, found = map(int, output.split())
        expect("all of its writes that were acknowledged are there, and no others but those whose end was not heard",
               acknowledged <= found <= acknowledged + refused, True)
        expect("it was refused, and served again", 0 < refused and acknowledged > 10, True)


def relay(listener):
    """Stands between a program and the server. Who puts "cut-before" is cut off before the server sees the commit, who puts
    "cut-after" once the server has said that it is done."""
    def pass_on(source, target, other):
        cut = None
        while data := source.recv(65536):
            if other is None:
                cut = b"cut-before" if b"cut-before" in data else b"cut-after" if b"cut-after" in data else cut
                ends[target] = cut
                if cut == b"cut-before" and b"\0commit\0" in data:
                    return
            elif ends.get(source) == b"cut-after" and b"COMMIT\0" in data:
                return
            target.sendall(data)

    def forward(source, target, other):
        with contextlib.suppress(OSError):
            pass_on(source, target, other)
        for side in source, target:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    ends = {}
    while True:
        program, _ = listener.accept()
        real = socket.socket(socket.AF_UNIX)
        real.connect(f"{directory}/.s.PGSQL.{port}")
        threading.Thread(target=forward, args=(program, real, None), daemon=True).start()
        threading.Thread(target=forward, args=(real, program, program), daemon=True).start()


def cut_commits():
    os.mkdir(scratch + "/relay")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{scratch}/relay/.s.PGSQL.{port}")
    listener.listen()
    threading.Thread(target=relay, args=(listener,), daemon=True).start()
    expect("connections that are cut in a commit", ask("""
for what in "cut-before", "cut-after":
    status, answer = request("PutItem", TableName="Tea", Item={"k": {"S": what}})
    print(status, answer.get("message"))
    print(get(what) is not None)
""", f"postgres://ddbmock@/postgres?host={scratch}/relay&port={port}"), (0, "500 ddbmock: cannot store what was asked: Connection reset by peer\n"
            "False\n500 ddbmock: cannot store what was asked: Connection reset by peer\nTrue", ""))


try:
    one_server()
    refusals()
    over_tls()
    restarts()
    cut_commits()
finally:
    server.stdin.close()
    server.wait()
    left = os.path.exists(directory)
    shutil.rmtree(scratch)
expect("what is left", left, False)
