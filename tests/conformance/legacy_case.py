"""A random case of the parameters of before expressions: see legacy.py."""

import evaluator
import legacy
from case import DYNAMODB, VALIDATION, Case
from generate import BINARIES, NUMBERS, STRINGS
from wire import table

KEY = {"pk": {"S": "old"}, "sk": {"N": "1"}}
UNMET = {"__type": DYNAMODB + "ConditionalCheckFailedException", "message": "The conditional request failed"}


class LegacyCase(Case):
    def __init__(self, server, seed):
        super().__init__(server, seed)
        self.legacy = legacy.Legacy(self.generate)

    # One item, which may not be there.

    def item(self):
        item = self.generate.item(KEY) if self.generate.chance(0.9) else {}
        if item:
            self.check(self.ask("PutItem", {"TableName": "legacy", "Item": item}), {})
        else:
            self.check(self.ask("DeleteItem", {"TableName": "legacy", "Key": KEY}), {})
        for _ in range(3):
            self.expected(item)
        for _ in range(3):
            self.filter(item)
        self.attributes(item)
        for _ in range(3):
            item = self.update(item)

    def conditions(self, item, member):
        """A condition's members of a request, and whether the item meets it."""
        conditions = self.legacy.expected(item) if member == "Expected" else self.legacy.filter(item)
        operator = self.legacy.operator(conditions)
        return {member: conditions, **operator}, legacy.met(item, conditions, operator.get("ConditionalOperator", "AND"))

    def expected(self, item):
        request, met = self.conditions(item, "Expected")
        old = self.random.choice([None, "NONE", "ALL_OLD"])
        if old:
            request["ReturnValuesOnConditionCheckFailure"] = old
        operation = self.random.choice(["PutItem", "DeleteItem", "UpdateItem"] if item else ["DeleteItem"])
        request.update({"TableName": "legacy", **({"Item": item} if operation == "PutItem" else {"Key": KEY})})
        answer = self.ask(operation, request)
        if met:
            self.check(answer, {})
            if operation == "DeleteItem" and item:
                self.check(self.ask("PutItem", {"TableName": "legacy", "Item": item}), {})
            return
        found = answer.pop("Item", None)
        self.check(answer, UNMET)
        if old == "ALL_OLD" and item:
            self.same_item(found, item)
        else:
            self.check(found, None)

    def filter(self, item):
        operation = self.random.choice(["Scan", "Query"])
        request, met = self.conditions(item, operation + "Filter")
        request["TableName"] = "legacy"
        if operation == "Query":
            request["KeyConditions"] = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["pk"]]}}
        answer = self.ask(operation, request)
        items = answer.pop("Items", None)
        self.check(answer, {"Count": int(met and bool(item)), "ScannedCount": int(bool(item))})
        self.check(len(items), answer["Count"])
        if items:
            self.same_item(items[0], item)

    def attributes(self, item):
        names = self.legacy.names(item)
        if self.generate.chance(0.3):
            names.append("pk")
        wanted = evaluator.projected(item, [(name,) for name in names])
        how = self.random.choice(["GetItem", "BatchGetItem", "Query"])
        if how == "GetItem":
            answer = self.ask(how, {"TableName": "legacy", "Key": KEY, "AttributesToGet": names})
            found = [answer["Item"]] if "Item" in answer else []
        elif how == "BatchGetItem":
            answer = self.ask(how, {"RequestItems": {"legacy": {"Keys": [KEY], "AttributesToGet": names}}})
            found = answer["Responses"]["legacy"]
        else:
            conditions = {name: {"ComparisonOperator": "EQ", "AttributeValueList": [value]} for name, value in KEY.items()}
            found = self.ask(how, {"TableName": "legacy", "KeyConditions": conditions, "AttributesToGet": names})["Items"]
        self.check(len(found), int(bool(item)))
        if found:
            self.same_item(found[0], wanted)

    def update(self, item):
        updates = self.legacy.updates(item)
        request = {"TableName": "legacy", "Key": KEY, "AttributeUpdates": updates}
        met = True
        if self.generate.chance(0.3):
            conditions, met = self.conditions(item, "Expected")
            request.update(conditions)
        request["ReturnValues"] = returned = self.random.choice(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
        answer = self.ask("UpdateItem", request)
        new, faults = legacy.updated(item, updates)
        if not met:
            self.check(answer, UNMET)
            new = item
        elif faults:
            self.refused(answer.pop("message", None), faults)
            self.check(answer, {"__type": VALIDATION})
            new = item
        else:
            deletes = all(update.get("Action") == "DELETE" for update in updates.values())
            new = {**KEY, **new} if item or not deletes else {}
            self.returned(answer, returned, item, new, list(updates))
        found = self.ask("GetItem", {"TableName": "legacy", "Key": KEY}).get("Item", {})
        self.same_item(found, new)
        return new

    def returned(self, answer, returned, old, new, names):
        side = old if returned.endswith("OLD") else new
        wanted = {} if returned == "NONE" else side if returned.startswith("ALL") else {n: side[n] for n in names if n in side}
        self.same_item(answer.pop("Attributes", {}), wanted)
        self.check(answer, {})

    # A table of items.

    def queries(self):
        kind, pool = self.random.choice([("S", STRINGS[1:]), ("N", NUMBERS), ("B", BINARIES[1:])])
        name = f"old{kind}"
        if name not in self.server.tables:
            self.server.tables.add(name)
            self.server.must("CreateTable", table(name, [("pk", "S"), ("sk", kind)], [("index", "l", [("pk", "S"), ("h", kind)], "ALL")]))
        partition = {"S": str(self.random.random())}
        items = []
        for value in self.random.sample(pool, self.random.randint(1, len(pool))):
            item = self.generate.item({"pk": partition, "sk": {kind: value}})
            if self.generate.chance(0.7):
                item["h"] = {kind: self.random.choice(pool)}
            items.append(item)
        for item in items:
            self.check(self.ask("PutItem", {"TableName": name, "Item": item}), {})
        for _ in range(4):
            self.query(name, partition, kind, pool, items)

    def query(self, name, partition, kind, pool, items):
        sort_key, request = "sk", {"TableName": name}
        if self.generate.chance(0.3):
            sort_key, request = "h", {"TableName": name, "IndexName": "index"}
            items = [item for item in items if "h" in item]
        conditions = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [partition]}}
        closing = None
        if self.generate.chance(0.8):
            conditions[sort_key], closing = self.range(kind, pool)
        request["KeyConditions"] = dict(self.random.sample(list(conditions.items()), len(conditions)))
        found = sorted((item for item in items if legacy.met(item, conditions)), key=lambda item: evaluator.sortable(item[sort_key]))
        if self.generate.chance(0.5):
            request["ScanIndexForward"] = forward = self.generate.chance(0.5)
            if not forward:
                found.reverse()
        wanted = found
        if self.generate.chance(0.4) and items:
            filters = self.legacy.filter(self.random.choice(items))
            operator = self.legacy.operator(filters)
            request.update({"QueryFilter": filters, **operator})
            wanted = [item for item in found if legacy.met(item, filters, operator.get("ConditionalOperator", "AND"))]
        if self.generate.chance(0.3):
            request["AttributesToGet"] = ["pk", "sk", "h"]
        if self.generate.chance(0.5):
            request["Limit"] = self.random.randint(1, 5)
        answers, scanned = [], 0
        for page in self.pages(request, partition, closing[0 if request.get("ScanIndexForward", True) else 1] if closing and sort_key == "sk" else None):
            answers += page["Items"]
            scanned += page["ScannedCount"]
            self.check(page["Count"], len(page["Items"]))
            self.check(page["ScannedCount"] <= request.get("Limit", 1000), True)
        self.check(scanned, len(found))
        if "AttributesToGet" in request:
            wanted = [{name: item[name] for name in request["AttributesToGet"] if name in item} for item in wanted]
        if sort_key == "h":
            # Of equal index keys the order is nobody's business.
            self.check([evaluator.normal(item["h"]) for item in answers], [evaluator.normal(item["h"]) for item in wanted])
            answers, wanted = (sorted(side, key=lambda item: evaluator.sortable(item["sk"])) for side in (answers, wanted))
        self.check([evaluator.normal_item(item) for item in answers], [evaluator.normal_item(item) for item in wanted])

    def range(self, kind, pool):
        """A sort key's condition, and the closed bounds of a walk forwards and backwards."""
        operator = self.random.choice(legacy.OF_KEYS if kind != "N" else legacy.OF_KEYS[:-1])
        values = [{kind: self.random.choice(pool)}]
        ends = (values[0] if operator == "LE" else None, values[0] if operator == "GE" else None)
        if operator == "BETWEEN":
            values = sorted([values[0], {kind: self.random.choice(pool)}], key=evaluator.sortable)
            ends = (values[1], values[0])
        return {"ComparisonOperator": operator, "AttributeValueList": values}, ends
