"""Whether an answer has the shape that the service's model gives it (outputs.json), and which answers a run has met.

complaints() is empty for a good answer. What is met is appended to the file that TESTS_MET names, for unmet.py; the unit
tests do both in C (tests/unit/shapes.c).
"""

import base64
import binascii
import json
import os

# Errors that no operation models, and that any may have: facts of the service that are in engine/errors.def.
COMMON = {
    "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException", "IncompleteSignatureException",
    "InvalidSignatureException", "UnrecognizedClientException", "AccessDeniedException", "ExpiredTokenException",
    "ValidationException", "InternalFailure", "InternalServerError", "ServiceUnavailable",
}
PREFIXES = ("com.amazon.coral.service#", "com.amazon.coral.validate#", "com.amazonaws.dynamodb.v20120810#")

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "outputs.json"), encoding="utf-8") as table:
    model = json.load(table)

met_file = os.environ.get("TESTS_MET")
met = set()


def note(operation, outcome):
    """Takes down that a test has met this answer, "ok" or an error's name, of this operation."""
    if met_file and (operation, outcome) not in met:
        met.add((operation, outcome))
        with open(met_file, "a", encoding="ascii") as file:
            file.write(f"{operation}\t{outcome}\n")


def _bounds(shape, size, place):
    # An answer's UnprocessedItems is {}, though its shape, which requests have too, says one at the least.
    if shape["type"] == "string" and size < shape.get("min", 0):
        yield f"{place}: {size} is less than {shape['min']}"
    if "max" in shape and size > shape["max"]:
        yield f"{place}: {size} is more than {shape['max']}"


def _number(value, kinds):
    return isinstance(value, kinds) and not isinstance(value, bool)


def _structure(name, shape, value, place):
    if not isinstance(value, dict):
        yield f"{place}: no object"
        return
    if name.endswith("AttributeValue") and "BOOL" in shape["members"] and len(value) != 1:
        yield f"{place}: an attribute value of {len(value)} types"
    for required in shape.get("required", ()):
        if required not in value:
            yield f"{place}.{required} is missing"
    for member, held in value.items():
        if member not in shape["members"]:
            yield f"{place}.{member} is not in the model"
        else:
            yield from _check(shape["members"][member], held, f"{place}.{member}")


def _check(name, value, place):
    shape = model["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        yield from _structure(name, shape, value, place)
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{place}: no object"
            return
        yield from _bounds(shape, len(value), place)
        for key, held in value.items():
            yield from _check(shape["key"], key, place + "'s keys")
            yield from _check(shape["element"], held, f"{place}.{key}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{place}: no array"
            return
        yield from _bounds(shape, len(value), place)
        for i, held in enumerate(value):
            yield from _check(shape["element"], held, f"{place}[{i}]")
    elif kind == "string":
        if not isinstance(value, str):
            yield f"{place}: no string"
            return
        yield from _bounds(shape, len(value), place)
        if "enum" in shape and value not in shape["enum"]:
            yield f"{place}: {value} is not in {shape['enum']}"
    elif kind in ("integer", "long"):
        # Bounds are for requests: the service itself answers 0 for a NumberOfDecreasesToday, a PositiveLongObject.
        if not _number(value, int):
            yield f"{place}: no integer"
    elif kind in ("double", "timestamp"):
        if not _number(value, (int, float)):
            yield f"{place}: no number"
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{place}: no Boolean"
    elif kind == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            yield f"{place}: no base64"
    else:
        yield f"{place}: {kind}?"


def complaints(target, status, body):
    """What is wrong with an answer (a parsed body) to the operation that X-Amz-Target named."""
    if not isinstance(body, dict):
        return ["no object"]
    operation = model["operations"].get(target)
    if "__type" not in body:
        found = [] if status == 200 else [f"status {status} without a __type"]
        if operation and operation["output"]:
            found += _check(operation["output"], body, "")
        if operation:
            note(target, "ok")
        return found
    prefix, _, name = body["__type"].rpartition("#")
    found = [] if prefix + "#" in PREFIXES else [f"the namespace of {body['__type']}"]
    server = name in ("InternalFailure", "InternalServerError", "ServiceUnavailable")
    if status not in ((500, 503) if server else (400,)):
        found.append(f"status {status} of {name}")
    rest = {key: value for key, value in body.items() if key != "__type"}
    if operation and name in operation["errors"]:
        found += _check(operation["errors"][name], rest, name)
    elif name not in COMMON:
        found.append(f"{name} is not an error of {target}")
    elif any(key not in ("message", "Message") or not isinstance(value, str) for key, value in rest.items()):
        found.append(f"members of {name}: {sorted(rest)}")
    if operation:
        note(target, name)
    return found
