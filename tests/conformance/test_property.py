#!/usr/bin/env python3
"""Random items and expressions, asked of the engine through HTTP and of evaluator.py, which must agree: BUILD [CASES [SEED [WORDING]]].
Every third case is one of the parameters of before expressions, of which legacy.py knows what they mean, every tenth one of
the operations on tables.

A case is one item with some conditions, projections and updates, each on one of the operations that take such an expression; or
a table of items with queries of it. A difference is printed with the seed and the requests that repeat it.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import evaluator  # noqa: E402  pylint: disable=wrong-import-position
from case import DYNAMODB, VALIDATION, Case  # noqa: E402  pylint: disable=wrong-import-position
from legacy_case import LegacyCase  # noqa: E402  pylint: disable=wrong-import-position
from generate import BINARIES, NUMBERS, STRINGS, Text  # noqa: E402  pylint: disable=wrong-import-position
from table_case import TableCase  # noqa: E402  pylint: disable=wrong-import-position
from wire import Server, table  # noqa: E402  pylint: disable=wrong-import-position

KEY = {"pk": {"S": "k"}, "sk": {"N": "1"}}


class ExpressionCase(Case):
    """Conditions, projections and updates of an item, and queries of a table of items, by expressions."""

    # One item.

    def item(self):
        item = self.generate.item(KEY)
        self.check(self.ask("PutItem", {"TableName": "one", "Item": item}), {})
        for _ in range(4):
            self.condition(item)
        for _ in range(2):
            self.projection(item)
        for _ in range(3):
            item = self.update(item)

    def condition(self, item):
        condition = self.generate.condition(item)
        met = evaluator.met(item, condition)
        text = Text(self.random)
        written = text.condition(condition)
        getattr(self, "condition_of_" + self.random.choice(["scan", "query", "put", "update", "delete", "check"]))(item, written, text, met)

    def counted(self, operation, request, met, item):
        answer = self.ask(operation, request)
        items = answer.pop("Items", None)
        self.check(answer, {"Count": int(met), "ScannedCount": 1})
        self.check(len(items), int(met))
        if met:
            self.same_item(items[0], item)

    def condition_of_scan(self, item, written, text, met):
        self.counted("Scan", {"TableName": "one", "FilterExpression": written, **text.parameters()}, met, item)

    def condition_of_query(self, item, written, text, met):
        key = f"pk = {text.value(KEY['pk'])}"
        request = {"TableName": "one", "KeyConditionExpression": key, "FilterExpression": written, **text.parameters()}
        self.counted("Query", request, met, item)

    def conditional(self, operation, request, item, written, text, met):
        old = self.random.choice([None, "NONE", "ALL_OLD"])
        request = {"TableName": "one", **request, "ConditionExpression": written, **text.parameters()}
        if old:
            request["ReturnValuesOnConditionCheckFailure"] = old
        answer = self.ask(operation, request)
        if met:
            self.check(answer, {})
            return
        found = answer.pop("Item", None)
        self.check(answer, {"__type": DYNAMODB + "ConditionalCheckFailedException", "message": "The conditional request failed"})
        if old == "ALL_OLD":
            self.same_item(found, item)
        else:
            self.check(found, None)

    def condition_of_put(self, item, written, text, met):
        self.conditional("PutItem", {"Item": item}, item, written, text, met)

    def condition_of_update(self, item, written, text, met):
        self.conditional("UpdateItem", {"Key": KEY, "UpdateExpression": "REMOVE nothing"}, item, written, text, met)

    def condition_of_delete(self, item, written, text, met):
        self.conditional("DeleteItem", {"Key": KEY}, item, written, text, met)
        if met:
            self.check(self.ask("PutItem", {"TableName": "one", "Item": item}), {})

    def condition_of_check(self, item, written, text, met):
        check = {"TableName": "one", "Key": KEY, "ConditionExpression": written, "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                 **text.parameters()}
        put = {"TableName": "one", "Item": {**KEY, "pk": {"S": "other"}}}
        delete = {"TableName": "one", "Key": {**KEY, "pk": {"S": "other"}}}
        actions = [{"ConditionCheck": check}, {"Put": put}]
        self.random.shuffle(actions)
        answer = self.ask("TransactWriteItems", {"TransactItems": actions})
        if met:
            self.check(answer, {})
            self.check(self.ask("TransactWriteItems", {"TransactItems": [{"Delete": delete}]}), {})
            return
        at = next(i for i, action in enumerate(actions) if "ConditionCheck" in action)
        found = answer.get("CancellationReasons", [{}, {}])[at].pop("Item", {})
        reasons = [{"Code": "None"}, {"Code": "None"}]
        reasons[at] = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
        said = ", ".join(reason["Code"] for reason in reasons)
        self.check(answer, {
            "__type": DYNAMODB + "TransactionCanceledException", "CancellationReasons": reasons,
            "Message": f"Transaction cancelled, please refer cancellation reasons for specific reasons [{said}]"})
        self.same_item(found, item)

    def projection(self, item):
        paths = self.generate.paths(item, 5)
        text = Text(self.random)
        request = {"ProjectionExpression": text.projection(paths)}
        wanted = evaluator.projected(item, paths)
        how = self.random.choice(["GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"])
        if how == "Query":
            request["KeyConditionExpression"] = f"pk = {text.value(KEY['pk'])} AND sk = {text.value(KEY['sk'])}"
        request.update(text.parameters())
        if how == "GetItem":
            found = self.ask(how, {"TableName": "one", "Key": KEY, **request}).get("Item")
        elif how in ("Query", "Scan"):
            found = self.ask(how, {"TableName": "one", **request}).get("Items", [None])[0]
        elif how == "BatchGetItem":
            found = self.ask(how, {"RequestItems": {"one": {"Keys": [KEY], **request}}}).get("Responses", {}).get("one", [None])[0]
        else:
            found = self.ask(how, {"TransactItems": [{"Get": {"TableName": "one", "Key": KEY, **request}}]}).get("Responses", [None])[0]
            # Of an item of which nothing is asked for it says nothing at all (ExtendDB/extenddb#74).
            found = found and found.get("Item", {})
        if found is None:
            self.differs(found, wanted)
        self.same_item(found, wanted)

    def update(self, item):
        update = self.generate.update(item)
        refusals = evaluator.refusals(item, update)
        text = Text(self.random)
        request = {"TableName": "one", "Key": KEY, "UpdateExpression": text.update(update), **text.parameters()}
        new = item if refusals else evaluator.updated(item, update)
        if self.random.random() < 0.2:
            answer = self.ask("TransactWriteItems", {"TransactItems": [{"Update": request}]})
            if refusals:
                message = answer.get("CancellationReasons", [{}])[0].pop("Message", None)
                self.check(answer, {
                    "__type": DYNAMODB + "TransactionCanceledException", "CancellationReasons": [{"Code": "ValidationError"}],
                    "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [ValidationError]"})
                self.refused(message, refusals)
            else:
                self.check(answer, {})
        else:
            request["ReturnValues"] = returned = self.random.choice(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
            answer = self.ask("UpdateItem", request)
            if refusals:
                self.refused(answer.pop("message", None), refusals)
                self.check(answer, {"__type": VALIDATION})
            else:
                self.returned(answer, returned, item, new, update)
        self.same_item(self.ask("GetItem", {"TableName": "one", "Key": KEY}).get("Item"), new)
        return new

    def returned(self, answer, returned, old, new, update):
        if returned == "NONE":
            self.check(answer, {})
        elif returned.startswith("ALL"):
            self.same_item(answer.get("Attributes"), old if returned == "ALL_OLD" else new)
        else:
            touched = evaluator.paths_of(update)
            if any(isinstance(step, int) for path in touched for step in path):
                return  # what is said of elements that move is not documented
            wanted = evaluator.projected(old if returned == "UPDATED_OLD" else new, touched)
            self.same_item(answer.get("Attributes", {}), wanted)
            self.check("Attributes" in answer, bool(wanted))

    # A table of items.

    def queries(self):
        kind, pool = self.random.choice([("S", STRINGS[1:]), ("N", NUMBERS), ("B", BINARIES[1:])])
        name = f"many{kind}"
        if name not in self.server.tables:
            self.server.tables.add(name)
            self.server.must("CreateTable", table(name, [("pk", "S"), ("sk", kind)], [("index", "g", [("g", "S"), ("h", kind)], "ALL")]))
        partition = {"S": str(self.random.random())}
        items = []
        for value in self.random.sample(pool, self.random.randint(1, len(pool))):
            item = self.generate.item({"pk": partition, "sk": {kind: value}})
            if self.generate.chance(0.7):
                item.update(g=partition, h={kind: self.random.choice(pool)})
            items.append(item)
        for item in items:
            self.check(self.ask("PutItem", {"TableName": name, "Item": item}), {})
        for _ in range(4):
            self.query(name, partition, kind, pool, items)

    def query(self, name, partition, kind, pool, items):
        text = Text(self.random)
        hash_key, sort_key, request = "pk", "sk", {"TableName": name}
        if self.generate.chance(0.3):
            hash_key, sort_key, request = "g", "h", {"TableName": name, "IndexName": "index"}
            items = [item for item in items if "g" in item]
        matching, written, ends = self.key_condition(text, sort_key, kind, pool)
        clauses = [f"{text.path((hash_key,))} = {text.value(partition)}"] + ([written] if written else [])
        self.random.shuffle(clauses)
        request["KeyConditionExpression"] = f" {text.word('AND')} ".join(clauses)
        found = sorted((item for item in items if matching(item[sort_key])), key=lambda item: evaluator.sortable(item[sort_key]))
        if self.generate.chance(0.5):
            request["ScanIndexForward"] = forward = self.generate.chance(0.5)
            if not forward:
                found.reverse()
        closing = ends[0 if request.get("ScanIndexForward", True) else 1]
        wanted = found
        if self.generate.chance(0.4) and items:
            condition = self.generate.condition(self.random.choice(items))
            if not any(path[0] in ("g", "h") for path in paths_in(condition)):
                request["FilterExpression"] = text.condition(condition)
                wanted = [item for item in found if evaluator.met(item, condition)]
        request.update(text.parameters())
        if self.generate.chance(0.5):
            request["Limit"] = self.random.randint(1, 5)
        answers, scanned = [], 0
        for page in self.pages(request, partition, closing if sort_key == "sk" else None):
            answers += page["Items"]
            scanned += page["ScannedCount"]
            self.check(page["Count"], len(page["Items"]))
            if "Limit" in request:
                self.check(page["ScannedCount"] <= request["Limit"], True)
        self.check(scanned, len(found))
        if sort_key == "h":
            # Of equal index keys the order is nobody's business.
            self.check([evaluator.normal(item["h"]) for item in answers], [evaluator.normal(item["h"]) for item in wanted])
            answers, wanted = (sorted(side, key=lambda item: evaluator.sortable(item["sk"])) for side in (answers, wanted))
        self.check([evaluator.normal_item(item) for item in answers], [evaluator.normal_item(item) for item in wanted])

    def key_condition(self, text, sort_key, kind, pool):
        """What a sort key must be, as a function, as text (None when it may be anything), and the closed bounds of a walk
        forwards and backwards."""
        operator = self.random.choice([None, "=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"])
        operand = {kind: self.random.choice(pool)}
        if operator is None:
            return (lambda value: True), None, (None, None)
        if operator == "begins_with" and kind != "N":
            written = text.call(operator, text.path((sort_key,)), text.value(operand))
            return (lambda value: evaluator.begins(value, operand)), written, (None, None)
        if operator in ("BETWEEN", "begins_with"):
            low, high = sorted((operand, {kind: self.random.choice(pool)}), key=evaluator.sortable)
            written = f"{text.path((sort_key,))} {text.word('BETWEEN')} {text.value(low)} {text.word('AND')} {text.value(high)}"
            ends = (high, low)
            return (lambda value: evaluator.compare(">=", value, low) and evaluator.compare("<=", value, high)), written, ends
        written = f"{text.path((sort_key,))}{text.gap()}{operator}{text.gap()}{text.value(operand)}"
        ends = (operand if operator == "<=" else None, operand if operator == ">=" else None)
        return (lambda value: evaluator.compare(operator, value, operand)), written, ends


def paths_in(condition):
    """All paths of a condition."""
    if isinstance(condition, tuple) and condition and condition[0] in ("path", "size"):
        return [condition[1]]
    if isinstance(condition, tuple) and condition and condition[0] in ("exists", "not exists", "type", "begins", "contains"):
        return [condition[1], *(path for part in condition[2:] for path in paths_in(part))]
    if isinstance(condition, (tuple, list)):
        return [path for part in condition for path in paths_in(part)]
    return []


def run(build, numbers, wording):
    with Server(build, DDBMOCK_WORDING=wording) as server:
        server.tables, server.wording = set(), wording
        for name in ("one", "legacy"):
            server.must("CreateTable", table(name, [("pk", "S"), ("sk", "N")]))
        for number in numbers:
            kind = TableCase if number % 10 == 5 else LegacyCase if number % 3 == 0 else ExpressionCase
            case = kind(server, number)
            try:
                case.life() if kind is TableCase else case.item() if number % 4 else case.queries()
            except Exception:
                print(f"case {number}: run again with {build} 1 {number} {wording}", flush=True)
                raise
        print(f"{wording}: {len(numbers)} cases, {server.requests} requests")


def main():
    build = sys.argv[1]
    cases = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20120810
    print(f"{cases} cases from seed {seed}", flush=True)
    if len(sys.argv) > 4:
        run(build, range(seed, seed + cases), sys.argv[4])
        return
    run(build, range(seed, seed + cases), "classic")
    run(build, range(seed + cases, seed + cases + cases // 4), "2026")


if __name__ == "__main__":
    main()
