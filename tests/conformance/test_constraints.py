#!/usr/bin/env python3
"""Every row of the model's table of constraints, through HTTP: a value at the limit, beyond it, missing, of another type: BUILD.

The rows are tests/unit/schema/model-constraints.tsv (source: the service model of dynamodb 2012-08-10 inside botocore 1.44.5);
of each operation that works a request is made whose only fault is at the row, and its answer's whole body is compared with what
the rules say that stand here in Python: the classic wording (how paths and values print, how rules read, which is said of a
list's or a map's contents: the service's validator, as its messages in AWS's forums and issue threads have it) and the words
of the service's JSON reader. What a violation prints of a list or map that has members is Java's toString, hashes of attribute
values among them, and is let pass; so is the order of an enum of which no message was ever seen.
"""

import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from wire import Server, table  # noqa: E402  pylint: disable=wrong-import-position

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
VALIDATION = "com.amazon.coral.validate#ValidationException"
SERIALIZATION = "com.amazon.coral.service#SerializationException"

# In the order in which the service was seen to print them; the others in any.
PRINTED = {
    "ReturnValue": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
    "BillingMode": "PROVISIONED, PAY_PER_REQUEST",
    "ReturnConsumedCapacity": "INDEXES, TOTAL, NONE",
    "ReturnItemCollectionMetrics": "SIZE, NONE",
    "ConditionalOperator": "OR, AND",
    "ComparisonOperator": "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS",
    "Select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
    "KeyType": "HASH, RANGE",
    "ScalarAttributeType": "B, N, S",
    "ProjectionType": "ALL, INCLUDE, KEYS_ONLY",
}

NAME_RULES = ("Member must have length less than or equal to 255, Member must have length greater than or equal to 3, "
              "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
TOO_LONG_NAME = "Attribute name is too large, must be less than 65536 bytes"  # measured: ExtendDB/extenddb#365
# Where data is read and written a name of one or two characters only is that of no table (nubo-db/dynoxide#11).
CONTROL = {"CreateTable", "DescribeTable", "UpdateTable", "DeleteTable"}
TAG_TEXTS = {"TagKeyString": "The Tag Key provided is invalid, Key: ", "TagValueString": "The Tag Value provided is invalid, Value: "}
# What the validation framework of 2026 has reached: operations on items, Scan left out (nothing was captured of it). It names the
# place as on the wire and no value, and of a violated enum not even the place; table names keep their old words.
REWORDED = {"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "TransactGetItems",
            "TransactWriteItems"}
ANY = "\0"  # in an expected text: whatever Java prints


class Row:
    def __init__(self, fields):
        (self.service, self.operation, self.path, self.shape, self.type, required, minimum, maximum, self.pattern, enum) = fields
        self.required = bool(required)
        self.minimum = int(minimum) if minimum else None
        self.maximum = int(maximum) if maximum else None
        self.enum = enum.split(",") if enum else []
        self.steps = [step for step in self.path.split(".") if step != "member"]


def read_rows():
    with open(os.path.join(ROOT, "tests/unit/schema/model-constraints.tsv"), encoding="utf-8") as file:
        rows = [Row(line.rstrip("\n").split("\t")) for line in file if not line.startswith("service\t")]
    with open(os.path.join(ROOT, "engine/operations.def"), encoding="utf-8") as file:
        working = set(re.findall(r"^OPERATION\(DynamoDB_20120810, (\w+),", file.read(), re.M))
    return [row for row in rows if row.service == "dynamodb" and row.operation in working]


rows = read_rows()
by_path = {(row.operation, tuple(row.steps)): row for row in rows}
ATTRIBUTE_MAPS = {"Key", "Item", "ExclusiveStartKey", "ExpressionAttributeValues"}


def example(operation, steps):
    """A value that the model takes at a place, with what is required inside it."""
    row = by_path.get((operation, steps))
    last = steps[-1]
    if row and row.enum:
        return row.enum[0]
    if row and row.type in ("integer", "long"):
        return max(row.minimum or 0, 1)
    if row and row.type == "boolean":
        return True
    if row and row.type == "string":
        return "abc"
    if last in ATTRIBUTE_MAPS or (row and row.shape == "Key"):
        return {"pk": {"S": "a"}}
    if last == "TransactItems" and operation == "TransactWriteItems":
        return [{"Delete": {"TableName": "abc", "Key": {"pk": {"S": "a"}}}}]
    if row and row.type == "list":
        return [example(operation, steps + ("N",))]
    if last == "RequestItems" and operation == "BatchWriteItem":
        return {"abc": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}]}
    if row and row.type == "map":
        return {"abc": example(operation, steps + ("<k>",))}
    return inside(operation, steps)


