"""What a test suite does with http://ddbmock.local/, told with boto3 and urllib alone; `reader` and `writer` are its other
processes. Run by test_interface.sh under the shim: story.py [reader|writer]."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

REGION = "eu-central-1"
ITEMS = 10
client = boto3.client("dynamodb", region_name=REGION)


def control(method, path, body=None, headers=None):
    """The status and the answer, JSON or lines."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    request = urllib.request.Request("http://ddbmock.local" + path, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            text = response.read().decode()
            kind = response.headers["Content-Type"]
            return response.status, json.loads(text) if kind == "application/json" else text.splitlines()
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def create(name, region=client, **more):
    region.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def put_all(generation):
    for i in range(ITEMS):
        client.put_item(TableName="Things", Item={"id": {"S": str(i)}, "g": {"N": str(generation)}})


def generations():
    return sorted({item["g"]["N"] for item in client.scan(TableName="Things", ConsistentRead=True)["Items"]})


def read_on():
    """Reads whole states until told to stop: never one that was not restored as a whole."""
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    print("reading", flush=True)
    seen, count = set(), 0
    keys = [{"Get": {"TableName": "Things", "Key": {"id": {"S": str(i)}}}} for i in range(ITEMS)]
    while not stopped.is_set():
        found = [r["Item"]["g"]["N"] for r in client.transact_get_items(TransactItems=keys)["Responses"]]
        assert len(found) == ITEMS and len(set(found)) == 1, found
        assert len(set(generations())) == 1
        seen.add(found[0])
        count += 1
    assert seen <= {"1", "2"}, seen
    print(f"{count} reads, states {sorted(seen)}", flush=True)


