#!/usr/bin/env python3
"""Makes outputs.json from the service models inside botocore: extract.py DIRECTORY-OF-BOTOCORE-DATA >outputs.json.

What it keeps: of each operation its output shape and the errors that are modelled for it, and of each shape that these reach
its type, members, which of them are required, bounds and enum values. One line a row, for whoever reads a change of it.
"""

import gzip
import json
import os
import sys

SERVICES = {"dynamodb": "DynamoDB_20120810", "dynamodbstreams": "DynamoDBStreams_20120810"}


def load(directory, service):
    path = os.path.join(directory, service, "2012-08-10", "service-2.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    with gzip.open(path + ".gz", "rt", encoding="utf-8") as file:
        return json.load(file)


def compact(shape):
    row = {"type": shape["type"]}
    if "members" in shape:
        row["members"] = {name: member["shape"] for name, member in sorted(shape["members"].items())}
    for name, kept in (("required", sorted), ("min", int), ("max", int), ("enum", sorted)):
        if shape.get(name) is not None:
            row[name] = kept(shape[name])
    if "member" in shape:
        row["element"] = shape["member"]["shape"]
    if "value" in shape:
        row["element"] = shape["value"]["shape"]
        row["key"] = shape["key"]["shape"]
    return row


def extract(directory):
    operations, shapes = {}, {}
    for service, api in SERVICES.items():
        model = load(directory, service)

        def reach(name):
            # The two services have shapes of the same names; those of the streams keep theirs apart.
            label = name if service == "dynamodb" else "streams:" + name
            if label in shapes:
                return label
            row = shapes[label] = compact(model["shapes"][name])
            for key, held in row.get("members", {}).items():
                row["members"][key] = reach(held)
            for key in ("element", "key"):
                if key in row:
                    row[key] = reach(row[key])
            return label

        for name, operation in sorted(model["operations"].items()):
            operations[f"{api}.{name}"] = {
                "output": reach(operation["output"]["shape"]) if "output" in operation else None,
                "errors": {error["shape"]: reach(error["shape"]) for error in operation.get("errors", [])},
            }
    return operations, shapes


def rows(table):
    return ",\n".join(f"  {json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}" for name, row in sorted(table.items()))


def main():
    operations, shapes = extract(sys.argv[1])
    source = "the service models dynamodb and dynamodbstreams 2012-08-10 inside botocore 1.44.5 (Apache License 2.0), by tests/conformance/extract.py"
    print(f'{{\n"source": {json.dumps(source)},\n"operations": {{\n{rows(operations)}\n}},\n"shapes": {{\n{rows(shapes)}\n}}\n}}')


if __name__ == "__main__":
    main()
