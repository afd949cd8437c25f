"""Random requests for the differential run: good ones, and good ones with a fault or two put in."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../conformance"))

import legacy  # noqa: E402  pylint: disable=wrong-import-position
from generate import BINARIES, NAMES, NUMBERS, STRINGS, Generator, Text  # noqa: E402  pylint: disable=wrong-import-position
from wire import table  # noqa: E402  pylint: disable=wrong-import-position

TABLES = [
    table("hash", [("pk", "S")]),
    table("pair", [("pk", "S"), ("sk", "N")],
          [("all", "g", [("g", "S"), ("h", "N")], "ALL"), ("keys", "g", [("g", "S")], "KEYS_ONLY"),
           ("some", "g", [("b1", "B")], ["a", "b"]), ("local", "l", [("pk", "S"), ("l", "S")], "KEYS_ONLY"),
           ("localall", "l", [("pk", "S"), ("h", "N")], "ALL")]),
]
STRANGE = [None, 1, "", "x", True, [], {}, "ALL_NEW", -1, {"S": "x"}, {"N": "x"}, {"N": "1"}, {}, {"SS": []}, {"SS": ["a", "a"]}, {"NULL": False},
           {"S": "x", "N": "1"}, {"B": "x"}, {"L": [{}]}, "a" * 300]
TOKENS = re.compile(r"[#:]?[\w\u00df\u00f6]+|<>|<=|>=|[^\s\w]")
WORDS = ["AND", "OR", "NOT", "(", ")", ",", "=", "<", "<>", "+", "-", "[0]", ".", "SET", "REMOVE", "ADD", "DELETE", ":nope", "#nope", "name", "pk",
         "sk", "size", "contains", "begins_with", "attribute_exists", "BETWEEN", "IN", "1", "?", ":v0", "#n0", "a", "b"]


class Requests:
    def __init__(self, random):
        self.random = random
        self.generate = Generator(random)
        self.legacy = legacy.Legacy(self.generate)
        self.known = {"hash": {}, "pair": {}}

    def key(self, name):
        key = {"pk": {"S": self.random.choice("kmn")}}
        if name == "pair":
            key["sk"] = {"N": self.random.choice("123")}
        return key

    def item(self, name):
        item = self.generate.item(self.key(name))
        if name == "pair":
            for index, pool in (("g", [{"S": s} for s in "xy"]), ("h", [{"N": n} for n in "12"]), ("l", [{"S": s} for s in "xy"]),
                                ("b1", [{"B": b} for b in BINARIES[1:3]])):
                if self.generate.chance(0.5):
                    item[index] = self.random.choice(pool)
        return item

    def like(self, name):
        """An item that is probably there."""
        return self.random.choice(list(self.known[name].values()) or [self.item(name)])

    def options(self, request, **choices):
        for member, values in choices.items():
            if self.generate.chance(0.3):
                request[member] = self.random.choice(values)
        return request

    def capacity(self, request):
        return self.options(request, ReturnConsumedCapacity=["TOTAL", "INDEXES", "NONE"])

    def write(self, request, name):
        self.capacity(request)
        if name == "pair":
            self.options(request, ReturnItemCollectionMetrics=["SIZE", "NONE"])
        return request

    def conditional(self, request, name, old=False):
        if old and self.generate.chance(0.25):
            return self.expecting(request, name)
        if self.generate.chance(0.4):
            text = Text(self.random)
            text.names.update(request.pop("ExpressionAttributeNames", {}))
            text.values.update(request.pop("ExpressionAttributeValues", {}))
            request["ConditionExpression"] = text.condition(self.generate.condition(self.like(name), 2))
            request.update(text.parameters())
            self.options(request, ReturnValuesOnConditionCheckFailure=["ALL_OLD", "NONE"])
        return request

    def expecting(self, request, name):
        """The same with a condition of before expressions."""
        request["Expected"] = self.legacy.expected(self.like(name))
        request.update(self.legacy.operator(request["Expected"]))
        return request

    # Each a good request of an operation.

    def name(self):
        return self.random.choice(["hash", "pair", "pair"])

    def put(self):
        name = self.name()
        item = self.item(name)
        self.known[name][str((item["pk"], item.get("sk")))] = item
        request = self.conditional({"TableName": name, "Item": item}, name, True)
        return "PutItem", self.write(self.options(request, ReturnValues=["ALL_OLD", "NONE"]), name)

    def delete(self):
        name = self.name()
        request = self.conditional({"TableName": name, "Key": self.key(name)}, name, True)
        return "DeleteItem", self.write(self.options(request, ReturnValues=["ALL_OLD", "NONE"]), name)

    def updating(self, name):
        like = self.like(name)
        text = Text(self.random)
        request = {"TableName": name, "Key": {k: like[k] for k in ("pk", "sk") if k in like}}
        update = self.generate.update(like)
        if not {"SET", "ADD"} & set(update):
            update["SET"] = [(("set",), ("value", {"NULL": True}))]
        request["UpdateExpression"] = text.update(update)
        request.update(text.parameters())
        return self.conditional(request, name)

    def updating_attributes(self, name):
        like = self.like(name)
        request = {"TableName": name, "Key": {k: like[k] for k in ("pk", "sk") if k in like}, "AttributeUpdates": self.legacy.updates(like)}
        if all(update.get("Action") == "DELETE" for update in request["AttributeUpdates"].values()):
            request["AttributeUpdates"]["set"] = {"Value": {"NULL": True}}
        if self.generate.chance(0.1):
            request["AttributeUpdates"][self.random.choice(["pk", "sk", "g", "h"])] = {"Value": {"S": "x"}}
        return self.expecting(request, name) if self.generate.chance(0.3) else request

    def update(self):
        name = self.name()
        request = self.updating_attributes(name) if self.generate.chance(0.35) else self.updating(name)
        return "UpdateItem", self.write(
            self.options(request, ReturnValues=["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]), name)

    def projecting(self, name, request, old=True):
        if old and self.generate.chance(0.25):
            request["AttributesToGet"] = self.legacy.names(self.like(name))
        elif self.generate.chance(0.5):
            text = Text(self.random)
            request["ProjectionExpression"] = text.projection(self.generate.paths(self.like(name), 4))
            request.update(text.parameters())
        return request

    def get(self):
        name = self.name()
        request = self.projecting(name, {"TableName": name, "Key": self.key(name)})
        return "GetItem", self.capacity(self.options(request, ConsistentRead=[True, False]))

    def reading(self, name):
        request = {"TableName": name}
        text = Text(self.random)
        if self.generate.chance(0.4):
            request["FilterExpression"] = text.condition(self.generate.condition(self.like(name), 2))
        if self.generate.chance(0.3):
            request["ProjectionExpression"] = text.projection(self.generate.paths(self.like(name), 4))
        elif self.generate.chance(0.3):
            request["Select"] = self.random.choice(["COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"])
        self.capacity(self.options(request, Limit=[1, 2, 3], ConsistentRead=[True, False]))
        return request, text

    def reading_of_old(self, name, member):
        """What a Query or Scan of before expressions takes beside its keys."""
        request = {"TableName": name}
        if self.generate.chance(0.5):
            request[member] = self.legacy.filter(self.like(name))
            request.update(self.legacy.operator(request[member]))
        if self.generate.chance(0.3):
            request["AttributesToGet"] = self.legacy.names(self.like(name))
        elif self.generate.chance(0.3):
            request["Select"] = self.random.choice(["COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"])
        return self.capacity(self.options(request, Limit=[1, 2, 3], ConsistentRead=[True, False]))

    def query_of_old(self):
        name = self.name()
        request = self.reading_of_old(name, "QueryFilter")
        hash_key, sort_key, pool = "pk", "sk" if name == "pair" else None, NUMBERS
        value = {"S": self.random.choice("kmn")}
        if name == "pair" and self.generate.chance(0.4):
            request["IndexName"], hash_key, sort_key, pool = self.random.choice([
                ("all", "g", "h", NUMBERS), ("keys", "g", None, None), ("local", "pk", "l", STRINGS), ("localall", "pk", "h", NUMBERS)])
            if hash_key == "g":
                value = {"S": self.random.choice("xy")}
        conditions = {hash_key: {"ComparisonOperator": "EQ", "AttributeValueList": [value]}}
        if sort_key and self.generate.chance(0.5):
            bound = {"S": self.random.choice("12x")} if pool is STRINGS else {"N": self.random.choice("12")}
            operator = self.random.choice(legacy.OF_KEYS + ["NE"])
            conditions[sort_key] = {"ComparisonOperator": operator, "AttributeValueList": [bound] * (1 + (operator == "BETWEEN"))}
        request["KeyConditions"] = conditions
        return "Query", self.options(request, ScanIndexForward=[True, False])

    def scan_of_old(self):
        name = self.name()
        request = self.reading_of_old(name, "ScanFilter")
        if name == "pair" and self.generate.chance(0.3):
            request["IndexName"] = self.random.choice(["all", "keys", "some", "local", "localall"])
        request.pop("Limit", None)
        return "Scan", request

    def query(self):
        if self.generate.chance(0.35):
            return self.query_of_old()
        name = self.name()
        request, text = self.reading(name)
        hash_key, sort_key, pool = "pk", "sk" if name == "pair" else None, NUMBERS
        value = {"S": self.random.choice("kmn")}
        if name == "pair" and self.generate.chance(0.4):
            request["IndexName"] = self.random.choice(["all", "keys", "local", "localall"])
            hash_key, sort_key, pool = {"all": ("g", "h", NUMBERS), "keys": ("g", None, None), "local": ("pk", "l", STRINGS),
                                        "localall": ("pk", "h", NUMBERS)}[request["IndexName"]]
            if hash_key == "g":
                value = {"S": self.random.choice("xy")}
        written = f"{hash_key} = {text.value(value)}"
        if sort_key and self.generate.chance(0.5):
            kind = "S" if pool is STRINGS else "N"
            bound = text.value({kind: self.random.choice(["1", "2", "x"] if kind == "S" else ["1", "2"])})
            operator = self.random.choice(["=", "<", "<=", ">", ">=", "BETWEEN"])
            written += f" AND {sort_key} {operator} {bound}" + (f" AND {bound}" if operator == "BETWEEN" else "")
        request["KeyConditionExpression"] = written
        request.update(text.parameters())
        return "Query", self.options(request, ScanIndexForward=[True, False])

    def scan(self):
        if self.generate.chance(0.35):
            return self.scan_of_old()
        name = self.name()
        request, text = self.reading(name)
        if name == "pair" and self.generate.chance(0.3):
            request["IndexName"] = self.random.choice(["all", "keys", "some", "local", "localall"])
        request.update(text.parameters())
        request.pop("Limit", None)
        return "Scan", request

    def batch_get(self):
        tables = {}
        for name in self.random.sample(["hash", "pair"], self.random.randint(1, 2)):
            keys = []
            for _ in range(self.random.randint(1, 3)):
                key = self.key(name)
                if key not in keys:
                    keys.append(key)
            tables[name] = self.projecting(name, self.options({"Keys": keys}, ConsistentRead=[True, False]))
        return "BatchGetItem", self.capacity({"RequestItems": tables})

    def batch_write(self):
        tables = {}
        for name in self.random.sample(["hash", "pair"], self.random.randint(1, 2)):
            seen, writes = [], []
            for _ in range(self.random.randint(1, 3)):
                item = self.item(name)
                key = {k: item[k] for k in ("pk", "sk") if k in item}
                if key not in seen:
                    seen.append(key)
                    writes.append({"PutRequest": {"Item": item}} if self.generate.chance(0.7) else {"DeleteRequest": {"Key": key}})
            tables[name] = writes
        return "BatchWriteItem", self.write({"RequestItems": tables}, "pair")

    def transact_write(self):
        actions, seen = [], []
        for _ in range(self.random.randint(1, 4)):
            name = self.name()
            kind = self.random.choice(["Put", "Update", "Delete", "ConditionCheck"])
            if kind == "Put":
                action = self.conditional({"TableName": name, "Item": self.item(name)}, name)
                key = {k: action["Item"][k] for k in ("pk", "sk") if k in action["Item"]}
            elif kind == "Update":
                action = self.updating(name)
                key = action["Key"]
            else:
                action = {"TableName": name, "Key": self.key(name)}
                key = action["Key"]
                self.conditional(action, name)
                if kind == "ConditionCheck" and "ConditionExpression" not in action:
                    action["ConditionExpression"] = "attribute_exists(pk)"
            if (name, key) not in seen:
                seen.append((name, key))
                actions.append({kind: action})
        return "TransactWriteItems", self.write({"TransactItems": actions}, "pair")

    def transact_get(self):
        gets, seen = [], []
        for _ in range(self.random.randint(1, 4)):
            name = self.name()
            key = self.key(name)
            if (name, key) not in seen:
                seen.append((name, key))
                gets.append({"Get": self.projecting(name, {"TableName": name, "Key": key}, False)})
        return "TransactGetItems", self.capacity({"TransactItems": gets})

    def good(self):
        return self.random.choice([self.put, self.put, self.update, self.update, self.delete, self.get, self.query, self.query, self.scan,
                                   self.batch_get, self.batch_write, self.transact_write, self.transact_get])()

    # Faults.

    def places(self, value, path=()):
        """Every place inside a request."""
        if isinstance(value, dict):
            for name, held in value.items():
                yield value, name
                yield from self.places(held, path + (name,))
        elif isinstance(value, list):
            for i, held in enumerate(value):
                yield value, i
                yield from self.places(held, path + (i,))

    def spoil(self, request):
        """Puts one fault in, in place."""
        places = list(self.places(request))
        if not places:
            return
        if self.generate.chance(0.08):  # the other kind of parameters, too
            like = self.like("pair")
            request.update(self.random.choice([
                {"AttributesToGet": self.legacy.names(like)}, {"Expected": self.legacy.expected(like)},
                {"AttributeUpdates": self.legacy.updates(like)}, {"QueryFilter": self.legacy.filter(like)},
                {"ScanFilter": self.legacy.filter(like)}, {"ConditionalOperator": "OR"}, {"KeyConditions": {}},
                {"ConditionExpression": "attribute_exists(pk)"}, {"ProjectionExpression": "a"}, {"FilterExpression": "attribute_exists(a)"}]))
            return
        texts = [(holder, name) for holder, name in places
                 if isinstance(name, str) and name.endswith("Expression") and isinstance(holder[name], str)]
        if texts and self.generate.chance(0.6):
            holder, name = self.random.choice(texts)
            holder[name] = self.garble(holder[name])
            return
        holder, name = self.random.choice(places)
        pick = self.random.random()
        if pick < 0.35:
            del holder[name]
        elif pick < 0.5 and isinstance(holder, dict):
            holder[self.random.choice(NAMES + ["pk", "sk", "#x", ":x", "x", "TableName", "IndexName"])] = holder.pop(name)
        else:
            holder[name] = self.random.choice(STRANGE)

    def garble(self, text):
        tokens = TOKENS.findall(text)
        if not tokens:
            return text
        at = self.random.randrange(len(tokens))
        pick = self.random.random()
        if pick < 0.3:
            del tokens[at]
        elif pick < 0.6:
            tokens[at] = self.random.choice(WORDS)
        elif pick < 0.8:
            tokens.insert(at, self.random.choice(WORDS))
        else:
            other = self.random.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        return " ".join(tokens)