def inside(operation, steps):
    """A structure with its required members; a string where the model demands nothing of what is there."""
    found = {}
    below = False
    for (of, path), row in by_path.items():
        if of == operation and path[: len(steps)] == steps and len(path) > len(steps):
            below = True
            if row.required and len(path) == len(steps) + 1:
                found[path[-1]] = example(operation, path)
    return found if below else "abc"


MISSING = object()


def attribute_value(steps, value, row):
    """An attribute value in which the row's name is a key of an M."""
    held = {}
    if value is not MISSING:
        held = {value if isinstance(value, str) else "key": {"S": "a"}}
    assert steps == ("M", "<key>"), row.path
    return {"M": held}


def build(row, value):
    """The request with `value` at the row's place and no other fault."""

    def at(steps, depth):
        rest = tuple(row.steps[depth:])
        if not rest:
            return value
        if rest == ("M", "<key>"):
            return attribute_value(rest, value, row)
        step, done = rest[0], tuple(row.steps[:depth])
        if step == "N":
            return [at(steps, depth + 1)]
        if step == "<k>":
            return {"abc": at(steps, depth + 1)}
        if step == "<key>":
            if done[-1] in ATTRIBUTE_MAPS or by_path.get((row.operation, done), row).shape == "Key" or row.steps[depth - 1] == "N":
                return {value: {"S": "a"}}
            return {value: example(row.operation, done + ("<k>",))}
        whole = inside(row.operation, done)
        whole = whole if isinstance(whole, dict) else {}
        whole[step] = at(steps, depth + 1)
        if whole[step] is MISSING:
            del whole[step]
        return whole

    request = at(row.steps, 0)
    if row.operation == "CreateTable" and row.shape in TAG_TEXTS:
        request["BillingMode"] = "PAY_PER_REQUEST"
    if row.operation == "CreateTable":
        # The model says optional; a request without them has two faults all the same.
        request.setdefault("AttributeDefinitions", [{"AttributeName": "abc", "AttributeType": "S"}])
        request.setdefault("KeySchema", [{"AttributeName": "abc", "KeyType": "HASH"}])
    return request


def lower(name):
    return name[0].lower() + name[1:]


def place(steps, case=lower):
    """keySchema.1.member.keyType, requestItems.abc.member.keys; with case=str as on the wire."""
    return ".".join("1.member" if step == "N" else "abc.member" if step == "<k>" else case(step) for step in steps)


def shown(value):
    if value is MISSING or value is None:
        return "null"
    if isinstance(value, (dict, list)) and value:
        return f"'{ANY}'"
    return f"'{ {'[]': '[]', '{}': '{}'}.get(str(value), value)}'"


def violation(value, steps, rule):
    return f"1 validation error detected: Value {shown(value)} at '{place(steps)}' failed to satisfy constraint: {rule}"


def invalid(text):
    return {"__type": VALIDATION, "message": text}


def rules_of(row):
    """All rules of a row, as they are listed in brackets."""
    found = []
    if row.maximum is not None:
        found.append(f"Member must have length less than or equal to {row.maximum}")
    if row.minimum is not None:
        found.append(f"Member must have length greater than or equal to {row.minimum}")
    if row.pattern:
        found.append(f"Member must satisfy regular expression pattern: {row.pattern}")
    return "[" + ", ".join(found) + "]"


def is_held(row):
    """Whether a list or a map speaks for the row's value: its keys, its strings, and the lists that are a map's values."""
    last = row.steps[-1]
    return last == "<key>" or (last == "N" and row.type == "string") or (last == "<k>" and row.type in ("string", "list"))


def is_value_name(row):
    """Names in items, keys and attribute values and of placeholders are refused by who reads the values."""
    if row.shape != "AttributeName":
        return False
    if "M" in row.steps or row.steps[0] == "ExpressionAttributeNames" or "ExpressionAttributeNames" in row.steps:
        return True
    if row.steps[-1] != "<key>":
        return False
    return row.steps[-2] in ATTRIBUTE_MAPS or row.steps[-2] == "N"


def held_violation(row, value):
    who = {"<key>": "Map keys", "<k>": "Map value", "N": "Member"}[row.steps[-1]]
    rules = f"[{NAME_RULES}]" if row.shape == "TableArn" else rules_of(row)
    scalar = row.steps[-1] == "N" and isinstance(value, str)
    holder = f"'[{value}]'" if scalar else f"'{ANY}'"
    return invalid(f"1 validation error detected: Value {holder} at '{place(row.steps[:-1])}' failed to satisfy constraint: "
                   f"{who} must satisfy constraint: {rules}")


