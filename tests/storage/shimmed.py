"""For the tests of storage: programs under the shim, and what they call. The tests use run and expect; their programs, which begin
with `from shimmed import *`, the rest: plain HTTP, one connection a thread."""
import http.client
import json
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = dict(KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])
local = threading.local()


def request(operation, **body):
    """(status, answer)"""
    if getattr(local, "pid", None) != os.getpid():
        local.connection = http.client.HTTPConnection("dynamodb.us-east-1.amazonaws.com")
        local.pid = os.getpid()
    local.connection.request("POST", "/", json.dumps(body), {
        "X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20260101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00"})
    response = local.connection.getresponse()
    return response.status, json.loads(response.read())


def call(operation, **body):
    status, answer = request(operation, **body)
    assert status == 200, answer
    return answer


def create(name="Tea"):
    call("CreateTable", TableName=name, **KEYS)


def put(key, **attributes):
    call("PutItem", TableName="Tea", Item=dict({"k": {"S": str(key)}}, **attributes))


def get(key):
    return call("GetItem", TableName="Tea", Key={"k": {"S": str(key)}}, ConsistentRead=True).get("Item")


def add(key, times=1):
    for _ in range(times):
        call("UpdateItem", TableName="Tea", Key={"k": {"S": key}}, UpdateExpression="ADD n :one",
             ExpressionAttributeValues={":one": {"N": "1"}})


def number(key):
    item = get(key)
    return int(item["n"]["N"]) if item else 0


def tables():
    return call("ListTables")["TableNames"]


def environment(build, **more):
    result = {k: v for k, v in os.environ.items() if not k.startswith("DDBMOCK_")}
    result.update(LD_PRELOAD=build + "/libddbmock.so", PYTHONPATH=HERE)
    result.update(more)
    return {k: v for k, v in result.items() if v is not None}


def start(build, program, preexec_fn=None, **more):
    return subprocess.Popen([sys.executable, "-c", "from shimmed import *\n" + program], env=environment(build, **more), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=preexec_fn)


def finish(process):
    """(exit status, output, errors)"""
    output, errors = process.communicate()
    return process.returncode, output.strip(), errors.strip()


def run(build, program, **more):
    return finish(start(build, program, **more))


def expect(what, got, wanted):
    if got != wanted:
        print(f"{what}:\n{got!r}\ninstead of\n{wanted!r}")
        sys.exit(1)
    print("ok", what)


def expect_in(what, wanted, got):
    if wanted not in str(got):
        print(f"{what}: no\n{wanted!r}\nin\n{got!r}")
        sys.exit(1)
    print("ok", what)
