"""One of the processes of tests/soak/run: worker.py JOURNALS SLOT SEED STOP. Sends mixed operations over HTTP, or HTTPS where SLOT is
odd, checks each answer against what it knows, and ends with a line on standard error when one is not what it must be."""
import http.client
import json
import os
import random
import signal
import ssl
import sys

from journal import Journal

HOST = "dynamodb.us-east-1.amazonaws.com"
TABLE, INDEX = "Soak", "ByScore"
ACCOUNTS, COUNTERS, DOCUMENTS = 10, 8, 8
KEYS, GROUPS = 200, 4


class Refused(Exception):
    def __init__(self, status, body):
        self.status, self.body = status, body
        self.kind = body.get("__type", "").split("#")[-1]
        super().__init__(f"{status} {json.dumps(body)[:600]}")


class Client:
    def __init__(self, secure):
        self.connection = (http.client.HTTPSConnection(HOST, context=ssl.create_default_context()) if secure
                           else http.client.HTTPConnection(HOST))

    def call(self, operation, **body):
        self.connection.request("POST", "/", json.dumps(body), {
            "X-Amz-Target": "DynamoDB_20120810." + operation, "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20261122T120000Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/dynamodb/aws4_request, "
                             "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0123456789abcdef" * 4})
        answer = self.connection.getresponse()
        text = answer.read()
        decoded = json.loads(text)
        if answer.status != 200:
            raise Refused(answer.status, decoded)
        return decoded

    def pages(self, operation, **body):
        while True:
            page = self.call(operation, **body)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            body["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def key_of(key):
    partition, sort = key.split()
    return {"pk": {"S": partition}, "sk": {"N": sort}}


def item_of(key, known):
    group, score, size, stamp = known
    return {**key_of(key), "group": {"S": group}, "score": {"N": str(score)}, "stamp": {"S": stamp},
            "body": {"S": (stamp * (size // len(stamp) + 1))[:size]}}


def create():
    """The table, with what all processes share in it."""
    client = Client(False)
    client.call("CreateTable", TableName=TABLE, BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind}
                                      for name, kind in (("pk", "S"), ("sk", "N"), ("group", "S"), ("score", "N"))],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                GlobalSecondaryIndexes=[{
                    "IndexName": INDEX, "Projection": {"ProjectionType": "ALL"},
                    "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "score", "KeyType": "RANGE"}]}])
    while client.call("DescribeTable", TableName=TABLE)["Table"]["TableStatus"] != "ACTIVE":
        pass
    for kind, count, first in (("account", ACCOUNTS, 1000), ("counter", COUNTERS, 0), ("document", DOCUMENTS, 0)):
        for i in range(count):
            client.call("PutItem", TableName=TABLE, Item={
                **key_of(f"{kind} {i}"), "n": {"N": str(first)}, "group": {"S": kind}, "score": {"N": str(i)}})


class Worker:
    def __init__(self, directory, slot, seed):
        self.slot = slot
        self.random = random.Random(seed)
        self.client = Client(slot % 2 == 1)
        self.journal = Journal(directory, slot)
        self.journal.load()
        self.seed = seed
        self.journal.start()
        if self.journal.doubt:
            self.settle()

    def stored(self, key):
        return self.client.call("GetItem", TableName=TABLE, Key=key_of(key), ConsistentRead=True).get("Item")

    def settle(self):
        """What a request without a whole answer did, as a rule a killed forerunner's: all or nothing, of a batch each item by
        itself."""
        _, kind, changes, _ = self.journal.doubt
        happened = []
        for i, (key, before, after) in enumerate(changes):
            found = self.stored(key)
            old = item_of(key, before) if before else None
            new = item_of(key, after) if after else None
            if found == new:
                happened.append(i)
            elif found != old:
                raise AssertionError(f"{kind}: {key} is neither as before nor as after: {found}, {old}, {new}")
        # A change from nothing to nothing counts as both.
        same = [i for i, (_, before, after) in enumerate(changes) if before == after]
        if kind != "batch" and 0 < len(set(happened) - set(same)) < len(changes) - len(same):
            raise AssertionError(f"{kind}: half of it happened: {happened} of {changes}")
        self.journal.end({"happened": happened})

    def fresh(self):
        """An item that has never been."""
        size = self.random.choice((0, 20, 20, 200, 200, 1500, 20000)) or 1
        return [f"{self.slot}-{self.random.randrange(GROUPS)}", self.random.randrange(-1000, 1000),
                size, f"{self.slot}.{self.journal.number + 1}.{self.random.randrange(1 << 30)}"]

    def any_key(self):
        return f"own{self.slot}-{self.random.randrange(5)} {self.random.randrange(KEYS // 5)}"

    def change(self, kind, operation, changes=(), counters=(), **body):
        """A write that must succeed, unless something else was in its way."""
        self.journal.begin(kind, changes, counters)
        try:
            answer = self.client.call(operation, **body)
        except Refused as refused:
            reasons = {reason["Code"] for reason in refused.body.get("CancellationReasons", [])} - {"None"}
            if refused.kind == "TransactionConflictException" or (refused.kind == "TransactionCanceledException" and
                                                                  reasons <= {"TransactionConflict"}):
                self.journal.end("no")
                return None
            raise
        if answer.get("UnprocessedItems"):
            self.settle()
        else:
            self.journal.end("yes")
        return answer

    # --- operations ---

    def put(self):
        key, item = self.any_key(), self.fresh()
        before = self.journal.items.get(key)
        answer = self.change("put", "PutItem", [(key, item)], TableName=TABLE, Item=item_of(key, item), ReturnValues="ALL_OLD")
        if answer is not None and answer.get("Attributes") != (item_of(key, before) if before else None):
            raise AssertionError(f"PutItem replaced {answer}, not {before}")

    def delete(self):
        key = self.any_key()
        self.change("delete", "DeleteItem", [(key, None)], TableName=TABLE, Key=key_of(key))

    def update(self):
        """On condition that the item is what we know it to be."""
        key = self.any_key()
        before = self.journal.items.get(key)
        if not before:
            return
        after = [before[0], self.random.randrange(-1000, 1000), before[2], before[3]]
        self.change("update", "UpdateItem", [(key, after)], TableName=TABLE, Key=key_of(key),
                    UpdateExpression="SET score = :new", ConditionExpression="stamp = :stamp AND score = :old",
                    ExpressionAttributeValues={":new": {"N": str(after[1])}, ":old": {"N": str(before[1])},
                                               ":stamp": {"S": before[3]}})

    def false_condition(self):
        key = self.any_key()
        try:
            self.client.call("PutItem", TableName=TABLE, Item=item_of(key, self.fresh()), ConditionExpression="stamp = :never",
                             ExpressionAttributeValues={":never": {"S": "never"}})
        except Refused as refused:
            if refused.kind not in ("ConditionalCheckFailedException", "TransactionConflictException"):
                raise
        else:
            raise AssertionError(f"{key}: a false condition held")

    def batch(self):
        changes = {self.any_key(): self.random.random() < 0.3 for _ in range(self.random.randrange(1, 26))}
        changes = [(key, None if gone else self.fresh()) for key, gone in changes.items()]
        self.change("batch", "BatchWriteItem", changes, RequestItems={TABLE: [
            {"PutRequest": {"Item": item_of(key, item)}} if item else {"DeleteRequest": {"Key": key_of(key)}}
            for key, item in changes]})

    def transaction(self):
        """Items of ours, and a shared counter with them."""
        keys = {self.any_key() for _ in range(self.random.randrange(1, 8))}
        changes = [(key, None if self.random.random() < 0.3 else self.fresh()) for key in keys]
        counter = self.random.randrange(COUNTERS)
        self.change(
            "transaction", "TransactWriteItems", changes, [(f"counter {counter}", 1)],
            ClientRequestToken=f"{self.seed}-{self.journal.number + 1}"[-36:],
            TransactItems=[{"Put": {"TableName": TABLE, "Item": item_of(key, item)}} if item
                           else {"Delete": {"TableName": TABLE, "Key": key_of(key)}} for key, item in changes] + [self.add(counter)])

    def add(self, counter):
        return {"Update": {"TableName": TABLE, "Key": key_of(f"counter {counter}"), "UpdateExpression": "ADD n :one",
                           "ExpressionAttributeValues": {":one": {"N": "1"}}}}

    def count(self):
        counter = self.random.randrange(COUNTERS)
        self.change("count", "UpdateItem", (), [(f"counter {counter}", 1)], **self.add(counter)["Update"])

    def transfer(self):
        """From one account to another; the sum of all stays."""
        giver, taker = self.random.sample(range(ACCOUNTS), 2)
        amount = {":amount": {"N": str(self.random.randrange(1, 50))}}
        sides = ((giver, "SET n = n - :amount", {"ConditionExpression": "n >= :amount"}), (taker, "SET n = n + :amount", {}))
        try:
            self.client.call("TransactWriteItems", TransactItems=[
                {"Update": {"TableName": TABLE, "Key": key_of(f"account {account}"), "UpdateExpression": what,
                            "ExpressionAttributeValues": amount, **more}} for account, what, more in sides])
        except Refused as refused:
            if refused.kind != "TransactionCanceledException":
                raise

    def sum(self):
        try:
            answer = self.client.call("TransactGetItems", TransactItems=[
                {"Get": {"TableName": TABLE, "Key": key_of(f"account {i}")}} for i in range(ACCOUNTS)])
        except Refused as refused:
            if refused.kind != "TransactionCanceledException":
                raise
            return
        total = sum(int(one["Item"]["n"]["N"]) for one in answer["Responses"])
        if total != 1000 * ACCOUNTS:
            raise AssertionError(f"a reader saw half a transaction: {total}")

    def document(self):
        """Read, and write if nobody was faster. Whoever wrote version n is acknowledged alone."""
        name = f"document {self.random.randrange(DOCUMENTS)}"
        version = int(self.stored(name)["n"]["N"])
        self.journal.begin("document", (), [(f"{name} {version + 1}", 1)])
        try:
            self.client.call("UpdateItem", TableName=TABLE, Key=key_of(name), UpdateExpression="SET n = :next",
                             ConditionExpression="n = :version",
                             ExpressionAttributeValues={":next": {"N": str(version + 1)}, ":version": {"N": str(version)}})
        except Refused as refused:
            if refused.kind not in ("ConditionalCheckFailedException", "TransactionConflictException"):
                raise
            self.journal.end("no")
        else:
            self.journal.end("yes")

    def get(self):
        key = self.any_key()
        known = self.journal.items.get(key)
        found = self.stored(key)
        if found != (item_of(key, known) if known else None):
            raise AssertionError(f"{key} is {found}, not {known}")

    def query(self):
        """A group of ours in the index, in pages: what the table has of it."""
        group = f"{self.slot}-{self.random.randrange(GROUPS)}"
        found = list(self.client.pages("Query", TableName=TABLE, IndexName=INDEX, KeyConditionExpression="#group = :group",
                                       ExpressionAttributeNames={"#group": "group"},
                                       ExpressionAttributeValues={":group": {"S": group}}, Limit=self.random.choice((7, 100))))
        wanted = [item_of(key, known) for key, known in self.journal.items.items() if known[0] == group]
        scores = [int(item["score"]["N"]) for item in found]
        if scores != sorted(scores):
            raise AssertionError(f"{group}: out of order: {scores}")
        if sorted(map(json.dumps, map(sort_item, found))) != sorted(map(json.dumps, map(sort_item, wanted))):
            raise AssertionError(f"{group}: the index has {len(found)} items, the table {len(wanted)}, or others")

    def run(self, stop):
        operations = [self.put] * 5 + [self.update] * 4 + [self.delete] * 2 + [self.get] * 3 + [self.batch] * 2 + [
            self.transaction, self.transaction, self.count, self.transfer, self.sum, self.document, self.document, self.query,
            self.false_condition]
        while not os.path.exists(stop):
            self.random.choice(operations)()


def sort_item(item):
    return dict(sorted(item.items()))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    directory, slot, seed, stop = sys.argv[1:]
    try:
        Worker(directory, int(slot), int(seed)).run(stop)
    except (AssertionError, Refused, OSError, http.client.HTTPException, ValueError) as failure:
        sys.exit(f"slot {slot}: {type(failure).__name__}: {failure}")