def of_size(row, size):
    if row.type in ("integer", "long"):
        return size
    if row.type == "string":
        return "a" * size
    if row.type == "list":
        held = example(row.operation, tuple(row.steps) + ("N",))
        return [f"{held}{i}" if isinstance(held, str) else held for i in range(size)]
    held = example(row.operation, tuple(row.steps))
    return {f"{name}{i}": value for name, value in held.items() for i in range(size)}


def reworded(row, value, text):
    """What the framework of 2026 says for a classic violation."""
    found = re.match(r"1 validation error detected: Value .* at '.*' failed to satisfy constraint: (.*)$", text, re.S)
    if text == TOO_LONG_NAME and row.operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return "1 validation error detected: " + text
    if not found or row.operation not in REWORDED or (row.shape == "TableArn" and not is_held(row)):
        return text
    if row.enum and value not in (MISSING, None):
        # Seen of ReturnValues, with a value that no request may have.
        values = {"ReturnValue": "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"}.get(row.shape)
        rule = f"Member must satisfy enum value set: {values}" if values else found[1]
        return f"1 validation error detected: Failed to satisfy constraint: {rule}"
    steps, rule = row.steps, found[1]
    if is_held(row) and row.steps[-1] == "<k>" and row.type == "list":
        # A map's lists are named at their own place.
        limit = "less than or equal to " + str(row.maximum) if len(value) > row.maximum else "greater than or equal to " + str(row.minimum)
        rule = "Member must have length " + limit
    elif is_held(row):
        steps = steps[:-1]
    return f"1 validation error detected: Value at '{place(steps, str)}' failed to satisfy constraint: {rule}"


