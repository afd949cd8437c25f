#!/usr/bin/env python3
"""What random reads and writes of a table with indexes consume, and what its indexes hold, compared with a plain account of it:
BUILD [CASES [SEED]].

The account is written from the developer guide ("DynamoDB read and write operations", "Considerations for using global secondary
indexes", the same for local ones) and from what was measured on the service (facts of this project: a write is charged for the
larger image; an index for the change of its entry; only the table's arm doubles in a transaction). A case is one table's life of forty
steps: each answer's ConsumedCapacity is compared as a whole, and every walk through pages with what should be there, in order. A
difference is printed with the requests that repeat it.
"""

import json
import math
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from wire import Server, table  # noqa: E402  pylint: disable=wrong-import-position

KEY = ("pk", "sk")
# name: (kind, key attributes, what else it projects; None: all)
INDEXES = {
    "all": ("g", ("g", "h"), None),
    "keys": ("g", ("g",), ()),
    "some": ("g", ("b", "l"), ("x",)),
    "l-keys": ("l", ("pk", "l"), ()),
    "l-some": ("l", ("pk", "m"), ("y", "g")),
}
TYPES = {"pk": "S", "sk": "S", "g": "S", "h": "N", "b": "B", "l": "S", "m": "N"}
OTHERS = ("x", "y", "z")


def digits(text):
    """Bytes of a whole number: what is left of it without zeros in front and behind, two digits to a byte."""
    return 1 + math.ceil(len(text.lstrip("-").strip("0")) / 2) + text.startswith("-")


def value_size(value):
    (kind, held), = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return digits(held) if held != "0" else 1
    if kind == "B":
        return len(held) // 4 * 3 - held.count("=")
    return 1


def size(item):
    return sum(len(name) + value_size(value) for name, value in item.items())


def entry(index, item):
    """What an index holds of an item: None when it has not all of its keys."""
    _, keys, others = INDEXES[index]
    if item is None or any(name not in item for name in keys):
        return None
    return {name: value for name, value in item.items() if others is None or name in KEY + keys + tuple(others)}


def steps(length, unit):
    return max(1, math.ceil(length / unit))


def writes(length):
    return steps(length, 1024)


class Bill:
    """The arms of one table's ConsumedCapacity."""

    def __init__(self):
        self.table, self.indexes = 0, {}

    def add(self, index, units):
        if units:
            self.indexes[index] = self.indexes.get(index, 0) + units

    def write(self, before, after, times=1):
        self.table += times * writes(max(size(before or {}), size(after or {})))
        if before == after:
            return
        for index, (_, keys, _) in INDEXES.items():
            old, new = entry(index, before), entry(index, after)
            if old == new:
                continue
            if old and new and all(old[name] == new[name] for name in keys):
                self.add(index, writes(max(size(old), size(new))))
            else:
                self.add(index, sum(writes(size(image)) for image in (old, new) if image))

    def show(self, detail, split=None):
        def arm(units):
            return {"CapacityUnits": units, split: units} if split else {"CapacityUnits": units}
        shown = {"TableName": "wide", **arm(self.table + sum(self.indexes.values()))}
        if detail == "INDEXES":
            shown["Table"] = arm(self.table)
            for kind, member in (("l", "LocalSecondaryIndexes"), ("g", "GlobalSecondaryIndexes")):
                arms = {name: arm(units) for name, units in self.indexes.items() if INDEXES[name][0] == kind}
                if arms:
                    shown[member] = arms
        return shown


