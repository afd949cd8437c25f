#!/usr/bin/env python3
"""The same random requests to ddbmock and to DynamoDB Local; what they answer differently must be explained: BUILD LIB COUNT SEED.

LIB is the directory with DynamoDB Local's jars. Every difference is either one that explained.py knows, with a section of
docs/compatibility.md, or is shown, and then the run fails. Both begin with the same tables, and both are told of every good
write, so that they hold the same items; when their contents part, the run says after which request.
"""

import collections
import copy
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import explained  # noqa: E402  pylint: disable=wrong-import-position
from table_traffic import NAMES, OPERATIONS, TableRequests, described  # noqa: E402  pylint: disable=wrong-import-position
from traffic import TABLES, Requests  # noqa: E402  pylint: disable=wrong-import-position
from wire import Server, headers_of  # noqa: E402  pylint: disable=wrong-import-position

SHOWN = int(os.environ.get("SHOWN", "2"))
TABLES_SHARE = float(os.environ.get("TABLES_SHARE", "0.15"))  # of the requests: those about tables
SETS = ("SS", "NS", "BS")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


class Local:
    """A DynamoDB Local of our own."""

    def __init__(self, lib):
        lib = os.path.abspath(lib)  # and its working directory, where it leaves a file of its own
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["java", "-Xmx512m", f"-Djava.library.path={lib}", "-cp", f"{lib}/*",
             "com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory", "-sharedDb", "-port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=lib)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.2)
        raise AssertionError("DynamoDB Local ended")

    def ask(self, operation, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", json.dumps(body).encode(), headers_of(operation))
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            try:
                return json.loads(text)
            except ValueError:
                return {"__type": f"status {error.code}", "message": text[:200]}

    def stop(self):
        self.process.kill()
        self.process.wait()


def normal(value):
    """An answer without what is nobody's business: the order of sets, and whether it is Message or message."""
    if isinstance(value, dict):
        if "__type" in value:
            value = {("message" if name == "Message" else name): held for name, held in value.items()}
        return {name: sorted(held) if name in SETS and isinstance(held, list) and all(isinstance(v, str) for v in held) else normal(held)
                for name, held in value.items()}
    if isinstance(value, list):
        return [normal(held) for held in value]
    return value


def unordered(answer, operation):
    """Items of a Scan, a batch and of equal index keys come in anybody's order."""
    answer = copy.deepcopy(answer)
    if operation in ("Scan", "Query") and "Items" in answer:
        answer["Items"].sort(key=lambda item: json.dumps(item, sort_keys=True))
    for name in ("Responses", "ItemCollectionMetrics"):
        if operation.startswith("Batch") and name in answer:
            for items in answer[name].values():
                items.sort(key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(answer.get("ConsumedCapacity"), list):
        answer["ConsumedCapacity"].sort(key=lambda held: held["TableName"])
    return json.dumps(answer, sort_keys=True)


def contents(side):
    found = {}
    for name in ("hash", "pair"):
        items = [explained.numbers(normal(item)) for item in side.ask("Scan", {"TableName": name})["Items"]]
        found[name] = sorted(json.dumps(item, sort_keys=True) for item in items)
    return found


class Run:
    def __init__(self, ours, theirs, seed):
        self.ours, self.theirs = ours, theirs
        self.random = random.Random(seed)
        self.requests = Requests(self.random)
        self.tables = TableRequests(self.random)
        self.explained, self.shown = collections.Counter(), collections.Counter()
        self.same = 0

    def ask(self, operation, request):
        deleting = explained.makes_items_of_deletes(operation, request)
        a, b = normal(self.ours.ask(operation, request)), normal(self.theirs.ask(operation, request))
        if operation in OPERATIONS:
            a, b = (side if "__type" in side else described(operation, side) for side in (a, b))
        if unordered(a, operation) == unordered(b, operation):
            self.same += 1
        else:
            self.differs(operation, request, a, b)
        if operation in OPERATIONS and isinstance(request.get("TableName"), str):
            if ("__type" in a) != ("__type" in b):
                self.forget(request["TableName"])
            elif "__type" not in a:
                self.tables.took(operation, request)
        elif ("__type" in a) != ("__type" in b):
            self.again()
        elif (deleting or ("__type" in b and operation in WRITES)) and contents(self.ours) != contents(self.theirs):
            # Local does some writes before it finds that they are wrong.
            self.explained["deleting from nothing" if deleting else "failures of Local"] += 1
            self.again()

    def differs(self, operation, request, a, b):
        why = explained.why(operation, request, a, b, unordered)
        if why:
            self.explained.update(why)
        else:
            kind = (operation, explained.outline(a), explained.outline(b))
            self.shown[kind] += 1
            if self.shown[kind] <= SHOWN:
                print(f"{operation} {json.dumps(request)[:3000]}\n    ours  {json.dumps(a)[:6000]}\n    local {json.dumps(b)[:6000]}\n", flush=True)

    def forget(self, name):
        """No such table in either."""
        self.tables.known.pop(name, None)
        for side in (self.ours, self.theirs):
            side.ask("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
            side.ask("DeleteTable", {"TableName": name})

    def again(self):
        """Both empty, and the same items in both."""
        for side in (self.ours, self.theirs):
            for request in TABLES:
                side.ask("DeleteTable", {"TableName": request["TableName"]})
                made = side.ask("CreateTable", request)
                assert "__type" not in made, made
        for known in self.requests.known.values():
            known.clear()
        for _ in range(8):
            operation, request = self.requests.put()
            request = {"TableName": request["TableName"], "Item": request["Item"]}
            self.ours.ask(operation, request)
            self.theirs.ask(operation, request)

    def go(self, count):
        self.again()
        for number in range(count):
            of_tables = self.random.random() < TABLES_SHARE
            operation, request = (self.tables if of_tables else self.requests).good()
            request = copy.deepcopy(request)
            for _ in range(self.random.choice([0, 0, 0, 1] if of_tables else [0, 1, 1])):
                self.requests.spoil(request)
            self.ask(operation, request)
            if number % 50 == 49 and contents(self.ours) != contents(self.theirs):
                self.shown["contents"] += 1
                print(f"after request {number} their contents are not the same\n")
                self.again()
            if number % 500 == 499:
                self.again()
                for name in NAMES:
                    self.forget(name)


def main():
    build, lib, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    print(f"{count} requests from seed {seed}", flush=True)
    theirs = Local(lib)
    try:
        with Server(build) as ours:
            run = Run(ours, theirs, seed)
            run.go(count)
    finally:
        theirs.stop()
    print(f"{run.same} of {count} answered the same")
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/compatibility.md"), encoding="utf-8") as file:
        entries = file.read()
    for why, times in run.explained.most_common():
        print(f"{times:6} {why}")
        if f"**{why}**" not in entries:
            run.shown[f"{why} is not in docs/compatibility.md"] += 1
    for kind, times in run.shown.most_common():
        print(f"{times:6} not explained: {kind}")
    sys.exit(1 if run.shown else 0)


if __name__ == "__main__":
    main()
