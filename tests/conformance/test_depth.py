#!/usr/bin/env python3
"""What nests deeper than anybody should: parentheses, functions, paths, values and JSON, in each place that takes them: BUILD.

Texts: facts of the service for sizes, operators and nesting (developer guide, "Quotas"); where an expression ends before its
parentheses do, a syntax error at the end. What counts as much: whoever asked is answered, and so is the next.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from wire import Server, table  # noqa: E402  pylint: disable=wrong-import-position

KEY = {"pk": {"S": "a"}}
VALUES = {":s": {"S": "x"}, ":n": {"N": "1"}}
VALIDATION = "com.amazon.coral.validate#ValidationException"
NESTING = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
KINDS = {
    "ConditionExpression": ("PutItem", {"Item": KEY}),
    "FilterExpression": ("Scan", {}),
    "KeyConditionExpression": ("Query", {}),
    "UpdateExpression": ("UpdateItem", {"Key": KEY}),
    "ProjectionExpression": ("GetItem", {"Key": KEY}),
}


def ask(server, kind, text):
    operation, request = KINDS[kind]
    request = {"TableName": "deep", **request, kind: text}
    if ":" in text:
        request["ExpressionAttributeValues"] = {name: value for name, value in VALUES.items() if name in text}
    return server.ask(operation, request)


def fails(answer, text):
    assert answer == {"__type": VALIDATION, "message": text}, (answer, text)


def syntax(server, kind, text, token, near):
    fails(ask(server, kind, text), f'Invalid {kind}: Syntax error; token: "{token}", near: "{near}"')


def test_open_parentheses(server):
    for count in (2000, 4000):
        for kind in ("ConditionExpression", "FilterExpression", "KeyConditionExpression"):
            syntax(server, kind, "(" * count, "<EOF>", "(")
            syntax(server, kind, "NOT (" * (count // 5), "<EOF>", "(")
        syntax(server, "UpdateExpression", "SET a = " + "(" * count, "<EOF>", "(")


def test_closed_parentheses(server):
    for kind in ("ConditionExpression", "FilterExpression", "KeyConditionExpression"):
        text = "(" * 2000 + "pk = :s" + ")" * 2000
        fails(ask(server, kind, text), f"Invalid {kind}: The expression has redundant parentheses;")
    assert "__type" in ask(server, "UpdateExpression", "SET a = " + "(" * 2000 + ":n" + ")" * 2000)


def test_operators(server):
    many = "The expression contains too many operators; operator count: 301"
    for kind in ("ConditionExpression", "FilterExpression"):
        fails(ask(server, kind, "NOT " * 1000 + "a = :s"), f"Invalid {kind}: {many}")
        fails(ask(server, kind, " AND ".join(["a=:s"] * 400)), f"Invalid {kind}: {many}")
        assert "__type" not in ask(server, kind, "NOT " * 299 + "a = :s")


def test_functions(server):
    for kind in ("ConditionExpression", "FilterExpression"):
        assert ask(server, kind, "size(" * 800)["__type"] == VALIDATION
        assert ask(server, kind, "size(" * 400 + "a" + ")" * 400 + " = :n")["__type"] == VALIDATION
    # Fewer than 300 of the one function that may stand in itself, and it is done.
    assert ask(server, "UpdateExpression", "SET a = " + "if_not_exists(a," * 200 + ":n" + ")" * 200) == {}
    fails(ask(server, "UpdateExpression", "SET a = " + "list_append(:s," * 200 + ":n" + ")" * 200),
          "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append")


def test_paths(server):
    for kind, before, after in (("ConditionExpression", "", " = :s"), ("FilterExpression", "", " = :s"),
                                ("UpdateExpression", "REMOVE ", ""), ("ProjectionExpression", "", "")):
        for steps in ("[0]" * 1300, ".b" * 2000):
            answer = ask(server, kind, f"{before}a{steps}{after}")
            depth = steps.count("[") + steps.count(".") + 1
            fails(answer, f"Invalid {kind}: The document path has too many nesting levels; nesting levels: {depth}")


def test_too_long(server):
    for kind in KINDS:
        text = "(" * 5000
        fails(ask(server, kind, text),
              f"Invalid {kind}: Expression size has exceeded the maximum allowed size; expression size: 5000")


def nested(levels, kind):
    """A value whose leaf is at a level, as text."""
    before, after = ('{"L":[', "]}") if kind == "L" else ('{"M":{"a":', "}}")
    return before * (levels - 1) + '{"S":"x"}' + after * (levels - 1)


def test_values(server):
    for kind in ("L", "M"):
        for levels in (33, 60, 2000, 20000):
            for operation, request in (
                ("PutItem", '{"TableName":"deep","Item":{"pk":{"S":"a"},"a":%s}}'),
                ("UpdateItem", '{"TableName":"deep","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET a = :v",'
                               '"ExpressionAttributeValues":{":v":%s}}'),
                ("BatchWriteItem", '{"RequestItems":{"deep":[{"PutRequest":{"Item":{"pk":{"S":"a"},"a":%s}}}]}}'),
                ("TransactWriteItems", '{"TransactItems":[{"Put":{"TableName":"deep","Item":{"pk":{"S":"a"},"a":%s}}}]}'),
                ("PutItem", '{"TableName":"deep","Item":{"pk":{"S":"a"}},"Expected":{"a":{"Value":%s}}}'),
            ):
                status, body = server.raw(operation, request % nested(levels, kind))
                answer = json.loads(body)
                assert status == 400 and answer["__type"] == VALIDATION and NESTING in answer["message"], (levels, operation, answer)
        status, body = server.raw("PutItem", '{"TableName":"deep","Item":{"pk":{"S":"a"},"a":%s}}' % nested(32, kind))
        assert (status, body) == (200, "{}"), body


def test_json(server):
    for text in ("[" * 100000, '{"a":' * 100000, "[" * 100000 + "]" * 100000, '{"TableName":' + "[" * 5000 + "]" * 5000 + "}"):
        status, body = server.raw("GetItem", text)
        assert status == 400 and "__type" in body, body


SERIALIZATION = "com.amazon.coral.service#SerializationException"


def test_json_elsewhere(server):
    """Where no value is wanted: a wrong type, or a member that nobody knows, up to 128 brackets, beyond them what values that are
    too deep are told."""
    for operation, request in (
        ("GetItem", '{"TableName":%s,"Key":{"pk":{"S":"a"}}}'),
        ("GetItem", '{"TableName":"deep","Key":{"pk":{"S":"a"}},"ConsistentRead":%s}'),
        ("GetItem", '{"TableName":"deep","Key":{"pk":{"S":"a"}},"AttributesToGet":%s}'),
        ("PutItem", '{"TableName":"deep","Item":%s}'),
        ("Query", '{"TableName":"deep","ExpressionAttributeNames":%s}'),
        ("BatchWriteItem", '{"RequestItems":{"deep":%s}}'),
        ("TransactWriteItems", '{"TransactItems":[{"Put":%s}]}'),
        ("CreateTable", '{"TableName":"new","KeySchema":%s}'),
        ("UpdateTable", '{"TableName":"deep","GlobalSecondaryIndexUpdates":%s}'),
        ("ListTables", '{"Limit":%s}'),
    ):
        for opened, closed in (("[", "]"), ('{"a":', "}")):
            for levels in (20, 40, 100, 140, 3000):
                status, body = server.raw(operation, request % (opened * levels + "1" + closed * levels))
                answer = json.loads(body)
                assert status == 400, (operation, levels, answer)
                if levels + 1 > 128:
                    assert answer == {"__type": VALIDATION, "message": NESTING}, (operation, levels, answer)
                else:
                    assert answer["__type"] in (SERIALIZATION, VALIDATION) and NESTING not in str(answer), (operation, levels, answer)
    # Of what the operation does not have it does not matter what it is, but how deep.
    for levels, good in ((100, True), (140, False)):
        answer = server.ask("GetItem", {"TableName": "deep", "Key": KEY, "Unknown": json.loads("[" * levels + "]" * levels)})
        assert ("Item" in answer) == good, (levels, answer)


def test_it_still_answers(server):
    assert server.ask("GetItem", {"TableName": "deep", "Key": KEY})["Item"]["pk"] == KEY["pk"]


def main():
    with Server(sys.argv[1]) as server:
        server.must("CreateTable", table("deep", [("pk", "S")]))
        for name, test in [(n, t) for n, t in globals().items() if n.startswith("test_")]:
            test(server)
            print(f"{name}: ok", flush=True)


if __name__ == "__main__":
    main()