class Checker:
    def __init__(self, server, wording):
        self.server = server
        self.wording = wording
        self.checked, self.failures = 0, []

    def compare(self, row, value, wanted):
        request = build(row, value)
        _, body = self.server.raw(row.operation, json.dumps(request))
        self.checked += 1
        answer = json.loads(body)
        if self.wording == "2026" and "message" in wanted:
            wanted = {**wanted, "message": reworded(row, value, wanted["message"])}
        parts = wanted.get("message", "").split(ANY)
        if len(parts) > 1 and answer.keys() == wanted.keys() and answer["__type"] == wanted["__type"]:
            said = answer["message"]
            if said.startswith(parts[0]) and said.endswith(parts[1]):
                return
        # Enum values whose order nobody has seen.
        if row.enum and row.shape not in PRINTED and "enum value set: [" in str(answer):
            head, _, tail = answer["message"].partition("enum value set: [")
            answer["message"] = f"{head}enum value set: [{', '.join(sorted(tail.rstrip(']').split(', ')))}]"
        # The bytes themselves, so that order and escapes count.
        if answer != wanted or (not row.enum and body != json.dumps(wanted, separators=(",", ":"), ensure_ascii=False)):
            self.failures.append(f"{row.operation} {row.path}\n  {json.dumps(request)[:600]}\n  answered {body[:600]}\n"
                                 f"    wanted {json.dumps(wanted)[:600]}")

    def passes(self, row, value):
        """That the model has nothing against a value; what the operation then thinks of it is not the question here."""
        request = build(row, value)
        _, body = self.server.raw(row.operation, json.dumps(request))
        self.checked += 1
        if re.search("failed to satisfy constraint: M(ember|ap) ", body) or "SerializationException" in body:
            self.failures.append(f"{row.operation} {row.path}\n  {json.dumps(request)[:600]}\n  answered {body[:600]}\n    wanted no violation")

    def bounds(self, row):
        what = "value" if row.type in ("integer", "long") else "length"
        if is_value_name(row):
            self.passes(row, "a" * 255)
            # What is said of a placeholder's name and of the names of conditions' literals is not documented.
            if row.steps[-1] == "<key>" and row.steps[0] in ("Item", "Key"):
                self.compare(row, "a" * 65536, invalid(TOO_LONG_NAME))
            return
        for limit, beyond, text in ((row.minimum, -1, "greater"), (row.maximum, 1, "less")):
            if limit is None or (limit == 0 and beyond < 0 and row.type == "string"):
                continue
            at, over = of_size(row, limit), of_size(row, limit + beyond)
            if row.path == "RequestItems" and beyond < 0:
                # In 2026 the generic sentence in some Regions, in others still this one.
                if self.wording == "2026":
                    continue
                self.compare(row, over, invalid(f"The requestItems parameter is required for {row.operation}"))
                continue
            if row.shape == "TableArn":
                self.table_name(row, over, beyond)
                continue
            self.passes(row, at)
            if row.shape in TAG_TEXTS:
                self.compare(row, over, invalid(TAG_TEXTS[row.shape] + over))
            elif is_held(row):
                self.compare(row, over, held_violation(row, over))
            else:
                self.compare(row, over, invalid(violation(over, row.steps, f"Member must have {what} {text} than or equal to {limit}")))

    def table_name(self, row, over, beyond):
        """A name of 3 to 255, or an ARN of 1 to 1,024 (facts of the service's newest member: TableName takes both)."""
        if row.path == "GlobalTableSourceArn":
            self.compare(row, over, invalid(violation(over, row.steps, "Member must have length " + (
                "greater than or equal to 1" if beyond < 0 else "less than or equal to 1024"))))
            return
        if row.steps[-1] == "<key>":
            for name in ("ab", "a" * 256, "a b c"):
                self.compare(row, name, held_violation(row, name))
            self.passes(row, "a" * 255)
            return
        least = 3 if row.operation in CONTROL else 1
        self.passes(row, "a" * 255)
        self.passes(row, "a" * least)
        self.compare(row, "a" * 256, invalid(violation("a" * 256, row.steps, "Member must have length less than or equal to 255")))
        if least == 3:
            self.compare(row, "ab", invalid(violation("ab", row.steps, "Member must have length greater than or equal to 3")))
        self.compare(row, "a b c", invalid(violation(
            "a b c", row.steps, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")))

    def words(self, row):
        if row.pattern:
            value = "a b c"
            self.compare(row, value, invalid(violation(value, row.steps, f"Member must satisfy regular expression pattern: {row.pattern}")))
        if row.enum and row.shape != "TableClass":  # of which the service has its own sentence
            values = PRINTED.get(row.shape) or ", ".join(sorted(row.enum))
            self.compare(row, "none", invalid(violation("none", row.steps, f"Member must satisfy enum value set: [{values}]")))
            for value in row.enum:
                self.passes(row, value)

    def absence(self, row):
        if not row.required:
            return
        if row.operation in CONTROL and row.path == "TableName":
            text = "The parameter 'TableName' is required but was not present in the request"
        elif row.shape in TAG_TEXTS:
            text = TAG_TEXTS[row.shape] + "null"
        else:
            text = violation(None, row.steps, "Member must not be null")
        for value in (MISSING, None):
            self.compare(row, value, invalid(text))

    def types(self, row):
        last = row.steps[-1]
        if last == "<key>":
            return
        element = last in ("N", "<k>")
        if row.type == "string":
            wrong = [(1, "NUMBER_VALUE cannot be converted to String"), (1.5, "DECIMAL_VALUE cannot be converted to String"),
                     (True, "TRUE_VALUE cannot be converted to String"), (False, "FALSE_VALUE cannot be converted to String"),
                     ({}, "Start of structure or map found where not expected"),
                     ([], "Unrecognized collection type class java.lang.String")]
        elif row.type in ("integer", "long"):
            name = row.type.title()
            wrong = [("1", f"STRING_VALUE cannot be converted to {name}"), (True, f"TRUE_VALUE cannot be converted to {name}"),
                     ({}, "Start of structure or map found where not expected"),
                     ([], f"Unrecognized collection type class java.lang.{name}")]
        elif row.type == "boolean":
            wrong = [("x", "Unexpected token received from parser"), (1, "NUMBER_VALUE cannot be converted to Boolean"),
                     ({}, "Start of structure or map found where not expected"),
                     ([], "Unrecognized collection type class java.lang.Boolean")]
        elif row.type == "list":
            wrong = [({}, "Start of structure or map found where not expected")]
            if not element:
                wrong += [(value, "Unexpected field type") for value in ("x", 1, True)]
        else:
            wrong = [(value, "Unexpected value type in payload" if element else "Unexpected field type") for value in ("x", 1, True)]
            if row.type == "structure":
                wrong.append(([], f"Unrecognized collection type class com.amazonaws.dynamodb.v20120810.{row.shape}"))
            elif row.shape in ("Key", "PutItemInputAttributeMap"):
                wrong.append(([], "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"))
        for value, text in wrong:
            self.compare(row, value, {"__type": SERIALIZATION, "Message": text})

    def check(self, row):
        # What is wrong with a tag is said in words of its own (tests/unit/tables has them).
        if row.steps[0] != "Tags":
            self.bounds(row)
        self.words(row)
        self.absence(row)
        self.types(row)


def check_all(build, wording):
    with Server(build, DDBMOCK_WORDING=wording) as server:
        server.must("CreateTable", table("none", [("pk", "S")]))
        checker = Checker(server, wording)
        for row in rows:
            checker.check(row)
    print("\n".join(checker.failures))
    print(f"{wording}: {len(rows)} rows, {checker.checked} requests, {len(checker.failures)} wrong", flush=True)
    return len(checker.failures)


def main():
    sys.exit(1 if sum([check_all(sys.argv[1], wording) for wording in ("classic", "2026")]) else 0)


if __name__ == "__main__":
    main()
