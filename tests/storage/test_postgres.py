#!/usr/bin/env python3
"""DDBMOCK_STORAGE=postgres://... as a user meets it: test_postgres.py BUILD. A server of Debian's, curl and Python under the shim:
tables are shared by all who name the database, forked children have connections of their own, and who does not ask for it never
loads libpq."""
import json
import os
import subprocess
import sys
import tempfile

build = os.path.abspath(sys.argv[1])
os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
if not os.path.exists(build + "/libddbmock-postgres.so"):
    print("the postgres backend was not built (libpq-dev)")
    sys.exit(77)

directory = tempfile.mkdtemp(prefix="ddbmock-postgres-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
server = subprocess.Popen(["tests/storage/postgres-server", directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
line = server.stdout.readline().strip()
if line != "ready":
    print(line)
    sys.exit(77 if server.wait() == 77 else 1)
url = f"postgres://ddbmock@/postgres?host={directory}"

PROGRAM = r"""
import http.client, json, os, sys
def call(operation, **body):
    connection = http.client.HTTPConnection("dynamodb.us-east-1.amazonaws.com")
    connection.request("POST", "/", json.dumps(body), {"X-Amz-Target": "DynamoDB_20120810." + operation,
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert response.status == 200, answer
    return answer
def add(times):
    for _ in range(times):
        call("UpdateItem", TableName="Tea", Key={"k": {"S": "a"}}, UpdateExpression="ADD n :one",
             ExpressionAttributeValues={":one": {"N": "1"}})
def count():
    return int(call("GetItem", TableName="Tea", Key={"k": {"S": "a"}}, ConsistentRead=True)["Item"]["n"]["N"])
"""


def run(program, storage=url, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DDBMOCK_")}
    environment.update(more, DDBMOCK_STORAGE=storage, LD_PRELOAD=build + "/libddbmock.so")
    done = subprocess.run([sys.executable, "-c", PROGRAM + program], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def expect(what, got, wanted):
    if got != wanted:
        print(f"{what}: {got!r} instead of {wanted!r}")
        sys.exit(1)


try:
    expect("a table", run("""
call("CreateTable", TableName="Tea", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
     AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
add(3)
print(count())"""), (0, "3", ""))
    expect("another session", run("print(count())"), (0, "3", ""))
    # The child writes through a connection of its own, and so does the parent, both at once; then whoever closes all that is open.
    expect("fork", run("""
child = os.fork()
add(20)
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os.closerange(3, 1024)
add(1)
print(count())"""), (0, "44", ""))
    expect("under DDBMOCK_NETWORK=deny", run("print(count())", DDBMOCK_NETWORK="deny")[:2], (0, "44"))
    expect("libpq is loaded", run("count(); print('libpq' in open('/proc/self/maps').read())"), (0, "True", ""))
    expect("libpq is not loaded", run("call('ListTables'); print('libpq' in open('/proc/self/maps').read())", "lmdb"),
           (0, "False", ""))
    # Eight processes that lose no update.
    environment = dict(os.environ, DDBMOCK_STORAGE=url, LD_PRELOAD=build + "/libddbmock.so")
    crowd = [subprocess.Popen([sys.executable, "-c", PROGRAM + "add(25)"], env=environment) for _ in range(8)]
    expect("eight processes", [each.wait() for each in crowd], [0] * 8)
    expect("what eight processes counted", run("print(count())"), (0, "244", ""))

    refused = run("call('ListTables')", url.replace("ddbmock@", "guarded:secretly@"))[2]
    expect("a wrong password", [word in refused for word in ("ddbmock: cannot open the engine: cannot open the postgres store: "
           "connection to server", 'password authentication failed for user "guarded"', "secretly")], [True, True, False])
    refused = run("call('ListTables')", "postgres://nobody@/x?host=/nowhere")[2]
    expect("a server that is away", "/.s.PGSQL.5432\" failed: No such file or directory" in refused, True)
finally:
    server.stdin.close()
    server.wait()
expect("what is left", os.path.exists(directory), False)
print(json.dumps({"passed": True}))