def write_on():
    """Counts up until told to stop: after a restore the count goes on from what was restored."""
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    print("writing", flush=True)
    before, back = 0, 0
    while not stopped.is_set():
        update = client.update_item(TableName="Counter", Key={"id": {"S": "n"}}, ReturnValues="UPDATED_NEW",
                                    UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": {"N": "1"}})
        now = int(update["Attributes"]["n"]["N"])
        assert now == before + 1 or now == 1, (before, now)
        back += now <= before
        before = now
    print(f"restored {back} times", flush=True)


class Other:
    """Another process of the tree, reading or writing until its block ends."""

    def __init__(self, role):
        self.process = subprocess.Popen([sys.executable, __file__, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() in ("reading\n", "writing\n")
        return self

    def __exit__(self, kind, value, trace):
        said, _ = self.process.communicate()
        assert self.process.returncode == 0 and said, said


def test_snapshots():
    create("Things")
    put_all(1)
    assert control("POST", "/snapshots/one") == (200, {"name": "one"})
    put_all(2)
    client.put_item(TableName="Things", Item={"id": {"S": "more"}, "g": {"N": "2"}})
    create("Another")
    assert control("POST", "/snapshots/two")[0] == 200
    for _ in range(3):
        assert control("POST", "/snapshots/one/restore") == (200, {})
        assert generations() == ["1"] and client.list_tables()["TableNames"] == ["Things"]
        client.delete_item(TableName="Things", Key={"id": {"S": "3"}})
        client.delete_table(TableName="Things")
        assert control("POST", "/snapshots/two/restore") == (200, {})
        assert generations() == ["2"] and client.list_tables()["TableNames"] == ["Another", "Things"]
        assert client.describe_table(TableName="Things")["Table"]["ItemCount"] == ITEMS + 1
    names = [snapshot["name"] for snapshot in control("GET", "/snapshots")[1]["snapshots"]]
    assert names == ["one", "two"], names
    assert control("DELETE", "/snapshots/one") == (200, {})
    assert generations() == ["2"]
    status, answer = control("POST", "/snapshots/one/restore")
    assert (status, answer) == (404, {"__type": "ddbmock#NotFound", "message": "there is no snapshot 'one'"}), answer
    assert control("DELETE", "/snapshots/two") == (200, {})
    assert generations() == ["2"]


def test_names_of_tests():
    name = "TestLogin::test_password[\u00e9 'x']"
    path = "/snapshots/" + urllib.request.quote(name)
    assert control("POST", path) == (200, {"name": name})
    assert control("GET", "/snapshots")[1]["snapshots"][0]["name"] == name
    assert control("DELETE", path)[0] == 200
    for bad in ("a%0Ab", "%ff", "x" * 256):
        assert control("POST", "/snapshots/" + bad)[0] == 400, bad


def test_resets():
    west = boto3.client("dynamodb", region_name="us-west-2")
    create("Things", west, GlobalSecondaryIndexes=[{"IndexName": "by-g", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                                                    "Projection": {"ProjectionType": "ALL"}}])
    west.put_item(TableName="Things", Item={"id": {"S": "w"}})
    before = west.describe_table(TableName="Things")["Table"]
    assert before["ItemCount"] == 1
    status, answer = control("POST", "/tables/Things/reset")
    assert status == 400 and answer["message"] == (
        "region: is wanted, for there is a table 'Things' in eu-central-1, us-west-2"), answer
    assert control("POST", "/tables/Things/reset?region=us-west-2") == (200, {})
    after = west.describe_table(TableName="Things")["Table"]
    for described in (before, after):
        for member in ("ItemCount", "TableSizeBytes"):
            described.pop(member)
            described["GlobalSecondaryIndexes"][0].pop("IndexSizeBytes" if member[0] == "T" else member)
    assert after == before, (before, after)
    assert west.scan(TableName="Things")["Count"] == west.scan(TableName="Things", IndexName="by-g")["Count"] == 0
    assert generations() == ["2"]
    assert control("POST", "/reset", {"region": "us-west-2"}) == (200, {})
    assert west.list_tables()["TableNames"] == [] and generations() == ["2"]
    assert control("POST", "/reset", {"table": "None"})[0] == 404
    assert control("POST", "/reset", {"region": "Mars!"})[0] == 400
    assert control("POST", "/reset") == (200, {})
    assert client.list_tables()["TableNames"] == []


def test_items():
    create("Things")
    lines = [{"Item": {"id": {"S": "a"}, "l": {"L": [{"NULL": True}, {"N": "1"}]}}}, {"id": {"S": "b"}, "Item": {"S": "x"}},
             {"Item": {"S": "c"}, "id": {"S": "c"}}]
    text = "\n".join(json.dumps(line) for line in lines).encode()
    assert control("POST", "/tables/Things/items", text) == (200, {"table": "Things", "region": REGION, "items": 3})
    assert client.get_item(TableName="Things", Key={"id": {"S": "a"}})["Item"] == lines[0]["Item"]
    assert client.get_item(TableName="Things", Key={"id": {"S": "b"}})["Item"] == lines[1]
    status, exported = control("GET", "/tables/Things/items")
    assert status == 200 and sorted(json.loads(line)["Item"]["id"]["S"] for line in exported) == ["a", "b", "c"]
    for line, said in ((b"[]", "an item is a JSON object"), (b"{", "line 1: "), (b'{"Item":{"x":{"S":"1"}}}', "Missing the key id"),
                       (b'{"id":{"S":"\xff"}}', "line 1: "), (b'{"id":{"Q":"1"}}', "line 1: "), (b"[" * 200, "nests too deeply")):
        status, answer = control("POST", "/tables/Things/items", line)
        assert status == 400 and said in answer["message"], (line, answer)
    assert control("POST", "/tables/None/items", text)[0] == 404
    assert control("POST", "/reset")[0] == 200


def test_seed():
    with_index = {"TableName": "Seeded", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                  "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "n", "AttributeType": "N"}],
                  "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
                  "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}, "DeletionProtectionEnabled": True,
                  "GlobalSecondaryIndexes": [
                      {"IndexName": "by-n", "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}], "Projection": {
                          "ProjectionType": "INCLUDE", "NonKeyAttributes": ["z"]},
                       "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2}}]}
    client.create_table(**with_index)
    described = client.describe_table(TableName="Seeded")["Table"]
    text = json.dumps({"Table": described}, default=lambda moment: moment.timestamp()).encode()
    status, answer = control("POST", "/tables", text)
    assert status == 409 and "already" in answer["message"], answer
    assert control("POST", "/reset")[0] == 200
    assert control("POST", "/tables", text)[0] == 200
    again = client.describe_table(TableName="Seeded")["Table"]
    for table in (described, again):
        for member in ("CreationDateTime", "TableId", "LatestStreamArn", "LatestStreamLabel"):
            table.pop(member)
    assert again == described, (again, described)
    assert control("GET", "/tables/Seeded")[1]["Table"]["TableName"] == "Seeded"
    assert control("POST", "/tables", {"Table": 5})[0] == 400
    assert control("POST", "/reset")[0] == 200


def test_who_may_ask():
    assert control("GET", "/snapshots", headers={"Origin": "http://example.com"})[0] == 403
    assert control("GET", "/nothing")[0] == 404
    assert control("PATCH", "/snapshots", b"")[0] == 405
    assert control("POST", "/reset", b"[]")[0] == 400


def test_everyone_at_once():
    create("Things")
    create("Counter")
    put_all(1)
    assert control("POST", "/snapshots/one")[0] == 200
    put_all(2)
    assert control("POST", "/snapshots/two")[0] == 200
    with Other("reader"), Other("reader"), Other("writer"):
        for _ in range(60):
            assert control("POST", "/snapshots/one/restore")[0] == 200
            assert generations() == ["1"]
            assert control("POST", "/snapshots/two/restore")[0] == 200
            assert generations() == ["2"]


def main():
    if len(sys.argv) > 1:
        {"reader": read_on, "writer": write_on}[sys.argv[1]]()
        return
    private = os.environ.get("DDBMOCK_STORAGE") == "memory"
    for name, test in list(globals().items()):
        if name.startswith("test_") and not (private and test is test_everyone_at_once):
            test()
            print(f"{name}: ok", flush=True)


if __name__ == "__main__":
    try:
        main()
    except ClientError as error:
        raise AssertionError(error) from error