class Case:
    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.items, self.asked = {}, []

    def fail(self, got, wanted):
        requests = "\n".join(f"  {name} {json.dumps(body)}" for name, body in self.asked)
        raise AssertionError(f"{requests}\ngot {json.dumps(got)}\n  wanted {json.dumps(wanted)}")

    def ask(self, operation, request, wanted):
        """Sends the request, and compares what it says that it consumed."""
        self.asked.append((operation, request))
        answer = self.server.must(operation, request)
        if answer.get("ConsumedCapacity") != wanted:
            self.fail(answer.get("ConsumedCapacity"), wanted)

    def detail(self):
        return self.random.choice(["TOTAL", "INDEXES", "INDEXES"])

    def text(self):
        return "q" * self.random.choice([0, 1, 20, 900, 1000, 1024, 2000, 3500, self.random.randrange(5000)])

    def value(self, name):
        kind = TYPES.get(name)
        if kind == "S":
            return {"S": self.random.choice("ab") * self.random.choice([1, 1, 1, 700])}
        if kind == "N":
            return {"N": str(self.random.choice([0, 1, -20, 123456, 10 ** 20]))}
        if kind == "B":
            return {"B": self.random.choice(["AA==", "AAA=", "q" * 400])}
        return self.random.choice([{"S": self.text()}, {"BOOL": True}, {"NULL": True}])

    def key(self):
        return self.random.choice("pq"), self.random.choice("abc")

    def attributes(self):
        return {name: self.value(name) for name in (*TYPES, *OTHERS) if name not in KEY and self.random.random() < 0.6}

    def item(self, key):
        return {"pk": {"S": key[0]}, "sk": {"S": key[1]}, **self.attributes()}

    @staticmethod
    def key_of(key):
        return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}

    def update(self, key):
        """The expression's members, and the item after it."""
        item = dict(self.items.get(key) or self.key_of(key))
        sets = self.attributes() or {"x": {"S": "x"}}
        removed = [name for name in (*TYPES, *OTHERS) if name not in KEY and name not in sets and self.random.random() < 0.3]
        text = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
        if removed:
            text += " REMOVE " + ", ".join(f"#{name}" for name in removed)
        item.update(sets)
        for name in removed:
            item.pop(name, None)
        return {"Key": self.key_of(key), "UpdateExpression": text,
                "ExpressionAttributeNames": {f"#{name}": name for name in (*sets, *removed)},
                "ExpressionAttributeValues": {f":{name}": value for name, value in sets.items()}}, item

    def change(self, key, kinds):
        """A random write of an item: its kind, the members, the item after it."""
        kind = self.random.choice(kinds)
        if kind == "Put":
            item = dict(self.items[key]) if key in self.items and self.random.random() < 0.2 else self.item(key)
            return kind, {"Item": item}, item
        if kind == "Update":
            return (kind, *self.update(key))
        if kind == "ConditionCheck":
            exists = "attribute_exists" if key in self.items else "attribute_not_exists"
            return kind, {"Key": self.key_of(key), "ConditionExpression": f"{exists}(pk)"}, self.items.get(key)
        return kind, {"Key": self.key_of(key)}, None

    def keep(self, key, item):
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item

    def keys(self):
        return list({self.key() for _ in range(self.random.randrange(1, 5))})

    def write(self):
        key, detail, bill = self.key(), self.detail(), Bill()
        kind, members, item = self.change(key, ["Put", "Update", "Delete"])
        bill.write(self.items.get(key), item)
        self.keep(key, item)
        self.ask(f"{kind}Item", {"TableName": "wide", **members, "ReturnConsumedCapacity": detail}, bill.show(detail))

    def batch(self):
        detail, bill, requests = self.detail(), Bill(), []
        for key in self.keys():
            kind, members, item = self.change(key, ["Put", "Delete"])
            bill.write(self.items.get(key), item)
            self.keep(key, item)
            requests.append({f"{kind}Request": members})
        self.ask("BatchWriteItem", {"RequestItems": {"wide": requests}, "ReturnConsumedCapacity": detail}, [bill.show(detail)])

    def transaction(self):
        detail, bill, requests = self.detail(), Bill(), []
        for key in self.keys():
            kind, members, item = self.change(key, ["Put", "Update", "Delete", "ConditionCheck"])
            bill.write(self.items.get(key), item, 2)
            self.keep(key, item)
            requests.append({kind: {"TableName": "wide", **members}})
        self.ask("TransactWriteItems", {"TransactItems": requests, "ReturnConsumedCapacity": detail},
                 [bill.show(detail, "WriteCapacityUnits")])

    def reads(self, length, consistent):
        return steps(length, 4096) * (1 if consistent else 0.5)

    def get(self):
        detail, bill, consistent, keys = self.detail(), Bill(), self.random.random() < 0.5, self.keys()
        kind = self.random.choice(["GetItem", "BatchGetItem", "TransactGetItems"])
        keys = keys[:1] if kind == "GetItem" else keys
        for key in keys:
            length = size(self.items.get(key, {}))
            bill.table += 2 * self.reads(length, True) if kind == "TransactGetItems" else self.reads(length, consistent)
        if kind == "GetItem":
            self.ask(kind, {"TableName": "wide", "Key": self.key_of(keys[0]), "ConsistentRead": consistent,
                            "ReturnConsumedCapacity": detail}, bill.show(detail))
        elif kind == "BatchGetItem":
            asked = {"Keys": [self.key_of(key) for key in keys], "ConsistentRead": consistent}
            self.ask(kind, {"RequestItems": {"wide": asked}, "ReturnConsumedCapacity": detail}, [bill.show(detail)])
        else:
            gets = [{"Get": {"TableName": "wide", "Key": self.key_of(key), "ProjectionExpression": "pk"}} for key in keys]
            self.ask(kind, {"TransactItems": gets, "ReturnConsumedCapacity": detail}, [bill.show(detail, "ReadCapacityUnits")])

    def page(self):
        """A Query or a Scan to its end; what a local index does not have is fetched, each item by itself."""
        detail, bill, index = self.detail(), Bill(), self.random.choice([None, *INDEXES])
        keys = INDEXES[index][1] if index else KEY
        request = {"TableName": "wide", "ReturnConsumedCapacity": detail}
        consistent = self.random.random() < 0.5 and not (index and INDEXES[index][0] == "g")
        if consistent:
            request["ConsistentRead"] = True
        if index:
            request["IndexName"] = index
        chosen, operation = None, "Scan"
        if self.random.random() < 0.7:
            operation, chosen = "Query", self.value(keys[0]) if keys[0] != "pk" else {"S": self.key()[0]}
            request.update(KeyConditionExpression=f"{keys[0]} = :k", ExpressionAttributeValues={":k": chosen})
            if index == "all" and self.random.random() < 0.5:
                request["ScanIndexForward"] = False
        if self.random.random() < 0.3:
            request["FilterExpression"] = "attribute_not_exists(pk)" if operation == "Scan" else "attribute_not_exists(nothing)"
            if operation == "Query" and index and INDEXES[index][2] is not None:
                del request["FilterExpression"]
        fetches = False
        if index and INDEXES[index][0] == "l" and self.random.random() < 0.5:
            fetches = self.random.choice(["Select", "ProjectionExpression"])
            request[fetches] = "ALL_ATTRIBUTES" if fetches == "Select" else "sk, z"
        elif self.random.random() < 0.3:
            request["Select"] = "COUNT"
        length = 0
        for item in self.items.values():
            held = entry(index, item) if index else item
            if held is None or (chosen and item[keys[0]] != chosen):
                continue
            length += size(held)
            if fetches:
                bill.table += self.reads(size(item), consistent)
        if index:
            bill.add(index, self.reads(length, consistent))
        else:
            bill.table += self.reads(length, consistent)
        self.ask(operation, request, bill.show(detail))

    def pages(self, operation, request):
        """All items of a read in pages, each page within its Limit and its last key that of its last item."""
        items, request = [], dict(request)
        keys = KEY + (INDEXES[request["IndexName"]][1] if "IndexName" in request else ())
        while True:
            if self.random.random() < 0.8:
                request["Limit"] = self.random.randrange(1, 4)
            self.asked.append((operation, dict(request)))
            answer = self.server.must(operation, request)
            page, last = answer["Items"], answer.get("LastEvaluatedKey")
            if len(page) > request.get("Limit", len(page)) or answer["Count"] != len(page) or answer["ScannedCount"] != len(page):
                self.fail(answer, request)
            items += page
            if last is None:
                return items
            if not page or last != {name: page[-1][name] for name in keys}:
                self.fail(answer, request)
            request["ExclusiveStartKey"] = last

    def same(self, items, wanted):
        def ordered(held):
            return sorted(json.dumps(item, sort_keys=True) for item in held)
        if ordered(items) != ordered(wanted):
            self.fail(items, wanted)

    def walk(self):
        """A table or an index, through pages: by Scan, by Scan in segments, or one of its partitions by Query."""
        index = self.random.choice([None, *INDEXES])
        keys = INDEXES[index][1] if index else KEY
        held = [item if index is None else entry(index, item) for item in self.items.values()]
        held = [item for item in held if item is not None]
        request = {"TableName": "wide", **({"IndexName": index} if index else {})}
        how = self.random.choice(["Scan", "segments", "Query", "Query"])
        if how == "Scan":
            self.same(self.pages("Scan", request), held)
        elif how == "segments":
            total = self.random.choice([1, 2, 3, 7])
            found = [self.pages("Scan", {**request, "TotalSegments": total, "Segment": segment}) for segment in range(total)]
            self.same([item for items in found for item in items], held)
        else:
            value = self.random.choice(held)[keys[0]] if held else {TYPES[keys[0]]: "AA=="}
            forward = self.random.random() < 0.5
            request.update(KeyConditionExpression="#k = :k", ExpressionAttributeNames={"#k": keys[0]},
                           ExpressionAttributeValues={":k": value}, ScanIndexForward=forward)
            items = self.pages("Query", request)
            self.same(items, [item for item in held if item[keys[0]] == value])
            if len(keys) > 1:
                sort = [int(item[keys[1]]["N"]) if TYPES[keys[1]] == "N" else item[keys[1]]["S"] for item in items]
                if sort != sorted(sort, reverse=not forward):
                    self.fail(items, "in order")

    def live(self):
        for _ in range(40):
            self.random.choice([self.write, self.write, self.write, self.batch, self.transaction, self.get, self.page, self.page, self.walk])()


def main():
    build = sys.argv[1]
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20120810
    print(f"{cases} cases from seed {seed}", flush=True)
    indexes = [(name, kind, [(key, TYPES[key]) for key in keys], "ALL" if others is None else list(others) or "KEYS_ONLY")
               for name, (kind, keys, others) in INDEXES.items()]
    with Server(build) as server:
        for number in range(seed, seed + cases):
            server.must("CreateTable", table("wide", [(name, TYPES[name]) for name in KEY], indexes))
            try:
                Case(server, number).live()
            except Exception:
                print(f"case {number}: run again with {build} 1 {number}", flush=True)
                raise
            server.must("DeleteTable", {"TableName": "wide"})
        print(f"{server.requests} requests")


if __name__ == "__main__":
    main()
