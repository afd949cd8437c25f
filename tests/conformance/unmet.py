#!/usr/bin/env python3
"""Lists the operations that work, and the errors that the model gives them, that no test of a run has met: unmet.py MET-FILE.

The errors of each operation are those of outputs.json, and those that any operation has; what was met is what shapes.py and
tests/unit/shapes.c took down.
"""

import os
import re
import sys

import shapes

EXPECTED_OF_ALL = {"SerializationException", "ValidationException"}
WITHOUT_MEMBERS = {"DescribeEndpoints", "DescribeLimits"}


def working():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../engine/operations.def")
    with open(path, encoding="ascii") as file:
        return [".".join(found) for found in re.findall(r"^OPERATION\((\w+), (\w+),", file.read(), re.M)]


def main():
    met = {}
    try:
        with open(sys.argv[1], encoding="ascii") as file:
            for line in file:
                target, outcome = line.rstrip("\n").split("\t")
                met.setdefault(target, set()).add(outcome)
    except FileNotFoundError:
        pass
    unmet, wanted = {}, 0
    for target in working():
        if target not in shapes.model["operations"]:
            continue
        operation = target.partition(".")[2]
        outcomes = {"ok"} | set(shapes.model["operations"][target]["errors"])
        if operation not in WITHOUT_MEMBERS:
            outcomes |= EXPECTED_OF_ALL
        wanted += len(outcomes)
        for outcome in outcomes - met.get(target, set()):
            unmet.setdefault(outcome, []).append(operation)
    count = sum(len(operations) for operations in unmet.values())
    print(f"answers of the model: {wanted - count} of {wanted} met by a test")
    for outcome, operations in sorted(unmet.items()):
        print(f"    {outcome} never of {', '.join(sorted(operations))}")


if __name__ == "__main__":
    main()
